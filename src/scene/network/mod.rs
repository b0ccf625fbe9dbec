//! Layers of nodes joined by edges, written as SVG.
//!
//! Not the plan ([`route`] decides where things stand) and not the looks: the page's style sheet gives colours and
//! widths by class; only a picture that stands alone carries its own.
//!
//! ```text
//! svg.network (dense: more than four nodes in a layer; thinner edges)
//!   g.edge [data-pick role=button, data-sign, data-mag, data-flow]      what travels: sign, size, direction
//!     path.base            from source to destination; width by --mag, colour and dash by data-is
//!     path.flow            the same way, pathLength 100: dots on their way, moved by --p, turned by data-going
//!     path.hit             the same way, transparent and wide: what the pointer finds
//!     text.weight          tspan.symbol, tspan with the number, or only one of them; only where there is room
//!   g.node [data-pick role=button, data-phase, data-sign]               phase of its value, sign of its delta once known
//!     circle.body
//!     circle.slope         pathLength 100, starts on top: [data-mag] of it is the slope (stroke-dasharray); not on inputs
//!     text.value           text.placeholder stands there while the value is `later`
//!     text.symbol          above the node; only where there is room
//!     g.delta [data-pick, data-phase, data-sign] > text    under the node; hidden while `later`
//!     text.target          right of the node
//!   text.legend [data-phase]   one for everything that the edges can mean; `now` the one that they mean, `later` the others
//! ```
//!
//! All text is placed by its middle (`dominant-baseline: central` on the root). Labels and deltas may pass over edges: the
//! style sheet gives them an outline in the colour of the card (`paint-order: stroke`).

mod label;
mod route;

use super::format::Format;
use super::markup::Markup;
use super::sheet::within;
use super::style::{FONT, Palette, Rgb};
use super::words::Key;
use super::writer::{Pass, Phase, Tag, Writer};
use core::fmt;
use route::{Label, Plan, Route, TEXT, Xy};

/// One node of a [`Network`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Node {
    /// What it is called when pointed at, edited and read out (`h1_2`).
    pub id: String,
    /// Symbol and index beside the node: `h`, `2`.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub symbol: (&'static str, String),
    /// Value inside the node, and since when it is known.
    pub value: (f64, Phase),
    /// Its delta, dL/dz, where it has one.
    pub delta: Option<(f64, Phase)>,
    /// What that is called when pointed at (`delta1_2`).
    pub delta_id: String,
    /// Slope of its activation, 0 to 1 of the node's rim; hidden layers show it.
    pub slope: Option<f64>,
    /// Target beside an output node.
    pub target: Option<f64>,
}

/// What travels along an edge at the moment shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Flow {
    /// Nothing.
    Still,
    /// An activation, from source to destination.
    Forward,
    /// A gradient, from destination to source.
    Backward,
}

/// One edge of a [`Network`], from node `from` of layer `layer` to node `to` of layer `layer + 1`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Edge {
    /// What it is called when pointed at, edited and read out (`w1_1_2`).
    pub id: String,
    /// Layer of the source.
    pub layer: usize,
    /// Index of the source in its layer.
    pub from: usize,
    /// Index of the destination in its layer.
    pub to: usize,
    /// The weight.
    pub weight: f64,
    /// What is shown as width and sign: the value on its way (signed, any unit; scaled by the largest of the view).
    pub carried: f64,
    /// What travels now.
    pub flow: Flow,
}

/// Layers of nodes joined by edges.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Network {
    /// Nodes by layer, input first.
    pub layers: Vec<Vec<Node>>,
    /// Edges in reading order.
    pub edges: Vec<Edge>,
    /// Edges' symbols and weights are written on them (only where there is room).
    pub label_edges: bool,
    /// What width and colour of the edges mean at this moment.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub legend: Key,
    /// All that `legend` can be while the structure stays, so that the picture need not be made anew when it changes.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub legends: &'static [Key],
}

impl Markup for Network {
    const STANDS_ALONE: bool = true;

    fn write(&self, w: &mut Writer) {
        let plan = route::plan(self);
        w.tag("svg")
            .class(if plan.roomy { "network" } else { "network dense" })
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .attr("viewBox", format_args!("0 0 {} {}", Round(plan.width), Round(plan.height)))
            .attr("role", "group")
            .attr("dominant-baseline", "central")
            .attr("font-size", Round(TEXT))
            .alone("width", Round(plan.width * 2.0))
            .alone("height", Round(plan.height * 2.0))
            .alone("font-family", FONT)
            .open();
        let largest =
            self.edges.iter().map(|edge| edge.carried.abs()).filter(|size| size.is_finite()).fold(0.0, f64::max);
        for (edge, route) in self.edges.iter().zip(&plan.routes) {
            if let Some(route) = route {
                write_edge(w, edge, route, largest, plan.roomy);
            }
        }
        for (layer, (nodes, places)) in self.layers.iter().zip(&plan.nodes).enumerate() {
            for (node, at) in nodes.iter().zip(places) {
                write_node(w, node, *at, layer > 0, &plan);
            }
        }
        write_legend(w, self, &plan);
        w.close("svg");
    }
}

