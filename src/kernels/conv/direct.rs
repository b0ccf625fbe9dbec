//! Convolutions whose windows stand mostly on padding, or in holes: every sum follows the taps that stand on pixels, one by one.
//!
//! Not fast, and without scratch: [`Conv2d::is_direct`] says where frames would be many times as large as the images in them.
//! The sums are those of the module above, in the same order; products with the padding are left out.

use super::{Conv2d, part, part_mut};
use crate::kernels::{Real, Write};
use core::ops::Range;

/// The taps of the window at output `at`, along direction `d`, that stand on one of `size` pixels.
fn taps(p: &Conv2d, d: usize, at: usize, size: usize) -> Range<usize> {
    let (first, padding, apart) = (at * p.window.stride[d], p.window.padding[d], p.window.dilation[d]);
    let after = (padding + size).saturating_sub(first).div_ceil(apart).min(p.window.kernel[d]);
    padding.saturating_sub(first).div_ceil(apart).min(after)..after
}

/// The pixel under tap `tap` of the window at output `at`, one of [`taps`].
fn pixel(p: &Conv2d, d: usize, at: usize, tap: usize) -> usize {
    at * p.window.stride[d] + tap * p.window.dilation[d] - p.window.padding[d]
}

/// The outputs, with their taps, that stand on `pixel` along direction `d`; the first output first.
fn over(p: &Conv2d, d: usize, pixel: usize, outputs: usize) -> impl Iterator<Item = (usize, usize)> {
    let (stride, apart, place) = (p.window.stride[d], p.window.dilation[d], pixel + p.window.padding[d]);
    let after = (place / apart + 1).min(p.window.kernel[d]);
    let first = place.saturating_sub((outputs - 1) * stride).div_ceil(apart).min(after);
    let all = (first..after).rev().map(move |tap| (place - tap * apart, tap));
    all.filter(move |(at, _)| at.is_multiple_of(stride)).map(move |(at, tap)| (at / stride, tap))
}

/// What a sum starts from.
fn start<R: Real>(out: R, write: Write) -> R {
    if write == Write::Set { R::ZERO } else { out }
}

pub(super) fn forward<R: Real>(
    p: &Conv2d,
    [input, weight]: [&[R]; 2],
    out: &mut [R],
    write: Write,
    mut then: impl FnMut(usize, &[R]),
) {
    let ([_, _, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.input, p.weight, p.output);
    let per_group = out_c / p.groups;
    for g in 0..p.groups {
        for n in 0..p.input[0] {
            let image = part(input, p.input, [n, g], p.groups);
            let to = part_mut(out, p.output, [n, g], p.groups);
            for (oc, plane) in to.chunks_exact_mut(oh * ow).enumerate() {
                let weight = &weight[(g * per_group + oc) * group_c * kh * kw..][..group_c * kh * kw];
                for (oy, row) in plane.chunks_exact_mut(ow).enumerate() {
                    for (ox, out) in row.iter_mut().enumerate() {
                        let mut sum = start(*out, write);
                        for ky in taps(p, 0, oy, h) {
                            for kx in taps(p, 1, ox, w) {
                                let at = pixel(p, 0, oy, ky) * w + pixel(p, 1, ox, kx);
                                for c in 0..group_c {
                                    sum += image[c * h * w + at] * weight[(c * kh + ky) * kw + kx];
                                }
                            }
                        }
                        *out = sum;
                    }
                }
            }
            then((n * p.groups + g) * to.len(), to);
        }
    }
}

pub(super) fn backward_input<R: Real>(p: &Conv2d, weight: &[R], grad_out: &[R], grad_input: &mut [R], write: Write) {
    let ([_, _, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.input, p.weight, p.output);
    let per_group = out_c / p.groups;
    for g in 0..p.groups {
        for n in 0..p.input[0] {
            let grads = part(grad_out, p.output, [n, g], p.groups);
            let to = part_mut(grad_input, p.input, [n, g], p.groups);
            for (c, plane) in to.chunks_exact_mut(h * w).enumerate() {
                for (y, row) in plane.chunks_exact_mut(w).enumerate() {
                    for (x, out) in row.iter_mut().enumerate() {
                        let mut sum = start(*out, write);
                        for (oy, ky) in over(p, 0, y, oh) {
                            for (ox, kx) in over(p, 1, x, ow) {
                                for oc in 0..per_group {
                                    let tap = (((g * per_group + oc) * group_c + c) * kh + ky) * kw + kx;
                                    sum += grads[(oc * oh + oy) * ow + ox] * weight[tap];
                                }
                            }
                        }
                        *out = sum;
                    }
                }
            }
        }
    }
}

pub(super) fn backward_weight<R: Real>(p: &Conv2d, input: &[R], grad_out: &[R], grad_weight: &mut [R], write: Write) {
    let ([n, _, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.input, p.weight, p.output);
    let per_group = out_c / p.groups;
    // The windows whose tap `tap` stands on a pixel.
    let windows = |d: usize, tap: usize, size: usize, outputs: usize| {
        let (place, padding, stride) = (tap * p.window.dilation[d], p.window.padding[d], p.window.stride[d]);
        let after = (padding + size).saturating_sub(place).div_ceil(stride).min(outputs);
        padding.saturating_sub(place).div_ceil(stride).min(after)..after
    };
    for (at, out) in grad_weight.iter_mut().enumerate() {
        let (kx, ky, c, oc) = (at % kw, at / kw % kh, at / (kw * kh) % group_c, at / (kw * kh * group_c));
        let (rows, cols) = (windows(0, ky, h, oh), windows(1, kx, w, ow));
        let mut sum = start(*out, write);
        for n in 0..n {
            let image = part(input, p.input, [n, oc / per_group], p.groups);
            let grads = part(grad_out, p.output, [n, oc / per_group], p.groups);
            for oy in rows.clone() {
                for ox in cols.clone() {
                    let pixel = (c * h + pixel(p, 0, oy, ky)) * w + pixel(p, 1, ox, kx);
                    sum += grads[(oc % per_group * oh + oy) * ow + ox] * image[pixel];
                }
            }
        }
        *out = sum;
    }
}
