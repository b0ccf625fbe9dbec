//! The frame of a chart: where its data lie, its axes and its grid.
//!
//! Not the data. The plan of a frame is made with the table of widths alone, so that the drawing, the pixels under a heat
//! map and the place of a click agree without asking a canvas.
//!
//! ```text
//! label of y
//! 1.0 ┼──────────────────── label of a line
//! 0.5 ┼────────────────────
//! 0.0 ┼──────────────────── label of another
//!     0       50     label of x
//! ```

use super::axis::{Scale, Span, Tick};
use super::chart::Layout;
use super::sheet::{Anchor, Drawn, LINE, Sheet, TEXT, Xy, faint, solid, within};
use super::surface::{Ruler, WidthTable};

/// Room between tick labels and axis.
const GAP: f64 = 6.0;
/// Wanted distance of tick labels, upwards and sideways.
const ROW: f64 = 30.0;
const COLUMN: f64 = 52.0;
/// Least room between two tick labels on the horizontal axis.
const APART: f64 = 12.0;

/// The rectangle of a drawing in which data lie, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Distance of its left side from the left.
    pub left: f64,
    /// Distance of its top from the top.
    pub top: f64,
    /// Distance of its right side from the left.
    pub right: f64,
    /// Distance of its bottom from the top.
    pub bottom: f64,
}

impl Area {
    /// Distance of the sides.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Distance of top and bottom.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// What a frame needs to know of one axis.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) span: Span,
    pub(super) label: &'a str,
    /// Whole numbers only.
    pub(super) whole: bool,
}

/// Axes around data.
pub(super) struct Frame<'a> {
    pub(super) area: Area,
    pub(super) x: Span,
    pub(super) y: Span,
    x_label: &'a str,
    y_label: &'a str,
    /// Where the line of `y_label` has its middle.
    y_label_at: f64,
    /// No ticks where something else names the places (bars).
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
}

impl<'a> Frame<'a> {
    /// A frame in a drawing of `width x height` with room for labels of width `right` at its right side; `x` is absent
    /// where something else names the places.
    pub(super) fn plan(width: f64, height: f64, x: Option<Side<'a>>, y: Side<'a>, right: f64) -> Self {
        let top = if y.label.is_empty() { LINE / 2.0 } else { LINE + GAP };
        let bottom = (height - LINE - GAP).max(top + 1.0);
        let y_ticks = y.span.ticks(((bottom - top) / ROW) as usize, y.whole);
        let labels = y_ticks.iter().filter_map(|tick| tick.label.as_deref());
        let widest = labels.map(|label| WidthTable.width(label, TEXT, false)).fold(0.0, f64::max);
        let left = (widest + GAP + 2.0).min(width * 0.4);
        let right = (width - within(right, 8.0, (width * 0.45).max(8.0))).max(left + 1.0);
        let unit = Span { low: 0.0, high: 1.0, scale: Scale::Linear };
        let x_ticks = x.map(|x| x.span.ticks(((right - left) / COLUMN) as usize, x.whole)).unwrap_or_default();
        Frame {
            area: Area { left, top, right, bottom },
            x: x.map_or(unit, |x| x.span),
            y: y.span,
            x_label: x.map_or("", |x| x.label),
            y_label: y.label,
            y_label_at: LINE / 2.0,
            x_ticks,
            y_ticks,
        }
    }

