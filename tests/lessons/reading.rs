//! The weights of `src/data/reading/`: how they were learned, and what they can do.
//!
//! `BLESS=1 cargo test --test lessons learned_again -- --ignored` learns them anew, on this engine, and writes the
//! file: a minute, and the same bits on every machine. Without BLESS it compares.

use std::{env, fs};
use tensorscope::autograd::{Plan, Tape, Var};
use tensorscope::data::digits::{self, TEST, TRAIN};
use tensorscope::data::pictures::Pictures;
use tensorscope::data::reading;
use tensorscope::kernels::window::Window;
use tensorscope::nn::{Conv2d, Init, Optimizer, Params, Rule, init};
use tensorscope::rng::Rng;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/reading/reading.bin");
/// Pixels of a side of the network's picture.
const SIDE: usize = 32;
/// Pictures of a step, and rounds over all of them.
const BATCH: usize = 16;
const EPOCHS: usize = 24;
/// A picture is moved by up to so many pixels in both directions.
const MOVED: i64 = 3;

fn pictures() -> Pictures {
    digits::read(&fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/digits/digits.bin")).expect("the digits"))
}

/// A digit as the lesson shows it: four times as large, moved, each pixel (value - 0.45) / 0.25.
fn picture(digits: &Pictures, nth: usize, moved: [i64; 2]) -> impl Iterator<Item = f32> + '_ {
    let pixel = move |y: i64, x: i64| {
        let inside = |at: i64| (0..SIDE as i64).contains(&at);
        let [y, x] = [y - moved[0], x - moved[1]];
        if inside(y) && inside(x) { f32::from(digits.pixels[nth * 64 + (y / 4 * 8 + x / 4) as usize]) } else { 0.0 }
    };
    (0..SIDE as i64).flat_map(move |y| (0..SIDE as i64).map(move |x| (pixel(y, x) / 15.0 - 0.45) / 0.25))
}

/// The network for so many pictures at once, recorded up to the loss.
struct Network {
    plan: Plan<f32>,
    x: Var,
    labels: Var,
    logits: Var,
}

fn layers(params: &mut Params<f32>) -> Vec<Conv2d> {
    let he = Init::HeUniform { fan: init::Fan::In, gain: init::GAIN_RELU };
    let mut rng = Rng::new(1, 0);
    let mut layer = |(nth, (outputs, inputs)): (usize, &(usize, usize))| {
        Conv2d::new(params, &format!("conv{nth}"), [inputs / 9, *outputs, 1], Window::new(3, 3), true, he, &mut rng)
    };
    reading::LAYERS.iter().enumerate().map(&mut layer).collect()
}

fn network(count: usize) -> Network {
    let mut params = Params::new();
    let layers = layers(&mut params);
    let mut tape = Tape::new();
    let bound = params.bind(&mut tape);
    let x = tape.leaf_from([count, 1, SIDE, SIDE].into(), &vec![0.0; count * SIDE * SIDE], false);
    let labels = tape.leaf_from([count].into(), &vec![0.0; count], false);
    let mut y = x;
    for (nth, layer) in layers.iter().enumerate() {
        y = layer.forward(&mut tape, &bound, y);
        if nth + 1 < layers.len() {
            y = tape.relu(y);
        }
        if nth == 1 || nth == 3 {
            y = tape.max_pool2d(y, Window::new(2, 2).stride(2, 2));
        }
    }
    let logits = tape.reshape(y, [count, 10]);
    let loss = tape.cross_entropy(logits, labels);
    Network { plan: Plan::new(tape, loss, bound.params()), x, labels, logits }
}

impl Network {
    /// Puts in these pictures, each moved by what `moved` says.
    fn show(&mut self, digits: &Pictures, which: &[usize], mut moved: impl FnMut() -> [i64; 2]) {
        for (slot, nth) in self.plan.input_mut(self.x).chunks_exact_mut(SIDE * SIDE).zip(which) {
            slot.iter_mut().zip(picture(digits, *nth, moved())).for_each(|(slot, value)| *slot = value);
        }
        for (slot, nth) in self.plan.input_mut(self.labels).iter_mut().zip(which) {
            *slot = f32::from(digits.labels[*nth]);
        }
    }
}

/// The share of the test digits that these weights read.
fn accuracy(digits: &Pictures, weights: &[f32]) -> f64 {
    let mut network = network(TEST);
    network.plan.params_mut().copy_from_slice(weights);
    network.show(digits, &(TRAIN..TRAIN + TEST).collect::<Vec<_>>(), || [0, 0]);
    network.plan.forward();
    let said =
        network.plan.value(network.logits).chunks_exact(10).map(|row| {
            (0..10u8).max_by(|a, b| row[usize::from(*a)].total_cmp(&row[usize::from(*b)])).expect("ten digits")
        });
    let right = said.enumerate().filter(|(nth, digit)| digits.labels[TRAIN + nth] == *digit).count();
    right as f64 / TEST as f64
}

fn learn(digits: &Pictures) -> Vec<f32> {
    let mut network = network(BATCH);
    let mut params = Params::new();
    layers(&mut params);
    network.plan.params_mut().copy_from_slice(params.values());
    let mut optimizer = Optimizer::new(Rule::ADAM, params.len());
    let mut rng = Rng::new(1, 1);
    let steps = TRAIN / BATCH;
    let mut order: Vec<usize> = (0..TRAIN).collect();
    for epoch in 0..EPOCHS {
        rng.shuffle(&mut order);
        let mut total = 0.0;
        for (step, batch) in order.chunks_exact(BATCH).enumerate() {
            let mut any = || i64::from(rng.below(2 * MOVED as u32 + 1)) - MOVED;
            network.show(digits, batch, || [any(), any()]);
            total += network.plan.forward();
            network.plan.backward();
            // Down to nothing on half a cosine.
            let done = (epoch * steps + step) as f64 / (EPOCHS * steps) as f64;
            let lr = 2e-3 * 0.5 * (1.0 + libm::cos(core::f64::consts::PI * done));
            let (params, grads) = network.plan.params_and_grads();
            optimizer.step(params, grads, lr);
        }
        println!("epoch {epoch}: loss {}", total / steps as f32);
    }
    network.plan.params().to_vec()
}

#[test]
#[ignore = "a minute of learning; see the head of tests/lessons/reading.rs"]
fn learned_again() {
    let digits = pictures();
    let bytes = reading::write(&learn(&digits));
    println!(
        "accuracy {}, digest {:#018x}",
        accuracy(&digits, &reading::read(&bytes)),
        tensorscope::data::digest(&bytes)
    );
    if env::var_os("BLESS").is_some() {
        fs::write(FILE, &bytes).expect("the folder of the weights");
    }
    assert!(fs::read(FILE).expect("the weights") == bytes, "other weights were learned; see the head of this file");
}

#[test]
fn they_read_digits() {
    let weights = reading::read(&fs::read(FILE).expect("the weights"));
    let right = accuracy(&pictures(), &weights);
    assert!(right > 0.95, "{right}");
}
