//! Two-dimensional convolution (cross-correlation, as every framework has it): forward and both gradients.
//!
//! Not the bias, which is [`zip_axis`](super::zip::zip_axis) forward and [`sum_around`](super::reduce::sum_around) backward.
//! Images are `[n, c, h, w]`, weights `[out_c, c / groups, kh, kw]`, results `[n, out_c, oh, ow]`.
//!
//! # The order of a sum
//! Part of the result, so it is fixed. Each output is one chain over kh, kw, c; each input gradient one over the outputs
//! that the pixel went to, by rows, columns and channels; each weight gradient one over n, oh, ow; from 0 or, with
//! [`Write::Accumulate`], from what stands in the output. Products with the padding may be left out: they add
//! nothing, unless a weight is infinite or NaN.
//!
//! # How it is done
//! No patch is copied. An image is put in a frame of zeros once (`Images`), and tiles of 8 vectors run over the taps of
//! their windows where these stand: `passes` for the output and, with the roles turned, the input's gradient (a stride
//! splits that into phases, `axis`), `weight` for the weight's. [`Conv2d::along`] chooses what the lanes run along.

mod axis;
mod direct;
mod passes;
mod weight;

use super::matmul::pack_cols;
use super::window::{Window, WindowError};
use super::{Lanes, Real, Write, expect_len};
use axis::Axis;
use core::fmt;
pub use passes::Along;
use passes::{Pass, for_panels, packed_len};
use weight::{Gather, TURNED};

/// Elements of scratch (4 MB of f32) that are never too many.
const DIRECT: u64 = 1 << 20;

/// How many elements an array of these dims has.
fn len_of(dims: &[usize]) -> u64 {
    dims.iter().fold(1, |len: u64, dim| len.saturating_mul(*dim as u64))
}

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
        if self.is_direct::<R>() { 0 } else { usize::try_from(self.framed_len::<R>()).unwrap_or(usize::MAX) }
    }

    /// Whether taps are followed where they stand, without scratch (`direct`): frames, tables of taps and panels of weights
    /// would be many times as large as all that is convolved. Such are paddings and holes much larger than the image.
    pub fn is_direct<R: Real>(&self) -> bool {
        let given = [self.input, self.weight, self.output].iter().map(|dims| len_of(dims)).fold(0, u64::saturating_add);
        self.framed_len::<R>() > given.saturating_mul(4).saturating_add(DIRECT)
    }

    /// Elements of scratch that the way with frames takes; saturated where that is beyond all use.
    fn framed_len<R: Real>(&self) -> u64 {
        let ([out_c, group_c, kh, kw], lanes) = (self.weight, R::Lanes::COUNT);
        let per_group = out_c / self.groups;
        let frame = |[rows, cols]: [Axis; 2], depth: usize| {
            len_of(&[rows.frame, cols.frame, depth]).saturating_add((passes::SLACK * lanes) as u64)
        };
        // Offsets, weights, image; and for the gradient of the weight what is turned.
        let pass = |depth: usize, channels: usize, axes: [Axis; 2]| {
            let taps = len_of(&[depth, kh, kw]);
            let packed = taps.saturating_mul(channels.next_multiple_of(lanes) as u64);
            taps.saturating_add(packed).saturating_add(frame(axes, depth))
        };
        let forward = pass(group_c, per_group, self.on_input()).saturating_add(TURNED as u64);
        forward.max(pass(per_group, group_c, self.on_grad([0, 0])))
    }

    /// What the lanes run along in a convolution or an input's gradient: from an image with `depth` channels to `channels`
    /// ones, windows (and results) `stride` apart in a row, all of one group.
    ///
    /// Lanes along pixels want windows side by side, and look the taps up one by one; lanes along channels waste what is
    /// missing to 4 channels, and turn the image and the results. In units of the limit (a loop of multiply-adds in
    /// registers), V8 with simd128, 28x28x1 -> 8, 5x5: pixels 0.65, channels 0.51.
    pub fn along<R: Real>(depth: usize, channels: usize, stride: usize) -> Along {
        if stride == 1 && (channels < R::Lanes::COUNT || depth < 4) { Along::Pixels } else { Along::Channels }
    }

    /// The windows on the input.
    fn on_input(&self) -> [Axis; 2] {
        let ([_, _, h, w], [_, _, oh, ow]) = (self.input, self.output);
        [Axis::forward(&self.window, 0, h, oh), Axis::forward(&self.window, 1, w, ow)]
    }

    /// The windows on the output's gradient, for the input's pixels s i + `phase`.
    fn on_grad(&self, phase: [usize; 2]) -> [Axis; 2] {
        let ([_, _, h, w], [_, _, oh, ow]) = (self.input, self.output);
        [Axis::backward(&self.window, 0, h, oh, phase[0]), Axis::backward(&self.window, 1, w, ow, phase[1])]
    }

    #[track_caller]
    fn check<R: Real>(&self, kernel: &str, [input, weight, output]: [&[R]; 3], scratch: &[R]) {
        expect_len(kernel, "input", input.len(), self.input.iter().product());
        expect_len(kernel, "weight", weight.len(), self.weight.iter().product());
        expect_len(kernel, "output", output.len(), self.output.iter().product());
        let wanted = self.scratch_len::<R>();
        assert!(scratch.len() >= wanted, "{kernel}: scratch has {} elements, {wanted} are needed", scratch.len());
    }
}

