//! All parameters of a model in one flat array, in order of declaration.
//!
//! Not their gradients' computation: [`Params::bind`] puts every parameter on a tape, one leaf after the other, and after
//! backward [`Bound::grads`] copies their gradients into an array of the same layout. Buffers (running statistics) are
//! declared in the same way but kept in an array of their own, which no optimiser ever sees.

use super::init::Init;
use crate::autograd::{Tape, Var};
use crate::kernels::Real;
use crate::rng::Rng;
use crate::tensor::Shape;
use core::ops::{Index, Range};

/// A parameter, by its place in the order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamId(pub(super) usize);

/// What is known of one parameter.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    name: String,
    shape: Shape,
    /// Its place in the parameters, or in the buffers.
    range: Range<usize>,
    trained: bool,
    requires_grad: bool,
}

/// The parameters of a model: one flat array, with names and shapes beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params<T> {
    values: Vec<T>,
    buffers: Vec<T>,
    entries: Vec<Entry>,
}

impl<T: Real> Params<T> {
    /// None yet.
    pub fn new() -> Self {
        Params { values: Vec::new(), buffers: Vec::new(), entries: Vec::new() }
    }

    /// Declares a parameter, filled by `init`.
    pub fn add(&mut self, name: impl Into<String>, shape: impl Into<Shape>, init: Init, rng: &mut Rng) -> ParamId {
        self.declare(name.into(), shape.into(), true, init, rng)
    }

    /// Declares a buffer: kept beside the parameters, but never trained (running statistics).
    pub fn add_buffer(&mut self, name: impl Into<String>, shape: impl Into<Shape>, value: f64) -> ParamId {
        self.declare(name.into(), shape.into(), false, Init::Constant { value }, &mut Rng::new(0, 0))
    }

    fn declare(&mut self, name: String, shape: Shape, trained: bool, init: Init, rng: &mut Rng) -> ParamId {
        let array = if trained { &mut self.values } else { &mut self.buffers };
        let start = array.len();
        array.resize(start + shape.len(), T::ZERO);
        init.fill(shape, &mut array[start..], rng);
        self.entries.push(Entry { name, shape, range: start..array.len(), trained, requires_grad: trained });
        ParamId(self.entries.len() - 1)
    }

    /// How many numbers are trained: the length of every array of this layout.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing is trained.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All trained numbers, in order of declaration.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All trained numbers, to be changed.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// All buffers, in order of declaration.
    pub fn buffers(&self) -> &[T] {
        &self.buffers
    }

    /// All buffers, to be changed.
    pub fn buffers_mut(&mut self) -> &mut [T] {
        &mut self.buffers
    }

    /// Every parameter and buffer, in order of declaration.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = ParamId> + use<T> {
        (0..self.entries.len()).map(ParamId)
    }

    /// The name that it was declared with.
    pub fn name(&self, id: ParamId) -> &str {
        &self.entries[id.0].name
    }

    /// Its shape.
    pub fn shape(&self, id: ParamId) -> Shape {
        self.entries[id.0].shape
    }

    /// Whether it is trained, or a buffer.
    pub fn is_trained(&self, id: ParamId) -> bool {
        self.entries[id.0].trained
    }

    /// Whether a gradient is computed for it: all parameters at first, no buffer.
    pub fn requires_grad(&self, id: ParamId) -> bool {
        self.entries[id.0].requires_grad
    }

    /// Freezes a parameter (`false`) or thaws it, for tapes that are bound from now on. Panics for a buffer.
    #[track_caller]
    pub fn set_requires_grad(&mut self, id: ParamId, requires_grad: bool) {
        let entry = &mut self.entries[id.0];
        assert!(entry.trained, "set_requires_grad: {} is a buffer", entry.name);
        entry.requires_grad = requires_grad;
    }

    /// Where it stands in every array of the parameters' layout; for a buffer, in [`Params::buffers`].
    pub fn range(&self, id: ParamId) -> Range<usize> {
        self.entries[id.0].range.clone()
    }

    /// Its numbers, row-major.
    pub fn get(&self, id: ParamId) -> &[T] {
        let array = if self.is_trained(id) { &self.values } else { &self.buffers };
        &array[self.range(id)]
    }

    /// Its numbers, to be changed.
    pub fn get_mut(&mut self, id: ParamId) -> &mut [T] {
        let range = self.range(id);
        let array = if self.is_trained(id) { &mut self.values } else { &mut self.buffers };
        &mut array[range]
    }

    /// Puts everything on `tape`: first the parameters, side by side, as leaves that require gradients unless they are frozen
    /// or nothing is recorded; then the buffers as constants.
    pub fn bind(&self, tape: &mut Tape<T>) -> Bound {
        let mut bound = Bound { vars: Vec::with_capacity(self.entries.len()), params: Vec::new(), buffers: Vec::new() };
        let recording = tape.is_recording();
        for entry in self.entries.iter().filter(|entry| entry.trained) {
            let requires_grad = entry.requires_grad && recording;
            let var = tape.leaf_from(entry.shape, &self.values[entry.range.clone()], requires_grad);
            bound.params.push(var);
        }
        let mut params = bound.params.iter();
        for entry in &self.entries {
            bound.vars.push(match entry.trained {
                true => *params.next().expect("one handle was made for each parameter"),
                false => {
                    let var = tape.leaf_from(entry.shape, &self.buffers[entry.range.clone()], false);
                    bound.buffers.push(var);
                    var
                }
            });
        }
        bound
    }

    /// Takes back the buffers that operations on `tape` moved.
    pub fn take_buffers(&mut self, tape: &Tape<T>, bound: &Bound) {
        for (entry, &var) in self.entries.iter().zip(&bound.vars).filter(|(entry, _)| !entry.trained) {
            self.buffers[entry.range.clone()].copy_from_slice(tape.value(var));
        }
    }
}

/// Everything that [`Params::bind`] put on a tape: index it with a [`ParamId`].
#[derive(Clone, Debug)]
pub struct Bound {
    /// In order of declaration.
    vars: Vec<Var>,
    /// Those that are trained.
    params: Vec<Var>,
    /// The others.
    buffers: Vec<Var>,
}

impl Bound {
    /// The handles of all parameters, without buffers, in order of declaration.
    pub fn params(&self) -> &[Var] {
        &self.params
    }

    /// The handles of all buffers, in order of declaration.
    pub fn buffers(&self) -> &[Var] {
        &self.buffers
    }

    /// Copies the gradients that backward left on `tape` into `grads`, which has the layout of the parameters; 0 where none
    /// arrived.
    #[track_caller]
    pub fn grads<T: Real>(&self, tape: &Tape<T>, grads: &mut [T]) {
        let mut rest = grads;
        for &var in &self.params {
            let (here, after) = rest.split_at_mut(tape.shape(var).len());
            match tape.grad(var) {
                Some(grad) => here.copy_from_slice(grad),
                None => here.fill(T::ZERO),
            }
            rest = after;
        }
        assert!(rest.is_empty(), "grads: the array is longer than the parameters by {}", rest.len());
    }
}

impl Index<ParamId> for Bound {
    type Output = Var;

    fn index(&self, id: ParamId) -> &Var {
        &self.vars[id.0]
    }
}
