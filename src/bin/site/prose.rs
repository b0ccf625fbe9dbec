//! The prose of a lesson in one language: `www/lessons/<id>.<language>.md`, front matter in TOML and a text in Markdown.
//!
//! ```text
//! +++
//! title = "..."        short, for the navigation
//! number = 1           which lesson this is
//! subject = "..."      what it is called in the field
//! question = "..."     the heading of the page
//! lead = "..."         two sentences under it
//! [interview]          question, short, deep (Markdown)
//! [prediction]         question, reveal (plain; may contain {value} and {option})
//! [strings]            every word that the manifest and the views name, by key
//! +++
//! ## Markdown ...
//! ```

use std::collections::BTreeMap;
use toml::{Table, Value};

use crate::lint;
use crate::markdown::{self, Piece, Source};
use crate::tex::Tex;
use crate::trouble::{Result, Trouble, line_of};

/// Words by key.
pub type Strings = BTreeMap<String, String>;

/// The prose of a lesson in one language.
pub struct Prose {
    /// Short, for the navigation.
    pub title: String,
    /// The heading of the page.
    pub question: String,
    /// Under the heading, as plain text.
    pub lead: String,
    /// Which lesson this is.
    pub number: u32,
    /// What it is called in the field, above the heading.
    pub subject: String,
    /// The question as an interviewer would ask it, and two answers as HTML.
    pub interview: Interview,
    /// Words by key, with those of the prediction.
    pub strings: Strings,
    /// The text.
    pub body: Vec<Piece>,
    /// The states that its links set, each with its line.
    pub acts: Vec<(usize, String)>,
}

/// The interview card.
pub struct Interview {
    /// The question.
    pub question: String,
    /// An answer in thirty seconds, as HTML.
    pub short: String,
    /// A deeper one, as HTML.
    pub deep: String,
}

/// Reads the prose in `text`, which is that of `file`.
pub fn parse(file: &str, text: &str, tex: &mut Tex) -> Result<Prose> {
    let all = text;
    let (front, body, body_line) = split(file, text)?;
    let mut table: Table = front.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(2, |span| line_of(front, span.start) + 1);
        Trouble::at(file, line, format!("the front matter is not TOML: {}", error.message()))
    })?;
    let mut strings = Strings::new();
    flatten("", section(file, &mut table, "strings")?.unwrap_or_default(), &mut strings)
        .map_err(|key| Trouble::new(file, format!("[strings] {key} must be a text in quotation marks")))?;
    if let Some(mut prediction) = section(file, &mut table, "prediction")? {
        for key in ["question", "reveal"] {
            strings.insert(format!("prediction.{key}"), take(file, &mut prediction, "[prediction] ", key)?);
        }
        finish(file, "[prediction] ", &prediction)?;
    }
    let mut card = section(file, &mut table, "interview")?
        .ok_or_else(|| Trouble::new(file, "the front matter has no [interview]; give question, short and deep"))?;
    let mut answer = |key: &str| {
        let markdown = take(file, &mut card, "[interview] ", key)?;
        let line = text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |index| index + 1);
        markdown::convert_plain(Source { file, line, text: &markdown }, tex)
    };
    let (short, deep) = (answer("short")?, answer("deep")?);
    let interview = Interview { question: take(file, &mut card, "[interview] ", "question")?, short, deep };
    finish(file, "[interview] ", &card)?;
    let prose = Prose {
        title: take(file, &mut table, "", "title")?,
        question: take(file, &mut table, "", "question")?,
        lead: take(file, &mut table, "", "lead")?,
        number: number(file, &mut table)?,
        subject: take(file, &mut table, "", "subject")?,
        interview,
        strings,
        body: markdown::convert(Source { file, line: body_line, text: body }, tex)?,
        acts: markdown::acts(Source { file, line: body_line, text: body }),
    };
    finish(file, "", &table)?;
    // Texts without markup cannot hold a link.
    let plain =
        ["prediction.question", "prediction.reveal"].map(|key| prose.strings.get(key).map_or("", String::as_str));
    for text in [prose.lead.as_str(), &prose.interview.question].into_iter().chain(plain) {
        if let Some(sentence) = lint::acts(text).first() {
            let line = all.find(sentence).map_or(1, |offset| line_of(all, offset));
            return Err(Trouble::at(file, line, lint::unlinked(sentence)));
        }
    }
    Ok(prose)
}

/// Front matter, text, and the line at which the text begins.
fn split<'a>(file: &str, text: &'a str) -> Result<(&'a str, &'a str, usize)> {
    let wrong = || Trouble::at(file, 1, "a lesson begins with a line +++, its front matter, and another line +++");
    let rest = text.strip_prefix("+++\n").ok_or_else(wrong)?;
    let (front, body) = rest.split_once("\n+++\n").ok_or_else(wrong)?;
    Ok((front, body, front.lines().count() + 3))
}

