//! The innermost loop of every product: a small tile of the result, held in registers.
//!
//! Not a choice of sizes or of blocks: that is `matmul` and `conv`. A tile is M rows of V vectors; each step of the sum
//! takes M scalars from one side, spread over all lanes, and V vectors from the other.
//!
//! # Why M * V is 8
//! V8 keeps 15 vectors in registers. A step needs the accumulators, V vectors, one scalar and one product: 4 x 2 takes
//! 12. Tiles with more than 8 accumulators (6 x 2, 8 x 2, 4 x 4) spill and run at half the speed. Neither is the loop
//! written out for several steps: the compiler then moves the steps into each other, and that spills as well (28
//! instead of 49 GFLOP/s, where the machine's limit is 50). The same happens where many tiles are inlined into one large
//! function, which is why their callers are `#[inline(never)]`: 0.88 instead of 0.60 of the limit for a convolution.
//!
//! # A build option that counts
//! LLVM's loop strength reduction drops the fact that addresses do not wrap, and then computes each address anew instead of
//! using the offset in the instruction. With `-C llvm-args=-disable-lsr` for the wasm builds this loop runs at 1.00 of the
//! limit, without it at 0.85. The bits are the same.

use crate::kernels::lanes::MAX_LANES;
use crate::kernels::{Lanes, Real};

/// M scalars a step: where they stand in a slice.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Scalars<'a, R> {
    /// All of them.
    pub slice: &'a [R],
    /// How far apart the rows are.
    pub row: usize,
    /// How far apart the steps are.
    pub step: usize,
}

/// V vectors a step: where they stand in a slice.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Vectors<'a, R> {
    /// All of them.
    pub slice: &'a [R],
    /// How far apart the steps are.
    pub step: usize,
}

/// acc[i][v] = acc[i][v] + a[i, p] * b[p, v], for p = 0, 1, ..., k - 1 in this order.
#[inline(always)]
pub(in crate::kernels) fn tile<L: Lanes, const M: usize, const V: usize>(
    k: usize,
    a: Scalars<'_, L::Scalar>,
    b: Vectors<'_, L::Scalar>,
    acc: &mut [[L; V]; M],
) {
    if k == 0 {
        return;
    }
    check(k, a, b, [M, V * L::COUNT]);
    let (mut a_at, mut b_at) = (a.slice.as_ptr(), b.slice.as_ptr());
    // The scalars' own address counts the steps: a counter beside it is one more instruction, of which there are 27 a step
    // where 24 would run at the limit. A packed product of 128 to 512 takes 0.94 to 0.97 of the time (V8, simd128).
    let a_end = a_at.wrapping_add(k * a.step);
    loop {
        // SAFETY: at step p < k the largest offsets read are those that `check` has seen.
        unsafe {
            step(|i| *a_at.add(i * a.row), b_at, acc);
            a_at = a_at.wrapping_add(a.step);
            b_at = b_at.wrapping_add(b.step);
        }
        if a_at == a_end {
            return;
        }
    }
}

/// [`tile`] for scalars whose rows are far apart and whose steps are side by side: an address for each row, because the
/// compiler would compute each anew in each step.
#[inline(always)]
pub(in crate::kernels) fn tile_of_rows<L: Lanes, const M: usize, const V: usize>(
    k: usize,
    (slice, row): (&[L::Scalar], usize),
    b: Vectors<'_, L::Scalar>,
    acc: &mut [[L; V]; M],
) {
    if k == 0 {
        return;
    }
    check(k, Scalars { slice, row, step: 1 }, b, [M, V * L::COUNT]);
    let mut rows: [*const L::Scalar; M] = core::array::from_fn(|i| slice.as_ptr().wrapping_add(i * row));
    let (end, mut b_at) = (rows[0].wrapping_add(k), b.slice.as_ptr());
    while rows[0] != end {
        // SAFETY: at step p < k the largest offsets read are those that `check` has seen.
        unsafe {
            step(|i| *rows[i], b_at, acc);
        }
        rows = rows.map(|at| at.wrapping_add(1));
        b_at = b_at.wrapping_add(b.step);
    }
}

