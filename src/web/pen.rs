//! The marks of a chart on a canvas.
//!
//! Not what is drawn (`scene`), nor the whole of a view (`canvas`). plotters has a backend for canvases; this one is a third of
//! its weight, because it writes colours as the style sheet does and chooses nothing: the page has set the transformation,
//! how lines join, and where text stands on its line.

use crate::scene::{Done, Label, Pen, Ruler, Stroke, font};
use core::cell::Cell;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord};
use web_sys::CanvasRenderingContext2d;

/// A canvas being drawn on.
pub struct Brush<'a> {
    /// Its context.
    pub context: &'a Letters,
    /// Its width and height in device pixels.
    pub size: (u32, u32),
}

/// A context that knows its font: to set one costs a browser more than to draw a word with it (a seventh of the frame of a
/// training network in Chromium, when every word set its own).
pub struct Letters {
    context: CanvasRenderingContext2d,
    font: Cell<Option<(f64, bool)>>,
}

impl Letters {
    /// Whatever font the context has is forgotten.
    pub fn of(context: CanvasRenderingContext2d) -> Self {
        Letters { context, font: Cell::new(None) }
    }

    fn choose(&self, size: f64, bold: bool) {
        if self.font.replace(Some((size, bold))) != Some((size, bold)) {
            self.context.set_font(&font(size, bold));
        }
    }
}

impl core::ops::Deref for Letters {
    type Target = CanvasRenderingContext2d;

    fn deref(&self) -> &Self::Target {
        &self.context
    }
}

impl Ruler for Letters {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        self.choose(size, bold);
        self.context.measure_text(text).map_or(0.0, |measure| measure.width())
    }
}

/// `#rrggbbaa`
fn css(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}{:02x}", (color.alpha * 255.0).round() as u8)
}

impl Brush<'_> {
    /// The present path, outlined or filled.
    fn ink(&self, Stroke { color, width }: Stroke, fill: bool) -> Done {
        if fill {
            self.context.set_fill_style_str(&css(color));
            self.context.fill();
        } else {
            self.context.set_stroke_style_str(&css(color));
            self.context.set_line_width(f64::from(width));
            self.context.stroke();
        }
        Ok(())
    }

    /// Makes a path along `places`.
    fn trace(&self, places: &[BackendCoord]) {
        self.context.begin_path();
        for &(x, y) in places {
            // The first one has nowhere to come from, and so begins the path.
            self.context.line_to(f64::from(x), f64::from(y));
        }
    }
}

impl Pen for Brush<'_> {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn rect(&mut self, [(x0, y0), (x1, y1)]: [BackendCoord; 2], stroke: Stroke, fill: bool) -> Done {
        self.trace(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
        self.context.close_path();
        self.ink(stroke, fill)
    }

    fn path(&mut self, path: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.trace(&path);
        self.ink(stroke, false)
    }

    fn circle(&mut self, (x, y): BackendCoord, radius: u32, stroke: Stroke, fill: bool) -> Done {
        self.context.begin_path();
        // A radius is never negative, the only thing that `arc` refuses.
        let _ = self.context.arc(f64::from(x), f64::from(y), f64::from(radius), 0.0, core::f64::consts::TAU);
        self.ink(stroke, fill)
    }

    fn polygon(&mut self, corners: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.trace(&corners);
        self.context.close_path();
        self.ink(stroke, true)
    }

    fn text(&mut self, text: &str, label: &Label, (x, y): BackendCoord) -> Done {
        self.context.set_text_baseline("middle");
        self.context.set_text_align(match label.anchor.h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        self.context.choose(label.size, label.bold);
        self.context.set_fill_style_str(&css(label.color));
        // Text of finite size at a finite place is always drawn.
        let _ = self.context.fill_text(text, f64::from(x), f64::from(y));
        Ok(())
    }
}
