//! The three networks of the works, trained on one batch by plain gradient descent, on the tape.

use crate::abi::{CNN_LR, Case, Kind, MLP_LR, TINY_LR};
use crate::window;
use tensorscope::autograd::{Tape, Var};
use tensorscope::tensor::Tensor;

/// A network with its batch; each step records the tape anew and drops it.
pub struct Training {
    kind: Kind,
    tape: Tape<f32>,
    params: Vec<Var>,
    /// Which parameters are dense weights, kept `[out, in]`: their `[in, out]` sizes.
    turned: Vec<Option<[usize; 2]>>,
    x: Var,
    targets: Var,
    lr: f32,
    next: Vec<f32>,
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
        let params = params.collect();
        let image = if kind == Kind::Cnn { vec![batch, 1, 28, 28] } else { vec![batch, x.len() / batch] };
        let x = tape.constant(&Tensor::new(&image[..], x));
        let target_shape = if kind == Kind::Tiny { vec![batch, 1] } else { vec![batch] };
        let targets = tape.constant(&Tensor::new(&target_shape[..], targets));
        let lr = match kind {
            Kind::Mlp => MLP_LR,
            Kind::Tiny => TINY_LR,
            _ => CNN_LR,
        };
        Self { kind, tape, params, turned, x, targets, lr, next: Vec::new() }
    }

    fn dense(&mut self, x: Var, index: usize) -> Var {
        self.tape.linear(x, self.params[index], Some(self.params[index + 1]))
    }

    fn block(&mut self, x: Var, index: usize) -> Var {
        let out = self.tape.conv2d(x, self.params[index], Some(self.params[index + 1]), window(5, 1, 2), 1);
        let out = self.tape.relu(out);
        self.tape.max_pool2d(out, window(2, 2, 0))
    }

    fn loss(&mut self) -> Var {
        match self.kind {
            Kind::Mlp => {
                let hidden = self.dense(self.x, 0);
                let hidden = self.tape.relu(hidden);
                let logits = self.dense(hidden, 2);
                self.tape.cross_entropy(logits, self.targets)
            }
            Kind::Tiny => {
                let first = self.dense(self.x, 0);
                let first = self.tape.tanh(first);
                let second = self.dense(first, 2);
                let second = self.tape.tanh(second);
                let out = self.dense(second, 4);
                self.tape.mse_mean(out, self.targets)
            }
            _ => {
                let first = self.block(self.x, 0);
                let second = self.block(first, 2);
                let batch = self.tape.shape(second).dim(0);
                let features = self.tape.reshape(second, [batch, 784]);
                let logits = self.dense(features, 4);
                self.tape.cross_entropy(logits, self.targets)
            }
        }
    }
}

impl Case for Training {
    fn run(&mut self) {
        let mark = self.tape.mark();
        let loss = self.loss();
        // Half the mean squared error is asked for, and mse_mean is the whole.
        let seed = if self.kind == Kind::Tiny { 0.5 } else { 1.0 };
        self.tape.backward_from(loss, Some(&[seed]), false).expect("a scalar that requires a gradient");
        for &param in &self.params {
            let grad = self.tape.grad(param).expect("a gradient for every parameter");
            let value = self.tape.value(param);
            self.next.clear();
            self.next.extend(value.iter().zip(grad).map(|(v, g)| v - self.lr * g));
            self.tape.write(param, &self.next);
        }
        self.tape.truncate(mark);
        self.tape.zero_grad();
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        let read = |(&param, turned): (&Var, &Option<[usize; 2]>)| match turned {
            Some([i, o]) => transpose(self.tape.value(param), [*o, *i]),
            None => self.tape.value(param).to_vec(),
        };
        self.params.iter().zip(&self.turned).map(read).collect()
    }
}
