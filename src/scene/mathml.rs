//! Writes mathematics as MathML Core.
//!
//! Not TeX and not a layout engine: the browser sets the mathematics. What is decided here is what browsers leave to
//! the author: a minus between numbers is infix even where it opens a group, a negative number behind an operator is
//! bracketed, brackets grow only with what stands between them.
//!
//! Classes: `num` (`signed`) > `paren`, `placeholder`. Two rules belong to the style sheet:
//! `.num[data-is]:not([data-is="neg"]) > .paren` is not displayed; of `.num > mn` and `.num > .placeholder` the first shows
//! unless the `.num` is `later`.

use super::format::{self, Format};
use super::math::Math;
use super::words::Words;
use super::writer::{Pass, Phase, Writer};

/// What stands before the next token, as far as it decides how that one is written.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing, an opening bracket, a relation: a minus is a sign, a negative number needs no bracket.
    Nothing,
    /// An arithmetic operator: a negative number is bracketed.
    Operator,
    /// A symbol or closing bracket: a minus is a difference.
    Symbol,
    /// A live number, or a name of several letters (`ln`): what follows keeps its distance.
    Apart,
}

/// Writes [`Math`] to a [`Writer`].
pub(super) struct Mathml<'w, 'a> {
    pub(super) w: &'w mut Writer<'a>,
    before: Before,
}

impl<'w, 'a> Mathml<'w, 'a> {
    pub(super) fn new(w: &'w mut Writer<'a>) -> Self {
        Mathml { w, before: Before::Nothing }
    }

    /// A whole `<math>` element.
    pub(super) fn formula(&mut self, math: &Math) {
        self.before = Before::Nothing;
        self.part(math);
    }

    /// A `<math>` element that goes on where the one before it ended (so that a long line can break between them).
    pub(super) fn part(&mut self, math: &Math) {
        self.w.tag("math").attr("displaystyle", "true").open();
        self.write(math);
        self.w.close("math");
    }

    /// Exactly one element.
    fn write(&mut self, math: &Math) {
        match math {
            Math::Var(name) => self.symbol("mi", name),
            Math::Bold(name) => self.symbol("mi", &name.chars().map(bold).collect::<String>()),
            Math::Const(text) => self.symbol("mn", text),
            Math::Word(key) => {
                let word = self.w.words.get(key);
                self.symbol("mtext", word);
            }
            Math::Op(sign) => self.operator(sign, false),
            Math::Number { value, format, signed, known } => {
                let bracketed = self.before == Before::Operator;
                self.number(*value, *format, *signed, *known, bracketed);
            }
            Math::Row(parts) => {
                self.w.tag("mrow").open();
                self.sequence(parts);
                self.w.close("mrow");
            }
            Math::Sub(base, below) => self.scripts("msub", base, &[below]),
            Math::Sup(base, above) => self.scripts("msup", base, &[above]),
            Math::SubSup(base, below, above) => self.scripts("msubsup", base, &[below, above]),
            Math::Frac(over, under) => {
                self.keep_distance();
                self.w.tag("mfrac").open();
                self.afresh(over);
                self.afresh(under);
                self.w.close("mfrac");
                self.before = Before::Symbol;
            }
            Math::Under(base, below) => {
                self.w.tag("munder").open();
                self.afresh(base);
                self.afresh(below);
                self.w.close("munder");
                self.before = Before::Operator;
            }
            Math::Matrix(rows) => self.matrix(rows),
            Math::Handle(id, inner) => {
                // For the pointer: what stands inside mathematics is not reached by keyboard. The line around it is, and so
                // are the nodes and edges of the network that the handles stand for.
                self.w.tag("mrow").pick(id).open();
                self.write(inner);
                self.w.close("mrow");
            }
        }
    }

