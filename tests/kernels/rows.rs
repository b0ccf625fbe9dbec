//! Element-wise functions, reductions and softmax, against f64 by their definitions.

use super::{SIZES, expect_bits, expect_near, random, sizes, sum_bound, wide};
use tensorscope::kernels::map::{Map, map, map_backward, scaled};
use tensorscope::kernels::reduce::*;
use tensorscope::kernels::softmax::*;
use tensorscope::kernels::zip::{Side, Zip, zip, zip_axis, zip_backward};
use tensorscope::kernels::{Lanes, Real, Write};

type Unary = fn(f64) -> f64;
type Binary = fn(f64, f64) -> f64;

/// Every function with its definition in f64, and whether it wants x > 0.
fn maps() -> Vec<(Map, Unary, bool)> {
    let softplus = |x: f64| if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) };
    vec![
        (Map::Relu, |x| if x > 0.0 { x } else { 0.0 }, false),
        (Map::LeakyRelu { slope: 0.1 }, |x| if x > 0.0 { x } else { 0.1 * x }, false),
        (Map::Elu { alpha: 1.5 }, |x| if x > 0.0 { x } else { 1.5 * libm::expm1(x) }, false),
        (Map::Sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)), false),
        (Map::Tanh, libm::tanh, false),
        (Map::Gelu, |x| 0.5 * x * (1.0 + libm::erf(x / 2_f64.sqrt())), false),
        (
            Map::GeluTanh,
            |x| 0.5 * x * (1.0 + libm::tanh((2.0 / core::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x))),
            false,
        ),
        (Map::Silu, |x| x / (1.0 + libm::exp(-x)), false),
        (Map::Softplus, softplus, false),
        (Map::Exp, libm::exp, false),
        (Map::Ln, libm::log, true),
        (Map::Sqrt, |x| x.sqrt(), true),
        (Map::Square, |x| x * x, false),
        (Map::Recip, |x| 1.0 / x, false),
        (Map::Neg, |x| -x, false),
        (Map::Abs, |x| x.abs(), false),
        (Map::Sin, libm::sin, false),
        (Map::Cos, libm::cos, false),
        (Map::Scale { factor: -2.5 }, |x| -2.5 * x, false),
        (Map::Shift { term: 0.75 }, |x| x + 0.75, false),
        (Map::Pow { exponent: 2.5 }, |x| libm::pow(x, 2.5), true),
        (Map::Clamp { low: -0.5, high: 1.0 }, |x| x.clamp(-0.5, 1.0), false),
    ]
}

/// A handful of rounded operations, each on a value of at most the size of the result or of the input.
const MAP_EPS: f64 = 8.0;
/// A central difference with step 1e-5 on functions of order 1: 1e-10 of truncation, 1e-11 of rounding.
const DIFFERENCE: f64 = 1e-8;

#[test]
fn maps_are_their_definitions_and_derivatives() {
    fn check<R: Real>((f, exact, positive): (Map, Unary, bool), len: usize) {
        let what = format!("{f:?} {len} {}", R::NAME);
        let shape = |x: &R| if positive { x.abs() + R::from_f64(0.1) } else { *x * R::from_f64(3.0) };
        let x: Vec<R> = random::<R>(len, 5).iter().map(shape).collect();
        let mut y = vec![R::NAN; len];
        map(f, &x, &mut y);
        let want: Vec<f64> = x.iter().map(|x| exact(x.to_f64())).collect();
        let scale = |i: usize| want[i].abs() + x[i].to_f64().abs();
        expect_near(&what, &y, &want, |i| MAP_EPS * R::EPSILON.to_f64() * scale(i));

        let g = random::<R>(len, 6);
        let (mut set, mut added) = (vec![R::NAN; len], vec![R::ONE; len]);
        map_backward(f, &x, &y, &g, &mut set, Write::Set);
        map_backward(f, &x, &y, &g, &mut added, Write::Accumulate);
        let once: Vec<R> = set.iter().map(|x| R::ONE + *x).collect();
        expect_bits(&what, &added, &once);
        let slope = |x: f64| (exact(x + 1e-5) - exact(x - 1e-5)) / 2e-5;
        let want: Vec<f64> = x.iter().zip(&g).map(|(x, g)| g.to_f64() * slope(x.to_f64())).collect();
        let size = |i: usize| 1.0 + want[i].abs() + scale(i);
        expect_near(&what, &set, &want, |i| (MAP_EPS * R::EPSILON.to_f64() + DIFFERENCE) * size(i).powi(2));
    }
    for row in maps() {
        for len in SIZES {
            check::<f32>(row, len);
            check::<f64>(row, len);
        }
    }
}

