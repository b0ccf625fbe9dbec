//! From text to layers: words, numbers, brackets. Not shapes (`shape.rs`).

use super::{DEEPEST, LARGEST, Layer, Map, Mistake, Op, Pool, Slide, WIDEST};

/// A word or one of `( ) |`, with the 1-based column of its first character.
struct Token<'a> {
    column: usize,
    text: &'a str,
}

/// Cuts a text into tokens.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut word: Option<(usize, usize)> = None;
    let end = text.chars().count();
    for (column, (at, c)) in (1..).zip(text.char_indices().chain([(text.len(), ' ')])) {
        let sign = matches!(c, '(' | ')' | '|');
        if !sign && !c.is_whitespace() {
            word.get_or_insert((column, at));
            continue;
        }
        if let Some((column, from)) = word.take() {
            all.push(Token { column, text: &text[from..at] });
        }
        if sign {
            all.push(Token { column, text: &text[at..at + 1] });
        }
    }
    // What is missing is missing behind the last character.
    all.push(Token { column: end + 1, text: "" });
    all
}

/// What may stand where a layer is expected.
const LAYERS: &str = "convKxC, maxpoolK, avgpoolK, relu, bn, fcN, res(…)";
const IN_BRANCH: &str = "convKxC, maxpoolK, avgpoolK, relu, bn, res(…)";
const AFTER_FC: &str = "relu, bn, fcN";

/// The picture and the layers of a text; their shapes are still to be inferred.
pub fn parse(text: &str) -> Result<(Map, Vec<Layer>), Mistake> {
    let tokens = tokens(text);
    let first = &tokens[0];
    let sizes = first.text.strip_prefix("input").map(|rest| rest.split('x').collect::<Vec<_>>());
    let Some([h, w, c]) = sizes.as_deref() else { return Err(first.mistake("inputHxWxC")) };
    let number = |text: &str, most| {
        count(text, 1, most).ok_or_else(|| first.mistake(&format!("inputHxWxC, H W 1 … {LARGEST}, C 1 … {WIDEST}")))
    };
    let input = Map { size: [number(h, LARGEST)?, number(w, LARGEST)?], channels: number(c, WIDEST)? };
    let mut reader = Reader { tokens, next: 1 };
    let layers = reader.layers(0)?;
    let rest = reader.peek();
    if rest.text.is_empty() { Ok((input, layers)) } else { Err(rest.mistake(LAYERS)) }
}

impl Token<'_> {
    fn mistake(&self, expected: &str) -> Mistake {
        Mistake { column: self.column, given: self.text.into(), expected: expected.into() }
    }
}

/// A whole number `least..=most` in plain digits.
fn count(text: &str, least: u32, most: u32) -> Option<usize> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    let value: u32 = if plain { text.parse().ok()? } else { return None };
    (least..=most).contains(&value).then_some(value as usize)
}

struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
}

impl Reader<'_> {
    /// The token that comes next; the last one is empty and stays.
    fn peek(&self) -> &Token<'_> {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    /// Layers up to what is none: the end, `)` or `|`.
    fn layers(&mut self, depth: usize) -> Result<Vec<Layer>, Mistake> {
        let mut layers: Vec<Layer> = Vec::new();
        let mut flat = false;
        loop {
            let token = self.peek();
            if matches!(token.text, "" | ")" | "|") {
                return Ok(layers);
            }
            let column = token.column;
            let word = token.text;
            let expected = match (flat, depth) {
                (true, _) => AFTER_FC,
                (false, 0) => LAYERS,
                _ => IN_BRANCH,
            };
            let op = if word == "relu" {
                Op::Relu
            } else if word == "bn" {
                if let Some(Layer { op: Op::Conv { bias, .. } | Op::Fc { bias, .. }, .. }) = layers.last_mut() {
                    *bias = false;
                }
                Op::Norm
            } else if let Some(width) = word.strip_prefix("fc") {
                if depth > 0 {
                    return Err(token.mistake(expected));
                }
                flat = true;
                let form = || token.mistake(&format!("fcN, N 1 … {WIDEST}"));
                Op::Fc { width: count(width, 1, WIDEST).ok_or_else(form)?, bias: true }
            } else if flat {
                return Err(token.mistake(expected));
            } else if let Some(rest) = word.strip_prefix("conv") {
                conv(token, rest)?
            } else if let Some(rest) = word.strip_prefix("maxpool") {
                pool(token, Pool::Max, rest)?
            } else if let Some(rest) = word.strip_prefix("avgpool") {
                pool(token, Pool::Average, rest)?
            } else if word == "res" {
                if depth == DEEPEST {
                    return Err(token.mistake(&format!("res(…): ≤ {DEEPEST}")));
                }
                self.next += 1;
                self.residual(depth + 1)?
            } else {
                return Err(token.mistake(expected));
            };
            self.next += 1;
            let nothing = Map { size: [0; 2], channels: 0 };
            layers.push(Layer { op, column, input: nothing, output: nothing });
        }
    }

    /// `(MAIN)` or `(MAIN|PROJECTION)`; the closing bracket is left to the caller.
    fn residual(&mut self, depth: usize) -> Result<Op, Mistake> {
        if self.peek().text != "(" {
            return Err(self.peek().mistake("("));
        }
        let branch = |reader: &mut Self| {
            reader.next += 1;
            let layers = reader.layers(depth)?;
            if layers.is_empty() { Err(reader.peek().mistake(IN_BRANCH)) } else { Ok(layers) }
        };
        let main = branch(self)?;
        let projection = if self.peek().text == "|" { Some(branch(self)?) } else { None };
        if self.peek().text != ")" {
            let expected = if projection.is_none() { "|, )" } else { ")" };
            return Err(self.peek().mistake(expected));
        }
        Ok(Op::Residual { main, projection })
    }
}

