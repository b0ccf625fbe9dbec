//! The passes over an image that make a convolution or its input's gradient: two ways to tile the same sums.
//!
//! Not a copy of patches. [`Pass::by_channel`] keeps 4 pixels x 8 channels of the result in registers, lanes along
//! channels; it wants the image with its channels innermost (`[h, w, c]`), where the taps of a row of a window
//! are one run of memory. [`Pass::by_pixel`] keeps up to 4 channels x up to 8 vectors of pixels, lanes along
//! the pixels of a row; it wants the image as it is (`[c, h, w]`), windows side by side, and a table of where the
//! taps stand. Which one is chosen, and why, is in `conv`.
//!
//! Every sum runs over the rows of the window, its columns, then channels.

use super::axis::Axis;
use crate::kernels::lanes::MAX_LANES;
use crate::kernels::matmul::{Scalars, Vectors, load_tile, store_tile, tile, tile_of_rows};
use crate::kernels::{Lanes, Real, Write};

/// What the lanes of a tile run along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Channels of the result.
    Channels,
    /// Pixels of the result.
    Pixels,
}

/// The most vectors that a tile reads at once.
pub(super) const SLACK: usize = 8;
/// Channels of a tile whose lanes run along pixels.
const CHANNELS: usize = 4;

/// How many channels the panel holds that starts at channel `first`, and how wide it is.
pub(super) fn panel<R: Real>(along: Along, first: usize, channels: usize) -> (usize, usize) {
    let (lanes, left) = (R::Lanes::COUNT, channels - first);
    match along {
        Along::Channels if left > lanes => (left.min(2 * lanes), 2 * lanes),
        Along::Channels => (left, lanes),
        Along::Pixels => (left.min(CHANNELS), left.min(CHANNELS)),
    }
}

/// How many elements the panels of `channels` channels take at most.
pub(super) fn packed_len<R: Real>(channels: usize, taps: usize) -> usize {
    channels.next_multiple_of(R::Lanes::COUNT) * taps
}

/// Calls `f(channel, tap, element)` for the elements of all panels: `[taps, width]` each, one after the other. The ones that
/// fill a panel up to its width are set to 0.
pub(super) fn for_panels<R: Real>(
    along: Along,
    [channels, taps]: [usize; 2],
    panels: &mut [R],
    mut f: impl FnMut(usize, usize, &mut R),
) {
    let (mut first, mut rest) = (0, panels);
    while first < channels {
        let (count, width) = panel::<R>(along, first, channels);
        let (panel, after) = rest.split_at_mut(width * taps);
        for (t, row) in panel.chunks_exact_mut(width).enumerate() {
            row[..count].iter_mut().enumerate().for_each(|(c, x)| f(first + c, t, x));
            row[count..].fill(R::ZERO);
        }
        rest = after;
        first += count;
    }
}

/// Every window of an image, for every channel of the result.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a, R> {
    /// Vertical, horizontal.
    pub axes: [Axis; 2],
    /// The image in its frame. Along pixels it goes on for [`SLACK`] vectors.
    pub image: &'a [R],
    /// Channels of the image.
    pub depth: usize,
    /// Along pixels: where each tap stands from its window's first place, in bytes, in the order of the sums.
    pub offsets: &'a [u32],
    /// Panels of `[taps, width]` (see [`for_panels`]).
    pub weights: &'a [R],
    /// Channels of the result.
    pub channels: usize,
    /// What the lanes run along.
    pub along: Along,
    /// Elements of a row of the result's plane, and of the plane.
    pub out: [usize; 2],
    /// Set or accumulate.
    pub write: Write,
}