/// Images in their frames, one after another in the same place.
struct Images<'a, R> {
    axes: [Axis; 2],
    depth: usize,
    along: Along,
    framed: &'a mut [R],
}

impl<'a, R: Real> Images<'a, R> {
    fn new(axes: [Axis; 2], depth: usize, along: Along, scratch: &'a mut [R]) -> Self {
        let framed = &mut scratch[..axes[0].frame * axes[1].frame * depth + passes::SLACK * R::Lanes::COUNT];
        framed.fill(R::ZERO);
        Images { axes, depth, along, framed }
    }

    /// The image `[depth, h, w]` with zeros around it: `[h, w, depth]` for lanes along channels, else as it is.
    #[inline(never)]
    fn get(&mut self, from: &[R]) -> &[R] {
        let ([rows, cols], depth) = (self.axes, self.depth);
        let (h, w) = (rows.size, cols.size);
        if from.is_empty() {
            return self.framed;
        }
        for y in 0..h {
            let at = (rows.begin + y) * cols.frame + cols.begin;
            if self.along == Along::Channels && depth > 1 {
                pack_cols(&from[y * w..], h * w, depth, depth, &mut self.framed[at * depth..][..w * depth]);
            } else {
                for c in 0..depth {
                    let to = &mut self.framed[c * rows.frame * cols.frame + at..][..w];
                    to.copy_from_slice(&from[(c * h + y) * w..][..w]);
                }
            }
        }
        self.framed
    }
}

/// offsets[t] = how many bytes tap t = (row, column, channel) stands from the first place of its window: bytes, because a loop that
/// looks one up for each tap has no instruction to spare.
fn write_offsets<R>([rows, cols]: [Axis; 2], depth: usize, along: Along, offsets: &mut [u32]) {
    let (each, channel) = match along {
        Along::Channels => (depth, 1),
        Along::Pixels => (1, rows.frame * cols.frame),
    };
    for (t, offset) in offsets.iter_mut().enumerate() {
        let (ky, kx, c) = (t / depth / cols.taps, t / depth % cols.taps, t % depth);
        let place = (ky * rows.apart * cols.frame + kx * cols.apart) * each + c * channel;
        *offset = (place * size_of::<R>()) as u32;
    }
}

/// Memory for whole numbers out of memory for floats.
fn as_offsets<R: Real>(scratch: &mut [R]) -> &mut [u32] {
    // SAFETY: f32 and f64 are at least as large and as aligned as u32, every bit pattern is a valid one of either, and
    // the borrow of the floats lasts as long as that of the numbers.
    unsafe { core::slice::from_raw_parts_mut(scratch.as_mut_ptr().cast(), scratch.len()) }
}

