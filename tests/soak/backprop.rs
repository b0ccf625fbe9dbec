//! The proof of lesson 1 over many networks: none that is honest is refuted, none that is broken is verified.

#[path = "../common/backprop.rs"]
mod networks;

use networks::{Broken, break_it, network, prove};
use tensorscope::lessons::find;
use tensorscope::rng::Rng;
use tensorscope::session::Run;

const HONEST: usize = 2000;
const BROKEN: usize = 500;

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn no_honest_network_is_refuted() {
    let mut rng = Rng::new(1, 1);
    let (mut refuted, mut whole, mut claims, mut open) = (0, 0, 0, 0);
    for _ in 0..HONEST {
        let state = network(&mut rng, 300);
        let tally = prove(&state);
        claims += tally.claims;
        open += tally.open();
        whole += usize::from(tally.held == tally.claims);
        if tally.failed() > 0 {
            refuted += 1;
            println!("refuted: {state}: {tally:?}");
        }
    }
    println!(
        "{HONEST} honest networks: {refuted} refuted, {whole} verified whole; {open} of {claims} claims undecided"
    );
    assert_eq!(refuted, 0);
}

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn no_broken_network_is_verified() {
    let mut rng = Rng::new(2, 1);
    let (mut tried, mut broken, mut nothing, mut verified) = (0, 0, 0, 0);
    while broken < BROKEN {
        let state = network(&mut rng, 300);
        tried += 1;
        let Broken::Changes { state, tally } = break_it(&mut rng, &state) else { continue };
        broken += 1;
        if tally.open() == tally.claims {
            nothing += 1;
        } else if tally.failed() == 0 {
            verified += 1;
            println!("not refuted: {state}: {tally:?}");
        }
    }
    println!(
        "{BROKEN} broken networks (of {tried} with a switch, which leaves the others as they are): {verified} verified, \
         {nothing} with nothing that could be decided"
    );
    assert_eq!(verified, 0);
}

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn no_preset_is_refuted_at_any_step() {
    let entry = find("backprop").expect("a lesson");
    let mut refuted = 0;
    for preset in entry.manifest.presets {
        let start = std::time::Instant::now();
        let (mut claims, mut open, mut most) = (0, 0, 0);
        let mut run = Run::new(entry, &format!("preset={}", preset.id));
        for step in 0..=1000 {
            run.seek(step);
            run.work(u32::MAX);
            let tally = tensorscope::lessons::Tally::of(&run.lesson().claims());
            claims += tally.claims;
            open += tally.open();
            most = most.max(tally.open());
            if tally.failed() > 0 {
                refuted += 1;
                println!("refuted: {} at step {step}: {tally:?}", preset.id);
            }
        }
        println!(
            "{}, steps 0 to 1000: {open} of {claims} claims undecided, at most {most} at a step; {:?}",
            preset.id,
            start.elapsed()
        );
    }
    println!("presets: refuted at {refuted} steps");
    assert_eq!(refuted, 0);
}
