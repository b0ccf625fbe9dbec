//! A grid of numbers as colour, with the line of the middle value and points over it.
//!
//! Its colours never pass through plotters: they are pixels, put by the page under the axes, or paths of an SVG ([`super::rgba`]).

use super::Pixels;
use super::axis::{Axis, Fit, Span};
use super::chart::{Chart, Layout};
use super::format;
use super::frame::{Area, Frame, Side};
use super::points::{self, Point};
use super::reading::{Reading, VALUE, place, plane};
use super::rgba::{blend, cells, distinct, opacity};
use super::rows::Rows;
use super::sheet::{Drawn, Sheet, Xy, faint, solid, within};
use super::style::Palette;
use super::words::Words;

/// A grid of numbers as colour, diverging around `middle`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Heatmap {
    /// Horizontal axis; its range spans the grid, edge to edge.
    pub x: Axis,
    /// Vertical axis; its range spans the grid, bottom to top.
    pub y: Axis,
    /// Number of columns.
    pub cols: usize,
    /// `rows x cols` values, top row first.
    pub values: Vec<f32>,
    /// The value of the neutral colour; a contour line is drawn there.
    pub middle: f32,
    /// The distance from `middle` at which the colour is full.
    pub reach: f32,
    /// Points over the grid; class 0 has the colour of values below the middle, class 1 of those above.
    pub points: Vec<Point>,
}

/// Shades of each sign in pixels.
const SHADES: usize = 128;
/// Shades of each sign in an SVG.
const SVG_SHADES: usize = 10;

/// So many rows and columns of a table are readable.
const MOST_OF_TABLE: usize = 12;

impl Heatmap {
    /// Number of whole rows; `None` where there is none.
    fn rows(&self) -> Option<usize> {
        self.values.len().checked_div(self.cols).filter(|rows| *rows > 0)
    }
}

impl Chart for Heatmap {
    type Layout<'a> = Frame<'a>;

    fn layout<'a>(&'a self, (width, height): (f64, f64), words: &'a Words) -> Option<Frame<'a>> {
        let rows = self.rows()?;
        let x = Span::of(&self.x, [0.0, self.cols as f64].into_iter(), Fit::Tight)?;
        let y = Span::of(&self.y, [0.0, rows as f64].into_iter(), Fit::Tight)?;
        let x = Side { span: x, label: words.get(self.x.label), whole: false };
        let y = Side { span: y, label: words.get(self.y.label), whole: false };
        Some(Frame::plan(width, height, Some(x), y, 0.0).square())
    }

    fn draw(&self, sheet: &Sheet, frame: &Frame) -> Drawn {
        frame.draw_axes(sheet)?;
        let rows = self.rows().unwrap_or(1) as f64;
        let (wide, high) = (frame.area.width() / self.cols as f64, frame.area.height() / rows);
        let place = |(column, row): &Xy| (frame.area.left + wide * column, frame.area.top + high * row);
        for line in contour(self) {
            let line: Vec<Xy> = line.iter().map(place).collect();
            sheet.path(&line, faint(sheet.palette.paper, 0.8), 3.5, &[])?;
            sheet.path(&line, solid(sheet.palette.ink), 1.5, &[])?;
        }
        // A point of the class that the map predicts has the colour of the ground on which it stands.
        points::draw(sheet, &self.points, frame, |class| match class {
            0 => sheet.palette.neg,
            1 => sheet.palette.pos,
            other => sheet.palette.of(other),
        })
    }

    fn pixels(&self, palette: &Palette) -> Option<Pixels> {
        Some(heatmap_rgba(self, palette))
    }

    fn paths(&self, palette: &Palette, area: Area) -> String {
        heatmap_paths(self, palette, area)
    }

    /// The cell at the place.
    fn reading(&self, frame: &Frame, at: Xy, words: &Words) -> Option<Reading> {
        let located = frame.locate(at)?;
        let rows = self.rows()?;
        let cell = |from: f64, size: f64, count: usize| ((from / size * count as f64) as usize).min(count - 1);
        let column = cell(at.0 - frame.area.left, frame.area.width(), self.cols);
        let row = cell(at.1 - frame.area.top, frame.area.height(), rows);
        let mut said = Reading::through(frame, at.0, &plane(words, [&self.x, &self.y], located));
        let value = self.values[row * self.cols + column].into();
        said.line(at.1, 5, words.get("chart.value"), format::number(value, VALUE));
        Some(said)
    }

    /// The cells, each by its middle.
    fn table(&self, title: &str, words: &Words) -> String {
        let rows = self.rows().unwrap_or(0);
        let middle = |range: Option<(f64, f64)>, index: usize, count: usize| {
            let (low, high) = range.unwrap_or((0.0, count as f64));
            place(low + (high - low) * (index as f64 + 0.5) / count as f64)
        };
        let stride = self.cols.max(rows).div_ceil(MOST_OF_TABLE).max(1);
        let (x, y) = (words.get(self.x.label), words.get(self.y.label));
        let mut table = Rows::new(title, words.get("chart.value"), stride, words);
        let names: Vec<String> = (0..self.cols)
            .step_by(stride)
            .map(|column| format!("{x} = {}", middle(self.x.range, column, self.cols)))
            .collect();
        table.head("", names.iter().map(String::as_str));
        for index in (0..rows).step_by(stride) {
            let name = format!("{y} = {}", middle(self.y.range, rows - 1 - index, rows));
            let values =
                (0..self.cols).step_by(stride).map(|column| Some(self.values[index * self.cols + column].into()));
            table.row(&name, values);
        }
        table.into_text()
    }
}

