//! Scene B: a network that really learns digits by noisy steps, and the average of its weights.
//!
//! Not what is shown of it (`views`) and not the engine's part (`train`).
//!
//! How beta can be moved afterwards: every step leaves its weights (4.8 KB) in a list whose rows are shared by all checkpoints,
//! at most 4.8 MB. For another beta the average walks that list once (1.2 million multiply-adds for 1000 steps) and is tested at
//! every [`GRID`]th step; nothing is trained anew.

mod train;
mod views;

use super::average::{Start, half_life, memory, missing, weight};
use super::stream::{explain, forgetting, plain};
use super::{MANIFEST, indexed, metric, proof, readout, span_of};
use crate::data::digits::TRAIN;
use crate::lessons::config::Config;
use crate::lessons::problem::{Code, Problem};
use crate::lessons::{Assets, At, Bound, Claim, Job, Lesson, Moment, Pick, Progress, Readout};
use crate::nn::Ema;
use crate::scene::{Math, View};
use core::cell::{RefCell, RefMut};
use std::rc::Rc;
use train::{Digits, Engine, PARAMETERS, SIZES, Tested, first_weights, order, test_loss_naive};

/// The weights are tested at every so many steps.
pub const GRID: usize = 20;
/// The weight that is watched: the bias of the digit 3. Every batch moves it, whichever hidden units are on.
const WATCHED: usize = PARAMETERS - SIZES[2] + 3;

/// What all copies of a run share.
struct World {
    /// Absent until the digits have come: then a step changes no weight, and what needs digits is absent.
    engine: Option<RefCell<Engine>>,
    seed: u32,
    batch: usize,
}

/// The running lesson.
#[derive(Clone)]
struct Shadow {
    world: Rc<World>,
    lr: f64,
    /// Learning rates that steps were made with, each behind the number of steps before it.
    rates: Vec<(usize, f64)>,
    beta: f64,
    start: Start,
    test_with_ema: bool,
    span: usize,
    /// The weights after 0, 1, ..., t steps.
    rows: Vec<Rc<[f32]>>,
    ema: Ema<f32>,
    /// The order of the present epoch.
    order: Rc<[u32]>,
    /// Loss of the last batch, and its gradient by the watched weight.
    train_loss: f64,
    grad: f64,
    /// Test loss and accuracy at steps 0, GRID, 2 GRID, ...: of the weights, and of their average.
    live: Vec<(f64, f64)>,
    averaged: Vec<(f64, f64)>,
    /// The tests of this very step, once somebody has asked.
    now: RefCell<Option<Rc<[Tested; 2]>>>,
}

/// Starts the scene.
pub fn start(config: &Config, assets: &Assets) -> Box<dyn Lesson> {
    let batch = config.count("batch") as usize;
    let engine = assets.get("digits").map(|bytes| RefCell::new(Engine::new(Digits::read(bytes), batch)));
    let world = World { engine, seed: config.seed, batch };
    let mut shadow = Shadow {
        rows: vec![first_weights(config.seed)],
        order: order(config.seed, 0).into(),
        world: Rc::new(world),
        lr: 0.0,
        rates: Vec::new(),
        beta: 0.0,
        start: Start::Zero,
        test_with_ema: false,
        span: 0,
        ema: Ema::new(PARAMETERS),
        train_loss: f64::NAN,
        grad: f64::NAN,
        live: Vec::new(),
        averaged: Vec::new(),
        now: RefCell::new(None),
    };
    shadow.configure(config);
    shadow.test_on_grid();
    Box::new(shadow)
}

impl Shadow {
    fn t(&self) -> usize {
        self.rows.len() - 1
    }

    /// The weights of now.
    fn weights(&self) -> &[f32] {
        &self.rows[self.t()]
    }

    /// The average of the weights as the reader wants it read; before the first step, the weights.
    fn averaged_weights(&self) -> Vec<f32> {
        let mut out = self.weights().to_vec();
        if self.t() > 0 {
            match self.start {
                Start::Zero => out.copy_from_slice(self.ema.value()),
                Start::Corrected => self.ema.corrected(&mut out),
                // What is missing to one is given to the first weights.
                Start::First => {
                    let missing = self.ema.missing() as f32;
                    for ((out, v), first) in out.iter_mut().zip(self.ema.value()).zip(&*self.rows[1]) {
                        *out = v + missing * first;
                    }
                }
            }
        }
        out
    }

    /// Whether the digits are not there yet.
    fn waits(&self) -> bool {
        self.world.engine.is_none()
    }

