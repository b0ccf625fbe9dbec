//! The tape: every operation in the order in which it ran, with its result.
//!
//! Not a graph of objects: nodes stand in one append-only vector and name their operands by index, which is always smaller
//! than their own, so the order of the vector is already an order in which gradients can travel back. All operands lie in
//! one list, all values in one buffer, all gradients in another; a node owns a range of each. [`Tape::truncate`] drops the
//! nodes after a [`Mark`] and keeps the room, so that a loop which records the same step again allocates nothing after its
//! first turns.
//!
//! ```
//! use tensorscope::autograd::Tape;
//! use tensorscope::tensor::Tensor;
//!
//! let mut tape = Tape::<f64>::new();
//! let w = tape.leaf(&Tensor::new([2], vec![3.0, 4.0]));
//! let squares = tape.mul(w, w);
//! let loss = tape.sum(squares);
//! tape.backward(loss).unwrap();
//! assert_eq!(tape.grad(w).unwrap(), [6.0, 8.0]);
//! ```
//!
//! # Storage and versions
//! A value's elements are a *storage*, and a storage counts how often it was written after its first value: its version.
//! [`Tape::detach`] gives a second node the same storage; `in_place.rs` writes into one. A node remembers the version of
//! everything that its gradient will read, so `backward` can refuse to compute with numbers that are no longer the ones that
//! were used.

use super::forward::{self, Aux};
use super::node::{Mark, Node, Operands, Storage, Var};
use super::op::Op;
use super::reads::{self, Reads};
use crate::kernels::{Buffer, Real};
use crate::tensor::{Shape, ShapeError, Tensor};
use core::ops::Range;

/// Operations in the order in which they ran, with their results and gradients.
#[derive(Clone, Debug)]
pub struct Tape<T: Real> {
    pub(super) nodes: Vec<Node>,
    /// The operands of all nodes, one node after the other: indices of their nodes.
    pub(super) operands: Vec<u32>,
    /// Beside each operand the version of its storage when the operation was recorded.
    pub(super) versions: Vec<u32>,
    pub(super) storages: Vec<Storage>,
    pub(super) values: Buffer<T>,
    pub(super) indices: Buffer<u32>,
    pub(super) grads: Buffer<T>,
    pub(super) scratch: Buffer<T>,
    /// Which nodes a backward pass goes through; kept for its room.
    pub(super) wanted: Vec<bool>,
    /// Shapes of the operands of the operation that is being recorded; kept for its room.
    shapes: Vec<Shape>,
    serial: u32,
    pub(super) recording: bool,
}

impl<T: Real> Default for Tape<T> {
    fn default() -> Self {
        Tape::new()
    }
}

