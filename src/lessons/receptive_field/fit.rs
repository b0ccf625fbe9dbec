//! What to say of a stack whose passes do not fit: what it needs, what is there, and what would fit.
//!
//! Not the budget (`pass.rs`). Everything is written in numbers and in the words of a stack, which need no translation.

use super::pass::{PASS, TooMuch, is_affordable};
use super::setup::narrowed;
use super::{CHANNELS, needs};
use crate::analysis::stack::{Map, Stack};
use crate::autograd::Short;
use crate::lessons::problem::{Code, Problem};

/// Sizes of a picture that are tried: so many parts of the one that is given.
const PARTS: usize = 64;

/// Why a pass with the fewest channels does not fit, and what would; nothing where it fits.
pub fn too_large(stack: &Stack) -> Option<Problem> {
    let needed = PASS.allows::<f32>(&fewest(stack), needs::Weights::Random).err()?;
    let would = smaller(stack).or_else(|| shorter(stack)).unwrap_or_else(|| "input8x8x1".into());
    Some(Problem::new(Code::TooLarge, "stack", &needed.to_string(), would))
}

/// What to say where memory was refused.
pub fn no_memory(short: Short) -> Problem {
    Problem::new(Code::Memory, "stack", &megabytes(short.bytes), "")
}

/// With an eighth of its channels.
fn fewest(stack: &Stack) -> Stack {
    narrowed(stack, CHANNELS.len() - 1)
}

/// The largest picture that the same layers would fit over.
fn smaller(stack: &Stack) -> Option<String> {
    let sizes = (1..PARTS).rev().map(|part| stack.input.size.map(|side| (side * part / PARTS).max(1)));
    let fits = |size: &[usize; 2]| {
        let other = stack.with_input(Map { size: *size, ..stack.input });
        other.is_ok_and(|other| is_affordable(&fewest(&other)))
    };
    let size = sizes.into_iter().find(fits)?;
    Some(format!("input{}", Map { size, ..stack.input }))
}

/// The layers from the first on that would fit over the same picture: the last of them, and their number.
fn shorter(stack: &Stack) -> Option<String> {
    let first = |count: usize| Stack { input: stack.input, layers: stack.layers[..count].to_vec() };
    let count = (1..stack.layers.len()).rev().find(|count| is_affordable(&fewest(&first(*count))))?;
    Some(format!("input{} … {} ({count}/{})", stack.input, stack.layers[count - 1], stack.layers.len()))
}

/// Bytes for people.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

impl core::fmt::Display for TooMuch {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            TooMuch::Memory(needed, there) => write!(out, "{} > {}", megabytes(needed), megabytes(there)),
            TooMuch::Products(needed, there) => {
                let billions = |count: u64| format!("{:.1}·10⁹", count as f64 / 1e9);
                write!(out, "{} × > {} ×", billions(needed), billions(there))
            }
        }
    }
}
