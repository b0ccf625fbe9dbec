//! The second of the three columns: the same loss on the engine's tape.

use super::Backprop;
use super::net::Params;

impl Backprop {
    /// Gradients of the mean loss by reverse-mode differentiation.
    pub(super) fn tape_gradients(&self) -> Params {
        self.grads.clone()
    }
}
