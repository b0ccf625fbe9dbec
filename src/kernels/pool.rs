//! Max and average pooling over `[planes, h, w]` (planes = n * c): forward and backward.
//!
//! Not adaptive or global pooling: a window as large as the image is global.

use super::lanes::MAX_LANES;
use super::window::{Window, WindowError};
use super::{Lanes, Real, Write, expect_len};

/// The sizes of a pooling, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool2d {
    planes: usize,
    image: [usize; 2],
    output: [usize; 2],
    window: Window,
}

impl Pool2d {
    /// Pooling of `planes` images of `[h, w]`. (PyTorch's default stride is the kernel; here the window says it.)
    pub fn new(planes: usize, image: [usize; 2], window: Window) -> Result<Self, WindowError> {
        Ok(Pool2d { planes, image, output: window.output(image)?, window })
    }

    /// oh, ow.
    pub fn output(&self) -> [usize; 2] {
        self.output
    }
    /// planes * h * w.
    pub fn input_len(&self) -> usize {
        self.planes * self.image[0] * self.image[1]
    }
    /// planes * oh * ow.
    pub fn output_len(&self) -> usize {
        self.planes * self.output[0] * self.output[1]
    }

    /// Whether the windows are two by two, side by side, without padding: each halves the image.
    fn halves(&self) -> bool {
        self.window == Window::new(2, 2).stride(2, 2)
    }

    /// The windows of one plane, in the order of the output.
    fn windows(&self) -> impl Iterator<Item = (usize, usize)> {
        let [oh, ow] = self.output;
        (0..oh).flat_map(move |oy| (0..ow).map(move |ox| (oy, ox)))
    }

    /// The pixels (offsets in the plane) of the window at (oy, ox), row by row, without those in the padding.
    fn pixels(&self, (oy, ox): (usize, usize)) -> impl Iterator<Item = usize> {
        let ([kh, kw], [h, w], window) = (self.window.kernel, self.image, self.window);
        (0..kh)
            .filter_map(move |ky| window.pixel(0, oy, ky, h))
            .flat_map(move |y| (0..kw).filter_map(move |kx| window.pixel(1, ox, kx, w)).map(move |x| y * w + x))
    }

    #[track_caller]
    fn check<R>(&self, kernel: &str, input: &[R], output: &[R]) {
        expect_len(kernel, "input", input.len(), self.input_len());
        expect_len(kernel, "output", output.len(), self.output_len());
    }

    /// Input and output plane by plane.
    fn area(&self) -> (usize, usize) {
        ((self.image[0] * self.image[1]).max(1), (self.output[0] * self.output[1]).max(1))
    }
}

/// out = the largest pixel of each window, index = its offset in its plane: the first of equal ones, and where there are
/// NaNs the last of those (as PyTorch). Padding is never chosen. A window wholly in the padding gives -inf and `u32::MAX`.
#[track_caller]
pub fn max_pool2d<R: Real>(p: &Pool2d, input: &[R], out: &mut [R], index: &mut [u32]) {
    p.check("max_pool2d", input, out);
    expect_len("max_pool2d", "index", index.len(), out.len());
    let (area, out_area) = p.area();
    let outputs = out.chunks_exact_mut(out_area).zip(index.chunks_exact_mut(out_area));
    // Offsets travel in lanes, where they are exact below 2^23.
    let halves = p.halves() && p.output[1] >= R::Lanes::COUNT && area < 1 << 23;
    for (plane, (out, index)) in input.chunks_exact(area).zip(outputs) {
        // In f64 the plain loop is enough: nothing trains in it that pools.
        if R::Lanes::COUNT == 4 && halves {
            let rows = plane.chunks_exact(2 * p.image[1]);
            let outputs = out.chunks_exact_mut(p.output[1]).zip(index.chunks_exact_mut(p.output[1]));
            for (y, (rows, (out, index))) in rows.zip(outputs).enumerate() {
                max_of_four(rows, 2 * y * p.image[1], out, index);
            }
            continue;
        }
        for (at, (out, index)) in p.windows().zip(out.iter_mut().zip(index)) {
            (*out, *index) = (R::NEG_INFINITY, u32::MAX);
            for pixel in p.pixels(at) {
                let x = plane[pixel];
                if x > *out || x.is_nan() || *index == u32::MAX {
                    (*out, *index) = (x, pixel as u32);
                }
            }
        }
    }
}

