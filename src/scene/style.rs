//! How a view looks: colours, line styles, the font.
//!
//! Not what is shown: nothing here knows a view. The page owns its colours (`www/style.css`) and hands them over as
//! numbers; [`LIGHT`] and [`DARK`] are the same ones, for stills and tests.

use super::words::Words;
use plotters::style::RGBAColor;

/// The font of everything that is drawn: the system's own, with faces for Chinese; no font is ever loaded.
pub const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Hiragino Sans GB', \
                        'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/// How many line styles there are; an index beyond wraps around.
pub const SERIES: usize = 6;

/// A colour, `0xRRGGBB`.
pub type Rgb = u32;

/// Everything that a drawing needs beside the view.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// The colours of the theme.
    pub palette: Palette,
    /// The words.
    pub words: &'a Words,
}

/// The colours of a theme. Its order as numbers is the order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// What lies behind the drawing.
    pub paper: Rgb,
    /// Text and the loudest lines.
    pub ink: Rgb,
    /// Secondary text.
    pub ink2: Rgb,
    /// Axes and borders.
    pub line: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// The one interactive colour.
    pub accent: Rgb,
    /// Positive values.
    pub pos: Rgb,
    /// Negative values.
    pub neg: Rgb,
    /// Lines, bars and classes, each with a dash and a marker of its own ([`dash`], [`Marker::of`]).
    pub series: [Rgb; SERIES],
}

/// Colours on white. Okabe and Ito's, darkened where they stand out too little; series 0 and 1 are the colours of the signs.
pub const LIGHT: Palette = Palette {
    paper: 0xffffff,
    ink: 0x17191e,
    ink2: 0x5c626d,
    line: 0xe4e1d9,
    grid: 0xefece5,
    accent: 0x0b6b8a,
    pos: 0x0072b2,
    neg: 0xd0560a,
    series: [0x0072b2, 0xd0560a, 0x00856a, 0xa8528a, 0x8a6d00, 0x5a5f6b],
};

/// Colours on near black.
pub const DARK: Palette = Palette {
    paper: 0x161a20,
    ink: 0xe9ebef,
    ink2: 0xa3aab6,
    line: 0x272c35,
    grid: 0x1e232b,
    accent: 0x5cc4e0,
    pos: 0x5aa9e6,
    neg: 0xff9a52,
    series: [0x5aa9e6, 0xff9a52, 0x3fc79f, 0xe79fcb, 0xe6d24a, 0xb9bfc9],
};

impl Palette {
    /// Number of colours.
    pub const LEN: usize = 8 + SERIES;

    /// The name of each colour, in order; with `--` before it, the name of the custom property in the page's style sheet.
    pub const NAMES: [&str; Self::LEN] = [
        "paper", "ink", "ink2", "line", "grid", "accent", "pos", "neg", "series-0", "series-1", "series-2", "series-3",
        "series-4", "series-5",
    ];

    /// The palette as numbers, in the order of [`Palette::NAMES`].
    pub fn colours(&self) -> [Rgb; Self::LEN] {
        let mut all = [0; Self::LEN];
        all[..8].copy_from_slice(&[
            self.paper,
            self.ink,
            self.ink2,
            self.line,
            self.grid,
            self.accent,
            self.pos,
            self.neg,
        ]);
        all[8..].copy_from_slice(&self.series);
        all
    }

    /// The palette from its numbers; where there are too few of them, the rest is [`LIGHT`]'s.
    pub fn from_colours(given: &[Rgb]) -> Palette {
        let mut all = LIGHT.colours();
        for (colour, given) in all.iter_mut().zip(given) {
            *colour = given & 0xff_ffff;
        }
        let [paper, ink, ink2, line, grid, accent, pos, neg, series @ ..] = all;
        Palette { paper, ink, ink2, line, grid, accent, pos, neg, series }
    }

    /// The colour of series or class `style`.
    pub fn of(&self, style: u8) -> Rgb {
        self.series[usize::from(style) % SERIES]
    }
}

/// `colour` for plotters, at opacity `alpha`.
pub(super) fn rgba(colour: Rgb, alpha: f64) -> RGBAColor {
    let [_, red, green, blue] = colour.to_be_bytes();
    RGBAColor(red, green, blue, alpha)
}

/// Lengths of dash and gap of series `style`, in CSS pixels; empty is a solid line.
pub(super) fn dash(style: u8) -> &'static [f64] {
    const DASHES: [&[f64]; SERIES] = [&[], &[7.0, 4.0], &[2.0, 3.0], &[10.0, 3.0, 2.0, 3.0], &[4.0, 2.5], &[12.0, 4.0]];
    DASHES[usize::from(style) % SERIES]
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Cross,
    TriangleDown,
}

impl Marker {
    /// The shape of series or class `style`.
    pub(super) fn of(style: u8) -> Marker {
        const MARKERS: [Marker; SERIES] =
            [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Cross, Marker::TriangleDown];
        MARKERS[usize::from(style) % SERIES]
    }
}
