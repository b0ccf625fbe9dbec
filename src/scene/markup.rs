//! What a kind that is markup does; a row of the table in `scene/mod.rs` that says `markup` means this file.
//!
//! Not the page: the page only puts numbers into the slots that are named here ([`writer`](super::writer) explains the
//! bindings). Each kind is written by one function, which serves the living markup, the still, the list of slots and
//! (networks) the picture that stands alone. The free functions are what the table calls; `chart` has the same ones.

use super::Pixels;
use super::frame::Area;
use super::reading::Reading;
use super::sheet::{Drawn, Sheet, Xy};
use super::style::Palette;
use super::words::Words;
use super::writer::Writer;

/// Its page is markup with slots.
pub(super) const IS_CANVAS: bool = false;

/// A kind of view that is markup.
pub(super) trait Markup {
    /// Whether it can be a picture that needs no style sheet. Formulas and tables cannot: as SVG they would be HTML in a
    /// `foreignObject`, which most viewers of SVG do not draw.
    const STANDS_ALONE: bool = false;

    /// Writes it.
    fn write(&self, writer: &mut Writer);
}

pub(super) fn draw<M: Markup>(_: &M, _: &Sheet) -> Drawn {
    Ok(())
}

pub(super) fn area<M: Markup>(_: &M, _: (f64, f64), _: &Words) -> Option<Area> {
    None
}

pub(super) fn locate<M: Markup>(_: &M, _: Xy, _: (f64, f64), _: &Words) -> Option<(f64, f64)> {
    None
}

pub(super) fn pixels<M: Markup>(_: &M, _: &Palette) -> Option<Pixels> {
    None
}

pub(super) fn paths<M: Markup>(_: &M, _: &Palette, _: Area) -> String {
    String::new()
}

pub(super) fn reading<M: Markup>(_: &M, _: Xy, _: (f64, f64), _: &Words) -> Option<Reading> {
    None
}

pub(super) fn table<M: Markup>(_: &M, _: &str, _: &Words) -> String {
    String::new()
}

pub(super) fn write<M: Markup>(markup: &M, writer: &mut Writer) {
    markup.write(writer);
}

pub(super) fn stands_alone<M: Markup>(_: &M) -> bool {
    M::STANDS_ALONE
}
