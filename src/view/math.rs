//! A small language of mathematics: enough to write a derivation with handles and live numbers in it.
//!
//! Not a parser: prose is written in TeX and converted when the site is built (`bin/site`); this tree is for formulas that
//! a lesson builds while it runs. `plot` writes it as MathML.

use super::{Format, Key};

/// A piece of mathematics.
#[derive(Clone, Debug, PartialEq)]
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
    Word(Key),
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

impl Math {
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
