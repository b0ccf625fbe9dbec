//! Passes through the stack on the engine: the number of a unit, and the gradient of that number by every pixel.
//!
//! Two kinds of weights. *Random* ones (He, uniform; f32) with the layers as they are: that is a network before training.
//! *Positive* ones (f64), one channel a layer, max pooling replaced by the mean over the same window: then nothing cancels,
//! and the gradient is positive exactly where the unit looks.
//!
//! A gradient is computed on a part of the picture that holds the field and keeps the grid of every layer ([`Part`]): the
//! same numbers, at a fraction of the work where the field is small.

use super::geometry::Geometry;
use crate::analysis::stack::{Layer, Map, Op, Pool, Slide, Stack};
use crate::autograd::{Tape, Var};
use crate::kernels::Real;
use crate::kernels::window::Window;
use crate::rng::Rng;

/// Products of a forward pass, and numbers in memory: weights once, every map twice (values and gradients).
pub type Budget = (u64, u64);
/// What a figure may ask for: seconds, and 176 MB of the 256 that an instance has.
pub const PASS: Budget = (8_000_000_000, 44_000_000);
/// What a proof may take: it is made again whenever the reader chooses a unit.
pub const PROOF: Budget = (250_000_000, 16_000_000);
/// Streams of the seed: one for each pass, from here on.
const STREAM_PASSES: u64 = 1000;

/// What a forward and a backward pass take: products, weights, elements of all maps.
fn cost(stack: &Stack) -> (u64, u64, u64) {
    let (mut macs, mut weights, mut elements) = (0u64, 0u64, stack.input.len());
    for layer in stack.flat() {
        let taps = match &layer.op {
            Op::Conv { slide, groups, .. } => (slide.kernel * slide.kernel * (layer.input.channels / groups)) as u64,
            Op::Fc { .. } => layer.input.len(),
            Op::Pool { slide, .. } => (slide.kernel * slide.kernel) as u64,
            Op::Relu | Op::Norm | Op::Residual { .. } => 1,
        };
        macs = macs.saturating_add(layer.output.len().saturating_mul(taps));
        weights = weights.saturating_add(layer.parameters());
        elements = elements.saturating_add(layer.output.len());
    }
    (macs, weights, elements)
}

/// Whether a forward and a backward pass fit into the reader's patience and memory.
pub fn is_affordable(stack: &Stack, (most_macs, most_numbers): Budget) -> bool {
    let (macs, weights, elements) = cost(stack);
    macs <= most_macs && weights.saturating_add(elements.saturating_mul(2)) <= most_numbers
}

/// An empty tape with room for a pass.
fn tape<T: Real>(stack: &Stack) -> Tape<T> {
    let (_, weights, elements) = cost(stack);
    let mut tape = Tape::new();
    tape.reserve((weights + elements) as usize, elements as usize);
    tape
}

/// A part of the picture on which a unit has the same gradient as on the whole.
pub struct Part {
    /// The stack over that part.
    stack: Stack,
    /// First row and column.
    first: [usize; 2],
    /// The unit there.
    unit: [usize; 2],
}

impl Part {
    /// The smallest part for the unit of `geometry`: what is cut off is a multiple of the effective stride on every side,
    /// so that every window stands where it stood; `stack` may have other channels.
    pub fn of(geometry: &Geometry, stack: &Stack) -> Part {
        let whole = Part { stack: stack.clone(), first: [0, 0], unit: geometry.unit };
        if stack.layers.iter().any(|layer| matches!(layer.op, Op::Fc { .. })) {
            return whole;
        }
        let (mut first, mut size) = ([0; 2], [0; 2]);
        for axis in 0..2 {
            let Some((low, high)) = geometry.on_picture(axis) else { return whole };
            let (side, jump) = (stack.input.size[axis], geometry.field[axis].jump as usize);
            first[axis] = low / jump * jump;
            size[axis] = side - (side - 1 - high) / jump * jump - first[axis];
        }
        let Ok(stack) = stack.with_input(Map { size, ..stack.input }) else { return whole };
        let unit = [0, 1].map(|axis| geometry.unit[axis] - first[axis] / geometry.field[axis].jump as usize);
        let exists = (0..2).all(|axis| unit[axis] < stack.output().size[axis]);
        if exists { Part { stack, first, unit } } else { whole }
    }
}

