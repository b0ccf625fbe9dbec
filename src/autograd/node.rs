//! What a tape is made of: handles, nodes, storages.
//!
//! Not what is done with them (`tape.rs`).

use super::op::{MAX_ARGS, Op};
use super::reads::Reads;
use crate::tensor::Shape;
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
    pub(super) storages: usize,
    pub(super) values: usize,
    pub(super) indices: usize,
    pub(super) grads: usize,
}

/// One operation that ran.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    pub(super) args: [u32; MAX_ARGS],
    pub(super) arity: u8,
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
    /// Versions of the operands' storages and, last, of its own, when it was recorded.
    pub(super) versions: [u32; MAX_ARGS + 1],
    pub(super) serial: u32,
}

impl Node {
    /// Indices of the operands' nodes.
    pub(super) fn args(&self) -> &[u32] {
        &self.args[..usize::from(self.arity)]
    }

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
