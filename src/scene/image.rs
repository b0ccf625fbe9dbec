//! A picture, and what lies over it: the light that falls on a part of it, boxes, hatching, dots.
//!
//! Places are in pixels of the picture, from its upper left corner: pixel i lies between i and i + 1. They may lie outside. The
//! picture's pixels, with the heat blended in, never pass through plotters: the page puts them under the drawing.

use super::Pixels;
use super::chart::{Chart, Layout};
use super::format;
use super::frame::Area;
use super::reading::{Reading, VALUE, place};
use super::rgba::{cells, distinct};
use super::sheet::{Anchor, Drawn, LINE, Sheet, Xy, faint, solid};
use super::style::Palette;
use super::words::Words;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Rect {
    /// Left side.
    pub left: f64,
    /// Upper side.
    pub top: f64,
    /// Right side.
    pub right: f64,
    /// Lower side.
    pub bottom: f64,
}

impl Rect {
    /// The whole of a picture.
    pub fn of(width: usize, height: usize) -> Rect {
        Rect { left: 0.0, top: 0.0, right: width as f64, bottom: height as f64 }
    }

    /// The smallest rectangle that holds both.
    pub fn around(self, other: Rect) -> Rect {
        Rect {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// This rectangle with a margin on every side.
    pub fn grown(self, by: f64) -> Rect {
        Rect { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// From this rectangle (`part` = 0) to `other` (1).
    pub fn towards(self, other: Rect, part: f64) -> Rect {
        let between = |a: f64, b: f64| a + (b - a) * part;
        Rect {
            left: between(self.left, other.left),
            top: between(self.top, other.top),
            right: between(self.right, other.right),
            bottom: between(self.bottom, other.bottom),
        }
    }
}

/// How an outline is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum OutlineStyle {
    /// What the picture is about.
    Strong,
    /// What it was a moment ago, and other things beside.
    Thin,
    /// What is not there yet, or only thought.
    Dashed,
}

/// A box over a picture.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Outline {
    /// Its place.
    pub rect: Rect,
    /// Its line.
    pub stroke: OutlineStyle,
    /// What of it lies outside the picture is hatched.
    pub hatched: bool,
    /// Everything of the picture outside of it is dimmed.
    pub spotlight: bool,
    /// What stands at its upper left corner: a size, a symbol; nothing where it is empty.
    pub label: String,
}

/// Dots at every crossing of some columns and some rows.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Dots {
    /// Places of the columns.
    pub xs: Vec<f64>,
    /// Places of the rows.
    pub ys: Vec<f64>,
    /// Largest radius, in pixels of the picture; where dots would touch they are drawn smaller, or not at all.
    pub radius: f64,
}

/// A picture, RGBA, 8 bits each, top row first, and what lies over it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Image {
    /// Width in pixels.
    pub width: usize,
    /// `width * height * 4` bytes.
    #[cfg_attr(feature = "full", serde(with = "super::keys::bytes"))]
    pub rgba: Vec<u8>,
    /// What is shown, where that is more (or less) than the picture.
    pub window: Option<Rect>,
    /// A strength from 0 to 1 for every pixel, laid over the picture as colour; empty for none, not a number where
    /// a pixel stays as it is.
    pub heat: Vec<f32>,
    /// Boxes, the later ones above.
    pub outlines: Vec<Outline>,
    /// Dots, above the boxes.
    pub dots: Vec<Dots>,
}

impl Image {
    /// Rows of the picture.
    pub fn height(&self) -> usize {
        self.rgba.len().checked_div(4 * self.width).unwrap_or(0)
    }
}

/// Distance of hatching lines.
const HATCH: f64 = 7.0;
/// Opacity of the shade outside of a spotlight.
const SHADE: f64 = 0.62;
/// Dots closer than this cannot be told apart, and are left out.
const APART: f64 = 6.5;
/// Most dots that a frame has time for.
const MOST_DOTS: usize = 1600;
/// Opacity of the strongest heat.
const HOTTEST: f64 = 0.9;
/// How far a picture under heat goes towards the paper.
const PALE: f64 = 0.35;

