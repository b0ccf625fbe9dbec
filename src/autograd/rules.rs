//! The table of gradient rules: for every operation and operand the formula, and the call that computes it.
//!
//! Not the order in which rules are applied (`backward.rs`), not what they look at (`reads.rs`) and not loops. Notation: y is
//! the result, dy its gradient, dx, da, db those of the operands; "." is a matrix product. The table is in two halves, the
//! second of which the light build leaves out; together they match without a wildcard. The derivatives of functions of one
//! or two elements stand beside those functions in `kernels::map` and `kernels::zip`.

use super::forward::{around, attention_size, batch_layout, keep, layer_layout, mse_mean, pool, samples, trans};
use super::node::Operands;
use super::op::Op;
use super::reads::Reads;
use crate::kernels::attention::{Wanted, attention_backward};
use crate::kernels::map::{map_backward, scaled};
use crate::kernels::pool::{avg_pool2d_backward, max_pool2d_backward};
use crate::kernels::reduce::{max_axis_backward, sum_axis_backward};
use crate::kernels::zip::Side;
use crate::kernels::{Buffer, Real, Write};
use crate::tensor::norm::{self, Form, Layout, Stats};
use crate::tensor::{Shape, TensorRef, broadcast, loss, movement, product, room};

/// One application of a rule: the saved values, the gradient that arrives, and where its answer goes.
pub(super) struct Pass<'a, T: Real> {
    pub(super) args: Operands<'a, T>,
    pub(super) out: TensorRef<'a, T>,
    pub(super) aux: &'a [T],
    pub(super) indices: &'a [u32],
    /// dy, in the shape of `out`.
    pub(super) grad_out: &'a [T],
    /// The operand's gradient, in its shape.
    pub(super) grad_in: &'a mut [T],
    /// Whether `grad_in` is set or added to.
    pub(super) write: Write,
    pub(super) scratch: &'a mut Buffer<T>,
    /// What the rule said that it would read: looked at in debug builds.
    pub(super) reads: Reads,
}

impl<'a, T: Real> Pass<'a, T> {
    /// The value of an operand.
    fn arg(&self, nth: usize) -> TensorRef<'a, T> {
        debug_assert!(self.reads.contains(Reads::arg(nth)), "this rule reads operand {nth} and does not say so");
        self.args.at(nth)
    }

    /// The shape of an operand, which is always known.
    fn shape(&self, nth: usize) -> Shape {
        self.args.shape(nth)
    }

    /// The result.
    fn out(&self) -> &'a [T] {
        debug_assert!(self.reads.contains(Reads::OUT), "this rule reads the result and does not say so");
        self.out.data
    }

    /// What forward left.
    fn aux(&self) -> (&'a [T], &'a [u32]) {
        debug_assert!(self.reads.contains(Reads::AUX), "this rule reads what forward left and does not say so");
        (self.aux, self.indices)
    }

    /// Mean and 1 / deviation, as a normalisation left them.
    fn stats(&self) -> Stats<'a, T> {
        let aux = self.aux().0;
        let len = aux.len() / 3;
        Stats { mean: &aux[..len], rstd: &aux[2 * len..] }
    }
}

/// The gradient of operand `nth`: `grad_in` = or += rule(dy).
pub(super) fn grad_in<T: Real>(op: &Op, nth: usize, pass: &mut Pass<'_, T>) {
    let (dy, write) = (pass.grad_out, pass.write);
    match *op {
        Op::Leaf => {}
        // dx = dy f'(x). The kernel takes x and y; a rule that does not read one is given the other in its place.
        Op::Map { f } => {
            let (x, y) = (pass.args.at(0).data, pass.out.data);
            let x = if pass.reads.contains(Reads::arg(0)) { x } else { y };
            let y = if pass.reads.contains(Reads::OUT) { y } else { x };
            map_backward(f, x, y, dy, pass.grad_in, write);
        }
        // y = x . W^T + b: dx = dy . W; dW = dy^T . x; db = sum of dy over rows
        Op::Linear => {
            let (no, yes) = (trans(false), trans(true));
            match nth {
                0 => {
                    let (x, weight) = (pass.shape(0), pass.arg(1));
                    product::matmul_backward_lhs(
                        (rows_of(x), no),
                        (weight, yes),
                        dy,
                        pass.grad_in,
                        write,
                        pass.scratch,
                    );
                }
                1 => {
                    let x = pass.arg(0);
                    let (x, weight) = (TensorRef { shape: rows_of(x.shape), data: x.data }, pass.shape(1));
                    product::matmul_backward_rhs((x, no), (weight, yes), dy, pass.grad_in, write, pass.scratch);
                }
                _ => {
                    let outputs = pass.shape(2).len();
                    product::bias_backward([dy.len() / outputs.max(1), outputs, 1], dy, pass.grad_in, write);
                }
            }
        }
        // dx = y (dy - sum y dy)
        Op::Softmax { axis } => {
            let dims = pass.shape(0).around(Some(axis));
            norm::softmax_axis_backward(Form::Probs, pass.out(), dy, dims, pass.grad_in, write, pass.scratch);
        }
        // da = (a - b) dy; db = -da
        Op::MseHalfSum => {
            let factor = if nth == 0 { dy[0] } else { -dy[0] };
            let (a, b) = (pass.arg(0).data, pass.arg(1).data);
            loss::squared_error_backward(factor, a, b, pass.grad_in, write, pass.scratch);
        }
        // d logits = (softmax sum p - p) dy / n
        Op::CrossEntropyProbs { over } if nth == 0 => {
            let (log_probs, probs) = (pass.aux().0, pass.arg(1));
            let (factor, classes) = (samples::<T>(over, pass.shape(0)) * dy[0], probs.shape.dim(1));
            let grad = &mut *pass.grad_in;
            loss::cross_entropy_probs_backward(factor, log_probs, probs.data, classes, grad, write, pass.scratch);
        }
        // dp = -ln softmax dy / n
        Op::CrossEntropyProbs { over } => {
            scaled(-samples::<T>(over, pass.shape(0)) * dy[0], pass.aux().0, pass.grad_in, write);
        }
        _ => grad_in_other(op, nth, pass),
    }
}

