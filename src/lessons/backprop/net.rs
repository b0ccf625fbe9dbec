//! Backpropagation written out by hand, index by index, for a network of fully connected layers in f64.
//!
//! Not the engine: no tape, no tensor. This is the formula that the figure shows, and what trains in it; the tape and the
//! central difference check it ([`verify`](super::verify)). The break-it switches ([`Fault`]) live here and nowhere else.
//!
//! Shapes: layer l has `sizes[l]` nodes; `weights[l - 1]` is `sizes[l] x sizes[l - 1]`, row-major (a row per destination,
//! as in PyTorch); everything of a batch is `samples x sizes[l]`, row-major.

use crate::rng::Rng;

/// What every node but the inputs (and, under a softmax loss, the outputs) does with its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// 1 / (1 + exp(-z))
    Sigmoid,
    /// (exp(z) - exp(-z)) / (exp(z) + exp(-z))
    Tanh,
    /// max(0, z)
    Relu,
}

impl Activation {
    /// In the order of the control.
    pub const ALL: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];

    /// a = f(z).
    pub fn f(self, z: f64) -> f64 {
        match self {
            // Both branches are exact where the other would overflow.
            Activation::Sigmoid if z >= 0.0 => 1.0 / (1.0 + libm::exp(-z)),
            Activation::Sigmoid => libm::exp(z) / (1.0 + libm::exp(z)),
            Activation::Tanh => libm::tanh(z),
            Activation::Relu => z.max(0.0),
        }
    }

    /// f'(z), from the value a = f(z) that the forward pass has kept. ReLU's slope at 0 is 0, as in PyTorch.
    pub fn slope(self, a: f64) -> f64 {
        match self {
            Activation::Sigmoid => a * (1.0 - a),
            Activation::Tanh => 1.0 - a * a,
            Activation::Relu => f64::from(u8::from(a > 0.0)),
        }
    }
}

/// The loss of one sample with outputs o and targets t; a batch takes the mean over its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// 1/2 sum (o - t)^2 over the activated outputs.
    Mse,
    /// 1/2 sum (o - t)^2 over o = softmax(z).
    SoftmaxMse,
    /// -sum t ln o over o = softmax(z).
    SoftmaxCrossEntropy,
}

impl Loss {
    /// In the order of the control.
    pub const ALL: [Loss; 3] = [Loss::Mse, Loss::SoftmaxMse, Loss::SoftmaxCrossEntropy];

    /// The outputs are a softmax.
    pub fn is_softmax(self) -> bool {
        self != Loss::Mse
    }
}

/// A mistake made on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// All is right.
    None,
    /// delta without the slope of the activation.
    NoSlope,
    /// delta carried back by W instead of its transpose.
    NoTranspose,
    /// delta carried back by weights that have already been updated.
    UpdatedWeights,
    /// Gradients of the batch summed, not averaged.
    Sum,
}

impl Fault {
    /// In the order of the control.
    pub const ALL: [Fault; 5] = [Fault::None, Fault::NoSlope, Fault::NoTranspose, Fault::UpdatedWeights, Fault::Sum];
}

/// One value for each weight and each bias: parameters, or their gradients.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// `weights[l - 1]`: `sizes[l] x sizes[l - 1]`.
    pub weights: Vec<Vec<f64>>,
    /// `biases[l - 1]`: `sizes[l]`.
    pub biases: Vec<Vec<f64>>,
}

impl Params {
    /// Zeros for these sizes.
    pub fn zeros(sizes: &[usize]) -> Params {
        Params {
            weights: sizes.windows(2).map(|pair| vec![0.0; pair[0] * pair[1]]).collect(),
            biases: sizes[1..].iter().map(|size| vec![0.0; *size]).collect(),
        }
    }

    /// Random weights with standard deviation sqrt(`gain` / fan) and zero biases: He et al. (2015) with gain 2 and the
    /// fan in; Glorot and Bengio (2010) with gain 2 and the sum of both fans.
    pub fn random(sizes: &[usize], he: bool, rng: &mut Rng) -> Params {
        let mut params = Params::zeros(sizes);
        for (weights, pair) in params.weights.iter_mut().zip(sizes.windows(2)) {
            let fan = if he { pair[0] } else { pair[0] + pair[1] };
            let deviation = (2.0 / fan as f64).sqrt();
            weights.iter_mut().for_each(|w| *w = deviation * rng.normal());
        }
        params
    }
}

/// A network and its way of learning.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// Nodes of each layer, input first.
    pub sizes: Vec<usize>,
    /// Of every layer but the input (and a softmax output).
    pub activation: Activation,
    /// What is made small.
    pub loss: Loss,
    /// Weights and biases.
    pub params: Params,
}

