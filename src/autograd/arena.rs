//! Tapes that are as large as was said before they began, in one block of memory for all of them.
//!
//! Not how memory is cut (`kernels::buffer`). A thread keeps one block. While it is free, the next tape lies in it; a tape that
//! is made meanwhile takes memory of its own. Either way all of it is taken at the beginning, where it can be refused
//! ([`Short`]), and not on the way, where the instance would end.

use super::tape::Tape;
use crate::kernels::buffer::Block;
use crate::kernels::{Buffer, Real};
use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;

/// The largest block in bytes, and so what a tape may need: of the 268 MB of an instance the rest is for all else.
pub const BLOCK: u64 = 200_000_000;
/// Up to here a block is made of this size. Beyond it is made of the largest at once: every larger one leaves a hole of the
/// size of the one before it, and there is room for one small hole.
const SMALL: u64 = 16_000_000;

thread_local! {
    static ARENA: RefCell<Option<Rc<Block>>> = const { RefCell::new(None) };
}

/// How many numbers a tape is to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Values, and what operations leave for their gradients.
    pub values: u64,
    /// Gradients.
    pub grads: u64,
    /// Working space of the operation that needs most.
    pub scratch: u64,
    /// Whole numbers that operations leave.
    pub indices: u64,
}

impl Room {
    /// All of it in bytes, for numbers of type `T`.
    pub fn bytes<T: Real>(&self) -> u64 {
        let of = |count: u64, size: usize| whole(count.saturating_mul(size as u64));
        let reals = [self.values, self.grads, self.scratch].map(|count| of(count, size_of::<T>()));
        reals.into_iter().fold(of(self.indices, size_of::<u32>()), u64::saturating_add)
    }
}

/// Rounded up to whole words of a block.
fn whole(bytes: u64) -> u64 {
    bytes.div_ceil(8).saturating_mul(8)
}

/// There is no memory for a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// How many bytes it needs in one piece.
    pub bytes: u64,
}

impl fmt::Display for Short {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "there are no {} bytes of memory in one piece", self.bytes)
    }
}

impl core::error::Error for Short {}

impl<T: Real> Tape<T> {
    /// An empty tape with room for so much: as long as no more is recorded, it asks for no memory but for its nodes.
    pub fn with_room(room: &Room) -> Result<Self, Short> {
        let short = Short { bytes: room.bytes::<T>() };
        let block = block_of(short.bytes).ok_or(short)?;
        // (A number of elements beyond what this machine can count has not got a block.)
        let reals = |count: u64| block.cut::<T>(count as usize).ok_or(short);
        let mut tape = Tape::new();
        (tape.values, tape.grads) = (reals(room.values)?, reals(room.grads)?);
        tape.scratch = reals(room.scratch)?;
        tape.indices = block.cut::<u32>(room.indices as usize).ok_or(short)?;
        Ok(tape)
    }

    /// How much room there is, and how much of it is used.
    pub fn rooms(&self) -> [Room; 2] {
        let of = |count: fn(&Buffer<T>) -> usize, indices: usize| Room {
            values: count(&self.values) as u64,
            grads: count(&self.grads) as u64,
            scratch: count(&self.scratch) as u64,
            indices: indices as u64,
        };
        [of(Buffer::capacity, self.indices.capacity()), of(|buffer| buffer.len(), self.indices.len())]
    }
}

/// A block with so many bytes left: the thread's, or where that is in use, one of its own.
fn block_of(bytes: u64) -> Option<Rc<Block>> {
    let size = usize::try_from(bytes).ok()?;
    ARENA.with_borrow_mut(|arena| {
        if let Some(block) = arena.as_ref() {
            if block.free() >= size {
                return Some(Rc::clone(block));
            }
            if block.free() < block.bytes() {
                return Block::new(size);
            }
        }
        // The old one goes first.
        *arena = None;
        let wanted = if bytes <= SMALL { SMALL } else { BLOCK.max(bytes) };
        *arena = Block::new(wanted as usize).or_else(|| Block::new(size));
        arena.clone()
    })
}
