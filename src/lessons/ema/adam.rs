//! Scene C: the same correction inside Adam, right, missing and upside down.
//!
//! The gradient is the constant 1, so the two averages hold nothing but their own beginning: what Adam multiplies the learning
//! rate by is m / sqrt(s) alone. eps is 0.

use super::average::{Pair, error, half_life, missing, seen};
use super::stream::{explain, plain};
use super::{MANIFEST, Scale, axis, by_step, indexed, metric, num, num_if, phase, proof, readout};
use crate::lessons::config::Config;
use crate::lessons::problem::{Code, Problem};
use crate::lessons::{At, Bound, Claim, Job, Lesson, Moment, Pick, Progress, Readout};
use crate::nn::{Optimizer, Rule};
use crate::scene::{Axis, Curve, Formula, Line, Math, View};

/// What the claims must not exceed. The engine forms 1 - beta^k by subtraction, which for beta = 0.9999 and k = 1 leaves twelve
/// digits.
const BOUND: f64 = 1e-11;

/// The running lesson.
#[derive(Clone)]
pub struct Adam {
    beta1: f64,
    beta2: f64,
    /// Averages of the gradient and of its square after 0, 1, ..., k steps.
    moments: Vec<[Pair; 2]>,
}

/// What the learning rate is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Multipliers {
    right: f64,
    none: f64,
    wrong: f64,
}

impl Adam {
    /// At step 0.
    pub fn start(config: &Config) -> Adam {
        let mut adam = Adam { beta1: 0.0, beta2: 0.0, moments: vec![[Pair::NEW; 2]] };
        adam.configure(config);
        adam
    }

    fn k(&self) -> usize {
        self.moments.len() - 1
    }

    /// m_k and s_k.
    fn averages(&self, k: usize) -> (f64, f64) {
        (self.moments[k][0].zero, self.moments[k][1].zero)
    }

    /// The multipliers of step `k`, by the recurrences; not numbers at 0.
    fn multipliers(&self, k: usize) -> Multipliers {
        let (m, s) = self.averages(k);
        let (seen1, seen2) = (seen(self.beta1, k), seen(self.beta2, k));
        Multipliers {
            right: (m / seen1) / libm::sqrt(s / seen2),
            none: m / libm::sqrt(s),
            wrong: m * seen1 / libm::sqrt(s * seen2),
        }
    }

    fn push(&mut self) {
        let k = self.moments.len();
        let [m, s] = self.moments[k - 1];
        self.moments.push([m.next(self.beta1, k, 1.0), s.next(self.beta2, k, 1.0)]);
    }

    /// The step that the engine's Adam takes at `k`, with learning rate 1 and eps 0.
    fn engine(&self, k: usize) -> f64 {
        let rule = Rule::Adam { beta1: self.beta1, beta2: self.beta2, eps: 0.0, decoupled: false };
        let mut optimizer = Optimizer::<f64>::new(rule, 1);
        let mut moved = f64::NAN;
        for _ in 0..k {
            let mut place = [0.0];
            optimizer.step(&mut place, &[1.0], 1.0);
            moved = -place[0];
        }
        moved
    }

    fn multiplier_curve(&self, at: At) -> Curve {
        let all: Vec<Multipliers> = (1..=self.k()).map(|k| self.multipliers(k)).collect();
        let line = |pick: fn(&Multipliers) -> f64| all.iter().map(pick).collect();
        let lines = vec![
            ("right", 0, 1.0, 1.0, line(|m| m.right)),
            ("none", 1, 1.0, 1.0, line(|m| m.none)),
            ("wrong", 3, 1.0, 1.0, line(|m| m.wrong)),
        ];
        by_step(at.step, Axis { scale: Scale::Log, ..axis("axis.multiplier") }, lines)
    }

    fn seen_curve(&self, at: At) -> Curve {
        let line = |beta: f64| (0..=self.k()).map(|k| seen(beta, k)).collect();
        let lines = vec![("seen1", 0, 0.0, 1.0, line(self.beta1)), ("seen2", 1, 0.0, 1.0, line(self.beta2))];
        by_step(at.step, Axis { range: Some((0.0, 1.0)), ..axis("axis.seen") }, lines)
    }

