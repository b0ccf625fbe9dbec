//! Convolution as a product whose one side is gathered through a table of offsets.
//!
//! Not a copy of patches: a tap (one channel, one place in the window) is the same distance from the first pixel of every
//! window, so a table with one offset a tap turns "column p of the patches" into "the pixels at base + taps[p]". The image
//! is padded once so that no tap needs a check. Forward, the image is the input; for the gradient of the input it is the
//! gradient of the output, with one table for each phase of the stride (`conv`).
//!
//! Two tiles: [`by_channel`] keeps 4 pixels x 8 channels of the result, lanes along channels; it takes any stride.
//! [`by_pixel`], for results with fewer channels than lanes, keeps lanes along the pixels of a row; it wants stride 1.

use crate::kernels::lanes::MAX_LANES;
use crate::kernels::matmul::{load_tile, pack_cols, store_tile};
use crate::kernels::{Lanes, Real, Write};

/// Where the taps of a window stand, in elements from the window's base.
#[derive(Clone, Copy)]
pub(super) struct Taps<'a> {
    offsets: &'a [u32],
    /// The largest of them.
    last: usize,
}

impl<'a> Taps<'a> {
    pub(super) fn new(offsets: &'a [u32]) -> Self {
        Taps { offsets, last: offsets.iter().copied().max().unwrap_or(0) as usize }
    }
}

/// The results of one pass: a grid of windows on the image, and where each goes in one plane of `out`.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    /// Rows and columns of windows.
    pub size: [usize; 2],
    /// How far apart windows are in the image: from row to row, from column to column.
    pub image: [usize; 2],
    /// The first result's place in its plane.
    pub first: usize,
    /// How far apart results are in their plane: from row to row, from column to column.
    pub out: [usize; 2],
    /// Elements of one plane.
    pub plane: usize,
}

/// How many elements [`pack_weights`] writes at most.
pub(super) fn packed_len<R: Real>(channels: usize, taps: usize) -> usize {
    channels.next_multiple_of(R::Lanes::COUNT) * taps
}

/// How many channels the panel holds that starts at channel `first`, and how wide it is.
fn panel<R: Real>(first: usize, channels: usize) -> (usize, usize) {
    let lanes = R::Lanes::COUNT;
    let width = if channels - first > lanes { 2 * lanes } else { lanes };
    (width.min(channels - first), width)
}

/// Copies weights `[channels, taps]`, element (c, t) at `weight(c, t)`, into panels: `[taps, width]` for 8 channels each
/// (4 in f64), the last one half as wide if that will do; along pixels into one, as wide as there are channels.
pub(super) fn pack_weights<R: Real>(
    [channels, taps]: [usize; 2],
    along: Along,
    weight: impl Fn(usize, usize) -> R,
    to: &mut [R],
) {
    let (mut first, mut rest) = (0, to);
    while first < channels {
        let (count, width) = match along {
            Along::Channels => panel::<R>(first, channels),
            Along::Pixels => (channels, channels),
        };
        let (panel, after) = rest.split_at_mut(width * taps);
        for (t, to) in panel.chunks_exact_mut(width).enumerate() {
            for (c, to) in to.iter_mut().enumerate() {
                *to = if c < count { weight(first + c, t) } else { R::ZERO };
            }
        }
        rest = after;
        first += count;
    }
}

/// The way back from panels along channels: calls `put(channel, tap, element)` for every element.
pub(super) fn unpack_weights<R: Real>([channels, taps]: [usize; 2], from: &[R], mut put: impl FnMut(usize, usize, R)) {
    let (mut first, mut rest) = (0, from);
    while first < channels {
        let (count, width) = panel::<R>(first, channels);
        let (panel, after) = rest.split_at(width * taps);
        for (t, from) in panel.chunks_exact(width).enumerate() {
            from[..count].iter().enumerate().for_each(|(c, &x)| put(first + c, t, x));
        }
        rest = after;
        first += count;
    }
}

/// What the lanes of a tile run along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Channels of the result.
    Channels,
    /// Pixels of the result.
    Pixels,
}

