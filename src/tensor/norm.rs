//! Normalisation: softmax along any axis, layer norm, batch norm, and back.
//!
//! Not running statistics as a policy: [`batch_norm`] reports the batch's own, and whoever trains moves the running ones.
//! For both norms the gradient of x is that of xhat = (x - mean) * rstd with mean and rstd functions of x:
//! dx = rstd (g - mean(g) - xhat mean(g xhat)), g = weight * dy, means over the elements that shared the statistics.

use super::room;
use crate::kernels::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::kernels::{Real, Write};

/// Softmax or its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// e^x / sum e^x.
    Probs,
    /// x - ln sum e^x.
    Log,
}

/// [`Form`] along the middle one of dims [outer, axis, inner].
pub fn softmax_axis<T: Real>(form: Form, x: &[T], dims: (usize, usize, usize), out: &mut [T], scratch: &mut Vec<T>) {
    let run = |x: &[T], dims, out: &mut [T]| match form {
        Form::Probs => softmax(x, dims, out),
        Form::Log => log_softmax(x, dims, out),
    };
    let (outer, axis, inner) = dims;
    if inner == 1 {
        return run(x, [outer, axis], out);
    }
    let (line, result) = room(scratch, 2 * axis).split_at_mut(axis);
    for first in firsts(dims) {
        gather(x, first, inner, line);
        run(line, [1, axis], result);
        scatter(result, out, first, inner, Write::Set);
    }
}

/// grad_in = or += the gradient of [`softmax_axis`], from its result `y`.
pub fn softmax_axis_backward<T: Real>(
    form: Form,
    y: &[T],
    grad_out: &[T],
    dims: (usize, usize, usize),
    grad_in: &mut [T],
    write: Write,
    scratch: &mut Vec<T>,
) {
    let run = |y: &[T], g: &[T], dims, grad_in: &mut [T], write| match form {
        Form::Probs => softmax_backward(y, g, dims, grad_in, write),
        Form::Log => log_softmax_backward(y, g, dims, grad_in, write),
    };
    let (outer, axis, inner) = dims;
    if inner == 1 {
        return run(y, grad_out, [outer, axis], grad_in, write);
    }
    let (line, rest) = room(scratch, 3 * axis).split_at_mut(axis);
    let (grad, result) = rest.split_at_mut(axis);
    for first in firsts(dims) {
        gather(y, first, inner, line);
        gather(grad_out, first, inner, grad);
        run(line, grad, [1, axis], result, Write::Set);
        scatter(result, grad_in, first, inner, write);
    }
}

/// The first element of each line along the middle dim.
fn firsts((outer, axis, inner): (usize, usize, usize)) -> impl Iterator<Item = usize> {
    (0..outer).flat_map(move |o| (0..inner).map(move |i| o * axis * inner + i))
}

fn gather<T: Real>(x: &[T], first: usize, step: usize, line: &mut [T]) {
    for (nth, to) in line.iter_mut().enumerate() {
        *to = x[first + nth * step];
    }
}

fn scatter<T: Real>(line: &[T], x: &mut [T], first: usize, step: usize, write: Write) {
    for (nth, &from) in line.iter().enumerate() {
        let to = &mut x[first + nth * step];
        *to = if write == Write::Set { from } else { *to + from };
    }
}

/// Elements that share statistics, dims [outer, axis, inner]: all with the same index along the middle one.
///
/// Layer norm over the last d of [rows, d] is [1, rows, d]; batch norm of [n, c, h, w] is [n, c, h * w].
pub type Groups = [usize; 3];

/// Mean and variance (over the count, biased) of each group, into `mean` and `variance` [axis].
pub fn statistics<T: Real>(x: &[T], groups: Groups, mean: &mut [T], variance: &mut [T]) {
    let count = T::from_usize(groups[0] * groups[2]);
    for a in 0..groups[1] {
        let mut total = T::ZERO;
        each(groups, a, |at| total += x[at]);
        let center = total / count;
        let mut squares = T::ZERO;
        each(groups, a, |at| squares += (x[at] - center) * (x[at] - center));
        mean[a] = center;
        variance[a] = squares / count;
    }
}

