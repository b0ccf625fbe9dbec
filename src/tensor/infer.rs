//! What each operation takes, and the shape of what it returns.
//!
//! Not the arithmetic: these functions look at shapes alone, before any buffer is touched, and are the only place where an
//! operation refuses its operands. `op` is the name that the error will carry.

use super::shape::{Shape, ShapeError};
use crate::kernels::window::Window;

type Inferred = Result<Shape, ShapeError>;

/// `Ok` where `rule` holds, else an error with all `args`.
fn require(rule: bool, op: &'static str, args: &[Shape], problem: &'static str) -> Result<(), ShapeError> {
    if rule { Ok(()) } else { Err(ShapeError::new(op, args, problem)) }
}

/// All operands of one shape: that shape.
pub fn equal(op: &'static str, args: &[Shape]) -> Inferred {
    require(args.iter().all(|shape| *shape == args[0]), op, args, "the shapes must be equal")?;
    Ok(args[0])
}

/// [.., m, k] . [.., k, n] (each operand possibly stored transposed): [.., m, n]. The batch dims of both are equal, or rhs has none.
pub fn matmul(op: &'static str, lhs: Shape, lhs_t: bool, rhs: Shape, rhs_t: bool) -> Inferred {
    let args = [lhs, rhs];
    require(lhs.rank() >= 2 && rhs.rank() >= 2, op, &args, "both must have at least two dims")?;
    let (m, k) = if lhs_t { (lhs.from_back(0), lhs.from_back(1)) } else { (lhs.from_back(1), lhs.from_back(0)) };
    let (inner, n) = if rhs_t { (rhs.from_back(0), rhs.from_back(1)) } else { (rhs.from_back(1), rhs.from_back(0)) };
    require(k == inner, op, &args, "the inner sizes differ: columns of the left must be rows of the right")?;
    let same_batch = lhs.rank() == rhs.rank() && lhs.dims().take(lhs.rank() - 2).eq(rhs.dims().take(rhs.rank() - 2));
    // A transposed left batch would have to be one matrix for the right to be shared by all of it.
    let shared = rhs.rank() == 2 && !lhs_t;
    require(
        same_batch || shared,
        op,
        &args,
        "batch dims must be equal, or absent on the right of an untransposed left",
    )?;
    Ok(lhs.with_dim(lhs.rank() - 2, m).with_dim(lhs.rank() - 1, n))
}

/// x [.., in], weight [out, in], perhaps bias [out]: [.., out].
pub fn linear(op: &'static str, args: &[Shape]) -> Inferred {
    let [x, weight] = [args[0], args[1]];
    require(x.rank() >= 1 && weight.rank() == 2, op, args, "x must be [.., in] and weight [out, in]")?;
    require(x.from_back(0) == weight.dim(1), op, args, "the last size of x must be the weight's second")?;
    bias(op, args, weight.dim(0))?;
    Ok(x.with_dim(x.rank() - 1, weight.dim(0)))
}

/// The third operand, where there is one, is [size].
fn bias(op: &'static str, args: &[Shape], size: usize) -> Result<(), ShapeError> {
    let fits = args.get(2).is_none_or(|bias| *bias == Shape::from([size]));
    require(fits, op, args, "the bias must be [outputs]")
}

/// x [n, c, h, w], weight [c_out, c / groups, kh, kw], perhaps bias [c_out]: [n, c_out, oh, ow].
pub fn conv2d(op: &'static str, args: &[Shape], window: Window, groups: usize) -> Inferred {
    let [x, weight] = [args[0], args[1]];
    require(
        x.rank() == 4 && weight.rank() == 4,
        op,
        args,
        "x must be [n, c, h, w] and weight [c_out, c / groups, kh, kw]",
    )?;
    let channels = weight.dim(1) * groups == x.dim(1) && groups > 0 && weight.dim(0) % groups == 0;
    require(channels, op, args, "the channels of x must be groups * weight[1], and groups must divide weight[0]")?;
    require(
        window.kernel == [weight.dim(2), weight.dim(3)],
        op,
        args,
        "the window's kernel must be the weight's [kh, kw]",
    )?;
    bias(op, args, weight.dim(0))?;
    slide(op, args, window, weight.dim(0))
}

/// q [.., queries, heads * depth], k [.., keys, heads * depth], v [.., keys, heads * width], perhaps a mask [queries, keys] or
/// [.., queries, keys]: [.., queries, heads * width].
pub fn attention(op: &'static str, args: &[Shape], heads: usize) -> Inferred {
    let [q, k, v] = [args[0], args[1], args[2]];
    let rank = q.rank();
    require(
        rank >= 2 && k.rank() == rank && v.rank() == rank,
        op,
        args,
        "q, k and v must have the same dims, at least two",
    )?;
    let batch = |other: Shape| q.dims().take(rank - 2).eq(other.dims().take(rank - 2));
    require(batch(k) && batch(v), op, args, "the batch dims of q, k and v must be equal")?;
    require(q.from_back(0) == k.from_back(0), op, args, "q and k must have the same columns")?;
    require(k.from_back(1) == v.from_back(1), op, args, "k and v must have the same rows")?;
    let divide = heads > 0 && q.from_back(0) % heads == 0 && v.from_back(0) % heads == 0;
    require(divide, op, args, "the heads must divide the columns of q and of v")?;
    if let Some(&mask) = args.get(3) {
        let scores = q.with_dim(rank - 1, k.from_back(1));
        let fits = mask == scores || mask == Shape::from([q.from_back(1), k.from_back(1)]);
        require(fits, op, args, "the mask must be [queries, keys], with the batch dims of q or without")?;
    }
    Ok(q.with_dim(rank - 1, v.from_back(0)))
}