#[test]
fn maps_keep_nan_and_know_their_kinks() {
    for (f, _, _) in maps() {
        let mut y = [0.0_f32; 5];
        map(f, &[1.0, 2.0, 3.0, 4.0, f32::NAN], &mut y);
        assert!(y[4].is_nan() && y[..4].iter().all(|y| y.is_finite()), "{f:?} gives {y:?}");
    }
    for (f, at, want) in [
        (Map::Relu, 0.0, 0.0),
        (Map::Abs, 0.0, 0.0),
        (Map::Clamp { low: -1.0, high: 1.0 }, 1.0, 1.0),
        (Map::Clamp { low: -1.0, high: 1.0 }, 1.5, 0.0),
    ] {
        let (mut y, mut grad) = ([0.0_f32], [0.0_f32]);
        map(f, &[at], &mut y);
        map_backward(f, &[at], &y, &[1.0], &mut grad, Write::Set);
        assert_eq!(grad[0], want, "slope of {f:?} at {at}");
    }
    // A blocked gradient is 0 even where it is infinite.
    let mut grad = [f32::NAN];
    map_backward(Map::Relu, &[-1.0], &[0.0], &[f32::INFINITY], &mut grad, Write::Set);
    assert_eq!(grad[0], 0.0);
}

#[test]
fn scaled_copies_and_adds() {
    for len in SIZES {
        let x = random::<f32>(len, 1);
        let mut out = vec![f32::NAN; len];
        scaled(1.0, &x, &mut out, Write::Set);
        expect_bits("copy", &out, &x);
        scaled(-0.5, &x, &mut out, Write::Accumulate);
        expect_bits("step", &out, &x.iter().map(|x| x + -0.5 * x).collect::<Vec<_>>());
    }
}

#[test]
fn zips_are_their_definitions_and_partial_derivatives() {
    let table: [(Zip, Binary); 7] = [
        (Zip::Add, |a, b| a + b),
        (Zip::Sub, |a, b| a - b),
        (Zip::Mul, |a, b| a * b),
        (Zip::Div, |a, b| a / b),
        (Zip::Max, f64::max),
        (Zip::Min, f64::min),
        (Zip::Pow, libm::pow),
    ];
    for (f, exact) in table {
        for len in SIZES {
            let what = format!("{f:?} {len}");
            let positive = |seed| random::<f64>(len, seed).iter().map(|x| x.abs() + 0.25).collect::<Vec<_>>();
            let (a, b, g) = (positive(1), positive(2), random::<f64>(len, 3));
            let want: Vec<f64> = a.iter().zip(&b).map(|(a, b)| exact(*a, *b)).collect();
            let mut y = vec![f64::NAN; len];
            zip(f, &a, &b, &mut y);
            expect_near(&what, &y, &want, |i| MAP_EPS * f64::EPSILON * want[i].abs());
            for side in [Side::Lhs, Side::Rhs] {
                let (mut set, mut added) = (vec![f64::NAN; len], vec![1.0; len]);
                zip_backward(f, side, &a, &b, &g, &mut set, Write::Set);
                zip_backward(f, side, &a, &b, &g, &mut added, Write::Accumulate);
                expect_bits(&what, &added, &set.iter().map(|x| 1.0 + x).collect::<Vec<_>>());
                let (da, db) = if side == Side::Lhs { (1e-5, 0.0) } else { (0.0, 1e-5) };
                let slope = |a, b| (exact(a + da, b + db) - exact(a - da, b - db)) / 2e-5;
                let want: Vec<f64> = (0..len).map(|i| g[i] * slope(a[i], b[i])).collect();
                expect_near(&what, &set, &want, |i| DIFFERENCE * (1.0 + want[i].abs()).powi(3));
            }
        }
    }
    for f in [Zip::Max, Zip::Min] {
        let mut halves = [0.0_f32, 0.0];
        zip_backward(f, Side::Lhs, &[2.0, 2.0], &[2.0, 2.0], &[1.0, 3.0], &mut halves, Write::Set);
        assert_eq!(halves, [0.5, 1.5], "{f:?} at a tie");
    }
}

