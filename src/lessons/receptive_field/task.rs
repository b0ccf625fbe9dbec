//! What the lesson is computing, in portions that leave the page time to answer: the passes of a step, the number under the
//! paint, the proof. One of them at a time: a large stack leaves no room for two.
//!
//! Not what is computed (`pass.rs`), and not what becomes of it (`mod.rs`, `proof.rs`).

use super::edit::Stroke;
use super::pass::{Clean, Heat, Input, Reading, Sounding, Weights, shares};
use super::proof::Proving;
use super::{Lens, Painted, fit};
use crate::autograd::Short;
use crate::lessons::{Problem, Progress};
use std::rc::Rc;

/// Something is left, and nobody has counted how much.
const LEFT: Progress = Progress::Part(0.0);

/// What is under way, in this copy of the lesson alone: another copy begins it anew.
#[derive(Default)]
pub struct Underway(Option<Task>);

impl Clone for Underway {
    fn clone(&self) -> Self {
        Underway(None)
    }
}

enum Task {
    Step(Step),
    Value(Box<Value>),
    Proof(Proving),
}

/// The passes of a step, one after the other.
struct Step {
    passes: Vec<Pass>,
    /// The one that is under way.
    now: usize,
}

impl Step {
    /// How much of it is done, 0 to 1.
    fn progress(&self) -> f64 {
        let here = self.passes.get(self.now).map_or(1.0, Pass::progress);
        ((self.now as f64 + here.min(1.0)) / self.passes.len() as f64).min(1.0)
    }
}

enum Pass {
    Single(Sounding<f32>),
    Double(Sounding<f64>),
}

impl Pass {
    fn portion(&mut self) -> bool {
        match self {
            Pass::Single(pass) => pass.portion(),
            Pass::Double(pass) => pass.portion(),
        }
    }

    fn progress(&self) -> f64 {
        match self {
            Pass::Single(pass) => pass.progress(),
            Pass::Double(pass) => pass.progress(),
        }
    }

    fn heat(&self) -> Heat {
        shares(match self {
            Pass::Single(pass) => pass.heat(),
            Pass::Double(pass) => pass.heat(),
        })
    }

    fn channel(&self) -> usize {
        match self {
            Pass::Single(pass) => pass.channel(),
            Pass::Double(pass) => pass.channel(),
        }
    }
}

/// The unit's number on the clean picture, on the painted one, and on one that is painted outside of the box only.
struct Value {
    reading: Reading<f32>,
    paint: Rc<Vec<Stroke>>,
    clean: Option<Rc<Clean>>,
    after: Option<f64>,
}

impl Lens {
    /// Drops what is under way.
    pub(super) fn abandon(&mut self) {
        self.underway.0 = None;
    }

    /// A portion of the next step.
    pub(super) fn step_portion(&mut self) -> Result<Progress, Problem> {
        if !self.computes() {
            self.passes += 1;
            return Ok(Progress::Done);
        }
        if !matches!(self.underway.0, Some(Task::Step(_))) {
            // First the room that something else took.
            self.abandon();
            match self.passes_of_step() {
                Ok(passes) => self.underway.0 = Some(Task::Step(Step { passes, now: 0 })),
                Err(short) => {
                    self.passes += 1;
                    return Err(self.run_short(short));
                }
            }
        }
        let Some(Task::Step(step)) = &mut self.underway.0 else { unreachable!("begun above") };
        if step.passes[step.now].portion() {
            step.now += 1;
        }
        if step.now < step.passes.len() {
            return Ok(Progress::Part(step.progress()));
        }
        let heard = step.passes.iter().map(|pass| (pass.heat(), pass.channel())).collect();
        self.abandon();
        self.hear(heard);
        Ok(Progress::Done)
    }

    /// The passes of the next step, at their beginning.
    fn passes_of_step(&self) -> Result<Vec<Pass>, Short> {
        let (geometry, net) = (&*self.geometry, &*self.net);
        if self.uniform() {
            return Ok(vec![Pass::Double(Sounding::positive(geometry, true)?)]);
        }
        let rgb = self.rgb_of_pass(self.passes);
        let input = Input::of_rgb(&rgb, net.input);
        let random = Pass::Single(Sounding::random(geometry, net, input, self.seed, self.passes)?);
        Ok(match &self.reader {
            // The same picture with weights that have learned nothing, to compare with.
            Some(reader) => {
                vec![Pass::Single(Sounding::learned(geometry, net, input, &reader.weights)?), random]
            }
            None => vec![random],
        })
    }

