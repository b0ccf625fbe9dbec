//! Lines of mathematics with their numbers in place: a derivation.
//!
//! Not the mathematics itself ([`Math`], written by `mathml`): what stands around it.
//!
//! Classes: `formula` > `line` (`broken`) > `statement`, `numbers`, `note`, `broken-mark`.

use super::markup::Markup;
use super::math::Math;
use super::mathml::Mathml;
use super::words::Key;
use super::writer::{Phase, Writer};

/// One line of a [`Formula`]: the general statement, and the same with the numbers of the element in view.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Line {
    /// A name for the line; pointing at it highlights what the lesson's `pick` says.
    pub id: String,
    /// Whether its moment has come.
    pub phase: Phase,
    /// Symbols. Parts of it may be handles ([`Math::Handle`]).
    pub statement: Math,
    /// The same with numbers in place; empty where there is nothing to put in.
    pub numbers: Vec<Math>,
    /// A remark under the line.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub note: Option<Key>,
    /// The line states something false on purpose (a break-it switch).
    pub broken: bool,
}

/// Lines of mathematics with their numbers in place.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Formula {
    /// The lines, in the order in which they happen.
    pub lines: Vec<Line>,
}

impl Markup for Formula {
    fn write(&self, w: &mut Writer) {
        w.tag("div").class("formula").open();
        for line in &self.lines {
            write_line(w, line);
        }
        w.close("div");
    }
}

/// The statement, and on the same left edge below it the numbers, the note and the warning.
fn write_line(w: &mut Writer, line: &Line) {
    let class = if line.broken { "line broken" } else { "line" };
    w.tag("div").class(class).pick(&line.id).live("role", "group").live("tabindex", -1).phase(line.phase).open();
    w.tag("div").class("statement").open();
    Mathml::new(w).formula(&line.statement);
    w.close("div");
    if !line.numbers.is_empty() {
        w.tag("div").class("numbers").open();
        let mut mathml = Mathml::new(w);
        for (part, math) in line.numbers.iter().enumerate() {
            if part > 0 {
                mathml.w.text(" ");
            }
            mathml.part(math);
        }
        w.close("div");
    }
    if let Some(key) = line.note {
        let note = w.words.get(key);
        w.tag("p").class("note").text(note);
    }
    if line.broken {
        w.tag("p").class("broken-mark").open();
        w.tag("span").attr("aria-hidden", "true").text("✗ ");
        let word = w.words.get("formula.broken");
        w.text(word);
        w.close("p");
    }
    w.close("div");
}
