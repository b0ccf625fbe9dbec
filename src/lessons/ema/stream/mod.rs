//! Scene A: a stream, three averages of it, and the comb of weights.
//!
//! Not what is shown of it: that is in `views`.

mod views;

use super::average::{Pair, closed_form, closed_form_first, error, half_life, memory, missing, weight};
use super::comb::Stage;
use super::{LENGTH, MANIFEST, Scale, indexed, metric, num, proof, readout, share, span_of, streams};
use crate::lessons::config::{Config, parse_number};
use crate::lessons::problem::{Code, Problem};
use crate::lessons::{At, Bound, Claim, Job, Lesson, Moment, Pick, Progress, Readout};
use crate::scene::{Axis, Curve, Math, Name, Series, View};
use std::rc::Rc;

/// Elements that are read out one by one.
const LISTED: usize = 8;
/// The largest number that may be typed into the stream.
const LARGEST: f64 = 1e30;
/// What the claims must not exceed, relative to the sum of what was added.
const BOUND: f64 = 1e-12;

/// The running lesson.
#[derive(Clone)]
pub struct Stream {
    /// theta_1, theta_2, ...: known from the start, because the reader may draw it.
    thetas: Rc<Vec<f64>>,
    beta: f64,
    span: usize,
    /// The averages after 0, 1, ..., t elements.
    averages: Vec<Pair>,
}

impl Stream {
    /// At step 0.
    pub fn start(config: &Config) -> Stream {
        let thetas = streams::make(config.choice("stream"), config.number("level"), config.seed);
        let mut stream = Stream { thetas: Rc::new(thetas), beta: 0.0, span: 0, averages: vec![Pair::NEW] };
        stream.configure(config);
        stream
    }

    /// How many elements have come in.
    fn t(&self) -> usize {
        self.averages.len() - 1
    }

    /// theta_1 to theta_t.
    fn seen(&self) -> &[f64] {
        &self.thetas[..self.t()]
    }

    /// The averages after the last element.
    fn last(&self) -> Pair {
        self.averages[self.t()]
    }

    /// The averages before the last element.
    fn before(&self) -> Pair {
        self.averages[self.t().saturating_sub(1)]
    }

    fn corrected(&self) -> f64 {
        self.last().corrected(self.beta, self.t())
    }

    /// Computes every average anew.
    fn recompute(&mut self) {
        let t = self.t();
        self.averages.truncate(1);
        for i in 1..=t {
            self.averages.push(self.averages[i - 1].next(self.beta, i, self.thetas[i - 1]));
        }
    }

    /// The index in `theta_12`, from 1.
    fn index(id: &str, prefix: &str) -> Option<usize> {
        let index = id.strip_prefix(prefix)?.parse().ok()?;
        (1..=LENGTH).contains(&index).then_some(index)
    }
}

/// `v̂` with the index t.
fn hat(letter: &str) -> Math {
    Math::Var(format!("{letter}\u{302}")).sub(Math::var("t"))
}

/// `β` to the power of t.
fn power(base: &str, exponent: &str) -> Math {
    Math::var(base).sup(Math::var(exponent))
}

/// A sum over i.
fn sum_over_i() -> Math {
    Math::Under(Box::new(Math::op("∑")), Box::new(Math::var("i")))
}

/// What is left of a weight by its age, over three half-lives and more.
pub fn forgetting(beta: f64) -> Curve {
    const POINTS: usize = 100;
    let end = (5.0 * half_life(beta)).max(5.0);
    let stride = end / POINTS as f64;
    let left = (0..=POINTS).map(|i| libm::pow(beta, i as f64 * stride)).collect();
    Curve {
        x: Axis { label: "axis.age", scale: Scale::Linear, range: Some((0.0, end)) },
        y: Axis { label: "axis.left", scale: Scale::Linear, range: Some((0.0, 1.0)) },
        series: vec![Series { name: Name::Key("axis.left"), style: 0, start: 0.0, stride, y: left }],
        cursor: Some(half_life(beta)),
    }
}

