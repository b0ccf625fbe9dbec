//! One method of [`Tape`] for each operation: it runs, and is recorded.
//!
//! Not the arithmetic. Operands that do not fit are a bug of the caller and panic with the operation and the shapes; code
//! that runs what a reader typed uses [`Tape::apply`] instead and gets the same sentence as an error.

use super::node::Var;
use super::op::{Op, Over};
use super::tape::Tape;
use crate::kernels::Real;
use crate::kernels::map::Map;
use crate::kernels::window::Window;
use crate::kernels::zip::Zip;
use crate::tensor::{Shape, movement};

/// Methods of the functions of one element.
macro_rules! maps {
    ($( $(#[$doc:meta])* $name:ident $(($field:ident))? => $map:expr; )*) => {
        $(
            $(#[$doc])*
            pub fn $name(&mut self, x: Var $(, $field: f64)?) -> Var {
                self.map($map, x)
            }
        )*
    };
}

/// Methods of the functions of two elements.
macro_rules! zips {
    ($( $(#[$doc:meta])* $name:ident => $zip:expr; )*) => {
        $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&mut self, a: Var, b: Var) -> Var {
                self.record(Op::Zip { f: $zip }, &[a, b])
            }
        )*
    };
}

impl<T: Real> Tape<T> {
    zips! {
        /// a + b, broadcast.
        add => Zip::Add;
        /// a - b, broadcast.
        sub => Zip::Sub;
        /// a * b, broadcast.
        mul => Zip::Mul;
        /// a / b, broadcast.
        div => Zip::Div;
        /// The larger, broadcast; of equals each takes half of the gradient.
        maximum => Zip::Max;
        /// The smaller, broadcast; of equals each takes half of the gradient.
        minimum => Zip::Min;
        /// a^b, broadcast.
        pow_by => Zip::Pow;
    }

    maps! {
        /// max(x, 0).
        relu => Map::Relu;
        /// x where x > 0, else slope * x.
        leaky_relu(slope) => Map::LeakyRelu { slope };
        /// x where x > 0, else alpha * (e^x - 1).
        elu(alpha) => Map::Elu { alpha };
        /// 1 / (1 + e^-x).
        sigmoid => Map::Sigmoid;
        /// The hyperbolic tangent.
        tanh => Map::Tanh;
        /// x times the normal distribution function of x, exact.
        gelu => Map::Gelu;
        /// The same by GPT-2's tanh formula.
        gelu_tanh => Map::GeluTanh;
        /// x * sigmoid(x).
        silu => Map::Silu;
        /// ln(1 + e^x).
        softplus => Map::Softplus;
        /// e^x.
        exp => Map::Exp;
        /// The natural logarithm.
        ln => Map::Ln;
        /// The square root.
        sqrt => Map::Sqrt;
        /// x^2.
        square => Map::Square;
        /// 1 / x.
        recip => Map::Recip;
        /// -x.
        neg => Map::Neg;
        /// |x|.
        abs => Map::Abs;
        /// The sine.
        sin => Map::Sin;
        /// The cosine.
        cos => Map::Cos;
        /// x * factor.
        scale(factor) => Map::Scale { factor };
        /// x + term.
        shift(term) => Map::Shift { term };
    }

    /// A function of one element.
    pub fn map(&mut self, f: Map, x: Var) -> Var {
        self.record(Op::Map { f }, &[x])
    }

    /// x^exponent; the square, which everybody takes, by a product.
    pub fn pow(&mut self, x: Var, exponent: f64) -> Var {
        self.map(if exponent == 2.0 { Map::Square } else { Map::Pow { exponent } }, x)
    }

    /// x kept within low ..= high.
    pub fn clamp(&mut self, x: Var, low: f64, high: f64) -> Var {
        self.map(Map::Clamp { low, high }, x)
    }

    /// x * mask / (1 - p): the mask of 0 and 1 is drawn outside, with probability p of a 0.
    #[track_caller]
    pub fn dropout(&mut self, x: Var, mask: Var, p: f64) -> Var {
        self.record(Op::Dropout { p }, &[x, mask])
    }

    /// lhs [.., m, k] . rhs [.., k, n].
    #[track_caller]
    pub fn matmul(&mut self, lhs: Var, rhs: Var) -> Var {
        self.matmul_t(lhs, false, rhs, false)
    }

    /// The product of matrices of which either may be stored transposed: lhs [.., k, m], rhs [.., n, k].
    #[track_caller]
    pub fn matmul_t(&mut self, lhs: Var, lhs_t: bool, rhs: Var, rhs_t: bool) -> Var {
        self.record(Op::MatMul { lhs_t, rhs_t }, &[lhs, rhs])
    }

    /// x [.., in] . weight^T [in, out] + bias [out].
    #[track_caller]
    pub fn linear(&mut self, x: Var, weight: Var, bias: Option<Var>) -> Var {
        self.with_bias(Op::Linear, x, weight, bias)
    }

    /// Cross-correlation of x [n, c, h, w] with weight [c_out, c / groups, kh, kw], plus bias [c_out].
    #[track_caller]
    pub fn conv2d(&mut self, x: Var, weight: Var, bias: Option<Var>, window: Window, groups: usize) -> Var {
        self.with_bias(Op::Conv2d { window, groups }, x, weight, bias)
    }

    #[track_caller]
    fn with_bias(&mut self, op: Op, x: Var, weight: Var, bias: Option<Var>) -> Var {
        match bias {
            Some(bias) => self.record(op, &[x, weight, bias]),
            None => self.record(op, &[x, weight]),
        }
    }

    /// softmax(q . k^T / sqrt(depth) + mask) . v, for each of the `heads` that the columns fall into: q [.., queries, heads *
    /// depth], k [.., keys, heads * depth], v [.., keys, heads * width]. The mask [queries, keys], for all of the batch or for each, has 0
    /// where a query may see a key and -inf where not.
    #[track_caller]
    pub fn attention(&mut self, [q, k, v]: [Var; 3], mask: Option<Var>, heads: usize) -> Var {
        match mask {
            Some(mask) => self.record(Op::Attention { heads }, &[q, k, v, mask]),
            None => self.record(Op::Attention { heads }, &[q, k, v]),
        }
    }

    /// The largest pixel under each window: x [n, c, h, w].
    #[track_caller]
    pub fn max_pool2d(&mut self, x: Var, window: Window) -> Var {
        self.record(Op::MaxPool2d { window }, &[x])
    }

    /// The mean under each window, padding counted as zeros: x [n, c, h, w].
    #[track_caller]
    pub fn avg_pool2d(&mut self, x: Var, window: Window) -> Var {
        self.record(Op::AvgPool2d { window }, &[x])
    }

    /// The last two dims exchanged.
    #[track_caller]
    pub fn transpose(&mut self, x: Var) -> Var {
        let order = movement::swap_last(self.shape(x));
        self.record(Op::Permute { order }, &[x])
    }

    /// Dims in another order: dim i of the result is dim order[i] of x.
    #[track_caller]
    pub fn permute(&mut self, x: Var, order: &[u8]) -> Var {
        let mut padded = [0, 1, 2, 3];
        assert!(
            order.len() == self.shape(x).rank(),
            "permute: {order:?} does not name every axis of {}",
            self.shape(x)
        );
        padded[..order.len()].copy_from_slice(order);
        self.record(Op::Permute { order: padded }, &[x])
    }

    /// The same elements under another shape.
    #[track_caller]
    pub fn reshape(&mut self, x: Var, to: impl Into<Shape>) -> Var {
        self.record(Op::Reshape { to: to.into() }, &[x])
    }

    /// Indices start .. start + len of an axis.
    #[track_caller]
    pub fn slice(&mut self, x: Var, axis: usize, start: usize, len: usize) -> Var {
        self.record(Op::Slice { axis, start, len }, &[x])
    }

    /// Any number of tensors, one after the other along an axis.
    #[track_caller]
    pub fn concat(&mut self, parts: &[Var], axis: usize) -> Var {
        self.record(Op::Concat { axis }, parts)
    }

    /// Rows of table [rows, d] by whole-number index of any shape: [.., d]. An embedding.
    #[track_caller]
    pub fn rows(&mut self, table: Var, index: Var) -> Var {
        self.record(Op::Rows, &[table, index])
    }

    /// The sum of everything.
    pub fn sum(&mut self, x: Var) -> Var {
        self.record(Op::Sum { axis: None, keep: false }, &[x])
    }

    /// The sum along an axis, which `keep` leaves with size 1.
    #[track_caller]
    pub fn sum_axis(&mut self, x: Var, axis: usize, keep: bool) -> Var {
        self.record(Op::Sum { axis: Some(axis), keep }, &[x])
    }

    /// The mean of everything.
    pub fn mean(&mut self, x: Var) -> Var {
        self.record(Op::Mean { axis: None, keep: false }, &[x])
    }

    /// The mean along an axis, which `keep` leaves with size 1.
    #[track_caller]
    pub fn mean_axis(&mut self, x: Var, axis: usize, keep: bool) -> Var {
        self.record(Op::Mean { axis: Some(axis), keep }, &[x])
    }

    /// The largest of everything; of equals, the first takes the gradient.
    pub fn max(&mut self, x: Var) -> Var {
        self.record(Op::Max { axis: None, keep: false }, &[x])
    }

    /// The largest along an axis, which `keep` leaves with size 1; of equals, the first takes the gradient.
    #[track_caller]
    pub fn max_axis(&mut self, x: Var, axis: usize, keep: bool) -> Var {
        self.record(Op::Max { axis: Some(axis), keep }, &[x])
    }

    /// e^x / sum e^x along an axis.
    #[track_caller]
    pub fn softmax(&mut self, x: Var, axis: usize) -> Var {
        self.record(Op::Softmax { axis }, &[x])
    }

    /// x - ln sum e^x along an axis.
    #[track_caller]
    pub fn log_softmax(&mut self, x: Var, axis: usize) -> Var {
        self.record(Op::LogSoftmax { axis }, &[x])
    }

    /// Mean of (prediction - target)^2 over all elements.
    #[track_caller]
    pub fn mse_mean(&mut self, prediction: Var, target: Var) -> Var {
        self.record(Op::MseMean, &[prediction, target])
    }

    /// 1/2 sum of (prediction - target)^2 over all elements: a sum, not a mean.
    #[track_caller]
    pub fn mse_half_sum(&mut self, prediction: Var, target: Var) -> Var {
        self.record(Op::MseHalfSum, &[prediction, target])
    }

    /// -ln softmax(logits)[label], mean over the n rows: logits [n, classes] (not probabilities), labels [n].
    #[track_caller]
    pub fn cross_entropy(&mut self, logits: Var, labels: Var) -> Var {
        self.record(Op::CrossEntropy { over: Over::Mean }, &[logits, labels])
    }

    /// -sum probs * ln softmax(logits), mean over the n rows: both [n, classes].
    #[track_caller]
    pub fn cross_entropy_probs(&mut self, logits: Var, probs: Var) -> Var {
        self.record(Op::CrossEntropyProbs { over: Over::Mean }, &[logits, probs])
    }

    /// (x - mean) / sqrt(variance + eps) * weight + bias over the last dim.
    #[track_caller]
    pub fn layer_norm(&mut self, x: Var, weight: Var, bias: Var, eps: f64) -> Var {
        self.record(Op::LayerNorm { eps }, &[x, weight, bias])
    }

    /// The same for each channel (dim 1) over everything else. `running` = [mean, variance]: moved by `train` = `Some(momentum)`
    /// while the batch's own statistics are used; used as they are with `None`.
    #[track_caller]
    pub fn batch_norm(
        &mut self,
        x: Var,
        weight: Var,
        bias: Var,
        running: [Var; 2],
        eps: f64,
        train: Option<f64>,
    ) -> Var {
        self.record(Op::BatchNorm { eps, train }, &[x, weight, bias, running[0], running[1]])
    }
}
