//! Lesson 2: what does an average that forgets remember?
//!
//! v_t = beta v_{t-1} + (1 - beta) theta_t, three times: over a stream that the reader can draw ([`stream`]), over the weights
//! of a network while it learns from real digits ([`network`]), and twice inside Adam ([`adam`]). beta never belongs to the
//! run: what came in is kept, and every average is computed anew for the beta that the reader sets.

mod adam;
mod average;
mod comb;
mod network;
mod pytorch;
mod stream;
mod streams;

use super::config::Config;
use super::manifest::{
    Control, Effect, Kind, Manifest, Metric, Place, Prediction, Preset, ReadoutSpec, ViewKind, ViewSpec, When,
};
use super::{Answer, Asset, Assets, Bearing, Entry, Lesson, Readout};
use crate::data::digits;
use crate::scene::{Axis, Cell, Curve, Format, Key, Math, Name, Phase, Row, Scale, Series, Table};

/// The line of the registry.
pub const ENTRY: Entry = Entry { manifest: &MANIFEST, new: start, reconcile: |_| Vec::new(), bearing };

/// Elements of a stream, and steps of a training run.
pub const LENGTH: usize = 1000;

/// What fits into a line of arithmetic.
const MEDIUM: Format = Format::Short(4);
/// What a proof is read in.
const LONG: Format = Format::Significant(8);

const STREAM: When = When { choice: "scene", options: &["stream"] };
const NETWORK: When = When { choice: "scene", options: &["network"] };
const ADAM: When = When { choice: "scene", options: &["adam"] };

/// Metrics, by index.
mod metric {
    pub const THETA: usize = 0;
    pub const ZERO: usize = 1;
    pub const CORRECTED: usize = 2;
    pub const FIRST: usize = 3;
    pub const TRAIN_LOSS: usize = 4;
    pub const TEST_LOSS: usize = 5;
    pub const TEST_ACCURACY: usize = 6;
    pub const EMA_LOSS: usize = 7;
    pub const EMA_ACCURACY: usize = 8;
    pub const RIGHT: usize = 9;
    pub const NONE: usize = 10;
    pub const WRONG: usize = 11;
}

/// A memory that is at most that of 10,000 steps.
const fn memory(default: f64) -> Kind {
    Kind::Memory { max: 0.9999, default }
}

/// A view without anything special.
const PLAIN: ViewSpec = ViewSpec::PLAIN;