    /// What trains and tests, once the digits are there.
    fn engine(&self) -> RefMut<'_, Engine> {
        self.world.engine.as_ref().expect("who waits for digits does not ask").borrow_mut()
    }

    fn test(&self, weights: &[f32]) -> Tested {
        self.engine().test(weights)
    }

    /// Both tests of this step: of the weights, of their average.
    fn tested(&self) -> Rc<[Tested; 2]> {
        let mut now = self.now.borrow_mut();
        now.get_or_insert_with(|| Rc::new([self.test(self.weights()), self.test(&self.averaged_weights())])).clone()
    }

    /// Where a test is due, makes both.
    fn test_on_grid(&mut self) {
        if self.t().is_multiple_of(GRID) && !self.waits() {
            let tested = self.tested();
            let [live, averaged] = [&tested[0], &tested[1]].map(|tested| (tested.loss, tested.accuracy));
            self.live.push(live);
            self.averaged.push(averaged);
        }
    }

    /// Computes the average of the whole trajectory anew.
    fn recompute(&mut self) {
        let rows = core::mem::take(&mut self.rows);
        self.ema = Ema::new(PARAMETERS);
        self.averaged.truncate(1);
        self.now.take();
        for (t, row) in rows.into_iter().enumerate() {
            if t > 0 {
                self.ema.update(&row, self.beta);
            }
            self.rows.push(row);
            if t > 0 && t.is_multiple_of(GRID) && !self.waits() {
                let tested = self.test(&self.averaged_weights());
                self.averaged.push((tested.loss, tested.accuracy));
            }
        }
    }

    /// The pictures of the batch that follows step `t`.
    fn batch(&mut self, t: usize) -> Vec<u32> {
        let size = self.world.batch;
        let each = TRAIN / size;
        if t.is_multiple_of(each) {
            self.order = order(self.world.seed, t / each).into();
        }
        let at = t % each * size;
        self.order[at..at + size].to_vec()
    }

    /// |average - weights| / |weights|.
    fn distance(&self) -> f64 {
        let averaged = self.averaged_weights();
        let square = |x: f64| x * x;
        let pairs = averaged.iter().zip(self.weights());
        let (apart, size) = pairs
            .fold((0.0, 0.0), |(apart, size), (a, w)| (apart + square(f64::from(a - w)), size + square(f64::from(*w))));
        libm::sqrt(apart / size)
    }

    /// Goes one step on.
    fn step(&mut self) {
        if self.waits() {
            self.rows.push(Rc::clone(&self.rows[0]));
            return;
        }
        let t = self.t();
        let batch = self.batch(t);
        if self.rates.last().is_none_or(|(_, rate)| *rate != self.lr) {
            self.rates.push((t, self.lr));
        }
        let mut weights = self.weights().to_vec();
        let (loss, grad) = {
            let mut engine = self.engine();
            let (loss, grads) = engine.step(&mut weights, &batch, self.lr);
            (loss, grads[WATCHED].into())
        };
        (self.train_loss, self.grad) = (loss, grad);
        self.ema.update(&weights, self.beta);
        self.rows.push(weights.into());
        self.now.take();
        self.test_on_grid();
    }
}

