//! Burn's half of the comparison: its flex backend with SIMD, driven through its public tensor API.
//!
//! Forward work runs on the plain device, training on the autodiff device. A forward result is made dense
//! (`into_data`, no copy where it already is), because every contestant leaves a dense result.

#[path = "../../../abi.rs"]
mod abi;

use abi::{CNN_LR, Case, Kind, MLP_LR, TINY_LR};
use burn::tensor::activation::{log_softmax, relu, tanh};
use burn::tensor::module::{attention, conv2d, linear, max_pool2d};
use burn::tensor::ops::{AttentionModuleOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Int, Shape, Tensor, TensorData};

/// Builds the case that the page asked for.
pub fn open_case(kind: Kind, dims: &[usize], inputs: Vec<Vec<f32>>) -> Box<dyn Case> {
    match kind {
        Kind::Matmul => Box::new(Matmul::new(dims, inputs)),
        Kind::Conv => Box::new(Conv::new(dims, inputs)),
        Kind::ConvBackward => Box::new(ConvBackward::new(dims, inputs)),
        Kind::Mlp | Kind::Tiny | Kind::Cnn => Box::new(Training::new(kind, dims, inputs)),
        Kind::Attention => Box::new(Attention::new(dims, inputs)),
    }
}

fn tensor<const D: usize>(values: Vec<f32>, dims: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, Shape::new(dims)), device)
}

fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().into_data().try_to_vec::<f32>().expect("f32 tensor")
}

fn conv_options(padding: usize) -> ConvOptions<2> {
    ConvOptions::new([1, 1], [padding, padding], [1, 1], 1)
}

struct Matmul {
    a: Tensor<2>,
    b: Tensor<2>,
    out: Option<TensorData>,
}

impl Matmul {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let device = Device::flex();
        let [a, b]: [_; 2] = inputs.try_into().expect("two inputs");
        let n = dims[0];
        Self { a: tensor(a, [n, n], &device), b: tensor(b, [n, n], &device), out: None }
    }
}

impl Case for Matmul {
    fn run(&mut self) {
        self.out = Some(self.a.clone().matmul(self.b.clone()).into_data());
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        vec![self.out.clone().expect("run first").try_to_vec().expect("f32")]
    }
}

struct Conv {
    x: Tensor<4>,
    weight: Tensor<4>,
    padding: usize,
    out: Option<TensorData>,
}

impl Conv {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let device = Device::flex();
        let [x, weight]: [_; 2] = inputs.try_into().expect("two inputs");
        let [n, c, h, w, out, k, padding] = *dims else { panic!("seven dims") };
        let x = tensor(x, [n, c, h, w], &device);
        Self { x, weight: tensor(weight, [out, c, k, k], &device), padding, out: None }
    }
}

impl Case for Conv {
    fn run(&mut self) {
        let out = conv2d(self.x.clone(), self.weight.clone(), None, conv_options(self.padding));
        self.out = Some(out.into_data());
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        vec![self.out.clone().expect("run first").try_to_vec().expect("f32")]
    }
}

/// `backward` on a tensor that is not a scalar starts from ones, which is the grad_out of this work.
struct ConvBackward {
    x: Tensor<4>,
    weight: Tensor<4>,
    padding: usize,
    out: Option<[TensorData; 3]>,
}

impl ConvBackward {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let device = Device::flex().autodiff();
        let [x, weight, _ones]: [_; 3] = inputs.try_into().expect("three inputs");
        let [n, c, h, w, out, k, padding] = *dims else { panic!("seven dims") };
        let x = tensor(x, [n, c, h, w], &device).require_grad();
        Self { x, weight: tensor(weight, [out, c, k, k], &device).require_grad(), padding, out: None }
    }
}

impl Case for ConvBackward {
    fn run(&mut self) {
        let out = conv2d(self.x.clone(), self.weight.clone(), None, conv_options(self.padding));
        let mut grads = out.backward();
        let x = self.x.grad_remove(&mut grads).expect("grad of x");
        let weight = self.weight.grad_remove(&mut grads).expect("grad of weight");
        self.out = Some([out.into_data(), x.into_data(), weight.into_data()]);
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        let out = self.out.clone().expect("run first");
        out.map(|data| data.try_to_vec().expect("f32")).into()
    }
}

struct Attention {
    x: Tensor<2>,
    weights: [Tensor<2>; 4],
    out: Option<TensorData>,
}

impl Attention {
    fn new(dims: &[usize], inputs: Vec<Vec<f32>>) -> Self {
        let device = Device::flex();
        let [x, q, k, v, o]: [_; 5] = inputs.try_into().expect("five inputs");
        let (t, d) = (dims[0], dims[1]);
        let weights = [q, k, v, o].map(|w| tensor(w, [d, d], &device));
        Self { x: tensor(x, [t, d], &device), weights, out: None }
    }
}

impl Case for Attention {
    fn run(&mut self) {
        let [q, k, v] = [0, 1, 2].map(|i| self.x.clone().matmul(self.weights[i].clone()).unsqueeze::<4>());
        let mixed = attention(q, k, v, None, None, AttentionModuleOptions::default());
        let [_, _, t, d] = mixed.dims();
        self.out = Some(mixed.reshape([t, d]).matmul(self.weights[3].clone()).into_data());
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        vec![self.out.clone().expect("run first").try_to_vec().expect("f32")]
    }
}

