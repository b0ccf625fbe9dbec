//! The left half of the table of gradient rules: what the rule of each operation and operand looks at, and so what must be
//! kept, unchanged, until backward. The right half, what the rules compute, is `rules.rs`.

use super::op::Op;
use crate::kernels::map::Map;
use crate::kernels::zip::Zip;

/// What a rule looks at, beside the gradient of the result: a set of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reads(u8);

impl Reads {
    /// Nothing: only shapes matter.
    pub const NOTHING: Reads = Reads(0);
    /// The result.
    pub const OUT: Reads = Reads(1 << 6);
    /// What forward left for it: numbers, indices.
    pub const AUX: Reads = Reads(1 << 7);

    /// The value of operand `nth`. Of the operands past the sixth no rule reads the value: of them it is nothing.
    pub const fn arg(nth: usize) -> Reads {
        Reads(if nth < 6 { 1 << nth } else { 0 })
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Reads) -> Reads {
        Reads(self.0 | other.0)
    }

    /// Whether all of `other` is in it; nothing is in nothing.
    pub const fn contains(self, other: Reads) -> bool {
        self.0 & other.0 == other.0 && other.0 != 0
    }
}

/// What the gradients of all operands that want one read together.
pub(super) fn reads_of(op: &Op, arity: usize, wants: impl Fn(usize) -> bool) -> Reads {
    (0..arity).filter(|&nth| wants(nth)).fold(Reads::NOTHING, |all, nth| all.and(reads(op, nth)))
}

/// What the rule of `op` for operand `nth` reads.
pub fn reads(op: &Op, nth: usize) -> Reads {
    const A: Reads = Reads::arg(0);
    const B: Reads = Reads::arg(1);
    const Y: Reads = Reads::OUT;
    const AUX: Reads = Reads::AUX;
    const NOTHING: Reads = Reads::NOTHING;
    let other = if nth == 0 { B } else { A };
    match op {
        Op::Leaf => NOTHING,
        Op::Zip { f } => match f {
            Zip::Add | Zip::Sub => NOTHING,  // dy; dy or -dy
            Zip::Mul => other,               // dy b; dy a
            Zip::Div if nth == 0 => B,       // dy / b
            Zip::Div => A.and(B),            // -dy a / b^2
            Zip::Max | Zip::Min => A.and(B), // dy to the one that was taken
            Zip::Pow => A.and(B),            // dy b a^(b-1); dy a^b ln a
        },
        Op::Map { f } => match f {
            Map::Neg | Map::Scale { .. } | Map::Shift { .. } => NOTHING,
            // dy where y > 0: that is where x > 0.
            Map::Relu => Y,
            // In terms of y: dy y (1 - y); dy (1 - y^2); dy y; dy / 2y; -dy y^2.
            Map::Sigmoid | Map::Tanh | Map::Exp | Map::Sqrt | Map::Recip => Y,
            // dy or dy (y + alpha), by the sign of x.
            Map::Elu { .. } => A.and(Y),
            // In terms of x.
            Map::LeakyRelu { .. }
            | Map::Gelu
            | Map::GeluTanh
            | Map::Silu
            | Map::Softplus
            | Map::Ln
            | Map::Square
            | Map::Abs
            | Map::Sin
            | Map::Cos
            | Map::Pow { .. }
            | Map::Clamp { .. } => A,
        },
        Op::Dropout { .. } => other,

        Op::MatMul { .. } => other,
        // dx = dy . W; dW = dy^T . x; db = sum of dy
        Op::Linear | Op::Conv2d { .. } => {
            if nth < 2 {
                other
            } else {
                NOTHING
            }
        }

        // The weights, and the operands that follow them on the way.
        Op::Attention { .. } => match nth {
            0 => B.and(Reads::arg(2)).and(AUX),
            1 => A.and(Reads::arg(2)).and(AUX),
            2 => AUX,
            _ => Reads::arg(2).and(AUX),
        },

        Op::Permute { .. } | Op::Reshape { .. } | Op::Slice { .. } | Op::Concat { .. } => NOTHING,
        Op::Rows => AUX,

        Op::Sum { .. } | Op::Mean { .. } => NOTHING,
        Op::Max { .. } => AUX,
        Op::Softmax { .. } | Op::LogSoftmax { .. } => Y,

        Op::MseMean | Op::MseHalfSum => A.and(B),
        Op::CrossEntropy { .. } => AUX,
        Op::CrossEntropyProbs { .. } if nth == 0 => AUX.and(B),
        Op::CrossEntropyProbs { .. } => AUX,

        Op::MaxPool2d { .. } => AUX,
        Op::AvgPool2d { .. } => NOTHING,

        Op::LayerNorm { .. } | Op::BatchNorm { .. } => match nth {
            0 => A.and(B).and(AUX),
            1 => A.and(AUX),
            _ => NOTHING,
        },
    }
}
