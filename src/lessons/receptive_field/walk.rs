//! A stack written on a tape and read backward, in portions of a few milliseconds: layer by layer there, operation by
//! operation back. A large layer is several small ones side by side: each has some of its output channels ([`Slices`]).
//!
//! Not what is asked of it (`pass.rs`). The order of all draws and sums is that of the stack, however the way is divided.

use crate::analysis::stack::{Layer, Map, Op, Pool, Slide, Stack};
use crate::autograd::{Sweep, Tape, Var};
use crate::kernels::Real;
use crate::kernels::window::Window;
use crate::rng::Rng;
use std::rc::Rc;

/// Products of a portion: small layers share one, and of large ones a slice has twice as many. A millisecond, with SIMD.
const PORTION: u64 = 8_000_000;
/// Weights that take as long to draw and to copy.
const CHUNK: u64 = 1 << 18;
/// Slices that a layer has at most: each gathers its inputs anew, and the more there are, the more of the work is gathering.
/// Another number would change the order of sums, and so the last bits of what is shown.
const SLICES: u64 = 5;

/// Where weights come from.
pub enum Source {
    /// He, uniform: bound sqrt(6 / fan in); no biases.
    Random(Rng),
    /// All equal: `uniform` makes the sum of a window's weights 1, otherwise their geometric mean with 1, so that neither
    /// the sum nor the product over many layers leaves the range of an f64.
    Positive {
        /// The mean of what it sees.
        uniform: bool,
    },
    /// Learned: all weights and then all biases of the first layer, those of the next, and so on.
    Learned(Rc<[f32]>),
}

impl Source {
    /// Whether all weights are positive: then max pooling is the mean over the same window, and only layers that look at
    /// something count.
    fn is_positive(&self) -> bool {
        matches!(self, Source::Positive { .. })
    }
}

/// An instruction: a layer, or what a sum of branches does with the map that is passed on.
enum Instruction {
    Layer(Layer),
    /// Keeps it for later.
    Hold,
    /// Changes it for what was kept.
    Swap,
    /// Adds it to what was kept.
    Add,
}

/// The instructions of `layers`, branches written out.
fn flatten(layers: &[Layer], out: &mut Vec<Instruction>) {
    for layer in layers {
        if let Op::Residual { main, projection } = &layer.op {
            out.push(Instruction::Hold);
            flatten(main, out);
            if let Some(projection) = projection {
                out.push(Instruction::Swap);
                flatten(projection, out);
            }
            out.push(Instruction::Add);
        } else {
            out.push(Instruction::Layer(layer.clone()));
        }
    }
}

/// Products that a layer takes on its way there.
pub fn products(layer: &Layer) -> u64 {
    let taps = match &layer.op {
        Op::Conv { slide, groups, .. } => (slide.kernel * slide.kernel * (layer.input.channels / groups)) as u64,
        Op::Fc { .. } => layer.input.len(),
        Op::Pool { slide, .. } => (slide.kernel * slide.kernel) as u64,
        Op::Relu | Op::Norm | Op::Residual { .. } => 1,
    };
    layer.output.len().saturating_mul(taps)
}

/// How a layer with weights is divided: what each output channel takes, and how many of them a slice has.
struct Slices {
    /// Output channels of the layer.
    outputs: usize,
    /// Inputs of an output, hence weights of a channel.
    fan: usize,
    /// Output channels of a slice; the last may have fewer.
    width: usize,
}

impl Slices {
    /// Of a layer that has weights.
    fn of(layer: &Layer) -> Option<Slices> {
        let (outputs, fan, divisible) = match &layer.op {
            Op::Conv { slide, channels, groups, .. } => {
                (*channels, layer.input.channels / groups * slide.kernel * slide.kernel, *groups == 1)
            }
            Op::Fc { width, .. } => (*width, layer.input.len() as usize, true),
            _ => return None,
        };
        let slices = (layer.parameters() / CHUNK).max(products(layer) / (2 * PORTION)).clamp(1, SLICES);
        // Eight channels are what a product takes at a time.
        let width = outputs.div_ceil(slices as usize).next_multiple_of(8);
        Some(Slices { outputs, fan, width: if divisible { width.min(outputs) } else { outputs } })
    }

    /// Whether there is more than one.
    fn many(&self) -> bool {
        self.width < self.outputs
    }
}