/// What width and colour of the edges mean; the words for other moments wait, so that nothing is made anew.
fn write_legend(w: &mut Writer, network: &Network, plan: &Plan) {
    let all = matches!(w.pass, Pass::Live | Pass::Slots);
    for key in network.legends {
        let shown = *key == network.legend;
        if shown || all {
            let words = w.words.get(key);
            text(w, "legend", (plan.width / 2.0, plan.legend_y()), "middle")
                .phase(if shown { Phase::Now } else { Phase::Later })
                .paint("fill", |p| p.ink2)
                .text(words);
        }
    }
}

fn write_edge(w: &mut Writer, edge: &Edge, route: &Route, largest: f64, roomy: bool) {
    let size = if largest > 0.0 { edge.carried.abs() / largest } else { 0.0 };
    let size = if size.is_nan() { 0.0 } else { size.min(1.0) };
    let silent = w.pass == Pass::Slots;
    let [way, name] = if silent { Default::default() } else { [way(&route.curve), symbol_of(&edge.id)] };
    let group = w.tag("g").class("edge").button(&edge.id, &name).sign(edge.carried).magnitude(size);
    bind_flow(group, edge.flow).open();
    let idle = edge.flow == Flow::Still;
    let colour = move |p: &Palette| if size == 0.0 { p.line } else { sign_colour(p, edge.carried) };
    w.tag("path")
        .class("base")
        .attr("d", &way)
        .attr("fill", "none")
        .paint("stroke", colour)
        .alone("stroke-width", Round(if roomy { 1.2 + 6.5 * size } else { 0.8 + 2.4 * size }))
        .alone("stroke-opacity", if idle { "0.45" } else { "1" })
        .empty();
    if w.alone().is_none() {
        w.tag("path").class("flow").attr("d", &way).attr("fill", "none").attr("pathLength", 100).empty();
    }
    if w.pass == Pass::Live {
        w.tag("path").class("hit").attr("d", &way).attr("fill", "none").empty();
    }
    if let Some(Label { symbol, number }) = route.label {
        let one_line = symbol == number;
        let label = |w: &mut Writer, at: Xy, symbol: bool, number: bool| {
            halo(text(w, "weight", at, "middle")).paint("fill", |p| p.ink2).open();
            if symbol {
                w.tag("tspan").class("symbol").text(&name);
            }
            if symbol && number {
                w.text(" ");
            }
            if number {
                w.number("tspan", "", edge.weight, Format::Fixed(2));
            }
            w.close("text");
        };
        label(w, symbol, true, one_line);
        if !one_line {
            label(w, number, false, true);
        }
    }
    w.close("g");
}

