//! Tolerances, each with its reason, and the one comparison that uses them.
//!
//! Not the tests. `error` is |got - expected| / max(1, |expected|): relative for large numbers, absolute below 1.

#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

/// f64 gradients against central differences of step [`STEP`]. The difference is off by f'''/6 STEP^2 (1e-10 for third
/// derivatives of some tens) and by rounding, 2^-53 |f| / STEP (1e-11 per unit of f).
pub const CENTRAL_DIFFERENCE: f64 = 1e-8;

/// The step of a central difference: near the cube root of 2^-53, where its two errors are equally small.
pub const STEP: f64 = 1e-5;

/// f64 here against f64 in the reference framework: the same formulas with sums in another order, at most some hundreds of
/// terms, 2^-53 each.
pub const REFERENCE_F64: f64 = 1e-12;

/// f32 here against f64 in the reference framework: 2^-24 for each of some hundreds of operations in a row.
pub const REFERENCE_F32: f64 = 2e-5;

/// How far `got` is from `expected`; NaN is far from everything, equal infinities are equal.
pub fn error(got: f64, expected: f64) -> f64 {
    if got == expected {
        return 0.0;
    }
    let error = (got - expected).abs() / expected.abs().max(1.0);
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Panics, naming the worst element, where any is further off than `tolerance`.
#[track_caller]
pub fn close(what: &str, got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: lengths");
    let worst = got.iter().zip(expected).map(|(&got, &expected)| error(got, expected)).enumerate();
    if let Some((at, error)) = worst.max_by(|a, b| a.1.total_cmp(&b.1)) {
        assert!(
            error <= tolerance,
            "{what}: element {at} of {} is {}, expected {}: error {error:e}, allowed {tolerance:e}",
            got.len(),
            got[at],
            expected[at]
        );
    }
}
