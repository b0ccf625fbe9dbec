//! Movement: elements that change places and nothing else. Each function has its way back, which adds where the way there
//! copied.
//!
//! Not arithmetic, so not kernels; reshape is not here either, because contiguous elements do not move for it.

use super::TensorRef;
use super::shape::{MAX_DIMS, Shape};
use crate::kernels::map::scaled;
use crate::kernels::{Real, Write};

/// The order that exchanges the last two dims of `shape`.
#[track_caller]
pub fn swap_last(shape: Shape) -> [u8; MAX_DIMS] {
    let rank = shape.rank();
    assert!(rank >= 2, "transpose: {shape} has no two dims to exchange");
    let mut order = core::array::from_fn(|axis| axis as u8);
    order.swap(rank - 1, rank - 2);
    order
}

/// out's dim i is x's dim order[i]; entries of `order` past the rank are ignored.
pub fn permute<T: Real>(x: TensorRef<'_, T>, order: [u8; MAX_DIMS], out: &mut [T]) {
    let mut next = out.iter_mut();
    each_source(x.shape, order, |from| {
        if let Some(out) = next.next() {
            *out = x.data[from];
        }
    });
}

/// grad_x = or += grad_out put back in the order of x, whose shape is `x`.
pub fn permute_backward<T: Real>(x: Shape, order: [u8; MAX_DIMS], grad_out: &[T], grad_x: &mut [T], write: Write) {
    let mut next = grad_out.iter();
    each_source(x, order, |from| {
        if let Some(&g) = next.next() {
            grad_x[from] = if write == Write::Set { g } else { grad_x[from] + g };
        }
    });
}

/// Calls `visit` with the index in x of every element of the permuted result, in the order of the result.
fn each_source(x: Shape, order: [u8; MAX_DIMS], mut visit: impl FnMut(usize)) {
    // (count, step in x) of each of the result's dims, aligned at the last one.
    let rank = x.rank();
    let mut loops = [(1, 0); MAX_DIMS];
    for (axis, &from) in order[..rank].iter().enumerate() {
        let (_, count, step) = x.around(Some(usize::from(from)));
        loops[MAX_DIMS - rank + axis] = (count, step);
    }
    let [(n0, s0), (n1, s1), (n2, s2), (n3, s3)] = loops;
    for i0 in 0..n0 {
        for i1 in 0..n1 {
            for i2 in 0..n2 {
                let row = i0 * s0 + i1 * s1 + i2 * s2;
                (0..n3).for_each(|i3| visit(row + i3 * s3));
            }
        }
    }
}

/// out = indices start .. start + len of `axis`.
pub fn slice<T: Real>(x: TensorRef<'_, T>, axis: usize, start: usize, len: usize, out: &mut [T]) {
    let (outer, size, inner) = x.shape.around(Some(axis));
    for o in 0..outer {
        out[o * len * inner..][..len * inner].copy_from_slice(&x.data[(o * size + start) * inner..][..len * inner]);
    }
}

/// grad_x = or += grad_out at the indices that were kept, 0 elsewhere; `x` is the shape that was cut.
pub fn slice_backward<T: Real>(
    x: Shape,
    (axis, start, len): (usize, usize, usize),
    grad_out: &[T],
    grad_x: &mut [T],
    write: Write,
) {
    if write == Write::Set {
        grad_x.fill(T::ZERO);
    }
    let (outer, size, inner) = x.around(Some(axis));
    for o in 0..outer {
        let to = &mut grad_x[(o * size + start) * inner..][..len * inner];
        scaled(T::ONE, &grad_out[o * len * inner..][..len * inner], to, Write::Accumulate);
    }
}

/// out = the parts, one after the other along `axis`.
pub fn concat<'a, T: Real>(parts: impl Iterator<Item = TensorRef<'a, T>> + Clone, axis: usize, out: &mut [T]) {
    let Some(first) = parts.clone().next() else { return };
    let (outer, _, inner) = first.shape.around(Some(axis));
    let mut left = out;
    for o in 0..outer {
        for part in parts.clone() {
            let len = part.shape.dim(axis) * inner;
            let (to, rest) = left.split_at_mut(len);
            to.copy_from_slice(&part.data[o * len..][..len]);
            left = rest;
        }
    }
}

/// grad = or += the part of grad_out (shape `out`) that came from indices start .. start + len of `axis`.
pub fn concat_backward<T: Real>(
    out: Shape,
    (axis, start, len): (usize, usize, usize),
    grad_out: &[T],
    grad: &mut [T],
    write: Write,
) {
    let (outer, size, inner) = out.around(Some(axis));
    for o in 0..outer {
        let from = &grad_out[(o * size + start) * inner..][..len * inner];
        scaled(T::ONE, from, &mut grad[o * len * inner..][..len * inner], write);
    }
}

/// out [i, d] = table [index[i], d]; keeps the whole-number indices for the way back.
#[track_caller]
pub fn rows<T: Real>(table: TensorRef<'_, T>, index: &[T], kept: &mut [u32], out: &mut [T]) {
    let (count, d) = (table.shape.dim(0), table.shape.dim(1));
    whole_numbers("rows", index, count, kept);
    for (&row, out) in kept.iter().zip(out.chunks_exact_mut(d.max(1))) {
        out.copy_from_slice(&table.data[row as usize * d..][..d]);
    }
}

/// grad_table [index[i], d] += grad_out [i, d]; with [`Write::Set`] all other rows become 0.
pub fn rows_backward<T: Real>(d: usize, kept: &[u32], grad_out: &[T], grad_table: &mut [T], write: Write) {
    if write == Write::Set {
        grad_table.fill(T::ZERO);
    }
    for (&row, grad_out) in kept.iter().zip(grad_out.chunks_exact(d.max(1))) {
        scaled(T::ONE, grad_out, &mut grad_table[row as usize * d..][..d], Write::Accumulate);
    }
}

/// Indices that travel as numbers of the tensor's own type, as whole numbers in 0..count; panics on any other.
#[track_caller]
pub fn whole_numbers<T: Real>(op: &str, index: &[T], count: usize, out: &mut [u32]) {
    for (&index, out) in index.iter().zip(out) {
        let whole = index == index.floor() && index >= T::ZERO && index < T::from_usize(count);
        assert!(whole, "{op}: {index} is not a whole number in 0..{count}");
        *out = index.to_f64() as u32;
    }
}
