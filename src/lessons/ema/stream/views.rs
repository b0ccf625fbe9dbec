//! What scene A shows: the stream over its comb, and the derivation with its numbers.

use super::{Stream, hat, power, sum_over_i};
use crate::lessons::At;
use crate::lessons::ema::average::{closed_form, missing, seen, weight};
use crate::lessons::ema::comb::{self, Progress, Stage};
use crate::lessons::ema::{LENGTH, Scale, indexed, num, num_if, phase, share};
use crate::scene::{Axis, Comb, Dot, Formula, Line, Math, Name, Series};

impl Stream {
    pub(super) fn comb(&self, at: At) -> Comb {
        let (t, beta) = (self.t(), self.beta);
        let now = Progress { t, stage: Stage::ALL[at.moment], part: at.progress };
        let (low, high) = comb::window(self.span, t);
        let inside = (low.max(1.0) as usize)..=(high as usize).min(LENGTH);
        let dots = inside.clone().map(|i| {
            let (age, later) = (t as f64 - i as f64, i > t);
            let strength = if later {
                0.0
            } else if i == t {
                now.of(Stage::Arrive)
            } else {
                // Until it shrinks, the comb is still that of the step before.
                libm::pow(beta, age - 1.0 + now.of(Stage::Shrink))
            };
            Dot { x: i as f64, y: self.thetas[i - 1], strength, later }
        });
        let range = comb::readable(inside.map(|i| self.thetas[i - 1]), low < 1.0);
        let mut comb = Comb {
            x: Axis { label: "axis.step", scale: Scale::Linear, range: Some((low, high)) },
            y: Axis { label: "axis.value", scale: Scale::Linear, range },
            weight: comb::weight_axis(beta),
            dots: dots.collect(),
            lines: Vec::new(),
            heads: Vec::new(),
            teeth: comb::teeth(beta, now, (low, high)),
            share: comb::share(beta, now),
            first: 1.0,
            before: (0.0, "series.before"),
            cursor: if t == 0 { 0.0 } else { t as f64 - 1.0 + now.of(Stage::Arrive) },
        };
        self.draw_averages(&mut comb, now, low);
        comb
    }

    /// The three lines, each ending where its average is on its way.
    pub(super) fn draw_averages(&self, comb: &mut Comb, now: Progress, low: f64) {
        let (t, beta) = (self.t(), self.beta);
        let from = low.max(0.0) as usize;
        let between = |a: f64, b: f64, part: f64| if part >= 1.0 { b } else { a + (b - a) * part };
        let (before, last) = (self.before(), self.last());
        let (shrunk, added) = (now.of(Stage::Shrink), now.of(Stage::Add));
        let fallen = between(before.zero, beta * before.zero, shrunk);
        let zero = if t == 0 { 0.0 } else { between(fallen, last.zero, added) };
        let first = if t == 1 { last.first } else { between(before.first, last.first, added) };
        let corrected = match now.of(Stage::Correct) {
            0.0 if t > 1 => before.corrected(beta, t - 1),
            0.0 => f64::NAN,
            part => between(last.zero, self.corrected(), part),
        };
        // The newest value of a line is in it once it has come about.
        let until = |known: bool| if known { t } else { t.saturating_sub(1) };
        let line = |key, style, known: bool, start: usize, value: &dyn Fn(usize) -> f64, head: f64| {
            let start = start.max(from);
            let end = until(known);
            let y = (start..=end).map(|i| if i == t { head } else { value(i) }).collect();
            Series { name: Name::Key(key), style, start: start as f64, stride: 1.0, y }
        };
        let done = now.stage > Stage::Add || t == 0;
        comb.lines = vec![
            line("first", 2, done, 1, &|i| self.averages[i].first, first),
            line("v", 1, done, 0, &|i| self.averages[i].zero, zero),
            line("corrected", 0, now.of(Stage::Correct) > 0.0, 1, &|i| self.averages[i].corrected(beta, i), corrected),
        ];
        let x = comb.cursor;
        comb.heads = vec![(x, first, 2), (x, zero, 1), (x, corrected, 0)];
        comb.heads.retain(|(_, y, _)| y.is_finite());
    }

