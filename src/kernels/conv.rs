//! Two-dimensional convolution (cross-correlation, as every framework has it): forward and both gradients.
//!
//! Not the bias, which is [`zip_axis`](super::zip::zip_axis) forward and [`sum_around`](super::reduce::sum_around) backward.
//! Images are `[n, c, h, w]`, weights `[out_c, c / groups, kh, kw]`, results `[n, out_c, oh, ow]`.
//!
//! # The order of a sum
//! Each output is one chain over c, then kh, then kw; each input gradient one over out_c, kh, kw; each weight
//! gradient one over n, oh, ow; from 0 or, with [`Write::Accumulate`], from what stands in the output. Padding is a
//! pixel of 0 like any other: with an infinite weight it gives NaN.

mod gather;

use super::window::{Window, WindowError};
use super::{Lanes, Real, Write, expect_len};
use core::fmt;
pub use gather::Along;
use gather::{Grid, Pass, Taps};

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
        let ([out_c, group_c, kh, kw], slack) = (self.weight, gather::SLACK * R::Lanes::COUNT);
        let per_group = out_c / self.groups;
        let (forward, backward) = (group_c * kh * kw, per_group * kh * kw);
        // Offsets, weights and image; then offsets, places, weights and image; then turned gradients.
        let forward =
            forward + gather::packed_len::<R>(per_group, forward) + self.padded_input().plane * group_c + slack;
        let backward =
            2 * backward + gather::packed_len::<R>(group_c, backward) + self.padded_grad().plane * per_group + slack;
        forward.max(backward) + gather::TURNED
    }

    /// offsets[t] = how far tap t = (c, kh, kw) is from the first one of its window.
    fn input_taps(&self, frame: Frame, offsets: &mut [u32]) {
        let ([_, _, kh, kw], dilation) = (self.weight, self.window.dilation);
        for (t, offset) in offsets.iter_mut().enumerate() {
            let (c, ky, kx) = (t / (kh * kw), t / kw % kh, t % kw);
            *offset = (c * frame.plane + ky * dilation[0] * frame.row + kx * dilation[1]) as u32;
        }
    }

    /// For the input's pixels s i + `phase`: offsets[t] = how far the output under tap t = (out_c, kh, kw) is from output i
    /// in the frame, and places[t] = where the tap's weight stands for the first channel. Returns how many taps there are:
    /// the others stand on no output.
    fn grad_taps(&self, frame: Frame, phase: [usize; 2], offsets: &mut [u32], places: &mut [u32]) -> usize {
        let [out_c, group_c, kh, kw] = self.weight;
        let row_of = |d: usize, tap: usize| self.place_of_tap(frame, d, phase[d], tap);
        let mut count = 0;
        for oc in 0..out_c / self.groups {
            for (ky, y) in (0..kh).filter_map(|ky| Some((ky, row_of(0, ky)?))) {
                for (kx, x) in (0..kw).filter_map(|kx| Some((kx, row_of(1, kx)?))) {
                    offsets[count] = (oc * frame.plane + y * frame.row + x) as u32;
                    places[count] = ((oc * group_c * kh + ky) * kw + kx) as u32;
                    count += 1;
                }
            }
        }
        count
    }

    /// Where in the frame the output stands whose tap `tap` is on pixel `phase` along direction `d`, if there is one.
    fn place_of_tap(&self, frame: Frame, d: usize, phase: usize, tap: usize) -> Option<usize> {
        let Window { padding, stride, dilation, .. } = self.window;
        let moved = phase + padding[d] + frame.before[d] * stride[d] - tap * dilation[d];
        moved.is_multiple_of(stride[d]).then_some(moved / stride[d])
    }

    /// How many places of the window are taps of a phase.
    fn phase_taps(&self, frame: Frame, phase: [usize; 2]) -> usize {
        let along = |d: usize| {
            (0..self.window.kernel[d]).filter(|&tap| self.place_of_tap(frame, d, phase[d], tap).is_some()).count()
        };
        along(0) * along(1)
    }

    /// The windows on the input, and their results in a plane of the output.
    fn windows(&self, frame: Frame) -> Grid {
        let ([_, _, oh, ow], [vertical, horizontal]) = (self.output, self.window.stride);
        let image = [vertical * frame.row, horizontal];
        Grid { size: [oh, ow], image, first: 0, out: [ow, 1], plane: oh * ow }
    }

    /// The outputs that reach the input's pixels s i + `phase`, and where these are in a plane of the input.
    fn outputs(&self, frame: Frame, phase: [usize; 2]) -> Grid {
        let ([_, _, h, w], [vertical, horizontal]) = (self.input, self.window.stride);
        let size = [h.saturating_sub(phase[0]).div_ceil(vertical), w.saturating_sub(phase[1]).div_ceil(horizontal)];
        let out = [vertical * w, horizontal];
        Grid { size, image: [frame.row, 1], first: phase[0] * w + phase[1], out, plane: h * w }
    }

    /// What the lanes run along when results have `channels` channels a group and windows stand `stride` apart.
    ///
    /// Lanes along pixels want windows side by side, and a tile of its 8 vectors takes 1 to 3 channels; lanes along channels
    /// waste what is missing to 4.
    fn along<R: Real>(channels: usize, stride: usize) -> Along {
        if channels < 4.min(R::Lanes::COUNT) && stride == 1 { Along::Pixels } else { Along::Channels }
    }

    /// The input with its padding.
    fn padded_input(&self) -> Frame {
        let ([_, c, h, w], [_, _, oh, ow], window) = (self.input, self.output, self.window);
        let (pad, extent) = (window.padding, window.extent());
        // Only as far as windows reach: a stride may leave the last pixels out.
        let reach = |d: usize, outputs: usize| (outputs - 1) * window.stride[d] + extent[d];
        let after = [0, 1].map(|d| reach(d, [oh, ow][d]).saturating_sub(pad[d] + [h, w][d]));
        Frame::new([h, w], pad, after, c / self.groups)
    }

    /// The gradient of the output with the zeros around it that the windows of the input's gradient reach.
    fn padded_grad(&self) -> Frame {
        let ([_, out_c, oh, ow], [_, _, h, w], window) = (self.output, self.input, self.window);
        let extent = window.extent();
        let before = [0, 1].map(|d| (extent[d] - 1).saturating_sub(window.padding[d]).div_ceil(window.stride[d]));
        let after = [0, 1].map(|d| {
            let last = ([h, w][d].max(1) - 1 + window.padding[d]) / window.stride[d];
            (last + 1).saturating_sub([oh, ow][d])
        });
        Frame::new([oh, ow], before, after, out_c / self.groups)
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

/// An image with zeros around it.
#[derive(Clone, Copy)]
struct Frame {
    /// h, w of the image.
    image: [usize; 2],
    /// Rows above, columns to the left.
    before: [usize; 2],
    /// Elements of a row.
    row: usize,
    /// Elements of a plane.
    plane: usize,
    /// The image as it stands will do.
    plain: bool,
}

impl Frame {
    fn new(image: [usize; 2], before: [usize; 2], after: [usize; 2], channels: usize) -> Self {
        let row = before[1] + image[1] + after[1];
        let area = row * (before[0] + image[0] + after[0]);
        // Planes at multiples of 1 KB fall on the same few places of the cache: set them apart by an odd number of lines.
        let crowded = channels >= 8 && area.is_multiple_of(256);
        let plane = if crowded { area + 16 } else { area };
        let plain = !crowded && before == [0, 0] && after == [0, 0];
        Frame { image, before, row, plane, plain }
    }
}

/// Images in their frames, one after another in the same place; or as they are, where they need no frame.
struct Images<'a, R> {
    frame: Frame,
    /// Empty where no copy is needed.
    framed: &'a mut [R],
}

