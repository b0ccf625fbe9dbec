//! The network of scene B and the digits that it learns: one recorded training step, one recorded test, replayed.
//!
//! Not the run: weights come in and go out as flat slices, so that a step, an average of weights and a test share them.

use crate::autograd::{Tape, Var};
use crate::data::digits::{self, TEST, TRAIN};
use crate::kernels::map::Map;
use crate::nn::{Bound, Evaluator, Init, Mlp, Params, Rule, Trainer, init};
use crate::rng::Rng;
use std::rc::Rc;

/// Pixels, hidden units, digits.
pub const SIZES: [usize; 3] = [64, 16, 10];
/// Weights and biases of both layers.
pub const PARAMETERS: usize = SIZES[0] * SIZES[1] + SIZES[1] + SIZES[1] * SIZES[2] + SIZES[2];

/// Streams of the seed.
const STREAM_WEIGHTS: u64 = 30;
const STREAM_ORDER: u64 = 1000;

/// What a test found.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// Mean cross-entropy.
    pub loss: f64,
    /// Correct of a hundred.
    pub accuracy: f64,
    /// The digit that each test picture is taken for.
    pub said: Vec<u8>,
}

/// The pictures, as the engine wants them.
pub struct Digits {
    /// `TRAIN x 64`, 0 to 1.
    pub train: Vec<f32>,
    /// `TEST x 64`, 0 to 1.
    pub test: Vec<f32>,
    /// Of all pictures, training first.
    pub labels: Vec<u8>,
    /// `TEST x 64`, 0 to 15.
    pub pixels: Vec<u8>,
}

impl Digits {
    /// From the bytes of the file.
    pub fn read(bytes: &[u8]) -> Digits {
        let all = digits::read(bytes);
        Digits {
            train: all.values(0..TRAIN),
            test: all.values(TRAIN..TRAIN + TEST),
            pixels: all.pixels[TRAIN * SIZES[0]..].to_vec(),
            labels: all.labels,
        }
    }

    /// The label of test picture `index`.
    pub fn test_label(&self, index: usize) -> u8 {
        self.labels[TRAIN + index]
    }
}

/// Where the pictures, labels and results of a recorded computation stand.
#[derive(Clone, Copy)]
struct Handles {
    x: Var,
    labels: Var,
    logits: Var,
    loss: Var,
}

/// The engine's part: a step of training and a test, both replayed without allocation.
pub struct Engine {
    digits: Digits,
    trainer: Trainer<f32>,
    step: Handles,
    evaluator: Evaluator<f32>,
    test: Handles,
}

/// The first weights of `seed`: He's uniform distribution, biases 0. Flat, in the order of declaration.
pub fn first_weights(seed: u32) -> Rc<[f32]> {
    declare(seed).0.values().into()
}

fn declare(seed: u32) -> (Params<f32>, Mlp) {
    let mut params = Params::new();
    let he = Init::HeUniform { fan: init::Fan::In, gain: init::GAIN_RELU };
    let mut rng = Rng::new(seed.into(), STREAM_WEIGHTS);
    let mlp = Mlp::new(&mut params, &SIZES, Some(Map::Relu), he, &mut rng);
    (params, mlp)
}

/// The network on `count` pictures.
fn network(tape: &mut Tape<f32>, bound: &Bound, mlp: &Mlp, count: usize) -> Handles {
    let x = tape.leaf_from([count, SIZES[0]].into(), &vec![0.0; count * SIZES[0]], false);
    let labels = tape.leaf_from([count].into(), &vec![0.0; count], false);
    let logits = mlp.forward(tape, bound, x);
    let loss = tape.cross_entropy(logits, labels);
    Handles { x, labels, logits, loss }
}

