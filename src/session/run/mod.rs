//! A run: a lesson with a past. It can be stepped, dragged back and forth, changed on the way and written as an address.
//!
//! How rewinding works: copies of the lesson (checkpoints) are kept at growing distances; going back restores the nearest
//! one before the wanted step and replays from there. A run is deterministic, so the replay is the past. What the reader
//! changes on the way is kept in a journal, and replayed too. Changing something at step s forgets what came after s.

mod changes;

use super::address::{self, Address};
use crate::lessons::config::Config;
use crate::lessons::{Answer, Assets, At, Bearing, Entry, History, Job, Lesson, Problem, Progress};

/// Most checkpoints that are kept; then every second one is dropped and the distance doubles.
const MOST_CHECKPOINTS: usize = 48;
/// Most notices that wait to be read.
const MOST_NOTICES: usize = 12;

/// Something that the reader changed at a step: a live control or a thing in the figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The step before which it takes effect.
    pub step: u32,
    /// Id of a live control, or of the thing edited.
    pub key: String,
    /// The new value.
    pub text: String,
}

/// A lesson with a past.
pub struct Run {
    entry: &'static Entry,
    assets: Assets,
    /// As it was at step 0.
    config: Config,
    /// As it is now: `config` with the journal up to now.
    current: Config,
    journal: Vec<Change>,
    lesson: Box<dyn Lesson>,
    step: u32,
    moment: usize,
    progress: f64,
    focus: String,
    target: u32,
    checkpoints: Vec<(u32, Box<dyn Lesson>)>,
    interval: u32,
    history: History,
    notices: Vec<Problem>,
    /// Whether the lesson may have something to catch up with.
    behind: bool,
    /// How much of the next step is done, 0 to 1.
    advanced: f64,
}

impl Run {
    /// Starts `entry` in the state that an address gives, with the files that this build can reach by itself. The wanted
    /// step becomes the target: call [`Run::work`].
    pub fn new(entry: &'static Entry, state: &str) -> Run {
        Run::with(entry, state, Assets::at_hand(entry.manifest))
    }

    /// As [`Run::new`], with these files and no others.
    pub fn with(entry: &'static Entry, state: &str, assets: Assets) -> Run {
        let Address { config, journal, step, moment, problems } = address::parse(entry, state);
        let mut run = Run {
            entry,
            current: config.clone(),
            lesson: (entry.new)(&config, &assets),
            assets,
            config,
            journal,
            step: 0,
            moment: 0,
            progress: 1.0,
            focus: String::new(),
            target: 0,
            checkpoints: Vec::new(),
            interval: 1,
            history: History::default(),
            notices: problems,
            behind: true,
            advanced: 0.0,
        };
        run.begin();
        run.target = step;
        run.set_moment(moment as usize);
        run
    }

    /// Begins at step 0 from `config` and the journal.
    fn begin(&mut self) {
        // What was kept of the old past goes first: there may be no room for both.
        self.checkpoints.clear();
        self.lesson = (self.entry.new)(&self.config, &self.assets);
        self.place_edits();
        self.current = self.config.clone();
        self.step = 0;
        self.target = 0;
        self.advanced = 0.0;
        self.interval = 1;
        self.history = History::new(self.entry.manifest.metrics.len());
        self.arrive();
        self.set_moment(self.moment);
    }

    /// Moves the edits of what holds from the start to step 0, where [`Run::begin_edit`] puts them: an address may name another
    /// step, and what was recorded before it would contradict what is shown.
    fn place_edits(&mut self) {
        let (config, bearing) = (&self.config, self.entry.bearing);
        let early = |change: &Change| {
            change.step > 0 && config.index(&change.key).is_none() && bearing(config, &change.key) != Bearing::State
        };
        let (moved, kept): (Vec<_>, Vec<_>) = self.journal.drain(..).partition(early);
        self.journal = kept;
        moved.into_iter().for_each(|change| self.keep_first(Change { step: 0, ..change }));
    }

