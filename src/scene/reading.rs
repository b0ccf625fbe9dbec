//! What a chart says in numbers at the place that is pointed at: what all kinds share.
//!
//! Not drawing: the page lays a line, marks and words over the chart, which is not drawn again for that. Places are those of
//! the drawing, because both use the same layout. All numbers of a chart are in its table ([`super::rows`]).

use super::axis::Axis;
use super::curve::Series;
use super::format::{self, Format};
use super::frame::Frame;
use super::sheet::{Xy, within};
use super::style::SERIES;
use super::words::{Key, Words};
use crate::decimal;
use core::fmt::Write as _;

/// How a value is written.
pub(super) const VALUE: Format = Format::Significant(4);

/// What is said at a place, as lines of fields separated by tabs. The first line: x, top and bottom of the line to be drawn,
/// and the name of the place. Then a line a value: y of its mark, its style, its name and itself.
pub(super) struct Reading(String);

impl Reading {
    /// Begins with a line at `x` from `top` to `bottom`, in CSS pixels, and the name of the place.
    pub(super) fn new(x: f64, top: f64, bottom: f64, name: &str) -> Reading {
        let [x, top, bottom] = [x, top, bottom].map(pixels);
        Reading(format!("{x}\t{top}\t{bottom}\t{name}"))
    }

    /// Begins with a line through the whole of `frame`.
    pub(super) fn through(frame: &Frame, x: f64, name: &str) -> Reading {
        Reading::new(x, frame.area.top, frame.area.bottom, name)
    }

    /// Adds a value whose mark stands at `y`.
    pub(super) fn line(&mut self, y: f64, style: u8, name: &str, value: String) {
        let style = usize::from(style) % SERIES;
        let y = pixels(y);
        write!(self.0, "\n{y}\t{style}\t{name}\t{value}").expect("a string takes everything");
    }

    /// The lines.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A place in a drawing; what lies far outside, or nowhere, stays a number.
fn pixels(x: f64) -> String {
    decimal::fixed(if x.is_finite() { within(x, -1e6, 1e6) } else { 0.0 }, 1)
}

/// A place on an axis.
pub(super) fn place(value: f64) -> String {
    format::number(value, if value.fract() == 0.0 { Format::Integer } else { Format::Short(4) })
}

/// The name of a place in a plane.
pub(super) fn plane(words: &Words, [across, up]: [&Axis; 2], (x, y): (f64, f64)) -> String {
    format!("{} {}, {} {}", words.get(across.label), place(x), words.get(up.label), place(y))
}

/// One line of a chart as numbers.
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    pub(super) line: Series,
}

impl Column<'_> {
    /// The value at `x`, where there is one.
    pub(super) fn at(&self, x: f64) -> Option<f64> {
        let place = (x - self.line.start) / self.line.stride;
        let index = place.round();
        let there = (place - index).abs() < 0.01 && index >= 0.0;
        self.line.y.get(index as usize).copied().filter(|value| there && value.is_finite())
    }

    /// The place of a value that is nearest to `x`.
    fn nearest(&self, x: f64) -> f64 {
        let Series { start, stride, y, .. } = &self.line;
        start + stride * within(((x - start) / stride).round(), 0.0, y.len().max(1) as f64 - 1.0)
    }
}

/// Every column at the place nearest to `at` that any of them has. The last column stands in the frame `lower`, the others in
/// `upper`; a chart of one frame gives it twice.
pub(super) fn at_column(
    columns: &[Column],
    [upper, lower]: [&Frame; 2],
    label: Key,
    at: Xy,
    words: &Words,
) -> Option<Reading> {
    let across = (at.0 - upper.area.left) / upper.area.width();
    let inside = (0.0..=1.0).contains(&across) && (upper.area.top..=lower.area.bottom).contains(&at.1);
    let wanted = inside.then(|| upper.x.value(across))?;
    let places = columns.iter().filter(|column| !column.line.y.is_empty()).map(|column| column.nearest(wanted));
    let x = places.min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;
    let name = format!("{} {}", words.get(label), place(x));
    let mut said = Reading::new(upper.across(x), upper.area.top, lower.area.bottom, &name);
    for (index, column) in columns.iter().enumerate() {
        let Some(value) = column.at(x) else { continue };
        let frame = if index + 1 == columns.len() { lower } else { upper };
        said.line(frame.up(value), column.line.style, column.name, format::number(value, VALUE));
    }
    Some(said)
}
