//! The three networks of the works, trained on one batch by plain gradient descent: recorded once, replayed as a plan.

use crate::abi::{CNN_LR, Case, Kind, MLP_LR, TINY_LR};
use crate::window;
use tensorscope::autograd::{Plan, Tape, Var};
use tensorscope::nn::{Optimizer, Rule};
use tensorscope::tensor::Tensor;

/// A network with its batch.
pub struct Training {
    plan: Plan<f32>,
    optimizer: Optimizer<f32>,
    lr: f64,
    params: Vec<Var>,
    /// Which parameters are dense weights, kept `[out, in]`: their `[in, out]` sizes.
    turned: Vec<Option<[usize; 2]>>,
}

/// `[rows, columns]` -> `[columns, rows]`
fn transpose(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    (0..values.len()).map(|i| values[i % rows * columns + i / rows]).collect()
}

/// The shapes of the parameters as the works have them: dense weights `[in, out]`, filters OIHW.
fn shapes(kind: Kind, dims: &[usize]) -> Vec<Vec<usize>> {
    match (kind, dims) {
        (Kind::Mlp, &[_, i, h, c]) => vec![vec![i, h], vec![h], vec![h, c], vec![c]],
        (Kind::Tiny, &[_, i, h]) => vec![vec![i, h], vec![h], vec![h, h], vec![h], vec![h, 1], vec![1]],
        _ => vec![vec![8, 1, 5, 5], vec![8], vec![16, 8, 5, 5], vec![16], vec![784, 10], vec![10]],
    }
}

/// The network of `kind` on the tape, up to its loss.
struct Network<'a> {
    tape: &'a mut Tape<f32>,
    params: &'a [Var],
}

impl Network<'_> {
    fn dense(&mut self, x: Var, index: usize) -> Var {
        self.tape.linear(x, self.params[index], Some(self.params[index + 1]))
    }

    fn block(&mut self, x: Var, index: usize) -> Var {
        let out = self.tape.conv2d(x, self.params[index], Some(self.params[index + 1]), window(5, 1, 2), 1);
        let out = self.tape.relu(out);
        self.tape.max_pool2d(out, window(2, 2, 0))
    }

    fn loss(&mut self, kind: Kind, x: Var, targets: Var) -> Var {
        match kind {
            Kind::Mlp => {
                let hidden = self.dense(x, 0);
                let hidden = self.tape.relu(hidden);
                let logits = self.dense(hidden, 2);
                self.tape.cross_entropy(logits, targets)
            }
            Kind::Tiny => {
                let first = self.dense(x, 0);
                let first = self.tape.tanh(first);
                let second = self.dense(first, 2);
                let second = self.tape.tanh(second);
                let out = self.dense(second, 4);
                self.tape.mse_mean(out, targets)
            }
            _ => {
                let first = self.block(x, 0);
                let second = self.block(first, 2);
                let batch = self.tape.shape(second).dim(0);
                let features = self.tape.reshape(second, [batch, 784]);
                let logits = self.dense(features, 4);
                self.tape.cross_entropy(logits, targets)
            }
        }
    }
}

impl Training {
    /// `inputs`: the parameters, x, and labels or values.
    pub fn new(kind: Kind, dims: &[usize], mut inputs: Vec<Vec<f32>>) -> Self {
        let targets = inputs.pop().expect("targets");
        let x = inputs.pop().expect("x");
        let batch = dims[0];
        let shapes = shapes(kind, dims);
        let mut tape = Tape::new();
        let turned: Vec<_> = shapes.iter().map(|shape| <[usize; 2]>::try_from(&shape[..]).ok()).collect();
        let params = shapes.iter().zip(&turned).zip(inputs).map(|((shape, turned), values)| {
            let (shape, values) = match turned {
                Some([i, o]) => (vec![*o, *i], transpose(&values, [*i, *o])),
                None => (shape.clone(), values),
            };
            tape.leaf(&Tensor::new(&shape[..], values))
        });
        let params: Vec<Var> = params.collect();
        let image = if kind == Kind::Cnn { vec![batch, 1, 28, 28] } else { vec![batch, x.len() / batch] };
        let x = tape.constant(&Tensor::new(&image[..], x));
        let target_shape = if kind == Kind::Tiny { vec![batch, 1] } else { vec![batch] };
        let targets = tape.constant(&Tensor::new(&target_shape[..], targets));
        let loss = Network { tape: &mut tape, params: &params }.loss(kind, x, targets);
        let plan = Plan::new(tape, loss, &params);
        let lr = match kind {
            Kind::Mlp => MLP_LR,
            // Half the mean squared error is asked for and `mse_mean` is the whole: half the step is the same step.
            Kind::Tiny => TINY_LR / 2.0,
            _ => CNN_LR,
        };
        let optimizer = Optimizer::new(Rule::SGD, plan.params().len());
        Self { plan, optimizer, lr: f64::from(lr), params, turned }
    }
}

impl Case for Training {
    fn run(&mut self) {
        self.plan.forward();
        self.plan.backward();
        let (values, grads) = self.plan.params_and_grads();
        self.optimizer.step(values, grads, self.lr);
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        let read = |(&param, turned): (&Var, &Option<[usize; 2]>)| match turned {
            Some([i, o]) => transpose(self.plan.value(param), [*o, *i]),
            None => self.plan.value(param).to_vec(),
        };
        self.params.iter().zip(&self.turned).map(read).collect()
    }
}
