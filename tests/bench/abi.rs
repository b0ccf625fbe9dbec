//! The boundary between the page and the contestants that are written in Rust (ours, Burn, Candle).
//!
//! It is not wasm-bindgen: seven plain functions over one memory, so that no glue is timed and every crate is built alike.
//! Each crate includes this file with `#[path]` and provides `open_case`.
//!
//! The order of calls, from `peers/rust.mjs`: `stage` once an input (the page then fills the buffer), `dim` once a
//! dimension, `open`, then `run` as often as it likes, `results` and `result`/`result_len` to look, `close`.
//! Any panic leaves its text where `panic_text` and `panic_len` find it, and then traps.

use std::cell::RefCell;

/// What is measured; the number is the position in `KINDS` of `works.mjs`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// dims `n`; inputs `a`, `b`: `[n, n]`; result `a·b`.
    Matmul,
    /// dims `n, c, h, w, out, k, padding`; inputs x `[n, c, h, w]`, weight `[out, c, k, k]`; stride 1, no bias.
    Conv,
    /// As `Conv`, with grad_out `[n, out, oh, ow]` as a third input, all ones; results out, grad of x, grad of weight.
    ConvBackward,
    /// dims `batch, inputs, hidden, classes`; inputs w1 `[inputs, hidden]`, b1, w2 `[hidden, classes]`, b2, x, labels.
    /// ReLU, cross-entropy (mean), SGD with [`MLP_LR`]; results are the four parameters.
    Mlp,
    /// dims `batch, inputs, hidden`; three dense layers with tanh after the first two, half the mean squared error,
    /// SGD with [`TINY_LR`]; inputs w1, b1, w2, b2, w3, b3, x `[batch, inputs]`, y `[batch, 1]`.
    Tiny,
    /// dims `batch`; 28x28x1, conv 8@5x5 (padding 2), ReLU, max pool 2, conv 16@5x5 (padding 2), ReLU, max pool 2,
    /// dense 784 -> 10, cross-entropy, SGD with [`CNN_LR`]; inputs w1, b1, w2, b2, w3 `[784, 10]`, b3, x, labels.
    Cnn,
    /// dims `t, d`; inputs x `[t, d]`, wq, wk, wv, wo `[d, d]`; result softmax(q·kᵀ/√d)·v·wo, one head.
    Attention,
}

const KINDS: [Kind; 7] =
    [Kind::Matmul, Kind::Conv, Kind::ConvBackward, Kind::Mlp, Kind::Tiny, Kind::Cnn, Kind::Attention];

/// Learning rates, the same in every contestant (`works.mjs` has them too, and the comparison with the reference
/// would show a difference).
#[allow(dead_code)]
pub const MLP_LR: f32 = 0.05;
#[allow(dead_code)]
pub const TINY_LR: f32 = 0.03;
#[allow(dead_code)]
pub const CNN_LR: f32 = 0.05;

/// One piece of work with its inputs in the contestant's own tensors.
pub trait Case {
    /// Does the work once: one product, one pass, or one training step.
    fn run(&mut self);
    /// What the last run left, dense and row-major (weights after training), in the order that [`Kind`] states.
    fn results(&mut self) -> Vec<Vec<f32>>;
}

#[derive(Default)]
struct Stage {
    inputs: Vec<Vec<f32>>,
    dims: Vec<usize>,
    case: Option<Box<dyn Case>>,
    results: Vec<Vec<f32>>,
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes room for the next input and returns where the page writes its `len` floats.
#[unsafe(no_mangle)]
pub extern "C" fn stage(len: usize) -> *mut f32 {
    STAGE.with_borrow_mut(|s| {
        s.inputs.push(vec![0.0; len]);
        s.inputs.last_mut().expect("just pushed").as_mut_ptr()
    })
}

/// Appends a dimension for the next case.
#[unsafe(no_mangle)]
pub extern "C" fn dim(value: usize) {
    STAGE.with_borrow_mut(|s| s.dims.push(value));
}

/// Builds the case from what was staged.
#[unsafe(no_mangle)]
pub extern "C" fn open(kind: usize) {
    std::panic::set_hook(Box::new(|info| PANIC.with_borrow_mut(|text| *text = info.to_string())));
    let (dims, inputs) = STAGE.with_borrow_mut(|s| (std::mem::take(&mut s.dims), std::mem::take(&mut s.inputs)));
    let case = crate::open_case(KINDS[kind], &dims, inputs);
    STAGE.with_borrow_mut(|s| s.case = Some(case));
}

/// Does the work `times` times.
#[unsafe(no_mangle)]
pub extern "C" fn run(times: usize) {
    let mut case = STAGE.with_borrow_mut(|s| s.case.take()).expect("run before open");
    for _ in 0..times {
        case.run();
    }
    STAGE.with_borrow_mut(|s| s.case = Some(case));
}

/// Collects the results of the last run; returns how many there are.
#[unsafe(no_mangle)]
pub extern "C" fn results() -> usize {
    STAGE.with_borrow_mut(|s| {
        s.results = s.case.as_mut().expect("results before open").results();
        s.results.len()
    })
}

/// Where result `index` starts.
#[unsafe(no_mangle)]
pub extern "C" fn result(index: usize) -> *const f32 {
    STAGE.with_borrow(|s| s.results[index].as_ptr())
}

/// How many floats result `index` has.
#[unsafe(no_mangle)]
pub extern "C" fn result_len(index: usize) -> usize {
    STAGE.with_borrow(|s| s.results[index].len())
}

/// Frees the case and whatever was staged.
#[unsafe(no_mangle)]
pub extern "C" fn close() {
    STAGE.with_borrow_mut(|s| *s = Stage::default());
}

/// Where the text of the last panic starts.
#[unsafe(no_mangle)]
pub extern "C" fn panic_text() -> *const u8 {
    PANIC.with_borrow(|text| text.as_ptr())
}

/// How many bytes the text of the last panic has.
#[unsafe(no_mangle)]
pub extern "C" fn panic_len() -> usize {
    PANIC.with_borrow(|text| text.len())
}
