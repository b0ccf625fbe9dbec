//! The scalar ([`Real`]: f32, f64) and the small vector ([`Lanes`]) that every kernel is written over.
//!
//! Not a general SIMD library: it has what the kernels use. f32 comes in lanes of 4 and f64 in lanes of 2, whatever the
//! machine: the count is part of the order of every sum. `portable` holds them in arrays, `simd` in a wasm `v128`; which
//! of the two is compiled in is a question of the build (`target_feature = "simd128"`), and the bits are the same.
//!
//! # NaN, signed zeros, denormals
//! - `max` and `min` are those of IEEE 754-2019: a NaN on either side gives NaN, and -0 is smaller than +0.
//! - `select_lt` and `select_le` compare as `<` and `<=` do: with a NaN the answer is "no".
//! - Denormals are kept, never flushed.
//!
//! # Elementary functions
//! Never the platform's, whose last bits differ from one machine to the next. f64 goes to the `libm` crate, lane by lane;
//! f32 has vector polynomials for the functions that training spends its time in (`elementary`), and `libm` for the rest.
//! A concrete `x.exp()` on an f32 or f64 calls the platform: in code that is not generic write `Real::exp(x)`.

mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd;

use super::elementary;
use core::fmt::{Debug, Display, LowerExp};
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

// The arrays in every build, so that a test can hold the vectors of this build against them.
pub use portable::{F32x4 as PortableF32x4, F64x2 as PortableF64x2};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use portable::{F32x4, F64x2};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{F32x4, F64x2};

/// The largest number of lanes of any [`Real`]: the length of a buffer that holds one vector.
pub const MAX_LANES: usize = 4;

/// Whether this build keeps its lanes in a wasm `v128`.
pub const SIMD: bool = cfg!(all(target_arch = "wasm32", target_feature = "simd128"));

