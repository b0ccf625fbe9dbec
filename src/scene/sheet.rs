//! A sheet to draw on, measured in CSS pixels.
//!
//! Not a chart: lines, boxes, marks and text in the colours of a style, through plotters' drawing area. Everything is
//! multiplied by the number of backend units per CSS pixel here, and nowhere else.

use super::style::{FONT, Marker, Palette, Rgb, Style, rgba};
use super::surface::{FINE, Refused, Surface};
use super::words::Words;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

/// Whether a drawing reached its backend.
pub type Drawn = Result<(), DrawingAreaErrorKind<Refused>>;

/// A point, in CSS pixels, y downwards.
pub(super) type Xy = (f64, f64);

/// Font size of everything in a chart: the smallest that may be read comfortably.
pub(super) const TEXT: f64 = 12.0;
/// Height of a line of text.
pub(super) const LINE: f64 = 16.0;

/// Farthest coordinate that is given to a backend, in its units; a mark beyond is invisible anyway.
const FAR: f64 = 1e6;

/// A colour with an opacity.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) colour: Rgb,
    pub(super) alpha: f64,
}

/// A colour that hides what lies under it.
pub(super) fn solid(colour: Rgb) -> Ink {
    Ink { colour, alpha: 1.0 }
}

/// A colour that lets shine through what lies under it.
pub(super) fn faint(colour: Rgb, alpha: f64) -> Ink {
    Ink { colour, alpha }
}

impl From<Ink> for RGBAColor {
    fn from(ink: Ink) -> RGBAColor {
        rgba(ink.colour, ink.alpha)
    }
}

/// `x`, or the bound that it is beyond; NaN stays. (`f64::clamp` can fail, and brings what it would say into the module.)
pub(super) fn within(x: f64, low: f64, high: f64) -> f64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}

/// Which end of a text stands at its point.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Left,
    Centre,
    Right,
}

/// A drawing area in CSS pixels.
pub(super) struct Sheet<'s, 'p> {
    area: DrawingArea<Surface<'p>, Shift>,
    /// Backend units per CSS pixel.
    unit: f64,
    pub(super) palette: &'s Palette,
    pub(super) words: &'s Words,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl<'s, 'p> Sheet<'s, 'p> {
    pub(super) fn new(surface: Surface<'p>, style: &'s Style) -> Self {
        let area = surface.into_drawing_area();
        let scale = if style.scale.is_finite() { within(style.scale, 0.25, 16.0) } else { 1.0 };
        let unit = scale * f64::from(FINE);
        let (width, height) = area.dim_in_pixel();
        Sheet {
            area,
            unit,
            palette: &style.palette,
            words: style.words,
            width: f64::from(width) / unit,
            height: f64::from(height) / unit,
        }
    }

    /// Hands everything over to the backend.
    pub(super) fn finish(self) -> Drawn {
        self.area.present()
    }

    /// Device pixels per CSS pixel.
    pub(super) fn density(&self) -> f64 {
        self.unit / f64::from(FINE)
    }

    /// Width of `text`, measured by the backend.
    pub(super) fn measure(&self, text: &str, bold: bool) -> f64 {
        let style = self.font(solid(0), bold, Anchor::Left);
        let size = self.area.estimate_text_size(text, &style);
        size.map_or(0.0, |(width, _)| f64::from(width) / self.unit)
    }

    /// `text`, or as much of it as fits into `width`, with an ellipsis.
    pub(super) fn fitted(&self, text: &str, width: f64, bold: bool) -> String {
        if self.measure(text, bold) <= width {
            return text.into();
        }
        let mut short: String = text.into();
        while short.pop().is_some() {
            let shown = format!("{}…", short.trim_end());
            if self.measure(&shown, bold) <= width {
                return shown;
            }
        }
        String::new()
    }

