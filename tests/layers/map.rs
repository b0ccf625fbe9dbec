//! The map of `src/lib.rs`, read from its drawing.
//!
//! A line is one or more chains, with three spaces or more between them; `a -> b -> c, d` reads: a may import b, c and d, and
//! b may import c and d. A line that begins with an arrow goes on from the first layer of the line above. `anyone` is every
//! layer; a word in brackets is a remark.

use std::collections::{BTreeMap, BTreeSet};

/// Who may import whom.
pub struct Map {
    arrows: BTreeMap<String, BTreeSet<String>>,
}

impl Map {
    /// Reads the drawing in the doc comment `text`.
    pub fn parse(text: &str) -> Map {
        let drawing = text.split("//! ```text\n").nth(1).and_then(|rest| rest.split("//! ```").next());
        let drawing = drawing.expect("src/lib.rs has a map between ```text and ```");
        let mut map = Map { arrows: BTreeMap::new() };
        let mut first = String::new();
        for line in drawing.lines() {
            for chain in line.trim_start_matches("//!").trim().split("   ").filter(|chain| !chain.trim().is_empty()) {
                let mut layers: Vec<Vec<String>> = chain.split("->").map(names).collect();
                if layers[0].is_empty() {
                    layers[0] = vec![first.clone()];
                } else if line.trim_start_matches("//!").trim().starts_with(chain) {
                    first.clone_from(&layers[0][0]);
                }
                map.take(&layers);
            }
        }
        map
    }

    fn take(&mut self, layers: &[Vec<String>]) {
        for (index, from) in layers.iter().enumerate() {
            for name in from {
                let below = layers[index + 1..].iter().flatten().cloned();
                self.arrows.entry(name.clone()).or_default().extend(below);
            }
        }
    }

    /// Every layer that is drawn.
    pub fn layers(&self) -> BTreeSet<&str> {
        self.arrows.keys().map(String::as_str).filter(|name| *name != "anyone").collect()
    }

    /// Whether `from` may import `to`.
    pub fn allows(&self, from: &str, to: &str) -> bool {
        [from, "anyone"].iter().any(|name| self.arrows.get(*name).is_some_and(|below| below.contains(to)))
    }

    /// A layer from which arrows lead back to it.
    pub fn cycle(&self) -> Option<&str> {
        self.layers().into_iter().find(|start| {
            let mut reached = BTreeSet::new();
            let mut next = vec![*start];
            while let Some(name) = next.pop() {
                for below in self.arrows.get(name).into_iter().flatten() {
                    if reached.insert(below.as_str()) {
                        next.push(below);
                    }
                }
            }
            reached.contains(start)
        })
    }
}

/// The names in one link of a chain, without remarks.
fn names(link: &str) -> Vec<String> {
    let link = link.split('(').next().unwrap_or("");
    link.split(',').map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect()
}

#[test]
fn the_drawing_is_read_as_it_is_meant() {
    let map = Map::parse(
        "//! ```text\n//! top (far) -> a -> b -> c\n//!           -> x -> y      a -> p, q      anyone -> y\n//! ```\n",
    );
    for (from, to) in
        [("top", "a"), ("top", "c"), ("a", "c"), ("top", "x"), ("x", "y"), ("a", "p"), ("a", "q"), ("c", "y")]
    {
        assert!(map.allows(from, to), "{from} -> {to}");
    }
    for (from, to) in [("c", "b"), ("a", "x"), ("x", "a"), ("b", "p"), ("p", "q")] {
        assert!(!map.allows(from, to), "{from} -> {to}");
    }
    assert_eq!(map.cycle(), None);
    assert!(Map::parse("//! ```text\n//! a -> b   b -> a\n//! ```\n").cycle().is_some());
}
