//! A network as the text of an `analysis::stack` describes it: its layers with their parameters.
//!
//! Not the text (`analysis::stack` reads it and works out every shape) and not training (`trainer`). A [`Model`] holds
//! handles, as every layer does, so it can be recorded on any tape that its [`Params`] were bound to.

use super::init::Init;
use super::layers::{BatchNorm, Conv2d, Linear};
use super::params::{Bound, ParamId, Params};
use crate::analysis::stack::{Layer, Map, Op, Pool, Slide, Stack};
use crate::autograd::{Tape, Var};
use crate::kernels::Real;
use crate::kernels::window::Window;
use crate::rng::Rng;

/// What a forward pass is for: PyTorch's `train()` and `eval()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Batch norm takes the statistics of the batch, and moves the running ones.
    Train,
    /// Batch norm takes the running statistics, and leaves them alone.
    Eval,
}

/// One layer with its parameters.
#[derive(Clone, Debug)]
pub enum Module {
    /// Convolution.
    Conv(Conv2d),
    /// Pooling.
    Pool(Pool, Window),
    /// max(x, 0).
    Relu,
    /// Batch normalisation.
    Norm(BatchNorm),
    /// A linear layer on everything that a sample has.
    Fc(Linear),
    /// The sum of two branches.
    Residual {
        /// The branch that is always there.
        main: Vec<Module>,
        /// The other branch; absent where it is the identity.
        projection: Option<Vec<Module>>,
    },
}

/// The layers of a stack.
#[derive(Clone, Debug)]
pub struct Model {
    modules: Vec<Module>,
    input: Map,
    output: Map,
}

impl Model {
    /// Declares the layers of `stack` in reading order, a projection after the branch beside it. Their names count the layers
    /// from 0, as those of PyTorch's `Sequential` do: `0.weight`, `0.bias`; inside of sum 3 `3.main.0.weight`,
    /// `3.projection.0.weight`. Weights of convolutions and linear layers are drawn from `init`, biases are 0, batch norms
    /// begin as the identity.
    pub fn from_stack<T: Real>(stack: &Stack, params: &mut Params<T>, init: Init, rng: &mut Rng) -> Self {
        let modules = declare(&stack.layers, "", params, init, rng);
        Model { modules, input: stack.input, output: stack.output() }
    }

    /// The layers, in order.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The map that it takes.
    pub fn input(&self) -> Map {
        self.input
    }

    /// The map that it makes.
    pub fn output(&self) -> Map {
        self.output
    }

    /// Records the network on x [n, c, h, w]: a map [n, c', h', w'], or [n, width] after a linear layer.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var, mode: Mode) -> Var {
        chain(&self.modules, tape, bound, x, mode)
    }
}

impl Module {
    /// Records the layer on x [n, c, h, w], or [n, c] after a linear layer.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<T>, bound: &Bound, x: Var, mode: Mode) -> Var {
        match self {
            Module::Conv(conv) => conv.forward(tape, bound, x),
            Module::Pool(Pool::Max, window) => tape.max_pool2d(x, *window),
            Module::Pool(Pool::Average, window) => tape.avg_pool2d(x, *window),
            Module::Relu => tape.relu(x),
            Module::Norm(norm) => norm.forward(tape, bound, x, mode == Mode::Train),
            Module::Fc(linear) => {
                let shape = tape.shape(x);
                let flat = match shape.rank() {
                    2 => x,
                    _ => tape.reshape(x, [shape.dim(0), shape.len() / shape.dim(0).max(1)]),
                };
                linear.forward(tape, bound, flat)
            }
            Module::Residual { main, projection } => {
                let made = chain(main, tape, bound, x, mode);
                let other = projection.as_ref().map_or(x, |projection| chain(projection, tape, bound, x, mode));
                tape.add(made, other)
            }
        }
    }

    /// Its parameters, without buffers: what is frozen, or given to a group, together.
    pub fn params(&self) -> Vec<ParamId> {
        match self {
            Module::Conv(Conv2d { weight, bias, .. }) | Module::Fc(Linear { weight, bias }) => {
                [*weight].into_iter().chain(*bias).collect()
            }
            Module::Norm(norm) => vec![norm.weight, norm.bias],
            Module::Pool(..) | Module::Relu => Vec::new(),
            Module::Residual { main, projection } => {
                main.iter().chain(projection.iter().flatten()).flat_map(Module::params).collect()
            }
        }
    }
}

#[track_caller]
fn chain<T: Real>(modules: &[Module], tape: &mut Tape<T>, bound: &Bound, x: Var, mode: Mode) -> Var {
    modules.iter().fold(x, |x, module| module.forward(tape, bound, x, mode))
}

fn declare<T: Real>(layers: &[Layer], prefix: &str, params: &mut Params<T>, init: Init, rng: &mut Rng) -> Vec<Module> {
    let module = |(nth, layer): (usize, &Layer)| {
        let name = format!("{prefix}{nth}");
        match &layer.op {
            Op::Conv { slide, channels, groups, bias } => {
                let sizes = [layer.input.channels, *channels, *groups];
                Module::Conv(Conv2d::new(params, &name, sizes, window(slide), *bias, init, rng))
            }
            Op::Pool { pool, slide } => Module::Pool(*pool, window(slide)),
            Op::Relu => Module::Relu,
            Op::Norm => Module::Norm(BatchNorm::new(params, &name, layer.input.channels, rng)),
            Op::Fc { width, bias } => {
                let inputs = layer.input.len() as usize;
                let weight = params.add(format!("{name}.weight"), [*width, inputs], init, rng);
                let bias = bias.then(|| params.add(format!("{name}.bias"), [*width], Init::ZEROS, rng));
                Module::Fc(Linear { weight, bias })
            }
            Op::Residual { main, projection } => {
                let main = declare(main, &format!("{name}.main."), params, init, rng);
                let inside = format!("{name}.projection.");
                let projection = projection.as_ref().map(|layers| declare(layers, &inside, params, init, rng));
                Module::Residual { main, projection }
            }
        }
    };
    layers.iter().enumerate().map(module).collect()
}

/// The same window in both directions.
fn window(&Slide { kernel, stride, padding, dilation }: &Slide) -> Window {
    Window::new(kernel, kernel).stride(stride, stride).padding(padding, padding).dilation(dilation, dilation)
}