/// rstd = 1 / sqrt(variance + eps), all [axis].
pub fn reciprocal_deviation<T: Real>(variance: &[T], eps: T, rstd: &mut [T]) {
    for (rstd, &variance) in rstd.iter_mut().zip(variance) {
        *rstd = T::ONE / (variance + eps).sqrt();
    }
}

/// Calls `visit` with the index of every element of group `a`.
#[inline]
fn each([outer, axis, inner]: Groups, a: usize, mut visit: impl FnMut(usize)) {
    for o in 0..outer {
        let first = (o * axis + a) * inner;
        (first..first + inner).for_each(&mut visit);
    }
}

/// Which weight an element has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affine {
    /// That of its group: batch norm, weights [axis].
    Group,
    /// That of its place in the group's row: layer norm, weights [inner].
    Place,
}

/// Which elements share statistics, and which share a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Which share statistics.
    pub groups: Groups,
    /// Which share a weight.
    pub affine: Affine,
}

impl Layout {
    /// Index of the weight of element `at`, which is in group `a`.
    fn weight(&self, a: usize, at: usize) -> usize {
        if self.affine == Affine::Group { a } else { at % self.groups[2] }
    }
}

/// What each group is normalised by, both [axis].
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a, T> {
    /// The mean.
    pub mean: &'a [T],
    /// 1 / sqrt(variance + eps).
    pub rstd: &'a [T],
}

impl<T: Real> Stats<'_, T> {
    /// xhat = (x - mean) * rstd.
    fn xhat(&self, a: usize, x: T) -> T {
        (x - self.mean[a]) * self.rstd[a]
    }
}

/// out = xhat * weight + bias.
pub fn normalize<T: Real>(x: &[T], layout: Layout, stats: Stats<'_, T>, weight: &[T], bias: &[T], out: &mut [T]) {
    for a in 0..layout.groups[1] {
        each(layout.groups, a, |at| {
            let slot = layout.weight(a, at);
            out[at] = stats.xhat(a, x[at]) * weight[slot] + bias[slot];
        });
    }
}

/// grad_x = or += the gradient of [`normalize`]; `moving` where the statistics were computed from x, else they are constants.
pub fn normalize_backward<T: Real>(
    x: &[T],
    layout: Layout,
    stats: Stats<'_, T>,
    moving: bool,
    weight: &[T],
    grad_out: &[T],
    (grad_x, write): (&mut [T], Write),
) {
    let groups = layout.groups;
    let count = T::from_usize(groups[0] * groups[2]);
    for a in 0..groups[1] {
        let g = |at: usize| grad_out[at] * weight[layout.weight(a, at)];
        let (mut mean_g, mut mean_g_xhat) = (T::ZERO, T::ZERO);
        if moving {
            each(groups, a, |at| {
                mean_g += g(at);
                mean_g_xhat += g(at) * stats.xhat(a, x[at]);
            });
            mean_g /= count;
            mean_g_xhat /= count;
        }
        each(groups, a, |at| {
            let grad = stats.rstd[a] * (g(at) - mean_g - stats.xhat(a, x[at]) * mean_g_xhat);
            grad_x[at] = if write == Write::Set { grad } else { grad_x[at] + grad };
        });
    }
}

/// grad_weight = or += sum of grad_out * xhat over all elements with that weight.
pub fn weight_backward<T: Real>(
    x: &[T],
    layout: Layout,
    stats: Stats<'_, T>,
    grad_out: &[T],
    grad_weight: &mut [T],
    write: Write,
) {
    if write == Write::Set {
        grad_weight.fill(T::ZERO);
    }
    for a in 0..layout.groups[1] {
        each(layout.groups, a, |at| grad_weight[layout.weight(a, at)] += grad_out[at] * stats.xhat(a, x[at]));
    }
}

/// grad_bias = or += sum of grad_out over all elements with that bias.
pub fn bias_backward<T: Real>(layout: Layout, grad_out: &[T], grad_bias: &mut [T], write: Write) {
    if write == Write::Set {
        grad_bias.fill(T::ZERO);
    }
    for a in 0..layout.groups[1] {
        each(layout.groups, a, |at| grad_bias[layout.weight(a, at)] += grad_out[at]);
    }
}
