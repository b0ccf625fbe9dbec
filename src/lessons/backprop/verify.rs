//! The proof: every gradient three times, by the formula written out by hand, by the engine's tape, by central difference.
//!
//! Error measure: |a - b| / max(|a|, |b|, 1e-6). The floor is there because a difference of two losses near 1 is known to
//! about 1e-16 / h and no better: gradients smaller than the floor are compared absolutely, at 1e-13.

use super::net::{Net, Params, Trace};
use super::thing::Thing;
use super::{Backprop, LONG};
use crate::lessons::Claim;
use crate::scene::{Cell, Format, Math, Row, Table};
use std::rc::Rc;

/// What the relative error of a claim must not exceed.
pub const BOUND: f64 = 1e-7;
/// Gradients below this are compared absolutely.
const FLOOR: f64 = 1e-6;

/// One gradient, three ways.
#[derive(Clone, Copy)]
pub struct Checked {
    thing: Thing,
    hand: f64,
    tape: f64,
    /// Absent at a kink of ReLU, where there is no derivative.
    difference: Option<f64>,
}

/// |a - b| relative to the larger of both, or to the floor.
fn relative_error(a: f64, b: f64) -> f64 {
    (a - b).abs() / a.abs().max(b.abs()).max(FLOOR)
}

impl Checked {
    /// The errors of hand formula and tape against the difference (or, at a kink, against each other).
    fn errors(&self) -> [f64; 2] {
        match self.difference {
            Some(difference) => [relative_error(self.hand, difference), relative_error(self.tape, difference)],
            None => [relative_error(self.hand, self.tape), 0.0],
        }
    }

    /// The larger error; NaN where one is.
    fn error(&self) -> f64 {
        let [hand, tape] = self.errors();
        if hand.is_nan() || tape.is_nan() { f64::NAN } else { hand.max(tape) }
    }
}

impl Backprop {
    /// Every gradient, three ways: computed once for the present parameters, because the differences are costly.
    fn checked(&self) -> Rc<[Checked]> {
        self.proof.borrow_mut().get_or_insert_with(|| self.check()).clone()
    }

    fn check(&self) -> Rc<[Checked]> {
        let tape = self.tape_gradients();
        let mut difference = Difference::new(self);
        let at = |params: &Params, thing| match thing {
            Thing::WeightGrad(l, i, j) => params.weights[l - 1][j * self.net.sizes[l - 1] + i],
            Thing::BiasGrad(l, j) => params.biases[l - 1][j],
            _ => unreachable!("not a gradient"),
        };
        let all = [self.edges(Thing::WeightGrad), self.nodes(Thing::BiasGrad)].concat();
        all.into_iter()
            .map(|thing| Checked {
                thing,
                hand: at(&self.grads, thing),
                tape: at(&tape, thing),
                difference: difference.of(thing),
            })
            .collect()
    }

    /// Two claims a parameter: the hand formula and the tape, each against the central difference.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let claims =
            |checked: &Checked| {
                let errors = checked.errors();
                let reference = checked.difference.unwrap_or(checked.tape);
                [("hand", checked.hand, errors[0]), ("tape", checked.tape, errors[1])].map(|(way, computed, error)| {
                    Claim { id: format!("{way}.{}", checked.thing), computed, reference, error, bound: BOUND }
                })
            };
        self.checked().iter().flat_map(claims).collect()
    }

    /// The three columns and their verdict.
    pub(super) fn verification(&self) -> Table {
        let row = |checked: &Checked| Row {
            id: checked.thing.to_string(),
            cells: vec![
                Cell::Symbol(self.symbol(checked.thing)),
                Cell::Number(checked.hand, LONG),
                Cell::Number(checked.tape, LONG),
                checked.difference.map_or(Cell::Word("verify.kink"), |value| Cell::Number(value, LONG)),
                Cell::Number(checked.error(), Format::Scientific(2)),
                Cell::Verdict(checked.error() <= BOUND),
            ],
        };
        Table {
            columns: vec![
                "verify.parameter",
                "verify.hand",
                "verify.tape",
                "verify.difference",
                "verify.error",
                "verify.verdict",
            ],
            rows: self.checked().iter().map(row).collect(),
        }
    }
}

