//! The picture: nodes with their values and deltas, edges with what travels along them at the stage shown.

use super::thing::Thing;
use super::{Backprop, Stage, stages};
use crate::scene::{Edge, Flow, Key, Network, Node, Phase};

/// Most edges between two layers that can carry their label.
const LABELLED_EDGES: usize = 6;

impl Backprop {
    /// The network at `now`.
    pub(super) fn network(&self, now: Stage) -> Network {
        let sizes = &self.net.sizes;
        let largest = sizes.windows(2).map(|pair| pair[0] * pair[1]).max().unwrap_or(0);
        Network {
            layers: (0..sizes.len()).map(|l| (0..sizes[l]).map(|j| self.node(l, j, now)).collect()).collect(),
            edges: self.edges(Thing::Weight).into_iter().map(|thing| self.edge(thing, now)).collect(),
            label_edges: largest <= LABELLED_EDGES,
            legend: legend(now),
            legends: &LEGENDS,
        }
    }

    /// Whether `stage` has happened at `now`.
    pub(super) fn phase(&self, stage: Stage, now: Stage) -> Phase {
        let order = stages(self.net.last());
        let place = |stage| order.iter().position(|other| *other == stage).expect("a stage of this network");
        match place(stage).cmp(&place(now)) {
            core::cmp::Ordering::Less => Phase::Done,
            core::cmp::Ordering::Equal => Phase::Now,
            core::cmp::Ordering::Greater => Phase::Later,
        }
    }

    fn node(&self, l: usize, j: usize, now: Stage) -> Node {
        let last = self.net.last();
        let index = (j + 1).to_string();
        if l == 0 {
            let thing = Thing::Input(self.shown(), j);
            return Node {
                id: thing.to_string(),
                symbol: ("x", index),
                value: (self.number(thing), Phase::Done),
                delta: None,
                delta_id: String::new(),
                slope: None,
                target: None,
            };
        }
        let value = Thing::Value(l, j);
        // Between sum and activation the node shows its sum.
        let shown = if now == Stage::Sum(l) { Thing::Sum(l, j) } else { value };
        let phase = self.phase(Stage::Sum(l), now);
        let settled = self.phase(Stage::Value(l), now);
        let softmax = l == last && self.net.loss.is_softmax();
        Node {
            id: value.to_string(),
            symbol: match l {
                l if l == last => ("o", index),
                _ if last == 2 => ("h", index),
                l => ("h", format!("{l},{index}")),
            },
            value: (self.number(shown), if settled == Phase::Later { phase } else { settled }),
            delta: Some((self.number(Thing::Delta(l, j)), self.phase(Stage::Delta(l), now))),
            delta_id: Thing::Delta(l, j).to_string(),
            slope: (!softmax && settled != Phase::Later).then(|| self.net.activation.slope(self.number(value))),
            target: (l == last).then(|| self.number(Thing::Target(self.shown(), j))),
        }
    }

    fn edge(&self, thing: Thing, now: Stage) -> Edge {
        let Thing::Weight(l, i, j) = thing else { unreachable!("an edge is a weight") };
        let weight = self.number(thing);
        let source = if l == 1 { Thing::Input(self.shown(), i) } else { Thing::Value(l - 1, i) };
        let blame = self.number(Thing::Delta(l, j)) * weight;
        let (carried, flow) = match now {
            Stage::Sum(at) if at == l => (weight * self.number(source), Flow::Forward),
            Stage::Sum(_) | Stage::Value(_) | Stage::Loss => (weight, Flow::Still),
            Stage::Delta(at) if at + 1 == l => (blame, Flow::Backward),
            // What has been carried stays visible; what has not yet been reached shows nothing.
            Stage::Delta(at) if at + 1 < l => (blame, Flow::Still),
            Stage::Delta(_) => (0.0, Flow::Still),
            Stage::Gradients => (self.number(Thing::WeightGrad(l, i, j)), Flow::Still),
            Stage::Update => (self.number(Thing::NewWeight(l, i, j)) - weight, Flow::Still),
        };
        Edge { id: thing.to_string(), layer: l - 1, from: i, to: j, weight, carried, flow }
    }

    /// What is linked to `thing` by the formula behind it, and `thing` itself.
    pub(super) fn fed_by(&self, thing: Thing) -> Vec<Thing> {
        let sizes = &self.net.sizes;
        let last = self.net.last();
        let value = |l: usize, i: usize| if l == 0 { Thing::Input(self.shown(), i) } else { Thing::Value(l, i) };
        let mut things = vec![thing];
        match thing {
            Thing::Input(_, i) => things.extend((0..sizes[1]).map(|j| Thing::Weight(1, i, j))),
            Thing::Sum(l, j) | Thing::Value(l, j) => {
                things.push(Thing::Value(l, j));
                things.extend((0..sizes[l - 1]).flat_map(|i| [Thing::Weight(l, i, j), value(l - 1, i)]));
            }
            Thing::Target(_, k) => things.push(Thing::Value(last, k)),
            Thing::Loss => {
                let pairs = (0..sizes[last]).flat_map(|k| [Thing::Value(last, k), Thing::Target(self.shown(), k)]);
                things.extend(pairs);
            }
            Thing::Delta(l, j) if l == last => things.extend([Thing::Value(l, j), Thing::Target(self.shown(), j)]),
            Thing::Delta(l, j) => {
                things.push(Thing::Value(l, j));
                things.extend((0..sizes[l + 1]).flat_map(|k| [Thing::Weight(l + 1, j, k), Thing::Delta(l + 1, k)]));
            }
            Thing::Weight(l, i, j) | Thing::WeightGrad(l, i, j) | Thing::NewWeight(l, i, j) => {
                let ends = [Thing::Weight(l, i, j), value(l - 1, i), Thing::Delta(l, j), Thing::WeightGrad(l, i, j)];
                things.extend(ends);
            }
            Thing::Bias(l, j) | Thing::BiasGrad(l, j) | Thing::NewBias(l, j) => {
                things.extend([Thing::Bias(l, j), Thing::Delta(l, j), Thing::Value(l, j)]);
            }
        }
        things
    }
}

/// What the edges can show.
const LEGENDS: [Key; 5] = ["legend.signal", "legend.weight", "legend.blame", "legend.gradient", "legend.update"];

/// What the edges show at a stage.
fn legend(now: Stage) -> Key {
    match now {
        Stage::Sum(_) => "legend.signal",
        Stage::Value(_) | Stage::Loss => "legend.weight",
        Stage::Delta(_) => "legend.blame",
        Stage::Gradients => "legend.gradient",
        Stage::Update => "legend.update",
    }
}
