//! Writes the JavaScript glue of a compiled module: what the command `wasm-bindgen --target web` does, as a call into the
//! library behind it.
//!
//! Why not the command: Cargo.lock already holds the library to exactly the version that the module was compiled with, and it
//! builds in half a minute where installing the command takes two and a half (2 cores). Only `build.sh` runs this; the feature
//! `bind` keeps its dependencies out of everything else.
//!
//! `bind INPUT.wasm OUTPUT_DIRECTORY` writes `tensorscope.js`, `tensorscope.d.ts` and `tensorscope_bg.wasm`.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, directory] = arguments.as_slice() else {
        eprintln!("bind INPUT.wasm OUTPUT_DIRECTORY");
        return ExitCode::from(2);
    };
    match bind(input, directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bind: {input}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The glue asks for no file by itself: the page compiles one module and gives it to every instance.
fn bind(input: &str, directory: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).web(true)?.omit_default_module_path(true).typescript(true).out_name("tensorscope");
    bindgen.generate(directory)?;
    Ok(())
}
