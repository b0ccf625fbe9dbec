//! Broadcasting, implemented once: how the elements of a small operand meet those of a large result, and back.
//!
//! Not the rule itself (`Shape::broadcast`), nor the functions (`kernels::zip`). A [`Walk`] lays two operands over a result and folds dims that can be walked
//! as one, so that what remains is at most three outer loops around a *run*: a stretch of consecutive result elements along
//! which each operand either advances by one (`step` 1) or stays (`step` 0). Kernels then work on whole runs:
//! [2, 3] + [2, 3] is one run of 6, a row of biases [m] under [n, m] is n runs of m, [n, c, h, w] + [c, 1, 1] is n * c runs of
//! h * w with the bias standing still.

use super::shape::{MAX_DIMS, Shape};
use super::{TensorRef, room};
use crate::kernels::reduce::sum;
use crate::kernels::zip::{Side, Zip, zip as zip_kernel, zip_axis, zip_backward as zip_backward_kernel};
use crate::kernels::{Buffer, Real, Write};

/// Where one run starts, in elements, and whether each operand moves along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First element in the result.
    pub out: usize,
    /// First element in the left operand.
    pub lhs: usize,
    /// First element in the right operand.
    pub rhs: usize,
}

/// Two operands laid over their broadcast result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Loop counts, outermost first; the last is the length of a run.
    counts: [usize; MAX_DIMS],
    /// Elements that an operand advances per turn of each loop; 0 where it is stretched.
    lhs: [usize; MAX_DIMS],
    rhs: [usize; MAX_DIMS],
}

impl Walk {
    /// Lays `lhs` and `rhs` over `out`, which is their broadcast shape.
    pub fn new(lhs: Shape, rhs: Shape, out: Shape) -> Self {
        let dims = out.aligned();
        let lhs = steps(lhs.aligned());
        let rhs = steps(rhs.aligned());
        let mut walk = Walk { counts: [1; MAX_DIMS], lhs: [0; MAX_DIMS], rhs: [0; MAX_DIMS] };
        // Innermost first: fold dim d into the loop already open if both operands go on across it as they went within it.
        let mut open = MAX_DIMS - 1;
        for d in (0..MAX_DIMS).rev() {
            if dims[d] == 1 {
                continue;
            }
            let count = walk.counts[open];
            if count == 1 {
                (walk.counts[open], walk.lhs[open], walk.rhs[open]) = (dims[d], lhs[d], rhs[d]);
            } else if lhs[d] == walk.lhs[open] * count && rhs[d] == walk.rhs[open] * count {
                walk.counts[open] *= dims[d];
            } else {
                open -= 1;
                (walk.counts[open], walk.lhs[open], walk.rhs[open]) = (dims[d], lhs[d], rhs[d]);
            }
        }
        walk
    }

    /// Elements in a run.
    pub fn run_len(&self) -> usize {
        self.counts[MAX_DIMS - 1]
    }

    /// Whether the (left, right) operand advances along a run, or stands still.
    pub fn moves(&self) -> (bool, bool) {
        // A run of one element: reading it as moving is as right as standing still, and is the cheaper path.
        let single = self.run_len() == 1;
        (single || self.lhs[MAX_DIMS - 1] == 1, single || self.rhs[MAX_DIMS - 1] == 1)
    }

    /// Calls `visit` for every run, in the order of the result's elements.
    #[inline]
    pub fn runs(&self, mut visit: impl FnMut(Run)) {
        let [n0, n1, n2, len] = self.counts;
        let mut out = 0;
        for i0 in 0..n0 {
            for i1 in 0..n1 {
                for i2 in 0..n2 {
                    let at = |steps: &[usize; MAX_DIMS]| i0 * steps[0] + i1 * steps[1] + i2 * steps[2];
                    visit(Run { out, lhs: at(&self.lhs), rhs: at(&self.rhs) });
                    out += len;
                }
            }
        }
    }
}

/// Elements from one index to the next along each dim of a contiguous operand; 0 along dims of size 1.
fn steps(dims: [usize; MAX_DIMS]) -> [usize; MAX_DIMS] {
    let mut step = 1;
    let mut steps = [0; MAX_DIMS];
    for d in (0..MAX_DIMS).rev() {
        if dims[d] != 1 {
            steps[d] = step;
        }
        step *= dims[d];
    }
    steps
}

/// out = f(lhs, rhs), broadcast to `shape`.
pub fn zip<T: Real>(
    f: Zip,
    lhs: TensorRef<'_, T>,
    rhs: TensorRef<'_, T>,
    shape: Shape,
    out: &mut [T],
    scratch: &mut Buffer<T>,
) {
    if lhs.shape == rhs.shape {
        return zip_kernel(f, lhs.data, rhs.data, out);
    }
    let walk = Walk::new(lhs.shape, rhs.shape, shape);
    let len = walk.run_len();
    match walk.moves() {
        (true, true) => walk.runs(|run| {
            zip_kernel(f, &lhs.data[run.lhs..][..len], &rhs.data[run.rhs..][..len], &mut out[run.out..][..len]);
        }),
        (true, false) => walk.runs(|run| {
            let one = &rhs.data[run.rhs..=run.rhs];
            zip_axis(f, &lhs.data[run.lhs..][..len], one, [1, 1, len], &mut out[run.out..][..len]);
        }),
        (false, moves_rhs) => {
            let spread = room(scratch, len);
            walk.runs(|run| {
                spread.fill(lhs.data[run.lhs]);
                let out = &mut out[run.out..][..len];
                match moves_rhs {
                    true => zip_kernel(f, spread, &rhs.data[run.rhs..][..len], out),
                    false => zip_axis(f, spread, &rhs.data[run.rhs..=run.rhs], [1, 1, len], out),
                }
            });
        }
    }
}

