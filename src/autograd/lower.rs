//! Steps of a plan with everything worked out that does not depend on the numbers: which kernel, which sizes, which ranges.
//!
//! Not another table of rules. For the operations that small networks are made of (linear layers, matrix products, functions
//! of one element) a step names the kernel that `forward.rs` and `rules.rs` would come to, with the same arguments; for all
//! others it says "ask them". Small networks need this: of a step of 2-8-8-1 with tanh and a batch of 10 (V8, simd128), a
//! third went by before kernels started when every operation was asked for anew, a fifth with these steps.
//! Two of them may be one step: a linear layer or a convolution whose result goes through a function of one element is followed
//! by that function block by block, while the block is near. Both results are written, as without this.
//! `tests/allocations.rs` compares the bits of both ways.

use super::op::Op;
use super::tape::Tape;
use crate::kernels::conv::Conv2d;
use crate::kernels::map::{Map, map, map_backward};
use crate::kernels::matmul::{Matmul, matmul};
use crate::kernels::{Real, Write};
use crate::tensor::{product, room};

/// A stretch of the tape's values or gradients.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    start: usize,
    len: usize,
}

impl At {
    /// The value of node `id`.
    fn value<T: Real>(tape: &Tape<T>, id: u32) -> Self {
        let range = &tape.storages[tape.nodes[id as usize].storage as usize].at;
        At { start: range.start, len: range.len() }
    }

    fn of<T>(self, array: &[T]) -> &[T] {
        &array[self.start..self.start + self.len]
    }

    /// This stretch to write, and everything before it to read: results lie behind their operands.
    fn after<T>(self, array: &mut [T]) -> (&mut [T], &mut [T]) {
        let (before, rest) = array.split_at_mut(self.start);
        (before, &mut rest[..self.len])
    }

    /// This stretch to write and `later` to read: gradients of operands lie before those of results.
    fn before<T>(self, later: At, array: &mut [T]) -> (&mut [T], &[T]) {
        let (before, after) = array.split_at_mut(later.start);
        (&mut before[self.start..self.start + self.len], &after[..later.len])
    }
}

/// A value to compute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Forward {
    /// Whatever `forward.rs` says of this node.
    Node(u32),
    /// out = x . weight^T + bias.
    Linear { size: Matmul, x: At, weight: At, bias: Option<At>, out: At },
    /// out = f(x).
    Map { f: Map, x: At, out: At },
    /// out = x . weight^T + bias; y = f(out).
    LinearMap { size: Matmul, x: At, weight: At, bias: Option<At>, out: At, f: Map, y: At },
    /// out = x convolved with weight, plus bias; y = f(out).
    ConvMap { size: Conv2d, x: At, weight: At, bias: Option<At>, out: At, f: Map, y: At },
}

/// A gradient to compute: of operand `nth` of a node, in the kernel's terms.
#[derive(Clone, Copy, Debug)]
pub(super) enum Backward {
    /// Whatever `rules.rs` says of operand `nth` of this node.
    Node { id: u32, nth: u32, write: Write },
    /// out = or += dy . value, dy transposed if the size says so.
    Product { size: Matmul, dy: At, value: At, out: At, write: Write },
    /// out = or += dy summed over rows.
    Bias { rows: usize, dy: At, out: At, write: Write },
    /// out = or += dy f'(x).
    Map { f: Map, x: At, y: At, dy: At, out: At, write: Write },
}

impl Forward {
    /// The step that computes node `id`.
    pub(super) fn of<T: Real>(tape: &Tape<T>, id: usize) -> Self {
        let node = &tape.nodes[id];
        let value = |id: u32| At::value(tape, id);
        let out = value(id as u32);
        match (node.op, tape.args(id)) {
            (Op::Linear, &[x, weight, ref bias @ ..]) => {
                let size = product::linear_size(tape.nodes[x as usize].shape, tape.nodes[weight as usize].shape);
                let bias = bias.first().map(|&bias| value(bias));
                Forward::Linear { size, x: value(x), weight: value(weight), bias, out }
            }
            (Op::Map { f }, &[x]) => Forward::Map { f, x: value(x), out },
            _ => Forward::Node(id as u32),
        }
    }

    /// The one step that computes node `id` and the node after it, where there is such a step.
    #[cfg(feature = "full")]
    pub(super) fn of_two<T: Real>(tape: &Tape<T>, id: usize) -> Option<Self> {
        let (node, after) = (&tape.nodes[id], tape.nodes.get(id + 1)?);
        let Op::Map { f } = after.op else { return None };
        if tape.args(id + 1) != [id as u32] {
            return None;
        }
        let Forward::Map { out: y, .. } = Forward::of(tape, id + 1) else { return None };
        match node.op {
            Op::Linear => match Forward::of(tape, id) {
                Forward::Linear { size, x, weight, bias, out } => {
                    Some(Forward::LinearMap { size, x, weight, bias, out, f, y })
                }
                _ => None,
            },
            Op::Conv2d { window, groups } => {
                let at = |id: u32| At::value(tape, id);
                let &[x, weight, ref bias @ ..] = tape.args(id) else { return None };
                let shape = |id: u32| tape.nodes[id as usize].shape;
                let size = product::conv_size(shape(x), shape(weight), window, groups);
                let bias = bias.first().map(|&bias| at(bias));
                Some(Forward::ConvMap { size, x: at(x), weight: at(weight), bias, out: at(id as u32), f, y })
            }
            _ => None,
        }
    }

