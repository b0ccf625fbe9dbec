//! What a lesson shows and says, written to bytes and read back: nothing is lost on the way from a worker to the page.

use crate::samples;
use core::fmt::Debug;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use tensorscope::lessons::problem::Code;
use tensorscope::lessons::{Problem, REGISTRY};
use tensorscope::scene::*;
use tensorscope::session::Run;

/// `value` after a way through bytes, which must be the same bytes again; and their number.
fn sent<T: Serialize + DeserializeOwned + Debug>(value: &T, what: &str) -> (T, usize) {
    let bytes = postcard::to_allocvec(value).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (read, rest) = postcard::take_from_bytes::<T>(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(rest.is_empty(), "{what}: {} bytes are left over", rest.len());
    // Equal bytes are equal numbers bit by bit, which `==` is not for NaN; equal text is equal structure.
    assert!(postcard::to_allocvec(&read).as_deref() == Ok(&bytes), "{what}: other bytes");
    assert_eq!(format!("{read:?}"), format!("{value:?}"), "{what}");
    (read, bytes.len())
}

/// The size of `view` as bytes, having checked that it looks the same after its way.
fn looks_the_same(view: &View, what: &str) -> usize {
    let (read, size) = sent(view, what);
    let words = Words::parse(samples::WORDS);
    let style = Style { scale: 1.0, palette: LIGHT, words: &words };
    for mode in [Mode::Live, Mode::Still] {
        assert!(markup(&read, &words, mode) == markup(view, &words, mode), "{what}: {mode:?}");
    }
    let bits = |view: &View| slots(view).into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert!(bits(&read) == bits(view), "{what}: slots");
    assert!(svg(&read, 344, 220, &style) == svg(view, 344, 220, &style), "{what}: svg");
    assert!(pixels(&read, &LIGHT) == pixels(view, &LIGHT), "{what}: pixels");
    assert!(table(&read, "", &words) == table(view, "", &words), "{what}: table");
    size
}

#[test]
fn every_view_of_every_lesson_survives_its_way_through_bytes() {
    let mut largest = BTreeMap::new();
    for entry in REGISTRY {
        let manifest = entry.manifest;
        for preset in manifest.presets {
            let mut run = Run::new(entry, &format!("preset={}", preset.id));
            let mut before = vec![None; manifest.views.len()];
            // A short run has long steps.
            for step in [0, 20.min(manifest.max_step / 16)] {
                run.seek(step);
                run.work(u32::MAX);
                let moments = run.lesson().moments();
                sent(&moments, preset.id);
                for moment in [0, moments.len() / 2, moments.len() - 1] {
                    run.set_moment(moment);
                    let readouts = run.lesson().readouts(run.at());
                    sent(&readouts, preset.id);
                    for readout in readouts.iter().step_by(17) {
                        sent(&run.lesson().pick(&readout.id, run.at()), &readout.id);
                    }
                    for (index, spec) in manifest.views.iter().enumerate() {
                        let Some(view) = run.lesson().view(index, run.at()) else { continue };
                        assert_eq!(view.kind(), spec.kind, "{}: {}", manifest.id, spec.id);
                        if before[index].as_ref() == Some(&view) {
                            continue;
                        }
                        let what = format!("{} {} at {step}, {moment}: {}", manifest.id, preset.id, spec.id);
                        let size = looks_the_same(&view, &what);
                        let known = largest.entry(format!("{} {}", manifest.id, spec.id)).or_insert(size);
                        *known = size.max(*known);
                        before[index] = Some(view);
                    }
                }
            }
        }
        // What is claimed and answered has the same form in every preset.
        let run = Run::new(entry, "");
        sent(&run.answer(), manifest.id);
    }
    for (view, size) in largest {
        println!("{size:>8} bytes: {view}");
    }
}

#[test]
fn every_kind_survives_its_way_through_bytes() {
    use samples::*;
    let views = [
        losses(),
        points(),
        bars(),
        surface(),
        comb(),
        picture(),
        network(&[2, 3, 2], 0.5),
        derivation(1.0),
        proof(1.0),
    ];
    assert_eq!(views.each_ref().map(View::kind), Kind::ALL);
    for view in views {
        looks_the_same(&view, view.kind().name());
    }
}

#[test]
fn numbers_keep_every_bit() {
    let bits = [0x7ff8_0000_0000_0001, 0xfff8_dead_beef_0001, 0x7ff0_0000_0000_0001, 1 << 63, 1, 0x7ff0_0000_0000_0000];
    let y = bits.map(f64::from_bits).to_vec();
    let (read, _) = sent(&samples::series("y", 0, y), "a line");
    assert_eq!(read.y.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), bits);
    let heat = [0x7fc0_0001_u32, 0xffc0_beef, 0x8000_0000, 1];
    let image = Image { heat: heat.map(f32::from_bits).to_vec(), ..Image::default() };
    let (read, _) = sent(&image, "a picture");
    assert_eq!(read.heat.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), heat);
}

#[test]
fn every_problem_survives_its_way_through_bytes() {
    for code in Code::ALL {
        let problem = Problem::new(code, "seed", "−", "a number");
        assert_eq!(sent(&problem, code.name()).0, problem);
    }
}
