//! A lesson's manifest as JSON: in the page for its script, and in `lessons.json` for embedders and tests.

use serde_json::{Map, Value, json};
use tensorscope::lessons::manifest::{Control, Effect, Kind, Place, When};
use tensorscope::lessons::{LIGHT, Manifest};

use crate::LANGUAGES;
use crate::prose::Prose;

/// The manifest of a lesson whose prose is `prose`, in the order of [`LANGUAGES`].
pub fn json(manifest: &Manifest, prose: &[&Prose]) -> Value {
    let by_language = |text: &dyn Fn(usize) -> String| -> Value {
        LANGUAGES
            .iter()
            .enumerate()
            .map(|(index, language)| (language.code.to_string(), json!(text(index))))
            .collect::<Map<_, _>>()
            .into()
    };
    let prediction =
        manifest.prediction.as_ref().map(|asked| json!({ "state": asked.state, "options": asked.options }));
    json!({
        "id": manifest.id,
        "title": by_language(&|index| prose[index].title.clone()),
        "question": by_language(&|index| prose[index].question.clone()),
        "controls": manifest.controls.iter().map(control).collect::<Vec<_>>(),
        "presets": manifest.presets.iter().map(|preset| json!({
            "id": preset.id,
            "values": preset.values.iter().map(|(id, value)| (id.to_string(), json!(value))).collect::<Map<_, _>>(),
        })).collect::<Vec<_>>(),
        "views": manifest.views.iter().map(|view| json!({
            "id": view.id,
            "kind": view.kind.name(),
            "place": place(view.place),
            "lazy": view.lazy,
            "click": view.click,
            "draw": view.draw,
            "stroke": view.stroke.as_ref().map(|stroke| json!({ "id": stroke.id, "when": when(&stroke.when) })),
            "moving": view.moving,
        })).collect::<Vec<_>>(),
        "readouts": manifest.readouts.iter().map(|readout| json!({ "id": readout.id, "unit": readout.unit })).collect::<Vec<_>>(),
        "metrics": manifest.metrics.iter().map(|metric| json!({ "id": metric.id, "improves": metric.improves })).collect::<Vec<_>>(),
        "assets": manifest.assets.iter().map(|asset| json!({
            "id": asset.id,
            "file": format!("data/{}", asset.file),
            "bytes": asset.bytes,
            "digest": format!("{:016x}", asset.digest),
        })).collect::<Vec<_>>(),
        "maxStep": manifest.max_step,
        "heavy": manifest.heavy,
        "light": LIGHT.contains(&manifest.id),
        "prediction": prediction,
        "languages": LANGUAGES.iter().map(|language| language.code).collect::<Vec<_>>(),
        "pages": by_language(&|index| format!("{}/{}/", LANGUAGES[index].code, manifest.id)),
    })
}

/// The configurations in which something makes sense.
fn when(when: &When) -> Value {
    json!({ "choice": when.choice, "options": when.options })
}

/// A control: its id, its kind, what changing it does, and the fields of its kind.
fn control(control: &Control) -> Value {
    let mut value = match control.kind {
        Kind::Slider { min, max, log, default, unit } => {
            json!({ "kind": "slider", "min": min, "max": max, "log": log, "default": default, "unit": unit })
        }
        Kind::Memory { max, default } => json!({ "kind": "memory", "max": max, "default": default }),
        Kind::Toggle { default } => json!({ "kind": "toggle", "default": default }),
        Kind::Choice { options, default } => {
            json!({ "kind": "choice", "options": options, "default": options[default] })
        }
        Kind::Stepper { min, max, default } => json!({ "kind": "stepper", "min": min, "max": max, "default": default }),
        Kind::Sizes { length, each, default } => {
            json!({ "kind": "sizes", "length": [length.0, length.1], "each": [each.0, each.1], "default": default })
        }
        Kind::Text { max_length, default, .. } => {
            json!({ "kind": "text", "maxLength": max_length, "default": default })
        }
    };
    value["id"] = json!(control.id);
    value["when"] = json!(control.when.as_ref().map(when));
    value["effect"] = json!(match control.effect {
        Effect::Restart => "restart",
        Effect::Live => "live",
        Effect::Display => "display",
    });
    value
}

/// The name of a place.
pub fn place(place: Place) -> &'static str {
    match place {
        Place::Stage => "stage",
        Place::Reason => "reason",
        Place::Chart => "chart",
        Place::Proof => "proof",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prose::{self, tests::SAMPLE};
    use crate::tex::Tex;
    use tensorscope::lessons::REGISTRY;

    #[test]
    fn everything_in_the_manifest_is_in_the_json() {
        let prose = prose::parse("a.md", SAMPLE, &mut Tex::new()).unwrap();
        for entry in REGISTRY {
            let value = json(entry.manifest, &[&prose, &prose]);
            assert_eq!(value["question"]["zh"], "Why <so>?");
            assert_eq!(value["pages"]["en"], format!("en/{}/", entry.manifest.id));
            for (key, length) in [
                ("controls", entry.manifest.controls.len()),
                ("presets", entry.manifest.presets.len()),
                ("views", entry.manifest.views.len()),
                ("readouts", entry.manifest.readouts.len()),
                ("metrics", entry.manifest.metrics.len()),
                ("assets", entry.manifest.assets.len()),
            ] {
                assert_eq!(value[key].as_array().unwrap().len(), length, "{key}");
            }
        }
    }

    #[test]
    fn a_control_carries_the_fields_of_its_kind() {
        let kind = Kind::Slider { min: 0.5, max: 2.0, log: true, default: 1.0, unit: "s" };
        let slider = Control { id: "rate", kind, effect: Effect::Live, when: None };
        let expected = json!({
            "id": "rate", "kind": "slider", "effect": "live", "when": null,
            "min": 0.5, "max": 2.0, "log": true, "default": 1.0, "unit": "s",
        });
        assert_eq!(control(&slider), expected);
        let kind = Kind::Choice { options: &["one", "two"], default: 1 };
        let when = Some(When { choice: "a", options: &["b"] });
        let choice = control(&Control { id: "c", kind, effect: Effect::Restart, when });
        assert_eq!((&choice["default"], &choice["when"]), (&json!("two"), &json!({ "choice": "a", "options": ["b"] })));
    }
}
