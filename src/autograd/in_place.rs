//! Writing into a value that exists: in-place operations, and new numbers for a leaf.
//!
//! Not how backward notices (`backward.rs` compares versions): here each write raises the version of the storage by one.

use super::backward::GradError;
use super::forward;
use super::node::Var;
use super::op::Op;
use super::tape::Tape;
use crate::kernels::Real;
use crate::tensor::{Shape, ShapeError};

impl<T: Real> Tape<T> {
    /// `op` written over its first operand, as PyTorch's `add_` and its like: the storage's version rises by one. Gives the
    /// handle that now stands for the value. While nothing is recorded this is the operand itself, so a parameter stays a
    /// leaf. Only operations that keep the first operand's shape and save nothing of their own can be done in place.
    pub fn in_place(&mut self, op: Op, args: &[Var]) -> Result<Var, GradError> {
        let target = args[0];
        let name = op.name();
        if self.recording && self.node(target).is_leaf() && self.requires_grad(target) {
            return Err(GradError::LeafInPlace { op: name });
        }
        let shapes: Vec<Shape> = args.iter().map(|&arg| self.shape(arg)).collect();
        let shape = op.infer(&shapes).map_err(GradError::Shape)?;
        let aux = forward::aux_len(&op, &shapes, shape);
        if shape != shapes[0] || aux.reals + aux.indices > 0 {
            let problem = "in place, the result must have the shape of the first operand";
            return Err(GradError::Shape(ShapeError::new(name, &shapes, problem)));
        }
        let mark = self.mark();
        let result = self.apply(op, args).map_err(GradError::Shape)?;
        let from = self.storage(result).at.clone();
        let storage = self.node(target).storage;
        let to = self.storages[storage as usize].at.clone();
        self.values.copy_within(from.clone(), to.start);
        self.storages[storage as usize].version += 1;
        if !self.recording || !self.requires_grad(result) {
            self.truncate(mark);
            return Ok(target);
        }
        // The result's own room was the last thing added: give it back, and share the target's.
        self.values.truncate(from.start);
        self.storages.pop();
        let node = &mut self.nodes[result.index()];
        node.storage = storage;
        node.aux = from.start..from.start;
        node.version = self.storages[storage as usize].version;
        Ok(result)
    }

    /// Writes new elements into a leaf, in place: its version rises.
    #[track_caller]
    pub fn write(&mut self, leaf: Var, data: &[T]) {
        let node = self.node(leaf);
        let (shape, storage) = (node.shape, node.storage as usize);
        assert!(node.is_leaf(), "write: {} computed this value; only leaves are given theirs", node.op.name());
        assert!(shape.len() == data.len(), "write: {shape} has {} elements, {} were given", shape.len(), data.len());
        self.storages[storage].version += 1;
        let at = self.storages[storage].at.clone();
        self.values[at].copy_from_slice(data);
    }
}
