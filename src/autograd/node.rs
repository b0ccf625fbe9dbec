//! What a tape is made of: handles, nodes, storages; the operands of a node.
//!
//! Not what is done with them (`tape.rs`).

use super::op::Op;
use super::reads::Reads;
use crate::kernels::Real;
use crate::tensor::{Shape, TensorRef};
use core::ops::Range;

/// A value on a tape: a small handle, valid until the tape drops the node behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Var {
    /// Index of the node.
    pub(super) id: u32,
    /// Serial number of the node: indices come again after a truncation, serial numbers do not.
    pub(super) serial: u32,
}

impl Var {
    /// Index of the node on its tape: 0, 1, 2 in order of recording.
    pub fn index(self) -> usize {
        self.id as usize
    }
}

/// A length of a tape, to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub(super) nodes: usize,
    pub(super) operands: usize,
    pub(super) storages: usize,
    pub(super) values: usize,
    pub(super) indices: usize,
    pub(super) grads: usize,
}

/// One operation that ran.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    /// The place of its operands in the tape's list.
    pub(super) args: Range<usize>,
    /// What the gradient will read, as bits of [`Reads`].
    pub(super) reads: Reads,
    pub(super) shape: Shape,
    pub(super) storage: u32,
    /// What forward leaves for backward beside the result.
    pub(super) aux: Range<usize>,
    pub(super) indices: Range<usize>,
    /// The gradient's place, where one can arrive.
    pub(super) grad: Option<usize>,
    pub(super) has_grad: bool,
    /// Whether backward went through it and did not retain what it had saved.
    pub(super) freed: bool,
    /// The version of its storage when it was recorded; those of its operands stand in the tape's list.
    pub(super) version: u32,
    pub(super) serial: u32,
}

impl Node {
    /// Whether this is a value from outside, not a result.
    pub(super) fn is_leaf(&self) -> bool {
        self.op == Op::Leaf
    }
}

/// The elements of one or more nodes.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    pub(super) at: Range<usize>,
    pub(super) version: u32,
}

/// The operands of a node, each looked up when it is asked for: there may be any number of them.
#[derive(Clone, Copy)]
pub(super) struct Operands<'a, T> {
    /// Indices of their nodes.
    pub(super) ids: &'a [u32],
    pub(super) nodes: &'a [Node],
    pub(super) storages: &'a [Storage],
    /// At least as much of the tape's values as they take.
    pub(super) values: &'a [T],
}

impl<'a, T: Real> Operands<'a, T> {
    /// How many.
    pub(super) fn len(self) -> usize {
        self.ids.len()
    }

    /// The shape of operand `nth`.
    pub(super) fn shape(self, nth: usize) -> Shape {
        self.nodes[self.ids[nth] as usize].shape
    }

    /// Operand `nth`.
    pub(super) fn at(self, nth: usize) -> TensorRef<'a, T> {
        let node = &self.nodes[self.ids[nth] as usize];
        TensorRef { shape: node.shape, data: &self.values[self.storages[node.storage as usize].at.clone()] }
    }

    /// The elements of operand `nth`, where it was not left out.
    pub(super) fn get(self, nth: usize) -> Option<&'a [T]> {
        (nth < self.len()).then(|| self.at(nth).data)
    }

    /// All of them, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = TensorRef<'a, T>> + Clone {
        (0..self.len()).map(move |nth| self.at(nth))
    }
}
