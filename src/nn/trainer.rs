//! A training step: recorded once on a tape, replayed as a plan, with one optimiser over all parameters. And a test over the
//! same parameters.
//!
//! Not data, schedules or loops: whoever trains writes a batch into the inputs, calls [`Trainer::step`] with a rate, and
//! reads what it wants to keep. A step allocates nothing. The order of a step is PyTorch's: forward, backward, update.
//!
//! ```
//! use tensorscope::nn::{Init, Linear, Params, Rule, Trainer};
//! use tensorscope::rng::Rng;
//!
//! let mut params = Params::<f32>::new();
//! let layer = Linear::new(&mut params, "line", [1, 1], Init::ZEROS, &mut Rng::new(0, 0));
//! // y = 3 x + 1, at four places.
//! let (mut trainer, ()) = Trainer::record(&params, Rule::SGD, |tape, bound| {
//!     let x = tape.leaf_from([4, 1].into(), &[-1.0, 0.0, 1.0, 2.0], false);
//!     let y = tape.leaf_from([4, 1].into(), &[-2.0, 1.0, 4.0, 7.0], false);
//!     let out = layer.forward(tape, bound, x);
//!     (tape.mse_mean(out, y), ())
//! });
//! for _ in 0..200 {
//!     trainer.step(0.2);
//! }
//! assert!((trainer.params()[0] - 3.0).abs() < 1e-4 && (trainer.params()[1] - 1.0).abs() < 1e-4);
//! ```

use super::ema::Ema;
use super::optim::{Group, Optimizer, Rule, Segment};
use super::params::{Bound, ParamId, Params};
use crate::autograd::{Plan, Tape, Var};
use crate::kernels::Real;
use core::ops::Range;

/// A recorded training step with its optimiser.
#[derive(Clone, Debug)]
pub struct Trainer<T: Real> {
    plan: Plan<T>,
    bound: Bound,
    optimizer: Optimizer<T>,
    /// Where each parameter that is trained stands, in order; and its group.
    places: Vec<(ParamId, Segment)>,
    /// The same, joined where neighbours are of one group.
    segments: Vec<Segment>,
    groups: Vec<Group>,
    /// The average of the parameters, and its beta.
    ema: Option<(Ema<T>, f64)>,
}

impl<T: Real> Trainer<T> {
    /// Records a step up to its loss, a scalar. `record` puts inputs on the tape, as constants that are overwritten before
    /// each step, and gives the loss and whatever handles it wants to have back. Frozen parameters
    /// ([`Params::set_requires_grad`]) have neither gradients nor a memory in the optimiser. All parameters are in group 0,
    /// which has the rate of the step and no decay.
    #[track_caller]
    pub fn record<R>(
        params: &Params<T>,
        rule: Rule,
        record: impl FnOnce(&mut Tape<T>, &Bound) -> (Var, R),
    ) -> (Self, R) {
        let mut tape = Tape::new();
        let bound = params.bind(&mut tape);
        let (loss, handles) = record(&mut tape, &bound);
        let plan = Plan::new(tape, loss, bound.params());

        let mut at = 0;
        let trained = params.ids().filter(|&id| params.requires_grad(id));
        let places: Vec<(ParamId, Segment)> = trained
            .map(|id| {
                let values = params.range(id);
                let grads = at..at + values.len();
                at = grads.end;
                (id, Segment { values, grads, group: 0 })
            })
            .collect();
        let segments = joined(&places);
        let optimizer = Optimizer::new(rule, at);
        let groups = vec![Group::default()];
        let mut trainer = Trainer { plan, bound, optimizer, places, segments, groups, ema: None };
        // Recording a batch norm moved its running statistics.
        trainer.load(params);
        (trainer, handles)
    }

    /// The same, with an average of all parameters that forgets by `beta`, taken after every step.
    #[must_use]
    pub fn with_ema(mut self, beta: f64) -> Self {
        self.ema = Some((Ema::new(self.params().len()), beta));
        self
    }

    /// The same, with `group` for everything that is in no other group.
    #[must_use]
    pub fn with_defaults(mut self, group: Group) -> Self {
        self.groups[0] = group;
        self
    }

    /// Moves `params` into a group of their own; gives its number. A frozen parameter is in none.
    pub fn add_group(&mut self, params: &[ParamId], group: Group) -> usize {
        self.groups.push(group);
        let number = self.groups.len() - 1;
        for (_, place) in self.places.iter_mut().filter(|(id, _)| params.contains(id)) {
            place.group = number;
        }
        self.segments = joined(&self.places);
        number
    }

    /// What group `number` says, to be changed between steps.
    pub fn group_mut(&mut self, number: usize) -> &mut Group {
        &mut self.groups[number]
    }

    /// The elements of an input, to be overwritten before the next step.
    #[track_caller]
    pub fn input_mut(&mut self, input: Var) -> &mut [T] {
        self.plan.input_mut(input)
    }

    /// One step at the rate `lr`; gives the loss before it.
    pub fn step(&mut self, lr: f64) -> T {
        let loss = self.forward();
        self.backward();
        self.update(lr);
        loss
    }

    /// The first part of a step: every value; gives the loss.
    pub fn forward(&mut self) -> T {
        self.plan.forward()
    }

    /// The second part of a step: every gradient.
    pub fn backward(&mut self) {
        self.plan.backward();
    }

