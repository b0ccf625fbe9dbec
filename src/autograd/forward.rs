//! What each operation computes, as calls of the tensor's functions.
//!
//! Not loops and not shapes: the operands have been inferred to fit (`op.rs`), and the loops are below. Beside its result an
//! operation may leave numbers for its gradient (`aux`) and whole-number indices; [`aux_len`] says how many.

use super::node::Operands;
use super::op::{Op, Over};
use crate::kernels::attention::{Attention, attention};
use crate::kernels::map::map;
use crate::kernels::matmul::Trans;
use crate::kernels::pool::{Pool2d, avg_pool2d, max_pool2d};
use crate::kernels::reduce::{max_axis, mean_axis, sum_axis};
use crate::kernels::window::Window;
use crate::kernels::{Buffer, Real, Write};
use crate::tensor::norm::{self, Affine, Form, Layout, Stats};
use crate::tensor::{Shape, broadcast, loss, movement, product, room};

/// How much an operation leaves for its gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AuxLen {
    pub(super) reals: usize,
    pub(super) indices: usize,
}

/// Where an operation leaves it, and the working space that it may grow.
pub(super) struct Aux<'a, T: Real> {
    pub(super) reals: &'a mut [T],
    pub(super) indices: &'a mut [u32],
    pub(super) scratch: &'a mut Buffer<T>,
}

/// What `op` leaves for its gradient when it turns `args` into `out`.
pub(super) fn aux_len(op: &Op, args: &[Shape], out: Shape) -> AuxLen {
    let (reals, indices) = match op {
        Op::Leaf
        | Op::Zip { .. }
        | Op::Map { .. }
        | Op::Dropout { .. }
        | Op::MatMul { .. }
        | Op::Linear
        | Op::Conv2d { .. }
        | Op::Permute { .. }
        | Op::Reshape { .. }
        | Op::Slice { .. }
        | Op::Concat { .. }
        | Op::Sum { .. }
        | Op::Mean { .. }
        | Op::Softmax { .. }
        | Op::LogSoftmax { .. }
        | Op::MseMean
        | Op::MseHalfSum
        | Op::AvgPool2d { .. } => (0, 0),
        Op::Rows => (0, args[1].len()),
        Op::Max { .. } | Op::MaxPool2d { .. } => (0, out.len()),
        Op::CrossEntropy { .. } => (args[0].len(), args[1].len()),
        Op::CrossEntropyProbs { .. } => (args[0].len(), 0),
        // Mean, variance and 1 / deviation of each group.
        Op::LayerNorm { .. } => (3 * layer_layout(args[0]).groups[1], 0),
        Op::BatchNorm { .. } => (3 * batch_layout(args[0]).groups[1], 0),
        Op::Attention { heads } => (attention_size(args.iter().copied(), *heads).weights_len(), 0),
    };
    AuxLen { reals, indices }
}

/// Computes `op` of `args` into `out`, whose shape is `shape`.
pub(super) fn evaluate<T: Real>(op: &Op, args: Operands<'_, T>, shape: Shape, out: &mut [T], aux: &mut Aux<'_, T>) {
    let real = T::from_f64;
    match *op {
        Op::Leaf => {}
        Op::Map { f } => map(f, args.at(0).data, out),
        Op::Linear => product::linear(args.at(0), args.at(1), args.get(2), out, aux.scratch),
        Op::Softmax { axis } => {
            norm::softmax_axis(Form::Probs, args.at(0).data, shape.around(Some(axis)), out, aux.scratch);
        }
        Op::MseHalfSum => out[0] = loss::squared_error(real(0.5), args.at(0).data, args.at(1).data, aux.scratch),
        Op::CrossEntropyProbs { over } => {
            let [logits, probs] = [args.at(0), args.at(1)];
            let dims = [logits.shape.dim(0), logits.shape.dim(1)];
            let scale = samples(over, logits.shape);
            out[0] = loss::cross_entropy_probs(scale, logits.data, probs.data, dims, aux.reals, aux.scratch);
        }
        _ => evaluate_other(op, args, shape, out, aux),
    }
}