/// A picture as the network takes it: `channels x height x width`.
pub struct Input<T> {
    /// The values.
    pub values: Vec<T>,
    /// Their shape.
    pub map: Map,
}

impl Input<f32> {
    /// Of RGB bytes: each channel around 0, with about unit variance; one channel is their brightness, more repeat them.
    pub fn of_rgb(rgb: &[u8], map: Map) -> Self {
        let pixels = map.size[0] * map.size[1];
        let channel = |c: usize, pixel: &[u8]| {
            let value = if map.channels == 1 {
                (0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1])) + 0.114 * f32::from(pixel[2])
            } else {
                f32::from(pixel[c % 3])
            };
            (value / 255.0 - 0.45) / 0.25
        };
        let values = (0..map.channels).flat_map(|c| rgb.chunks_exact(3).map(move |pixel| channel(c, pixel)));
        let values: Vec<f32> = values.collect();
        assert_eq!(values.len(), pixels * map.channels, "a picture of another size");
        Input { values, map }
    }
}

impl<T: Real> Input<T> {
    /// The rectangle of `map`'s size that begins at `first`.
    fn part(&self, first: [usize; 2], map: Map) -> Vec<T> {
        let [height, width] = self.map.size;
        let row = |c: usize, y: usize| {
            let start = (c * height + first[0] + y) * width + first[1];
            &self.values[start..start + map.size[1]]
        };
        let rows = (0..map.channels).flat_map(|c| (0..map.size[0]).map(move |y| (c, y)));
        rows.flat_map(|(c, y)| row(c, y).iter().copied()).collect()
    }
}

/// Where weights come from.
enum Source<'a> {
    /// He, uniform: bound sqrt(6 / fan in).
    Random(&'a mut Rng),
    /// All equal: `uniform` makes the sum of a window's weights 1, otherwise their geometric mean with 1, so that neither
    /// the sum nor the product over many layers leaves the range of an f64.
    Positive {
        /// The mean of what it sees.
        uniform: bool,
    },
}

/// Writes a stack on a tape.
struct Writer<'a, T: Real> {
    tape: &'a mut Tape<T>,
    source: Source<'a>,
    /// What each `bn` divides by: those that are known, then those that are measured.
    norms: Vec<f64>,
    known: usize,
    next: usize,
}

impl<'a, T: Real> Writer<'a, T> {
    fn new(tape: &'a mut Tape<T>, source: Source<'a>, norms: Vec<f64>) -> Self {
        Writer { tape, source, known: norms.len(), norms, next: 0 }
    }

    fn window(slide: &Slide) -> Window {
        let Slide { kernel, stride, padding, dilation } = *slide;
        Window::new(kernel, kernel).stride(stride, stride).padding(padding, padding).dilation(dilation, dilation)
    }

    /// A weight of `shape` whose outputs have `fan` inputs.
    fn weight(&mut self, shape: &[usize], fan: usize) -> Var {
        let count = shape.iter().product();
        let values: Vec<T> = match &mut self.source {
            Source::Random(rng) => {
                let bound = libm::sqrt(6.0 / fan as f64);
                // One draw of 32 bits a weight: there are millions.
                let unit = bound / f64::from(1u32 << 31);
                (0..count).map(|_| T::from_f64(f64::from(rng.bits() as i32) * unit)).collect()
            }
            Source::Positive { uniform } => {
                let fan = fan as f64;
                vec![T::from_f64(1.0 / if *uniform { fan } else { libm::sqrt(fan) }); count]
            }
        };
        self.tape.leaf_from(shape.into(), &values, false)
    }

