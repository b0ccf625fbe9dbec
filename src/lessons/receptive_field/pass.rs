//! Passes through the stack on the engine: the number of a unit, and the gradient of that number by every pixel. Each is taken
//! in portions (`walk.rs`), so that the page can answer in between.
//!
//! Three kinds of weights. *Random* ones (He, uniform; f32) with the layers as they are: that is a network before training.
//! *Learned* ones: the same, after it. *Positive* ones (f64), one channel a layer, max pooling replaced by the mean over the same
//! window: then nothing cancels, and the gradient is positive exactly where the unit looks.
//!
//! A gradient is computed on a part of the picture that holds the field and keeps the grid of every layer ([`Part`]): the
//! same numbers, at a fraction of the work where the field is small.

use super::geometry::Geometry;
use super::needs::{self, Needs};
use super::walk::{Source, Walk};
use crate::analysis::stack::{Map, Op, Stack};
use crate::autograd::{BLOCK, Short};
use crate::kernels::Real;
use crate::rng::Rng;
use std::rc::Rc;

/// What a pass may take: products of its way there, and bytes of memory.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Products.
    pub products: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What a figure may ask for: seconds, and the block that an instance has for its tapes.
pub const PASS: Budget = Budget { products: 8_000_000_000, bytes: BLOCK };
/// What a proof may take: it is made again whenever the reader chooses a unit.
pub const PROOF: Budget = Budget { products: 250_000_000, bytes: 128_000_000 };
/// Products of a layer, of which a portion is a slice (`walk.rs`): 30 ms with SIMD, an eighth of the channels at least. Half of
/// VGG-16 has 463 million in its second.
const LARGEST_LAYER: u64 = 500_000_000;
/// Streams of the seed: one for each pass, from here on.
const STREAM_PASSES: u64 = 1000;

/// Why a pass is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// So many bytes of memory, and so many are there.
    Memory(u64, u64),
    /// So many products, and so many are done while a reader waits.
    Products(u64, u64),
}

impl Budget {
    /// Whether a forward and a backward pass fit into the reader's patience and memory, and no layer keeps the page waiting;
    /// `T` are the numbers that it is computed in.
    pub fn allows<T: Real>(&self, stack: &Stack, weights: needs::Weights) -> Result<(), TooMuch> {
        let needs = Needs::of::<T>(stack, weights, true);
        let bytes = needs.room.bytes::<T>();
        if bytes > self.bytes {
            Err(TooMuch::Memory(bytes, self.bytes))
        } else if needs.largest > LARGEST_LAYER {
            Err(TooMuch::Products(needs.largest, LARGEST_LAYER))
        } else if needs.products > self.products {
            Err(TooMuch::Products(needs.products, self.products))
        } else {
            Ok(())
        }
    }
}

/// Whether a figure's pass through a stack fits, in f32.
pub fn is_affordable(stack: &Stack) -> bool {
    PASS.allows::<f32>(stack, needs::Weights::Random).is_ok()
}

/// Whether a proof of a stack fits: one channel, in f64.
pub fn is_provable(stack: &Stack) -> bool {
    PROOF.allows::<f64>(&thin(stack), needs::Weights::Positive).is_ok()
}

/// A part of the picture on which a unit has the same gradient as on the whole.
pub struct Part {
    /// The stack over that part.
    pub stack: Stack,
    /// First row and column.
    pub first: [usize; 2],
    /// The unit there.
    pub unit: [usize; 2],
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

/// A picture of RGB bytes as the network takes it: each channel around 0, with about unit variance; one channel is their
/// brightness, more repeat them.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// `height x width x 3`.
    rgb: &'a [u8],
    /// Columns.
    width: usize,
}

impl<'a> Input<'a> {
    /// Of bytes that `map` has a pixel for each three of.
    pub fn of_rgb(rgb: &'a [u8], map: Map) -> Self {
        assert_eq!(rgb.len(), map.size[0] * map.size[1] * 3, "a picture of another size");
        Input { rgb, width: map.size[1] }
    }

