//! A stack written on a tape and read backward, in portions of a few milliseconds: layer by layer there, operation by
//! operation back. A large layer is several small ones side by side: each has some of its output channels ([`Slices`]).
//!
//! Not what is asked of it (`pass.rs`). The order of all draws and sums is that of the stack, however the way is divided.

use super::needs::{CHUNK, Needs, PORTION, Slices, Weights, products, window};
use crate::analysis::stack::{Layer, Map, Op, Pool, Stack};
use crate::autograd::{Short, Sweep, Tape, Var};
use crate::kernels::Real;
use crate::rng::Rng;
use std::rc::Rc;

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
    /// Which weights these are.
    fn weights(&self) -> Weights {
        match self {
            Source::Random(_) => Weights::Random,
            Source::Positive { .. } => Weights::Positive,
            Source::Learned(_) => Weights::Learned,
        }
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

/// A pass that is under way.
pub struct Walk<T: Real> {
    tape: Tape<T>,
    instructions: Vec<Instruction>,
    /// The instruction that comes next.
    next: usize,
    source: Source,
    /// Of its slices those that are computed.
    slices: Vec<Var>,
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
    /// At the beginning: `fill` writes the values of the map `stack.input`; `norms` are known divisors. Who wants a gradient says
    /// so. All memory that it takes on its way is taken here, or refused.
    pub fn new(
        stack: &Stack,
        fill: impl FnOnce(&mut [T]),
        source: Source,
        norms: Vec<f64>,
        wants_gradient: bool,
    ) -> Result<Self, Short> {
        let mut tape = Tape::with_room(&Needs::of::<T>(stack, source.weights(), wants_gradient).room)?;
        let Map { size: [height, width], channels } = stack.input;
        let input = tape.leaf_filled([1, channels, height, width].into(), wants_gradient, fill);
        let mut instructions = Vec::new();
        flatten(&stack.layers, &mut instructions);
        Ok(Walk {
            tape,
            instructions,
            next: 0,
            slices: Vec::new(),
            source,
            learned: 0,
            known: norms.len(),
            norms,
            next_norm: 0,
            held: Vec::new(),
            input,
            output: input,
            sweep: None,
            back: 0,
        })
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

    /// How a layer is divided here.
    fn slices(&self, layer: &Layer) -> Option<Slices> {
        Slices::with(layer, self.source.weights())
    }

    /// A leaf of the weights that come next, of a layer whose outputs have `fan` inputs.
    fn weight(&mut self, shape: &[usize], fan: usize) -> Var {
        let Walk { tape, source, learned, .. } = self;
        tape.leaf_filled(shape.into(), false, |weights| match source {
            Source::Random(rng) => {
                let bound = libm::sqrt(6.0 / fan as f64);
                // One draw of 32 bits a weight: there are millions.
                let unit = bound / f64::from(1u32 << 31);
                weights.iter_mut().for_each(|w| *w = T::from_f64(f64::from(rng.bits() as i32) * unit));
            }
            Source::Positive { uniform } => {
                let fan = fan as f64;
                weights.fill(T::from_f64(1.0 / if *uniform { fan } else { libm::sqrt(fan) }));
            }
            Source::Learned(all) => {
                let next = &all[*learned..][..weights.len()];
                weights.iter_mut().zip(next).for_each(|(w, known)| *w = T::from_f64(f64::from(*known)));
                *learned += weights.len();
            }
        })
    }

    /// The bias of `outputs` channels, where weights come with one.
    fn bias(&mut self, outputs: usize) -> Option<Var> {
        (self.source.weights() == Weights::Learned).then(|| self.weight(&[outputs], outputs))
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
        let y = if let Op::Conv { slide, groups, .. } = &layer.op {
            let weight = self.weight(&[width, layer.input.channels / groups, slide.kernel, slide.kernel], fan);
            let bias = self.bias(width);
            self.tape.conv2d(x, weight, bias, window(slide), *groups)
        } else {
            if done == 0 {
                self.output = self.tape.reshape(x, [1, fan]);
            }
            let weight = self.weight(&[width, fan], fan);
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
        let positive = self.source.weights() == Weights::Positive;
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
            self.sweep = self.tape.start_backward_at(self.output, at, false).ok();
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

#[cfg(test)]
mod tests {
    use super::{Needs, Source, Walk};
    use crate::analysis::stack::Stack;
    use crate::kernels::Real;
    use crate::rng::Rng;

    /// Stacks that together have every instruction, sliced layers, and frames of every kind.
    const STACKS: &[&str] = &[
        "input1x1x1",
        "input9x9x3 conv3x8p1 relu maxpool2 conv3x5p2d2 bn relu avgpool2 fc7 relu fc3",
        "input12x12x3 res(conv3x3p1) res(conv1x6s2|maxpool2 conv3x6p1 bn) relu res(res(conv3x6p1g6) relu)",
        "input64x64x32 conv3x256p1 relu conv1x64 fc40",
        "input8x8x1 conv3x1p4096d4096 conv1x4p300s90 maxpool2p1s1",
        "input16x16x4 conv5x4p2g4 conv700x2p345 conv1x300 maxpool3s1p1 fc300 bn fc200",
    ];

    /// The tape of a walk ends with exactly as much in it as was said before it began.
    fn check<T: Real>(stack: &Stack, source: Source, wants_gradient: bool) {
        let needs = Needs::of::<T>(stack, source.weights(), wants_gradient);
        let one = |values: &mut [T]| values.fill(T::ONE);
        let mut walk = Walk::new(stack, one, source, Vec::new(), wants_gradient).expect("a small stack");
        while !walk.forward() {}
        if wants_gradient {
            while !walk.backward(0) {}
        }
        let [room, used] = walk.tape.rooms();
        assert_eq!(used, needs.room, "{stack}, {}", T::NAME);
        assert!(room.values >= used.values && room.scratch >= used.scratch, "{stack}: {room:?}");
    }

    #[test]
    fn a_walk_takes_exactly_what_was_reckoned() {
        for text in STACKS {
            let stack = Stack::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
            check::<f32>(&stack, Source::Random(Rng::new(1, 1)), true);
            check::<f32>(&stack, Source::Random(Rng::new(1, 1)), false);
            check::<f32>(&stack, Source::Learned(vec![0.01; stack.parameters() as usize].into()), true);
            let thin = super::super::pass::thin(&stack);
            check::<f64>(&thin, Source::Positive { uniform: true }, true);
            check::<f64>(&thin, Source::Positive { uniform: false }, false);
        }
    }
}
