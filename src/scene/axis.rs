//! An axis: what it measures, its range, and its ticks.
//!
//! Not drawing. plotters is never asked for a range or a tick: given an infinite range it does not come back. Whatever
//! the data hold, a [`Span`] is finite, longer than rounding errors, and has at most [`MOST_TICKS`] ticks.

use super::format::{self, Format};
use super::sheet::within;
use super::words::Key;
use crate::decimal;

/// A linear or logarithmic (base 10) axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Scale {
    /// Equal steps are equal differences.
    Linear,
    /// Equal steps are equal ratios; values that are not positive are left out.
    Log,
}

/// An axis: what it measures, and optionally the range that it must show.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Axis {
    /// Name of the quantity.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub label: Key,
    /// Spacing.
    pub scale: Scale,
    /// Fixed limits; where they are absent, those of the finite data are taken.
    pub range: Option<(f64, f64)>,
}

/// Values beyond this have no place on an axis: differences of two of them must stay finite.
const LIMIT: f64 = 1e150;
/// A range shorter than this part of its values shows rounding errors, not differences.
const FINEST: f64 = 1e-12;
/// Values smaller than this count as zero where they make a range (f64 loses digits there).
const TINIEST: f64 = 1e-280;
/// More ticks than this are never made.
const MOST_TICKS: usize = 64;
/// From so many characters on, labels are written scientifically where that is shorter.
const LONG: usize = 7;

/// A finite range of values, on a linear or logarithmic scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) scale: Scale,
}

/// A tick: the value, and its label where it has one (a minor tick has none).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: Option<String>,
}

/// How a range is made from data.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fit {
    /// Edge to edge.
    Tight,
    /// With a little air, and down to zero where that is near.
    Airy,
    /// As `Airy`, always with zero (bars).
    Grounded,
}

impl Span {
    /// The range of `axis` if it has one, otherwise that of the finite `data`; `None` where there is nothing to show.
    pub(super) fn of(axis: &Axis, data: impl Iterator<Item = f64>, fit: Fit) -> Option<Span> {
        let usable = |value: &f64| value.abs() <= LIMIT && (axis.scale == Scale::Linear || *value >= TINIEST);
        let fixed = axis.range.filter(|(low, high)| usable(low) && usable(high));
        if let Some((low, high)) = fixed {
            return Some(Span { low: low.min(high), high: low.max(high), scale: axis.scale }.opened());
        }
        let range = data.filter(usable).fold(None, |range: Option<(f64, f64)>, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = range?;
        let span = Span { low, high, scale: axis.scale };
        Some(match axis.scale {
            Scale::Linear => span.with_air(fit),
            Scale::Log => span.with_log_air(fit),
        })
    }

    /// A range of which something can be told apart.
    fn opened(self) -> Span {
        let Span { low, high, scale } = self;
        match scale {
            Scale::Linear => {
                let size = low.abs().max(high.abs());
                if high - low > (size * FINEST).max(TINIEST) {
                    self
                } else if size < TINIEST {
                    Span { low: -0.5, high: 0.5, scale }
                } else {
                    Span { low: low - size / 2.0, high: high + size / 2.0, scale }
                }
            }
            Scale::Log if high / low > 1.0 + FINEST => self,
            Scale::Log => Span { low: (low / 3.0).max(f64::MIN_POSITIVE), high: high * 3.0, scale },
        }
    }

    fn with_air(self, fit: Fit) -> Span {
        let mut span = self;
        if fit == Fit::Grounded || fit == Fit::Airy && span.low > 0.0 && span.low < span.high * 0.35 {
            span.low = span.low.min(0.0);
            span.high = span.high.max(0.0);
        }
        span = span.opened();
        if fit != Fit::Tight {
            let air = (span.high - span.low) * 0.06;
            span.low -= if span.low == 0.0 { 0.0 } else { air };
            span.high += if span.high == 0.0 { 0.0 } else { air };
        }
        span
    }

    fn with_log_air(self, fit: Fit) -> Span {
        let span = self.opened();
        if fit == Fit::Tight {
            return span;
        }
        let air = libm::exp(0.05 * libm::log(span.high / span.low));
        // Bars stand on something: the decade below the smallest.
        let low =
            if fit == Fit::Grounded { power_of_10((libm::log10(span.low) - 0.01).floor()) } else { span.low / air };
        Span { low: low.max(f64::MIN_POSITIVE), high: span.high * air, scale: span.scale }
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end; NaN for what the scale cannot show.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value > 0.0 => {
                (libm::log(value) - libm::log(self.low)) / (libm::log(self.high) - libm::log(self.low))
            }
            Scale::Log => f64::NAN,
        }
    }

