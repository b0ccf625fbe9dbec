//! placeholder
/// Run.
pub struct Run;
/// History.
pub struct History;
