//! Writes numbers for the eye.
//!
//! Not for machines: full precision stands in the readouts. `www/format.js` is the twin of this file in the page; both are
//! held to `tests/format_cases.json`, so a still picture and the living one write the same characters.
//!
//! Rounding is to nearest, ties away from zero, decided on the exact binary value (as ECMAScript's `toFixed`,
//! `toExponential` and `toPrecision` do; Rust's own formatter would round exact ties to even).

use crate::decimal;

/// How a number is written for the eye; its full precision always stands beside it in the readout.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Format {
    /// A whole number.
    Integer,
    /// So many digits after the point.
    Fixed(u8),
    /// So many significant digits; scientific below 1e-4 and from 1e7 on.
    Significant(u8),
    /// As `Significant`, without the zeros at its end where the value is exactly what is written: 0.01, and 0.3000 for 0.30004.
    Short(u8),
    /// Scientific, with so many significant digits.
    Scientific(u8),
}

/// What stands for a number that is not one.
const UNKNOWN: &str = "–";
/// From here on fixed notation would write digits that the number does not have.
const HUGE: f64 = 1e15;

/// `value` as `format` writes it: U+2212 as minus, no sign on what rounds to zero, `–` for NaN.
pub fn number(value: f64, format: Format) -> String {
    if value.is_nan() {
        return UNKNOWN.into();
    }
    let size = value.abs();
    let text = match format {
        _ if size.is_infinite() => "∞".into(),
        Format::Integer => fixed_or_scientific(size, 0),
        Format::Fixed(digits) => fixed_or_scientific(size, digits.into()),
        Format::Significant(digits) => significant(size, digits.into()),
        Format::Short(digits) => short(size, digits.into()),
        Format::Scientific(digits) => scientific(size, digits.into()),
    };
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// The short name of `format` in markup (`data-format`): `d`, `f6`, `g4`, `s4`, `e3`.
pub fn code(format: Format) -> String {
    match format {
        Format::Integer => "d".into(),
        Format::Fixed(digits) => format!("f{digits}"),
        Format::Significant(digits) => format!("g{digits}"),
        Format::Short(digits) => format!("s{digits}"),
        Format::Scientific(digits) => format!("e{digits}"),
    }
}

/// Fixed notation, except for sizes where it has no meaning left.
fn fixed_or_scientific(size: f64, digits: usize) -> String {
    if size < HUGE { decimal::fixed(size, digits) } else { scientific(size, 4) }
}

/// `size >= 0` with `digits` significant digits and an exponent: `3.10e−10`, `4.0e7`.
fn scientific(size: f64, digits: usize) -> String {
    let (mantissa, exponent) = decimal::scientific(size, digits.max(1) - 1);
    format!("{mantissa}e{}{}", if exponent < 0 { "−" } else { "" }, exponent.abs())
}

/// `size >= 0` with `digits` significant digits: scientific below 1e-4 and from 1e7 on, never fewer digits than the whole part.
fn significant(size: f64, digits: usize) -> String {
    let (_, exponent) = decimal::scientific(size, digits.max(1) - 1);
    if size != 0.0 && !(-4..7).contains(&exponent) {
        return scientific(size, digits);
    }
    decimal::fixed(size, (digits as i32 - 1 - exponent).max(0) as usize)
}

/// `size >= 0` with at most `digits` significant digits: no zeros at the end of what is exact.
fn short(size: f64, digits: usize) -> String {
    let text = significant(size, digits);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, ""));
    let exact = decimal::parse(&text.replace('−', "-")) == Some(size);
    if !exact || !mantissa.contains('.') {
        return text;
    }
    let shorter = mantissa.trim_end_matches('0').trim_end_matches('.');
    if exponent.is_empty() { shorter.into() } else { format!("{shorter}e{exponent}") }
}
