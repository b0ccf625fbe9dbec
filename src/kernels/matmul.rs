//! Matrix products: out `[m, n]` = lhs `[m, k]` * rhs `[k, n]`, either side transposed.
//!
//! Not batched (the caller loops over matrices) and not strided (slices are contiguous and row-major; only `within`, for the
//! kernels beside it, takes parts of wider matrices).
//!
//! # The order of a sum
//! Every element of `out` is one chain: it starts from 0, or with [`Write::Accumulate`] from what stands in `out`, and
//! adds lhs[i, 0] * rhs[0, j], then lhs[i, 1] * rhs[1, j], and so on. No algorithm below changes that, so which one is
//! chosen for a size never changes a bit.
//!
//! # How it is done
//! Goto and van de Geijn's scheme ("Anatomy of High-Performance Matrix Multiplication", 2008), small: for each [`KC`] steps
//! of the sum, rhs is copied into panels as wide as a tile, and each [`MC`] rows of lhs into an order in which a tile reads
//! them one after the other; then every panel runs over these rows. A tile (`tile`) stays in registers for its KC steps.
//! What is small enough to stay in the nearest cache is not copied ([`Matmul::packing`]).

mod pack;
mod plain;
mod tile;

use super::{Lanes, Real, Write, expect_len};
pub(super) use pack::pack_cols;
use pack::pack_rows;
pub(super) use tile::{Scalars, Vectors, load_tile, store_tile, tile, tile_of_rows};

/// Whether a matrix is stored as it is used or transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trans {
    /// lhs is stored `[m, k]`, rhs `[k, n]`.
    No,
    /// lhs is stored `[k, m]`, rhs `[n, k]`.
    Yes,
}

/// The sizes of a product and how its sides are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matmul {
    /// Rows of `out`.
    pub m: usize,
    /// Columns of `out`.
    pub n: usize,
    /// The length of the sums.
    pub k: usize,
    /// How lhs is stored.
    pub lhs: Trans,
    /// How rhs is stored.
    pub rhs: Trans,
}

impl Matmul {
    /// `[m, k]` * `[k, n]`.
    pub const fn nn(m: usize, k: usize, n: usize) -> Self {
        Matmul { m, n, k, lhs: Trans::No, rhs: Trans::No }
    }
    /// `[m, k]` * `[n, k]` transposed.
    pub const fn nt(m: usize, k: usize, n: usize) -> Self {
        Matmul { m, n, k, lhs: Trans::No, rhs: Trans::Yes }
    }
    /// `[k, m]` transposed * `[k, n]`.
    pub const fn tn(m: usize, k: usize, n: usize) -> Self {
        Matmul { m, n, k, lhs: Trans::Yes, rhs: Trans::No }
    }
    /// `[k, m]` transposed * `[n, k]` transposed.
    pub const fn tt(m: usize, k: usize, n: usize) -> Self {
        Matmul { m, n, k, lhs: Trans::Yes, rhs: Trans::Yes }
    }

    /// How many elements of scratch [`matmul`] wants.
    pub fn scratch_len<R: Real>(&self) -> usize {
        if R::PLAIN { 0 } else { self.layout::<R>().scratch }
    }

    /// How the product is divided. Asked for once a product: where matrices are tiny the few divisions take as long as all else.
    fn layout<R: Real>(&self) -> Layout {
        let (width, [kc, mc]) = (VECTORS * R::Lanes::COUNT, self.block());
        let packing = self.packing_of(kc);
        let lhs = if packing.lhs { kc * mc } else { 0 };
        let rhs = if packing.rhs { kc * self.n.next_multiple_of(width) } else { kc * width };
        Layout { kc, mc, packing, lhs, scratch: lhs + rhs }
    }

    /// Steps of the sum, and rows of lhs, that are done before the next ones. Steps are divided evenly: a last block of a few
    /// would load and store every tile for next to nothing. Short sums leave room for more rows.
    fn block(&self) -> [usize; 2] {
        let kc = if self.k <= KC + KC / 8 { self.k } else { self.k.div_ceil(self.k.div_ceil(KC + KC / 8)) };
        let mc = if self.m * kc <= MC * KC { self.m } else { (MC * KC / kc / ROWS * ROWS).max(MC) };
        [kc, mc.min(self.m).next_multiple_of(ROWS)]
    }

