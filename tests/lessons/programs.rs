//! "Copy as PyTorch": the text of every preset, and what real PyTorch printed when it ran that very text.
//!
//! `BLESS=1 cargo test --test lessons programs` writes the programs to `tests/goldens/programs/`; then
//! `tests/goldens/programs/run.sh` runs them and writes what they print beside them. Both are committed.

use super::{go, readout, run};
use std::{env, fs, path::PathBuf};
use tensorscope::lessons::{REGISTRY, find};
use tensorscope::session::Run;

/// The program of a preset, and its output.
fn files(lesson: &str, preset: &str) -> [PathBuf; 2] {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/programs"));
    [folder.join(format!("{lesson}.{preset}.py")), folder.join(format!("{lesson}.{preset}.txt"))]
}

#[test]
fn programs_are_those_that_were_run() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let figure = run(entry.manifest.id, &format!("preset={}", preset.id));
            let program = figure.lesson().pytorch();
            let [path, _] = files(entry.manifest.id, preset.id);
            if env::var_os("BLESS").is_some() {
                fs::write(&path, &program).expect("the folder of the programs");
            }
            let run = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                run == program,
                "{} is not what the lesson gives now; see tests/lessons/programs.rs",
                path.display()
            );
        }
    }
}

#[test]
fn pytorch_averages_as_the_figure_does() {
    for preset in find("ema").expect("a lesson").manifest.presets {
        let mut figure = run("ema", &format!("preset={}", preset.id));
        let [_, path] = files("ema", preset.id);
        let output = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {}", path.display()));
        let mut compared = 0;
        let mut compare = |figure: &Run, id: &str, theirs: &str, bound: f64| {
            let (theirs, ours): (f64, f64) = (theirs.parse().expect("a number"), readout(figure, id));
            assert!((theirs - ours).abs() <= bound * theirs.abs().max(1.0), "{}: {id} {theirs} {ours}", preset.id);
            compared += 1;
        };
        for line in output.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                // averaged weights: test loss 1.88 accuracy 48.5: f32 on both sides, in another order of sums.
                [which, "weights:", "test", "loss", loss, "accuracy", accuracy] => {
                    go(&mut figure, 20);
                    let name = if which == "live" { "live" } else { "ema" };
                    compare(&figure, &format!("{name}_loss"), loss, 1e-5);
                    compare(&figure, &format!("{name}_accuracy"), accuracy, 1e-5);
                }
                // 1 right 1.0 none 3.16 wrong 10.0, or 1 v 0.5 corrected 5.0 first 5.0: f64
                [step, first, a, second, b, third, c] => {
                    go(&mut figure, step.parse().expect("a step"));
                    for (id, value) in [(first, a), (second, b), (third, c)] {
                        compare(&figure, id, value, 1e-12);
                    }
                }
                _ => panic!("{line}"),
            }
        }
        assert!(compared >= 4, "{}: only {compared} numbers compared", preset.id);
    }
}

#[test]
fn pytorch_printed_the_numbers_of_the_figure() {
    for preset in ["mazur", "xor", "circles", "spiral", "vanish", "relu"] {
        let mut figure = run("backprop", &format!("preset={preset}"));
        let [_, path] = files("backprop", preset);
        let output = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {}", path.display()));
        let mut compared = 0;
        for line in output.lines() {
            // step 0 loss 0.29837110876000275
            if let ["step", step, "loss", loss] = line.split(' ').collect::<Vec<_>>()[..] {
                go(&mut figure, step.parse().expect("a step"));
                let (theirs, ours): (f64, f64) = (loss.parse().expect("a loss"), readout(&figure, "loss"));
                // Both are f64; they differ by the order of sums and the last bit of exp.
                assert!((theirs - ours).abs() <= 1e-14 * theirs.abs().max(1.0), "{preset} {line}: {ours}");
            }
            // dL/dW 1 [[..], [..]] dL/db 1 [..]
            if let Some((weights, biases)) = line.strip_prefix("dL/dW ").and_then(|rest| rest.split_once(" dL/db ")) {
                let numbers = |text: &str| -> Vec<f64> {
                    let (_, list) = text.split_once(' ').expect("layer and list");
                    let plain: String = list.chars().map(|c| if "[],".contains(c) { ' ' } else { c }).collect();
                    plain.split_whitespace().map(|number| number.parse().expect("a number")).collect()
                };
                let layer = &weights[..1];
                let ours = |prefix: &str| -> Vec<f64> {
                    let readouts = figure.lesson().readouts(figure.at());
                    readouts.iter().filter(|one| one.id.starts_with(prefix)).map(|one| one.value).collect()
                };
                for (theirs, ours) in [
                    (numbers(weights), ours(&format!("grad_w{layer}_"))),
                    (numbers(biases), ours(&format!("grad_b{layer}_"))),
                ] {
                    assert_eq!(theirs.len(), ours.len(), "{preset} {line}");
                    for (theirs, ours) in theirs.iter().zip(&ours) {
                        assert!((theirs - ours).abs() <= 1e-13, "{preset} layer {layer}: {theirs} {ours}");
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 10, "{preset}: only {compared} numbers compared");
    }
}
