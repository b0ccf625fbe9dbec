//! Sums, means and maxima along an axis, each with its backward pass.
//!
//! Not over several separate axes at once (two calls do that). Dims are `[outer, axis, inner]`, the result is
//! `[outer, inner]`.
//!
//! # The order of a sum
//! Part of the result, so it is fixed. Along the last axis (inner = 1): [`CHAINS`] vectors of lanes each add every
//! `CHAINS * lanes`-th group of elements, starting from 0; then ((0 + 1) + (2 + 3)) of the vectors, then of the lanes,
//! then the elements left over one by one. Along any other axis: from 0, in the order of the axis.

use super::map::{load, write_lanes};
use super::{Lanes, Real, Write, expect_len};

/// How many vectors add at the same time along a row: an addition takes about four cycles, and one can start in each.
pub const CHAINS: usize = 4;

/// The sum of all elements, in the order stated above.
pub fn sum<R: Real>(x: &[R]) -> R {
    fold(x, |x| x)
}

/// The sum of `f` of all elements, in the order of [`sum`].
#[inline(always)]
pub(super) fn fold<R: Real>(x: &[R], f: impl Fn(R::Lanes) -> R::Lanes) -> R {
    let lanes = R::Lanes::COUNT;
    let mut chains = [R::Lanes::splat(R::ZERO); CHAINS];
    let mut blocks = x.chunks_exact(CHAINS * lanes);
    for block in &mut blocks {
        for (chain, x) in chains.iter_mut().zip(block.chunks_exact(lanes)) {
            *chain = *chain + f(R::Lanes::load(x));
        }
    }
    let [a, b, c, d] = chains;
    let mut total = ((a + b) + (c + d)).sum();
    for x in blocks.remainder().chunks(lanes) {
        let y = f(load(x));
        for index in 0..x.len() {
            total += y.lane(index);
        }
    }
    total
}

/// The sum of what `f(at, count)` says of the elements at..at + count, for `len` elements, in the order of [`sum`].
#[inline(always)]
pub(super) fn fold_at<R: Real>(len: usize, f: impl Fn(usize, usize) -> R::Lanes) -> R {
    let lanes = R::Lanes::COUNT;
    let mut chains = [R::Lanes::splat(R::ZERO); CHAINS];
    let whole = len / (CHAINS * lanes) * (CHAINS * lanes);
    for block in (0..whole).step_by(CHAINS * lanes) {
        for (nth, chain) in chains.iter_mut().enumerate() {
            *chain = *chain + f(block + nth * lanes, lanes);
        }
    }
    let [a, b, c, d] = chains;
    let mut total = ((a + b) + (c + d)).sum();
    for at in (whole..len).step_by(lanes) {
        let (count, y) = (lanes.min(len - at), f(at, lanes.min(len - at)));
        (0..count).for_each(|index| total += y.lane(index));
    }
    total
}

/// out[o, i] = or += sum over a of x[o, a, i].
#[track_caller]
pub fn sum_axis<R: Real>(x: &[R], dims: [usize; 3], out: &mut [R], write: Write) {
    scaled_sum("sum_axis", x, dims, R::ONE, out, write);
}

/// out[o, i] = or += mean over a of x[o, a, i]; NaN where the axis is empty.
#[track_caller]
pub fn mean_axis<R: Real>(x: &[R], dims: [usize; 3], out: &mut [R], write: Write) {
    scaled_sum("mean_axis", x, dims, R::ONE / R::from_usize(dims[1]), out, write);
}

#[track_caller]
fn scaled_sum<R: Real>(kernel: &str, x: &[R], dims: [usize; 3], factor: R, out: &mut [R], write: Write) {
    let [outer, axis, inner] = dims;
    expect_len(kernel, "x", x.len(), outer * axis * inner);
    expect_len(kernel, "out", out.len(), outer * inner);
    let lanes = R::Lanes::COUNT;
    let factors = R::Lanes::splat(factor);
    for o in 0..outer {
        let x = &x[o * axis * inner..][..axis * inner];
        let out = &mut out[o * inner..][..inner];
        if inner == 1 {
            let total = factor * sum(x);
            out[0] = if write == Write::Set { total } else { out[0] + total };
            continue;
        }
        for (block, out) in out.chunks_mut(lanes).enumerate() {
            let mut total = R::Lanes::splat(R::ZERO);
            for row in x.chunks_exact(inner) {
                total = total + load(&row[block * lanes..][..out.len()]);
            }
            write_lanes(factors * total, out, write);
        }
    }
}