    fn reason(&self, at: At) -> Formula {
        let (k, now) = (self.k(), at.moment);
        let (m, s) = self.averages(k);
        let (m_before, s_before) = self.averages(k.saturating_sub(1));
        let (seen1, seen2) = (seen(self.beta1, k), seen(self.beta2, k));
        let multipliers = self.multipliers(k);
        let known = |of: usize| k > 0 && of <= now;
        let equals = || Math::op("=");
        let line = |id: &str, of: usize, statement: Vec<Math>, numbers: Vec<Math>, broken: bool| Line {
            id: id.into(),
            phase: phase(of, now),
            statement: Math::Row(statement),
            numbers,
            note: if broken { Some(if id == "none" { "note.none" } else { "note.wrong" }) } else { None },
            broken,
        };
        let beta = |n: &str| Math::var("β").sub(Math::constant(n));
        let rest = |n: &str| Math::row([Math::constant("1"), Math::op("−"), beta(n).sup(Math::var("k"))]);
        let recurrence = |id: &str, letter: &str, n: &str, value: Math| {
            vec![
                indexed(letter, "k").handle(id),
                equals(),
                beta(n),
                indexed(letter, "k-1"),
                Math::op("+"),
                Math::row([Math::op("("), Math::constant("1"), Math::op("−"), beta(n), Math::op(")")]),
                value,
            ]
        };
        let filled = |beta: f64, before: f64, after: f64, of: usize| {
            vec![
                equals(),
                num(beta),
                Math::op("×"),
                num_if(before, known(0)),
                Math::op("+"),
                num(1.0 - beta),
                Math::op("×"),
                Math::constant("1"),
                equals(),
                num_if(after, known(of)),
            ]
        };
        let g = || indexed("g", "k");
        let corrected = |id: &str, letter: &str, n: &str| {
            let hat = Math::Var(format!("{letter}\u{302}")).sub(Math::var("k"));
            vec![hat.handle(id), equals(), indexed(letter, "k").over(rest(n))]
        };
        let divided = |value: f64, rest: f64, of: usize| {
            vec![equals(), num_if(value, known(of)).over(num_if(rest, k > 0)), equals(), num_if(value / rest, known(2))]
        };
        let root = |inside: Math| Math::row([Math::op("√"), inside]);
        let hat = |letter: &str| Math::Var(format!("{letter}\u{302}")).sub(Math::var("k"));
        let times = |letter: &str, n: &str| Math::row([indexed(letter, "k"), Math::op("("), rest(n), Math::op(")")]);
        let over = |above: f64, below: f64, result: f64| {
            vec![
                equals(),
                num_if(above, known(3)).over(root(num_if(below, known(3)))),
                equals(),
                num_if(result, known(3)),
            ]
        };
        Formula {
            lines: vec![
                line("m", 0, recurrence("m", "m", "1", g()), filled(self.beta1, m_before, m, 0), false),
                line(
                    "s",
                    1,
                    recurrence("s", "s", "2", g().sup(Math::constant("2"))),
                    filled(self.beta2, s_before, s, 1),
                    false,
                ),
                line("m_hat", 2, corrected("m_hat", "m", "1"), divided(m, seen1, 0), false),
                line("s_hat", 2, corrected("s_hat", "s", "2"), divided(s, seen2, 1), false),
                line(
                    "right",
                    3,
                    vec![hat("m").over(root(hat("s"))).handle("right")],
                    over(m / seen1, s / seen2, multipliers.right),
                    false,
                ),
                line(
                    "none",
                    3,
                    vec![indexed("m", "k").over(root(indexed("s", "k"))).handle("none")],
                    over(m, s, multipliers.none),
                    true,
                ),
                line(
                    "wrong",
                    3,
                    vec![times("m", "1").over(root(times("s", "2"))).handle("wrong")],
                    over(m * seen1, s * seen2, multipliers.wrong),
                    true,
                ),
            ],
        }
    }
}

