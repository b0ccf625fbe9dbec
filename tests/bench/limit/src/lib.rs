//! The limit: multiply, then add, on registers alone. No memory, no loop overhead to speak of.
//!
//! Twelve independent chains, because V8 has fifteen vector registers to give on x86-64 and the two factors want two;
//! each chain waits for itself, and twelve of them fill the two multipliers and two adders. Plain simd128: relaxed
//! multiply-add rounds differently from machine to machine, so nothing that is compared here uses it.
#![no_std]

use core::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, v128};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// FLOPs of one iteration: 12 chains of 4 lanes, a multiplication and an addition each.
#[unsafe(no_mangle)]
pub extern "C" fn flops_each() -> u32 {
    12 * 4 * 2
}

/// `acc = acc * x + y`, `times` times in 12 chains. The result is returned so that nothing can be left out; with
/// x < 1 the chains settle at y / (1 - x), far from infinities and denormals, which would be slower.
#[unsafe(no_mangle)]
pub extern "C" fn run(times: u32) -> f32 {
    let (x, y) = (f32x4_splat(0.999), f32x4_splat(0.001));
    let mut acc = core::array::from_fn::<v128, 12, _>(|i| f32x4_splat(i as f32));
    for _ in 0..times {
        for chain in &mut acc {
            *chain = f32x4_add(f32x4_mul(*chain, x), y);
        }
    }
    let sum = acc.into_iter().fold(x, |sum, chain| f32x4_add(sum, chain));
    f32x4_extract_lane::<0>(sum)
}
