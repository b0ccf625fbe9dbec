//! Arrays of numbers that grow: in memory of their own, or cut from a [`Block`] that is used again and again.
//!
//! Not when and how much (`autograd::arena`). A `Vec` of some hundred megabytes that comes and goes leaves holes: what is
//! small settles in them, and the next large one finds room enough, in pieces. Arrays that are cut from one block leave
//! nothing behind. The light build, whose arrays are small, has a `Vec` in place of this.

use core::cell::Cell;
use core::fmt;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use std::rc::Rc;

/// What arrays are cut in: large enough, and aligned, for every number.
type Word = MaybeUninit<u64>;

/// A stretch of memory, of which arrays are cut one behind the other. It is whole again once all of them are gone.
pub struct Block {
    words: Vec<Word>,
    /// Words that are cut off.
    used: Cell<usize>,
    /// Arrays that are not gone.
    arrays: Cell<usize>,
}

impl Block {
    /// A block of at least so many bytes; nothing where there is no such memory.
    pub fn new(bytes: usize) -> Option<Rc<Block>> {
        let mut words = Vec::new();
        words.try_reserve_exact(bytes.div_ceil(size_of::<Word>())).ok()?;
        Some(Rc::new(Block { words, used: Cell::new(0), arrays: Cell::new(0) }))
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<Word>()
    }

    /// Bytes that are not cut off.
    pub fn free(&self) -> usize {
        self.bytes() - self.used.get() * size_of::<Word>()
    }

    /// Bytes that an array with room for `room` numbers takes.
    pub fn bytes_of<T>(room: usize) -> Option<usize> {
        room.checked_mul(size_of::<T>())?.checked_next_multiple_of(size_of::<Word>())
    }

    /// An empty array with room for so many numbers; nothing where no such stretch is left.
    pub fn cut<T: Copy>(self: &Rc<Self>, room: usize) -> Option<Buffer<T>> {
        const { assert!(align_of::<T>() <= align_of::<Word>(), "the words of a block are not aligned for this type") };
        let bytes = Self::bytes_of::<T>(room).filter(|bytes| *bytes <= self.free())?;
        let first = self.used.get();
        // SAFETY: `first` words are used and `bytes` more fit behind them: asked above. The words stay where they are, because
        // nothing grows the vector.
        let start = unsafe { NonNull::new_unchecked(self.words.as_ptr().cast_mut().add(first)) }.cast();
        self.used.set(first + bytes / size_of::<Word>());
        self.arrays.set(self.arrays.get() + 1);
        Some(Buffer { start, len: 0, room, block: Some(Rc::clone(self)) })
    }

    /// One array is gone.
    fn give_back(&self) {
        self.arrays.set(self.arrays.get() - 1);
        if self.arrays.get() == 0 {
            self.used.set(0);
        }
    }
}

/// An array of numbers that grows, as a `Vec` does. One that outgrows its part of a block moves into memory of its own.
pub struct Buffer<T: Copy> {
    /// The elements; those of a block, or of a `Vec` with exactly `room` for them.
    start: NonNull<T>,
    len: usize,
    room: usize,
    block: Option<Rc<Block>>,
}

impl<T: Copy> Buffer<T> {
    /// An empty one, which takes memory of its own when it needs some.
    pub const fn new() -> Self {
        Buffer { start: NonNull::dangling(), len: 0, room: 0, block: None }
    }

    /// In the memory of a vector.
    fn from_vec(vec: Vec<T>) -> Self {
        let mut vec = ManuallyDrop::new(vec);
        // SAFETY: the pointer of a vector is never null.
        let start = unsafe { NonNull::new_unchecked(vec.as_mut_ptr()) };
        Buffer { start, len: vec.len(), room: vec.capacity(), block: None }
    }

    /// The vector whose memory this is, where it is not a part of a block.
    fn take_vec(&mut self) -> Vec<T> {
        assert!(self.block.is_none(), "a part of a block is no vector");
        let (start, len, room) = (self.start, self.len, self.room);
        (self.start, self.len, self.room) = (NonNull::dangling(), 0, 0);
        // SAFETY: without a block, the three come from a vector (`from_vec`) or are those of an empty one, and nobody else has
        // them from now on.
        unsafe { Vec::from_raw_parts(start.as_ptr(), len, room) }
    }

    /// How many elements there is room for without moving.
    pub fn capacity(&self) -> usize {
        self.room
    }

