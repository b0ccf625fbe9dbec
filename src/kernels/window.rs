//! The geometry of a sliding window: what convolution and pooling share.
//!
//! Not the loops; it only answers where a window stands and how many of them there are.

use core::fmt;

/// A window that slides over an image. Every pair is [vertical, horizontal], in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// kh, kw: how many taps the window has.
    pub kernel: [usize; 2],
    /// How far it moves from one output to the next.
    pub stride: [usize; 2],
    /// How many pixels are imagined beyond each edge.
    pub padding: [usize; 2],
    /// How far apart its taps are; 1 is a window without holes.
    pub dilation: [usize; 2],
}

/// Why a window does not fit an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowError {
    /// A kernel, stride or dilation of 0.
    Zero {
        /// The window that has it.
        window: Window,
    },
    /// The window is larger than the padded image.
    TooLarge {
        /// h, w of the image.
        image: [usize; 2],
        /// The window that does not fit.
        window: Window,
    },
}

impl fmt::Display for WindowError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WindowError::Zero { window } => {
                write!(out, "window: kernel, stride and dilation are at least 1, given {window:?}")
            }
            WindowError::TooLarge { image: [h, w], window } => {
                let [eh, ew] = window.extent();
                let [ph, pw] = window.padding;
                write!(
                    out,
                    "window: it covers {eh}x{ew} pixels and the image with its padding has only {}x{}; \
                     take a smaller kernel or dilation, or more padding",
                    h + 2 * ph,
                    w + 2 * pw
                )
            }
        }
    }
}

impl core::error::Error for WindowError {}

impl Window {
    /// kh x kw, stride 1, no padding, no holes.
    pub const fn new(kh: usize, kw: usize) -> Self {
        Window { kernel: [kh, kw], stride: [1, 1], padding: [0, 0], dilation: [1, 1] }
    }

    /// With this stride.
    pub const fn stride(mut self, vertical: usize, horizontal: usize) -> Self {
        self.stride = [vertical, horizontal];
        self
    }

    /// With this padding on both sides.
    pub const fn padding(mut self, vertical: usize, horizontal: usize) -> Self {
        self.padding = [vertical, horizontal];
        self
    }

    /// With this dilation.
    pub const fn dilation(mut self, vertical: usize, horizontal: usize) -> Self {
        self.dilation = [vertical, horizontal];
        self
    }

    /// How many pixels the window covers, holes included: dilation * (kernel - 1) + 1.
    pub fn extent(&self) -> [usize; 2] {
        [0, 1].map(|d| self.dilation[d] * (self.kernel[d] - 1) + 1)
    }

    /// oh, ow for an image of `[h, w]`: floor((size + 2 padding - extent) / stride) + 1.
    pub fn output(&self, image: [usize; 2]) -> Result<[usize; 2], WindowError> {
        if self.kernel.contains(&0) || self.stride.contains(&0) || self.dilation.contains(&0) {
            return Err(WindowError::Zero { window: *self });
        }
        let extent = self.extent();
        let room = [0, 1].map(|d| image[d] + 2 * self.padding[d]);
        if extent[0] > room[0] || extent[1] > room[1] {
            return Err(WindowError::TooLarge { image, window: *self });
        }
        Ok([0, 1].map(|d| (room[d] - extent[d]) / self.stride[d] + 1))
    }

    /// The pixel under tap `tap` of output `at` along direction `d` (0 vertical, 1 horizontal) of an image `size` long;
    /// `None` in the padding.
    #[inline(always)]
    pub fn pixel(&self, d: usize, at: usize, tap: usize, size: usize) -> Option<usize> {
        let padded = at * self.stride[d] + tap * self.dilation[d];
        padded.checked_sub(self.padding[d]).filter(|&pixel| pixel < size)
    }

    /// The output along direction `d` whose tap `tap` stands on `pixel`; `None` where that is none of the `size` outputs.
    #[inline(always)]
    pub fn output_under(&self, d: usize, pixel: usize, tap: usize, size: usize) -> Option<usize> {
        let moved = (pixel + self.padding[d]).checked_sub(tap * self.dilation[d])?;
        (moved.is_multiple_of(self.stride[d]) && moved / self.stride[d] < size).then_some(moved / self.stride[d])
    }
}