    /// Two frames over each other with one horizontal axis, that of the lower one, whose name of y stands at `split`; the upper
    /// one begins at `top`. `right` is left free at the right side.
    pub(super) fn stacked(
        (width, height): (f64, f64),
        (top, split): (f64, f64),
        x: Side<'a>,
        [above, below]: [Side<'a>; 2],
        right: f64,
    ) -> [Self; 2] {
        let mut upper = Frame::plan(width, split - top + LINE, Some(x), above, right);
        let mut lower = Frame::plan(width, height - split, Some(x), below, right);
        upper.area.top = top;
        // The lowest label of the upper axis keeps off the name of the lower one.
        upper.area.bottom = (split - GAP - 4.0).max(top + 1.0);
        upper.x_label = "";
        for tick in &mut upper.x_ticks {
            tick.label = None;
        }
        lower.area.top += split;
        lower.area.bottom += split;
        lower.y_label_at += split;
        let left = upper.area.left.max(lower.area.left);
        (upper.area.left, lower.area.left) = (left, left);
        [upper, lower]
    }

    /// Makes a step as long upwards as sideways, where both axes span equally much.
    pub(super) fn square(mut self) -> Self {
        let spans = [self.x, self.y].map(|span| span.high - span.low);
        if (spans[0] / spans[1] - 1.0).abs() < 0.01 {
            let side = self.area.width().min(self.area.height());
            self.area.right = self.area.left + side;
            self.area.bottom = self.area.top + side;
            self.x_ticks = self.x.ticks((side / COLUMN) as usize, false);
            self.y_ticks = self.y.ticks((side / COLUMN) as usize, false);
        }
        self
    }

    /// The place of `x`, in CSS pixels; it may lie outside.
    pub(super) fn across(&self, x: f64) -> f64 {
        self.area.left + self.area.width() * self.x.place(x)
    }

    /// The place of `y`, in CSS pixels; it may lie outside.
    pub(super) fn up(&self, y: f64) -> f64 {
        self.area.bottom - self.area.height() * self.y.place(y)
    }

    /// Whether a place lies inside the area, its rim included.
    pub(super) fn holds(&self, (x, y): Xy) -> bool {
        let rim = 0.01;
        (self.area.left - rim..=self.area.right + rim).contains(&x)
            && (self.area.top - rim..=self.area.bottom + rim).contains(&y)
    }

    /// Grid, ticks and names.
    pub(super) fn draw(&self, sheet: &Sheet) -> Drawn {
        self.draw_grid(sheet)?;
        self.draw_axes(sheet)
    }

    fn draw_grid(&self, sheet: &Sheet) -> Drawn {
        let (palette, area) = (sheet.palette, self.area);
        for tick in &self.y_ticks {
            let ink = faint(palette.grid, if tick.label.is_some() { 1.0 } else { 0.6 });
            sheet.level(self.up(tick.value), area.left, area.right, ink, 1.0)?;
        }
        if self.y.scale == Scale::Linear && self.y.low < 0.0 && self.y.high > 0.0 {
            sheet.level(self.up(0.0), area.left, area.right, solid(palette.line), 1.0)?;
        }
        Ok(())
    }

    /// Ticks and names alone: for data that fill their area.
    pub(super) fn draw_axes(&self, sheet: &Sheet) -> Drawn {
        let (palette, area) = (sheet.palette, self.area);
        for tick in &self.y_ticks {
            if let Some(label) = &tick.label {
                let at = (area.left - GAP, self.up(tick.value));
                sheet.text(label, at, Anchor::Right, solid(palette.ink2), false)?;
            }
        }
        sheet.level(area.bottom, area.left, area.right, solid(palette.line), 1.0)?;
        sheet.text(self.y_label, (0.0, self.y_label_at), Anchor::Left, solid(palette.ink2), false)?;
        self.draw_x(sheet)
    }

    /// Ticks below the area; the name of the axis takes their line's right end, and pushes away what stands there.
    fn draw_x(&self, sheet: &Sheet) -> Drawn {
        let (palette, area) = (sheet.palette, self.area);
        let middle = area.bottom + GAP + LINE / 2.0;
        let name = sheet.fitted(self.x_label, area.width() * 0.6, false);
        let name_left = if name.is_empty() { f64::INFINITY } else { area.right - sheet.measure(&name, false) };
        sheet.text(&name, (area.right, middle), Anchor::Right, solid(palette.ink2), false)?;
        let mut free = 0.0;
        for tick in &self.x_ticks {
            let x = self.across(tick.value);
            let Some(label) = &tick.label else { continue };
            sheet.upright(x, area.bottom, area.bottom + 4.0, solid(palette.line), 1.0)?;
            let half = sheet.measure(label, false) / 2.0;
            let x = x.max(half).min(sheet.width - half);
            if x - half >= free && x + half + APART <= name_left {
                sheet.text(label, (x, middle), Anchor::Centre, solid(palette.ink2), false)?;
                free = x + half + APART;
            }
        }
        Ok(())
    }
}

impl Layout for Frame<'_> {
    fn area(&self) -> Area {
        self.area
    }

    fn locate(&self, (x, y): Xy) -> Option<(f64, f64)> {
        let across = (x - self.area.left) / self.area.width();
        let up = (self.area.bottom - y) / self.area.height();
        let inside = (0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&up);
        inside.then(|| (self.x.value(across), self.y.value(up)))
    }
}