/// A floating-point scalar: f32 for speed, f64 for proof.
pub trait Real:
    Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + LowerExp
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Send
    + Sync
    + 'static
{
    /// The vector of this scalar.
    type Lanes: Lanes<Scalar = Self>;

    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The largest finite number.
    const MAX: Self;
    /// +inf.
    const INFINITY: Self;
    /// -inf.
    const NEG_INFINITY: Self;
    /// A NaN.
    const NAN: Self;
    /// "f32" or "f64".
    const NAME: &'static str;
    /// Whether its loops are the plainest there are: f64 is for proof, and what makes f32 fast would only weigh something.
    const PLAIN: bool;

    /// The nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// The same number as an f64 (exact).
    fn to_f64(self) -> f64;
    /// The bits, in the low end; every NaN gives the same ones.
    fn to_bits64(self) -> u64;
    /// The nearest number of this type to a count.
    fn from_usize(n: usize) -> Self {
        Self::from_f64(n as f64)
    }

    /// |x|.
    fn abs(self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// The largest whole number that is not above x.
    fn floor(self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// NaN.
    fn is_nan(self) -> bool;
    /// The larger; NaN where either is NaN; -0 < +0.
    fn max(self, other: Self) -> Self;
    /// The smaller; NaN where either is NaN; -0 < +0.
    fn min(self, other: Self) -> Self;

    /// e^x.
    fn exp(self) -> Self;
    /// e^x - 1, exact for small x.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), exact for small x.
    fn ln_1p(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// 1 / (1 + e^-x), exact in both tails.
    fn sigmoid(self) -> Self;
    /// The normal distribution function: the chance that a standard normal number is below x.
    fn normal_cdf(self) -> Self;
    /// The sine; x in radians.
    fn sin(self) -> Self;
    /// The cosine; x in radians.
    fn cos(self) -> Self;
    /// x^y.
    fn pow(self, y: Self) -> Self;
}

/// A vector of [`Lanes::COUNT`] scalars. All operations work lane by lane.
pub trait Lanes:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The scalar in each lane.
    type Scalar: Real;
    /// How many lanes: 4 for f32, 2 for f64.
    const COUNT: usize;

    /// x in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// The first [`Lanes::COUNT`] elements of `from`; panics where there are fewer.
    fn load(from: &[Self::Scalar]) -> Self;
    /// Writes the first [`Lanes::COUNT`] elements of `to`; panics where there are fewer.
    fn store(self, to: &mut [Self::Scalar]);
    /// [`Lanes::load`] without a check.
    ///
    /// # Safety
    /// [`Lanes::COUNT`] elements can be read from `from`.
    unsafe fn load_raw(from: *const Self::Scalar) -> Self;
    /// [`Lanes::store`] without a check.
    ///
    /// # Safety
    /// [`Lanes::COUNT`] elements can be written at `to`.
    unsafe fn store_raw(self, to: *mut Self::Scalar);
    /// The lanes as whole numbers; they are whole and in 0..2^23. Panics where `to` has not room for all.
    fn store_whole(self, to: &mut [u32]);
    /// The lane at `index`.
    fn lane(self, index: usize) -> Self::Scalar;

    /// |x|.
    fn abs(self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// The larger; NaN where either is NaN; -0 < +0.
    fn max(self, other: Self) -> Self;
    /// The smaller; NaN where either is NaN; -0 < +0.
    fn min(self, other: Self) -> Self;
    /// `bound` in the lanes that are above it; NaN stays.
    fn at_most(self, bound: Self) -> Self;
    /// `bound` in the lanes that are below it; NaN stays.
    fn at_least(self, bound: Self) -> Self;
    /// `yes` in the lanes where a < b, else `no`.
    fn select_lt(a: Self, b: Self, yes: Self, no: Self) -> Self;
    /// `yes` in the lanes where a <= b, else `no`.
    fn select_le(a: Self, b: Self, yes: Self, no: Self) -> Self;

    /// Lane j of row i becomes lane i of row j, over the first [`Lanes::COUNT`] rows; the other rows stay.
    fn transpose(rows: [Self; MAX_LANES]) -> [Self; MAX_LANES];

    /// The lanes 0, 2, 4, ... of a followed by b, and the lanes 1, 3, 5, ...
    fn unzip(a: Self, b: Self) -> (Self, Self);

    /// e^x.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// 1 / (1 + e^-x).
    fn sigmoid(self) -> Self;
    /// The normal distribution function.
    fn normal_cdf(self) -> Self;

    /// `f` of every lane: for functions that have no vector form.
    fn each(self, f: impl Fn(Self::Scalar) -> Self::Scalar) -> Self {
        let mut lanes = [Self::Scalar::ZERO; MAX_LANES];
        for (index, lane) in lanes[..Self::COUNT].iter_mut().enumerate() {
            *lane = f(self.lane(index));
        }
        Self::load(&lanes)
    }

    /// Up to [`Lanes::COUNT`] elements of `from`, and `fill` in the lanes that are left.
    #[inline(always)]
    fn load_part(from: &[Self::Scalar], fill: Self::Scalar) -> Self {
        // Lane by lane: a copy of unknown length would become a call.
        let lanes: [_; MAX_LANES] = core::array::from_fn(|i| if i < from.len() { from[i] } else { fill });
        Self::load(&lanes)
    }

    /// Writes the first `to.len()` lanes, fewer than [`Lanes::COUNT`].
    #[inline(always)]
    fn store_part(self, to: &mut [Self::Scalar]) {
        match to {
            [] => {}
            [a] => *a = self.lane(0),
            [a, b] => (*a, *b) = (self.lane(0), self.lane(1)),
            [a, b, c, ..] => (*a, *b, *c) = (self.lane(0), self.lane(1), self.lane(2)),
        }
    }

    /// All lanes added, in the order (0 + 1) + (2 + 3).
    fn sum(self) -> Self::Scalar {
        let pair = |first| self.lane(first) + self.lane(first + 1);
        if Self::COUNT == 4 { pair(0) + pair(2) } else { pair(0) }
    }

    /// The largest lane; NaN where any lane is NaN.
    fn largest(self) -> Self::Scalar {
        (1..Self::COUNT).fold(self.lane(0), |largest, index| Real::max(largest, self.lane(index)))
    }
}

/// What the f32 polynomials need beyond arithmetic: the fields of the number.
pub(crate) trait Float32: Lanes<Scalar = f32> {
    /// `x` in all lanes.
    #[inline(always)]
    fn constant(x: &'static f32) -> Self {
        Self::splat(*x)
    }
    /// 2^n from t = 1.5 * 2^23 + n, for whole n in -126..=127.
    fn exp2_of_magic(t: Self) -> Self;
    /// x = m * 2^e with m in [sqrt(1/2), sqrt(2)); x positive and normal.
    fn split(self) -> (Self, Self);
}

macro_rules! real {
    ($name:literal, $scalar:ident, $lanes:ident, $exp:expr, $ln:expr, $tanh:expr, $sigmoid:expr, $normal_cdf:expr, {
        $($method:ident => $libm:ident),*
    }, $pow:ident) => {
        impl Real for $scalar {
            type Lanes = $lanes;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $scalar::EPSILON;
            const MAX: Self = $scalar::MAX;
            const INFINITY: Self = $scalar::INFINITY;
            const NEG_INFINITY: Self = $scalar::NEG_INFINITY;
            const NAN: Self = $scalar::NAN;
            const NAME: &'static str = $name;
            const PLAIN: bool = size_of::<$scalar>() == 8;

            fn from_f64(x: f64) -> Self {
                x as $scalar
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn to_bits64(self) -> u64 {
                u64::from(if $scalar::is_nan(self) { $scalar::NAN } else { self }.to_bits())
            }
            fn abs(self) -> Self {
                $scalar::abs(self)
            }
            fn sqrt(self) -> Self {
                $scalar::sqrt(self)
            }
            fn floor(self) -> Self {
                $scalar::floor(self)
            }
            fn is_finite(self) -> bool {
                $scalar::is_finite(self)
            }
            fn is_nan(self) -> bool {
                $scalar::is_nan(self)
            }
            fn max(self, other: Self) -> Self {
                portable::maximum!($scalar, self, other)
            }
            fn min(self, other: Self) -> Self {
                portable::minimum!($scalar, self, other)
            }
            fn exp(self) -> Self {
                $exp(self)
            }
            fn ln(self) -> Self {
                $ln(self)
            }
            fn tanh(self) -> Self {
                $tanh(self)
            }
            fn sigmoid(self) -> Self {
                $sigmoid(self)
            }
            fn normal_cdf(self) -> Self {
                $normal_cdf(self)
            }
            $(fn $method(self) -> Self {
                libm::$libm(self)
            })*
            fn pow(self, y: Self) -> Self {
                libm::$pow(self, y)
            }
        }
    };
}

// One lane of the vector function: the scalar and the vector can never differ.
fn one_lane(x: f32, f: impl Fn(F32x4) -> F32x4) -> f32 {
    f(F32x4::splat(x)).lane(0)
}

/// 1 / (1 + e^-x) by e = e^-|x|, which cannot overflow: e / (1 + e) keeps every bit of the left tail.
fn sigmoid64(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// By the complement of the error function, which keeps every bit of the left tail.
fn normal_cdf64(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

real!(
    "f32", f32, F32x4,
    |x| one_lane(x, elementary::exp),
    |x| one_lane(x, elementary::ln),
    |x| one_lane(x, elementary::tanh),
    |x| one_lane(x, elementary::sigmoid),
    |x| one_lane(x, elementary::normal_cdf),
    { exp_m1 => expm1f, ln_1p => log1pf, sin => sinf, cos => cosf },
    powf
);
real!(
    "f64", f64, F64x2, libm::exp, libm::log, libm::tanh, sigmoid64, normal_cdf64,
    { exp_m1 => expm1, ln_1p => log1p, sin => sin, cos => cos },
    pow
);
