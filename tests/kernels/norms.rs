//! Normalisation against its definition in f64, for both ways to share statistics and weights.

use super::{expect_bits, expect_near, random, wide};
use tensorscope::kernels::norm::*;
use tensorscope::kernels::{Real, Write};

/// outer, axis, inner; around the lanes and chains.
const TABLE: [Groups; 12] = [
    [1, 1, 1],
    [1, 3, 3],
    [1, 3, 4],
    [2, 3, 5],
    [5, 3, 1],
    [3, 2, 16],
    [2, 2, 17],
    [1, 4, 65],
    [1, 2, 200],
    [4, 5, 49],
    [0, 2, 3],
    [2, 0, 3],
];
const EPS: f64 = 0.1;

/// What the kernels compute, in f64 by the formulas.
struct Twin {
    mean: Vec<f64>,
    variance: Vec<f64>,
    y: Vec<f64>,
    grad_x: [Vec<f64>; 2],
    grad_weight: Vec<f64>,
    grad_bias: Vec<f64>,
}

fn twin([outer, axis, inner]: Groups, affine: Affine, x: &[f64], weight: &[f64], bias: &[f64], g: &[f64]) -> Twin {
    let group = |at: usize| at / inner % axis;
    let slot = |at: usize| if affine == Affine::Group { group(at) } else { at % inner };
    let count = (outer * inner) as f64;
    let sums = |f: &dyn Fn(usize) -> f64| {
        let mut sums = vec![0.0; axis];
        (0..x.len()).for_each(|at| sums[group(at)] += f(at) / count);
        sums
    };
    let mean = sums(&|at| x[at]);
    let variance = sums(&|at| (x[at] - mean[group(at)]).powi(2));
    let rstd: Vec<f64> = variance.iter().map(|v| 1.0 / (v + EPS).sqrt()).collect();
    let xhat = |at: usize| (x[at] - mean[group(at)]) * rstd[group(at)];
    let h = |at: usize| g[at] * weight[slot(at)];
    let (mean_h, mean_h_xhat) = (sums(&h), sums(&|at| h(at) * xhat(at)));
    let moving = |at: usize| rstd[group(at)] * (h(at) - mean_h[group(at)] - xhat(at) * mean_h_xhat[group(at)]);
    let all = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(f).collect::<Vec<_>>();
    let (mut grad_weight, mut grad_bias) = (vec![0.0; weight.len()], vec![0.0; weight.len()]);
    for at in 0..x.len() {
        grad_weight[slot(at)] += g[at] * xhat(at);
        grad_bias[slot(at)] += g[at];
    }
    let y = all(&|at| xhat(at) * weight[slot(at)] + bias[slot(at)]);
    let grad_x = [all(&|at| rstd[group(at)] * h(at)), all(&moving)];
    Twin { y, grad_x, grad_weight, grad_bias, mean, variance }
}

fn check<R: Real>(groups: Groups, affine: Affine) {
    let [outer, axis, inner] = groups;
    let layout = Layout { groups, affine };
    let weights = if affine == Affine::Group { axis } else { inner };
    let (x, g) = (random::<R>(outer * axis * inner, 1), random::<R>(outer * axis * inner, 2));
    let (weight, bias) = (random::<R>(weights, 3), random::<R>(weights, 4));
    let want = twin(groups, affine, &wide(&x), &wide(&weight), &wide(&bias), &wide(&g));
    // Sums of at most all elements, each of size 1 before and, with 1 / deviation up to 3.2, at most 8 after a norm.
    let bound = |_| (x.len() + 16) as f64 * 8.0 * R::EPSILON.to_f64();
    let what = |part: &str| format!("{part} of {groups:?} {affine:?} {}", R::NAME);

    let (mut mean, mut variance, mut rstd) = (vec![R::NAN; axis], vec![R::NAN; axis], vec![R::NAN; axis]);
    statistics(&x, groups, &mut mean, &mut variance);
    if outer > 0 {
        expect_near(&what("mean"), &mean, &want.mean, bound);
        expect_near(&what("variance"), &variance, &want.variance, bound);
    }
    reciprocal_deviation(&variance, R::from_f64(EPS), &mut rstd);
    let stats = Stats { mean: &mean, rstd: &rstd };
    let mut y = vec![R::NAN; x.len()];
    normalize(&x, layout, stats, &weight, &bias, &mut y);
    expect_near(&what("result"), &y, &want.y, bound);

    // Sets, whatever stands there; and adds, the same.
    let twice = |part: &str, want: &[f64], run: &dyn Fn(&mut [R], Write)| {
        let (mut set, mut added) = (vec![R::NAN; want.len()], vec![R::ZERO; want.len()]);
        run(&mut set, Write::Set);
        expect_near(&what(part), &set, want, bound);
        run(&mut added, Write::Accumulate);
        expect_bits(&what(part), &added, &set.iter().map(|x| R::ZERO + *x).collect::<Vec<_>>());
    };
    for moving in [false, true] {
        twice("gradient of x", &want.grad_x[usize::from(moving)], &|grad, write| {
            normalize_backward(&x, layout, stats, moving, &weight, &g, (grad, write));
        });
    }
    twice("gradient of the weight", &want.grad_weight, &|grad, write| {
        weight_backward(&x, layout, stats, &g, grad, write);
    });
    twice("gradient of the bias", &want.grad_bias, &|grad, write| bias_backward(layout, &g, grad, write));
}

#[test]
fn norms_are_their_definitions() {
    for groups in TABLE {
        for affine in [Affine::Group, Affine::Place] {
            check::<f32>(groups, affine);
            check::<f64>(groups, affine);
        }
    }
}
