//! Lesson 9: how much of the picture can one number see?
//!
//! A stack of layers that the reader types, a photograph, one unit of the output. Moments go from the unit back to the
//! picture, a layer each: its field opens. A step is one more backward pass with fresh weights, averaged in: where in that
//! field the unit really looks.

mod charts;
mod derivation;
mod edit;
mod geometry;
mod pass;
mod picture;
mod proof;
mod pytorch;
mod readouts;
mod setup;
mod tables;

use super::config::Value;
use super::manifest::{
    Control, Effect, Kind, Manifest, Metric, Place, Prediction, Preset, ReadoutSpec, ViewKind, ViewSpec, When,
};
use super::problem::Problem;
use super::{Answer, Asset, At, Claim, Entry, Lesson, Moment, Pick, Readout};
use crate::analysis::stack::Stack;
use crate::analysis::zoo;
use crate::data::photo;
use crate::view::{Format, Math, View};
use core::cell::OnceCell;
use geometry::Geometry;
use std::rc::Rc;

/// The line of the registry.
pub const ENTRY: Entry = Entry { manifest: &MANIFEST, new: setup::start, reconcile: |_| Vec::new() };

/// Whole numbers of pixels.
const PIXELS: Format = Format::Integer;
/// What is measured.
const MEASURED: Format = Format::Significant(4);
/// The share of channels that a pass is computed with.
const CHANNELS: [&str; 4] = ["all", "half", "quarter", "eighth"];
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
            kind: Kind::Choice { options: &["random", "uniform"], default: 0 },
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
            when: Some(When { choice: "tool", options: &["brush"] }),
        },
        Control { id: "heat", kind: Kind::Toggle { default: true }, effect: Effect::Display, when: None },
    ],
    presets: &[
        Preset { id: "first", values: &[] },
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
            moving: true,
            ..PLAIN
        },
        ViewSpec { id: "growth", kind: ViewKind::Formula, place: Place::Reason, ..PLAIN },
        ViewSpec { id: "terms", kind: ViewKind::Bars, ..PLAIN },
        ViewSpec { id: "profile", kind: ViewKind::Curve, ..PLAIN },
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
        ReadoutSpec { id: "value", unit: "" },
        ReadoutSpec { id: "value_painted", unit: "" },
        ReadoutSpec { id: "changed", unit: "" },
        ReadoutSpec { id: "r{l}", unit: "unit.px" },
        ReadoutSpec { id: "jump{l}", unit: "unit.px" },
        ReadoutSpec { id: "start{l}", unit: "unit.px" },
        ReadoutSpec { id: "padding{l}", unit: "unit.px" },
    ],
    assets: &[Asset { id: "photo", file: photo::FILE, bytes: photo::BYTES, digest: photo::DIGEST }],
    metrics: &[Metric { id: "variance_x", improves: 0 }, Metric { id: "middle", improves: 0 }],
    max_step: 16,
    heavy: false,
    prediction: Some(Prediction {
        state: "preset=fading&step=8",
        options: &["middle.25", "middle.50", "middle.75", "middle.90"],
    }),
    still: "moment=6",
};

/// A dab of paint: middle and radius, in pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dab {
    x: f64,
    y: f64,
    radius: f64,
}

/// What the reader does with the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    /// Chooses a unit.
    Unit,
    /// Paints.
    Brush,
}

/// The unit's number before and after painting.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Painted {
    before: f32,
    after: f32,
}

/// The running lesson.
#[derive(Clone)]
struct Lens {
    geometry: Rc<Geometry>,
    /// The stack that passes are computed with: the same windows, perhaps fewer channels.
    net: Rc<Stack>,
    /// RGB of the picture at the stack's size.
    rgb: Rc<Vec<u8>>,
    has_photo: bool,
    uniform: bool,
    seed: u32,
    /// Whether this stack's passes can be computed here.
    affordable: bool,
    /// Passes done, and how many of them had a gradient at all.
    passes: u32,
    heard: u32,
    /// Sum of their heats: `height x width`.
    heat: Rc<Vec<f64>>,
    paint: Rc<Vec<Dab>>,
    painted: Option<Painted>,
    tool: Tool,
    brush: f64,
    show_heat: bool,
    /// The proof for this unit, once somebody has asked.
    proof: Rc<OnceCell<proof::Proof>>,
}

