//! The figure of the receptive field over a stack, opened as the page opens it, under the page's cap on memory.

#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

use super::generator::{Watch, broken, valid, watch};
use tensorscope::lessons::find;
use tensorscope::lessons::problem::Code;
use tensorscope::rng::Rng;
use tensorscope::session::Run;

/// The address of a stack at step 1.
pub fn address(stack: &str, rest: &str) -> String {
    format!("stack={}{rest}&step=1", stack.replace(' ', "+").replace('|', "%7C"))
}

/// A figure at its step.
pub fn open(state: &str) -> Run {
    let mut run = Run::new(find("receptive-field").expect("the lesson"), state);
    run.work(u32::MAX);
    run
}

/// Asks a figure for everything that the page asks for. Gives the codes of its notices.
pub fn look(run: &mut Run, what: &str) -> Vec<Code> {
    let lesson = run.lesson();
    for index in 0..run.entry().manifest.views.len() {
        let _ = lesson.view(index, run.at());
    }
    for claim in lesson.claims() {
        // What is too large to be proved is not decided.
        assert!(!claim.fails(), "{what}: {claim:?}");
    }
    assert!(lesson.readouts(run.at()).iter().any(|readout| readout.id == "r"), "{what}");
    let notices = run.take_notices();
    for notice in &notices {
        let would = notice.code != Code::TooLarge || notice.expected.starts_with("input");
        assert!(would, "{what}: does not say what would fit: {notice:?}");
    }
    notices.into_iter().map(|notice| notice.code).collect()
}

/// What came of many stacks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Stacks.
    pub all: u32,
    /// A pass was computed, with all channels that were asked for.
    pub whole: u32,
    /// With fewer.
    pub fewer: u32,
    /// None; it was said what would fit.
    pub too_large: u32,
    /// There was no memory although there should have been.
    pub no_memory: u32,
    /// Most bytes at a time.
    pub peak: isize,
}

/// Opens `count` random stacks under the cap, each at step 1.
pub fn open_valid(seed: u64, count: u32) -> Counts {
    let mut rng = Rng::new(seed, 0);
    let mut counts = Counts::default();
    for _ in 0..count {
        let stack = valid(&mut rng);
        let rest = ["", "", "&channels=half", "&channels=eighth", "&weights=uniform"][rng.below(5) as usize];
        let state = address(&stack, rest);
        let (codes, Watch { peak, .. }) = watch(|| {
            let mut run = open(&state);
            assert_eq!(run.step(), 1, "{state}");
            look(&mut run, &state)
        });
        counts.all += 1;
        counts.peak = counts.peak.max(peak);
        match codes[..] {
            [] => counts.whole += 1,
            [Code::Adapted] => counts.fewer += 1,
            [Code::TooLarge] => counts.too_large += 1,
            [Code::Memory] => counts.no_memory += 1,
            _ => panic!("{state}: {codes:?}"),
        }
    }
    counts
}

/// Types `count` broken texts into a figure: each is refused at a column, and the figure stays as it was. Gives how many.
pub fn type_broken(seed: u64, count: u32) -> u32 {
    let mut rng = Rng::new(seed, 1);
    let mut run = open("stack=input12x12x3+conv3x4p1+relu+conv3x4&step=1");
    let before = run.current().text("stack").to_string();
    let mut refused = 0;
    for _ in 0..count {
        let text = broken(&mut rng);
        let problem = run.set("stack", &text).unwrap_or_else(|| panic!("not refused: {text}"));
        let column = problem.subject.strip_prefix("stack:").and_then(|column| column.parse::<usize>().ok());
        let length = text.chars().count();
        assert!(
            problem.code == Code::Syntax && column.is_some_and(|column| (1..=length + 1).contains(&column)),
            "{text}: {problem:?}"
        );
        assert!(!problem.expected.is_empty(), "{text}: {problem:?}");
        assert_eq!(run.current().text("stack"), before, "{text}");
        refused += 1;
    }
    run.seek(1);
    run.work(u32::MAX);
    let alive = run.lesson().readouts(run.at()).iter().any(|readout| readout.id == "variance_x");
    assert!(alive, "the figure goes on");
    refused
}
