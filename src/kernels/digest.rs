//! One number that stands for the bits of many: what a native run and a browser compare.
//!
//! Not cryptographic: FNV-1a (Fowler, Noll, Vo), 64 bits, over the bits of each element in order.

use super::Real;

/// FNV-1a of the bits of `x`; every NaN counts as the same one.
pub fn digest<R: Real>(x: &[R]) -> u64 {
    x.iter()
        .flat_map(|x| x.to_bits64().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