/// What the lesson says of itself.
static MANIFEST: Manifest = Manifest {
    id: "ema",
    controls: &[
        Control {
            id: "scene",
            kind: Kind::Choice { options: &["stream", "network", "adam"], default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "stream",
            kind: Kind::Choice { options: streams::NAMES, default: 0 },
            effect: Effect::Restart,
            when: Some(STREAM),
        },
        Control {
            id: "level",
            kind: Kind::Slider { min: -10.0, max: 10.0, log: false, default: 5.0, unit: "" },
            effect: Effect::Restart,
            when: Some(When { choice: "stream", options: &["constant"] }),
        },
        Control {
            id: "beta",
            kind: memory(0.9),
            effect: Effect::Display,
            when: Some(When { choice: "scene", options: &["stream", "network"] }),
        },
        Control { id: "beta1", kind: memory(0.9), effect: Effect::Display, when: Some(ADAM) },
        Control { id: "beta2", kind: memory(0.999), effect: Effect::Display, when: Some(ADAM) },
        Control {
            id: "average",
            kind: Kind::Choice { options: average::NAMES, default: 1 },
            effect: Effect::Display,
            when: Some(NETWORK),
        },
        Control {
            id: "test_with",
            kind: Kind::Choice { options: &["live", "ema"], default: 1 },
            effect: Effect::Display,
            when: Some(NETWORK),
        },
        Control {
            id: "lr",
            kind: Kind::Slider { min: 0.01, max: 2.0, log: true, default: 0.5, unit: "" },
            effect: Effect::Live,
            when: Some(NETWORK),
        },
        Control {
            id: "batch",
            kind: Kind::Stepper { min: 1, max: 64, default: 8 },
            effect: Effect::Restart,
            when: Some(NETWORK),
        },
        Control {
            id: "span",
            kind: Kind::Choice { options: &["60", "120", "300", "1000"], default: 0 },
            effect: Effect::Display,
            when: Some(When { choice: "scene", options: &["stream", "network"] }),
        },
    ],
    presets: &[
        Preset { id: "temperature", values: &[] },
        Preset { id: "steps", values: &[("stream", "steps")] },
        Preset { id: "spike", values: &[("stream", "spike")] },
        Preset { id: "trend", values: &[("stream", "trend"), ("beta", "0.95"), ("span", "120")] },
        Preset { id: "constant", values: &[("stream", "constant"), ("beta", "0.98")] },
        Preset { id: "network", values: &[("scene", "network"), ("beta", "0.99"), ("span", "300")] },
        Preset { id: "zero", values: &[("scene", "network"), ("beta", "0.999"), ("average", "zero"), ("span", "300")] },
        Preset { id: "adam", values: &[("scene", "adam")] },
    ],
    views: &[
        ViewSpec {
            id: "stream",
            kind: ViewKind::Comb,
            place: Place::Stage,
            draw: Some("theta"),
            moving: true,
            ..PLAIN
        },
        ViewSpec { id: "trajectory", kind: ViewKind::Comb, place: Place::Stage, moving: true, ..PLAIN },
        ViewSpec { id: "multiplier", kind: ViewKind::Curve, place: Place::Stage, ..PLAIN },
        ViewSpec { id: "reason", kind: ViewKind::Formula, place: Place::Reason, ..PLAIN },
        ViewSpec { id: "losses", kind: ViewKind::Curve, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "accuracy", kind: ViewKind::Curve, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "mosaic", kind: ViewKind::Image, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "forgetting", kind: ViewKind::Curve, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "seen", kind: ViewKind::Curve, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "verification", kind: ViewKind::Table, place: Place::Proof, lazy: true, ..PLAIN },
    ],
    readouts: &[
        ReadoutSpec { id: "theta", unit: "" },
        ReadoutSpec { id: "theta_{t}", unit: "" },
        ReadoutSpec { id: "weight_{t}", unit: "" },
        ReadoutSpec { id: "v", unit: "" },
        ReadoutSpec { id: "corrected", unit: "" },
        ReadoutSpec { id: "first", unit: "" },
        ReadoutSpec { id: "missing", unit: "" },
        ReadoutSpec { id: "weight_sum", unit: "" },
        ReadoutSpec { id: "memory", unit: "unit.steps" },
        ReadoutSpec { id: "half_life", unit: "unit.steps" },
        ReadoutSpec { id: "live_loss", unit: "" },
        ReadoutSpec { id: "live_accuracy", unit: "unit.percent" },
        ReadoutSpec { id: "ema_loss", unit: "" },
        ReadoutSpec { id: "ema_accuracy", unit: "unit.percent" },
        ReadoutSpec { id: "test_loss", unit: "" },
        ReadoutSpec { id: "test_accuracy", unit: "unit.percent" },
        ReadoutSpec { id: "train_loss", unit: "" },
        ReadoutSpec { id: "distance", unit: "" },
        ReadoutSpec { id: "w", unit: "" },
        ReadoutSpec { id: "grad_w", unit: "" },
        ReadoutSpec { id: "ema_w", unit: "" },
        ReadoutSpec { id: "m", unit: "" },
        ReadoutSpec { id: "s", unit: "" },
        ReadoutSpec { id: "m_hat", unit: "" },
        ReadoutSpec { id: "s_hat", unit: "" },
        ReadoutSpec { id: "missing1", unit: "" },
        ReadoutSpec { id: "missing2", unit: "" },
        ReadoutSpec { id: "right", unit: "" },
        ReadoutSpec { id: "none", unit: "" },
        ReadoutSpec { id: "wrong", unit: "" },
        ReadoutSpec { id: "half_life1", unit: "unit.steps" },
        ReadoutSpec { id: "half_life2", unit: "unit.steps" },
    ],
    assets: &[Asset {
        id: "digits",
        file: digits::FILE,
        bytes: digits::BYTES,
        digest: digits::DIGEST,
        when: Some(NETWORK),
    }],
    metrics: &[
        Metric { id: "theta", improves: 0 },
        Metric { id: "v", improves: 0 },
        Metric { id: "corrected", improves: 0 },
        Metric { id: "first", improves: 0 },
        Metric { id: "train_loss", improves: 0 },
        Metric { id: "live_loss", improves: -1 },
        Metric { id: "live_accuracy", improves: 1 },
        Metric { id: "ema_loss", improves: 0 },
        Metric { id: "ema_accuracy", improves: 0 },
        Metric { id: "right", improves: 0 },
        Metric { id: "none", improves: 0 },
        Metric { id: "wrong", improves: 0 },
    ],
    max_step: LENGTH as u32,
    heavy: true,
    prediction: Some(Prediction {
        state: "preset=constant&level=1&beta=0.98&step=10",
        options: &["start.98", "start.50", "start.18", "start.02"],
        answer,
    }),
    still: "step=20&moment=3",
};

/// Starts the scene.
fn start(config: &Config, assets: &Assets) -> Box<dyn Lesson> {
    match config.choice("scene") {
        0 => Box::new(stream::Stream::start(config)),
        1 => network::start(config, assets),
        _ => Box::new(adam::Adam::start(config)),
    }
}

/// A stream is given from the start, because the reader may draw what is still to come; the other scenes take no edits.
fn bearing(config: &Config, _: &str) -> Bearing {
    if config.meets(STREAM) { Bearing::Given } else { Bearing::State }
}

/// What part of the last element the average that began at 0 shows: the nearest of four guesses.
fn answer(metrics: &[f64]) -> Option<Answer> {
    let (theta, v) = (metrics[metric::THETA], metrics[metric::ZERO]);
    let distance = |guess: f64| (v / theta - guess).abs();
    let guesses = [0.98, 0.5, 0.18, 0.02].map(distance);
    let option = (0..guesses.len()).min_by(|a, b| guesses[*a].total_cmp(&guesses[*b]))?;
    (!theta.is_nan()).then_some(Answer { option, value: v, format: MEDIUM })
}

/// How many elements the reader sees at once.
fn span_of(option: usize) -> usize {
    [60, 120, 300, LENGTH][option]
}

/// Whether moment `of` has come when `now` is shown.
fn phase(of: usize, now: usize) -> Phase {
    match of.cmp(&now) {
        core::cmp::Ordering::Less => Phase::Done,
        core::cmp::Ordering::Equal => Phase::Now,
        core::cmp::Ordering::Greater => Phase::Later,
    }
}

/// A readout; `main` ones stand beside the figure.
fn readout(id: impl Into<String>, value: f64, main: bool) -> Readout {
    Readout { id: id.into(), value, format: Format::Significant(5), main }
}

/// An axis without a fixed range.
fn axis(label: Key) -> Axis {
    Axis { label, scale: Scale::Linear, range: None }
}

/// Lines by step.
fn by_step(at: u32, y: Axis, lines: Vec<(Key, u8, f64, f64, Vec<f64>)>) -> Curve {
    let end = lines.iter().map(|(_, _, start, stride, y)| start + stride * y.len() as f64).fold(11.0, f64::max);
    let line = |(name, style, start, stride, y)| Series { name: Name::Key(name), style, start, stride, y };
    Curve {
        x: Axis { range: Some((0.0, end - 1.0)), ..axis("axis.step") },
        y,
        series: lines.into_iter().map(line).collect(),
        cursor: Some(f64::from(at)),
    }
}

/// The proof as a table: claim, shown, found another way, error.
fn proof(claims: &[super::Claim], symbol: impl Fn(&str) -> Math) -> Table {
    let row = |claim: &super::Claim| Row {
        id: claim.id.clone(),
        cells: vec![
            Cell::Symbol(symbol(&claim.id)),
            Cell::Number(claim.computed, LONG),
            Cell::Number(claim.reference, LONG),
            Cell::Number(claim.error, Format::Scientific(2)),
            Cell::Verdict(claim.holds()),
        ],
    };
    Table {
        columns: vec!["verify.claim", "verify.shown", "verify.again", "verify.error", "verify.verdict"],
        rows: claims.iter().map(row).collect(),
    }
}

/// A number in a line of arithmetic.
fn num(value: f64) -> Math {
    Math::number(value, MEDIUM, false)
}

/// A number in a line of arithmetic that is written down before it is known.
fn num_if(value: f64, known: bool) -> Math {
    Math::Number { value, format: MEDIUM, signed: false, known }
}

/// `v` with the index t, or with another one.
fn indexed(letter: &str, index: &str) -> Math {
    Math::var(letter).sub(index_of(index))
}

/// `t`, `t−1`, `1`.
fn index_of(index: &str) -> Math {
    match index.split_once('-') {
        Some((letter, less)) => Math::row([Math::var(letter), Math::op("−"), Math::constant(less)]),
        None if index.chars().all(|c| c.is_ascii_digit()) => Math::constant(index),
        None => Math::var(index),
    }
}

/// `(1 − β)`
fn share(beta: &str) -> Math {
    Math::row([Math::op("("), Math::constant("1"), Math::op("−"), Math::var(beta), Math::op(")")])
}
