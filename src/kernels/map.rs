//! Element-wise functions of one argument, each beside its derivative.
//!
//! Not functions of two arguments (`zip`) nor of a row (`softmax`). The table is [`Map::visit`]: one line says what the
//! function is and the next what its backward pass computes; the loops below are the same for all.

use super::lanes::MAX_LANES;
use super::{Lanes, Real, Write, expect_len};
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// A function y = f(x) of one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Map {
    /// max(x, 0); derivative 0 at 0.
    Relu,
    /// x, or slope * x where x is not positive.
    LeakyRelu {
        /// The factor of the negative side.
        slope: f64,
    },
    /// x, or alpha * (e^x - 1) where x is not positive.
    Elu {
        /// The depth of the negative side.
        alpha: f64,
    },
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// x * Phi(x), Phi the normal distribution function (no approximation by tanh). In f32 within 17 ulp.
    Gelu,
    /// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): GPT-2's approximation of [`Map::Gelu`].
    GeluTanh,
    /// x * sigmoid(x), also called swish.
    Silu,
    /// ln(1 + e^x).
    Softplus,
    /// e^x.
    Exp,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
    /// x^2.
    Square,
    /// 1 / x.
    Recip,
    /// -x.
    Neg,
    /// |x|; derivative 0 at 0.
    Abs,
    /// The sine; x in radians.
    Sin,
    /// The cosine; x in radians.
    Cos,
    /// factor * x.
    Scale {
        /// The factor.
        factor: f64,
    },
    /// x + term.
    Shift {
        /// The term.
        term: f64,
    },
    /// x^exponent.
    Pow {
        /// The exponent.
        exponent: f64,
    },
    /// x kept within low..=high; the derivative is 1 within and on the bounds, else 0.
    Clamp {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

/// What the table is read for: the forward or the backward loop.
trait Visitor<V: Lanes> {
    /// `f(x)` is y; `df(x, y, g)` is g * dy/dx.
    fn rule(self, f: impl Fn(V) -> V, df: impl Fn(V, V, V) -> V);
}

impl Map {
    /// The table: f, and g * f'(x) beside it. `y` is f(x), for the rules that are shorter with it.
    fn visit<V: Lanes>(self, visitor: impl Visitor<V>) {
        let c = |x: f64| V::splat(V::Scalar::from_f64(x));
        let (zero, _half, one, two) = (c(0.0), c(0.5), c(1.0), c(2.0));
        match self {
            Map::Relu => visitor.rule(
                |x| V::select_le(x, zero, zero, x), //
                |x, _, g| V::select_le(x, zero, zero, g),
            ),
            Map::Sigmoid => visitor.rule(
                |x| x.sigmoid(), //
                |_, y, g| g * (y * (one - y)),
            ),
            Map::Tanh => visitor.rule(
                |x| x.tanh(), //
                |_, y, g| g * (one - y * y),
            ),
            Map::Exp => visitor.rule(
                |x| x.exp(), //
                |_, y, g| g * y,
            ),
            Map::Square => visitor.rule(
                |x| x * x, //
                |x, _, g| g * (two * x),
            ),
            Map::Scale { factor } => visitor.rule(
                |x| c(factor) * x, //
                |_, _, g| c(factor) * g,
            ),
            _ => self.visit_other(visitor),
        }
    }

    /// The table beyond what dense networks are made of.
    #[cfg(feature = "full")]
    fn visit_other<V: Lanes>(self, visitor: impl Visitor<V>) {
        let c = |x: f64| V::splat(V::Scalar::from_f64(x));
        let (zero, half, one, two) = (c(0.0), c(0.5), c(1.0), c(2.0));
        match self {
            Map::LeakyRelu { slope } => visitor
                .rule(|x| V::select_le(x, zero, c(slope) * x, x), |x, _, g| V::select_le(x, zero, c(slope) * g, g)),
            Map::Elu { alpha } => visitor.rule(
                |x| V::select_le(x, zero, c(alpha) * x.each(Real::exp_m1), x),
                |x, y, g| V::select_le(x, zero, g * (y + c(alpha)), g),
            ),
            Map::Gelu => visitor.rule(
                |x| x * x.normal_cdf(),
                |x, _, g| {
                    let phi = (-half * (x * x)).exp() * c(FRAC_1_SQRT_2 * FRAC_2_SQRT_PI * 0.5);
                    g * (x.normal_cdf() + x * phi)
                },
            ),
            Map::GeluTanh => visitor.rule(
                |x| half * x * (one + gelu_inner(x).tanh()),
                |x, _, g| {
                    let t = gelu_inner(x).tanh();
                    let slope = c(SQRT_2 * FRAC_2_SQRT_PI * 0.5) * (one + c(3.0 * GELU_CUBIC) * (x * x));
                    g * (half * (one + t) + half * x * ((one - t * t) * slope))
                },
            ),
            Map::Silu => visitor.rule(
                |x| x * x.sigmoid(),
                |x, _, g| {
                    let s = x.sigmoid();
                    g * (s * (one + x * (one - s)))
                },
            ),
            Map::Softplus => visitor.rule(
                |x| x.max(zero) + (-x.abs()).exp().each(Real::ln_1p), //
                |x, _, g| g * x.sigmoid(),
            ),
            Map::Ln => visitor.rule(
                |x| x.ln(), //
                |x, _, g| g / x,
            ),
            Map::Sqrt => visitor.rule(
                |x| x.sqrt(), //
                |_, y, g| g / (two * y),
            ),
            Map::Recip => visitor.rule(
                |x| one / x, //
                |_, y, g| -g * (y * y),
            ),
            Map::Neg => visitor.rule(
                |x| -x, //
                |_, _, g| -g,
            ),
            Map::Abs => visitor.rule(
                |x| x.abs(), //
                |x, _, g| V::select_lt(x, zero, -g, V::select_le(x, zero, zero, g)),
            ),
            Map::Sin => visitor.rule(
                |x| x.each(Real::sin), //
                |x, _, g| g * x.each(Real::cos),
            ),
            Map::Cos => visitor.rule(
                |x| x.each(Real::cos), //
                |x, _, g| -g * x.each(Real::sin),
            ),
            Map::Shift { term } => visitor.rule(
                |x| x + c(term), //
                |_, _, g| g,
            ),
            Map::Pow { exponent } => {
                let (p, less) = (V::Scalar::from_f64(exponent), V::Scalar::from_f64(exponent - 1.0));
                visitor.rule(
                    |x| x.each(|x| x.pow(p)), //
                    |x, _, g| g * (V::splat(p) * x.each(|x| x.pow(less))),
                );
            }
            Map::Clamp { low, high } => visitor.rule(
                |x| V::select_lt(x, c(low), c(low), V::select_lt(c(high), x, c(high), x)),
                |x, _, g| V::select_lt(x, c(low), zero, V::select_lt(c(high), x, zero, g)),
            ),
            Map::Relu | Map::Sigmoid | Map::Tanh | Map::Exp | Map::Square | Map::Scale { .. } => {
                unreachable!("in the first table")
            }
        }
    }

    #[cfg(not(feature = "full"))]
    fn visit_other<V: Lanes>(self, _: impl Visitor<V>) {
        panic!("this function is not in the light build")
    }
}

const GELU_CUBIC: f64 = 0.044_715;

/// sqrt(2/pi) (x + 0.044715 x^3).
fn gelu_inner<V: Lanes>(x: V) -> V {
    let c = |x: f64| V::splat(V::Scalar::from_f64(x));
    c(SQRT_2 * FRAC_2_SQRT_PI * 0.5) * (x + c(GELU_CUBIC) * (x * x * x))
}

struct Forward<'a, R> {
    x: &'a [R],
    out: &'a mut [R],
}

