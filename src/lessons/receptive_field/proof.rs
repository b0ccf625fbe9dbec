//! The proof: where the gradient says that the unit looks, beside where the arithmetic says it.
//!
//! All weights positive, one channel a layer, the mean in place of the largest: nothing cancels, so the gradient is positive
//! exactly on what the unit looks at. Every comparison is of whole numbers or of equal sums: no tolerance.

use super::geometry::Geometry;
use super::pass::{Reading, Sounding};
use super::{Lens, pass};
use crate::analysis::receptive_field::closed_form;
use crate::analysis::stack::Op;
use crate::autograd::Short;
use crate::lessons::{Bound, Claim};

/// How far the variance of an even stack may be from its closed form, relative to it: rounding of a sum over the picture.
const VARIANCE: f64 = 1e-9;

/// What the gradient showed.
pub struct Proof {
    /// Pixels outside of the box with a gradient that is not 0.
    outside: usize,
    /// First and last row, first and last column with a gradient; absent where there is none.
    support: Option<[(usize, usize); 2]>,
    /// The unit's number on an even picture, and on the same picture painted everywhere outside of the box.
    values: (f64, f64),
}

/// A proof that is under way: a pass with positive weights, then the number of an even picture, then of a painted one.
pub enum Proving {
    /// The pass.
    Gradient(Box<Sounding<f64>>),
    /// What it has shown, and the number of the even picture once that is known: the next number is to be read.
    Between(Vec<f64>, Option<f64>),
    /// That number, on its way.
    Reading(Box<Reading<f64>>, Vec<f64>, Option<f64>),
}

impl Proving {
    /// At the beginning.
    pub fn new(geometry: &Geometry) -> Result<Proving, Short> {
        Ok(Proving::Gradient(Box::new(Sounding::positive(geometry, false)?)))
    }

    /// A portion of it; the proof where that was the last one.
    pub fn portion(&mut self, geometry: &Geometry) -> Result<Option<Proof>, Short> {
        match self {
            Proving::Gradient(pass) => {
                if pass.portion() {
                    let gradient = pass.heat();
                    // Each is gone before the next one begins: it takes the same memory.
                    *self = Proving::Between(gradient, None);
                }
            }
            Proving::Between(gradient, None) => {
                let reading = Reading::positive(geometry, &vec![1.0; gradient.len()])?;
                *self = Proving::Reading(Box::new(reading), core::mem::take(gradient), None);
            }
            Proving::Between(gradient, Some(even)) => {
                let width = geometry.stack.input.size[1];
                let paint = |at: usize| if geometry.sees(at / width, at % width) { 1.0 } else { -1e3 };
                let reading = Reading::positive(geometry, &(0..gradient.len()).map(paint).collect::<Vec<f64>>())?;
                *self = Proving::Reading(Box::new(reading), core::mem::take(gradient), Some(*even));
            }
            Proving::Reading(reading, gradient, even) => {
                if reading.portion() {
                    let value = reading.clean().value;
                    match *even {
                        None => *self = Proving::Between(core::mem::take(gradient), Some(value)),
                        Some(even) => return Ok(Some(Proof::of(geometry, gradient, (even, value)))),
                    }
                }
            }
        }
        Ok(None)
    }

    /// All of it.
    pub fn now(geometry: &Geometry) -> Result<Proof, Short> {
        let mut proving = Proving::new(geometry)?;
        loop {
            if let Some(proof) = proving.portion(geometry)? {
                return Ok(proof);
            }
        }
    }
}

impl Proof {
    /// What a gradient over the whole picture shows.
    fn of(geometry: &Geometry, gradient: &[f64], values: (f64, f64)) -> Proof {
        let width = geometry.stack.input.size[1];
        let lit = |at: &usize| gradient[*at] != 0.0;
        let mut support: Option<[(usize, usize); 2]> = None;
        for at in (0..gradient.len()).filter(lit) {
            let [rows, cols] = support.get_or_insert([(at / width, at / width), (at % width, at % width)]);
            *rows = (rows.0.min(at / width), rows.1.max(at / width));
            *cols = (cols.0.min(at % width), cols.1.max(at % width));
        }
        let outside = |at: &usize| !geometry.sees(at / width, at % width);
        Proof { outside: (0..gradient.len()).filter(lit).filter(outside).count(), support, values }
    }
}

impl Lens {
    /// Whether a proof is a matter of a moment.
    pub(super) fn provable(&self) -> bool {
        pass::is_provable(&self.geometry.stack)
    }

