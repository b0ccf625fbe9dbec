//! Products: batched matrices, linear layers and convolutions with their bias, each with its gradients.
//!
//! Not the loops (`kernels::matmul`, `kernels::conv`): here the dims become their sizes, batches become calls, and a bias
//! becomes what the sums start from, so that it costs no pass of its own.

use super::shape::Shape;
use super::{TensorRef, room};
use crate::kernels::conv::{self, Conv2d};
use crate::kernels::map::{Map, map};
use crate::kernels::matmul::{self as mm, Matmul, Trans};
use crate::kernels::reduce::sum_around;
use crate::kernels::window::Window;
use crate::kernels::{Buffer, Real, Write};

/// The other way of storing a matrix.
fn flip(trans: Trans) -> Trans {
    match trans {
        Trans::No => Trans::Yes,
        Trans::Yes => Trans::No,
    }
}

/// A product of batches: how many, and the sizes of each.
#[derive(Clone, Copy)]
struct Batches {
    count: usize,
    size: Matmul,
}

impl Batches {
    /// A right-hand side without batch dims is shared: then all rows of the left are one tall matrix.
    fn new(lhs: Shape, lhs_t: Trans, rhs: Shape, rhs_t: Trans) -> Self {
        let (m, k) = if lhs_t == Trans::No {
            (lhs.from_back(1), lhs.from_back(0))
        } else {
            (lhs.from_back(0), lhs.from_back(1))
        };
        let n = if rhs_t == Trans::No { rhs.from_back(0) } else { rhs.from_back(1) };
        let count: usize = lhs.dims().take(lhs.rank() - 2).product();
        let (count, m) = if rhs.rank() == 2 && lhs.rank() > 2 { (1, count * m) } else { (count, m) };
        Batches { count, size: Matmul { m, n, k, lhs: lhs_t, rhs: rhs_t } }
    }

    /// Runs `size` on each matrix of the batch.
    fn run<T: Real>(
        count: usize,
        size: Matmul,
        lhs: &[T],
        rhs: &[T],
        out: &mut [T],
        write: Write,
        scratch: &mut Buffer<T>,
    ) {
        let scratch = room(scratch, size.scratch_len::<T>());
        let (m, n, k) = (size.m, size.n, size.k);
        for b in 0..count {
            let (lhs, rhs) = (&lhs[b * m * k..][..m * k], &rhs[b * k * n..][..k * n]);
            mm::matmul(size, lhs, rhs, &mut out[b * m * n..][..m * n], write, scratch);
        }
    }
}

