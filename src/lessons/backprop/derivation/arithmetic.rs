//! The same statements with numbers in place.

use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::lessons::backprop::{Backprop, MEDIUM};
use crate::scene::{Math, Phrase};

/// Sums of up to so many terms are written out; longer ones are shortened in the middle.
const WRITTEN_OUT: usize = 3;

impl Backprop {
    /// What gives the number of `thing`, ending in that number.
    pub(super) fn arithmetic(&self, thing: Thing, known: bool) -> Vec<Math> {
        let last = self.net.last();
        let n = |thing| self.operand(thing, known);
        let phrase = match thing {
            Thing::Sum(l, j) => {
                let term = |i| Math::begin(n(Thing::Weight(l, i, j))).text("×").put(n(self.value_of(l - 1, i)));
                sum(self.net.sizes[l - 1], &term).text("+").put(n(Thing::Bias(l, j)))
            }
            Thing::Value(l, j) if l == last && self.net.loss.is_softmax() => {
                let power = |j| Math::var("e").sup(n(Thing::Sum(l, j)));
                let all = sum(self.net.sizes[l], &|k| Math::begin(power(k)));
                Math::begin(power(j).over(all.whole()))
            }
            Thing::Value(l, j) => Math::text(self.activation_text()).put(n(Thing::Sum(l, j))).text(")"),
            Thing::Loss => self.loss_arithmetic(known),
            Thing::Delta(l, k) if l == last => self.output_delta_arithmetic(k, known),
            Thing::Delta(l, j) => {
                let weight = |k| match self.fault {
                    Fault::NoTranspose if k < self.net.sizes[l] && j < self.net.sizes[l + 1] => {
                        Thing::Weight(l + 1, k, j)
                    }
                    Fault::UpdatedWeights => Thing::NewWeight(l + 1, j, k),
                    _ => Thing::Weight(l + 1, j, k),
                };
                let term = |k| Math::begin(n(Thing::Delta(l + 1, k))).text("×").put(n(weight(k)));
                let all = sum(self.net.sizes[l + 1], &term);
                match self.fault {
                    Fault::NoSlope => all,
                    _ => self.slope_arithmetic(l, j, known).text("× (").then(all).text(")"),
                }
            }
            Thing::WeightGrad(l, i, j) => {
                let product = Math::begin(n(Thing::Delta(l, j))).text("×").put(n(self.value_of(l - 1, i)));
                product.then(self.batch_remark())
            }
            Thing::BiasGrad(l, j) => Math::begin(n(Thing::Delta(l, j))).then(self.batch_remark()),
            Thing::NewWeight(l, i, j) => {
                let start = Math::begin(n(Thing::Weight(l, i, j))).text("−").put(self.plain(self.lr, known));
                start.text("×").put(n(Thing::WeightGrad(l, i, j)))
            }
            Thing::NewBias(l, j) => {
                let lr = if self.train_bias { self.lr } else { 0.0 };
                let start = Math::begin(n(Thing::Bias(l, j))).text("−").put(self.plain(lr, known));
                start.text("×").put(n(Thing::BiasGrad(l, j)))
            }
            Thing::Input(..) | Thing::Target(..) | Thing::Weight(..) | Thing::Bias(..) => Phrase::default(),
        };
        let batch = matches!(thing, Thing::WeightGrad(..) | Thing::BiasGrad(..)) && self.count() > 1;
        phrase.text(if batch { ":" } else { "=" }).put(self.result(thing, known)).parts()
    }

    /// A number that is no thing of the figure.
    fn plain(&self, value: f64, known: bool) -> Math {
        Math::Number { value, format: MEDIUM, signed: false, known }
    }

    /// The mean or the sum over the batch follows the product of the sample shown.
    fn batch_remark(&self) -> Phrase {
        if self.count() == 1 {
            return Phrase::default();
        }
        let word = if self.fault == Fault::Sum { "note.sum_over" } else { "note.mean_over" };
        Math::text(",").put(Math::Word(word)).text(&self.count().to_string())
    }

    /// f'(z_j) with numbers.
    fn slope_arithmetic(&self, l: usize, j: usize, known: bool) -> Phrase {
        let a = || self.operand(Thing::Value(l, j), known);
        match self.net.activation {
            Activation::Sigmoid => Math::begin(a()).text("× ( 1 −").put(a()).text(")"),
            Activation::Tanh => Math::text("( 1 −").put(a().sup(Math::constant("2"))).text(")"),
            Activation::Relu => {
                let slope = self.net.activation.slope(self.number(Thing::Value(l, j)));
                Math::begin(self.plain(slope, known))
            }
        }
    }

    /// The loss of the sample shown; of a batch, the mean follows.
    fn loss_arithmetic(&self, known: bool) -> Phrase {
        let last = self.net.last();
        let o = |k| self.operand(Thing::Value(last, k), known);
        let t = |k| self.operand(Thing::Target(self.shown(), k), known);
        let outputs = self.net.sizes[last];
        let phrase = match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse => {
                let term = |k| Math::text("(").put(o(k)).text("−").put(t(k)).text(")^2");
                Math::text("1/2 (").then(sum(outputs, &term)).text(")")
            }
            Loss::SoftmaxCrossEntropy => {
                let term = |k| Math::begin(t(k)).text("× ln").put(o(k));
                Math::text("− (").then(sum(outputs, &term)).text(")")
            }
        };
        if self.count() == 1 {
            return phrase;
        }
        phrase.text(",").put(Math::Word("note.mean_over")).text(&self.count().to_string())
    }

    /// delta_k with numbers.
    fn output_delta_arithmetic(&self, k: usize, known: bool) -> Phrase {
        let last = self.net.last();
        let o = || self.operand(Thing::Value(last, k), known);
        let t = || self.operand(Thing::Target(self.shown(), k), known);
        let error = || Math::text("(").put(o()).text("−").put(t()).text(")");
        match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse if self.fault == Fault::NoSlope => error(),
            Loss::Mse => error().text("×").then(self.slope_arithmetic(last, k, known)),
            Loss::SoftmaxMse => {
                let pair = |k| (self.number(Thing::Value(last, k)), self.number(Thing::Target(self.shown(), k)));
                let along = (0..self.net.sizes[last]).map(pair).map(|(o, t)| (o - t) * o).sum();
                let bracket = Math::begin(o()).text("× (").then(error()).text("−");
                bracket.put(self.plain(along, known)).text(")")
            }
            Loss::SoftmaxCrossEntropy if self.targets_sum_to_one() => Math::begin(o()).text("−").put(t()),
            Loss::SoftmaxCrossEntropy => {
                Math::begin(o()).text("×").put(self.plain(self.target_mass(), known)).text("−").put(t())
            }
        }
    }
}

/// `count` terms with plus signs between them; in the middle of a long sum stand dots.
fn sum(count: usize, term: &dyn Fn(usize) -> Phrase) -> Phrase {
    let mut phrase = Phrase::default();
    for place in 0..count {
        let hidden = count > WRITTEN_OUT && place > 1 && place + 1 < count;
        if hidden && place > 2 {
            continue;
        }
        if place > 0 {
            phrase = phrase.text("+");
        }
        phrase = if hidden { phrase.text("⋯") } else { phrase.then(term(place)) };
    }
    phrase
}
