//! Data sets and where they come from.

pub mod toys;