/// acc[i][v] = acc[i][v] + image[taps[p] + i * row] * b[p, v], for p = 0, 1, ... in this order.
#[inline(always)]
fn by_channel<L: Lanes, const M: usize, const V: usize>(
    taps: Taps<'_>,
    image: &[L::Scalar],
    row: usize,
    b: &[L::Scalar],
    acc: &mut [[L; V]; M],
) {
    if taps.offsets.is_empty() {
        return;
    }
    assert!(taps.last + (M - 1) * row < image.len(), "by_channel: the image ends early");
    assert!(taps.offsets.len() * V * L::COUNT <= b.len(), "by_channel: the weights end early");
    let (image, mut b_at) = (image.as_ptr(), b.as_ptr());
    for &tap in taps.offsets {
        // SAFETY: no tap is above the last one, and there is one row of b for each tap: both asserted above.
        unsafe {
            let b_row: [L; V] = core::array::from_fn(|v| L::load_raw(b_at.add(v * L::COUNT)));
            let a_at = image.add(tap as usize);
            for (i, acc) in acc.iter_mut().enumerate() {
                let a = L::splat(*a_at.add(i * row));
                for (acc, b) in acc.iter_mut().zip(b_row) {
                    *acc = *acc + a * b;
                }
            }
            b_at = b_at.wrapping_add(V * L::COUNT);
        }
    }
}

/// acc[i][v] = acc[i][v] + a[p, i] * image[taps[p], v], for p = 0, 1, ... in this order.
#[inline(always)]
fn by_pixel<L: Lanes, const M: usize, const V: usize>(
    taps: Taps<'_>,
    image: &[L::Scalar],
    a: &[L::Scalar],
    acc: &mut [[L; V]; M],
) {
    assert!(taps.last + V * L::COUNT <= image.len(), "by_pixel: the image ends early");
    assert!(taps.offsets.len() * M <= a.len(), "by_pixel: the weights end early");
    let (image, mut a_at) = (image.as_ptr(), a.as_ptr());
    for &tap in taps.offsets {
        // SAFETY: no tap is above the last one, and there are M weights for each tap: both asserted above.
        unsafe {
            let b_at = image.add(tap as usize);
            let b_row: [L; V] = core::array::from_fn(|v| L::load_raw(b_at.add(v * L::COUNT)));
            for (i, acc) in acc.iter_mut().enumerate() {
                let a = L::splat(*a_at.add(i));
                for (acc, b) in acc.iter_mut().zip(b_row) {
                    *acc = *acc + a * b;
                }
            }
            a_at = a_at.wrapping_add(M);
        }
    }
}

/// Every window of a grid, for every channel of the result.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a, R> {
    pub grid: Grid,
    pub taps: Taps<'a>,
    /// Along [`Along::Pixels`] it goes on for [`SLACK`] vectors after the last pixel of the last window.
    pub image: &'a [R],
    /// What [`pack_weights`] wrote.
    pub weights: &'a [R],
    pub channels: usize,
    pub along: Along,
    pub write: Write,
}

/// The most vectors that a tile reads at once.
pub(super) const SLACK: usize = 8;

