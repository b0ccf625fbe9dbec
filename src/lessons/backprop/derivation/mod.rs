//! The living derivation: the lines of the forward or the backward pass for whatever depth was built, each as a general
//! statement and with the numbers of the nodes in view.
//!
//! Indices are those of textbooks, counted from the output: k for the last layer, then j, i, n, m. Nodes are written as in
//! the picture: x for inputs, h for hidden nodes, o for outputs.

mod arithmetic;
mod matrix;
mod statement;

use super::net::Fault;
use super::thing::Thing;
use super::{Backprop, LONG, MEDIUM, Stage};
use crate::view::{Format, Formula, Line, Math, Phase};

impl Backprop {
    /// The lines around `now`; the nodes that they speak of follow what is pointed at.
    pub(super) fn derivation(&self, now: Stage, focus: &str) -> Formula {
        let mut nodes = vec![0; self.net.sizes.len()];
        if let Some(thing) = Thing::parse(focus, &self.net.sizes, self.count()) {
            thing.focus(&mut nodes);
        }
        let last = self.net.last();
        let steps: Vec<Stage> = match now {
            Stage::Sum(_) | Stage::Value(_) => {
                (1..=last).flat_map(|l| [Stage::Sum(l), Stage::Value(l)]).chain([Stage::Loss]).collect()
            }
            _ => [Stage::Loss].into_iter().chain((1..=last).rev().map(Stage::Delta)).collect(),
        };
        let mut lines = Vec::new();
        for stage in steps {
            lines.push(self.line(stage, &nodes, now));
            if let Stage::Delta(l) = stage {
                lines.push(self.gradient_line(l, &nodes, now));
            }
        }
        if lines.len() > 1 && !matches!(now, Stage::Sum(_) | Stage::Value(_)) {
            lines.push(self.update_line(&nodes, now));
        }
        Formula { lines }
    }

    /// The line of a stage of the passes.
    fn line(&self, stage: Stage, nodes: &[usize], now: Stage) -> Line {
        let (thing, l) = match stage {
            Stage::Sum(l) => (Thing::Sum(l, nodes[l]), l),
            Stage::Value(l) => (Thing::Value(l, nodes[l]), l),
            Stage::Delta(l) => (Thing::Delta(l, nodes[l]), l),
            Stage::Loss | Stage::Gradients | Stage::Update => (Thing::Loss, self.net.last()),
        };
        self.write_line(thing, self.phase(stage, now), self.is_broken(stage, l))
    }

    /// dL/dw of layer `l`: known as soon as its delta is, and named by the moment of all gradients.
    fn gradient_line(&self, l: usize, nodes: &[usize], now: Stage) -> Line {
        let phase = match (self.phase(Stage::Gradients, now), self.phase(Stage::Delta(l), now)) {
            (Phase::Now, _) => Phase::Now,
            (_, Phase::Later) => Phase::Later,
            _ => Phase::Done,
        };
        let broken = self.fault == Fault::Sum && self.count() > 1;
        self.write_line(Thing::WeightGrad(l, nodes[l - 1], nodes[l]), phase, broken)
    }

    /// w <- w - lr dL/dw, of the last layer.
    fn update_line(&self, nodes: &[usize], now: Stage) -> Line {
        let l = self.net.last();
        self.write_line(Thing::NewWeight(l, nodes[l - 1], nodes[l]), self.phase(Stage::Update, now), false)
    }

    /// Whether the present fault makes the delta of layer `l` state something false.
    fn is_broken(&self, stage: Stage, l: usize) -> bool {
        let is_last = l == self.net.last();
        matches!(stage, Stage::Delta(_))
            && match self.fault {
                Fault::None | Fault::Sum => false,
                Fault::NoSlope => !is_last || self.net.loss != super::Loss::SoftmaxCrossEntropy,
                Fault::NoTranspose | Fault::UpdatedWeights => !is_last,
            }
    }

    /// A line about `thing`, in the form that the reader chose.
    fn write_line(&self, thing: Thing, phase: Phase, broken: bool) -> Line {
        let known = phase != Phase::Later;
        let (statement, numbers) = if self.matrix_form {
            (self.matrix_statement(thing), self.matrix_numbers(thing, known))
        } else {
            (self.statement(thing), self.arithmetic(thing, known))
        };
        let mismatch = broken && self.number(thing).is_nan();
        let note = if mismatch {
            Some("note.shapes")
        } else if broken {
            Some("note.broken")
        } else {
            None
        };
        Line { id: thing.to_string(), phase, statement, numbers, note, broken }
    }

