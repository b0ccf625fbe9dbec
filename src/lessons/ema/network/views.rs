//! What scene B shows: one weight and its average over the comb, both tests, every test picture, the derivation.

use super::train::SIZES;
use super::{GRID, Shadow, WATCHED};
use crate::data::digits::TEST;
use crate::lessons::At;
use crate::lessons::ema::average::{Start, missing, seen};
use crate::lessons::ema::comb::{self, Progress, Stage};
use crate::lessons::ema::{Scale, axis, by_step, indexed, num, num_if, phase, share};
use crate::scene::{Axis, Comb, Dot, Formula, Image, Key, Line, Math, Name, Series, View};

impl Shadow {
    /// The averages of the watched weight after every step, as the reader wants them read.
    pub(super) fn watched(&self) -> Vec<f64> {
        let mut v = 0.0_f64;
        let first = self.rows.get(1).map_or(f64::NAN, |row| f64::from(row[WATCHED]));
        let read = |t: usize, v: f64| match self.start {
            Start::Zero => v,
            Start::Corrected => v / seen(self.beta, t),
            Start::First => v + missing(self.beta, t) * first,
        };
        let rows = self.rows.iter().enumerate().skip(1);
        rows.map(|(t, row)| {
            v = self.beta * v + (1.0 - self.beta) * f64::from(row[WATCHED]);
            read(t, v)
        })
        .collect()
    }

    pub(super) fn trajectory(&self, at: At) -> Comb {
        let (t, beta) = (self.t(), self.beta);
        // The two moments before the average are the network's own.
        let (stage, part) = match at.moment {
            0 => (Stage::Arrive, 0.0),
            1 => (Stage::Arrive, at.progress),
            2 if at.progress < 0.5 => (Stage::Shrink, 2.0 * at.progress),
            2 => (Stage::Add, 2.0 * at.progress - 1.0),
            _ => (Stage::Correct, at.progress),
        };
        let now = Progress { t, stage, part };
        let (low, high) = comb::window(self.span, t);
        let value = |i: usize| f64::from(self.rows[i][WATCHED]);
        let from = low.max(1.0) as usize;
        let dot = |i: usize| {
            let strength = if i == t {
                now.of(Stage::Arrive)
            } else {
                libm::pow(beta, t as f64 - i as f64 - 1.0 + now.of(Stage::Shrink))
            };
            Dot { x: i as f64, y: value(i), strength, later: false }
        };
        let averages = self.watched();
        let known = if now.stage > Stage::Add || t == 0 { t } else { t - 1 };
        let y: Vec<f64> = (from..=known).map(|i| averages[i - 1]).collect();
        let seen_values = (from..=t).map(value).chain(y.iter().copied());
        let range = comb::readable(seen_values.chain([value(0)]), self.start == Start::Zero);
        let heads = y.last().map(|last| (known as f64, *last, 0)).into_iter().collect();
        Comb {
            x: Axis { label: "axis.step", scale: Scale::Linear, range: Some((low, high)) },
            y: Axis { label: "axis.one_weight", scale: Scale::Linear, range },
            weight: comb::weight_axis(beta),
            dots: (from..=t).map(dot).collect(),
            lines: vec![Series { name: Name::Key("ema_w"), style: 0, start: from as f64, stride: 1.0, y }],
            heads,
            teeth: comb::teeth(beta, now, (low, high)),
            share: comb::share(beta, now),
            first: 1.0,
            before: (0.0, "series.before"),
            cursor: if t == 0 { 0.0 } else { t as f64 - 1.0 + now.of(Stage::Arrive) },
        }
    }

    /// Both curves of a test, and beyond the last test the present.
    pub(super) fn tests(&self, at: At, label: Key, pick: fn(&(f64, f64)) -> f64) -> View {
        let line = |all: &[(f64, f64)]| all.iter().map(pick).collect::<Vec<f64>>();
        let step = GRID as f64;
        let lines = vec![("live", 5, 0.0, step, line(&self.live)), ("ema", 0, 0.0, step, line(&self.averaged))];
        View::Curve(by_step(at.step, axis(label), lines))
    }

    /// Every test picture; those that are taken for another digit are marked.
    pub(super) fn mosaic(&self) -> Image {
        const COLUMNS: usize = 24;
        const CELL: usize = 9;
        /// Ink that stands out on a light and on a dark page, and the ground of a mistake.
        const INK: [u8; 3] = [0x6d, 0x76, 0x84];
        const WRONG: [u8; 3] = [0xd0, 0x56, 0x0a];
        let tested = self.tested();
        let said = &tested[usize::from(self.test_with_ema)].said;
        let engine = self.engine();
        let digits = engine.digits();
        let (width, height) = (COLUMNS * CELL + 1, TEST / COLUMNS * CELL + 1);
        let mut rgba = vec![0; width * height * 4];
        for (index, picture) in digits.pixels.chunks_exact(SIZES[0]).enumerate() {
            let wrong = said[index] != digits.test_label(index);
            let (left, top) = (index % COLUMNS * CELL, index / COLUMNS * CELL);
            let mut put = |x: usize, y: usize, [r, g, b]: [u8; 3], alpha: u8| {
                let at = ((top + y) * width + left + x) * 4;
                rgba[at..at + 4].copy_from_slice(&[r, g, b, alpha]);
            };
            for y in 0..=CELL {
                for x in 0..=CELL {
                    let inside = (1..CELL).contains(&x) && (1..CELL).contains(&y);
                    let grey = if inside { picture[(y - 1) * 8 + x - 1] } else { 0 };
                    match (wrong, inside) {
                        (true, true) if grey >= 8 => put(x, y, [255; 3], 255),
                        (true, _) => put(x, y, WRONG, 255),
                        (false, true) => put(x, y, INK, grey * 17),
                        (false, false) => {}
                    }
                }
            }
        }
        Image { width, rgba, ..Image::default() }
    }

