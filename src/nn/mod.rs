//! Layers, losses, optimisers.