    /// The proof for the present unit; absent where it would take too long, or there is no memory for it.
    fn proof(&self) -> Option<&Proof> {
        let now = || Proving::now(&self.geometry).ok();
        if self.provable() { self.proof.get_or_init(now).as_ref() } else { None }
    }

    /// Whether a pixel lies in the box.
    pub(super) fn sees(&self, y: usize, x: usize) -> bool {
        self.geometry.sees(y, x)
    }

    /// What is claimed, each found a second way.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let geometry = &self.geometry;
        let exact = |id: &str, computed: f64, reference: f64| Claim {
            id: id.into(),
            computed,
            reference,
            error: (computed - reference).abs(),
            bound: Bound::AtMost(0.0),
        };
        let mut claims = Vec::new();
        for (axis, id) in [(0, "closed.r"), (1, "closed.r_x")] {
            if let Some(closed) = closed_form(&geometry.stack, axis) {
                claims.push(exact(id, geometry.field[axis].size() as f64, closed as f64));
            }
        }
        let sides = [["top", "bottom"], ["left", "right"]];
        for (axis, [first, last]) in sides.into_iter().enumerate() {
            let (forward, backward) = (geometry.seen(axis), geometry.seen_backward(axis));
            claims.push(exact(&format!("back.{first}"), forward.0 as f64, backward.0 as f64));
            claims.push(exact(&format!("back.{last}"), forward.1 as f64, backward.1 as f64));
        }
        if let Some(proof) = self.proof() {
            claims.push(exact("outside", proof.outside as f64, 0.0));
            claims.push(exact("paint", proof.values.1, proof.values.0));
            // Where the box does not fit, the gradient lies inside of what is left of it, and need not touch its sides.
            if let (true, Some(support)) = (geometry.fits(), proof.support) {
                for (axis, [first, last]) in sides.into_iter().enumerate() {
                    let (forward, found) = (geometry.seen(axis), support[axis]);
                    claims.push(exact(&format!("edge.{first}"), forward.0 as f64, found.0 as f64));
                    claims.push(exact(&format!("edge.{last}"), forward.1 as f64, found.1 as f64));
                }
            }
        }
        if !self.provable() {
            let edges = sides.as_flattened().iter().map(|side| format!("edge.{side}")).filter(|_| geometry.fits());
            let skipped = |id| Claim {
                id,
                computed: f64::NAN,
                reference: f64::NAN,
                error: f64::NAN,
                bound: Bound::Undecided("verify.skipped"),
            };
            claims.extend(["outside".into(), "paint".into()].into_iter().chain(edges).map(skipped));
        }
        claims.extend(self.measured_claims());
        claims
    }

    /// What is claimed of the passes so far.
    fn measured_claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        let width = self.size()[1];
        if let Some(shares) = self.effective() {
            let outside = shares.enumerate().filter(|(at, _)| !self.sees(at / width, at % width));
            let sum: f64 = outside.map(|(_, share)| share).sum();
            claims.push(Claim {
                id: "heat".into(),
                computed: sum,
                reference: 0.0,
                error: sum,
                bound: Bound::AtMost(0.0),
            });
        }
        if let Some((before, beyond)) = self.painted.as_ref().and_then(|it| Some((it.before, it.outside?))) {
            claims.push(Claim {
                id: "brush".into(),
                computed: beyond,
                reference: before,
                error: (beyond - before).abs(),
                bound: Bound::AtMost(0.0),
            });
        }
        for (axis, id) in [(0, "variance_y"), (1, "variance_x")] {
            if let (Some(computed), Some(reference)) = (self.variance(axis), self.even_variance(axis)) {
                let error = (computed - reference).abs() / reference.max(1.0);
                claims.push(Claim { id: id.into(), computed, reference, error, bound: Bound::AtMost(VARIANCE) });
            }
        }
        claims
    }

    /// The variance of the effective field of a chain of even weights whose field fits the picture: each window is an even
    /// distribution over k places d j apart, of variance (k^2 - 1) / 12 (d j)^2, and the variances of a chain add.
    fn even_variance(&self, axis: usize) -> Option<f64> {
        let geometry = &self.geometry;
        let chain = geometry.stack.layers.iter().all(|layer| !matches!(layer.op, Op::Residual { .. } | Op::Fc { .. }));
        if !(self.uniform() && chain && geometry.fits()) {
            return None;
        }
        let of = |row: &super::geometry::Row| {
            let slide = row.window[axis].expect("a chain has windows only");
            let apart = (slide.dilation as f64) * row.before[axis].jump as f64;
            (slide.kernel as f64 * slide.kernel as f64 - 1.0) / 12.0 * apart * apart
        };
        Some(geometry.rows.iter().map(of).sum())
    }
}
