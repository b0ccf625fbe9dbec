//! The gradient of a convolution's weight: a product of the output's gradient with the gathered input.
//!
//! Not a copy of patches: a tile is 4 taps x 8 channels of the output and runs over windows. Every sum runs over images,
//! then rows, then columns of the output.

use super::axis::Axis;
use super::passes::{Along, panel};
use crate::kernels::matmul::{load_tile, pack_cols, store_tile};
use crate::kernels::{Lanes, Real};

/// Elements of turned gradients at a time: 16 KB of f32, half of the nearest cache.
pub(super) const TURNED: usize = 4096;

/// One image's part in the gradient of a weight.
#[derive(Clone, Copy)]
pub(super) struct Gather<'a, R> {
    /// Vertical, horizontal.
    pub axes: [Axis; 2],
    /// The input in its frame, `[c, h, w]`.
    pub image: &'a [R],
    /// Where each tap (kh, kw, c) stands from its window's first place.
    pub offsets: &'a [u32],
    /// The output's gradient, `[channels, oh, ow]`.
    pub grads: &'a [R],
    /// Channels of the output.
    pub channels: usize,
}

impl<R: Real> Gather<'_, R> {
    /// sums[t, c] += image[offsets[t] + window] * grads[c, window] over all windows in order. `sums` is panels of
    /// `[taps, width]`; `turned` holds [`TURNED`] elements.
    pub(super) fn run(&self, sums: &mut [R], turned: &mut [R]) {
        let (rows, cols) = (self.axes[0].windows, self.axes[1].windows);
        let (mut first, mut rest) = (0, sums);
        while first < self.channels {
            let (count, width) = panel::<R>(Along::Channels, first, self.channels);
            let (panel, after) = rest.split_at_mut(width * self.offsets.len());
            // As many windows at a time as `turned` holds: whole rows, which follow each other, or parts of one.
            let room = TURNED / width;
            let at_once = [(room / cols).max(1), room.min(cols)];
            for y in (0..rows).step_by(at_once[0]) {
                for x in (0..cols).step_by(at_once[1]) {
                    let size = [at_once[0].min(rows - y), at_once[1].min(cols - x)];
                    let turned = &mut turned[..size[0] * size[1] * width];
                    let from = &self.grads[(first * rows + y) * cols + x..];
                    pack_cols(from, rows * cols, count, width, turned);
                    if width > R::Lanes::COUNT {
                        self.windows::<2>([y, x], size, turned, panel);
                    } else {
                        self.windows::<1>([y, x], size, turned, panel);
                    }
                }
            }
            rest = after;
            first += count;
        }
    }

    /// Every tap, four at a time, over `size` windows from (y, x) on.
    #[inline(never)]
    fn windows<const V: usize>(&self, [y, x]: [usize; 2], size: [usize; 2], turned: &[R], sums: &mut [R]) {
        let [rows, cols] = self.axes;
        let image = &self.image[rows.place(y, 0) * cols.frame + cols.place(x, 0)..];
        let width = V * R::Lanes::COUNT;
        for (taps, sums) in self.offsets.chunks(4).zip(sums.chunks_mut(4 * width)) {
            match *taps {
                [a] => self.tile::<1, V>([a], size, image, turned, sums),
                [a, b] => self.tile::<2, V>([a, b], size, image, turned, sums),
                [a, b, c] => self.tile::<3, V>([a, b, c], size, image, turned, sums),
                [a, b, c, d, ..] => self.tile::<4, V>([a, b, c, d], size, image, turned, sums),
                [] => {}
            }
        }
    }

    /// sums[i][v] += image[taps[i] + window] * turned[window, v] over `rows` x `cols` windows, in order.
    #[inline(always)]
    fn tile<const M: usize, const V: usize>(
        &self,
        taps: [u32; M],
        [rows, cols]: [usize; 2],
        image: &[R],
        turned: &[R],
        sums: &mut [R],
    ) {
        let width = V * R::Lanes::COUNT;
        let (row, step) = (self.axes[0].stride * self.axes[1].frame, self.axes[1].stride);
        let last = taps.iter().copied().max().unwrap_or(0) as usize + (rows - 1) * row + (cols - 1) * step;
        assert!(last < image.len(), "conv2d_backward_weight: the image ends early");
        assert!(rows * cols * width <= turned.len(), "conv2d_backward_weight: the gradients end early");
        let mut acc: [[R::Lanes; V]; M] = load_tile(sums, width, width);
        let mut turned = turned.as_ptr();
        for y in 0..rows {
            // SAFETY: windows (y, x) are below (rows, cols), so the largest offsets read are those asserted above.
            unsafe {
                let mut pixels = taps.map(|tap| image.as_ptr().add(tap as usize + y * row));
                for _ in 0..cols {
                    let grads: [R::Lanes; V] =
                        core::array::from_fn(|v| R::Lanes::load_raw(turned.add(v * R::Lanes::COUNT)));
                    for (pixel, acc) in pixels.iter_mut().zip(&mut acc) {
                        let a = R::Lanes::splat(**pixel);
                        *pixel = pixel.wrapping_add(step);
                        for (acc, b) in acc.iter_mut().zip(grads) {
                            *acc = *acc + a * b;
                        }
                    }
                    turned = turned.wrapping_add(width);
                }
            }
        }
        store_tile(acc, sums, width, width);
    }
}