/// grad_in[o, a, i] = or += factor * grad_out[o, i]: backward of [`sum_axis`] (factor 1) and [`mean_axis`] (1 / axis).
#[track_caller]
pub fn sum_axis_backward<R: Real>(factor: R, grad_out: &[R], dims: [usize; 3], grad_in: &mut [R], write: Write) {
    let [outer, axis, inner] = dims;
    expect_len("sum_axis_backward", "grad_out", grad_out.len(), outer * inner);
    expect_len("sum_axis_backward", "grad_in", grad_in.len(), outer * axis * inner);
    if grad_in.is_empty() {
        return;
    }
    let lanes = R::Lanes::COUNT;
    let factor = R::Lanes::splat(factor);
    for (grad_in, grad_out) in grad_in.chunks_exact_mut(axis * inner).zip(grad_out.chunks_exact(inner)) {
        if inner == 1 {
            let g = factor * R::Lanes::splat(grad_out[0]);
            grad_in.chunks_mut(lanes).for_each(|to| write_lanes(g, to, write));
            continue;
        }
        for row in grad_in.chunks_exact_mut(inner) {
            for (g, to) in grad_out.chunks(lanes).zip(row.chunks_mut(lanes)) {
                write_lanes(factor * load(g), to, write);
            }
        }
    }
}

/// out[a] = or += sum over o and i of x[o, a, i], a row at a time: the gradient of a bias (see [`zip_axis`](super::zip::zip_axis)).
#[track_caller]
pub fn sum_around<R: Real>(x: &[R], dims: [usize; 3], out: &mut [R], write: Write) {
    let [outer, axis, inner] = dims;
    expect_len("sum_around", "x", x.len(), outer * axis * inner);
    expect_len("sum_around", "out", out.len(), axis);
    if inner == 1 {
        return sum_axis(x, [1, outer, axis], out, write);
    }
    for (a, out) in out.iter_mut().enumerate() {
        let mut total = R::ZERO;
        for o in 0..outer {
            total += sum(&x[(o * axis + a) * inner..][..inner]);
        }
        *out = if write == Write::Set { total } else { *out + total };
    }
}

/// out[o, i] = the largest x[o, a, i], index[o, i] = the first a that has it. A NaN counts as largest, and the first one
/// is found. Panics where the axis is empty.
#[track_caller]
pub fn max_axis<R: Real>(x: &[R], dims: [usize; 3], out: &mut [R], index: &mut [u32]) {
    let [outer, axis, inner] = dims;
    expect_len("max_axis", "x", x.len(), outer * axis * inner);
    expect_len("max_axis", "out", out.len(), outer * inner);
    expect_len("max_axis", "index", index.len(), outer * inner);
    assert!(axis > 0 || out.is_empty(), "max_axis: the axis is empty, so it has no largest element");
    for o in 0..outer {
        for i in 0..inner {
            let at = |a| x[(o * axis + a) * inner + i];
            let mut best = 0;
            for a in 1..axis {
                if !at(best).is_nan() && (at(a) > at(best) || at(a).is_nan()) {
                    best = a;
                }
            }
            out[o * inner + i] = at(best);
            index[o * inner + i] = best as u32;
        }
    }
}

/// grad_in[o, index[o, i], i] += grad_out[o, i]; with [`Write::Set`] all others become 0.
#[track_caller]
pub fn max_axis_backward<R: Real>(grad_out: &[R], index: &[u32], dims: [usize; 3], grad_in: &mut [R], write: Write) {
    let [outer, axis, inner] = dims;
    expect_len("max_axis_backward", "grad_out", grad_out.len(), outer * inner);
    expect_len("max_axis_backward", "index", index.len(), outer * inner);
    expect_len("max_axis_backward", "grad_in", grad_in.len(), outer * axis * inner);
    if write == Write::Set {
        grad_in.fill(R::ZERO);
    }
    for (at, (&g, &a)) in grad_out.iter().zip(index).enumerate() {
        grad_in[(at / inner * axis + a as usize) * inner + at % inner] += g;
    }
}