impl Engine {
    /// For batches of `batch` of these pictures.
    pub fn new(digits: Digits, batch: usize) -> Engine {
        let (params, mlp) = declare(0);
        let (trainer, step) = Trainer::record(&params, Rule::SGD, |tape, bound| {
            let handles = network(tape, bound, &mlp, batch);
            (handles.loss, handles)
        });
        let (mut evaluator, test) = Evaluator::record(&params, |tape, bound| network(tape, bound, &mlp, TEST));
        evaluator.input_mut(test.x).copy_from_slice(&digits.test);
        for (index, label) in evaluator.input_mut(test.labels).iter_mut().enumerate() {
            *label = f32::from(digits.test_label(index));
        }
        Engine { digits, trainer, step, evaluator, test }
    }

    /// The pictures.
    pub fn digits(&self) -> &Digits {
        &self.digits
    }

    /// One step of gradient descent from `weights`, which it moves, on the mean loss of the training pictures `batch`: the
    /// loss and the gradient where it began, laid out as the weights.
    pub fn step(&mut self, weights: &mut [f32], batch: &[u32], lr: f64) -> (f64, &[f32]) {
        let Engine { digits, trainer, step, .. } = self;
        trainer.params_mut().copy_from_slice(weights);
        let size = SIZES[0];
        for (row, picture) in trainer.input_mut(step.x).chunks_exact_mut(size).zip(batch) {
            let at = *picture as usize * size;
            row.copy_from_slice(&digits.train[at..at + size]);
        }
        for (label, picture) in trainer.input_mut(step.labels).iter_mut().zip(batch) {
            *label = f32::from(digits.labels[*picture as usize]);
        }
        let loss = trainer.step(lr);
        weights.copy_from_slice(trainer.params());
        (loss.into(), trainer.grads())
    }

    /// Tests `weights` on every test picture.
    pub fn test(&mut self, weights: &[f32]) -> Tested {
        let (evaluator, test) = (&mut self.evaluator, self.test);
        evaluator.params_mut().copy_from_slice(weights);
        evaluator.forward();
        let said: Vec<u8> = evaluator.value(test.logits).chunks_exact(SIZES[2]).map(largest).collect();
        let right = said.iter().enumerate().filter(|(index, digit)| self.digits.test_label(*index) == **digit).count();
        let loss = self.evaluator.item(test.loss);
        Tested { loss: loss.into(), accuracy: 100.0 * right as f64 / TEST as f64, said }
    }
}

/// The index of the largest of ten; the first of equals.
fn largest(row: &[f32]) -> u8 {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best as u8
}

/// The order in which the training pictures are met in an epoch: a new one each.
pub fn order(seed: u32, epoch: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..TRAIN as u32).collect();
    Rng::new(seed.into(), STREAM_ORDER + epoch as u64).shuffle(&mut order);
    order
}

/// The mean loss of `weights` on the test pictures, by plain loops in f64: the second computation.
pub fn test_loss_naive(digits: &Digits, weights: &[f64]) -> f64 {
    let [inputs, hidden, outputs] = SIZES;
    let (w1, rest) = weights.split_at(inputs * hidden);
    let (b1, rest) = rest.split_at(hidden);
    let (w2, b2) = rest.split_at(hidden * outputs);
    let dot = |row: &[f64], x: &[f64]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
    let mut total = 0.0;
    for (index, picture) in digits.pixels.chunks_exact(inputs).enumerate() {
        let x: Vec<f64> = picture.iter().map(|pixel| f64::from(*pixel) / 15.0).collect();
        let h: Vec<f64> = (0..hidden).map(|j| (dot(&w1[j * inputs..][..inputs], &x) + b1[j]).max(0.0)).collect();
        let z: Vec<f64> = (0..outputs).map(|k| dot(&w2[k * hidden..][..hidden], &h) + b2[k]).collect();
        let top = z.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = z.iter().map(|z| libm::exp(z - top)).sum();
        total += top + libm::log(sum) - z[usize::from(digits.test_label(index))];
    }
    total / TEST as f64
}
