//! What a lesson can show: plain numbers with a kind and dims.
//!
//! Not drawing: colours, pixels, fonts and languages are unknown here (`plot` draws a view, the page supplies the words).
//! A word is a [`Key`] into the lesson's prose. A thing that the reader can point at carries an *id*, the same string
//! that names its readout, its edit in the URL and its highlight: `w2_1_3` is one weight everywhere.

mod comb;
mod image;
mod math;

pub use comb::{Comb, Dot, Share, Tooth};
pub use image::{Dots, Image, Outline, Rect, Stroke};
pub use math::{Math, Phrase};

/// A key into the prose of a lesson (or of the page), never shown as it is.
pub type Key = &'static str;

/// How a number is written for the eye; its full precision always stands beside it in the readout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// A whole number.
    Integer,
    /// So many digits after the point.
    Fixed(u8),
    /// So many significant digits; scientific below 1e-4 and from 1e7 on.
    Significant(u8),
    /// As `Significant`, without the zeros at its end where the value is exactly what is written: 0.01, and 0.3000 for 0.30004.
    Short(u8),
    /// Scientific, with so many significant digits.
    Scientific(u8),
}

/// One view of a figure. The first six are drawn on a canvas (or as SVG), the others are markup with numbers in slots.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// Lines over a common x axis.
    Curve(Curve),
    /// Points in a plane.
    Scatter(Scatter),
    /// One bar a label.
    Bars(Bars),
    /// A grid of numbers as colour, with points over it.
    Heatmap(Heatmap),
    /// Values over the weights with which they count.
    Comb(Comb),
    /// A picture.
    Image(Image),
    /// Layers of nodes joined by edges, with values travelling along them.
    Network(Network),
    /// Lines of mathematics with their numbers in place.
    Formula(Formula),
    /// Rows and columns of numbers.
    Table(Table),
}

/// A linear or logarithmic (base 10) axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps are equal differences.
    Linear,
    /// Equal steps are equal ratios; values that are not positive are left out.
    Log,
}

/// An axis: what it measures, and optionally the range that it must show.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Name of the quantity.
    pub label: Key,
    /// Spacing.
    pub scale: Scale,
    /// Fixed limits; where they are absent, those of the finite data are taken.
    pub range: Option<(f64, f64)>,
}

/// A name shown in a chart: a key of the prose, or a symbol that is the same in every language (`δ¹`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// To be looked up.
    Key(Key),
    /// To be shown as it is.
    Symbol(String),
}

/// One line of a [`Curve`]: y values at x = `start`, `start + stride`, ... NaN breaks the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Direct label of the line.
    pub name: Name,
    /// Index into the palette; also selects dash and marker, so that colour is never alone.
    pub style: u8,
    /// x of the first value.
    pub start: f64,
    /// x distance between values.
    pub stride: f64,
    /// The values.
    pub y: Vec<f64>,
}

/// Lines over a common x axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// The moment that is shown now: a vertical line. What lies to its right is drawn faint (it has been, and can be again).
    pub cursor: Option<f64>,
}

/// A point of a [`Scatter`] or over a [`Heatmap`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Horizontal coordinate in data units.
    pub x: f64,
    /// Vertical coordinate in data units, upwards.
    pub y: f64,
    /// Class: selects colour and marker shape.
    pub class: u8,
    /// Drawn with a ring: the one that is being talked about.
    pub marked: bool,
}

/// Points in a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The points.
    pub points: Vec<Point>,
}

/// One bar of a [`Bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Label under the bar.
    pub name: Name,
    /// Its height.
    pub value: f64,
    /// Index into the palette.
    pub style: u8,
    /// A mark across the bar (a bound, a previous value), where there is one.
    pub mark: Option<f64>,
}

/// One bar a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Vertical axis.
    pub y: Axis,
    /// The bars, left to right.
    pub bars: Vec<Bar>,
    /// How the number above a bar is written.
    pub format: Format,
}

/// A grid of numbers as colour, diverging around `middle`.
#[derive(Clone, Debug, PartialEq)]
pub struct Heatmap {
    /// Horizontal axis; its range spans the grid, edge to edge.
    pub x: Axis,
    /// Vertical axis; its range spans the grid, bottom to top.
    pub y: Axis,
    /// Number of columns.
    pub cols: usize,
    /// `rows x cols` values, top row first.
    pub values: Vec<f32>,
    /// The value of the neutral colour; a contour line is drawn there.
    pub middle: f32,
    /// The distance from `middle` at which the colour is full.
    pub reach: f32,
    /// Points over the grid; class 0 has the colour of values below the middle, class 1 of those above.
    pub points: Vec<Point>,
}

/// Whether something has happened at the moment shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not yet: drawn faint, its number hidden.
    Later,
    /// This very moment: marked.
    Now,
    /// Already known.
    Done,
}

/// One node of a [`Network`].
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is called when pointed at, edited and read out (`h1_2`).
    pub id: String,
    /// Symbol and index beside the node: `h`, `2`.
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
pub struct Network {
    /// Nodes by layer, input first.
    pub layers: Vec<Vec<Node>>,
    /// Edges in reading order.
    pub edges: Vec<Edge>,
    /// Edges' symbols and weights are written on them (only where there is room).
    pub label_edges: bool,
    /// What width and colour of the edges mean at this moment.
    pub legend: Key,
    /// All that `legend` can be while the structure stays, so that the picture need not be made anew when it changes.
    pub legends: &'static [Key],
}

/// One line of a [`Formula`]: the general statement, and the same with the numbers of the element in view.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// A name for the line; pointing at it highlights what the lesson's `pick` says.
    pub id: String,
    /// Whether its moment has come.
    pub phase: Phase,
    /// Symbols. Parts of it may be handles ([`Math::Handle`]).
    pub statement: Math,
    /// The same with numbers in place; empty where there is nothing to put in.
    pub numbers: Vec<Math>,
    /// A remark under the line.
    pub note: Option<Key>,
    /// The line states something false on purpose (a break-it switch).
    pub broken: bool,
}

/// Lines of mathematics with their numbers in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The lines, in the order in which they happen.
    pub lines: Vec<Line>,
}

/// A cell of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64, Format),
    /// A symbol that is the same in every language.
    Symbol(Math),
    /// A word.
    Word(Key),
    /// A verdict: right or wrong, shown by word, mark and colour.
    Verdict(bool),
}

/// One row of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What the row speaks of, when pointed at.
    pub id: String,
    /// One cell a column.
    pub cells: Vec<Cell>,
}

/// Rows and columns of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Headings.
    pub columns: Vec<Key>,
    /// Rows; the first cell of each is its heading.
    pub rows: Vec<Row>,
}