impl Lesson for Shadow {
    fn clone_box(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn configure(&mut self, config: &Config) {
        let (beta, start) = (config.number("beta"), Start::ALL[config.choice("average")]);
        if (beta, start) != (self.beta, self.start) {
            (self.beta, self.start) = (beta, start);
            self.recompute();
        }
        self.lr = config.number("lr");
        self.test_with_ema = config.choice("test_with") == 1;
        self.span = span_of(config.choice("span"));
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        Err(Problem::new(Code::UnknownKey, id, text, "beta, lr, batch"))
    }

    fn work(&mut self, job: Job) -> Result<Progress, Problem> {
        if job == Job::Step {
            self.step();
        }
        Ok(Progress::Done)
    }

    fn metrics(&self, out: &mut [f64]) {
        out.fill(f64::NAN);
        out[metric::TRAIN_LOSS] = self.train_loss;
        if self.t().is_multiple_of(GRID) {
            let both = (self.live.last(), self.averaged.last());
            if let (Some((loss, accuracy)), Some((ema_loss, ema_accuracy))) = both {
                out[metric::TEST_LOSS] = *loss;
                out[metric::TEST_ACCURACY] = *accuracy;
                out[metric::EMA_LOSS] = *ema_loss;
                out[metric::EMA_ACCURACY] = *ema_accuracy;
            }
        }
    }

    fn rewritten(&self) -> Vec<(usize, Vec<f64>)> {
        if self.waits() {
            return Vec::new();
        }
        let column = |pick: fn(&(f64, f64)) -> f64| {
            let at = |t: usize| if t.is_multiple_of(GRID) { pick(&self.averaged[t / GRID]) } else { f64::NAN };
            (0..=self.t()).map(at).collect()
        };
        vec![(metric::EMA_LOSS, column(|both| both.0)), (metric::EMA_ACCURACY, column(|both| both.1))]
    }

    fn moments(&self) -> Vec<Moment> {
        let moment = |id: &str, label, backward| Moment { id: id.into(), label, backward };
        vec![
            moment("gradient", Math::row([Math::op("∂"), Math::var("L")]), true),
            moment("update", indexed("w", "t"), false),
            moment("average", indexed("v", "t"), false),
            moment("test", Math::Word("moment.test"), false),
        ]
    }

    fn view(&self, index: usize, at: At) -> Option<View> {
        match MANIFEST.views[index].id {
            "forgetting" => Some(View::Curve(forgetting(self.beta))),
            _ if self.waits() => None,
            "trajectory" => Some(View::Comb(self.trajectory(at))),
            "reason" => Some(View::Formula(self.reason(at))),
            "losses" => Some(self.tests(at, "axis.test_loss", |both| both.0)),
            "accuracy" => Some(self.tests(at, "axis.test_accuracy", |both| both.1)),
            "mosaic" => Some(View::Image(self.mosaic())),
            "verification" => Some(View::Table(proof(&self.claims(), symbol))),
            _ => None,
        }
    }

    fn readouts(&self, _: At) -> Vec<Readout> {
        let memories = [
            readout("missing", missing(self.beta, self.t()), false),
            readout("memory", memory(self.beta), true),
            readout("half_life", half_life(self.beta), false),
        ];
        if self.waits() {
            return memories.into();
        }
        let tested = self.tested();
        let [live, averaged] = [&tested[0], &tested[1]];
        let shown = &tested[usize::from(self.test_with_ema)];
        let w = f64::from(self.weights()[WATCHED]);
        let mut all = vec![
            readout("test_loss", shown.loss, true),
            readout("test_accuracy", shown.accuracy, true),
            readout("live_loss", live.loss, false),
            readout("ema_loss", averaged.loss, false),
            readout("live_accuracy", live.accuracy, false),
            readout("ema_accuracy", averaged.accuracy, false),
            readout("train_loss", self.train_loss, false),
            readout("distance", self.distance(), false),
            readout("w", w, false),
            readout("grad_w", self.grad, false),
            readout("ema_w", self.averaged_weights()[WATCHED].into(), false),
        ];
        all.extend(memories);
        all
    }

    fn pick(&self, id: &str, at: At) -> Option<Pick> {
        let reason = || self.reason(At { moment: 3, ..at }).lines.into_iter().find(|line| line.id == id);
        if let Some(line) = (!self.waits()).then(reason).flatten() {
            let formula = Math::row([vec![line.statement], line.numbers].concat());
            return Some(Pick { highlight: vec![id.into(), "w".into()], formula, editable: None });
        }
        let value = self.readouts(at).into_iter().find(|readout| readout.id == id)?.value;
        explain(id, self.beta, "β").or_else(|| Some(plain(id, value)))
    }

    fn claims(&self) -> Vec<Claim> {
        if self.waits() {
            return Vec::new();
        }
        let (t, beta) = (self.t(), self.beta);
        let eps = f64::from(f32::EPSILON);
        // Every step rounds four times (both factors, both products), and what is remembered of that fades as the average does.
        let bound = 4.0 * eps * (memory(beta).min(t as f64) + 1.0);
        let mut sums = vec![(0.0, 0.0); PARAMETERS];
        for (i, row) in self.rows.iter().enumerate().skip(1) {
            let weight = weight(beta, t, i);
            for ((sum, size), value) in sums.iter_mut().zip(&**row) {
                let term = weight * f64::from(*value);
                *sum += term;
                *size += term.abs();
            }
        }
        let error = |computed: f32, (sum, size): (f64, f64)| (f64::from(computed) - sum).abs() / size.max(1e-30);
        let pairs = self.ema.value().iter().zip(&sums);
        let worst = pairs.map(|(v, sum)| error(*v, *sum)).fold(0.0, f64::max);
        let weights: f64 = (1..=t).map(|i| weight(beta, t, i)).sum();
        let tested = self.tested();
        let engine = self.engine();
        let wide = |weights: &[f32]| weights.iter().map(|w| f64::from(*w)).collect::<Vec<_>>();
        let loss = |id: &str, computed: f64, weights: &[f32]| {
            let reference = test_loss_naive(engine.digits(), &wide(weights));
            Claim {
                id: id.into(),
                computed,
                reference,
                error: (computed - reference).abs() / reference,
                bound: Bound::AtMost(1e-5),
            }
        };
        let one = weights + missing(beta, t);
        vec![
            Claim {
                id: "shadow".into(),
                computed: self.ema.value()[WATCHED].into(),
                reference: sums[WATCHED].0,
                error: worst,
                bound: Bound::AtMost(bound),
            },
            Claim {
                id: "weights".into(),
                computed: one,
                reference: 1.0,
                error: (one - 1.0).abs(),
                bound: Bound::AtMost(1e-12),
            },
            loss("live_loss", tested[0].loss, self.weights()),
            loss("ema_loss", tested[1].loss, &self.averaged_weights()),
        ]
    }

    fn pytorch(&self) -> String {
        if self.waits() {
            return String::new();
        }
        super::pytorch::network(&super::pytorch::Training {
            seed: self.world.seed,
            batch: self.world.batch,
            rates: if self.rates.is_empty() { vec![(0, self.lr)] } else { self.rates.clone() },
            beta: self.beta,
            steps: self.t(),
            start: self.start,
            test_with_ema: self.test_with_ema,
            watched: WATCHED + SIZES[2] - PARAMETERS,
            ahead: GRID,
        })
    }
}

/// What a claim speaks of.
fn symbol(id: &str) -> Math {
    match id {
        "shadow" => Math::Word("verify.shadow"),
        "weights" => Math::Word("verify.weights"),
        "live_loss" => Math::Word("live_loss"),
        _ => Math::Word("ema_loss"),
    }
}
