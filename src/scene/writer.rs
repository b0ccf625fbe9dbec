//! Writes elements, and with them the slots of their numbers.
//!
//! Not a template engine: a growing string and a growing list. One emitter runs in four passes ([`Pass`]); since every
//! pass walks the same code, the slot indices in the markup and the list of slots agree by construction.
//!
//! In the living markup an element says which slot drives it, and the page applies the number:
//!
//! | attribute | effect of slot `i` | in a still |
//! |---|---|---|
//! | `data-slot="i" data-format="f6"` | text of the element | the text |
//! | `data-sign="i"` | `data-is="pos"`, `neg` or `zero` | `data-is` |
//! | `data-mag="i"` | custom property `--mag`, 0 to 1 | `data-m`, tenths, 0 to 10 |
//! | `data-phase="i"` | class `later`, `now` or `done` for 0, 1, 2 | the class |
//! | `data-flow="i"` | `data-going="still"`, `forward` or `backward` for 0, 1, 2 | `data-going` |
//! | `data-verdict="i"` | `data-ok="yes"`, `no` for 1, 0; absent for NaN | `data-ok` |
//! | `data-pick="ID"` | can be pointed at; `ID` names readout, edit and highlight | (absent) |

use super::format::{self, Format};
use super::sheet::within;
use super::style::{Palette, Rgb};
use super::words::Words;
use core::fmt::{Display, Write as _};

/// Whether something has happened at the moment shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Phase {
    /// Not yet: drawn faint, its number hidden.
    Later,
    /// This very moment: marked.
    Now,
    /// Already known.
    Done,
}

/// What a walk over a view is for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    /// Markup without numbers, with bindings.
    Live,
    /// Markup with its numbers written in, for readers without scripts and for paper.
    Still,
    /// Numbers only; nothing is written.
    Slots,
    /// A picture that stands alone: colours in every element, no classes, no bindings. The light build draws none.
    #[cfg(feature = "full")]
    Alone(Palette),
}

/// A growing string and the slots behind it.
pub(super) struct Writer<'a> {
    text: String,
    slots: Vec<f64>,
    pub(super) words: &'a Words,
    pub(super) pass: Pass,
}

impl<'a> Writer<'a> {
    pub(super) fn new(words: &'a Words, pass: Pass) -> Self {
        Writer { text: String::new(), slots: Vec::new(), words, pass }
    }

    /// The markup; empty after [`Pass::Slots`].
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The numbers; complete after every pass.
    pub(super) fn into_slots(self) -> Vec<f64> {
        self.slots
    }

    /// Opens an element; finish the tag with [`Tag::open`], [`Tag::text`] or [`Tag::empty`].
    pub(super) fn tag(&mut self, name: &'static str) -> Tag<'_, 'a> {
        if self.writes() {
            self.text.push('<');
            self.text.push_str(name);
        }
        Tag { writer: self, name, class: "", state: "" }
    }

    pub(super) fn close(&mut self, name: &'static str) {
        if self.writes() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// Text between elements.
    pub(super) fn text(&mut self, text: &str) {
        if self.writes() {
            escape(text, &mut self.text);
        }
    }

    /// An element that shows `value`, which the page keeps up to date.
    pub(super) fn number(&mut self, name: &'static str, class: &'static str, value: f64, how: Format) {
        self.tag(name).class(class).number(value, how);
    }

    /// The colours of a picture that stands alone; nothing in every other pass.
    pub(super) fn alone(&self) -> Option<&Palette> {
        match &self.pass {
            #[cfg(feature = "full")]
            Pass::Alone(palette) => Some(palette),
            _ => None,
        }
    }

    fn writes(&self) -> bool {
        self.pass != Pass::Slots
    }

    fn slot(&mut self, value: f64) -> usize {
        self.slots.push(value);
        self.slots.len() - 1
    }
}

/// An opening tag in the making. The class is written last, since a phase may add to it.
pub(super) struct Tag<'w, 'a> {
    writer: &'w mut Writer<'a>,
    name: &'static str,
    class: &'static str,
    state: &'static str,
}

impl<'w, 'a> Tag<'w, 'a> {
    /// The class, for the style sheet of the page.
    pub(super) fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// An attribute of every pass.
    pub(super) fn attr(self, name: &str, value: impl Display) -> Self {
        if self.writer.writes() {
            let text = &mut self.writer.text;
            text.push(' ');
            text.push_str(name);
            text.push_str("=\"");
            write!(Escaped(text), "{value}").expect("a string takes everything");
            text.push('"');
        }
        self
    }

