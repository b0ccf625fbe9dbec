//! What can be shown, and how: plain numbers with a kind, and their drawing or markup.
//!
//! Not computing: a view comes with its numbers, here they get a place and a colour. Not the page either: nothing here knows
//! a canvas or an element; the page hands over a backend, or receives text. A word is a [`Key`] into the prose. A thing that
//! the reader can point at carries an *id*, the same string that names its readout, its edit in the URL and its highlight:
//! `w2_1_3` is one weight everywhere.
//!
//! | kind | in the page | as a picture |
//! |---|---|---|
//! | curve, bars, scatter, comb | [`draw`] on a canvas | [`svg`] |
//! | heatmap, image | [`pixels`] scaled into [`layout`], then [`draw`] over it | [`svg`] |
//! | network, formula, table | [`markup`] once, then [`slots`] into its elements | [`markup`] with numbers, [`svg`] (network) |
//!
//! A kind is a file: its data, and one implementation of `Chart` (`chart.rs`) or `Markup` (`markup.rs`) with its layout,
//! drawing or writing, what it says at a place, and its table. Adding one is adding the file and its row in the table below.

mod axis;
mod bars;
mod chart;
mod comb;
mod curve;
pub mod format;
mod formula;
mod frame;
mod heatmap;
mod image;
#[cfg(feature = "full")]
mod keys;
mod labels;
mod markup;
mod math;
mod mathml;
mod network;
mod points;
mod reading;
mod rgba;
mod rows;
mod scatter;
mod sheet;
mod style;
mod surface;
mod svg;
mod table;
mod words;
mod writer;

pub use axis::{Axis, Scale};
pub use format::Format;
pub use frame::Area;
pub use math::{Math, Phrase};
pub use points::Point;
pub use sheet::Drawn;
pub use style::{DARK, FONT, LIGHT, Palette, Rgb, SERIES, Style};
pub use surface::{Done, FINE, Label, Pen, Refused, Ruler, Stroke, Surface, WidthTable, font};
pub use words::{KEYS, Key, Name, Words};
pub use writer::Phase;

use reading::Reading;
use sheet::{Sheet, Xy};
use writer::{Pass, Writer};

/// Makes [`View`], [`Kind`] and their functions from rows: documentation, name, file, and the file of what it does.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $(#[cfg($($cfg:tt)+)])? $Kind:ident($file:ident): $does:ident;)+) => {
        $($(#[cfg($($cfg)+)])? pub use $file::*;)+

        /// One view of a figure.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
        pub enum View {
            $($(#[doc = $doc])+ $(#[cfg($($cfg)+)])? $Kind($Kind),)+
        }

        /// A kind of [`View`], by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])+ $(#[cfg($($cfg)+)])? $Kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$($(#[cfg($($cfg)+)])? Kind::$Kind,)+];

            /// The name in `lessons.json` and in the page.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[cfg($($cfg)+)])? Kind::$Kind => stringify!($file),)+
                }
            }

            /// Drawn on a canvas (otherwise it is markup).
            pub fn is_canvas(self) -> bool {
                match self {
                    $($(#[cfg($($cfg)+)])? Kind::$Kind => $does::IS_CANVAS,)+
                }
            }
        }

        impl View {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(_) => Kind::$Kind,)+
                }
            }

            fn draw(&self, sheet: &Sheet) -> Drawn {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::draw(view, sheet),)+
                }
            }

            fn area(&self, size: (f64, f64), words: &Words) -> Option<Area> {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::area(view, size, words),)+
                }
            }

            fn locate(&self, at: Xy, size: (f64, f64), words: &Words) -> Option<(f64, f64)> {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::locate(view, at, size, words),)+
                }
            }

            fn pixels(&self, palette: &Palette) -> Option<Pixels> {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::pixels(view, palette),)+
                }
            }

            fn paths(&self, palette: &Palette, area: Area) -> String {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::paths(view, palette, area),)+
                }
            }

            fn reading(&self, at: Xy, size: (f64, f64), words: &Words) -> Option<Reading> {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::reading(view, at, size, words),)+
                }
            }

            fn table(&self, title: &str, words: &Words) -> String {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::table(view, title, words),)+
                }
            }

            fn write(&self, writer: &mut Writer) {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::write(view, writer),)+
                }
            }

            fn stands_alone(&self) -> bool {
                match self {
                    $($(#[cfg($($cfg)+)])? View::$Kind(view) => $does::stands_alone(view),)+
                }
            }
        }
    };
}

