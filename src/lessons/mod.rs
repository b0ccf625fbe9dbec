//! The contract of a lesson and the registry of all lessons.
//!
//! A lesson is one file (or folder) here, one line in [`REGISTRY`], and prose in two languages under `www/lessons/`.
//! It knows no DOM, no time and no drawing: it is asked for numbers at a step and a moment, and gives them. Being cloned
//! is what makes a run rewindable (`session::run`).
//!
//! A *step* is one update of the training run (or one element of a stream); a *moment* is one stage inside a step
//! (`z1`, `a1`, ..., `update`). The state of a lesson moves only with `work`, `configure` and `edit`; a moment only selects
//! how much of the step is shown.
//!
//! Not here: what can be said of a lesson without running it. That stands in its [`Manifest`] and in its [`Entry`].

pub mod assets;
pub mod backprop;
pub mod claim;
pub mod config;
#[cfg(feature = "full")]
pub mod ema;
pub mod history;
pub mod manifest;
pub mod problem;
#[cfg(feature = "full")]
pub mod receptive_field;

use crate::scene::{Format, Math, View};
pub use assets::{Asset, Assets};
pub use claim::{Bound, Claim, Tally};
use config::Config;
pub use history::History;
pub use manifest::{Answer, Manifest};
pub use problem::Problem;

/// Lessons of the light build, whose module is small because it has what they need and nothing else (`Cargo.toml`).
pub const LIGHT: &[&str] = &[backprop::ENTRY.manifest.id];

/// All lessons, in the order in which they are read. Adding one is adding a line.
pub const REGISTRY: &[Entry] = &[
    backprop::ENTRY,
    #[cfg(feature = "full")]
    ema::ENTRY,
    #[cfg(feature = "full")]
    receptive_field::ENTRY,
];

/// A line of the registry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// What it says of itself.
    pub manifest: &'static Manifest,
    /// Starts it: at step 0, from a configuration whose values fit the manifest and each other. Without a file that the
    /// configuration needs ([`Asset::when`]) the run may be stepped, and views that need it are absent; when the file comes,
    /// the lesson is started anew.
    pub new: fn(&Config, &Assets) -> Box<dyn Lesson>,
    /// Makes values that are each in range fit each other, and says what it changed.
    pub reconcile: fn(&mut Config) -> Vec<Problem>,
    /// What the thing called by this id is to a run of this configuration, and so where its edit takes effect.
    pub bearing: fn(&Config, &str) -> Bearing,
}

/// The entry of the lesson called `id`.
pub fn find(id: &str) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.manifest.id == id)
}

/// One stage inside a step: a symbol that is the same in every language, or a key of the prose.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Moment {
    /// Name in the DOM (`z1`, `delta2`, `update`).
    pub id: String,
    /// Label on the time axis.
    pub label: Math,
    /// Runs against the direction of the forward pass (coloured differently).
    pub backward: bool,
}

/// Where in a run something is asked for.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// Index into [`Lesson::moments`].
    pub moment: usize,
    /// The step.
    pub step: u32,
    /// How much of the moment has passed, 0 to 1: values on their way stand in between. At rest it is 1.
    pub progress: f64,
    /// Id of the thing pointed at last; empty where there is none.
    pub focus: &'a str,
    /// What was recorded so far, possibly beyond `step`: the run has been there already.
    pub history: &'a History,
}

/// A number that the figure shows.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Readout {
    /// Its name, which also picks and edits it.
    pub id: String,
    /// The number.
    pub value: f64,
    /// How it is rounded for the eye.
    pub format: Format,
    /// One of the few that stand beside the figure at all times.
    pub main: bool,
}

/// What is known of a thing that the reader points at.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Pick {
    /// Ids of everything that feeds it or is fed by it.
    pub highlight: Vec<String>,
    /// How its number comes about, with the numbers in place.
    pub formula: Math,
    /// Its value, where the reader may change it.
    pub editable: Option<f64>,
}

/// What a thing that the reader edits is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// Part of its state (a weight): the edit takes effect at the step that is shown.
    State,
    /// Given from the start (data): the edit takes effect at step 0, and what followed from it is computed anew.
    Given,
    /// Nothing that the run computes follows from it (paint on a picture): it is there at every step, and none is lost.
    Aside,
}

/// What of a lesson's work is wanted. One job is under way at a time: a portion of another one drops what was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// The next step. What is shown and recorded changes only when it is complete, and does not depend on how it was divided.
    Step,
    /// What an edit has left to be computed at this step. Until then the numbers that it concerns are absent.
    Late,
    /// What [`Lesson::claims`] needs. Who does not wait for it pays for the rest there.
    Proof,
}

/// What came of a portion of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// The job is complete, or there was nothing to do.
    Done,
    /// So much of it is done, 0 to 1; 0 where nobody knows how much there is.
    Part(f64),
}

/// A running lesson.
pub trait Lesson {
    /// A copy at the same step. It begins a job that is under way anew.
    fn clone_box(&self) -> Box<dyn Lesson>;
    /// Takes over the values of all `Live` and `Display` controls; those of the others are as they were at the start.
    fn configure(&mut self, config: &Config);
    /// Changes the thing called `id` (a weight, an input, a new point) to what `text` says. Returns the text under which
    /// the change is kept: complete, so that a replay does not depend on what is displayed.
    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem>;
    /// Does a portion of a job, at most 20 ms of it. A problem says what has gone wrong and what the reader can do; the job is
    /// then complete, and the lesson goes on without what the problem concerns.
    fn work(&mut self, job: Job) -> Result<Progress, Problem>;
    /// Writes the metrics of the manifest, as they are at this step; NaN stands for one that this configuration does not have.
    fn metrics(&self, out: &mut [f64]);
    /// Metrics of the manifest that follow from what the lesson keeps, for steps 0 to the present one, as the `Display`
    /// controls now have them: index and values. A change of such a control rewrites what was recorded.
    fn rewritten(&self) -> Vec<(usize, Vec<f64>)> {
        Vec::new()
    }
    /// The stages of a step, in order; at least one.
    fn moments(&self) -> Vec<Moment>;
    /// The view of that index in the manifest, or nothing where it makes no sense for this configuration.
    fn view(&self, index: usize, at: At) -> Option<View>;
    /// Every number that the figure shows, in reading order.
    fn readouts(&self, at: At) -> Vec<Readout>;
    /// What is known of the thing called `id`.
    fn pick(&self, id: &str, at: At) -> Option<Pick>;
    /// The lesson's claims, each computed a second way.
    fn claims(&self) -> Vec<Claim>;
    /// A program for PyTorch that computes what the figure shows; it runs as it is.
    #[cfg(feature = "full")]
    fn pytorch(&self) -> String;
}