    /// The value that lies at `place`.
    pub(super) fn value(&self, place: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.low + (self.high - self.low) * place,
            Scale::Log => libm::exp(libm::log(self.low) + (libm::log(self.high) - libm::log(self.low)) * place),
        }
    }

    /// Ticks from low to high, about `wanted` of them with a label; `whole`: only whole numbers.
    pub(super) fn ticks(&self, wanted: usize, whole: bool) -> Vec<Tick> {
        let wanted = wanted.clamp(2, 12);
        match self.scale {
            Scale::Linear => self.linear_ticks(wanted, whole),
            Scale::Log => self.log_ticks(wanted),
        }
    }

    fn linear_ticks(&self, wanted: usize, whole: bool) -> Vec<Tick> {
        let mut step = nice_step((self.high - self.low) / wanted as f64);
        if whole {
            step = step.max(1.0);
        }
        let slack = step * 1e-6;
        let first = ((self.low - slack) / step).ceil();
        let values: Vec<f64> = (0..MOST_TICKS)
            .map(|index| (first + index as f64) * step)
            .take_while(|value| *value <= self.high + slack)
            .collect();
        let labels = labels(&values, step);
        values.into_iter().zip(labels).map(|(value, label)| Tick { value, label: Some(label) }).collect()
    }

    /// Powers of ten; between them 2 and 5 where the range is short, unlabelled lines where it is not long.
    fn log_ticks(&self, wanted: usize) -> Vec<Tick> {
        let (low, high) = (libm::log10(self.low) - 1e-9, libm::log10(self.high) + 1e-9);
        let (first, last) = (low.ceil() as i32, high.floor() as i32);
        let decades = last - first + 1;
        if high - low < 0.7 {
            return self.linear_ticks(wanted, false);
        }
        let stride = (decades.max(1) as usize).div_ceil(wanted) as i32;
        let plain = first > -4 && last <= 4;
        let mut ticks = Vec::new();
        for exponent in first - 1..=last {
            let decade = power_of_10(f64::from(exponent));
            for digit in 1..=9 {
                let value = decade * f64::from(digit);
                let place = self.place(value);
                let labelled = match digit {
                    1 => exponent.rem_euclid(stride) == 0,
                    2 | 5 => decades <= 2 && plain,
                    _ => false,
                };
                let minor = decades <= 4;
                if (-1e-9..=1.0 + 1e-9).contains(&place) && (labelled || minor) && ticks.len() < MOST_TICKS {
                    let text = if plain { plain_power(digit, exponent) } else { power_of_ten(exponent) };
                    ticks.push(Tick { value, label: labelled.then_some(text) });
                }
            }
        }
        ticks
    }
}

/// The next step of the form 1, 2 or 5 times a power of ten.
fn nice_step(least: f64) -> f64 {
    let power = power_of_10(libm::log10(least).floor());
    let power = if power > 0.0 { power } else { f64::MIN_POSITIVE };
    [1.0, 2.0, 5.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Labels that tell `values`, multiples of `step`, apart: fixed, or scientific where that is shorter.
fn labels(values: &[f64], step: f64) -> Vec<String> {
    let step_exponent = (libm::log10(step) + 1e-9).floor();
    let largest = values.iter().fold(step, |largest: f64, value| largest.max(value.abs()));
    let write = |format: Format| -> Vec<String> {
        let text = |value: &f64| if value.abs() < step * 0.5 { "0".into() } else { format::number(*value, format) };
        values.iter().map(text).collect()
    };
    let longest = |labels: &[String]| labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let fixed = write(Format::Fixed(within(-step_exponent, 0.0, 100.0) as u8));
    if longest(&fixed) < LONG {
        return fixed;
    }
    let digits = within(libm::log10(largest).floor() - step_exponent + 1.0, 1.0, 17.0);
    let scientific = write(Format::Scientific(digits as u8));
    if longest(&scientific) < longest(&fixed) { scientific } else { fixed }
}

/// `digit` times ten to `exponent`, written out.
fn plain_power(digit: i32, exponent: i32) -> String {
    decimal::fixed(f64::from(digit) * power_of_10(f64::from(exponent)), (-exponent).max(0) as usize)
}

/// Ten to a whole `exponent`, read as it is written: `libm`'s own brings a table of 4 KB, and its power as much code.
fn power_of_10(exponent: f64) -> f64 {
    decimal::parse(&format!("1e{}", exponent as i32)).unwrap_or(f64::NAN)
}

/// `10⁻³`
fn power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = exponent.abs().to_string();
    let raised = digits.bytes().map(|digit| RAISED[usize::from(digit - b'0')]);
    let sign = (exponent < 0).then_some('⁻');
    "10".chars().chain(sign).chain(raised).collect()
}
