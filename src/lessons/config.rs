//! placeholder
use super::Manifest;
/// Values.
pub struct Config { 
/// m
pub manifest: &'static Manifest }
/// Value.
pub enum Value {}
