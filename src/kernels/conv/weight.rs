//! The gradient of a convolution's weight: a product of the output's gradient with the gathered input.
//!
//! Not a copy of patches: a tile is 3 to 5 taps x 8 channels of the output and runs over windows. Every sum runs over images,
//! then rows, then columns of the output.

use super::axis::Axis;
use super::passes::{Along, panel};
use crate::kernels::lanes::MAX_LANES;
use crate::kernels::matmul::{Scalars, Vectors, load_tile, pack_cols, store_tile, tile};
use crate::kernels::{Lanes, Real};

/// Elements of turned gradients at a time: 16 KB of f32, half of the nearest cache.
pub(super) const TURNED: usize = 4096;

/// One image's part in the gradient of a weight.
#[derive(Clone, Copy)]
pub(super) struct Gather<'a, R> {
    /// Vertical, horizontal.
    pub axes: [Axis; 2],
    /// The input in its frame, `[h, w, c]` for lanes along channels, else `[c, h, w]`.
    pub image: &'a [R],
    /// How it lies.
    pub image_along: Along,
    /// Where each tap (kh, kw, c) stands from its window's first place, in bytes.
    pub offsets: &'a [u32],
    /// The output's gradient, `[channels, oh, ow]`.
    pub grads: &'a [R],
    /// Channels of the output.
    pub channels: usize,
}

/// Elements of an image in its frame that stay in the nearest cache beside the gradients: 24 KB of f32.
const NEAR: usize = 6144;

