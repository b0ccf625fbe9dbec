//! What a chart says in numbers at the place that is pointed at; [`super::markup::data`] writes all of it.
//!
//! Not drawing: the page lays a line, marks and words over the chart, which is not drawn again for that. Places are those of
//! the drawing, because both ask the same frames.

use super::curve::text_of;
use super::format;
use super::frame::Frame;
use super::sheet::Xy;
use super::sheet::within;
use super::style::{SERIES, Words};
use super::{bars, comb, curve, heatmap, image, scatter};
use crate::decimal;
use crate::view::{Bars, Format, Heatmap, Image, Key, Name, Point, Series, View};
use core::fmt::Write as _;

/// How a value is written.
const VALUE: Format = Format::Significant(4);

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

/// The lines of a curve or of a comb. Of a comb the first is what comes in, the last the weights.
pub(super) fn columns<'a>(view: &'a View, words: &'a Words) -> Vec<Column<'a>> {
    let one_apart = |name, start, y| {
        let line = Series { name: Name::Key(name), style: 5, start, stride: 1.0, y };
        Column { name: words.get(name), line }
    };
    match view {
        View::Curve(curve) => {
            // The axis says what a single line is.
            let name = |line: &'a Series| {
                if curve.series.len() == 1 { words.get(curve.y.label) } else { text_of(&line.name, words) }
            };
            curve.series.iter().map(|line| Column { name: name(line), line: line.clone() }).collect()
        }
        #[cfg(feature = "full")]
        View::Comb(comb) => {
            let dots = comb.dots.iter().map(|dot| dot.y).collect();
            let teeth = comb.teeth.iter().map(|tooth| tooth.height).collect();
            let dots = one_apart(comb.y.label, comb.dots.first().map_or(0.0, |dot| dot.x), dots);
            let teeth = one_apart(comb.weight.label, comb.teeth.first().map_or(0.0, |tooth| tooth.x), teeth);
            let lines = comb.lines.iter().map(|line| Column { name: text_of(&line.name, words), line: line.clone() });
            [dots].into_iter().chain(lines).chain([teeth]).collect()
        }
        _ => Vec::new(),
    }
}

/// A place on an axis.
pub(super) fn place(value: f64) -> String {
    format::number(value, if value.fract() == 0.0 { Format::Integer } else { Format::Short(4) })
}

/// What the chart says at `(x, y)` of a drawing of so many CSS pixels, separated by tabs. The first line: x, top and bottom of
/// the line to be drawn, and what the place is called. Then a line a value: y of its mark, its style, its name and itself.
/// Empty where nothing is said.
pub(super) fn reading(view: &View, at: Xy, (width, height): (f64, f64), words: &Words) -> String {
    let said = match view {
        View::Curve(curve) => curve::frame(curve, words, width, height)
            .and_then(|frame| at_column(view, [&frame, &frame], curve.x.label, at, words)),
        #[cfg(feature = "full")]
        View::Comb(comb) => comb::frames(comb, words, width, height)
            .and_then(|frames| at_column(view, [&frames.values, &frames.weights], comb.x.label, at, words)),
        View::Bars(bars) => bars::frame(bars, words, width, height).and_then(|frame| at_bar(bars, &frame, at, words)),
        View::Heatmap(map) => {
            heatmap::frame(map, words, width, height).and_then(|frame| at_cell(map, &frame, at, words))
        }
        #[cfg(feature = "full")]
        View::Scatter(scatter) => scatter::frame(scatter, words, width, height).and_then(|frame| {
            frame.locate(at)?;
            let far = |point: &Point| libm::hypot(frame.across(point.x) - at.0, frame.up(point.y) - at.1);
            let point = scatter.points.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
            let name = plane(words, [scatter.x.label, scatter.y.label], (point.x, point.y));
            let mut said = Said::new(frame.across(point.x), [&frame, &frame], &name);
            said.line(frame.up(point.y), point.class, words.get("chart.class"), place(f64::from(point.class)));
            Some(said)
        }),
        #[cfg(feature = "full")]
        View::Image(image) => {
            image::place(image, width, height).and_then(|place| at_pixel(image, place.locate(at)?, at, words))
        }
        _ => None,
    };
    said.map(|said| said.0).unwrap_or_default()
}

/// A place in a drawing; what lies far outside, or nowhere, stays a number.
fn pixels(x: f64) -> String {
    decimal::fixed(if x.is_finite() { within(x, -1e6, 1e6) } else { 0.0 }, 1)
}

