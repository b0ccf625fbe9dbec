//! The shipped weights: what they can do, and that their training begins with the same bits as ever.

use std::process::Command;

/// What the program `train` prints.
fn train(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_train")).args(args).output().expect("the program train");
    assert!(output.status.success(), "train {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn their_training_begins_with_the_same_bits_as_ever() {
    // The first epoch has 89 steps: these end in the second, so the order of the pictures is drawn anew once.
    assert_eq!(
        train(&["--steps", "100"]).lines().last(),
        Some("reading/reading.bin: after 100 steps 0xc918c0b7d54378c0")
    );
}

#[test]
fn they_read_digits() {
    let said = train(&["--report"]);
    let words: Vec<&str> = said.split_whitespace().collect();
    let [_, "reads", right, "of", all, "digits"] = words[..] else { panic!("{said}") };
    let [right, all] = [right, all].map(|count| count.parse::<f64>().expect("a count"));
    assert!(right / all > 0.95, "{said}");
}
