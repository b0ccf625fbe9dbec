//! Lesson 1: the values of the published walk-through, the three-way proof, the faults.

use super::networks::{Broken, break_it, network, prove};
use super::{go, readout, run};
use tensorscope::lessons::{Bound, Claim, Tally};
use tensorscope::rng::Rng;
use tensorscope::session::Run;

/// Name, and every digit that is printed.
const FIRST_STEP: &[(&str, &str)] = &[
    ("a1_1", "0.593269992"),
    ("a1_2", "0.596884378"),
    ("a2_1", "0.751365070"),
    ("a2_2", "0.772928465"),
    ("loss", "0.298371109"),
    ("delta2_1", "0.138498562"),
    ("delta2_2", "-0.038098237"),
    ("delta1_1", "0.008771355"),
    ("delta1_2", "0.009954255"),
    ("new_w1_1_1", "0.14978072"),
    ("new_w1_2_1", "0.19956143"),
    ("new_w1_1_2", "0.24975114"),
    ("new_w1_2_2", "0.29950229"),
    ("new_w2_1_1", "0.35891648"),
    ("new_w2_2_1", "0.40866619"),
    ("new_w2_1_2", "0.51130127"),
    ("new_w2_2_2", "0.56137012"),
];

/// Compares a readout with all printed digits.
fn assert_prints(run: &Run, id: &str, printed: &str) {
    let digits = printed.split_once('.').map_or(0, |(_, digits)| digits.len());
    assert_eq!(format!("{:.digits$}", readout(run, id)), printed, "{id}");
}

#[test]
fn the_published_walk_through_is_met_to_every_digit() {
    let mut figure = run("backprop", "preset=mazur");
    let check = |figure: &Run| FIRST_STEP.iter().for_each(|(id, printed)| assert_prints(figure, id, printed));
    check(&figure);
    go(&mut figure, 1);
    assert_prints(&figure, "loss", "0.29102777369");
    go(&mut figure, 500);
    go(&mut figure, 0);
    check(&figure);
    go(&mut figure, 1);
    assert_prints(&figure, "loss", "0.29102777369");
    for (id, printed) in FIRST_STEP.iter().filter(|(id, _)| id.starts_with("new_")) {
        assert_prints(&figure, &id["new_".len()..], printed);
    }
}

#[test]
fn the_often_quoted_loss_comes_from_the_updated_weights() {
    assert_prints(&run("backprop", "break=updated_w&step=1"), "loss", "0.29102792391");
}

/// Networks of 2, 3, 4 and 5 layers.
const SIZES: [&str; 8] = ["2-2", "3-2", "2-2-2", "3-4-2", "2-3-3-2", "4-5-3-2", "2-4-4-3-2", "8-8-8-8-8"];
const ACTIVATIONS: [&str; 3] = ["sigmoid", "tanh", "relu"];
const LOSSES: [&str; 3] = ["mse", "softmax_mse", "cross_entropy"];

#[test]
fn three_ways_agree_for_every_depth_activation_and_loss() {
    for sizes in SIZES {
        for activation in ACTIVATIONS {
            for loss in LOSSES {
                for step in [0, 25] {
                    let init = if activation == "relu" { "he" } else { "xavier" };
                    let state =
                        format!("layers={sizes}&activation={activation}&loss={loss}&init={init}&lr=0.1&step={step}");
                    let figure = run("backprop", &state);
                    let claims = figure.lesson().claims();
                    for claim in &claims {
                        assert!(!claim.fails(), "{state}: {claim:?}");
                        assert!(!matches!(claim.bound, Bound::AtMost(bound) if bound > 1e-7), "{state}: {claim:?}");
                    }
                    let tally = Tally::of(&claims);
                    // Without kinks, what is left undecided are gradients of 1e-8 under a loss of 1.
                    let share = if activation == "relu" { 10 } else { 100 };
                    assert!(tally.open() * share <= tally.claims, "{state}: {tally:?}");
                }
            }
        }
    }
}

