//! A small language of mathematics: enough to write a derivation with handles and live numbers in it.
//!
//! Not a parser: prose is written in TeX and converted when the site is built (`bin/site`); this tree is for formulas that
//! a lesson builds while it runs. `mathml` writes it as MathML.

use super::format::Format;
use super::words::Key;

/// A piece of mathematics.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Math {
    /// A variable: one or more letters.
    Var(String),
    /// A bold upright or italic bold letter for a vector or matrix.
    Bold(String),
    /// An operator, relation or bracket.
    Op(String),
    /// A constant written as it is.
    Const(String),
    /// A word of the prose, set upright.
    Word(#[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))] Key),
    /// A live number in a slot. It may be negative: the writer brackets it where `signed` follows an operator.
    Number {
        /// The value.
        value: f64,
        /// How it is written.
        format: Format,
        /// Coloured by its sign.
        signed: bool,
        /// Whether it has been computed at the moment shown; otherwise a placeholder stands there.
        known: bool,
    },
    /// Things side by side.
    Row(Vec<Math>),
    /// Subscript.
    Sub(Box<Math>, Box<Math>),
    /// Superscript.
    Sup(Box<Math>, Box<Math>),
    /// Subscript and superscript: base, below, above.
    SubSup(Box<Math>, Box<Math>, Box<Math>),
    /// A fraction.
    Frac(Box<Math>, Box<Math>),
    /// A large operator with what stands under it.
    Under(Box<Math>, Box<Math>),
    /// Rows of a matrix in brackets.
    Matrix(Vec<Vec<Math>>),
    /// A part that can be pointed at; the id is that of the thing it stands for.
    Handle(String, Box<Math>),
}

/// Writes mathematics from left to right: plain symbols as text, live parts one by one.
///
/// In the text symbols are separated by spaces. Letters are variables, digits constants, `1/N` is a fraction, `∑_k` has a
/// subscript, `h^2` a superscript, `)^2` raises everything back to its bracket; the rest are operators.
#[derive(Clone, Debug, Default)]
pub struct Phrase(Vec<Math>);

impl Phrase {
    /// Appends symbols.
    #[inline(never)]
    pub fn text(mut self, symbols: &str) -> Phrase {
        for symbol in symbols.split_whitespace() {
            let (base, above) = symbol.split_once('^').map_or((symbol, None), |(base, above)| (base, Some(above)));
            let math = if base == ")" && above.is_some() { self.take_bracket() } else { read(base) };
            self.0.push(match above {
                Some(above) => math.sup(atom(above)),
                None => math,
            });
        }
        self
    }

    /// Appends a part.
    #[inline(never)]
    pub fn put(mut self, part: Math) -> Phrase {
        self.0.push(part);
        self
    }

    /// Appends another phrase.
    #[inline(never)]
    pub fn then(mut self, mut other: Phrase) -> Phrase {
        self.0.append(&mut other.0);
        self
    }

    /// The parts.
    pub fn parts(self) -> Vec<Math> {
        self.0
    }

    /// The whole, as one.
    pub fn whole(self) -> Math {
        Math::Row(self.0)
    }

    /// Takes back everything from the last opening bracket on, and closes it.
    fn take_bracket(&mut self) -> Math {
        let open = self.0.iter().rposition(|math| *math == Math::op("(")).expect("a bracket to close");
        let mut inside = self.0.split_off(open);
        inside.push(Math::op(")"));
        Math::Row(inside)
    }
}

/// A symbol, with its subscript or as a fraction.
fn read(symbol: &str) -> Math {
    if let Some((above, below)) = symbol.split_once('/') {
        return atom(above).over(atom(below));
    }
    match symbol.split_once('_') {
        Some((base, below)) => atom(base).sub(atom(below)),
        None => atom(symbol),
    }
}

/// A variable, a constant or an operator.
fn atom(symbol: &str) -> Math {
    match symbol.chars().next() {
        Some('∑' | '∂') | None => Math::op(symbol),
        Some(first) if is_letter(first) => Math::var(symbol),
        Some(first) if first.is_ascii_digit() => Math::constant(symbol),
        Some(_) => Math::op(symbol),
    }
}

/// Whether `c` is a letter of formulas, Latin or Greek: the standard library's table of all letters weighs 1 KB.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'Α'..='Ω' | 'α'..='ω')
}

impl Math {
    /// Begins with symbols; see [`Phrase`].
    pub fn text(symbols: &str) -> Phrase {
        Phrase::default().text(symbols)
    }

    /// Begins with a part.
    pub fn begin(part: Math) -> Phrase {
        Phrase::default().put(part)
    }

    /// A variable.
    pub fn var(name: &str) -> Math {
        Math::Var(name.into())
    }

    /// A bold letter, for vectors and matrices.
    pub fn bold(name: &str) -> Math {
        Math::Bold(name.into())
    }

    /// An operator or bracket.
    pub fn op(sign: &str) -> Math {
        Math::Op(sign.into())
    }

    /// A constant.
    pub fn constant(text: &str) -> Math {
        Math::Const(text.into())
    }

    /// A known number, coloured by its sign where `signed`.
    pub fn number(value: f64, format: Format, signed: bool) -> Math {
        Math::Number { value, format, signed, known: true }
    }

    /// `self` with a subscript.
    #[allow(clippy::should_implement_trait, reason = "the field's word; nothing is subtracted")]
    pub fn sub(self, below: Math) -> Math {
        Math::Sub(Box::new(self), Box::new(below))
    }

    /// `self` with a superscript.
    pub fn sup(self, above: Math) -> Math {
        Math::Sup(Box::new(self), Box::new(above))
    }

    /// `self` over `below`.
    pub fn over(self, below: Math) -> Math {
        Math::Frac(Box::new(self), Box::new(below))
    }

    /// `self` as a handle of the thing called `id`.
    pub fn handle(self, id: impl Into<String>) -> Math {
        Math::Handle(id.into(), Box::new(self))
    }

    /// Things side by side.
    pub fn row(parts: impl IntoIterator<Item = Math>) -> Math {
        Math::Row(parts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_symbol_by_symbol() {
        let two = || Box::new(Math::constant("2"));
        let written = Math::text("L = 1/2 ∑_k ( o_k − t )^2 ln h^2").parts();
        let expected = vec![
            Math::var("L"),
            Math::op("="),
            Math::constant("1").over(*two()),
            Math::op("∑").sub(Math::var("k")),
            Math::Sup(
                Box::new(Math::row([
                    Math::op("("),
                    Math::var("o").sub(Math::var("k")),
                    Math::op("−"),
                    Math::var("t"),
                    Math::op(")"),
                ])),
                two(),
            ),
            Math::var("ln"),
            Math::Sup(Box::new(Math::var("h")), two()),
        ];
        assert_eq!(written, expected);
    }
}
