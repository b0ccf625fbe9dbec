//! A training step, recorded once and replayed.
//!
//! Not another engine: a [`Plan`] runs the same functions on the same buffers as the [`Tape`] that it was made from, so a
//! replayed step gives the same bits as a recorded one. What it saves is everything that does not depend on the numbers:
//! in which order gradients travel, which of them is the first to reach its buffer, and for the commonest operations which
//! kernel runs on which ranges (`lower.rs`). These are worked out once, into two lists; a step walks them. It allocates nothing (the buffers are the tape's), looks nothing up,
//! and compares no versions, so it must not be used on a graph that writes in place, and [`Plan::new`] refuses one.
//!
//! Parameters that were put on the tape one after the other, as `nn::Params::bind` does, lie in one slice of the values, and
//! their gradients in one slice of the gradients: an optimiser walks the two side by side, where they are. Parameters that
//! require no gradient (frozen ones) stand among the values and have no place among the gradients.

use super::lower::{Backward, Forward};
use super::node::Var;
use super::tape::Tape;
use crate::kernels::{Real, Write};
use core::ops::Range;

/// A recorded step, ready to be replayed.
#[derive(Clone, Debug)]
pub struct Plan<T: Real> {
    tape: Tape<T>,
    /// What gradients are of; none where only values are wanted.
    loss: Option<Var>,
    /// Nodes to compute, in order.
    forward: Vec<Forward>,
    /// Gradients to compute, in order.
    backward: Vec<Backward>,
    /// The parameters in the tape's values, and in its gradients.
    values: Range<usize>,
    grads: Range<usize>,
}

impl<T: Real> Plan<T> {
    /// Takes over `tape`, on which a step up to the scalar `loss` was recorded. `params` are the leaves to be trained: they
    /// must have been put on the tape one after the other; those that require no gradient are frozen. Every node of the tape is replayed, so results beside the loss
    /// (predictions, say) are there to be read; gradients are computed for what the loss depends on.
    #[track_caller]
    pub fn new(tape: Tape<T>, loss: Var, params: &[Var]) -> Self {
        assert!(tape.shape(loss).len() == 1, "plan: the loss has shape {}, not one number", tape.shape(loss));
        assert!(tape.requires_grad(loss), "plan: the loss depends on nothing that requires a gradient");
        let backward = way_back(&tape, loss.index());
        let mut plan = Plan { loss: Some(loss), backward, ..Plan::forward_only(tape, params) };
        // A parameter that the loss does not reach has the gradient 0, once and for all.
        plan.tape.grads.fill(T::ZERO);
        plan.backward();
        plan
    }

    /// Takes over `tape` for its values alone: there is no loss and no way back. For a test, recorded without gradients
    /// ([`Tape::set_recording`]).
    #[track_caller]
    pub fn forward_only(tape: Tape<T>, params: &[Var]) -> Self {
        let mut owners = vec![false; tape.storages.len()];
        for node in &tape.nodes {
            let taken = core::mem::replace(&mut owners[node.storage as usize], true);
            assert!(
                !taken,
                "plan: {} shares its storage with an earlier node: in-place writes and detach cannot be replayed",
                node.op.name()
            );
        }
        let (values, grads) = side_by_side(&tape, params);
        let forward = way_there(&tape);
        Plan { tape, loss: None, forward, backward: Vec::new(), values, grads }
    }

    /// The elements of an input, to be overwritten before the next step.
    #[track_caller]
    pub fn input_mut(&mut self, input: Var) -> &mut [T] {
        let node = self.tape.node(input);
        assert!(node.is_leaf(), "plan: {} computed this value, it is not an input", node.op.name());
        let at = self.tape.storage(input).at.clone();
        &mut self.tape.values[at]
    }

    /// Computes every value from the inputs and parameters as they are now.
    pub fn compute(&mut self) {
        for step in &self.forward {
            step.run(&mut self.tape);
        }
    }

