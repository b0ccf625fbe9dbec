//! How far rounding can take each number of the lesson from its exact value: a running error analysis (Higham, "Accuracy and
//! Stability of Numerical Algorithms", 2002, section 3.3) of the forward and the backward pass.
//!
//! Not a computation of the numbers. Each bound is of the first order in the unit roundoff and holds for every order of
//! summation, so it covers the formula by hand and the tape alike. Shapes are those of [`Trace`] and [`Params`].

use super::net::{Activation, Loss, Net, Params, Trace};

/// Unit roundoff of f64: a correctly rounded operation is off by at most this, relative to its result.
pub const UNIT: f64 = f64::EPSILON / 2.0;
/// What exp, ln and tanh are off by, relative to their result: 1 ulp.
const ELEMENTARY: f64 = 2.0 * UNIT;
/// What a product that underflows loses, and more.
const UNDERFLOW: f64 = f64::MIN_POSITIVE;

/// Bounds of the errors of a forward pass.
#[derive(Clone, Default)]
pub struct Rounding {
    /// Of the sums; `z[0]` is empty.
    z: Vec<Vec<f64>>,
    /// Of the activations; the inputs are exact.
    a: Vec<Vec<f64>>,
    /// Of each sample's loss.
    pub losses: Vec<f64>,
}

/// Sum of products.
fn dot(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| a * b).sum()
}

/// |x|, element by element.
fn abs(x: &[f64]) -> impl Iterator<Item = f64> + '_ {
    x.iter().map(|x| x.abs())
}

impl Rounding {
    /// The bounds for `trace`, a forward pass of `net`, from layer `l` on; those of the layers before it are kept.
    pub fn forward_from(&mut self, l: usize, net: &Net, targets: &[f64], trace: &Trace) {
        self.z.resize(net.sizes.len(), Vec::new());
        self.a.resize(net.sizes.len(), Vec::new());
        self.a[0].resize(trace.a[0].len(), 0.0);
        for l in l..=net.last() {
            self.forward_layer(l, net, trace);
        }
        let n = net.sizes[net.last()];
        let (z, a) = (&trace.z[net.last()], &trace.a[net.last()]);
        let rows = z.chunks_exact(n).zip(a.chunks_exact(n)).zip(targets.chunks_exact(n));
        let errors = self.z[net.last()].chunks_exact(n).zip(self.a[net.last()].chunks_exact(n));
        self.losses.clear();
        self.losses.extend(rows.zip(errors).map(|(((z, o), t), (dz, d_o))| loss_error(net.loss, (z, o, t), dz, d_o)));
    }

    fn forward_layer(&mut self, l: usize, net: &Net, trace: &Trace) {
        let (n_in, n_out) = (net.sizes[l - 1], net.sizes[l]);
        let (before, after) = self.a.split_at_mut(l);
        let (da_in, da, dz) = (&before[l - 1], &mut after[0], &mut self.z[l]);
        dz.clear();
        for (input, d_input) in trace.a[l - 1].chunks_exact(n_in).zip(da_in.chunks_exact(n_in)) {
            for (row, bias) in net.params.weights[l - 1].chunks_exact(n_in).zip(&net.params.biases[l - 1]) {
                // n_in products, as many sums: each term is rounded n_in + 1 times at most.
                let terms = dot(abs(row), abs(input)) + bias.abs();
                let carried = dot(abs(row), d_input.iter().copied());
                // A sum of zeros is exact: such a node of ReLU stands at its kink, and is off.
                let rounded = if terms == 0.0 { 0.0 } else { (n_in + 1) as f64 * UNIT * terms + UNDERFLOW };
                dz.push(carried + rounded);
            }
        }
        da.clear();
        if l == net.last() && net.loss.is_softmax() {
            let rows = trace.z[l].chunks_exact(n_out).zip(trace.a[l].chunks_exact(n_out));
            rows.zip(dz.chunks_exact(n_out)).for_each(|((z, o), dz)| softmax_error(z, o, dz, da));
        } else {
            let nodes = trace.z[l].iter().zip(&trace.a[l]).zip(&*dz);
            da.extend(nodes.map(|((z, a), dz)| match net.activation {
                // exp, a sum and a quotient.
                Activation::Sigmoid => net.activation.slope(*a) * dz + (ELEMENTARY + 2.0 * UNIT) * a,
                Activation::Tanh => net.activation.slope(*a) * dz + ELEMENTARY * a.abs(),
                Activation::Relu if *z < -dz => 0.0,
                Activation::Relu => *dz,
            }));
        }
    }

