//! The effective field: where a unit really looks, averaged over passes.

use super::Lens;
use super::geometry::Geometry;
use super::pass::Heat;
use core::ops::Range;
use std::rc::Rc;

/// The mean of passes over the same picture size.
#[derive(Clone, Debug, Default)]
pub struct Average {
    /// Sum of their heats: `height x width`.
    sum: Rc<Vec<f64>>,
    /// How many had a gradient at all.
    pub heard: u32,
}

impl Average {
    /// Takes in one more pass.
    pub fn add(&mut self, heat: Heat) {
        let Some(heat) = heat else { return };
        self.heard += 1;
        let sum = Rc::make_mut(&mut self.sum);
        sum.resize(heat.len(), 0.0);
        sum.iter_mut().zip(heat).for_each(|(sum, share)| *sum += share);
    }

    /// Each pixel's share of |gradient|; nothing before the first pass.
    pub fn shares(&self) -> Option<impl Iterator<Item = f64> + '_> {
        let heard = f64::from(self.heard);
        (self.heard > 0).then(|| self.sum.iter().map(move |sum| sum / heard))
    }

    /// The share of each row (axis 0) or column (axis 1) of a picture of this size.
    pub fn profile(&self, size: [usize; 2], axis: usize) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; size[axis]];
        for (at, share) in self.shares()?.enumerate() {
            sums[if axis == 0 { at / size[1] } else { at % size[1] }] += share;
        }
        Some(sums)
    }

    /// Variance along an axis, in px^2.
    pub fn variance(&self, size: [usize; 2], axis: usize) -> Option<f64> {
        let profile = self.profile(size, axis)?;
        let mean: f64 = profile.iter().enumerate().map(|(at, share)| at as f64 * share).sum();
        Some(profile.iter().enumerate().map(|(at, share)| share * (at as f64 - mean) * (at as f64 - mean)).sum())
    }

    /// The share of |gradient|, in per cent, in the middle quarter of what the box has on the picture.
    pub fn middle(&self, geometry: &Geometry) -> Option<f64> {
        let width = geometry.stack.input.size[1];
        let [rows, cols] = middle_quarter(geometry);
        let cells =
            self.shares()?.enumerate().filter(|(at, _)| rows.contains(&(at / width)) && cols.contains(&(at % width)));
        Some(100.0 * cells.map(|(_, share)| share).sum::<f64>())
    }
}

/// Rows and columns in the middle quarter of what the box has on the picture: half as wide and half as high. Beyond the picture
/// there is no gradient that could be counted.
pub fn middle_quarter(geometry: &Geometry) -> [Range<usize>; 2] {
    [0, 1].map(|axis| {
        let Some((first, last)) = geometry.on_picture(axis) else { return 0..0 };
        let (middle, reach) = ((first + last) as f64 / 2.0, (last - first + 1) as f64 / 4.0);
        let inside = |at: &usize| (middle - reach..=middle + reach).contains(&(*at as f64));
        let mut all = (0..geometry.stack.input.size[axis]).filter(inside);
        all.next().map_or(0..0, |first| first..first + 1 + all.count())
    })
}

impl Lens {
    /// The mean of the passes so far: each pixel's share of |gradient|.
    pub(super) fn effective(&self) -> Option<impl Iterator<Item = f64> + '_> {
        self.heat.shares()
    }

    /// The share of each row (axis 0) or column (axis 1) in the effective field.
    pub(super) fn profile(&self, axis: usize) -> Option<Vec<f64>> {
        self.heat.profile(self.size(), axis)
    }

    /// Variance of the effective field along an axis, in px^2.
    pub(super) fn variance(&self, axis: usize) -> Option<f64> {
        self.heat.variance(self.size(), axis)
    }

    /// The share of |gradient| in the middle of the box, in per cent.
    pub(super) fn middle(&self) -> Option<f64> {
        self.heat.middle(&self.geometry)
    }
}