/// What a forward and a backward pass take: products, weights, elements of all maps.
pub fn cost(stack: &Stack) -> (u64, u64, u64) {
    let (mut macs, mut weights, mut elements) = (0u64, 0u64, stack.input.len());
    for layer in stack.flat() {
        macs = macs.saturating_add(products(layer));
        weights = weights.saturating_add(layer.parameters());
        elements = elements.saturating_add(layer.output.len());
        // What slices are joined to.
        if Slices::of(layer).is_some_and(|slices| slices.many()) {
            elements = elements.saturating_add(layer.output.len());
        }
        // What is brought into rows, and back.
        if matches!(layer.op, Op::Fc { .. }) {
            elements = elements.saturating_add(layer.input.len()).saturating_add(layer.output.len());
        }
    }
    (macs, weights, elements)
}

/// A pass that is under way.
pub struct Walk<T: Real> {
    tape: Tape<T>,
    instructions: Vec<Instruction>,
    /// The instruction that comes next.
    next: usize,
    source: Source,
    /// Of its slices those that are computed.
    slices: Vec<Var>,
    /// Weights on their way to the tape.
    drawn: Vec<T>,
    /// How many learned numbers are used.
    learned: usize,
    /// What each `bn` divides by: those that are known, then those that are measured.
    norms: Vec<f64>,
    known: usize,
    next_norm: usize,
    held: Vec<Var>,
    input: Var,
    output: Var,
    sweep: Option<Sweep>,
    /// Operations that the way back has passed.
    back: usize,
}

impl<T: Real> Walk<T> {
    /// At the beginning: `values` of the map `stack.input`; `norms` are known divisors. Who wants a gradient says so.
    pub fn new(stack: &Stack, values: &[T], source: Source, norms: Vec<f64>, wants_gradient: bool) -> Self {
        let (_, weights, elements) = cost(stack);
        let mut tape = Tape::new();
        tape.reserve((weights + elements) as usize, if wants_gradient { elements as usize } else { 0 });
        let Map { size: [height, width], channels } = stack.input;
        let input = tape.leaf_from([1, channels, height, width].into(), values, wants_gradient);
        let mut instructions = Vec::new();
        flatten(&stack.layers, &mut instructions);
        Walk {
            tape,
            instructions,
            next: 0,
            slices: Vec::new(),
            source,
            drawn: Vec::new(),
            learned: 0,
            known: norms.len(),
            norms,
            next_norm: 0,
            held: Vec::new(),
            input,
            output: input,
            sweep: None,
            back: 0,
        }
    }

    /// A portion of the way there; says whether the output is reached.
    pub fn forward(&mut self) -> bool {
        let mut spent = 0;
        while let Some(instruction) = self.instructions.get(self.next) {
            let cost = if let Instruction::Layer(layer) = instruction { self.price(layer) } else { 0 };
            // What does not fit any more comes first the next time.
            if spent > 0 && spent + cost > PORTION {
                return false;
            }
            spent += cost;
            if self.run() {
                self.next += 1;
            }
        }
        true
    }

    /// What the next slice of a layer takes, in products.
    fn price(&self, layer: &Layer) -> u64 {
        let Some(Slices { outputs, fan, width }) = self.slices(layer) else { return products(layer) };
        products(layer) * width as u64 / outputs as u64 + (width * fan) as u64 * PORTION / CHUNK
    }

    /// How a layer is divided here: those of a network that has learned come whole, for their biases follow all weights.
    fn slices(&self, layer: &Layer) -> Option<Slices> {
        let slices = Slices::of(layer)?;
        Some(if matches!(self.source, Source::Learned(_)) {
            Slices { width: slices.outputs, ..slices }
        } else {
            slices
        })
    }

    /// Draws so many more weights of a layer whose outputs have `fan` inputs.
    fn draw(&mut self, count: usize, fan: usize) {
        match &mut self.source {
            Source::Random(rng) => {
                let bound = libm::sqrt(6.0 / fan as f64);
                // One draw of 32 bits a weight: there are millions.
                let unit = bound / f64::from(1u32 << 31);
                self.drawn.extend((0..count).map(|_| T::from_f64(f64::from(rng.bits() as i32) * unit)));
            }
            Source::Positive { uniform } => {
                let fan = fan as f64;
                let weight = T::from_f64(1.0 / if *uniform { fan } else { libm::sqrt(fan) });
                self.drawn.extend(core::iter::repeat_n(weight, count));
            }
            Source::Learned(all) => {
                self.drawn.extend(all[self.learned..][..count].iter().map(|w| T::from_f64(f64::from(*w))));
                self.learned += count;
            }
        }
    }

    /// A leaf of the drawn weights, which are moved there.
    fn weight(&mut self, shape: &[usize]) -> Var {
        let leaf = self.tape.leaf_from(shape.into(), &self.drawn, false);
        self.drawn.clear();
        leaf
    }

    /// The bias of `outputs` channels, where weights come with one.
    fn bias(&mut self, outputs: usize) -> Option<Var> {
        if !matches!(self.source, Source::Learned(_)) {
            return None;
        }
        self.draw(outputs, outputs);
        Some(self.weight(&[outputs]))
    }

