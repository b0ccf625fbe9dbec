//! Normalisation: softmax along any axis, and back; layer norm and batch norm are the kernels' own (`kernels::norm`).

use super::room;
pub use crate::kernels::norm::*;
use crate::kernels::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::kernels::{Buffer, Real, Write};

/// Softmax or its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// e^x / sum e^x.
    Probs,
    /// x - ln sum e^x.
    Log,
}

/// [`Form`] along the middle one of dims [outer, axis, inner].
pub fn softmax_axis<T: Real>(form: Form, x: &[T], dims: (usize, usize, usize), out: &mut [T], scratch: &mut Buffer<T>) {
    let run = |x: &[T], dims, out: &mut [T]| match form {
        Form::Probs => softmax(x, dims, out),
        Form::Log => log_softmax(x, dims, out),
    };
    let (outer, axis, inner) = dims;
    if inner == 1 {
        return run(x, [outer, axis], out);
    }
    let (line, result) = room(scratch, 2 * axis).split_at_mut(axis);
    for first in firsts(dims) {
        gather(x, first, inner, line);
        run(line, [1, axis], result);
        scatter(result, out, first, inner, Write::Set);
    }
}

/// grad_in = or += the gradient of [`softmax_axis`], from its result `y`.
pub fn softmax_axis_backward<T: Real>(
    form: Form,
    y: &[T],
    grad_out: &[T],
    dims: (usize, usize, usize),
    grad_in: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let run = |y: &[T], g: &[T], dims, grad_in: &mut [T], write| match form {
        Form::Probs => softmax_backward(y, g, dims, grad_in, write),
        Form::Log => log_softmax_backward(y, g, dims, grad_in, write),
    };
    let (outer, axis, inner) = dims;
    if inner == 1 {
        return run(y, grad_out, [outer, axis], grad_in, write);
    }
    let (line, rest) = room(scratch, 3 * axis).split_at_mut(axis);
    let (grad, result) = rest.split_at_mut(axis);
    for first in firsts(dims) {
        gather(y, first, inner, line);
        gather(grad_out, first, inner, grad);
        run(line, grad, [1, axis], result, Write::Set);
        scatter(result, grad_in, first, inner, write);
    }
}

/// The first element of each line along the middle dim.
fn firsts((outer, axis, inner): (usize, usize, usize)) -> impl Iterator<Item = usize> {
    (0..outer).flat_map(move |o| (0..inner).map(move |i| o * axis * inner + i))
}

fn gather<T: Real>(x: &[T], first: usize, step: usize, line: &mut [T]) {
    for (nth, to) in line.iter_mut().enumerate() {
        *to = x[first + nth * step];
    }
}

fn scatter<T: Real>(line: &[T], x: &mut [T], first: usize, step: usize, write: Write) {
    for (nth, &from) in line.iter().enumerate() {
        let to = &mut x[first + nth * step];
        *to = if write == Write::Set { from } else { *to + from };
    }
}
