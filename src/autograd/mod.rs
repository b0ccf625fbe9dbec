//! Reverse-mode differentiation: a tape of operations, and the way back along it.
//!
//! Not layers or optimisers (`nn`), and not loops (`kernels`, through `tensor`).
//!
//! | file | what it says |
//! |---|---|
//! | `op` | the operations as data, and the shapes that each takes |
//! | `node` | handles, nodes, storages, operands |
//! | `tape` | the nodes in order, their values and versions; `no_grad`, `detach` |
//! | `arena` | tapes of a size that is known beforehand, in memory that is used again |
//! | `in_place` | writing into values that exist |
//! | `record` | one method of [`Tape`] for each operation |
//! | `forward` | what each operation computes |
//! | `rules` | the table of gradients |
//! | `backward` | the loop over the tape, and why it may refuse |
//! | `trace` | the tape, to be drawn |
//! | `plan` | a recorded step, replayed without allocating |
//! | `lower` | what of a plan's step can be worked out beforehand |
//!
//! An operation is added in three places that do not compile without each other: a line of the enum with its shapes (`op`),
//! an arm of `forward`, an arm of `rules`; then a method in `record`, and a row in `tests/gradients.rs`, which fails until
//! it is there.

#[cfg(feature = "full")]
mod arena;
mod backward;
mod forward;
mod in_place;
mod lower;
mod node;
mod op;
mod plan;
mod reads;
mod record;
mod rules;
mod tape;
#[cfg(test)]
mod tests;
mod trace;

#[cfg(feature = "full")]
pub use arena::{BLOCK, Room, Short};
pub use backward::{GradError, Sweep};
pub use node::{Mark, Var};
pub use op::{MAP_NAMES, Op, Over, ZIP_NAMES};
pub use plan::Plan;
pub use reads::{Reads, reads};
pub use tape::Tape;
pub use trace::Trace;
