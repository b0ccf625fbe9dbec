//! Where the nodes, edges and labels of a network stand.
//!
//! Not their values: the plan depends on the structure alone, so that it stands still while numbers change. One unit is
//! one CSS pixel when the picture is as wide as a phone leaves room for ([`PHONE`]); text is never smaller than
//! [`TEXT`]. Deep networks are wider than that, tall ones taller, and write less.
//!
//! Edge labels are placed last, greedily: each edge proposes places along itself, those that touch a node, a name or any
//! edge are dropped, and the edges with the fewest places left choose first. An edge without a place has no label.

use crate::plot::surface::{Ruler, Table};
use crate::view::Network;

/// Width of the picture of a small network: that of a figure on a phone 390 wide.
const PHONE: f64 = 344.0;
/// Font size of labels and numbers.
pub(super) const TEXT: f64 = 12.0;
/// Height that a line of text takes.
const LINE: f64 = 15.0;
/// Room between the rim of a node and its picture's edge, for the slope's arc.
const RIM: f64 = 5.0;
/// Least room between the rims of neighbouring layers.
const GAP: f64 = 66.0;
/// Room that a label keeps from edges (half the widest one, and some air).
const CLEAR: f64 = 4.5;
/// More edges than this between two layers leave no room to tell whose label is whose.
const LABELLED: usize = 12;

/// A point, in units of the picture, y downwards.
pub(super) type Xy = (f64, f64);

/// The plan of a network.
pub(super) struct Plan {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) radius: f64,
    /// Digits after the point of the numbers inside nodes.
    pub(super) digits: u8,
    /// Whether symbols stand above the nodes.
    pub(super) symbols: bool,
    /// Centres, by layer.
    pub(super) nodes: Vec<Vec<Xy>>,
    /// By edge, as in the network; `None` where an edge names nodes that are not there.
    pub(super) routes: Vec<Option<Route>>,
}

/// The way of an edge: a cubic curve from rim to rim, and the middle of its label where there is room for one.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) curve: [Xy; 4],
    pub(super) label: Option<Xy>,
}

impl Route {
    /// The point at `t`, 0 at the source, 1 at the destination.
    fn at(&self, t: f64) -> Xy {
        let u = 1.0 - t;
        let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
        let sum = |axis: fn(&Xy) -> f64| self.curve.iter().zip(weights).map(|(p, w)| w * axis(p)).sum();
        (sum(|p| p.0), sum(|p| p.1))
    }
}

/// A rectangle by middle and half sizes.
#[derive(Clone, Copy)]
struct Room {
    middle: Xy,
    half: Xy,
}

impl Room {
    fn touches(&self, other: &Room) -> bool {
        (self.middle.0 - other.middle.0).abs() < self.half.0 + other.half.0
            && (self.middle.1 - other.middle.1).abs() < self.half.1 + other.half.1
    }

    /// Distance of `point` from the rectangle; 0 inside.
    fn distance(&self, point: Xy) -> f64 {
        let dx = ((point.0 - self.middle.0).abs() - self.half.0).max(0.0);
        let dy = ((point.1 - self.middle.1).abs() - self.half.1).max(0.0);
        libm::hypot(dx, dy)
    }
}

impl Plan {
    pub(super) fn of(network: &Network) -> Plan {
        let layers = network.layers.len();
        let tallest = network.layers.iter().map(Vec::len).max().unwrap_or(0);
        let mut every = network.layers.iter().flatten();
        let deltas = every.clone().any(|node| node.delta.is_some());
        let targets = every.any(|node| node.target.is_some());
        let roomy = tallest <= 4;
        let radius: f64 = match (layers, tallest) {
            (..=3, ..=4) => 26.0,
            (..=4, ..=5) => 23.0,
            _ => 21.0,
        };

        let left = radius + RIM;
        let right = radius + if targets { 10.0 + Table.width("t −0.99", TEXT, false) } else { RIM };
        let gaps = layers.saturating_sub(1).max(1) as f64;
        let spread = (PHONE - left - right) / gaps - 2.0 * radius;
        let pitch = 2.0 * radius + spread.max(GAP);
        let width = (left + right + pitch * layers.saturating_sub(1) as f64).max(PHONE);

        let above = if roomy { LINE + 3.0 } else { RIM };
        let below = if deltas { LINE + 4.0 } else { RIM };
        let crowded = 2.0 * radius + above + below + 4.0;
        let row = match tallest {
            ..=2 => 132.0,
            3 => 112.0_f64.max(crowded),
            _ => crowded,
        };
        let inner = row * tallest.saturating_sub(1) as f64;
        let height = above + radius + inner + radius + below;

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
            height,
            radius,
            digits: if roomy { 3 } else { 2 },
            symbols: roomy,
            routes: Vec::new(),
            nodes,
        };
        plan.routes = network.edges.iter().map(|edge| plan.route(edge.layer, edge.from, edge.to)).collect();
        if network.label_edges {
            plan.place_labels(network);
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
        let bend = (end.0 - start.0) * 0.5;
        Some(Route { curve: [start, (start.0 + bend, start.1), (end.0 - bend, end.1), end], label: None })
    }

