//! The same statements with numbers in place.

use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::lessons::backprop::{Backprop, MEDIUM};
use crate::view::Math;

/// Sums of up to so many terms are written out; longer ones are shortened in the middle.
const WRITTEN_OUT: usize = 3;

impl Backprop {
    /// What gives the number of `thing`, ending in that number.
    pub(super) fn arithmetic(&self, thing: Thing, known: bool) -> Vec<Math> {
        let last = self.net.last();
        let number = |thing| self.operand(thing, known);
        let value = |value: f64| Math::Number { value, format: MEDIUM, signed: false, known };
        let mut parts = Vec::new();
        match thing {
            Thing::Sum(l, j) => {
                let term = |i| vec![number(Thing::Weight(l, i, j)), Math::op("×"), number(self.value_of(l - 1, i))];
                parts.extend(sum((0..self.net.sizes[l - 1]).map(term)));
                parts.extend([Math::op("+"), number(Thing::Bias(l, j))]);
            }
            Thing::Value(l, j) if l == last && self.net.loss.is_softmax() => {
                let power = |j| Math::var("e").sup(number(Thing::Sum(l, j)));
                parts.push(power(j).over(Math::row(sum((0..self.net.sizes[l]).map(|k| vec![power(k)])))));
            }
            Thing::Value(l, j) => {
                let name = match self.net.activation {
                    Activation::Sigmoid => vec![Math::var("σ"), Math::op("(")],
                    Activation::Tanh => vec![Math::var("tanh"), Math::op("(")],
                    Activation::Relu => vec![Math::var("max"), Math::op("("), Math::constant("0"), Math::op(",")],
                };
                parts.extend(name);
                parts.extend([number(Thing::Sum(l, j)), Math::op(")")]);
            }
            Thing::Loss => parts.extend(self.loss_arithmetic(known)),
            Thing::Delta(l, k) if l == last => parts.extend(self.output_delta_arithmetic(k, known)),
            Thing::Delta(l, j) => {
                if self.fault != Fault::NoSlope {
                    parts.extend(self.slope_arithmetic(l, j, known));
                    parts.push(Math::op("×"));
                }
                let weight = |k| match self.fault {
                    Fault::NoTranspose if k < self.net.sizes[l] && j < self.net.sizes[l + 1] => {
                        number(Thing::Weight(l + 1, k, j))
                    }
                    Fault::UpdatedWeights => number(Thing::NewWeight(l + 1, j, k)),
                    _ => number(Thing::Weight(l + 1, j, k)),
                };
                let term = |k| vec![number(Thing::Delta(l + 1, k)), Math::op("×"), weight(k)];
                parts.push(Math::op("("));
                parts.extend(sum((0..self.net.sizes[l + 1]).map(term)));
                parts.push(Math::op(")"));
            }
            Thing::WeightGrad(l, i, j) => {
                parts.extend([number(Thing::Delta(l, j)), Math::op("×"), number(self.value_of(l - 1, i))]);
                parts.extend(self.batch_remark());
            }
            Thing::BiasGrad(l, j) => {
                parts.push(number(Thing::Delta(l, j)));
                parts.extend(self.batch_remark());
            }
            Thing::NewWeight(l, i, j) => {
                let step = [number(Thing::Weight(l, i, j)), Math::op("−"), value(self.lr), Math::op("×")];
                parts.extend(step);
                parts.push(number(Thing::WeightGrad(l, i, j)));
            }
            Thing::NewBias(l, j) => {
                let lr = if self.train_bias { self.lr } else { 0.0 };
                parts.extend([number(Thing::Bias(l, j)), Math::op("−"), value(lr), Math::op("×")]);
                parts.push(number(Thing::BiasGrad(l, j)));
            }
            Thing::Input(..) | Thing::Target(..) | Thing::Weight(..) | Thing::Bias(..) => {}
        }
        if !parts.is_empty() {
            let batch = matches!(thing, Thing::WeightGrad(..) | Thing::BiasGrad(..)) && self.count() > 1;
            parts.push(Math::op(if batch { ":" } else { "=" }));
        }
        parts.push(self.result(thing, known));
        parts
    }

    /// The mean or the sum over the batch follows the product of the sample shown.
    fn batch_remark(&self) -> Vec<Math> {
        if self.count() == 1 {
            return Vec::new();
        }
        let word = if self.fault == Fault::Sum { "note.sum_over" } else { "note.mean_over" };
        vec![Math::op(","), Math::Word(word), Math::Const(self.count().to_string())]
    }

