//! Points in a plane, alone or over a heat map.
//!
//! Class is told by shape and colour; every point has an outline in the colour of the paper, so that neighbours stay apart.

use super::frame::Frame;
use super::sheet::{Drawn, Sheet, solid};
use super::style::Rgb;

/// A point of a `Scatter` or over a `Heatmap`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Point {
    /// Horizontal coordinate in data units.
    pub x: f64,
    /// Vertical coordinate in data units, upwards.
    pub y: f64,
    /// Class: selects colour and marker shape.
    pub class: u8,
    /// Drawn with a ring: the one that is being talked about.
    pub marked: bool,
}

/// Radius of a mark: smaller where there are many.
fn radius(count: usize) -> f64 {
    match count {
        ..=60 => 4.5,
        61..=300 => 3.5,
        _ => 2.5,
    }
}

/// Every point that lies inside, the marked ones last; `colour` is that of a class.
pub(super) fn draw(sheet: &Sheet, points: &[Point], frame: &Frame, colour: impl Fn(u8) -> Rgb) -> Drawn {
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