    #[cfg(not(feature = "full"))]
    pub(super) fn of_two<T: Real>(_: &Tape<T>, _: usize) -> Option<Self> {
        None
    }

    /// Computes it.
    #[inline]
    pub(super) fn run<T: Real>(&self, tape: &mut Tape<T>) {
        match *self {
            #[cfg(feature = "full")]
            Forward::LinearMap { size, x, weight, bias, out, f, y } => {
                let (before, y) = y.after(&mut tape.values);
                let (before, out) = out.after(before);
                let (operands, bias) = ([x.of(before), weight.of(before)], bias.map(|bias| bias.of(before)));
                product::linear_map_of_size(size, operands, bias, out, (f, y), &mut tape.scratch);
            }
            #[cfg(feature = "full")]
            Forward::ConvMap { ref size, x, weight, bias, out, f, y } => {
                let (before, y) = y.after(&mut tape.values);
                let (before, out) = out.after(before);
                let (operands, bias) = ([x.of(before), weight.of(before)], bias.map(|bias| bias.of(before)));
                product::conv2d_map_of_size(size, operands, bias, out, (f, y), &mut tape.scratch);
            }
            #[cfg(not(feature = "full"))]
            Forward::LinearMap { .. } | Forward::ConvMap { .. } => unreachable!("not in the light build"),
            Forward::Node(id) => tape.run(id as usize),
            Forward::Linear { size, x, weight, bias, out } => {
                let (before, out) = out.after(&mut tape.values);
                let bias = bias.map(|bias| bias.of(before));
                product::linear_of_size(size, x.of(before), weight.of(before), bias, out, &mut tape.scratch);
            }
            Forward::Map { f, x, out } => {
                let (before, out) = out.after(&mut tape.values);
                map(f, x.of(before), out);
            }
        }
    }
}

impl Backward {
    /// The step that computes the gradient of operand `nth` of node `id`.
    pub(super) fn of<T: Real>(tape: &Tape<T>, id: usize, nth: usize, write: Write) -> Self {
        let node = &tape.nodes[id];
        let value = |id: u32| At::value(tape, id);
        let grad = |id: u32| {
            let node = &tape.nodes[id as usize];
            let start = node.grad.expect("a step is made where a gradient comes and one is wanted");
            At { start, len: node.shape.len() }
        };
        let (dy, out) = (grad(id as u32), grad(tape.args(id)[nth]));
        match (node.op, tape.args(id)) {
            (Op::Linear, &[x, weight, ..]) => {
                let size = product::linear_size(tape.nodes[x as usize].shape, tape.nodes[weight as usize].shape);
                let (rows, outputs, inputs) = (size.m, size.n, size.k);
                match nth {
                    0 => {
                        let size = Matmul::nn(rows, outputs, inputs);
                        Backward::Product { size, dy, value: value(weight), out, write }
                    }
                    1 => {
                        let size = Matmul::tn(outputs, rows, inputs);
                        Backward::Product { size, dy, value: value(x), out, write }
                    }
                    _ => Backward::Bias { rows, dy, out, write },
                }
            }
            (Op::Map { f }, &[x]) => Backward::Map { f, x: value(x), y: value(id as u32), dy, out, write },
            _ => Backward::Node { id: id as u32, nth: nth as u32, write },
        }
    }

    /// Computes it.
    #[inline]
    pub(super) fn run<T: Real>(&self, tape: &mut Tape<T>) {
        match *self {
            Backward::Node { id, nth, write } => tape.apply_rule(id as usize, nth as usize, write),
            Backward::Product { size, dy, value, out, write } => {
                let (out, dy) = out.before(dy, &mut tape.grads);
                let scratch = room(&mut tape.scratch, size.scratch_len::<T>());
                matmul(size, dy, value.of(&tape.values), out, write, scratch);
            }
            Backward::Bias { rows, dy, out, write } => {
                let (out, dy) = out.before(dy, &mut tape.grads);
                product::bias_backward([rows, out.len(), 1], dy, out, write);
            }
            Backward::Map { f, x, y, dy, out, write } => {
                let (out, dy) = out.before(dy, &mut tape.grads);
                map_backward(f, x.of(&tape.values), y.of(&tape.values), dy, out, write);
            }
        }
    }
}