/// Panics where a tile would read past its sides. Once a tile, so that no step has to check.
#[inline(always)]
fn check<R>(k: usize, a: Scalars<'_, R>, b: Vectors<'_, R>, [rows, width]: [usize; 2]) {
    assert!((rows - 1) * a.row + (k - 1) * a.step < a.slice.len(), "tile: the scalars end early");
    assert!((k - 1) * b.step + width <= b.slice.len(), "tile: the vectors end early");
}

/// One step of a tile: `a(i)` is the scalar of row i, the vectors stand at `b`.
///
/// # Safety
/// V vectors can be read from `b`.
#[inline(always)]
unsafe fn step<L: Lanes, const M: usize, const V: usize>(
    a: impl Fn(usize) -> L::Scalar,
    b: *const L::Scalar,
    acc: &mut [[L; V]; M],
) {
    // SAFETY: the caller's duty.
    let b_row: [L; V] = core::array::from_fn(|v| unsafe { L::load_raw(b.add(v * L::COUNT)) });
    for (i, acc) in acc.iter_mut().enumerate() {
        let a = L::splat(a(i));
        for (acc, b) in acc.iter_mut().zip(b_row) {
            *acc = *acc + a * b;
        }
    }
}

/// The largest tile: 8 vectors of 4 lanes.
const LARGEST: usize = 8 * MAX_LANES;

/// The tile that stands at the front of `from`, whose rows are `row` apart; only `cols` of its columns are there, the
/// others are 0.
#[inline(always)]
pub(in crate::kernels) fn load_tile<L: Lanes, const M: usize, const V: usize>(
    from: &[L::Scalar],
    row: usize,
    cols: usize,
) -> [[L; V]; M] {
    let width = V * L::COUNT;
    let mut tile = [L::Scalar::ZERO; LARGEST];
    let (from, row) = if cols == width {
        (from, row)
    } else {
        copy_part(from, row, &mut tile, width, cols, M);
        (&tile[..], width)
    };
    assert!((M - 1) * row + width <= from.len(), "load_tile: the matrix ends early");
    let vector = |at: usize| {
        // SAFETY: the last vector of the last row is the one asserted above.
        unsafe { L::load_raw(from.as_ptr().add(at)) }
    };
    core::array::from_fn(|i| core::array::from_fn(|v| vector(i * row + v * L::COUNT)))
}

/// Writes `cols` columns of a tile.
#[inline(always)]
pub(in crate::kernels) fn store_tile<L: Lanes, const M: usize, const V: usize>(
    acc: [[L; V]; M],
    to: &mut [L::Scalar],
    row: usize,
    cols: usize,
) {
    let width = V * L::COUNT;
    let store = |to: &mut [L::Scalar], row: usize| {
        assert!((M - 1) * row + width <= to.len(), "store_tile: the matrix ends early");
        for (i, acc) in acc.iter().enumerate() {
            for (v, acc) in acc.iter().enumerate() {
                // SAFETY: the last vector of the last row is the one asserted above.
                unsafe { acc.store_raw(to.as_mut_ptr().add(i * row + v * L::COUNT)) }
            }
        }
    };
    if cols == width {
        return store(to, row);
    }
    let mut tile = [L::Scalar::ZERO; LARGEST];
    store(&mut tile, width);
    copy_part(&tile, width, to, row, cols, M);
}

/// Copies `cols` columns of `rows` rows. Apart, because tiles are many and the edge is one.
#[inline(never)]
fn copy_part<R: Real>(from: &[R], from_row: usize, to: &mut [R], to_row: usize, cols: usize, rows: usize) {
    for i in 0..rows {
        let (from, to) = (&from[i * from_row..][..cols], &mut to[i * to_row..][..cols]);
        for j in 0..cols {
            // SAFETY: a reference. Volatile, because the compiler takes plain reads one after the other for a call of memcpy,
            // which would cost more than these few.
            to[j] = unsafe { core::ptr::read_volatile(&from[j]) };
        }
    }
}
