//! Drawing of views: charts through plotters, markup for networks, formulas and tables.
//!
//! Not computing: a view comes with its numbers, here they get a place and a colour. Not the page either: nothing here
//! knows a canvas or an element; the page hands over a backend, or receives text.
//!
//! | kind | in the page | as a picture |
//! |---|---|---|
//! | curve, bars, scatter, comb | [`draw`] on a canvas | [`svg`] |
//! | heatmap, image | [`pixels`] scaled into [`layout`], then [`draw`] over it | [`svg`] |
//! | network, formula, table | [`markup`] once, then [`slots`] into its elements | [`markup`] with numbers, [`svg`] (network) |

mod axis;
mod bars;
mod comb;
mod curve;
pub mod format;
mod frame;
mod heatmap;
mod image;
mod labels;
mod markup;
mod reading;
mod rgba;
mod scatter;
mod sheet;
mod style;
mod surface;
mod svg;

pub use frame::Area;
pub use markup::{Mode, markup, mathml, slots, table};
pub use rgba::heatmap_rgba;
pub use sheet::Drawn;
pub use style::{DARK, FONT, KEYS, LIGHT, Palette, Rgb, SERIES, Style, Words};
pub use surface::{Done, FINE, Label, Pen, Refused, Ruler, Stroke, Surface, Table, font};

use crate::view::View;
use frame::Frame;
use sheet::{Anchor, Sheet, solid};

/// Draws a chart. The surface counts in 1/[`FINE`] device pixel and measures text. Nothing is painted where
/// there is nothing: the page clears the canvas, and puts the [`pixels`] there. Views that are markup draw nothing.
pub fn draw(view: &View, surface: Surface<'_>, style: &Style<'_>) -> Drawn {
    let sheet = Sheet::new(surface, style);
    #[cfg(feature = "full")]
    if let View::Image(image) = view
        && let Some(place) = image::place(image, sheet.width, sheet.height)
    {
        image::draw(&sheet, image, &place)?;
    }
    if is_chart(view) {
        match (view, frame(view, sheet.width, sheet.height, style.words)) {
            (View::Curve(curve), Some(frame)) => curve::draw(&sheet, curve, &frame)?,
            #[cfg(feature = "full")]
            (View::Scatter(scatter), Some(frame)) => scatter::draw(&sheet, scatter, &frame)?,
            (View::Bars(bars), Some(frame)) => bars::draw(&sheet, bars, &frame)?,
            (View::Heatmap(map), Some(frame)) => heatmap::draw(&sheet, map, &frame)?,
            #[cfg(feature = "full")]
            (View::Comb(view), Some(_)) => comb::draw(&sheet, view)?,
            _ => {
                let middle = (sheet.width / 2.0, sheet.height / 2.0);
                let text = sheet.fitted(style.words.get("chart.empty"), sheet.width - 8.0, false);
                sheet.text(&text, middle, Anchor::Centre, solid(style.palette.ink2), false)?;
            }
        }
    }
    sheet.finish()
}

/// Any view as an SVG of `width x height` CSS pixels, colours inline, no background; a network has its own proportions.
/// Empty for formulas and tables, which are HTML (see [`markup`]).
pub fn svg(view: &View, width: u32, height: u32, style: &Style) -> String {
    if matches!(view, View::Network(_) | View::Formula(_) | View::Table(_)) {
        return markup::alone(view, style.words, style.palette);
    }
    let style = Style { scale: 1.0, ..*style };
    // A string takes everything, and the table of widths measures everything.
    let mut elements = svg::Elements { text: String::new(), size: (width, height) };
    let done = draw(view, Surface::new(&mut elements, &Table), &style);
    assert!(done.is_ok(), "drawing into a string");
    let cells = match (view, layout(view, width.into(), height.into(), &style)) {
        (View::Heatmap(map), Some(area)) => rgba::heatmap_paths(map, &style.palette, area),
        #[cfg(feature = "full")]
        (View::Image(image), Some(area)) => rgba::image_paths(image, &style.palette, area),
        _ => String::new(),
    };
    let (fine_width, fine_height) = (width * FINE, height * FINE);
    let cells = if cells.is_empty() { cells } else { format!("<g transform=\"scale({FINE})\">{cells}</g>") };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {fine_width} {fine_height}\" font-family=\"{FONT}\" stroke-linejoin=\"round\">{cells}\n{body}</svg>\n",
        body = elements.text,
    )
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

/// The pixels of a heat map or image: width, height, RGBA. The page scales them into [`layout`].
pub fn pixels(view: &View, palette: &Palette) -> Option<(usize, usize, Vec<u8>)> {
    match view {
        View::Heatmap(map) => Some(heatmap_rgba(map, palette)),
        #[cfg(feature = "full")]
        View::Image(image) if image.width > 0 => Some((image.width, image.height(), image::blended(image, palette))),
        _ => None,
    }
    .filter(|(width, height, _)| *width > 0 && *height > 0)
}

/// Where the data of a chart lie in a drawing of `width x height` CSS pixels; `None` where there are none.
pub fn layout(view: &View, width: f64, height: f64, style: &Style) -> Option<Area> {
    #[cfg(feature = "full")]
    if let View::Image(image) = view {
        return image::place(image, width, height).map(|place| place.area());
    }
    frame(view, width, height, style.words).map(|frame| frame.area)
}

/// The values at `(x, y)` CSS pixels of a chart drawn at `width x height`; `None` outside its area. Of a picture: the place in
/// its pixels, y downwards.
pub fn locate(view: &View, x: f64, y: f64, width: f64, height: f64, style: &Style) -> Option<(f64, f64)> {
    #[cfg(feature = "full")]
    if let View::Image(image) = view {
        return image::place(image, width, height)?.locate((x, y));
    }
    frame(view, width, height, style.words)?.locate((x, y))
}

/// What a chart says in numbers at `(x, y)` CSS pixels of a drawing of `width x height`: lines of fields separated by tabs.
/// The first line has x, top and bottom of a line through the place, and its name; then comes a line a value with y of its
/// mark, its series, its name and its text. Empty where nothing is said.
pub fn reading(view: &View, x: f64, y: f64, width: f64, height: f64, words: &Words) -> String {
    reading::reading(view, (x, y), (width, height), words)
}

fn is_chart(view: &View) -> bool {
    matches!(view, View::Curve(_) | View::Scatter(_) | View::Bars(_) | View::Heatmap(_) | View::Comb(_))
}

/// The frame of a chart; `None` where nothing can be shown.
fn frame<'a>(view: &'a View, width: f64, height: f64, words: &'a Words) -> Option<Frame<'a>> {
    match view {
        View::Curve(curve) => curve::frame(curve, words, width, height),
        #[cfg(feature = "full")]
        View::Scatter(scatter) => scatter::frame(scatter, words, width, height),
        View::Bars(bars) => bars::frame(bars, words, width, height),
        View::Heatmap(map) => heatmap::frame(map, words, width, height),
        #[cfg(feature = "full")]
        View::Comb(view) => comb::frames(view, words, width, height).map(|frames| frames.values),
        _ => None,
    }
}
