//! Two thousand random stacks under the page's cap, two thousand broken texts, and the stacks for a browser.

#[path = "../common/receptive_field.rs"]
mod figures;
#[path = "../common/stacks.rs"]
mod generator;

use figures::{open_valid, type_broken};
use generator::{CAP, Capped, valid};
use tensorscope::rng::Rng;

#[global_allocator]
static ALLOCATOR: Capped = Capped;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/stacks.json");

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn two_thousand_random_stacks_end_nothing() {
    let counts = open_valid(2000, 2000);
    println!("random stacks: {counts:?}, cap {CAP}");
    assert!(counts.all == 2000 && counts.no_memory == 0 && counts.peak <= CAP, "{counts:?}");
}

#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn two_thousand_broken_texts_are_refused() {
    let refused = type_broken(2001, 2000);
    println!("broken texts: {refused} refused, each with a column");
    assert_eq!(refused, 2000);
}

/// Two hundred stacks that a browser opens one after the other in one page; `BLESS=1` writes them.
#[test]
#[ignore = "takes minutes: ./build.sh soak"]
fn the_stacks_for_a_browser_are_those_of_the_generator() {
    let mut rng = Rng::new(200, 0);
    let stacks: Vec<String> = (0..200).map(|_| valid(&mut rng)).collect();
    let text = serde_json::to_string_pretty(&stacks).expect("texts") + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(FILE, &text).expect("the folder of the goldens");
    }
    assert!(text == std::fs::read_to_string(FILE).unwrap_or_default(), "the generator has changed: BLESS=1");
    println!("stacks for a browser: {}", stacks.len());
}
