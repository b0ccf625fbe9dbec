//! Where the nodes, edges and labels of a network stand.
//!
//! Not their values: the plan depends on the structure alone, so that it stands still while numbers change. One unit is
//! one CSS pixel when the picture is as wide as a phone leaves room for ([`PHONE`]); text is never smaller than
//! [`TEXT`]. Deep networks are wider than that, tall ones taller, and write less.
//!
//! Edge labels are placed last, greedily: each edge proposes places along itself (in one line beside it, or the symbol
//! over the number), those that touch a node, a name or any edge are dropped, and
//! the edges with the fewest places left choose first. Between two layers all edges have labels or none has.

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
    /// Middle of the line that says what the edges mean.
    pub(super) legend_y: f64,
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

/// A place for a label, with how little it is wanted.
#[derive(Clone)]
struct Place {
    cost: f64,
    rooms: Vec<Room>,
}

impl Place {
    fn touches(&self, other: &Place) -> bool {
        self.rooms.iter().any(|room| other.rooms.iter().any(|taken| room.touches(taken)))
    }

    fn distance(&self, point: Xy) -> f64 {
        self.rooms.iter().map(|room| room.distance(point)).fold(f64::INFINITY, f64::min)
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
        let right = radius + if targets { 8.0 + Table.width("t −0.99", TEXT, false) } else { RIM };
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
            legend_y: bottom + legend - LINE / 2.0,
            routes: Vec::new(),
            nodes,
        };
        plan.routes = network.edges.iter().map(|edge| plan.route(edge.layer, edge.from, edge.to)).collect();
        if network.label_edges && roomy {
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
        let bend = (end.0 - start.0) * if self.roomy { 0.5 } else { 0.4 };
        Some(Route { curve: [start, (start.0 + bend, start.1), (end.0 - bend, end.1), end], label: None })
    }

    fn place_labels(&mut self, network: &Network) {
        let taken = self.taken(network);
        let marks: Vec<Vec<Xy>> = self
            .routes
            .iter()
            .map(|route| route.map_or(Vec::new(), |route| (0..=40).map(|i| route.at(f64::from(i) / 40.0)).collect()))
            .collect();
        let mut placed: Vec<(usize, Place)> = Vec::new();
        for layer in 0..network.layers.len() {
            let between: Vec<usize> = (0..network.edges.len()).filter(|&i| network.edges[i].layer == layer).collect();
            let mut open: Vec<(usize, Vec<Place>)> = between
                .iter()
                .filter_map(|&edge| Some((edge, self.places(&self.routes[edge]?, &network.edges[edge].id))))
                .map(|(edge, mut places)| {
                    places.retain_mut(|place| self.admits(place, edge, &taken, &marks));
                    (edge, places)
                })
                .collect();
            open.sort_by_key(|(_, places)| places.len());
            let before = placed.len();
            for (edge, places) in open {
                let free = places.into_iter().filter(|place| !placed.iter().any(|(_, other)| place.touches(other)));
                placed.extend(free.min_by(|a, b| a.cost.total_cmp(&b.cost)).map(|place| (edge, place)));
            }
            if placed.len() < before + between.len() {
                placed.truncate(before);
            }
        }
        for (edge, place) in placed {
            let (symbol, number) = (place.rooms[0].middle, place.rooms[place.rooms.len() - 1].middle);
            if let Some(route) = &mut self.routes[edge] {
                route.label = Some(Label { symbol, number });
            }
        }
    }

    /// Whether a label of `edge` may stand at `place`; where it is not plain whose label it is, it is less wanted.
    fn admits(&self, place: &mut Place, edge: usize, taken: &[Room], marks: &[Vec<Xy>]) -> bool {
        let inside = |room: &Room| {
            let ((x, y), half) = (room.middle, room.half);
            x >= half.0 && x + half.0 <= self.width && y >= half.1 && y + half.1 <= self.legend_y - LINE
        };
        if !place.rooms.iter().all(|room| inside(room) && !taken.iter().any(|other| room.touches(other))) {
            return false;
        }
        let (mut own, mut other) = (f64::INFINITY, f64::INFINITY);
        for (index, marks) in marks.iter().enumerate() {
            let nearest = marks.iter().map(|mark| place.distance(*mark)).fold(f64::INFINITY, f64::min);
            let best = if index == edge { &mut own } else { &mut other };
            *best = nearest.min(*best);
        }
        place.cost += 0.03 * (16.0 - (other - own)).clamp(0.0, 20.0) + 0.03 * (own - CLEAR);
        own >= CLEAR && other >= CLEAR
    }

    /// Places for the label of `route`.
    fn places(&self, route: &Route, id: &str) -> Vec<Place> {
        let symbol = Table.width(&super::network::symbol_of(id), TEXT, false);
        let number = Table.width("−0.99", TEXT, false);
        let space = Table.width(" ", TEXT, false);
        let half = |width: f64| (width / 2.0, LINE / 2.0 - 1.5);
        let (line, symbol, number) = (half(symbol + space + number), half(symbol), half(number));
        let slant = if route.curve[0].1 <= route.curve[3].1 { 1.0 } else { -1.0 };
        let mut places = Vec::new();
        for i in 0..=32 {
            let t = 0.1 + 0.025 * f64::from(i);
            let (x, y) = route.at(t);
            let off_centre = 0.6 * (t - 0.5).abs();
            for air in [0.5, 4.0, 8.0] {
                let away = CLEAR + air;
                let one = |dx: f64, dy: f64, cost: f64| Place {
                    cost: off_centre + cost + air * 0.02,
                    rooms: vec![Room { middle: (x + dx, y + dy), half: line }],
                };
                let (dx, dy) = (line.0 + away, line.1 + away);
                places.extend([
                    one(0.0, -dy, 0.0),
                    one(0.0, dy, 0.1),
                    one(-dx, 0.0, 0.1),
                    one(dx, 0.0, 0.1),
                    one(dx * 0.8, -dy * slant, 0.15),
                    one(-dx * 0.8, dy * slant, 0.15),
                ]);
                // Symbol over number: on both sides of the edge, or as a block on one side.
                let two = |dx: f64, dy: f64, apart: f64, cost: f64| Place {
                    cost: off_centre + cost + air * 0.02,
                    rooms: vec![
                        Room { middle: (x + dx, y + dy - apart), half: symbol },
                        Room { middle: (x + dx, y + dy + apart), half: number },
                    ],
                };
                let (dx, dy) = (symbol.0.max(number.0) + away, 2.0 * number.1 + away);
                places.extend([
                    two(0.0, 0.0, number.1 + away, 0.5),
                    two(0.0, -dy, number.1, 0.3),
                    two(0.0, dy, number.1, 0.3),
                    two(-dx, 0.0, number.1, 0.3),
                    two(dx, 0.0, number.1, 0.3),
                    two(dx, -dy * 0.6 * slant, number.1, 0.3),
                    two(-dx, dy * 0.6 * slant, number.1, 0.3),
                ]);
            }
        }
        places
    }

    /// What labels of edges must not touch: nodes, and the texts around them.
    fn taken(&self, network: &Network) -> Vec<Room> {
        let mut taken = Vec::new();
        let rim = self.radius + RIM;
        let text = |x, y, width: f64| Room { middle: (x, y), half: (width / 2.0 + 1.0, LINE / 2.0) };
        for (node, &(x, y)) in network.layers.iter().flatten().zip(self.nodes.iter().flatten()) {
            taken.push(Room { middle: (x, y), half: (rim * 0.8, rim) });
            taken.push(Room { middle: (x, y), half: (rim, rim * 0.7) });
            if self.roomy {
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