    fn place_labels(&mut self, network: &Network) {
        let mut between = vec![0; network.layers.len()];
        for edge in &network.edges {
            if let Some(count) = between.get_mut(edge.layer) {
                *count += 1;
            }
        }
        let taken = self.taken(network);
        let marks: Vec<Xy> =
            self.routes.iter().flatten().flat_map(|route| (0..=40).map(|i| route.at(f64::from(i) / 40.0))).collect();
        let mut open: Vec<(usize, Vec<(f64, Room)>)> = Vec::new();
        for (index, edge) in network.edges.iter().enumerate() {
            let Some(route) = self.routes[index].filter(|_| between[edge.layer] <= LABELLED) else { continue };
            let half = (Table.width(&label_sample(&edge.id), TEXT, false) / 2.0, LINE / 2.0 - 1.0);
            let places = proposals(&route, half)
                .into_iter()
                .filter(|(_, room)| {
                    let inside = room.middle.0 - half.0 >= 0.0
                        && room.middle.0 + half.0 <= self.width
                        && room.middle.1 - half.1 >= 0.0
                        && room.middle.1 + half.1 <= self.height;
                    inside
                        && !taken.iter().any(|other| room.touches(other))
                        && marks.iter().all(|mark| room.distance(*mark) >= CLEAR)
                })
                .collect();
            open.push((index, places));
        }
        let mut placed: Vec<Room> = Vec::new();
        open.sort_by_key(|(_, places)| places.len());
        for (index, places) in open {
            let free = places.into_iter().filter(|(_, room)| !placed.iter().any(|other| room.touches(other)));
            if let Some((_, room)) = free.min_by(|a, b| a.0.total_cmp(&b.0)) {
                placed.push(room);
                if let Some(route) = &mut self.routes[index] {
                    route.label = Some(room.middle);
                }
            }
        }
    }

    /// What labels of edges must not touch: nodes, and the texts around them.
    fn taken(&self, network: &Network) -> Vec<Room> {
        let mut taken = Vec::new();
        let rim = self.radius + RIM;
        let text = |x, y, width: f64| Room { middle: (x, y), half: (width / 2.0 + 1.0, LINE / 2.0) };
        for (node, &(x, y)) in network.layers.iter().flatten().zip(self.nodes.iter().flatten()) {
            taken.push(Room { middle: (x, y), half: (rim * 0.8, rim) });
            taken.push(Room { middle: (x, y), half: (rim, rim * 0.7) });
            if self.symbols {
                taken.push(text(x, self.symbol_y(y), 20.0));
            }
            if node.delta.is_some() {
                taken.push(text(x, self.delta_y(y), Table.width("δ −0.0999", TEXT, true)));
            }
            if node.target.is_some() {
                let width = Table.width("t −0.99", TEXT, false);
                taken.push(text(self.target_x(x) + width / 2.0, y, width));
            }
        }
        taken
    }

    /// Middle of the symbol above a node at `y`.
    pub(super) fn symbol_y(&self, y: f64) -> f64 {
        y - self.radius - 3.0 - LINE / 2.0
    }

    /// Middle of the delta under a node at `y`.
    pub(super) fn delta_y(&self, y: f64) -> f64 {
        y + self.radius + 4.0 + LINE / 2.0
    }

    /// Left end of the target right of a node at `x`.
    pub(super) fn target_x(&self, x: f64) -> f64 {
        x + self.radius + 8.0
    }
}

/// Places for a label of that half size on both sides along `route`, each with how little it is wanted.
fn proposals(route: &Route, half: Xy) -> Vec<(f64, Room)> {
    let mut places = Vec::new();
    for i in 0..=28 {
        let t = 0.15 + 0.025 * f64::from(i);
        let (x, y) = route.at(t);
        let off_centre = (t - 0.5).abs();
        let outward = if route.curve[0].1 <= route.curve[3].1 { -1.0 } else { 1.0 };
        for air in [1.0, 4.0] {
            let (dx, dy) = (half.0 + CLEAR + air, half.1 + CLEAR + air - 1.0);
            let sides = [
                (0.0, -dy, 0.0),
                (0.0, dy, 0.1),
                (-dx, 0.0, 0.15),
                (dx, 0.0, 0.15),
                (dx * 0.8, dy * outward, 0.3),
                (-dx * 0.8, -dy * outward, 0.3),
            ];
            for (right, down, cost) in sides {
                places.push((off_centre + cost + air * 0.01, Room { middle: (x + right, y + down), half }));
            }
        }
    }
    places
}

/// A text as wide as the label of the edge `id` can be.
pub(super) fn label_sample(id: &str) -> String {
    format!("{} −0.99", super::network::symbol_of(id))
}
