//! The files that go to the reader as they are: the generated modules, the data of the lessons.
//!
//! Not a bundler (that is esbuild, called by `build.sh`): the scripts are read for their version, the hash of everything that
//! a page loads, so that a browser never mixes files of two builds, and for the check that every word that a script says
//! by name has been written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tensorscope::data::digest;
use tensorscope::lessons::{Assets, Manifest};

use crate::prose::Strings;
use crate::trouble::{Result, Trouble};

/// The files of the site by their path in it.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Reads a text file.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Trouble::io(path, &error))
}

/// The scripts under `folder`, in the order of their paths.
pub fn scripts(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for place in ["", "host/", "figure/", "figure/views/"] {
        let at = folder.join(place);
        for entry in fs::read_dir(&at).map_err(|error| Trouble::io(&at, &error))? {
            let entry = entry.map_err(|error| Trouble::io(&at, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".js") {
                found.insert(format!("{place}{name}"), read(&entry.path())?);
            }
        }
    }
    Ok(found)
}

/// The generated files under `folder`, as `app/pkg/...`.
pub fn package(folder: &Path) -> Result<Files> {
    let file = |name: &str| {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|error| {
            Trouble::new(&path.display().to_string(), format!("{error}; ./build.sh build makes it"))
        })?;
        Ok((format!("app/pkg/{name}"), bytes))
    };
    let names = ["light.js", "light.wasm", "full.js", "simd.wasm", "portable.wasm", "machine.wasm", "limit.wasm"];
    names.into_iter().map(file).collect()
}

/// The font of the formulas in `folder`, with its licence and where it comes from.
pub fn fonts(folder: &Path) -> Result<Files> {
    let file = |name: &str| {
        let path = folder.join(name);
        Ok((format!("fonts/{name}"), fs::read(&path).map_err(|error| Trouble::io(&path, &error))?))
    };
    ["math.woff2", "OFL.txt", "SOURCE.md"].into_iter().map(file).collect()
}

/// The files that a lesson asks for, as `data/...`, each with the statement of its source and licence beside it.
pub fn data(sources: &Path, manifest: &Manifest) -> Result<Files> {
    let mut found = Files::new();
    let at_hand = Assets::at_hand(manifest);
    for asset in manifest.assets {
        let bytes = at_hand.get(asset.id).expect("natively every file of a manifest is at hand");
        found.insert(format!("data/{}", asset.file), bytes.to_vec());
        let licence = Path::new(asset.file).with_file_name("SOURCE.md");
        let text = read(&sources.join(&licence))?;
        found.insert(format!("data/{}", licence.display()), text.into_bytes());
    }
    Ok(found)
}

/// One version for everything in `parts`.
pub fn version<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let all: Vec<u8> = parts.into_iter().flat_map(|part| digest(part).to_le_bytes()).collect();
    format!("{:012x}", digest(&all) & 0xffff_ffff_ffff)
}

/// Fails where a script says a key (`say("key")`) that `words`, those of the page, do not have. Keys of a lesson's own words
/// (`prediction.question`) are known where the lesson is.
pub fn all_said(scripts: &BTreeMap<String, String>, words: &Strings, of_lessons: &[&str]) -> Result<()> {
    for (path, script) in scripts {
        let file = format!("www/{path}");
        for (index, line) in script.lines().enumerate() {
            for said in line.split("say(\"").skip(1) {
                let key = said.split('"').next().unwrap_or_default();
                if !words.contains_key(key) && !of_lessons.contains(&key) {
                    let what = format!("there is no text for \"{key}\"; write it into www/i18n, in every language");
                    return Err(Trouble::at(&file, index + 1, what));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_nobody_wrote_is_named() {
        let scripts = BTreeMap::from([("a.js".to_string(), "one\nwords.say(\"play\"), say(\"x.y\")".to_string())]);
        let mut words = Strings::from([("play".into(), "Play".into())]);
        let error = all_said(&scripts, &words, &[]).unwrap_err().to_string();
        assert!(error.starts_with("www/a.js:2: there is no text for \"x.y\""), "{error}");
        assert_eq!(all_said(&scripts, &words, &["x.y"]), Ok(()));
        words.insert("x.y".into(), "X".into());
        assert_eq!(all_said(&scripts, &words, &[]), Ok(()));
    }
}
