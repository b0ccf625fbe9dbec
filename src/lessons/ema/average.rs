//! The arithmetic of an average that forgets, in f64: the recurrence, and the same in closed form.
//!
//! Not the average of a network's weights: that is the engine's (`nn::Ema`, f32), which is checked against this.

/// The three ways to begin, as options of the control `average`.
pub const NAMES: &[&str] = &["zero", "corrected", "first"];

/// How an average begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// v_0 = 0, and nothing is done about it.
    Zero,
    /// v_0 = 0, and what is read is v_t / (1 - beta^t).
    Corrected,
    /// v_1 = theta_1.
    First,
}

impl Start {
    /// By index into [`NAMES`].
    pub const ALL: [Start; 3] = [Start::Zero, Start::Corrected, Start::First];
}

/// Two averages of one stream: from 0, and from the first value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// v_t.
    pub zero: f64,
    /// u_t; not a number before anything came in.
    pub first: f64,
}

impl Pair {
    /// Nothing seen yet.
    pub const NEW: Pair = Pair { zero: 0.0, first: f64::NAN };

    /// After element `t` (from 1), which is `theta`.
    pub fn next(self, beta: f64, t: usize, theta: f64) -> Pair {
        let rest = (1.0 - beta) * theta;
        Pair { zero: beta * self.zero + rest, first: if t == 1 { theta } else { beta * self.first + rest } }
    }

    /// v_t / (1 - beta^t); not a number at t = 0.
    pub fn corrected(self, beta: f64, t: usize) -> f64 {
        if t == 0 { f64::NAN } else { self.zero / seen(beta, t) }
    }
}

/// beta^t: the weight that is still on the zero of the start.
pub fn missing(beta: f64, t: usize) -> f64 {
    libm::pow(beta, t as f64)
}

/// 1 - beta^t: the weight of all that came in, without cancellation.
pub fn seen(beta: f64, t: usize) -> f64 {
    if t == 0 { 0.0 } else { -libm::expm1(t as f64 * libm::log(beta)) }
}

/// (1 - beta) beta^(t - i): the weight of element `i` at `t`, both from 1.
pub fn weight(beta: f64, t: usize, i: usize) -> f64 {
    (1.0 - beta) * libm::pow(beta, (t - i) as f64)
}

/// 1 / (1 - beta): how many steps it remembers, roughly.
pub fn memory(beta: f64) -> f64 {
    1.0 / (1.0 - beta)
}

/// Steps after which half of a weight is left: ln(1/2) / ln(beta). 0 where nothing is kept.
pub fn half_life(beta: f64) -> f64 {
    if beta == 0.0 { 0.0 } else { libm::log(0.5) / libm::log(beta) }
}

/// sum over i of (1 - beta) beta^(t-i) theta_i, smallest weights first, and the same sum of absolute values, to which the
/// error of a sum is relative. `thetas` is theta_1 .. theta_t.
pub fn closed_form(beta: f64, thetas: &[f64]) -> (f64, f64) {
    let t = thetas.len();
    let terms = thetas.iter().enumerate().map(|(i, theta)| weight(beta, t, i + 1) * theta);
    terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
}

/// u_t in closed form: the first element has the weight beta^(t-1) instead of (1 - beta) beta^(t-1).
pub fn closed_form_first(beta: f64, thetas: &[f64]) -> (f64, f64) {
    let Some((first, rest)) = thetas.split_first() else { return (f64::NAN, 0.0) };
    let (sum, size) = closed_form(beta, rest);
    let head = missing(beta, rest.len()) * first;
    (head + sum, head.abs() + size)
}

/// |a - b| relative to `size`; 0 where both are the same, or are both not numbers.
pub fn error(a: f64, b: f64, size: f64) -> f64 {
    if a == b || a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() / size.max(f64::MIN_POSITIVE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_closed_form_is_the_recurrence_over_a_hundred_thousand_steps() {
        for beta in [0.0, 0.5, 0.9, 0.98, 0.999, 0.9999] {
            let mut rng = Rng::new(5, 0);
            let thetas: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
            let mut pair = Pair::NEW;
            for (i, theta) in thetas.iter().enumerate() {
                pair = pair.next(beta, i + 1, *theta);
                if [1, 2, 10, 999, 31_622, 100_000].contains(&(i + 1)) {
                    let (sum, size) = closed_form(beta, &thetas[..=i]);
                    assert!(error(pair.zero, sum, size) < 1e-12, "{beta} at {i}: {} {sum}", pair.zero);
                    let (sum, size) = closed_form_first(beta, &thetas[..=i]);
                    assert!(error(pair.first, sum, size) < 1e-12, "{beta} at {i}: {} {sum}", pair.first);
                    let all: f64 = (1..=i + 1).map(|k| weight(beta, i + 1, k)).sum();
                    assert!((all + missing(beta, i + 1) - 1.0).abs() < 1e-12, "{beta} at {i}: {all}");
                }
            }
        }
    }

    #[test]
    fn of_a_stream_around_ten_the_error_is_small_beside_the_average_itself() {
        for beta in [0.0, 0.9, 0.9999] {
            let mut rng = Rng::new(6, 0);
            let thetas: Vec<f64> = (0..100_000).map(|_| 10.0 + rng.normal()).collect();
            let fold = |pair: Pair, (i, theta): (usize, &f64)| pair.next(beta, i + 1, *theta);
            let pair = thetas.iter().enumerate().fold(Pair::NEW, fold);
            let (sum, _) = closed_form(beta, &thetas);
            assert!((pair.zero - sum).abs() / sum < 1e-12, "{beta}: {} {sum}", pair.zero);
        }
    }

    #[test]
    fn half_of_a_weight_is_left_after_a_half_life() {
        for (beta, steps) in [(0.9, "6.579"), (0.98, "34.310"), (0.999, "692.80")] {
            let digits = steps.split_once('.').map_or(0, |(_, digits)| digits.len());
            assert_eq!(format!("{:.digits$}", half_life(beta)), steps);
            assert!((libm::pow(beta, half_life(beta)) - 0.5).abs() < 1e-12);
        }
    }
}
