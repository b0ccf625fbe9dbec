//! Every gradient rule against f64 central differences.
//!
//! Not values of the forward pass (`goldens.rs`). The table has a row for every operation and for every option that takes
//! another path through it: broadcast shapes, transposes, shared operands, strides, dilation, groups. One helper computes
//! all of them: the loss is sum(out * c) with a random constant c, so that every element of the Jacobian counts. The first
//! test walks the lists of operations and fails for one without a row.

mod common;

use common::{CENTRAL_DIFFERENCE, STEP, close};
use std::collections::BTreeSet;
use tensorscope::autograd::{MAP_NAMES, Op, Over, Tape, Var, ZIP_NAMES};
use tensorscope::kernels::window::Window;
use tensorscope::rng::Rng;
use tensorscope::tensor::{Shape, Tensor};

/// What an operand is filled with.
#[derive(Clone, Copy)]
enum Fill {
    /// Normal numbers.
    Any,
    /// In 0.5 .. 2: for logarithms, roots and divisors.
    Positive,
    /// 0.3, -0.6, 0.9, ... shuffled: no two within a step of each other, none near 0, where some rules have a corner.
    Apart,
    /// Whole numbers below this; a constant.
    Labels(u32),
    /// 0 and 1; a constant.
    Mask,
    /// Positive, and a constant: a buffer, not a parameter.
    Buffer,
}
use Fill::{Any, Apart, Buffer, Labels, Mask, Positive};

/// One check: an operation, how it is called, and what with.
struct Row {
    name: &'static str,
    operands: &'static [(&'static [usize], Fill)],
    build: fn(&mut Tape<f64>, &[Var]) -> Var,
}

/// A row, short.
const fn row(
    name: &'static str,
    operands: &'static [(&'static [usize], Fill)],
    build: fn(&mut Tape<f64>, &[Var]) -> Var,
) -> Row {
    Row { name, operands, build }
}

