//! No valid stack ends an instance: random ones under the page's cap on memory, and large ones one after the other.
//!
//! Not the numbers (`tests/lessons/receptive_field.rs`). A fixed sample; `tests/soak/` has the full counts.

#[path = "common/receptive_field.rs"]
mod figures;
#[path = "common/stacks.rs"]
mod generator;

use figures::{address, look, open, open_valid, type_broken};
use generator::{CAP, Capped, watch};

#[global_allocator]
static ALLOCATOR: Capped = Capped;

#[test]
fn a_sample_of_random_stacks_stays_below_the_cap() {
    let counts = open_valid(41, 60);
    assert!(counts.peak <= CAP, "{counts:?}");
    assert_eq!(counts.no_memory, 0, "{counts:?}");
    assert!(
        counts.whole >= 30 && counts.fewer >= 2 && counts.too_large >= 2,
        "every kind is in the sample: {counts:?}"
    );
}

#[test]
fn a_sample_of_broken_texts_is_refused_with_a_column() {
    assert_eq!(type_broken(42, 200), 200);
}

/// Stacks that alone take much of the memory, of different sizes; an `fc` sees the whole picture.
const LARGE: [&str; 6] = [
    "input512x512x3 conv3x8p1 relu conv3x8p1 relu fc4",
    "input512x512x3 conv1x20 relu fc1",
    "input224x224x3 conv3x24p1 relu conv3x24p1 relu maxpool2 fc10",
    "input512x512x3 conv3x8p1 relu conv3x8p1 relu conv3x8p1 relu fc1",
    "input8x8x1 conv3x1p4096d4096",
    "input256x256x8 conv1x60 maxpool2 fc10",
];

#[test]
fn large_stacks_one_after_the_other_lie_in_the_same_memory() {
    let ((), taken) = watch(|| {
        let mut run = open(&address(LARGE[0], ""));
        for round in 0..3 {
            for stack in LARGE {
                assert_eq!(run.set("stack", stack), None, "{stack}");
                run.seek(1);
                run.work(u32::MAX);
                let what = format!("{stack}, round {round}");
                assert_eq!(look(&mut run, &what), [], "{what}");
            }
        }
    });
    assert!(taken.peak > 190_000_000 && taken.peak <= CAP, "{taken:?}");
    // A small block at most, and the large one.
    assert!(taken.blocks <= 2, "memory in pieces: {taken:?}");
}

#[test]
fn where_memory_is_refused_the_figure_says_so_and_goes_on() {
    let ((), _) = watch(|| {
        let mut run = open(&address("input32x32x3 conv3x8p1", ""));
        assert_eq!(look(&mut run, "small"), []);
        // Somebody else has nearly all of it.
        let rest = vec![1u8; (CAP - 60_000_000) as usize];
        assert_eq!(run.set("stack", LARGE[0]), None);
        run.seek(1);
        run.work(u32::MAX);
        let codes = look(&mut run, "short of memory");
        assert_eq!(codes, [tensorscope::lessons::problem::Code::Memory]);
        assert_eq!(run.current().text("stack"), LARGE[0], "the reader's text is in place");
        run.seek(2);
        run.work(u32::MAX);
        run.seek(1);
        run.work(u32::MAX);
        assert_eq!(look(&mut run, "dragged back to where it was said"), []);
        drop(rest);
        // With room again, the same is computed.
        assert_eq!(run.set("stack", LARGE[0]), None);
        run.seek(1);
        run.work(u32::MAX);
        assert_eq!(look(&mut run, "with room again"), []);
        assert!(run.lesson().readouts(run.at()).iter().any(|readout| readout.id == "variance_x"));
    });
}
