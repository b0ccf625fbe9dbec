//! Element-wise functions of two arguments, each beside its two partial derivatives.
//!
//! Not general broadcasting, which is the tensor's business: the arguments are equally long, or the second one is
//! a vector along one axis (a bias, a scale) or a single number.

use super::map::{load, write_lanes};
use super::{Lanes, Real, Write, expect_len};

/// A function y = f(a, b) of two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zip {
    /// a + b.
    Add,
    /// a - b.
    Sub,
    /// a * b.
    Mul,
    /// a / b.
    Div,
    /// The larger; where they are equal, half of the gradient goes to each.
    Max,
    /// The smaller; where they are equal, half of the gradient goes to each.
    Min,
    /// a^b.
    Pow,
}

/// What the table is read for.
trait Visitor<V: Lanes> {
    /// `f(a, b)` is y; `da(a, b, g)` and `db(a, b, g)` are g * dy/da and g * dy/db.
    fn rule(self, f: impl Fn(V, V) -> V, da: impl Fn(V, V, V) -> V, db: impl Fn(V, V, V) -> V);
}

impl Zip {
    /// The table: f, then what reaches a, then what reaches b.
    fn visit<V: Lanes>(self, visitor: impl Visitor<V>) {
        let zero = V::splat(V::Scalar::ZERO);
        let half = V::splat(V::Scalar::from_f64(0.5));
        // g where a < b, g / 2 where they are equal, else 0.
        let _below = |a: V, b: V, g: V| V::select_lt(a, b, g, V::select_le(a, b, half * g, zero));
        match self {
            Zip::Sub => visitor.rule(
                |a, b| a - b, //
                |_, _, g| g,
                |_, _, g| -g,
            ),
            Zip::Mul => visitor.rule(
                |a, b| a * b, //
                |_, b, g| g * b,
                |a, _, g| g * a,
            ),
            _ => self.visit_other(visitor),
        }
    }

    /// The table beyond what dense networks are made of.
    #[cfg(feature = "full")]
    fn visit_other<V: Lanes>(self, visitor: impl Visitor<V>) {
        let zero = V::splat(V::Scalar::ZERO);
        let half = V::splat(V::Scalar::from_f64(0.5));
        // g where a < b, g / 2 where they are equal, else 0.
        let below = |a: V, b: V, g: V| V::select_lt(a, b, g, V::select_le(a, b, half * g, zero));
        match self {
            Zip::Add => visitor.rule(
                |a, b| a + b, //
                |_, _, g| g,
                |_, _, g| g,
            ),
            Zip::Div => visitor.rule(
                |a, b| a / b, //
                |_, b, g| g / b,
                |a, b, g| -g * (a / (b * b)),
            ),
            Zip::Max => visitor.rule(
                |a, b| a.max(b), //
                |a, b, g| below(b, a, g),
                below,
            ),
            Zip::Min => visitor.rule(
                |a, b| a.min(b), //
                below,
                |a, b, g| below(b, a, g),
            ),
            Zip::Pow => visitor.rule(
                |a, b| both(a, b, Real::pow),
                |a, b, g| g * (b * both(a, b, |a, b| a.pow(b - Real::ONE))),
                // a^b ln a, which is 0 at a = 0 for b >= 0.
                |a, b, g| {
                    g * both(
                        a,
                        b,
                        |a, b| {
                            if a == Real::ZERO && b >= Real::ZERO { Real::ZERO } else { a.pow(b) * a.ln() }
                        },
                    )
                },
            ),
            Zip::Sub | Zip::Mul => unreachable!("in the first table"),
        }
    }

    #[cfg(not(feature = "full"))]
    fn visit_other<V: Lanes>(self, _: impl Visitor<V>) {
        panic!("this function is not in the light build")
    }
}

/// f of every pair of lanes.
fn both<V: Lanes>(a: V, b: V, f: impl Fn(V::Scalar, V::Scalar) -> V::Scalar) -> V {
    let index = core::cell::Cell::new(0);
    a.each(|a| {
        let at = index.replace(index.get() + 1);
        f(a, b.lane(at))
    })
}

/// Which argument of a [`Zip`] a gradient is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The first.
    Lhs,
    /// The second.
    Rhs,
}

struct Forward<'a, R> {
    lhs: &'a [R],
    rhs: Rhs<'a, R>,
    out: &'a mut [R],
}

/// The second argument: one element for each of the first, or one for all of them.
#[derive(Clone, Copy)]
enum Rhs<'a, R> {
    Each(&'a [R]),
    One(R),
}

