//! Copies that put one side of a product in the order in which a tile reads it.

use crate::kernels::{Lanes, Real};

/// to[p, j] = from[p * row + j] for `cols` columns, 0 in the others; `to` is `[k, width]`.
#[inline(never)]
pub(in crate::kernels) fn pack_rows<R: Real>(from: &[R], row: usize, cols: usize, width: usize, to: &mut [R]) {
    // Widths that are known where they are used: a copy of unknown length is a call.
    match (cols == width, width) {
        (true, 8) => copy_rows::<R, 8>(from, row, to),
        (true, 4) => copy_rows::<R, 4>(from, row, to),
        (true, 2) => copy_rows::<R, 2>(from, row, to),
        _ => {
            for (p, to) in to.chunks_exact_mut(width).enumerate() {
                let from = &from[p * row..][..cols];
                for (j, to) in to.iter_mut().enumerate() {
                    *to = if j < cols { from[j] } else { R::ZERO };
                }
            }
        }
    }
}

#[inline(always)]
fn copy_rows<R: Real, const WIDTH: usize>(from: &[R], row: usize, to: &mut [R]) {
    for (p, to) in to.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
        to.copy_from_slice(&from[p * row..][..WIDTH]);
    }
}

/// to[p, j] = from[j * row + p] for `cols` columns, 0 in the others; `to` is `[k, width]`.
#[inline(never)]
pub(in crate::kernels) fn pack_cols<R: Real>(from: &[R], row: usize, cols: usize, width: usize, to: &mut [R]) {
    let (lanes, k) = (R::Lanes::COUNT, to.len() / width);
    assert!(cols <= width, "pack_cols: {cols} columns do not fit in {width}");
    let mut j = 0;
    while j + lanes <= cols {
        assert!(k == 0 || (j + lanes - 1) * row + k <= from.len(), "pack_cols: the matrix ends early");
        let block = |p: usize, to: &mut [R]| {
            // SAFETY: p + lanes <= k, so that the last row's last vector is the one asserted above; and `to` has k rows of at
            // least j + lanes elements.
            unsafe {
                let rows = core::array::from_fn(|l| R::Lanes::load_raw(from.as_ptr().add((j + l % lanes) * row + p)));
                for (l, turned) in R::Lanes::transpose(rows)[..lanes].iter().enumerate() {
                    turned.store_raw(to.as_mut_ptr().add((p + l) * width + j));
                }
            }
        };
        for p in 0..k / lanes {
            block(p * lanes, to);
        }
        if k < lanes {
            for p in 0..k {
                for j in j..j + lanes {
                    to[p * width + j] = from[j * row + p];
                }
            }
        } else if !k.is_multiple_of(lanes) {
            // What is left is less than a block: one that ends with it, some of it for the second time.
            block(k - lanes, to);
        }
        j += lanes;
    }
    for j in j..width {
        for p in 0..k {
            to[p * width + j] = if j < cols { from[j * row + p] } else { R::ZERO };
        }
    }
}