    /// `x` through `layers`.
    fn write(&mut self, layers: &[Layer], mut x: Var) -> Var {
        let positive = matches!(self.source, Source::Positive { .. });
        for layer in layers {
            x = match &layer.op {
                Op::Conv { slide, channels, groups, .. } => {
                    let inputs = layer.input.channels / groups;
                    let kernel = slide.kernel;
                    let weight = self.weight(&[*channels, inputs, kernel, kernel], inputs * kernel * kernel);
                    self.tape.conv2d(x, weight, None, Self::window(slide), *groups)
                }
                Op::Pool { pool, slide } if *pool == Pool::Average || positive => {
                    self.tape.avg_pool2d(x, Self::window(slide))
                }
                Op::Pool { slide, .. } => self.tape.max_pool2d(x, Self::window(slide)),
                Op::Relu | Op::Norm if positive => x,
                Op::Relu => self.tape.relu(x),
                Op::Norm => self.norm(x),
                Op::Fc { width, .. } => {
                    let inputs = layer.input.len() as usize;
                    let weight = self.weight(&[*width, inputs], inputs);
                    let flat = self.tape.reshape(x, [1, inputs]);
                    let y = self.tape.linear(flat, weight, None);
                    self.tape.reshape(y, [1, *width, 1, 1])
                }
                Op::Residual { main, projection } => {
                    let one = self.write(main, x);
                    let other = projection.as_ref().map_or(x, |projection| self.write(projection, x));
                    self.tape.add(one, other)
                }
            };
        }
        x
    }

    /// Divides by the root mean square of the map: the statistic is a constant, as in a network that is used and not
    /// trained, or the gradient would reach every pixel through it.
    fn norm(&mut self, x: Var) -> Var {
        if self.next >= self.known {
            let value = self.tape.value(x);
            let squares: f64 = value.iter().map(|v| v.to_f64() * v.to_f64()).sum();
            self.norms.push(libm::sqrt(squares / value.len() as f64 + 1e-5));
        }
        let by = 1.0 / self.norms[self.next];
        self.next += 1;
        self.tape.scale(x, by)
    }
}

/// |d unit / d pixel| over the whole picture: `height x width`, summed over channels, divided by its sum. Nothing where the
/// unit is silent (all gradients 0).
pub type Heat = Option<Vec<f64>>;

/// Backward from element `at` of `output`, and |gradient| by pixel of a picture of size `[height, width]`.
fn heat<T: Real>(
    tape: &mut Tape<T>,
    (input, output, at): (Var, Var, usize),
    part: &Part,
    [height, width]: [usize; 2],
) -> Vec<f64> {
    let mut seed = vec![T::ZERO; tape.value(output).len()];
    seed[at] = T::ONE;
    let mut heat = vec![0.0; height * width];
    if tape.backward_from(output, Some(&seed), false).is_err() {
        // A stack without layers: the unit is the pixel.
        heat[part.unit[0] * width + part.unit[1]] = 1.0;
        return heat;
    }
    let grad = tape.grad(input).unwrap_or_default();
    let [rows, cols] = part.stack.input.size;
    for (at, value) in grad.iter().enumerate() {
        let (y, x) = (at / cols % rows + part.first[0], at % cols + part.first[1]);
        heat[y * width + x] += value.to_f64().abs();
    }
    heat
}

/// Divides by the sum.
pub fn shares(mut heat: Vec<f64>) -> Heat {
    let sum: f64 = heat.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return None;
    }
    heat.iter_mut().for_each(|value| *value /= sum);
    Some(heat)
}

/// The loudest channel of a unit: index into the values of the map, and the value.
fn loudest(values: &[f32], map: Map, [y, x]: [usize; 2]) -> (usize, f32) {
    let plane = map.size[0] * map.size[1];
    let at = |c: usize| c * plane + y * map.size[1] + x;
    let best = (0..map.channels).map(at).max_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    (best, values[best])
}

