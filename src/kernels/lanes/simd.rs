//! Lanes in a wasm `v128` (fixed-width simd128, never relaxed).
//!
//! Not compiled unless the build has `target_feature = "simd128"`: intrinsics without it become slow calls.

use super::{Float32, Lanes, MAX_LANES};
use crate::kernels::elementary;
use core::arch::wasm32::*;
use core::ops::{Add, Div, Mul, Neg, Sub};

macro_rules! lanes {
    ($lanes:ident, $scalar:ident, $count:literal, $doc:literal,
     $splat:ident $add:ident $sub:ident $mul:ident $div:ident $neg:ident $abs:ident $sqrt:ident
     $max:ident $min:ident $pmin:ident $pmax:ident $lt:ident $le:ident $transpose:ident $unzip:ident $store_whole:ident,
     { $($method:ident => $f:expr),* }) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $lanes(v128);

        impl Add for $lanes {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self($add(self.0, other.0))
            }
        }
        impl Sub for $lanes {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self($sub(self.0, other.0))
            }
        }
        impl Mul for $lanes {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self($mul(self.0, other.0))
            }
        }
        impl Div for $lanes {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self($div(self.0, other.0))
            }
        }
        impl Neg for $lanes {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self($neg(self.0))
            }
        }

        impl Lanes for $lanes {
            type Scalar = $scalar;
            const COUNT: usize = $count;

            #[inline(always)]
            fn splat(x: $scalar) -> Self {
                Self($splat(x))
            }
            #[inline(always)]
            fn load(from: &[$scalar]) -> Self {
                let from = &from[..$count];
                // SAFETY: the line above has checked that 16 bytes can be read; v128.load needs no alignment.
                Self(unsafe { v128_load(from.as_ptr().cast()) })
            }
            #[inline(always)]
            fn store(self, to: &mut [$scalar]) {
                let to = &mut to[..$count];
                // SAFETY: the line above has checked that 16 bytes can be written; v128.store needs no alignment.
                unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
            }
            #[inline(always)]
            unsafe fn load_raw(from: *const $scalar) -> Self {
                // SAFETY: the caller's duty is this one; v128.load needs no alignment.
                Self(unsafe { v128_load(from.cast()) })
            }
            #[inline(always)]
            unsafe fn store_raw(self, to: *mut $scalar) {
                // SAFETY: the caller's duty is this one; v128.store needs no alignment.
                unsafe { v128_store(to.cast(), self.0) }
            }
            #[inline(always)]
            fn store_whole(self, to: &mut [u32]) {
                $store_whole(self.0, to);
            }
            #[inline(always)]
            fn lane(self, index: usize) -> $scalar {
                let mut lanes = [0.0; $count];
                self.store(&mut lanes);
                lanes[index]
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self($abs(self.0))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self($sqrt(self.0))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self($max(self.0, other.0))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self($min(self.0, other.0))
            }
            // One instruction each; pmin(a, b) is b < a ? b : a.
            #[inline(always)]
            fn at_most(self, bound: Self) -> Self {
                Self($pmin(self.0, bound.0))
            }
            #[inline(always)]
            fn at_least(self, bound: Self) -> Self {
                Self($pmax(self.0, bound.0))
            }
            #[inline(always)]
            fn select_lt(a: Self, b: Self, yes: Self, no: Self) -> Self {
                Self(v128_bitselect(yes.0, no.0, $lt(a.0, b.0)))
            }
            #[inline(always)]
            fn select_le(a: Self, b: Self, yes: Self, no: Self) -> Self {
                Self(v128_bitselect(yes.0, no.0, $le(a.0, b.0)))
            }
            #[inline(always)]
            fn transpose(rows: [Self; MAX_LANES]) -> [Self; MAX_LANES] {
                $transpose(rows.map(|row| row.0)).map(Self)
            }
            #[inline(always)]
            fn unzip(a: Self, b: Self) -> (Self, Self) {
                let (even, odd) = $unzip(a.0, b.0);
                (Self(even), Self(odd))
            }
            $(#[inline]
            fn $method(self) -> Self {
                $f(self)
            })*
        }
    };
}

