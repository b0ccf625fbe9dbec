//! Arithmetic about architectures.