fn write_node(w: &mut Writer, node: &Node, (x, y): Xy, computed: bool, plan: &Plan) {
    let (value, phase) = node.value;
    let symbol = symbol(node.symbol.0, "", &node.symbol.1);
    let blame = node.delta.filter(|(_, phase)| *phase != Phase::Later).map_or(f64::NAN, |(delta, _)| delta);
    w.tag("g").class("node").button(&node.id, &symbol).phase(phase).sign(blame).open();
    w.tag("circle")
        .class("body")
        .attr("cx", Round(x))
        .attr("cy", Round(y))
        .attr("r", Round(plan.radius))
        .paint("fill", |p| p.paper)
        .paint("stroke", |p| match phase {
            _ if blame != 0.0 && !blame.is_nan() => sign_colour(p, blame),
            Phase::Now => p.accent,
            _ => p.ink2,
        })
        .alone("stroke-width", "1.6")
        .empty();
    if computed {
        // An arc of no length where the slope is unknown: its coming changes a number, not the structure.
        let slope = node.slope.filter(|slope| !slope.is_nan()).unwrap_or(0.0);
        let slope = within(slope, 0.0, 1.0);
        w.tag("circle")
            .class("slope")
            .magnitude(slope)
            .attr("cx", Round(x))
            .attr("cy", Round(y))
            .attr("r", Round(plan.radius))
            .attr("fill", "none")
            .attr("pathLength", 100)
            .attr("transform", format_args!("rotate(-90 {} {})", Round(x), Round(y)))
            .paint("stroke", |p| p.accent)
            .alone("stroke-width", "3.5")
            .alone("stroke-dasharray", format_args!("{} 100", Round(100.0 * slope)))
            .empty();
    }
    let alone = w.alone().is_some();
    if !alone || phase != Phase::Later {
        let format = Format::Fixed(plan.digits);
        text(w, "value", (x, y), "middle").paint("fill", |p| p.ink).alone("font-weight", 600).number(value, format);
    }
    if !alone {
        text(w, "placeholder", (x, y), "middle").text("?");
    }
    if plan.roomy {
        text(w, "symbol", (x, plan.symbol_y(y)), "middle").paint("fill", |p| p.ink2).text(&symbol);
    }
    if let Some((delta, phase)) = node.delta.filter(|(_, phase)| !alone || *phase != Phase::Later) {
        w.tag("g").class("delta").pick(&node.delta_id).sign(delta).phase(phase).open();
        halo(text(w, "", (x, plan.delta_y(y)), "middle"))
            .paint("fill", |p| sign_colour(p, delta))
            .alone("font-weight", 600)
            .open();
        if plan.roomy {
            w.text("δ ");
        }
        w.number("tspan", "", delta, Format::Significant(if plan.roomy { 3 } else { 2 }));
        w.close("text");
        w.close("g");
    }
    if let Some(target) = node.target {
        text(w, "target", (plan.target_x(x), y), "start").paint("fill", |p| p.ink2).open();
        w.text("t ");
        w.number("tspan", "", target, Format::Fixed(2));
        w.close("text");
    }
    w.close("g");
}

/// Bound to what travels.
fn bind_flow<'w, 'a>(tag: Tag<'w, 'a>, flow: Flow) -> Tag<'w, 'a> {
    let (value, word) = match flow {
        Flow::Still => (0.0, "still"),
        Flow::Forward => (1.0, "forward"),
        Flow::Backward => (2.0, "backward"),
    };
    tag.bind("data-flow", value, "data-going", word)
}

/// A text placed at `(x, y)`.
fn text<'w, 'a>(w: &'w mut Writer<'a>, class: &'static str, (x, y): Xy, anchor: &str) -> Tag<'w, 'a> {
    w.tag("text").class(class).attr("x", Round(x)).attr("y", Round(y)).attr("text-anchor", anchor)
}

/// An outline in the colour of the paper, so that a text may pass over edges.
fn halo<'w, 'a>(tag: Tag<'w, 'a>) -> Tag<'w, 'a> {
    tag.paint("stroke", |p| p.paper).alone("stroke-width", 3).alone("paint-order", "stroke")
}

fn sign_colour(palette: &Palette, value: f64) -> Rgb {
    if value > 0.0 {
        palette.pos
    } else if value < 0.0 {
        palette.neg
    } else {
        palette.ink2
    }
}

/// The symbol of what is called `id`: `w2_1_3` is w²₁₃.
pub(super) fn symbol_of(id: &str) -> String {
    let (head, indices) = id.split_once('_').unwrap_or((id, ""));
    let digits = head.find(|c: char| c.is_ascii_digit()).unwrap_or(head.len());
    let (letter, layer) = (head.get(..digits).unwrap_or(head), head.get(digits..).unwrap_or_default());
    // Indices of several digits are told apart.
    let gap = if indices.split('_').any(|index| index.len() > 1) { "," } else { "" };
    symbol(letter, layer, &indices.replace('_', gap))
}

/// A letter with a superscript and a subscript, as text.
fn symbol(letter: &str, above: &str, below: &str) -> String {
    const ABOVE: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or(c, |digit| ABOVE[digit as usize]);
    let lower = |c: char| c.to_digit(10).and_then(|digit| char::from_u32('₀' as u32 + digit)).unwrap_or(c);
    letter.chars().chain(above.chars().map(raise)).chain(below.chars().map(lower)).collect()
}

/// The `d` of a cubic curve.
fn way(curve: &[Xy; 4]) -> String {
    let [start, bend0, bend1, end] = curve.map(|(x, y)| (Round(x), Round(y)));
    format!("M{} {}C{} {} {} {} {} {}", start.0, start.1, bend0.0, bend0.1, bend1.0, bend1.1, end.0, end.1)
}

/// A coordinate to one digit after the point.
#[derive(Clone, Copy)]
struct Round(f64);

impl fmt::Display for Round {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        let (sign, whole, tenth) = (if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
        if tenth == 0 { write!(out, "{sign}{whole}") } else { write!(out, "{sign}{whole}.{tenth}") }
    }
}