    /// An attribute that only the living markup has.
    pub(super) fn live(self, name: &str, value: impl Display) -> Self {
        if self.writer.pass == Pass::Live { self.attr(name, value) } else { self }
    }

    /// An attribute that only a picture standing alone has.
    pub(super) fn alone(self, name: &str, value: impl Display) -> Self {
        if self.writer.alone().is_some() { self.attr(name, value) } else { self }
    }

    /// A colour that only a picture standing alone has; elsewhere the style sheet gives it.
    pub(super) fn paint(self, name: &str, colour: impl Fn(&Palette) -> Rgb) -> Self {
        match self.writer.alone().map(colour) {
            Some(colour) => self.attr(name, format_args!("#{colour:06X}")),
            None => self,
        }
    }

    /// Can be pointed at: highlights, but is not itself a stop on the reader's way through the figure.
    pub(super) fn pick(self, id: &str) -> Self {
        self.live("data-pick", id)
    }

    /// Can be pointed at and focused; `name` is read aloud.
    pub(super) fn button(self, id: &str, name: impl Display) -> Self {
        self.pick(id).live("role", "button").live("tabindex", -1).live("aria-label", name)
    }

    /// Bound to the sign of `value`.
    pub(super) fn sign(self, value: f64) -> Self {
        let word = if value > 0.0 {
            "pos"
        } else if value < 0.0 {
            "neg"
        } else {
            "zero"
        };
        self.bind("data-sign", value, "data-is", word)
    }

    /// Bound to a magnitude from 0 to 1.
    pub(super) fn magnitude(self, value: f64) -> Self {
        let value = if value.is_nan() { 0.0 } else { within(value, 0.0, 1.0) };
        self.bind("data-mag", value, "data-m", (value * 10.0).round() as u8)
    }

    /// Bound to whether something has happened.
    pub(super) fn phase(mut self, phase: Phase) -> Self {
        let (value, word) = match phase {
            Phase::Later => (0.0, "later"),
            Phase::Now => (1.0, "now"),
            Phase::Done => (2.0, "done"),
        };
        let slot = self.writer.slot(value);
        if self.writer.pass == Pass::Still {
            self.state = word;
        }
        self.live("data-phase", slot)
    }

    /// Bound to a verdict.
    pub(super) fn verdict(self, right: bool) -> Self {
        self.bind("data-verdict", f64::from(u8::from(right)), "data-ok", if right { "yes" } else { "no" })
    }

    /// Ends the tag; children follow, then [`Writer::close`].
    pub(super) fn open(self) {
        self.finish(">");
    }

    /// Ends the element: it has no content.
    pub(super) fn empty(self) {
        self.finish("/>");
    }

    /// Ends the element with text in it.
    pub(super) fn text(self, text: &str) {
        let name = self.name;
        let writer = self.finish(">");
        writer.text(text);
        writer.close(name);
    }

    /// Ends the element with a number in it, which the page keeps up to date.
    pub(super) fn number(self, value: f64, how: Format) {
        let slot = self.writer.slot(value);
        let name = self.name;
        let tag = self.live("data-slot", slot).live("data-format", format::code(how));
        let writer = tag.finish(">");
        if writer.pass == Pass::Still || writer.alone().is_some() {
            writer.text(&format::number(value, how));
        }
        writer.close(name);
    }

    /// A slot with the name that binds to it, and what the binding comes to in a still.
    pub(super) fn bind(self, binding: &str, value: f64, effect: &str, word: impl Display) -> Self {
        let slot = self.writer.slot(value);
        match self.writer.pass {
            Pass::Live => self.attr(binding, slot),
            Pass::Still => self.attr(effect, word),
            _ => self,
        }
    }

    fn finish(self, end: &str) -> &'w mut Writer<'a> {
        let Tag { writer, class, state, .. } = self;
        let pass = writer.pass;
        if matches!(pass, Pass::Live | Pass::Still) && !(class.is_empty() && state.is_empty()) {
            let gap = if class.is_empty() || state.is_empty() { "" } else { " " };
            write!(writer.text, " class=\"{class}{gap}{state}\"").expect("a string takes everything");
        }
        if writer.writes() {
            writer.text.push_str(end);
        }
        writer
    }
}

/// A string that escapes what is written to it, for text and for attributes.
struct Escaped<'s>(&'s mut String);

impl core::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        escape(text, self.0);
        Ok(())
    }
}

/// Appends `text` with the five characters of XML escaped; characters that XML cannot hold are left out.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
}