lanes!(F32x4, f32, 4, "Four f32 in a v128.",
    f32x4_splat f32x4_add f32x4_sub f32x4_mul f32x4_div f32x4_neg f32x4_abs f32x4_sqrt
    f32x4_max f32x4_min f32x4_pmin f32x4_pmax f32x4_lt f32x4_le transpose4 unzip4 store_whole4,
    { exp => elementary::exp, ln => elementary::ln, tanh => elementary::tanh, sigmoid => elementary::sigmoid,
    normal_cdf => elementary::normal_cdf });
lanes!(F64x2, f64, 2, "Two f64 in a v128.",
    f64x2_splat f64x2_add f64x2_sub f64x2_mul f64x2_div f64x2_neg f64x2_abs f64x2_sqrt
    f64x2_max f64x2_min f64x2_pmin f64x2_pmax f64x2_lt f64x2_le transpose2 unzip2 store_whole2,
    { exp => |x: Self| x.each(super::Real::exp), ln => |x: Self| x.each(super::Real::ln),
      tanh => |x: Self| x.each(super::Real::tanh), sigmoid => |x: Self| x.each(super::Real::sigmoid),
    normal_cdf => |x: Self| x.each(super::Real::normal_cdf) });

/// Four rows of four: pairs of rows interleaved, then their halves.
#[inline(always)]
fn transpose4([a, b, c, d]: [v128; MAX_LANES]) -> [v128; MAX_LANES] {
    let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (cd_low, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        i64x2_shuffle::<0, 2>(ab_low, cd_low),
        i64x2_shuffle::<1, 3>(ab_low, cd_low),
        i64x2_shuffle::<0, 2>(ab_high, cd_high),
        i64x2_shuffle::<1, 3>(ab_high, cd_high),
    ]
}

#[inline(always)]
fn unzip4(a: v128, b: v128) -> (v128, v128) {
    (i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b))
}

#[inline(always)]
fn unzip2(a: v128, b: v128) -> (v128, v128) {
    (i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b))
}

/// 2^23 added, a whole number stands in the low bits.
#[inline(always)]
fn store_whole4(x: v128, to: &mut [u32]) {
    let magic = f32x4_splat(8_388_608.0);
    let (to, whole) = (&mut to[..4], u32x4_sub(f32x4_add(x, magic), magic));
    // SAFETY: the line above has checked that 16 bytes can be written; v128.store needs no alignment.
    unsafe { v128_store(to.as_mut_ptr().cast(), whole) }
}

#[inline(always)]
fn store_whole2(x: v128, to: &mut [u32]) {
    to[0] = f64x2_extract_lane::<0>(x) as u32;
    to[1] = f64x2_extract_lane::<1>(x) as u32;
}

/// Two rows of two; the others stay.
#[inline(always)]
fn transpose2([a, b, c, d]: [v128; MAX_LANES]) -> [v128; MAX_LANES] {
    [i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b), c, d]
}

impl Float32 for F32x4 {
    /// Read from memory, which takes V8 one instruction; a constant in the code takes it three, each time.
    #[inline(always)]
    fn constant(x: &'static f32) -> Self {
        // SAFETY: a reference. Volatile, so that the compiler does not write the constant into the code.
        Self::splat(unsafe { core::ptr::read_volatile(x) })
    }

    #[inline(always)]
    fn exp2_of_magic(t: Self) -> Self {
        // 127 is added where it ends up, as the bits of 1.
        Self(u32x4_add(u32x4_shl(t.0, 23), Self::constant(&1.0).0))
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let shifted = u32x4_add(self.0, u32x4_splat(elementary::ONE_BITS - elementary::SQRT_HALF_BITS));
        let fraction = v128_and(shifted, u32x4_splat(0x007f_ffff));
        let m = u32x4_add(fraction, u32x4_splat(elementary::SQRT_HALF_BITS));
        let e = f32x4_convert_i32x4(i32x4_sub(i32x4_shr(shifted, 23), i32x4_splat(127)));
        (Self(m), Self(e))
    }
}
