//! The network that has learned to read digits, and the digits that its field is averaged over.

use crate::data::digits::{TEST, TRAIN};
use crate::data::pictures::{Pictures, WHITE};
use crate::rng::Rng;
use std::rc::Rc;

/// Pixels of the network's picture under a pixel of the digit, along a side.
pub const ENLARGED: usize = 4;
/// Stream of the seed: the order of the digits.
const STREAM_ORDER: u64 = 999;

/// What the passes with learned weights need.
#[derive(Clone)]
pub struct Reader {
    /// As the file has them, made whole numbers no more.
    pub weights: Rc<[f32]>,
    digits: Rc<Pictures>,
    /// The test digits, none of which it has learned from, in the order in which they come.
    order: Rc<[u32]>,
}

impl Reader {
    /// Over the digits in the order of `seed`.
    pub fn new(weights: Rc<[f32]>, digits: Pictures, seed: u32) -> Reader {
        let mut order: Vec<u32> = (0..TEST as u32).collect();
        Rng::new(seed.into(), STREAM_ORDER).shuffle(&mut order);
        Reader { weights, digits: Rc::new(digits), order: order.into() }
    }

    /// Which picture of the data set is the `nth`.
    pub fn picture(&self, nth: u32) -> usize {
        TRAIN + self.order[nth as usize % self.order.len()] as usize
    }

    /// The digit that the `nth` picture shows.
    pub fn label(&self, nth: u32) -> u8 {
        self.digits.labels[self.picture(nth)]
    }

    /// The `nth` picture, enlarged: RGB.
    pub fn rgb(&self, nth: u32) -> Vec<u8> {
        enlarged(&self.digits, self.picture(nth)).into_iter().flat_map(|grey| [grey; 3]).collect()
    }
}

/// A digit [`ENLARGED`]: greys of 8 bits.
pub fn enlarged(digits: &Pictures, picture: usize) -> Vec<u8> {
    let (width, height) = (digits.width, digits.height);
    let pixels = &digits.pixels[picture * width * height..][..width * height];
    let rows = (0..height * ENLARGED).flat_map(|y| (0..width * ENLARGED).map(move |x| (y / ENLARGED, x / ENLARGED)));
    rows.map(|(y, x)| pixels[y * width + x] * (255 / WHITE)).collect()
}
