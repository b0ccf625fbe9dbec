//! A figure that runs: acts go in, work is done in counted units, frames come out.
//!
//! Not the page and not a thread: nothing here knows a clock, a browser or where it is computed. Whoever hosts a session calls
//! [`Session::act`] for what the reader does, [`Session::work`] as long as there is time, and [`Session::frame`] when there is
//! room on the screen. The same acts, units and frames give the same bytes everywhere (`tests/session`).
//!
//! One queue of work: the steps to the wanted one, then the numbers that an edit left to be computed at that step, then, when
//! it is asked for, the proof.

mod act;
pub mod address;
mod frame;
mod run;

pub use act::Act;
pub use frame::{Frame, Proof, Wants};
pub use run::{Change, Run};

use crate::lessons::problem::Code;
use crate::lessons::{Problem, REGISTRY, find};
use frame::Sent;

/// A lesson with a past, and what has been told of it.
pub struct Session {
    run: Run,
    /// How many acts have been carried out.
    answered: u32,
    /// The moment to be shown once the wanted step is reached, and how much of it.
    arrival: Option<(usize, f64)>,
    /// The proof of what is shown now, once it has been made.
    proof: Option<Proof>,
    sent: Sent,
}

impl Session {
    /// Opens the lesson called `lesson` in the state of an address, or says that there is none of this name.
    pub fn open(lesson: &str, state: &str) -> Result<Session, Problem> {
        let Some(entry) = find(lesson) else {
            let known = REGISTRY.iter().map(|entry| entry.manifest.id).collect::<Vec<_>>().join(", ");
            return Err(Problem::new(Code::UnknownLesson, "lesson", lesson, known));
        };
        let run = Run::new(entry, state);
        Ok(Session { run, answered: 0, arrival: None, proof: None, sent: Sent::default() })
    }

    /// Carries out what the reader does. What is wrong with it stands among the notices of the next frame; then nothing else
    /// has changed, or the nearest allowed value is used.
    pub fn act(&mut self, act: Act) {
        // A file is no act of the reader: it comes when it comes.
        self.answered += u32::from(!matches!(act, Act::File { .. }));
        if !matches!(act, Act::Focus(_) | Act::Moment { .. }) {
            self.proof = None;
            self.arrival = None;
        }
        let problem = match act {
            Act::Set { id, text } => self.run.set(&id, &text),
            Act::Edit { id, text } => self.run.begin_edit(&id, &text),
            Act::File { id, bytes } => self.run.provide(&id, &bytes),
            Act::Seek(step) => {
                self.run.seek(step);
                None
            }
            Act::Stay => {
                self.run.seek(self.run.step());
                None
            }
            Act::Moment { index, progress } => {
                self.arrival = Some((index, progress));
                self.arrive();
                None
            }
            Act::Focus(id) => {
                self.run.focus(&id);
                None
            }
            Act::Reset => {
                self.run.reset();
                None
            }
        };
        if let Some(problem) = problem {
            self.run.notice(problem);
        }
    }

    /// Does at most `units` of work: short steps, or portions of what takes longer; with `prove`, what the proof needs too.
    /// Says how many steps are left, and half a step more where something else is left: numbers at this step, the proof.
    pub fn work(&mut self, units: u32, prove: bool) -> f64 {
        if self.run.left() > 0 || self.run.is_behind() {
            let before = self.run.step();
            self.run.work_on(units);
            if self.run.step() != before {
                self.proof = None;
            }
            self.arrive();
        } else if self.proves(prove) && !self.run.prove() {
            self.proof = Some(Proof::of(&self.run.lesson().claims()));
        }
        let busy = self.run.is_behind() || self.proves(prove);
        f64::from(self.run.left()) + if busy { 0.5 } else { 0.0 }
    }

    /// Whether the proof is wanted and not there.
    fn proves(&self, wanted: bool) -> bool {
        wanted && self.proof.is_none()
    }

    /// At the wanted step, shows the moment that was wanted there.
    fn arrive(&mut self) {
        if self.run.left() > 0 {
            return;
        }
        if let Some((index, progress)) = self.arrival.take() {
            self.run.set_moment(index);
            self.run.set_progress(progress);
        }
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The answer to the lesson's prediction, as the present state gives it: option and value.
    pub fn answer(&self) -> Option<(usize, f64)> {
        self.run.answer().map(|answer| (answer.option, answer.value))
    }
}