    /// f'(z_j) with numbers.
    fn slope_arithmetic(&self, l: usize, j: usize, known: bool) -> Vec<Math> {
        let a = || self.operand(Thing::Value(l, j), known);
        let one_minus = |what: Math| [Math::op("("), Math::constant("1"), Math::op("−"), what, Math::op(")")];
        match self.net.activation {
            Activation::Sigmoid => [a(), Math::op("×")].into_iter().chain(one_minus(a())).collect(),
            Activation::Tanh => one_minus(a().sup(Math::constant("2"))).into(),
            Activation::Relu => {
                let slope = self.net.activation.slope(self.number(Thing::Value(l, j)));
                vec![Math::Number { value: slope, format: MEDIUM, signed: false, known }]
            }
        }
    }

    /// (o_k - t_k) with numbers.
    fn error_arithmetic(&self, k: usize, known: bool) -> [Math; 5] {
        let o = self.operand(Thing::Value(self.net.last(), k), known);
        [Math::op("("), o, Math::op("−"), self.operand(Thing::Target(self.shown(), k), known), Math::op(")")]
    }

    /// The loss of the sample shown; of a batch, the mean follows.
    fn loss_arithmetic(&self, known: bool) -> Vec<Math> {
        let last = self.net.last();
        let terms = 0..self.net.sizes[last];
        let mut parts = match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse => {
                let term = |k| vec![Math::row(self.error_arithmetic(k, known)).sup(Math::constant("2"))];
                let mut parts = vec![Math::constant("1").over(Math::constant("2")), Math::op("(")];
                parts.extend(sum(terms.map(term)));
                parts.push(Math::op(")"));
                parts
            }
            Loss::SoftmaxCrossEntropy => {
                let term = |k| {
                    let target = self.operand(Thing::Target(self.shown(), k), known);
                    vec![target, Math::op("×"), Math::var("ln"), self.operand(Thing::Value(last, k), known)]
                };
                let mut parts = vec![Math::op("−"), Math::op("(")];
                parts.extend(sum(terms.map(term)));
                parts.push(Math::op(")"));
                parts
            }
        };
        if self.count() > 1 {
            parts.extend([Math::op(","), Math::Word("note.mean_over"), Math::Const(self.count().to_string())]);
        }
        parts
    }

    /// delta_k with numbers.
    fn output_delta_arithmetic(&self, k: usize, known: bool) -> Vec<Math> {
        let last = self.net.last();
        let number = |thing| self.operand(thing, known);
        let (o, t) = (Thing::Value(last, k), Thing::Target(self.shown(), k));
        let mut parts = Vec::new();
        match self.net.loss {
            Loss::Mse => {
                parts.extend(self.error_arithmetic(k, known));
                if self.fault != Fault::NoSlope {
                    parts.push(Math::op("×"));
                    parts.extend(self.slope_arithmetic(last, k, known));
                }
            }
            Loss::SoftmaxMse if self.fault == Fault::NoSlope => parts.extend(self.error_arithmetic(k, known)),
            Loss::SoftmaxMse => {
                let outputs = 0..self.net.sizes[last];
                let of = |k| [Thing::Value(last, k), Thing::Target(self.shown(), k)].map(|thing| self.number(thing));
                let along = outputs.map(|k| of(k)).map(|[o, t]| (o - t) * o).sum();
                parts.extend([number(o), Math::op("×"), Math::op("(")]);
                parts.extend(self.error_arithmetic(k, known));
                parts.extend([Math::op("−"), Math::Number { value: along, format: MEDIUM, signed: false, known }]);
                parts.push(Math::op(")"));
            }
            Loss::SoftmaxCrossEntropy => {
                parts.push(number(o));
                if !self.targets_sum_to_one() {
                    let mass = Math::Number { value: self.target_mass(), format: MEDIUM, signed: false, known };
                    parts.extend([Math::op("×"), mass]);
                }
                parts.extend([Math::op("−"), number(t)]);
            }
        }
        parts
    }
}

/// The terms with plus signs between them; in the middle of a long sum stand dots.
fn sum(terms: impl ExactSizeIterator<Item = Vec<Math>>) -> Vec<Math> {
    let count = terms.len();
    let mut parts = Vec::new();
    for (place, term) in terms.enumerate() {
        let hidden = count > WRITTEN_OUT && place > 1 && place + 1 < count;
        if hidden && place > 2 {
            continue;
        }
        if place > 0 {
            parts.push(Math::op("+"));
        }
        if hidden {
            parts.push(Math::op("⋯"));
        } else {
            parts.extend(term);
        }
    }
    parts
}
