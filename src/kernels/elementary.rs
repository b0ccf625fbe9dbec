//! e^x, ln, tanh, sigmoid and the normal distribution function of f32 vectors, from exact operations only.
//!
//! Not the platform's functions, and not correctly rounded: each states its largest error in ulp (units in the last
//! place of the result), which `tests/kernels.rs` measures. The polynomials are those of Cephes (Moshier), which were
//! made for arithmetic without fused multiply-add; the reductions are Cody and Waite's, with constants split so that
//! the first product is exact.

#![allow(clippy::excessive_precision)] // The coefficients as published; the compiler rounds them to f32.

use super::lanes::Float32;

/// The bits of 1.0.
pub(crate) const ONE_BITS: u32 = 0x3f80_0000;
/// The bits of sqrt(1/2).
pub(crate) const SQRT_HALF_BITS: u32 = 0x3f35_04f3;

/// 1.5 * 2^23: adding it rounds to a whole number, which then stands in the low bits.
const MAGIC: f32 = 12_582_912.0;
const TWICE_SQRT_2: f32 = 2.0 * core::f32::consts::SQRT_2;
/// ln 2 in two parts; the first has 9 bits, so that its product with a whole number below 2^15 is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2 (Cephes `expf`).
const EXP: &[f32] = &[
    5.000_000_120_1e-1,
    1.666_666_545_9e-1,
    4.166_579_589_4e-2,
    8.333_451_907_3e-3,
    1.398_199_950_7e-3,
    1.987_569_150_0e-4,
];
/// (ln(1 + f) - f + f^2 / 2) / f^3 for 1 + f in [sqrt(1/2), sqrt(2)) (Cephes `logf`).
const LN: &[f32] = &[
    3.333_333_117_4e-1,
    -2.499_999_399_3e-1,
    2.000_071_476_5e-1,
    -1.666_805_766_5e-1,
    1.424_932_278_7e-1,
    -1.242_014_084_6e-1,
    1.167_699_874_0e-1,
    -1.151_461_031_0e-1,
    7.037_683_629_2e-2,
];
/// (tanh x - x) / x^3 as a polynomial in x^2, for |x| < 0.625 (Cephes `tanhf`).
const TANH: &[f32] =
    &[-3.333_328_194_22e-1, 1.333_144_220_36e-1, -5.373_971_555_31e-2, 2.063_908_879_54e-2, -5.704_988_727_45e-3];
/// erf(t) / t as a polynomial in t^2, for |t| < 1 (Cephes `erff`).
const ERF: &[f32] = &[
    1.128_379_165_726_71,
    -3.761_262_582_423_3e-1,
    1.128_358_514_861_418e-1,
    -2.685_381_193_529_856e-2,
    5.188_327_685_732_524e-3,
    -8.010_193_625_184_903e-4,
    7.853_861_353_153_693e-5,
];
/// t e^(t^2) erfc(t) as a polynomial in 1 / t^2, for t from 1 to 2 and from 2 on (Cephes `erfcf`).
const ERFC: [&[f32]; 2] = [
    &[
        5.638_259_427_386_472e-1,
        -2.741_127_028_184_656e-1,
        3.404_879_937_665_872e-1,
        -4.944_515_323_274_145e-1,
        6.210_004_621_745_983e-1,
        -5.824_733_027_278_666e-1,
        3.687_424_674_597_105e-1,
        -1.387_039_388_740_657e-1,
        2.326_819_970_068_386e-2,
    ],
    &[
        5.641_895_067_754_075e-1,
        -2.820_767_439_740_514e-1,
        4.218_463_358_204_948e-1,
        -1.015_265_279_202_7,
        2.921_019_019_210_786,
        -7.495_518_717_768_503,
        1.297_719_955_372_516e1,
        -1.047_766_399_936_249e1,
    ],
];

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
#[inline(always)]
fn polynomial<V: Float32>(x: V, c: &'static [f32]) -> V {
    let (last, rest) = c.split_last().expect("a polynomial has a coefficient");
    rest.iter().rev().fold(V::constant(last), |sum, c| sum * x + V::constant(c))
}

/// e^x. Error at most 1 ulp, denormal results included; e^-inf = 0, e^inf = inf, NaN stays NaN.
#[inline(always)]
pub(crate) fn exp<V: Float32>(x: V) -> V {
    // Past these the result is inf or 0 whatever the number, and n below would leave its range.
    let x = x.at_most(V::constant(&89.0)).at_least(V::constant(&-104.0));
    let (e, n) = reduced_exp(x);
    let n = n - V::constant(&MAGIC);
    // 2^n in two factors, because n runs from -150 to 129 and one factor only from -126 to 127.
    let half = n * V::constant(&0.5) + V::constant(&MAGIC);
    let rest = n - (half - V::constant(&MAGIC)) + V::constant(&MAGIC);
    e * V::exp2_of_magic(half) * V::exp2_of_magic(rest)
}