impl<R: Real> Visitor<R::Lanes> for Forward<'_, R> {
    fn rule(self, f: impl Fn(R::Lanes) -> R::Lanes, _: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes) {
        if R::PLAIN {
            for (x, out) in self.x.chunks(R::Lanes::COUNT).zip(self.out.chunks_mut(R::Lanes::COUNT)) {
                store(f(load(x)), out);
            }
            return;
        }
        let whole = self.x.len() / R::Lanes::COUNT * R::Lanes::COUNT;
        let (out, rest) = self.out.split_at_mut(whole);
        let (mut last, mut last_out) = ([R::ONE; MAX_LANES], [R::ZERO; MAX_LANES]);
        let left = rest.len();
        load::<R::Lanes>(&self.x[whole..]).store(&mut last);
        // The vectors, then what is left as a vector of its own: one loop, without a question in it.
        for (x, out) in [(&self.x[..whole], out), (whole_if(left, &last), &mut last_out[..])] {
            for (x, out) in x.chunks_exact(R::Lanes::COUNT).zip(out.chunks_exact_mut(R::Lanes::COUNT)) {
                f(R::Lanes::load(x)).store(out);
            }
        }
        R::Lanes::load(&last_out).store_part(rest);
    }
}

/// One vector where there is something left for it.
#[inline(always)]
fn whole_if<R: Real>(left: usize, last: &[R; MAX_LANES]) -> &[R] {
    &last[..if left == 0 { 0 } else { R::Lanes::COUNT }]
}

