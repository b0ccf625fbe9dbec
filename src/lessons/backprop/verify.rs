//! The proof: every gradient three times, by the formula written out by hand, by the engine's tape, by central difference.
//!
//! Error measure: |a - b|, relative to the largest of |a|, |b| and the mean size of the terms delta_j a_i that the gradient is
//! the mean of: where those cancel, a wrong formula would be off by a part of them, not of what is left. The bound of each claim
//! is derived from what its two ways can be off by ([`Rounding`], [`Difference`]). Where it is above [`RESOLUTION`], the claim
//! decides nothing and says so. Formula and tape are compared with each other whatever the difference is good for.

use super::difference::{Difference, Estimate, Missing};
use super::net::{Fault, Params, Trace};
use super::rounding::Rounding;
use super::thing::Thing;
use super::{Backprop, LONG};
use crate::lessons::{Bound, Claim, Tally};
use crate::scene::{Cell, Format, Key, Math, Row, Table};
use std::rc::Rc;

/// The largest derived bound under which a claim is decided: seven digits.
const RESOLUTION: f64 = 1e-7;

/// Why a claim was not decided.
const KINK: Key = "verify.kink";
const ROUNDING: Key = "verify.rounding";
const INFINITE: Key = "verify.infinite";

/// One gradient, three ways.
#[derive(Clone, Copy)]
pub struct Checked {
    thing: Thing,
    hand: f64,
    tape: f64,
    difference: Result<Estimate, Missing>,
    /// What rounding can take a right formula, and the tape, off by.
    rounding: f64,
    /// Mean size of the terms.
    terms: f64,
}

impl Checked {
    /// Each two of the three ways agree: formula and difference, tape and difference, formula and tape.
    fn claims(&self) -> [Claim; 3] {
        let [hand, tape] = [("hand", self.hand), ("tape", self.tape)].map(|(way, computed)| match self.difference {
            Ok(Estimate { value, uncertainty, kinked }) => {
                self.claim(way, computed, value, self.rounding + uncertainty, if kinked { KINK } else { ROUNDING })
            }
            Err(Missing::Kink) => self.claim(way, computed, f64::NAN, 0.0, KINK),
            Err(Missing::Infinite) => self.claim(way, computed, f64::NAN, 0.0, INFINITE),
        });
        [hand, tape, self.claim("both", self.hand, self.tape, 2.0 * self.rounding, ROUNDING)]
    }

    /// Two numbers that may be `apart` by so much; `why` they decide nothing where that is too much.
    fn claim(&self, way: &str, computed: f64, reference: f64, apart: f64, why: Key) -> Claim {
        let size = computed.abs().max(reference.abs()).max(self.terms);
        let (error, bound) = if size > 0.0 {
            ((computed - reference).abs() / size, apart / size)
        } else {
            // Nothing to be relative to: 0, or NaN.
            ((computed - reference).abs(), 0.0)
        };
        let bound = if !(reference.is_finite() && apart.is_finite()) {
            Bound::Undecided(if why == KINK { KINK } else { INFINITE })
        } else if error <= bound && bound > RESOLUTION {
            Bound::Undecided(why)
        } else {
            Bound::AtMost(bound)
        };
        Claim { id: format!("{way}.{}", self.thing), computed, reference, error, bound }
    }
}

impl Backprop {
    /// Every gradient, three ways: computed once for the present parameters, because the differences are costly.
    fn checked(&self) -> Rc<[Checked]> {
        self.proof.borrow_mut().get_or_insert_with(|| self.check()).clone()
    }

    fn check(&self) -> Rc<[Checked]> {
        let targets = &self.samples.targets;
        // The bounds are those of the right formula, whatever the reader has broken.
        let (mut trace, mut right) = (self.trace.clone(), self.grads.clone());
        self.net.backward(targets, Fault::None, self.lr, &mut trace, &mut right);
        let mut rounding = Rounding::default();
        rounding.forward_from(1, &self.net, targets, &trace);
        let (errors, terms) = (rounding.gradients(&self.net, targets, &trace), mean_terms(&self.net.sizes, &trace));
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
                rounding: at(&errors, thing),
                terms: at(&terms, thing),
            })
            .collect()
    }

    /// Three claims a parameter: each two of the three ways agree.
    pub(super) fn claims(&self) -> Vec<Claim> {
        self.checked().iter().flat_map(Checked::claims).collect()
    }

    /// The three columns and their verdict: of the comparison that fails, or else of the worst of those that were decided.
    pub(super) fn verification(&self) -> Table {
        let row = |checked: &Checked| {
            let tally = Tally::of(&checked.claims());
            let decided = |value| {
                if tally.open() < tally.claims { Cell::Number(value, Format::Scientific(2)) } else { Cell::Empty }
            };
            let verdict = match tally.undecided[..] {
                [(why, _), ..] if tally.failed() == 0 => Cell::Word(why),
                _ => Cell::Verdict(tally.failed() == 0),
            };
            Row {
                id: checked.thing.to_string(),
                cells: vec![
                    Cell::Symbol(self.symbol(checked.thing)),
                    Cell::Number(checked.hand, LONG),
                    Cell::Number(checked.tape, LONG),
                    checked.difference.map_or(Cell::Empty, |estimate| Cell::Number(estimate.value, LONG)),
                    decided(tally.worst),
                    decided(tally.bound),
                    verdict,
                ],
            }
        };
        Table {
            columns: vec![
                "verify.parameter",
                "verify.hand",
                "verify.tape",
                "verify.difference",
                "verify.error",
                "verify.bound",
                "verify.verdict",
            ],
            rows: self.checked().iter().map(row).collect(),
        }
    }
}

/// Mean over the samples of |delta_j a_i| and of |delta_j|: what the gradients of weights and biases are sums of.
fn mean_terms(sizes: &[usize], trace: &Trace) -> Params {
    let mut terms = Params::zeros(sizes);
    for l in 1..sizes.len() {
        let samples = trace.a[l - 1].chunks_exact(sizes[l - 1]).zip(trace.delta[l].chunks_exact(sizes[l]));
        for (a, delta) in samples {
            let rows = terms.weights[l - 1].chunks_exact_mut(sizes[l - 1]).zip(&mut terms.biases[l - 1]);
            for ((row, bias), delta) in rows.zip(delta) {
                let delta = delta.abs() / trace.samples as f64;
                row.iter_mut().zip(a).for_each(|(term, a)| *term += delta * a.abs());
                *bias += delta;
            }
        }
    }
    terms
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