/// One parameter of either rank that the networks have.
#[derive(Clone)]
enum Param {
    Bias(Tensor<1>),
    Dense(Tensor<2>),
    Filter(Tensor<4>),
}

impl Param {
    fn bias(&self) -> Tensor<1> {
        let Param::Bias(tensor) = self else { panic!("not a bias") };
        tensor.clone()
    }

    fn dense(&self) -> Tensor<2> {
        let Param::Dense(tensor) = self else { panic!("not a matrix") };
        tensor.clone()
    }

    fn filter(&self) -> Tensor<4> {
        let Param::Filter(tensor) = self else { panic!("not a filter") };
        tensor.clone()
    }
}

/// A network of [`Kind::Mlp`], [`Kind::Tiny`] or [`Kind::Cnn`] with its batch.
struct Training {
    kind: Kind,
    params: Vec<Param>,
    x: Tensor<2>,
    y: Tensor<2>,
    labels: Tensor<2, Int>,
    lr: f32,
}

impl Training {
    fn new(kind: Kind, dims: &[usize], mut inputs: Vec<Vec<f32>>) -> Self {
        let device = Device::flex().autodiff();
        let targets = inputs.pop().expect("labels");
        let x = inputs.pop().expect("x");
        let batch = dims[0];
        let wide = x.len() / batch;
        let shapes: Vec<Vec<usize>> = match kind {
            Kind::Mlp => vec![vec![dims[1], dims[2]], vec![dims[2]], vec![dims[2], dims[3]], vec![dims[3]]],
            Kind::Tiny => {
                let (i, h) = (dims[1], dims[2]);
                vec![vec![i, h], vec![h], vec![h, h], vec![h], vec![h, 1], vec![1]]
            }
            _ => vec![vec![8, 1, 5, 5], vec![8], vec![16, 8, 5, 5], vec![16], vec![784, 10], vec![10]],
        };
        let params = shapes.iter().zip(inputs).map(|(shape, values)| match shape[..] {
            [n] => Param::Bias(tensor(values, [n], &device).require_grad()),
            [m, n] => Param::Dense(tensor(values, [m, n], &device).require_grad()),
            [o, i, h, w] => Param::Filter(tensor(values, [o, i, h, w], &device).require_grad()),
            _ => unreachable!("ranks 1, 2 and 4"),
        });
        let classes: Vec<i32> = targets.iter().map(|&label| label as i32).collect();
        Self {
            kind,
            params: params.collect(),
            x: tensor(x, [batch, wide], &device),
            y: tensor(targets, [batch, 1], &device),
            labels: Tensor::from_data(TensorData::new(classes, Shape::new([batch, 1])), &device),
            lr: match kind {
                Kind::Mlp => MLP_LR,
                Kind::Tiny => TINY_LR,
                _ => CNN_LR,
            },
        }
    }

    fn dense(&self, x: Tensor<2>, index: usize) -> Tensor<2> {
        linear(x, self.params[index].dense(), Some(self.params[index + 1].bias()))
    }

    fn conv(&self, x: Tensor<4>, index: usize) -> Tensor<4> {
        let out = conv2d(x, self.params[index].filter(), Some(self.params[index + 1].bias()), conv_options(2));
        max_pool2d(relu(out), MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
    }

    fn cross_entropy(&self, logits: Tensor<2>) -> Tensor<1> {
        log_softmax(logits, 1).gather(1, self.labels.clone()).mean().neg()
    }

    fn loss(&self) -> Tensor<1> {
        let x = self.x.clone();
        match self.kind {
            Kind::Mlp => self.cross_entropy(self.dense(relu(self.dense(x, 0)), 2)),
            Kind::Tiny => {
                let hidden = tanh(self.dense(tanh(self.dense(x, 0)), 2));
                let error = self.dense(hidden, 4) - self.y.clone();
                (error.clone() * error).mean() * 0.5
            }
            _ => {
                let batch = x.dims()[0];
                let image = x.reshape([batch, 1, 28, 28]);
                let features = self.conv(self.conv(image, 0), 2);
                self.cross_entropy(self.dense(features.reshape([batch, 784]), 4))
            }
        }
    }
}

/// `tensor - lr * grad`, as a fresh leaf.
fn descend<const D: usize>(tensor: &mut Tensor<D>, grads: &mut burn::tensor::Gradients, lr: f32) {
    let grad = tensor.grad_remove(grads).expect("a gradient for every parameter");
    *tensor = (tensor.clone().inner() - grad * lr).autodiff().require_grad();
}

impl Case for Training {
    fn run(&mut self) {
        let mut grads = self.loss().backward();
        for param in &mut self.params {
            match param {
                Param::Bias(tensor) => descend(tensor, &mut grads, self.lr),
                Param::Dense(tensor) => descend(tensor, &mut grads, self.lr),
                Param::Filter(tensor) => descend(tensor, &mut grads, self.lr),
            }
        }
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        let read = |param: &Param| match param {
            Param::Bias(tensor) => floats(tensor),
            Param::Dense(tensor) => floats(tensor),
            Param::Filter(tensor) => floats(tensor),
        };
        self.params.iter().map(read).collect()
    }
}
