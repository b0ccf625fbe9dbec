//! The light build has what its lessons need. `./build.sh test` runs this file without the feature `full`; with it, it says
//! which lessons are meant.

use tensorscope::lessons::manifest::Kind;
use tensorscope::lessons::{Entry, LIGHT, REGISTRY};
use tensorscope::session::Run;

fn entries() -> Vec<&'static Entry> {
    REGISTRY.iter().filter(|entry| LIGHT.contains(&entry.manifest.id)).collect()
}

/// Runs a few steps, looks at everything, and asks for the proof: what is not compiled in panics.
fn use_all_of(entry: &'static Entry, state: &str) {
    let mut run = Run::new(entry, state);
    assert_eq!(run.take_notices(), [], "{state}");
    run.work(u32::MAX);
    for index in 0..entry.manifest.views.len() {
        let _ = run.lesson().view(index, run.at());
    }
    assert!(!run.lesson().readouts(run.at()).is_empty(), "{state}");
    assert!(!run.lesson().claims().is_empty(), "{state}");
}

#[test]
fn the_registry_has_them() {
    assert_eq!(entries().len(), LIGHT.len());
    if !cfg!(feature = "full") {
        assert_eq!(REGISTRY.len(), LIGHT.len());
    }
}

#[test]
fn every_preset_and_every_choice_runs() {
    for entry in entries() {
        for preset in entry.manifest.presets {
            let state = format!("preset={}&step=12", preset.id);
            use_all_of(entry, &state);
            for control in entry.manifest.controls {
                let Kind::Choice { options, .. } = control.kind else { continue };
                for option in options {
                    let state = format!("{state}&{}={option}", control.id);
                    let mut run = Run::new(entry, &state);
                    if run.take_notices().is_empty() {
                        run.work(u32::MAX);
                        assert!(!run.lesson().claims().is_empty(), "{state}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_prediction_is_answered() {
    for entry in entries() {
        let Some(asked) = &entry.manifest.prediction else { continue };
        let mut run = Run::new(entry, asked.state);
        run.work(u32::MAX);
        assert!(run.answer().is_some());
    }
}