/// out[n, oc, y, x] = or += sum over kh, kw, c of input[n, c, y s + kh d - p, x s + kw d - p] * weight[oc, c, kh, kw].
#[track_caller]
pub fn conv2d<R: Real>(p: &Conv2d, input: &[R], weight: &[R], out: &mut [R], write: Write, scratch: &mut [R]) {
    conv2d_then(p, [input, weight], out, write, scratch, |_, _| {});
}

/// [`conv2d`] that hands on what it has finished while it is near: `then(at, values)` gets each image's channels of a group, and
/// where in `out` they stand.
#[track_caller]
pub fn conv2d_then<R: Real>(
    p: &Conv2d,
    [input, weight]: [&[R]; 2],
    out: &mut [R],
    write: Write,
    scratch: &mut [R],
    mut then: impl FnMut(usize, &[R]),
) {
    p.check("conv2d", [input, weight, out], scratch);
    if p.is_direct::<R>() {
        return direct::forward(p, [input, weight], out, write, then);
    }
    let ([out_c, group_c, kh, kw], [_, _, oh, ow]) = (p.weight, p.output);
    let (per_group, taps, axes) = (out_c / p.groups, group_c * kh * kw, p.on_input());
    let along = Conv2d::along::<R>(group_c, per_group, p.window.stride[1]);
    let (offsets, scratch) = scratch.split_at_mut(taps);
    let (packed, scratch) = scratch.split_at_mut(packed_len::<R>(per_group, taps));
    let offsets = as_offsets(offsets);
    write_offsets::<R>(axes, group_c, along, offsets);
    let mut images = Images::new(axes, group_c, along, scratch);
    for g in 0..p.groups {
        let weight = &weight[g * per_group * taps..][..per_group * taps];
        for_panels(along, [per_group, taps], packed, |o, t, x| {
            *x = weight[(o * group_c + t % group_c) * kh * kw + t / group_c];
        });
        for n in 0..p.input[0] {
            let image = images.get(part(input, p.input, [n, g], p.groups));
            let (weights, out_dims) = (&*packed, [ow, oh * ow]);
            let (depth, channels) = (group_c, per_group);
            let to = part_mut(out, p.output, [n, g], p.groups);
            Pass { axes, image, depth, offsets, weights, channels, along, out: out_dims, write }.run(to);
            then((n * p.groups + g) * to.len(), to);
        }
    }
}

/// grad_input = or += sum over the outputs that a pixel went to (rows, columns, channels) of grad_out times the weight that
/// took it there; dims as in [`conv2d`].
#[track_caller]
pub fn conv2d_backward_input<R: Real>(
    p: &Conv2d,
    weight: &[R],
    grad_out: &[R],
    grad_input: &mut [R],
    write: Write,
    scratch: &mut [R],
) {
    p.check("conv2d_backward_input", [grad_input, weight, grad_out], scratch);
    if p.is_direct::<R>() {
        return direct::backward_input(p, weight, grad_out, grad_input, write);
    }
    let ([out_c, group_c, kh, kw], [_, _, h, w]) = (p.weight, p.input);
    let per_group = out_c / p.groups;
    let along = Conv2d::along::<R>(per_group, group_c, p.window.stride[1]);
    let (offsets, scratch) = scratch.split_at_mut(per_group * kh * kw);
    let (packed, scratch) = scratch.split_at_mut(packed_len::<R>(group_c, per_group * kh * kw));
    let offsets = as_offsets(offsets);
    let mut images = Images::new(p.on_grad([0, 0]), per_group, along, scratch);
    // Taps of a phase come together, after those of the phases before it: each place of the weight is in one phase only.
    let phases = || {
        let [vertical, horizontal] = p.window.stride;
        let all = (0..vertical).flat_map(move |y| (0..horizontal).map(move |x| p.on_grad([y, x])));
        all.scan(0, move |first, axes| {
            let taps = axes[0].taps * axes[1].taps * per_group;
            *first += taps;
            Some((axes, *first - taps, taps))
        })
    };
    for (axes, first, taps) in phases() {
        write_offsets::<R>(axes, per_group, along, &mut offsets[first..first + taps]);
    }
    for g in 0..p.groups {
        for (axes @ [_, cols], first, taps) in phases() {
            let to = &mut packed[packed_len::<R>(group_c, first)..];
            for_panels(along, [group_c, taps], to, |c, t, x| {
                let (place, oc) = (t / per_group, g * per_group + t % per_group);
                let (ky, kx) = (axes[0].weight_of(place / cols.taps), cols.weight_of(place % cols.taps));
                *x = weight[((oc * group_c + c) * kh + ky) * kw + kx];
            });
        }
        for n in 0..p.input[0] {
            let image = images.get(part(grad_out, p.output, [n, g], p.groups));
            for (axes, first, taps) in phases() {
                let (offsets, weights) = (&offsets[first..first + taps], &packed[packed_len::<R>(group_c, first)..]);
                let (depth, channels, out) = (per_group, group_c, [w, h * w]);
                Pass { axes, image, depth, offsets, weights, channels, along, out, write }.run(part_mut(
                    grad_input,
                    p.input,
                    [n, g],
                    p.groups,
                ));
            }
        }
    }
}

