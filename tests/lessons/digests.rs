//! The state of every preset after 200 steps, bit by bit: one digest here, in the browser (`tests/web/digests.test.mjs`), and
//! on every other machine. `BLESS=1 cargo test --test lessons digests` writes `tests/goldens/digests.txt`.

use super::{bits, run};
use std::{env, fs};
use tensorscope::lessons::REGISTRY;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/digests.txt");

/// A number as the page prints it: one zero, one NaN.
fn printed(bits: u64) -> u64 {
    let value = f64::from_bits(bits);
    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { (value + 0.0).to_bits() }
}

/// FNV-1a (Fowler, Noll and Vo, 1991), 64 bits, over the id and the eight bytes of each number, least significant first.
fn digest(mut readouts: Vec<(String, u64)>) -> u64 {
    // By name: the page shows the main ones first.
    readouts.sort();
    let bytes = readouts.iter().flat_map(|(id, bits)| id.bytes().chain(printed(*bits).to_le_bytes()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_same_bits_as_ever() {
    let mut lines = String::new();
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let state = format!("preset={}&step=200", preset.id);
            let figure = run(entry.manifest.id, &state);
            lines.push_str(&format!("{} {state} {:016x}\n", entry.manifest.id, digest(bits(&figure))));
        }
    }
    if env::var_os("BLESS").is_some() {
        fs::write(FILE, &lines).expect("the folder of the goldens");
    }
    let known = fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(lines, known, "numbers have changed; if they should have, see the head of tests/lessons/digests.rs");
}
