//! Candle's half of the comparison: its CPU backend (gemm with simd128), driven through candle-core and candle-nn.
//!
//! A forward result is made dense (`contiguous`, no copy where it already is), because every contestant leaves a dense
//! result.

#[path = "../../../abi.rs"]
mod abi;

use abi::{CNN_LR, Case, Kind, MLP_LR, TINY_LR};
use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{Optimizer, SGD, loss, ops};

/// Builds the case that the page asked for.
pub fn open_case(kind: Kind, dims: &[usize], inputs: Vec<Vec<f32>>) -> Box<dyn Case> {
    let training = matches!(kind, Kind::Mlp | Kind::Tiny | Kind::Cnn);
    let case = if training { Training::open(kind, dims, inputs) } else { Forward::open(kind, dims, inputs) };
    case.unwrap_or_else(|error| panic!("Candle: {error}"))
}

fn tensor(values: Vec<f32>, dims: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values, dims, &Device::Cpu)
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).unwrap_or_else(|error| panic!("Candle: {error}"))
}

/// The work without parameters to update; `ConvBackward` has its tensors as variables.
struct Forward {
    kind: Kind,
    tensors: Vec<Tensor>,
    padding: usize,
    out: Vec<Tensor>,
}

impl Forward {
    fn open(kind: Kind, dims: &[usize], inputs: Vec<Vec<f32>>) -> Result<Box<dyn Case>> {
        let shapes: Vec<Vec<usize>> = match (kind, dims) {
            (Kind::Matmul, &[n]) => vec![vec![n, n], vec![n, n]],
            (Kind::Attention, &[t, d]) => vec![vec![t, d], vec![d, d], vec![d, d], vec![d, d], vec![d, d]],
            (_, &[n, c, h, w, out, k, _]) => vec![vec![n, c, h, w], vec![out, c, k, k]],
            _ => panic!("{kind:?} with {dims:?}"),
        };
        let tracked = kind == Kind::ConvBackward;
        let make = |(shape, values): (&Vec<usize>, Vec<f32>)| {
            let tensor = tensor(values, shape)?;
            if tracked { Ok(Var::from_tensor(&tensor)?.into_inner()) } else { Ok(tensor) }
        };
        let tensors = shapes.iter().zip(inputs).map(make).collect::<Result<_>>()?;
        Ok(Box::new(Self { kind, tensors, padding: *dims.last().expect("dims"), out: Vec::new() }))
    }

    fn compute(&self) -> Result<Vec<Tensor>> {
        let t = &self.tensors;
        let out = match self.kind {
            Kind::Matmul => t[0].matmul(&t[1])?,
            Kind::Conv | Kind::ConvBackward => t[0].conv2d(&t[1], self.padding, 1, 1, 1)?,
            _ => {
                let (q, k, v) = (t[0].matmul(&t[1])?, t[0].matmul(&t[2])?, t[0].matmul(&t[3])?);
                let scale = 1.0 / (t[1].dim(1)? as f64).sqrt();
                let probs = ops::softmax_last_dim(&(q.matmul(&k.t()?)? * scale)?)?;
                probs.matmul(&v)?.matmul(&t[4])?
            }
        };
        if self.kind != Kind::ConvBackward {
            return Ok(vec![out.contiguous()?]);
        }
        // On a tensor that is not a scalar this starts from ones, which is the grad_out of this work.
        let mut grads = out.backward()?;
        let x = grads.remove(&t[0]).expect("grad of x").contiguous()?;
        let weight = grads.remove(&t[1]).expect("grad of weight").contiguous()?;
        Ok(vec![out.contiguous()?, x, weight])
    }
}

impl Case for Forward {
    fn run(&mut self) {
        self.out = self.compute().unwrap_or_else(|error| panic!("Candle: {error}"));
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        self.out.iter().map(floats).collect()
    }
}

/// Windows of 2x2. Not `max_pool2d`: its gradient is scaled by the mean of a mask over the window (a quarter where the
/// maximum is single), so training with it is not the work that is asked for. The forward value is the same.
fn max_pool(x: &Tensor) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    x.reshape(&[n, c, h / 2, 2, w / 2, 2])?.max(5)?.max(3)
}

/// A network of [`Kind::Mlp`], [`Kind::Tiny`] or [`Kind::Cnn`] with its batch.
struct Training {
    kind: Kind,
    params: Vec<Var>,
    optimizer: SGD,
    x: Tensor,
    y: Tensor,
    labels: Tensor,
}

impl Training {
    fn open(kind: Kind, dims: &[usize], mut inputs: Vec<Vec<f32>>) -> Result<Box<dyn Case>> {
        let targets = inputs.pop().expect("labels");
        let x = inputs.pop().expect("x");
        let batch = dims[0];
        let (shapes, lr): (Vec<Vec<usize>>, f32) = match kind {
            Kind::Mlp => (vec![vec![dims[1], dims[2]], vec![dims[2]], vec![dims[2], dims[3]], vec![dims[3]]], MLP_LR),
            Kind::Tiny => {
                let (i, h) = (dims[1], dims[2]);
                (vec![vec![i, h], vec![h], vec![h, h], vec![h], vec![h, 1], vec![1]], TINY_LR)
            }
            _ => (vec![vec![8, 1, 5, 5], vec![8], vec![16, 8, 5, 5], vec![16], vec![784, 10], vec![10]], CNN_LR),
        };
        let make = |(shape, values): (&Vec<usize>, Vec<f32>)| Var::from_tensor(&tensor(values, shape)?);
        let params: Vec<Var> = shapes.iter().zip(inputs).map(make).collect::<Result<_>>()?;
        let image = if kind == Kind::Cnn { vec![batch, 1, 28, 28] } else { vec![batch, x.len() / batch] };
        let classes: Vec<u32> = targets.iter().map(|&label| label as u32).collect();
        Ok(Box::new(Self {
            kind,
            optimizer: SGD::new(params.clone(), f64::from(lr))?,
            params,
            x: tensor(x, &image)?,
            y: tensor(targets, &[batch, 1])?,
            labels: Tensor::from_vec(classes, batch, &Device::Cpu)?,
        }))
    }

    fn dense(&self, x: &Tensor, index: usize) -> Result<Tensor> {
        x.matmul(&self.params[index])?.broadcast_add(&self.params[index + 1])
    }

    fn conv(&self, x: &Tensor, index: usize) -> Result<Tensor> {
        let bias = self.params[index + 1].reshape((1, (), 1, 1))?;
        let out = x.conv2d(&self.params[index], 2, 1, 1, 1)?.broadcast_add(&bias)?.relu()?;
        max_pool(&out)
    }

    fn loss(&self) -> Result<Tensor> {
        match self.kind {
            Kind::Mlp => loss::cross_entropy(&self.dense(&self.dense(&self.x, 0)?.relu()?, 2)?, &self.labels),
            Kind::Tiny => {
                let hidden = self.dense(&self.dense(&self.x, 0)?.tanh()?, 2)?.tanh()?;
                loss::mse(&self.dense(&hidden, 4)?, &self.y)? * 0.5
            }
            _ => {
                let features = self.conv(&self.conv(&self.x, 0)?, 2)?.flatten_from(1)?;
                loss::cross_entropy(&self.dense(&features, 4)?, &self.labels)
            }
        }
    }
}

impl Case for Training {
    fn run(&mut self) {
        let loss = self.loss();
        let step = loss.and_then(|loss| self.optimizer.backward_step(&loss));
        step.unwrap_or_else(|error| panic!("Candle: {error}"));
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        self.params.iter().map(|param| floats(param)).collect()
    }
}
