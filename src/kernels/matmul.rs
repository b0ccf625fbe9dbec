//! Matrix products: out `[m, n]` = lhs `[m, k]` * rhs `[k, n]`, either side transposed.
//!
//! Not batched (the caller loops over matrices) and not strided (slices are contiguous and row-major).
//!
//! # The order of a sum
//! Every element of `out` is one chain: it starts from 0, or with [`Write::Accumulate`] from what stands in `out`, and
//! adds lhs[i, 0] * rhs[0, j], then lhs[i, 1] * rhs[1, j], and so on. No algorithm below changes that, so which one is
//! chosen for a size never changes a bit.

use super::{Real, Write, expect_len};

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
        0
    }
}

/// out = or += lhs * rhs. `scratch` is at least [`Matmul::scratch_len`] long; what stands in it does not matter.
#[track_caller]
pub fn matmul<R: Real>(size: Matmul, lhs: &[R], rhs: &[R], out: &mut [R], write: Write, scratch: &mut [R]) {
    let Matmul { m, n, k, .. } = size;
    expect_len("matmul", "lhs", lhs.len(), m * k);
    expect_len("matmul", "rhs", rhs.len(), k * n);
    expect_len("matmul", "out", out.len(), m * n);
    let wanted = size.scratch_len::<R>();
    assert!(scratch.len() >= wanted, "matmul: scratch has {} elements, {wanted} are needed", scratch.len());
    if write == Write::Set {
        out.fill(R::ZERO);
    }
    for i in 0..m {
        for p in 0..k {
            let a = if size.lhs == Trans::No { lhs[i * k + p] } else { lhs[p * m + i] };
            for j in 0..n {
                let b = if size.rhs == Trans::No { rhs[p * n + j] } else { rhs[j * k + p] };
                out[i * n + j] += a * b;
            }
        }
    }
}
