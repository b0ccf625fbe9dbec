//! Lesson 9: how much of the picture can one number see?
//!
//! A stack of layers that the reader types, a photograph, one unit of the output. Moments go from the unit back to the
//! picture, a layer each: its field opens. A step is one more backward pass, with fresh weights or, for the network that has
//! learned, over another picture, averaged in: where in that field the unit really looks.

mod average;
mod charts;
mod derivation;
mod edit;
mod fit;
mod geometry;
mod needs;
mod pass;
mod picture;
mod proof;
mod python;
mod pytorch;
mod reader;
mod readouts;
mod setup;
mod tables;
mod task;
mod walk;

use super::manifest::{
    Control, Effect, Kind, Manifest, Metric, Place, Prediction, Preset, ReadoutSpec, Stroke, ViewKind, ViewSpec, When,
};
use super::problem::Problem;
use super::{Answer, Asset, At, Bearing, Claim, Config, Entry, Job, Lesson, Moment, Pick, Progress, Readout};
use crate::analysis::stack::Stack;
use crate::analysis::zoo;
use crate::data::{digits, photo, reading};
use crate::scene::{Format, Math, View};
use average::Average;
use core::cell::OnceCell;
use geometry::Geometry;
use reader::Reader;
use std::rc::Rc;

/// The line of the registry.
pub const ENTRY: Entry = Entry {
    manifest: &MANIFEST,
    new: setup::start,
    reconcile: setup::reconcile,
    bearing: |_, id| if id == "paint" { Bearing::Aside } else { Bearing::Given },
};

/// Whole numbers of pixels.
const PIXELS: Format = Format::Integer;
/// What is measured.
const MEASURED: Format = Format::Significant(4);
/// The share of channels that a pass is computed with.
const CHANNELS: [&str; 4] = ["all", "half", "quarter", "eighth"];
/// Where weights come from.
const WEIGHTS: [&str; 3] = ["random", "uniform", "trained"];
/// Only there can the reader paint.
const BRUSH: When = When { choice: "tool", options: &["brush"] };
/// These weights look at the photograph.
const PHOTO: When = When { choice: "weights", options: &["random", "uniform"] };
/// These look at the digits that they have learned from.
const TRAINED: When = When { choice: "weights", options: &["trained"] };
/// Answers to the prediction, in per cent.
const GUESSES: [f64; 4] = [25.0, 50.0, 75.0, 90.0];

const PLAIN: ViewSpec = ViewSpec::PLAIN;