    /// Carries out the instruction that comes next, or a slice of it; says whether it is complete.
    fn run(&mut self) -> bool {
        let x = self.output;
        self.output = match &self.instructions[self.next] {
            Instruction::Hold => {
                self.held.push(x);
                x
            }
            Instruction::Swap => core::mem::replace(self.held.last_mut().expect("held before"), x),
            Instruction::Add => {
                let other = self.held.pop().expect("held before");
                self.tape.add(other, x)
            }
            Instruction::Layer(layer) => {
                let layer = layer.clone();
                match self.slices(&layer) {
                    Some(slices) => return self.slice(&layer, &slices),
                    None => self.plain(&layer, x),
                }
            }
        };
        true
    }

    /// The next slice of a layer with weights; says whether it was the last.
    fn slice(&mut self, layer: &Layer, slices: &Slices) -> bool {
        let (x, fan) = (self.output, slices.fan);
        let done = self.slices.len() * slices.width;
        let width = slices.width.min(slices.outputs - done);
        self.draw(width * fan, fan);
        let y = if let Op::Conv { slide, groups, .. } = &layer.op {
            let weight = self.weight(&[width, layer.input.channels / groups, slide.kernel, slide.kernel]);
            let bias = self.bias(width);
            self.tape.conv2d(x, weight, bias, window(slide), *groups)
        } else {
            if done == 0 {
                self.output = self.tape.reshape(x, [1, fan]);
            }
            let weight = self.weight(&[width, fan]);
            let bias = self.bias(width);
            self.tape.linear(self.output, weight, bias)
        };
        self.slices.push(y);
        if done + width < slices.outputs {
            return false;
        }
        self.output = if slices.many() { self.tape.concat(&self.slices, 1) } else { y };
        self.slices.clear();
        if let Op::Fc { width, .. } = layer.op {
            self.output = self.tape.reshape(self.output, [1, width, 1, 1]);
        }
        true
    }

    /// `x` through a layer without weights.
    fn plain(&mut self, layer: &Layer, x: Var) -> Var {
        let positive = self.source.is_positive();
        match &layer.op {
            Op::Pool { pool, slide } if *pool == Pool::Average || positive => self.tape.avg_pool2d(x, window(slide)),
            Op::Pool { slide, .. } => self.tape.max_pool2d(x, window(slide)),
            Op::Relu | Op::Norm if positive => x,
            Op::Relu => self.tape.relu(x),
            Op::Norm => self.norm(x),
            Op::Conv { .. } | Op::Fc { .. } => unreachable!("has weights"),
            Op::Residual { .. } => unreachable!("written out"),
        }
    }

    /// Divides by the root mean square of the map: the statistic is a constant, as in a network that is used and not
    /// trained, or the gradient would reach every pixel through it.
    fn norm(&mut self, x: Var) -> Var {
        if self.next_norm >= self.known {
            let value = self.tape.value(x);
            let squares: f64 = value.iter().map(|v| v.to_f64() * v.to_f64()).sum();
            self.norms.push(libm::sqrt(squares / value.len() as f64 + 1e-5));
        }
        let by = 1.0 / self.norms[self.next_norm];
        self.next_norm += 1;
        self.tape.scale(x, by)
    }

    /// The output, once it is reached.
    pub fn output(&self) -> &[T] {
        self.tape.value(self.output)
    }

    /// What each `bn` has divided by.
    pub fn norms(&self) -> &[f64] {
        &self.norms
    }

    /// A portion of the way back from element `at` of the output; says whether the input is reached.
    pub fn backward(&mut self, at: usize) -> bool {
        if self.sweep.is_none() {
            let mut seed = vec![T::ZERO; self.tape.value(self.output).len()];
            seed[at] = T::ONE;
            self.sweep = self.tape.start_backward(self.output, Some(&seed), false).ok();
        }
        let Some(sweep) = &mut self.sweep else { return true };
        self.back += 1;
        self.tape.continue_backward(sweep)
    }

    /// The gradient of that element by the input.
    pub fn gradient(&self) -> &[T] {
        self.tape.grad(self.input).unwrap_or_default()
    }

    /// How far it has come, 0 to 1: there and back count alike.
    pub fn progress(&self) -> f64 {
        let part = |done: usize, all: usize| done as f64 / all.max(1) as f64;
        0.5 * (part(self.next, self.instructions.len()) + part(self.back, self.tape.len()).min(1.0))
    }
}

fn window(slide: &Slide) -> Window {
    let Slide { kernel, stride, padding, dilation } = *slide;
    Window::new(kernel, kernel).stride(stride, stride).padding(padding, padding).dilation(dilation, dilation)
}
