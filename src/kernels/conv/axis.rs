//! Windows along one direction of an image: where their taps stand, and which of them stand on pixels at all.
//!
//! Not the two directions together, and no channels: rows and columns are two of these. The same numbers describe the
//! windows of a convolution on its input, and those of its input's gradient on the gradient of the output.

use crate::kernels::window::Window;

/// Windows along one direction. Places are counted in the frame: the image with the zeros around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// How many windows there are.
    pub windows: usize,
    /// How far apart they are.
    pub stride: usize,
    /// How many taps a window has.
    pub taps: usize,
    /// Where tap 0 of window 0 stands.
    pub first: usize,
    /// How far apart taps are.
    pub apart: usize,
    /// Which place of the weight tap 0 is, and how far the next one is from it.
    pub weight: [isize; 2],
    /// Where the image begins.
    pub begin: usize,
    /// How many pixels it has.
    pub size: usize,
    /// How many places the frame has.
    pub frame: usize,
    /// Where the result of window 0 goes, and how far the next one's is from it.
    pub out: [usize; 2],
}

impl Axis {
    /// The windows of a convolution on `size` pixels of its input, `outputs` of them, along direction `d`.
    pub(super) fn forward(window: &Window, d: usize, size: usize, outputs: usize) -> Self {
        let begin = window.padding[d];
        // Only as far as windows reach: a stride may leave the last pixels of the padding out.
        let reach = (outputs - 1) * window.stride[d] + window.extent()[d];
        Axis {
            windows: outputs,
            stride: window.stride[d],
            taps: window.kernel[d],
            first: 0,
            apart: window.dilation[d],
            weight: [0, 1],
            begin,
            size,
            frame: reach.max(begin + size),
            out: [0, 1],
        }
    }

    /// The windows of the input's gradient on `outputs` elements of the output's, for the pixels `phase`,
    /// `phase + stride`, ... of the input's `size` along direction `d`.
    ///
    /// Pixel s i + phase was under tap k of output o where s o = s i + phase + padding - dilation k. Not every k gives
    /// a whole o; those that do are the taps here, the largest k and so the smallest o first.
    pub(super) fn backward(window: &Window, d: usize, size: usize, outputs: usize, phase: usize) -> Self {
        let Window { kernel, stride, padding, dilation } = *window;
        let (kernel, stride, padding, dilation) = (kernel[d], stride[d], padding[d], dilation[d]);
        // The frame is that of all phases, so that they share one copy of the image.
        let begin = (dilation * (kernel - 1)).saturating_sub(padding).div_ceil(stride);
        let last = (size.max(1) - 1 + padding) / stride;
        let place = |k: usize| begin * stride + phase + padding - dilation * k;
        let mut on_outputs = (0..kernel).rev().filter(|&k| place(k).is_multiple_of(stride));
        let largest = on_outputs.next();
        let next = on_outputs.next();
        let k = largest.unwrap_or(0);
        let (apart, down) = next.map_or((1, 0), |next| ((place(next) - place(k)) / stride, k - next));
        Axis {
            windows: size.saturating_sub(phase).div_ceil(stride),
            stride: 1,
            taps: largest.map_or(0, |k| k.checked_div(down).unwrap_or(0) + 1),
            first: place(k) / stride,
            apart,
            weight: [k as isize, -(down as isize)],
            begin,
            size: outputs,
            frame: begin + (last + 1).max(outputs),
            out: [phase, stride],
        }
    }

    /// The place of the weight that tap `tap` is.
    pub(super) fn weight_of(&self, tap: usize) -> usize {
        (self.weight[0] + tap as isize * self.weight[1]) as usize
    }

    /// Where in the frame window `window`'s tap `tap` stands.
    #[inline(always)]
    pub(super) fn place(&self, window: usize, tap: usize) -> usize {
        window * self.stride + self.first + tap * self.apart
    }

    /// The taps from the first to after the last that stand on a pixel in any of `count` windows from `window` on: on zeros only,
    /// the others add nothing.
    #[inline(always)]
    pub(super) fn on_pixels(&self, window: usize, count: usize) -> (usize, usize) {
        let low = self.begin.saturating_sub(self.place(window + count - 1, 0)).div_ceil(self.apart);
        let high = (self.begin + self.size).saturating_sub(self.place(window, 0)).div_ceil(self.apart);
        (low.min(self.taps), high.min(self.taps).max(low.min(self.taps)))
    }
}