    /// Which sides are copied. In V8 with simd128, in units of the limit (a loop of multiply-adds in registers): 64 x 64 x 64
    /// with rhs as it stands 0.83, copied 0.76, with lhs as it stands 0.76, copied 0.78; 512 x 512 x 512 with lhs as it stands
    /// 0.72, copied 0.80 (before [`MC`]).
    pub fn packing(&self) -> Packing {
        self.packing_of(self.block()[0])
    }

    fn packing_of(&self, kc: usize) -> Packing {
        let Matmul { m, n, .. } = *self;
        Packing {
            // Transposed, its columns are not vectors. Else: while it fits in the nearest cache (32 KB), or is used for
            // two rows of tiles only, a copy costs more than it saves.
            rhs: self.rhs == Trans::Yes || m > 2 * ROWS && kc * n > 8192,
            // Four rows at distances that the machine must add each time; far apart they fall on the same few places of the
            // cache. Transposed, they are side by side, and only the steps may be far apart.
            lhs: m >= ROWS && n >= 32 && (self.lhs == Trans::No || kc * m > 4096),
        }
    }
}

/// Which sides of a product are copied before the tiles run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// lhs, [`MC`] rows at a time.
    pub lhs: bool,
    /// rhs, all columns of [`KC`] steps; if not, only the columns that do not fill a tile.
    pub rhs: bool,
}

/// How a product is divided.
#[derive(Clone, Copy)]
struct Layout {
    /// Steps of the sum at a time.
    kc: usize,
    /// Rows of lhs at a time.
    mc: usize,
    packing: Packing,
    /// Elements of scratch for lhs.
    lhs: usize,
    /// Elements of scratch for both sides.
    scratch: usize,
}

/// Rows of a tile.
const ROWS: usize = 4;
/// Vectors of a tile.
const VECTORS: usize = 2;
/// Steps of the sum that are done for all of `out` before the next ones: a panel of rhs is then 8 KB.
pub const KC: usize = 256;
/// Rows of lhs that all panels run over before the next ones: 32 KB at most, which stay in the nearest cache. In V8 with
/// simd128, in units of the limit, for n = 128, 256, 512: 16 rows 0.85, 0.87, 0.86; 32 rows 0.87, 0.90, 0.86; 64 rows
/// 0.85, 0.86, 0.85; all rows 0.82, 0.83, 0.80.
pub const MC: usize = 32;

/// out = or += lhs * rhs. `scratch` is at least [`Matmul::scratch_len`] long; what stands in it does not matter.
#[track_caller]
pub fn matmul<R: Real>(size: Matmul, lhs: &[R], rhs: &[R], out: &mut [R], write: Write, scratch: &mut [R]) {
    size.check([lhs, rhs, out]);
    within(size, size.rows(), [lhs, rhs], out, write, scratch);
}

/// [`matmul`] that hands on what it has finished while it is near: `then(at, values)` gets whole rows, and where in `out` they
/// stand.
#[cfg(feature = "full")]
#[track_caller]
pub fn matmul_then<R: Real>(
    size: Matmul,
    [lhs, rhs]: [&[R]; 2],
    out: &mut [R],
    write: Write,
    scratch: &mut [R],
    then: impl FnMut(usize, &[R]),
) {
    size.check([lhs, rhs, out]);
    blocks(size, size.rows(), [lhs, rhs], out, write, scratch, then);
}

/// [`matmul`] of parts of wider matrices: each slice begins at its part, and `rows` says how far apart the stored rows of
/// lhs, rhs and out are.
pub(super) fn within<R: Real>(
    size: Matmul,
    rows: [usize; 3],
    [lhs, rhs]: [&[R]; 2],
    out: &mut [R],
    write: Write,
    scratch: &mut [R],
) {
    blocks(size, rows, [lhs, rhs], out, write, scratch, |_, _| {});
}