impl Lesson for Stream {
    fn clone_box(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn configure(&mut self, config: &Config) {
        let beta = config.number("beta");
        if beta != self.beta {
            self.beta = beta;
            self.recompute();
        }
        self.span = span_of(config.choice("span"));
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        let unknown = || Problem::new(Code::UnknownKey, id, text, format!("theta_1 … theta_{LENGTH}"));
        let index = Stream::index(id, "theta_").ok_or_else(unknown)?;
        let value = if text.trim().eq_ignore_ascii_case("nan") {
            // What a broken sensor sends: it may be tried.
            f64::NAN
        } else {
            let (number, problem) = parse_number(id, text, -LARGEST, LARGEST);
            match (number, problem) {
                (Some(number), None) => number,
                (_, problem) => return Err(problem.unwrap_or_else(unknown)),
            }
        };
        Rc::make_mut(&mut self.thetas)[index - 1] = value;
        self.recompute();
        Ok(value.to_string())
    }

    fn work(&mut self, job: Job) -> Result<Progress, Problem> {
        if job == Job::Step {
            let t = self.averages.len();
            let theta = self.thetas[t - 1];
            self.averages.push(self.last().next(self.beta, t, theta));
        }
        Ok(Progress::Done)
    }

    fn metrics(&self, out: &mut [f64]) {
        out.fill(f64::NAN);
        out[metric::THETA] = self.seen().last().copied().unwrap_or(f64::NAN);
        out[metric::ZERO] = self.last().zero;
        out[metric::CORRECTED] = self.corrected();
        out[metric::FIRST] = self.last().first;
    }

    fn rewritten(&self) -> Vec<(usize, Vec<f64>)> {
        let all = |value: &dyn Fn(usize, &Pair) -> f64| {
            self.averages.iter().enumerate().map(|(t, pair)| value(t, pair)).collect()
        };
        vec![
            (metric::ZERO, all(&|_, pair| pair.zero)),
            (metric::CORRECTED, all(&|t, pair| pair.corrected(self.beta, t))),
            (metric::FIRST, all(&|_, pair| pair.first)),
        ]
    }

    fn moments(&self) -> Vec<Moment> {
        let moment = |id: &str, label| Moment { id: id.into(), label, backward: false };
        vec![
            moment("arrive", indexed("θ", "t")),
            moment("shrink", Math::row([Math::var("β"), indexed("v", "t-1")])),
            moment("add", Math::row([Math::op("+"), share("β"), indexed("θ", "t")])),
            moment("correct", hat("v")),
        ]
    }

    fn view(&self, index: usize, at: At) -> Option<View> {
        match MANIFEST.views[index].id {
            "stream" => Some(View::Comb(self.comb(at))),
            "reason" => Some(View::Formula(self.reason(at))),
            "forgetting" => Some(View::Curve(forgetting(self.beta))),
            "verification" => Some(View::Table(proof(&self.claims(), symbol))),
            _ => None,
        }
    }

    fn readouts(&self, _: At) -> Vec<Readout> {
        let (t, beta) = (self.t(), self.beta);
        let theta = self.seen().last().copied().unwrap_or(f64::NAN);
        let mut all = vec![
            readout("theta", theta, true),
            readout("v", self.last().zero, true),
            readout("corrected", self.corrected(), true),
            readout("first", self.last().first, true),
            readout("missing", missing(beta, t), true),
            readout("weight_sum", (1..=t).map(|i| weight(beta, t, i)).sum(), false),
            readout("memory", memory(beta), true),
            readout("half_life", half_life(beta), true),
        ];
        for i in (t.saturating_sub(LISTED) + 1..=t).rev() {
            all.push(readout(format!("theta_{i}"), self.thetas[i - 1], false));
            all.push(readout(format!("weight_{i}"), weight(beta, t, i), false));
        }
        all
    }

    fn pick(&self, id: &str, at: At) -> Option<Pick> {
        let (t, beta) = (self.t(), self.beta);
        if let Some(i) = Stream::index(id, "theta_") {
            let value = self.thetas[i - 1];
            let counts = i <= t;
            let mut parts = vec![Math::var("θ").sub(Math::constant(&i.to_string())), Math::op("="), num(value)];
            if counts {
                let weight = weight(beta, t, i);
                let product = [Math::op("×"), num(weight), Math::op("="), num(weight * value)];
                parts.extend([Math::op(","), Math::Word("word.counts"), num(value)]);
                parts.extend(product);
            }
            let highlight = if counts { vec![id.into(), format!("weight_{i}")] } else { vec![id.into()] };
            return Some(Pick { highlight, formula: Math::Row(parts), editable: Some(value) });
        }
        if let Some(i) = Stream::index(id, "weight_").filter(|i| *i <= t) {
            let formula = vec![
                Math::var("w").sub(Math::constant(&i.to_string())),
                Math::op("="),
                share("β"),
                Math::var("β").sup(Math::row([Math::var("t"), Math::op("−"), Math::constant(&i.to_string())])),
                Math::op("="),
                num(1.0 - beta),
                Math::op("×"),
                num(beta).sup(Math::constant(&(t - i).to_string())),
                Math::op("="),
                num(weight(beta, t, i)),
            ];
            let highlight = vec![id.into(), format!("theta_{i}")];
            return Some(Pick { highlight, formula: Math::Row(formula), editable: None });
        }
        if id == "theta" {
            let theta = format!("theta_{t}");
            let mut pick = if t > 0 { self.pick(&theta, at)? } else { plain("theta", f64::NAN) };
            pick.highlight.push("theta".into());
            pick.editable = None;
            return Some(pick);
        }
        let readout = self.readouts(at).into_iter().find(|readout| readout.id == id);
        let lines = self.reason(At { moment: Stage::ALL.len() - 1, ..at }).lines;
        if let Some(line) = lines.into_iter().find(|line| line.id == id) {
            let formula = Math::row([vec![line.statement], line.numbers].concat());
            return Some(Pick { highlight: vec![id.into(), format!("theta_{t}")], formula, editable: None });
        }
        explain(id, beta, "β").or_else(|| readout.map(|readout| plain(id, readout.value)))
    }

    fn claims(&self) -> Vec<Claim> {
        let (t, beta) = (self.t(), self.beta);
        let claim = |id: &str, computed: f64, reference: f64, size: f64| Claim {
            id: id.into(),
            computed,
            reference,
            error: error(computed, reference, size),
            bound: Bound::AtMost(BOUND),
        };
        let (sum, size) = closed_form(beta, self.seen());
        let (first, first_size) = closed_form_first(beta, self.seen());
        let weights: f64 = (1..=t).map(|i| weight(beta, t, i)).sum();
        let corrected = if t == 0 { f64::NAN } else { sum / weights };
        let mut claims = vec![
            claim("v", self.last().zero, sum, size),
            claim("corrected", self.corrected(), corrected, size / weights.max(f64::MIN_POSITIVE)),
            claim("first", self.last().first, first, first_size),
            claim("weights", weights + missing(beta, t), 1.0, 1.0),
        ];
        if beta > 0.0 {
            claims.push(claim("half_life", libm::pow(beta, half_life(beta)), 0.5, 1.0));
        }
        claims
    }

    fn pytorch(&self) -> String {
        // At the start there is nothing to print: the first elements show what it does.
        let ahead = self.t() == 0;
        super::pytorch::stream(&self.thetas[..if ahead { 12 } else { self.t() }], self.beta, ahead)
    }
}

/// How a number that has no line of its own comes about.
pub fn explain(id: &str, beta: f64, letter: &str) -> Option<Pick> {
    let one_less = || Math::row([Math::constant("1"), Math::op("−"), num(beta)]);
    let formula = match id {
        "memory" => vec![
            Math::constant("1").over(Math::row([Math::constant("1"), Math::op("−"), Math::var(letter)])),
            Math::op("="),
            Math::constant("1").over(one_less()),
            Math::op("="),
            num(memory(beta)),
        ],
        "half_life" | "half_life1" | "half_life2" => vec![
            Math::row([Math::var("ln"), Math::constant("½")]).over(Math::row([Math::var("ln"), Math::var(letter)])),
            Math::op("="),
            num(half_life(beta)),
        ],
        _ => return None,
    };
    Some(Pick { highlight: vec![id.into()], formula: Math::Row(formula), editable: None })
}

/// A number and nothing more to say.
pub fn plain(id: &str, value: f64) -> Pick {
    Pick { highlight: vec![id.into()], formula: num(value), editable: None }
}

/// What a claim speaks of.
fn symbol(id: &str) -> Math {
    match id {
        "v" => indexed("v", "t"),
        "corrected" => hat("v"),
        "first" => indexed("u", "t"),
        "weights" => Math::row([sum_over_i(), Math::var("w").sub(Math::var("i")), Math::op("+"), power("β", "t")]),
        _ => Math::Word("half_life"),
    }
}
