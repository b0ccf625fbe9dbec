//! Lanes in plain arrays: every target, and the build of the page for browsers without simd.
//!
//! Not slower by much where the compiler finds the vector again; the point of it is that it gives the bits of `simd`.

use super::{Float32, Lanes, MAX_LANES};
use crate::kernels::elementary;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// The larger of two as IEEE 754-2019 `maximum`: NaN wins, -0 < +0.
macro_rules! maximum {
    ($scalar:ident, $a:expr, $b:expr) => {{
        let (a, b): ($scalar, $scalar) = ($a, $b);
        if a > b {
            a
        } else if b > a {
            b
        } else if a == b {
            // Equal: the same number, or zeros of both signs, of which +0 is the larger.
            $scalar::from_bits(a.to_bits() & b.to_bits())
        } else {
            a + b
        }
    }};
}
/// The smaller of two as IEEE 754-2019 `minimum`: NaN wins, -0 < +0.
macro_rules! minimum {
    ($scalar:ident, $a:expr, $b:expr) => {{
        let (a, b): ($scalar, $scalar) = ($a, $b);
        if a < b {
            a
        } else if b < a {
            b
        } else if a == b {
            $scalar::from_bits(a.to_bits() | b.to_bits())
        } else {
            a + b
        }
    }};
}
pub(super) use {maximum, minimum};

macro_rules! lanes {
    ($lanes:ident, $scalar:ident, $count:literal, $doc:literal, { $($method:ident => $f:expr),* }) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $lanes([$scalar; $count]);

        impl $lanes {
            #[inline(always)]
            fn pairs(self, other: Self, f: impl Fn($scalar, $scalar) -> $scalar) -> Self {
                Self(core::array::from_fn(|i| f(self.0[i], other.0[i])))
            }
        }

        impl Add for $lanes {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.pairs(other, |a, b| a + b)
            }
        }
        impl Sub for $lanes {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.pairs(other, |a, b| a - b)
            }
        }
        impl Mul for $lanes {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.pairs(other, |a, b| a * b)
            }
        }
        impl Div for $lanes {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self.pairs(other, |a, b| a / b)
            }
        }
        impl Neg for $lanes {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self(self.0.map(|x| -x))
            }
        }

        impl Lanes for $lanes {
            type Scalar = $scalar;
            const COUNT: usize = $count;

            #[inline(always)]
            fn splat(x: $scalar) -> Self {
                Self([x; $count])
            }
            #[inline(always)]
            fn load(from: &[$scalar]) -> Self {
                Self(core::array::from_fn(|i| from[..$count][i]))
            }
            #[inline(always)]
            fn store(self, to: &mut [$scalar]) {
                to[..$count].copy_from_slice(&self.0);
            }
            #[inline(always)]
            unsafe fn load_raw(from: *const $scalar) -> Self {
                // SAFETY: the caller's duty is this one; an array is aligned as its elements are.
                Self(unsafe { *from.cast::<[$scalar; $count]>() })
            }
            #[inline(always)]
            unsafe fn store_raw(self, to: *mut $scalar) {
                // SAFETY: the caller's duty is this one; an array is aligned as its elements are.
                unsafe { *to.cast::<[$scalar; $count]>() = self.0 }
            }
            #[inline(always)]
            fn store_whole(self, to: &mut [u32]) {
                to[..$count].copy_from_slice(&self.0.map(|x| x as u32));
            }
            #[inline(always)]
            fn lane(self, index: usize) -> $scalar {
                self.0[index]
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.map($scalar::abs))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map($scalar::sqrt))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.pairs(other, |a, b| maximum!($scalar, a, b))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.pairs(other, |a, b| minimum!($scalar, a, b))
            }
            #[inline(always)]
            fn at_most(self, bound: Self) -> Self {
                self.pairs(bound, |x, bound| if bound < x { bound } else { x })
            }
            #[inline(always)]
            fn at_least(self, bound: Self) -> Self {
                self.pairs(bound, |x, bound| if x < bound { bound } else { x })
            }
            #[inline(always)]
            fn select_lt(a: Self, b: Self, yes: Self, no: Self) -> Self {
                Self(core::array::from_fn(|i| if a.0[i] < b.0[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn select_le(a: Self, b: Self, yes: Self, no: Self) -> Self {
                Self(core::array::from_fn(|i| if a.0[i] <= b.0[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn transpose(rows: [Self; MAX_LANES]) -> [Self; MAX_LANES] {
                let mut turned = rows;
                for (i, row) in turned[..$count].iter_mut().enumerate() {
                    *row = Self(core::array::from_fn(|j| rows[j].0[i]));
                }
                turned
            }
            #[inline(always)]
            fn unzip(a: Self, b: Self) -> (Self, Self) {
                let lane = |i: usize| if i < $count { a.0[i] } else { b.0[i - $count] };
                (Self(core::array::from_fn(|i| lane(2 * i))), Self(core::array::from_fn(|i| lane(2 * i + 1))))
            }
            $(#[inline]
            fn $method(self) -> Self {
                $f(self)
            })*
        }
    };
}

lanes!(F32x4, f32, 4, "Four f32 in an array.", {
    exp => elementary::exp, ln => elementary::ln, tanh => elementary::tanh, sigmoid => elementary::sigmoid,
    normal_cdf => elementary::normal_cdf
});
lanes!(F64x2, f64, 2, "Two f64 in an array.", {
    exp => |x: Self| x.each(super::Real::exp), ln => |x: Self| x.each(super::Real::ln),
    tanh => |x: Self| x.each(super::Real::tanh), sigmoid => |x: Self| x.each(super::Real::sigmoid),
    normal_cdf => |x: Self| x.each(super::Real::normal_cdf)
});

impl Float32 for F32x4 {
    #[inline(always)]
    fn exp2_of_magic(t: Self) -> Self {
        Self(t.0.map(|t| f32::from_bits(t.to_bits().wrapping_add(127) << 23)))
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // Adding this moves sqrt(1/2) to the bottom of a binade, so that the exponent field is e and the rest m.
        let shifted = self.0.map(|x| x.to_bits().wrapping_add(elementary::ONE_BITS - elementary::SQRT_HALF_BITS));
        let m = shifted.map(|bits| f32::from_bits((bits & 0x007f_ffff) + elementary::SQRT_HALF_BITS));
        let e = shifted.map(|bits| ((bits as i32 >> 23) - 127) as f32);
        (Self(m), Self(e))
    }
}
