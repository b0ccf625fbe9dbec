//! Normalisation by mean and variance: layer norm and batch norm, forward and backward.
//!
//! Not running statistics, which are whoever trains's to move. Elements fall into groups that share a mean and a variance:
//! dims `[outer, axis, inner]`, all with the same index along the middle one. Layer norm over the last d of `[rows, d]` is
//! `[1, rows, d]`; batch norm of `[n, c, h, w]` is `[n, c, h * w]`. A group is `outer` runs of `inner` elements side by side.
//!
//! # The order of a sum
//! A run is summed as a row is (see [`reduce`](super::reduce)), one shorter than [`SHORT`] element by element; runs are added
//! in order, from 0. Sums over groups (the gradient of a weight by place) are chains over the groups.

use super::map::{load, store, write_lanes};
use super::reduce::fold_at;
use super::{Lanes, Real, Write};

/// One vector of f32: a run below it has none (batch norm of vectors has runs of 1).
pub const SHORT: usize = 4;

/// Elements that share statistics: `[outer, axis, inner]`.
pub type Groups = [usize; 3];

/// Which weight an element has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affine {
    /// That of its group: batch norm, weights `[axis]`.
    Group,
    /// That of its place in the group's row: layer norm, weights `[inner]`.
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

/// What each group is normalised by, both `[axis]`.
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a, R> {
    /// The mean.
    pub mean: &'a [R],
    /// 1 / sqrt(variance + eps).
    pub rstd: &'a [R],
}

/// A vector for every element of a run: the same everywhere, or one from a slice.
#[derive(Clone, Copy)]
enum Along<'a, R> {
    All(R),
    Each(&'a [R]),
}

impl<R: Real> Along<'_, R> {
    #[inline(always)]
    fn load(&self, at: usize, len: usize) -> R::Lanes {
        match self {
            Along::All(x) => R::Lanes::splat(*x),
            Along::Each(x) => load(&x[at..at + len]),
        }
    }
}

impl Layout {
    /// The weights that go with the elements of a run of group `a`.
    fn weights<'a, R: Real>(&self, weight: &'a [R], a: usize) -> Along<'a, R> {
        if self.affine == Affine::Group { Along::All(weight[a]) } else { Along::Each(weight) }
    }
}

/// The first elements of the runs of group `a`.
fn runs([outer, axis, inner]: Groups, a: usize) -> impl Iterator<Item = usize> {
    (0..outer).map(move |o| (o * axis + a) * inner)
}

/// The sum over all elements of group `a` of `f(element, place in its run, lanes)`.
#[inline(always)]
fn total<R: Real>(groups: Groups, a: usize, f: impl Fn(usize, usize, usize) -> R::Lanes) -> R {
    let mut total = R::ZERO;
    for first in runs(groups, a) {
        if groups[2] < SHORT {
            (0..groups[2]).for_each(|place| total += f(first + place, place, 1).lane(0));
        } else {
            total += fold_at(groups[2], |place, len| f(first + place, place, len));
        }
    }
    total
}

/// Calls `f(element, place in its run, lanes)` for every vector of group `a`.
#[inline(always)]
fn each<R: Real>(groups: Groups, a: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (lanes, inner) = (R::Lanes::COUNT, groups[2]);
    for first in runs(groups, a) {
        (0..inner).step_by(lanes).for_each(|place| f(first + place, place, lanes.min(inner - place)));
    }
}

/// Mean and variance (over the count, biased) of each group, into `mean` and `variance` `[axis]`.
pub fn statistics<R: Real>(x: &[R], groups: Groups, mean: &mut [R], variance: &mut [R]) {
    let count = R::from_usize(groups[0] * groups[2]);
    for a in 0..groups[1] {
        let center = total::<R>(groups, a, |at, _, len| load(&x[at..at + len])) / count;
        let centers = R::Lanes::splat(center);
        let squares = total::<R>(groups, a, |at, _, len| {
            let off = load::<R::Lanes>(&x[at..at + len]) - centers;
            off * off
        });
        (mean[a], variance[a]) = (center, squares / count);
    }
}

