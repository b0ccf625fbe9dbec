//! Which part of the input an element of a stack's output can see.
//!
//! Not what it makes of it: weights are unknown here (the lesson asks the gradient for that). Everything is counted in
//! pixels of the input, along one axis at a time, and the two axes share nothing but the layers.
//!
//! *Forward* ([`trace`]): unit 0 of a map sees the pixels `low ..= high`, unit u those shifted by u * `jump`. A window of k
//! taps, d apart, with stride s and padding p makes
//!
//! ```text
//! jump' = s jump      low' = low - p jump      high' = high + (d (k - 1) - p) jump
//! so r = high - low + 1 obeys r' = r + d (k - 1) jump, and the padding P = -low obeys P' = P + p jump
//! ```
//!
//! *Backward* ([`back`]): units a ..= b of a map are made of units s a - p ..= s b - p + d (k - 1) of the map before it.
//! Both ways must meet; the lesson shows one and proves it by the other. A sum sees what any of its branches sees.

use super::stack::{Layer, Op, Stack};
use std::collections::BTreeMap;

/// The largest number of pixels that is still exact in a number of the page (an f64).
const MOST: i64 = 1 << 53;
/// Most different fields that the paths of a stack are told apart by.
const MOST_PATHS: usize = 512;

/// What the units of a map see, along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Pixels between what neighbours see: the effective stride.
    pub jump: i64,
    /// First pixel that unit 0 sees; negative where it looks into the padding.
    pub low: i64,
    /// Last pixel that unit 0 sees.
    pub high: i64,
    /// r along the longest single path; equal to [`Field::size`] where no branches of different centres meet.
    pub longest: i64,
}

impl Field {
    /// A pixel sees itself.
    pub const PIXEL: Field = Field { jump: 1, low: 0, high: 0, longest: 1 };

    /// r: how many pixels a unit sees, from the first to the last.
    pub fn size(&self) -> i64 {
        self.high - self.low + 1
    }

    /// P: minus the first position that unit 0 sees.
    pub fn padding(&self) -> i64 {
        -self.low
    }

    /// Where the middle of unit 0's field lies, pixel 0 being at 0.
    pub fn start(&self) -> f64 {
        (self.low + self.high) as f64 / 2.0
    }

    /// First and last pixel that unit `u` sees.
    pub fn of(&self, u: usize) -> (i64, i64) {
        let shift = u as i64 * self.jump;
        (self.low + shift, self.high + shift)
    }

    /// After a layer that slides a window; nothing where the numbers leave what can be shown exactly.
    fn after(self, layer: &Layer, axis: usize) -> Option<Field> {
        let Some(slide) = layer.window(axis) else { return Some(self) };
        let [stride, padding, reach] = [slide.stride, slide.padding, slide.extent() - 1].map(|n| n as i64);
        let exact = |value: i64| (value.abs() <= MOST).then_some(value);
        let grown = exact(reach.checked_mul(self.jump)?)?;
        let padded = exact(padding.checked_mul(self.jump)?)?;
        Some(Field {
            jump: exact(self.jump.checked_mul(stride)?)?,
            low: exact(self.low - padded)?,
            high: exact(self.high + grown - padded)?,
            longest: exact(self.longest + grown)?,
        })
    }
}

/// Which branch of a sum a layer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// None: it is on the way that everything takes.
    Trunk,
    /// The branch that is always there.
    Main,
    /// The other one.
    Projection,
}

/// A layer with what the units before and after it see.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// How many sums it stands inside.
    pub depth: usize,
    /// Its branch of the innermost of them.
    pub branch: Branch,
    /// What units of its input see: vertical, horizontal.
    pub before: [Field; 2],
    /// What units of its output see.
    pub after: [Field; 2],
    /// Of a sum: whether its branches look at different centres, by axis.
    pub misaligned: [bool; 2],
}

/// The layers of a stack with what their units see, in reading order; a sum comes after its branches.
/// Nothing where a field is too large to be written exactly (2^53 pixels).
pub fn trace(stack: &Stack) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    walk(&stack.layers, [Field::PIXEL; 2], (0, Branch::Trunk), &mut steps)?;
    Some(steps)
}

/// What the units of the output see: vertical, horizontal. Nothing as in [`trace`].
pub fn field(stack: &Stack) -> Option<[Field; 2]> {
    Some(trace(stack)?.last().map_or([Field::PIXEL; 2], |step| step.after))
}

/// Follows `layers`; returns what the units of their output see.
fn walk<'a>(
    layers: &'a [Layer],
    mut fields: [Field; 2],
    (depth, branch): (usize, Branch),
    steps: &mut Vec<Step<'a>>,
) -> Option<[Field; 2]> {
    for layer in layers {
        let before = fields;
        let mut misaligned = [false; 2];
        if let Op::Residual { main, projection } = &layer.op {
            let one = walk(main, before, (depth + 1, Branch::Main), steps)?;
            let other = match projection {
                Some(projection) => walk(projection, before, (depth + 1, Branch::Projection), steps)?,
                None => before,
            };
            for axis in 0..2 {
                let (a, b) = (one[axis], other[axis]);
                misaligned[axis] = a.low + a.high != b.low + b.high;
                fields[axis] = Field {
                    jump: a.jump,
                    low: a.low.min(b.low),
                    high: a.high.max(b.high),
                    longest: a.longest.max(b.longest),
                };
            }
        } else {
            for (axis, field) in fields.iter_mut().enumerate() {
                *field = field.after(layer, axis)?;
            }
        }
        steps.push(Step { layer, depth, branch, before, after: fields, misaligned });
    }
    Some(fields)
}

