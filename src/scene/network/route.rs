//! Where the nodes and edges of a network stand.
//!
//! Not their values: the plan depends on the structure alone, so that it stands still while numbers change, and is kept
//! from one drawing to the next ([`plan`]). One unit is one CSS pixel when the picture is as wide as a phone leaves room
//! for ([`PHONE`]); text is never smaller than [`TEXT`]. Deep networks are wider than that, tall ones taller, and write less.

use super::label;
use super::{Network, Node};
use crate::scene::surface::{Ruler, WidthTable};
use std::cell::RefCell;
use std::rc::Rc;

/// Width of the picture of a small network: that of a figure on a phone 390 wide.
const PHONE: f64 = 344.0;
/// Font size of labels and numbers.
pub(super) const TEXT: f64 = 12.0;
/// Height that a line of text takes.
pub(super) const LINE: f64 = 15.0;
/// Room between the rim of a node and its picture's edge, for the slope's arc.
pub(super) const RIM: f64 = 5.0;
/// Least room between the rims of neighbouring layers.
const GAP: f64 = 66.0;
/// Width up to which a deep network may grow to keep its layers apart.
const WIDE: f64 = 560.0;

/// A point, in units of the picture, y downwards.
pub(super) type Xy = (f64, f64);

/// The plan of a network.
pub(super) struct Plan {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) radius: f64,
    /// Digits after the point of the numbers inside nodes.
    pub(super) digits: u8,
    /// Few enough nodes in a layer that symbols stand above them and deltas are written out.
    pub(super) roomy: bool,
    /// Where nodes and labels end; below it stands what the edges mean.
    pub(super) floor: f64,
    /// Centres, by layer.
    pub(super) nodes: Vec<Vec<Xy>>,
    /// By edge, as in the network; `None` where an edge names nodes that are not there.
    pub(super) routes: Vec<Option<Route>>,
}

/// The way of an edge: a cubic curve from rim to rim, and its label where there is room for one.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) curve: [Xy; 4],
    pub(super) label: Option<Label>,
}

/// Middles of an edge's symbol and number; one and the same point where they stand in one line.
#[derive(Clone, Copy)]
pub(super) struct Label {
    pub(super) symbol: Xy,
    pub(super) number: Xy,
}

impl Route {
    /// The point at `t`, 0 at the source, 1 at the destination.
    pub(super) fn at(&self, t: f64) -> Xy {
        let u = 1.0 - t;
        let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
        let sum = |axis: fn(&Xy) -> f64| self.curve.iter().zip(weights).map(|(p, w)| w * axis(p)).sum();
        (sum(|p| p.0), sum(|p| p.1))
    }
}

/// The plan of `network`; the one that was asked for last is kept, since placing labels takes longer than everything else
/// that happens in a frame.
pub(super) fn plan(network: &Network) -> Rc<Plan> {
    thread_local! {
        static LAST: RefCell<Option<(Structure, Rc<Plan>)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        let structure = Structure::of(network);
        match last {
            Some((known, plan)) if *known == structure => plan.clone(),
            _ => last.insert((structure, Rc::new(Plan::of(network)))).1.clone(),
        }
    })
}

/// What a plan depends on.
#[derive(PartialEq)]
struct Structure {
    /// Whether each node, by layer, has a delta and a target.
    layers: Vec<Vec<(bool, bool)>>,
    /// Layer, source and destination of each edge, and the length of its id.
    edges: Vec<(usize, usize, usize, usize)>,
    labelled: bool,
    explained: bool,
}

impl Structure {
    fn of(network: &Network) -> Structure {
        let layer =
            |nodes: &Vec<Node>| nodes.iter().map(|node| (node.delta.is_some(), node.target.is_some())).collect();
        Structure {
            layers: network.layers.iter().map(layer).collect(),
            edges: network.edges.iter().map(|edge| (edge.layer, edge.from, edge.to, edge.id.len())).collect(),
            labelled: network.label_edges,
            explained: !network.legends.is_empty(),
        }
    }
}

