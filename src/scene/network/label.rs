//! Where the labels of edges stand.
//!
//! Greedily: each edge proposes places along itself (in one line beside it, or the symbol over the number), those that
//! touch a node, a name or any edge are dropped, and the edges with the fewest places left choose first. Between two layers
//! all edges have labels or none has: half the names would say that the others are not there.

use super::route::{LINE, Label, Plan, RIM, Route, TEXT, Xy};
use super::{Network, symbol_of};
use crate::scene::sheet::within;
use crate::scene::surface::{Ruler, WidthTable};

/// Room that a label keeps from edges: half the widest one, and some air.
const CLEAR: f64 = 4.5;
/// A label this much nearer to its own edge than to any other is plainly its own.
const PLAIN: f64 = 16.0;
/// More edges than this between two layers leave no room for so many labels.
const MOST: usize = 9;
/// Points of an edge that are kept clear of labels.
const MARKS: u32 = 32;

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

    /// Square of the distance of `point` from the rectangle; 0 inside.
    fn distance(&self, point: Xy) -> f64 {
        let dx = ((point.0 - self.middle.0).abs() - self.half.0).max(0.0);
        let dy = ((point.1 - self.middle.1).abs() - self.half.1).max(0.0);
        dx * dx + dy * dy
    }
}

/// Rooms for symbol and number (one and the same where they stand in one line), with how little the place is wanted.
#[derive(Clone, Copy)]
struct Place {
    cost: f64,
    symbol: Room,
    number: Room,
}

impl Place {
    fn touches(&self, other: &Room) -> bool {
        self.symbol.touches(other) || self.number.touches(other)
    }

    fn distance(&self, point: Xy) -> f64 {
        self.symbol.distance(point).min(self.number.distance(point))
    }
}

/// Gives the routes of `plan` their labels.
pub(super) fn place(plan: &mut Plan, network: &Network) {
    let taken = taken(plan, network);
    let along = |route: &Option<Route>| -> Vec<Xy> {
        let Some(route) = route else { return Vec::new() };
        (0..=MARKS).map(|i| route.at(f64::from(i) / f64::from(MARKS))).collect()
    };
    let marks: Vec<Vec<Xy>> = plan.routes.iter().map(along).collect();
    let mut placed: Vec<(usize, Place)> = Vec::new();
    for layer in 0..network.layers.len() {
        let between: Vec<usize> = (0..network.edges.len()).filter(|&i| network.edges[i].layer == layer).collect();
        if between.len() > MOST {
            continue;
        }
        // Whoever has the fewest places chooses first.
        let mut open: Vec<(usize, Vec<Place>)> = Vec::new();
        for &edge in &between {
            let Some(route) = plan.routes[edge] else { continue };
            let free = proposals(&route, &network.edges[edge].id).into_iter();
            let free = free.filter(|place| is_free(place, plan, &taken));
            let places: Vec<Place> = free.filter_map(|place| weighed(place, edge, &marks)).collect();
            open.insert(open.partition_point(|(_, others)| others.len() <= places.len()), (edge, places));
        }
        let before = placed.len();
        for (edge, places) in open {
            let apart = |place: &Place| {
                !placed.iter().any(|(_, other)| place.touches(&other.symbol) || place.touches(&other.number))
            };
            let best = places.into_iter().filter(apart).min_by(|a, b| a.cost.total_cmp(&b.cost));
            placed.extend(best.map(|place| (edge, place)));
        }
        if placed.len() < before + between.len() {
            placed.truncate(before);
        }
    }
    for (edge, place) in placed {
        if let Some(route) = &mut plan.routes[edge] {
            route.label = Some(Label { symbol: place.symbol.middle, number: place.number.middle });
        }
    }
}

/// Whether a place lies inside the picture and touches nothing that stands there.
fn is_free(place: &Place, plan: &Plan, taken: &[Room]) -> bool {
    let inside = |room: &Room| {
        let ((x, y), half) = (room.middle, room.half);
        x >= half.0 && x + half.0 <= plan.width && y >= half.1 && y + half.1 <= plan.floor
    };
    inside(&place.symbol) && inside(&place.number) && !taken.iter().any(|room| place.touches(room))
}

/// `place` for a label of `edge`, less wanted where it is far from its edge or not plain whose it is; `None` where an edge
/// would run through it.
fn weighed(mut place: Place, edge: usize, marks: &[Vec<Xy>]) -> Option<Place> {
    let (mut own, mut other) = (f64::INFINITY, f64::INFINITY);
    for (index, marks) in marks.iter().enumerate() {
        let nearest = marks.iter().map(|mark| place.distance(*mark)).fold(f64::INFINITY, f64::min);
        if nearest < CLEAR * CLEAR {
            return None;
        }
        let best = if index == edge { &mut own } else { &mut other };
        *best = nearest.min(*best);
    }
    let (own, other) = (own.sqrt(), other.sqrt());
    place.cost += 0.03 * within(PLAIN - (other - own), 0.0, 20.0) + 0.03 * (own - CLEAR);
    Some(place)
}

/// Places for the label of the edge `id` along `route`, on both sides.
fn proposals(route: &Route, id: &str) -> Vec<Place> {
    let symbol = WidthTable.width(&symbol_of(id), TEXT, false);
    let number = WidthTable.width("−0.99", TEXT, false);
    let space = WidthTable.width(" ", TEXT, false);
    let half = |width: f64| (width / 2.0, LINE / 2.0 - 1.5);
    let (line, symbol, number) = (half(symbol + space + number), half(symbol), half(number));
    let slant = if route.curve[0].1 <= route.curve[3].1 { 1.0 } else { -1.0 };
    let mut places = Vec::new();
    for i in 0..=32 {
        let t = 0.1 + 0.025 * f64::from(i);
        let (x, y) = route.at(t);
        for air in [0.5, 4.0, 8.0] {
            let away = CLEAR + air;
            let cost = 0.6 * (t - 0.5).abs() + 0.02 * air;
            let one = |dx: f64, dy: f64, extra: f64| {
                let room = Room { middle: (x + dx, y + dy), half: line };
                Place { cost: cost + extra, symbol: room, number: room }
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
            let two = |dx: f64, dy: f64, apart: f64, extra: f64| Place {
                cost: cost + extra,
                symbol: Room { middle: (x + dx, y + dy - apart), half: symbol },
                number: Room { middle: (x + dx, y + dy + apart), half: number },
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
fn taken(plan: &Plan, network: &Network) -> Vec<Room> {
    let mut taken = Vec::new();
    let rim = plan.radius + RIM;
    let text = |x, y, width: f64| Room { middle: (x, y), half: (width / 2.0 + 1.0, LINE / 2.0) };
    for (node, &(x, y)) in network.layers.iter().flatten().zip(plan.nodes.iter().flatten()) {
        taken.push(Room { middle: (x, y), half: (rim * 0.8, rim) });
        taken.push(Room { middle: (x, y), half: (rim, rim * 0.7) });
        taken.push(text(x, plan.symbol_y(y), 20.0));
        if node.delta.is_some() {
            taken.push(text(x, plan.delta_y(y), WidthTable.width("δ −0.00999", TEXT, true)));
        }
        if node.target.is_some() {
            let width = WidthTable.width("t −0.99", TEXT, false);
            taken.push(text(plan.target_x(x) + width / 2.0, y, width));
        }
    }
    taken
}