impl<T: Real> Tape<T> {
    /// An empty tape that records.
    pub fn new() -> Self {
        Tape {
            nodes: Vec::new(),
            operands: Vec::new(),
            versions: Vec::new(),
            storages: Vec::new(),
            values: Buffer::new(),
            indices: Buffer::new(),
            grads: Buffer::new(),
            scratch: Buffer::new(),
            wanted: Vec::new(),
            shapes: Vec::new(),
            serial: 0,
            recording: true,
        }
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Bytes in use for values, saved numbers and gradients.
    pub fn bytes(&self) -> usize {
        (self.values.len() + self.grads.len()) * size_of::<T>() + self.indices.len() * size_of::<u32>()
    }

    /// A value that wants a gradient: a parameter.
    pub fn leaf(&mut self, value: &Tensor<T>) -> Var {
        self.leaf_from(value.shape(), value.data(), true)
    }

    /// A value that wants no gradient: an input, a target, a mask.
    pub fn constant(&mut self, value: &Tensor<T>) -> Var {
        self.leaf_from(value.shape(), value.data(), false)
    }

    /// A leaf of this shape with these elements, row-major.
    #[track_caller]
    pub fn leaf_from(&mut self, shape: Shape, data: &[T], requires_grad: bool) -> Var {
        assert!(shape.len() == data.len(), "leaf: {shape} has {} elements, {} were given", shape.len(), data.len());
        let start = self.values.len();
        self.values.extend_from_slice(data);
        let storage = self.add_storage(start..self.values.len());
        self.add_leaf(shape, storage, requires_grad)
    }

    /// A leaf of this shape whose elements `fill` writes, where they are: there is no second copy. They are 0 before.
    pub fn leaf_filled(&mut self, shape: Shape, requires_grad: bool, fill: impl FnOnce(&mut [T])) -> Var {
        let start = self.values.len();
        self.values.resize(start + shape.len(), T::ZERO);
        fill(&mut self.values[start..]);
        let storage = self.add_storage(start..self.values.len());
        self.add_leaf(shape, storage, requires_grad)
    }

    /// The same elements, shared with `var`, outside the graph: no gradient flows through.
    #[track_caller]
    pub fn detach(&mut self, var: Var) -> Var {
        let node = self.node(var);
        let (shape, storage) = (node.shape, node.storage);
        self.add_leaf(shape, storage, false)
    }

    /// Runs `op` on these operands and records it, or says why they are refused.
    pub fn apply(&mut self, op: Op, args: &[Var]) -> Result<Var, ShapeError> {
        let mut shapes = core::mem::take(&mut self.shapes);
        shapes.clear();
        shapes.extend(args.iter().map(|&arg| self.node(arg).shape));
        let inferred = op.infer(&shapes).map(|shape| (shape, forward::aux_len(&op, &shapes, shape)));
        self.shapes = shapes;
        let (shape, aux_len) = inferred?;

        let first_operand = self.operands.len();
        self.operands.extend(args.iter().map(|arg| arg.id));
        self.versions.extend(args.iter().map(|&arg| self.storages[self.nodes[arg.index()].storage as usize].version));

        let start = self.values.len();
        self.values.resize(start + shape.len() + aux_len.reals, T::ZERO);
        let storage = self.add_storage(start..start + shape.len());
        let first_index = self.indices.len();
        self.indices.resize(first_index + aux_len.indices, 0);

        let reads = reads::reads_of(&op, args.len(), |arg| self.requires_grad(args[arg]));
        let requires_grad = self.recording && args.iter().any(|&arg| self.requires_grad(arg));
        let var = self.add_node(Node {
            op,
            args: first_operand..self.operands.len(),
            reads: if requires_grad { reads } else { Reads::NOTHING },
            shape,
            storage,
            aux: start + shape.len()..self.values.len(),
            indices: first_index..self.indices.len(),
            grad: None,
            has_grad: false,
            freed: false,
            version: 0,
            serial: 0,
        });
        if requires_grad {
            self.add_grad(var);
        }
        self.run(var.index());
        Ok(var)
    }

    /// As [`Tape::apply`]; a refusal is the caller's bug and panics with the operation and the shapes.
    #[track_caller]
    pub(super) fn record(&mut self, op: Op, args: &[Var]) -> Var {
        match self.apply(op, args) {
            Ok(var) => var,
            Err(error) => error.raise(),
        }
    }

    /// Computes the value of node `id` from those of its operands.
    pub(super) fn run(&mut self, id: usize) {
        let node = &self.nodes[id];
        let out = self.storages[node.storage as usize].at.clone();
        // A node's storage lies behind those of its operands: in-place results are moved there afterwards.
        let (before, rest) = self.values.split_at_mut(out.start);
        let (out, rest) = rest.split_at_mut(out.len());
        let ids = &self.operands[node.args.clone()];
        let args = Operands { ids, nodes: &self.nodes, storages: &self.storages, values: before };
        let mut aux = Aux {
            reals: &mut rest[..node.aux.len()],
            indices: &mut self.indices[node.indices.clone()],
            scratch: &mut self.scratch,
        };
        forward::evaluate(&node.op, args, node.shape, out, &mut aux);

        // The one operation with a side effect: while training, batch norm moves its running statistics.
        if let Op::BatchNorm { train: Some(momentum), .. } = node.op {
            let count = node.shape.len() / node.shape.dim(1).max(1);
            for (which, arg) in [(0, ids[3]), (1, ids[4])] {
                let running = self.storages[self.nodes[arg as usize].storage as usize].at.clone();
                let (before, rest) = self.values.split_at_mut(node.aux.start);
                forward::move_running(&mut before[running], &rest[..node.aux.len()], which, count, momentum);
            }
        }
    }

    /// The elements, row-major.
    #[track_caller]
    pub fn value(&self, var: Var) -> &[T] {
        &self.values[self.storage(var).at.clone()]
    }

    /// The value of a scalar.
    #[track_caller]
    pub fn item(&self, var: Var) -> T {
        let value = self.value(var);
        assert!(value.len() == 1, "item: {} is not one number", self.shape(var));
        value[0]
    }

    /// A copy of the value.
    #[track_caller]
    pub fn tensor(&self, var: Var) -> Tensor<T> {
        Tensor::new(self.shape(var), self.value(var).to_vec())
    }

    /// The shape.
    #[track_caller]
    pub fn shape(&self, var: Var) -> Shape {
        self.node(var).shape
    }

    /// The operation that computed it.
    #[track_caller]
    pub fn op(&self, var: Var) -> &Op {
        &self.node(var).op
    }

    /// Whether gradients reach it.
    #[track_caller]
    pub fn requires_grad(&self, var: Var) -> bool {
        self.node(var).grad.is_some()
    }

    /// How often its storage was written after the first time.
    #[track_caller]
    pub fn version(&self, var: Var) -> u32 {
        self.storage(var).version
    }

    /// Whether operations on values that require gradients are recorded as requiring them.
    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// Switches recording on or off; gives what it was. [`Tape::no_grad`] restores it by itself.
    pub fn set_recording(&mut self, recording: bool) -> bool {
        core::mem::replace(&mut self.recording, recording)
    }

    /// Runs `body` with recording off: its results require no gradient and save nothing.
    pub fn no_grad<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.set_recording(false);
        let result = body(self);
        self.set_recording(before);
        result
    }

