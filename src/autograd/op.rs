//! Operations as data: everything that a tape can hold.
//!
//! Not code: an [`Op`] is a name with its attributes, `Copy`, without tensors or closures, so a recorded graph can be listed,
//! drawn, compared, cloned and replayed. What an operation computes stands in `forward.rs`, its derivatives in `rules.rs`,
//! and the shapes that it takes here. All three match on the enum without leaving anything out (in two
//! halves, the second of which the light build drops): an operation that lacks one of them
//! does not compile, and `tests/gradients.rs` walks the lists of names and fails for one that it does not check.
//! The functions of one element and of two ([`Op::Map`], [`Op::Zip`]) are the kernels' own tables.

use crate::kernels::map::Map;
use crate::kernels::window::Window;
use crate::kernels::zip::Zip;
use crate::tensor::{Shape, ShapeError, infer};
use core::ops::RangeInclusive;

/// Declares the operations: the enum, the list of their names, each one's number of operands.
macro_rules! ops {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $( $(#[$field_doc:meta])* $field:ident : $type:ty ),* })? = $label:literal, $least:literal..=$most:expr;
    )*) => {
        /// One operation with its attributes; its operands stand in the node that holds it.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Op {
            $( $(#[$doc])* $name $({ $( $(#[$field_doc])* $field: $type ),* })?, )*
        }

        impl Op {
            /// Every operation by name, in order of declaration; for `map` and `zip`, see [`MAP_NAMES`] and [`ZIP_NAMES`].
            pub const NAMES: &'static [&'static str] = &[$($label),*];

            /// The name in [`Op::NAMES`].
            pub fn family(&self) -> &'static str {
                match self { $( Op::$name { .. } => $label, )* }
            }

            /// Fewest and most operands.
            pub fn arity(&self) -> RangeInclusive<usize> {
                match self { $( Op::$name { .. } => $least..=$most, )* }
            }
        }
    };
}

