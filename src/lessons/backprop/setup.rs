//! How the lesson starts: samples, first weights, and controls that have to fit each other.

use super::net::{Activation, Fault, Loss, Net, Params, Trace};
use super::{Backprop, Samples};
use crate::data::toys::{self, Labelled};
use crate::lessons::config::{Config, Value};
use crate::lessons::problem::{Code, Problem};
use crate::rng::Rng;

/// Options of the control `data`.
pub const DATA: &[&str] = &["single", "xor", "circles", "spiral", "own"];
/// Options of the control `init`.
pub const INIT: &[&str] = &["xavier", "he", "mazur"];
/// Most samples that a reader can add up to.
pub const MOST_SAMPLES: usize = 200;
/// Points of a generated set.
const GENERATED: usize = 100;

/// Streams of the seed.
const STREAM_WEIGHTS: u64 = 1;
const STREAM_DATA: u64 = 2;

/// The network of Matt Mazur's "A Step by Step Backpropagation Example" (2015): weights, biases and targets.
const MAZUR_WEIGHTS: [[f64; 4]; 2] = [[0.15, 0.20, 0.25, 0.30], [0.40, 0.45, 0.50, 0.55]];
const MAZUR_BIASES: [f64; 2] = [0.35, 0.60];
const MAZUR_TARGETS: [f64; 2] = [0.01, 0.99];

/// Points of the plane need two inputs and two outputs; Mazur's weights need his network.
pub fn reconcile(config: &mut Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut sizes = config.sizes("layers").to_vec();
    let last = sizes.len() - 1;
    if DATA[config.choice("data")] != "single" && (sizes[0] != 2 || sizes[last] != 2) {
        let given = config.written(config.index("layers").expect("a control"));
        (sizes[0], sizes[last]) = (2, 2);
        config.replace("layers", Value::Sizes(sizes.clone()));
        let used = config.written(config.index("layers").expect("a control"));
        problems.push(Problem::new(Code::Adapted, "layers", &given, used));
    }
    if INIT[config.choice("init")] == "mazur" && sizes != [2, 2, 2] {
        config.replace("init", Value::Choice(0));
        problems.push(Problem::new(Code::Adapted, "init", "mazur", INIT[0]));
    }
    problems
}

/// The lesson at step 0, not configured and nothing computed yet.
pub fn start(config: &Config) -> Backprop {
    let sizes: Vec<usize> = config.sizes("layers").iter().map(|size| *size as usize).collect();
    let samples = samples(DATA[config.choice("data")], &sizes, config.seed);
    let params = match INIT[config.choice("init")] {
        "mazur" => Params {
            weights: MAZUR_WEIGHTS.map(Vec::from).to_vec(),
            biases: MAZUR_BIASES.map(|bias| vec![bias; 2]).to_vec(),
        },
        init => Params::random(&sizes, init == "he", &mut Rng::new(config.seed.into(), STREAM_WEIGHTS)),
    };
    let net = Net {
        activation: Activation::ALL[config.choice("activation")],
        loss: Loss::ALL[config.choice("loss")],
        params,
        sizes,
    };
    Backprop {
        grads: Params::zeros(&net.sizes),
        net,
        samples,
        lr: 0.0,
        train_bias: false,
        fault: Fault::None,
        matrix_form: false,
        sample: 0,
        brush: 0,
        trace: Trace::default(),
        first_deltas: Vec::new(),
        proof: None.into(),
    }
}

/// The samples called `name` for a network of these sizes.
fn samples(name: &str, sizes: &[usize], seed: u32) -> Samples {
    let mut rng = Rng::new(seed.into(), STREAM_DATA);
    let (points, plane) = match name {
        "single" => return single(sizes),
        "xor" => (toys::xor(), (-0.5, 1.5)),
        "circles" => (toys::circles(GENERATED, &mut rng), (-1.2, 1.2)),
        "spiral" => (toys::spiral(GENERATED, &mut rng), (-1.2, 1.2)),
        // One of each class, so that there is something to learn before the reader adds points.
        _ => (vec![Labelled { x: [-0.5, 0.0], class: 0 }, Labelled { x: [0.5, 0.0], class: 1 }], (-1.2, 1.2)),
    };
    Samples {
        inputs: points.iter().flat_map(|point| point.x).collect(),
        targets: points.iter().flat_map(|point| one_hot(point.class)).collect(),
        plane: Some(plane),
    }
}

/// One sample of any width: inputs 0.05, 0.10, 0.15, ... and targets 0.01, 0.99, 0.01, ...
fn single(sizes: &[usize]) -> Samples {
    Samples {
        // Parsed decimals, not multiples of 0.05: 3 x 0.05 is not 0.15 in floating point.
        inputs: (0..sizes[0]).map(|i| (5 * (i + 1)) as f64 / 100.0).collect(),
        targets: (0..sizes[sizes.len() - 1]).map(|k| MAZUR_TARGETS[k % 2]).collect(),
        plane: None,
    }
}

/// The targets of a class.
pub fn one_hot(class: u8) -> [f64; 2] {
    if class == 0 { [1.0, 0.0] } else { [0.0, 1.0] }
}