impl<R: Real> Pass<'_, R> {
    /// `out` is `channels` planes.
    pub(super) fn run(&self, out: &mut [R]) {
        match (self.along, self.channels) {
            (Along::Pixels, 1) => self.rows::<1>(out),
            (Along::Pixels, 2) => self.rows::<2>(out),
            (Along::Pixels, _) => self.rows::<3>(out),
            (Along::Channels, channels) => {
                let (mut first, mut weights) = (0, self.weights);
                while first < channels {
                    let (count, width) = panel::<R>(first, channels);
                    let (panel, after) = weights.split_at(width * self.taps.offsets.len());
                    let part = Pass { weights: panel, channels: count, ..*self };
                    let out = &mut out[first * self.grid.plane..];
                    if width > R::Lanes::COUNT {
                        part.columns::<2>(out)
                    } else {
                        part.columns::<1>(out)
                    }
                    weights = after;
                    first += count;
                }
            }
        }
    }

    /// All windows for one panel.
    fn columns<const V: usize>(&self, out: &mut [R]) {
        let ([rows, cols], grid) = (self.grid.size, self.grid);
        for y in 0..rows {
            let mut x = 0;
            while x < cols {
                let image = &self.image[y * grid.image[0] + x * grid.image[1]..];
                let out = &mut out[grid.first + y * grid.out[0] + x * grid.out[1]..];
                x += match cols - x {
                    1 => self.column::<1, V>(image, out),
                    2 => self.column::<2, V>(image, out),
                    3 => self.column::<3, V>(image, out),
                    _ => self.column::<4, V>(image, out),
                };
            }
        }
    }

    /// M windows side by side for one panel; returns M.
    #[inline(always)]
    fn column<const M: usize, const V: usize>(&self, image: &[R], out: &mut [R]) -> usize {
        let (lanes, grid) = (R::Lanes::COUNT, self.grid);
        let place = |i: usize, c: usize| c * grid.plane + i * grid.out[1];
        let mut acc = [[R::Lanes::splat(R::ZERO); V]; M];
        if self.write == Write::Accumulate {
            for (i, acc) in acc.iter_mut().enumerate() {
                for (v, acc) in acc.iter_mut().enumerate() {
                    let mut row = [R::ZERO; MAX_LANES];
                    for c in v * lanes..self.channels.min((v + 1) * lanes) {
                        row[c - v * lanes] = out[place(i, c)];
                    }
                    *acc = R::Lanes::load(&row);
                }
            }
        }
        // Twice the same loop: at stride 1 the distances are constants of the code.
        if grid.image[1] == 1 {
            by_channel(self.taps, image, 1, self.weights, &mut acc);
        } else {
            by_channel(self.taps, image, grid.image[1], self.weights, &mut acc);
        }
        // Lanes are channels and rows are pixels; a plane wants it the other way round.
        for v in 0..V {
            for i in (0..M).step_by(lanes) {
                let block = R::Lanes::transpose(core::array::from_fn(|l| acc[(i + l % lanes).min(M - 1)][v]));
                for c in v * lanes..self.channels.min((v + 1) * lanes) {
                    let (pixels, to) = (block[c - v * lanes], &mut out[place(i, c)..]);
                    if grid.out[1] == 1 && i + lanes <= M {
                        pixels.store(to);
                    } else {
                        for l in 0..lanes.min(M - i) {
                            to[l * grid.out[1]] = pixels.lane(l);
                        }
                    }
                }
            }
        }
        M
    }

    /// All windows for M channels, lanes along the pixels of a row.
    fn rows<const M: usize>(&self, out: &mut [R]) {
        let ([rows, cols], grid) = (self.grid.size, self.grid);
        for y in 0..rows {
            let mut x = 0;
            while x < cols {
                let image = &self.image[y * grid.image[0] + x..];
                let out = &mut out[grid.first + y * grid.out[0] + x..];
                let left = cols - x;
                // M * V up to 8, and no wider than what is left of the row.
                x += match (left.div_ceil(R::Lanes::COUNT), M) {
                    (1, _) => self.segment::<M, 1>(image, out, left),
                    (2 | 3, _) | (_, 3) => self.segment::<M, 2>(image, out, left),
                    (4..=7, _) | (_, 2) => self.segment::<M, 4>(image, out, left),
                    _ => self.segment::<M, 8>(image, out, left),
                };
            }
        }
    }

    /// Up to V vectors of pixels of a row, `left` pixels wanted, for M channels; returns how many pixels were done.
    #[inline(always)]
    fn segment<const M: usize, const V: usize>(&self, image: &[R], out: &mut [R], left: usize) -> usize {
        let cols = left.min(V * R::Lanes::COUNT);
        let mut acc = [[R::Lanes::splat(R::ZERO); V]; M];
        if self.write == Write::Accumulate {
            acc = load_tile(out, self.grid.plane, cols);
        }
        by_pixel(self.taps, image, self.weights, &mut acc);
        store_tile(acc, out, self.grid.plane, cols);
        cols
    }
}