/// e^r and MAGIC + n where x = n ln 2 + r, |r| <= ln(2) / 2.
#[inline(always)]
fn reduced_exp<V: Float32>(x: V) -> (V, V) {
    let magic = x * V::constant(&core::f32::consts::LOG2_E) + V::constant(&MAGIC);
    let n = magic - V::constant(&MAGIC);
    let r = x - n * V::constant(&LN_2_HIGH) - n * V::constant(&LN_2_LOW);
    let p = polynomial(r, EXP);
    (p * (r * r) + r + V::constant(&1.0), magic)
}

/// ln x. Error at most 1 ulp, denormal x included; ln 0 = -inf, of a negative x NaN, ln inf = inf.
#[inline(always)]
pub(crate) fn ln<V: Float32>(x: V) -> V {
    let zero = V::splat(0.0);
    // A denormal has no exponent field to read: scale it up by 2^23 first.
    let tiny = V::constant(&f32::MIN_POSITIVE);
    let (m, e) = V::select_lt(x, tiny, x * V::constant(&8_388_608.0), x).split();
    let e = V::select_lt(x, tiny, e - V::constant(&23.0), e);
    let f = m - V::constant(&1.0);
    let p = polynomial(f, LN);
    let square = f * f;
    let small = p * (f * square) + e * V::constant(&LN_2_LOW) - V::constant(&0.5) * square;
    let y = f + small + e * V::constant(&LN_2_HIGH);
    let y = V::select_le(x, zero, V::constant(&f32::NEG_INFINITY), y);
    let y = V::select_lt(x, zero, V::constant(&f32::NAN), y);
    // +inf and NaN are their own answers.
    V::select_lt(x, V::constant(&f32::INFINITY), y, x)
}

/// tanh x. Error at most 2 ulp; exactly +-1 from |x| = 9.1 on.
#[inline(always)]
pub(crate) fn tanh<V: Float32>(x: V) -> V {
    let size = x.abs();
    let square = x * x;
    let p = polynomial(square, TANH);
    // As a factor, so that the zeros keep their signs.
    let near = x * (p * square + V::constant(&1.0));
    // e^(2 |x|), whose n is at most 27 where it counts: one factor is enough, and gives the bits of `exp`.
    let (e, n) = reduced_exp((size + size).at_most(V::constant(&18.4)));
    let far = V::constant(&1.0) - V::constant(&2.0) / (e * V::exp2_of_magic(n) + V::constant(&1.0));
    let far = V::select_lt(x, V::splat(0.0), -far, far);
    V::select_lt(size, V::constant(&0.625), near, far)
}

/// 1 / (1 + e^-x) by e = e^-|x|, which cannot overflow. Error at most 2.5 ulp, both tails included.
#[inline(always)]
pub(crate) fn sigmoid<V: Float32>(x: V) -> V {
    let one = V::constant(&1.0);
    let e = exp(-x.abs());
    V::select_lt(x, V::splat(0.0), e, one) / (one + e)
}

/// The normal distribution function Phi(x) = erfc(-x / sqrt 2) / 2. Error at most 12 ulp, the left tail included, and at most
/// 2 for x >= 0; 0 at -inf, 1 at inf, NaN stays NaN.
#[inline(always)]
pub(crate) fn normal_cdf<V: Float32>(x: V) -> V {
    let c = V::constant;
    // Past this the tail is 0, and the squares below would overflow.
    let size = x.abs().at_most(c(&14.5));
    let square = size * size;
    let t = x * c(&core::f32::consts::FRAC_1_SQRT_2);
    let near = c(&0.5) + c(&0.5) * (t * polynomial(c(&0.5) * square, ERF));
    // What rounding took from the square (Dekker): in the tail it would cost 50 ulp of e^(-x^2 / 2).
    let split = size * c(&4097.0);
    let high = split - (split - size);
    let low = size - high;
    let lost = high * high - square + c(&2.0) * high * low + low * low;
    let e = exp(c(&-0.5) * square);
    let e = e - e * (c(&0.5) * lost);
    let q = c(&core::f32::consts::SQRT_2) / size;
    let [middle, end] = ERFC.map(|c| polynomial(q * q, c));
    let tail = c(&0.5) * (e * (q * V::select_lt(size, c(&TWICE_SQRT_2), middle, end)));
    let far = V::select_lt(x, V::splat(0.0), tail, c(&1.0) - tail);
    V::select_lt(size, c(&core::f32::consts::SQRT_2), near, far)
}
