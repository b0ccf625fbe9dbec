//! The comb of weights that an average leaves behind it, at any stage of a step.
//!
//! The zero that the recurrence starts from is the same as an endless past of zeros: their weights, (1 - beta) beta^(t - i) for
//! i <= 0, sum to beta^t. So the missing mass has a place in the picture: it is the part of the comb that lies before the
//! first value. As the comb moves on, it leaves.

use super::average::{missing, seen};
use crate::scene::{Axis, Key, Scale, Share, Tooth};

/// What happens within a step of a stream, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A value arrives; it does not count yet.
    Arrive,
    /// Every weight shrinks by beta.
    Shrink,
    /// The room becomes the newcomer's: 1 - beta.
    Add,
    /// What is missing to one is divided away.
    Correct,
}

impl Stage {
    /// In order.
    pub const ALL: [Stage; 4] = [Stage::Arrive, Stage::Shrink, Stage::Add, Stage::Correct];
}

/// How far a step has come: the stage, and how much of it has passed (0 to 1).
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The step, from 0; at 0 nothing has come in.
    pub t: usize,
    /// The stage.
    pub stage: Stage,
    /// 0 to 1.
    pub part: f64,
}

impl Progress {
    /// How much of `stage` has passed.
    pub fn of(self, stage: Stage) -> f64 {
        match self.stage.cmp(&stage) {
            core::cmp::Ordering::Less => 0.0,
            core::cmp::Ordering::Equal => self.part,
            core::cmp::Ordering::Greater => 1.0,
        }
    }
}

/// The places that are seen at step `t`, `span` of them and the time before the first.
pub fn window(span: usize, t: usize) -> (f64, f64) {
    let (span, t) = (span as f64, t as f64);
    let low = (t - span).max(-0.2 * span).floor();
    (low, (low + 1.2 * span).ceil())
}

/// The weights at the places `low..=high`.
pub fn teeth(beta: f64, now: Progress, (low, high): (f64, f64)) -> Vec<Tooth> {
    let t = now.t as f64;
    // The weights before this step, and what has become of them.
    let (base, shrunk) = if now.t == 0 { (0.0, 1.0) } else { (t - 1.0, 1.0 + (beta - 1.0) * now.of(Stage::Shrink)) };
    let rise = if now.t == 0 { f64::NAN } else { 1.0 / seen(beta, now.t) };
    let corrected = now.of(Stage::Correct);
    let tooth = |x: f64| {
        let height = if x > base {
            (1.0 - beta) * now.of(Stage::Add)
        } else {
            (1.0 - beta) * libm::pow(beta, base - x) * shrunk
        };
        let missing = x < 1.0;
        let cap = if missing || corrected == 0.0 { f64::NAN } else { height * (1.0 + (rise - 1.0) * corrected) };
        Tooth { x, height, cap, missing }
    };
    (low as i64..=(high as i64).min(now.t as i64)).map(|x| tooth(x as f64)).collect()
}

/// What the weights add up to. Between shrinking and adding there is room for the newcomer.
pub fn share(beta: f64, now: Progress) -> Share {
    let names: (Key, Key) = ("share.kept", "share.missing");
    let (kept, missing) = if now.t == 0 {
        (0.0, 1.0)
    } else {
        let shrunk = 1.0 + (beta - 1.0) * now.of(Stage::Shrink);
        let before = missing(beta, now.t - 1);
        ((1.0 - before) * shrunk + (1.0 - beta) * now.of(Stage::Add), before * shrunk)
    };
    Share { kept, missing, kept_name: names.0, missing_name: names.1 }
}

/// The axis of the weights: its height is that of the newest tooth, or of its cap while there is little else.
pub fn weight_axis(beta: f64) -> Axis {
    Axis { label: "axis.weight", scale: Scale::Linear, range: Some((0.0, ((1.0 - beta) * 1.6).min(1.05))) }
}

/// The range in which the finite `values` can be told apart; one that is a thousand times farther out than the others is left
/// outside, where a mark at the edge names it.
pub fn readable(values: impl Iterator<Item = f64>, with_zero: bool) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = *sorted.get(sorted.len() / 2)?;
    let mut apart: Vec<f64> = sorted.iter().map(|value| (value - middle).abs()).collect();
    apart.sort_by(f64::total_cmp);
    let typical = apart[apart.len() / 2] + 0.01 * middle.abs() + 0.01;
    let seen = sorted.iter().filter(|value| (*value - middle).abs() <= 1e3 * typical);
    let (low, high) = seen.fold((middle, middle), |(low, high), value| (low.min(*value), high.max(*value)));
    let (low, high) = if with_zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
    // Where all are alike there is no distance to go by.
    let air = if high > low { 0.06 * (high - low) } else { 0.1 + 0.06 * middle.abs() };
    Some((low - air, high + air))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comb_and_its_block_fill_one_at_every_stage_but_while_there_is_room() {
        for beta in [0.0, 0.5, 0.9, 0.99] {
            for t in [0, 1, 2, 40] {
                for stage in Stage::ALL {
                    let now = Progress { t, stage, part: 0.5 };
                    let share = share(beta, now);
                    let sum: f64 = teeth(beta, now, (-2000.0, 50.0)).iter().map(|tooth| tooth.height).sum();
                    assert!((share.kept + share.missing - sum).abs() < 1e-8, "{beta} {t} {stage:?}: {sum}");
                    let room = match (t, stage) {
                        (0, _) | (_, Stage::Arrive | Stage::Correct) => 0.0,
                        _ => 0.5 * (1.0 - beta),
                    };
                    assert!((sum + room - 1.0).abs() < 1e-8, "{beta} {t} {stage:?}: {sum} and {room}");
                }
            }
        }
    }

    #[test]
    fn caps_make_one() {
        let now = Progress { t: 7, stage: Stage::Correct, part: 1.0 };
        let caps: f64 = teeth(0.9, now, (-20.0, 50.0)).iter().map(|tooth| tooth.cap).filter(|cap| !cap.is_nan()).sum();
        assert!((caps - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_value_far_out_does_not_flatten_the_others() {
        let values = [5.0, 5.5, 4.8, 1e30, f64::NAN, 5.2, 6.0];
        let (low, high) = readable(values.into_iter(), true).expect("a range");
        assert!(low < 0.0 && (6.0..7.0).contains(&high));
        assert_eq!(readable([f64::NAN].into_iter(), true), None);
    }
}