    /// Writes the rectangle of `map`'s size that begins at `first`: `channels x height x width`.
    fn part(&self, first: [usize; 2], map: Map, out: &mut [f32]) {
        let channel = |c: usize, pixel: &[u8]| {
            let value = if map.channels == 1 {
                (0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1])) + 0.114 * f32::from(pixel[2])
            } else {
                f32::from(pixel[c % 3])
            };
            (value / 255.0 - 0.45) / 0.25
        };
        let [height, width] = map.size;
        for (at, row) in out.chunks_exact_mut(width).enumerate() {
            let (c, y) = (at / height, at % height + first[0]);
            let pixels = self.rgb[(y * self.width + first[1]) * 3..].chunks_exact(3);
            row.iter_mut().zip(pixels).for_each(|(value, pixel)| *value = channel(c, pixel));
        }
    }
}

/// |d unit / d pixel| over the whole picture: `height x width`, summed over channels, divided by its sum. Nothing where the
/// unit is silent (all gradients 0).
pub type Heat = Option<Vec<f64>>;

/// Divides by the sum.
pub fn shares(mut heat: Vec<f64>) -> Heat {
    let sum: f64 = heat.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return None;
    }
    heat.iter_mut().for_each(|value| *value /= sum);
    Some(heat)
}

/// The loudest channel of a unit: index into the values of the map.
fn loudest<T: Real>(values: &[T], map: Map, [y, x]: [usize; 2]) -> usize {
    let plane = map.size[0] * map.size[1];
    let at = |c: usize| c * plane + y * map.size[1] + x;
    let value = |at: &usize| values[*at].to_f64();
    (0..map.channels).map(at).max_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or(0)
}

/// A pass there and back that is under way.
pub struct Sounding<T: Real> {
    walk: Walk<T>,
    part: Part,
    /// Rows and columns of the whole picture.
    size: [usize; 2],
    /// The element of the output that it begins from, once it is there.
    from: Option<usize>,
}

impl<T: Real> Sounding<T> {
    /// At the beginning, over `part` of a picture of this size, whose values `fill` writes.
    fn new(part: Part, size: [usize; 2], fill: impl FnOnce(&mut [T]), source: Source) -> Result<Self, Short> {
        let walk = Walk::new(&part.stack, fill, source, Vec::new(), true)?;
        Ok(Sounding { walk, part, size, from: None })
    }

    /// A portion of it; says whether it is complete.
    pub fn portion(&mut self) -> bool {
        let Some(from) = self.from else {
            if self.walk.forward() {
                self.from = Some(loudest(self.walk.output(), self.part.stack.output(), self.part.unit));
            }
            return false;
        };
        self.walk.backward(from)
    }

    /// How far it has come, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.walk.progress()
    }

    /// The channel of the unit that it began from.
    pub fn channel(&self) -> usize {
        let [height, width] = self.part.stack.output().size;
        self.from.unwrap_or(0) / (height * width)
    }

    /// |gradient| by pixel of the whole picture, once it is complete.
    pub fn heat(&self) -> Vec<f64> {
        let [height, width] = self.size;
        let [rows, cols] = self.part.stack.input.size;
        let mut heat = vec![0.0; height * width];
        for (at, value) in self.walk.gradient().iter().enumerate() {
            let (y, x) = (at / cols % rows + self.part.first[0], at % cols + self.part.first[1]);
            heat[y * width + x] += value.to_f64().abs();
        }
        heat
    }
}

impl Sounding<f32> {
    /// With these weights, from the unit's loudest channel.
    fn over(geometry: &Geometry, stack: &Stack, input: Input, source: Source) -> Result<Self, Short> {
        let part = Part::of(geometry, stack);
        let (first, map) = (part.first, part.stack.input);
        Sounding::new(part, stack.input.size, |values| input.part(first, map, values), source)
    }

