//! "Copy as PyTorch" in many states: each program runs in real PyTorch, and every number that it prints is compared with the
//! readout of its name.
//!
//! Needs Python 3 (`PYTHON`) with torch, scikit-learn, scikit-image and pillow. With `BLESS=1` what was printed is kept, some
//! numbers a state, in `tests/goldens/programs/states.txt`, which `tests/lessons/programs.rs` compares in seconds.

#[path = "../lessons/states.rs"]
mod states;

use states::{NAMED, Printed, compare, digest, printed, run};
use std::fmt::Write as _;
use std::{env, fs, path::Path, process::Command};
use tensorscope::lessons::REGISTRY;

/// Numbers of a state that are kept.
const KEPT: usize = 24;

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn every_copied_program_prints_what_the_figure_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/programs");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the programs");
    let name = |lesson: &str, nth: usize| format!("{lesson}.{nth:03}");
    let mut all = Vec::new();
    for entry in REGISTRY {
        let lesson = entry.manifest.id;
        for (nth, state) in states::states(lesson).into_iter().enumerate() {
            let program = run(lesson, &state).lesson().pytorch();
            fs::write(folder.join(name(lesson, nth) + ".py"), &program).expect("a program");
            all.push((lesson, nth, state, digest(&program)));
        }
    }
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let done = Command::new(&python).arg(root.join("tests/soak/programs.py")).arg(&folder).status();
    assert!(done.is_ok_and(|status| status.success()), "{python} did not run the programs: has it torch?");
    let (mut golden, mut wrong) = (String::new(), Vec::new());
    for entry in REGISTRY {
        let (mut programs, mut numbers, mut worst) = (0, 0, 0.0f64);
        for (lesson, nth, state, digest) in all.iter().filter(|(lesson, ..)| *lesson == entry.manifest.id) {
            let output = fs::read_to_string(folder.join(name(lesson, *nth) + ".txt")).expect("what it printed");
            let read = printed(&output).unwrap_or_else(|error| {
                wrong.push(format!("{lesson} {nth} {state}: {error}"));
                Vec::new()
            });
            let (error, differing) = compare(lesson, state, &read);
            wrong.extend(differing.iter().map(|what| format!("{lesson} {nth} {state}: {what}")));
            (programs, numbers, worst) = (programs + 1, numbers + read.len(), worst.max(error));
            let _ = write!(golden, "> {lesson}\t{state}\t{digest:016x}\n{}", kept(state, &read));
        }
        let id = entry.manifest.id;
        println!(
            "{id}: {programs} programs, {numbers} numbers compared, the largest error {worst:.3} of what is allowed"
        );
    }
    wrong.iter().for_each(|what| println!("{what}"));
    assert!(wrong.is_empty(), "{} numbers differ", wrong.len());
    if env::var_os("BLESS").is_some() {
        fs::write(root.join("tests/goldens/programs/states.txt"), golden).expect("the goldens");
    }
}

/// Some of the numbers, evenly, and the one by which the state is named, as lines that can be read again.
fn kept(state: &str, read: &[Printed]) -> String {
    let every = read.len().div_ceil(KEPT).max(1);
    let name = NAMED.iter().find(|(_, of, ..)| *of == state).map_or("", |(_, _, name, _)| name);
    let first = read.iter().position(|one| one.name == name);
    let last = read.iter().rposition(|one| one.name == name);
    let mut out = String::new();
    let mut before = None;
    for (at, one) in read.iter().enumerate() {
        if !(at.is_multiple_of(every) || at + 1 == read.len() || Some(at) == first || Some(at) == last) {
            continue;
        }
        out += match before {
            Some(when) if when == &one.when => " ",
            Some(_) => "\n",
            None => "",
        };
        if before != Some(&one.when) {
            out += &one.when;
        }
        let _ = write!(out, "{} {}", one.name, one.text);
        before = Some(&one.when);
    }
    out + "\n"
}
