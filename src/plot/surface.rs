//! Between plotters and a real backend: finer units, and text that is measured where it will be drawn.
//!
//! Not a backend: every mark goes to the one inside. plotters counts in whole units; on a backend whose unit is a pixel a
//! smooth curve becomes a staircase and a line is 1 or 2 wide, never 1.5. So everything here is drawn in units of
//! 1/[`FINE`] device pixel, and the one inside is told to shrink: an SVG by its `viewBox`, a canvas by its transformation.
//! And plotters measures text by inserting elements into the page; [`Surface`] asks a [`Ruler`] instead.
//!
//! In the page (`web`), around plotters' canvas backend:
//!
//! ```text
//! context.set_transform(1.0 / FINE, 0.0, 0.0, 1.0 / FINE, 0.0, 0.0); context.set_line_join("round");
//! let ruler = |text, size, bold| { context.set_font(&font(size, bold)); context.measure_text(text).width() };
//! plot::draw(&view, Surface::new(CanvasBackend::with_canvas_object(canvas)?, ruler), &style)
//! ```

use super::style::FONT;
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
    format!("{}{size}px {FONT}", if bold { "bold " } else { "" })
}

/// A table of widths: the same in every program and on every machine, and on the wide side, so that a text set in any
/// common system font fits where the table says that it does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Table;

/// Widths of the characters from space to `~` in hundredths of the font size: DejaVu Sans, the widest of the usual ones.
#[rustfmt::skip]
const ASCII: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53,
    100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50,
    50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// How much wider bold text is.
const BOLD: f64 = 1.12;

impl Ruler for Table {
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

/// A backend that counts in fine units and measures text with a ruler.
pub struct Surface<B, R> {
    inner: B,
    ruler: R,
    /// What `inner` divides the font size by, beyond reason (plotters-svg: 1.24).
    shrinks_text: f64,
    /// How much lower text must stand to be centred, in font sizes (plotters-svg centres the x-height, not the digits).
    lowers_text: f64,
}

impl<B, R: Ruler> Surface<B, R> {
    /// `inner`, drawn on in units of 1/[`FINE`] of its own; it must shrink what it draws by as much.
    pub fn new(inner: B, ruler: R) -> Self {
        Surface { inner, ruler, shrinks_text: 1.0, lowers_text: 0.0 }
    }

    /// For plotters-svg, which has its own ideas of size and middle of a text.
    pub(super) fn svg(inner: B, ruler: R) -> Self {
        Surface { inner, ruler, shrinks_text: 1.24, lowers_text: 0.09 }
    }
}

impl<B: DrawingBackend, R: Ruler> DrawingBackend for Surface<B, R> {
    type ErrorType = B::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        let (width, height) = self.inner.get_size();
        (width * FINE, height * FINE)
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.draw_pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        self.inner.fill_polygon(corners, style)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        let lower = (self.lowers_text * style.size()).round() as i32;
        self.inner.draw_text(text, &Resized { style, by: self.shrinks_text }, (x, y + lower))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let width = self.ruler.width(text, style.size(), matches!(style.style(), FontStyle::Bold));
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}

/// A text style at another size.
struct Resized<'s, S> {
    style: &'s S,
    by: f64,
}

impl<S: BackendTextStyle> BackendTextStyle for Resized<'_, S> {
    type FontError = S::FontError;

    fn color(&self) -> BackendColor {
        self.style.color()
    }

    fn size(&self) -> f64 {
        self.style.size() * self.by
    }

    fn transform(&self) -> FontTransform {
        self.style.transform()
    }

    fn style(&self) -> FontStyle {
        self.style.style()
    }

    fn anchor(&self) -> Pos {
        self.style.anchor()
    }

    fn family(&self) -> FontFamily<'_> {
        self.style.family()
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        self.style.layout_box(text)
    }

    fn draw<E, DrawFunc: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        pos: BackendCoord,
        draw: DrawFunc,
    ) -> Result<Result<(), E>, Self::FontError> {
        self.style.draw(text, pos, draw)
    }
}
