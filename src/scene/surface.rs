//! Between plotters and a real backend: finer units, and text that is measured where it will be drawn.
//!
//! Not a backend: every mark goes to the one inside. plotters counts in whole units; on a backend whose unit is a pixel a
//! smooth curve becomes a staircase and a line is 1 or 2 wide, never 1.5. So everything here is drawn in units of
//! 1/[`FINE`] device pixel, and the one inside is told to shrink: an SVG by its `viewBox`, a canvas by its transformation.
//! And plotters measures text by inserting elements into the page; [`Surface`] asks a [`Ruler`] instead.
//! The one inside stands behind a pointer ([`Pen`]): the charts are compiled once, not once for each backend.
//!
//! In the page (`web`):
//!
//! ```text
//! context.set_transform(1.0 / FINE, 0.0, 0.0, 1.0 / FINE, 0.0, 0.0); context.set_line_join("round");
//! scene::draw(&view, Surface::new(&mut Brush { context: &letters, size }, &letters), &style)
//! ```

use super::style::FONT;
use crate::decimal;
use core::fmt;
use plotters_backend::text_anchor::Pos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle, FontTransform,
};

/// Units per device pixel of every backend that is given to [`draw`](super::draw).
pub const FINE: u32 = 8;

/// Measures the width of a text, in the unit of `size`.
pub trait Ruler {
    /// The width of `text` in [`FONT`] at font size `size`.
    fn width(&self, text: &str, size: f64, bold: bool) -> f64;
}

impl<F: Fn(&str, f64, bool) -> f64> Ruler for F {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        self(text, size, bold)
    }
}

/// The CSS font shorthand for [`FONT`] at `size` CSS pixels.
pub fn font(size: f64, bold: bool) -> String {
    format!("{}{}px {FONT}", if bold { "bold " } else { "" }, decimal::plain(size))
}

/// A table of widths: the same in every program and on every machine, and on the wide side, so that a text set in any
/// common system font fits where the table says that it does.
#[derive(Clone, Copy, Debug, Default)]
pub struct WidthTable;

/// Widths of the characters from space to `~` in hundredths of the font size: DejaVu Sans, the widest of the usual ones.
#[rustfmt::skip]
const ASCII: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53,
    100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50,
    50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// How much wider bold text is.
const BOLD: f64 = 1.12;

impl Ruler for WidthTable {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let hundredths: u32 = text.chars().map(|c| u32::from(hundredths(c))).sum();
        f64::from(hundredths) / 100.0 * size * if bold { BOLD } else { 1.0 }
    }
}

/// Width of one character, in hundredths of the font size.
fn hundredths(c: char) -> u8 {
    match c {
        ' '..='~' => ASCII[c as usize - ' ' as usize],
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0,
        '¹' | '²' | '³' | '⁰'..='₉' => 40,
        '·' => 32,
        '–' => 50,
        '−' | '×' | '≤' | '≥' | '≈' | '→' | '←' => 84,
        // CJK, kana, Hangul and full-width forms are square.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 100,
        '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}' => 100,
        _ => 70,
    }
}

/// What a backend said when it did not draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl core::error::Error for Refused {}

/// Whether a mark reached the backend.
pub type Done = Result<(), DrawingErrorKind<Refused>>;

/// Colour and thickness of a line; of what is filled, the colour.
#[derive(Clone, Copy)]
pub struct Stroke {
    /// The colour, with its opacity.
    pub color: BackendColor,
    /// The thickness, in the backend's units.
    pub width: u32,
}

impl Stroke {
    fn of(style: &impl BackendStyle) -> Stroke {
        Stroke { color: style.color(), width: style.stroke_width() }
    }
}

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// How a text looks.
pub struct Label {
    /// The colour, with its opacity.
    pub color: BackendColor,
    /// The size of the font, in the backend's units.
    pub size: f64,
    /// Heavier than usual.
    pub bold: bool,
    /// Which of its points stands where it is put.
    pub anchor: Pos,
}