    /// A portion of the numbers that paint changes.
    pub(super) fn value_portion(&mut self) -> Result<Progress, Problem> {
        if self.paint.is_empty() || !self.reads() {
            self.painted = None;
            return Ok(Progress::Done);
        }
        if self.painted.as_ref().is_some_and(|painted| painted.paint == self.paint) {
            return Ok(Progress::Done);
        }
        if !matches!(self.underway.0, Some(Task::Value(_))) {
            self.abandon();
            let covered = self.clean.is_some().then_some(Covered::All);
            let reading = self.reading(covered, &self.paint.clone(), self.clean.clone().as_deref())?;
            let value = Value { reading, paint: Rc::clone(&self.paint), clean: self.clean.clone(), after: None };
            self.underway.0 = Some(Task::Value(Box::new(value)));
        }
        let Some(Task::Value(value)) = &mut self.underway.0 else { unreachable!("begun above") };
        if !value.reading.portion() {
            return Ok(LEFT);
        }
        let read = value.reading.clean();
        let paint = Rc::clone(&value.paint);
        let (clean, after) = match (value.clean.clone(), value.after) {
            (None, _) => (Rc::new(read), None),
            (Some(clean), None) => (clean, Some((read.value, None))),
            (Some(clean), Some(after)) => (clean, Some((after, Some(read.value)))),
        };
        self.abandon();
        self.clean = Some(Rc::clone(&clean));
        // Where all paint lies outside, or none, two pictures are the same.
        let (inside, outside) = self.sides(&paint);
        let next = match after {
            None => Some((Covered::All, None)),
            Some((after, None)) if inside && outside => Some((Covered::Outside, Some(after))),
            Some(_) => None,
        };
        if let Some((covered, after)) = next {
            let reading = self.reading(Some(covered), &paint, Some(&clean))?;
            self.underway.0 = Some(Task::Value(Box::new(Value { reading, paint, clean: Some(clean), after })));
            return Ok(LEFT);
        }
        let (after, beyond) = after.expect("read last");
        let beyond = beyond.or_else(|| outside.then_some(after));
        // Paint that came meanwhile is read next.
        let newer = paint != self.paint;
        self.painted = Some(Painted { paint, before: clean.value, after, outside: beyond });
        Ok(if newer { LEFT } else { Progress::Done })
    }

    /// The unit's number with so much of the paint, at its beginning, or that there is no memory for it.
    fn reading(
        &mut self,
        covered: Option<Covered>,
        paint: &[Stroke],
        clean: Option<&Clean>,
    ) -> Result<Reading<f32>, Problem> {
        let rgb = match covered {
            None => (*self.rgb).clone(),
            Some(covered) => self.painted_rgb(paint, covered == Covered::Outside),
        };
        let weights = self.reader.as_ref().map_or(Weights::First(self.seed), |it| Weights::Learned(&it.weights));
        let input = Input::of_rgb(&rgb, self.net.input);
        let reading = Reading::of(&self.geometry, &self.net, input, weights, clean);
        reading.map_err(|short| self.run_short(short))
    }

    /// There is no memory: until the next stack nothing more is computed, and what is known stays. Says so.
    fn run_short(&mut self, short: Short) -> Problem {
        self.abandon();
        self.affordable = false;
        self.short = true;
        self.painted = None;
        fit::no_memory(short)
    }

    /// A portion of the proof.
    pub(super) fn proof_portion(&mut self) -> Progress {
        if self.proof.get().is_some() || !self.provable() {
            return Progress::Done;
        }
        if !matches!(self.underway.0, Some(Task::Proof(_))) {
            self.abandon();
            self.underway.0 = Proving::new(&self.geometry).ok().map(Task::Proof);
        }
        let portion = match &mut self.underway.0 {
            Some(Task::Proof(proving)) => proving.portion(&self.geometry).map_or(Some(None), |proof| proof.map(Some)),
            _ => Some(None),
        };
        let Some(proof) = portion else { return LEFT };
        // Without memory there is none, and its claims are not made.
        let _ = self.proof.set(proof);
        self.abandon();
        Progress::Done
    }
}

/// How much of the paint is on a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Covered {
    All,
    /// What lies outside of the box.
    Outside,
}
