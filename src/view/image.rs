//! A picture, and what can lie over it.
//!
//! Places are in pixels of the picture, from its upper left corner: pixel i lies between i and i + 1. They may lie outside.

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
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
pub enum Stroke {
    /// What the picture is about.
    Strong,
    /// What it was a moment ago, and other things beside.
    Thin,
    /// What is not there yet, or only thought.
    Dashed,
}

/// A box over a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Its place.
    pub rect: Rect,
    /// Its line.
    pub stroke: Stroke,
    /// What of it lies outside the picture is hatched.
    pub hatched: bool,
    /// Everything of the picture outside of it is dimmed.
    pub spotlight: bool,
    /// What stands at its upper left corner: a size, a symbol; nothing where it is empty.
    pub label: String,
}

/// Dots at every crossing of some columns and some rows.
#[derive(Clone, Debug, PartialEq)]
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
pub struct Image {
    /// Width in pixels.
    pub width: usize,
    /// `width * height * 4` bytes.
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
