//! Attention: the bits of its plain twin, and gradients that are differences of it.

use super::naive::attention_naive;
use super::{expect_bits, expect_near, random, wide};
use tensorscope::kernels::attention::{Attention, Wanted, attention, attention_backward};
use tensorscope::kernels::softmax::softmax;
use tensorscope::kernels::{Real, Write};

/// batch, heads, queries, keys, depth, width, masks.
const TABLE: [[usize; 7]; 10] = [
    [1, 1, 1, 1, 1, 1, 0],
    [1, 1, 64, 64, 64, 64, 0],
    [2, 3, 5, 7, 4, 9, 0],
    [2, 2, 9, 8, 3, 1, 1],
    [3, 2, 4, 17, 8, 8, 3],
    [1, 4, 33, 33, 16, 16, 1],
    [2, 1, 3, 300, 5, 6, 2],
    [0, 2, 3, 3, 2, 2, 0],
    [2, 2, 0, 4, 3, 3, 1],
    [1, 2, 3, 0, 4, 5, 0],
];

fn sizes([batch, heads, queries, keys, depth, width, masks]: [usize; 7]) -> Attention {
    Attention { batch, heads, queries, keys, depth, width, masks }
}

/// q, k, v, and a mask that forbids about a third, but never a whole row.
fn operands<R: Real>(p: &Attention) -> [Vec<R>; 4] {
    let [q, k, v, mask, _] = p.lens();
    let forbid = |(at, x): (usize, R)| {
        let hidden = at % p.keys > 0 && x > R::from_f64(0.33);
        if hidden { R::NEG_INFINITY } else { x }
    };
    [random(q, 1), random(k, 2), random(v, 3), random(mask, 4).into_iter().enumerate().map(forbid).collect()]
}

fn borrowed<R>(operands: &[Vec<R>; 4]) -> [&[R]; 4] {
    operands.each_ref().map(|operand| &operand[..])
}

/// Weights and result of the kernel; what stood in the buffers must not matter.
fn run<R: Real>(p: &Attention, operands: &[Vec<R>; 4]) -> (Vec<R>, Vec<R>) {
    let (mut weights, mut out) = (vec![R::NAN; p.weights_len()], vec![R::NAN; p.lens()[4]]);
    attention(p, borrowed(operands), &mut weights, &mut out, &mut vec![R::NAN; p.scratch_len::<R>()]);
    (weights, out)
}

fn check<R: Real>(p: &Attention) {
    let what = |part: &str| format!("{part} of {p:?} {}", R::NAME);
    let operands = operands::<R>(p);
    let (weights, out) = run(p, &operands);
    let (mut same_weights, mut same) = (weights.clone(), out.clone());
    let row = |x: &[R], out: &mut [R]| softmax(x, [1, x.len()], out);
    attention_naive(p, borrowed(&operands), row, &mut same_weights, &mut same);
    expect_bits(&what("weights"), &weights, &same_weights);
    expect_bits(&what("result"), &out, &same);

    // In f64 by the definition. A weight is at most 1 and its error some ulps for each term of its score and of its sum.
    let exact = operands.each_ref().map(|operand| wide(operand));
    let (mut want_weights, mut want) = (vec![0.0; weights.len()], vec![0.0; out.len()]);
    let row = |x: &[f64], out: &mut [f64]| {
        let total: f64 = x.iter().map(|x| libm::exp(*x)).sum();
        x.iter().zip(out).for_each(|(x, out)| *out = libm::exp(*x) / total);
    };
    attention_naive(p, borrowed(&exact), row, &mut want_weights, &mut want);
    let bound = (2 * p.depth + p.keys + 8) as f64 * R::EPSILON.to_f64();
    expect_near(&what("weights"), &weights, &want_weights, |_| bound);
    expect_near(&what("result"), &out, &want, |_| (p.keys + 1) as f64 * bound);
}

#[test]
fn attention_is_its_twin() {
    for row in TABLE {
        check::<f32>(&sizes(row));
        check::<f64>(&sizes(row));
    }
}

#[test]
fn gradients_of_attention_are_differences() {
    for row in TABLE.into_iter().filter(|row| row[2] < 10 && row[3] < 20) {
        let p = sizes(row);
        let mut operands = operands::<f64>(&p);
        let (weights, _) = run(&p, &operands);
        let grad_out = random::<f64>(p.lens()[4], 5);
        let mut scratch = vec![f64::NAN; p.scratch_len::<f64>()];
        for which in 0..if p.masks == 0 { 3 } else { 4 } {
            let [q, k, v, _] = borrowed(&operands);
            let wanted = [Wanted::Query(k, v), Wanted::Key(q, v), Wanted::Value, Wanted::Mask(v)][which];
            let len = p.lens()[which];
            let (mut set, mut added) = (vec![f64::NAN; len], vec![1.0; len]);
            attention_backward(&p, wanted, &weights, &grad_out, &mut set, Write::Set, &mut scratch);
            attention_backward(&p, wanted, &weights, &grad_out, &mut added, Write::Accumulate, &mut scratch);
            expect_near(
                &format!("{p:?} {which}, added"),
                &added,
                &set.iter().map(|g| 1.0 + g).collect::<Vec<_>>(),
                |_| 1e-14,
            );
            let want: Vec<f64> = (0..len)
                .map(|at| {
                    let middle = operands[which][at];
                    let mut value = |x: f64| {
                        operands[which][at] = x;
                        let (_, out) = run(&p, &operands);
                        out.iter().zip(&grad_out).map(|(y, g)| y * g).sum::<f64>()
                    };
                    let difference = (value(middle + 1e-5) - value(middle - 1e-5)) / 2e-5;
                    operands[which][at] = middle;
                    difference
                })
                .collect();
            // A central difference: 1e-10 of truncation, 1e-11 of rounding for each unit of a sum of some tens.
            expect_near(&format!("{p:?}, operand {which}"), &set, &want, |_| 1e-8);
        }
    }
}

#[test]
fn a_query_that_may_see_nothing_has_no_mean() {
    let p = sizes([1, 1, 2, 3, 1, 1, 1]);
    let mask = [f32::NEG_INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY, 0.0];
    let operands = [vec![0.0; 2], vec![1.0; 3], vec![1.0, 2.0, 3.0], mask.to_vec()];
    let (_, out) = run(&p, &operands);
    assert!(out[0].is_nan());
    assert_eq!(out[1], 2.0);
}
