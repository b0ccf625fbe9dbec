//! A stack's windows over other channels. Only how many there are: shapes are inferred afterwards (`shape.rs`).
//!
//! A sum adds maps of equal channels, so the channels of a convolution inside of a branch are not its own affair: where the
//! other branch is the identity they are those of the map before the sum, and that may be the picture, whose channels nobody
//! chooses. Hence two passes over the layers, in the same order: the first finds which maps must have equal channels, the
//! second writes the new numbers.

use super::{Layer, Op};

/// Gives `layers` other channels: `input` instead of `from` in the picture and in whatever is added to it, `width(c)`
/// instead of c elsewhere.
pub fn recast(layers: &mut [Layer], [from, input]: [usize; 2], width: &dyn Fn(usize) -> usize) {
    let mut kinds = Kinds(vec![0]);
    kinds.meet(layers, 0);
    let mut next = 0;
    write(layers, [from, input], &mut |channels| {
        next += 1;
        if kinds.of(next) == 0 { input } else { width(channels) }
    });
}

/// Maps that must have equal channels are of one kind; kind 0 is the picture's. Each convolution and each `fc` begins a kind,
/// and a sum makes one of two. An entry names another of its kind, or itself.
struct Kinds(Vec<usize>);

impl Kinds {
    /// The smallest member of the kind of `at`.
    fn of(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    /// Goes through `layers`; the map before them is of kind `at`, that behind them of the kind returned.
    fn meet(&mut self, layers: &[Layer], mut at: usize) -> usize {
        for layer in layers {
            match &layer.op {
                Op::Conv { .. } | Op::Fc { .. } => {
                    at = self.0.len();
                    self.0.push(at);
                }
                Op::Residual { main, projection } => {
                    let main = self.meet(main, at);
                    let other = projection.as_ref().map_or(at, |other| self.meet(other, at));
                    let (a, b) = (self.of(main), self.of(other));
                    self.0[a.max(b)] = a.min(b);
                    at = main;
                }
                Op::Pool { .. } | Op::Relu | Op::Norm => {}
            }
        }
        at
    }
}

/// Channels of a map, before and after.
type Channels = [usize; 2];

/// Writes new channels into `layers`, behind a map that has `at`; `new` tells them for each layer that chooses its own, in
/// order. Returns the channels of the map behind them.
fn write(layers: &mut [Layer], mut at: Channels, new: &mut dyn FnMut(usize) -> usize) -> Channels {
    for layer in layers {
        match &mut layer.op {
            Op::Conv { channels, groups, .. } => {
                let after = [*channels, new(*channels)];
                let wanted = if *groups > 1 && *groups == at[0] { at[1] } else { *groups };
                let divides = at[1].is_multiple_of(wanted) && after[1].is_multiple_of(wanted);
                *groups = if divides { wanted } else { 1 };
                *channels = after[1];
                at = after;
            }
            Op::Fc { width, .. } => {
                at = [*width, new(*width)];
                *width = at[1];
            }
            Op::Residual { main, projection } => {
                let before = at;
                at = write(main, before, new);
                if let Some(projection) = projection {
                    write(projection, before, new);
                }
            }
            Op::Pool { .. } | Op::Relu | Op::Norm => {}
        }
    }
    at
}
