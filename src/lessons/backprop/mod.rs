//! Lesson 1: how does a network know which weight to blame?
//!
//! A network of fully connected layers that the reader builds is trained by the hand-written formulas of [`net`]; the
//! figure unfolds each step into z, a, the loss, the deltas, the gradients and the update.

mod charts;
mod derivation;
mod difference;
pub mod net;
mod network;
#[cfg(feature = "full")]
mod pytorch;
mod rounding;
mod setup;
mod tape;
mod thing;
mod verify;

use super::config::{Config, parse_number};
use super::manifest::{
    Control, Effect, Kind, Manifest, Metric, Place, Prediction, Preset, ReadoutSpec, ViewKind, ViewSpec, When,
};
use super::problem::{Code, Problem};
use super::{Answer, Assets, At, Bearing, Claim, Entry, Job, Lesson, Moment, Pick, Progress, Readout};
use crate::decimal;
use crate::scene::{Format, Math, View};
use net::{Fault, Loss, Net, Params, Trace};
use std::cell::RefCell;
use std::rc::Rc;
use thing::Thing;

/// The line of the registry.
pub const ENTRY: Entry =
    Entry { manifest: &MANIFEST, new: Backprop::start, reconcile: setup::reconcile, bearing: |_, _| Bearing::State };

/// Nine digits after the point: what the published walk-through prints.
const LONG: Format = Format::Fixed(9);
/// What fits into a picture.
const SHORT: Format = Format::Significant(3);
/// What fits into a line of arithmetic.
const MEDIUM: Format = Format::Short(4);
/// Inputs, targets, weights and biases that a reader may type.
const EDIT_LIMIT: f64 = 1000.0;

/// A view without anything special.
const PLAIN: ViewSpec = ViewSpec::PLAIN;

