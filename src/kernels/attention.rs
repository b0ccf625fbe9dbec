//! Scaled dot-product attention with heads and a mask: forward and backward.
//!
//! Not the projections around it, which are products like any other. A head is a run of columns: nothing is permuted or
//! copied, the products read and write their columns where these stand, and the scores of a head become its weights in place.
//!
//! With q `[batch, queries, heads * depth]`, k `[batch, keys, heads * depth]`, v `[batch, keys, heads * width]` and a mask
//! `[masks, queries, keys]` that is added to the scores (0 keeps, -inf forbids; one for all, or one for each of the batch):
//!
//! weights = softmax(q . k^T / sqrt(depth) + mask) `[batch, heads, queries, keys]`; out = weights . v `[batch, queries, heads * width]`
//!
//! # The order of a sum
//! A score is one chain over the depth, from 0; it is multiplied by 1 / sqrt(depth), then the mask is added. Softmax is that
//! of [`softmax`](super::softmax). An output is one chain over the keys. Gradients are chains over keys (of q), queries (of k
//! and v), and for a mask over its part of the batch, then heads. A query that may see no key gets NaN, as softmax does.

use super::map::{load, scaled, store};
use super::matmul::{Matmul, within};
use super::softmax::{softmax_backward, softmax_row};
use super::{Lanes, Real, Write, expect_len};

/// The sizes of an attention; `depth` and `width` are those of one head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attention {
    /// How many independent sequences.
    pub batch: usize,
    /// How many heads each has.
    pub heads: usize,
    /// Rows of q and of the result.
    pub queries: usize,
    /// Rows of k and v.
    pub keys: usize,
    /// Columns of q and k.
    pub depth: usize,
    /// Columns of v and of the result.
    pub width: usize,
    /// How many masks: 0, 1 or `batch`.
    pub masks: usize,
}

/// Whose gradient is computed, with the operands that it takes.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a, R> {
    /// Of q, from k and v.
    Query(&'a [R], &'a [R]),
    /// Of k, from q and v.
    Key(&'a [R], &'a [R]),
    /// Of v.
    Value,
    /// Of the mask, from v.
    Mask(&'a [R]),
}

impl Attention {
    /// queries * keys: the scores of one head.
    fn scores(&self) -> usize {
        self.queries * self.keys
    }

    /// Elements of q, k, v, mask, and of the result.
    pub fn lens(&self) -> [usize; 5] {
        let Attention { batch, heads, queries, keys, depth, width, masks } = *self;
        let rows = batch * heads;
        [
            rows * queries * depth,
            rows * keys * depth,
            rows * keys * width,
            masks * self.scores(),
            rows * queries * width,
        ]
    }

    /// Elements of the weights.
    pub fn weights_len(&self) -> usize {
        self.batch * self.heads * self.scores()
    }

    /// How many elements of scratch both passes want.
    pub fn scratch_len<R: Real>(&self) -> usize {
        let Attention { queries, keys, depth, width, .. } = *self;
        let products = [
            Matmul::nt(queries, depth, keys),
            Matmul::nn(queries, keys, width),
            Matmul::nt(queries, width, keys),
            Matmul::nn(queries, keys, depth),
            Matmul::tn(keys, queries, depth.max(width)),
        ];
        2 * self.scores() + products.iter().map(Matmul::scratch_len::<R>).max().unwrap_or(0)
    }

    fn scale<R: Real>(&self) -> R {
        R::ONE / R::from_usize(self.depth).sqrt()
    }

    /// Every head: its number in the batch, where its columns begin in q, k, v and the result, and which mask it has.
    fn each(&self) -> impl Iterator<Item = Head> {
        let Attention { batch, heads, queries, keys, depth, width, masks } = *self;
        (0..batch * heads).map(move |nth| {
            let (b, h) = (nth / heads, nth % heads);
            Head {
                nth,
                q: b * heads * queries * depth + h * depth,
                k: b * heads * keys * depth + h * depth,
                v: b * heads * keys * width + h * width,
                out: b * heads * queries * width + h * width,
                mask: if masks == 1 { 0 } else { b },
            }
        })
    }

    #[track_caller]
    fn check<R: Real>(&self, kernel: &str, weights: &[R], scratch: &[R]) {
        expect_len(kernel, "weights", weights.len(), self.weights_len());
        let wanted = self.scratch_len::<R>();
        assert!(scratch.len() >= wanted, "{kernel}: scratch has {} elements, {wanted} are needed", scratch.len());
    }
}

struct Head {
    nth: usize,
    q: usize,
    k: usize,
    v: usize,
    out: usize,
    mask: usize,
}

