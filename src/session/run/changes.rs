//! What the reader changes on the way: controls, presets, things in the figure. Each change takes effect at its step and is
//! kept in the journal; what it makes untrue is forgotten.

use super::{Change, Run};
use crate::lessons::Bearing;
use crate::lessons::config::Config;
use crate::lessons::manifest::Effect;
use crate::lessons::problem::{Code, Problem};
use crate::session::address::MOST_CHANGES;

impl Run {
    /// Puts a change into the lesson.
    pub(super) fn apply(&mut self, change: &Change) -> Option<Problem> {
        let Some(index) = self.current.index(&change.key) else {
            return self.lesson.edit(&change.key, &change.text).err();
        };
        if self.entry.manifest.controls[index].effect != Effect::Live {
            return Some(Problem::new(Code::UnknownKey, &change.key, &change.text, "lr, w1_1_1"));
        }
        let problem = self.current.set(index, &change.text);
        self.lesson.configure(&self.current);
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
                self.lesson.configure(&self.current);
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

    /// Changes the thing called `id`, and computes what followed from it.
    pub fn edit(&mut self, id: &str, text: &str) -> Option<Problem> {
        let problem = self.begin_edit(id, text);
        self.work(u32::MAX);
        problem
    }

    /// Changes the thing called `id`; what follows from it is left to [`Run::work`].
    pub fn begin_edit(&mut self, id: &str, text: &str) -> Option<Problem> {
        if self.journal.len() >= MOST_CHANGES {
            return Some(Problem::new(Code::TooLong, "at", "", MOST_CHANGES.to_string()));
        }
        let text = match self.lesson.edit(id, text) {
            Ok(text) => text,
            Err(problem) => return Some(problem),
        };
        self.behind = true;
        match (self.entry.bearing)(&self.config, id) {
            Bearing::Given => {
                self.give(Change { step: 0, key: id.into(), text });
                return None;
            }
            Bearing::Aside => {
                for (_, lesson) in &mut self.checkpoints {
                    // What one lesson of a run has taken, all of them take.
                    let _ = lesson.edit(id, &text);
                }
                self.keep_first(Change { step: 0, key: id.into(), text });
                return None;
            }
            Bearing::State => {}
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

    /// Puts a change of what is given from the start into the record, and begins anew what followed from it.
    fn give(&mut self, change: Change) {
        // A run that is still on its way to its step goes on to it.
        let step = self.step.max(self.target);
        self.journal.retain(|kept| kept.step <= step);
        self.keep_first(change);
        self.begin();
        self.target = step;
    }

    /// Puts a change into the record as one of step 0, in the place of an earlier one of the same thing.
    pub(super) fn keep_first(&mut self, change: Change) {
        self.journal.retain(|kept| !(kept.step == 0 && kept.key == change.key));
        let place = self.journal.partition_point(|kept| kept.step == 0);
        self.journal.insert(place, change);
    }

    /// Writes anew what a change of the display says about the past, and forgets what lies beyond: it was recorded otherwise.
    fn rewrite(&mut self) {
        let reached = self.step as usize + 1;
        let rewritten = self.lesson.rewritten();
        if !rewritten.is_empty() {
            self.history.truncate(reached);
        }
        for (index, values) in rewritten {
            self.history.rewrite(index, &values);
        }
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
        self.history.truncate(step as usize);
        self.target = step;
    }

    /// Records this step anew after a change at it.
    fn remember_now(&mut self) {
        self.record();
        self.checkpoints.push((self.step, self.lesson.clone_box()));
    }
}
