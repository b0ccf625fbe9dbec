//! What the tape promises beside right derivatives (those: `tests/gradients.rs`): recording, freeing, versions, memory.

use super::{GradError, Op, Tape, Var};
use crate::kernels::map::Map;
use crate::kernels::zip::Zip;
use crate::tensor::Tensor;

const ADD: Op = Op::Zip { f: Zip::Add };
const MUL: Op = Op::Zip { f: Zip::Mul };

fn leaf(tape: &mut Tape<f64>, data: &[f64]) -> Var {
    tape.leaf(&Tensor::new([data.len()], data.to_vec()))
}

#[test]
fn the_expression_of_the_micrograd_readme() {
    // Karpathy's example; 24.7041, 138.8338 and 645.5773 are printed there.
    let mut t = Tape::new();
    let a = t.leaf(&Tensor::scalar(-4.0));
    let b = t.leaf(&Tensor::scalar(2.0));
    // c = a + b; d = a b + b^3
    let c = t.add(a, b);
    let (product, cube) = (t.mul(a, b), t.pow(b, 3.0));
    let d = t.add(product, cube);
    // c += c + 1; c += 1 + c - a
    let more = t.shift(c, 1.0);
    let c = t.add(c, more);
    let (more, minus) = (t.shift(c, 1.0), t.neg(a));
    let more = t.add(more, minus);
    let c = t.add(c, more);
    // d += 2 d + relu(b + a); d += 3 d + relu(b - a)
    let (double, above) = (t.scale(d, 2.0), t.add(b, a));
    let above = t.relu(above);
    let more = t.add(double, above);
    let d = t.add(d, more);
    let (triple, below) = (t.scale(d, 3.0), t.sub(b, a));
    let below = t.relu(below);
    let more = t.add(triple, below);
    let d = t.add(d, more);
    // f = (c - d)^2; g = f / 2 + 10 / f
    let e = t.sub(c, d);
    let f = t.pow(e, 2.0);
    let (half, inverse) = (t.scale(f, 0.5), t.recip(f));
    let tenfold = t.scale(inverse, 10.0);
    let g = t.add(half, tenfold);
    t.backward(g).unwrap();
    let digits = |x: f64| (x * 1e4).round() / 1e4;
    assert_eq!(digits(t.item(g)), 24.7041);
    assert_eq!(digits(t.grad(a).unwrap()[0]), 138.8338);
    assert_eq!(digits(t.grad(b).unwrap()[0]), 645.5773);
}

#[test]
fn leaves_accumulate_until_zero_grad_and_results_do_not() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[1.0, 2.0]);
    let y = t.square(x);
    let loss = t.sum(y);
    t.backward_retain(loss).unwrap();
    t.backward_retain(loss).unwrap();
    assert_eq!(t.grad(x).unwrap(), [4.0, 8.0]);
    assert_eq!(t.grad(y).unwrap(), [1.0, 1.0]);
    t.zero_grad();
    assert_eq!(t.grad(x), None);
    t.backward(loss).unwrap();
    assert_eq!(t.grad(x).unwrap(), [2.0, 4.0]);
}

#[test]
fn a_second_backward_needs_what_the_first_freed() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[1.0]);
    let y = t.exp(x);
    t.backward(y).unwrap();
    let refused = t.backward(y).unwrap_err();
    assert_eq!(refused, GradError::Freed { op: "exp", grad_fn: "ExpBackward0" });
    assert_eq!(t.grad(x).unwrap().len(), 1, "a refusal leaves the gradients alone");
    // An addition saves nothing, so there is nothing to miss.
    let z = t.add(x, x);
    t.backward(z).unwrap();
    t.backward(z).unwrap();
}

#[test]
fn backward_says_what_it_cannot_do() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[1.0, 2.0]);
    let constant = t.constant(&Tensor::scalar(1.0));
    assert_eq!(t.backward(constant), Err(GradError::NoGraph));
    assert_eq!(t.backward(x), Err(GradError::NotScalar { shape: [2].into() }));
    t.backward_from(x, Some(&[3.0, 4.0]), false).unwrap();
    assert_eq!(t.grad(x).unwrap(), [3.0, 4.0]);
}

#[test]
fn a_value_written_after_it_was_saved_is_noticed() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[1.0, 2.0]);
    let y = t.exp(x);
    let one = t.constant(&Tensor::scalar(1.0));
    let z = t.in_place(ADD, &[y, one]).unwrap();
    assert_eq!(t.value(y), t.value(z), "both names stand for one storage");
    let loss = t.sum(z);
    let error = t.backward(loss).unwrap_err();
    assert_eq!(
        error,
        GradError::Modified { op: "exp", grad_fn: "ExpBackward0", shape: [2].into(), found: 1, expected: 0 }
    );
    assert!(error.to_string().contains("is at version 1; expected version 0 instead"), "{error}");
}

#[test]
fn a_value_that_no_gradient_reads_may_be_written() {
    // y = x + 1, then y *= 3 in place: the addition saved nothing, so dy/dx = 3.
    let mut t = Tape::new();
    let x = leaf(&mut t, &[1.0, 2.0]);
    let y = t.shift(x, 1.0);
    let three = t.constant(&Tensor::scalar(3.0));
    let z = t.in_place(MUL, &[y, three]).unwrap();
    assert_eq!(t.value(z), [6.0, 9.0]);
    let loss = t.sum(z);
    t.backward(loss).unwrap();
    assert_eq!(t.grad(x).unwrap(), [3.0, 3.0]);
}