/// rstd = 1 / sqrt(variance + eps), all `[axis]`.
pub fn reciprocal_deviation<R: Real>(variance: &[R], eps: R, rstd: &mut [R]) {
    for (rstd, &variance) in rstd.iter_mut().zip(variance) {
        *rstd = R::ONE / (variance + eps).sqrt();
    }
}

impl<R: Real> Stats<'_, R> {
    /// xhat = (x - mean) * rstd of the vector at `at` of group `a`.
    #[inline(always)]
    fn xhat(&self, a: usize, x: &[R]) -> R::Lanes {
        (load::<R::Lanes>(x) - R::Lanes::splat(self.mean[a])) * R::Lanes::splat(self.rstd[a])
    }
}

/// out = xhat * weight + bias.
pub fn normalize<R: Real>(x: &[R], layout: Layout, stats: Stats<'_, R>, weight: &[R], bias: &[R], out: &mut [R]) {
    for a in 0..layout.groups[1] {
        let (weight, bias) = (layout.weights(weight, a), layout.weights(bias, a));
        each::<R>(layout.groups, a, |at, place, len| {
            let xhat = stats.xhat(a, &x[at..at + len]);
            store(xhat * weight.load(place, len) + bias.load(place, len), &mut out[at..at + len]);
        });
    }
}

/// grad_x = or += the gradient of [`normalize`]: rstd (g - mean(g) - xhat mean(g xhat)) with g = weight * grad_out, means over
/// the group, if the statistics were computed from x (`moving`); else rstd g.
pub fn normalize_backward<R: Real>(
    x: &[R],
    layout: Layout,
    stats: Stats<'_, R>,
    moving: bool,
    weight: &[R],
    grad_out: &[R],
    (grad_x, write): (&mut [R], Write),
) {
    let groups = layout.groups;
    let count = R::from_usize(groups[0] * groups[2]);
    for a in 0..groups[1] {
        let weight = layout.weights(weight, a);
        let g = |at: usize, place, len| load::<R::Lanes>(&grad_out[at..at + len]) * weight.load(place, len);
        let (mut mean_g, mut mean_g_xhat) = (R::ZERO, R::ZERO);
        if moving {
            mean_g = total::<R>(groups, a, g) / count;
            let g_xhat = |at: usize, place, len| g(at, place, len) * stats.xhat(a, &x[at..at + len]);
            mean_g_xhat = total::<R>(groups, a, g_xhat) / count;
        }
        let [rstd, mean_g, mean_g_xhat] = [stats.rstd[a], mean_g, mean_g_xhat].map(R::Lanes::splat);
        each::<R>(groups, a, |at, place, len| {
            let grad = rstd * (g(at, place, len) - mean_g - stats.xhat(a, &x[at..at + len]) * mean_g_xhat);
            write_lanes(grad, &mut grad_x[at..at + len], write);
        });
    }
}

/// grad_weight = or += sum of grad_out * xhat over all elements with that weight.
pub fn weight_backward<R: Real>(
    x: &[R],
    layout: Layout,
    stats: Stats<'_, R>,
    grad_out: &[R],
    grad_weight: &mut [R],
    write: Write,
) {
    gather(layout, grad_weight, write, |a, at, len| {
        load::<R::Lanes>(&grad_out[at..at + len]) * stats.xhat(a, &x[at..at + len])
    });
}

/// grad_bias = or += sum of grad_out over all elements with that bias.
pub fn bias_backward<R: Real>(layout: Layout, grad_out: &[R], grad_bias: &mut [R], write: Write) {
    gather(layout, grad_bias, write, |_, at, len| load::<R::Lanes>(&grad_out[at..at + len]));
}

/// grad = or += the sum of `f(group, element, lanes)` over all elements with that weight.
#[inline(always)]
fn gather<R: Real>(layout: Layout, grad: &mut [R], write: Write, f: impl Fn(usize, usize, usize) -> R::Lanes) {
    if write == Write::Set {
        grad.fill(R::ZERO);
    }
    for a in 0..layout.groups[1] {
        if layout.affine == Affine::Group {
            grad[a] += total::<R>(layout.groups, a, |at, _, len| f(a, at, len));
        } else {
            each::<R>(layout.groups, a, |at, place, len| {
                write_lanes(f(a, at, len), &mut grad[place..place + len], Write::Accumulate);
            });
        }
    }
}
