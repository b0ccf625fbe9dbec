//! The way back: a loop over the tape from a result to the leaves.
//!
//! Not the derivatives (`rules.rs`): here is only the order in which they are asked for, what may be asked, and where the
//! answers go. First a look at every node on the way (is what it saved still there, and still the same?), so that a refusal
//! leaves all gradients as they were; then the loop: each node hands its gradient to those operands that want one. The loop
//! can be left after any node and gone on with later ([`Sweep`]): whoever must answer in between takes it in portions. The
//! first gradient to reach a buffer sets it, later ones add. Leaves keep adding from one backward to the next until
//! `zero_grad`; gradients of results in between are of the latest pass alone, and can be read after it.

use super::node::{Operands, Var};
use super::reads::{self, Reads};
use super::rules::{self, Pass};
use super::tape::Tape;
use crate::kernels::{Real, Write};
use crate::tensor::{Shape, ShapeError, TensorRef};
use core::fmt;

/// Why there is no gradient. The sentences are close to PyTorch's, whose readers will search for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradError {
    /// Backward was asked of more than one number without saying with which gradient it begins.
    NotScalar {
        /// The result's shape.
        shape: Shape,
    },
    /// The result does not depend on anything that requires a gradient.
    NoGraph,
    /// What an operation had saved was freed by an earlier backward.
    Freed {
        /// The operation.
        op: &'static str,
        /// Its PyTorch name.
        grad_fn: &'static str,
    },
    /// A value that a gradient needs was written in place after it was used.
    Modified {
        /// The operation whose gradient needs the value.
        op: &'static str,
        /// What computed the value, by its PyTorch name; `AccumulateGrad` where it is a leaf.
        grad_fn: &'static str,
        /// Its shape.
        shape: Shape,
        /// The version that it has now.
        found: u32,
        /// The version that was used.
        expected: u32,
    },
    /// A leaf that requires a gradient was about to be overwritten while recording.
    LeafInPlace {
        /// The operation.
        op: &'static str,
    },
    /// Operands that do not fit.
    Shape(ShapeError),
}

impl fmt::Display for GradError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GradError::NotScalar { shape } => write!(
                f,
                "grad can be implicitly created only for scalar outputs: this one has shape {shape}; reduce it with sum or mean, \
                 or say with which gradient backward begins"
            ),
            GradError::NoGraph => write!(
                f,
                "this value does not require grad and does not have a grad_fn: nothing that it was computed from requires a \
                 gradient, or it was computed under no_grad"
            ),
            GradError::Freed { op, grad_fn } => write!(
                f,
                "trying to backward through the graph a second time: the values saved by {op} ({grad_fn}) were freed by the \
                 first backward; pass retain_graph to the first one if you need a second"
            ),
            GradError::Modified { op, grad_fn, shape, found, expected } => write!(
                f,
                "one of the variables needed for gradient computation has been modified by an inplace operation: {op} used a \
                 value of shape {shape}, output of {grad_fn}, which is at version {found}; expected version {expected} instead"
            ),
            GradError::LeafInPlace { op } => write!(
                f,
                "a leaf variable that requires grad is being used in an in-place operation ({op}): do it under no_grad, or on a \
                 value computed from the leaf"
            ),
            GradError::Shape(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for GradError {}

/// A way back that is under way: made by [`Tape::start_backward`], moved on by [`Tape::continue_backward`]. In between the tape
/// must be left as it is.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Nodes that are still to be looked at: those below this id.
    left: usize,
    retain_graph: bool,
}

impl<T: Real> Tape<T> {
    /// Gradients of a scalar with respect to everything that it was computed from; frees what was saved for it.
    pub fn backward(&mut self, loss: Var) -> Result<(), GradError> {
        self.backward_from(loss, None, false)
    }

    /// As [`Tape::backward`], but keeps what was saved, so that it can be done again.
    pub fn backward_retain(&mut self, loss: Var) -> Result<(), GradError> {
        self.backward_from(loss, None, true)
    }

    /// Gradients of sum(`seed` * value of `root`); `seed` has the elements of `root`, or is 1 for a scalar if left out.
    #[track_caller]
    pub fn backward_from(&mut self, root: Var, seed: Option<&[T]>, retain_graph: bool) -> Result<(), GradError> {
        let mut sweep = self.start_backward(root, seed, retain_graph)?;
        while !self.continue_backward(&mut sweep) {}
        Ok(())
    }

    /// As [`Tape::backward_from`], but only puts the seed where it belongs: [`Tape::continue_backward`] does the rest.
    #[track_caller]
    pub fn start_backward(&mut self, root: Var, seed: Option<&[T]>, retain_graph: bool) -> Result<Sweep, GradError> {
        let shape = self.shape(root);
        if seed.is_none() && shape.len() != 1 {
            return Err(GradError::NotScalar { shape });
        }
        if let Some(seed) = seed {
            assert!(
                seed.len() == shape.len(),
                "backward: {shape} has {} elements, the seed {}",
                shape.len(),
                seed.len()
            );
        }
        let Some(start) = self.node(root).grad else { return Err(GradError::NoGraph) };
        self.mark_wanted(root.index())?;
        self.seed(root, start, |nth| seed.map_or(T::ONE, |seed| seed[nth]));
        Ok(Sweep { left: root.index() + 1, retain_graph })
    }