impl Plan {
    fn of(network: &Network) -> Plan {
        let layers = network.layers.len();
        let tallest = network.layers.iter().map(Vec::len).max().unwrap_or(0);
        let mut every = network.layers.iter().flatten();
        let deltas = every.clone().any(|node| node.delta.is_some());
        let targets = every.any(|node| node.target.is_some());
        let roomy = tallest <= 4;
        let radius: f64 = match (layers, tallest) {
            (..=3, ..=4) => 25.0,
            (..=4, ..=5) => 23.0,
            _ => 21.0,
        };

        let above = if roomy { LINE + 3.0 } else { RIM };
        let below = if deltas { LINE + 4.0 } else { RIM };
        let crowded = 2.0 * radius + above + below + 4.0;
        let row = match tallest {
            ..=2 => 140.0,
            3 => 116.0_f64.max(crowded),
            _ => crowded,
        };
        let inner = row * tallest.saturating_sub(1) as f64;
        let bottom = above + radius + inner + radius + below;
        let legend = if network.legends.is_empty() { 0.0 } else { LINE + 8.0 };

        let left = radius + RIM;
        let right = radius + if targets { 8.0 + WidthTable.width("t −0.99", TEXT, false) } else { RIM };
        let gaps = layers.saturating_sub(1).max(1) as f64;
        let spread = |width: f64| (width - left - right) / gaps - 2.0 * radius;
        let gap = spread(PHONE).max(spread(WIDE).min(inner * 0.26)).max(GAP);
        let pitch = 2.0 * radius + gap;
        let width = (left + right + pitch * layers.saturating_sub(1) as f64).max(PHONE);

        let nodes: Vec<Vec<Xy>> = network
            .layers
            .iter()
            .enumerate()
            .map(|(layer, nodes)| {
                // Short layers are spread, but not so far that their edges cross the whole picture.
                let row = if nodes.len() > 1 { (inner / (nodes.len() - 1) as f64).min(row * 1.5) } else { 0.0 };
                let first = above + radius + (inner - row * nodes.len().saturating_sub(1) as f64) / 2.0;
                let x = left + pitch * layer as f64;
                (0..nodes.len()).map(|node| (x, first + row * node as f64)).collect()
            })
            .collect();

        let mut plan = Plan {
            width,
            height: bottom + legend,
            radius,
            digits: if radius >= 25.0 { 3 } else { 2 },
            roomy,
            floor: bottom,
            routes: Vec::new(),
            nodes,
        };
        plan.routes = network.edges.iter().map(|edge| plan.route(edge.layer, edge.from, edge.to)).collect();
        if network.label_edges && roomy {
            label::place(&mut plan, network);
        }
        plan
    }

    /// From rim to rim; edges that share a node leave it a little apart.
    fn route(&self, layer: usize, from: usize, to: usize) -> Option<Route> {
        let (sources, targets) = (self.nodes.get(layer)?, self.nodes.get(layer + 1)?);
        let (source, target) = (*sources.get(from)?, *targets.get(to)?);
        let rim = self.radius + 2.0;
        let port = |index: usize, of: usize| {
            let apart = (1.2 * self.radius / of as f64).min(7.0);
            (index as f64 - (of as f64 - 1.0) / 2.0) * apart
        };
        let (down0, down1) = (port(to, targets.len()), port(from, sources.len()));
        let start = (source.0 + (rim * rim - down0 * down0).sqrt(), source.1 + down0);
        let end = (target.0 - (rim * rim - down1 * down1).sqrt(), target.1 + down1);
        let bend = (end.0 - start.0) * if self.roomy { 0.5 } else { 0.4 };
        Some(Route { curve: [start, (start.0 + bend, start.1), (end.0 - bend, end.1), end], label: None })
    }

    /// Middle of the symbol above a node at `y`.
    pub(super) fn symbol_y(&self, y: f64) -> f64 {
        y - self.radius - 3.0 - LINE / 2.0
    }

    /// Middle of the delta under a node at `y`.
    pub(super) fn delta_y(&self, y: f64) -> f64 {
        y + self.radius + 4.0 + LINE / 2.0
    }

    /// Middle of the line that says what the edges mean.
    pub(super) fn legend_y(&self) -> f64 {
        self.height - LINE / 2.0
    }

    /// Left end of the target right of a node at `x`.
    pub(super) fn target_x(&self, x: f64) -> f64 {
        x + self.radius + 8.0
    }
}
