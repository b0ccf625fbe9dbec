//! Builds the static site.
fn main() {}