impl Chart for Image {
    type Layout<'a> = Place;

    fn layout<'a>(&'a self, (width, height): (f64, f64), _: &'a Words) -> Option<Place> {
        if self.height() == 0 {
            return None;
        }
        let picture = Rect::of(self.width, self.height());
        let shown = self.window.unwrap_or(picture);
        let (wide, high) = (shown.right - shown.left, shown.bottom - shown.top);
        let scale = (width / wide).min(height / high);
        let finite = scale.is_finite() && scale > 0.0;
        finite.then(|| Place {
            scale,
            left: (width - wide * scale) / 2.0 - shown.left * scale,
            top: (height - high * scale) / 2.0 - shown.top * scale,
            shown,
            picture,
        })
    }

    fn draw(&self, sheet: &Sheet, place: &Place) -> Drawn {
        if let Some(light) = self.outlines.iter().rev().find(|outline| outline.spotlight) {
            shade(sheet, place, light.rect)?;
        }
        for outline in &self.outlines {
            if outline.hatched {
                hatch(sheet, place, outline.rect)?;
            }
            frame(sheet, place, outline)?;
        }
        self.dots.iter().try_for_each(|grid| dots(sheet, place, grid))
    }

    /// Nothing: the page says that a picture is being loaded.
    fn draw_empty(_: &Sheet) -> Drawn {
        Ok(())
    }

    fn pixels(&self, palette: &Palette) -> Option<Pixels> {
        Some((self.width, self.height(), blended(self, palette)))
    }

    fn paths(&self, palette: &Palette, area: Area) -> String {
        image_paths(self, palette, area)
    }

    /// The pixel at the place.
    fn reading(&self, layout: &Place, at: Xy, words: &Words) -> Option<Reading> {
        let (x, y) = layout.locate(at)?;
        let (column, row) = (x.floor(), y.floor());
        let mut said = Reading::new(at.0, at.1, at.1, &format!("x {}, y {}", place(column), place(row)));
        let inside = column >= 0.0 && row >= 0.0 && column < self.width as f64 && row < self.height() as f64;
        let heat = inside.then(|| self.heat.get(row as usize * self.width + column as usize)).flatten();
        if let Some(heat) = heat {
            said.line(at.1, 5, words.get("chart.strength"), format::number((*heat).into(), VALUE));
        }
        Some(said)
    }

    /// None: a table of pixels tells nothing.
    fn table(&self, _: &str, _: &Words) -> String {
        String::new()
    }
}

/// Where a picture lies in a drawing.
pub(super) struct Place {
    scale: f64,
    left: f64,
    top: f64,
    shown: Rect,
    picture: Rect,
}

impl Place {
    /// The place of a point of the picture.
    fn at(&self, x: f64, y: f64) -> Xy {
        (self.left + x * self.scale, self.top + y * self.scale)
    }
}

impl Layout for Place {
    /// The area of the picture's pixels.
    fn area(&self) -> Area {
        let ((left, top), (right, bottom)) =
            (self.at(self.picture.left, self.picture.top), self.at(self.picture.right, self.picture.bottom));
        Area { left, top, right, bottom }
    }

    /// The point of the picture's plane at `(x, y)`.
    fn locate(&self, (x, y): Xy) -> Option<(f64, f64)> {
        let (x, y) = ((x - self.left) / self.scale, (y - self.top) / self.scale);
        let inside =
            (self.shown.left..=self.shown.right).contains(&x) && (self.shown.top..=self.shown.bottom).contains(&y);
        inside.then_some((x, y))
    }
}

/// Dims the picture outside of `light`.
fn shade(sheet: &Sheet, place: &Place, light: Rect) -> Drawn {
    let all = place.picture;
    let x = [all.left, light.left.clamp(all.left, all.right), light.right.clamp(all.left, all.right), all.right];
    let y = [all.top, light.top.clamp(all.top, all.bottom), light.bottom.clamp(all.top, all.bottom), all.bottom];
    let parts =
        [(x[0], y[0], x[3], y[1]), (x[0], y[1], x[1], y[2]), (x[2], y[1], x[3], y[2]), (x[0], y[2], x[3], y[3])];
    for (left, top, right, bottom) in parts {
        if left < right && top < bottom {
            sheet.block(place.at(left, top), place.at(right, bottom), faint(sheet.palette.paper, SHADE))?;
        }
    }
    Ok(())
}