/// Takes the table called `name` out of `table`.
fn section(file: &str, table: &mut Table, name: &str) -> Result<Option<Table>> {
    match table.remove(name) {
        None => Ok(None),
        Some(Value::Table(section)) => Ok(Some(section)),
        Some(_) => Err(Trouble::new(file, format!("{name} must be a section: [{name}]"))),
    }
}

/// Takes the text called `key` out of `table`.
fn take(file: &str, table: &mut Table, place: &str, key: &str) -> Result<String> {
    match table.remove(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().into()),
        Some(_) => Err(Trouble::new(file, format!("{place}{key} must be a text in quotation marks, and not empty"))),
        None => Err(Trouble::new(file, format!("the front matter has no {place}{key}; write {key} = \"...\""))),
    }
}

/// Takes the lesson's number out of `table`.
fn number(file: &str, table: &mut Table) -> Result<u32> {
    match table.remove("number").map(|value| value.as_integer().and_then(|number| u32::try_from(number).ok())) {
        Some(Some(number)) if number > 0 => Ok(number),
        Some(_) => Err(Trouble::new(file, "number must be a whole number from 1 on, without quotation marks")),
        None => Err(Trouble::new(file, "the front matter has no number; write number = 1 for the first lesson")),
    }
}

/// What is left was not expected.
fn finish(file: &str, place: &str, table: &Table) -> Result<()> {
    match table.keys().next() {
        None => Ok(()),
        Some(key) => Err(Trouble::new(file, format!("{place}{key} means nothing here; a word belongs into [strings]"))),
    }
}

/// `a.b = "..."` and `"a.b" = "..."` are the same key. The error is the key of what is no text.
fn flatten(prefix: &str, table: Table, out: &mut Strings) -> std::result::Result<(), String> {
    for (key, value) in table {
        let key = format!("{prefix}{key}");
        match value {
            Value::String(text) => drop(out.insert(key, text)),
            Value::Table(inner) => flatten(&format!("{key}."), inner, out)?,
            _ => return Err(key),
        }
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A whole, small lesson.
    pub const SAMPLE: &str = r#"+++
title = "Short"
number = 3
subject = "so"
question = "Why <so>?"
lead = "One. Two."
[interview]
question = "Well?"
short = "Because $x$."
deep = """
First.

Second."""
[prediction]
question = "How much?"
reveal = "{option}: {value}"
[strings]
size = "Size"
"view.line" = "The line rises"
preset.plain = "Plain"
+++

## Heading

Text.
"#;

    #[test]
    fn reads_every_part() {
        let prose = parse("a.md", SAMPLE, &mut Tex::new()).unwrap();
        assert_eq!((prose.number, &prose.subject[..]), (3, "so"));
        assert_eq!(prose.question, "Why <so>?");
        assert_eq!(prose.interview.deep, "<p>First.</p>\n<p>Second.</p>\n");
        assert!(prose.interview.short.contains("<math>"));
        assert_eq!(prose.strings["view.line"], "The line rises");
        assert_eq!(prose.strings["preset.plain"], "Plain");
        assert_eq!(prose.strings["prediction.reveal"], "{option}: {value}");
        assert_eq!(prose.body, [Piece::Html("<h2>Heading</h2>\n<p>Text.</p>\n".into())]);
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        let cases = [
            (SAMPLE.replace("+++\ntitle", "title"), "a.md:1: a lesson begins with"),
            (SAMPLE.replace("title = \"Short\"", "title = Short"), "a.md:2: the front matter is not TOML"),
            (SAMPLE.replace("title = \"Short\"\n", ""), "a.md: the front matter has no title"),
            (SAMPLE.replace("number = 3\n", ""), "a.md: the front matter has no number"),
            (SAMPLE.replace("number = 3", "number = 0"), "a.md: number must be a whole number"),
            (SAMPLE.replace("deep =", "deeper ="), "a.md: the front matter has no [interview] deep"),
            (SAMPLE.replace("lead =", "extra = \"x\"\nlead ="), "a.md: extra means nothing here"),
            (SAMPLE.replace("size = \"Size\"", "size = 3"), "a.md: [strings] size must be a text"),
            (SAMPLE.replace("Text.", "<i>Text</i>"), "a.md:25: HTML is not allowed"),
            (SAMPLE.replace("One. Two.", "One. Press play."), "a.md:6: \"Press play.\" tells the reader"),
        ];
        for (text, expected) in cases {
            let error = parse("a.md", &text, &mut Tex::new()).err().expect(expected).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
