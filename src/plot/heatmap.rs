//! Draws what stands over a heat map: its axes, the line of the middle value, the points.
//!
//! Not its colours: those are pixels ([`super::rgba`]), put by the page under this drawing, or paths in an SVG.

use super::axis::{Fit, Span};
use super::frame::{Frame, Side};
use super::scatter;
use super::sheet::{Drawn, Sheet, Xy, faint, solid};
use super::style::Words;
use crate::view::Heatmap;
use plotters_backend::DrawingBackend;

/// The frame of `map`; `None` where it has no cell.
pub(super) fn frame<'a>(map: &'a Heatmap, words: &'a Words, width: f64, height: f64) -> Option<Frame<'a>> {
    let rows = rows(map)?;
    let x = Span::of(&map.x, [0.0, map.cols as f64].into_iter(), Fit::Tight)?;
    let y = Span::of(&map.y, [0.0, rows as f64].into_iter(), Fit::Tight)?;
    let x = Side { span: x, label: words.get(map.x.label), whole: false };
    let y = Side { span: y, label: words.get(map.y.label), whole: false };
    Some(Frame::plan(width, height, Some(x), y, 0.0).square())
}

/// Number of whole rows; `None` where there is none.
pub(super) fn rows(map: &Heatmap) -> Option<usize> {
    map.values.len().checked_div(map.cols).filter(|rows| *rows > 0)
}

pub(super) fn draw<B: DrawingBackend>(sheet: &Sheet<B>, map: &Heatmap, frame: &Frame) -> Drawn<B> {
    frame.draw(sheet)?;
    for [from, to] in contour(map) {
        let place = |(column, row): Xy| {
            let across = column / map.cols as f64;
            let down = row / rows(map).unwrap_or(1) as f64;
            (frame.area.left + frame.area.width() * across, frame.area.top + frame.area.height() * down)
        };
        let line = [place(from), place(to)];
        sheet.path(&line, faint(sheet.palette.paper, 0.9), 4.0, &[])?;
        sheet.path(&line, solid(sheet.palette.ink), 1.5, &[])?;
    }
    scatter::points(sheet, &map.points, frame)
}

/// Segments of the line on which the map passes through its middle value, in cells from the upper left corner (a value
/// stands in the middle of its cell): marching squares.
fn contour(map: &Heatmap) -> Vec<[Xy; 2]> {
    let Some(rows) = rows(map) else { return Vec::new() };
    let height = |column: usize, row: usize| f64::from(map.values[row * map.cols + column]) - f64::from(map.middle);
    let mut segments = Vec::new();
    for row in 0..rows - 1 {
        for column in 0..map.cols.saturating_sub(1) {
            // Corners in turn, each with its place.
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(right, down)| {
                let at = ((column + right) as f64 + 0.5, (row + down) as f64 + 0.5);
                (at, height(column + right, row + down))
            });
            if corners.iter().any(|(_, height)| !height.is_finite()) {
                continue;
            }
            let mut crossings = Vec::with_capacity(4);
            for side in 0..4 {
                let ((a, from), (b, to)) = (corners[side], corners[(side + 1) % 4]);
                if (from < 0.0) != (to < 0.0) {
                    let part = from / (from - to);
                    crossings.push((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part));
                }
            }
            // A saddle has four crossings: the mean decides which of them belong together.
            match crossings[..] {
                [a, b] => segments.push([a, b]),
                [a, b, c, d] => {
                    let mean: f64 = corners.iter().map(|(_, height)| height).sum();
                    let joined = (mean < 0.0) == (corners[0].1 < 0.0);
                    segments.extend(if joined { [[a, b], [c, d]] } else { [[d, a], [b, c]] });
                }
                _ => {}
            }
        }
    }
    segments
}