/// out = weights . v; leaves the weights for the way back. `mask` is empty where `masks` is 0.
#[track_caller]
pub fn attention<R: Real>(
    p: &Attention,
    [q, k, v, mask]: [&[R]; 4],
    weights: &mut [R],
    out: &mut [R],
    scratch: &mut [R],
) {
    let given = [q.len(), k.len(), v.len(), mask.len(), out.len()];
    for ((name, given), wanted) in ["q", "k", "v", "mask", "out"].into_iter().zip(given).zip(p.lens()) {
        expect_len("attention", name, given, wanted);
    }
    p.check("attention", weights, scratch);
    if p.scores() == 0 {
        // No queries, or a mean of nothing, which is an empty sum.
        return out.fill(R::ZERO);
    }
    let Attention { heads, queries, keys, depth, width, .. } = *p;
    let (deep, wide) = (heads * depth, heads * width);
    let (products, sums) = (Matmul::nt(queries, depth, keys), Matmul::nn(queries, keys, width));
    for head in p.each() {
        let weights = &mut weights[head.nth * p.scores()..][..p.scores()];
        within(products, [deep, deep, keys], [&q[head.q..], &k[head.k..]], weights, Write::Set, scratch);
        for (row, weights) in weights.chunks_exact_mut(keys).enumerate() {
            let mask = mask.get((head.mask * queries + row) * keys..).unwrap_or_default();
            scale_and_mask(p.scale(), &mask[..keys.min(mask.len())], weights);
            softmax_row(weights);
        }
        within(sums, [keys, wide, wide], [weights, &v[head.v..]], &mut out[head.out..], Write::Set, scratch);
    }
}

/// scores = scale * scores + mask, where there is one.
#[inline(always)]
fn scale_and_mask<R: Real>(scale: R, mask: &[R], scores: &mut [R]) {
    let (lanes, scale) = (R::Lanes::COUNT, R::Lanes::splat(scale));
    if mask.is_empty() {
        return scores.chunks_mut(lanes).for_each(|scores| store(load::<R::Lanes>(scores) * scale, scores));
    }
    for (scores, mask) in scores.chunks_mut(lanes).zip(mask.chunks(lanes)) {
        store(load::<R::Lanes>(scores) * scale + load(mask), scores);
    }
}

/// grad = or += the gradient of what is `wanted`, from the weights that [`attention`] left and the result's gradient.
///
/// v: weights^T . grad_out. For the others d = softmax backward of (grad_out . v^T): q: d . k / sqrt(depth); k: d^T . q /
/// sqrt(depth); mask: d, summed over what shares it.
#[track_caller]
pub fn attention_backward<R: Real>(
    p: &Attention,
    wanted: Wanted<'_, R>,
    weights: &[R],
    grad_out: &[R],
    grad: &mut [R],
    write: Write,
    scratch: &mut [R],
) {
    p.check("attention_backward", weights, scratch);
    let lens = p.lens();
    let operand = match wanted {
        Wanted::Query(..) => 0,
        Wanted::Key(..) => 1,
        Wanted::Value => 2,
        Wanted::Mask(..) => 3,
    };
    expect_len("attention_backward", "grad", grad.len(), lens[operand]);
    expect_len("attention_backward", "grad_out", grad_out.len(), lens[4]);
    let Attention { heads, queries, keys, depth, width, .. } = *p;
    let (deep, wide) = (heads * depth, heads * width);
    let (d, scratch) = scratch.split_at_mut(p.scores());
    let (scaled_d, scratch) = scratch.split_at_mut(p.scores());
    if write == Write::Set && (operand == 3 || p.scores() == 0) {
        grad.fill(R::ZERO);
    }
    if p.scores() == 0 {
        return;
    }
    for head in p.each() {
        let weights = &weights[head.nth * p.scores()..][..p.scores()];
        let grad_out = &grad_out[head.out..];
        let mut scores = |v: &[R], scratch: &mut [R]| {
            let product = Matmul::nt(queries, width, keys);
            within(product, [wide, wide, keys], [grad_out, &v[head.v..]], scaled_d, Write::Set, scratch);
            softmax_backward(weights, scaled_d, [queries, keys], d, Write::Set);
            scaled(p.scale(), d, scaled_d, Write::Set);
        };
        match wanted {
            Wanted::Query(k, v) => {
                scores(v, scratch);
                let (size, sides) = (Matmul::nn(queries, keys, depth), [&*scaled_d, &k[head.k..]]);
                within(size, [keys, deep, deep], sides, &mut grad[head.q..], write, scratch);
            }
            Wanted::Key(q, v) => {
                scores(v, scratch);
                let (size, sides) = (Matmul::tn(keys, queries, depth), [&*scaled_d, &q[head.q..]]);
                within(size, [keys, deep, deep], sides, &mut grad[head.k..], write, scratch);
            }
            Wanted::Value => {
                let (size, sides) = (Matmul::tn(keys, queries, width), [weights, grad_out]);
                within(size, [keys, wide, wide], sides, &mut grad[head.v..], write, scratch);
            }
            Wanted::Mask(v) => {
                scores(v, scratch);
                scaled(R::ONE, d, &mut grad[head.mask * p.scores()..][..p.scores()], Write::Accumulate);
            }
        }
    }
}