const ROWS: &[Row] = &[
    // Two operands, element by element.
    row("add", &[(&[2, 3], Any), (&[2, 3], Any)], |t, v| t.add(v[0], v[1])),
    row("add, a row of biases", &[(&[4, 3], Any), (&[3], Any)], |t, v| t.add(v[0], v[1])),
    row("add, a column", &[(&[4, 1], Any), (&[4, 3], Any)], |t, v| t.add(v[0], v[1])),
    row("add, both stretched", &[(&[4, 1], Any), (&[1, 3], Any)], |t, v| t.add(v[0], v[1])),
    row("add, channels", &[(&[2, 3, 2, 2], Any), (&[3, 1, 1], Any)], |t, v| t.add(v[0], v[1])),
    row("add, a scalar", &[(&[2, 3], Any), (&[], Any)], |t, v| t.add(v[0], v[1])),
    row("add, shared", &[(&[2, 3], Any)], |t, v| t.add(v[0], v[0])),
    row("sub", &[(&[2, 3], Any), (&[2, 3], Any)], |t, v| t.sub(v[0], v[1])),
    row("sub, from a scalar", &[(&[], Any), (&[2, 3], Any)], |t, v| t.sub(v[0], v[1])),
    row("mul", &[(&[7], Any), (&[7], Any)], |t, v| t.mul(v[0], v[1])),
    row("mul, shared", &[(&[7], Any)], |t, v| t.mul(v[0], v[0])),
    row("mul, every second dim stretched", &[(&[2, 1, 4, 1], Any), (&[1, 3, 1, 5], Any)], |t, v| t.mul(v[0], v[1])),
    row("mul, fewer dims", &[(&[3, 1, 5], Any), (&[2, 3, 4, 5], Any)], |t, v| t.mul(v[0], v[1])),
    row("div", &[(&[2, 3], Any), (&[2, 3], Positive)], |t, v| t.div(v[0], v[1])),
    row("div, by a column", &[(&[2, 3], Any), (&[2, 1], Positive)], |t, v| t.div(v[0], v[1])),
    row("div, shared", &[(&[5], Positive)], |t, v| t.div(v[0], v[0])),
    row("maximum", &[(&[3, 4], Apart), (&[4], Any)], |t, v| t.maximum(v[0], v[1])),
    row("minimum", &[(&[3, 4], Any), (&[], Apart)], |t, v| t.minimum(v[0], v[1])),
    row("pow_by", &[(&[2, 3], Positive), (&[3], Any)], |t, v| t.pow_by(v[0], v[1])),
    // One operand, element by element; 9 elements fill vectors and leave a rest.
    row("relu", &[(&[9], Apart)], |t, v| t.relu(v[0])),
    row("leaky_relu", &[(&[9], Apart)], |t, v| t.leaky_relu(v[0], 0.1)),
    row("elu", &[(&[9], Apart)], |t, v| t.elu(v[0], 1.3)),
    row("sigmoid", &[(&[9], Any)], |t, v| t.sigmoid(v[0])),
    row("tanh", &[(&[9], Any)], |t, v| t.tanh(v[0])),
    row("gelu", &[(&[9], Any)], |t, v| t.gelu(v[0])),
    row("gelu_tanh", &[(&[9], Any)], |t, v| t.gelu_tanh(v[0])),
    row("silu", &[(&[9], Any)], |t, v| t.silu(v[0])),
    row("softplus", &[(&[9], Any)], |t, v| t.softplus(v[0])),
    row("exp", &[(&[9], Any)], |t, v| t.exp(v[0])),
    row("ln", &[(&[9], Positive)], |t, v| t.ln(v[0])),
    row("sqrt", &[(&[9], Positive)], |t, v| t.sqrt(v[0])),
    row("square", &[(&[9], Any)], |t, v| t.square(v[0])),
    row("recip", &[(&[9], Positive)], |t, v| t.recip(v[0])),
    row("neg", &[(&[9], Any)], |t, v| t.neg(v[0])),
    row("abs", &[(&[9], Apart)], |t, v| t.abs(v[0])),
    row("sin", &[(&[9], Any)], |t, v| t.sin(v[0])),
    row("cos", &[(&[9], Any)], |t, v| t.cos(v[0])),
    row("scale", &[(&[9], Any)], |t, v| t.scale(v[0], -1.7)),
    row("shift", &[(&[9], Any)], |t, v| t.shift(v[0], 0.7)),
    row("pow", &[(&[9], Positive)], |t, v| t.pow(v[0], -1.5)),
    row("pow, cube of either sign", &[(&[9], Any)], |t, v| t.pow(v[0], 3.0)),
    row("clamp", &[(&[9], Apart)], |t, v| t.clamp(v[0], -1.0, 1.0)),
    row("dropout", &[(&[9], Any), (&[9], Mask)], |t, v| t.dropout(v[0], v[1], 0.3)),
    // Products.
    row("matmul", &[(&[3, 4], Any), (&[4, 5], Any)], |t, v| t.matmul(v[0], v[1])),
    row("matmul, lhs transposed", &[(&[4, 3], Any), (&[4, 5], Any)], |t, v| t.matmul_t(v[0], true, v[1], false)),
    row("matmul, rhs transposed", &[(&[3, 4], Any), (&[5, 4], Any)], |t, v| t.matmul_t(v[0], false, v[1], true)),
    row("matmul, both transposed", &[(&[4, 3], Any), (&[5, 4], Any)], |t, v| t.matmul_t(v[0], true, v[1], true)),
    row("matmul, with its own transpose", &[(&[3, 4], Any)], |t, v| t.matmul_t(v[0], false, v[0], true)),
    row("matmul, batches", &[(&[2, 3, 4], Any), (&[2, 4, 5], Any)], |t, v| t.matmul(v[0], v[1])),
    row("matmul, batches of heads", &[(&[2, 2, 3, 4], Any), (&[2, 2, 5, 4], Any)], |t, v| {
        t.matmul_t(v[0], false, v[1], true)
    }),
    row("matmul, batches transposed", &[(&[2, 4, 3], Any), (&[2, 5, 4], Any)], |t, v| {
        t.matmul_t(v[0], true, v[1], true)
    }),
    row("matmul, one rhs for the batch", &[(&[2, 3, 4], Any), (&[4, 5], Any)], |t, v| t.matmul(v[0], v[1])),
    row("linear", &[(&[3, 4], Any), (&[5, 4], Any), (&[5], Any)], |t, v| t.linear(v[0], v[1], Some(v[2]))),
    row("linear, no bias", &[(&[3, 4], Any), (&[5, 4], Any)], |t, v| t.linear(v[0], v[1], None)),
    row("linear, tokens", &[(&[2, 3, 4], Any), (&[5, 4], Any), (&[5], Any)], |t, v| t.linear(v[0], v[1], Some(v[2]))),
    row("conv2d", &[(&[2, 3, 5, 6], Any), (&[4, 3, 3, 2], Any), (&[4], Any)], |t, v| {
        t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 2), 1)
    }),
    row("conv2d, no bias", &[(&[1, 1, 4, 4], Any), (&[2, 1, 3, 3], Any)], |t, v| {
        t.conv2d(v[0], v[1], None, Window::new(3, 3), 1)
    }),
    row("conv2d, stride and padding", &[(&[2, 2, 6, 5], Any), (&[3, 2, 3, 3], Any), (&[3], Any)], |t, v| {
        t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).stride(2, 1).padding(1, 2), 1)
    }),
    row("conv2d, dilation", &[(&[1, 2, 7, 6], Any), (&[3, 2, 3, 2], Any), (&[3], Any)], |t, v| {
        t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 2).padding(1, 0).dilation(2, 3), 1)
    }),
    row("conv2d, groups", &[(&[2, 4, 4, 4], Any), (&[6, 2, 3, 3], Any), (&[6], Any)], |t, v| {
        t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).padding(1, 1), 2)
    }),
    row("conv2d, depthwise with everything", &[(&[2, 3, 7, 7], Any), (&[6, 1, 3, 3], Any), (&[6], Any)], |t, v| {
        t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).stride(2, 2).padding(2, 1).dilation(2, 2), 3)
    }),
    row("conv2d, a picture with itself", &[(&[2, 2, 3, 3], Any)], |t, v| {
        t.conv2d(v[0], v[0], None, Window::new(3, 3).padding(1, 1), 1)
    }),
    row("attention", &[(&[3, 4], Any), (&[5, 4], Any), (&[5, 3], Any)], |t, v| {
        t.attention([v[0], v[1], v[2]], None, 1)
    }),
    row("attention, heads", &[(&[2, 3, 6], Any), (&[2, 5, 6], Any), (&[2, 5, 4], Any)], |t, v| {
        t.attention([v[0], v[1], v[2]], None, 2)
    }),
    row(
        "attention, a mask for all",
        &[(&[2, 3, 4], Any), (&[2, 5, 4], Any), (&[2, 5, 4], Any), (&[3, 5], Any)],
        |t, v| t.attention([v[0], v[1], v[2]], Some(v[3]), 2),
    ),
    row(
        "attention, a mask for each",
        &[(&[2, 3, 4], Any), (&[2, 5, 4], Any), (&[2, 5, 4], Any), (&[2, 3, 5], Any)],
        |t, v| t.attention([v[0], v[1], v[2]], Some(v[3]), 2),
    ),
    row("attention, of itself", &[(&[4, 6], Any)], |t, v| t.attention([v[0]; 3], None, 3)),
    // Movement.
    row("permute", &[(&[2, 3, 4], Any)], |t, v| t.permute(v[0], &[2, 0, 1])),
    row("permute, heads", &[(&[2, 3, 2, 2], Any)], |t, v| t.permute(v[0], &[0, 2, 1, 3])),
    row("permute, transpose", &[(&[3, 4], Any)], |t, v| t.transpose(v[0])),
    row("reshape", &[(&[2, 6], Any)], |t, v| t.reshape(v[0], [3, 4])),
    row("slice", &[(&[2, 5, 3], Any)], |t, v| t.slice(v[0], 1, 1, 3)),
    row("slice, the last axis", &[(&[2, 5], Any)], |t, v| t.slice(v[0], 1, 3, 2)),
    row("concat", &[(&[2, 3, 2], Any), (&[2, 1, 2], Any)], |t, v| t.concat(v, 1)),
    row("concat, five", &[(&[2, 1], Any), (&[2, 3], Any), (&[2, 2], Any), (&[2, 1], Any), (&[2, 4], Any)], |t, v| {
        t.concat(v, 1)
    }),
    row("concat, one", &[(&[2, 3], Any)], |t, v| t.concat(v, 1)),
    row("concat, nine", &[(&[2usize, 1] as &[usize], Any); 9], |t, v| t.concat(v, 1)),
    row("concat, shared", &[(&[2, 3], Any)], |t, v| t.concat(&[v[0], v[0]], 0)),
    row("rows", &[(&[4, 3], Any), (&[2, 5], Labels(4))], |t, v| t.rows(v[0], v[1])),
    // Reductions.
    row("sum", &[(&[2, 3], Any)], |t, v| t.sum(v[0])),
    row("sum, the last axis", &[(&[2, 21], Any)], |t, v| t.sum_axis(v[0], 1, false)),
    row("sum, an inner axis kept", &[(&[2, 3, 5], Any)], |t, v| t.sum_axis(v[0], 1, true)),
    row("mean", &[(&[2, 3], Any)], |t, v| t.mean(v[0])),
    row("mean, the first axis", &[(&[4, 3], Any)], |t, v| t.mean_axis(v[0], 0, false)),
    row("max", &[(&[2, 3], Apart)], |t, v| t.max(v[0])),
    row("max, an inner axis", &[(&[2, 3, 4], Apart)], |t, v| t.max_axis(v[0], 1, false)),
    row("softmax", &[(&[3, 5], Any)], |t, v| t.softmax(v[0], 1)),
    row("softmax, channels", &[(&[2, 3, 2, 2], Any)], |t, v| t.softmax(v[0], 1)),
    row("log_softmax", &[(&[3, 5], Any)], |t, v| t.log_softmax(v[0], 1)),
    row("log_softmax, the first axis", &[(&[3, 5], Any)], |t, v| t.log_softmax(v[0], 0)),
    // Losses.
    row("mse_mean", &[(&[3, 4], Any), (&[3, 4], Any)], |t, v| t.mse_mean(v[0], v[1])),
    row("mse_half_sum", &[(&[3, 4], Any), (&[3, 4], Any)], |t, v| t.mse_half_sum(v[0], v[1])),
    row("cross_entropy", &[(&[4, 3], Any), (&[4], Labels(3))], |t, v| t.cross_entropy(v[0], v[1])),
    row("cross_entropy, a sum", &[(&[4, 3], Any), (&[4], Labels(3))], |t, v| {
        t.apply(Op::CrossEntropy { over: Over::Sum }, v).unwrap()
    }),
    row("cross_entropy_probs", &[(&[4, 3], Any), (&[4, 3], Positive)], |t, v| t.cross_entropy_probs(v[0], v[1])),
    row("cross_entropy_probs, a sum", &[(&[4, 3], Any), (&[4, 3], Positive)], |t, v| {
        t.apply(Op::CrossEntropyProbs { over: Over::Sum }, v).unwrap()
    }),
    // Windows without weights.
    row("max_pool2d", &[(&[2, 2, 4, 6], Apart)], |t, v| t.max_pool2d(v[0], Window::new(2, 2).stride(2, 2))),
    row("max_pool2d, overlapping and padded", &[(&[1, 2, 5, 5], Apart)], |t, v| {
        t.max_pool2d(v[0], Window::new(3, 2).stride(2, 1).padding(1, 1))
    }),
    row("max_pool2d, dilated", &[(&[1, 1, 6, 6], Apart)], |t, v| t.max_pool2d(v[0], Window::new(2, 2).dilation(2, 3))),
    row("avg_pool2d", &[(&[2, 2, 4, 6], Any)], |t, v| t.avg_pool2d(v[0], Window::new(2, 2).stride(2, 2))),
    row("avg_pool2d, overlapping and padded", &[(&[1, 2, 5, 5], Any)], |t, v| {
        t.avg_pool2d(v[0], Window::new(3, 2).stride(2, 1).padding(1, 1))
    }),
    // Normalisation.
    row("layer_norm", &[(&[3, 6], Any), (&[6], Any), (&[6], Any)], |t, v| t.layer_norm(v[0], v[1], v[2], 1e-5)),
    row("layer_norm, tokens", &[(&[2, 3, 4], Any), (&[4], Any), (&[4], Any)], |t, v| {
        t.layer_norm(v[0], v[1], v[2], 0.1)
    }),
    row("batch_norm, training", BATCH_NORM, |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, Some(0.1))),
    row("batch_norm, evaluating", BATCH_NORM, |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, None)),
    row("batch_norm, of vectors", BATCH_NORM_1D, |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, Some(0.1))),
];