    /// As [`Tape::start_backward`], for the gradient of element `at` of `root` alone.
    #[track_caller]
    pub fn start_backward_at(&mut self, root: Var, at: usize, retain_graph: bool) -> Result<Sweep, GradError> {
        let shape = self.shape(root);
        assert!(at < shape.len(), "backward: {shape} has no element {at}");
        let Some(start) = self.node(root).grad else { return Err(GradError::NoGraph) };
        self.mark_wanted(root.index())?;
        self.seed(root, start, |nth| if nth == at { T::ONE } else { T::ZERO });
        Ok(Sweep { left: root.index() + 1, retain_graph })
    }

    /// Puts the gradient that a way back begins with where it belongs.
    fn seed(&mut self, root: Var, start: usize, seed: impl Fn(usize) -> T) {
        let write = self.begin_grad(root.index());
        let len = self.node(root).shape.len();
        for (nth, grad) in self.grads[start..start + len].iter_mut().enumerate() {
            *grad = if write == Write::Set { seed(nth) } else { *grad + seed(nth) };
        }
    }

    /// The gradients that one more operation hands to its operands; says whether that was the last one.
    pub fn continue_backward(&mut self, sweep: &mut Sweep) -> bool {
        let goes_on = |id: &usize| self.wanted[*id] && !self.nodes[*id].is_leaf();
        let Some(id) = (0..sweep.left).rev().find(goes_on) else {
            sweep.left = 0;
            return true;
        };
        self.pass_back(id);
        self.nodes[id].freed = !sweep.retain_graph;
        sweep.left = id;
        id == 0
    }

    /// Finds the nodes between `root` and the leaves, checks what they saved, and forgets old gradients of results.
    fn mark_wanted(&mut self, root: usize) -> Result<(), GradError> {
        self.wanted.clear();
        self.wanted.resize(root + 1, false);
        self.wanted[root] = true;
        for id in (0..=root).rev() {
            if !self.wanted[id] || self.nodes[id].is_leaf() {
                continue;
            }
            self.check_saved(id)?;
            for &arg in &self.operands[self.nodes[id].args.clone()] {
                self.wanted[arg as usize] |= self.nodes[arg as usize].grad.is_some();
            }
        }
        for id in 0..=root {
            if self.wanted[id] && !self.nodes[id].is_leaf() {
                self.nodes[id].has_grad = false;
            }
        }
        Ok(())
    }

    /// Whether everything that node `id` saved is there, at the version that it used.
    fn check_saved(&self, id: usize) -> Result<(), GradError> {
        let node = &self.nodes[id];
        if node.freed && node.reads != Reads::NOTHING {
            return Err(GradError::Freed { op: node.op.name(), grad_fn: node.op.grad_fn(node.shape) });
        }
        let operands = self.args(id).iter().zip(&self.versions[node.args.clone()]).enumerate();
        let operands = operands.map(|(nth, (&arg, &version))| (Reads::arg(nth), arg as usize, version));
        for (read, source, expected) in operands.chain([(Reads::OUT, id, node.version)]) {
            let source = &self.nodes[source];
            let found = self.storages[source.storage as usize].version;
            if node.reads.contains(read) && found != expected {
                return Err(GradError::Modified {
                    op: node.op.name(),
                    grad_fn: source.op.grad_fn(source.shape),
                    shape: source.shape,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }

    /// Hands the gradient of node `id` to its operands.
    fn pass_back(&mut self, id: usize) {
        for nth in 0..self.nodes[id].args.len() {
            let arg = self.args(id)[nth] as usize;
            if self.nodes[arg].grad.is_some() {
                let write = self.begin_grad(arg);
                self.apply_rule(id, nth, write);
            }
        }
    }

    /// The gradient of operand `nth` of node `id`, from that of the node.
    pub(super) fn apply_rule(&mut self, id: usize, nth: usize, write: Write) {
        let node = &self.nodes[id];
        let ids = &self.operands[node.args.clone()];
        let args = Operands { ids, nodes: &self.nodes, storages: &self.storages, values: &self.values };
        let arg = &self.nodes[ids[nth] as usize];
        let (own, start) = node.grad.zip(arg.grad).expect("a rule is applied where a gradient comes and one is wanted");
        // A node's gradient lies behind those of its operands, as the node itself does.
        let (before, after) = self.grads.split_at_mut(own);
        let mut pass = Pass {
            args,
            out: TensorRef { shape: node.shape, data: &self.values[self.storages[node.storage as usize].at.clone()] },
            aux: &self.values[node.aux.clone()],
            indices: &self.indices[node.indices.clone()],
            grad_out: &after[..node.shape.len()],
            grad_in: &mut before[start..start + arg.shape.len()],
            write,
            scratch: &mut self.scratch,
            reads: reads::reads(&node.op, nth),
        };
        rules::grad_in(&node.op, nth, &mut pass);
    }

    /// How the next gradient for node `id` is to be written: set if it is the first, else added.
    fn begin_grad(&mut self, id: usize) -> Write {
        if core::mem::replace(&mut self.nodes[id].has_grad, true) { Write::Accumulate } else { Write::Set }
    }

    /// The gradient that backward left, row-major; `None` where none has arrived.
    #[track_caller]
    pub fn grad(&self, var: Var) -> Option<&[T]> {
        let node = self.node(var);
        let start = node.grad.filter(|_| node.has_grad)?;
        Some(&self.grads[start..start + node.shape.len()])
    }

    /// Forgets the gradients of all leaves, which otherwise add up from one backward to the next.
    pub fn zero_grad(&mut self) {
        for node in &mut self.nodes {
            node.has_grad &= !node.is_leaf();
        }
    }
}
