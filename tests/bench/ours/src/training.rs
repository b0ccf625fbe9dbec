//! The three networks of the works, trained on one batch by plain gradient descent: recorded once, replayed as a plan.

use crate::abi::{CNN_LR, Case, Kind, MLP_LR, TINY_LR};
use tensorscope::analysis::stack::Stack;
use tensorscope::autograd::{Tape, Var};
use tensorscope::kernels::map::Map;
use tensorscope::nn::{Bound, Init, Mlp, Mode, Model, ParamId, Params, Rule, Trainer};
use tensorscope::rng::Rng;

/// The network of [`Kind::Cnn`].
const CNN: &str = "input28x28x1 conv5x8p2 relu maxpool2 conv5x16p2 relu maxpool2 fc10";

/// A network with its batch.
pub struct Training {
    trainer: Trainer<f32>,
    lr: f64,
    params: Params<f32>,
}

/// `[rows, columns]` -> `[columns, rows]`
fn transpose(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    (0..values.len()).map(|i| values[i % rows * columns + i / rows]).collect()
}

/// The `[out, in]` sizes of parameter `id` where it is a dense weight: the works have those `[in, out]`.
fn dense(params: &Params<f32>, id: ParamId) -> Option<[usize; 2]> {
    let shape = params.shape(id);
    (shape.rank() == 2).then(|| [shape.dim(0), shape.dim(1)])
}

enum Network {
    Mlp(Mlp),
    Cnn(Model),
}

impl Network {
    fn new(kind: Kind, dims: &[usize], params: &mut Params<f32>) -> Self {
        let rng = &mut Rng::new(0, 0);
        match (kind, dims) {
            (Kind::Mlp, &[_, i, h, c]) => Network::Mlp(Mlp::new(params, &[i, h, c], Some(Map::Relu), Init::ZEROS, rng)),
            (Kind::Tiny, &[_, i, h]) => Network::Mlp(Mlp::new(params, &[i, h, h, 1], Some(Map::Tanh), Init::ZEROS, rng)),
            _ => {
                let stack = Stack::parse(CNN).expect("the text of the network");
                Network::Cnn(Model::from_stack(&stack, params, Init::ZEROS, rng))
            }
        }
    }

    fn forward(&self, tape: &mut Tape<f32>, bound: &Bound, x: Var) -> Var {
        match self {
            Network::Mlp(mlp) => mlp.forward(tape, bound, x),
            Network::Cnn(model) => model.forward(tape, bound, x, Mode::Train),
        }
    }
}

impl Training {
    /// `inputs`: the parameters, x, and labels or values.
    pub fn new(kind: Kind, dims: &[usize], mut inputs: Vec<Vec<f32>>) -> Self {
        let targets = inputs.pop().expect("targets");
        let x = inputs.pop().expect("x");
        let batch = dims[0];
        let mut params = Params::new();
        let network = Network::new(kind, dims, &mut params);
        for (id, values) in params.ids().zip(inputs) {
            let values = match dense(&params, id) {
                Some([o, i]) => transpose(&values, [i, o]),
                None => values,
            };
            params.get_mut(id).copy_from_slice(&values);
        }
        let image = if kind == Kind::Cnn { vec![batch, 1, 28, 28] } else { vec![batch, x.len() / batch] };
        let (trainer, ()) = Trainer::record(&params, Rule::SGD, |tape, bound| {
            let x = tape.leaf_from(image[..].into(), &x, false);
            let out = network.forward(tape, bound, x);
            let loss = if kind == Kind::Tiny {
                let targets = tape.leaf_from([batch, 1].into(), &targets, false);
                tape.mse_mean(out, targets)
            } else {
                let labels = tape.leaf_from([batch].into(), &targets, false);
                tape.cross_entropy(out, labels)
            };
            (loss, ())
        });
        let lr = match kind {
            Kind::Mlp => MLP_LR,
            // Half the mean squared error is asked for and `mse_mean` is the whole: half the step is the same step.
            Kind::Tiny => TINY_LR / 2.0,
            _ => CNN_LR,
        };
        Self { trainer, lr: f64::from(lr), params }
    }
}

impl Case for Training {
    fn run(&mut self) {
        self.trainer.step(self.lr);
    }

    fn results(&mut self) -> Vec<Vec<f32>> {
        self.trainer.store(&mut self.params);
        let read = |id| match dense(&self.params, id) {
            Some(sizes) => transpose(self.params.get(id), sizes),
            None => self.params.get(id).to_vec(),
        };
        self.params.ids().map(read).collect()
    }
}
