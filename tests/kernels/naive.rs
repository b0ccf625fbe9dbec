//! The plain twins: loops that a reader can check by eye, with no blocks, no vectors and no tricks.
//!
//! In f64 they are the oracle of accuracy. In the scalar of the kernel, those with a stated order of summation (products
//! and convolutions) must come out bit for bit, because the order written here is the one that the kernels promise.

use tensorscope::kernels::attention::Attention;
use tensorscope::kernels::conv::Conv2d;
use tensorscope::kernels::matmul::{Matmul, Trans};
use tensorscope::kernels::{Real, Write};

/// What a sum starts from.
pub fn start<R: Real>(out: R, write: Write) -> R {
    if write == Write::Set { R::ZERO } else { out }
}

/// out `[m, n]` = or += lhs * rhs.
pub fn matmul_naive<R: Real>(size: Matmul, lhs: &[R], rhs: &[R], out: &mut [R], write: Write) {
    let Matmul { m, n, k, .. } = size;
    for i in 0..m {
        for j in 0..n {
            let mut sum = start(out[i * n + j], write);
            for p in 0..k {
                let a = if size.lhs == Trans::No { lhs[i * k + p] } else { lhs[p * m + i] };
                let b = if size.rhs == Trans::No { rhs[p * n + j] } else { rhs[j * k + p] };
                sum += a * b;
            }
            out[i * n + j] = sum;
        }
    }
}

/// The input pixel under a tap, 0 in the padding.
fn pixel<R: Real>(p: &Conv2d, input: &[R], [n, c, oy, ox, ky, kx]: [usize; 6]) -> R {
    let ([_, channels, h, w], window) = (p.input(), p.window());
    let y = (oy * window.stride[0] + ky * window.dilation[0]) as isize - window.padding[0] as isize;
    let x = (ox * window.stride[1] + kx * window.dilation[1]) as isize - window.padding[1] as isize;
    if y < 0 || x < 0 || y >= h as isize || x >= w as isize {
        return R::ZERO;
    }
    input[((n * channels + c) * h + y as usize) * w + x as usize]
}

/// out = or += input convolved with weight.
pub fn conv2d_naive<R: Real>(p: &Conv2d, input: &[R], weight: &[R], out: &mut [R], write: Write) {
    let ([_, group_c, kh, kw], [n, out_c, oh, ow]) = (p.weight(), p.output());
    for (n, oc, oy, ox) in grid([n, out_c, oh, ow]) {
        let out = &mut out[((n * out_c + oc) * oh + oy) * ow + ox];
        let first = oc / (out_c / p.groups()) * group_c;
        let mut sum = start(*out, write);
        for (_, ky, kx, c) in grid([1, kh, kw, group_c]) {
            sum += pixel(p, input, [n, first + c, oy, ox, ky, kx]) * weight[((oc * group_c + c) * kh + ky) * kw + kx];
        }
        *out = sum;
    }
}

/// grad_input = or += grad_out * weight over every window that a pixel is in.
pub fn conv2d_backward_input_naive<R: Real>(
    p: &Conv2d,
    weight: &[R],
    grad_out: &[R],
    grad_input: &mut [R],
    write: Write,
) {
    let ([n, c, h, w], [out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.input(), p.weight(), p.output());
    let (window, per_group) = (p.window(), out_c / p.groups());
    // The output along direction d whose tap stands on a pixel, if there is one.
    let under = |d: usize, pixel: usize, tap: usize, size: usize| {
        let moved = (pixel + window.padding[d]).checked_sub(tap * window.dilation[d])?;
        (moved % window.stride[d] == 0 && moved / window.stride[d] < size).then_some(moved / window.stride[d])
    };
    for (n, ic, y, x) in grid([n, c, h, w]) {
        let at = ((n * c + ic) * h + y) * w + x;
        let mut sum = start(grad_input[at], write);
        for (_, ky, kx, o) in grid([1, kh, kw, per_group]) {
            // The last tap first: its output comes first.
            let (ky, kx, oc) = (kh - 1 - ky, kw - 1 - kx, ic / group_c * per_group + o);
            if let Some((oy, ox)) = under(0, y, ky, oh).zip(under(1, x, kx, ow)) {
                let g = grad_out[((n * out_c + oc) * oh + oy) * ow + ox];
                sum += g * weight[((oc * group_c + ic % group_c) * kh + ky) * kw + kx];
            }
        }
        grad_input[at] = sum;
    }
}

/// grad_weight = or += grad_out * input over every output.
pub fn conv2d_backward_weight_naive<R: Real>(
    p: &Conv2d,
    input: &[R],
    grad_out: &[R],
    grad_weight: &mut [R],
    write: Write,
) {
    let ([out_c, group_c, kh, kw], [n, _, oh, ow]) = (p.weight(), p.output());
    for (oc, c, ky, kx) in grid([out_c, group_c, kh, kw]) {
        let ic = oc / (out_c / p.groups()) * group_c + c;
        let at = ((oc * group_c + c) * kh + ky) * kw + kx;
        let mut sum = start(grad_weight[at], write);
        for (n, oy, ox) in grid([1, n, oh, ow]).map(|(_, n, oy, ox)| (n, oy, ox)) {
            sum += grad_out[((n * out_c + oc) * oh + oy) * ow + ox] * pixel(p, input, [n, ic, oy, ox, ky, kx]);
        }
        grad_weight[at] = sum;
    }
}

/// Attention head by head: the weights and the result. Softmax is the caller's, a row at a time.
pub fn attention_naive<R: Real>(
    p: &Attention,
    [q, k, v, mask]: [&[R]; 4],
    softmax: impl Fn(&[R], &mut [R]),
    weights: &mut [R],
    out: &mut [R],
) {
    let Attention { batch, heads, queries, keys, depth, width, masks } = *p;
    let scale = R::ONE / R::from_usize(depth).sqrt();
    for (b, h, i, _) in grid([batch, heads, queries, 1]) {
        let mut scores = vec![R::ZERO; keys];
        for (j, score) in scores.iter_mut().enumerate() {
            for c in h * depth..(h + 1) * depth {
                *score += q[(b * queries + i) * heads * depth + c] * k[(b * keys + j) * heads * depth + c];
            }
            *score *= scale;
            if masks > 0 {
                *score += mask[((b % masks) * queries + i) * keys + j];
            }
        }
        let weights = &mut weights[((b * heads + h) * queries + i) * keys..][..keys];
        softmax(&scores, weights);
        for c in h * width..(h + 1) * width {
            let out = &mut out[(b * queries + i) * heads * width + c];
            *out = R::ZERO;
            weights.iter().enumerate().for_each(|(j, w)| *out += *w * v[(b * keys + j) * heads * width + c]);
        }
    }
}

/// All index quadruples below `dims`, the last one fastest.
pub fn grid([a, b, c, d]: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).flat_map(move |k| (0..d).map(move |l| (i, j, k, l)))))
}