/// For the gradient of a weight: sums[t, c] += image[taps[t] + window] * grads[c, window] over all windows in order.
///
/// `sums` is panels of 8 channels, `[taps, 8]` each, as [`pack_weights`] lays them out; `grads` is `[channels, windows]`
/// with planes of `grid.plane`; `turned` holds [`TURNED`] elements.
pub(super) fn weight_pass<R: Real>(
    grid: Grid,
    taps: Taps<'_>,
    image: &[R],
    channels: usize,
    grads: &[R],
    sums: &mut [R],
    turned: &mut [R],
) {
    let (mut first, mut rest) = (0, sums);
    let [rows, cols] = grid.size;
    while first < channels {
        let (count, width) = panel::<R>(first, channels);
        let (panel, after) = rest.split_at_mut(width * taps.offsets.len());
        // As many windows at a time as `turned` holds: whole rows, or parts of one.
        let room = TURNED / width;
        let (rows_at_once, cols_at_once) = if cols <= room { (room / cols, cols) } else { (1, room) };
        for y in (0..rows).step_by(rows_at_once) {
            let rows = rows_at_once.min(rows - y);
            for x in (0..cols).step_by(cols_at_once) {
                let cols = cols_at_once.min(cols - x);
                let turned = &mut turned[..rows * cols * width];
                // Whole rows follow each other in the plane, so that they are one run.
                let from = &grads[first * grid.plane + y * grid.size[1] + x..];
                pack_cols(from, grid.plane, count, width, turned);
                let part = Grid { size: [rows, cols], ..grid };
                let image = &image[y * grid.image[0] + x * grid.image[1]..];
                if width > R::Lanes::COUNT {
                    weight_columns::<R, 2>(part, taps, image, turned, panel);
                } else {
                    weight_columns::<R, 1>(part, taps, image, turned, panel);
                }
            }
        }
        rest = after;
        first += count;
    }
}

/// Elements of turned gradients at a time: 16 KB of f32, half of the nearest cache.
pub(super) const TURNED: usize = 4096;

/// Every tap, four at a time, over the windows of `grid`.
fn weight_columns<R: Real, const V: usize>(grid: Grid, taps: Taps<'_>, image: &[R], turned: &[R], sums: &mut [R]) {
    let width = V * R::Lanes::COUNT;
    for (four, sums) in taps.offsets.chunks(4).zip(sums.chunks_mut(4 * width)) {
        match four {
            [a] => weight_tile::<R, 1, V>(grid, [*a], image, turned, sums),
            [a, b] => weight_tile::<R, 2, V>(grid, [*a, *b], image, turned, sums),
            [a, b, c] => weight_tile::<R, 3, V>(grid, [*a, *b, *c], image, turned, sums),
            _ => weight_tile::<R, 4, V>(grid, [four[0], four[1], four[2], four[3]], image, turned, sums),
        }
    }
}

/// sums[i][v] += image[taps[i] + window] * turned[window, v] over the windows of `grid`, in order.
#[inline(always)]
fn weight_tile<R: Real, const M: usize, const V: usize>(
    grid: Grid,
    taps: [u32; M],
    image: &[R],
    turned: &[R],
    sums: &mut [R],
) {
    let ([rows, cols], [row, step]) = (grid.size, grid.image);
    let width = V * R::Lanes::COUNT;
    let last = taps.iter().copied().max().unwrap_or(0) as usize + (rows - 1) * row + (cols - 1) * step;
    assert!(last < image.len(), "weight_tile: the image ends early");
    assert!(rows * cols * width <= turned.len(), "weight_tile: the gradients end early");
    let mut acc: [[R::Lanes; V]; M] = load_tile(sums, width, width);
    let mut b_at = turned.as_ptr();
    for y in 0..rows {
        // SAFETY: windows (y, x) are below (rows, cols), so the largest offsets read are those asserted above.
        unsafe {
            let mut a_at = taps.map(|tap| image.as_ptr().add(tap as usize + y * row));
            for _ in 0..cols {
                let b_row: [R::Lanes; V] = core::array::from_fn(|v| R::Lanes::load_raw(b_at.add(v * R::Lanes::COUNT)));
                for (a_at, acc) in a_at.iter_mut().zip(&mut acc) {
                    let a = R::Lanes::splat(**a_at);
                    *a_at = a_at.wrapping_add(step);
                    for (acc, b) in acc.iter_mut().zip(b_row) {
                        *acc = *acc + a * b;
                    }
                }
                b_at = b_at.wrapping_add(width);
            }
        }
    }
    store_tile(acc, sums, width, width);
}
