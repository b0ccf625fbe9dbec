//! The state of every preset after 200 steps, bit by bit: one digest here, in the browser (`tests/web/digests.test.mjs`), and
//! on every other machine. `BLESS=1 cargo test --test lessons digests` writes `tests/goldens/digests.txt`.

use super::{bits, run};
use std::{env, fs};
use tensorscope::lessons::REGISTRY;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/digests.txt");

/// FNV-1a (Fowler, Noll and Vo, 1991), 64 bits, over the id and the eight bytes of each number, least significant first.
fn digest(readouts: &[(String, u64)]) -> u64 {
    let bytes = readouts.iter().flat_map(|(id, bits)| id.bytes().chain(bits.to_le_bytes()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_same_bits_as_ever() {
    let mut lines = String::new();
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let state = format!("preset={}&step=200", preset.id);
            let figure = run(entry.manifest.id, &state);
            lines.push_str(&format!("{} {state} {:016x}\n", entry.manifest.id, digest(&bits(&figure))));
        }
    }
    if env::var_os("BLESS").is_some() {
        fs::write(FILE, &lines).expect("the folder of the goldens");
    }
    let known = fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(lines, known, "numbers have changed; if they should have, see the head of tests/lessons/digests.rs");
}