/// Hatches what of `rect` lies outside of the picture.
fn hatch(sheet: &Sheet, place: &Place, rect: Rect) -> Drawn {
    let all = place.picture;
    let strips = [
        Rect { bottom: rect.bottom.min(all.top), ..rect },
        Rect { top: rect.top.max(all.bottom), ..rect },
        Rect {
            top: rect.top.max(all.top),
            bottom: rect.bottom.min(all.bottom),
            right: rect.right.min(all.left),
            ..rect
        },
        Rect {
            top: rect.top.max(all.top),
            bottom: rect.bottom.min(all.bottom),
            left: rect.left.max(all.right),
            ..rect
        },
    ];
    for strip in strips.into_iter().filter(|strip| strip.left < strip.right && strip.top < strip.bottom) {
        let ((left, top), (right, bottom)) = (place.at(strip.left, strip.top), place.at(strip.right, strip.bottom));
        sheet.block((left, top), (right, bottom), faint(sheet.palette.ink2, 0.10))?;
        // Diagonals x + y = c, cut off at the sides; c counts from the drawing, so that neighbouring strips go on into each other.
        let mut c = ((left + top) / HATCH).ceil() * HATCH;
        while c < right + bottom {
            let from = if c - top <= right { (c - top, top) } else { (right, c - right) };
            let to = if c - left <= bottom { (left, c - left) } else { (c - bottom, bottom) };
            sheet.path(&[from, to], faint(sheet.palette.ink2, 0.55), 1.0, &[])?;
            c += HATCH;
        }
    }
    Ok(())
}

fn frame(sheet: &Sheet, place: &Place, outline: &Outline) -> Drawn {
    let ((left, top), (right, bottom)) =
        (place.at(outline.rect.left, outline.rect.top), place.at(outline.rect.right, outline.rect.bottom));
    let line = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    let palette = sheet.palette;
    match outline.stroke {
        OutlineStyle::Strong => {
            // A photograph has every colour: a rim of paper keeps the line apart from it.
            sheet.path(&line, faint(palette.paper, 0.9), 5.0, &[])?;
            sheet.path(&line, solid(palette.accent), 2.5, &[])?;
        }
        OutlineStyle::Thin => {
            sheet.path(&line, faint(palette.paper, 0.7), 3.0, &[])?;
            sheet.path(&line, solid(palette.ink), 1.0, &[])?;
        }
        OutlineStyle::Dashed => {
            sheet.path(&line, faint(palette.paper, 0.7), 3.0, &[])?;
            sheet.path(&line, solid(palette.ink), 1.0, &[5.0, 4.0])?;
        }
    }
    label(sheet, &outline.label, (left, top))
}

/// A text on a plate of paper above a corner, or inside it where there is no room above.
fn label(sheet: &Sheet, text: &str, (x, y): Xy) -> Drawn {
    if text.is_empty() {
        return Ok(());
    }
    let wide = sheet.measure(text, true) + 10.0;
    let left = x.clamp(0.0, (sheet.width - wide).max(0.0));
    let top = if y >= LINE + 6.0 { y - LINE - 5.0 } else { (y + 4.0).max(0.0) };
    sheet.block((left, top), (left + wide, top + LINE + 2.0), faint(sheet.palette.paper, 0.92))?;
    sheet.text(text, (left + 5.0, top + LINE / 2.0 + 1.0), Anchor::Left, solid(sheet.palette.ink), true)
}

