//! The values of a lesson's controls: parsed once from text, written back as text.
//!
//! Not the run: what happens when a value changes is decided in [`run`](super::run). A value that does not fit never
//! gets in: it is brought into range or refused, and a [`Problem`] says so.

use super::manifest::{Control, Kind, Manifest, When};
use super::problem::{Code, Problem};
use crate::decimal;

/// Longest text of a value that is not free text.
const LONGEST: usize = 64;

/// The seed of a run where nothing says otherwise.
pub const DEFAULT_SEED: u32 = 1;

/// The value of a control, of the type of its [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a slider, or of a memory.
    Number(f64),
    /// Of a toggle.
    Toggle(bool),
    /// Of a choice: an index into its options.
    Choice(usize),
    /// Of a stepper.
    Count(u32),
    /// Of a list of sizes.
    Sizes(Vec<u32>),
    /// Of a free text.
    Text(String),
}

/// One value for each control of a manifest, a preset and a seed.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose controls these are.
    pub manifest: &'static Manifest,
    /// Index into the manifest's presets.
    pub preset: usize,
    /// Seed of everything random in the run.
    pub seed: u32,
    values: Vec<Value>,
}

impl Config {
    /// The values of a preset. Panics where the manifest contradicts itself: that is a mistake in the lesson.
    pub fn preset(manifest: &'static Manifest, preset: usize) -> Config {
        let values = manifest.controls.iter().map(|control| start_value(&control.kind)).collect();
        let mut config = Config { manifest, preset, seed: DEFAULT_SEED, values };
        for (id, text) in manifest.presets[preset].values {
            let problem = match config.index(id) {
                Some(index) => config.set(index, text),
                None if *id == "seed" => config.set_seed(text),
                None => panic!("lesson {}: a preset names \"{id}\", which is no control", manifest.id),
            };
            assert!(problem.is_none(), "lesson {}: {}", manifest.id, problem.expect("asserted"));
        }
        config
    }

    /// Index of the control called `id`.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.manifest.controls.iter().position(|control| control.id == id)
    }

    /// The value of the control at `index`.
    pub fn value(&self, index: usize) -> &Value {
        &self.values[index]
    }

    /// The value of the control called `id`. Panics where there is none: ids are known when the lesson is written.
    fn get(&self, id: &str) -> &Value {
        let index = self.index(id).unwrap_or_else(|| panic!("lesson {}: no control \"{id}\"", self.manifest.id));
        &self.values[index]
    }

    /// The number of the slider called `id`.
    pub fn number(&self, id: &str) -> f64 {
        match self.get(id) {
            Value::Number(number) => *number,
            _ => panic!("control {id} does not hold a number"),
        }
    }

    /// Whether the toggle called `id` is on.
    pub fn toggle(&self, id: &str) -> bool {
        match self.get(id) {
            Value::Toggle(on) => *on,
            _ => panic!("control {id} does not hold a toggle"),
        }
    }

    /// The index of the chosen option of the choice called `id`.
    pub fn choice(&self, id: &str) -> usize {
        match self.get(id) {
            Value::Choice(index) => *index,
            _ => panic!("control {id} does not hold a choice"),
        }
    }

    /// Whether this is one of the configurations in which something makes sense. Panics where there is no such choice.
    pub fn meets(&self, when: When) -> bool {
        let control = self.manifest.controls.iter().find(|control| control.id == when.choice);
        match control.map(|control| control.kind) {
            Some(Kind::Choice { options, .. }) => when.options.contains(&options[self.choice(when.choice)]),
            _ => panic!("lesson {}: {} is no choice", self.manifest.id, when.choice),
        }
    }

    /// The number of the stepper called `id`.
    pub fn count(&self, id: &str) -> u32 {
        match self.get(id) {
            Value::Count(count) => *count,
            _ => panic!("control {id} does not hold a count"),
        }
    }

    /// The sizes of the control called `id`.
    pub fn sizes(&self, id: &str) -> &[u32] {
        match self.get(id) {
            Value::Sizes(sizes) => sizes,
            _ => panic!("control {id} does not hold sizes"),
        }
    }

    /// The text of the control called `id`.
    pub fn text(&self, id: &str) -> &str {
        match self.get(id) {
            Value::Text(text) => text,
            _ => panic!("control {id} does not hold a text"),
        }
    }

    /// Puts `value` into the control called `id` without looking at its range; for `reconcile`.
    pub fn replace(&mut self, id: &str, value: Value) {
        let index = self.index(id).unwrap_or_else(|| panic!("lesson {}: no control \"{id}\"", self.manifest.id));
        self.values[index] = value;
    }

    /// Sets the control at `index` from text. A value out of range is brought into it, anything else that does not fit
    /// leaves the old value; both are said.
    pub fn set(&mut self, index: usize, text: &str) -> Option<Problem> {
        let control = &self.manifest.controls[index];
        let (value, problem) = parse(control, text);
        if let Some(value) = value {
            self.values[index] = value;
        }
        problem
    }

    /// Sets the seed from text.
    pub fn set_seed(&mut self, text: &str) -> Option<Problem> {
        let (seed, problem) = parse_count("seed", text, 0, u32::MAX);
        if let Some(seed) = seed {
            self.seed = seed;
        }
        problem
    }

    /// The value of the control at `index`, as it is written in an address.
    pub fn written(&self, index: usize) -> String {
        match (&self.values[index], &self.manifest.controls[index].kind) {
            (Value::Number(number), _) => decimal::plain(*number),
            (Value::Toggle(on), _) => if *on { "1" } else { "0" }.into(),
            (Value::Choice(index), Kind::Choice { options, .. }) => options[*index].into(),
            (Value::Count(count), _) => count.to_string(),
            (Value::Sizes(sizes), _) => join(sizes, "-"),
            (Value::Text(text), _) => text.clone(),
            _ => unreachable!("a control that holds a value of another kind"),
        }
    }
}