/// grad_weight = or += sum over n, oh, ow of every grad_out times the input that led to it; dims as in [`conv2d`].
#[track_caller]
pub fn conv2d_backward_weight<R: Real>(
    p: &Conv2d,
    input: &[R],
    grad_out: &[R],
    grad_weight: &mut [R],
    write: Write,
    scratch: &mut [R],
) {
    p.check("conv2d_backward_weight", [input, grad_weight, grad_out], scratch);
    if p.is_direct::<R>() {
        return direct::backward_weight(p, input, grad_out, grad_weight, write);
    }
    let [out_c, group_c, kh, kw] = p.weight;
    let (per_group, taps, axes) = (out_c / p.groups, group_c * kh * kw, p.on_input());
    let along = Along::Channels;
    let (offsets, scratch) = scratch.split_at_mut(taps);
    let (sums, scratch) = scratch.split_at_mut(packed_len::<R>(per_group, taps));
    let (turned, scratch) = scratch.split_at_mut(TURNED);
    let offsets = as_offsets(offsets);
    let image_along = Gather::<R>::image_along(axes, group_c, per_group);
    write_offsets::<R>(axes, group_c, image_along, offsets);
    let mut images = Images::new(axes, group_c, image_along, scratch);
    for g in 0..p.groups {
        let grads = &mut grad_weight[g * per_group * taps..][..per_group * taps];
        // Panels hold taps as (kh, kw, c), the weight as (c, kh, kw).
        let place = |o: usize, t: usize| (o * group_c + t % group_c) * kh * kw + t / group_c;
        for_panels(along, [per_group, taps], sums, |o, t, sum| {
            *sum = if write == Write::Set { R::ZERO } else { grads[place(o, t)] };
        });
        for n in 0..p.input[0] {
            let image = images.get(part(input, p.input, [n, g], p.groups));
            let grads = part(grad_out, p.output, [n, g], p.groups);
            Gather { axes, image, image_along, offsets, grads, channels: per_group }.run(sums, turned);
        }
        for_panels(along, [per_group, taps], sums, |o, t, sum| grads[place(o, t)] = *sum);
    }
}

/// Image `n`'s channels of group `g` out of `[n, c, h, w]`.
fn part<R>(x: &[R], [_, c, h, w]: [usize; 4], [n, g]: [usize; 2], groups: usize) -> &[R] {
    let len = c / groups * h * w;
    &x[(n * groups + g) * len..][..len]
}

/// [`part`], to write to.
fn part_mut<R>(x: &mut [R], [_, c, h, w]: [usize; 4], [n, g]: [usize; 2], groups: usize) -> &mut [R] {
    let len = c / groups * h * w;
    &mut x[(n * groups + g) * len..][..len]
}