    /// The bounds for the gradients of the mean loss, whose deltas are in `trace`.
    pub fn gradients(&self, net: &Net, targets: &[f64], trace: &Trace) -> Params {
        let mut errors = Params::zeros(&net.sizes);
        let mut d_delta = self.output_delta(net, targets, trace);
        for l in (1..=net.last()).rev() {
            let (n_in, n_out) = (net.sizes[l - 1], net.sizes[l]);
            // A product, the sum over the samples, the division by their number.
            let rounded = (trace.samples + 2) as f64 * UNIT;
            let samples = trace.a[l - 1].chunks_exact(n_in).zip(self.a[l - 1].chunks_exact(n_in));
            let deltas = trace.delta[l].chunks_exact(n_out).zip(d_delta.chunks_exact(n_out));
            for ((a, da), (delta, d_delta)) in samples.zip(deltas) {
                for (j, (delta, d_delta)) in abs(delta).zip(d_delta).enumerate() {
                    let row = &mut errors.weights[l - 1][j * n_in..(j + 1) * n_in];
                    for (error, (a, da)) in row.iter_mut().zip(abs(a).zip(da)) {
                        *error += d_delta * a + delta * da + rounded * delta * a + UNDERFLOW;
                    }
                    errors.biases[l - 1][j] += d_delta + rounded * delta + UNDERFLOW;
                }
            }
            let all = errors.weights[l - 1].iter_mut().chain(&mut errors.biases[l - 1]);
            all.for_each(|error| *error /= trace.samples as f64);
            if l > 1 {
                d_delta = self.hidden_delta(l - 1, net, trace, &d_delta);
            }
        }
        errors
    }

    /// Bound of the error of f'(z) at node `at` of layer `l`.
    fn slope(&self, l: usize, at: usize, net: &Net, trace: &Trace) -> f64 {
        let (a, da) = (trace.a[l][at], self.a[l][at]);
        match net.activation {
            // a (1 - a) and 1 - a^2: the difference is off by a unit where a is near 1, whatever is left of it.
            Activation::Sigmoid => (1.0 - 2.0 * a).abs() * da + 3.0 * UNIT * a,
            Activation::Tanh => 2.0 * a.abs() * da + 2.0 * UNIT,
            // A node that rounding may turn on or off.
            Activation::Relu => f64::from(u8::from(self.z[l][at] > 0.0 && trace.z[l][at].abs() <= self.z[l][at])),
        }
    }

    fn output_delta(&self, net: &Net, targets: &[f64], trace: &Trace) -> Vec<f64> {
        let (last, n) = (net.last(), net.sizes[net.last()]);
        let mut errors = Vec::with_capacity(targets.len());
        for (s, t) in targets.chunks_exact(n).enumerate() {
            let row = s * n..(s + 1) * n;
            let (o, d_o) = (&trace.a[last][row.clone()], &self.a[last][row.clone()]);
            let mass: f64 = abs(t).sum();
            let misses = || o.iter().zip(t).map(|(o, t)| (o - t).abs());
            let along = dot(misses(), abs(o));
            let d_along: f64 = misses().zip(o).zip(d_o).map(|((miss, o), d_o)| (miss + o.abs()) * d_o).sum();
            for ((miss, at), (o, (d_o, t))) in misses().zip(row).zip(o.iter().zip(d_o.iter().zip(t))) {
                errors.push(
                    UNDERFLOW
                        + match net.loss {
                            Loss::Mse => {
                                let slope = net.activation.slope(*o);
                                d_o * slope + miss * self.slope(last, at, net, trace) + 2.0 * UNIT * miss * slope
                            }
                            Loss::SoftmaxMse => {
                                d_o * (miss + along) + o * (d_o + d_along) + (n + 4) as f64 * UNIT * o * (miss + along)
                            }
                            Loss::SoftmaxCrossEntropy => d_o * mass + (n + 1) as f64 * UNIT * (o * mass + t.abs()),
                        },
                );
            }
        }
        errors
    }