#[test]
fn a_vector_along_an_axis_is_repeated() {
    for [outer, axis, inner] in
        [[3, 5, 1], [2, 3, 4], [1, 1, 9], [4, 1, 1], [2, 8, 49], [0, 3, 2], [2, 0, 3], [2, 3, 0]]
    {
        let (x, b) = (random::<f32>(outer * axis * inner, 1), random::<f32>(axis, 2));
        let full: Vec<f32> = (0..x.len()).map(|i| b[i / inner % axis]).collect();
        let (mut got, mut want) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
        for f in [Zip::Add, Zip::Sub, Zip::Mul, Zip::Div] {
            zip_axis(f, &x, &b, [outer, axis, inner], &mut got);
            zip(f, &x, &full, &mut want);
            expect_bits(&format!("{f:?} [{outer}, {axis}, {inner}]"), &got, &want);
        }
    }
}

/// Dims around the lanes, last axis and middle axis.
fn dims() -> impl Iterator<Item = [usize; 3]> {
    SIZES.into_iter().flat_map(|axis| [[1, axis, 1], [3, axis, 1], [2, axis, 5], [1, axis, 4], [3, 2, axis]])
}

#[test]
fn reductions_are_their_definitions() {
    fn check<R: Real>(dims: [usize; 3]) {
        let [outer, axis, inner] = dims;
        let what = format!("{dims:?} {}", R::NAME);
        let x = random::<R>(outer * axis * inner, 1);
        let at = |o: usize, a: usize, i: usize| x[(o * axis + a) * inner + i].to_f64();
        let pairs: Vec<(usize, usize)> = (0..outer).flat_map(|o| (0..inner).map(move |i| (o, i))).collect();
        let total =
            |f: Unary| -> Vec<f64> { pairs.iter().map(|&(o, i)| (0..axis).map(|a| f(at(o, a, i))).sum()).collect() };
        let (want, size) = (total(|x| x), total(f64::abs));
        let mut out = vec![R::NAN; want.len()];
        sum_axis(&x, dims, &mut out, Write::Set);
        expect_near(&what, &out, &want, |i| sum_bound::<R>(axis, size[i]));
        let once: Vec<R> = out.iter().map(|x| R::ONE + *x).collect();
        let mut added = vec![R::ONE; want.len()];
        sum_axis(&x, dims, &mut added, Write::Accumulate);
        expect_bits(&what, &added, &once);
        mean_axis(&x, dims, &mut out, Write::Set);
        let mean: Vec<f64> = want.iter().map(|x| x / axis as f64).collect();
        expect_near(&what, &out, &mean, |i| sum_bound::<R>(axis + 2, size[i] / axis.max(1) as f64));

        let mut around = vec![R::NAN; axis];
        sum_around(&x, dims, &mut around, Write::Set);
        for (a, got) in around.iter().enumerate() {
            let terms = || pairs.iter().map(|&(o, i)| at(o, a, i));
            let size = terms().map(f64::abs).sum::<f64>();
            expect_near(&what, &[*got], &[terms().sum()], |_| sum_bound::<R>(outer * inner, size));
        }

        let g = random::<R>(outer * inner, 2);
        let mut spread = vec![R::NAN; x.len()];
        sum_axis_backward(R::from_f64(0.5), &g, dims, &mut spread, Write::Set);
        sum_axis_backward(R::from_f64(0.5), &g, dims, &mut spread, Write::Accumulate);
        let want: Vec<R> = (0..x.len()).map(|k| g[k / (axis * inner) * inner + k % inner]).collect();
        expect_bits(&what, &spread, &want);

        if axis > 0 {
            let (mut best, mut index) = (vec![R::NAN; pairs.len()], vec![9; pairs.len()]);
            max_axis(&x, dims, &mut best, &mut index);
            let mut grad = vec![R::NAN; x.len()];
            max_axis_backward(&g, &index, dims, &mut grad, Write::Set);
            for (k, &(o, i)) in pairs.iter().enumerate() {
                let first = (0..axis).reduce(|a, b| if at(o, b, i) > at(o, a, i) { b } else { a }).expect("not empty");
                assert_eq!((best[k].to_f64(), index[k]), (at(o, first, i), first as u32), "{what} {k}");
                for a in 0..axis {
                    let want = if a == first { g[k] } else { R::ZERO };
                    expect_bits(&what, &[grad[(o * axis + a) * inner + i]], &[want]);
                }
            }
        }
    }
    for dims in dims() {
        check::<f32>(dims);
        check::<f64>(dims);
    }
}

