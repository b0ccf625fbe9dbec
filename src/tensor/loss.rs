//! Losses: one number from predictions and targets, with the gradients of both.
//!
//! Not a choice of scale: each says in its name or argument whether it takes a mean or a sum.

use super::movement::whole_numbers;
use super::room;
use crate::kernels::map::{Map, map, scaled};
use crate::kernels::reduce::sum;
use crate::kernels::softmax::log_softmax;
use crate::kernels::zip::{Zip, zip, zip_axis};
use crate::kernels::{Buffer, Real, Write};

/// scale * sum (prediction - target)^2.
pub fn squared_error<T: Real>(scale: T, prediction: &[T], target: &[T], scratch: &mut Buffer<T>) -> T {
    let (difference, square) = room(scratch, 2 * prediction.len()).split_at_mut(prediction.len());
    zip(Zip::Sub, prediction, target, difference);
    map(Map::Square, difference, square);
    scale * sum(square)
}

/// grad = or += factor * (prediction - target): the gradient of the prediction with factor = 2 scale * grad_out, that of
/// the target with minus that.
pub fn squared_error_backward<T: Real>(
    factor: T,
    prediction: &[T],
    target: &[T],
    grad: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let difference = room(scratch, prediction.len());
    zip(Zip::Sub, prediction, target, difference);
    scaled(factor, difference, grad, write);
}

/// -scale * sum over n of ln softmax(logits [n, classes])[labels[n]]; leaves the log-probabilities [n, classes] and the
/// labels as whole numbers for the way back.
#[track_caller]
pub fn cross_entropy<T: Real>(
    scale: T,
    logits: &[T],
    labels: &[T],
    classes: usize,
    log_probs: &mut [T],
    kept: &mut [u32],
) -> T {
    whole_numbers("cross_entropy", labels, classes, kept);
    log_softmax(logits, [kept.len(), classes], log_probs);
    let mut total = T::ZERO;
    for (row, &label) in log_probs.chunks_exact(classes.max(1)).zip(kept.iter()) {
        total += row[label as usize];
    }
    -scale * total
}

/// grad = or += factor * (softmax - one-hot label), from what [`cross_entropy`] left; factor = scale * grad_out.
pub fn cross_entropy_backward<T: Real>(
    factor: T,
    log_probs: &[T],
    labels: &[u32],
    grad: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let probs = room(scratch, log_probs.len());
    map(Map::Exp, log_probs, probs);
    if !labels.is_empty() {
        let classes = probs.len() / labels.len();
        for (row, &label) in probs.chunks_exact_mut(classes).zip(labels) {
            row[label as usize] -= T::ONE;
        }
    }
    scaled(factor, probs, grad, write);
}

/// -scale * sum over n and classes of probs * ln softmax(logits); leaves the log-probabilities for the way back.
pub fn cross_entropy_probs<T: Real>(
    scale: T,
    logits: &[T],
    probs: &[T],
    dims: [usize; 2],
    log_probs: &mut [T],
    scratch: &mut Buffer<T>,
) -> T {
    log_softmax(logits, dims, log_probs);
    let product = room(scratch, probs.len());
    zip(Zip::Mul, probs, log_probs, product);
    -scale * sum(product)
}

/// grad of the logits = or += factor * (softmax * sum of probs over classes - probs); factor = scale * grad_out.
pub fn cross_entropy_probs_backward<T: Real>(
    factor: T,
    log_probs: &[T],
    probs: &[T],
    classes: usize,
    grad: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let (softmax, difference) = room(scratch, 2 * probs.len()).split_at_mut(probs.len());
    map(Map::Exp, log_probs, softmax);
    let rows = softmax.chunks_exact(classes.max(1)).zip(probs.chunks_exact(classes.max(1)));
    for ((softmax, probs), difference) in rows.zip(difference.chunks_exact_mut(classes.max(1))) {
        zip_axis(Zip::Mul, softmax, &[sum(probs)], [1, 1, classes], difference);
    }
    zip(Zip::Sub, difference, probs, softmax);
    scaled(factor, softmax, grad, write);
}

/// out = x * mask * keep, where keep = 1 / (1 - p): dropout with a mask that was drawn outside.
pub fn dropout<T: Real>(keep: T, x: &[T], mask: &[T], out: &mut [T], scratch: &mut Buffer<T>) {
    let kept = room(scratch, x.len());
    zip(Zip::Mul, x, mask, kept);
    scaled(keep, kept, out, Write::Set);
}

/// grad = or += grad_out * keep * the other operand (the mask for x, x for the mask).
pub fn dropout_backward<T: Real>(
    keep: T,
    other: &[T],
    grad_out: &[T],
    grad: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let product = room(scratch, other.len());
    zip(Zip::Mul, grad_out, other, product);
    scaled(keep, product, grad, write);
}