/// The value of a control at the start.
fn start_value(kind: &Kind) -> Value {
    match *kind {
        Kind::Slider { default, .. } | Kind::Memory { default, .. } => Value::Number(default),
        Kind::Toggle { default } => Value::Toggle(default),
        Kind::Choice { default, .. } => Value::Choice(default),
        Kind::Stepper { default, .. } => Value::Count(default),
        Kind::Sizes { default, .. } => Value::Sizes(default.into()),
        Kind::Text { default, .. } => Value::Text(default.into()),
    }
}

/// Reads a value of `control`: the value, where there is one, and what was wrong, where something was.
fn parse(control: &Control, text: &str) -> (Option<Value>, Option<Problem>) {
    let id = control.id;
    if let Kind::Text { max_length, check, .. } = control.kind {
        let too_long = || Problem::new(Code::TooLong, id, "", max_length.to_string());
        let problem = if text.chars().count() > max_length { Some(too_long()) } else { check(text) };
        return (problem.is_none().then(|| Value::Text(text.into())), problem);
    }
    if text.len() > LONGEST {
        return (None, Some(Problem::new(Code::TooLong, id, "", LONGEST.to_string())));
    }
    match control.kind {
        Kind::Slider { min, max, .. } => {
            let (number, problem) = parse_number(id, text, min, max);
            (number.map(Value::Number), problem)
        }
        Kind::Memory { max, .. } => {
            let (number, problem) = parse_number(id, text, 0.0, max);
            (number.map(Value::Number), problem)
        }
        Kind::Toggle { .. } => match text {
            "1" | "true" | "on" => (Some(Value::Toggle(true)), None),
            "0" | "false" | "off" => (Some(Value::Toggle(false)), None),
            _ => (None, Some(Problem::new(Code::NotAChoice, id, text, "0, 1"))),
        },
        Kind::Choice { options, .. } => match options.iter().position(|option| *option == text) {
            Some(index) => (Some(Value::Choice(index)), None),
            None => (None, Some(Problem::new(Code::NotAChoice, id, text, options.join(", ")))),
        },
        Kind::Stepper { min, max, .. } => {
            let (count, problem) = parse_count(id, text, min, max);
            (count.map(Value::Count), problem)
        }
        Kind::Sizes { length, each, .. } => parse_sizes(id, text, length, each),
        Kind::Text { .. } => unreachable!("handled above"),
    }
}

/// Reads a finite number and brings it into `min..=max`.
pub fn parse_number(id: &str, text: &str, min: f64, max: f64) -> (Option<f64>, Option<Problem>) {
    let range = format!("{} … {}", decimal::plain(min), decimal::plain(max));
    match decimal::parse(&text.trim().replace('\u{2212}', "-")) {
        Some(number) if number.is_finite() => {
            // Adding 0 turns -0 into 0: one value, one way to write it.
            let inside = number.max(min).min(max) + 0.0;
            let problem = (inside != number).then(|| Problem::new(Code::OutOfRange, id, text, range));
            (Some(inside), problem)
        }
        _ => (None, Some(Problem::new(Code::NotANumber, id, text, range))),
    }
}

/// Reads a whole number and brings it into `min..=max`.
pub fn parse_count(id: &str, text: &str, min: u32, max: u32) -> (Option<u32>, Option<Problem>) {
    let (number, problem) = parse_number(id, text, f64::from(min), f64::from(max));
    match number {
        Some(number) if number.fract() != 0.0 => {
            (Some(number as u32), Some(Problem::new(Code::Adapted, id, text, (number as u32).to_string())))
        }
        other => (other.map(|number| number as u32), problem),
    }
}

/// Reads a list of whole numbers separated by `-` or `,`.
fn parse_sizes(
    id: &str,
    text: &str,
    (shortest, longest): (usize, usize),
    (min, max): (u32, u32),
) -> (Option<Value>, Option<Problem>) {
    let form = format!("{shortest} … {longest} numbers {min} … {max}: {}", join(&vec![max; shortest], "-"));
    let parts: Option<Vec<u32>> = text.split(['-', ',']).map(|part| part.trim().parse().ok()).collect();
    let Some(sizes) = parts else { return (None, Some(Problem::new(Code::Malformed, id, text, form))) };
    if !(shortest..=longest).contains(&sizes.len()) {
        return (None, Some(Problem::new(Code::Malformed, id, text, form)));
    }
    let inside: Vec<u32> = sizes.iter().map(|size| (*size).clamp(min, max)).collect();
    let problem = (inside != sizes).then(|| Problem::new(Code::OutOfRange, id, text, format!("{min} … {max}")));
    (Some(Value::Sizes(inside)), problem)
}

/// The numbers, separated.
fn join(numbers: &[u32], separator: &str) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(separator)
}
