//! The same statements for whole layers: vectors and matrices.

use crate::lessons::backprop::net::{Activation, Fault, Loss};
use crate::lessons::backprop::thing::Thing;
use crate::lessons::backprop::{Backprop, MEDIUM};
use crate::scene::{Math, Phrase};

/// Matrices of up to so many rows and columns are written out; of larger ones the shape is.
const WRITTEN_OUT: usize = 3;

/// A bold letter with the number of its layer.
fn layer(letter: &str, l: usize) -> Math {
    Math::bold(letter).sup(Math::Const(l.to_string()))
}

/// The transpose of `math`.
fn transposed(math: Math) -> Math {
    Math::row([math]).sup(Math::op("⊤"))
}

/// `math` in brackets.
fn bracketed(math: Math) -> Math {
    Math::text("(").put(math).text(")").whole()
}

impl Backprop {
    /// The layer of `thing` in bold, as a handle of its first element.
    fn layer_of(&self, thing: Thing) -> Math {
        let math = match thing {
            Thing::Input(..) => Math::bold("x"),
            Thing::Target(..) => Math::bold("t"),
            Thing::Sum(l, _) => layer("z", l),
            Thing::Value(l, _) => layer("a", l),
            Thing::Delta(l, _) => layer("δ", l),
            Thing::Bias(l, _) | Thing::NewBias(l, _) => layer("b", l),
            Thing::Weight(l, ..) | Thing::NewWeight(l, ..) => layer("W", l),
            Thing::WeightGrad(l, ..) => Math::text("∂ L").whole().over(Math::text("∂").put(layer("W", l)).whole()),
            Thing::BiasGrad(l, _) => Math::text("∂ L").whole().over(Math::text("∂").put(layer("b", l)).whole()),
            Thing::Loss => Math::var("L"),
        };
        math.handle(thing.to_string())
    }

    /// What the layer of `thing` is, in matrices.
    pub(super) fn matrix_statement(&self, thing: Thing) -> Math {
        let last = self.net.last();
        let m = |thing| self.layer_of(thing);
        let a = |l: usize| m(self.value_of(l, 0));
        let t = || m(Thing::Target(self.shown(), 0));
        let start = Math::begin(m(thing));
        let phrase = match thing {
            Thing::Sum(l, _) => {
                start.text("=").put(m(Thing::Weight(l, 0, 0))).put(a(l - 1)).text("+").put(m(Thing::Bias(l, 0)))
            }
            Thing::Value(l, _) => {
                let softmax = l == last && self.net.loss.is_softmax();
                let name = if softmax { "softmax" } else { self.activation_name() };
                start.text("=").text(name).text("(").put(m(Thing::Sum(l, 0))).text(")")
            }
            Thing::Loss if self.net.loss == Loss::SoftmaxCrossEntropy => {
                start.text("= −").put(transposed(t())).text("ln").put(a(last))
            }
            Thing::Loss => {
                let norm = Math::text("‖").put(a(last)).text("−").put(t()).text("‖").whole();
                start.text("= 1/2").put(norm.sup(Math::constant("2")))
            }
            Thing::Delta(l, _) if l == last => start.text("=").then(self.output_delta_matrix(a(l), t())),
            Thing::Delta(l, _) => {
                let weights = match self.fault {
                    Fault::NoTranspose => m(Thing::Weight(l + 1, 0, 0)),
                    Fault::UpdatedWeights => {
                        let fresh = Math::bold("W").sup(Math::row([Math::op("′"), Math::Const((l + 1).to_string())]));
                        transposed(bracketed(fresh))
                    }
                    _ => transposed(bracketed(m(Thing::Weight(l + 1, 0, 0)))),
                };
                start.text("=").put(weights).put(m(Thing::Delta(l + 1, 0))).then(self.slope_matrix(l))
            }
            Thing::WeightGrad(l, ..) => {
                let product = start.text("=").text(self.batch_text()).put(m(Thing::Delta(l, 0)));
                product.put(transposed(bracketed(a(l - 1))))
            }
            Thing::NewWeight(l, ..) => {
                start.text("←").put(m(Thing::Weight(l, 0, 0))).text("− η").put(m(Thing::WeightGrad(l, 0, 0)))
            }
            _ => start,
        };
        phrase.whole()
    }

    /// Name of the activation, and of its derivative with a prime.
    fn activation_name(&self) -> &'static str {
        match self.net.activation {
            Activation::Sigmoid => "σ",
            Activation::Tanh => "tanh",
            Activation::Relu => "relu",
        }
    }

    /// Times the slope, element by element; nothing where a fault drops it.
    fn slope_matrix(&self, l: usize) -> Phrase {
        if self.fault == Fault::NoSlope {
            return Phrase::default();
        }
        let name = format!("⊙ {}^′ (", self.activation_name());
        Math::text(&name).put(self.layer_of(Thing::Sum(l, 0))).text(")")
    }

    /// delta of the output layer from its activations `a` and targets `t`.
    fn output_delta_matrix(&self, a: Math, t: Math) -> Phrase {
        let error = |a: Math, t: Math| Math::text("(").put(a).text("−").put(t).text(")");
        match self.net.loss {
            Loss::SoftmaxCrossEntropy => Math::begin(a).text("−").put(t),
            Loss::SoftmaxMse if self.fault != Fault::NoSlope => {
                let jacobian =
                    Math::text("( diag (").put(a.clone()).text(") −").put(a.clone()).put(transposed(a.clone()));
                jacobian.text(")").then(error(a, t))
            }
            Loss::SoftmaxMse => error(a, t),
            Loss::Mse => error(a, t).then(self.slope_matrix(self.net.last())),
        }
    }

    /// The layer's numbers, or its shape where they would not fit.
    pub(super) fn matrix_numbers(&self, thing: Thing, known: bool) -> Vec<Math> {
        let sizes = &self.net.sizes;
        let (l, make): (usize, &dyn Fn(usize, usize) -> Thing) = match thing {
            Thing::Sum(l, _) => (l, &move |_, j| Thing::Sum(l, j)),
            Thing::Value(l, _) => (l, &move |_, j| Thing::Value(l, j)),
            Thing::Delta(l, _) => (l, &move |_, j| Thing::Delta(l, j)),
            Thing::WeightGrad(l, ..) => (l, &move |i, j| Thing::WeightGrad(l, i, j)),
            Thing::NewWeight(l, ..) => (l, &move |i, j| Thing::NewWeight(l, i, j)),
            Thing::Loss => return Math::text("=").put(self.result(Thing::Loss, known)).parts(),
            _ => return Vec::new(),
        };
        let is_matrix = matches!(thing, Thing::WeightGrad(..) | Thing::NewWeight(..));
        let columns = if is_matrix { sizes[l - 1] } else { 1 };
        Math::text("=").put(self.written(sizes[l], columns, make, known)).parts()
    }

    /// A matrix of the numbers of things by column and row, or its shape.
    fn written(&self, rows: usize, columns: usize, make: &dyn Fn(usize, usize) -> Thing, known: bool) -> Math {
        if rows > WRITTEN_OUT || columns > WRITTEN_OUT {
            return Math::Const(format!("{rows} × {columns}"));
        }
        let number = |thing: Thing| {
            let signed = matches!(thing, Thing::Delta(..) | Thing::WeightGrad(..));
            Math::Number { value: self.number(thing), format: MEDIUM, signed, known }.handle(thing.to_string())
        };
        Math::Matrix((0..rows).map(|j| (0..columns).map(|i| number(make(i, j))).collect()).collect())
    }
}
