//! Arithmetic about architectures: what a stack of layers is, and what follows from its sizes alone.
//!
//! Not tensors: no weight and no picture is known here.
//!
//! | file | what it says |
//! |---|---|
//! | `stack` | a stack of layers as text: its syntax, its shapes, what is wrong with it and where |
//! | `receptive_field` | which part of the input an element of the output can see |
//! | `zoo` | published architectures, as text |

pub mod receptive_field;
pub mod stack;
pub mod zoo;