/// [`evaluate`] beyond dense networks.
#[cfg(feature = "full")]
fn evaluate_other<T: Real>(op: &Op, args: Operands<'_, T>, shape: Shape, out: &mut [T], aux: &mut Aux<'_, T>) {
    let real = T::from_f64;
    match *op {
        Op::Zip { f } => broadcast::zip(f, args.at(0), args.at(1), shape, out, aux.scratch),
        Op::Dropout { p } => loss::dropout(keep(p), args.at(0).data, args.at(1).data, out, aux.scratch),

        Op::MatMul { lhs_t, rhs_t } => {
            product::matmul((args.at(0), trans(lhs_t)), (args.at(1), trans(rhs_t)), out, aux.scratch);
        }
        Op::Conv2d { window, groups } => {
            product::conv2d(args.at(0), args.at(1), args.get(2), (window, groups), out, aux.scratch);
        }

        Op::Attention { heads } => {
            let size = attention_size(args.iter().map(|arg| arg.shape), heads);
            let mask = args.get(3).unwrap_or_default();
            let operands = [args.at(0).data, args.at(1).data, args.at(2).data, mask];
            attention(&size, operands, aux.reals, out, room(aux.scratch, size.scratch_len::<T>()));
        }

        Op::Permute { order } => movement::permute(args.at(0), order, out),
        Op::Reshape { .. } => out.copy_from_slice(args.at(0).data),
        Op::Slice { axis, start, len } => movement::slice(args.at(0), axis, start, len, out),
        Op::Concat { axis } => movement::concat(args.iter(), axis, out),
        Op::Rows => movement::rows(args.at(0), args.at(1).data, aux.indices, out),

        Op::Sum { axis, .. } => sum_axis(args.at(0).data, around(args.shape(0), axis), out, Write::Set),
        Op::Mean { axis, .. } => mean_axis(args.at(0).data, around(args.shape(0), axis), out, Write::Set),
        Op::Max { axis, .. } => max_axis(args.at(0).data, around(args.shape(0), axis), out, aux.indices),
        Op::LogSoftmax { axis } => {
            norm::softmax_axis(Form::Log, args.at(0).data, shape.around(Some(axis)), out, aux.scratch);
        }

        Op::MseMean => {
            out[0] = loss::squared_error(mse_mean(args.shape(0)), args.at(0).data, args.at(1).data, aux.scratch);
        }
        Op::CrossEntropy { over } => {
            let [logits, labels] = [args.at(0), args.at(1)];
            let scale = samples(over, logits.shape);
            out[0] = loss::cross_entropy(scale, logits.data, labels.data, logits.shape.dim(1), aux.reals, aux.indices);
        }

        Op::MaxPool2d { window } => max_pool2d(&pool(args.shape(0), window), args.at(0).data, out, aux.indices),
        Op::AvgPool2d { window } => avg_pool2d(&pool(args.shape(0), window), args.at(0).data, out),

        Op::LayerNorm { eps } => {
            let layout = layer_layout(args.shape(0));
            let [mean, variance, rstd] = thirds(aux.reals);
            norm::statistics(args.at(0).data, layout.groups, mean, variance);
            norm::reciprocal_deviation(variance, real(eps), rstd);
            norm::normalize(args.at(0).data, layout, Stats { mean, rstd }, args.at(1).data, args.at(2).data, out);
        }
        Op::BatchNorm { eps, train } => {
            let layout = batch_layout(args.shape(0));
            let [mean, variance, rstd] = thirds(aux.reals);
            if train.is_some() {
                norm::statistics(args.at(0).data, layout.groups, mean, variance);
            } else {
                mean.copy_from_slice(args.at(3).data);
                variance.copy_from_slice(args.at(4).data);
            }
            norm::reciprocal_deviation(variance, real(eps), rstd);
            norm::normalize(args.at(0).data, layout, Stats { mean, rstd }, args.at(1).data, args.at(2).data, out);
        }
        Op::Leaf | Op::Map { .. } | Op::Linear | Op::Softmax { .. } | Op::MseHalfSum | Op::CrossEntropyProbs { .. } => {
            unreachable!("an operation of dense networks")
        }
    }
}

