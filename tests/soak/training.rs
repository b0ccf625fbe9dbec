//! The shipped weights, made from scratch: the same bytes as the files.

use std::process::Command;

#[test]
#[ignore = "a minute of learning: ./build.sh soak"]
fn shipped_weights_are_made_again_bit_for_bit() {
    let output = Command::new(env!("CARGO_BIN_EXE_train")).output().expect("the program train");
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("equal to the file, bit for bit") && !said.contains("NOT EQUAL"), "{said}");
}
