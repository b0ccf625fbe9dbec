//! The same statements for whole layers: vectors and matrices.

use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::lessons::backprop::{Backprop, MEDIUM};
use crate::view::Math;

/// Matrices of up to so many rows and columns are written out; of larger ones the shape is.
const WRITTEN_OUT: usize = 3;

impl Backprop {
    /// What the layer of `thing` is, in matrices.
    pub(super) fn matrix_statement(&self, thing: Thing) -> Math {
        let last = self.net.last();
        let layer = |letter: &str, l: usize| Math::bold(letter).sup(Math::Const(l.to_string()));
        let handle = |math: Math, thing: Thing| math.handle(thing.to_string());
        let a = |l: usize| handle(if l == 0 { Math::bold("x") } else { layer("a", l) }, self.value_of(l, 0));
        let z = |l: usize| handle(layer("z", l), Thing::Sum(l, 0));
        let delta = |l: usize| handle(layer("δ", l), Thing::Delta(l, 0));
        let w = |l: usize| handle(layer("W", l), Thing::Weight(l, 0, 0));
        let b = |l: usize| handle(layer("b", l), Thing::Bias(l, 0));
        let t = || handle(Math::bold("t"), Thing::Target(self.shown(), 0));
        let transposed = |math: Math| Math::row([math]).sup(Math::op("⊤"));
        let grad = |l: usize| {
            let below = Math::row([Math::op("∂"), layer("W", l)]);
            handle(Math::row([Math::op("∂"), Math::var("L")]).over(below), Thing::WeightGrad(l, 0, 0))
        };
        let slope = |l: usize| {
            let name = match self.net.activation {
                Activation::Sigmoid => "σ",
                Activation::Tanh => "tanh",
                Activation::Relu => "relu",
            };
            vec![Math::op("⊙"), Math::var(name).sup(Math::op("′")), Math::op("("), z(l), Math::op(")")]
        };
        let with_slope = self.fault != Fault::NoSlope;
        let mut parts = Vec::new();
        match thing {
            Thing::Sum(l, _) => parts.extend([z(l), Math::op("="), w(l), a(l - 1), Math::op("+"), b(l)]),
            Thing::Value(l, _) => {
                let name = match self.net.activation {
                    _ if l == last && self.net.loss.is_softmax() => "softmax",
                    Activation::Sigmoid => "σ",
                    Activation::Tanh => "tanh",
                    Activation::Relu => "relu",
                };
                parts.extend([a(l), Math::op("="), Math::var(name), Math::op("("), z(l), Math::op(")")]);
            }
            Thing::Loss if self.net.loss == Loss::SoftmaxCrossEntropy => {
                let ln = [Math::var("ln"), a(last)];
                parts.extend([Math::var("L"), Math::op("="), Math::op("−"), transposed(t())].into_iter().chain(ln));
            }
            Thing::Loss => {
                let norm = Math::row([Math::op("‖"), a(last), Math::op("−"), t(), Math::op("‖")]);
                let half = Math::constant("1").over(Math::constant("2"));
                parts.extend([Math::var("L"), Math::op("="), half, norm.sup(Math::constant("2"))]);
            }
            Thing::Delta(l, _) if l == last => {
                let error = [Math::op("("), a(l), Math::op("−"), t(), Math::op(")")];
                parts.extend([delta(l), Math::op("=")]);
                match self.net.loss {
                    Loss::SoftmaxMse if with_slope => {
                        let diagonal = [Math::var("diag"), Math::op("("), a(l), Math::op(")")];
                        parts.push(Math::op("("));
                        parts.extend(diagonal);
                        parts.extend([Math::op("−"), a(l), transposed(a(l)), Math::op(")")]);
                        parts.extend(error);
                    }
                    Loss::SoftmaxCrossEntropy => parts.extend([a(l), Math::op("−"), t()]),
                    _ => {
                        parts.extend(error);
                        parts.extend(if with_slope { slope(l) } else { Vec::new() });
                    }
                }
            }
            Thing::Delta(l, _) => {
                let weights = match self.fault {
                    Fault::NoTranspose => w(l + 1),
                    Fault::UpdatedWeights => {
                        let fresh = Math::bold("W").sup(Math::row([Math::op("′"), Math::Const((l + 1).to_string())]));
                        transposed(Math::row([Math::op("("), fresh, Math::op(")")]))
                    }
                    _ => transposed(Math::row([Math::op("("), w(l + 1), Math::op(")")])),
                };
                parts.extend([delta(l), Math::op("="), weights, delta(l + 1)]);
                parts.extend(if with_slope { slope(l) } else { Vec::new() });
            }
            Thing::WeightGrad(l, ..) => {
                parts.extend([grad(l), Math::op("=")]);
                if self.count() > 1 {
                    if self.fault != Fault::Sum {
                        parts.push(Math::constant("1").over(Math::var("N")));
                    }
                    parts.push(Math::op("∑").sub(Math::var("s")));
                }
                parts.extend([delta(l), transposed(Math::row([Math::op("("), a(l - 1), Math::op(")")]))]);
            }
            Thing::NewWeight(l, ..) => {
                parts.extend([w(l), Math::op("←"), w(l), Math::op("−"), Math::var("η"), grad(l)]);
            }
            _ => {}
        }
        Math::Row(parts)
    }

    /// The layer's numbers, or its shape where they would not fit.
    pub(super) fn matrix_numbers(&self, thing: Thing, known: bool) -> Vec<Math> {
        let sizes = &self.net.sizes;
        let column = |l: usize, make: fn(usize, usize) -> Thing| {
            self.written((0..sizes[l]).map(|j| vec![make(l, j)]).collect(), known)
        };
        let grid = |l: usize, make: fn(usize, usize, usize) -> Thing| {
            self.written((0..sizes[l]).map(|j| (0..sizes[l - 1]).map(|i| make(l, i, j)).collect()).collect(), known)
        };
        match thing {
            Thing::Sum(l, _) => vec![Math::op("="), column(l, Thing::Sum)],
            Thing::Value(l, _) => vec![Math::op("="), column(l, Thing::Value)],
            Thing::Loss => vec![Math::op("="), self.result(Thing::Loss, known)],
            Thing::Delta(l, _) => vec![Math::op("="), column(l, Thing::Delta)],
            Thing::WeightGrad(l, ..) => vec![Math::op("="), grid(l, Thing::WeightGrad)],
            Thing::NewWeight(l, ..) => vec![Math::op("="), grid(l, Thing::NewWeight)],
            _ => Vec::new(),
        }
    }

    /// A matrix of the numbers of `things`, or its shape.
    fn written(&self, things: Vec<Vec<Thing>>, known: bool) -> Math {
        let (rows, columns) = (things.len(), things[0].len());
        if rows > WRITTEN_OUT || columns > WRITTEN_OUT {
            return Math::Const(format!("{rows} × {columns}"));
        }
        let signed = matches!(things[0][0], Thing::Delta(..) | Thing::WeightGrad(..));
        let number = |thing: &Thing| {
            let value = self.number(*thing);
            Math::Number { value, format: MEDIUM, signed, known }.handle(thing.to_string())
        };
        Math::Matrix(things.iter().map(|row| row.iter().map(number).collect()).collect())
    }
}