impl<R: Real> Pass<'_, R> {
    /// `out` is `channels` planes.
    pub(super) fn run(&self, out: &mut [R]) {
        let [rows, cols] = self.axes;
        if rows.windows == 0 || cols.windows == 0 {
            // A stride beyond the kernel: this phase of the result has no place, and its first one lies outside.
            return;
        }
        let taps = rows.taps * cols.taps * self.depth;
        let (mut first, mut weights) = (0, self.weights);
        while first < self.channels {
            let (count, width) = panel::<R>(self.along, first, self.channels);
            let (panel, after) = weights.split_at(width * taps);
            let part = Pass { weights: panel, channels: count, ..*self };
            let out = &mut out[first * self.out[1]..];
            // One channel reads as many vectors as it multiplies: two rows of it share them.
            let pairs = self.along == Along::Pixels && count == 1 && [rows.stride, rows.apart, rows.out[1]] == [1; 3];
            let whole = if pairs { rows.windows / 2 * 2 } else { 0 };
            for y in (0..whole).step_by(2) {
                part.by_pair(y, &mut out[(rows.out[0] + y) * self.out[0] + cols.out[0]..]);
            }
            for y in whole..rows.windows {
                let out = &mut out[(rows.out[0] + y * rows.out[1]) * self.out[0] + cols.out[0]..];
                match (self.along, count) {
                    // (Not in the light build and not for the scalar of the proof: there bytes count for more.)
                    #[cfg(feature = "full")]
                    (Along::Channels, _) if width > R::Lanes::COUNT && !R::PLAIN => match cols.stride * self.depth {
                        8 => part.by_channel::<2, 8>(y, out),
                        16 => part.by_channel::<2, 16>(y, out),
                        32 => part.by_channel::<2, 32>(y, out),
                        64 => part.by_channel::<2, 64>(y, out),
                        _ => part.by_channel::<2, 0>(y, out),
                    },
                    (Along::Channels, _) if width > R::Lanes::COUNT => part.by_channel::<2, 0>(y, out),
                    (Along::Channels, _) => part.by_channel::<1, 0>(y, out),
                    (Along::Pixels, 1) => part.by_pixel::<1>(y, out),
                    (Along::Pixels, 2) => part.by_pixel::<2>(y, out),
                    (Along::Pixels, 3) => part.by_pixel::<3>(y, out),
                    (Along::Pixels, _) => part.by_pixel::<4>(y, out),
                }
            }
            weights = after;
            first += count;
        }
    }

    /// One row of windows, four at a time. `APART`: how many elements they stand apart, where that is known when this is compiled,
    /// and one address does for all four; else 0. In units of the limit, V8 with simd128, known and not known: 14x14x16 -> 32, 3x3:
    /// 0.76, 0.69; 56x56x64 -> 64: 0.91, 0.83.
    #[inline(never)]
    fn by_channel<const V: usize, const APART: usize>(&self, y: usize, out: &mut [R]) {
        let mut x = 0;
        while x < self.axes[1].windows {
            let out = &mut out[x * self.axes[1].out[1]..];
            match self.axes[1].windows - x {
                1 => self.pixels::<1, V, APART>([y, x], out),
                2 => self.pixels::<2, V, APART>([y, x], out),
                3 => self.pixels::<3, V, APART>([y, x], out),
                _ => self.pixels::<4, V, APART>([y, x], out),
            }
            x += 4;
        }
    }

    /// M windows side by side.
    #[inline(always)]
    fn pixels<const M: usize, const V: usize, const APART: usize>(&self, [y, x]: [usize; 2], out: &mut [R]) {
        let (lanes, [rows, cols]) = (R::Lanes::COUNT, self.axes);
        let mut acc = [[R::Lanes::splat(R::ZERO); V]; M];
        if self.write == Write::Accumulate {
            let mut tile = [R::ZERO; 8 * MAX_LANES];
            self.turn(M, &mut tile[..M * V * lanes], out, Write::Accumulate);
            acc = load_tile(&tile, V * lanes, V * lanes);
        }
        let (low, high) = cols.on_pixels(x, M);
        // Taps side by side are one run, with all their channels.
        let run = if cols.apart == 1 { (high - low).max(1) } else { 1 };
        for ky in rows.on_pixels(y, 1).0..rows.on_pixels(y, 1).1 {
            for kx in (low..high).step_by(run) {
                let at = rows.place(y, ky) * cols.frame + cols.place(x, kx);
                let (pixels, count) = (&self.image[at * self.depth..], run * self.depth);
                let b = &self.weights[(ky * cols.taps + kx) * self.depth * V * lanes..];
                let b = Vectors { slice: b, step: V * lanes };
                if APART > 0 {
                    tile(count, Scalars { slice: pixels, row: APART, step: 1 }, b, &mut acc);
                } else {
                    tile_of_rows(count, (pixels, cols.stride * self.depth), b, &mut acc);
                }
            }
        }
        // Lanes are channels and rows are pixels; a plane wants it the other way round.
        if M.is_multiple_of(lanes) && cols.out[1] == 1 && self.channels == V * lanes {
            for v in 0..V {
                for i in (0..M).step_by(lanes) {
                    let block = R::Lanes::transpose(core::array::from_fn(|l| acc[i + l % lanes][v]));
                    for (l, pixels) in block[..lanes].iter().enumerate() {
                        pixels.store(&mut out[(v * lanes + l) * self.out[1] + i..]);
                    }
                }
            }
        } else {
            let mut tile = [R::ZERO; 8 * MAX_LANES];
            store_tile(acc, &mut tile, V * lanes, V * lanes);
            self.turn(M, &mut tile[..M * V * lanes], out, Write::Set);
        }
    }

    /// Copies a tile of `count` windows, `[count, width]`, to `out`; to accumulate, first the other way.
    #[inline(never)]
    fn turn(&self, count: usize, tile: &mut [R], out: &mut [R], write: Write) {
        let width = tile.len() / count;
        for c in 0..self.channels {
            for i in 0..count {
                let (x, out) = (&mut tile[i * width + c], &mut out[c * self.out[1] + i * self.axes[1].out[1]]);
                if write == Write::Set { *out = *x } else { *x = *out }
            }
        }
    }

    /// One row of windows for M channels.
    #[inline(never)]
    fn by_pixel<const M: usize>(&self, y: usize, out: &mut [R]) {
        let [rows, cols] = self.axes;
        let (low, high) = rows.on_pixels(y, 1);
        let row = cols.taps * self.depth;
        let offsets = &self.offsets[low * row..high * row];
        let reach = offsets.iter().copied().max().unwrap_or(0) as usize;
        let taps = Taps { offsets, reach, weights: &self.weights[low * row * M..] };
        let mut x = 0;
        while x < cols.windows {
            let image = &self.image[rows.place(y, 0) * cols.frame + cols.place(x, 0)..];
            let (out, left) = (&mut out[x..], cols.windows - x);
            // M * V up to 8, and no wider than twice what is left of the row.
            x += match (left.div_ceil(R::Lanes::COUNT), M) {
                (1, _) => self.segment::<M, 1>(taps, image, out, left),
                (2, _) | (_, 3 | 4) => self.segment::<M, 2>(taps, image, out, left),
                (3 | 4, _) | (_, 2) => self.segment::<M, 4>(taps, image, out, left),
                _ => self.segment::<M, 8>(taps, image, out, left),
            };
        }
    }

    /// Two rows of windows for one channel. A row of the image that is under row k of the first windows is under row k - 1 of the
    /// second ones: what they have in common is read once. Forward and both gradients of 32 images of 28x28x1 with 8 kernels
    /// of 5x5 together take 0.9 of the time that single rows take (Chromium 156, simd128).
    #[inline(never)]
    fn by_pair(&self, y: usize, out: &mut [R]) {
        let [rows, cols] = self.axes;
        let (first, second) = (rows.on_pixels(y, 1), rows.on_pixels(y + 1, 1));
        // Rows of the image, counted from the first windows' first: under those alone, under both, under the second ones alone.
        let shared = (second.0 + 1).clamp(first.0, first.1);
        let parts = [[first.0, shared], [shared, first.1], [first.1.max(second.0 + 1), second.1 + 1]];
        let mut x = 0;
        while x < cols.windows {
            let image = &self.image[rows.place(y, 0) * cols.frame + cols.place(x, 0)..];
            let (out, left) = (&mut out[x..], cols.windows - x);
            x += match left.div_ceil(R::Lanes::COUNT) {
                1 => self.pair::<1>(parts, image, out, left),
                2 => self.pair::<2>(parts, image, out, left),
                3 => self.pair::<3>(parts, image, out, left),
                _ => self.pair::<4>(parts, image, out, left),
            };
        }
    }

    /// [`Pass::segment`] for two rows of one channel.
    #[inline(always)]
    fn pair<const V: usize>(&self, parts: [[usize; 2]; 3], image: &[R], out: &mut [R], left: usize) -> usize {
        let cols = left.min(V * R::Lanes::COUNT);
        let mut acc = [[R::Lanes::splat(R::ZERO); V]; 2];
        if self.write == Write::Accumulate {
            acc = load_tile(out, self.out[0], cols);
        }
        let row = self.axes[1].taps * self.depth;
        let taps = |from: usize, to: usize| {
            let offsets = &self.offsets[from * row..to.max(from) * row];
            let reach = offsets.iter().copied().max().unwrap_or(0) as usize;
            Taps { offsets, reach, weights: &self.weights[from * row..] }
        };
        let [[begin, end], [both, both_end], [alone, alone_end]] = parts;
        let [first, second] = &mut acc;
        taps(begin, end).add(image, core::array::from_mut(first));
        taps(both, both_end).add_pair(
            image,
            &self.weights[both.saturating_sub(1) * row..],
            [&mut *first, &mut *second],
        );
        // As the second windows count their rows, one row of the image further down.
        taps(alone - 1, alone_end - 1).add(&image[self.axes[1].frame..], core::array::from_mut(second));
        store_tile(acc, out, self.out[0], cols);
        cols
    }

    /// Up to V vectors of pixels of a row, `left` pixels wanted, for M channels; returns how many pixels were done.
    #[inline(always)]
    fn segment<const M: usize, const V: usize>(
        &self,
        taps: Taps<'_, R>,
        image: &[R],
        out: &mut [R],
        left: usize,
    ) -> usize {
        let cols = left.min(V * R::Lanes::COUNT);
        let mut acc = [[R::Lanes::splat(R::ZERO); V]; M];
        if self.write == Write::Accumulate {
            acc = load_tile(out, self.out[1], cols);
        }
        taps.add(image, &mut acc);
        store_tile(acc, out, self.out[1], cols);
        cols
    }
}

