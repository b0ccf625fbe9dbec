//! The map of the code is true: imports follow the arrows, `unsafe` stays behind its fence, files stay small, and a lesson
//! stays in its own files.
//!
//! Not style: what rustfmt, clippy and tsc see is theirs. The arrows are read from the map in `src/lib.rs` itself, so there is
//! no second map that could disagree with the first.

mod files;
mod imports;
mod map;
mod scripts;

use files::{File, read, sources};
use map::Map;
use tensorscope::lessons::REGISTRY;

/// Most lines of a file.
const MOST_LINES: usize = 500;

/// Modules that may say `unsafe`.
const FENCE: [&str; 2] = ["kernels", "web"];

/// Fails with every line of `wrong`.
fn none(what: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{what}:\n  {}\n", wrong.join("\n  "));
}

#[test]
fn the_map_names_every_module_and_nothing_else() {
    let text = read("src/lib.rs");
    let map = Map::parse(&text);
    let mut declared: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    declared.sort_unstable();
    assert!(declared.len() > 3, "src/lib.rs declares no modules in the form that this test reads");
    let drawn = map.layers();
    let undrawn = declared.iter().filter(|name| !drawn.contains(*name));
    none("modules that the map does not draw", undrawn.map(|name| name.to_string()).collect());
    let unknown = drawn.iter().filter(|name| !declared.contains(name) && !name.starts_with("bin/"));
    none("drawn, but no module", unknown.map(|name| name.to_string()).collect());
    let rows =
        |name: &&&str| !text.contains(&format!("//! | [`{name}`] |")) && !text.contains(&format!("//! | `{name}` |"));
    none(
        "modules without a row in the table of src/lib.rs",
        declared.iter().filter(rows).map(|name| name.to_string()).collect(),
    );
    assert_eq!(map.cycle(), None, "arrows that lead back to where they began");
}

#[test]
fn imports_follow_the_arrows() {
    let map = Map::parse(&read("src/lib.rs"));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in sources("src", &["rs"]) {
        let from = file.layer();
        if from == "lib" {
            continue;
        }
        for to in imports::of(&file) {
            seen += 1;
            if to != from && !map.allows(&from, &to) {
                wrong.push(format!("{} imports {to}; the map has no arrow {from} -> {to}", file.path));
            }
        }
    }
    assert!(seen > 20, "only {seen} imports found: this test does not see them any more");
    none("imports against the map in src/lib.rs", wrong);
}

#[test]
fn unsafe_stays_behind_its_fence() {
    let outside = |file: &File| !FENCE.contains(&file.layer().as_str()) && imports::has_unsafe(file);
    let wrong = sources("src", &["rs"]).iter().filter(|file| outside(file)).map(|file| file.path.clone()).collect();
    none("unsafe outside of kernels and web", wrong);
    // Inside the fence clippy asks for a SAFETY comment at every block; nobody may tell it not to.
    assert!(read("Cargo.toml").contains("undocumented_unsafe_blocks = \"deny\""));
    let silenced = |file: &&File| file.text.contains("allow(clippy::undocumented_unsafe_blocks");
    none("silenced", sources("src", &["rs"]).iter().filter(silenced).map(|file| file.path.clone()).collect());
}

#[test]
fn files_stay_small() {
    let mut files = vec![File::at("build.sh")];
    for folder in ["src", "tests", "www"] {
        files.extend(sources(folder, &["rs", "js", "mjs", "css", "sh", "py"]));
    }
    let long = |file: &File| (file.text.lines().count(), file.path.clone());
    let wrong = files.iter().map(long).filter(|(lines, _)| *lines > MOST_LINES);
    none("make two files of each", wrong.map(|(lines, path)| format!("{path}: {lines} lines")).collect());
}

#[test]
fn every_file_says_what_it_is() {
    let opens = |file: &File| {
        let start =
            file.text.trim_start_matches("#!/usr/bin/env bash\n#\n").trim_start_matches("#!/usr/bin/env bash\n");
        ["//!", "/**", "/*", "// ", "# ", "#!"].iter().any(|comment| start.starts_with(comment))
    };
    let mut files = vec![File::at("build.sh")];
    for folder in ["src", "tests", "www"] {
        files.extend(sources(folder, &["rs", "js", "mjs", "css", "sh"]));
    }
    none(
        "files that do not open with what they are",
        files.iter().filter(|file| !opens(file)).map(|file| file.path.clone()).collect(),
    );
}

/// Adding a lesson touches its own file or folder under `src/lessons`, a line of the registry, and its prose: everything else
/// knows lessons only through the registry. A test may take a lesson as its material; what tests share may not.
#[test]
fn a_lesson_is_known_in_its_own_files_only() {
    let mut files = vec![File::at("build.sh")];
    for folder in ["src", "tests", "www"] {
        files.extend(sources(folder, &["rs", "js", "mjs", "css", "sh", "ts", "svg"]));
    }
    let mut wrong = Vec::new();
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let own = id.replace('-', "_");
        for file in &files {
            let material = file.path.starts_with("tests/lessons/") || file.path.ends_with(".test.mjs");
            let mine = material || file.path.split(['/', '.']).any(|part| part == id || part == own);
            if !mine && names(&file.text, id) {
                wrong.push(format!("{} knows the lesson \"{id}\"", file.path));
            }
        }
    }
    none("ask the registry, or lessons.json, instead", wrong);
}

/// Whether `text` has `id` as a whole string or as a part of a path.
fn names(text: &str, id: &str) -> bool {
    text.match_indices(id).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + id.len()..].chars().next();
        before.is_some_and(|c| "\"'`/=".contains(c)) && after.is_some_and(|c| "\"'`/?#.&".contains(c))
    })
}

#[test]
fn scripts_import_downwards_and_one_of_them_knows_the_engine() {
    none("imports between the files of www/", scripts::wrong_imports());
}

#[test]
fn nothing_in_the_page_names_another_host() {
    none("addresses of other hosts", scripts::foreign_addresses());
}
