//! A replayed training step allocates nothing, and gives the bits of a recorded one.
//!
//! Not speed. The allocator below counts every request of a thread (the test runner has one of its own, which asks when it
//! likes); each network is trained for a few steps to warm up, and from then on the count must stand still.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use tensorscope::autograd::{Tape, Var};
use tensorscope::kernels::map::Map;
use tensorscope::kernels::window::Window;
use tensorscope::nn::{
    BatchNorm, Bound, Conv2d, Evaluator, Group, Init, Linear, Mlp, Optimizer, Params, Rule, Trainer, init,
};
use tensorscope::rng::Rng;
use tensorscope::tensor::{Shape, Tensor};

/// Counts, and leaves the work to the system.
struct Counting;

thread_local! {
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

/// One more; a thread that is on its way out is not counted.
fn count() {
    let _ = REQUESTS.try_with(|requests| requests.set(requests.get() + 1));
}

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const HE: Init = Init::HeNormal { fan: init::Fan::In, gain: init::GAIN_RELU };

/// Records a step on a tape; gives the loss.
type Record = Box<dyn Fn(&mut Tape<f32>, &Bound) -> Var>;

/// A network: its parameters, and how it is trained.
struct Network {
    name: &'static str,
    params: Params<f32>,
    rule: Rule,
    record: Record,
}

fn normal(shape: impl Into<Shape>, rng: &mut Rng) -> Tensor<f32> {
    Tensor::from_fn(shape, |_| rng.normal() as f32)
}

/// 2-8-8-1 with tanh, squared error, 10 samples, SGD.
fn tiny() -> Network {
    let mut rng = Rng::new(1, 0);
    let mut params = Params::new();
    let mlp = Mlp::new(&mut params, &[2, 8, 8, 1], Some(Map::Tanh), Init::XavierUniform { gain: 1.0 }, &mut rng);
    let (x, y) = (normal([10, 2], &mut rng), normal([10, 1], &mut rng));
    let record = Box::new(move |tape: &mut Tape<f32>, bound: &Bound| {
        let (x, y) = (tape.constant(&x), tape.constant(&y));
        let out = mlp.forward(tape, bound, x);
        tape.mse_mean(out, y)
    });
    Network { name: "perceptron 2-8-8-1", params, rule: Rule::SGD, record }
}

/// Convolution, batch norm, pooling, dropout, a linear head, cross-entropy, Adam.
fn convolutional() -> Network {
    let mut rng = Rng::new(2, 0);
    let mut params = Params::new();
    let window = Window::new(3, 3).padding(1, 1);
    let conv = Conv2d::new(&mut params, "conv", [1, 4, 1], window, false, HE, &mut rng);
    let norm = BatchNorm::new(&mut params, "norm", 4, &mut rng);
    let head = Linear::new(&mut params, "head", [64, 3], Init::torch_default(64), &mut rng);
    let x = normal([5, 1, 8, 8], &mut rng);
    let labels = Tensor::new([5], vec![0.0, 1.0, 2.0, 1.0, 0.0]);
    let mask = Tensor::from_fn([5, 64], |_| rng.below(2) as f32);
    let record = Box::new(move |tape: &mut Tape<f32>, bound: &Bound| {
        let (x, labels, mask) = (tape.constant(&x), tape.constant(&labels), tape.constant(&mask));
        let h = conv.forward(tape, bound, x);
        let h = norm.forward(tape, bound, h, true);
        let h = tape.relu(h);
        let h = tape.max_pool2d(h, Window::new(2, 2).stride(2, 2));
        let h = tape.reshape(h, [5, 64]);
        let h = tape.dropout(h, mask, 0.5);
        let logits = head.forward(tape, bound, h);
        tape.cross_entropy(logits, labels)
    });
    Network { name: "convolutional", params, rule: Rule::ADAM, record }
}

/// Layers with their activation in the same step: convolution and ReLU, in groups, linear and GELU, linear and tanh; and an
/// operation of eight operands.
fn activated() -> Network {
    let mut rng = Rng::new(3, 0);
    let mut params = Params::new();
    let window = Window::new(3, 3).padding(1, 1);
    let first = Conv2d::new(&mut params, "first", [2, 4, 1], window, true, HE, &mut rng);
    let second = Conv2d::new(&mut params, "second", [4, 4, 4], window, true, HE, &mut rng);
    let hidden = Linear::new(&mut params, "hidden", [64, 70], Init::torch_default(64), &mut rng);
    let head = Linear::new(&mut params, "head", [70, 3], Init::torch_default(70), &mut rng);
    let (x, y) = (normal([45, 2, 4, 4], &mut rng), normal([45, 3], &mut rng));
    let record = Box::new(move |tape: &mut Tape<f32>, bound: &Bound| {
        let (x, y) = (tape.constant(&x), tape.constant(&y));
        let h = first.forward(tape, bound, x);
        let h = tape.relu(h);
        let h = second.forward(tape, bound, h);
        let h = tape.relu(h);
        let h = tape.reshape(h, [45, 64]);
        let parts: Vec<Var> = (0..8).map(|nth| tape.slice(h, 1, 8 * nth, 8)).collect();
        let h = tape.concat(&parts, 1);
        let h = hidden.forward(tape, bound, h);
        let h = tape.gelu(h);
        let h = head.forward(tape, bound, h);
        let h = tape.tanh(h);
        tape.mse_mean(h, y)
    });
    Network { name: "layers with activations", params, rule: Rule::SGD, record }
}

#[test]
fn a_replayed_step_allocates_nothing_and_equals_a_recorded_one() {
    for mut network in [tiny(), convolutional(), activated()] {
        let record = |tape: &mut Tape<f32>, bound: &Bound| ((network.record)(tape, bound), ());
        let (trainer, ()) = Trainer::record(&network.params, network.rule, record);
        let mut trainer = trainer.with_ema(0.9);
        // A group in the middle, so that the optimiser walks three segments.
        let middle = network.params.ids().filter(|&id| network.params.is_trained(id)).nth(1);
        trainer.add_group(&[middle.expect("a second parameter")], Group::default());
        let (mut evaluator, tested) = Evaluator::record(&network.params, &network.record);
        let mut step = || {
            let loss = trainer.step(0.01);
            evaluator.follow(&trainer);
            evaluator.forward();
            assert!(evaluator.item(tested).is_finite());
            loss
        };
        let mut replayed: Vec<f32> = (0..5).map(|_| step()).collect();
        replayed.reserve(50);
        let before = REQUESTS.get();
        replayed.extend((0..50).map(|_| step()));
        let requests = REQUESTS.get() - before;
        assert_eq!(requests, 0, "{}: requests to the allocator in 50 steps", network.name);

        let mut optimizer = Optimizer::new(network.rule, network.params.len());
        let mut grads = vec![0.0; network.params.len()];
        let mut tape = Tape::new();
        for (nth, replayed) in replayed.iter().enumerate() {
            tape.clear();
            let bound = network.params.bind(&mut tape);
            let loss = (network.record)(&mut tape, &bound);
            assert_eq!(tape.item(loss).to_bits(), replayed.to_bits(), "{}: loss of step {nth}", network.name);
            tape.backward(loss).unwrap();
            bound.grads(&tape, &mut grads);
            network.params.take_buffers(&tape, &bound);
            optimizer.step(network.params.values_mut(), &grads, 0.01);
        }
        assert_eq!(trainer.params(), network.params.values(), "{}: parameters", network.name);
    }
}
