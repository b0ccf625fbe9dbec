//! The whole boundary to JavaScript.
//!
//! 1. Three classes. [`Engine`] is a session: acts go in, frames come out. [`Painter`] shows frames, and is a function of those
//!    that it was given: it may live in another instance, on another thread. [`Frame`] goes from one to the other, as it is or
//!    as bytes.
//! 2. Strings, flat buffers, no nested arrays. Small results are copied; nothing that points into the module's memory is ever
//!    handed out.
//! 3. Rust owns every number that outlives a call; JavaScript owns elements, time and the address.
//! 4. Rust never calls back into JavaScript but for drawing on the canvas that the call brought with it, and nothing is async.
//! 5. What is wrong with what came from outside stands among the notices of a frame as a line (code, subject, given, expected,
//!    separated by tabs); from a constructor it comes as an `Error` with that message. Any other exception is a trap, and ends
//!    the instance.
//! 6. Numbers are checked in JavaScript before they come here: the glue turns NaN and words into 0 without a sound.

mod canvas;
mod painter;
mod pen;

pub use painter::Painter;

use crate::session::{self, Act, Session, Wants};
use core::cell::RefCell;
use std::panic;
use wasm_bindgen::prelude::*;

/// The allocator of the light module, for its size; one thread is all that there is.
#[cfg(not(feature = "full"))]
#[global_allocator]
static HEAP: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    /// What the last panic said.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what a panic says, so that the page can show it.
#[wasm_bindgen(start)]
pub fn start() {
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with_borrow_mut(|last| *last = info.to_string());
    }));
}

/// What the last panic said, with its place; empty where there was none.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> String {
    LAST_PANIC.with_borrow(Clone::clone)
}

/// Whether this is the build with SIMD.
#[wasm_bindgen]
pub fn simd() -> bool {
    cfg!(target_feature = "simd128")
}

/// A seed that nobody has chosen, for the button "new seed": the only place that asks the system for randomness.
#[wasm_bindgen(js_name = newSeed)]
pub fn new_seed() -> u32 {
    getrandom::u32().unwrap_or(1)
}

/// A running lesson.
#[wasm_bindgen]
pub struct Engine(Session);

/// What an engine shows at a moment.
#[wasm_bindgen]
pub struct Frame(session::Frame);

#[wasm_bindgen]
impl Engine {
    /// Starts the lesson called `lesson` in the state of an address.
    #[wasm_bindgen(constructor)]
    pub fn new(lesson: &str, state: &str) -> Result<Engine, JsError> {
        Session::open(lesson, state).map(Engine).map_err(|problem| JsError::new(&problem.line()))
    }

    /// Carries out an act, written as a line ([`Act::parse`]).
    pub fn act(&mut self, line: &str) {
        self.0.act(Act::parse(line).unwrap_or_else(|| panic!("no act: {line}")));
    }

    /// Does so many units of work at most, with `prove` the proof too; says how much is left ([`Session::work`]).
    pub fn work(&mut self, units: u32, prove: bool) -> f64 {
        self.0.work(units, prove)
    }

    /// What has changed since the last frame, of these views (a bit each), with the numbers of the figure or without, with the
    /// proof or without.
    pub fn frame(&mut self, views: u32, readouts: bool, prove: bool) -> Frame {
        Frame(self.0.frame(Wants { views, readouts, prove }))
    }

    /// The answer to the lesson's prediction in the present state: option, value. Empty without one.
    pub fn answer(&self) -> Vec<f64> {
        self.0.answer().map(|(option, value)| vec![option as f64, value]).unwrap_or_default()
    }
}

/// Frames on their way from a worker to the page; the light module has no worker.
#[cfg(feature = "full")]
#[wasm_bindgen]
impl Frame {
    /// As bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// Of such bytes.
    pub fn of(bytes: &[u8]) -> Result<Frame, JsError> {
        session::Frame::from_bytes(bytes).map(Frame).ok_or_else(|| JsError::new("these bytes are no frame"))
    }
}

/// Files, which the lessons of the light module do not need, and what a reader takes away: the page asks the full module for
/// that, in the same state.
#[cfg(feature = "full")]
#[wasm_bindgen]
impl Engine {
    /// Hands over the bytes of a file that the lesson needs.
    pub fn file(&mut self, id: &str, bytes: Vec<u8>) {
        self.0.act(Act::File { id: id.into(), bytes });
    }

    /// A program for PyTorch that computes what the figure shows.
    pub fn pytorch(&self) -> String {
        self.0.run().lesson().pytorch()
    }

    /// The numbers of the run and of the figure as comma-separated values.
    pub fn csv(&self) -> String {
        self.0.run().csv()
    }
}