    fn hidden_delta(&self, l: usize, net: &Net, trace: &Trace, d_next: &[f64]) -> Vec<f64> {
        let (n, n_next) = (net.sizes[l], net.sizes[l + 1]);
        let weights = &net.params.weights[l];
        let mut errors = Vec::with_capacity(trace.a[l].len());
        for (s, (next, d_next)) in trace.delta[l + 1].chunks_exact(n_next).zip(d_next.chunks_exact(n_next)).enumerate()
        {
            for j in 0..n {
                let column = || weights[j..].iter().step_by(n).map(|w| w.abs());
                let carried = dot(column(), abs(next));
                let d_carried = dot(column(), d_next.iter().copied()) + n_next as f64 * UNIT * carried;
                let at = s * n + j;
                let slope = net.activation.slope(trace.a[l][at]);
                let d_slope = self.slope(l, at, net, trace);
                errors.push(d_slope * carried + slope * d_carried + UNIT * slope * carried + UNDERFLOW);
            }
        }
        errors
    }
}

/// Appends the bounds for o = softmax(z), whose z are off by `dz`.
fn softmax_error(z: &[f64], o: &[f64], dz: &[f64], out: &mut Vec<f64>) {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Relative error of each exp(z - top), from its argument.
    let of = |z: f64, dz: f64| dz + UNIT * (top - z) + ELEMENTARY;
    let sum: f64 = o.iter().zip(z.iter().zip(dz)).map(|(o, (z, dz))| o * of(*z, *dz)).sum();
    let rounded = (z.len() + 1) as f64 * UNIT;
    out.extend(o.iter().zip(z.iter().zip(dz)).map(|(o, (z, dz))| o * (of(*z, *dz) + sum + rounded) + UNDERFLOW));
}

/// The bound for the loss of one sample with sums, outputs and targets `(z, o, t)`.
fn loss_error(loss: Loss, (z, o, t): (&[f64], &[f64], &[f64]), dz: &[f64], d_o: &[f64]) -> f64 {
    let n = z.len() as f64;
    if loss != Loss::SoftmaxCrossEntropy {
        let misses = || o.iter().zip(t).map(|(o, t)| (o - t).abs());
        // A difference (squared), a product, n sums.
        return dot(misses(), d_o.iter().copied()) + (n + 3.0) * UNIT * 0.5 * dot(misses(), misses()) + UNDERFLOW;
    }
    let mass: f64 = abs(t).sum();
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // o is exp(z - top) over its sum, so that the sum, at least 1, is 1 over the largest o.
    let log = -libm::log(o.iter().copied().fold(0.0, f64::max));
    let log_sum = top + log;
    let argument: f64 = o.iter().zip(z).map(|(o, z)| o * (UNIT * (top - z) + ELEMENTARY)).sum();
    let d_log_sum = argument + n * UNIT + ELEMENTARY * log + UNIT * log_sum.abs();
    // dL/dz_k = o_k sum t - t_k
    let total: f64 = t.iter().sum();
    let carried: f64 = o.iter().zip(t).zip(dz).map(|((o, t), dz)| (o * total - t).abs() * dz).sum();
    let terms: f64 = z.iter().zip(t).map(|(z, t)| t.abs() * (log_sum - z)).sum();
    carried + mass * d_log_sum + (n + 1.0) * UNIT * terms
}