    /// The last part of a step: moves the parameters against their gradients, and their average after them.
    pub fn update(&mut self, lr: f64) {
        let (params, grads) = self.plan.params_and_grads();
        self.optimizer.step_groups(params, grads, lr, (&self.segments, &self.groups));
        if let Some((ema, beta)) = &mut self.ema {
            ema.update(params, *beta);
        }
    }

    /// How many updates there were.
    pub fn steps(&self) -> u64 {
        self.optimizer.steps()
    }

    /// All parameters, laid out as [`Params::values`].
    pub fn params(&self) -> &[T] {
        self.plan.params()
    }

    /// All parameters, to be changed.
    pub fn params_mut(&mut self) -> &mut [T] {
        self.plan.params_mut()
    }

    /// The gradients of the last backward: as the parameters, without the frozen ones.
    pub fn grads(&self) -> &[T] {
        self.plan.grads()
    }

    /// The gradient of one parameter; `None` where it is frozen.
    pub fn grad(&self, id: ParamId) -> Option<&[T]> {
        let (_, place) = self.places.iter().find(|(param, _)| *param == id)?;
        Some(&self.plan.grads()[place.grads.clone()])
    }

    /// A value of the last step.
    #[track_caller]
    pub fn value(&self, var: Var) -> &[T] {
        self.plan.value(var)
    }

    /// The optimiser, for what it remembers: laid out as [`Trainer::grads`].
    pub fn optimizer(&self) -> &Optimizer<T> {
        &self.optimizer
    }

    /// The average of the parameters, where one is taken.
    pub fn ema(&self) -> Option<&Ema<T>> {
        self.ema.as_ref().map(|(ema, _)| ema)
    }

    /// The tape that is replayed: to read, or to draw.
    pub fn tape(&self) -> &Tape<T> {
        self.plan.tape()
    }

    /// Takes parameters and buffers from `params`, which must be laid out as those that it was made from. What the optimiser
    /// remembers stays.
    #[track_caller]
    pub fn load(&mut self, params: &Params<T>) {
        load(&mut self.plan, &self.bound, params);
    }

    /// Writes parameters and buffers into `params`.
    #[track_caller]
    pub fn store(&self, params: &mut Params<T>) {
        params.values_mut().copy_from_slice(self.plan.params());
        params.take_buffers(self.plan.tape(), &self.bound);
    }
}

/// A recorded computation over the same parameters that trains nothing: a test, a prediction. It needs no room for gradients.
#[derive(Clone, Debug)]
pub struct Evaluator<T: Real> {
    plan: Plan<T>,
    bound: Bound,
}

impl<T: Real> Evaluator<T> {
    /// Records a computation; `record` gives whatever handles it wants to have back.
    #[track_caller]
    pub fn record<R>(params: &Params<T>, record: impl FnOnce(&mut Tape<T>, &Bound) -> R) -> (Self, R) {
        let mut tape = Tape::new();
        tape.set_recording(false);
        let bound = params.bind(&mut tape);
        let handles = record(&mut tape, &bound);
        (Evaluator { plan: Plan::forward_only(tape, bound.params()), bound }, handles)
    }

    /// Takes parameters and buffers as they are in `trainer`, whose parameters must be laid out alike.
    #[track_caller]
    pub fn follow(&mut self, trainer: &Trainer<T>) {
        self.params_mut().copy_from_slice(trainer.params());
        for (&to, &from) in self.bound.buffers().iter().zip(trainer.bound.buffers()) {
            self.plan.input_mut(to).copy_from_slice(trainer.value(from));
        }
    }

    /// Takes parameters and buffers from `params`.
    #[track_caller]
    pub fn load(&mut self, params: &Params<T>) {
        load(&mut self.plan, &self.bound, params);
    }

    /// All parameters, to be changed.
    pub fn params_mut(&mut self) -> &mut [T] {
        self.plan.params_mut()
    }

    /// The elements of an input, to be overwritten.
    #[track_caller]
    pub fn input_mut(&mut self, input: Var) -> &mut [T] {
        self.plan.input_mut(input)
    }

    /// Computes every value from the inputs and parameters as they are now.
    pub fn forward(&mut self) {
        self.plan.compute();
    }

    /// A value of the last forward.
    #[track_caller]
    pub fn value(&self, var: Var) -> &[T] {
        self.plan.value(var)
    }

    /// A scalar of the last forward.
    #[track_caller]
    pub fn item(&self, var: Var) -> T {
        self.plan.tape().item(var)
    }
}

/// Neighbours of one group as one segment.
fn joined(places: &[(ParamId, Segment)]) -> Vec<Segment> {
    let follows = |before: &Range<usize>, after: &Range<usize>| before.end == after.start;
    let mut segments: Vec<Segment> = Vec::new();
    for (_, place) in places {
        match segments.last_mut() {
            Some(last) if last.group == place.group && follows(&last.values, &place.values) => {
                last.values.end = place.values.end;
                last.grads.end = place.grads.end;
            }
            _ => segments.push(place.clone()),
        }
    }
    segments
}

#[track_caller]
fn load<T: Real>(plan: &mut Plan<T>, bound: &Bound, params: &Params<T>) {
    plan.params_mut().copy_from_slice(params.values());
    let buffers = params.ids().filter(|&id| !params.is_trained(id));
    for id in buffers {
        plan.input_mut(bound[id]).copy_from_slice(params.get(id));
    }
}