kinds! {
    /// Lines over a common x axis.
    Curve(curve): chart;
    /// Points in a plane.
    #[cfg(feature = "full")]
    Scatter(scatter): chart;
    /// One bar a label.
    Bars(bars): chart;
    /// A grid of numbers as colour, with points over it.
    Heatmap(heatmap): chart;
    /// Values over the weights with which they count.
    #[cfg(feature = "full")]
    Comb(comb): chart;
    /// A picture.
    #[cfg(feature = "full")]
    Image(image): chart;
    /// Layers of nodes joined by edges, with values travelling along them.
    Network(network): markup;
    /// Lines of mathematics with their numbers in place.
    Formula(formula): markup;
    /// Rows and columns of numbers.
    Table(table): markup;
}

/// Width, height, and RGBA with the top row first.
pub type Pixels = (usize, usize, Vec<u8>);

/// Draws a chart. The surface counts in 1/[`FINE`] device pixel and measures text. Nothing is painted where
/// there is nothing: the page clears the canvas, and puts the [`pixels`] there. Views that are markup draw nothing.
pub fn draw(view: &View, surface: Surface<'_>, style: &Style<'_>) -> Drawn {
    let sheet = Sheet::new(surface, style);
    view.draw(&sheet)?;
    sheet.finish()
}

/// The pixels of a heat map or image: width, height, RGBA. The page scales them into [`layout`].
pub fn pixels(view: &View, palette: &Palette) -> Option<Pixels> {
    view.pixels(palette).filter(|(width, height, _)| *width > 0 && *height > 0)
}

/// Where the data of a chart lie in a drawing of `width x height` CSS pixels; `None` where there are none.
pub fn layout(view: &View, width: f64, height: f64, style: &Style) -> Option<Area> {
    view.area((width, height), style.words)
}

/// The values at `(x, y)` CSS pixels of a chart drawn at `width x height`; `None` outside its area. Of a picture: the place in
/// its pixels, y downwards.
pub fn locate(view: &View, x: f64, y: f64, width: f64, height: f64, style: &Style) -> Option<(f64, f64)> {
    view.locate((x, y), (width, height), style.words)
}

/// What a chart says in numbers at `(x, y)` CSS pixels of a drawing of `width x height`: lines of fields separated by tabs.
/// The first line has x, top and bottom of a line through the place, and its name; then comes a line a value with y of its
/// mark, its series, its name and its text. Empty where nothing is said.
pub fn reading(view: &View, x: f64, y: f64, width: f64, height: f64, words: &Words) -> String {
    view.reading((x, y), (width, height), words).map(Reading::into_text).unwrap_or_default()
}

/// The numbers of a chart as an HTML table under `title`; empty for what is no chart, and for a picture.
pub fn table(view: &View, title: &str, words: &Words) -> String {
    view.table(title, words)
}

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
    written(view, words, pass).into_text()
}

/// The numbers behind the living markup of `view`, by slot index.
pub fn slots(view: &View) -> Vec<f64> {
    written(view, &Words::default(), Pass::Slots).into_slots()
}

/// Mathematics that stands by itself (a label, an explanation), as MathML with its numbers.
pub fn mathml(math: &Math, words: &Words) -> String {
    let mut writer = Writer::new(words, Pass::Still);
    mathml::Mathml::new(&mut writer).formula(math);
    writer.into_text()
}

fn written<'a>(view: &View, words: &'a Words, pass: Pass) -> Writer<'a> {
    let mut writer = Writer::new(words, pass);
    view.write(&mut writer);
    writer
}

/// Any view as an SVG of `width x height` CSS pixels, colours inline, no background; a network has its own proportions.
/// Empty for formulas and tables, which are HTML (see [`markup`]).
pub fn svg(view: &View, width: u32, height: u32, style: &Style) -> String {
    if !view.stands_alone() {
        return String::new();
    }
    #[cfg(feature = "full")]
    if !view.kind().is_canvas() {
        return written(view, style.words, Pass::Alone(style.palette)).into_text();
    }
    let style = Style { scale: 1.0, ..*style };
    // A string takes everything, and the table of widths measures everything.
    let mut elements = svg::Elements { text: String::new(), size: (width, height) };
    let done = draw(view, Surface::new(&mut elements, &WidthTable), &style);
    assert!(done.is_ok(), "drawing into a string");
    let area = layout(view, width.into(), height.into(), &style);
    let cells = area.map(|area| view.paths(&style.palette, area)).unwrap_or_default();
    svg::document(&cells, elements)
}

/// `svg` with the colours of `palette` replaced by the custom properties of the page ([`Palette::NAMES`]), so that one
/// still serves every theme.
pub fn themed(svg: &str, palette: &Palette) -> String {
    let mut text = svg.to_owned();
    for (colour, name) in palette.colours().into_iter().zip(Palette::NAMES) {
        text = text.replace(&format!("\"#{colour:06X}\""), &format!("\"var(--{name})\""));
    }
    text
}