/// The lines on which the map passes through its middle value, in cells from the upper left corner (a value stands in the
/// middle of its cell): marching squares, joined.
fn contour(map: &Heatmap) -> Vec<Vec<Xy>> {
    let Some(rows) = map.rows() else { return Vec::new() };
    let cols = map.cols;
    let height = |at: usize| f64::from(map.values[at]) - f64::from(map.middle);
    // A crossing lies on the side from a value to its right or lower neighbour, and is named after it.
    let mut joints: Vec<[Option<usize>; 2]> = vec![[None; 2]; rows * cols * 2];
    let mut join = |a: usize, b: usize| {
        for (from, to) in [(a, b), (b, a)] {
            let free = joints[from].iter_mut().find(|joint| joint.is_none());
            *free.expect("a side has two neighbours") = Some(to);
        }
    };
    for row in 0..rows - 1 {
        for column in 0..cols.saturating_sub(1) {
            let at = row * cols + column;
            let corners = [at, at + 1, at + cols + 1, at + cols].map(height);
            if corners.iter().any(|corner| !corner.is_finite()) {
                continue;
            }
            let sides = [at * 2, (at + 1) * 2 + 1, (at + cols) * 2, at * 2 + 1];
            let crossed: Vec<usize> =
                (0..4).filter(|&i| (corners[i] < 0.0) != (corners[(i + 1) % 4] < 0.0)).map(|i| sides[i]).collect();
            match crossed[..] {
                [a, b] => join(a, b),
                // A saddle: its mean decides which of the crossings belong together.
                [a, b, c, d] if (corners.iter().sum::<f64>() < 0.0) == (corners[0] < 0.0) => {
                    join(a, b);
                    join(c, d);
                }
                [a, b, c, d] => {
                    join(d, a);
                    join(b, c);
                }
                _ => {}
            }
        }
    }
    let place = |side: usize| {
        let (at, down) = (side / 2, side % 2);
        let (from, to) = (height(at), height(at + if down == 1 { cols } else { 1 }));
        let part = from / (from - to);
        let (column, row) = ((at % cols) as f64 + 0.5, (at / cols) as f64 + 0.5);
        if down == 1 { (column, row + part) } else { (column + part, row) }
    };
    chains(joints).into_iter().map(|chain| chain.into_iter().map(place).collect()).collect()
}

/// Walks along `joints`: open chains from their ends, then the closed ones, whose first link is also their last.
fn chains(mut joints: Vec<[Option<usize>; 2]>) -> Vec<Vec<usize>> {
    let mut chains = Vec::new();
    for links in [1, 2] {
        for start in 0..joints.len() {
            if joints[start].iter().flatten().count() != links {
                continue;
            }
            let mut chain = vec![start];
            let mut here = start;
            while let Some(next) = joints[here].iter_mut().find_map(Option::take) {
                if let Some(back) = joints[next].iter_mut().find(|joint| **joint == Some(here)) {
                    *back = None;
                }
                chain.push(next);
                here = next;
            }
            chains.push(chain);
        }
    }
    chains
}

/// `map` as pixels: columns, rows, and RGBA, top row first. What is not a number is transparent.
pub fn heatmap_rgba(map: &Heatmap, palette: &Palette) -> (usize, usize, Vec<u8>) {
    let rows = map.rows().unwrap_or(0);
    let scale = [palette.neg, palette.pos].map(|colour| blend(palette.paper, colour, SHADES));
    let mut pixels = Vec::with_capacity(rows * map.cols * 4);
    for value in &map.values[..rows * map.cols] {
        let strength = strength(map, *value);
        let colour = if strength.is_nan() {
            [0; 4]
        } else {
            let shade = (strength.abs() * SHADES as f64).round() as usize;
            let [_, red, green, blue] = scale[usize::from(strength >= 0.0)][shade].to_be_bytes();
            [red, green, blue, 255]
        };
        pixels.extend_from_slice(&colour);
    }
    (map.cols, rows, pixels)
}

/// -1 to 1: how far `value` lies from the middle, in units of the reach.
fn strength(map: &Heatmap, value: f32) -> f64 {
    let distance = f64::from(value) - f64::from(map.middle);
    let reach = f64::from(map.reach).abs();
    // A map without reach shows signs only.
    if reach > 0.0 {
        within(distance / reach, -1.0, 1.0)
    } else {
        distance.signum() * f64::from(u8::from(distance != 0.0))
    }
}

/// `map` as paths that fill `area`: one a shade, in the two colours of the palette at some opacity (so that a page can put
/// its own colours there).
fn heatmap_paths(map: &Heatmap, palette: &Palette, area: Area) -> String {
    let rows = map.rows().unwrap_or(0);
    let level = |value: &f32| {
        let strength = strength(map, *value);
        if strength.is_nan() { 0 } else { (strength * SVG_SHADES as f64).round() as i32 }
    };
    let levels: Vec<i32> = map.values[..rows * map.cols].iter().map(level).collect();
    let shades = distinct(levels.iter().copied().filter(|level| *level != 0));
    let opacities = [palette.neg, palette.pos].map(|colour| {
        let shades = blend(palette.paper, colour, SVG_SHADES);
        shades.into_iter().map(|shade| opacity(palette.paper, colour, shade)).collect::<Vec<_>>()
    });
    cells(&levels, map.cols, area, shades.into_iter(), |level| {
        let positive = level > 0;
        let colour = if positive { palette.pos } else { palette.neg };
        (colour, opacities[usize::from(positive)][level.unsigned_abs() as usize])
    })
}