#[test]
fn relu_reads_its_result_so_it_can_be_done_in_place() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[-1.0, 2.0]);
    let y = t.scale(x, 2.0);
    let z = t.in_place(Op::Map { f: Map::Relu }, &[y]).unwrap();
    let loss = t.sum(z);
    t.backward(loss).unwrap();
    assert_eq!(t.grad(x).unwrap(), [0.0, 2.0]);
}

#[test]
fn a_leaf_that_requires_grad_is_written_only_under_no_grad() {
    let mut t = Tape::new();
    let w = leaf(&mut t, &[1.0, 2.0]);
    let step = t.constant(&Tensor::new([2], vec![-0.5, -0.5]));
    assert_eq!(t.in_place(ADD, &[w, step]), Err(GradError::LeafInPlace { op: "add" }));
    let updated = t.no_grad(|t| t.in_place(ADD, &[w, step])).unwrap();
    assert_eq!((updated, t.value(w), t.version(w)), (w, [0.5, 1.5].as_slice(), 1));
}

#[test]
fn no_grad_records_nothing_and_detach_stops_the_gradient() {
    let mut t = Tape::new();
    let x = leaf(&mut t, &[3.0]);
    let y = t.no_grad(|t| t.square(x));
    assert!(!t.requires_grad(y) && t.is_recording());
    let trace = t.trace().last().unwrap();
    assert_eq!((trace.grad_fn, trace.saved_bytes), (None, 0));

    let square = t.square(x);
    let still = t.detach(square);
    let product = t.mul(still, x);
    t.backward(product).unwrap();
    assert_eq!(t.grad(x).unwrap(), [9.0], "x^2 counts as a constant");
    assert_eq!(t.grad(still), None);
}

#[test]
fn trace_speaks_as_pytorch_does() {
    let mut t = Tape::<f32>::new();
    let x = t.constant(&Tensor::zeros([4, 3]));
    let w = t.leaf(&Tensor::zeros([3, 2]));
    let z = t.matmul(x, w);
    let y = t.sigmoid(z);
    let loss = t.mean(y);
    // The product saves x (12 numbers), the sigmoid its result (8), the mean nothing.
    let rows: Vec<_> = t.trace().map(|node| (node.grad_fn, node.saved_bytes, node.parents().count())).collect();
    assert_eq!(
        rows,
        [
            (None, 0, 0),
            (Some("AccumulateGrad"), 0, 0),
            (Some("MmBackward0"), 48, 2),
            (Some("SigmoidBackward0"), 32, 1),
            (Some("MeanBackward0"), 0, 1),
        ]
    );
    t.backward(loss).unwrap();
    assert_eq!(t.trace().map(|node| node.saved_bytes).sum::<usize>(), 0);
}

#[test]
fn a_loop_that_repeats_its_step_needs_no_more_memory() {
    let mut t = Tape::new();
    let w = leaf(&mut t, &[0.5; 6]);
    let mark = t.mark();
    let mut step = || {
        t.truncate(mark);
        t.zero_grad();
        let y = t.tanh(w);
        let loss = t.sum(y);
        t.backward(loss).unwrap();
        (t.bytes(), t.values.capacity(), t.grads.capacity(), t.nodes.capacity(), t.scratch.capacity())
    };
    let first = step();
    assert!((0..100).all(|_| step() == first));
}

#[test]
#[should_panic(expected = "was dropped from this tape")]
fn a_dropped_handle_is_refused() {
    let mut t = Tape::new();
    let mark = t.mark();
    let old = leaf(&mut t, &[1.0]);
    t.truncate(mark);
    let _new = leaf(&mut t, &[2.0]);
    t.value(old);
}

#[test]
#[should_panic(expected = "matmul: cannot take [2, 3] and [4, 5]: the inner sizes differ")]
fn a_mismatch_names_the_operation_and_the_shapes() {
    let mut t = Tape::<f64>::new();
    let a = t.leaf(&Tensor::zeros([2, 3]));
    let b = t.leaf(&Tensor::zeros([4, 5]));
    t.matmul(a, b);
}

#[test]
fn batch_norm_moves_its_running_statistics_while_training() {
    let mut t = Tape::new();
    let x = t.leaf(&Tensor::new([2, 1], vec![1.0, 3.0]));
    let (weight, bias) = (leaf(&mut t, &[1.0]), leaf(&mut t, &[0.0]));
    let running = [t.constant(&Tensor::zeros([1])), t.constant(&Tensor::full([1], 1.0))];
    t.batch_norm(x, weight, bias, running, 1e-5, Some(0.1));
    // Mean 2; unbiased variance 2, so 0.9 * 1 + 0.1 * 2.
    assert_eq!((t.item(running[0]), t.item(running[1])), (0.2, 1.1));
    t.batch_norm(x, weight, bias, running, 1e-5, None);
    assert_eq!((t.item(running[0]), t.item(running[1])), (0.2, 1.1), "evaluation leaves them alone");
}
