//! What every lesson promises.

use super::{bits, go, run};
use std::collections::HashSet;
use tensorscope::lessons::manifest::{Effect, Kind};
use tensorscope::lessons::{Assets, REGISTRY, Tally};
use tensorscope::session::Run;

#[test]
fn ids_are_unique() {
    let mut lessons = HashSet::new();
    for entry in REGISTRY {
        let manifest = entry.manifest;
        assert!(lessons.insert(manifest.id), "{} twice", manifest.id);
        let mut ids: HashSet<&str> = ["preset", "seed", "step", "moment", "at", "v"].into();
        for control in manifest.controls {
            assert!(ids.insert(control.id), "{}: control {} twice, or reserved", manifest.id, control.id);
        }
        let views: HashSet<&str> = manifest.views.iter().map(|view| view.id).collect();
        assert_eq!(views.len(), manifest.views.len(), "{}: a view twice", manifest.id);
        let presets: HashSet<&str> = manifest.presets.iter().map(|preset| preset.id).collect();
        assert_eq!(presets.len(), manifest.presets.len(), "{}: a preset twice", manifest.id);
        assert!(!presets.is_empty(), "{}: no preset to start from", manifest.id);
    }
}

#[test]
fn every_preset_starts_without_notice_learns_what_it_promises_and_its_claims_hold() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let mut run = run(entry.manifest.id, &format!("preset={}", preset.id));
            assert_eq!(run.take_notices(), [], "{}", preset.id);
            for step in [0, 200] {
                go(&mut run, step);
                let claims = run.lesson().claims();
                for claim in &claims {
                    assert!(!claim.fails(), "{} at step {step}: {claim:?}", preset.id);
                }
                let tally = Tally::of(&claims);
                assert!(tally.held * 10 > tally.claims * 9, "{} at step {step}: {tally:?}", preset.id);
            }
            for readout in run.lesson().readouts(run.at()) {
                assert!(readout.value.is_finite(), "{}: {} is {}", preset.id, readout.id, readout.value);
            }
            for (index, metric) in entry.manifest.metrics.iter().enumerate() {
                let values = run.history().metric(index);
                let last = values[values.len() - 1];
                let gain = f64::from(metric.improves) * (last - values[0]);
                // A metric that this preset does not have promises nothing.
                let promised = metric.improves != 0 && !values[0].is_nan();
                assert!(!promised || gain > 0.0, "{}: {} {} -> {}", preset.id, metric.id, values[0], last);
            }
        }
    }
}

#[test]
fn two_runs_are_identical_and_so_is_one_that_was_dragged() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let state = format!("preset={}", preset.id);
            let (mut straight, mut dragged) = (run(entry.manifest.id, &state), run(entry.manifest.id, &state));
            // A short run has long steps: a few of them say the same.
            let last = 300.min(entry.manifest.max_step / 4);
            go(&mut straight, last);
            for step in [last / 7, last / 40, last * 5 / 6, 0, last - 1, last * 2 / 5, last] {
                go(&mut dragged, step);
            }
            assert_eq!(bits(&straight), bits(&dragged), "{}", preset.id);
            for (index, metric) in entry.manifest.metrics.iter().enumerate() {
                let bits = |run: &Run| run.history().metric(index).iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                assert!(bits(&straight) == bits(&dragged), "{}: {}", preset.id, metric.id);
            }
            go(&mut straight, last * 2 / 5);
            let fresh = run(entry.manifest.id, &format!("{state}&step={}", last * 2 / 5));
            assert_eq!(bits(&straight), bits(&fresh), "{}", preset.id);
        }
    }
}

#[test]
fn every_moment_gives_every_view_and_every_handle_can_be_picked() {
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let mut run = run(entry.manifest.id, &format!("preset={}", preset.id));
            for moment in 0..run.lesson().moments().len() {
                run.set_moment(moment);
                for (index, spec) in entry.manifest.views.iter().enumerate() {
                    // A view may be absent, but then at every moment.
                    let present = run.lesson().view(index, run.at()).is_some();
                    let mut first = Run::new(entry, &format!("preset={}", preset.id));
                    first.set_moment(0);
                    assert_eq!(present, first.lesson().view(index, first.at()).is_some(), "{}", spec.id);
                }
            }
            for readout in run.lesson().readouts(run.at()) {
                let pick = run.lesson().pick(&readout.id, run.at());
                assert!(pick.is_some(), "{}: {} cannot be pointed at", preset.id, readout.id);
            }
        }
    }
}