/// What the forward and backward passes leave behind: `samples x size` a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// How many samples.
    pub samples: usize,
    /// Sums before the activation; `z[0]` is empty, so that indices agree.
    pub z: Vec<Vec<f64>>,
    /// Activations; `a[0]` are the inputs.
    pub a: Vec<Vec<f64>>,
    /// dL/dz of one sample's loss; `delta[0]` is empty. NaN where a fault makes shapes that do not fit.
    pub delta: Vec<Vec<f64>>,
    /// Loss of each sample.
    pub losses: Vec<f64>,
}

impl Trace {
    /// The row of sample `s` in `layer` (`size` wide).
    fn row(layer: &[f64], s: usize, size: usize) -> &[f64] {
        &layer[s * size..(s + 1) * size]
    }

    /// Mean loss over the samples.
    pub fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.samples as f64
    }

    /// Mean |delta| of layer `l`, over samples and nodes.
    pub fn mean_delta(&self, l: usize) -> f64 {
        self.delta[l].iter().map(|d| d.abs()).sum::<f64>() / self.delta[l].len() as f64
    }
}

impl Net {
    /// Index of the last layer.
    pub fn last(&self) -> usize {
        self.sizes.len() - 1
    }

    /// The weight from node `i` of layer `l - 1` to node `j` of layer `l`.
    pub fn weight(&self, l: usize, i: usize, j: usize) -> f64 {
        self.params.weights[l - 1][j * self.sizes[l - 1] + i]
    }

    /// Forward pass of `inputs` (`samples x sizes[0]`) with `targets` (`samples x sizes[last]`).
    pub fn forward(&self, inputs: &[f64], targets: &[f64], trace: &mut Trace) {
        trace.samples = inputs.len() / self.sizes[0];
        trace.z.resize(self.sizes.len(), Vec::new());
        trace.a.resize(self.sizes.len(), Vec::new());
        trace.a[0].clear();
        trace.a[0].extend_from_slice(inputs);
        self.forward_from(1, targets, trace);
    }

    /// The forward pass from layer `l` on, over the activations of the layers before it: all that a change of a parameter of
    /// layer `l` changes.
    pub fn forward_from(&self, l: usize, targets: &[f64], trace: &mut Trace) {
        for l in l..=self.last() {
            self.forward_layer(l, &self.params, trace);
        }
        let outputs = self.sizes[self.last()];
        trace.losses.clear();
        for s in 0..trace.samples {
            let o = Trace::row(&trace.a[self.last()], s, outputs);
            let t = Trace::row(targets, s, outputs);
            trace.losses.push(self.sample_loss(o, Trace::row(&trace.z[self.last()], s, outputs), t));
        }
    }

    /// z and a of layer `l` from a of the layer before.
    pub fn forward_layer(&self, l: usize, params: &Params, trace: &mut Trace) {
        let (n_in, n_out) = (self.sizes[l - 1], self.sizes[l]);
        let (before, after) = trace.a.split_at_mut(l);
        let (a_in, a, z) = (&before[l - 1], &mut after[0], &mut trace.z[l]);
        z.clear();
        for s in 0..trace.samples {
            let input = Trace::row(a_in, s, n_in);
            for (row, bias) in params.weights[l - 1].chunks_exact(n_in).zip(&params.biases[l - 1]) {
                z.push(row.iter().zip(input).map(|(w, x)| w * x).sum::<f64>() + bias);
            }
        }
        a.clear();
        if l == self.last() && self.loss.is_softmax() {
            z.chunks_exact(n_out).for_each(|row| softmax(row, a));
        } else {
            a.extend(z.iter().map(|z| self.activation.f(*z)));
        }
    }

    /// Loss of one sample: outputs `o`, their sums `z`, targets `t`.
    pub fn sample_loss(&self, o: &[f64], z: &[f64], t: &[f64]) -> f64 {
        match self.loss {
            Loss::Mse | Loss::SoftmaxMse => 0.5 * o.iter().zip(t).map(|(o, t)| (o - t) * (o - t)).sum::<f64>(),
            Loss::SoftmaxCrossEntropy => {
                // ln o = z - ln sum exp z: exact where o itself would have become 0.
                let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let log_sum = top + libm::log(z.iter().map(|z| libm::exp(z - top)).sum());
                z.iter().zip(t).map(|(z, t)| t * (log_sum - z)).sum()
            }
        }
    }