/// [`grad_in`] beyond dense networks.
#[cfg(feature = "full")]
fn grad_in_other<T: Real>(op: &Op, nth: usize, pass: &mut Pass<'_, T>) {
    let (dy, write) = (pass.grad_out, pass.write);
    let real = T::from_f64;
    match *op {
        // dx = dy df/dx, summed over everything that x was stretched along.
        Op::Zip { f } => {
            let side = if nth == 0 { Side::Lhs } else { Side::Rhs };
            let operands = [pass.args.at(0), pass.args.at(1)];
            let dy = TensorRef { shape: pass.out.shape, data: dy };
            broadcast::zip_backward(f, side, operands, dy, pass.grad_in, write, pass.scratch);
        }
        // dx = dy mask / (1 - p)
        Op::Dropout { p } => {
            loss::dropout_backward(keep(p), pass.arg(1 - nth).data, dy, pass.grad_in, write, pass.scratch);
        }

        // y = a . b: da = dy . b^T
        Op::MatMul { lhs_t, rhs_t } if nth == 0 => {
            let (a, b) = (pass.shape(0), pass.arg(1));
            let (lhs_t, rhs_t) = (trans(lhs_t), trans(rhs_t));
            product::matmul_backward_lhs((a, lhs_t), (b, rhs_t), dy, pass.grad_in, write, pass.scratch);
        }
        // db = a^T . dy
        Op::MatMul { lhs_t, rhs_t } => {
            let (a, b) = (pass.arg(0), pass.shape(1));
            let (lhs_t, rhs_t) = (trans(lhs_t), trans(rhs_t));
            product::matmul_backward_rhs((a, lhs_t), (b, rhs_t), dy, pass.grad_in, write, pass.scratch);
        }
        // y = x * W + b: dx = dy convolved with W; dW = x correlated with dy; db = sum of dy over n, h, w
        Op::Conv2d { window, groups } => match nth {
            0 => {
                let (x, weight) = (pass.shape(0), pass.arg(1));
                product::conv2d_backward_input(x, weight, (window, groups), dy, pass.grad_in, write, pass.scratch);
            }
            1 => {
                let (x, weight) = (pass.arg(0), pass.shape(1));
                product::conv2d_backward_weight(x, weight, (window, groups), dy, pass.grad_in, write, pass.scratch);
            }
            _ => product::bias_backward(around(pass.out.shape, Some(1)), dy, pass.grad_in, write),
        },

        // w = softmax(q k^T / sqrt d + mask), y = w v: dv = w^T dy; with d = w (dy v^T - sum w dy v^T): dq = d k / sqrt d,
        // dk = d^T q / sqrt d, dmask = d
        Op::Attention { heads } => {
            let size = attention_size(pass.args.iter().map(|arg| arg.shape), heads);
            let wanted = match nth {
                0 => Wanted::Query(pass.arg(1).data, pass.arg(2).data),
                1 => Wanted::Key(pass.arg(0).data, pass.arg(2).data),
                2 => Wanted::Value,
                _ => Wanted::Mask(pass.arg(2).data),
            };
            let (weights, scratch) = (pass.aux().0, room(pass.scratch, size.scratch_len::<T>()));
            attention_backward(&size, wanted, weights, dy, pass.grad_in, write, scratch);
        }

        // Elements go back to where they came from.
        Op::Permute { order } => movement::permute_backward(pass.shape(0), order, dy, pass.grad_in, write),
        Op::Reshape { .. } => scaled(T::ONE, dy, pass.grad_in, write),
        Op::Slice { axis, start, len } => {
            movement::slice_backward(pass.shape(0), (axis, start, len), dy, pass.grad_in, write);
        }
        Op::Concat { axis } => {
            let start = (0..nth).map(|before| pass.shape(before).dim(axis)).sum();
            let len = pass.shape(nth).dim(axis);
            movement::concat_backward(pass.out.shape, (axis, start, len), dy, pass.grad_in, write);
        }
        // d table[index[i]] += dy[i]; an index has no gradient.
        Op::Rows if nth == 0 => {
            movement::rows_backward(pass.shape(0).dim(1), pass.aux().1, dy, pass.grad_in, write);
        }
        Op::Rows => constant(pass),

        // dx = dy, everywhere along the axis
        Op::Sum { axis, .. } => sum_axis_backward(T::ONE, dy, around(pass.shape(0), axis), pass.grad_in, write),
        // dx = dy / n
        Op::Mean { axis, .. } => {
            let dims = around(pass.shape(0), axis);
            sum_axis_backward(T::ONE / T::from_usize(dims[1]), dy, dims, pass.grad_in, write);
        }
        // dx = dy where x is the largest, else 0
        Op::Max { axis, .. } => {
            max_axis_backward(dy, pass.aux().1, around(pass.shape(0), axis), pass.grad_in, write);
        }
        // dx = dy - e^y sum dy
        Op::LogSoftmax { axis } => {
            let dims = pass.shape(0).around(Some(axis));
            norm::softmax_axis_backward(Form::Log, pass.out(), dy, dims, pass.grad_in, write, pass.scratch);
        }

        // da = 2/n (a - b) dy; db = -da
        Op::MseMean => {
            let factor = real(if nth == 0 { 2.0 } else { -2.0 }) * mse_mean(pass.shape(0)) * dy[0];
            let (a, b) = (pass.arg(0).data, pass.arg(1).data);
            loss::squared_error_backward(factor, a, b, pass.grad_in, write, pass.scratch);
        }
        // d logits = (softmax - one-hot) dy / n; a label has no gradient.
        Op::CrossEntropy { over } if nth == 0 => {
            let (log_probs, labels) = pass.aux();
            let factor = samples::<T>(over, pass.shape(0)) * dy[0];
            loss::cross_entropy_backward(factor, log_probs, labels, pass.grad_in, write, pass.scratch);
        }
        Op::CrossEntropy { .. } => constant(pass),

        // dx = dy at the pixel that was taken
        Op::MaxPool2d { window } => {
            max_pool2d_backward(&pool(pass.shape(0), window), dy, pass.aux().1, pass.grad_in, write);
        }
        // dx = dy / (kh kw), from every window that saw it
        Op::AvgPool2d { window } => avg_pool2d_backward(&pool(pass.shape(0), window), dy, pass.grad_in, write),

        // xhat = (x - mean) rstd: dx = rstd (g - mean g - xhat mean(g xhat)), g = w dy; dw = sum dy xhat; db = sum dy
        Op::LayerNorm { .. } => normalize_backward(pass, nth, layer_layout(pass.shape(0)), true),
        // The same; with running statistics mean and rstd are constants, and dx = rstd g.
        Op::BatchNorm { train, .. } => {
            normalize_backward(pass, nth, batch_layout(pass.shape(0)), train.is_some());
        }
        Op::Leaf | Op::Map { .. } | Op::Linear | Op::Softmax { .. } | Op::MseHalfSum | Op::CrossEntropyProbs { .. } => {
            unreachable!("an operation of dense networks")
        }
    }
}

