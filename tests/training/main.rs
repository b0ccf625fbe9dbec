//! Training: models from stacks, the recorded step with its groups, and the first steps of the shipped weights.
//!
//! Not gradients (`tests/gradients.rs`), not the optimisers' formulas (`tests/goldens.rs`) and not that a step allocates
//! nothing (`tests/allocations.rs`). The whole way to the shipped weights is in `tests/soak`.

mod model;
mod shipped;
mod trainer;
