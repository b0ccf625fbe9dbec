//! What a walk through a stack takes, before it is taken: products, and memory to the last number.
//!
//! Not the walk (`walk.rs`), whose instructions are followed here by their sizes alone. Working space is what the kernels say
//! of themselves, so what is reckoned is what is allocated (a test of the walk compares).

use crate::analysis::stack::{Layer, Map, Op, Pool, Slide, Stack};
use crate::autograd::Room;
use crate::kernels::Real;
use crate::kernels::conv::Conv2d;
use crate::kernels::matmul::Matmul;
use crate::kernels::window::Window;

/// Products of a portion: small layers share one, and of large ones a slice has twice as many. A millisecond, with SIMD.
pub const PORTION: u64 = 8_000_000;
/// Weights that take as long to draw.
pub const CHUNK: u64 = 1 << 18;
/// Slices that a layer has at most: each gathers its inputs anew, and the more there are, the more of the work is gathering.
/// Another number would change the order of sums, and so the last bits of what is shown.
const SLICES: u64 = 5;

/// Which weights a walk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Random ones, without biases.
    Random,
    /// Positive ones: then max pooling is the mean over the same window, and only layers that look at something count.
    Positive,
    /// Learned ones, with a bias in every layer that has weights.
    Learned,
}

/// Taps of a window.
fn square(slide: &Slide) -> u64 {
    slide.kernel as u64 * slide.kernel as u64
}

/// Products that a layer takes on its way there.
pub fn products(layer: &Layer) -> u64 {
    let taps = match &layer.op {
        Op::Conv { slide, groups, .. } => square(slide) * (layer.input.channels / groups) as u64,
        Op::Fc { .. } => layer.input.len(),
        Op::Pool { slide, .. } => square(slide),
        Op::Relu | Op::Norm | Op::Residual { .. } => 1,
    };
    layer.output.len().saturating_mul(taps)
}

/// The window of a layer as the kernels know it.
pub fn window(slide: &Slide) -> Window {
    let Slide { kernel, stride, padding, dilation } = *slide;
    Window::new(kernel, kernel).stride(stride, stride).padding(padding, padding).dilation(dilation, dilation)
}

/// How a layer with weights is divided: what each output channel takes, and how many of them a slice has.
pub struct Slices {
    /// Output channels of the layer.
    pub outputs: usize,
    /// Inputs of an output, hence weights of a channel.
    pub fan: usize,
    /// Output channels of a slice; the last may have fewer.
    pub width: usize,
}

impl Slices {
    /// Of a layer, where it has weights. Those that have been learned come whole, for their biases follow all weights.
    pub fn with(layer: &Layer, weights: Weights) -> Option<Slices> {
        let (outputs, fan, divisible) = match &layer.op {
            Op::Conv { slide, channels, groups, .. } => {
                (*channels, (layer.input.channels / groups) as u64 * square(slide), *groups == 1)
            }
            Op::Fc { width, .. } => (*width, layer.input.len(), true),
            _ => return None,
        };
        // (What a 32-bit machine cannot count is never walked through.)
        let fan = usize::try_from(fan).unwrap_or(usize::MAX);
        let slices = (layer.parameters() / CHUNK).max(products(layer) / (2 * PORTION)).clamp(1, SLICES);
        // Eight channels are what a product takes at a time.
        let width = outputs.div_ceil(slices as usize).next_multiple_of(8);
        let divided = divisible && weights != Weights::Learned;
        Some(Slices { outputs, fan, width: if divided { width.min(outputs) } else { outputs } })
    }

    /// Whether there is more than one.
    pub fn many(&self) -> bool {
        self.width < self.outputs
    }

    /// Output channels of each.
    fn widths(&self) -> impl Iterator<Item = usize> {
        (0..self.outputs).step_by(self.width).map(|done| self.width.min(self.outputs - done))
    }
}

/// What a walk takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Products on the way there.
    pub products: u64,
    /// Those of the layer that has most.
    pub largest: u64,
    /// Numbers on its tape.
    pub room: Room,
}

impl Needs {
    /// Of a walk through `stack` with these weights, in numbers of type `T`.
    pub fn of<T: Real>(stack: &Stack, weights: Weights, wants_gradient: bool) -> Needs {
        let mut reckoning = Reckoning { needs: Needs::default(), weights, wants_gradient };
        reckoning.value(stack.input.len());
        for layer in stack.flat() {
            reckoning.layer::<T>(layer);
        }
        reckoning.needs
    }
}

/// [`Needs`] on their way.
struct Reckoning {
    needs: Needs,
    weights: Weights,
    wants_gradient: bool,
}

impl Reckoning {
    /// A value that depends on the picture.
    fn value(&mut self, len: u64) {
        let room = &mut self.needs.room;
        room.values = room.values.saturating_add(len);
        if self.wants_gradient {
            room.grads = room.grads.saturating_add(len);
        }
    }

    /// A leaf that wants no gradient.
    fn constant(&mut self, len: u64) {
        self.needs.room.values = self.needs.room.values.saturating_add(len);
    }

    /// Working space for an operation.
    fn scratch(&mut self, len: u64) {
        self.needs.room.scratch = self.needs.room.scratch.max(len);
    }

    fn layer<T: Real>(&mut self, layer: &Layer) {
        let products = products(layer);
        self.needs.products = self.needs.products.saturating_add(products);
        self.needs.largest = self.needs.largest.max(products);
        let positive = self.weights == Weights::Positive;
        match &layer.op {
            Op::Relu | Op::Norm if positive => {}
            Op::Pool { pool: Pool::Max, .. } if !positive => {
                self.value(layer.output.len());
                self.needs.room.indices = self.needs.room.indices.saturating_add(layer.output.len());
            }
            Op::Relu | Op::Norm | Op::Pool { .. } | Op::Residual { .. } => self.value(layer.output.len()),
            Op::Conv { .. } | Op::Fc { .. } => {
                let slices = Slices::with(layer, self.weights).expect("a layer with weights");
                self.slices::<T>(layer, &slices);
            }
        }
    }

    fn slices<T: Real>(&mut self, layer: &Layer, slices: &Slices) {
        let Map { size: [h, w], channels } = layer.input;
        let plane = layer.output.size[0] as u64 * layer.output.size[1] as u64;
        let flat = matches!(layer.op, Op::Fc { .. });
        // What is brought into a row.
        if flat {
            self.value(layer.input.len());
        }
        for width in slices.widths() {
            self.constant((width as u64).saturating_mul(slices.fan as u64));
            if self.weights == Weights::Learned {
                self.constant(width as u64);
            }
            self.value(plane.saturating_mul(width as u64));
        }
        // Slices are as wide as the first, but for the last one.
        let first = slices.width;
        let last = slices.widths().last().unwrap_or(first);
        for width in [first, last] {
            match &layer.op {
                Op::Conv { slide, groups, .. } => {
                    let weight = [width, channels / groups, slide.kernel, slide.kernel];
                    let size = Conv2d::new([1, channels, h, w], weight, window(slide), *groups);
                    self.scratch(size.expect("its shapes were inferred").scratch_len::<T>() as u64);
                }
                _ => {
                    self.scratch(Matmul::nt(1, slices.fan, width).scratch_len::<T>() as u64);
                    if self.wants_gradient {
                        self.scratch(Matmul::nn(1, width, slices.fan).scratch_len::<T>() as u64);
                    }
                }
            }
        }
        // What slices are joined to, and what is brought back from the row.
        for _ in 0..u8::from(slices.many()) + u8::from(flat) {
            self.value(layer.output.len());
        }
    }
}
