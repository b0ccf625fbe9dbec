//! One number for each kernel: the bits that a native run and every browser must agree on.
//!
//! Not a check of correctness: it says only that nothing moved. `digests.txt` has the numbers of every kernel and scalar;
//! the same table can be computed in a browser (`digests::all`) and held against the same file. After a change that
//! means to move bits, print the new table with `cargo test --test kernels -- --ignored --nocapture print_digests`.

use super::random;
use tensorscope::kernels::attention::{Attention, Wanted, attention, attention_backward};
use tensorscope::kernels::conv::{Conv2d, conv2d, conv2d_backward_input, conv2d_backward_weight};
use tensorscope::kernels::digest::digest;
use tensorscope::kernels::map::{Map, map};
use tensorscope::kernels::matmul::{Matmul, matmul};
use tensorscope::kernels::norm::{
    Affine, Layout, Stats, normalize, normalize_backward, reciprocal_deviation, statistics,
};
use tensorscope::kernels::reduce::sum;
use tensorscope::kernels::softmax::{log_softmax, softmax};
use tensorscope::kernels::window::Window;
use tensorscope::kernels::{Real, Write};

/// (name, digest) of every kernel in `R`.
fn of<R: Real>() -> Vec<(String, u64)> {
    let mut table = Vec::new();
    let mut row = |name: String, values: &[R]| table.push((format!("{name} {}", R::NAME), digest(values)));
    for size in [Matmul::nn(37, 300, 45), Matmul::nt(64, 64, 64), Matmul::tn(10, 33, 130), Matmul::tt(7, 65, 9)] {
        let Matmul { m, k, n, lhs, rhs } = size;
        let mut out = vec![R::ZERO; m * n];
        let mut scratch = vec![R::ZERO; size.scratch_len::<R>()];
        matmul(size, &random(m * k, 1), &random(k * n, 2), &mut out, Write::Set, &mut scratch);
        row(format!("matmul {m} {k} {n} {lhs:?} {rhs:?}"), &out);
    }
    for (input, out_c, window, groups) in [
        ([2, 1, 28, 28], 8, Window::new(5, 5), 1),
        ([2, 16, 14, 14], 32, Window::new(3, 3).padding(1, 1), 1),
        ([1, 6, 13, 11], 12, Window::new(3, 3).stride(2, 2).dilation(1, 2).padding(1, 0), 3),
    ] {
        let weight = [out_c, input[1] / groups, window.kernel[0], window.kernel[1]];
        let p = Conv2d::new(input, weight, window, groups).expect("fits");
        let len = |dims: [usize; 4]| dims.iter().product::<usize>();
        let (x, w, g) = (random(len(input), 1), random(len(weight), 2), random::<R>(len(p.output()), 3));
        let mut scratch = vec![R::ZERO; p.scratch_len::<R>()];
        let (mut y, mut dx, mut dw) = (g.clone(), x.clone(), w.clone());
        conv2d(&p, &x, &w, &mut y, Write::Set, &mut scratch);
        conv2d_backward_input(&p, &w, &g, &mut dx, Write::Set, &mut scratch);
        conv2d_backward_weight(&p, &x, &g, &mut dw, Write::Set, &mut scratch);
        row(format!("conv2d {input:?} {weight:?}"), &y);
        row(format!("conv2d_backward_input {input:?} {weight:?}"), &dx);
        row(format!("conv2d_backward_weight {input:?} {weight:?}"), &dw);
    }
    let x: Vec<R> = random::<R>(4099, 9).iter().map(|x| *x * R::from_f64(20.0)).collect();
    for f in [Map::Exp, Map::Ln, Map::Tanh, Map::Sigmoid, Map::Gelu, Map::GeluTanh, Map::Softplus, Map::Sin] {
        let mut y = vec![R::ZERO; x.len()];
        map(f, &x, &mut y);
        row(format!("{f:?}"), &y);
    }
    let p = Attention { batch: 2, heads: 3, queries: 17, keys: 21, depth: 8, width: 5, masks: 2 };
    let operands = p.lens().map(|len| random::<R>(len, len as u64));
    let [q, k, v, mask, out] = &operands;
    let (mut weights, mut out) = (vec![R::ZERO; p.weights_len()], out.clone());
    let mut scratch = vec![R::ZERO; p.scratch_len::<R>()];
    attention(&p, [q, k, v, mask], &mut weights, &mut out, &mut scratch);
    row("attention".into(), &out);
    let mut grad = q.clone();
    attention_backward(&p, Wanted::Query(k, v), &weights, &out, &mut grad, Write::Set, &mut scratch);
    row("attention_backward".into(), &grad);
    for layout in
        [Layout { groups: [1, 17, 37], affine: Affine::Place }, Layout { groups: [3, 5, 49], affine: Affine::Group }]
    {
        let [outer, axis, inner] = layout.groups;
        let x = random::<R>(outer * axis * inner, 1);
        let weight = random(if layout.affine == Affine::Group { axis } else { inner }, 2);
        let (mut mean, mut variance, mut rstd) = (vec![R::ZERO; axis], vec![R::ZERO; axis], vec![R::ZERO; axis]);
        statistics(&x, layout.groups, &mut mean, &mut variance);
        reciprocal_deviation(&variance, R::from_f64(1e-5), &mut rstd);
        let (stats, mut y) = (Stats { mean: &mean, rstd: &rstd }, x.clone());
        normalize(&x, layout, stats, &weight, &weight, &mut y);
        row(format!("normalize {:?}", layout.groups), &y);
        let mut grad = x.clone();
        normalize_backward(&x, layout, stats, true, &weight, &y, (&mut grad, Write::Set));
        row(format!("normalize_backward {:?}", layout.groups), &grad);
    }
    row("sum".into(), &[sum(&x)]);
    let mut y = vec![R::ZERO; 4097];
    softmax(&x[..4097], [17, 241], &mut y);
    row("softmax".into(), &y);
    log_softmax(&x[..4097], [17, 241], &mut y);
    row("log_softmax".into(), &y);
    table
}

/// The whole table as text, a line for each kernel.
pub fn all() -> String {
    let rows = of::<f32>().into_iter().chain(of::<f64>());
    rows.map(|(name, digest)| format!("{digest:016x}  {name}\n")).collect()
}

#[test]
fn bits_have_not_moved() {
    for (got, want) in all().lines().zip(include_str!("digests.txt").lines()) {
        assert_eq!(got, want, "a kernel gives other bits than before");
    }
    assert_eq!(all().lines().count(), include_str!("digests.txt").lines().count());
}

#[test]
#[ignore = "prints the table of digests.txt; checks nothing"]
fn print_digests() {
    print!("{}", all());
}
