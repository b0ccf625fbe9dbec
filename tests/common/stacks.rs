//! Random stacks that are valid, random texts that are none, and the page's cap on memory as an allocator.
//!
//! Not the lesson. The same seed gives the same texts everywhere.

#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use tensorscope::analysis::receptive_field::trace;
use tensorscope::analysis::stack::{Map, Stack};
use tensorscope::rng::Rng;

/// Bytes that an instance may use (`--max-memory` in `build.sh`), without 4 MB for the module's data and its call stack.
pub const CAP: isize = 268_435_456 - 4_000_000;
/// Requests from here on are refused beyond the cap: those that a program must be able to go on without.
const LARGE: usize = 1 << 20;

thread_local! {
    /// Bytes that this thread has asked for and not given back, while it is watched.
    static USED: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// Requests of 16 MB or more.
    static BLOCKS: Cell<u32> = const { Cell::new(0) };
}

/// The system's allocator, with the cap for threads that are watched. A large request beyond the cap gets nothing, as in the
/// page; a program that has not asked whether it may goes down with it, and the test too.
pub struct Capped;

/// Whether a thread may have `more` bytes, which it has from then on.
fn grant(more: usize) -> bool {
    let grant = |watched: &Cell<bool>| {
        if !watched.get() {
            return true;
        }
        let used = USED.get() + more as isize;
        if used > CAP && more >= LARGE {
            let _ = writeln!(std::io::stderr(), "refused: {more} bytes beside {}", USED.get());
            return false;
        }
        USED.set(used);
        PEAK.set(PEAK.get().max(used));
        BLOCKS.set(BLOCKS.get() + u32::from(more >= 16_000_000));
        true
    };
    WATCHED.try_with(grant).unwrap_or(true)
}

fn give_back(bytes: usize) {
    let _ = WATCHED.try_with(|watched| {
        if watched.get() {
            USED.set(USED.get() - bytes as isize);
        }
    });
}

