//! Softmax, log-softmax and log-sum-exp along the last axis of `[rows, cols]`, each with its backward pass.
//!
//! Not a loss: cross-entropy is built from log-softmax by `nn`. Every row first loses its largest element, so that no
//! exponential overflows. A row of -inf only has no softmax and gives NaN, as has a row with NaN or +inf;
//! its log-sum-exp is -inf, and with +inf it is +inf.

use super::map::{load, store, write_lanes};
use super::{Lanes, Real, Write, expect_len, reduce};

/// The largest element; -inf for none; NaN where any is NaN.
fn largest<R: Real>(x: &[R]) -> R {
    let lanes = R::Lanes::COUNT;
    let mut best = R::Lanes::splat(R::NEG_INFINITY);
    let mut blocks = x.chunks_exact(lanes);
    for block in &mut blocks {
        best = best.max(R::Lanes::load(block));
    }
    best.max(R::Lanes::load_part(blocks.remainder(), R::NEG_INFINITY)).largest()
}

/// The largest element but for NaNs, which the exponentials carry on: what a row is shifted by. In two chains, because each
/// step waits for the one before.
fn shift_of<R: Real>(x: &[R]) -> R {
    let lanes = R::Lanes::COUNT;
    let mut best = [R::Lanes::splat(R::NEG_INFINITY); 2];
    let mut blocks = x.chunks_exact(2 * lanes);
    for block in &mut blocks {
        for (best, x) in best.iter_mut().zip(block.chunks_exact(lanes)) {
            *best = best.at_least(R::Lanes::load(x));
        }
    }
    for x in blocks.remainder().chunks(lanes) {
        best[0] = best[0].at_least(R::Lanes::load_part(x, R::NEG_INFINITY));
    }
    let best = best[0].at_least(best[1]);
    (1..lanes).fold(best.lane(0), |top, lane| if top < best.lane(lane) { best.lane(lane) } else { top })
}

/// The sum of e^(x - shift).
fn sum_exp<R: Real>(x: &[R], shift: R) -> R {
    let shift = R::Lanes::splat(shift);
    reduce::fold(x, |x| (x - shift).exp())
}

/// ln sum e^x of one row.
fn row_log_sum_exp<R: Real>(x: &[R]) -> R {
    let top = largest(x);
    // Infinite: the answer already, and subtracting it would only make NaN.
    if top == R::INFINITY || top == R::NEG_INFINITY { top } else { top + sum_exp(x, top).ln() }
}

/// The rows of a `[rows, cols]` slice; none where there are no columns.
fn rows<R>(x: &[R], cols: usize) -> core::slice::ChunksExact<'_, R> {
    x.chunks_exact(cols.max(1))
}

/// out[r, c] = e^x[r, c] / sum over c of e^x[r, c].
#[track_caller]
pub fn softmax<R: Real>(x: &[R], dims: [usize; 2], out: &mut [R]) {
    let [count, cols] = dims;
    expect_len("softmax", "x", x.len(), count * cols);
    expect_len("softmax", "out", out.len(), x.len());
    for (x, out) in rows(x, cols).zip(out.chunks_exact_mut(cols.max(1))) {
        out.copy_from_slice(x);
        softmax_row(out);
    }
}

/// [`softmax`] of one row where it stands.
pub(super) fn softmax_row<R: Real>(x: &mut [R]) {
    let lanes = R::Lanes::COUNT;
    let top = R::Lanes::splat(shift_of(x));
    for x in x.chunks_mut(lanes) {
        store((load::<R::Lanes>(x) - top).exp(), x);
    }
    let scale = R::Lanes::splat(R::ONE / reduce::sum(x));
    for x in x.chunks_mut(lanes) {
        store(load::<R::Lanes>(x) * scale, x);
    }
}

/// grad_in = or += y * (grad_out - sum over c of y * grad_out), `y` what [`softmax`] gave; all `[rows, cols]`.
#[track_caller]
pub fn softmax_backward<R: Real>(y: &[R], grad_out: &[R], dims: [usize; 2], grad_in: &mut [R], write: Write) {
    let [count, cols] = dims;
    expect_len("softmax_backward", "y", y.len(), count * cols);
    expect_len("softmax_backward", "grad_out", grad_out.len(), y.len());
    expect_len("softmax_backward", "grad_in", grad_in.len(), y.len());
    let lanes = R::Lanes::COUNT;
    for ((y, g), grad_in) in rows(y, cols).zip(rows(grad_out, cols)).zip(grad_in.chunks_exact_mut(cols.max(1))) {
        let mut dot = R::ZERO;
        for (y, g) in y.iter().zip(g) {
            dot += *y * *g;
        }
        let dot = R::Lanes::splat(dot);
        for ((y, g), grad_in) in y.chunks(lanes).zip(g.chunks(lanes)).zip(grad_in.chunks_mut(lanes)) {
            write_lanes(load::<R::Lanes>(y) * (load::<R::Lanes>(g) - dot), grad_in, write);
        }
    }
}