    /// As [`Plan::compute`]; gives the loss. Panics for a plan that has none.
    #[track_caller]
    pub fn forward(&mut self) -> T {
        self.compute();
        self.tape.item(self.loss.expect("plan: made for its values alone, it has no loss"))
    }

    /// Computes every gradient of the loss, from the values that [`Plan::forward`] left.
    pub fn backward(&mut self) {
        let loss = self.loss.expect("plan: made for its values alone, it has no loss");
        let seed = self.tape.node(loss).grad.expect("the loss requires a gradient: new has looked");
        self.tape.grads[seed] = T::ONE;
        for step in &self.backward {
            step.run(&mut self.tape);
        }
    }

    /// The parameters, to be moved, and their gradients: what an optimiser takes.
    pub fn params_and_grads(&mut self) -> (&mut [T], &[T]) {
        (&mut self.tape.values[self.values.clone()], &self.tape.grads[self.grads.clone()])
    }

    /// The parameters, in the order in which they were put on the tape.
    pub fn params(&self) -> &[T] {
        &self.tape.values[self.values.clone()]
    }

    /// The parameters, to be changed.
    pub fn params_mut(&mut self) -> &mut [T] {
        &mut self.tape.values[self.values.clone()]
    }

    /// The gradients, laid out as the parameters are that require one.
    pub fn grads(&self) -> &[T] {
        &self.tape.grads[self.grads.clone()]
    }

    /// A value of the last step.
    #[track_caller]
    pub fn value(&self, var: Var) -> &[T] {
        self.tape.value(var)
    }

    /// The tape that is replayed: to read, or to draw.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }
}

/// Where parameters lie in the values and in the gradients; panics where they do not lie side by side.
#[track_caller]
fn side_by_side<T: Real>(tape: &Tape<T>, params: &[Var]) -> (Range<usize>, Range<usize>) {
    let (mut values, mut grads): (Option<Range<usize>>, Option<Range<usize>>) = (None, None);
    for &param in params {
        let at = tape.storage(param).at.clone();
        let joins = |range: &Option<Range<usize>>, start| range.as_ref().is_none_or(|range| range.end == start);
        let start = tape.node(param).grad;
        assert!(
            joins(&values, at.start) && start.is_none_or(|start| joins(&grads, start)),
            "plan: the parameters are not side by side on the tape"
        );
        if let Some(start) = start {
            grads = Some(grads.map_or(start, |range| range.start)..start + at.len());
        }
        values = Some(values.map_or(at.start, |range| range.start)..at.end);
    }
    (values.unwrap_or(0..0), grads.unwrap_or(0..0))
}

/// Every value, in order; two in one step where that can be.
fn way_there<T: Real>(tape: &Tape<T>) -> Vec<Forward> {
    let (mut steps, mut id) = (Vec::new(), 0);
    while id < tape.len() {
        if tape.nodes[id].is_leaf() {
            id += 1;
            continue;
        }
        let both = Forward::of_two(tape, id);
        id += if both.is_some() { 2 } else { 1 };
        steps.push(both.unwrap_or_else(|| Forward::of(tape, id - 1)));
    }
    steps
}

/// Every gradient on the way from `root` back to the leaves, in order, with the first to reach each buffer marked.
fn way_back<T: Real>(tape: &Tape<T>, root: usize) -> Vec<Backward> {
    let mut reached = vec![false; root + 1];
    reached[root] = true;
    let mut steps = Vec::new();
    for id in (0..=root).rev() {
        if !reached[id] {
            continue;
        }
        for (nth, &arg) in tape.args(id).iter().enumerate() {
            if tape.nodes[arg as usize].grad.is_some() {
                let first = !core::mem::replace(&mut reached[arg as usize], true);
                let write = if first { Write::Set } else { Write::Accumulate };
                steps.push(Backward::of(tape, id, nth, write));
            }
        }
    }
    steps
}