struct Backward<'a, R> {
    x: &'a [R],
    y: &'a [R],
    grad_out: &'a [R],
    grad_in: &'a mut [R],
    write: Write,
}

impl<R: Real> Visitor<R::Lanes> for Backward<'_, R> {
    fn rule(self, _: impl Fn(R::Lanes) -> R::Lanes, df: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes) {
        let lanes = R::Lanes::COUNT;
        if R::PLAIN {
            let inputs = self.x.chunks(lanes).zip(self.y.chunks(lanes)).zip(self.grad_out.chunks(lanes));
            for (((x, y), g), grad_in) in inputs.zip(self.grad_in.chunks_mut(lanes)) {
                write_lanes(df(load(x), load(y), load(g)), grad_in, self.write);
            }
            return;
        }
        let whole = self.x.len() / lanes * lanes;
        let (grad_in, rest) = self.grad_in.split_at_mut(whole);
        let left = rest.len();
        let mut last = [[R::ONE; MAX_LANES]; 4];
        for (last, from) in last.iter_mut().zip([self.x, self.y, self.grad_out]) {
            load::<R::Lanes>(&from[whole..]).store(last);
        }
        load::<R::Lanes>(rest).store(&mut last[3]);
        let [last_x, last_y, last_g, mut last_in] = last;
        let first = (&self.x[..whole], &self.y[..whole], &self.grad_out[..whole], grad_in);
        let last = (whole_if(left, &last_x), &last_y[..], &last_g[..], &mut last_in[..]);
        for (x, y, g, grad_in) in [first, last] {
            let inputs = x.chunks_exact(lanes).zip(y.chunks_exact(lanes)).zip(g.chunks_exact(lanes));
            for (((x, y), g), grad_in) in inputs.zip(grad_in.chunks_exact_mut(lanes)) {
                write_lanes(df(R::Lanes::load(x), R::Lanes::load(y), R::Lanes::load(g)), grad_in, self.write);
            }
        }
        R::Lanes::load(&last_in).store_part(rest);
    }
}

/// A whole vector, or at the end of a slice what is left of one; 1 fills the lanes beyond the end, where every function
/// is defined.
#[cfg_attr(feature = "full", inline(always))]
#[cfg_attr(not(feature = "full"), inline(never))]
pub(super) fn load<V: Lanes>(from: &[V::Scalar]) -> V {
    if from.len() == V::COUNT { V::load(from) } else { V::load_part(from, V::Scalar::ONE) }
}

/// The other half of [`load`].
#[cfg_attr(feature = "full", inline(always))]
#[cfg_attr(not(feature = "full"), inline(never))]
pub(super) fn store<V: Lanes>(x: V, to: &mut [V::Scalar]) {
    if to.len() == V::COUNT { x.store(to) } else { x.store_part(to) }
}

/// [`store`], or add to what stands there.
#[cfg_attr(feature = "full", inline(always))]
#[cfg_attr(not(feature = "full"), inline(never))]
pub(super) fn write_lanes<V: Lanes>(x: V, to: &mut [V::Scalar], write: Write) {
    store(if write == Write::Set { x } else { load::<V>(to) + x }, to);
}

/// out[i] = f(x[i]).
#[track_caller]
pub fn map<R: Real>(f: Map, x: &[R], out: &mut [R]) {
    expect_len("map", "out", out.len(), x.len());
    f.visit(Forward { x, out });
}

/// grad_in[i] = or += grad_out[i] * f'(x[i]), where `y` is what [`map`] gave for `x`.
#[track_caller]
pub fn map_backward<R: Real>(f: Map, x: &[R], y: &[R], grad_out: &[R], grad_in: &mut [R], write: Write) {
    expect_len("map_backward", "y", y.len(), x.len());
    expect_len("map_backward", "grad_out", grad_out.len(), x.len());
    expect_len("map_backward", "grad_in", grad_in.len(), x.len());
    f.visit(Backward { x, y, grad_out, grad_in, write });
}

/// out[i] = or += factor * x[i]: copies, sums of gradients, steps of an optimiser.
#[track_caller]
pub fn scaled<R: Real>(factor: R, x: &[R], out: &mut [R], write: Write) {
    expect_len("scaled", "out", out.len(), x.len());
    let lanes = R::Lanes::COUNT;
    for (x, out) in x.chunks(lanes).zip(out.chunks_mut(lanes)) {
        write_lanes(R::Lanes::splat(factor) * load(x), out, write);
    }
}