impl Lens {
    /// Rows and columns of the picture.
    fn size(&self) -> [usize; 2] {
        self.geometry.stack.input.size
    }

    /// The mean of the passes so far: each pixel's share of |gradient|; nothing before the first one.
    fn effective(&self) -> Option<impl Iterator<Item = f64> + '_> {
        let passes = f64::from(self.heard);
        (self.heard > 0).then(|| self.heat.iter().map(move |sum| sum / passes))
    }

    /// Turns to another unit: everything that was averaged belongs to the old one.
    fn look_from(&mut self, unit: [usize; 2]) {
        let mut geometry = (*self.geometry).clone();
        geometry.look_from(unit);
        self.geometry = Rc::new(geometry);
        self.proof = Rc::default();
        (self.passes, self.heard) = (0, 0);
        self.heat = Rc::default();
    }

    /// The share of each row (axis 0) or column (axis 1) in the effective field.
    fn profile(&self, axis: usize) -> Option<Vec<f64>> {
        let width = self.size()[1];
        let mut sums = vec![0.0; self.size()[axis]];
        for (at, share) in self.effective()?.enumerate() {
            sums[if axis == 0 { at / width } else { at % width }] += share;
        }
        Some(sums)
    }

    /// Variance of the effective field along an axis, in px^2.
    fn variance(&self, axis: usize) -> Option<f64> {
        let profile = self.profile(axis)?;
        let mean: f64 = profile.iter().enumerate().map(|(at, share)| at as f64 * share).sum();
        Some(profile.iter().enumerate().map(|(at, share)| share * (at as f64 - mean) * (at as f64 - mean)).sum())
    }

    /// The share of |gradient|, in per cent, in the middle quarter of the box: half as wide and half as high.
    fn middle(&self) -> Option<f64> {
        let width = self.size()[1];
        let half = [0, 1].map(|axis| {
            let (first, last) = self.geometry.seen(axis);
            let (middle, reach) = ((first + last) as f64 / 2.0, (last - first + 1) as f64 / 4.0);
            (middle - reach, middle + reach)
        });
        let inside = |axis: usize, at: usize| (half[axis].0..=half[axis].1).contains(&(at as f64));
        let cells = self.effective()?.enumerate().filter(|(at, _)| inside(0, at / width) && inside(1, at % width));
        Some(100.0 * cells.map(|(_, share)| share).sum::<f64>())
    }
}

impl Lesson for Lens {
    fn boxed(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn missing(&self) -> &'static [&'static str] {
        if self.has_photo { &[] } else { &["photo"] }
    }

    fn set(&mut self, control: usize, value: &Value) {
        match (MANIFEST.controls[control].id, value) {
            ("tool", Value::Choice(index)) => self.tool = [Tool::Unit, Tool::Brush][*index],
            ("brush", Value::Count(radius)) => self.brush = f64::from(*radius),
            ("heat", Value::Toggle(on)) => self.show_heat = *on,
            (id, value) => unreachable!("control {id} does not change while the lesson runs: {value:?}"),
        }
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        self.change(id, text)
    }

    fn is_given(&self, _: &str) -> bool {
        true
    }

    fn step(&mut self) {
        let nth = self.passes;
        self.passes += 1;
        if !self.affordable {
            return;
        }
        let heat = if self.uniform {
            // The same every time: nothing is random.
            if nth > 0 {
                return;
            }
            pass::shares(pass::positive(&self.geometry, true))
        } else {
            let input = pass::Input::of_rgb(&self.rgb, self.net.input);
            pass::random(&self.geometry, &self.net, &input, self.seed, nth)
        };
        if let Some(heat) = heat {
            self.heard += 1;
            let sum = Rc::make_mut(&mut self.heat);
            sum.resize(heat.len(), 0.0);
            sum.iter_mut().zip(heat).for_each(|(sum, share)| *sum += share);
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
            "profile" => Some(View::Curve(self.profiles())),
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

    fn verify(&self) -> Vec<Claim> {
        self.claims()
    }

    fn predict(&self) -> Option<Answer> {
        let value = self.middle()?;
        let distance = |guess: &f64| (value - guess).abs();
        let option = GUESSES.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?.0;
        Some(Answer { option, value, format: Format::Significant(3) })
    }

    fn pytorch(&self) -> String {
        self.program()
    }
}