    /// What happens on reaching a step: the journal is applied, the metrics are recorded, a checkpoint is taken.
    fn arrive(&mut self) {
        let due: Vec<Change> = self.journal.iter().filter(|change| change.step == self.step).cloned().collect();
        for change in due {
            if let Some(problem) = self.apply(&change) {
                // What cannot be applied for want of a file waits for it.
                if !self.missing().is_empty() {
                    continue;
                }
                self.notice(problem);
                self.journal.retain(|kept| *kept != change);
            }
        }
        self.record();
        self.behind = true;
        let known = self.checkpoints.iter().any(|(step, _)| *step == self.step);
        if self.step.is_multiple_of(self.interval) && !known {
            let at = self.checkpoints.partition_point(|(step, _)| *step < self.step);
            self.checkpoints.insert(at, (self.step, self.lesson.clone_box()));
            if self.checkpoints.len() > MOST_CHECKPOINTS {
                self.interval *= 2;
                let interval = self.interval;
                self.checkpoints.retain(|(step, _)| step.is_multiple_of(interval));
            }
        }
    }

    /// Records the metrics of this step, if it is reached for the first time.
    fn record(&mut self) {
        if self.history.len() == self.step as usize {
            self.history.push(&self.metrics());
        }
    }

    /// Takes over the bytes of a file that the lesson needs, or says what is wrong with them. The run begins again in the same
    /// state: call [`Run::work`].
    pub fn provide(&mut self, id: &str, bytes: &[u8]) -> Option<Problem> {
        if let Err(problem) = self.assets.provide(self.entry.manifest, id, bytes) {
            return Some(problem);
        }
        let target = self.step.max(self.target);
        self.begin();
        self.target = target;
        None
    }

    /// Wants to be at `step`; [`Run::work`] goes there.
    pub fn seek(&mut self, step: u32) {
        self.target = step.min(self.entry.manifest.max_step);
        if self.target >= self.step {
            return;
        }
        let nearest = self.checkpoints.iter().rposition(|(at, _)| *at <= self.target).expect("step 0 is kept");
        let (at, lesson) = &self.checkpoints[nearest];
        self.step = *at;
        self.lesson = lesson.clone_box();
        self.advanced = 0.0;
        self.behind = true;
        self.current = self.config.clone();
        for change in self.journal.iter().filter(|change| change.step <= self.step) {
            if let Some(index) = self.current.index(&change.key) {
                self.current.set(index, &change.text);
            }
        }
        // What is displayed is of now, whenever the copy was made.
        self.lesson.configure(&self.current);
    }

    /// Does a portion of a job; says whether it is complete. What has gone wrong is put where it is read.
    fn portion(&mut self, job: Job) -> bool {
        let progress = self.lesson.work(job).unwrap_or_else(|problem| {
            self.notice(problem);
            Progress::Done
        });
        match (job, progress) {
            (Job::Step, Progress::Part(part)) => self.advanced = part,
            // Another job drops a step that was begun.
            (Job::Step, Progress::Done) | (_, Progress::Part(_)) => self.advanced = 0.0,
            (_, Progress::Done) => {}
        }
        progress == Progress::Done
    }

    /// Takes at most `most` steps towards the target, and catches up with what edits have left to be computed once it is
    /// there; says how many steps are left.
    pub fn work(&mut self, most: u32) -> u32 {
        for _ in 0..most.min(self.target - self.step) {
            while !self.portion(Job::Step) {}
            self.step += 1;
            self.arrive();
        }
        if self.step == self.target {
            while !self.portion(Job::Late) {}
            self.behind = false;
        }
        self.target - self.step
    }

    /// As [`Run::work`], in portions: at most `most` short steps, or a part of one that takes long.
    pub fn work_on(&mut self, most: u32) -> u32 {
        if self.step == self.target {
            self.behind = !self.portion(Job::Late);
        }
        for _ in 0..most.min(self.target - self.step) {
            if !self.portion(Job::Step) {
                break;
            }
            self.step += 1;
            self.arrive();
        }
        self.target - self.step
    }

