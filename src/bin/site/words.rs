//! Words: those of the page (`www/i18n/<language>.json`) and those of a lesson (`[strings]` of its prose), and the check
//! that none is missing in either language.

use std::collections::BTreeSet;

use serde_json::Value;
use tensorscope::lessons::Manifest;
use tensorscope::lessons::manifest::Kind;

use crate::prose::Strings;
use crate::trouble::{Result, Trouble};

/// Reads the flat map of words in `text`, which is that of `file`.
pub fn parse(file: &str, text: &str) -> Result<Strings> {
    let wrong = |error: serde_json::Error| Trouble::at(file, error.line(), error.to_string());
    match serde_json::from_str(text).map_err(wrong)? {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key, text)),
                _ => Err(Trouble::new(file, format!("{key} must be a text"))),
            })
            .collect(),
        _ => Err(Trouble::new(file, "this must be one object of keys and texts")),
    }
}

/// The words of a page: those of the site, and over them those of a lesson.
pub fn merge(site: &Strings, lesson: &Strings) -> Strings {
    site.iter().chain(lesson).map(|(key, text)| (key.clone(), text.clone())).collect()
}

/// Every key that the page asks for, whatever the lesson does: the words of its manifest.
pub fn needed(manifest: &Manifest) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for control in manifest.controls {
        keys.insert(control.id.to_string());
        match control.kind {
            Kind::Choice { options, .. } => {
                keys.extend(options.iter().map(|option| format!("{}.{option}", control.id)))
            }
            Kind::Slider { unit, .. } => drop(keys.insert(unit.into())),
            _ => {}
        }
    }
    keys.extend(manifest.presets.iter().map(|preset| format!("preset.{}", preset.id)));
    keys.extend(manifest.views.iter().map(|view| format!("view.{}", view.id)));
    keys.extend(manifest.readouts.iter().map(|readout| readout.unit.to_string()));
    keys.extend(manifest.metrics.iter().map(|metric| metric.id.to_string()));
    if let Some(prediction) = &manifest.prediction {
        keys.extend(prediction.options.iter().map(|option| option.to_string()));
        keys.extend(["prediction.question".into(), "prediction.reveal".into()]);
    }
    // A number without a unit has the empty key.
    keys.remove("");
    keys
}

/// Fails where `words`, which stand in `file`, lack one of the `keys`.
pub fn complete<'a>(file: &str, words: &Strings, keys: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let missing: Vec<&str> = keys.into_iter().filter(|key| !words.contains_key(*key)).collect();
    match missing.as_slice() {
        [] => Ok(()),
        keys => Err(Trouble::new(file, format!("these keys have no text; write one for each: {}", keys.join(", ")))),
    }
}

/// Fails where one of two files has a key that the other lacks: a word belongs into every language.
pub fn same_keys(a: (&str, &Strings), b: (&str, &Strings)) -> Result<()> {
    complete(a.0, a.1, b.1.keys().map(String::as_str))?;
    complete(b.0, b.1, a.1.keys().map(String::as_str))
}

/// Fails where a lesson, whose words stand in `file`, has a key of the page: the page's button would bear the lesson's word.
pub fn apart(file: &str, lesson: &Strings, site: &Strings) -> Result<()> {
    let both: Vec<&str> = lesson.keys().filter(|key| site.contains_key(*key)).map(String::as_str).collect();
    match both.as_slice() {
        [] => Ok(()),
        keys => Err(Trouble::new(file, format!("these keys are words of the page; rename them: {}", keys.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensorscope::lessons::REGISTRY;

    #[test]
    fn a_file_is_one_flat_map() {
        assert_eq!(parse("a.json", r#"{"play": "Play"}"#).unwrap()["play"], "Play");
        for (text, expected) in [("[]", "one object"), ("{\"a\": 1}", "a must be"), ("{\n\"a\": }", "a.json:2:")] {
            let error = parse("a.json", text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn missing_words_are_named() {
        let words = Strings::from([("a".into(), "A".into())]);
        assert_eq!(complete("f", &words, ["a"]), Ok(()));
        assert!(complete("f", &words, ["a", "b", "c"]).unwrap_err().to_string().ends_with("b, c"));
        assert!(same_keys(("f", &words), ("g", &Strings::new())).unwrap_err().to_string().starts_with("g:"));
    }

    #[test]
    fn a_lesson_does_not_rename_the_page() {
        let words = |key: &str| Strings::from([(key.into(), "A".into())]);
        assert_eq!(apart("f", &words("r"), &words("play")), Ok(()));
        assert!(apart("f", &words("play"), &words("play")).unwrap_err().to_string().ends_with("play"));
    }

    #[test]
    fn the_words_of_a_manifest_are_asked_for() {
        for entry in REGISTRY {
            let keys = needed(entry.manifest);
            for preset in entry.manifest.presets {
                assert!(keys.contains(&format!("preset.{}", preset.id)));
            }
            assert!(!keys.contains(""));
        }
    }
}
