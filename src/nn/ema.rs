//! An average of parameters that forgets: v = beta v + (1 - beta) theta, after every step.
//!
//! Not a schedule of beta. The average starts at 0 and reports how much weight it has given away so far, so that it can be
//! read corrected: v / (1 - beta^t) is an average of what was seen, with weights that sum to 1.

use crate::kernels::Real;

/// The average of an array of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Ema<T> {
    value: Vec<T>,
    /// The product of all betas: the weight still on the zeros that it started from.
    missing: f64,
}

impl<T: Real> Ema<T> {
    /// Of `len` parameters; nothing seen yet.
    pub fn new(len: usize) -> Self {
        Ema { value: vec![T::ZERO; len], missing: 1.0 }
    }

    /// v = beta v + (1 - beta) params.
    #[track_caller]
    pub fn update(&mut self, params: &[T], beta: f64) {
        assert!(params.len() == self.value.len(), "ema: {} parameters, made for {}", params.len(), self.value.len());
        let (keep, take) = (T::from_f64(beta), T::from_f64(1.0 - beta));
        for (v, &p) in self.value.iter_mut().zip(params) {
            *v = keep * *v + take * p;
        }
        self.missing *= beta;
    }

    /// v as it is: too small by the factor 1 - [`Ema::missing`].
    pub fn value(&self) -> &[T] {
        &self.value
    }

    /// The weight that is still on the zeros of the start: beta^t where beta never changed.
    pub fn missing(&self) -> f64 {
        self.missing
    }

    /// out = v / (1 - beta^t). Before the first update there is nothing to average: 0.
    #[track_caller]
    pub fn corrected(&self, out: &mut [T]) {
        assert!(out.len() == self.value.len(), "ema: {} places for {} parameters", out.len(), self.value.len());
        let scale = if self.missing < 1.0 { T::from_f64(1.0 / (1.0 - self.missing)) } else { T::ZERO };
        for (out, &v) in out.iter_mut().zip(&self.value) {
            *out = scale * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ema;

    #[test]
    fn of_a_constant_the_corrected_average_is_the_constant() {
        let mut ema = Ema::<f64>::new(1);
        for step in 1..=50 {
            ema.update(&[3.0], 0.9);
            let mut out = [0.0];
            ema.corrected(&mut out);
            assert!((out[0] - 3.0).abs() < 1e-13, "step {step}: {}", out[0]);
            assert!((ema.value()[0] - 3.0 * (1.0 - 0.9f64.powi(step))).abs() < 1e-13);
        }
    }
}
