//! Every lesson of the registry against the contract, and each lesson's published values.
//!
//! Not drawing (`tests/plots.rs`) and not the page (`tests/web/`).

mod address;
mod backprop;
mod contract;
mod csv;
mod digests;
mod ema;
#[path = "../common/backprop.rs"]
mod networks;
mod portions;
mod programs;
mod receptive_field;
mod states;

use tensorscope::lessons::find;
use tensorscope::session::Run;

/// The lesson called `id` in the state of an address, arrived at its step.
fn run(id: &str, state: &str) -> Run {
    let mut run = Run::new(find(id).expect("a lesson of the registry"), state);
    run.work(u32::MAX);
    run
}

/// The number of the readout called `id`.
fn readout(run: &Run, id: &str) -> f64 {
    let readouts = run.lesson().readouts(run.at());
    readouts.iter().find(|readout| readout.id == id).unwrap_or_else(|| panic!("no readout {id}")).value
}

/// All readouts, bit by bit.
fn bits(run: &Run) -> Vec<(String, u64)> {
    let readouts = run.lesson().readouts(run.at());
    readouts.into_iter().map(|readout| (readout.id, readout.value.to_bits())).collect()
}

/// Goes to `step`, or to the last one that the lesson has.
fn go(run: &mut Run, step: u32) {
    let step = step.min(run.entry().manifest.max_step);
    run.seek(step);
    assert_eq!(run.work(u32::MAX), 0);
    assert_eq!(run.step(), step);
}