/// out[r, c] = x[r, c] - ln sum over c of e^x[r, c].
#[track_caller]
pub fn log_softmax<R: Real>(x: &[R], dims: [usize; 2], out: &mut [R]) {
    let [count, cols] = dims;
    expect_len("log_softmax", "x", x.len(), count * cols);
    expect_len("log_softmax", "out", out.len(), x.len());
    let lanes = R::Lanes::COUNT;
    for (x, out) in rows(x, cols).zip(out.chunks_exact_mut(cols.max(1))) {
        // Two subtractions, not one of their sum: a large common part of the row then cancels exactly.
        let top = largest(x);
        let (top, rest) = (R::Lanes::splat(top), R::Lanes::splat(sum_exp(x, top).ln()));
        for (x, out) in x.chunks(lanes).zip(out.chunks_mut(lanes)) {
            store(load::<R::Lanes>(x) - top - rest, out);
        }
    }
}

/// grad_in = or += grad_out - e^y * sum over c of grad_out, `y` what [`log_softmax`] gave; all `[rows, cols]`.
#[track_caller]
pub fn log_softmax_backward<R: Real>(y: &[R], grad_out: &[R], dims: [usize; 2], grad_in: &mut [R], write: Write) {
    let [count, cols] = dims;
    expect_len("log_softmax_backward", "y", y.len(), count * cols);
    expect_len("log_softmax_backward", "grad_out", grad_out.len(), y.len());
    expect_len("log_softmax_backward", "grad_in", grad_in.len(), y.len());
    let lanes = R::Lanes::COUNT;
    for ((y, g), grad_in) in rows(y, cols).zip(rows(grad_out, cols)).zip(grad_in.chunks_exact_mut(cols.max(1))) {
        let total = R::Lanes::splat(reduce::sum(g));
        for ((y, g), grad_in) in y.chunks(lanes).zip(g.chunks(lanes)).zip(grad_in.chunks_mut(lanes)) {
            write_lanes(load::<R::Lanes>(g) - load::<R::Lanes>(y).exp() * total, grad_in, write);
        }
    }
}

/// out[r] = ln sum over c of e^x[r, c]; x `[rows, cols]`, out `[rows]`.
#[track_caller]
pub fn log_sum_exp<R: Real>(x: &[R], dims: [usize; 2], out: &mut [R]) {
    let [count, cols] = dims;
    expect_len("log_sum_exp", "x", x.len(), count * cols);
    expect_len("log_sum_exp", "out", out.len(), count);
    for (r, out) in out.iter_mut().enumerate() {
        *out = row_log_sum_exp(&x[r * cols..][..cols]);
    }
}

/// grad_in[r, c] = or += grad_out[r] * e^(x[r, c] - y[r]), `y` what [`log_sum_exp`] gave.
#[track_caller]
pub fn log_sum_exp_backward<R: Real>(
    x: &[R],
    y: &[R],
    grad_out: &[R],
    dims: [usize; 2],
    grad_in: &mut [R],
    write: Write,
) {
    let [count, cols] = dims;
    expect_len("log_sum_exp_backward", "x", x.len(), count * cols);
    expect_len("log_sum_exp_backward", "y", y.len(), count);
    expect_len("log_sum_exp_backward", "grad_out", grad_out.len(), count);
    expect_len("log_sum_exp_backward", "grad_in", grad_in.len(), x.len());
    let lanes = R::Lanes::COUNT;
    let each = rows(x, cols).zip(grad_in.chunks_exact_mut(cols.max(1))).zip(y.iter().zip(grad_out));
    for ((x, grad_in), (&y, &g)) in each {
        let (y, g) = (R::Lanes::splat(y), R::Lanes::splat(g));
        for (x, grad_in) in x.chunks(lanes).zip(grad_in.chunks_mut(lanes)) {
            write_lanes(g * (load::<R::Lanes>(x) - y).exp(), grad_in, write);
        }
    }
}