const BATCH_NORM: &[(&[usize], Fill)] =
    &[(&[3, 2, 2, 2], Any), (&[2], Any), (&[2], Any), (&[2], Buffer), (&[2], Buffer)];
const BATCH_NORM_1D: &[(&[usize], Fill)] = &[(&[5, 3], Any), (&[3], Any), (&[3], Any), (&[3], Buffer), (&[3], Buffer)];

/// The operation that a row is for: its name up to the first comma.
fn operation(row: &Row) -> &'static str {
    row.name.split(',').next().unwrap_or_default()
}

/// An operand, and whether a gradient is wanted for it.
fn operand((dims, fill): (&[usize], Fill), rng: &mut Rng) -> (Tensor<f64>, bool) {
    let shape = Shape::new(dims);
    let mut apart: Vec<f64> =
        (0..shape.len()).map(|nth| if nth % 2 == 0 { 0.3 } else { -0.3 } * (nth + 1) as f64).collect();
    rng.shuffle(&mut apart);
    let value = Tensor::from_fn(shape, |nth| match fill {
        Any => rng.normal(),
        Positive | Buffer => rng.range(0.5, 2.0),
        Apart => apart[nth],
        Labels(count) => f64::from(rng.below(count)),
        Mask => f64::from(rng.below(2)),
    });
    (value, !matches!(fill, Labels(_) | Mask | Buffer))
}

