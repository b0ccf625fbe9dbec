//! Lesson 2: published values, the trajectory that another beta is read from, streams with a spike or without a number.

use super::{bits, go, readout, run};
use tensorscope::lessons::find;
use tensorscope::scene::View;
use tensorscope::session::Run;

/// Compares a readout with all printed digits.
fn assert_prints(run: &Run, id: &str, printed: &str) {
    let digits = printed.split_once('.').map_or(0, |(_, digits)| digits.len());
    assert_eq!(format!("{:.digits$}", readout(run, id)), printed, "{id}");
}

#[test]
fn the_average_of_a_constant_is_what_it_has_seen_of_it() {
    for level in [5.0, -7.25] {
        for beta in ["0", "0.5", "0.9", "0.98", "0.9999"] {
            let mut figure = run("ema", &format!("preset=constant&level={level}&beta={beta}"));
            for step in [1, 2, 10, 300] {
                go(&mut figure, step);
                let seen = 1.0 - beta.parse::<f64>().expect("a number").powi(step as i32);
                assert!((readout(&figure, "v") - level * seen).abs() < 1e-12, "{beta} at {step}");
                assert!((readout(&figure, "corrected") - level).abs() < 1e-12, "{beta} at {step}");
                assert!((readout(&figure, "first") - level).abs() < 1e-12, "{beta} at {step}");
                assert!((readout(&figure, "missing") - (1.0 - seen)).abs() < 1e-12);
                assert!((readout(&figure, "weight_sum") - seen).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn half_lives_are_met_to_every_digit() {
    for (beta, steps) in [("0.9", "6.579"), ("0.98", "34.310"), ("0.999", "692.80")] {
        for preset in ["temperature", "network"] {
            assert_prints(&run("ema", &format!("preset={preset}&beta={beta}")), "half_life", steps);
        }
        assert_prints(&run("ema", &format!("preset=adam&beta1={beta}")), "half_life1", steps);
    }
}

#[test]
fn adam_under_a_constant_gradient() {
    let mut figure = run("ema", "preset=adam");
    for (k, none) in [(1, "3.1623"), (2, "4.2496"), (5, "5.7971"), (12, "6.5685")] {
        go(&mut figure, k);
        assert_prints(&figure, "none", none);
        assert_prints(&figure, "right", "1.0000");
    }
    assert_prints(&figure, "wrong", "43.145");
    go(&mut figure, 1);
    assert_prints(&figure, "wrong", "10.000");
    go(&mut figure, 1000);
    // The largest of all steps, whatever is missing or upside down, is at k = 12.
    for (index, id) in [(10, "none"), (11, "wrong")] {
        assert_eq!(figure.entry().manifest.metrics[index].id, id);
        let values = &figure.history().metric(index)[1..];
        let largest = (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).expect("values");
        assert_eq!(largest + 1, 12, "{id}");
    }
}

#[test]
fn another_beta_gives_the_same_numbers_as_a_run_that_always_had_it() {
    for preset in ["spike", "network", "zero", "adam"] {
        let (control, value) = if preset == "adam" { ("beta2", "0.95") } else { ("beta", "0.95") };
        let mut moved = run("ema", &format!("preset={preset}&step=130"));
        moved.set(control, "0.5");
        moved.set(control, value);
        let always = run("ema", &format!("preset={preset}&{control}={value}&step=130"));
        assert_eq!(bits(&moved), bits(&always), "{preset}");
        for (index, metric) in moved.entry().manifest.metrics.iter().enumerate() {
            let bits = |run: &Run| run.history().metric(index).iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert!(bits(&moved) == bits(&always), "{preset}: {}", metric.id);
        }
    }
}

#[test]
fn the_average_of_the_weights_tests_better_than_the_weights() {
    const SEEDS: u32 = 5;
    let (mut live, mut averaged) = (0.0, 0.0);
    for seed in 1..=SEEDS {
        let figure = run("ema", &format!("preset=network&seed={seed}&step=600"));
        let losses = (readout(&figure, "live_loss"), readout(&figure, "ema_loss"));
        assert!(losses.1 < losses.0, "seed {seed}: loss {} live, {} averaged", losses.0, losses.1);
        live += readout(&figure, "live_accuracy");
        averaged += readout(&figure, "ema_accuracy");
    }
    assert!(averaged > live, "mean accuracy {} live, {} averaged", live / 5.0, averaged / 5.0);
}

#[test]
fn a_spike_and_a_missing_number_are_shown_and_survived() {
    let mut figure = run("ema", "preset=temperature&step=60");
    let before = bits(&figure);
    assert_eq!(figure.edit("theta_20", "1e30"), None);
    assert!(readout(&figure, "v") > 1e20 && readout(&figure, "v").is_finite());
    assert_eq!(figure.edit("theta_30", "NaN"), None);
    assert!(readout(&figure, "v").is_nan());
    assert_eq!(figure.step(), 60);
    assert!(figure.lesson().claims().iter().all(|claim| claim.holds()));
    let Some(View::Comb(comb)) = figure.lesson().view(0, figure.at()) else { panic!("the stream is shown") };
    let (low, high) = comb.y.range.expect("a range");
    assert!(high - low < 100.0, "the others can still be told apart: {low} to {high}");
    assert!(comb.dots.iter().any(|dot| dot.y == 1e30) && comb.dots.iter().any(|dot| dot.y.is_nan()));
    assert_eq!(bits(&figure), bits(&run("ema", &figure.state())));
    // Taken back, everything is as it was: the past is computed anew.
    let original = run("ema", "preset=temperature&step=60");
    let values =
        original.lesson().pick("theta_20", original.at()).zip(original.lesson().pick("theta_30", original.at()));
    let (first, second) = values.expect("two elements");
    figure.edit("theta_20", &first.editable.expect("editable").to_string());
    figure.edit("theta_30", &second.editable.expect("editable").to_string());
    assert_eq!(before, bits(&figure));
    assert!(figure.edit("theta_1001", "1").is_some() && figure.edit("theta_5", "1e31").is_some());
}

#[test]
fn what_is_drawn_counts_from_its_own_place_on() {
    let mut figure = run("ema", "preset=constant&level=0&beta=0.5&step=10");
    figure.edit("theta_9", "8");
    assert_eq!(figure.step(), 10);
    assert_eq!(readout(&figure, "v"), 2.0);
    assert_eq!(figure.state(), "preset=constant&level=0&beta=0.5&at=0:theta_9:8&step=10");
    go(&mut figure, 8);
    assert_eq!(readout(&figure, "v"), 0.0);
    go(&mut figure, 9);
    assert_eq!(readout(&figure, "v"), 4.0);
    figure.edit("theta_9", "4");
    assert_eq!(figure.state(), "preset=constant&level=0&beta=0.5&at=0:theta_9:4&step=9");
}

#[test]
fn digits_that_come_late_change_nothing() {
    let entry = find("ema").expect("a lesson");
    let state = "preset=network&step=40&moment=2";
    let mut late = Run::with(entry, state, Default::default());
    assert_eq!(late.missing(), ["digits"]);
    late.work(u32::MAX);
    assert_eq!(late.take_notices(), []);
    let trajectory = entry.manifest.views.iter().position(|view| view.id == "trajectory").expect("a view");
    assert!(late.lesson().view(trajectory, late.at()).is_none());
    assert!(late.provide("digits", b"TSP1").is_some() && late.provide("nosuch", &[]).is_some());
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/digits/digits.bin")).expect("the file");
    let mut damaged = bytes.clone();
    damaged[5000] ^= 1;
    assert!(late.provide("digits", &damaged).is_some());
    assert_eq!(late.missing(), ["digits"]);
    assert_eq!(late.provide("digits", &bytes), None);
    late.work(u32::MAX);
    assert!(late.missing().is_empty());
    assert_eq!((late.step(), late.moment()), (40, 2));
    assert_eq!(bits(&late), bits(&run("ema", state)));
}