/// Names the variants of a kernel's table, ours and PyTorch's `grad_fn`; one that is left out does not compile.
macro_rules! names {
    ($(#[$doc:meta])* $list:ident, $function:ident, $table:ident { $( $variant:ident = $label:literal, $torch:literal; )* }) => {
        $(#[$doc])*
        pub const $list: &[&str] = &[$($label),*];

        fn $function(f: $table) -> (&'static str, &'static str) {
            match f { $( $table::$variant { .. } => ($label, $torch), )* }
        }
    };
}

names! {
    /// The functions of one element, by name.
    MAP_NAMES, map_names, Map {
        Relu = "relu", "ReluBackward0";
        LeakyRelu = "leaky_relu", "LeakyReluBackward0";
        Elu = "elu", "EluBackward0";
        Sigmoid = "sigmoid", "SigmoidBackward0";
        Tanh = "tanh", "TanhBackward0";
        Gelu = "gelu", "GeluBackward0";
        GeluTanh = "gelu_tanh", "GeluBackward0";
        Silu = "silu", "SiluBackward0";
        Softplus = "softplus", "SoftplusBackward0";
        Exp = "exp", "ExpBackward0";
        Ln = "ln", "LogBackward0";
        Sqrt = "sqrt", "SqrtBackward0";
        Square = "square", "PowBackward0";
        Recip = "recip", "ReciprocalBackward0";
        Neg = "neg", "NegBackward0";
        Abs = "abs", "AbsBackward0";
        Sin = "sin", "SinBackward0";
        Cos = "cos", "CosBackward0";
        Scale = "scale", "MulBackward0";
        Shift = "shift", "AddBackward0";
        Pow = "pow", "PowBackward0";
        Clamp = "clamp", "ClampBackward1";
    }
}

names! {
    /// The functions of two elements, by name.
    ZIP_NAMES, zip_names, Zip {
        Add = "add", "AddBackward0";
        Sub = "sub", "SubBackward0";
        Mul = "mul", "MulBackward0";
        Div = "div", "DivBackward0";
        Max = "maximum", "MaximumBackward0";
        Min = "minimum", "MinimumBackward0";
        Pow = "pow_by", "PowBackward1";
    }
}

ops! {
    /// A value from outside: a parameter, an input, a constant.
    Leaf = "leaf", 0..=0;

    // Element by element.
    /// A function of two elements; shapes are broadcast.
    Zip {
        /// The function.
        f: Zip
    } = "zip", 2..=2;
    /// A function of one element.
    Map {
        /// The function.
        f: Map
    } = "map", 1..=1;
    /// x * mask / (1 - p); the mask, of 0 and 1, is the second operand.
    Dropout {
        /// The probability of a 0 in the mask.
        p: f64
    } = "dropout", 2..=2;

    // Products.
    /// lhs . rhs over the last two dims, either of them transposed; dims before those are a batch, equal on both sides, or
    /// absent on the right.
    MatMul {
        /// Whether lhs is stored as [.., k, m].
        lhs_t: bool,
        /// Whether rhs is stored as [.., n, k].
        rhs_t: bool
    } = "matmul", 2..=2;
    /// x . weight^T + bias: x [.., in], weight [out, in], bias [out] (may be left out).
    Linear = "linear", 2..=3;
    /// Cross-correlation of x [n, c, h, w] with weight [c_out, c / groups, kh, kw], plus bias [c_out] (may be left out).
    Conv2d {
        /// The sliding window; its kernel is the weight's.
        window: Window,
        /// How many independent slices the channels fall into.
        groups: usize
    } = "conv2d", 2..=3;
    /// softmax(q . k^T / sqrt(depth) + mask) . v for each head, a run of columns: q [.., queries, heads * depth], k
    /// [.., keys, heads * depth], v [.., keys, heads * width], mask [queries, keys] (may be left out).
    Attention {
        /// How many heads the columns fall into.
        heads: usize
    } = "attention", 3..=4;

    // Movement.
    /// Dims in another order: dim i of the result is dim order[i] of x.
    Permute {
        /// Where each dim comes from; entries past the rank are ignored.
        order: [u8; 4]
    } = "permute", 1..=1;
    /// The same elements under another shape.
    Reshape {
        /// The new shape.
        to: Shape
    } = "reshape", 1..=1;
    /// Elements start .. start + len along an axis.
    Slice {
        /// The axis.
        axis: usize,
        /// First index kept.
        start: usize,
        /// How many are kept.
        len: usize
    } = "slice", 1..=1;
    /// One after the other along an axis; any number of them.
    Concat {
        /// The axis.
        axis: usize
    } = "concat", 1..=usize::MAX;
    /// Rows of table [rows, d] by whole-number index of any shape: [.., d].
    Rows = "rows", 2..=2;

    // Reductions over one axis, or over everything.
    /// The sum.
    Sum {
        /// The axis; `None` for all elements.
        axis: Option<usize>,
        /// Whether the reduced dim stays, with size 1.
        keep: bool
    } = "sum", 1..=1;
    /// The mean.
    Mean {
        /// The axis; `None` for all elements.
        axis: Option<usize>,
        /// Whether the reduced dim stays, with size 1.
        keep: bool
    } = "mean", 1..=1;
    /// The largest; of equals, the first takes the gradient.
    Max {
        /// The axis; `None` for all elements.
        axis: Option<usize>,
        /// Whether the reduced dim stays, with size 1.
        keep: bool
    } = "max", 1..=1;
    /// e^x / sum e^x along an axis.
    Softmax {
        /// The axis.
        axis: usize
    } = "softmax", 1..=1;
    /// x - ln sum e^x along an axis.
    LogSoftmax {
        /// The axis.
        axis: usize
    } = "log_softmax", 1..=1;

    // Losses.
    /// Mean of (prediction - target)^2 over all elements.
    MseMean = "mse_mean", 2..=2;
    /// 1/2 sum of (prediction - target)^2 over all elements: no mean.
    MseHalfSum = "mse_half_sum", 2..=2;
    /// -ln softmax(logits)[label]: logits [n, classes], labels [n] as whole numbers.
    CrossEntropy {
        /// What is done with the n losses.
        over: Over
    } = "cross_entropy", 2..=2;
    /// -sum probs * ln softmax(logits) over classes: both [n, classes].
    CrossEntropyProbs {
        /// What is done with the n losses.
        over: Over
    } = "cross_entropy_probs", 2..=2;

    // Windows without weights.
    /// The largest under each window; padding is never chosen, and the first of equals is.
    MaxPool2d {
        /// The sliding window.
        window: Window
    } = "max_pool2d", 1..=1;
    /// The mean under each window; padding counts as zeros.
    AvgPool2d {
        /// The sliding window.
        window: Window
    } = "avg_pool2d", 1..=1;

    // Normalisation.
    /// (x - mean) / sqrt(variance + eps) * weight + bias over the last dim; weight and bias have its size.
    LayerNorm {
        /// Added to the variance.
        eps: f64
    } = "layer_norm", 3..=3;
    /// The same over everything but dim 1 (channels); operands x, weight, bias, running mean, running variance.
    BatchNorm {
        /// Added to the variance.
        eps: f64,
        /// `Some(momentum)` while training: the batch's own statistics are used, and the running ones move towards them by
        /// this fraction. `None` uses the running ones and leaves them alone.
        train: Option<f64>
    } = "batch_norm", 5..=5;
}

/// What a loss does with its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Over {
    /// Divides their sum by their number.
    Mean,
    /// Adds them.
    Sum,
}

impl Op {
    /// The shape of the result, or why these operands are refused.
    pub fn infer(&self, args: &[Shape]) -> Result<Shape, ShapeError> {
        let op = self.name();
        if !self.arity().contains(&args.len()) {
            return Err(ShapeError::new(op, args, "this is not the number of operands that it takes"));
        }
        match *self {
            Op::Leaf => Err(ShapeError::new(op, args, "a leaf is given its value, it computes none")),
            Op::Map { .. } => Ok(args[0]),
            Op::Linear => infer::linear(op, args),
            Op::Softmax { axis } | Op::LogSoftmax { axis } => {
                infer::reduce(op, args[0], Some(axis), true).map(|_| args[0])
            }
            Op::MseMean | Op::MseHalfSum => infer::equal(op, args).map(|_| Shape::SCALAR),
            Op::CrossEntropyProbs { .. } => infer::probs(op, args).map(|_| Shape::SCALAR),
            _ => self.infer_other(args),
        }
    }

    /// [`Op::infer`] beyond dense networks.
    #[cfg(feature = "full")]
    fn infer_other(&self, args: &[Shape]) -> Result<Shape, ShapeError> {
        let op = self.name();
        match *self {
            Op::Zip { .. } => Shape::broadcast(op, args[0], args[1]),
            Op::Dropout { .. } => infer::equal(op, args),
            Op::MatMul { lhs_t, rhs_t } => infer::matmul(op, args[0], lhs_t, args[1], rhs_t),
            Op::Conv2d { window, groups } => infer::conv2d(op, args, window, groups),
            Op::Attention { heads } => infer::attention(op, args, heads),
            Op::Permute { order } => infer::permute(op, args[0], order),
            Op::Reshape { to } => infer::reshape(op, args[0], to),
            Op::Slice { axis, start, len } => infer::slice(op, args[0], axis, start, len),
            Op::Concat { axis } => infer::concat(op, args, axis),
            Op::Rows => infer::rows(op, args[0], args[1]),
            Op::Sum { axis, keep } | Op::Mean { axis, keep } | Op::Max { axis, keep } => {
                infer::reduce(op, args[0], axis, keep)
            }
            Op::CrossEntropy { .. } => infer::labels(op, args[0], args[1]).map(|_| Shape::SCALAR),
            Op::MaxPool2d { window } | Op::AvgPool2d { window } => infer::pool2d(op, args[0], window),
            Op::LayerNorm { .. } => infer::layer_norm(op, args),
            Op::BatchNorm { .. } => infer::batch_norm(op, args),
            Op::Leaf
            | Op::Map { .. }
            | Op::Linear
            | Op::Softmax { .. }
            | Op::LogSoftmax { .. }
            | Op::MseMean
            | Op::MseHalfSum
            | Op::CrossEntropyProbs { .. } => {
                unreachable!("an operation of dense networks")
            }
        }
    }

    #[cfg(not(feature = "full"))]
    fn infer_other(&self, args: &[Shape]) -> Result<Shape, ShapeError> {
        Err(ShapeError::new(self.name(), args, "it is not in the light build"))
    }

    /// The operation's name, which is that of the method of [`Tape`](super::Tape) that records it.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Map { f } => map_names(*f).0,
            Op::Zip { f } => zip_names(*f).0,
            _ => self.family(),
        }
    }

    /// What PyTorch prints as the `grad_fn` of the same computation on a result of this `shape`.
    pub fn grad_fn(&self, shape: Shape) -> &'static str {
        match self {
            Op::Leaf => "AccumulateGrad",
            Op::Zip { f } => zip_names(*f).1,
            Op::Map { f } => map_names(*f).1,
            Op::Dropout { .. } => "NativeDropoutBackward0",
            Op::MatMul { .. } if shape.rank() == 2 => "MmBackward0",
            Op::MatMul { .. } => "BmmBackward0",
            Op::Linear => "AddmmBackward0",
            Op::Conv2d { .. } => "ConvolutionBackward0",
            Op::Attention { .. } => "ScaledDotProductFlashAttentionForCpuBackward0",
            Op::Permute { .. } if shape.rank() == 2 => "TBackward0",
            Op::Permute { .. } => "PermuteBackward0",
            Op::Reshape { .. } => "ViewBackward0",
            Op::Slice { .. } => "SliceBackward0",
            Op::Concat { .. } => "CatBackward0",
            Op::Rows => "EmbeddingBackward0",
            Op::Sum { axis: None, .. } => "SumBackward0",
            Op::Sum { .. } => "SumBackward1",
            Op::Mean { axis: None, .. } => "MeanBackward0",
            Op::Mean { .. } => "MeanBackward1",
            Op::Max { axis: None, .. } => "MaxBackward1",
            Op::Max { .. } => "MaxBackward0",
            Op::Softmax { .. } => "SoftmaxBackward0",
            Op::LogSoftmax { .. } => "LogSoftmaxBackward0",
            Op::MseMean | Op::MseHalfSum => "MseLossBackward0",
            Op::CrossEntropy { .. } => "NllLossBackward0",
            Op::CrossEntropyProbs { .. } => "DivBackward1",
            Op::MaxPool2d { .. } => "MaxPool2DWithIndicesBackward0",
            Op::AvgPool2d { .. } => "AvgPool2DBackward0",
            Op::LayerNorm { .. } => "NativeLayerNormBackward0",
            Op::BatchNorm { .. } => "NativeBatchNormBackward0",
        }
    }
}