/// Reads `K` or `KxC`, then letters with numbers, each at most once.
struct Options<'a, 'b> {
    token: &'a Token<'b>,
    rest: &'b str,
    form: &'static str,
}

impl<'b> Options<'_, 'b> {
    fn wrong(&self) -> Mistake {
        self.token.mistake(self.form)
    }

    /// The digits that come next.
    fn digits(&mut self) -> &'b str {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    /// A number `least..=most`, called `name` where it is out of range.
    fn number(&mut self, name: char, least: u32, most: u32) -> Result<usize, Mistake> {
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.wrong());
        }
        let range = || self.token.mistake(&format!("{}, {name} {least} … {most}", self.form));
        count(digits, least, most).ok_or_else(range)
    }

    /// The values of `letters`; absent where not given.
    fn take(&mut self, letters: &[(char, u32)]) -> Result<[Option<usize>; 4], Mistake> {
        let mut values = [None; 4];
        while let Some(letter) = self.rest.chars().next() {
            let place = letters.iter().position(|(known, _)| *known == letter).ok_or_else(|| self.wrong())?;
            if values[place].is_some() {
                return Err(self.token.mistake(&format!("{}, {letter} ≤ 1×", self.form)));
            }
            self.rest = &self.rest[1..];
            let (name, least) = letters[place];
            let most = if name == 'g' { WIDEST } else { LARGEST };
            values[place] = Some(self.number(name, least, most)?);
        }
        Ok(values)
    }
}

fn conv(token: &Token, rest: &str) -> Result<Op, Mistake> {
    let mut options = Options { token, rest, form: "convKxC[s][p][d][g]" };
    let kernel = options.number('K', 1, LARGEST)?;
    options.rest = options.rest.strip_prefix('x').ok_or_else(|| options.wrong())?;
    let channels = options.number('C', 1, WIDEST)?;
    let [stride, padding, dilation, groups] = options.take(&[('s', 1), ('p', 0), ('d', 1), ('g', 1)])?;
    let slide =
        Slide { kernel, stride: stride.unwrap_or(1), padding: padding.unwrap_or(0), dilation: dilation.unwrap_or(1) };
    Ok(Op::Conv { slide, channels, groups: groups.unwrap_or(1), bias: true })
}

fn pool(token: &Token, pool: Pool, rest: &str) -> Result<Op, Mistake> {
    let form = if pool == Pool::Max { "maxpoolK[s][p]" } else { "avgpoolK[s][p]" };
    let mut options = Options { token, rest, form };
    let kernel = options.number('K', 1, LARGEST)?;
    let [stride, padding, ..] = options.take(&[('s', 1), ('p', 0)])?;
    let padding = padding.unwrap_or(0);
    if padding > kernel / 2 {
        return Err(token.mistake(&format!("p ≤ {}", kernel / 2)));
    }
    Ok(Op::Pool { pool, slide: Slide { kernel, stride: stride.unwrap_or(kernel), padding, dilation: 1 } })
}