impl<R: Real> Rhs<'_, R> {
    /// The lanes at element `at`, `len` of them wanted.
    #[inline(always)]
    fn load(&self, at: usize, len: usize) -> R::Lanes {
        match self {
            Rhs::Each(rhs) => load(&rhs[at..at + len]),
            Rhs::One(rhs) => R::Lanes::splat(*rhs),
        }
    }
}

impl<R: Real> Visitor<R::Lanes> for Forward<'_, R> {
    #[inline(always)]
    fn rule(
        self,
        f: impl Fn(R::Lanes, R::Lanes) -> R::Lanes,
        _: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes,
        _: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes,
    ) {
        let lanes = R::Lanes::COUNT;
        for (at, (lhs, out)) in self.lhs.chunks(lanes).zip(self.out.chunks_mut(lanes)).enumerate() {
            write_lanes(f(load(lhs), self.rhs.load(at * lanes, lhs.len())), out, Write::Set);
        }
    }
}

struct Backward<'a, R> {
    side: Side,
    lhs: &'a [R],
    rhs: Rhs<'a, R>,
    grad_out: &'a [R],
    grad: &'a mut [R],
    write: Write,
}

impl<R: Real> Visitor<R::Lanes> for Backward<'_, R> {
    #[inline(always)]
    fn rule(
        self,
        _: impl Fn(R::Lanes, R::Lanes) -> R::Lanes,
        da: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes,
        db: impl Fn(R::Lanes, R::Lanes, R::Lanes) -> R::Lanes,
    ) {
        let lanes = R::Lanes::COUNT;
        let chunks = self.lhs.chunks(lanes).zip(self.grad_out.chunks(lanes)).zip(self.grad.chunks_mut(lanes));
        for (at, ((lhs, g), grad)) in chunks.enumerate() {
            let (a, b, g) = (load(lhs), self.rhs.load(at * lanes, lhs.len()), load(g));
            write_lanes(if self.side == Side::Lhs { da(a, b, g) } else { db(a, b, g) }, grad, self.write);
        }
    }
}

/// out[i] = f(lhs[i], rhs[i]).
#[track_caller]
pub fn zip<R: Real>(f: Zip, lhs: &[R], rhs: &[R], out: &mut [R]) {
    expect_len("zip", "rhs", rhs.len(), lhs.len());
    expect_len("zip", "out", out.len(), lhs.len());
    f.visit(Forward { lhs, rhs: Rhs::Each(rhs), out });
}

/// grad[i] = or += grad_out[i] * df/da or df/db at (lhs[i], rhs[i]), as `side` says.
#[track_caller]
pub fn zip_backward<R: Real>(f: Zip, side: Side, lhs: &[R], rhs: &[R], grad_out: &[R], grad: &mut [R], write: Write) {
    expect_len("zip_backward", "rhs", rhs.len(), lhs.len());
    expect_len("zip_backward", "grad_out", grad_out.len(), lhs.len());
    expect_len("zip_backward", "grad", grad.len(), lhs.len());
    f.visit(Backward { side, lhs, rhs: Rhs::Each(rhs), grad_out, grad, write });
}

/// out[o, a, i] = f(lhs[o, a, i], rhs[a]), dims `[outer, axis, inner]`.
///
/// A bias of a linear layer is `[batch, n, 1]`, of a convolution `[n, c, h * w]`, a single number `[1, 1, len]`.
#[track_caller]
pub fn zip_axis<R: Real>(f: Zip, lhs: &[R], rhs: &[R], dims: [usize; 3], out: &mut [R]) {
    let [outer, axis, inner] = dims;
    expect_len("zip_axis", "lhs", lhs.len(), outer * axis * inner);
    expect_len("zip_axis", "rhs", rhs.len(), axis);
    expect_len("zip_axis", "out", out.len(), lhs.len());
    if out.is_empty() {
        return;
    }
    if inner == 1 {
        for (lhs, out) in lhs.chunks_exact(axis).zip(out.chunks_exact_mut(axis)) {
            f.visit(Forward { lhs, rhs: Rhs::Each(rhs), out });
        }
    } else {
        let rows = lhs.chunks_exact(inner).zip(out.chunks_exact_mut(inner));
        for ((lhs, out), &b) in rows.zip(rhs.iter().cycle()) {
            f.visit(Forward { lhs, rhs: Rhs::One(b), out });
        }
    }
}