impl<R: Real> Gather<'_, R> {
    /// How the image had better lie. With channels innermost the taps of a tile stand side by side, so that one address does
    /// for all of them; but each window touches another line of the cache, which pays while the image stays in the nearest one:
    /// forward and both gradients together take 0.97 of the time for 14x14x16 -> 32, 1.05 for 56x56x64 -> 64 (V8, simd128).
    pub(super) fn image_along([rows, cols]: [Axis; 2], depth: usize, channels: usize) -> Along {
        let near = !R::PLAIN && (depth == 1 || rows.frame * cols.frame * depth <= NEAR);
        if channels > 1 && near { Along::Channels } else { Along::Pixels }
    }

    /// sums[t, c] += image[offsets[t] + window] * grads[c, window] over all windows in order. `sums` is panels of
    /// `[taps, width]`; `turned` holds [`TURNED`] elements.
    pub(super) fn run(&self, sums: &mut [R], turned: &mut [R]) {
        let (rows, cols) = (self.axes[0].windows, self.axes[1].windows);
        if self.channels == 1 && self.axes[1].apart == 1 {
            return self.one_channel(sums);
        }
        // (What the scalar of the proof never needs is not compiled for it.)
        let turned_image = !R::PLAIN && self.image_along == Along::Channels;
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
                    match (width > R::Lanes::COUNT, self.axes[1].stride) {
                        (true, _) if turned_image => self.runs::<2>([y, x], size, turned, panel),
                        (false, _) if turned_image => self.runs::<1>([y, x], size, turned, panel),
                        (true, 1) => self.windows::<2, true>([y, x], size, turned, panel),
                        (true, _) => self.windows::<2, false>([y, x], size, turned, panel),
                        (false, _) => self.windows::<1, false>([y, x], size, turned, panel),
                    }
                }
            }
            rest = after;
            first += count;
        }
    }

    /// One channel of the output, as a depthwise convolution has: lanes run along the taps of a row of the window, because
    /// along channels three of four would have nothing to do.
    #[inline(never)]
    fn one_channel(&self, sums: &mut [R]) {
        let (lanes, [rows, cols]) = (R::Lanes::COUNT, self.axes);
        let depth = self.offsets.len() / (rows.taps * cols.taps);
        for c in 0..depth {
            for kx in (0..cols.taps).step_by(lanes) {
                let count = lanes.min(cols.taps - kx);
                let mut ky = 0;
                while ky < rows.taps {
                    // Tap (ky + i, kx + l, c) has `lanes` elements of the panel, of which the first is the channel's.
                    let first = (ky * cols.taps + kx) * depth + c;
                    let sums = &mut sums[first * lanes..];
                    ky += match rows.taps - ky {
                        1 => self.tap_rows::<1>(first, [depth, count], sums),
                        2 => self.tap_rows::<2>(first, [depth, count], sums),
                        3 => self.tap_rows::<3>(first, [depth, count], sums),
                        _ => self.tap_rows::<4>(first, [depth, count], sums),
                    };
                }
            }
        }
    }

    /// M rows of `count` taps, the first of which is tap `first`, over all windows in order. Returns M.
    #[inline(always)]
    fn tap_rows<const M: usize>(&self, first: usize, [depth, count]: [usize; 2], sums: &mut [R]) -> usize {
        let (lanes, [rows, cols]) = (R::Lanes::COUNT, self.axes);
        let at = |i: usize, l: usize| (i * cols.taps + l) * depth * lanes;
        let taps: [usize; M] =
            core::array::from_fn(|i| self.offsets[first + i * cols.taps * depth] as usize / size_of::<R>());
        let mut acc: [R::Lanes; M] = core::array::from_fn(|i| {
            let values: [R; MAX_LANES] = core::array::from_fn(|l| if l < count { sums[at(i, l)] } else { R::ZERO });
            R::Lanes::load(&values)
        });
        let last = taps[M - 1] + rows.place(rows.windows - 1, 0) * cols.frame + cols.place(cols.windows - 1, 0);
        assert!(last + lanes <= self.image.len(), "conv2d_backward_weight: the image ends early");
        for (y, grads) in self.grads.chunks_exact(cols.windows).take(rows.windows).enumerate() {
            let mut window = rows.place(y, 0) * cols.frame + cols.place(0, 0);
            for &g in grads {
                let g = R::Lanes::splat(g);
                for (acc, tap) in acc.iter_mut().zip(taps) {
                    // SAFETY: no window stands further than the last one, nor a tap than the last one: asserted above.
                    *acc = *acc + unsafe { R::Lanes::load_raw(self.image.as_ptr().add(window + tap)) } * g;
                }
                window += cols.stride;
            }
        }
        for (i, acc) in acc.into_iter().enumerate() {
            for l in 0..count {
                sums[at(i, l)] = acc.lane(l);
            }
        }
        M
    }

    /// Every tap over `size` windows from (y, x) on, as many at a time as stand side by side in the image: four, or what divides
    /// a row of them better.
    #[inline(never)]
    fn runs<const V: usize>(&self, [y, x]: [usize; 2], size: [usize; 2], turned: &[R], sums: &mut [R]) {
        let ([rows, cols], width) = (self.axes, V * R::Lanes::COUNT);
        let depth = self.offsets.len() / (rows.taps * cols.taps);
        let image = &self.image[(rows.place(y, 0) * cols.frame + cols.place(x, 0)) * depth..];
        let run = if cols.apart == 1 { cols.taps * depth } else { depth };
        for (taps, mut sums) in self.offsets.chunks(run).zip(sums.chunks_mut(run * width)) {
            let mut image = &image[taps[0] as usize / size_of::<R>()..];
            while !sums.is_empty() {
                let count = match sums.len() / width {
                    5 => self.side_by_side::<5, V>(depth, size, image, turned, sums),
                    3 | 6 => self.side_by_side::<3, V>(depth, size, image, turned, sums),
                    2 => self.side_by_side::<2, V>(depth, size, image, turned, sums),
                    1 => self.side_by_side::<1, V>(depth, size, image, turned, sums),
                    _ => self.side_by_side::<4, V>(depth, size, image, turned, sums),
                };
                (image, sums) = (&image[count..], &mut sums[count * width..]);
            }
        }
    }

    /// sums[i][v] += image[i + window] * turned[window, v] over `rows` x `cols` windows, in order. Returns M.
    #[inline(always)]
    fn side_by_side<const M: usize, const V: usize>(
        &self,
        depth: usize,
        [rows, cols]: [usize; 2],
        image: &[R],
        turned: &[R],
        sums: &mut [R],
    ) -> usize {
        let width = V * R::Lanes::COUNT;
        let [row, step] = [self.axes[0].stride * self.axes[1].frame * depth, self.axes[1].stride * depth];
        let mut acc: [[R::Lanes; V]; M] = load_tile(sums, width, width);
        for y in 0..rows {
            let pixels = Scalars { slice: &image[y * row..], row: 1, step };
            tile(cols, pixels, Vectors { slice: &turned[y * cols * width..], step: width }, &mut acc);
        }
        store_tile(acc, sums, width, width);
        M
    }

    /// Every tap, four at a time, over `size` windows from (y, x) on. `NEXT`: windows stand side by side.
    #[inline(never)]
    fn windows<const V: usize, const NEXT: bool>(
        &self,
        [y, x]: [usize; 2],
        size: [usize; 2],
        turned: &[R],
        sums: &mut [R],
    ) {
        let [rows, cols] = self.axes;
        let image = &self.image[rows.place(y, 0) * cols.frame + cols.place(x, 0)..];
        let width = V * R::Lanes::COUNT;
        for (taps, sums) in self.offsets.chunks(4).zip(sums.chunks_mut(4 * width)) {
            match *taps {
                [a] => self.tile::<1, V, NEXT>([a], size, image, turned, sums),
                [a, b] => self.tile::<2, V, NEXT>([a, b], size, image, turned, sums),
                [a, b, c] => self.tile::<3, V, NEXT>([a, b, c], size, image, turned, sums),
                [a, b, c, d, ..] => self.tile::<4, V, NEXT>([a, b, c, d], size, image, turned, sums),
                [] => {}
            }
        }
    }

    /// sums[i][v] += image[taps[i] + window] * turned[window, v] over `rows` x `cols` windows, in order.
    #[inline(always)]
    fn tile<const M: usize, const V: usize, const NEXT: bool>(
        &self,
        taps: [u32; M],
        [rows, cols]: [usize; 2],
        image: &[R],
        turned: &[R],
        sums: &mut [R],
    ) {
        let width = V * R::Lanes::COUNT;
        let (row, step) = (self.axes[0].stride * self.axes[1].frame, if NEXT { 1 } else { self.axes[1].stride });
        let furthest = taps.iter().copied().max().unwrap_or(0) as usize / size_of::<R>();
        let last = furthest + (rows - 1) * row + (cols - 1) * step;
        assert!(last < image.len(), "conv2d_backward_weight: the image ends early");
        assert!(rows * cols * width <= turned.len(), "conv2d_backward_weight: the gradients end early");
        let mut acc: [[R::Lanes; V]; M] = load_tile(sums, width, width);
        let mut turned = turned.as_ptr();
        for y in 0..rows {
            // SAFETY: windows (y, x) are below (rows, cols), so the largest offsets read are those asserted above.
            unsafe {
                let mut pixels = taps.map(|tap| image.as_ptr().byte_add(tap as usize).add(y * row));
                // The first tap's own address counts the windows.
                let end = pixels[0].wrapping_add(cols * step);
                while pixels[0] != end {
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