/// sum(out * c), and the tape that it was computed on with the handles of the operands, of the result and of the loss.
fn loss(row: &Row, operands: &[(Tensor<f64>, bool)], constants: &[f64]) -> (Tape<f64>, Vec<Var>, Var, Var) {
    let mut tape = Tape::new();
    let vars: Vec<Var> =
        operands.iter().map(|(value, grad)| tape.leaf_from(value.shape(), value.data(), *grad)).collect();
    let out = (row.build)(&mut tape, &vars);
    let shape = tape.shape(out);
    let constants = tape.leaf_from(shape, &constants[..shape.len()], false);
    let weighted = tape.mul(out, constants);
    let loss = tape.sum(weighted);
    (tape, vars, out, loss)
}

#[test]
fn every_operation_has_a_row() {
    let listed: BTreeSet<&str> = ROWS.iter().map(operation).collect();
    let families = Op::NAMES.iter().filter(|name| !["leaf", "zip", "map"].contains(name));
    let all: BTreeSet<&str> = families.chain(MAP_NAMES).chain(ZIP_NAMES).copied().collect();
    assert_eq!(listed, all, "rows on the left, operations on the right");
}

#[test]
fn tape_agrees_with_central_differences() {
    for (nth, row) in ROWS.iter().enumerate() {
        let mut rng = Rng::new(1, nth as u64);
        let mut operands: Vec<_> = row.operands.iter().map(|&spec| operand(spec, &mut rng)).collect();
        let constants: Vec<f64> = (0..512).map(|_| rng.normal()).collect();
        let (mut tape, vars, out, root) = loss(row, &operands, &constants);
        assert_eq!(tape.op(out).name(), operation(row), "{}: this row checks another operation", row.name);
        tape.backward_retain(root).unwrap();
        let once: Vec<Option<Vec<f64>>> = vars.iter().map(|&var| tape.grad(var).map(<[f64]>::to_vec)).collect();

        for (which, grad) in once.iter().enumerate() {
            assert_eq!(grad.is_some(), operands[which].1, "{}: operand {which} has a gradient, or has none", row.name);
            let Some(grad) = grad else { continue };
            let differences: Vec<f64> = (0..grad.len())
                .map(|at| {
                    let middle = operands[which].0.data()[at];
                    let mut value_at = |x: f64| {
                        operands[which].0.data_mut()[at] = x;
                        let (tape, _, _, root) = loss(row, &operands, &constants);
                        tape.item(root)
                    };
                    let difference = (value_at(middle + STEP) - value_at(middle - STEP)) / (2.0 * STEP);
                    operands[which].0.data_mut()[at] = middle;
                    difference
                })
                .collect();
            close(&format!("{}, operand {which}", row.name), grad, &differences, CENTRAL_DIFFERENCE);
        }

        // The second pass takes every accumulating path: the same gradient, added.
        tape.backward(root).unwrap();
        for (&var, once) in vars.iter().zip(&once) {
            if let Some(once) = once {
                let twice: Vec<f64> = once.iter().map(|g| 2.0 * g).collect();
                close(&format!("{}, accumulated", row.name), tape.grad(var).unwrap(), &twice, 1e-14);
            }
        }
    }
}
