//! tensorscope computes deep learning in the reader's browser and shows every number while it happens.
//!
//! The map. Layers are modules; an arrow reads "may import", and nothing else may (`tests/layers.rs` checks it):
//!
//! ```text
//! web (wasm32) -> session -> lessons -> nn -> autograd -> tensor -> kernels
//!              -> scene      session -> scene      lessons -> scene, data, analysis      anyone -> rng, decimal
//! bin/site (native) -> session, lessons, scene, data      nn -> analysis
//! bin/train (native) -> nn, data, autograd, analysis
//! ```
//!
//! | module | what lives there | what may not |
//! |---|---|---|
//! | [`kernels`] | loops over slices, generic over vectors (`Lanes`); caller's buffers, and the arrays that these are | shapes; allocation and `Vec` but in `buffer` |
//! | [`tensor`] | [`tensor::Tensor`], [`tensor::Shape`], broadcasting, shape-checked operations | gradients |
//! | [`autograd`] | the tape, operations as data, the table of gradient rules | layers, optimisers |
//! | [`nn`] | layers, initialisation, losses, optimisers, training steps | lessons, drawing |
//! | [`data`] | data sets and where they come from | training |
//! | [`analysis`] | arithmetic about architectures: FLOPs, receptive fields | tensors |
//! | [`lessons`] | the contract of a lesson, the registry, the lessons | DOM, time, drawing, prose |
//! | [`session`] | a lesson with a past: acts, work, frames, the run that can be rewound, the address | DOM, threads, clocks |
//! | [`scene`] | what can be shown, a file a kind: numbers, and their charts (through plotters) or markup | computing |
//! | [`rng`] | the one seeded generator | the system's randomness |
//! | [`decimal`] | decimal text as a number | what to say of text that is none |
//! | `web` | the whole boundary to JavaScript (wasm32 only) | computing, drawing |
//!
//! Everything is deterministic: the same configuration and seed give the same bits natively and in every browser.
//! `unsafe` stands in `kernels` and `web` only.

#![cfg_attr(not(feature = "full"), allow(dead_code, unused))]

pub mod analysis;
pub mod autograd;
pub mod data;
pub mod decimal;
pub mod kernels;
pub mod lessons;
pub mod nn;
pub mod rng;
pub mod scene;
pub mod session;
pub mod tensor;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod web;