/// Central differences of the mean loss.
///
/// The stencil has eight points (error h^8 L^(9) / 630): wide enough for rounding to stay small, flat enough for the
/// loss's own curvature to vanish. h is halved until two neighbours agree.
struct Difference<'a> {
    lesson: &'a Backprop,
    net: Net,
    trace: Trace,
    /// Which nodes of a ReLU network are on, over all samples: the loss is smooth only as long as this stays.
    pattern: Vec<bool>,
    /// Losses on the upper side of the stencil.
    above: Vec<f64>,
}

/// Coefficients of the central difference at 1, 2, 3 and 4 steps (Fornberg, 1988).
const STENCIL: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
/// The first and widest step.
const WIDEST: f64 = 1.0 / 16.0;
/// How often the step is halved at most.
const HALVINGS: usize = 12;
/// Two neighbouring steps that agree so well end the search.
const AGREEMENT: f64 = 1e-8;

impl<'a> Difference<'a> {
    fn new(lesson: &'a Backprop) -> Self {
        let mut difference = Difference {
            lesson,
            net: lesson.net.clone(),
            trace: Trace::default(),
            pattern: Vec::new(),
            above: Vec::new(),
        };
        difference.losses();
        difference.pattern = difference.on().collect();
        difference
    }

    /// The loss of each sample in the present network.
    fn losses(&mut self) -> &[f64] {
        let samples = &self.lesson.samples;
        self.net.forward(&samples.inputs, &samples.targets, &mut self.trace);
        &self.trace.losses
    }

    /// Which nodes are on; empty for smooth activations.
    fn on(&self) -> impl Iterator<Item = bool> + '_ {
        let kinked = self.net.activation == super::Activation::Relu;
        self.trace.z.iter().filter(move |_| kinked).flatten().map(|z| *z > 0.0)
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

    /// The derivative by the stencil of width `h`; nothing where a kink lies inside it.
    fn by(&mut self, thing: Thing, h: f64) -> Option<f64> {
        let start = *self.parameter(thing);
        let mut sum = 0.0;
        let mut smooth = true;
        for (steps, coefficient) in (1..).zip(STENCIL) {
            let reach = f64::from(steps) * h;
            *self.parameter(thing) = start + reach;
            self.losses();
            smooth &= self.on().eq(self.pattern.iter().copied());
            core::mem::swap(&mut self.above, &mut self.trace.losses);
            *self.parameter(thing) = start - reach;
            self.losses();
            smooth &= self.on().eq(self.pattern.iter().copied());
            // Sample by sample: the difference of two means would be known to fewer digits than the mean of differences.
            let sides = self.above.iter().zip(&self.trace.losses);
            let mean = sides.map(|(above, below)| above - below).sum::<f64>() / self.above.len() as f64;
            sum += coefficient * mean;
        }
        *self.parameter(thing) = start;
        smooth.then_some(sum / h)
    }

    /// The derivative of the mean loss by the parameter of `thing`.
    fn of(&mut self, thing: Thing) -> Option<f64> {
        let mut h = WIDEST;
        let mut wider = self.by(thing, h);
        let mut best: Option<(f64, f64)> = None;
        for _ in 0..HALVINGS {
            h /= 2.0;
            let narrower = self.by(thing, h);
            if let (Some(a), Some(b)) = (wider, narrower) {
                let distance = relative_error(a, b);
                if best.is_none_or(|(least, _)| distance < least) {
                    best = Some((distance, a));
                }
                if distance <= AGREEMENT {
                    break;
                }
            }
            wider = narrower;
        }
        best.map(|(_, value)| value)
    }
}

impl Backprop {
    /// A gradient's symbol: ∂L/∂w with its indices.
    fn symbol(&self, thing: Thing) -> Math {
        let numbered = |letter: &str, l: usize, index: String| {
            Math::SubSup(
                Box::new(Math::var(letter)),
                Box::new(Math::Const(index)),
                Box::new(Math::Row(vec![Math::op("("), Math::Const(l.to_string()), Math::op(")")])),
            )
        };
        match thing {
            Thing::WeightGrad(l, i, j) => numbered("w", l, format!("{}{}", i + 1, j + 1)),
            Thing::BiasGrad(l, j) => numbered("b", l, (j + 1).to_string()),
            _ => unreachable!("not a gradient"),
        }
    }
}