/// Lines of what is said.
struct Said(String);

impl Said {
    fn new(x: f64, [upper, lower]: [&Frame; 2], name: &str) -> Said {
        let [x, top, bottom] = [x, upper.area.top, lower.area.bottom].map(pixels);
        Said(format!("{x}\t{top}\t{bottom}\t{name}"))
    }

    fn line(&mut self, y: f64, style: u8, name: &str, value: String) {
        let style = usize::from(style) % SERIES;
        let y = pixels(y);
        write!(self.0, "\n{y}\t{style}\t{name}\t{value}").expect("a string takes everything");
    }
}

/// Every line at the place nearest to `at` that any of them has.
fn at_column(view: &View, frames: [&Frame; 2], label: Key, at: Xy, words: &Words) -> Option<Said> {
    let [upper, lower] = frames;
    let across = (at.0 - upper.area.left) / upper.area.width();
    let inside = (0.0..=1.0).contains(&across) && (upper.area.top..=lower.area.bottom).contains(&at.1);
    let wanted = inside.then(|| upper.x.value(across))?;
    let columns = columns(view, words);
    let places = columns.iter().filter(|column| !column.line.y.is_empty()).map(|column| column.nearest(wanted));
    let x = places.min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;
    let mut said = Said::new(upper.across(x), frames, &format!("{} {}", words.get(label), place(x)));
    for (index, column) in columns.iter().enumerate() {
        let Some(value) = column.at(x) else { continue };
        // The weights of a comb have a panel of their own.
        let frame = if matches!(view, View::Comb(_)) && index + 1 == columns.len() { lower } else { upper };
        said.line(frame.up(value), column.line.style, column.name, format::number(value, VALUE));
    }
    Some(said)
}

/// The bar at `at`.
fn at_bar(bars: &Bars, frame: &Frame, at: Xy, words: &Words) -> Option<Said> {
    frame.locate(at)?;
    let slot = frame.area.width() / bars.bars.len() as f64;
    let index = ((at.0 - frame.area.left) / slot) as usize;
    let bar = bars.bars.get(index)?;
    let x = frame.area.left + slot * (index as f64 + 0.5);
    let mut said = Said::new(x, [frame, frame], text_of(&bar.name, words));
    said.line(frame.up(bar.value), bar.style, words.get(bars.y.label), format::number(bar.value, bars.format));
    if let Some(mark) = bar.mark {
        said.line(frame.up(mark), 5, words.get("chart.mark"), format::number(mark, bars.format));
    }
    Some(said)
}

/// The cell at `at`.
fn at_cell(map: &Heatmap, frame: &Frame, at: Xy, words: &Words) -> Option<Said> {
    let (x, y) = frame.locate(at)?;
    let rows = heatmap::rows(map)?;
    let cell = |from: f64, size: f64, count: usize| ((from / size * count as f64) as usize).min(count - 1);
    let column = cell(at.0 - frame.area.left, frame.area.width(), map.cols);
    let row = cell(at.1 - frame.area.top, frame.area.height(), rows);
    let mut said = Said::new(at.0, [frame, frame], &plane(words, [map.x.label, map.y.label], (x, y)));
    said.line(at.1, 5, words.get("chart.value"), format::number(map.values[row * map.cols + column].into(), VALUE));
    Some(said)
}

/// The pixel at a point of the picture.
fn at_pixel(image: &Image, (x, y): Xy, at: Xy, words: &Words) -> Option<Said> {
    let (column, row) = (x.floor(), y.floor());
    let [left, top] = [at.0, at.1].map(pixels);
    let mut said = Said(format!("{left}\t{top}\t{top}\tx {}, y {}", place(column), place(row)));
    let inside = column >= 0.0 && row >= 0.0 && column < image.width as f64 && row < image.height() as f64;
    let heat = inside.then(|| image.heat.get(row as usize * image.width + column as usize)).flatten();
    if let Some(heat) = heat {
        said.line(at.1, 5, words.get("chart.strength"), format::number((*heat).into(), VALUE));
    }
    Some(said)
}

/// The name of a place in a plane.
fn plane(words: &Words, [across, up]: [Key; 2], (x, y): Xy) -> String {
    format!("{} {}, {} {}", words.get(across), place(x), words.get(up), place(y))
}
