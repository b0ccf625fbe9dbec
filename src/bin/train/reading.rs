//! How the weights of `src/data/reading/` are learned: a small convolutional network reads digits that are moved about.
//!
//! Not how they are kept (`tensorscope::data::reading`). The numbers below are those of `SOURCE.md` beside the file.

use crate::DATA;
use core::f64::consts::PI;
use std::fs;
use tensorscope::analysis::stack::Stack;
use tensorscope::autograd::{Tape, Var};
use tensorscope::data::digits::{self, TEST, TRAIN};
use tensorscope::data::pictures::Pictures;
use tensorscope::data::reading;
use tensorscope::nn::{Bound, Evaluator, Init, Mode, Model, Params, Rule, Trainer, init};
use tensorscope::rng::Rng;

/// Pixels of a side of the network's picture.
const SIDE: usize = 32;
/// Pictures of a step, and rounds over all of them.
const BATCH: usize = 16;
const EPOCHS: usize = 24;
/// A picture is moved by up to so many pixels in both directions.
const MOVED: i64 = 3;
/// The rate of the first step; it falls to 0 on half a cosine.
const LR: f64 = 2e-3;

fn pictures() -> Pictures {
    let path = format!("{DATA}{}", digits::FILE);
    digits::read(&fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
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

fn model() -> (Params<f32>, Model) {
    let stack = Stack::parse(reading::STACK).expect("the text of the network");
    let he = Init::HeUniform { fan: init::Fan::In, gain: init::GAIN_RELU };
    let mut params = Params::new();
    let model = Model::from_stack(&stack, &mut params, he, &mut Rng::new(1, 0));
    (params, model)
}

/// The inputs of a recorded network, and its logits.
struct Handles {
    x: Var,
    labels: Var,
    logits: Var,
}

fn network(tape: &mut Tape<f32>, bound: &Bound, model: &Model, mode: Mode, count: usize) -> Handles {
    let x = tape.leaf_from([count, 1, SIDE, SIDE].into(), &vec![0.0; count * SIDE * SIDE], false);
    let labels = tape.leaf_from([count].into(), &vec![0.0; count], false);
    let y = model.forward(tape, bound, x, mode);
    let logits = tape.reshape(y, [count, 10]);
    Handles { x, labels, logits }
}

/// Writes these pictures into `x`, each moved by what `moved` says.
fn show(x: &mut [f32], digits: &Pictures, which: impl Iterator<Item = usize>, mut moved: impl FnMut() -> [i64; 2]) {
    for (slot, nth) in x.chunks_exact_mut(SIDE * SIDE).zip(which) {
        slot.iter_mut().zip(picture(digits, nth, moved())).for_each(|(slot, value)| *slot = value);
    }
}

/// The weights after `most` steps, or after all.
pub fn learn(most: usize) -> Vec<f32> {
    let digits = pictures();
    let (params, model) = model();
    let (mut trainer, Handles { x, labels, .. }) = Trainer::record(&params, Rule::ADAM, |tape, bound| {
        let handles = network(tape, bound, &model, Mode::Train, BATCH);
        (tape.cross_entropy(handles.logits, handles.labels), handles)
    });
    let mut rng = Rng::new(1, 1);
    let steps = TRAIN / BATCH;
    let mut order: Vec<usize> = (0..TRAIN).collect();
    for epoch in 0..EPOCHS {
        rng.shuffle(&mut order);
        let mut total = 0.0;
        for (step, batch) in order.chunks_exact(BATCH).enumerate() {
            if epoch * steps + step == most {
                return trainer.params().to_vec();
            }
            let mut any = || i64::from(rng.below(2 * MOVED as u32 + 1)) - MOVED;
            show(trainer.input_mut(x), &digits, batch.iter().copied(), || [any(), any()]);
            for (label, nth) in trainer.input_mut(labels).iter_mut().zip(batch) {
                *label = f32::from(digits.labels[*nth]);
            }
            let done = (epoch * steps + step) as f64 / (EPOCHS * steps) as f64;
            total += trainer.step(LR * 0.5 * (1.0 + libm::cos(PI * done)));
        }
        println!("  epoch {:2} of {EPOCHS}: loss {:.6}", epoch + 1, total / steps as f32);
    }
    trainer.params().to_vec()
}

/// How many of the test digits the weights in `bytes` read.
pub fn report(bytes: &[u8]) -> String {
    let digits = pictures();
    let (params, model) = model();
    let (mut evaluator, Handles { x, logits, .. }) =
        Evaluator::record(&params, |tape, bound| network(tape, bound, &model, Mode::Eval, TEST));
    evaluator.params_mut().copy_from_slice(&reading::read(bytes));
    show(evaluator.input_mut(x), &digits, TRAIN..TRAIN + TEST, || [0, 0]);
    evaluator.forward();
    let largest = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("ten digits");
    let said = evaluator.value(logits).chunks_exact(10).map(largest);
    let right = said.zip(&digits.labels[TRAIN..]).filter(|(said, label)| *said == usize::from(**label)).count();
    format!("reads {right} of {TEST} digits")
}
