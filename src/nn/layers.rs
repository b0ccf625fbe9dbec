//! Layers: what they declare in [`Params`], and what they record on a tape.
//!
//! Not numbers: a layer is its handles and attributes, so it is cheap to copy and has no state of its own. Weights are laid
//! out as PyTorch's are: linear [out, in], convolution [c_out, c / groups, kh, kw].

use super::init::Init;
use super::params::{Bound, ParamId, Params};
use crate::autograd::{Tape, Var};
use crate::kernels::Real;
use crate::kernels::map::Map;
use crate::kernels::window::Window;
use crate::rng::Rng;

/// A function between layers; `None` where a layer's result goes on as it is.
pub type Activation = Option<Map>;

/// y = x W^T + b: x [.., in], W [out, in], b [out].
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// W.
    pub weight: ParamId,
    /// b.
    pub bias: Option<ParamId>,
}

impl Linear {
    /// Declares `name.weight` (filled by `init`) and `name.bias` (0).
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        [inputs, outputs]: [usize; 2],
        init: Init,
        rng: &mut Rng,
    ) -> Self {
        let weight = params.add(format!("{name}.weight"), [outputs, inputs], init, rng);
        let bias = params.add(format!("{name}.bias"), [outputs], Init::ZEROS, rng);
        Linear { weight, bias: Some(bias) }
    }

    /// Records the layer on x [.., in]: [.., out].
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var) -> Var {
        tape.linear(x, bound[self.weight], self.bias.map(|bias| bound[bias]))
    }
}

/// Cross-correlation with learned windows: x [n, c, h, w], W [c_out, c / groups, kh, kw], b [c_out].
#[derive(Clone, Copy, Debug)]
pub struct Conv2d {
    /// W.
    pub weight: ParamId,
    /// b.
    pub bias: Option<ParamId>,
    /// Kernel, stride, padding, dilation.
    pub window: Window,
    /// How many independent slices the channels fall into.
    pub groups: usize,
}

impl Conv2d {
    /// Declares `name.weight` (filled by `init`) and, with `bias`, `name.bias` (0).
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        [c, c_out, groups]: [usize; 3],
        window: Window,
        bias: bool,
        init: Init,
        rng: &mut Rng,
    ) -> Self {
        let [kh, kw] = window.kernel;
        let weight = params.add(format!("{name}.weight"), [c_out, c / groups, kh, kw], init, rng);
        let bias = bias.then(|| params.add(format!("{name}.bias"), [c_out], Init::ZEROS, rng));
        Conv2d { weight, bias, window, groups }
    }

    /// Records the layer on x [n, c, h, w]: [n, c_out, oh, ow].
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var) -> Var {
        tape.conv2d(x, bound[self.weight], self.bias.map(|bias| bound[bias]), self.window, self.groups)
    }
}

/// A learned row for each of `rows` whole numbers.
#[derive(Clone, Copy, Debug)]
pub struct Embedding {
    /// [rows, d].
    pub table: ParamId,
}

impl Embedding {
    /// Declares `name.weight`, normal with deviation 1 as in PyTorch.
    pub fn new<T: Real>(params: &mut Params<T>, name: &str, [rows, d]: [usize; 2], rng: &mut Rng) -> Self {
        Embedding { table: params.add(format!("{name}.weight"), [rows, d], Init::Normal { deviation: 1.0 }, rng) }
    }

    /// Records the rows of index [..]: [.., d].
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, index: Var) -> Var {
        tape.rows(bound[self.table], index)
    }
}

/// (x - mean) / sqrt(variance + eps) * weight + bias over the last dim d.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    /// [d], starts as 1.
    pub weight: ParamId,
    /// [d], starts as 0.
    pub bias: ParamId,
    /// Added to the variance; PyTorch's default is 1e-5.
    pub eps: f64,
}

impl LayerNorm {
    /// Declares `name.weight` and `name.bias`.
    pub fn new<T: Real>(params: &mut Params<T>, name: &str, d: usize, rng: &mut Rng) -> Self {
        let weight = params.add(format!("{name}.weight"), [d], Init::ONES, rng);
        let bias = params.add(format!("{name}.bias"), [d], Init::ZEROS, rng);
        LayerNorm { weight, bias, eps: 1e-5 }
    }

    /// Records the layer on x [.., d].
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var) -> Var {
        tape.layer_norm(x, bound[self.weight], bound[self.bias], self.eps)
    }
}

/// The same for each channel c over the batch, with running statistics for when there is none.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// [c], starts as 1.
    pub weight: ParamId,
    /// [c], starts as 0.
    pub bias: ParamId,
    /// Running mean (starts as 0) and variance (starts as 1), [c] each: buffers, moved on the tape while training; take
    /// them back with [`Params::take_buffers`].
    pub running: [ParamId; 2],
    /// Added to the variance; PyTorch's default is 1e-5.
    pub eps: f64,
    /// How far the running statistics move to those of a batch; PyTorch's default is 0.1.
    pub momentum: f64,
}

impl BatchNorm {
    /// Declares `name.weight`, `name.bias`, `name.running_mean` and `name.running_var`.
    pub fn new<T: Real>(params: &mut Params<T>, name: &str, c: usize, rng: &mut Rng) -> Self {
        let weight = params.add(format!("{name}.weight"), [c], Init::ONES, rng);
        let bias = params.add(format!("{name}.bias"), [c], Init::ZEROS, rng);
        let mean = params.add_buffer(format!("{name}.running_mean"), [c], 0.0);
        let variance = params.add_buffer(format!("{name}.running_var"), [c], 1.0);
        BatchNorm { weight, bias, running: [mean, variance], eps: 1e-5, momentum: 0.1 }
    }

    /// Records the layer on x [n, c, ..]; while `training` with the batch's own statistics.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var, training: bool) -> Var {
        let running = self.running.map(|id| bound[id]);
        let train = training.then_some(self.momentum);
        tape.batch_norm(x, bound[self.weight], bound[self.bias], running, self.eps, train)
    }
}

/// Linear layers with one activation between them, and none after the last.
#[derive(Clone, Debug)]
pub struct Mlp {
    /// The layers, first to last.
    pub layers: Vec<Linear>,
    /// What stands between them.
    pub activation: Activation,
}

impl Mlp {
    /// Declares layers of these `widths` (inputs first) as `layers.0.weight`, `layers.0.bias`, `layers.1.weight`, ...
    pub fn new<T: Real>(
        params: &mut Params<T>,
        widths: &[usize],
        activation: Activation,
        init: Init,
        rng: &mut Rng,
    ) -> Self {
        let pairs = widths.windows(2).enumerate();
        let layers =
            pairs.map(|(nth, pair)| Linear::new(params, &format!("layers.{nth}"), [pair[0], pair[1]], init, rng));
        Mlp { layers: layers.collect(), activation }
    }

    /// Records the network on x [.., first width]: [.., last width], before any activation.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var) -> Var {
        let mut x = x;
        for (nth, layer) in self.layers.iter().enumerate() {
            if let (Some(activation), true) = (self.activation, nth > 0) {
                x = tape.map(activation, x);
            }
            x = layer.forward(tape, bound, x);
        }
        x
    }
}
