//! The kernels against their plain twins, over tables of sizes.
//!
//! Not gradient checks of operations (`tests/gradients.rs`): here each loop is held against the loop that it replaces.
//!
//! # Tolerances
//! - Where a kernel states its order of summation, its twin in the same scalar must give the same bits: no tolerance.
//! - A sum of k terms of rounded products is within (k + 1) eps of the sum of their sizes (Higham, "Accuracy and Stability
//!   of Numerical Algorithms", 3.1): that bound, and no looser one, is used for f32 against the f64 twin ([`sum_bound`]).
//! - An elementary function is within its stated ulps ([`ulp_error`]).

#[path = "kernels/attention.rs"]
mod attention;
#[path = "kernels/digests.rs"]
mod digests;
#[path = "kernels/elementary.rs"]
mod elementary;
#[path = "kernels/lanes.rs"]
mod lanes;
#[path = "kernels/naive.rs"]
mod naive;
#[path = "kernels/norms.rs"]
mod norms;
#[path = "kernels/products.rs"]
mod products;
#[path = "kernels/rows.rs"]
mod rows;
#[path = "kernels/windows.rs"]
mod windows;

use tensorscope::kernels::Real;
use tensorscope::rng::Rng;

/// Sizes around the lane counts (2, 4), the tiles (4, 8, 16) and 64: one below, exact, one above; and none and one.
pub const SIZES: [usize; 14] = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65];

/// `len` numbers, uniform in [-1, 1), the same for the same seed.
pub fn random<R: Real>(len: usize, seed: u64) -> Vec<R> {
    let mut rng = Rng::new(seed, 0);
    (0..len).map(|_| R::from_f64(rng.range(-1.0, 1.0))).collect()
}

/// The same numbers as f64 (exact).
pub fn wide<R: Real>(x: &[R]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64()).collect()
}

/// The same sizes of numbers: what an error of a sum is measured against.
pub fn sizes(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.abs()).collect()
}

/// The largest error of a sum of `terms` terms whose sizes add up to `size`.
pub fn sum_bound<R: Real>(terms: usize, size: f64) -> f64 {
    (terms + 1) as f64 * R::EPSILON.to_f64() * size
}

/// Panics unless every element is within its bound of the wanted one, or both are the same NaN or infinity.
#[track_caller]
pub fn expect_near<R: Real>(what: &str, got: &[R], want: &[f64], bound: impl Fn(usize) -> f64) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let got = got.to_f64();
        let same = got == *want || (got.is_nan() && want.is_nan());
        assert!(same || (got - want).abs() <= bound(i), "{what}[{i}]: {got:e}, wanted {want:e} within {:e}", bound(i));
    }
}

/// Panics unless every element has the wanted bits (any NaN equals any other).
#[track_caller]
pub fn expect_bits<R: Real>(what: &str, got: &[R], want: &[R]) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(got.to_bits64(), want.to_bits64(), "{what}[{i}]: {got:e}, wanted the bits of {want:e}");
    }
}

/// |got - want| in units of the last place of an f32 near `want`; 0 where both are the same infinity or NaN.
pub fn ulp_error(got: f32, want: f64) -> f64 {
    if got.is_nan() && want.is_nan() || f64::from(got) == want || got.is_infinite() && (want as f32) == got {
        return 0.0;
    }
    let exponent = (want.abs().to_bits() >> 52) as i32 - 1023;
    (f64::from(got) - want).abs() / f64::exp2(f64::from(exponent.max(-126) - 23))
}