/// Units of a map along one axis, from the first to the last; they may lie in the padding.
pub type Interval = (i64, i64);

/// What unit `unit` of the output is made of, map by map along one axis, from the output to the input: the first interval
/// is the unit itself, the last the pixels that it sees, and between two of them lies one layer of the trunk.
pub fn back(stack: &Stack, axis: usize, unit: usize) -> Vec<Interval> {
    let mut interval = (unit as i64, unit as i64);
    let mut all = vec![interval];
    for layer in stack.layers.iter().rev() {
        interval = through(layer, axis, interval);
        all.push(interval);
    }
    all
}

/// What the units `(a, b)` of a layer's output are made of.
fn through(layer: &Layer, axis: usize, (a, b): Interval) -> Interval {
    if let Op::Residual { main, projection } = &layer.op {
        let branch =
            |layers: &[Layer]| layers.iter().rev().fold((a, b), |interval, layer| through(layer, axis, interval));
        let (one, other) = (branch(main), projection.as_deref().map_or((a, b), branch));
        return (one.0.min(other.0), one.1.max(other.1));
    }
    let Some(slide) = layer.window(axis) else { return (a, b) };
    let [stride, padding, reach] = [slide.stride, slide.padding, slide.extent() - 1].map(|n| n as i64);
    let moved = |unit: i64| unit.saturating_mul(stride).saturating_sub(padding);
    (moved(a), moved(b).saturating_add(reach))
}

/// The units of every map that really feed unit `unit` along one axis, holes left out, as in [`back`]. Where paths meet
/// this is every row (or column) that any of them touches. Nothing where there are more than `most` units in a map.
pub fn touched(stack: &Stack, axis: usize, unit: usize, most: usize) -> Option<Vec<Vec<i64>>> {
    fn through(layer: &Layer, axis: usize, units: &[i64], most: usize) -> Option<Vec<i64>> {
        let mut all = Vec::new();
        if let Op::Residual { main, projection } = &layer.op {
            let branch = |layers: &[Layer]| {
                layers.iter().rev().try_fold(units.to_vec(), |units, layer| through(layer, axis, &units, most))
            };
            all = branch(main)?;
            all.extend(match projection {
                Some(projection) => branch(projection)?,
                None => units.to_vec(),
            });
        } else if let Some(slide) = layer.window(axis) {
            if units.len().checked_mul(slide.kernel)? > 64 * most {
                return None;
            }
            for unit in units {
                let first = unit * slide.stride as i64 - slide.padding as i64;
                all.extend((0..slide.kernel).map(|tap| first + (tap * slide.dilation) as i64));
            }
        } else {
            return Some(units.to_vec());
        }
        all.sort_unstable();
        all.dedup();
        (all.len() <= most).then_some(all)
    }
    let mut all = vec![vec![unit as i64]];
    for layer in stack.layers.iter().rev() {
        let units = through(layer, axis, all.last()?, most)?;
        all.push(units);
    }
    Some(all)
}

/// The closed form of a chain: r = 1 + sum over layers of d (k - 1) times the strides before it. Nothing where branches meet.
pub fn closed_form(stack: &Stack, axis: usize) -> Option<i64> {
    let mut size = 1i64;
    for (nth, layer) in stack.layers.iter().enumerate() {
        if matches!(layer.op, Op::Residual { .. }) {
            return None;
        }
        let Some(slide) = layer.window(axis) else { continue };
        let strides =
            stack.layers[..nth].iter().filter_map(|layer| layer.window(axis)).map(|slide| slide.stride as i64);
        let jump = strides.into_iter().try_fold(1i64, i64::checked_mul)?;
        size = size.checked_add(jump.checked_mul(slide.extent() as i64 - 1)?)?;
    }
    Some(size)
}

/// A field that single paths through a stack have, and how many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// First pixel that unit 0 sees along such a path.
    pub low: i64,
    /// Last pixel.
    pub high: i64,
    /// How many paths have this field.
    pub count: u64,
}

/// Every path through the stack, by its field along one axis: smallest field first. Nothing where too many differ.
pub fn paths(stack: &Stack, axis: usize) -> Option<Vec<Path>> {
    /// Fields with their number, and the jump of the map that they belong to.
    type Fields = (BTreeMap<(i64, i64), u64>, i64);
    fn follow(layers: &[Layer], (mut fields, mut jump): Fields, axis: usize) -> Option<Fields> {
        for layer in layers {
            if let Op::Residual { main, projection } = &layer.op {
                let (mut joined, next) = follow(main, (fields.clone(), jump), axis)?;
                let other = match projection {
                    Some(projection) => follow(projection, (fields, jump), axis)?.0,
                    None => fields,
                };
                for (field, count) in other {
                    let total = joined.entry(field).or_insert(0);
                    *total = total.checked_add(count)?;
                }
                (fields, jump) = (joined, next);
            } else if let Some(slide) = layer.window(axis) {
                let padded = jump.checked_mul(slide.padding as i64)?;
                let grown = jump.checked_mul(slide.extent() as i64 - 1)? - padded;
                fields = fields.into_iter().map(|((low, high), count)| ((low - padded, high + grown), count)).collect();
                jump = jump.checked_mul(slide.stride as i64)?;
            }
            if fields.len() > MOST_PATHS {
                return None;
            }
        }
        Some((fields, jump))
    }
    let start = (BTreeMap::from([((0, 0), 1)]), 1);
    let (fields, _) = follow(&stack.layers, start, axis)?;
    let mut all: Vec<Path> = fields.into_iter().map(|((low, high), count)| Path { low, high, count }).collect();
    all.sort_by_key(|path| (path.high - path.low, path.low));
    Some(all)
}
