//! "Copy as PyTorch": the text of every preset, and what real PyTorch printed when it ran that very text; the same of hundreds of
//! states, in short.
//!
//! `BLESS=1 cargo test --test lessons programs` writes the programs to `tests/goldens/programs/`; then
//! `tests/goldens/programs/run.sh` runs them and writes what they print beside them. `BLESS=1 cargo test --test soak programs --
//! --ignored` does the same for the states (`tests/soak/programs.rs`). All is committed.

use super::states::{self, Printed};
use super::{readout, run};
use std::{env, fs, path::PathBuf};
use tensorscope::lessons::REGISTRY;

/// A file of the goldens.
fn golden(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/programs")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn programs_are_those_that_were_run() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let figure = run(entry.manifest.id, &format!("preset={}", preset.id));
            let program = figure.lesson().pytorch();
            let name = format!("{}.{}.py", entry.manifest.id, preset.id);
            if env::var_os("BLESS").is_some() {
                fs::write(golden(&name), &program).expect("the folder of the programs");
            }
            assert!(read(&name) == program, "{name} is not what the lesson gives now; see tests/lessons/programs.rs");
        }
    }
}

#[test]
fn the_program_of_a_preset_printed_the_numbers_of_the_figure() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let (lesson, state) = (entry.manifest.id, format!("preset={}", preset.id));
            let output = read(&format!("{lesson}.{}.txt", preset.id));
            let printed = states::printed(&output).unwrap_or_else(|error| panic!("{lesson} {state}: {error}"));
            let (_, wrong) = states::compare(lesson, &state, &printed);
            assert!(wrong.is_empty(), "{lesson} {state}: {wrong:#?}");
            let names: Vec<&str> = printed.iter().map(|one| one.name.as_str()).collect();
            let wanted = match lesson {
                "backprop" => "grad_w1_1_1",
                "ema" => "half_life",
                _ => "variance_x",
            };
            assert!(names.iter().any(|name| name.starts_with(wanted)), "{lesson} {state}: no {wanted}");
            // What of a box lies on the picture: nothing outside of it has a gradient.
            if let Some(found) = output.lines().find_map(|line| line.strip_prefix("# gradient: ")) {
                let found: Vec<f64> = found.split_whitespace().filter_map(|word| word.parse().ok()).collect();
                let figure = run(lesson, &state);
                let sides = ["top", "bottom", "left", "right"].map(|id| readout(&figure, id));
                let inside = |side: usize| {
                    if side.is_multiple_of(2) { found[side] >= sides[side] } else { found[side] <= sides[side] }
                };
                assert!(found.len() == 4 && (0..4).all(inside), "{state}: {found:?} {sides:?}");
            }
        }
    }
}

/// A state, the digest of its program, and some of what that printed.
fn kept() -> Vec<(String, String, u64, Vec<Printed>)> {
    let text = read("states.txt");
    let blocks = text.split("> ").filter(|block| !block.is_empty());
    let block = |block: &str| {
        let (head, output) = block.split_once('\n').expect("a head");
        let [lesson, state, digest] = head.split('\t').collect::<Vec<_>>()[..] else { panic!("{head}") };
        let digest = u64::from_str_radix(digest, 16).expect("a digest");
        (lesson.into(), state.into(), digest, states::printed(output).unwrap_or_else(|error| panic!("{head}: {error}")))
    };
    blocks.map(block).collect()
}

#[test]
fn the_programs_of_hundreds_of_states_printed_the_numbers_of_the_figure() {
    let all = kept();
    for entry in REGISTRY {
        let lesson = entry.manifest.id;
        let of_lesson = all.iter().filter(|(of, ..)| of == lesson);
        let (mut count, mut numbers, mut wrong) = (0, 0, Vec::new());
        for (_, state, digest, printed) in of_lesson {
            let program = run(lesson, state).lesson().pytorch();
            if states::digest(&program) != *digest {
                wrong.push(format!("{state}: another program was run"));
            }
            let (_, differing) = states::compare(lesson, state, printed);
            wrong.extend(differing.into_iter().map(|what| format!("{state}: {what}")));
            (count, numbers) = (count + 1, numbers + printed.len());
        }
        assert!(wrong.is_empty(), "{lesson}: {wrong:#?}");
        assert!(count >= states::COUNT && numbers > 5 * count, "{lesson}: {count} states, {numbers} numbers");
    }
}

#[test]
fn where_a_program_once_differed_it_prints_the_right_number() {
    let all = kept();
    for (lesson, state, name, value) in states::NAMED {
        let ours = readout(&run(lesson, state), name);
        let same = |a: f64, b: f64, bound: f64| a.is_nan() && b.is_nan() || (a - b).abs() <= bound * b.abs().max(1e-3);
        // The values are known to four digits.
        assert!(same(ours, *value, 5e-4), "{lesson} {state}: {name} is {ours}, not {value}");
        let (.., printed) = all.iter().find(|(of, at, ..)| of == lesson && at == state).expect("kept");
        // The number of the step that is shown; of a stream every step has its line, and this is the last.
        let shown = printed.iter().find(|one| one.name == *name && one.when.is_empty());
        let theirs = shown.or_else(|| printed.iter().rfind(|one| one.name == *name));
        let theirs = theirs.unwrap_or_else(|| panic!("{state}: no {name}"));
        let theirs: f64 = theirs.text.parse().expect("a number");
        assert!(same(theirs, ours, 1e-4), "{lesson} {state}: {name} is {ours}, PyTorch says {theirs}");
    }
}
