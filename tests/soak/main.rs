//! What takes long: whole trainings, full counts of random cases. `./build.sh soak` runs it, in a release build; `test` runs
//! a fixed sample of each subject where the subject is.
//!
//! Every test here is ignored, so that `cargo test` passes it by; each prints what it did.

mod backprop;
mod programs;
mod stacks;
mod training;