/// What charts ask of a backend: every one of plotters is one.
pub trait Pen {
    /// Width and height, in the backend's units.
    fn size(&self) -> (u32, u32);
    /// Before the first mark.
    fn prepare(&mut self) -> Done {
        Ok(())
    }
    /// After the last mark.
    fn present(&mut self) -> Done {
        Ok(())
    }
    /// One unit.
    fn pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done {
        self.rect([(x, y), (x + 1, y + 1)], Stroke { color, width: 0 }, true)
    }
    /// A line.
    fn line(&mut self, from: BackendCoord, to: BackendCoord, stroke: Stroke) -> Done {
        self.path(vec![from, to], stroke)
    }
    /// A box between two corners, outlined or filled.
    fn rect(&mut self, corners: [BackendCoord; 2], stroke: Stroke, fill: bool) -> Done;
    /// A polyline.
    fn path(&mut self, path: Vec<BackendCoord>, stroke: Stroke) -> Done;
    /// A circle, outlined or filled.
    fn circle(&mut self, center: BackendCoord, radius: u32, stroke: Stroke, fill: bool) -> Done;
    /// A filled polygon.
    fn polygon(&mut self, corners: Vec<BackendCoord>, stroke: Stroke) -> Done;
    /// A line of text.
    fn text(&mut self, text: &str, label: &Label, at: BackendCoord) -> Done;
}

/// The error of a backend as words.
fn refused<E: core::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> DrawingErrorKind<Refused> {
    DrawingErrorKind::DrawingError(Refused(error.to_string()))
}

impl<B: DrawingBackend> Pen for B {
    fn size(&self) -> (u32, u32) {
        self.get_size()
    }

    fn prepare(&mut self) -> Done {
        self.ensure_prepared().map_err(refused)
    }

    fn present(&mut self) -> Done {
        DrawingBackend::present(self).map_err(refused)
    }

    fn pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done {
        self.draw_pixel(at, color).map_err(refused)
    }

    fn line(&mut self, from: BackendCoord, to: BackendCoord, stroke: Stroke) -> Done {
        self.draw_line(from, to, &stroke).map_err(refused)
    }

    fn rect(&mut self, [upper_left, bottom_right]: [BackendCoord; 2], stroke: Stroke, fill: bool) -> Done {
        self.draw_rect(upper_left, bottom_right, &stroke, fill).map_err(refused)
    }

    fn path(&mut self, path: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.draw_path(path, &stroke).map_err(refused)
    }

    fn circle(&mut self, center: BackendCoord, radius: u32, stroke: Stroke, fill: bool) -> Done {
        self.draw_circle(center, radius, &stroke, fill).map_err(refused)
    }

    fn polygon(&mut self, corners: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.fill_polygon(corners, &stroke).map_err(refused)
    }

    fn text(&mut self, text: &str, label: &Label, at: BackendCoord) -> Done {
        self.draw_text(text, label, at).map_err(refused)
    }
}

/// A backend that counts in fine units and measures text with a ruler.
pub struct Surface<'a> {
    pen: &'a mut dyn Pen,
    ruler: &'a dyn Ruler,
}

impl<'a> Surface<'a> {
    /// `pen`, drawn on in units of 1/[`FINE`] of its own; it must shrink what it draws by as much.
    pub fn new(pen: &'a mut dyn Pen, ruler: &'a dyn Ruler) -> Self {
        Surface { pen, ruler }
    }
}

impl DrawingBackend for Surface<'_> {
    type ErrorType = Refused;

    fn get_size(&self) -> (u32, u32) {
        let (width, height) = self.pen.size();
        (width * FINE, height * FINE)
    }

    fn ensure_prepared(&mut self) -> Done {
        self.pen.prepare()
    }

    fn present(&mut self) -> Done {
        self.pen.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done {
        self.pen.pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.pen.line(from, to, Stroke::of(style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        self.pen.rect([upper_left, bottom_right], Stroke::of(style), fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        self.pen.path(path.into_iter().collect(), Stroke::of(style))
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        self.pen.circle(center, radius, Stroke::of(style), fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        self.pen.polygon(corners.into_iter().collect(), Stroke::of(style))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let bold = matches!(style.style(), FontStyle::Bold);
        self.pen.text(text, &Label { color: style.color(), size: style.size(), bold, anchor: style.anchor() }, at)
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Refused>> {
        let width = self.ruler.width(text, style.size(), matches!(style.style(), FontStyle::Bold));
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}

impl BackendTextStyle for Label {
    type FontError = Refused;

    fn color(&self) -> BackendColor {
        self.color
    }

    fn size(&self) -> f64 {
        self.size
    }

    fn style(&self) -> FontStyle {
        if self.bold { FontStyle::Bold } else { FontStyle::Normal }
    }

    fn transform(&self) -> FontTransform {
        FontTransform::None
    }

    fn anchor(&self) -> Pos {
        self.anchor
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(FONT)
    }

    fn layout_box(&self, _: &str) -> Result<((i32, i32), (i32, i32)), Refused> {
        Err(Refused("text is measured by a ruler".into()))
    }

    fn draw<E, DrawFunc: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _: &str,
        _: BackendCoord,
        _: DrawFunc,
    ) -> Result<Result<(), E>, Refused> {
        Err(Refused("text is drawn by the backend".into()))
    }
}
