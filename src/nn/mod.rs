//! Networks: parameters in one flat array, layers that know their part of it, and the optimisers that walk it.
//!
//! Not a training library: what the lessons need, completely. No layer holds numbers; it holds handles ([`ParamId`]) into a
//! [`Params`], so that an optimiser, an average of weights or a checkpoint is one loop over one slice.
//!
//! | file | what it says |
//! |---|---|
//! | `params` | the flat arena, names and shapes, and how it gets on a tape and its gradients back |
//! | `init` | He's and Xavier's distributions, as PyTorch defines them |
//! | `layers` | linear, convolution, embedding, normalisation, a multi-layer perceptron |
//! | `model` | the layers of an `analysis::stack`, with parameters |
//! | `trainer` | a recorded training step with its optimiser; a recorded test over the same parameters |
//! | `optim` | SGD with momentum, Nesterov's, RMSProp, Adam, AdamW; L1 and L2 terms |
//! | [`Ema`] | an average of the parameters that forgets |
//!
//! Losses are operations of the tape: `mse_mean`, `mse_half_sum`, `cross_entropy` (takes logits).

mod ema;
pub mod init;
mod layers;
mod model;
mod optim;
mod params;
mod trainer;

pub use ema::Ema;
pub use init::Init;
pub use layers::{Activation, BatchNorm, Conv2d, Embedding, LayerNorm, Linear, Mlp};
pub use model::{Mode, Model, Module};
pub use optim::{Group, Optimizer, Rule};
pub use params::{Bound, ParamId, Params};
pub use trainer::{Evaluator, Trainer};