    /// Makes room for `more` elements.
    fn grow(&mut self, more: usize, exactly: bool) {
        if self.room - self.len >= more {
            return;
        }
        let mut vec = match self.block {
            None => self.take_vec(),
            Some(_) => {
                let mut vec = Vec::with_capacity(self.len + more);
                vec.extend_from_slice(self);
                vec
            }
        };
        if exactly {
            vec.reserve_exact(more)
        } else {
            vec.reserve(more)
        }
        *self = Buffer::from_vec(vec);
    }

    /// Makes room for `more` elements and none beside them.
    pub fn reserve_exact(&mut self, more: usize) {
        self.grow(more, true);
    }

    /// Makes it `len` elements long: cut, or filled up with `value`.
    pub fn resize(&mut self, len: usize, value: T) {
        if len > self.len {
            self.grow(len - self.len, false);
            // SAFETY: there is room for `len` elements, and writing one that was never written is how it gets its value.
            let rest = unsafe {
                core::slice::from_raw_parts_mut(
                    self.start.as_ptr().add(self.len).cast::<MaybeUninit<T>>(),
                    len - self.len,
                )
            };
            rest.fill(MaybeUninit::new(value));
        }
        self.len = len;
    }

    /// Adds these elements behind the last one.
    pub fn extend_from_slice(&mut self, more: &[T]) {
        self.grow(more.len(), false);
        // SAFETY: there is room for them, and they are not part of this array, which is borrowed mutably.
        unsafe { self.start.as_ptr().add(self.len).copy_from_nonoverlapping(more.as_ptr(), more.len()) };
        self.len += more.len();
    }

    /// Drops what lies behind the first `len` elements; the room stays.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl<T: Copy> Drop for Buffer<T> {
    fn drop(&mut self) {
        if let Some(block) = &self.block {
            block.give_back();
        } else {
            drop(self.take_vec());
        }
    }
}

impl<T: Copy> Deref for Buffer<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` elements have their values, and belong to this array alone.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> DerefMut for Buffer<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> Default for Buffer<T> {
    fn default() -> Self {
        Buffer::new()
    }
}

impl<T: Copy> Clone for Buffer<T> {
    /// A copy in memory of its own.
    fn clone(&self) -> Self {
        Buffer::from_vec(self.to_vec())
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for Buffer<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Buffer};

    #[test]
    fn it_grows_and_shrinks_as_a_vector_does() {
        let block = Block::new(1000).expect("a kilobyte");
        for mut buffer in [Buffer::new(), block.cut::<f32>(7).expect("28 bytes")] {
            let mut vec: Vec<f32> = Vec::new();
            for step in 0..40usize {
                match step % 4 {
                    0 => buffer.extend_from_slice(&[1.0, step as f32]),
                    1 => buffer.resize(buffer.len() + step % 5, 0.5),
                    2 => buffer.truncate(step),
                    _ => buffer.reserve_exact(step),
                }
                match step % 4 {
                    0 => vec.extend_from_slice(&[1.0, step as f32]),
                    1 => vec.resize(vec.len() + step % 5, 0.5),
                    2 => vec.truncate(step),
                    _ => {}
                }
                assert_eq!(*buffer, *vec, "step {step}");
                assert!(buffer.capacity() >= vec.len());
                assert_eq!(*buffer.clone(), *vec);
            }
        }
        assert_eq!(block.free(), block.bytes(), "what was moved out has given its part back");
    }

    #[test]
    fn a_block_is_cut_side_by_side_and_whole_again_at_the_end() {
        let block = Block::new(64).expect("64 bytes");
        let mut a = block.cut::<f32>(3).expect("16 bytes with what fills them up");
        let mut b = block.cut::<f64>(4).expect("32 bytes");
        assert!(block.cut::<f64>(3).is_none(), "16 bytes are left");
        a.resize(3, 1.0);
        b.resize(4, 2.0);
        assert_eq!((&*a, &*b), (&[1.0f32; 3][..], &[2.0f64; 4][..]));
        drop(a);
        assert_eq!(block.free(), 16, "the second one is still there");
        drop(b);
        assert_eq!(block.free(), 64);
        assert!(block.cut::<u32>(16).is_some());
        assert!(block.cut::<f64>(usize::MAX).is_none(), "a size that cannot be written");
        assert!(Block::new(usize::MAX / 2).is_none(), "memory that no machine has");
    }
}
