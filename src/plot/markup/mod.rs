//! Views that are markup: networks (SVG), formulas (MathML) and tables (HTML).
//!
//! Not drawing on a canvas, and not the page: the page only puts numbers into the slots that are named here.
//! [`writer`] explains the bindings; each emitter is written once and serves the living markup, the still, the list of
//! slots and (networks) the picture that stands alone.

mod data;
mod formula;
mod label;
mod network;
mod route;
mod table;
mod writer;

pub use data::table;

use super::style::{Palette, Words};
use crate::view::{Math, View};
use writer::{Pass, Writer};

/// What markup is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For the page: without numbers, with bindings to slots. It changes only when the structure of the view does.
    Live,
    /// For readers without scripts, and for paper: with its numbers.
    Still,
}

/// The markup of a network, a formula or a table; empty for views that are drawn on a canvas.
pub fn markup(view: &View, words: &Words, mode: Mode) -> String {
    let pass = match mode {
        Mode::Live => Pass::Live,
        Mode::Still => Pass::Still,
    };
    walk(view, words, pass).into_text()
}

/// Mathematics that stands by itself (a label, an explanation), as MathML with its numbers.
pub fn mathml(math: &Math, words: &Words) -> String {
    let mut writer = Writer::new(words, Pass::Still);
    formula::Mathml::new(&mut writer).formula(math);
    writer.into_text()
}

/// The numbers behind the living markup of `view`, by slot index.
pub fn slots(view: &View) -> Vec<f64> {
    walk(view, &Words::default(), Pass::Slots).into_slots()
}

/// A network as a picture that needs no style sheet; empty for formulas and tables: as SVG they would be HTML in a
/// `foreignObject`, which most viewers of SVG do not draw.
pub(super) fn alone(view: &View, words: &Words, palette: Palette) -> String {
    match view {
        #[cfg(feature = "full")]
        View::Network(_) => walk(view, words, Pass::Alone(palette)).into_text(),
        _ => String::new(),
    }
}

fn walk<'a>(view: &View, words: &'a Words, pass: Pass) -> Writer<'a> {
    let mut writer = Writer::new(words, pass);
    match view {
        View::Network(network) => network::write(&mut writer, network),
        View::Formula(formula) => formula::write(&mut writer, formula),
        View::Table(table) => table::write(&mut writer, table),
        View::Curve(_) | View::Scatter(_) | View::Bars(_) | View::Heatmap(_) | View::Comb(_) | View::Image(_) => {}
    }
    writer
}
