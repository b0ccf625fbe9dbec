//! What a kind that is drawn on a canvas does; a row of the table in `scene/mod.rs` that says `chart` means this file.
//!
//! Not drawing itself: a [`Chart`] lays out its data in a drawing of some size, draws them there, says what they are at a
//! place, and lists them in a table. The free functions are what the table calls; `markup` has the same ones.

use super::Pixels;
use super::frame::Area;
use super::reading::Reading;
use super::sheet::{Anchor, Drawn, Sheet, Xy, solid};
use super::style::Palette;
use super::words::Words;
use super::writer::Writer;

/// Its page is a canvas.
pub(super) const IS_CANVAS: bool = true;

/// Where the data of a chart lie in a drawing, in CSS pixels.
pub(super) trait Layout {
    /// The rectangle of the data.
    fn area(&self) -> Area;
    /// The values at a place inside of what is shown; `None` outside.
    fn locate(&self, at: Xy) -> Option<(f64, f64)>;
}

/// A kind of view that is drawn on a canvas.
pub(super) trait Chart {
    /// Its layout.
    type Layout<'a>: Layout
    where
        Self: 'a;

    /// Where its data lie in a drawing of `width x height` CSS pixels; `None` where there is nothing to show.
    fn layout<'a>(&'a self, size: (f64, f64), words: &'a Words) -> Option<Self::Layout<'a>>;

    /// Draws it.
    fn draw(&self, sheet: &Sheet, layout: &Self::Layout<'_>) -> Drawn;

    /// Draws what stands there when there is nothing to show.
    fn draw_empty(sheet: &Sheet) -> Drawn {
        let middle = (sheet.width / 2.0, sheet.height / 2.0);
        let text = sheet.fitted(sheet.words.get("chart.empty"), sheet.width - 8.0, false);
        sheet.text(&text, middle, Anchor::Centre, solid(sheet.palette.ink2), false)
    }

    /// What lies under the drawing as pixels, to be scaled into the layout's area.
    fn pixels(&self, palette: &Palette) -> Option<Pixels> {
        let _ = palette;
        None
    }

    /// The same as paths of an SVG.
    fn paths(&self, palette: &Palette, area: Area) -> String {
        let _ = (palette, area);
        String::new()
    }

    /// What it says in numbers at a place of its drawing.
    fn reading(&self, layout: &Self::Layout<'_>, at: Xy, words: &Words) -> Option<Reading>;

    /// Its numbers as an HTML table under `title`; empty where there are too many.
    fn table(&self, title: &str, words: &Words) -> String;
}

pub(super) fn draw<C: Chart>(chart: &C, sheet: &Sheet) -> Drawn {
    match chart.layout((sheet.width, sheet.height), sheet.words) {
        Some(layout) => chart.draw(sheet, &layout),
        None => C::draw_empty(sheet),
    }
}

pub(super) fn area<C: Chart>(chart: &C, size: (f64, f64), words: &Words) -> Option<Area> {
    chart.layout(size, words).map(|layout| layout.area())
}

pub(super) fn locate<C: Chart>(chart: &C, at: Xy, size: (f64, f64), words: &Words) -> Option<(f64, f64)> {
    chart.layout(size, words)?.locate(at)
}

pub(super) fn pixels<C: Chart>(chart: &C, palette: &Palette) -> Option<Pixels> {
    chart.pixels(palette)
}

pub(super) fn paths<C: Chart>(chart: &C, palette: &Palette, area: Area) -> String {
    chart.paths(palette, area)
}

pub(super) fn reading<C: Chart>(chart: &C, at: Xy, size: (f64, f64), words: &Words) -> Option<Reading> {
    chart.reading(&chart.layout(size, words)?, at, words)
}

pub(super) fn table<C: Chart>(chart: &C, title: &str, words: &Words) -> String {
    chart.table(title, words)
}

pub(super) fn write<C: Chart>(_: &C, _: &mut Writer) {}

pub(super) fn stands_alone<C: Chart>(_: &C) -> bool {
    true
}