/// What the lesson says of itself.
static MANIFEST: Manifest = Manifest {
    id: "backprop",
    controls: &[
        Control {
            id: "data",
            kind: Kind::Choice { options: setup::DATA, default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "layers",
            kind: Kind::Sizes { length: (2, 5), each: (1, 8), default: &[2, 2, 2] },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "activation",
            kind: Kind::Choice { options: &["sigmoid", "tanh", "relu"], default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "loss",
            kind: Kind::Choice { options: &["mse", "softmax_mse", "cross_entropy"], default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "init",
            kind: Kind::Choice { options: setup::INIT, default: 0 },
            effect: Effect::Restart,
            when: None,
        },
        Control {
            id: "lr",
            kind: Kind::Slider { min: 0.001, max: 10.0, log: true, default: 0.5, unit: "" },
            effect: Effect::Live,
            when: None,
        },
        Control { id: "train_bias", kind: Kind::Toggle { default: true }, effect: Effect::Live, when: None },
        Control {
            id: "break",
            kind: Kind::Choice { options: &["none", "no_slope", "no_transpose", "updated_w", "sum"], default: 0 },
            effect: Effect::Live,
            when: None,
        },
        Control {
            id: "form",
            kind: Kind::Choice { options: &["index", "matrix"], default: 0 },
            effect: Effect::Display,
            when: None,
        },
        Control {
            id: "sample",
            kind: Kind::Stepper { min: 1, max: 200, default: 1 },
            effect: Effect::Display,
            when: None,
        },
        Control {
            id: "brush",
            kind: Kind::Choice { options: &["class0", "class1"], default: 0 },
            effect: Effect::Display,
            when: Some(When { choice: "data", options: &["xor", "circles", "spiral", "own"] }),
        },
    ],
    presets: &[
        Preset { id: "mazur", values: &[("init", "mazur"), ("train_bias", "0")] },
        Preset {
            id: "xor",
            values: &[
                ("data", "xor"),
                ("layers", "2-4-2"),
                ("activation", "tanh"),
                ("loss", "cross_entropy"),
                ("seed", "3"),
            ],
        },
        Preset {
            id: "circles",
            values: &[
                ("data", "circles"),
                ("layers", "2-6-2"),
                ("activation", "tanh"),
                ("loss", "cross_entropy"),
                ("lr", "1"),
                ("seed", "2"),
            ],
        },
        Preset {
            id: "spiral",
            values: &[
                ("data", "spiral"),
                ("layers", "2-8-8-2"),
                ("activation", "tanh"),
                ("loss", "cross_entropy"),
                ("lr", "1"),
                ("seed", "5"),
            ],
        },
        Preset { id: "vanish", values: &[("data", "circles"), ("layers", "2-8-8-8-2"), ("loss", "cross_entropy")] },
        Preset {
            id: "relu",
            values: &[
                ("data", "circles"),
                ("layers", "2-8-8-8-2"),
                ("activation", "relu"),
                ("loss", "cross_entropy"),
                ("init", "he"),
            ],
        },
    ],
    views: &[
        ViewSpec { id: "network", kind: ViewKind::Network, place: Place::Stage, ..PLAIN },
        ViewSpec { id: "derivation", kind: ViewKind::Formula, place: Place::Reason, ..PLAIN },
        ViewSpec { id: "loss_curve", kind: ViewKind::Curve, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "deltas", kind: ViewKind::Bars, place: Place::Chart, ..PLAIN },
        ViewSpec { id: "surface", kind: ViewKind::Heatmap, place: Place::Chart, click: Some("point"), ..PLAIN },
        ViewSpec { id: "verification", kind: ViewKind::Table, place: Place::Proof, lazy: true, ..PLAIN },
    ],
    readouts: &[
        ReadoutSpec { id: "loss", unit: "" },
        ReadoutSpec { id: "x{s}_{i}", unit: "" },
        ReadoutSpec { id: "z{l}_{j}", unit: "" },
        ReadoutSpec { id: "a{l}_{j}", unit: "" },
        ReadoutSpec { id: "t{s}_{k}", unit: "" },
        ReadoutSpec { id: "delta{l}_{j}", unit: "" },
        ReadoutSpec { id: "w{l}_{i}_{j}", unit: "" },
        ReadoutSpec { id: "grad_w{l}_{i}_{j}", unit: "" },
        ReadoutSpec { id: "new_w{l}_{i}_{j}", unit: "" },
        ReadoutSpec { id: "b{l}_{j}", unit: "" },
        ReadoutSpec { id: "grad_b{l}_{j}", unit: "" },
        ReadoutSpec { id: "new_b{l}_{j}", unit: "" },
    ],
    assets: &[],
    metrics: &[
        Metric { id: "loss", improves: -1 },
        Metric { id: "delta1", improves: 0 },
        Metric { id: "delta2", improves: 0 },
        Metric { id: "delta3", improves: 0 },
        Metric { id: "delta4", improves: 0 },
    ],
    max_step: 100_000,
    heavy: false,
    prediction: Some(Prediction {
        state: "preset=vanish",
        options: &["ratio.2", "ratio.10", "ratio.100", "ratio.1000"],
        answer,
    }),
    still: "moment=6",
};

/// How many times smaller the first layer's |delta| is than the last's: the nearest of 2, 10, 100, 1000 on a log scale.
fn answer(metrics: &[f64]) -> Option<Answer> {
    let deltas = &metrics[1..];
    let ratio = deltas.iter().rfind(|delta| !delta.is_nan())? / deltas[0];
    let option = [2.0, 10.0, 100.0, 1000.0]
        .iter()
        .map(|guess| libm::fabs(libm::log(ratio / guess)))
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(&b.1))?
        .0;
    Some(Answer { option, value: ratio, format: MEDIUM })
}

/// One stage of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Sums of layer l.
    Sum(usize),
    /// Activations of layer l.
    Value(usize),
    /// The loss.
    Loss,
    /// Deltas of layer l.
    Delta(usize),
    /// Gradients of all parameters.
    Gradients,
    /// The update.
    Update,
}

/// The stages of a step in a network whose last layer has index `last`.
fn stages(last: usize) -> Vec<Stage> {
    let forward = (1..=last).flat_map(|l| [Stage::Sum(l), Stage::Value(l)]);
    let backward = (1..=last).rev().map(Stage::Delta);
    forward.chain([Stage::Loss]).chain(backward).chain([Stage::Gradients, Stage::Update]).collect()
}

/// The samples that the network learns.
#[derive(Clone, Debug, PartialEq)]
struct Samples {
    /// `samples x sizes[0]`
    inputs: Vec<f64>,
    /// `samples x sizes[last]`
    targets: Vec<f64>,
    /// The inputs are points of a plane, spanning this range in both directions.
    plane: Option<(f64, f64)>,
}

/// The running lesson.
#[derive(Clone)]
struct Backprop {
    net: Net,
    samples: Samples,
    lr: f64,
    train_bias: bool,
    fault: Fault,
    matrix_form: bool,
    sample: usize,
    brush: u8,
    /// Of the present parameters: what the next step will use.
    trace: Trace,
    grads: Params,
    /// |delta| of each layer at step 0, for comparison.
    first_deltas: Vec<f64>,
    /// The proof for the present parameters, once it has been asked for.
    proof: RefCell<Option<Rc<[verify::Checked]>>>,
}

impl Backprop {
    fn start(config: &Config, _: &Assets) -> Box<dyn Lesson> {
        let mut lesson = setup::start(config);
        lesson.configure(config);
        lesson.first_deltas = (1..=lesson.net.last()).map(|l| lesson.trace.mean_delta(l)).collect();
        Box::new(lesson)
    }

    /// Forward and backward pass of the present parameters.
    fn compute(&mut self) {
        self.proof.take();
        self.net.forward(&self.samples.inputs, &self.samples.targets, &mut self.trace);
        self.net.backward(&self.samples.targets, self.fault, self.lr, &mut self.trace, &mut self.grads);
    }

    /// How many samples there are.
    fn count(&self) -> usize {
        self.samples.inputs.len() / self.net.sizes[0]
    }

    /// The sample that is shown.
    fn shown(&self) -> usize {
        self.sample.min(self.count() - 1)
    }

    /// The number of a thing, for the sample shown.
    fn number(&self, thing: Thing) -> f64 {
        let sizes = &self.net.sizes;
        let s = self.shown();
        match thing {
            Thing::Input(s, i) => self.samples.inputs[s * sizes[0] + i],
            Thing::Target(s, k) => self.samples.targets[s * sizes[self.net.last()] + k],
            Thing::Loss => self.trace.loss(),
            Thing::Sum(l, j) => self.trace.z[l][s * sizes[l] + j],
            Thing::Value(l, j) => self.trace.a[l][s * sizes[l] + j],
            Thing::Delta(l, j) => self.trace.delta[l][s * sizes[l] + j],
            Thing::Weight(l, i, j) => self.net.weight(l, i, j),
            Thing::WeightGrad(l, i, j) => self.grads.weights[l - 1][j * sizes[l - 1] + i],
            Thing::NewWeight(l, i, j) => {
                let grad = self.number(Thing::WeightGrad(l, i, j));
                self.net.weight(l, i, j) - if grad.is_finite() { self.lr * grad } else { 0.0 }
            }
            Thing::Bias(l, j) => self.net.params.biases[l - 1][j],
            Thing::BiasGrad(l, j) => self.grads.biases[l - 1][j],
            Thing::NewBias(l, j) => {
                let grad = self.number(Thing::BiasGrad(l, j));
                let moves = self.train_bias && grad.is_finite();
                self.net.params.biases[l - 1][j] - if moves { self.lr * grad } else { 0.0 }
            }
        }
    }

    /// Every thing of layers 1 to last that `make` names, destination by destination.
    fn edges(&self, make: fn(usize, usize, usize) -> Thing) -> Vec<Thing> {
        let mut all = Vec::new();
        for (l, sizes) in (1..).zip(self.net.sizes.windows(2)) {
            for index in 0..sizes[1] * sizes[0] {
                all.push(make(l, index % sizes[0], index / sizes[0]));
            }
        }
        all
    }

    /// Every thing of layers 1 to last that `make` names, node by node.
    fn nodes(&self, make: fn(usize, usize) -> Thing) -> Vec<Thing> {
        let mut all = Vec::new();
        for (l, &size) in self.net.sizes.iter().enumerate().skip(1) {
            for j in 0..size {
                all.push(make(l, j));
            }
        }
        all
    }

    /// Adds a point to the plane: `x,y` of the class of the brush, or `x,y,class`.
    fn add_point(&mut self, text: &str) -> Result<String, Problem> {
        let malformed = || Problem::new(Code::Malformed, "point", text, "x,y,0 | x,y,1");
        let Some((low, high)) = self.samples.plane else {
            return Err(Problem::new(Code::UnknownKey, "point", text, "x1_1, t1_1, w1_1_1, b1_1"));
        };
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let class = match fields[..] {
            [_, _] => self.brush,
            [_, _, "0"] => 0,
            [_, _, "1"] => 1,
            _ => return Err(malformed()),
        };
        let mut point = [0.0; 2];
        for (coordinate, field) in point.iter_mut().zip(&fields) {
            let (number, problem) = parse_number("point", field, low, high);
            *coordinate = number.ok_or_else(|| problem.unwrap_or_else(malformed))?;
        }
        if self.count() >= setup::MOST_SAMPLES {
            return Err(Problem::new(Code::TooLong, "point", "", setup::MOST_SAMPLES.to_string()));
        }
        self.samples.inputs.extend(point);
        self.samples.targets.extend(setup::one_hot(class));
        self.compute();
        Ok(format!("{},{},{class}", decimal::plain(point[0]), decimal::plain(point[1])))
    }
}

impl Lesson for Backprop {
    fn clone_box(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn configure(&mut self, config: &Config) {
        self.lr = config.number("lr");
        self.train_bias = config.toggle("train_bias");
        self.fault = Fault::ALL[config.choice("break")];
        self.matrix_form = config.choice("form") == 1;
        self.sample = config.count("sample") as usize - 1;
        self.brush = config.choice("brush") as u8;
        self.compute();
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        if id == "point" {
            return self.add_point(text);
        }
        let unknown = || Problem::new(Code::UnknownKey, id, text, "x1_1, t1_1, w1_1_1, b1_1");
        let thing = Thing::parse(id, &self.net.sizes, self.count()).ok_or_else(unknown)?;
        let (number, problem) = parse_number(id, text, -EDIT_LIMIT, EDIT_LIMIT);
        let Some(number) = number.filter(|_| problem.is_none()) else {
            return Err(problem.unwrap_or_else(unknown));
        };
        let sizes = &self.net.sizes;
        let place = match thing {
            Thing::Input(s, i) => &mut self.samples.inputs[s * sizes[0] + i],
            Thing::Target(s, k) => &mut self.samples.targets[s * sizes[sizes.len() - 1] + k],
            Thing::Weight(l, i, j) => &mut self.net.params.weights[l - 1][j * sizes[l - 1] + i],
            Thing::Bias(l, j) => &mut self.net.params.biases[l - 1][j],
            _ => return Err(unknown()),
        };
        *place = number;
        self.compute();
        Ok(decimal::plain(number))
    }

    fn work(&mut self, job: Job) -> Result<Progress, Problem> {
        if job == Job::Step {
            self.net.update(&self.grads, self.lr, self.train_bias);
            self.compute();
        }
        Ok(Progress::Done)
    }

    fn metrics(&self, out: &mut [f64]) {
        out.fill(f64::NAN);
        out[0] = self.trace.loss();
        let layers = 1..=self.net.last();
        out[1..].iter_mut().zip(layers).for_each(|(out, l)| *out = self.trace.mean_delta(l));
    }

    fn moments(&self) -> Vec<Moment> {
        let layered = |letter: &str, l: usize| Math::var(letter).sup(Math::constant(&l.to_string()));
        let moment = |stage| match stage {
            Stage::Sum(l) => Moment { id: format!("z{l}"), label: layered("z", l), backward: false },
            Stage::Value(l) => Moment { id: format!("a{l}"), label: layered("a", l), backward: false },
            Stage::Loss => Moment { id: "loss".into(), label: Math::var("L"), backward: false },
            Stage::Delta(l) => Moment { id: format!("delta{l}"), label: layered("δ", l), backward: true },
            Stage::Gradients => {
                let label = Math::row([Math::op("∂"), Math::bold("W")]);
                Moment { id: "gradients".into(), label, backward: true }
            }
            Stage::Update => Moment { id: "update".into(), label: Math::Word("moment.update"), backward: true },
        };
        stages(self.net.last()).into_iter().map(moment).collect()
    }

    fn view(&self, index: usize, at: At) -> Option<View> {
        let stage = stages(self.net.last())[at.moment];
        match MANIFEST.views[index].id {
            "network" => Some(View::Network(self.network(stage))),
            "derivation" => Some(View::Formula(self.derivation(stage, at.focus))),
            "loss_curve" => Some(View::Curve(self.loss_curve(at))),
            "deltas" => Some(View::Bars(self.delta_bars())),
            "surface" => self.surface().map(View::Heatmap),
            "verification" => Some(View::Table(self.verification())),
            id => unreachable!("no view {id}"),
        }
    }

    fn readouts(&self, _: At) -> Vec<Readout> {
        let s = self.shown();
        let (first, last) = (self.net.sizes[0], self.net.sizes[self.net.last()]);
        let things = [
            vec![Thing::Loss],
            (0..first).map(|i| Thing::Input(s, i)).collect(),
            self.nodes(Thing::Sum),
            self.nodes(Thing::Value),
            (0..last).map(|k| Thing::Target(s, k)).collect(),
            self.nodes(Thing::Delta),
            self.edges(Thing::Weight),
            self.edges(Thing::WeightGrad),
            self.edges(Thing::NewWeight),
            self.nodes(Thing::Bias),
            self.nodes(Thing::BiasGrad),
            self.nodes(Thing::NewBias),
        ]
        .concat();
        let readout = |&thing: &Thing| Readout {
            id: thing.to_string(),
            value: self.number(thing),
            format: LONG,
            main: thing == Thing::Loss,
        };
        things.iter().map(readout).collect()
    }

    fn pick(&self, id: &str, _: At) -> Option<Pick> {
        let thing = Thing::parse(id, &self.net.sizes, self.count())?;
        let editable = matches!(thing, Thing::Input(..) | Thing::Target(..) | Thing::Weight(..) | Thing::Bias(..));
        Some(Pick {
            highlight: self.fed_by(thing).iter().map(Thing::to_string).collect(),
            formula: self.explain(thing),
            editable: editable.then(|| self.number(thing)),
        })
    }

    fn claims(&self) -> Vec<Claim> {
        self.claims()
    }

    #[cfg(feature = "full")]
    fn pytorch(&self) -> String {
        self.program()
    }
}
