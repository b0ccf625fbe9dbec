//! Finds and reads the files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file.
pub struct File {
    /// From the root of the repository.
    pub path: String,
    /// What is in it.
    pub text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of the file at `path`.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file under `folder` whose name ends in one of `endings`, in order; what is linked or installed there is left out.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)));
    found.sort();
    found.iter().map(|path| File::at(&path.strip_prefix(root()).expect("found there").display().to_string())).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() && entry.file_name() != "node_modules" {
            walk(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

impl File {
    /// The file at `path`.
    pub fn at(path: &str) -> File {
        File { path: path.replace('\\', "/"), text: read(path) }
    }

    /// Where a file of `src` belongs: the module right under the root, `bin/` and a name, or `lib`.
    pub fn layer(&self) -> String {
        let parts: Vec<&str> = self.path.trim_end_matches(".rs").split('/').collect();
        match parts[1..] {
            ["bin", name, ..] => format!("bin/{name}"),
            [name, ..] => name.into(),
            [] => unreachable!("a file of src"),
        }
    }

    /// The modules that lead to this file, from the root of its crate.
    pub fn modules(&self) -> Vec<String> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let inside = if inside.starts_with("bin/") { inside.splitn(3, '/').nth(2).unwrap_or("") } else { inside };
        let mut parts: Vec<String> = inside.split('/').filter(|part| !part.is_empty()).map(String::from).collect();
        if parts.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
            parts.pop();
        }
        parts
    }
}
