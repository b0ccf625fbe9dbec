//! Two-dimensional convolution (cross-correlation, as every framework has it): forward and both gradients.
//!
//! Not the bias, which is [`zip_axis`](super::zip::zip_axis) forward and [`sum_around`](super::reduce::sum_around) backward.
//! Images are `[n, c, h, w]`, weights `[out_c, c / groups, kh, kw]`, results `[n, out_c, oh, ow]`.
//!
//! # The order of a sum
//! Each output is one chain over c, then kh, then kw; each input gradient one over out_c, kh, kw; each weight
//! gradient one over n, oh, ow; from 0 or, with [`Write::Accumulate`], from what stands in the output. Padding is a
//! pixel of 0 like any other: with an infinite weight it gives NaN.

use super::window::{Window, WindowError};
use super::{Real, Write, expect_len};
use core::fmt;

/// The sizes of a convolution, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv2d {
    input: [usize; 4],
    weight: [usize; 4],
    output: [usize; 4],
    window: Window,
    groups: usize,
}

/// Why sizes do not make a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvError {
    /// The window does not fit the image.
    Window(WindowError),
    /// The kernel of the window is not that of the weight.
    Kernel {
        /// Dims of the weight.
        weight: [usize; 4],
        /// The window beside it.
        window: Window,
    },
    /// The channels do not divide into the groups.
    Channels {
        /// Dims of the input.
        input: [usize; 4],
        /// Dims of the weight.
        weight: [usize; 4],
        /// The number of groups.
        groups: usize,
    },
}

impl fmt::Display for ConvError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConvError::Window(error) => write!(out, "conv2d: {error}"),
            ConvError::Kernel { weight, window } => {
                write!(out, "conv2d: the weight {weight:?} (out_c, c, kh, kw) has not the kernel {:?}", window.kernel)
            }
            ConvError::Channels { input, weight, groups } => write!(
                out,
                "conv2d: input {input:?} and weight {weight:?} with {groups} groups: the input's channels must be groups \
                 times the weight's second dim, and the weight's first dim a multiple of the groups"
            ),
        }
    }
}

impl core::error::Error for ConvError {}

impl Conv2d {
    /// The convolution of an input `[n, c, h, w]` with a weight `[out_c, c / groups, kh, kw]`.
    pub fn new(input: [usize; 4], weight: [usize; 4], window: Window, groups: usize) -> Result<Self, ConvError> {
        let ([n, c, h, w], [out_c, group_c, kh, kw]) = (input, weight);
        if window.kernel != [kh, kw] {
            return Err(ConvError::Kernel { weight, window });
        }
        if groups == 0 || group_c * groups != c || !out_c.is_multiple_of(groups) {
            return Err(ConvError::Channels { input, weight, groups });
        }
        let [oh, ow] = window.output([h, w]).map_err(ConvError::Window)?;
        Ok(Conv2d { input, weight, output: [n, out_c, oh, ow], window, groups })
    }

    /// `[n, c, h, w]`.
    pub fn input(&self) -> [usize; 4] {
        self.input
    }
    /// `[out_c, c / groups, kh, kw]`.
    pub fn weight(&self) -> [usize; 4] {
        self.weight
    }
    /// `[n, out_c, oh, ow]`.
    pub fn output(&self) -> [usize; 4] {
        self.output
    }
    /// Stride, padding, dilation.
    pub fn window(&self) -> Window {
        self.window
    }
    /// How many groups.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// How many elements of scratch each of the three kernels wants (the largest of them).
    pub fn scratch_len<R: Real>(&self) -> usize {
        0
    }

    /// Calls `f(input, weight, output)` with the three offsets of every product, in the order n, out_c, oh, ow, c, kh, kw;
    /// `None` for an input in the padding.
    fn products(&self, mut f: impl FnMut(Option<usize>, usize, usize)) {
        let ([n, c, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (self.input, self.weight, self.output);
        let per_group = out_c / self.groups;
        let mut out = 0;
        for n in 0..n {
            for oc in 0..out_c {
                let first_c = oc / per_group * group_c;
                for oy in 0..oh {
                    for ox in 0..ow {
                        let mut tap = oc * group_c * kh * kw;
                        for ic in first_c..first_c + group_c {
                            for ky in 0..kh {
                                let y = self.window.pixel(0, oy, ky, h);
                                for kx in 0..kw {
                                    let x = self.window.pixel(1, ox, kx, w);
                                    f(y.zip(x).map(|(y, x)| ((n * c + ic) * h + y) * w + x), tap, out);
                                    tap += 1;
                                }
                            }
                        }
                        out += 1;
                    }
                }
            }
        }
    }

    #[track_caller]
    fn check<R>(&self, kernel: &str, input: &[R], weight: &[R], output: &[R]) {
        expect_len(kernel, "input", input.len(), self.input.iter().product());
        expect_len(kernel, "weight", weight.len(), self.weight.iter().product());
        expect_len(kernel, "output", output.len(), self.output.iter().product());
    }
}

/// out[n, oc, y, x] = or += sum over c, kh, kw of input[n, c, y s + kh d - p, x s + kw d - p] * weight[oc, c, kh, kw].
#[track_caller]
pub fn conv2d<R: Real>(p: &Conv2d, input: &[R], weight: &[R], out: &mut [R], write: Write, _scratch: &mut [R]) {
    p.check("conv2d", input, weight, out);
    if write == Write::Set {
        out.fill(R::ZERO);
    }
    p.products(|i, w, o| out[o] += i.map_or(R::ZERO, |i| input[i]) * weight[w]);
}

/// grad_input = or += every grad_out times the weight that led to it; dims as in [`conv2d`].
#[track_caller]
pub fn conv2d_backward_input<R: Real>(
    p: &Conv2d,
    weight: &[R],
    grad_out: &[R],
    grad_input: &mut [R],
    write: Write,
    _scratch: &mut [R],
) {
    p.check("conv2d_backward_input", grad_input, weight, grad_out);
    let ([n, c, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.input, p.weight, p.output);
    let (per_group, window) = (out_c / p.groups, p.window);
    let mut at = 0;
    for n in 0..n {
        for ic in 0..c {
            let first = ic / group_c * per_group;
            for y in 0..h {
                for x in 0..w {
                    let mut sum = if write == Write::Set { R::ZERO } else { grad_input[at] };
                    for oc in first..first + per_group {
                        for ky in 0..kh {
                            let Some(oy) = window.output_under(0, y, ky, oh) else { continue };
                            for kx in 0..kw {
                                let Some(ox) = window.output_under(1, x, kx, ow) else { continue };
                                let g = grad_out[((n * out_c + oc) * oh + oy) * ow + ox];
                                sum += g * weight[((oc * group_c + ic % group_c) * kh + ky) * kw + kx];
                            }
                        }
                    }
                    grad_input[at] = sum;
                    at += 1;
                }
            }
        }
    }
}

/// grad_weight = or += every grad_out times the input that led to it; dims as in [`conv2d`].
#[track_caller]
pub fn conv2d_backward_weight<R: Real>(
    p: &Conv2d,
    input: &[R],
    grad_out: &[R],
    grad_weight: &mut [R],
    write: Write,
    _scratch: &mut [R],
) {
    p.check("conv2d_backward_weight", input, grad_weight, grad_out);
    if write == Write::Set {
        grad_weight.fill(R::ZERO);
    }
    p.products(|i, w, o| grad_weight[w] += grad_out[o] * i.map_or(R::ZERO, |i| input[i]));
}