impl<'a, R: Real> Images<'a, R> {
    fn new(frame: Frame, channels: usize, along: Along, scratch: &'a mut [R]) -> Self {
        let plain = frame.plain && along == Along::Channels;
        let len = if plain { 0 } else { frame.plane * channels + gather::SLACK * R::Lanes::COUNT };
        let framed = &mut scratch[..len];
        framed.fill(R::ZERO);
        Images { frame, framed }
    }

    /// The planes of `from`, framed.
    fn get<'b>(&'b mut self, from: &'b [R]) -> &'b [R] {
        if self.framed.is_empty() {
            return from;
        }
        let Frame { image: [h, w], before, row, plane, .. } = self.frame;
        for (to, from) in self.framed.chunks_mut(plane).zip(from.chunks_exact((h * w).max(1))) {
            for (y, from) in from.chunks_exact(w).enumerate() {
                to[(before[0] + y) * row + before[1]..][..w].copy_from_slice(from);
            }
        }
        self.framed
    }
}

/// Memory for whole numbers out of memory for floats.
fn as_offsets<R: Real>(scratch: &mut [R]) -> &mut [u32] {
    // SAFETY: f32 and f64 are at least as large and as aligned as u32, every bit pattern is a valid one of either, and
    // the borrow of the floats lasts as long as that of the numbers.
    unsafe { core::slice::from_raw_parts_mut(scratch.as_mut_ptr().cast(), scratch.len()) }
}

/// out[n, oc, y, x] = or += sum over c, kh, kw of input[n, c, y s + kh d - p, x s + kw d - p] * weight[oc, c, kh, kw].
#[track_caller]
pub fn conv2d<R: Real>(p: &Conv2d, input: &[R], weight: &[R], out: &mut [R], write: Write, scratch: &mut [R]) {
    p.check("conv2d", [input, weight, out], scratch);
    let [out_c, group_c, kh, kw] = p.weight;
    let (per_group, frame) = (out_c / p.groups, p.padded_input());
    let taps = group_c * kh * kw;
    if taps == 0 {
        return if write == Write::Set {
            out.fill(R::ZERO)
        };
    }
    let along = Conv2d::along::<R>(per_group, p.window.stride[1]);
    let (offsets, scratch) = scratch.split_at_mut(taps);
    let (packed, scratch) = scratch.split_at_mut(gather::packed_len::<R>(per_group, taps));
    let offsets = as_offsets(offsets);
    p.input_taps(frame, offsets);
    let (taps_of, grid) = (Taps::new(offsets), p.windows(frame));
    let mut images = Images::new(frame, group_c, along, scratch);
    for g in 0..p.groups {
        let weight = &weight[g * per_group * taps..][..per_group * taps];
        gather::pack_weights([per_group, taps], along, |o, t| weight[o * taps + t], packed);
        for n in 0..p.input[0] {
            let image = images.get(part(input, p.input, n, g, p.groups));
            let pass = Pass { grid, taps: taps_of, image, weights: packed, channels: per_group, along, write };
            pass.run(part_mut(out, p.output, n, g, p.groups));
        }
    }
}

