//! The tape to look at: what was recorded, for drawing a graph beside the code that made it.
//!
//! Not a way in: everything here is read. The words are PyTorch's where it has them (`grad_fn`, saved, version).

use super::node::{Node, Var};
use super::op::Op;
use super::reads::Reads;
use super::tape::Tape;
use crate::kernels::Real;
use crate::tensor::Shape;

/// One node of a tape.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// Its handle.
    pub var: Var,
    /// The operation with its attributes.
    pub op: &'a Op,
    /// What PyTorch would print: the name of the backward function; for a leaf that requires a gradient `AccumulateGrad`;
    /// `None` where no gradient flows.
    pub grad_fn: Option<&'static str>,
    /// Shape of the result.
    pub shape: Shape,
    /// Indices of the operands' nodes, in order.
    args: &'a [u32],
    nodes: &'a [Node],
    /// Bytes that the node keeps for its gradient: operands, result, and what forward left; 0 once they are freed.
    pub saved_bytes: usize,
    /// How often the storage was written after the first time.
    pub version: u32,
    /// Whether a gradient has arrived.
    pub has_grad: bool,
}

impl Trace<'_> {
    /// Handles of the operands, in order.
    pub fn parents(&self) -> impl Iterator<Item = Var> + '_ {
        self.args.iter().map(|&id| Var { id, serial: self.nodes[id as usize].serial })
    }
}

impl<T: Real> Tape<T> {
    /// Every node in order of recording.
    pub fn trace(&self) -> impl ExactSizeIterator<Item = Trace<'_>> {
        (0..self.nodes.len()).map(|id| self.trace_of(id))
    }

    fn trace_of(&self, id: usize) -> Trace<'_> {
        let node = &self.nodes[id];
        Trace {
            var: self.var(id),
            op: &node.op,
            grad_fn: node.grad.map(|_| node.op.grad_fn(node.shape)),
            shape: node.shape,
            args: self.args(id),
            nodes: &self.nodes,
            saved_bytes: self.saved_bytes(id),
            version: self.storages[node.storage as usize].version,
            has_grad: node.has_grad,
        }
    }

    /// Each storage counted once, however often it is read.
    fn saved_bytes(&self, id: usize) -> usize {
        let node = &self.nodes[id];
        if node.freed {
            return 0;
        }
        let operands = self.args(id).iter().enumerate().map(|(nth, &arg)| (Reads::arg(nth), arg as usize));
        let read = operands.chain([(Reads::OUT, id)]).filter(|(read, _)| node.reads.contains(*read));
        let mut seen: Vec<u32> = Vec::new();
        let mut bytes = 0;
        for (_, source) in read {
            let storage = self.nodes[source].storage;
            if !seen.contains(&storage) {
                seen.push(storage);
                bytes += self.storages[storage as usize].at.len() * size_of::<T>();
            }
        }
        if node.reads.contains(Reads::AUX) {
            bytes += node.aux.len() * size_of::<T>() + node.indices.len() * size_of::<u32>();
        }
        bytes
    }
}
