//! The general statements, index by index.

use crate::lessons::backprop::Backprop;
use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::view::Math;

impl Backprop {
    /// What `thing` is, in symbols with running indices.
    pub(super) fn statement(&self, thing: Thing) -> Math {
        let last = self.net.last();
        let mut parts = vec![self.symbol_of(thing)];
        match thing {
            Thing::Sum(l, j) => {
                let weight = self.symbol_of(Thing::Weight(l, 0, j));
                let input = self.symbol_of(self.value_of(l - 1, 0));
                let bias = self.symbol_of(Thing::Bias(l, j));
                parts.extend([Math::op("="), self.sum_over(l - 1), weight, input, Math::op("+"), bias]);
            }
            Thing::Value(l, j) if l == last && self.net.loss.is_softmax() => {
                let power = |index: &str| Math::var("e").sup(Math::var("z").sub(Math::var(index)));
                let below = Math::row([Math::op("∑").sub(Math::var("m")), power("m")]);
                parts.extend([Math::op("="), power(self.index(l)).over(below).handle(Thing::Sum(l, j).to_string())]);
            }
            Thing::Value(l, j) => {
                let sum = self.symbol_of(Thing::Sum(l, j));
                let name = match self.net.activation {
                    Activation::Sigmoid => Math::var("σ"),
                    Activation::Tanh => Math::var("tanh"),
                    Activation::Relu => return Math::row(parts.into_iter().chain(relu(sum))),
                };
                parts.extend([Math::op("="), name, Math::op("("), sum, Math::op(")")]);
            }
            Thing::Loss => parts.extend(self.loss_statement()),
            Thing::Delta(l, k) if l == last => parts.extend(self.output_delta_statement(k)),
            Thing::Delta(l, j) => {
                parts.push(Math::op("="));
                if self.fault != Fault::NoSlope {
                    parts.extend(self.slope_statement(l, j));
                }
                let updated = self.fault == Fault::UpdatedWeights;
                let (from, to) = (self.index(l), self.index(l + 1));
                let indices = if self.fault == Fault::NoTranspose { [to, from] } else { [from, to] };
                let letter = if updated { Math::var("w").sup(Math::op("′")) } else { Math::var("w") };
                let weight =
                    letter.sub(Math::row(indices.map(Math::var))).handle(Thing::Weight(l + 1, j, 0).to_string());
                parts.extend([self.sum_over(l + 1), self.symbol_of(Thing::Delta(l + 1, 0)), weight]);
            }
            Thing::WeightGrad(l, i, j) => {
                parts.push(Math::op("="));
                if self.count() > 1 {
                    if self.fault != Fault::Sum {
                        parts.push(Math::constant("1").over(Math::var("N")));
                    }
                    parts.push(Math::op("∑").sub(Math::var("s")));
                }
                parts.extend([self.symbol_of(Thing::Delta(l, j)), self.symbol_of(self.value_of(l - 1, i))]);
            }
            Thing::NewWeight(l, i, j) => {
                let step = [Math::op("←"), self.symbol_of(Thing::Weight(l, i, j)), Math::op("−"), Math::var("η")];
                parts.extend(step);
                parts.push(self.symbol_of(Thing::WeightGrad(l, i, j)));
            }
            _ => {}
        }
        Math::Row(parts)
    }

    /// A sum over the nodes of layer `l`.
    fn sum_over(&self, l: usize) -> Math {
        Math::op("∑").sub(Math::var(self.index(l)))
    }

    /// f'(z_j), in what the forward pass has kept.
    pub(super) fn slope_statement(&self, l: usize, j: usize) -> Vec<Math> {
        let a = || self.symbol_of(Thing::Value(l, j));
        match self.net.activation {
            Activation::Sigmoid => vec![a(), Math::op("("), Math::constant("1"), Math::op("−"), a(), Math::op(")")],
            Activation::Tanh => {
                let square = a().sup(Math::constant("2"));
                vec![Math::op("("), Math::constant("1"), Math::op("−"), square, Math::op(")")]
            }
            Activation::Relu => {
                let condition = [self.symbol_of(Thing::Sum(l, j)), Math::op(">"), Math::constant("0")];
                [Math::op("[")].into_iter().chain(condition).chain([Math::op("]")]).collect()
            }
        }
    }

    /// o_k - t_k in brackets.
    fn error_statement(&self, k: usize) -> [Math; 5] {
        let o = self.symbol_of(Thing::Value(self.net.last(), k));
        [Math::op("("), o, Math::op("−"), self.symbol_of(Thing::Target(self.shown(), k)), Math::op(")")]
    }

    fn loss_statement(&self) -> Vec<Math> {
        let k = self.index(self.net.last());
        let sum = Math::op("∑").sub(Math::var(k));
        let mut parts = vec![Math::op("=")];
        match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse => {
                parts.extend([Math::constant("1").over(Math::constant("2")), sum]);
                let square = Math::row(self.error_statement(0)).sup(Math::constant("2"));
                parts.push(square);
            }
            Loss::SoftmaxCrossEntropy => {
                let o = self.symbol_of(Thing::Value(self.net.last(), 0));
                let t = self.symbol_of(Thing::Target(self.shown(), 0));
                parts.extend([Math::op("−"), sum, t, Math::var("ln"), o]);
            }
        }
        parts
    }

    fn output_delta_statement(&self, k: usize) -> Vec<Math> {
        let last = self.net.last();
        let mut parts = vec![Math::op("=")];
        match self.net.loss {
            Loss::Mse => {
                parts.extend(self.error_statement(k));
                if self.fault != Fault::NoSlope {
                    parts.extend(self.slope_statement(last, k));
                }
            }
            Loss::SoftmaxMse if self.fault == Fault::NoSlope => parts.extend(self.error_statement(k)),
            Loss::SoftmaxMse => {
                let of = |letter: &str| Math::var(letter).sub(Math::var("m"));
                let inner = [Math::op("("), of("o"), Math::op("−"), of("t"), Math::op(")"), of("o")];
                parts.extend([self.symbol_of(Thing::Value(last, k)), Math::op("(")]);
                parts.extend(self.error_statement(k));
                parts.extend([Math::op("−"), Math::op("∑").sub(Math::var("m"))]);
                parts.extend(inner);
                parts.push(Math::op(")"));
            }
            Loss::SoftmaxCrossEntropy => {
                let o = self.symbol_of(Thing::Value(last, k));
                parts.push(o);
                if !self.targets_sum_to_one() {
                    parts.extend([Math::op("∑").sub(Math::var("m")), Math::var("t").sub(Math::var("m"))]);
                }
                parts.extend([Math::op("−"), self.symbol_of(Thing::Target(self.shown(), k))]);
            }
        }
        parts
    }

    /// Then softmax with cross-entropy has its famous short delta.
    pub(super) fn targets_sum_to_one(&self) -> bool {
        (self.target_mass() - 1.0).abs() < 1e-12
    }

    /// The sum of the targets of the sample shown.
    pub(super) fn target_mass(&self) -> f64 {
        (0..self.net.sizes[self.net.last()]).map(|k| self.number(Thing::Target(self.shown(), k))).sum()
    }
}

/// = max(0, z)
fn relu(sum: Math) -> [Math; 7] {
    let [open, zero, comma, close] = [Math::op("("), Math::constant("0"), Math::op(","), Math::op(")")];
    [Math::op("="), Math::var("max"), open, zero, comma, sum, close]
}