/// What the lesson says of itself.
static MANIFEST: Manifest = Manifest {
    id: "receptive-field",
    controls: &[
        Control {
            id: "stack",
            kind: Kind::Text { max_length: 4000, default: setup::FIRST, check: setup::check },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "weights",
            kind: Kind::Choice { options: &WEIGHTS, default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "channels",
            kind: Kind::Choice { options: &CHANNELS, default: 0 },
            effect: Effect::Restart,
            when: Some(When { choice: "weights", options: &["random"] }),
        },
        Control {
            id: "tool",
            kind: Kind::Choice { options: &["unit", "brush"], default: 0 },
            effect: Effect::Display,
            when: None,
        },
        Control {
            id: "brush",
            kind: Kind::Stepper { min: 1, max: 60, default: 8 },
            effect: Effect::Display,
            when: Some(BRUSH),
        },
        Control { id: "heat", kind: Kind::Toggle { default: true }, effect: Effect::Display, when: None },
    ],
    presets: &[
        Preset { id: "first", values: &[] },
        Preset { id: "trained", values: &[("stack", setup::READS), ("weights", "trained")] },
        Preset { id: "lenet5", values: &[("stack", zoo::LENET5.whole)] },
        Preset { id: "alexnet", values: &[("stack", zoo::ALEXNET.body), ("channels", "quarter")] },
        Preset { id: "alexnet_v2", values: &[("stack", zoo::ALEXNET_V2.body), ("channels", "quarter")] },
        Preset { id: "vgg16", values: &[("stack", zoo::VGG16.body), ("channels", "eighth")] },
        Preset { id: "resnet50", values: &[("stack", zoo::RESNET50.body), ("channels", "eighth")] },
        Preset { id: "resnet50_all", values: &[("stack", zoo::RESNET50.small)] },
        Preset { id: "resnet50_v1", values: &[("stack", zoo::RESNET50_V1.body), ("channels", "eighth")] },
        Preset { id: "mobilenet_v2", values: &[("stack", zoo::MOBILENET_V2.body), ("channels", "quarter")] },
        Preset { id: "holes", values: &[("stack", setup::HOLES), ("weights", "uniform")] },
        Preset { id: "filled", values: &[("stack", setup::FILLED), ("weights", "uniform")] },
        Preset { id: "bell", values: &[("stack", setup::BELL), ("weights", "uniform")] },
        Preset { id: "fading", values: &[("stack", setup::BELL)] },
        Preset { id: "askew", values: &[("stack", setup::ASKEW)] },
    ],
    views: &[
        ViewSpec {
            id: "picture",
            kind: ViewKind::Image,
            place: Place::Stage,
            click: Some("point"),
            stroke: Some(Stroke { id: "paint", when: BRUSH }),
            moving: true,
            ..PLAIN
        },
        ViewSpec { id: "growth", kind: ViewKind::Formula, place: Place::Reason, ..PLAIN },
        ViewSpec { id: "terms", kind: ViewKind::Bars, ..PLAIN },
        ViewSpec { id: "profile", kind: ViewKind::Curve, ..PLAIN },
        ViewSpec { id: "profile_y", kind: ViewKind::Curve, ..PLAIN },
        ViewSpec { id: "paths", kind: ViewKind::Bars, ..PLAIN },
        ViewSpec { id: "layers", kind: ViewKind::Table, place: Place::Proof, ..PLAIN },
        ViewSpec { id: "verification", kind: ViewKind::Table, place: Place::Proof, lazy: true, ..PLAIN },
    ],
    readouts: &[
        ReadoutSpec { id: "r", unit: "unit.px" },
        ReadoutSpec { id: "jump", unit: "unit.px" },
        ReadoutSpec { id: "start", unit: "unit.px" },
        ReadoutSpec { id: "padding", unit: "unit.px" },
        ReadoutSpec { id: "r_x", unit: "unit.px" },
        ReadoutSpec { id: "jump_x", unit: "unit.px" },
        ReadoutSpec { id: "start_x", unit: "unit.px" },
        ReadoutSpec { id: "padding_x", unit: "unit.px" },
        ReadoutSpec { id: "longest", unit: "unit.px" },
        ReadoutSpec { id: "misaligned", unit: "" },
        ReadoutSpec { id: "unit_row", unit: "" },
        ReadoutSpec { id: "unit_col", unit: "" },
        ReadoutSpec { id: "left", unit: "unit.px" },
        ReadoutSpec { id: "top", unit: "unit.px" },
        ReadoutSpec { id: "right", unit: "unit.px" },
        ReadoutSpec { id: "bottom", unit: "unit.px" },
        ReadoutSpec { id: "passes", unit: "" },
        ReadoutSpec { id: "variance_y", unit: "unit.px2" },
        ReadoutSpec { id: "variance_x", unit: "unit.px2" },
        ReadoutSpec { id: "middle", unit: "unit.percent" },
        ReadoutSpec { id: "untrained_variance_y", unit: "unit.px2" },
        ReadoutSpec { id: "untrained_variance_x", unit: "unit.px2" },
        ReadoutSpec { id: "untrained_middle", unit: "unit.percent" },
        ReadoutSpec { id: "digit", unit: "" },
        ReadoutSpec { id: "said", unit: "" },
        ReadoutSpec { id: "value", unit: "" },
        ReadoutSpec { id: "value_painted", unit: "" },
        ReadoutSpec { id: "changed", unit: "" },
        ReadoutSpec { id: "changed_outside", unit: "" },
        ReadoutSpec { id: "r{l}", unit: "unit.px" },
        ReadoutSpec { id: "jump{l}", unit: "unit.px" },
        ReadoutSpec { id: "start{l}", unit: "unit.px" },
        ReadoutSpec { id: "padding{l}", unit: "unit.px" },
    ],
    assets: &[
        Asset { id: "photo", file: photo::FILE, bytes: photo::BYTES, digest: photo::DIGEST, when: Some(PHOTO) },
        Asset { id: "digits", file: digits::FILE, bytes: digits::BYTES, digest: digits::DIGEST, when: Some(TRAINED) },
        Asset {
            id: "reading",
            file: reading::FILE,
            bytes: reading::BYTES,
            digest: reading::DIGEST,
            when: Some(TRAINED),
        },
    ],
    metrics: &[Metric { id: "variance_x", improves: 0 }, Metric { id: "middle", improves: 0 }],
    max_step: 16,
    heavy: true,
    prediction: Some(Prediction {
        state: "preset=fading&step=8",
        options: &["middle.25", "middle.50", "middle.75", "middle.90"],
        answer,
    }),
    still: "moment=6",
};

/// The nearest guess at the share in the middle.
fn answer(metrics: &[f64]) -> Option<Answer> {
    let value = Some(metrics[1]).filter(|value| !value.is_nan())?;
    let distance = |guess: &f64| (value - guess).abs();
    let option = GUESSES.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?.0;
    Some(Answer { option, value, format: Format::Significant(3) })
}

/// The unit's number before and after painting.
#[derive(Clone, Debug, PartialEq)]
struct Painted {
    /// What was painted.
    paint: Rc<Vec<edit::Stroke>>,
    before: f64,
    after: f64,
    /// After painting only what lies outside of the box; nothing where nothing does.
    outside: Option<f64>,
}

/// The running lesson.
#[derive(Clone)]
struct Lens {
    geometry: Rc<Geometry>,
    /// The stack that passes are computed with: the same windows, perhaps fewer channels.
    net: Rc<Stack>,
    /// RGB of the picture at the stack's size.
    rgb: Rc<Vec<u8>>,
    /// Whether the files that its picture and its weights are of are there.
    supplied: bool,
    /// Index into [`WEIGHTS`].
    weights: usize,
    /// The network that has learned, where its weights are chosen and there.
    reader: Option<Reader>,
    seed: u32,
    /// Whether this stack's passes can be computed here.
    affordable: bool,
    /// Passes done.
    passes: u32,
    /// The mean of them, and of those that go beside them with weights that have learned nothing.
    heat: Average,
    untrained: Average,
    /// What the network took the last picture for.
    said: Option<usize>,
    paint: Rc<Vec<edit::Stroke>>,
    /// The unit's number on the clean picture, once somebody has painted.
    clean: Option<Rc<pass::Clean>>,
    painted: Option<Painted>,
    brush: f64,
    show_heat: bool,
    /// The proof for this unit, once somebody has asked.
    proof: Rc<OnceCell<Option<proof::Proof>>>,
    /// Whether there was no memory for something.
    short: bool,
    underway: task::Underway,
}

impl Lens {
    /// Rows and columns of the picture.
    fn size(&self) -> [usize; 2] {
        self.geometry.stack.input.size
    }

    /// Whether all weights are equal.
    fn uniform(&self) -> bool {
        WEIGHTS[self.weights] == "uniform"
    }

    /// Whether the next step has something to compute: with equal weights every pass is the same.
    fn computes(&self) -> bool {
        let ready = self.reader.is_some() || WEIGHTS[self.weights] != "trained";
        self.affordable && ready && !(self.uniform() && self.passes > 0)
    }

    /// Whether the unit's number can be read off a picture.
    fn reads(&self) -> bool {
        self.supplied && !self.short && pass::is_affordable(&self.net)
    }

    /// The picture of pass `nth`.
    fn rgb_of_pass(&self, nth: u32) -> Rc<Vec<u8>> {
        self.reader.as_ref().map_or_else(|| Rc::clone(&self.rgb), |reader| Rc::new(reader.rgb(nth)))
    }

    /// The picture that is shown: that of the last pass.
    fn shown(&self) -> u32 {
        self.passes.saturating_sub(1)
    }

    /// Takes in the passes of a step: heat and channel of each.
    fn hear(&mut self, passes: Vec<(pass::Heat, usize)>) {
        let mut passes = passes.into_iter();
        if let Some((heat, channel)) = passes.next() {
            self.heat.add(heat);
            self.said = self.reader.is_some().then_some(channel);
        }
        if let Some((heat, _)) = passes.next() {
            self.untrained.add(heat);
        }
        self.passes += 1;
        self.show_picture();
    }

    /// Puts up the picture of the last pass, where they have different ones.
    fn show_picture(&mut self) {
        if self.reader.is_some() && self.passes > 1 {
            self.rgb = self.rgb_of_pass(self.shown());
            (self.clean, self.painted) = (None, None);
        }
    }

    /// Turns to another unit: everything that was averaged belongs to the old one.
    fn look_from(&mut self, unit: [usize; 2]) {
        let mut geometry = (*self.geometry).clone();
        geometry.look_from(unit);
        self.geometry = Rc::new(geometry);
        self.abandon();
        self.proof = Rc::default();
        (self.passes, self.said) = (0, None);
        (self.heat, self.untrained) = Default::default();
        (self.clean, self.painted) = (None, None);
        self.rgb = self.rgb_of_pass(0);
    }
}

impl Lesson for Lens {
    fn clone_box(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn configure(&mut self, config: &Config) {
        self.brush = f64::from(config.count("brush"));
        self.show_heat = config.toggle("heat");
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        self.change(id, text)
    }

    fn work(&mut self, job: Job) -> Result<Progress, Problem> {
        match job {
            Job::Step => self.step_portion(),
            Job::Late => self.value_portion(),
            Job::Proof => Ok(self.proof_portion()),
        }
    }

    fn metrics(&self, out: &mut [f64]) {
        out[0] = self.variance(1).unwrap_or(f64::NAN);
        out[1] = self.middle().unwrap_or(f64::NAN);
    }

    fn moments(&self) -> Vec<Moment> {
        let unit = Moment { id: "unit".into(), label: Math::Word("moment.unit"), backward: false };
        let layers = self.geometry.trunk.iter().rev().map(|row| Moment {
            id: format!("layer{}", row + 1),
            label: Math::constant(&(row + 1).to_string()),
            backward: true,
        });
        core::iter::once(unit).chain(layers).collect()
    }

    fn view(&self, index: usize, at: At) -> Option<View> {
        match MANIFEST.views[index].id {
            "picture" => Some(View::Image(self.picture(at))),
            "growth" => Some(View::Formula(self.growth(at))),
            "terms" => Some(View::Bars(self.terms(at))),
            "profile" => Some(View::Curve(self.profiles(1))),
            // What has learned does not look alike in both directions.
            "profile_y" => self.reader.is_some().then(|| View::Curve(self.profiles(0))),
            "paths" => self.paths().map(View::Bars),
            "layers" => Some(View::Table(self.layers())),
            "verification" => Some(View::Table(self.verification())),
            id => unreachable!("no view {id}"),
        }
    }

    fn readouts(&self, _: At) -> Vec<Readout> {
        self.numbers()
    }

    fn pick(&self, id: &str, _: At) -> Option<Pick> {
        self.explain(id)
    }

    fn claims(&self) -> Vec<Claim> {
        self.claims()
    }

    fn pytorch(&self) -> String {
        self.program()
    }
}
