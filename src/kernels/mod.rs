//! Loops over slices.
