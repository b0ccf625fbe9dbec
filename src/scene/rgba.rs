//! Colours between two others, and cells of colours as paths of an SVG: for heat maps and pictures.
//!
//! Never through plotters: a grid of 100 x 100 would be 10,000 rectangles. The page draws the pixels, scaled, under the
//! axes; an SVG gets one path a shade, in which equal neighbours in a row are one run.
//!
//! The blend goes from the paper to the colour of the sign in OKLab, where equal steps look equally large; its lightness is
//! even, so the middle is where it seems to be.

use super::frame::Area;
use super::sheet::within;
use super::style::Rgb;
use crate::decimal;

/// How far towards the full colour the strongest value goes; points over it must stay visible.
const STRONGEST: f64 = 0.72;
/// `steps + 1` colours from `paper` towards `colour`.
pub(super) fn blend(paper: Rgb, colour: Rgb, steps: usize) -> Vec<Rgb> {
    let (from, to) = (oklab(paper), oklab(colour));
    (0..=steps)
        .map(|step| {
            let part = STRONGEST * step as f64 / steps as f64;
            srgb(core::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * part))
        })
        .collect()
}

/// x^y of a colour's share, 0 where x is: as good as `libm`'s power and cube root for a channel of 256 steps, and 4 KB less.
fn power(x: f64, y: f64) -> f64 {
    libm::exp(y * libm::log(x))
}

/// sRGB to OKLab (Ottosson, 2020).
fn oklab(colour: Rgb) -> [f64; 3] {
    let [_, red, green, blue] = colour.to_be_bytes();
    let [r, g, b] = [red, green, blue].map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { power((c + 0.055) / 1.055, 2.4) }
    });
    let l = power(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b, 1.0 / 3.0);
    let m = power(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b, 1.0 / 3.0);
    let s = power(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b, 1.0 / 3.0);
    [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]
}

/// OKLab to sRGB, each channel brought into range.
fn srgb([lightness, a, b]: [f64; 3]) -> Rgb {
    let cube = |x: f64| x * x * x;
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    let linear = [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ];
    linear.iter().fold(0, |colour, c| {
        let c = within(*c, 0.0, 1.0);
        let c = if c <= 0.0031308 { 12.92 * c } else { 1.055 * power(c, 1.0 / 2.4) - 0.055 };
        colour << 8 | (c * 255.0).round() as Rgb
    })
}

/// Each of `levels` once, from small to large.
pub(super) fn distinct(levels: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut found = Vec::new();
    for level in levels {
        if let Err(at) = found.binary_search(&level) {
            found.insert(at, level);
        }
    }
    found
}

/// The opacity at which `colour` over `paper` comes nearest to `shade`.
pub(super) fn opacity(paper: Rgb, colour: Rgb, shade: Rgb) -> f64 {
    let channels = |colour: Rgb| colour.to_be_bytes().map(f64::from);
    let (paper, colour, shade) = (channels(paper), channels(colour), channels(shade));
    let (mut along, mut length) = (0.0, 0.0);
    for axis in 1..4 {
        along += (shade[axis] - paper[axis]) * (colour[axis] - paper[axis]);
        length += (colour[axis] - paper[axis]) * (colour[axis] - paper[axis]);
    }
    if length > 0.0 { within(along / length, 0.0, 1.0) } else { 0.0 }
}

/// Cells of equal value as paths of runs, over `area`.
pub(super) fn cells(
    values: &[i32],
    cols: usize,
    area: Area,
    shades: impl Iterator<Item = i32>,
    ink: impl Fn(i32) -> (Rgb, f64),
) -> String {
    let mut text = String::new();
    let rows = values.len().checked_div(cols).unwrap_or(0);
    if rows == 0 {
        return text;
    }
    let (wide, high) = (area.width() / cols as f64, area.height() / rows as f64);
    let [left, top] = [area.left, area.top].map(|place| decimal::fixed(place, 2));
    let [wide, high] = [wide, high].map(|side| decimal::fixed(side, 5));
    text.push_str("<g shape-rendering=\"crispEdges\" transform=\"translate(");
    text.push_str(&format!("{left} {top}) scale({wide} {high})\">"));
    for shade in shades {
        let (colour, alpha) = ink(shade);
        let alpha = decimal::fixed(alpha, 3);
        text.push_str(&format!("<path fill=\"#{colour:06X}\" fill-opacity=\"{alpha}\" d=\""));
        for (row, line) in values.chunks_exact(cols).enumerate() {
            let mut column = 0;
            while column < cols {
                let run = line[column..].iter().take_while(|value| **value == shade).count();
                if run > 0 {
                    text.push_str(&format!("M{column} {row}h{run}v1h-{run}z"));
                }
                column += run.max(1);
            }
        }
        text.push_str("\"/>");
    }
    text.push_str("</g>\n");
    text
}
