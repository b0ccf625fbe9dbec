//! What parameters are before training.
//!
//! Not a choice: each layer is told. The definitions are PyTorch's `torch.nn.init`, with its fans: of a weight [out, in, ...]
//! the fan in is `in` times the size of the rest (the window of a convolution), the fan out is `out` times it.

use crate::kernels::Real;
use crate::rng::Rng;
use crate::tensor::Shape;

/// sqrt 2: the gain that keeps the variance through a ReLU, which drops half of it.
pub const GAIN_RELU: f64 = core::f64::consts::SQRT_2;
/// 5/3: PyTorch's gain for tanh.
pub const GAIN_TANH: f64 = 5.0 / 3.0;

/// Which neighbours of a weight keep their variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fan {
    /// Inputs of a unit: the variance of activations stays.
    In,
    /// Outputs of a unit: the variance of gradients stays.
    Out,
}

/// A distribution of first values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// One number.
    Constant {
        /// It.
        value: f64,
    },
    /// Uniform in [-bound, bound).
    Uniform {
        /// The bound.
        bound: f64,
    },
    /// Normal around 0.
    Normal {
        /// The standard deviation.
        deviation: f64,
    },
    /// He et al. 2015, uniform: bound = gain sqrt(3 / fan).
    HeUniform {
        /// Which fan.
        fan: Fan,
        /// sqrt 2 before a ReLU ([`GAIN_RELU`]).
        gain: f64,
    },
    /// He et al. 2015, normal: deviation = gain / sqrt(fan).
    HeNormal {
        /// Which fan.
        fan: Fan,
        /// sqrt 2 before a ReLU ([`GAIN_RELU`]).
        gain: f64,
    },
    /// Glorot and Bengio 2010, uniform: bound = gain sqrt(6 / (fan in + fan out)).
    XavierUniform {
        /// 1 for linear and sigmoid, [`GAIN_TANH`] for tanh.
        gain: f64,
    },
    /// Glorot and Bengio 2010, normal: deviation = gain sqrt(2 / (fan in + fan out)).
    XavierNormal {
        /// 1 for linear and sigmoid, [`GAIN_TANH`] for tanh.
        gain: f64,
    },
}

impl Init {
    /// Zeros.
    pub const ZEROS: Init = Init::Constant { value: 0.0 };
    /// Ones.
    pub const ONES: Init = Init::Constant { value: 1.0 };

    /// What PyTorch gives a linear or convolution layer of `fan_in` that nobody asked about, weight and bias alike.
    pub fn torch_default(fan_in: usize) -> Init {
        Init::Uniform { bound: 1.0 / libm::sqrt(fan_in as f64) }
    }

    /// Fills the elements of a parameter of `shape`, in order.
    pub fn fill<T: Real>(self, shape: Shape, values: &mut [T], rng: &mut Rng) {
        let (fan_in, fan_out) = fans(shape);
        let of = |fan| if fan == Fan::In { fan_in } else { fan_out };
        let sqrt = libm::sqrt;
        match self {
            Init::Constant { value } => values.fill(T::from_f64(value)),
            Init::Uniform { bound } => values.fill_with(|| T::from_f64(rng.range(-bound, bound))),
            Init::Normal { deviation } => values.fill_with(|| T::from_f64(deviation * rng.normal())),
            Init::HeUniform { fan, gain } => {
                Init::Uniform { bound: gain * sqrt(3.0 / of(fan)) }.fill(shape, values, rng);
            }
            Init::HeNormal { fan, gain } => Init::Normal { deviation: gain / sqrt(of(fan)) }.fill(shape, values, rng),
            Init::XavierUniform { gain } => {
                Init::Uniform { bound: gain * sqrt(6.0 / (fan_in + fan_out)) }.fill(shape, values, rng);
            }
            Init::XavierNormal { gain } => {
                Init::Normal { deviation: gain * sqrt(2.0 / (fan_in + fan_out)) }.fill(shape, values, rng);
            }
        }
    }
}

/// Fan in and fan out of a weight [out, in, ...]; of a vector both are its length.
pub fn fans(shape: Shape) -> (f64, f64) {
    let window: usize = shape.dims().skip(2).product();
    let (outputs, inputs) = match shape.rank() {
        0 => (1, 1),
        1 => (shape.dim(0), shape.dim(0)),
        _ => (shape.dim(0), shape.dim(1)),
    };
    ((inputs * window) as f64, (outputs * window) as f64)
}

#[cfg(test)]
mod tests {
    use super::{Fan, GAIN_RELU, Init, fans};
    use crate::rng::Rng;
    use crate::tensor::Shape;

    #[test]
    fn fans_count_the_window() {
        assert_eq!(fans(Shape::from([8, 3, 5, 5])), (75.0, 200.0));
        assert_eq!(fans(Shape::from([10, 784])), (784.0, 10.0));
    }

    #[test]
    fn spreads_are_those_of_the_definitions() {
        // 40,000 draws: a sample deviation is within 1 / sqrt(2 * 40,000) = 0.35 % of the true one; five of those are allowed.
        let shape = Shape::from([200, 200]);
        let table = [
            (Init::HeNormal { fan: Fan::In, gain: GAIN_RELU }, GAIN_RELU / 200f64.sqrt()),
            (Init::HeUniform { fan: Fan::Out, gain: 1.0 }, 1.0 / 200f64.sqrt()),
            (Init::XavierNormal { gain: 1.0 }, (2.0 / 400f64).sqrt()),
            (Init::XavierUniform { gain: 2.0 }, 2.0 * (2.0 / 400f64).sqrt()),
            (Init::torch_default(200), 1.0 / 600f64.sqrt()),
        ];
        for (init, deviation) in table {
            let mut values = vec![0.0_f64; shape.len()];
            init.fill(shape, &mut values, &mut Rng::new(5, 0));
            let got = (values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64).sqrt();
            assert!((got / deviation - 1.0).abs() < 0.0175, "{init:?}: {got}, expected {deviation}");
        }
    }
}