/// The blocks of a product, one after the other; `then` gets the rows of each when they are finished.
fn blocks<R: Real>(
    size: Matmul,
    rows: [usize; 3],
    [lhs, rhs]: [&[R]; 2],
    out: &mut [R],
    write: Write,
    scratch: &mut [R],
    mut then: impl FnMut(usize, &[R]),
) {
    let (Matmul { m, n, k, .. }, [lhs_row, rhs_row, out_row]) = (size, rows);
    if R::PLAIN {
        plain::matmul(size, rows, [lhs, rhs], out, write);
        return then(0, out);
    }
    let (layout, lanes) = (size.layout::<R>(), R::Lanes::COUNT);
    let Layout { kc: most, mc: at_once, packing, scratch: wanted, .. } = layout;
    assert!(scratch.len() >= wanted, "matmul: scratch has {} elements, {wanted} are needed", scratch.len());
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 && write == Write::Set {
        out.chunks_mut(out_row).take(m).for_each(|row| row[..n].fill(R::ZERO));
    }
    if k == 0 {
        return then(0, out);
    }
    let (packed_lhs, packed_rhs) = scratch.split_at_mut(layout.lhs);
    // Panels that no second block of rows will ask for need not be kept.
    let keep = packing.rhs && m > at_once;
    for k0 in (0..k).step_by(most) {
        let kc = most.min(k - k0);
        let write = if k0 == 0 { write } else { Write::Accumulate };
        for i0 in (0..m).step_by(at_once) {
            let rows = at_once.min(m - i0);
            let lhs = size.lhs_rows(lhs, lhs_row, [k0, i0], [kc, rows], packing.lhs.then_some(&mut *packed_lhs));
            let mut j = 0;
            while j < n {
                let width = if n - j > lanes { VECTORS * lanes } else { lanes };
                let cols = width.min(n - j);
                let rhs = if !packing.rhs && cols == width {
                    Vectors { slice: &rhs[k0 * rhs_row + j..], step: rhs_row }
                } else {
                    let panel = &mut packed_rhs[if keep { j * kc } else { 0 }..][..kc * width];
                    if i0 == 0 {
                        size.pack_rhs(rhs, rhs_row, [k0, j], [cols, width], panel);
                    }
                    Vectors { slice: panel, step: width }
                };
                let out = Out { slice: &mut out[i0 * out_row + j..], row: out_row, cols, write };
                if width > lanes {
                    panel::<R, VECTORS>(rows, kc, lhs, rhs, out);
                } else {
                    panel::<R, 1>(rows, kc, lhs, rhs, out);
                }
                j += width;
            }
            if k0 + kc == k {
                let to = i0 * out_row;
                then(to, &out[to..out.len().min(to + rows * out_row)]);
            }
        }
    }
}

/// Rows of lhs as the tiles of a panel read them.
#[derive(Clone, Copy)]
enum Rows<'a, R> {
    /// As they are stored.
    Stored(Scalars<'a, R>),
    /// Tile after tile: `[rows / 4, k, 4]`, the last tile narrower.
    Packed(&'a [R]),
}

/// Where the tiles of a panel go.
struct Out<'a, R> {
    slice: &'a mut [R],
    row: usize,
    cols: usize,
    write: Write,
}

impl Matmul {
    #[track_caller]
    fn check<R>(&self, [lhs, rhs, out]: [&[R]; 3]) {
        let Matmul { m, n, k, .. } = *self;
        expect_len("matmul", "lhs", lhs.len(), m * k);
        expect_len("matmul", "rhs", rhs.len(), k * n);
        expect_len("matmul", "out", out.len(), m * n);
    }

    /// How far apart the rows of lhs, rhs and out are where nothing stands between them.
    fn rows(&self) -> [usize; 3] {
        let lhs = if self.lhs == Trans::No { self.k } else { self.m };
        [lhs, if self.rhs == Trans::No { self.n } else { self.k }, self.n]
    }

