//! Addresses that people mistype, cut, or make up: always a notice where something is wrong, always a working figure.

use super::{bits, go, run};
use tensorscope::lessons::problem::Code;
use tensorscope::rng::Rng;

/// A broken address, and what must be said about it.
fn broken() -> Vec<(String, Code)> {
    let long = "9".repeat(10_000);
    let mut cases: Vec<(String, Code)> = [
        ("foo=1", Code::UnknownKey),
        ("LR=0.1", Code::UnknownKey),
        ("=3", Code::UnknownKey),
        ("__proto__=1", Code::UnknownKey),
        ("constructor=1", Code::UnknownKey),
        ("%F0%9F%98%80=1", Code::UnknownKey),
        ("\u{202e}rl=1", Code::UnknownKey),
        ("lr", Code::NotANumber),
        ("lr=", Code::NotANumber),
        ("lr=NaN", Code::NotANumber),
        ("lr=nan", Code::NotANumber),
        ("lr=inf", Code::NotANumber),
        ("lr=-Infinity", Code::NotANumber),
        ("lr=1e999", Code::NotANumber),
        ("lr=abc", Code::NotANumber),
        ("lr=0x10", Code::NotANumber),
        ("lr=1,5", Code::NotANumber),
        ("lr=%", Code::NotANumber),
        ("lr=%FF%FE", Code::NotANumber),
        ("lr=\u{0660}", Code::NotANumber),
        ("lr=-1", Code::OutOfRange),
        ("lr=0", Code::OutOfRange),
        ("lr=1e300", Code::OutOfRange),
        ("seed=-1", Code::OutOfRange),
        ("seed=4294967296", Code::OutOfRange),
        ("seed=9007199254740993", Code::OutOfRange),
        ("seed=1.5", Code::Adapted),
        ("seed=x", Code::NotANumber),
        ("step=-5", Code::OutOfRange),
        ("step=NaN", Code::NotANumber),
        ("step=1e9", Code::OutOfRange),
        ("moment=-1", Code::OutOfRange),
        ("moment=1000000", Code::OutOfRange),
        ("preset=nothing", Code::NotAChoice),
        ("preset=", Code::NotAChoice),
        ("layers=2", Code::Malformed),
        ("layers=2-2-2-2-2-2", Code::Malformed),
        ("layers=2--2", Code::Malformed),
        ("layers=two-two", Code::Malformed),
        ("layers=2-99-2", Code::OutOfRange),
        ("layers=2-0-2", Code::OutOfRange),
        ("data=xor&layers=3-3-3", Code::Adapted),
        ("layers=2-3-2", Code::Adapted),
        ("activation=SIGMOID", Code::NotAChoice),
        ("activation=1", Code::NotAChoice),
        ("train_bias=yes", Code::NotAChoice),
        ("break=everything", Code::NotAChoice),
        ("sample=0", Code::OutOfRange),
        ("lr=0.1&lr=0.2", Code::Repeated),
        ("at=nonsense", Code::Malformed),
        ("at=5:lr", Code::Malformed),
        ("at=x:lr:0.1", Code::NotANumber),
        ("at=0:w9_9_9:1", Code::UnknownKey),
        ("at=0:w1_1_1:NaN", Code::NotANumber),
        ("at=0:w1_1_1:1e9", Code::OutOfRange),
        ("at=0:a1_1:1", Code::UnknownKey),
        ("at=0:layers:2-2", Code::UnknownKey),
        ("at=0:point:0.1,0.2", Code::UnknownKey),
        ("preset=xor&at=0:point:0.1", Code::Malformed),
        ("preset=xor&at=0:point:a,b,1", Code::NotANumber),
        ("preset=xor&at=0:point:0,0,7", Code::Malformed),
    ]
    .map(|(state, code)| (state.to_string(), code))
    .into();
    cases.push((format!("lr={long}"), Code::TooLong));
    cases.push((format!("layers={long}"), Code::TooLong));
    cases.push((format!("{long}=1"), Code::UnknownKey));
    cases.push(("x=1&".repeat(30_000), Code::TooLong));
    cases.push((format!("at={}", "0:lr:0.1;".repeat(1000)), Code::TooLong));
    cases
}

#[test]
fn what_is_wrong_is_said_and_the_figure_works() {
    let cases = broken();
    assert!(cases.len() >= 30);
    for (state, code) in cases {
        let mut figure = run("backprop", &state);
        let notices = figure.take_notices();
        let shown: String = state.chars().take(60).collect();
        assert!(notices.iter().any(|notice| notice.code == code), "{shown}: {notices:?}");
        for notice in &notices {
            assert!(notice.given.chars().count() <= 33 && notice.subject.chars().count() <= 33, "{notice}");
            assert_eq!(notice.line().split('\t').count(), 4, "{notice}");
        }
        let step = figure.step();
        go(&mut figure, (step + 5).min(100_000));
        for readout in figure.lesson().readouts(figure.at()) {
            assert!(readout.value.is_finite(), "{shown}: {} is {}", readout.id, readout.value);
        }
        // What it says of itself can be read again without complaint.
        let mut again = run("backprop", &figure.state());
        assert_eq!(again.take_notices(), [], "{shown}: {}", figure.state());
        assert_eq!(bits(&again), bits(&figure), "{shown}");
    }
}

#[test]
fn what_is_right_is_taken_without_a_word() {
    for state in [
        "",
        "#",
        "?secret=abc",
        "lr=0.25?secret=abc",
        "&&lr=0.25&",
        "v=1",
        "lr=%30.25",
        "lr=+0.25",
        "lr=1e-2",
        "train_bias=true",
        "preset=xor&at=3:point:0.5,0.5,1;4:lr:0.1&step=9",
        "preset=spiral&step=30&moment=4&form=matrix",
        "layers=3-5-4-3-2&init=he",
    ] {
        assert_eq!(run("backprop", state).take_notices(), [], "{state}");
    }
}

#[test]
fn random_addresses_never_break_a_figure() {
    let words = [
        "lr", "seed", "layers", "at", "preset", "step", "=", "&", "%", "0", "-1", "2-2-2", "NaN", "xor", ":", ";", "é",
        "point", "#", "?",
    ];
    let mut rng = Rng::new(11, 0);
    for _ in 0..3000 {
        let count = rng.below(14);
        let state: String = (0..count).map(|_| words[rng.below(words.len() as u32) as usize]).collect();
        let mut figure = run("backprop", &state);
        let step = figure.step();
        go(&mut figure, step + 1);
        assert_eq!(bits(&run("backprop", &figure.state())), bits(&figure), "{state}");
    }
}