impl Lesson for Adam {
    fn clone_box(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn configure(&mut self, config: &Config) {
        let betas = (config.number("beta1"), config.number("beta2"));
        if betas != (self.beta1, self.beta2) {
            (self.beta1, self.beta2) = betas;
            let k = self.k();
            self.moments.truncate(1);
            (0..k).for_each(|_| self.push());
        }
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        Err(Problem::new(Code::UnknownKey, id, text, "beta1, beta2"))
    }

    fn work(&mut self, job: Job) -> Result<Progress, Problem> {
        if job == Job::Step {
            self.push();
        }
        Ok(Progress::Done)
    }

    fn metrics(&self, out: &mut [f64]) {
        out.fill(f64::NAN);
        let multipliers = self.multipliers(self.k());
        out[metric::RIGHT] = multipliers.right;
        out[metric::NONE] = multipliers.none;
        out[metric::WRONG] = multipliers.wrong;
    }

    fn rewritten(&self) -> Vec<(usize, Vec<f64>)> {
        let all: Vec<Multipliers> = (0..=self.k()).map(|k| self.multipliers(k)).collect();
        let column = |pick: fn(&Multipliers) -> f64| all.iter().map(pick).collect();
        vec![
            (metric::RIGHT, column(|m| m.right)),
            (metric::NONE, column(|m| m.none)),
            (metric::WRONG, column(|m| m.wrong)),
        ]
    }

    fn moments(&self) -> Vec<Moment> {
        let moment = |id: &str, label| Moment { id: id.into(), label, backward: false };
        let hat = |letter: &str| Math::Var(format!("{letter}\u{302}"));
        vec![
            moment("m", indexed("m", "k")),
            moment("s", indexed("s", "k")),
            moment("correct", Math::row([hat("m"), Math::op(","), hat("s")])),
            moment("step", Math::Word("moment.step")),
        ]
    }

    fn view(&self, index: usize, at: At) -> Option<View> {
        match MANIFEST.views[index].id {
            "multiplier" => Some(View::Curve(self.multiplier_curve(at))),
            "reason" => Some(View::Formula(self.reason(at))),
            "seen" => Some(View::Curve(self.seen_curve(at))),
            "verification" => Some(View::Table(proof(&self.claims(), symbol))),
            _ => None,
        }
    }

    fn readouts(&self, _: At) -> Vec<Readout> {
        let k = self.k();
        let (m, s) = self.averages(k);
        let multipliers = self.multipliers(k);
        vec![
            readout("right", multipliers.right, true),
            readout("none", multipliers.none, true),
            readout("wrong", multipliers.wrong, true),
            readout("m", m, false),
            readout("s", s, false),
            readout("m_hat", m / seen(self.beta1, k), false),
            readout("s_hat", s / seen(self.beta2, k), false),
            readout("missing1", missing(self.beta1, k), true),
            readout("missing2", missing(self.beta2, k), true),
            readout("half_life1", half_life(self.beta1), false),
            readout("half_life2", half_life(self.beta2), false),
        ]
    }

    fn pick(&self, id: &str, at: At) -> Option<Pick> {
        if let Some(line) = self.reason(At { moment: 3, ..at }).lines.into_iter().find(|line| line.id == id) {
            let formula = Math::row([vec![line.statement], line.numbers].concat());
            let feeds = match id {
                "right" => vec!["m_hat", "s_hat"],
                "none" | "wrong" => vec!["m", "s"],
                "m_hat" => vec!["m"],
                "s_hat" => vec!["s"],
                _ => vec![],
            };
            let highlight = [id].into_iter().chain(feeds).map(String::from).collect();
            return Some(Pick { highlight, formula, editable: None });
        }
        let value = self.readouts(at).into_iter().find(|readout| readout.id == id)?.value;
        let beta = if id.ends_with('1') { self.beta1 } else { self.beta2 };
        explain(id, beta, "β").or_else(|| Some(plain(id, value)))
    }

    fn claims(&self) -> Vec<Claim> {
        let k = self.k();
        let shown = self.multipliers(k);
        let claim = |id: &str, computed: f64, reference: f64| Claim {
            id: id.into(),
            computed,
            reference,
            error: error(computed, reference, reference),
            bound: Bound::AtMost(BOUND),
        };
        // m_k = 1 - beta1^k and s_k = 1 - beta2^k, because the gradient is 1.
        let (seen1, seen2) = if k == 0 { (f64::NAN, f64::NAN) } else { (seen(self.beta1, k), seen(self.beta2, k)) };
        vec![
            claim("right", shown.right, if k == 0 { f64::NAN } else { 1.0 }),
            claim("none", shown.none, seen1 / libm::sqrt(seen2)),
            claim("wrong", shown.wrong, seen1 * seen1 / seen2),
            claim("engine", shown.right, self.engine(k)),
        ]
    }

    fn pytorch(&self) -> String {
        let ahead = self.k() == 0;
        super::pytorch::adam(self.beta1, self.beta2, if ahead { 12 } else { self.k() }, ahead)
    }
}

/// What a claim speaks of.
fn symbol(id: &str) -> Math {
    Math::Word(match id {
        "right" => "right",
        "none" => "none",
        "wrong" => "wrong",
        _ => "verify.engine",
    })
}