    /// Whether, at the target, [`Run::work_on`] has something left to do: numbers that it concerns are absent, or old.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// How many steps are left to the target.
    pub fn left(&self) -> u32 {
        self.target - self.step
    }

    /// Preset, seed and the values of the controls in the order of the manifest, as in an address.
    pub fn controls(&self) -> Vec<String> {
        let config = &self.current;
        let manifest = config.manifest;
        let head = [manifest.presets[config.preset].id.to_string(), config.seed.to_string()];
        head.into_iter().chain((0..manifest.controls.len()).map(|index| config.written(index))).collect()
    }

    /// How much of the next step is done, 0 to 1.
    pub fn advanced(&self) -> f64 {
        self.advanced
    }

    /// Does a portion of what the proof needs; says whether something is left.
    pub fn prove(&mut self) -> bool {
        !self.portion(Job::Proof)
    }

    /// The step that is shown.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The furthest step that has been reached in this past.
    pub fn furthest(&self) -> u32 {
        self.history.len().saturating_sub(1) as u32
    }

    /// The moment that is shown.
    pub fn moment(&self) -> usize {
        self.moment
    }

    /// Shows the moment at `index`, or the last one.
    pub fn set_moment(&mut self, index: usize) {
        self.moment = index.min(self.lesson.moments().len() - 1);
    }

    /// Shows so much of the moment: 0 is its beginning, 1 its end.
    pub fn set_progress(&mut self, progress: f64) {
        self.progress = if progress.is_finite() { progress.clamp(0.0, 1.0) } else { 1.0 };
    }

    /// The lesson, at the step that is shown.
    pub fn lesson(&self) -> &dyn Lesson {
        &*self.lesson
    }

    /// Where the lesson is asked.
    pub fn at(&self) -> At<'_> {
        At { moment: self.moment, step: self.step, progress: self.progress, focus: &self.focus, history: &self.history }
    }

    /// Points at the thing called `id`, or at nothing where it is empty; views may follow.
    pub fn focus(&mut self, id: &str) {
        id.clone_into(&mut self.focus);
    }

    /// The entry of the lesson.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// Ids of the files that the present configuration needs and does not have.
    pub fn missing(&self) -> Vec<&'static str> {
        self.assets.missing(&self.config)
    }

    /// The answer to the lesson's prediction, as the step that is shown gives it.
    pub fn answer(&self) -> Option<Answer> {
        (self.entry.manifest.prediction.as_ref()?.answer)(&self.metrics())
    }

    /// The metrics of the step that is shown.
    fn metrics(&self) -> Vec<f64> {
        let mut row = vec![0.0; self.entry.manifest.metrics.len()];
        self.lesson.metrics(&mut row);
        row
    }

    /// The files that are there.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// The values of the controls as they are now.
    pub fn current(&self) -> &Config {
        &self.current
    }

    /// How many copies of the lesson are kept.
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// What was recorded so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The state as an address gives it, without `#`.
    pub fn state(&self) -> String {
        address::write(&self.config, &self.journal, self.step.max(self.target), self.moment)
    }

    /// Puts a notice where it waits to be read.
    pub fn notice(&mut self, problem: Problem) {
        if self.notices.len() < MOST_NOTICES {
            self.notices.push(problem);
        }
    }

    /// Takes the notices that have come up.
    pub fn take_notices(&mut self) -> Vec<Problem> {
        core::mem::take(&mut self.notices)
    }

    /// Everything as comma-separated values: the metrics by step, an empty line, the numbers shown now.
    #[cfg(feature = "full")]
    pub fn csv(&self) -> String {
        let manifest = self.entry.manifest;
        let mut out = String::from("step");
        for metric in manifest.metrics {
            out.push(',');
            out.push_str(metric.id);
        }
        for step in 0..self.history.len() {
            out.push_str(&format!("\n{step}"));
            for column in self.history.metrics() {
                out.push_str(&format!(",{}", column[step]));
            }
        }
        out.push_str("\n\nname,value");
        for readout in self.lesson.readouts(self.at()) {
            out.push_str(&format!("\n{},{}", readout.id, readout.value));
        }
        out.push('\n');
        out
    }
}