    pub(super) fn reason(&self, at: At) -> Formula {
        let (t, beta, now) = (self.t(), self.beta, at.moment);
        let (before, last) = (self.before(), self.last());
        let theta = self.seen().last().copied().unwrap_or(f64::NAN);
        let known = |of: usize| t > 0 && of <= now;
        let v = || indexed("v", "t").handle("v");
        let equals = || Math::op("=");
        let (plus, times) = (|| Math::op("+"), || Math::op("×"));
        let line = |id: &str, of: usize, statement: Vec<Math>, numbers: Vec<Math>, note| Line {
            id: id.into(),
            phase: phase(of, now),
            statement: Math::Row(statement),
            numbers,
            note,
            broken: false,
        };
        let weighted = [num(1.0 - beta), times(), num_if(theta, known(0))];
        let kept = [num(beta), times(), num_if(before.zero, known(0))];
        let mut recurrence = kept.clone().to_vec();
        recurrence.push(plus());
        recurrence.extend(weighted.clone());
        recurrence.extend([equals(), num_if(last.zero, known(2))]);
        let mut shrink = kept.to_vec();
        shrink.extend([equals(), num_if(beta * before.zero, known(1))]);
        let rest = seen(beta, t);
        let first_note = if t <= 1 { Some("note.first") } else { None };
        let first = if t <= 1 {
            vec![num_if(last.first, known(2))]
        } else {
            let mut parts = vec![num(beta), times(), num_if(before.first, known(0)), plus()];
            parts.extend(weighted);
            parts.extend([equals(), num_if(last.first, known(2))]);
            parts
        };
        let recur = |letter: &str| {
            let mut parts = vec![Math::var("β"), indexed(letter, "t-1"), plus(), share("β")];
            parts.push(indexed("θ", "t").handle(format!("theta_{t}")));
            parts
        };
        Formula {
            lines: vec![
                line(
                    "theta",
                    0,
                    vec![indexed("θ", "t").handle("theta")],
                    vec![equals(), num_if(theta, known(0))],
                    None,
                ),
                line("shrink", 1, vec![Math::var("β"), indexed("v", "t-1")], shrink, Some("note.shrink")),
                line("v", 2, [vec![v(), equals()], recur("v")].concat(), recurrence, None),
                line("closed", 2, self.closed_statement(), self.closed_numbers(known(2)), None),
                line(
                    "missing",
                    2,
                    vec![
                        sum_over_i(),
                        Math::var("w").sub(Math::var("i")),
                        equals(),
                        Math::constant("1"),
                        Math::op("−"),
                        power("β", "t"),
                    ],
                    vec![
                        equals(),
                        Math::constant("1"),
                        Math::op("−"),
                        num_if(missing(beta, t), true),
                        equals(),
                        num_if(rest, true),
                    ],
                    None,
                ),
                line(
                    "corrected",
                    3,
                    vec![
                        hat("v").handle("corrected"),
                        equals(),
                        v().over(Math::row([Math::constant("1"), Math::op("−"), power("β", "t")])),
                    ],
                    vec![
                        equals(),
                        num_if(last.zero, known(2)).over(num(rest)),
                        equals(),
                        num_if(self.corrected(), known(3)),
                    ],
                    None,
                ),
                line(
                    "first",
                    2,
                    [vec![indexed("u", "t").handle("first"), equals()], recur("u")].concat(),
                    first,
                    first_note,
                ),
            ],
        }
    }

    pub(super) fn closed_statement(&self) -> Vec<Math> {
        let age = Math::row([Math::var("t"), Math::op("−"), Math::var("i")]);
        vec![
            indexed("v", "t"),
            Math::op("="),
            sum_over_i(),
            share("β"),
            Math::var("β").sup(age),
            Math::var("θ").sub(Math::var("i")),
        ]
    }

    /// The newest three terms of the closed form, and what the others make.
    pub(super) fn closed_numbers(&self, known: bool) -> Vec<Math> {
        let (t, beta) = (self.t(), self.beta);
        let mut parts = vec![Math::op("=")];
        let mut named = 0.0;
        for i in (1..=t).rev().take(3) {
            let weight = weight(beta, t, i);
            named += weight * self.thetas[i - 1];
            if parts.len() > 1 {
                parts.push(Math::op("+"));
            }
            parts.extend([num_if(weight, known), Math::op("×"), num_if(self.thetas[i - 1], known)]);
        }
        if t > 3 {
            parts.extend([Math::op("+"), num_if(closed_form(beta, self.seen()).0 - named, known)]);
        }
        if t == 0 { vec![Math::op("="), Math::constant("0")] } else { parts }
    }
}