#[cfg(not(feature = "full"))]
fn evaluate_other<T: Real>(_: &Op, _: Operands<'_, T>, _: Shape, _: &mut [T], _: &mut Aux<'_, T>) {
    panic!("this operation is not in the light build")
}

/// Moves running statistics towards those that batch norm left in `aux`: `which` is 0 for the mean, 1 for the variance, of
/// which the unbiased one (over count - 1) is taken, as PyTorch does.
pub(super) fn move_running<T: Real>(running: &mut [T], aux: &[T], which: usize, count: usize, momentum: f64) {
    let bessel = if which == 1 { count as f64 / (count as f64 - 1.0) } else { 1.0 };
    let (old, new) = (T::from_f64(1.0 - momentum), T::from_f64(momentum * bessel));
    let statistic = &aux[which * running.len()..][..running.len()];
    for (running, &statistic) in running.iter_mut().zip(statistic) {
        *running = old * *running + new * statistic;
    }
}

/// How a kernel reads a matrix.
pub(super) fn trans(transposed: bool) -> Trans {
    if transposed { Trans::Yes } else { Trans::No }
}

/// [outer, axis, inner] around an axis, or [1, len, 1] for all.
pub(super) fn around(shape: Shape, axis: Option<usize>) -> [usize; 3] {
    let (outer, axis, inner) = shape.around(axis);
    [outer, axis, inner]
}

/// 1 / (1 - p): what is left after dropout is scaled by it, so that the expected value stays.
pub(super) fn keep<T: Real>(p: f64) -> T {
    T::from_f64(1.0 / (1.0 - p))
}

/// 1 / number of elements.
pub(super) fn mse_mean<T: Real>(shape: Shape) -> T {
    T::ONE / T::from_usize(shape.len())
}

/// What a loss over the n rows of `logits` is multiplied by.
pub(super) fn samples<T: Real>(over: Over, logits: Shape) -> T {
    match over {
        Over::Mean => T::ONE / T::from_usize(logits.dim(0)),
        Over::Sum => T::ONE,
    }
}

/// The sizes of a pooling whose shapes have been inferred.
pub(super) fn pool(x: Shape, window: Window) -> Pool2d {
    Pool2d::new(x.dim(0) * x.dim(1), [x.dim(2), x.dim(3)], window).expect("the shapes of a pooling were checked before")
}

/// The sizes of an attention whose shapes have been inferred: q, k, v, perhaps a mask.
pub(super) fn attention_size(mut args: impl Iterator<Item = Shape>, heads: usize) -> Attention {
    let [q, k, v] = core::array::from_fn(|_| args.next().expect("the operands of an attention were counted before"));
    let [queries, keys] = [q.from_back(1), k.from_back(1)];
    let batch = q.dims().take(q.rank() - 2).product();
    let masks = args.next().map_or(0, |mask| mask.dims().take(mask.rank() - 2).product());
    Attention { batch, heads, queries, keys, depth: q.from_back(0) / heads, width: v.from_back(0) / heads, masks }
}

/// Each row of the last dim is a group, and a weight goes with a place in it.
pub(super) fn layer_layout(x: Shape) -> Layout {
    let d = x.from_back(0);
    Layout { groups: [1, x.len() / d.max(1), d], affine: Affine::Place }
}

/// Each channel (dim 1) is a group, and has a weight.
pub(super) fn batch_layout(x: Shape) -> Layout {
    Layout { groups: around(x, Some(1)), affine: Affine::Group }
}

/// Mean, variance and 1 / deviation in what a normalisation leaves.
fn thirds<T>(aux: &mut [T]) -> [&mut [T]; 3] {
    let len = aux.len() / 3;
    let (mean, rest) = aux.split_at_mut(len);
    let (variance, rstd) = rest.split_at_mut(len);
    [mean, variance, rstd]
}
