//! Data sets and where they come from. One that is a file stands in a folder of its own, with its licence, its source and the
//! script that made it beside it; the page fetches it when a figure needs it (`lessons::assets`).

pub mod digits;
pub mod photo;
pub mod pictures;
pub mod reading;
pub mod toys;

/// FNV-1a (Fowler, Noll, Vo), 64 bits, of `bytes`: tells a file that is not the one that was meant from the one that was. Not
/// cryptographic.
pub fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
