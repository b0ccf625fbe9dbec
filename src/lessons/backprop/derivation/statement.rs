//! The general statements, index by index.

use crate::lessons::backprop::Backprop;
use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::scene::{Math, Phrase};

impl Backprop {
    /// What `thing` is, in symbols with running indices.
    pub(super) fn statement(&self, thing: Thing) -> Math {
        let last = self.net.last();
        let s = |thing| self.symbol_of(thing);
        let start = Math::begin(s(thing));
        let phrase = match thing {
            Thing::Sum(l, j) => {
                let terms = start.text("=").text(&self.sum_over(l - 1)).put(s(Thing::Weight(l, 0, j)));
                terms.put(s(self.value_of(l - 1, 0))).text("+").put(s(Thing::Bias(l, j)))
            }
            Thing::Value(l, j) if l == last && self.net.loss.is_softmax() => {
                let power = |index: &str| Math::var("e").sup(Math::var("z").sub(Math::var(index)));
                let share = power(self.index(l)).over(Math::text("∑_m").put(power("m")).whole());
                start.text("=").put(share.handle(Thing::Sum(l, j).to_string()))
            }
            Thing::Value(l, j) => start.text("=").text(self.activation_text()).put(s(Thing::Sum(l, j))).text(")"),
            Thing::Loss => start.text("=").then(self.loss_statement()),
            Thing::Delta(l, k) if l == last => start.text("=").then(self.output_delta_statement(k)),
            Thing::Delta(l, j) => {
                let (from, to) = (self.index(l), self.index(l + 1));
                let indices = if self.fault == Fault::NoTranspose { [to, from] } else { [from, to] };
                let letter =
                    if self.fault == Fault::UpdatedWeights { Math::text("w^′").whole() } else { Math::var("w") };
                let weight = letter.sub(Math::row(indices.map(Math::var)));
                start
                    .text("=")
                    .then(self.slope_statement(l, j))
                    .text(&self.sum_over(l + 1))
                    .put(s(Thing::Delta(l + 1, 0)))
                    .put(weight.handle(Thing::Weight(l + 1, j, 0).to_string()))
            }
            Thing::WeightGrad(l, i, j) => {
                start.text("=").text(self.batch_text()).put(s(Thing::Delta(l, j))).put(s(self.value_of(l - 1, i)))
            }
            Thing::NewWeight(l, i, j) => {
                start.text("←").put(s(Thing::Weight(l, i, j))).text("− η").put(s(Thing::WeightGrad(l, i, j)))
            }
            _ => start,
        };
        phrase.whole()
    }

    /// A sum over the nodes of layer `l`.
    fn sum_over(&self, l: usize) -> String {
        format!("∑_{}", self.index(l))
    }

    /// The mean or the sum over the batch, where there is one.
    pub(super) fn batch_text(&self) -> &'static str {
        match (self.count(), self.fault) {
            (1, _) => "",
            (_, Fault::Sum) => "∑_s",
            _ => "1/N ∑_s",
        }
    }

    /// The activation up to its argument.
    pub(super) fn activation_text(&self) -> &'static str {
        match self.net.activation {
            Activation::Sigmoid => "σ (",
            Activation::Tanh => "tanh (",
            Activation::Relu => "max ( 0 ,",
        }
    }

    /// f'(z_j), in what the forward pass has kept; nothing where a fault drops it.
    fn slope_statement(&self, l: usize, j: usize) -> Phrase {
        let a = || self.symbol_of(Thing::Value(l, j));
        match self.net.activation {
            _ if self.fault == Fault::NoSlope => Phrase::default(),
            Activation::Sigmoid => Math::begin(a()).text("( 1 −").put(a()).text(")"),
            Activation::Tanh => Math::text("( 1 −").put(a().sup(Math::constant("2"))).text(")"),
            Activation::Relu => Math::text("[").put(self.symbol_of(Thing::Sum(l, j))).text("> 0 ]"),
        }
    }

    fn loss_statement(&self) -> Phrase {
        let sum = self.sum_over(self.net.last());
        let o = self.symbol_of(Thing::Value(self.net.last(), 0));
        let t = self.symbol_of(Thing::Target(self.shown(), 0));
        match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse => Math::text("1/2").text(&sum).text("(").put(o).text("−").put(t).text(")^2"),
            Loss::SoftmaxCrossEntropy => Math::text("−").text(&sum).put(t).text("ln").put(o),
        }
    }

    fn output_delta_statement(&self, k: usize) -> Phrase {
        let last = self.net.last();
        let o = || self.symbol_of(Thing::Value(last, k));
        let t = self.symbol_of(Thing::Target(self.shown(), k));
        match self.net.loss {
            Loss::SoftmaxMse if self.fault != Fault::NoSlope => {
                Math::begin(o()).text("( (").put(o()).text("−").put(t).text(") − ∑_m ( o_m − t_m ) o_m )")
            }
            Loss::SoftmaxMse => Math::text("(").put(o()).text("−").put(t).text(")"),
            Loss::Mse => Math::text("(").put(o()).text("−").put(t).text(")").then(self.slope_statement(last, k)),
            Loss::SoftmaxCrossEntropy => {
                let mass = if self.targets_sum_to_one() { "−" } else { "∑_m t_m −" };
                Math::begin(o()).text(mass).put(t)
            }
        }
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