/// x [n, c, h, w]: [n, c, oh, ow].
pub fn pool2d(op: &'static str, x: Shape, window: Window) -> Inferred {
    require(x.rank() == 4, op, &[x], "the input must be [n, c, h, w]")?;
    let half = (0..2).all(|side| window.padding[side] * 2 <= window.kernel[side]);
    require(half, op, &[x], "padding must be at most half of the window, or some windows would see padding alone")?;
    slide(op, &[x], window, x.dim(1))
}

fn slide(op: &'static str, args: &[Shape], window: Window, c_out: usize) -> Inferred {
    let x = args[0];
    match window.output([x.dim(2), x.dim(3)]) {
        Ok([oh, ow]) => Ok(Shape::from([x.dim(0), c_out, oh, ow])),
        Err(_) => Err(ShapeError::new(op, args, "the window has a size of 0, or is larger than the padded input")),
    }
}

/// x's dims in this order; entries of `order` past the rank are ignored.
pub fn permute(op: &'static str, x: Shape, order: [u8; 4]) -> Inferred {
    let order = &order[..x.rank()];
    let every = (0..x.rank()).all(|axis| order.contains(&(axis as u8)));
    require(every, op, &[x], "the order must name every axis once")?;
    let mut out = x;
    for (axis, &from) in order.iter().enumerate() {
        out = out.with_dim(axis, x.dim(usize::from(from)));
    }
    Ok(out)
}

/// x under another shape of the same number of elements.
pub fn reshape(op: &'static str, x: Shape, to: Shape) -> Inferred {
    require(x.len() == to.len(), op, &[x, to], "the number of elements must stay the same")?;
    Ok(to)
}

/// Indices start .. start + len of an axis.
pub fn slice(op: &'static str, x: Shape, axis: usize, start: usize, len: usize) -> Inferred {
    require(axis < x.rank(), op, &[x], "there is no such axis")?;
    require(start + len <= x.dim(axis), op, &[x], "the slice goes past the end of the axis")?;
    Ok(x.with_dim(axis, len))
}

/// One after the other along an axis; all other sizes are equal.
pub fn concat(op: &'static str, parts: &[Shape], axis: usize) -> Inferred {
    let first = parts[0];
    require(parts.iter().all(|part| axis < part.rank()), op, parts, "there is no such axis")?;
    let alike = parts.iter().all(|part| part.without(axis) == first.without(axis));
    require(alike, op, parts, "all sizes but that of the axis must be equal")?;
    Ok(first.with_dim(axis, parts.iter().map(|part| part.dim(axis)).sum()))
}

/// table [rows, d], index of any shape with room for one more dim: [.., d].
pub fn rows(op: &'static str, table: Shape, index: Shape) -> Inferred {
    let args = [table, index];
    require(
        table.rank() == 2 && index.rank() < 4,
        op,
        &args,
        "the table must be [rows, d] and the index have at most 3 dims",
    )?;
    let mut dims = [1; 4];
    for (slot, size) in dims.iter_mut().zip(index.dims()) {
        *slot = size;
    }
    dims[index.rank()] = table.dim(1);
    Ok(Shape::new(&dims[..=index.rank()]))
}

/// x with one axis reduced, or all of it; `keep` leaves a size of 1 where a dim was.
pub fn reduce(op: &'static str, x: Shape, axis: Option<usize>, keep: bool) -> Inferred {
    match (axis, keep) {
        (None, false) => Ok(Shape::SCALAR),
        (None, true) => Ok(Shape::new(&[1; 4][..x.rank()])),
        (Some(axis), _) => {
            require(axis < x.rank(), op, &[x], "there is no such axis")?;
            Ok(if keep { x.with_dim(axis, 1) } else { x.without(axis) })
        }
    }
}

/// logits [n, classes] with labels [n].
pub fn labels(op: &'static str, logits: Shape, labels: Shape) -> Inferred {
    let args = [logits, labels];
    require(logits.rank() == 2, op, &args, "the logits must be [n, classes]")?;
    require(labels == Shape::from([logits.dim(0)]), op, &args, "there must be one label for each row of logits")?;
    Ok(logits)
}

/// logits and probabilities, both [n, classes].
pub fn probs(op: &'static str, args: &[Shape]) -> Inferred {
    require(args[0].rank() == 2, op, args, "the logits must be [n, classes]")?;
    equal(op, args)
}

/// x [.., d], weight [d], bias [d].
pub fn layer_norm(op: &'static str, args: &[Shape]) -> Inferred {
    let x = args[0];
    require(x.rank() >= 1, op, args, "x must have at least one dim")?;
    let size = Shape::from([x.from_back(0)]);
    require(args[1..].iter().all(|arg| *arg == size), op, args, "weight and bias must have the last size of x")?;
    Ok(x)
}

/// x [n, c, ..], the other four [c].
pub fn batch_norm(op: &'static str, args: &[Shape]) -> Inferred {
    let x = args[0];
    require(x.rank() >= 2, op, args, "x must be [n, c, ..]")?;
    let size = Shape::from([x.dim(1)]);
    let channels = args[1..].iter().all(|arg| *arg == size);
    require(channels, op, args, "weight, bias, running mean and running variance must be [c]")?;
    Ok(x)
}