// SAFETY: every call goes on to the system's allocator unchanged, or gets nothing, as an allocator may answer.
unsafe impl GlobalAlloc for Capped {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is handed on.
        if grant(layout.size()) { unsafe { System.alloc(layout) } } else { core::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        give_back(layout.size());
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

/// What a watched piece of work took: bytes at its worst moment, and requests of 16 MB or more.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    pub peak: isize,
    pub blocks: u32,
}

/// Does `work` under the cap.
pub fn watch<R>(work: impl FnOnce() -> R) -> (R, Watch) {
    PEAK.set(USED.get());
    BLOCKS.set(0);
    WATCHED.set(true);
    let result = work();
    WATCHED.set(false);
    (result, Watch { peak: PEAK.get(), blocks: BLOCKS.get() })
}

/// 1 ..= most, small ones as often as large ones of each power of two.
fn spread(rng: &mut Rng, most: u32) -> u32 {
    let bits = u32::BITS - most.leading_zeros();
    let bits = rng.below(bits + 1);
    (1 + rng.below(1 << bits)).min(most)
}

/// Whether a text is a stack of the lesson.
pub fn parse(text: &str) -> Option<Stack> {
    Stack::parse(text).ok().filter(|stack| trace(stack).is_some())
}

/// A window with everything that a window can have.
fn convolution(rng: &mut Rng, map: Map) -> String {
    let kernel = if rng.below(6) == 0 { spread(rng, 4096) } else { [1, 1, 2, 3, 3, 3, 5, 7][rng.below(8) as usize] };
    let dilation = if rng.below(4) == 0 { spread(rng, 4096) } else { 1 };
    let half = (dilation * (kernel - 1)).div_ceil(2).min(4096);
    let padding = match rng.below(5) {
        0 => 0,
        1 => spread(rng, 4096),
        _ => half,
    };
    let stride = if rng.below(4) == 0 { 1 + rng.below(3) } else { 1 };
    let (channels, groups) = match rng.below(8) {
        0 => (map.channels as u32, map.channels as u32),
        1 => (2 * map.channels as u32, map.channels as u32),
        2 if map.channels.is_multiple_of(2) => (2 * (1 + rng.below(8)), 2),
        _ => (spread(rng, 96), 1),
    };
    format!("conv{kernel}x{channels}s{stride}p{padding}d{dilation}g{groups}")
}

/// Layers that keep the size of a map, the last with so many channels.
fn keeping(rng: &mut Rng, channels: usize, depth: u32) -> String {
    let mut text = String::new();
    for _ in 0..rng.below(3) {
        let layer = match rng.below(6) {
            0 => "relu".into(),
            1 => "bn".into(),
            2 => "avgpool3s1p1".into(),
            3 if depth > 0 => format!("res({})", keeping(rng, 0, depth - 1)),
            _ => {
                let (half, dilation) = (rng.below(3), 1 + rng.below(2));
                format!("conv{}x{}p{}d{dilation}", 2 * half + 1, spread(rng, 24), half * dilation)
            }
        };
        text += &format!("{layer} ");
    }
    // Inside of a nested sum the number of channels is not known here: only what keeps it.
    if channels == 0 { "maxpool3s1p1 relu".into() } else { text + &format!("conv3x{channels}p1") }
}

/// A sum, with the identity or with another branch, of the same stride.
fn sum(rng: &mut Rng, map: Map) -> String {
    let channels = map.channels;
    match rng.below(6) {
        0 => format!("res({})", keeping(rng, channels, 2)),
        1 => format!("res(relu|{})", keeping(rng, channels, 1)),
        2 => "res(maxpool3s1p1 relu)".into(),
        3 => {
            let wide = spread(rng, 48) as usize;
            format!("res({}|conv1x{wide})", keeping(rng, wide, 2))
        }
        4 => {
            let wide = spread(rng, 48);
            format!("res(conv3x{wide}s2p1 bn relu conv3x{wide}p1|avgpool1s2 conv1x{wide})")
        }
        _ => format!("res(res({}) bn|conv1x{channels}g{channels})", keeping(rng, channels, 1)),
    }
}

/// A valid stack: pictures up to 512, kernels, paddings and dilations up to 4096, sums of every kind, on the picture too.
pub fn valid(rng: &mut Rng) -> String {
    loop {
        let side = spread(rng, 512);
        let other = if rng.below(3) == 0 { spread(rng, 512) } else { side };
        let mut text = format!(
            "input{side}x{other}x{}",
            if rng.below(5) == 0 { spread(rng, 64) } else { [1, 3][rng.below(2) as usize] }
        );
        for _ in 0..1 + rng.below(9) {
            let map = parse(&text).expect("grown from what is valid").output();
            let next = match rng.below(12) {
                0..=5 => convolution(rng, map),
                6 => "relu".into(),
                7 => format!("{}pool{}s{}", ["max", "avg"][rng.below(2) as usize], 1 + rng.below(4), 1 + rng.below(3)),
                8 => "bn".into(),
                _ => sum(rng, map),
            };
            let longer = format!("{text} {next}");
            if parse(&longer).is_some() {
                text = longer;
            }
        }
        if rng.below(4) == 0 {
            text += &format!(" fc{}", spread(rng, 1000));
        }
        if text.contains(' ') && parse(&text).is_some() {
            return text;
        }
    }
}

/// A text that is no stack, but near to one.
pub fn broken(rng: &mut Rng) -> String {
    loop {
        let text = valid(rng);
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..1 + rng.below(2) {
            let at = rng.below(chars.len() as u32) as usize;
            let strange = ['(', ')', '|', 'x', '0', '9', 's', 'p', ' ', '-', '.', '卷', 'é', '\u{2212}', 'X'];
            let strange = strange[rng.below(strange.len() as u32) as usize];
            match rng.below(4) {
                0 => drop(chars.remove(at)),
                1 => chars.insert(at, strange),
                2 => chars[at] = strange,
                _ => chars.truncate(at),
            }
            if chars.is_empty() {
                break;
            }
        }
        let text: String = chars.into_iter().collect();
        let picture = Stack::parse(&text).is_ok_and(|stack| stack.input.size.iter().all(|side| *side <= 512));
        let valid = picture && parse(&text).is_some();
        if !valid && !text.is_empty() {
            return text;
        }
    }
}
