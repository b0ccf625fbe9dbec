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
use crate::scene::{Format, Formula, Line, Math, Phase};

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
        let start = Math::begin(self.numbered(thing)).text("=");
        match thing {
            Thing::Input(..) | Thing::Target(..) | Thing::Weight(..) | Thing::Bias(..) => {
                let value = start.put(Math::number(self.number(thing), Format::Short(6), true));
                // What is given has no arithmetic; what is learnt has its share of the blame.
                let gradient = match thing {
                    Thing::Weight(l, i, j) => Thing::WeightGrad(l, i, j),
                    Thing::Bias(l, j) => Thing::BiasGrad(l, j),
                    _ => return value.whole(),
                };
                let blame = value.text(",").put(self.numbered(gradient)).text("=");
                blame.put(Math::Row(self.arithmetic(gradient, true))).whole()
            }
            _ => start.put(Math::Row(self.arithmetic(thing, true))).whole(),
        }
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

    /// Letter of `thing`, the layer that counts its indices, and how many indices it has.
    fn letter_of(&self, thing: Thing) -> (&'static str, usize, usize) {
        match thing {
            Thing::Input(..) => ("x", 0, 1),
            Thing::Target(..) => ("t", self.net.last(), 1),
            Thing::Loss => ("L", 0, 0),
            Thing::Sum(l, _) => ("z", l, 1),
            Thing::Value(l, _) => (self.letter(l), l, 1),
            Thing::Delta(l, _) => ("δ", l, 1),
            Thing::Bias(l, _) | Thing::NewBias(l, _) | Thing::BiasGrad(l, _) => ("b", l, 1),
            Thing::Weight(l, ..) | Thing::NewWeight(l, ..) | Thing::WeightGrad(l, ..) => ("w", l, 2),
        }
    }

    /// Symbol of `thing` with running indices, as a handle: δ_j.
    fn symbol_of(&self, thing: Thing) -> Math {
        let (letter, l, indices) = self.letter_of(thing);
        let symbol = match indices {
            0 => Math::var(letter),
            1 => Math::var(letter).sub(Math::var(self.index(l))),
            _ => Math::var(letter).sub(Math::row([Math::var(self.index(l - 1)), Math::var(self.index(l))])),
        };
        by(thing, symbol).handle(thing.to_string())
    }

    /// Symbol of `thing` with its own indices, and its layer where there are several: δ_1, w_12 with (2) above.
    fn numbered(&self, thing: Thing) -> Math {
        let (letter, l, indices) = self.letter_of(thing);
        let index = match thing {
            Thing::Input(_, i) | Thing::Target(_, i) => i + 1,
            Thing::Sum(_, j) | Thing::Value(_, j) | Thing::Delta(_, j) => j + 1,
            Thing::Bias(_, j) | Thing::BiasGrad(_, j) | Thing::NewBias(_, j) => j + 1,
            // Widths are at most 8, so that two digits are two indices.
            Thing::Weight(_, i, j) | Thing::WeightGrad(_, i, j) | Thing::NewWeight(_, i, j) => 10 * (i + 1) + j + 1,
            Thing::Loss => 0,
        };
        let below = Math::Const(index.to_string());
        let is_end = matches!(thing, Thing::Input(..) | Thing::Target(..)) || letter == "o";
        let symbol = match indices {
            0 => Math::var(letter),
            _ if is_end => Math::var(letter).sub(below),
            _ => {
                let above = Math::text("(").put(Math::Const(l.to_string())).text(")").whole();
                Math::SubSup(Box::new(Math::var(letter)), Box::new(below), Box::new(above))
            }
        };
        by(thing, symbol)
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

/// ∂L/∂ before the symbol of a gradient; any other symbol as it is.
fn by(thing: Thing, symbol: Math) -> Math {
    match thing {
        Thing::WeightGrad(..) | Thing::BiasGrad(..) => {
            Math::text("∂ L").whole().over(Math::text("∂").put(symbol).whole())
        }
        _ => symbol,
    }
}
