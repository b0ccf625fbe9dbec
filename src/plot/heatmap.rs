//! Draws what stands over a heat map: its axes, the line of the middle value, the points.
//!
//! Not its colours: those are pixels ([`super::rgba`]), put by the page under this drawing, or paths in an SVG.

use super::axis::{Fit, Span};
use super::frame::{Frame, Side};
use super::scatter;
use super::sheet::{Drawn, Sheet, Xy, faint, solid};
use super::style::Words;
use crate::view::Heatmap;

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

pub(super) fn draw(sheet: &Sheet, map: &Heatmap, frame: &Frame) -> Drawn {
    frame.draw_axes(sheet)?;
    let rows = rows(map).unwrap_or(1) as f64;
    let (wide, high) = (frame.area.width() / map.cols as f64, frame.area.height() / rows);
    let place = |(column, row): &Xy| (frame.area.left + wide * column, frame.area.top + high * row);
    for line in contour(map) {
        let line: Vec<Xy> = line.iter().map(place).collect();
        sheet.path(&line, faint(sheet.palette.paper, 0.8), 3.5, &[])?;
        sheet.path(&line, solid(sheet.palette.ink), 1.5, &[])?;
    }
    // A point of the class that the map predicts has the colour of the ground on which it stands.
    scatter::points(sheet, &map.points, frame, |class| match class {
        0 => sheet.palette.neg,
        1 => sheet.palette.pos,
        other => sheet.palette.of(other),
    })
}

/// The lines on which the map passes through its middle value, in cells from the upper left corner (a value stands in the
/// middle of its cell): marching squares, joined.
fn contour(map: &Heatmap) -> Vec<Vec<Xy>> {
    let Some(rows) = rows(map) else { return Vec::new() };
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
