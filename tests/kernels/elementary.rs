//! The elementary functions of f32: their largest errors, and their answers at the edges of the line.

use super::{expect_bits, ulp_error};
use tensorscope::kernels::map::{Map, map};
use tensorscope::kernels::{Lanes, Real};

type Vector = <f32 as Real>::Lanes;
type Scalar = fn(f32) -> f32;

/// Every `STEP`-th f32 by its bits: all exponents, both signs, denormals, infinities and NaNs. A prime, so that no bit of
/// the fraction stays fixed: 17 million numbers for each function. The errors that `elementary.rs` states hold on these.
const STEP: usize = 251;

/// The largest error over the sweep, in ulp, and where it is.
fn largest_error(f: impl Fn(Vector) -> Vector, exact: impl Fn(f64) -> f64) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for bits in (0..=u32::MAX).step_by(4 * STEP) {
        let x: [f32; 4] = core::array::from_fn(|i| f32::from_bits(bits.wrapping_add((i * STEP) as u32)));
        let y = f(Vector::load(&x));
        for (i, x) in x.into_iter().enumerate() {
            let error = ulp_error(y.lane(i), exact(f64::from(x)));
            if error > worst.0 || error.is_nan() {
                worst = (error, x);
            }
        }
    }
    worst
}

fn sigmoid(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

macro_rules! within {
    ($test:ident, $f:expr, $exact:expr, $ulp:literal) => {
        #[test]
        fn $test() {
            let (error, x) = largest_error($f, $exact);
            assert!(error <= $ulp, "{error} ulp at {x:e}, stated {}", $ulp);
        }
    };
}

within!(exp_is_within_its_stated_error, |x| x.exp(), libm::exp, 1.0);
within!(ln_is_within_its_stated_error, |x| x.ln(), libm::log, 1.0);
within!(tanh_is_within_its_stated_error, |x| x.tanh(), libm::tanh, 2.0);
within!(sigmoid_is_within_its_stated_error, |x| x.sigmoid(), sigmoid, 2.5);
within!(normal_cdf_is_within_its_stated_error, |x| x.normal_cdf(), normal_cdf, 12.0);
within!(normal_cdf_is_better_on_the_right, |x| x.abs().normal_cdf(), |x| normal_cdf(x.abs()), 2.0);

#[test]
fn gelu_is_within_its_stated_error() {
    // Of an infinite x it is not asked: -inf * 0 is NaN.
    let f = |x: Vector| {
        let (mut y, mut values) = ([0.0; 4], [0.0; 4]);
        x.store(&mut values);
        map(Map::Gelu, &values, &mut y);
        Vector::load(&y)
    };
    let (error, x) = largest_error(f, |x| x * normal_cdf(x));
    assert!(error <= 17.0, "{error} ulp at {x:e}");
}

#[test]
fn edges_of_the_line() {
    const INF: f32 = f32::INFINITY;
    let table: [(&str, Scalar, f32, f32); 27] = [
        ("exp", Real::exp, 0.0, 1.0),
        ("exp", Real::exp, INF, INF),
        ("exp", Real::exp, -INF, 0.0),
        ("exp", Real::exp, 89.0, INF),
        ("exp", Real::exp, -104.0, 0.0),
        ("exp", Real::exp, -103.0, 1e-45), // the smallest denormal
        ("exp", Real::exp, f32::NAN, f32::NAN),
        ("ln", Real::ln, 1.0, 0.0),
        ("ln", Real::ln, 0.0, -INF),
        ("ln", Real::ln, -0.0, -INF),
        ("ln", Real::ln, -1.0, f32::NAN),
        ("ln", Real::ln, INF, INF),
        ("ln", Real::ln, f32::NAN, f32::NAN),
        ("tanh", Real::tanh, 0.0, 0.0),
        ("tanh", Real::tanh, -0.0, -0.0),
        ("tanh", Real::tanh, INF, 1.0),
        ("tanh", Real::tanh, -INF, -1.0),
        ("tanh", Real::tanh, f32::NAN, f32::NAN),
        ("sigmoid", Real::sigmoid, 0.0, 0.5),
        ("sigmoid", Real::sigmoid, INF, 1.0),
        ("sigmoid", Real::sigmoid, -INF, 0.0),
        ("sigmoid", Real::sigmoid, f32::NAN, f32::NAN),
        ("normal_cdf", Real::normal_cdf, 0.0, 0.5),
        ("normal_cdf", Real::normal_cdf, INF, 1.0),
        ("normal_cdf", Real::normal_cdf, -INF, 0.0),
        ("normal_cdf", Real::normal_cdf, -1e30, 0.0),
        ("normal_cdf", Real::normal_cdf, f32::NAN, f32::NAN),
    ];
    for (name, f, x, want) in table {
        expect_bits(&format!("{name}({x:e})"), &[f(x)], &[want]);
    }
}

#[test]
fn f64_is_libm() {
    for x in [-700.0, -3.0, -0.1, 0.0, 1e-10, 0.7, 5.0, 700.0] {
        expect_bits("exp", &[Real::exp(x)], &[libm::exp(x)]);
        expect_bits("tanh", &[Real::tanh(x)], &[libm::tanh(x)]);
        expect_bits("lanes", &[<f64 as Real>::Lanes::splat(x).exp().lane(1)], &[libm::exp(x)]);
        expect_bits("sigmoid", &[Real::sigmoid(x)], &[sigmoid(x)]);
    }
}