/// grad_input = or += every grad_out times the weight that led to it; dims as in [`conv2d`].
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
    let ([out_c, group_c, kh, kw], stride) = (p.weight, p.window.stride);
    let (per_group, frame) = (out_c / p.groups, p.padded_grad());
    let taps = per_group * kh * kw;
    if taps == 0 {
        return if write == Write::Set {
            grad_input.fill(R::ZERO)
        };
    }
    let along = Conv2d::along::<R>(group_c, stride[1]);
    let (offsets, scratch) = scratch.split_at_mut(taps);
    let (places, scratch) = scratch.split_at_mut(taps);
    let (packed, scratch) = scratch.split_at_mut(gather::packed_len::<R>(group_c, taps));
    let (offsets, places) = (as_offsets(offsets), as_offsets(places));
    let mut images = Images::new(frame, per_group, along, scratch);
    for g in 0..p.groups {
        let weight = &weight[g * taps * group_c..][..taps * group_c];
        // A place in the window is a tap of one phase, so that all phases together need the room of one window.
        let mut first = 0;
        for phase in phases(stride) {
            let count = p.grad_taps(frame, phase, &mut offsets[first..], &mut places[first..]);
            let places = &places[first..first + count];
            let place = |c: usize, t: usize| weight[places[t] as usize + c * kh * kw];
            let to = &mut packed[gather::packed_len::<R>(group_c, first)..];
            gather::pack_weights([group_c, count], along, place, to);
            first += count;
        }
        for n in 0..p.input[0] {
            let image = images.get(part(grad_out, p.output, n, g, p.groups));
            let to = part_mut(grad_input, p.input, n, g, p.groups);
            let mut first = 0;
            for phase in phases(stride) {
                let count = p.phase_taps(frame, phase) * per_group;
                let taps = Taps::new(&offsets[first..first + count]);
                let (grid, weights) = (p.outputs(frame, phase), &packed[gather::packed_len::<R>(group_c, first)..]);
                Pass { grid, taps, image, weights, channels: group_c, along, write }.run(to);
                first += count;
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
    scratch: &mut [R],
) {
    p.check("conv2d_backward_weight", [input, grad_weight, grad_out], scratch);
    let [out_c, group_c, kh, kw] = p.weight;
    let (per_group, frame) = (out_c / p.groups, p.padded_input());
    let taps = group_c * kh * kw;
    let (offsets, scratch) = scratch.split_at_mut(taps);
    let (sums, scratch) = scratch.split_at_mut(gather::packed_len::<R>(per_group, taps));
    let (turned, scratch) = scratch.split_at_mut(gather::TURNED);
    let offsets = as_offsets(offsets);
    p.input_taps(frame, offsets);
    let (taps_of, grid) = (Taps::new(offsets), p.windows(frame));
    let mut images = Images::new(frame, group_c, Along::Channels, scratch);
    for g in 0..p.groups {
        let grads = &mut grad_weight[g * per_group * taps..][..per_group * taps];
        let start = |o: usize, t: usize| if write == Write::Set { R::ZERO } else { grads[o * taps + t] };
        gather::pack_weights([per_group, taps], Along::Channels, start, sums);
        for n in 0..p.input[0] {
            let image = images.get(part(input, p.input, n, g, p.groups));
            gather::weight_pass(
                grid,
                taps_of,
                image,
                per_group,
                part(grad_out, p.output, n, g, p.groups),
                sums,
                turned,
            );
        }
        gather::unpack_weights([per_group, taps], sums, |o, t, sum| grads[o * taps + t] = sum);
    }
}

/// Image `n`'s channels of group `g` out of `[n, c, h, w]`.
fn part<R>(x: &[R], [_, c, h, w]: [usize; 4], n: usize, g: usize, groups: usize) -> &[R] {
    let len = c / groups * h * w;
    &x[(n * groups + g) * len..][..len]
}

/// [`part`], to write to.
fn part_mut<R>(x: &mut [R], [_, c, h, w]: [usize; 4], n: usize, g: usize, groups: usize) -> &mut [R] {
    let len = c / groups * h * w;
    &mut x[(n * groups + g) * len..][..len]
}

/// Every pair of remainders of the strides.
fn phases(stride: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..stride[0]).flat_map(move |y| (0..stride[1]).map(move |x| [y, x]))
}
