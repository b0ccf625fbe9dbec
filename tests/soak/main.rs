//! What takes minutes: the full counts of which `cargo test` keeps a sample.

mod backprop;