/// grad = or += the gradient of [`zip`] for the operand on `side`, summed over everything that it was stretched along;
/// `grad_out` has the broadcast shape, `grad` that of the operand.
pub fn zip_backward<T: Real>(
    f: Zip,
    side: Side,
    [lhs, rhs]: [TensorRef<'_, T>; 2],
    grad_out: TensorRef<'_, T>,
    grad: &mut [T],
    write: Write,
    scratch: &mut Buffer<T>,
) {
    let (shape, grad_out) = (grad_out.shape, grad_out.data);
    if lhs.shape == rhs.shape {
        return zip_backward_kernel(f, side, lhs.data, rhs.data, grad_out, grad, write);
    }
    if write == Write::Set {
        grad.fill(T::ZERO);
    }
    let walk = Walk::new(lhs.shape, rhs.shape, shape);
    let len = walk.run_len();
    let (moves_lhs, moves_rhs) = walk.moves();
    let (spread_lhs, rest) = room(scratch, 3 * len).split_at_mut(len);
    let (spread_rhs, part) = rest.split_at_mut(len);
    walk.runs(|run| {
        let a = along(lhs.data, run.lhs, moves_lhs, spread_lhs);
        let b = along(rhs.data, run.rhs, moves_rhs, spread_rhs);
        let grad_out = &grad_out[run.out..][..len];
        let (first, moves) = match side {
            Side::Lhs => (run.lhs, moves_lhs),
            Side::Rhs => (run.rhs, moves_rhs),
        };
        if moves {
            zip_backward_kernel(f, side, a, b, grad_out, &mut grad[first..][..len], Write::Accumulate);
        } else {
            zip_backward_kernel(f, side, a, b, grad_out, part, Write::Set);
            grad[first] += sum(part);
        }
    });
}

/// The elements of an operand along a run: its own where it moves, else one of them spread over the run.
fn along<'a, T: Real>(data: &'a [T], first: usize, moves: bool, spread: &'a mut [T]) -> &'a [T] {
    if moves {
        return &data[first..][..spread.len()];
    }
    spread.fill(data[first]);
    spread
}

#[cfg(test)]
mod tests {
    use super::{Shape, Walk};

    /// (lhs, rhs, runs, run length, moves): the folding that the module doc promises.
    #[test]
    fn dims_fold_into_the_longest_runs() {
        type Row = (&'static [usize], &'static [usize], usize, usize, (bool, bool));
        let table: [Row; 8] = [
            (&[2, 3], &[2, 3], 1, 6, (true, true)),
            (&[5, 3], &[3], 5, 3, (true, true)),
            (&[5, 3], &[5, 1], 5, 3, (true, false)),
            (&[5, 1], &[1, 3], 5, 3, (false, true)),
            (&[2, 3, 4, 5], &[3, 1, 1], 6, 20, (true, false)),
            (&[2, 3, 4, 5], &[4, 5], 6, 20, (true, true)),
            (&[], &[2, 3], 1, 6, (false, true)),
            (&[2, 1, 4, 1], &[1, 3, 1, 5], 24, 5, (false, true)),
        ];
        for (lhs, rhs, runs, len, moves) in table {
            let (lhs, rhs) = (Shape::new(lhs), Shape::new(rhs));
            let walk = Walk::new(lhs, rhs, Shape::broadcast("add", lhs, rhs).unwrap());
            let mut count = 0;
            walk.runs(|_| count += 1);
            assert_eq!((count, walk.run_len(), walk.moves()), (runs, len, moves), "{lhs} with {rhs}");
        }
    }

    #[test]
    fn every_element_meets_its_partner() {
        // Against the definition: element (i0..i3) of the result reads each operand at the same index, 0 where its dim is 1.
        let (lhs, rhs) = (Shape::from([2, 1, 4, 1]), Shape::from([3, 1, 5]));
        let out = Shape::broadcast("add", lhs, rhs).unwrap();
        let walk = Walk::new(lhs, rhs, out);
        let mut pairs = Vec::new();
        walk.runs(|run| {
            let (moves_lhs, moves_rhs) = walk.moves();
            for i in 0..walk.run_len() {
                pairs.push((run.lhs + i * usize::from(moves_lhs), run.rhs + i * usize::from(moves_rhs)));
            }
        });
        let [n0, n1, n2, n3] = out.aligned();
        let mut expected = Vec::new();
        for (i0, i1, i2, i3) in (0..n0)
            .flat_map(|a| (0..n1).flat_map(move |b| (0..n2).flat_map(move |c| (0..n3).map(move |d| (a, b, c, d)))))
        {
            let at = |dims: [usize; 4]| {
                let index = [i0, i1, i2, i3];
                (0..4).fold(0, |flat, d| flat * dims[d] + if dims[d] == 1 { 0 } else { index[d] })
            };
            expected.push((at(lhs.aligned()), at(rhs.aligned())));
        }
        assert_eq!(pairs, expected);
    }
}
