//! The product as its definition says it: three loops.
//!
//! Not fast: for the scalar that is there for proof ([`Real::PLAIN`]), whose tiles would weigh more in the module than all
//! that is computed with them. Every sum is the chain that the tiles compute, so the bits are the same.

use super::{Matmul, Trans};
use crate::kernels::{Real, Write};

/// out = or += lhs * rhs, their stored rows as far apart as `rows` says; the lengths have been checked.
pub(super) fn matmul<R: Real>(size: Matmul, rows: [usize; 3], [lhs, rhs]: [&[R]; 2], out: &mut [R], write: Write) {
    let (Matmul { m, n, k, .. }, [lhs_stored, rhs_stored, out_row]) = (size, rows);
    let (lhs_row, lhs_step) = if size.lhs == Trans::No { (lhs_stored, 1) } else { (1, lhs_stored) };
    let (rhs_col, rhs_step) = if size.rhs == Trans::No { (1, rhs_stored) } else { (rhs_stored, 1) };
    for i in 0..m {
        for j in 0..n {
            let mut sum = if write == Write::Set { R::ZERO } else { out[i * out_row + j] };
            for p in 0..k {
                sum += lhs[i * lhs_row + p * lhs_step] * rhs[j * rhs_col + p * rhs_step];
            }
            out[i * out_row + j] = sum;
        }
    }
}
