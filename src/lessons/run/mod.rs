//! A run: a lesson with a past. It can be stepped, dragged back and forth, changed on the way and written as an address.
//!
//! How rewinding works: copies of the lesson (checkpoints) are kept at growing distances; going back restores the nearest
//! one before the wanted step and replays from there. A run is deterministic, so the replay is the past. What the reader
//! changes on the way is kept in a journal, and replayed too. Changing something at step s forgets what came after s.

use super::address::{self, Address, MOST_CHANGES};
use super::config::{Config, Value};
use super::manifest::Effect;
use super::problem::{Code, Problem};
use super::{Assets, At, Entry, Lesson};

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

/// The metrics of every step that has been reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    columns: Vec<Vec<f64>>,
}

impl History {
    /// The values of the metric at `index` in the manifest, from step 0 on.
    pub fn metric(&self, index: usize) -> &[f64] {
        &self.columns[index]
    }

    /// How many steps are recorded, step 0 included.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
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
        };
        run.begin();
        run.target = step;
        run.set_moment(moment as usize);
        run
    }

    /// Begins at step 0 from `config` and the journal.
    fn begin(&mut self) {
        self.lesson = (self.entry.new)(&self.config, &self.assets);
        self.current = self.config.clone();
        self.step = 0;
        self.target = 0;
        self.checkpoints.clear();
        self.interval = 1;
        self.history = History { columns: vec![Vec::new(); self.entry.manifest.metrics.len()] };
        self.arrive();
        self.set_moment(self.moment);
    }

    /// What happens on reaching a step: the journal is applied, the metrics are recorded, a checkpoint is taken.
    fn arrive(&mut self) {
        let due: Vec<Change> = self.journal.iter().filter(|change| change.step == self.step).cloned().collect();
        for change in due {
            if let Some(problem) = self.apply(&change) {
                // What cannot be applied for want of a file waits for it.
                if !self.lesson.missing().is_empty() {
                    continue;
                }
                self.notice(problem);
                self.journal.retain(|kept| *kept != change);
            }
        }
        self.record();
        let known = self.checkpoints.iter().any(|(step, _)| *step == self.step);
        if self.step.is_multiple_of(self.interval) && !known {
            let at = self.checkpoints.partition_point(|(step, _)| *step < self.step);
            self.checkpoints.insert(at, (self.step, self.lesson.boxed()));
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
            let mut row = vec![0.0; self.history.columns.len()];
            self.lesson.metrics(&mut row);
            for (column, value) in self.history.columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
    }

    /// Puts a change into the lesson.
    fn apply(&mut self, change: &Change) -> Option<Problem> {
        let Some(index) = self.current.index(&change.key) else {
            return self.lesson.edit(&change.key, &change.text).err();
        };
        if self.entry.manifest.controls[index].effect != Effect::Live {
            return Some(Problem::new(Code::UnknownKey, &change.key, &change.text, "lr, w1_1_1"));
        }
        let problem = self.current.set(index, &change.text);
        self.lesson.set(index, self.current.value(index));
        problem
    }

    /// Sets the preset, the seed or a control.
    pub fn set(&mut self, id: &str, text: &str) -> Option<Problem> {
        if id == "preset" {
            return self.set_preset(text);
        }
        if id == "seed" {
            let problem = self.config.set_seed(text);
            self.restart();
            return problem;
        }
        let Some(index) = self.config.index(id) else {
            let known = self.entry.manifest.controls.iter().map(|control| control.id).collect::<Vec<_>>().join(", ");
            return Some(Problem::new(Code::UnknownKey, id, text, known));
        };
        match self.entry.manifest.controls[index].effect {
            Effect::Restart => {
                let problem = self.config.set(index, text);
                let adapted = (self.entry.reconcile)(&mut self.config);
                self.restart();
                problem.or_else(|| adapted.into_iter().next())
            }
            Effect::Display => {
                let problem = self.config.set(index, text);
                self.current.set(index, &self.config.written(index));
                self.lesson.set(index, self.config.value(index));
                self.rewrite();
                problem
            }
            Effect::Live => {
                // Through a trial copy, so that what is kept is the value in range.
                let mut trial = self.current.clone();
                let problem = trial.set(index, text);
                if trial.value(index) != self.current.value(index) {
                    let text = trial.written(index);
                    self.forget_future();
                    self.journal.retain(|change| !(change.step == self.step && change.key == id));
                    if self.step == 0 {
                        self.config.set(index, &text);
                    }
                    let change = Change { step: self.step, key: id.into(), text };
                    self.apply(&change);
                    if self.step != 0 {
                        self.journal.push(change);
                    }
                    self.remember_now();
                }
                problem
            }
        }
    }

    /// Changes the thing called `id`, at this step.
    pub fn edit(&mut self, id: &str, text: &str) -> Option<Problem> {
        if self.journal.len() >= MOST_CHANGES {
            return Some(Problem::new(Code::TooLong, "at", "", MOST_CHANGES.to_string()));
        }
        let text = match self.lesson.edit(id, text) {
            Ok(text) => text,
            Err(problem) => return Some(problem),
        };
        if self.lesson.is_given(id) {
            self.give(Change { step: 0, key: id.into(), text });
            return None;
        }
        self.forget_future();
        let adds = self.entry.manifest.views.iter().any(|view| view.click == Some(id));
        if !adds {
            self.journal.retain(|change| !(change.step == self.step && change.key == id));
        }
        self.journal.push(Change { step: self.step, key: id.into(), text });
        self.remember_now();
        None
    }

    /// Puts a change of what is given from the start into the record, and computes anew what followed from it.
    fn give(&mut self, change: Change) {
        // A run that is still on its way to its step goes on to it.
        let step = self.step.max(self.target);
        self.journal.retain(|kept| kept.step <= step && !(kept.step == 0 && kept.key == change.key));
        let place = self.journal.partition_point(|kept| kept.step == 0);
        self.journal.insert(place, change);
        self.begin();
        self.target = step;
        self.work(u32::MAX);
    }

    /// Writes anew what a change of the display says about the past, and forgets what lies beyond: it was recorded otherwise.
    fn rewrite(&mut self) {
        let reached = self.step as usize + 1;
        let rewritten = self.lesson.rewritten();
        if !rewritten.is_empty() {
            self.history.columns.iter_mut().for_each(|column| column.truncate(reached));
        }
        for (index, values) in rewritten {
            self.history.columns[index].copy_from_slice(&values);
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

    /// Takes over the values of a preset.
    fn set_preset(&mut self, name: &str) -> Option<Problem> {
        let presets = self.entry.manifest.presets;
        let Some(preset) = presets.iter().position(|preset| preset.id == name) else {
            let known = presets.iter().map(|preset| preset.id).collect::<Vec<_>>().join(", ");
            return Some(Problem::new(Code::NotAChoice, "preset", name, known));
        };
        self.config = Config::preset(self.entry.manifest, preset);
        self.reset_journal();
        None
    }

    /// Back to what the preset says, with its seed.
    pub fn reset(&mut self) {
        self.config = Config::preset(self.entry.manifest, self.config.preset);
        self.reset_journal();
    }

    fn reset_journal(&mut self) {
        self.journal.clear();
        self.moment = 0;
        self.begin();
    }

    /// Begins again with a changed configuration. Live controls keep the values that they have now, and edits made at
    /// step 0 stay where they still make sense.
    fn restart(&mut self) {
        for (index, control) in self.entry.manifest.controls.iter().enumerate() {
            if control.effect == Effect::Live {
                self.config.set(index, &self.current.written(index));
            }
        }
        self.journal.retain(|change| change.step == 0);
        let waiting = self.notices.len();
        self.begin();
        self.notices.truncate(waiting);
    }

    /// Forgets what was reached beyond this step, and what had been changed there.
    fn forget_future(&mut self) {
        let step = self.step;
        self.journal.retain(|change| change.step <= step);
        self.checkpoints.retain(|(at, _)| *at < step);
        for column in &mut self.history.columns {
            column.truncate(step as usize);
        }
        self.target = step;
    }

    /// Records this step anew after a change at it.
    fn remember_now(&mut self) {
        self.record();
        self.checkpoints.push((self.step, self.lesson.boxed()));
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
        self.lesson = lesson.boxed();
        self.current = self.config.clone();
        for change in self.journal.iter().filter(|change| change.step <= self.step) {
            if let Some(index) = self.current.index(&change.key) {
                self.current.set(index, &change.text);
            }
        }
        for (index, control) in self.entry.manifest.controls.iter().enumerate() {
            if control.effect == Effect::Display {
                self.lesson.set(index, self.current.value(index));
            }
        }
    }

    /// Takes at most `most` steps towards the target; says how many are left.
    pub fn work(&mut self, most: u32) -> u32 {
        for _ in 0..most.min(self.target - self.step) {
            self.lesson.step();
            self.step += 1;
            self.arrive();
        }
        self.target - self.step
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
            for column in &self.history.columns {
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

impl Value {
    /// The number in it, where it is one: for lessons that take a slider while they run.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}
