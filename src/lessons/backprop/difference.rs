//! The central difference of the loss, and what it is off by: the third of the three columns.
//!
//! Each sample's loss is differentiated by itself, and the mean is taken last: a sample near a kink of ReLU needs a step that
//! would leave the others to rounding. The stencil has eight points, at 1 to 4 steps on either side. Its value is off by
//!
//! 1. truncation, h^8 L^(9) / 630. It is estimated from above by the larger of two distances: to the six-point stencil over
//!    the same losses (off by h^6 L^(7) / 140), and to the same stencil at twice the step (off by 256 times as much);
//! 2. rounding of the losses, divided by h: a bound by [`Rounding`];
//! 3. rounding of the parameter where the step is added to it, and of the sum.
//!
//! h is halved as long as truncation is most of that. A step is used only where no node of a ReLU network turns on or off within
//! the stencil. The outermost points say so for all between them: as long as no node turns, the sums of a sample are linear in
//! one parameter.

use super::Backprop;
use super::net::{Activation, Net, Trace};
use super::rounding::{Rounding, UNIT};
use super::thing::Thing;

/// Coefficients of the central difference of eight points, at 1, 2, 3 and 4 steps (Fornberg, 1988).
const EIGHT: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
/// Of six points.
const SIX: [f64; 4] = [3.0 / 4.0, -3.0 / 20.0, 1.0 / 60.0, 0.0];
/// Sum of the sizes of `EIGHT`, over both sides.
const WEIGHT: f64 = 2.0 * (4.0 / 5.0 + 1.0 / 5.0 + 4.0 / 105.0 + 1.0 / 280.0);
/// The first and widest step.
const WIDEST: f64 = 1.0 / 4.0;
/// How often the step is halved at most: beyond it rounding leaves no digit.
const HALVINGS: u32 = 26;
/// An uncertainty that is so much smaller than the value ends the search.
const ENOUGH: f64 = 1e-9;

/// A derivative, and how far from it the true one can be.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// By the best stencil of each sample.
    pub value: f64,
    /// Largest distance to the true derivative.
    pub uncertainty: f64,
    /// A wider stencil would have had a kink in it, for some sample.
    pub kinked: bool,
}

/// Why there is no derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A kink of ReLU in every stencil of some sample.
    Kink,
    /// Losses that are not finite.
    Infinite,
}

/// What a stencil of one width says.
#[derive(Clone, Copy)]
struct Stencil {
    value: f64,
    /// Distance to the six-point stencil.
    lower: f64,
    rounding: f64,
}

/// One sample in the network at its present parameters, whose layers are computed anew from the one that changes on.
struct Sample {
    targets: Vec<f64>,
    trace: Trace,
    rounding: Rounding,
    /// Which nodes of a ReLU network are on.
    pattern: Vec<bool>,
}

impl Sample {
    /// Which nodes are on; empty for smooth activations.
    fn on(&self, net: &Net) -> impl Iterator<Item = bool> + '_ {
        let kinked = net.activation == Activation::Relu;
        self.trace.z.iter().filter(move |_| kinked).flatten().map(|z| *z > 0.0)
    }

    /// The loss, computed anew from layer `l` on.
    fn loss(&mut self, net: &Net, l: usize) -> f64 {
        net.forward_from(l, &self.targets, &mut self.trace);
        self.trace.losses[0]
    }

    /// What rounding can take that loss off by.
    fn rounding(&mut self, net: &Net, l: usize) -> f64 {
        self.rounding.forward_from(l, net, &self.targets, &self.trace);
        self.rounding.losses[0]
    }
}

/// Central differences for a network at its present parameters.
pub struct Difference {
    net: Net,
    samples: Vec<Sample>,
}

impl Difference {
    /// At the present parameters of `lesson`.
    pub fn new(lesson: &Backprop) -> Self {
        let net = lesson.net.clone();
        let (inputs, targets) = (&lesson.samples.inputs, &lesson.samples.targets);
        let rows = inputs.chunks_exact(net.sizes[0]).zip(targets.chunks_exact(net.sizes[net.last()]));
        let sample = |(inputs, targets): (&[f64], &[f64])| {
            let (trace, rounding) = (Trace::default(), Rounding::default());
            let mut sample = Sample { targets: targets.into(), trace, rounding, pattern: Vec::new() };
            net.forward(inputs, targets, &mut sample.trace);
            sample.rounding(&net, 1);
            sample.pattern = sample.on(&net).collect();
            sample
        };
        Difference { samples: rows.map(sample).collect(), net }
    }