/// out [.., m, n] = lhs [.., m, k] . rhs [.., k, n], each stored as its `Trans` says.
pub fn matmul<T: Real>(
    (lhs, lhs_t): (TensorRef<'_, T>, Trans),
    (rhs, rhs_t): (TensorRef<'_, T>, Trans),
    out: &mut [T],
    scratch: &mut Buffer<T>,
) {
    let Batches { count, size } = Batches::new(lhs.shape, lhs_t, rhs.shape, rhs_t);
    Batches::run(count, size, lhs.data, rhs.data, out, Write::Set, scratch);
}

/// grad_lhs = or += grad_out . rhs^T, stored as lhs is: [.., m, k], or [.., k, m] = rhs . grad_out^T.
pub fn matmul_backward_lhs<T: Real>(
    (lhs, lhs_t): (Shape, Trans),
    (rhs, rhs_t): (TensorRef<'_, T>, Trans),
    grad_out: &[T],
    grad_lhs: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let Batches { count, size: Matmul { m, n, k, .. } } = Batches::new(lhs, lhs_t, rhs.shape, rhs_t);
    match lhs_t {
        Trans::No => {
            let size = Matmul { m, n: k, k: n, lhs: Trans::No, rhs: flip(rhs_t) };
            Batches::run(count, size, grad_out, rhs.data, grad_lhs, write, scratch);
        }
        Trans::Yes => {
            let size = Matmul { m: k, n: m, k: n, lhs: rhs_t, rhs: Trans::Yes };
            Batches::run(count, size, rhs.data, grad_out, grad_lhs, write, scratch);
        }
    }
}

/// grad_rhs = or += lhs^T . grad_out, stored as rhs is: [.., k, n], or [.., n, k] = grad_out^T . lhs.
pub fn matmul_backward_rhs<T: Real>(
    (lhs, lhs_t): (TensorRef<'_, T>, Trans),
    (rhs, rhs_t): (Shape, Trans),
    grad_out: &[T],
    grad_rhs: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let Batches { count, size: Matmul { m, n, k, .. } } = Batches::new(lhs.shape, lhs_t, rhs, rhs_t);
    match rhs_t {
        Trans::No => {
            let size = Matmul { m: k, n, k: m, lhs: flip(lhs_t), rhs: Trans::No };
            Batches::run(count, size, lhs.data, grad_out, grad_rhs, write, scratch);
        }
        Trans::Yes => {
            let size = Matmul { m: n, n: k, k: m, lhs: Trans::Yes, rhs: lhs_t };
            Batches::run(count, size, grad_out, lhs.data, grad_rhs, write, scratch);
        }
    }
}

/// out [rows, out] = x [rows, in] . weight^T [in, out] + bias [out]; the sums start from the bias.
pub fn linear<T: Real>(
    x: TensorRef<'_, T>,
    weight: TensorRef<'_, T>,
    bias: Option<&[T]>,
    out: &mut [T],
    scratch: &mut Buffer<T>,
) {
    linear_of_size(linear_size(x.shape, weight.shape), x.data, weight.data, bias, out, scratch);
}

/// [`linear`] for callers who know its [`linear_size`].
pub fn linear_of_size<T: Real>(
    size: Matmul,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    out: &mut [T],
    scratch: &mut Buffer<T>,
) {
    let scratch = room(scratch, size.scratch_len::<T>());
    let write = start_from(bias, [size.m, size.n, 1], out);
    mm::matmul(size, x, weight, out, write, scratch);
}

/// [`linear_of_size`], and y = f(out) in the same go, block by block.
#[cfg(feature = "full")]
pub fn linear_map_of_size<T: Real>(
    size: Matmul,
    [x, weight]: [&[T]; 2],
    bias: Option<&[T]>,
    out: &mut [T],
    (f, y): (Map, &mut [T]),
    scratch: &mut Buffer<T>,
) {
    let scratch = room(scratch, size.scratch_len::<T>());
    let write = start_from(bias, [size.m, size.n, 1], out);
    mm::matmul_then(size, [x, weight], out, write, scratch, |at, done| map(f, done, &mut y[at..at + done.len()]));
}

/// The product behind a linear layer: [rows, in] . [out, in]^T.
pub fn linear_size(x: Shape, weight: Shape) -> Matmul {
    let (outputs, inputs) = (weight.dim(0), weight.dim(1));
    Matmul::nt(x.dims().take(x.rank() - 1).product(), inputs, outputs)
}

/// Lays a bias [axis] under out [outer, axis, inner] for a sum to start from, and says how that sum is to be written.
fn start_from<T: Real>(bias: Option<&[T]>, dims: [usize; 3], out: &mut [T]) -> Write {
    let (Some(bias), [_, axis, inner]) = (bias, dims) else { return Write::Set };
    if inner == 1 {
        out.chunks_exact_mut(axis.max(1)).for_each(|row| row.copy_from_slice(bias));
    } else {
        out.chunks_exact_mut(inner.max(1)).zip(bias.iter().cycle()).for_each(|(plane, &bias)| plane.fill(bias));
    }
    Write::Accumulate
}

/// The sizes of a convolution whose shapes have been inferred.
pub fn conv_size(x: Shape, weight: Shape, window: Window, groups: usize) -> Conv2d {
    Conv2d::new(x.aligned(), weight.aligned(), window, groups).expect("the shapes of a convolution were checked before")
}

/// out [n, c_out, oh, ow] = cross-correlation of x [n, c, h, w] with weight [c_out, c / groups, kh, kw], plus bias [c_out].
pub fn conv2d<T: Real>(
    x: TensorRef<'_, T>,
    weight: TensorRef<'_, T>,
    bias: Option<&[T]>,
    (window, groups): (Window, usize),
    out: &mut [T],
    scratch: &mut Buffer<T>,
) {
    let size = conv_size(x.shape, weight.shape, window, groups);
    let [n, c_out, oh, ow] = size.output();
    let write = start_from(bias, [n, c_out, oh * ow], out);
    conv::conv2d(&size, x.data, weight.data, out, write, room(scratch, size.scratch_len::<T>()));
}

/// [`conv2d`] for callers who know its size, and y = f(out) in the same go, image by image.
#[cfg(feature = "full")]
pub fn conv2d_map_of_size<T: Real>(
    size: &Conv2d,
    [x, weight]: [&[T]; 2],
    bias: Option<&[T]>,
    out: &mut [T],
    (f, y): (Map, &mut [T]),
    scratch: &mut Buffer<T>,
) {
    let [n, c_out, oh, ow] = size.output();
    let write = start_from(bias, [n, c_out, oh * ow], out);
    let scratch = room(scratch, size.scratch_len::<T>());
    conv::conv2d_then(size, [x, weight], out, write, scratch, |at, done| map(f, done, &mut y[at..at + done.len()]));
}

/// grad_x [n, c, h, w] = or += what grad_out [n, c_out, oh, ow] says of x.
pub fn conv2d_backward_input<T: Real>(
    x: Shape,
    weight: TensorRef<'_, T>,
    (window, groups): (Window, usize),
    grad_out: &[T],
    grad_x: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let size = conv_size(x, weight.shape, window, groups);
    let scratch = room(scratch, size.scratch_len::<T>());
    conv::conv2d_backward_input(&size, weight.data, grad_out, grad_x, write, scratch);
}

/// grad_weight [c_out, c / groups, kh, kw] = or += what grad_out [n, c_out, oh, ow] says of the weight.
pub fn conv2d_backward_weight<T: Real>(
    x: TensorRef<'_, T>,
    weight: Shape,
    (window, groups): (Window, usize),
    grad_out: &[T],
    grad_weight: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let size = conv_size(x.shape, weight, window, groups);
    let scratch = room(scratch, size.scratch_len::<T>());
    conv::conv2d_backward_weight(&size, x.data, grad_out, grad_weight, write, scratch);
}

/// grad_bias [axis] = or += grad_out [outer, axis, inner] summed over the rest.
pub fn bias_backward<T: Real>(dims: [usize; 3], grad_out: &[T], grad_bias: &mut [T], write: Write) {
    sum_around(grad_out, dims, grad_bias, write);
}