/// A backward pass with the random weights of pass `nth`, from the unit's loudest channel.
pub fn random(geometry: &Geometry, stack: &Stack, input: &Input<f32>, seed: u32, nth: u32) -> Heat {
    let part = Part::of(geometry, stack);
    let map = part.stack.input;
    let mut tape = tape::<f32>(&part.stack);
    let [height, width] = map.size;
    let x = tape.leaf_from([1, map.channels, height, width].into(), &input.part(part.first, map), true);
    let mut rng = Rng::new(seed.into(), STREAM_PASSES + u64::from(nth));
    let y = Writer::new(&mut tape, Source::Random(&mut rng), Vec::new()).write(&part.stack.layers, x);
    let (at, _) = loudest(tape.value(y), part.stack.output(), part.unit);
    shares(heat(&mut tape, (x, y, at), &part, stack.input.size))
}

/// A stack with one channel everywhere.
pub fn thin(stack: &Stack) -> Stack {
    stack.with_channels(1, &|_| 1).expect("one channel fits wherever many did")
}

/// The gradient with positive weights over the whole picture (`height x width`, not divided); `uniform` weights make every
/// layer the mean of what it sees.
pub fn positive(geometry: &Geometry, uniform: bool) -> Vec<f64> {
    let stack = thin(&geometry.stack);
    let size = stack.input.size;
    let part = if uniform {
        Part::of(geometry, &stack)
    } else {
        // The proof takes no short cuts.
        Part { stack: stack.clone(), first: [0, 0], unit: geometry.unit }
    };
    let [height, width] = part.stack.input.size;
    let mut tape = tape::<f64>(&part.stack);
    let x = tape.leaf_from([1, 1, height, width].into(), &vec![1.0; height * width], true);
    let y = Writer::new(&mut tape, Source::Positive { uniform }, Vec::new()).write(&part.stack.layers, x);
    let at = part.unit[0] * part.stack.output().size[1] + part.unit[1];
    heat(&mut tape, (x, y, at), &part, size)
}

/// The number of the unit with positive weights, of a picture of one channel.
pub fn positive_value(geometry: &Geometry, picture: &[f64]) -> f64 {
    let stack = thin(&geometry.stack);
    let [height, width] = stack.input.size;
    let mut tape = Tape::<f64>::new();
    let x = tape.leaf_from([1, 1, height, width].into(), picture, false);
    let y = Writer::new(&mut tape, Source::Positive { uniform: true }, Vec::new()).write(&stack.layers, x);
    tape.value(y)[geometry.unit[0] * stack.output().size[1] + geometry.unit[1]]
}

/// The unit's number on the untouched picture, and what is needed to compute it again on another.
#[derive(Clone, Debug)]
pub struct Clean {
    /// The number.
    pub value: f32,
    at: usize,
    norms: Vec<f64>,
}

/// The number of the unit, with the weights of the first pass, from the whole picture: nothing is cut off here.
pub fn value(geometry: &Geometry, stack: &Stack, input: &Input<f32>, seed: u32, clean: Option<&Clean>) -> Clean {
    let [height, width] = stack.input.size;
    let mut tape = tape::<f32>(stack);
    let x = tape.leaf_from([1, stack.input.channels, height, width].into(), &input.values, false);
    let mut rng = Rng::new(seed.into(), STREAM_PASSES);
    let mut writer = Writer::new(&mut tape, Source::Random(&mut rng), clean.map_or_else(Vec::new, |c| c.norms.clone()));
    let y = writer.write(&stack.layers, x);
    let norms = writer.norms;
    let values = tape.value(y);
    let (at, _) = clean.map_or_else(|| loudest(values, stack.output(), geometry.unit), |clean| (clean.at, 0.0));
    Clean { value: values[at], at, norms }
}