    /// With the random weights of pass `nth`, from the unit's loudest channel.
    pub fn random(geometry: &Geometry, stack: &Stack, input: Input, seed: u32, nth: u32) -> Result<Self, Short> {
        let rng = Rng::new(seed.into(), STREAM_PASSES + u64::from(nth));
        Sounding::over(geometry, stack, input, Source::Random(rng))
    }

    /// With learned weights, from the unit's loudest channel.
    pub fn learned(geometry: &Geometry, stack: &Stack, input: Input, weights: &Rc<[f32]>) -> Result<Self, Short> {
        Sounding::over(geometry, stack, input, Source::Learned(Rc::clone(weights)))
    }
}

impl Sounding<f64> {
    /// With positive weights; `uniform` ones make every layer the mean of what it sees.
    pub fn positive(geometry: &Geometry, uniform: bool) -> Result<Self, Short> {
        let stack = thin(&geometry.stack);
        let size = stack.input.size;
        let part = if uniform {
            Part::of(geometry, &stack)
        } else {
            // The proof takes no short cuts.
            Part { first: [0, 0], unit: geometry.unit, stack }
        };
        Sounding::new(part, size, |values| values.fill(1.0), Source::Positive { uniform })
    }
}

/// A stack with one channel everywhere.
pub fn thin(stack: &Stack) -> Stack {
    stack.with_channels(1, &|_| 1).expect("one channel fits wherever many did")
}

/// The number of a unit on a whole picture (nothing is cut off), under way.
pub struct Reading<T: Real> {
    walk: Walk<T>,
    output: Map,
    unit: [usize; 2],
    /// The element of the output that is read; the loudest channel where nothing is said.
    at: Option<usize>,
}

impl<T: Real> Reading<T> {
    /// A portion of it; says whether it is complete.
    pub fn portion(&mut self) -> bool {
        self.walk.forward()
    }

    /// The number, and what is needed to read it again on another picture, once it is complete.
    pub fn clean(&self) -> Clean {
        let values = self.walk.output();
        let at = self.at.unwrap_or_else(|| loudest(values, self.output, self.unit));
        Clean { value: values[at].to_f64(), at, norms: self.walk.norms().into() }
    }
}

impl Reading<f64> {
    /// With positive weights, of a picture of one channel.
    pub fn positive(geometry: &Geometry, picture: &[f64]) -> Result<Self, Short> {
        let stack = thin(&geometry.stack);
        let fill = |values: &mut [f64]| values.copy_from_slice(picture);
        let walk = Walk::new(&stack, fill, Source::Positive { uniform: true }, Vec::new(), false)?;
        Ok(Reading { walk, output: stack.output(), unit: geometry.unit, at: None })
    }
}

impl Reading<f32> {
    /// With these weights; `clean` is the number on the untouched picture, where it is known.
    pub fn of(
        geometry: &Geometry,
        stack: &Stack,
        picture: Input,
        weights: Weights,
        clean: Option<&Clean>,
    ) -> Result<Self, Short> {
        let source = match weights {
            Weights::First(seed) => Source::Random(Rng::new(seed.into(), STREAM_PASSES)),
            Weights::Learned(weights) => Source::Learned(Rc::clone(weights)),
        };
        let norms = clean.map_or_else(Vec::new, |clean| clean.norms.clone());
        let fill = |values: &mut [f32]| picture.part([0, 0], stack.input, values);
        let walk = Walk::new(stack, fill, source, norms, false)?;
        Ok(Reading { walk, output: stack.output(), unit: geometry.unit, at: clean.map(|clean| clean.at) })
    }
}

/// Which weights a number is read with.
pub enum Weights<'a> {
    /// Those of the first pass of a seed.
    First(u32),
    /// The learned ones.
    Learned(&'a Rc<[f32]>),
}

/// The unit's number on the untouched picture, and what is needed to compute it again on another. It is an f32 or an f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Clean {
    /// The number.
    pub value: f64,
    at: usize,
    norms: Vec<f64>,
}