    /// How the number of `thing` comes about: its symbol, and the arithmetic.
    pub(super) fn explain(&self, thing: Thing) -> Math {
        let mut parts = vec![self.numbered(thing), Math::op("=")];
        match thing {
            Thing::Input(..) | Thing::Target(..) | Thing::Weight(..) | Thing::Bias(..) => {
                parts.push(Math::number(self.number(thing), Format::Significant(6), true));
            }
            _ => parts.extend(self.arithmetic(thing, true)),
        }
        Math::Row(parts)
    }

    /// The letter of the nodes of layer `l`.
    fn letter(&self, l: usize) -> &'static str {
        if l == 0 {
            "x"
        } else if l == self.net.last() {
            "o"
        } else {
            "h"
        }
    }

    /// The index that runs over the nodes of layer `l`.
    fn index(&self, l: usize) -> &'static str {
        ["k", "j", "i", "n", "m"][self.net.last() - l]
    }

    /// The thing that is node `i` of layer `l`.
    fn value_of(&self, l: usize, i: usize) -> Thing {
        if l == 0 { Thing::Input(self.shown(), i) } else { Thing::Value(l, i) }
    }

    /// Symbol of `thing` with running indices, as a handle: δ_j.
    fn symbol_of(&self, thing: Thing) -> Math {
        let last = self.net.last();
        let one = |letter: &str, l: usize| Math::var(letter).sub(Math::var(self.index(l)));
        let two = |letter: &str, l: usize| {
            Math::var(letter).sub(Math::row([Math::var(self.index(l - 1)), Math::var(self.index(l))]))
        };
        let by = |below: Math| Math::row([Math::op("∂"), Math::var("L")]).over(Math::row([Math::op("∂"), below]));
        match thing {
            Thing::Input(..) => one("x", 0),
            Thing::Target(..) => one("t", last),
            Thing::Loss => Math::var("L"),
            Thing::Sum(l, _) => one("z", l),
            Thing::Value(l, _) => one(self.letter(l), l),
            Thing::Delta(l, _) => one("δ", l),
            Thing::Bias(l, _) | Thing::NewBias(l, _) => one("b", l),
            Thing::BiasGrad(l, _) => by(one("b", l)),
            Thing::Weight(l, ..) | Thing::NewWeight(l, ..) => two("w", l),
            Thing::WeightGrad(l, ..) => by(two("w", l)),
        }
        .handle(thing.to_string())
    }

    /// Symbol of `thing` with its own indices: δ_1.
    fn numbered(&self, thing: Thing) -> Math {
        let one = |letter: &str, j: usize| Math::var(letter).sub(Math::Const((j + 1).to_string()));
        let layered = |letter: &str, l: usize, index: String| {
            let above = Math::row([Math::op("("), Math::Const(l.to_string()), Math::op(")")]);
            Math::SubSup(Box::new(Math::var(letter)), Box::new(Math::Const(index)), Box::new(above))
        };
        let by = |below: Math| Math::row([Math::op("∂"), Math::var("L")]).over(Math::row([Math::op("∂"), below]));
        let pair = |i: usize, j: usize| format!("{}{}", i + 1, j + 1);
        match thing {
            Thing::Input(_, i) => one("x", i),
            Thing::Target(_, k) => one("t", k),
            Thing::Loss => Math::var("L"),
            Thing::Sum(l, j) => layered("z", l, (j + 1).to_string()),
            Thing::Value(l, j) if l == self.net.last() => one("o", j),
            Thing::Value(l, j) => layered("h", l, (j + 1).to_string()),
            Thing::Delta(l, j) => layered("δ", l, (j + 1).to_string()),
            Thing::Bias(l, j) => layered("b", l, (j + 1).to_string()),
            Thing::BiasGrad(l, j) => by(layered("b", l, (j + 1).to_string())),
            Thing::NewBias(l, j) => layered("b", l, (j + 1).to_string()),
            Thing::Weight(l, i, j) => layered("w", l, pair(i, j)),
            Thing::WeightGrad(l, i, j) => by(layered("w", l, pair(i, j))),
            Thing::NewWeight(l, i, j) => layered("w", l, pair(i, j)),
        }
    }

    /// The number of `thing` as an operand, short.
    fn operand(&self, thing: Thing, known: bool) -> Math {
        Math::Number { value: self.number(thing), format: MEDIUM, signed: false, known }.handle(thing.to_string())
    }

    /// The number of `thing` as a result, long and coloured by its sign where that means something.
    fn result(&self, thing: Thing, known: bool) -> Math {
        let signed = matches!(thing, Thing::Delta(..) | Thing::WeightGrad(..) | Thing::BiasGrad(..));
        Math::Number { value: self.number(thing), format: LONG, signed, known }.handle(thing.to_string())
    }
}