    /// The parameter whose gradient is `thing`.
    fn parameter(&mut self, thing: Thing) -> &mut f64 {
        match thing {
            Thing::WeightGrad(l, i, j) => {
                let place = j * self.net.sizes[l - 1] + i;
                &mut self.net.params.weights[l - 1][place]
            }
            Thing::BiasGrad(l, j) => &mut self.net.params.biases[l - 1][j],
            _ => unreachable!("not a gradient"),
        }
    }

    /// The derivative of the mean loss by the parameter of `thing`.
    pub fn of(&mut self, thing: Thing) -> Result<Estimate, Missing> {
        let start = *self.parameter(thing);
        let count = self.samples.len() as f64;
        let mut mean = Estimate { value: 0.0, uncertainty: 0.0, kinked: false };
        let mut sizes = 0.0;
        for s in 0..self.samples.len() {
            let estimate = self.of_sample(s, thing, start);
            *self.parameter(thing) = start;
            let (l, sample) = (layer(thing), &mut self.samples[s]);
            sample.loss(&self.net, l);
            sample.rounding(&self.net, l);
            let Estimate { value, uncertainty, kinked } = estimate?;
            mean.value += value / count;
            mean.uncertainty += uncertainty / count;
            mean.kinked |= kinked;
            sizes += value.abs() / count;
        }
        mean.uncertainty += (count + 1.0) * UNIT * sizes;
        Ok(mean)
    }

    /// The derivative of one sample's loss, by the best of all steps.
    fn of_sample(&mut self, s: usize, thing: Thing, start: f64) -> Result<Estimate, Missing> {
        let middle = &self.samples[s];
        if !middle.trace.losses[0].is_finite() {
            return Err(Missing::Infinite);
        }
        let rounding = middle.rounding.losses[0];
        let mut best: Option<Estimate> = None;
        let mut wider: Option<Stencil> = None;
        let mut kinked = false;
        for halvings in 0..=HALVINGS {
            let h = WIDEST / f64::from(1 << halvings);
            let stencil = self.stencil(s, thing, start, h, rounding);
            kinked |= stencil.is_none();
            if let (Some(wide), Some(narrow)) = (wider, stencil) {
                let truncation = narrow.lower.max((wide.value - narrow.value).abs());
                let (value, uncertainty) = (narrow.value, truncation + narrow.rounding);
                // Not where a loss of the stencil overflows.
                if uncertainty.is_finite() && best.is_none_or(|best| uncertainty < best.uncertainty) {
                    best = Some(Estimate { value, uncertainty, kinked });
                }
                if truncation <= narrow.rounding || uncertainty <= ENOUGH * value.abs() {
                    break;
                }
            }
            wider = stencil;
        }
        best.ok_or(if kinked { Missing::Kink } else { Missing::Infinite })
    }

    /// The stencil of step `h` over the loss of one sample, whose own rounding is `middle`; nothing where a kink lies inside it.
    fn stencil(&mut self, s: usize, thing: Thing, start: f64, h: f64, middle: f64) -> Option<Stencil> {
        let l = layer(thing);
        let (mut eight, mut six, mut sizes, mut steepest, mut error) = (0.0, 0.0, 0.0, 0.0_f64, middle);
        // The outermost points first: they say whether the others count.
        for (at, steps) in [(3, 4.0), (2, 3.0), (1, 2.0), (0, 1.0)] {
            let sides = [steps * h, -steps * h].map(|reach| {
                *self.parameter(thing) = start + reach;
                let sample = &mut self.samples[s];
                let loss = sample.loss(&self.net, l);
                if at < 3 {
                    return Some(loss);
                }
                error = error.max(sample.rounding(&self.net, l));
                sample.on(&self.net).eq(sample.pattern.iter().copied()).then_some(loss)
            });
            let [Some(above), Some(below)] = sides else { return None };
            let across = above - below;
            eight += EIGHT[at] * across;
            six += SIX[at] * across;
            sizes += EIGHT[at].abs() * across.abs();
            steepest = steepest.max(across.abs() / (2.0 * steps * h));
        }
        let places = WEIGHT * UNIT * (start.abs() + 4.0 * h) * steepest;
        // Two roundings of each term, one of each sum, and those of the coefficients.
        let sum = 7.0 * UNIT * sizes;
        let rounding = (WEIGHT * error + places + sum) / h;
        Some(Stencil { value: eight / h, lower: ((eight - six) / h).abs(), rounding })
    }
}

/// The layer of a parameter.
fn layer(thing: Thing) -> usize {
    match thing {
        Thing::WeightGrad(l, ..) | Thing::BiasGrad(l, _) => l,
        _ => unreachable!("not a gradient"),
    }
}
