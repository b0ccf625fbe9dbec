//! The loops: slices in, slices out, generic over the vector.
//!
//! Not tensors: nothing here knows a shape beyond the sizes that it is told, and nothing allocates (but [`buffer`], whose arrays
//! the callers keep their numbers in). A kernel that needs working space takes the caller's `scratch`, and a `*_scratch` function says how long that must be.
//!
//! # The same bits everywhere
//! Each kernel is written once over [`Lanes`](lanes::Lanes): four f32 or two f64, as `v128` in the simd build of the page
//! and as a plain array everywhere else. Every operation of a lane is an exact IEEE 754 one or is made of such, a product
//! is rounded before it is added (never a fused multiply-add), and every sum has a stated order. So a native test, the
//! portable build and the simd build agree bit for bit. What is not promised is *which* NaN comes out: WebAssembly leaves
//! the sign and payload of a NaN open, so [`digest`](digest::digest) counts all of them as one.
//!
//! # Conventions
//! - Slices are contiguous and row-major; images are NCHW. Sizes are checked on entry, and a wrong one panics with both numbers.
//! - A kernel either sets its output or adds to it, as its [`Write`] argument says: a gradient that is the first to
//!   reach a buffer sets, the others accumulate.
//! - `[outer, axis, inner]` describes a row-major array seen from one axis: `outer` is the product of the dims before
//!   it and `inner` of those after it.
//! - Indices are `u32`.

pub mod attention;
#[cfg(feature = "full")]
pub mod buffer;
pub mod conv;
pub mod digest;
mod elementary;
pub mod lanes;
pub mod map;
pub mod matmul;
pub mod norm;
pub mod pool;
pub mod reduce;
pub mod softmax;
pub mod window;
pub mod zip;

#[cfg(feature = "full")]
pub use buffer::Buffer;
pub use lanes::{Lanes, Real};

/// An array that grows: in the light build a vector.
#[cfg(not(feature = "full"))]
pub type Buffer<T> = Vec<T>;

/// What a kernel does with its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// `out = result`; what stood there does not matter, not even a NaN.
    Set,
    /// `out = out + result`.
    Accumulate,
}

/// Panics unless a slice has the length that the sizes of the call say.
#[track_caller]
fn expect_len(kernel: &str, name: &str, given: usize, wanted: usize) {
    assert!(given == wanted, "{kernel}: {name} has {given} elements, and the sizes say {wanted}");
}