    /// Things side by side, with each bracketed group in a row of its own.
    fn sequence(&mut self, parts: &[Math]) {
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let group = is_op(part, "([{").then(|| closing(&parts[at..])).flatten();
            if let Some(length) = group {
                let inside = &parts[at + 1..at + length];
                let grows = inside.iter().any(is_tall);
                self.w.tag("mrow").open();
                self.bracket(part, grows);
                self.sequence(inside);
                self.bracket(&parts[at + length], grows);
                self.w.close("mrow");
                at += length + 1;
            } else {
                self.write(part);
                at += 1;
            }
        }
    }

    fn bracket(&mut self, bracket: &Math, grows: bool) {
        if let Math::Op(sign) = bracket {
            self.operator(sign, grows);
        }
    }

    /// An operator, relation or bracket; `grows` brackets stretch to the height of their row.
    fn operator(&mut self, sign: &str, grows: bool) {
        let sign = if sign == "-" { "−" } else { sign };
        let follows = matches!(self.before, Before::Symbol | Before::Apart);
        let tag = self.w.tag("mo");
        match sign {
            "(" | "[" | "{" => {
                tag.attr("form", "prefix").attr("stretchy", grows).text(sign);
                self.before = Before::Nothing;
            }
            ")" | "]" | "}" => {
                tag.attr("form", "postfix").attr("stretchy", grows).text(sign);
                self.before = Before::Symbol;
            }
            "+" | "−" | "±" | "×" | "·" | "⋅" | "*" | "/" | "÷" | "∘" | "⊙" => {
                // Two numbers may be two `<math>` elements apart, where a browser would take the sign for a prefix.
                let tag = tag.attr("form", if follows { "infix" } else { "prefix" });
                let tag = match (follows, sign) {
                    (false, _) | (true, "/") => tag,
                    (true, _) => tag.attr("lspace", "0.22em").attr("rspace", "0.22em"),
                };
                tag.text(sign);
                self.before = Before::Operator;
            }
            "∑" | "∏" | "∂" | "√" | "Δ" => {
                tag.attr("movablelimits", "false").text(sign);
                self.before = Before::Operator;
            }
            "," | ";" => {
                tag.attr("separator", "true").text(sign);
                self.before = Before::Nothing;
            }
            _ => {
                let tag = if sign == "|" { tag.attr("stretchy", grows) } else { tag.attr("form", "infix") };
                tag.text(sign);
                self.before = Before::Nothing;
            }
        }
    }

    /// A symbol or word; one of several letters keeps its distance from what stands beside it.
    fn symbol(&mut self, name: &'static str, text: &str) {
        let long = name != "mn" && text.chars().nth(1).is_some();
        if long && self.before == Before::Symbol {
            self.space();
        }
        self.keep_distance();
        self.w.tag(name).text(text);
        self.before = if long { Before::Apart } else { Before::Symbol };
    }

    /// A live number. Its brackets are always there in the living markup, and shown when the number is negative.
    fn number(&mut self, value: f64, how: Format, signed: bool, known: bool, bracketed: bool) {
        if matches!(self.before, Before::Symbol | Before::Apart) {
            self.space();
        }
        // What is not known yet is not told: the slot holds NaN.
        let value = if known { value } else { f64::NAN };
        let tag = self.w.tag("mrow").class(if signed { "num signed" } else { "num" });
        // What is written without a minus is neither bracketed nor coloured as negative.
        let negative = value < 0.0 && format::number(value, how).starts_with('−');
        let tag = if signed || bracketed { tag.sign(if negative { value } else { value.max(0.0) }) } else { tag };
        tag.phase(if known { Phase::Done } else { Phase::Later }).open();
        let shown = bracketed && (self.w.pass != Pass::Still || negative);
        if shown {
            self.w.tag("mo").class("paren").attr("form", "prefix").attr("stretchy", "false").text("(");
        }
        self.w.number("mn", "", value, how);
        self.w.tag("mtext").class("placeholder").text("?");
        if shown {
            self.w.tag("mo").class("paren").attr("form", "postfix").attr("stretchy", "false").text(")");
        }
        self.w.close("mrow");
        self.before = Before::Apart;
    }

    /// A base with what hangs on it; a number as base is bracketed where it is negative.
    fn scripts(&mut self, name: &'static str, base: &Math, scripts: &[&Math]) {
        self.keep_distance();
        self.w.tag(name).open();
        let handled = if let Math::Handle(_, inner) = base { inner } else { base };
        if matches!(handled, Math::Number { .. }) {
            self.before = Before::Operator;
            self.write(base);
        } else {
            self.afresh(base);
        }
        for script in scripts {
            self.afresh(script);
        }
        self.w.close(name);
        self.before = Before::Symbol;
    }

    fn matrix(&mut self, rows: &[Vec<Math>]) {
        self.keep_distance();
        self.w.tag("mrow").open();
        self.w.tag("mo").attr("form", "prefix").attr("stretchy", "true").text("[");
        self.w.tag("mtable").open();
        for row in rows {
            self.w.tag("mtr").open();
            for cell in row {
                self.w.tag("mtd").open();
                self.afresh(cell);
                self.w.close("mtd");
            }
            self.w.close("mtr");
        }
        self.w.close("mtable");
        self.w.tag("mo").attr("form", "postfix").attr("stretchy", "true").text("]");
        self.w.close("mrow");
        self.before = Before::Symbol;
    }

    /// One element, as if nothing stood before it.
    fn afresh(&mut self, math: &Math) {
        self.before = Before::Nothing;
        self.write(math);
    }

    /// A thin space where what follows would touch a live number or a long name.
    fn keep_distance(&mut self) {
        if self.before == Before::Apart {
            self.space();
        }
    }

    fn space(&mut self) {
        self.w.tag("mspace").attr("width", "0.2em").empty();
    }
}