/// A value other than the one that the control has.
fn another(kind: &Kind, current: &str) -> String {
    match kind {
        Kind::Slider { min, max, .. } => (if current == min.to_string() { max } else { min }).to_string(),
        Kind::Memory { max, .. } => {
            if current == "0" {
                max.to_string()
            } else {
                "0".into()
            }
        }
        Kind::Toggle { .. } => if current == "1" { "0" } else { "1" }.into(),
        Kind::Choice { options, .. } => {
            (*options.iter().find(|option| **option != current).expect("two options")).into()
        }
        Kind::Stepper { min, max, .. } => (if current == min.to_string() { max } else { min }).to_string(),
        Kind::Sizes { each, .. } => {
            let sizes: Vec<u32> = current.split('-').map(|size| size.parse().expect("a size")).collect();
            let middle = sizes.len() / 2;
            let changed = sizes.iter().enumerate().map(|(i, size)| match i == middle {
                true if *size == each.1 => size - 1,
                true => size + 1,
                false => *size,
            });
            changed.map(|size| size.to_string()).collect::<Vec<_>>().join("-")
        }
        Kind::Text { default, .. } => format!("{default} "),
    }
}

#[test]
fn every_control_changes_the_state_and_the_state_gives_the_same_numbers() {
    for entry in REGISTRY {
        for (index, control) in entry.manifest.controls.iter().enumerate() {
            let mut changed = run(entry.manifest.id, "");
            let at = 20.min(entry.manifest.max_step);
            go(&mut changed, at);
            let value = another(&control.kind, &changed.current().written(index));
            changed.set(control.id, &value);
            assert_eq!(changed.current().written(index), value, "{}", control.id);
            let begins_again = control.effect == Effect::Restart;
            assert_eq!(changed.step(), if begins_again { 0 } else { at }, "{}", control.id);
            go(&mut changed, 45);
            let again = run(entry.manifest.id, &changed.state());
            assert_eq!(bits(&changed), bits(&again), "{}: {}", control.id, changed.state());
            assert_eq!(changed.state(), again.state());
            // Dragging back over the change and forward again gives the same numbers too.
            let before = bits(&changed);
            go(&mut changed, 3);
            go(&mut changed, 45);
            assert_eq!(before, bits(&changed), "{}", control.id);
            changed.reset();
            assert_eq!(changed.state(), "", "{}", control.id);
        }
    }
}

/// Whatever files a configuration needs: without them it can be stepped and looked at, and when they have come it is as if they
/// had always been there.
#[test]
fn files_that_come_late_change_nothing() {
    let mut seen = HashSet::new();
    for entry in REGISTRY {
        for preset in entry.manifest.presets {
            let state = format!("preset={}&step=2", preset.id);
            let mut late = Run::with(entry, &state, Assets::default());
            let missing = late.missing();
            if missing.is_empty() || !seen.insert((entry.manifest.id, missing.clone())) {
                continue;
            }
            assert_eq!(late.work(u32::MAX), 0, "{state}");
            for index in 0..entry.manifest.views.len() {
                let _ = late.lesson().view(index, late.at());
            }
            for readout in late.lesson().readouts(late.at()) {
                assert!(late.lesson().pick(&readout.id, late.at()).is_some(), "{state}: {}", readout.id);
            }
            let at_hand = Assets::at_hand(entry.manifest);
            for (place, id) in missing.iter().enumerate() {
                assert_eq!(late.missing(), missing, "{state}: files are of use together, and {place} are there");
                assert_eq!(late.provide(id, at_hand.get(id).expect("a file of the source tree")), None, "{state}");
            }
            assert_eq!(late.missing(), Vec::<&str>::new(), "{state}");
            late.work(u32::MAX);
            assert_eq!(bits(&late), bits(&run(entry.manifest.id, &state)), "{state}");
            assert_eq!(late.take_notices(), [], "{state}");
        }
    }
    let needed: HashSet<&str> = seen.iter().flat_map(|(_, missing)| missing).copied().collect();
    for entry in REGISTRY {
        for asset in entry.manifest.assets {
            assert!(needed.contains(asset.id), "{}: no preset needs {}", entry.manifest.id, asset.id);
        }
    }
}

#[test]
fn the_past_stays_small() {
    for entry in REGISTRY {
        let mut run = run(entry.manifest.id, "");
        go(&mut run, 5000.min(entry.manifest.max_step));
        assert!(run.checkpoints() <= 50, "{} checkpoints", run.checkpoints());
    }
}