fn dots(sheet: &Sheet, place: &Place, grid: &Dots) -> Drawn {
    let nearest = |places: &[f64]| {
        let gaps = places.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 1e-6);
        gaps.fold(f64::INFINITY, f64::min) * place.scale
    };
    let apart = nearest(&grid.xs).min(nearest(&grid.ys));
    if apart < APART || grid.xs.len() * grid.ys.len() > MOST_DOTS {
        return Ok(());
    }
    let radius = (grid.radius * place.scale).min(apart * 0.3).clamp(1.2, 7.0);
    for y in &grid.ys {
        for x in &grid.xs {
            let middle = place.at(*x, *y);
            sheet.disc(middle, radius + 0.9, faint(sheet.palette.paper, 0.85))?;
            sheet.disc(middle, radius, solid(sheet.palette.accent))?;
        }
    }
    Ok(())
}

/// The picture's pixels with its heat over them. Under heat the picture is grey and pale, so that the only colour is the
/// heat's: that of a negative number, the stronger the denser (a colour that no outline has). Where the heat is no number the
/// pixel stays as it is.
fn blended(image: &Image, palette: &Palette) -> Vec<u8> {
    let mut rgba = image.rgba[..image.width * image.height() * 4].to_vec();
    let channels = |colour: u32| colour.to_be_bytes().map(f64::from);
    let ([_, hot @ ..], [_, paper @ ..]) = (channels(palette.neg), channels(palette.paper));
    for (pixel, heat) in rgba.chunks_exact_mut(4).zip(&image.heat) {
        if heat.is_nan() {
            continue;
        }
        let part = f64::from(heat.clamp(0.0, 1.0)) * HOTTEST;
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f64::from);
        let grey = 0.299 * red + 0.587 * green + 0.114 * blue;
        for axis in 0..3 {
            let pale = grey + (paper[axis] - grey) * PALE;
            pixel[axis] = (pale + (hot[axis] - pale) * part + 0.5) as u8;
        }
        pixel[3] = pixel[3].max((part * 255.0) as u8);
    }
    rgba
}

/// Most cells along the longer side of a picture in an SVG: a still is a mosaic, or it would weigh more than the page.
const SVG_CELLS: usize = 56;

/// `image` as paths that fill `area`, in 32 steps a channel; a large one is made smaller.
fn image_paths(image: &Image, palette: &Palette, area: Area) -> String {
    let (cols, rgba) = mosaic(image.width, &blended(image, palette));
    let step = |channel: u8, under: u8, alpha: u8| {
        let mixed = (u32::from(channel) * u32::from(alpha) + u32::from(under) * u32::from(255 - alpha)) / 255;
        mixed as i32 >> 3
    };
    let [_, red, green, blue] = palette.paper.to_be_bytes();
    let colours: Vec<i32> = rgba
        .chunks_exact(4)
        .map(|p| step(p[0], red, p[3]) << 10 | step(p[1], green, p[3]) << 5 | step(p[2], blue, p[3]))
        .collect();
    let shades = distinct(colours.iter().copied());
    cells(&colours, cols, area, shades.into_iter(), |colour| {
        let channel = |shift: u32| {
            let five = (colour as u32 >> shift) & 31;
            five << 3 | five >> 2
        };
        (channel(10) << 16 | channel(5) << 8 | channel(0), 1.0)
    })
}

/// A picture of `width` columns with at most [`SVG_CELLS`] along a side: columns, and RGBA; each cell is the mean of the pixels
/// whose middle lies in it.
fn mosaic(width: usize, rgba: &[u8]) -> (usize, Vec<u8>) {
    let height = rgba.len().checked_div(4 * width).unwrap_or(0);
    let longer = width.max(height);
    if longer <= SVG_CELLS {
        return (width, rgba.to_vec());
    }
    let [cols, rows] = [width, height].map(|side| (side * SVG_CELLS / longer).max(1));
    let mut sums = vec![[0u32; 5]; cols * rows];
    for (at, pixel) in rgba.chunks_exact(4).enumerate() {
        let sum = &mut sums[at / width * rows / height * cols + at % width * cols / width];
        for (sum, channel) in sum.iter_mut().zip(pixel.iter().chain([&1])) {
            *sum += u32::from(*channel);
        }
    }
    (cols, sums.into_iter().flat_map(|[r, g, b, a, n]| [r, g, b, a].map(|sum| (sum / n.max(1)) as u8)).collect())
}