    /// Backward pass after [`Net::forward`]: deltas into `trace`, gradients of the mean loss into `grads`.
    /// `lr` counts only for [`Fault::UpdatedWeights`].
    pub fn backward(&self, targets: &[f64], fault: Fault, lr: f64, trace: &mut Trace, grads: &mut Params) {
        trace.delta.resize(self.sizes.len(), Vec::new());
        let scale = if fault == Fault::Sum { 1.0 } else { 1.0 / trace.samples as f64 };
        for l in (1..=self.last()).rev() {
            if l == self.last() {
                self.output_delta(targets, fault, trace);
            } else {
                let updated = (fault == Fault::UpdatedWeights).then(|| {
                    let (w, g) = (&self.params.weights[l], &grads.weights[l]);
                    w.iter().zip(g).map(|(w, g)| w - lr * g).collect::<Vec<f64>>()
                });
                self.hidden_delta(l, updated.as_ref().unwrap_or(&self.params.weights[l]), fault, trace);
            }
            let (n_in, n_out) = (self.sizes[l - 1], self.sizes[l]);
            grads.weights[l - 1].fill(0.0);
            grads.biases[l - 1].fill(0.0);
            for s in 0..trace.samples {
                let input = Trace::row(&trace.a[l - 1], s, n_in);
                for (j, delta) in Trace::row(&trace.delta[l], s, n_out).iter().enumerate() {
                    // dL/dw_ij = delta_j a_i
                    let row = &mut grads.weights[l - 1][j * n_in..(j + 1) * n_in];
                    row.iter_mut().zip(input).for_each(|(g, a)| *g += delta * a);
                    grads.biases[l - 1][j] += delta;
                }
            }
            grads.weights[l - 1].iter_mut().chain(&mut grads.biases[l - 1]).for_each(|g| *g *= scale);
        }
    }

    /// delta_k of the output layer.
    fn output_delta(&self, targets: &[f64], fault: Fault, trace: &mut Trace) {
        let n = self.sizes[self.last()];
        let delta = &mut trace.delta[self.last()];
        delta.clear();
        for (o, t) in trace.a[self.last()].chunks_exact(n).zip(targets.chunks_exact(n)) {
            let mass: f64 = t.iter().sum();
            let along: f64 = o.iter().zip(t).map(|(o, t)| (o - t) * o).sum();
            for (o, t) in o.iter().zip(t) {
                delta.push(match self.loss {
                    Loss::Mse if fault == Fault::NoSlope => o - t,
                    // delta_k = (o_k - t_k) f'(z_k)
                    Loss::Mse => (o - t) * self.activation.slope(*o),
                    Loss::SoftmaxMse if fault == Fault::NoSlope => o - t,
                    // delta_k = o_k ((o_k - t_k) - sum_m (o_m - t_m) o_m)
                    Loss::SoftmaxMse => o * ((o - t) - along),
                    // delta_k = o_k sum_m t_m - t_k, which is o_k - t_k where the targets sum to 1
                    Loss::SoftmaxCrossEntropy => o * mass - t,
                });
            }
        }
    }

    /// delta_j of layer `l` from the deltas of the layer after it, through `weights` (`sizes[l + 1] x sizes[l]`).
    fn hidden_delta(&self, l: usize, weights: &[f64], fault: Fault, trace: &mut Trace) {
        let (n, n_next) = (self.sizes[l], self.sizes[l + 1]);
        let (before, after) = trace.delta.split_at_mut(l + 1);
        let (delta, delta_next) = (&mut before[l], &after[0]);
        delta.clear();
        for s in 0..trace.samples {
            let next = Trace::row(delta_next, s, n_next);
            for (j, a) in Trace::row(&trace.a[l], s, n).iter().enumerate() {
                let carried: f64 = if fault == Fault::NoTranspose {
                    // Row j instead of column j: only a square matrix has one of the right length.
                    if n == n_next {
                        weights[j * n..(j + 1) * n].iter().zip(next).map(|(w, d)| w * d).sum()
                    } else {
                        f64::NAN
                    }
                } else {
                    next.iter().enumerate().map(|(k, d)| d * weights[k * n + j]).sum()
                };
                // delta_j = f'(z_j) sum_k delta_k w_jk
                delta.push(if fault == Fault::NoSlope { carried } else { self.activation.slope(*a) * carried });
            }
        }
    }

    /// w <- w - lr dL/dw; biases too where `biases` says so. A gradient that is not a number changes nothing.
    pub fn update(&mut self, grads: &Params, lr: f64, biases: bool) {
        let move_by = |w: &mut f64, g: &f64| {
            if g.is_finite() {
                *w -= lr * g;
            }
        };
        for (w, g) in self.params.weights.iter_mut().zip(&grads.weights) {
            w.iter_mut().zip(g).for_each(|(w, g)| move_by(w, g));
        }
        if biases {
            for (b, g) in self.params.biases.iter_mut().zip(&grads.biases) {
                b.iter_mut().zip(g).for_each(|(b, g)| move_by(b, g));
            }
        }
    }
}

/// Appends softmax(`z`) to `out`; the largest z is subtracted first, so that nothing overflows.
fn softmax(z: &[f64], out: &mut Vec<f64>) {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let start = out.len();
    out.extend(z.iter().map(|z| libm::exp(z - top)));
    let sum: f64 = out[start..].iter().sum();
    out[start..].iter_mut().for_each(|o| *o /= sum);
}
