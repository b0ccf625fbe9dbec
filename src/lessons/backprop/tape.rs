//! The second of the three columns: the same loss on the engine's tape, in f64.

use super::Backprop;
use super::net::{Activation, Loss, Params};
use crate::autograd::{Tape, Var};

impl Backprop {
    /// Gradients of the mean loss by reverse-mode differentiation.
    pub(super) fn tape_gradients(&self) -> Params {
        let sizes = &self.net.sizes;
        let last = self.net.last();
        let samples = self.count();
        let mut tape = Tape::<f64>::new();
        let leaf = |tape: &mut Tape<f64>, l: usize| {
            let weight = tape.leaf_from([sizes[l], sizes[l - 1]].into(), &self.net.params.weights[l - 1], true);
            (weight, tape.leaf_from([sizes[l]].into(), &self.net.params.biases[l - 1], true))
        };
        let params: Vec<(Var, Var)> = (1..=last).map(|l| leaf(&mut tape, l)).collect();
        let targets = tape.leaf_from([samples, sizes[last]].into(), &self.samples.targets, false);
        let mut a = tape.leaf_from([samples, sizes[0]].into(), &self.samples.inputs, false);
        for (l, (weight, bias)) in (1..).zip(&params) {
            let z = tape.linear(a, *weight, Some(*bias));
            a = if l == last && self.net.loss.is_softmax() {
                z
            } else {
                match self.net.activation {
                    Activation::Sigmoid => tape.sigmoid(z),
                    Activation::Tanh => tape.tanh(z),
                    Activation::Relu => tape.relu(z),
                }
            };
        }
        let loss = match self.net.loss {
            Loss::SoftmaxCrossEntropy => tape.cross_entropy_probs(a, targets),
            Loss::SoftmaxMse | Loss::Mse => {
                let outputs = if self.net.loss.is_softmax() { tape.softmax(a, 1) } else { a };
                let sum = tape.mse_half_sum(outputs, targets);
                tape.scale(sum, 1.0 / samples as f64)
            }
        };
        let done = tape.backward(loss);
        assert!(done.is_ok(), "a fresh tape whose loss is a scalar");
        let grad = |var: &Var| tape.grad(*var).expect("a parameter of the loss").to_vec();
        Params {
            weights: params.iter().map(|(weight, _)| grad(weight)).collect(),
            biases: params.iter().map(|(_, bias)| grad(bias)).collect(),
        }
    }
}