    /// The present length, to come back to.
    pub fn mark(&self) -> Mark {
        Mark {
            nodes: self.nodes.len(),
            operands: self.operands.len(),
            storages: self.storages.len(),
            values: self.values.len(),
            indices: self.indices.len(),
            grads: self.grads.len(),
        }
    }

    /// Drops every node recorded after `mark`; handles to them are refused from now on. Their room stays.
    pub fn truncate(&mut self, mark: Mark) {
        assert!(mark.nodes <= self.nodes.len(), "truncate: the mark is past the end of the tape");
        self.nodes.truncate(mark.nodes);
        self.operands.truncate(mark.operands);
        self.versions.truncate(mark.operands);
        self.storages.truncate(mark.storages);
        self.values.truncate(mark.values);
        self.indices.truncate(mark.indices);
        self.grads.truncate(mark.grads);
    }

    /// Drops every node.
    pub fn clear(&mut self) {
        self.truncate(Mark { nodes: 0, operands: 0, storages: 0, values: 0, indices: 0, grads: 0 });
    }

    #[track_caller]
    pub(super) fn node(&self, var: Var) -> &Node {
        match self.nodes.get(var.index()) {
            Some(node) if node.serial == var.serial => node,
            _ => panic!("tape: node {} was dropped from this tape, or is of another", var.id),
        }
    }

    #[track_caller]
    pub(super) fn storage(&self, var: Var) -> &Storage {
        &self.storages[self.node(var).storage as usize]
    }

    /// Indices of the nodes that are the operands of node `id`.
    pub(super) fn args(&self, id: usize) -> &[u32] {
        &self.operands[self.nodes[id].args.clone()]
    }

    /// The handle of node `id`.
    pub(super) fn var(&self, id: usize) -> Var {
        Var { id: id as u32, serial: self.nodes[id].serial }
    }

    fn add_storage(&mut self, at: Range<usize>) -> u32 {
        self.storages.push(Storage { at, version: 0 });
        self.storages.len() as u32 - 1
    }

    fn add_leaf(&mut self, shape: Shape, storage: u32, requires_grad: bool) -> Var {
        let var = self.add_node(Node {
            op: Op::Leaf,
            args: 0..0,
            reads: Reads::NOTHING,
            shape,
            storage,
            aux: 0..0,
            indices: 0..0,
            grad: None,
            has_grad: false,
            freed: false,
            version: 0,
            serial: 0,
        });
        if requires_grad {
            self.add_grad(var);
        }
        var
    }

    fn add_node(&mut self, node: Node) -> Var {
        self.serial += 1;
        self.nodes.push(Node { serial: self.serial, ..node });
        Var { id: self.nodes.len() as u32 - 1, serial: self.serial }
    }

    fn add_grad(&mut self, var: Var) {
        let start = self.grads.len();
        let node = &mut self.nodes[var.index()];
        node.grad = Some(start);
        self.grads.resize(start + node.shape.len(), T::ZERO);
    }
}