/// A fault, a network in which it shows, and the layers whose rows must be wrong.
const FAULTS: &[(&str, &str, &[usize])] = &[
    ("no_slope", "preset=mazur", &[1, 2]),
    ("no_slope", "preset=xor", &[1]),
    ("no_slope", "preset=spiral", &[1, 2]),
    ("no_slope", "preset=xor&loss=softmax_mse", &[1, 2]),
    ("no_transpose", "preset=mazur", &[1]),
    ("no_transpose", "preset=xor", &[1]),
    ("no_transpose", "preset=spiral", &[1, 2]),
    ("updated_w", "preset=mazur", &[1]),
    ("updated_w", "preset=spiral", &[1, 2]),
    ("sum", "preset=xor", &[1, 2]),
    ("sum", "preset=spiral", &[1, 2, 3]),
    ("sum", "preset=mazur", &[]),
];

#[test]
fn each_fault_turns_exactly_the_wrong_rows_red() {
    for (fault, state, wrong) in FAULTS {
        let figure = run("backprop", &format!("{state}&break={fault}"));
        for claim in figure.lesson().claims() {
            // hand.grad_w2_1_1, tape.grad_b1_2
            let layer: usize =
                claim.id.chars().find(char::is_ascii_digit).and_then(|c| c.to_digit(10)).expect("a layer") as usize;
            let expected = claim.id.starts_with("tape.") || !wrong.contains(&layer);
            assert_eq!(claim.holds(), expected, "{fault} in {state}: {claim:?}");
        }
    }
}

/// A state, how many of its claims hold, are undecided, and do not hold, and why those that are undecided are.
const PROOFS: &[(&str, [usize; 3], &str)] = &[
    ("preset=mazur", [36, 0, 0], ""),
    ("preset=vanish&step=1000", [558, 0, 0], ""),
    // Gradients of 1e-8 beside a kink, and deltas that cancel.
    ("preset=relu&step=300", [545, 13, 0], "verify.kink verify.rounding"),
    ("preset=relu&step=300&break=sum", [554, 0, 4], ""),
    // The first of the four points is (0, 0) and no bias has learned: four nodes stand at their kink.
    ("data=xor&layers=2-4-2&activation=relu&seed=5069", [50, 16, 0], "verify.kink"),
    ("data=xor&layers=2-4-2&activation=relu&seed=5069&break=no_slope", [27, 15, 24], "verify.kink"),
    (
        "data=xor&layers=2-2&activation=relu&init=he&lr=0.2051&train_bias=0&seed=7092&step=173&break=no_slope",
        [13, 4, 1],
        "verify.kink",
    ),
    // Weights of 1000: saturated nodes, and a curvature that wants a step of 1e-5.
    ("activation=tanh&at=0:w1_1_1:1000", [36, 0, 0], ""),
    ("at=0:w1_1_1:1000;0:w1_2_1:1000;0:b1_1:1000", [36, 0, 0], ""),
    // All gradients are 0, and NaN for want of a product: NaN is not 0.
    ("layers=6-7-1&activation=relu&lr=0.0024&seed=3379&break=no_transpose", [73, 0, 98], ""),
    // A run without its slopes has left the finite numbers.
    (DIVERGED, [0, 195, 0], "verify.kink verify.infinite"),
];
const DIVERGED: &str =
    "data=own&layers=2-1-8-4-2&activation=relu&lr=0.6607&train_bias=0&seed=2529&step=235&break=no_slope";

#[test]
fn each_claim_is_decided_where_it_can_be() {
    for (state, [held, open, failed], why) in PROOFS {
        let tally = prove(state);
        assert_eq!([tally.held, tally.open(), tally.failed()], [*held, *open, *failed], "{state}: {tally:?}");
        assert!(
            tally.undecided.iter().all(|(reason, _)| why.split(' ').any(|known| known == *reason)),
            "{state}: {tally:?}"
        );
    }
}

#[test]
fn a_sample_of_honest_networks_is_never_refuted_and_of_broken_ones_never_verified() {
    let (mut rng, mut claims, mut open, mut broken) = (Rng::new(3, 1), 0, 0, 0);
    for _ in 0..150 {
        let state = network(&mut rng, 60);
        let tally = prove(&state);
        assert_eq!(tally.failed(), 0, "{state}: {tally:?}");
        (claims, open) = (claims + tally.claims, open + tally.open());
        if let Broken::Changes { state, tally } = break_it(&mut rng, &state) {
            // A run without finite numbers, or whose outputs are exact, leaves nothing to decide by: that is no tick either.
            assert!(tally.failed() > 0 || tally.held == 0, "{state}: {tally:?}");
            broken += usize::from(tally.failed() > 0);
        }
    }
    assert!(open * 10 < claims, "{open} of {claims} claims are undecided");
    assert!(broken > 50, "{broken}");
}

