//! The state of a figure as the fragment of an address: `preset=xor&lr=0.3&at=120:lr:0.1&step=200`.
//!
//! Whatever stands there gives a working figure: what cannot be understood is left out and said.

use super::run::Change;
use crate::lessons::Entry;
use crate::lessons::config::{Config, parse_count};
use crate::lessons::problem::{Code, Problem};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest fragment that is read, in bytes; browsers and chat programs cut far shorter ones.
const LONGEST: usize = 65_536;
/// Most problems that are listed: a reader does not want a page of them.
const MOST_PROBLEMS: usize = 12;
/// Most changes that a run may carry.
pub const MOST_CHANGES: usize = 400;
/// What need not be escaped in a value.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b',').remove(b'~');

/// A parsed fragment.
pub struct Address {
    /// Preset, seed and controls.
    pub config: Config,
    /// Changes made while the run was under way, by step.
    pub journal: Vec<Change>,
    /// Step shown.
    pub step: u32,
    /// Moment shown; may be beyond the last.
    pub moment: u32,
    /// What could not be understood.
    pub problems: Vec<Problem>,
}

/// Reads a fragment, without its `#`.
pub fn parse(entry: &'static Entry, text: &str) -> Address {
    let manifest = entry.manifest;
    let mut problems = Vec::new();
    let text = trim_fragment(text, &mut problems);
    let pairs = read_pairs(text, &mut problems);
    let mut config = Config::preset(manifest, 0);
    if let Some((_, name)) = pairs.iter().find(|(key, _)| key == "preset") {
        match manifest.presets.iter().position(|preset| preset.id == name) {
            Some(preset) => config = Config::preset(manifest, preset),
            None => {
                let known = manifest.presets.iter().map(|preset| preset.id).collect::<Vec<_>>().join(", ");
                problems.push(Problem::new(Code::NotAChoice, "preset", name, known));
            }
        }
    }
    let mut address = Address { config, journal: Vec::new(), step: 0, moment: 0, problems };
    for (key, value) in &pairs {
        address.take(entry, key, value);
    }
    address.problems.extend((entry.reconcile)(&mut address.config));
    address.problems.truncate(MOST_PROBLEMS);
    address
}

impl Address {
    /// Takes one pair of key and value.
    fn take(&mut self, entry: &Entry, key: &str, value: &str) {
        let problem = match key {
            "preset" | "v" => None,
            "seed" => self.config.set_seed(value),
            "step" => {
                let (step, problem) = parse_count("step", value, 0, entry.manifest.max_step);
                self.step = step.unwrap_or(0);
                problem
            }
            "moment" => {
                let (moment, problem) = parse_count("moment", value, 0, 99);
                self.moment = moment.unwrap_or(0);
                problem
            }
            "at" => self.take_journal(entry, value),
            _ => match self.config.index(key) {
                Some(index) => self.config.set(index, value),
                None => {
                    let known = entry.manifest.controls.iter().map(|control| control.id);
                    let known = known.chain(["preset", "seed", "step", "moment", "at"]).collect::<Vec<_>>().join(", ");
                    Some(Problem::new(Code::UnknownKey, key, value, known))
                }
            },
        };
        self.problems.extend(problem);
    }

    /// Takes the record of changes: `step:key:value;...`.
    fn take_journal(&mut self, entry: &Entry, text: &str) -> Option<Problem> {
        let mut problem = None;
        for part in text.split(';').filter(|part| !part.is_empty()) {
            if self.journal.len() == MOST_CHANGES {
                return Some(Problem::new(Code::TooLong, "at", "", MOST_CHANGES.to_string()));
            }
            let fields: Vec<&str> = part.splitn(3, ':').collect();
            match fields[..] {
                [step, key, value] if !key.is_empty() => {
                    let (step, wrong) = parse_count("at", step, 0, entry.manifest.max_step);
                    problem = wrong.or(problem);
                    if let Some(step) = step {
                        let at = self.journal.partition_point(|change| change.step <= step);
                        self.journal.insert(at, Change { step, key: key.into(), text: decode(value) });
                    }
                }
                _ => problem = Some(Problem::new(Code::Malformed, "at", part, "step:name:value")),
            }
        }
        problem
    }
}

/// Cuts what is too long, a leading `#`, and the `?secret=...` that WordPress appends.
fn trim_fragment<'a>(text: &'a str, problems: &mut Vec<Problem>) -> &'a str {
    let mut text = text.strip_prefix('#').unwrap_or(text);
    if text.len() > LONGEST {
        problems.push(Problem::new(Code::TooLong, "#", "", LONGEST.to_string()));
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text = text.get(..end).unwrap_or_default();
        // The last pair may have been cut in two.
        text = text.rsplit_once('&').map_or("", |(whole, _)| whole);
    }
    text.split_once('?').map_or(text, |(state, _)| state)
}

/// The pairs of a fragment, decoded; of repeated keys the last one stays.
fn read_pairs(text: &str, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (decode(key), decode(&value.replace('+', " ")));
        if let Some(earlier) = pairs.iter_mut().find(|(known, _)| *known == key) {
            problems.push(Problem::new(Code::Repeated, &key, &value, ""));
            earlier.1 = value;
        } else if pairs.len() < 256 {
            pairs.push((key, value));
        }
    }
    pairs
}

/// Writes a state: what the preset says is left out.
pub fn write(config: &Config, journal: &[Change], step: u32, moment: usize) -> String {
    let manifest = config.manifest;
    let preset = Config::preset(manifest, config.preset);
    let mut parts = Vec::new();
    if config.preset != 0 {
        parts.push(format!("preset={}", manifest.presets[config.preset].id));
    }
    if config.seed != preset.seed {
        parts.push(format!("seed={}", config.seed));
    }
    for (index, control) in manifest.controls.iter().enumerate() {
        if config.value(index) != preset.value(index) {
            parts.push(format!("{}={}", control.id, encode(&config.written(index))));
        }
    }
    if !journal.is_empty() {
        let changes: Vec<String> = journal
            .iter()
            // The text is encoded twice, so that a `;` in it is not taken for the end of the change.
            .map(|change| format!("{}:{}:{}", change.step, change.key, encode(&encode(&change.text))))
            .collect();
        parts.push(format!("at={}", changes.join(";")));
    }
    if step != 0 {
        parts.push(format!("step={step}"));
    }
    if moment != 0 {
        parts.push(format!("moment={moment}"));
    }
    parts.join("&")
}

/// Percent-encodes what an address does not carry as it is.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Undoes percent-encoding; what is not valid UTF-8 becomes a replacement character.
fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
