//! The scripts of the page: who imports whom, and whether anything names another host.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{File, sources};

/// The one script that knows the generated glue.
const ENGINE: &str = "www/host/instance.js";

/// The script of a worker, into which build.sh puts the glue under this name.
const WORKER: [&str; 2] = ["www/host/worker.js", "engine-glue"];

/// The one script that measures, and what it shares with the bench.
const BENCH: [&str; 2] = ["www/machine.js", "tests/bench/alone.mjs"];

/// What is wrong with the imports between the files of `www/`.
pub fn wrong_imports() -> Vec<String> {
    let scripts = sources("www", &["js"]);
    let paths: BTreeSet<&str> = scripts.iter().map(|file| file.path.as_str()).collect();
    let mut wrong = Vec::new();
    let mut imports = BTreeMap::new();
    for file in &scripts {
        let mut below = BTreeSet::new();
        for target in targets(&file.text) {
            if target.contains("pkg/") {
                if file.path != ENGINE {
                    wrong.push(format!("{} imports {target}; only {ENGINE} may", file.path));
                }
            } else if target.starts_with("./") || target.starts_with("../") {
                let path = resolve(&file.path, &target);
                if [file.path.as_str(), &path] == BENCH {
                    continue;
                }
                if !paths.contains(path.as_str()) {
                    wrong.push(format!("{} imports {target}, which is not there", file.path));
                }
                below.insert(path);
            } else if [file.path.as_str(), &target] != WORKER {
                wrong.push(format!("{} imports {target}; the page has no dependencies", file.path));
            }
        }
        imports.insert(file.path.clone(), below);
    }
    wrong.extend(cycles(&imports));
    wrong
}

/// What `script` imports: statements, and calls of `import`; not the imports of types in comments.
fn targets(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in script.lines().map(str::trim_start) {
        if line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") {
            continue;
        }
        let code = line.split("/**").next().unwrap_or("");
        let statement = (code.contains(" from ") || code.starts_with("import ")) && code.trim_end().ends_with("\";");
        if statement {
            found.extend(code.rsplit('"').nth(1).map(String::from));
        }
        for (at, call) in code.match_indices("import(") {
            let rest = &code[at + call.len()..];
            found.extend(rest.get(1..).and_then(|text| text.split(['"', '\'', '`']).next()).map(String::from));
        }
    }
    found
}

/// `target`, as imported by the file at `from`.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Files that reach themselves.
fn cycles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reaches = |start: &String| {
        let mut reached = BTreeSet::new();
        let mut next = vec![start];
        while let Some(name) = next.pop() {
            next.extend(imports.get(name).into_iter().flatten().filter(|below| reached.insert(*below)));
        }
        reached.contains(start)
    };
    imports.keys().filter(|start| reaches(start)).map(|start| format!("{start} imports itself in the end")).collect()
}

/// Addresses of other hosts in what the page is made of. Names of XML vocabularies are not fetched.
pub fn foreign_addresses() -> Vec<String> {
    let is_name = |rest: &str| rest.starts_with("http://www.w3.org/");
    let all = |file: &File| {
        let starts = file.text.match_indices("http://").chain(file.text.match_indices("https://"));
        starts.filter(|(at, _)| !is_name(&file.text[*at..])).map(|(at, _)| (at, file.path.clone())).collect::<Vec<_>>()
    };
    let files = sources("www", &["js", "css", "svg", "json", "md"]);
    files.iter().flat_map(all).map(|(at, path)| format!("{path}, byte {at}")).collect()
}

#[test]
fn imports_of_scripts_are_found() {
    let script = "import { a } from \"./a.js\";\nimport {\n  b,\n} from \"../b.js\";\n/** @type {import(\"./types\").T} */\n\
                  const c = await import(`./pkg/c.js?i=${1}`);\n// from \"./d.js\";\n/** @type {import(\"./x\")} */ const z = 1;";
    assert_eq!(targets(script), ["./a.js", "../b.js", "./pkg/c.js?i=${1}"]);
    assert_eq!(resolve("www/views/canvas.js", "../dom.js"), "www/dom.js");
    let ring = BTreeMap::from([("a".into(), BTreeSet::from(["b".into()])), ("b".into(), BTreeSet::from(["a".into()]))]);
    assert_eq!(cycles(&ring).len(), 2);
}