    /// `rows` rows of lhs from `i0` on, `kc` steps from `k0` on; copied if there is a place to copy to.
    fn lhs_rows<'a, R: Real>(
        &self,
        lhs: &'a [R],
        stored: usize,
        [k0, i0]: [usize; 2],
        [kc, rows]: [usize; 2],
        packed: Option<&'a mut [R]>,
    ) -> Rows<'a, R> {
        let (lhs, row, step) = match self.lhs {
            Trans::No => (&lhs[i0 * stored + k0..], stored, 1),
            Trans::Yes => (&lhs[k0 * stored + i0..], 1, stored),
        };
        let Some(packed) = packed else {
            return Rows::Stored(Scalars { slice: lhs, row, step });
        };
        let packed = &mut packed[..kc * rows];
        for (tile, to) in packed.chunks_mut(kc * ROWS).enumerate() {
            let (from, rows) = (&lhs[tile * ROWS * row..], to.len() / kc);
            match self.lhs {
                Trans::No => pack_cols(from, row, rows, rows, to),
                Trans::Yes => pack_rows(from, step, rows, rows, to),
            }
        }
        Rows::Packed(packed)
    }

    /// `cols` columns of rhs from `j` on, as many steps as `panel` holds from `k0` on; 0 in the columns up to `width`.
    fn pack_rhs<R: Real>(
        &self,
        rhs: &[R],
        stored: usize,
        [k0, j]: [usize; 2],
        [cols, width]: [usize; 2],
        panel: &mut [R],
    ) {
        match self.rhs {
            Trans::No => pack_rows(&rhs[k0 * stored + j..], stored, cols, width, panel),
            Trans::Yes => pack_cols(&rhs[j * stored + k0..], stored, cols, width, panel),
        }
    }
}

/// One panel of rhs over all these rows of lhs.
#[inline(never)]
fn panel<R: Real, const V: usize>(rows: usize, k: usize, lhs: Rows<'_, R>, rhs: Vectors<'_, R>, mut out: Out<'_, R>) {
    let whole = rows / ROWS * ROWS;
    for i in (0..whole).step_by(ROWS) {
        one_tile::<R, ROWS, V>(i, k, lhs, rhs, &mut out);
    }
    match rows - whole {
        1 => one_tile::<R, 1, V>(whole, k, lhs, rhs, &mut out),
        2 => one_tile::<R, 2, V>(whole, k, lhs, rhs, &mut out),
        3 => one_tile::<R, 3, V>(whole, k, lhs, rhs, &mut out),
        _ => {}
    }
}

#[inline(always)]
fn one_tile<R: Real, const M: usize, const V: usize>(
    i: usize,
    k: usize,
    lhs: Rows<'_, R>,
    rhs: Vectors<'_, R>,
    out: &mut Out<'_, R>,
) {
    let to = &mut out.slice[i * out.row..];
    let mut acc = [[R::Lanes::splat(R::ZERO); V]; M];
    if out.write == Write::Accumulate {
        acc = load_tile(to, out.row, out.cols);
    }
    // Four times the same loop, so that in each the distances are as constant as they can be.
    match lhs {
        // (Not in the light build, which is after bytes.)
        #[cfg(feature = "full")]
        Rows::Packed(lhs) if rhs.step == V * R::Lanes::COUNT => {
            let lhs = Scalars { slice: &lhs[i * k..], row: 1, step: M };
            tile(k, lhs, Vectors { slice: rhs.slice, step: V * R::Lanes::COUNT }, &mut acc);
        }
        Rows::Packed(lhs) => tile(k, Scalars { slice: &lhs[i * k..], row: 1, step: M }, rhs, &mut acc),
        Rows::Stored(Scalars { slice, row, step: 1 }) => {
            tile_of_rows(k, (&slice[i * row..], row), rhs, &mut acc);
        }
        Rows::Stored(Scalars { slice, step, .. }) => {
            tile(k, Scalars { slice: &slice[i..], row: 1, step }, rhs, &mut acc);
        }
    }
    store_tile(acc, to, out.row, out.cols);
}