#[test]
fn the_order_of_a_row_sum_is_the_stated_one() {
    let lanes = <f32 as Real>::Lanes::COUNT;
    for len in SIZES.into_iter().chain([200, 1000]) {
        let x = random::<f32>(len, 7);
        let whole = len / (CHAINS * lanes) * (CHAINS * lanes);
        // partial[chain][lane]
        let mut partial = [[0.0_f32; 4]; CHAINS];
        for (i, x) in x[..whole].iter().enumerate() {
            partial[i / lanes % CHAINS][i % lanes] += x;
        }
        let each: [f32; 4] =
            core::array::from_fn(|l| (partial[0][l] + partial[1][l]) + (partial[2][l] + partial[3][l]));
        let mut want = (each[0] + each[1]) + (each[2] + each[3]);
        x[whole..].iter().for_each(|x| want += x);
        expect_bits("sum", &[sum(&x)], &[want]);
    }
}

#[test]
fn the_first_largest_is_found_and_nan_counts_as_largest() {
    let (mut out, mut index) = ([0.0_f32; 2], [0; 2]);
    max_axis(&[1.0, 3.0, 3.0, f32::NAN, f32::INFINITY, f32::NAN], [2, 3, 1], &mut out, &mut index);
    assert_eq!((out[0], index[0], index[1]), (3.0, 1, 0));
    assert!(out[1].is_nan());
}

/// Rounding in softmax: the subtraction and the exponential (2 ulp of a number up to 1), a sum, a division, a product.
fn softmax_bound<R: Real>(cols: usize) -> f64 {
    (cols + 8) as f64 * R::EPSILON.to_f64()
}

