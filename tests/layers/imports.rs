//! What a Rust file imports from its own package, and whether it says `unsafe`: read from its syntax tree, macros included.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Macro, Path, UseTree};

use crate::files::File;

/// The layers that `file` reaches by `crate::`, `super::` or `tensorscope::`.
pub fn of(file: &File) -> BTreeSet<String> {
    let tree = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let mut finder =
        Finder { binary: file.path.starts_with("src/bin/"), modules: file.modules(), found: BTreeSet::new() };
    finder.visit_file(&tree);
    finder.found
}

struct Finder {
    /// In a program of the package: `crate` is the program, the library is `tensorscope`.
    binary: bool,
    /// Where we are, from the root of the crate.
    modules: Vec<String>,
    found: BTreeSet<String>,
}

impl Finder {
    /// Takes a path, given by its segments.
    fn take(&mut self, segments: &[String]) {
        let layer = match segments.first().map(String::as_str) {
            Some("tensorscope") => segments.get(1).cloned(),
            _ if self.binary => None,
            Some("crate") => segments.get(1).cloned(),
            Some("super") => {
                let up = segments.iter().take_while(|segment| *segment == "super").count();
                let rest = self.modules[..self.modules.len().saturating_sub(up)].iter().chain(&segments[up..]);
                rest.into_iter().next().cloned()
            }
            _ => None,
        };
        // A glob or a bare crate at the root would reach everything at once.
        self.found.extend(layer);
    }

    fn take_tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.take_tree(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.take_tree(item, before)),
            UseTree::Name(name) => self.take_with(before, name.ident.to_string()),
            UseTree::Rename(rename) => self.take_with(before, rename.ident.to_string()),
            UseTree::Glob(_) => self.take_with(before, "*".into()),
        }
    }

    fn take_with(&mut self, before: &mut Vec<String>, last: String) {
        before.push(last);
        self.take(before);
        before.pop();
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.take_tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.take(&segments);
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.modules.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.modules.pop();
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let text = call.tokens.to_string().replace(' ', "");
        for root in ["crate::", "tensorscope::", "super::"] {
            for (at, _) in text.match_indices(root) {
                if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                    continue;
                }
                let path =
                    text[at..].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).next().unwrap_or("");
                let segments: Vec<String> = path.split("::").map(String::from).collect();
                self.take(&segments);
            }
        }
        visit::visit_macro(self, call);
    }
}

/// Whether `file` has the word `unsafe` in its code: a block, a function, an implementation, an attribute, or in a macro.
pub fn has_unsafe(file: &File) -> bool {
    let tokens: proc_macro2::TokenStream = file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
    any_unsafe(tokens)
}

fn any_unsafe(tokens: proc_macro2::TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(word) => word == "unsafe",
        proc_macro2::TokenTree::Group(group) => any_unsafe(group.stream()),
        _ => false,
    })
}

#[test]
fn imports_are_found_wherever_they_hide() {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let found = |path: &str, text: &str| of(&file(path, text)).into_iter().collect::<Vec<_>>().join(" ");
    let inside = "src/lessons/one/two.rs";
    assert_eq!(found(inside, "use crate::{scene::{A, B}, rng as r};"), "rng scene");
    assert_eq!(found(inside, "fn f() { crate::scene::draw() }"), "scene");
    assert_eq!(found(inside, "fn f(a: &crate::nn::Layer) {}"), "nn");
    assert_eq!(found(inside, "fn f() { println!(\"{}\", crate::web::X) }"), "web");
    assert_eq!(found(inside, "use super::x; use super::super::y;"), "lessons");
    assert_eq!(found(inside, "use super::super::super::data::Z;"), "data");
    assert_eq!(found(inside, "mod tests { use super::super::super::super::tensor::T; }"), "tensor");
    assert_eq!(found(inside, "use crate::*;"), "*");
    assert_eq!(found("src/rng.rs", "use super::scene::X; use rand_core::Rng;"), "scene");
    assert_eq!(
        found("src/bin/site/page.rs", "use crate::html; use tensorscope::{lessons::Run, scene};"),
        "lessons scene"
    );
    assert!(has_unsafe(&file(inside, "fn f() { unsafe { g() } }")));
    assert!(!has_unsafe(&file(inside, "// unsafe\nfn f() { \"unsafe\"; }")));
}