/// Whether `math` is an operator out of `signs`.
fn is_op(math: &Math, signs: &str) -> bool {
    let Math::Op(sign) = math else { return false };
    let mut chars = sign.chars();
    matches!((chars.next(), chars.next()), (Some(sign), None) if signs.chars().any(|known| known == sign))
}

/// The index of the bracket that closes the one at index 0.
fn closing(parts: &[Math]) -> Option<usize> {
    let mut depth = 0;
    for (index, part) in parts.iter().enumerate() {
        if is_op(part, "([{") {
            depth += 1;
        } else if is_op(part, ")]}") {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

/// Whether brackets around `math` should grow.
fn is_tall(math: &Math) -> bool {
    match math {
        Math::Frac(..) | Math::Matrix(_) => true,
        Math::Handle(_, inner) => is_tall(inner),
        Math::Row(parts) => parts.iter().any(is_tall),
        _ => false,
    }
}

/// The symbols of `math` as plain text, for a name: `∂L/∂w(1)11`.
pub(super) fn plain(math: &Math, words: &Words) -> String {
    let all = |parts: &[&Math]| parts.iter().map(|part| plain(part, words)).collect::<String>();
    match math {
        Math::Var(text) | Math::Bold(text) | Math::Op(text) | Math::Const(text) => text.clone(),
        Math::Word(key) => words.get(key).into(),
        Math::Number { .. } => String::new(),
        Math::Row(parts) => all(&parts.iter().collect::<Vec<_>>()),
        Math::Sub(base, script) | Math::Sup(base, script) | Math::Under(base, script) => all(&[base, script]),
        Math::SubSup(base, below, above) => all(&[base, above, below]),
        Math::Frac(above, below) => format!("{}/{}", plain(above, words), plain(below, words)),
        Math::Matrix(rows) => all(&rows.iter().flatten().collect::<Vec<_>>()),
        Math::Handle(_, inner) => plain(inner, words),
    }
}

/// The mathematical bold letter for a Latin or Greek one: MathML Core has no other way to say bold.
fn bold(c: char) -> char {
    let shifted = |first: char, to: u32| char::from_u32(to + (c as u32 - first as u32)).unwrap_or(c);
    match c {
        'A'..='Z' => shifted('A', 0x1d400),
        'a'..='z' => shifted('a', 0x1d41a),
        'Α'..='Ω' => shifted('Α', 0x1d6a8),
        'α'..='ω' => shifted('α', 0x1d6c2),
        '0'..='9' => shifted('0', 0x1d7ce),
        _ => c,
    }
}
