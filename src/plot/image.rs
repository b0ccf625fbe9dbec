//! Draws what lies over a picture: the light that falls on a part of it, boxes, hatching, dots.
//!
//! Not the picture itself: its pixels, with the heat blended in, are [`super::rgba`]'s and are put under this drawing.

use super::frame::Area;
use super::sheet::{Anchor, Drawn, LINE, Sheet, Xy, faint, solid};
use super::style::Palette;
use crate::view::{Dots, Image, Outline, Rect, Stroke};

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

/// The mapping from pixels of the picture to CSS pixels of a drawing of `width x height`; `None` where there is no picture.
pub(super) fn place(image: &Image, width: f64, height: f64) -> Option<Place> {
    if image.height() == 0 {
        return None;
    }
    let picture = Rect::of(image.width, image.height());
    let shown = image.window.unwrap_or(picture);
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

    /// The area of the picture's pixels.
    pub(super) fn area(&self) -> Area {
        let ((left, top), (right, bottom)) =
            (self.at(self.picture.left, self.picture.top), self.at(self.picture.right, self.picture.bottom));
        Area { left, top, right, bottom }
    }

    /// The point of the picture's plane at `(x, y)`; `None` outside of what is shown.
    pub(super) fn locate(&self, (x, y): Xy) -> Option<(f64, f64)> {
        let (x, y) = ((x - self.left) / self.scale, (y - self.top) / self.scale);
        let inside =
            (self.shown.left..=self.shown.right).contains(&x) && (self.shown.top..=self.shown.bottom).contains(&y);
        inside.then_some((x, y))
    }
}

pub(super) fn draw(sheet: &Sheet, image: &Image, place: &Place) -> Drawn {
    if let Some(light) = image.outlines.iter().rev().find(|outline| outline.spotlight) {
        shade(sheet, place, light.rect)?;
    }
    for outline in &image.outlines {
        if outline.hatched {
            hatch(sheet, place, outline.rect)?;
        }
        frame(sheet, place, outline)?;
    }
    image.dots.iter().try_for_each(|grid| dots(sheet, place, grid))
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
        Stroke::Strong => {
            // A photograph has every colour: a rim of paper keeps the line apart from it.
            sheet.path(&line, faint(palette.paper, 0.9), 5.0, &[])?;
            sheet.path(&line, solid(palette.accent), 2.5, &[])?;
        }
        Stroke::Thin => {
            sheet.path(&line, faint(palette.paper, 0.7), 3.0, &[])?;
            sheet.path(&line, solid(palette.ink), 1.0, &[])?;
        }
        Stroke::Dashed => {
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
pub(super) fn blended(image: &Image, palette: &Palette) -> Vec<u8> {
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
