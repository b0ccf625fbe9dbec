//! The full counts of what `test` keeps a sample of: minutes each, so they are ignored there.
//!
//! `./build.sh soak`, or `cargo test --test soak -- --ignored --nocapture NAME`.

mod stacks;