    /// Text whose middle line is at `y`.
    pub(super) fn text(&self, text: &str, (x, y): Xy, anchor: Anchor, ink: Ink, bold: bool) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        self.area.draw_text(text, &self.font(ink, bold, anchor), self.at((x, y)))
    }

    /// A polyline; `dash` gives the lengths of strokes and gaps, empty for none.
    pub(super) fn path(&self, points: &[Xy], ink: Ink, width: f64, dash: &[f64]) -> Drawn {
        if dash.is_empty() {
            return self.stroke(points, ink, width);
        }
        dashes(points, dash).iter().try_for_each(|piece| self.stroke(piece, ink, width))
    }

    fn stroke(&self, points: &[Xy], ink: Ink, width: f64) -> Drawn {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(|point| self.at(*point)).collect();
        self.area.draw(&PathElement::new(points, self.lined(ink, width)))
    }

    /// A filled box; its edges fall between device pixels, so that they are sharp.
    pub(super) fn block(&self, (x0, y0): Xy, (x1, y1): Xy, ink: Ink) -> Drawn {
        let corners = [self.snapped((x0.min(x1), y0.min(y1))), self.snapped((x0.max(x1), y0.max(y1)))];
        self.area.draw(&Rectangle::new(corners, RGBAColor::from(ink).filled_shape()))
    }

    /// A horizontal line, one device pixel or more thick and sharp.
    pub(super) fn level(&self, y: f64, x0: f64, x1: f64, ink: Ink, width: f64) -> Drawn {
        let half = self.crisp(width) / 2.0;
        self.block((x0, y - half), (x1, y + half), ink)
    }

    /// A vertical line, one device pixel or more thick and sharp.
    pub(super) fn upright(&self, x: f64, y0: f64, y1: f64, ink: Ink, width: f64) -> Drawn {
        let half = self.crisp(width) / 2.0;
        self.block((x - half, y0), (x + half, y1), ink)
    }

    /// A polygon, filled.
    pub(super) fn polygon(&self, corners: &[Xy], ink: Ink) -> Drawn {
        let corners: Vec<_> = corners.iter().map(|corner| self.at(*corner)).collect();
        self.area.draw(&Polygon::new(corners, RGBAColor::from(ink).filled_shape()))
    }

    /// A circle, filled.
    pub(super) fn disc(&self, middle: Xy, radius: f64, ink: Ink) -> Drawn {
        self.area.draw(&Circle::new(self.at(middle), self.units(radius), RGBAColor::from(ink).filled_shape()))
    }

    /// A circle, outlined.
    pub(super) fn ring(&self, middle: Xy, radius: f64, ink: Ink, width: f64) -> Drawn {
        self.area.draw(&Circle::new(self.at(middle), self.units(radius), self.lined(ink, width)))
    }

    /// The mark of series or class `style`, with an outline in the colour of the paper.
    pub(super) fn mark(&self, style: u8, middle: Xy, radius: f64, ink: Ink) -> Drawn {
        let outline = faint(self.palette.paper, ink.alpha);
        for (radius, ink) in [(radius + 1.5, outline), (radius, ink)] {
            match Marker::of(style).corners(middle, radius) {
                Some(corners) => self.polygon(&corners, ink)?,
                None => self.disc(middle, radius, ink)?,
            }
        }
        Ok(())
    }

    fn font(&self, ink: Ink, bold: bool, anchor: Anchor) -> TextStyle<'static> {
        let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Centre => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        FontDesc::new(FontFamily::Name(FONT), TEXT * self.unit, style)
            .color(&RGBAColor::from(ink))
            .pos(Pos::new(horizontal, VPos::Center))
    }

    fn lined(&self, ink: Ink, width: f64) -> ShapeStyle {
        ShapeStyle { color: ink.into(), filled: false, stroke_width: self.units(width) }
    }

    fn units(&self, length: f64) -> u32 {
        (length * self.unit).round().max(1.0) as u32
    }

    /// A thickness in whole device pixels.
    fn crisp(&self, width: f64) -> f64 {
        (width * self.density()).round().max(1.0) / self.density()
    }

    fn at(&self, (x, y): Xy) -> (i32, i32) {
        let unit = |value: f64| within(value * self.unit, -FAR, FAR).round() as i32;
        (unit(x), unit(y))
    }

    /// The nearest corner of a device pixel.
    fn snapped(&self, (x, y): Xy) -> (i32, i32) {
        let snap = |value: f64| within(value * self.density(), -FAR, FAR).round() as i32 * FINE as i32;
        (snap(x), snap(y))
    }
}

/// A colour that fills.
trait Filled {
    fn filled_shape(self) -> ShapeStyle;
}

impl Filled for RGBAColor {
    fn filled_shape(self) -> ShapeStyle {
        ShapeStyle { color: self, filled: true, stroke_width: 0 }
    }
}

impl Marker {
    /// Corners of the mark around `(x, y)`, of about the area of a circle of `radius`; `None` for the circle itself.
    fn corners(self, (x, y): Xy, radius: f64) -> Option<Vec<Xy>> {
        let shape: &[Xy] = match self {
            Marker::Circle => return None,
            Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Marker::Triangle => &[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)],
            Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
            Marker::Cross => &[
                (-0.4, -1.2),
                (0.4, -1.2),
                (0.4, -0.4),
                (1.2, -0.4),
                (1.2, 0.4),
                (0.4, 0.4),
                (0.4, 1.2),
                (-0.4, 1.2),
                (-0.4, 0.4),
                (-1.2, 0.4),
                (-1.2, -0.4),
                (-0.4, -0.4),
            ],
            Marker::TriangleDown => &[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)],
        };
        Some(shape.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect())
    }
}

/// The strokes of a dashed polyline.
fn dashes(points: &[Xy], dash: &[f64]) -> Vec<Vec<Xy>> {
    let mut strokes = Vec::new();
    let mut stroke: Vec<Xy> = points.first().copied().into_iter().collect();
    let (mut turn, mut left) = (0, dash[0]);
    for pair in points.windows(2) {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        let length = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).sqrt();
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let part = gone / length;
            let here = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
            if turn % 2 == 0 {
                stroke.push(here);
                strokes.push(core::mem::take(&mut stroke));
            } else {
                stroke = vec![here];
            }
            turn += 1;
            left = dash[turn % dash.len()];
        }
        left -= length - gone;
        if turn % 2 == 0 {
            stroke.push((x1, y1));
        }
    }
    strokes.push(stroke);
    strokes
}