    pub(super) fn reason(&self, at: At) -> Formula {
        let (t, beta, now) = (self.t(), self.beta, at.moment);
        let value = |t: usize| f64::from(self.rows[t][WATCHED]);
        let averages = self.watched();
        let averaged = averages.last().copied().unwrap_or_else(|| value(0));
        let zero = f64::from(self.ema.value()[WATCHED]);
        let before = if beta > 0.0 && t > 1 { (zero - (1.0 - beta) * value(t)) / beta } else { 0.0 };
        let known = |of: usize| t > 0 && of <= now;
        let equals = || Math::op("=");
        let line = |id: &str, of: usize, statement: Vec<Math>, numbers: Vec<Math>| Line {
            id: id.into(),
            phase: phase(of, now),
            statement: Math::Row(statement),
            numbers,
            note: None,
            broken: false,
        };
        let w = |index: &str| indexed("w", index);
        let gradient = || Math::row([Math::op("∂"), Math::var("L")]).over(Math::row([Math::op("∂"), Math::var("w")]));
        let rest = seen(beta, t);
        let (read, read_numbers) = match self.start {
            Start::Zero => (vec![indexed("v", "t")], vec![num_if(zero, known(3))]),
            Start::Corrected => (
                vec![indexed("v", "t").over(Math::row([
                    Math::constant("1"),
                    Math::op("−"),
                    Math::var("β").sup(Math::var("t")),
                ]))],
                vec![num_if(zero, known(2)).over(num(rest)), equals(), num_if(averaged, known(3))],
            ),
            Start::First => (
                vec![indexed("v", "t"), Math::op("+"), Math::var("β").sup(Math::var("t")), indexed("w", "1")],
                vec![
                    num_if(zero, known(2)),
                    Math::op("+"),
                    num(missing(beta, t)),
                    Math::op("×"),
                    num(self.rows.get(1).map_or(f64::NAN, |row| f64::from(row[WATCHED]))),
                    equals(),
                    num_if(averaged, known(3)),
                ],
            ),
        };
        let bar = || Math::Var("w\u{304}".into()).sub(Math::var("t"));
        let tested = self.tested();
        let shown = &tested[usize::from(self.test_with_ema)];
        let mut read_statement = vec![bar().handle("ema_w"), equals()];
        read_statement.extend(read);
        let mut read_line = vec![equals()];
        read_line.extend(read_numbers);
        let loss = Math::var("L").sub(Math::Word("word.test"));
        let tested_weights = if self.test_with_ema { bar() } else { w("t") };
        Formula {
            lines: vec![
                line("grad_w", 0, vec![gradient().handle("grad_w")], vec![equals(), num_if(self.grad, known(0))]),
                line(
                    "w",
                    1,
                    vec![
                        w("t").handle("w"),
                        equals(),
                        w("t-1"),
                        Math::op("−"),
                        Math::var("η"),
                        gradient().handle("grad_w"),
                    ],
                    vec![
                        equals(),
                        num_if(value(t.saturating_sub(1)), known(0)),
                        Math::op("−"),
                        num(self.lr),
                        Math::op("×"),
                        num_if(self.grad, known(0)),
                        equals(),
                        num_if(value(t), known(1)),
                    ],
                ),
                line(
                    "v",
                    2,
                    vec![
                        indexed("v", "t"),
                        equals(),
                        Math::var("β"),
                        indexed("v", "t-1"),
                        Math::op("+"),
                        share("β"),
                        w("t").handle("w"),
                    ],
                    vec![
                        equals(),
                        num(beta),
                        Math::op("×"),
                        num_if(before, known(0)),
                        Math::op("+"),
                        num(1.0 - beta),
                        Math::op("×"),
                        num_if(value(t), known(1)),
                        equals(),
                        num_if(zero, known(2)),
                    ],
                ),
                line("ema_w", 3, read_statement, read_line),
                line(
                    "test_loss",
                    3,
                    vec![loss.handle("test_loss"), Math::op("("), tested_weights, Math::op(")")],
                    vec![equals(), num_if(shown.loss, t == 0 || known(3))],
                ),
            ],
        }
    }
}