#[test]
fn the_worst_claim_is_one_that_fails() {
    let claim = |error: f64, bound: Bound| Claim { id: String::new(), computed: 0.0, reference: 0.0, error, bound };
    let held = claim(1e-8, Bound::AtMost(1e-7));
    let failed = claim(1e-9, Bound::AtMost(1e-10));
    let nan = claim(f64::NAN, Bound::AtMost(1e-10));
    let open = claim(f64::NAN, Bound::Undecided("verify.kink"));
    for (claims, [held, open, failed], worst) in [
        (vec![], [0, 0, 0], (0.0, 0.0)),
        (vec![open.clone(), open.clone()], [0, 2, 0], (0.0, 0.0)),
        (vec![open.clone(), held.clone()], [1, 1, 0], (1e-8, 1e-7)),
        (vec![held.clone(), failed.clone(), open.clone()], [1, 1, 1], (1e-9, 1e-10)),
        (vec![nan, held, failed, open], [1, 1, 2], (f64::INFINITY, 1e-10)),
    ] {
        let tally = Tally::of(&claims);
        assert_eq!(
            ([tally.held, tally.open(), tally.failed()], (tally.worst, tally.bound)),
            ([held, open, failed], worst)
        );
    }
}

#[test]
fn the_deep_relu_preset_is_never_refuted() {
    let mut figure = run("backprop", "preset=relu");
    for step in (0..=1000).step_by(20) {
        go(&mut figure, step);
        let tally = Tally::of(&figure.lesson().claims());
        assert_eq!(tally.failed(), 0, "step {step}: {tally:?}");
        assert!(tally.open() * 5 < tally.claims, "step {step}: {tally:?}");
    }
}

#[test]
fn sigmoids_vanish_and_relus_do_not() {
    let ratio = |preset: &str| run("backprop", &format!("preset={preset}")).answer().expect("an answer").value;
    assert!(ratio("vanish") > 50.0, "{}", ratio("vanish"));
    assert!(ratio("relu") < 5.0, "{}", ratio("relu"));
}

#[test]
fn training_learns_what_the_presets_promise() {
    for (preset, steps, loss) in
        [("xor", 500, 0.05), ("circles", 1000, 0.01), ("spiral", 1000, 0.01), ("relu", 1000, 0.01)]
    {
        let figure = run("backprop", &format!("preset={preset}&step={steps}"));
        assert!(readout(&figure, "loss") < loss, "{preset}: {}", readout(&figure, "loss"));
    }
}

#[test]
fn what_the_reader_edits_is_kept_in_the_address() {
    let mut figure = run("backprop", "preset=mazur&step=3");
    assert_eq!(figure.edit("w1_1_1", "0.7"), None);
    assert_eq!(figure.edit("x1_2", " \u{2212}0.25 "), None);
    assert_eq!(readout(&figure, "w1_1_1"), 0.7);
    go(&mut figure, 6);
    let again = run("backprop", &figure.state());
    assert_eq!(super::bits(&figure), super::bits(&again));
    assert_eq!(figure.state(), "at=3:w1_1_1:0.7;3:x1_2:-0.25&step=6");
    // Editing further back forgets what came after.
    go(&mut figure, 1);
    assert_eq!(figure.edit("t1_1", "0.5"), None);
    assert_eq!(figure.furthest(), 1);
    assert_eq!(figure.state(), "at=1:t1_1:0.5&step=1");
}

#[test]
fn points_can_be_added_while_it_trains() {
    let mut figure = run("backprop", "preset=circles&brush=class1&step=10");
    assert_eq!(figure.edit("point", "0.1,0.2"), None);
    assert_eq!(figure.edit("point", "0.3,-0.2"), None);
    // The class is that of the brush then, not that of the brush now.
    figure.set("brush", "class0");
    go(&mut figure, 20);
    assert!(figure.state().contains("10%3A") || figure.state().contains("10:point:"), "{}", figure.state());
    assert_eq!(super::bits(&figure), super::bits(&run("backprop", &figure.state())));
}