#[test]
fn softmax_and_its_kin_are_their_definitions() {
    fn check<R: Real>(rows: usize, cols: usize) {
        let what = format!("[{rows}, {cols}] {}", R::NAME);
        let x: Vec<R> = random::<R>(rows * cols, 1).iter().map(|x| *x * R::from_f64(4.0)).collect();
        let g = random::<R>(rows * cols, 2);
        let (mut y, mut log, mut lse) = (vec![R::NAN; x.len()], vec![R::NAN; x.len()], vec![R::NAN; rows]);
        softmax(&x, [rows, cols], &mut y);
        log_softmax(&x, [rows, cols], &mut log);
        log_sum_exp(&x, [rows, cols], &mut lse);
        let mut grads = [(); 3].map(|()| vec![R::NAN; x.len()]);
        softmax_backward(&y, &g, [rows, cols], &mut grads[0], Write::Set);
        log_softmax_backward(&log, &g, [rows, cols], &mut grads[1], Write::Set);
        log_sum_exp_backward(&x, &lse, &g[..rows.min(g.len())], [rows, cols], &mut grads[2], Write::Set);
        let bound = softmax_bound::<R>(cols);
        for r in 0..rows {
            let row = |x: &[R]| wide(&x[r * cols..][..cols]);
            let (x, g_row) = (row(&x), row(&g));
            let total: f64 = x.iter().map(|x| libm::exp(*x)).sum();
            let probs: Vec<f64> = x.iter().map(|x| libm::exp(*x) / total).collect();
            expect_near(&what, &y[r * cols..][..cols], &probs, |_| bound);
            let logs: Vec<f64> = x.iter().map(|x| x - libm::log(total)).collect();
            expect_near(&what, &log[r * cols..][..cols], &logs, |i| bound * (1.0 + logs[i].abs()));
            expect_near(&what, &lse[r..=r], &[libm::log(total)], |_| 6.0 * bound);
            let dot: f64 = probs.iter().zip(&g_row).map(|(p, g)| p * g).sum();
            let want: Vec<f64> = probs.iter().zip(&g_row).map(|(p, g)| p * (g - dot)).collect();
            expect_near(&what, &grads[0][r * cols..][..cols], &want, |_| 3.0 * bound);
            let sum: f64 = g_row.iter().sum();
            let want: Vec<f64> = probs.iter().zip(&g_row).map(|(p, g)| g - p * sum).collect();
            expect_near(&what, &grads[1][r * cols..][..cols], &want, |_| {
                bound * (2.0 + sizes(&g_row).iter().sum::<f64>())
            });
            let want: Vec<f64> = probs.iter().map(|p| p * g[r].to_f64()).collect();
            expect_near(&what, &grads[2][r * cols..][..cols], &want, |_| 6.0 * bound);
        }
        for (grad, backward) in grads.iter().zip([0, 1, 2]) {
            let mut added = vec![R::ONE; x.len()];
            match backward {
                0 => softmax_backward(&y, &g, [rows, cols], &mut added, Write::Accumulate),
                1 => log_softmax_backward(&log, &g, [rows, cols], &mut added, Write::Accumulate),
                _ => {
                    log_sum_exp_backward(&x, &lse, &g[..rows.min(g.len())], [rows, cols], &mut added, Write::Accumulate)
                }
            }
            expect_bits(&what, &added, &grad.iter().map(|x| R::ONE + *x).collect::<Vec<_>>());
        }
    }
    for cols in SIZES.into_iter().filter(|&cols| cols > 0) {
        for rows in [0, 1, 3] {
            check::<f32>(rows, cols);
            check::<f64>(rows, cols);
        }
    }
}

#[test]
fn softmax_at_the_edges() {
    const INF: f32 = f32::INFINITY;
    // Row, its softmax, its log-sum-exp; NaN stands for NaN everywhere.
    let table: [([f32; 5], [f32; 5], f32); 6] = [
        ([1e30, 1e30, -1e30, -1e30, -1e30], [0.5, 0.5, 0.0, 0.0, 0.0], 1e30),
        ([0.0, -INF, 0.0, -INF, -INF], [0.5, 0.0, 0.5, 0.0, 0.0], core::f32::consts::LN_2),
        ([-INF; 5], [f32::NAN; 5], -INF),
        ([INF, 0.0, 0.0, 0.0, 0.0], [f32::NAN; 5], INF),
        ([f32::NAN, 0.0, 0.0, 0.0, 0.0], [f32::NAN; 5], f32::NAN),
        ([0.0, 0.0, 0.0, 0.0, f32::NAN], [f32::NAN; 5], f32::NAN),
    ];
    for (x, probs, lse) in table {
        let (mut y, mut out) = ([0.0; 5], [0.0]);
        softmax(&x, [1, 5], &mut y);
        log_sum_exp(&x, [1, 5], &mut out);
        expect_bits(&format!("softmax of {x:?}"), &y, &probs);
        expect_bits(&format!("log_sum_exp of {x:?}"), &out, &[lse]);
    }
    let mut none = [0.0];
    log_sum_exp::<f32>(&[], [1, 0], &mut none);
    assert_eq!(none[0], -INF);
}