#[cfg(not(feature = "full"))]
fn grad_in_other<T: Real>(_: &Op, _: usize, _: &mut Pass<'_, T>) {
    panic!("this operation is not in the light build")
}

/// x [.., in] as [rows, in].
fn rows_of(x: Shape) -> Shape {
    let inputs = x.from_back(0);
    Shape::from([x.len() / inputs.max(1), inputs])
}

/// An operand that the result does not depend on smoothly: its gradient is 0.
fn constant<T: Real>(pass: &mut Pass<'_, T>) {
    if pass.write == Write::Set {
        pass.grad_in.fill(T::ZERO);
    }
}

fn normalize_backward<T: Real>(pass: &mut Pass<'_, T>, nth: usize, layout: Layout, moving: bool) {
    let (dy, write) = (pass.grad_out, pass.write);
    match nth {
        0 => {
            let (x, weight, stats) = (pass.arg(0).data, pass.arg(1).data, pass.stats());
            norm::normalize_backward(x, layout, stats, moving, weight, dy, (pass.grad_in, write));
        }
        1 => norm::weight_backward(pass.arg(0).data, layout, pass.stats(), dy, pass.grad_in, write),
        2 => norm::bias_backward(layout, dy, pass.grad_in, write),
        // Running statistics: moved by training, not learned.
        _ => constant(pass),
    }
}
