//! Values over the weights with which they count: what a weighted average sees, and what it makes of it.
//!
//! Two panels with one x axis. Above, dots (what comes in) and lines (what is made of it). Below, a tooth at every place: its
//! height is the weight of the dot above it. A column at the side shows the same weights stacked: they fill one, or what is
//! missing stands in it as a block.

use super::{Axis, Key, Series};

/// A value that comes in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Where.
    pub x: f64,
    /// What; where it is no number or off the scale, a mark at the edge says so.
    pub y: f64,
    /// How much of it is left, 0 to 1: what is forgotten fades.
    pub strength: f64,
    /// It has not come in yet.
    pub later: bool,
}

/// A weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tooth {
    /// Of which place.
    pub x: f64,
    /// How much.
    pub height: f64,
    /// How much it would be if all weights made one; drawn as a cap over the tooth.
    pub cap: f64,
    /// It counts for nothing that came in: it lies before the first value.
    pub missing: bool,
}

/// What the weights add up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The sum of the weights of what came in.
    pub kept: f64,
    /// What is missing to one.
    pub missing: f64,
    /// Name of the first.
    pub kept_name: Key,
    /// Name of the second.
    pub missing_name: Key,
}

/// Values over weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Comb {
    /// Common horizontal axis; it must have a range.
    pub x: Axis,
    /// Vertical axis of the values.
    pub y: Axis,
    /// Vertical axis of the weights; it starts at 0.
    pub weight: Axis,
    /// What came in, and what will.
    pub dots: Vec<Dot>,
    /// What is made of it.
    pub lines: Vec<Series>,
    /// Where each line stands while a value is on its way: place and style, drawn as a mark.
    pub heads: Vec<(f64, f64, u8)>,
    /// The weights, by rising x, one apart.
    pub teeth: Vec<Tooth>,
    /// What they add up to.
    pub share: Share,
    /// The first place: what lies before it never came in, and is taken for this value, called so.
    pub first: f64,
    /// That value, and its name.
    pub before: (f64, Key),
    /// The place where the average stands.
    pub cursor: f64,
}
