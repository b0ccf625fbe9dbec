//! Our half of the comparison: the engine as a lesson uses it.
//!
//! Forward works call the kernels on buffers that were made when the case was opened. Training replays a plan.
//! Dense weights are `[out, in]` in the engine and `[in, out]` in the works; they are turned when a case opens and when
//! its results are read, outside the clock.

#[path = "../../abi.rs"]
mod abi;
mod training;

use abi::{Case, Kind};
use tensorscope::kernels::Write;
use tensorscope::kernels::attention::{Attention as Heads, attention};
use tensorscope::kernels::conv::{Conv2d, conv2d, conv2d_backward_input, conv2d_backward_weight};
use tensorscope::kernels::matmul::{Matmul as Product, matmul};
use tensorscope::kernels::window::Window;

/// Builds the case that the page asked for.
pub fn open_case(kind: Kind, dims: &[usize], inputs: Vec<Vec<f32>>) -> Box<dyn Case> {
    match kind {
        Kind::Matmul => Box::new(Matmul::new(dims, inputs)),
        Kind::Conv | Kind::ConvBackward => Box::new(Conv::new(kind, dims, inputs)),
        Kind::Mlp | Kind::Tiny | Kind::Cnn => Box::new(training::Training::new(kind, dims, inputs)),
        Kind::Attention => Box::new(Attention::new(dims, inputs)),
    }
}

/// A square window without holes.
fn window(kernel: usize, stride: usize, padding: usize) -> Window {
    Window::new(kernel, kernel).stride(stride, stride).padding(padding, padding)
}

/// out `[n, n]` = a `[n, n]` * b `[n, n]`
struct Matmul {
    size: Product,
    a: Vec<f32>,
    b: Vec<f32>,
    out: Vec<f32>,
    scratch: Vec<f32>,
}

impl Matmul {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let [a, b]: [_; 2] = inputs.try_into().expect("two inputs");
        let size = Product::nn(dims[0], dims[0], dims[0]);
        Self { size, out: vec![0.0; dims[0] * dims[0]], a, b, scratch: vec![0.0; size.scratch_len::<f32>()] }
    }
}

impl Case for Matmul {
    fn run(&mut self) {
        matmul(self.size, &self.a, &self.b, &mut self.out, Write::Set, &mut self.scratch);
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        vec![self.out.clone()]
    }
}

/// x `[n, c, h, w]`, weight `[out, c, k, k]`, out and grad_out `[n, out, oh, ow]`
struct Conv {
    size: Conv2d,
    backward: bool,
    x: Vec<f32>,
    weight: Vec<f32>,
    grad_out: Vec<f32>,
    out: Vec<f32>,
    grad_x: Vec<f32>,
    grad_weight: Vec<f32>,
    scratch: Vec<f32>,
}

impl Conv {
    fn new(kind: Kind, dims: &[usize], mut inputs: Vec<Vec<f32>>) -> Self {
        let &[n, c, h, w, out, k, padding] = dims else { panic!("seven dims") };
        let size = Conv2d::new([n, c, h, w], [out, c, k, k], window(k, 1, padding), 1).expect("sizes that fit");
        let backward = kind == Kind::ConvBackward;
        let grad_out = if backward { inputs.pop().expect("grad_out") } else { Vec::new() };
        let [x, weight]: [_; 2] = inputs.try_into().expect("two inputs");
        Self {
            out: vec![0.0; size.output().iter().product()],
            grad_x: vec![0.0; x.len()],
            grad_weight: vec![0.0; weight.len()],
            scratch: vec![0.0; size.scratch_len::<f32>()],
            size,
            backward,
            x,
            weight,
            grad_out,
        }
    }
}

impl Case for Conv {
    fn run(&mut self) {
        let (p, scratch, set) = (&self.size, &mut self.scratch[..], Write::Set);
        conv2d(p, &self.x, &self.weight, &mut self.out, set, scratch);
        if self.backward {
            conv2d_backward_input(p, &self.weight, &self.grad_out, &mut self.grad_x, set, scratch);
            conv2d_backward_weight(p, &self.x, &self.grad_out, &mut self.grad_weight, set, scratch);
        }
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        let grads = if self.backward { vec![self.grad_x.clone(), self.grad_weight.clone()] } else { vec![] };
        [vec![self.out.clone()], grads].concat()
    }
}

/// softmax(q·kᵀ/√d)·v·wo with q, k, v = x·wq, x·wk, x·wv: x `[t, d]`, weights `[d, d]`, one head.
struct Attention {
    size: Heads,
    x: Vec<f32>,
    weights: [Vec<f32>; 4],
    /// q, k, v, and what the heads mix, each `[t, d]`.
    rows: [Vec<f32>; 4],
    /// `[t, t]`.
    probs: Vec<f32>,
    out: Vec<f32>,
    scratch: Vec<f32>,
}

impl Attention {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let &[t, d] = dims else { panic!("two dims") };
        let [x, q, k, v, o]: [_; 5] = inputs.try_into().expect("five inputs");
        let size = Heads { batch: 1, heads: 1, queries: t, keys: t, depth: d, width: d, masks: 0 };
        let scratch = size.scratch_len::<f32>().max(Product::nn(t, d, d).scratch_len::<f32>());
        Self {
            x,
            weights: [q, k, v, o],
            rows: [(); 4].map(|()| vec![0.0; t * d]),
            probs: vec![0.0; size.weights_len()],
            out: vec![0.0; t * d],
            scratch: vec![0.0; scratch],
            size,
        }
    }
}

impl Case for Attention {
    fn run(&mut self) {
        let Heads { queries: t, depth: d, .. } = self.size;
        let (project, scratch) = (Product::nn(t, d, d), &mut self.scratch[..]);
        let [wq, wk, wv, wo] = &self.weights;
        let [q, k, v, mixed] = &mut self.rows;
        for (weight, row) in [(wq, &mut *q), (wk, &mut *k), (wv, &mut *v)] {
            matmul(project, &self.x, weight, row, Write::Set, scratch);
        }
        attention(&self.size, [q, k, v, &[]], &mut self.probs, mixed, scratch);
        matmul(project, mixed, wo, &mut self.out, Write::Set, scratch);
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        vec![self.out.clone()]
    }
}