/// Taps in the order of the sums: where each stands from its window's first place, in bytes, and its M weights.
#[derive(Clone, Copy)]
struct Taps<'a, R> {
    offsets: &'a [u32],
    /// The largest offset.
    reach: usize,
    weights: &'a [R],
}

impl<R: Real> Taps<'_, R> {
    /// acc[i][v] = acc[i][v] + weights[p, i] * image[offsets[p], v], for p = 0, 1, ... in this order.
    #[inline(always)]
    fn add<const M: usize, const V: usize>(&self, image: &[R], acc: &mut [[R::Lanes; V]; M]) {
        assert!(self.offsets.len() * M <= self.weights.len(), "by_pixel: the weights end early");
        assert!(self.reach + V * size_of::<R::Lanes>() <= size_of_val(image), "by_pixel: the image ends early");
        let mut weights = self.weights.as_ptr();
        for &offset in self.offsets {
            // SAFETY: no offset is beyond `reach`, and there are M weights for each: both asserted above.
            unsafe {
                let from = image.as_ptr().byte_add(offset as usize);
                let b_row: [R::Lanes; V] = core::array::from_fn(|v| R::Lanes::load_raw(from.add(v * R::Lanes::COUNT)));
                for (i, acc) in acc.iter_mut().enumerate() {
                    let a = R::Lanes::splat(*weights.add(i));
                    for (acc, b) in acc.iter_mut().zip(b_row) {
                        *acc = *acc + a * b;
                    }
                }
                weights = weights.wrapping_add(M);
            }
        }
    }

    /// Adds one channel of two rows: `self` has the taps of the first, `weights` the second's at the same pixels.
    #[inline(always)]
    fn add_pair<const V: usize>(&self, image: &[R], weights: &[R], [first, second]: [&mut [R::Lanes; V]; 2]) {
        assert!(self.offsets.len() <= self.weights.len().min(weights.len()), "by_pair: the weights end early");
        assert!(self.reach + V * size_of::<R::Lanes>() <= size_of_val(image), "by_pair: the image ends early");
        for ((&offset, &a), &b) in self.offsets.iter().zip(self.weights).zip(weights) {
            let (a, b) = (R::Lanes::splat(a), R::Lanes::splat(b));
            for v in 0..V {
                // SAFETY: no offset is beyond `reach`, and V vectors from there are asserted above.
                let x =
                    unsafe { R::Lanes::load_raw(image.as_ptr().byte_add(offset as usize).add(v * R::Lanes::COUNT)) };
                first[v] = first[v] + a * x;
                second[v] = second[v] + b * x;
            }
        }
    }
}