/// One row of outputs whose windows are two by two, side by side on the two `rows`; `first` is the first pixel's offset.
///
/// A training step of the bench's network with two such poolings takes 6.2 ms by this loop and 9.2 by the one over windows (V8,
/// simd128).
fn max_of_four<R: Real>(rows: &[R], first: usize, out: &mut [R], index: &mut [u32]) {
    let (lanes, width) = (R::Lanes::COUNT, rows.len() / 2);
    let take = |(best, at): (R::Lanes, R::Lanes), x: R::Lanes, offset: usize| {
        let offset = R::Lanes::splat(R::from_usize(offset));
        // A NaN is taken always, all else where it is larger.
        let larger = (R::Lanes::select_lt(best, x, x, best), R::Lanes::select_lt(best, x, offset, at));
        (R::Lanes::select_le(x, x, larger.0, x), R::Lanes::select_le(x, x, larger.1, offset))
    };
    let steps = R::Lanes::load(&core::array::from_fn::<R, MAX_LANES, _>(|lane| R::from_usize(2 * lane)));
    for begin in (0..out.len()).step_by(lanes) {
        // The last vector reaches back over what is done: the same again.
        let begin = begin.min(out.len() - lanes);
        let pixels = |row: usize| {
            let from = &rows[row * width + 2 * begin..][..2 * lanes];
            R::Lanes::unzip(R::Lanes::load(from), R::Lanes::load(&from[lanes..]))
        };
        let ((a, b), (c, d)) = (pixels(0), pixels(1));
        let best = (a, R::Lanes::splat(R::ZERO));
        let (best, at) = take(take(take(best, b, 1), c, width), d, width + 1);
        best.store(&mut out[begin..]);
        (at + R::Lanes::splat(R::from_usize(first + 2 * begin)) + steps).store_whole(&mut index[begin..]);
    }
}

/// grad_in[plane, index] += grad_out for every output; with [`Write::Set`] all other pixels become 0.
#[track_caller]
pub fn max_pool2d_backward<R: Real>(p: &Pool2d, grad_out: &[R], index: &[u32], grad_in: &mut [R], write: Write) {
    p.check("max_pool2d_backward", grad_in, grad_out);
    expect_len("max_pool2d_backward", "index", index.len(), grad_out.len());
    if write == Write::Set {
        grad_in.fill(R::ZERO);
    }
    let (area, out_area) = p.area();
    let outputs = grad_out.chunks_exact(out_area).zip(index.chunks_exact(out_area));
    for (plane, (grad_out, index)) in grad_in.chunks_exact_mut(area).zip(outputs) {
        for (&g, &pixel) in grad_out.iter().zip(index) {
            if pixel != u32::MAX {
                plane[pixel as usize] += g;
            }
        }
    }
}

/// out = the sum of each window divided by kh * kw, padding counted as zeros (PyTorch's `count_include_pad=True`).
#[track_caller]
pub fn avg_pool2d<R: Real>(p: &Pool2d, input: &[R], out: &mut [R]) {
    p.check("avg_pool2d", input, out);
    let (area, out_area) = p.area();
    let scale = R::ONE / R::from_usize(p.window.kernel[0] * p.window.kernel[1]);
    for (plane, out) in input.chunks_exact(area).zip(out.chunks_exact_mut(out_area)) {
        for (at, out) in p.windows().zip(out) {
            let mut total = R::ZERO;
            for pixel in p.pixels(at) {
                total += plane[pixel];
            }
            *out = total * scale;
        }
    }
}

/// grad_in = or += for every pixel the grad_out of the windows it is in, divided by kh * kw.
#[track_caller]
pub fn avg_pool2d_backward<R: Real>(p: &Pool2d, grad_out: &[R], grad_in: &mut [R], write: Write) {
    p.check("avg_pool2d_backward", grad_in, grad_out);
    if write == Write::Set {
        grad_in.fill(R::ZERO);
    }
    let (area, out_area) = p.area();
    let scale = R::ONE / R::from_usize(p.window.kernel[0] * p.window.kernel[1]);
    for (plane, grad_out) in grad_in.chunks_exact_mut(area).zip(grad_out.chunks_exact(out_area)) {
        for (at, &g) in p.windows().zip(grad_out) {
            for pixel in p.pixels(at) {
                plane[pixel] += g * scale;
            }
        }
    }
}
