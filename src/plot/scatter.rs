//! Draws points in a plane, alone or over a heat map.
//!
//! Class is told by shape and colour; every point has an outline in the colour of the paper, so that neighbours stay apart.

use super::axis::{Fit, Span};
use super::frame::{Frame, Side};
use super::sheet::{Drawn, Sheet, solid};
use super::style::{Rgb, Words};
use crate::view::{Point, Scatter};

/// Radius of a mark: smaller where there are many.
fn radius(count: usize) -> f64 {
    match count {
        ..=60 => 4.5,
        61..=300 => 3.5,
        _ => 2.5,
    }
}

/// The frame of `scatter`; `None` where it has no finite point.
pub(super) fn frame<'a>(scatter: &'a Scatter, words: &'a Words, width: f64, height: f64) -> Option<Frame<'a>> {
    let points = || scatter.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
    let x = Span::of(&scatter.x, points().map(|point| point.x), Fit::Airy)?;
    let y = Span::of(&scatter.y, points().map(|point| point.y), Fit::Airy)?;
    let x = Side { span: x, label: words.get(scatter.x.label), whole: false };
    let y = Side { span: y, label: words.get(scatter.y.label), whole: false };
    let frame = Frame::plan(width, height, Some(x), y, 0.0);
    Some(if scatter.x.range.is_some() && scatter.y.range.is_some() { frame.square() } else { frame })
}

pub(super) fn draw(sheet: &Sheet, scatter: &Scatter, frame: &Frame) -> Drawn {
    frame.draw(sheet)?;
    points(sheet, &scatter.points, frame, |class| sheet.palette.of(class))
}

/// Every point that lies inside, the marked ones last; `colour` is that of a class.
pub(super) fn points(sheet: &Sheet, points: &[Point], frame: &Frame, colour: impl Fn(u8) -> Rgb) -> Drawn {
    let radius = radius(points.len());
    for marked in [false, true] {
        for point in points.iter().filter(|point| point.marked == marked) {
            let at = (frame.across(point.x), frame.up(point.y));
            if !frame.holds(at) {
                continue;
            }
            sheet.mark(point.class, at, radius, solid(colour(point.class)))?;
            if marked {
                sheet.ring(at, radius + 5.0, solid(sheet.palette.paper), 4.0)?;
                sheet.ring(at, radius + 5.0, solid(sheet.palette.ink), 2.0)?;
            }
        }
    }
    Ok(())
}
