//! Markdown to HTML: CommonMark with tables, formulas between dollar signs, and figures.
//!
//! Not a general converter: raw HTML, pictures and first-level headings are refused with a sentence, because the pages must
//! hold to their policy and to one outline. A fenced block with the info string `figure` places a living figure; a link to a
//! fragment, `[Load it](#preset=xor)`, sets the state of the page's figure.

use pulldown_cmark::html::push_html;
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::html::escape;
use crate::lint;
use crate::tex::Tex;
use crate::trouble::{Result, Trouble, line_of};

/// What is understood beside CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_MATH);
/// What must not be left behind at the end of the line before a formula.
const OPENING: &str = "([“‘（「《";
/// What must not begin the line after a formula.
const CLOSING: &str = ".,;:!?)]”’'%…–—，。、；：！？）」》”";

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// HTML.
    Html(String),
    /// A figure.
    Figure(FigureBlock),
}

/// What a `figure` block says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FigureBlock {
    /// Its state, in the syntax of the address.
    pub state: String,
    /// The views that it shows; all where it is empty.
    pub views: Vec<String>,
    /// Its line in the file.
    pub line: usize,
}

/// A text with where it comes from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The file.
    pub file: &'a str,
    /// The line of the file at which the text begins, counted from 1.
    pub line: usize,
    /// The text.
    pub text: &'a str,
}

/// Converts `source` to pieces: HTML, and figures between.
pub fn convert(source: Source, tex: &mut Tex) -> Result<Vec<Piece>> {
    let (mut events, ranges): (Vec<Event>, Vec<_>) = Parser::new_ext(source.text, OPTIONS).into_offset_iter().unzip();
    let at = |index: usize| source.line + line_of(source.text, ranges[index].start) - 1;
    lint::check(&events).map_err(|(index, what)| Trouble::at(source.file, at(index), what))?;
    let mut pieces = Vec::new();
    let mut run = Vec::new();
    let mut figure: Option<FigureBlock> = None;
    let mut acting = false;
    for index in 0..events.len() {
        let line = at(index);
        let refuse = |what: &str| Err(Trouble::at(source.file, line, what));
        let kept = match events[index].clone() {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info == "figure" => {
                flush(&mut run, &mut pieces);
                figure = Some(FigureBlock { line, ..FigureBlock::default() });
                continue;
            }
            Event::Text(text) if figure.is_some() => {
                figure.as_mut().expect("just asked").take(&text);
                continue;
            }
            Event::End(TagEnd::CodeBlock) if figure.is_some() => {
                pieces.extend(figure.take().map(Piece::Figure));
                continue;
            }
            Event::InlineMath(formula) => {
                let math = math(&formula, false, source.file, line, tex)?;
                let before = run.last_mut().map_or("".into(), |event| split_off(event, OPENING, true));
                let after = events.get_mut(index + 1).map_or("".into(), |event| split_off(event, CLOSING, false));
                Event::InlineHtml(if before.is_empty() && after.is_empty() {
                    math.into()
                } else {
                    format!("<span class=\"nobr\">{}{math}{}</span>", escape(&before), escape(&after)).into()
                })
            }
            // A formula that is wider than a phone is scrolled: then the keyboard must reach it.
            Event::DisplayMath(formula) => {
                let math = math(&formula, true, source.file, line, tex)?;
                Event::InlineHtml(format!("<span class=\"wide\" tabindex=\"0\">{math}</span>").into())
            }
            Event::Text(text) => Event::Text(unbroken(&text).into()),
            Event::SoftBreak if between_wide(&events[..index], &events[index + 1..]) => continue,
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with('#') => {
                acting = true;
                Event::InlineHtml(format!("<a class=\"act\" href=\"{}\">", escape(&dest_url)).into())
            }
            Event::End(TagEnd::Link) if acting => {
                acting = false;
                Event::InlineHtml("</a>".into())
            }
            // Alignment would be written as a style attribute.
            Event::Start(Tag::Table(columns)) => Event::Start(Tag::Table(vec![Alignment::None; columns.len()])),
            Event::Html(_) | Event::InlineHtml(_) => return refuse("HTML is not allowed here; write it in Markdown"),
            Event::Start(Tag::Image { .. }) => return refuse("pictures are not allowed here; figures are computed"),
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                return refuse("the title of the page is its only first-level heading; begin with ##");
            }
            other => other,
        };
        run.push(kept);
    }
    flush(&mut run, &mut pieces);
    Ok(pieces)
}

/// Converts `source` to HTML; figures are refused.
pub fn convert_plain(source: Source, tex: &mut Tex) -> Result<String> {
    let mut out = String::new();
    for piece in convert(source, tex)? {
        match piece {
            Piece::Html(html) => out.push_str(&html),
            Piece::Figure(block) => {
                return Err(Trouble::at(
                    source.file,
                    block.line,
                    "a figure cannot stand here; place it in the text below",
                ));
            }
        }
    }
    Ok(out)
}

impl FigureBlock {
    /// Takes the lines of a block: `views=a,b` names views, everything else is state.
    fn take(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(views) = line.strip_prefix("views=") {
                self.views = views.split(',').map(|view| view.trim().to_string()).collect();
            } else {
                if !self.state.is_empty() {
                    self.state.push('&');
                }
                self.state.push_str(line);
            }
        }
    }
}

/// Writes the events gathered so far.
fn flush(run: &mut Vec<Event>, pieces: &mut Vec<Piece>) {
    if !run.is_empty() {
        let mut html = String::new();
        push_html(&mut html, run.drain(..));
        pieces.push(Piece::Html(html));
    }
}

/// The states that the links of `source` set, each with its line.
pub fn acts(source: Source) -> Vec<(usize, String)> {
    let events = Parser::new_ext(source.text, OPTIONS).into_offset_iter();
    let state = |(event, range): (Event, std::ops::Range<usize>)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => {
            let line = source.line + line_of(source.text, range.start) - 1;
            Some((line, dest_url.strip_prefix('#')?.to_string()))
        }
        _ => None,
    };
    events.filter_map(state).collect()
}

fn math(formula: &str, block: bool, file: &str, line: usize, tex: &mut Tex) -> Result<String> {
    tex.convert(formula, block).map_err(|what| Trouble::at(file, line, what))
}

/// Takes the characters of `set` off the start of a text, or off its end.
fn split_off(event: &mut Event, set: &str, end: bool) -> String {
    let Event::Text(text) = event else { return String::new() };
    let is_in = |c: char| set.contains(c);
    let rest = if end { text.trim_end_matches(is_in) } else { text.trim_start_matches(is_in) }.to_string();
    let taken = if end { &text[rest.len()..] } else { &text[..text.len() - rest.len()] }.to_string();
    *text = CowStr::from(rest);
    taken
}

/// `text` with spaces that do not break where a number would lose its sign: 84.7 %, 3 × 3.
fn unbroken(text: &str) -> String {
    text.replace(" %", "\u{a0}%").replace(" × ", "\u{a0}×\u{a0}")
}

/// Whether a line break stands between two characters that are written without spaces, as in Chinese.
fn between_wide(before: &[Event], after: &[Event]) -> bool {
    let last = match before.last() {
        Some(Event::Text(text)) => text.chars().next_back(),
        _ => None,
    };
    let next = match after.first() {
        Some(Event::Text(text)) => text.chars().next(),
        _ => None,
    };
    last.is_some_and(is_wide) && next.is_some_and(is_wide)
}

/// Chinese characters and the punctuation that goes with them.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' | '“' | '”' | '…' | '—')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        convert_plain(Source { file: "a.md", line: 10, text }, &mut Tex::new()).unwrap()
    }

    fn trouble(text: &str) -> String {
        convert_plain(Source { file: "a.md", line: 10, text }, &mut Tex::new()).unwrap_err().to_string()
    }

    #[test]
    fn text_formulas_and_tables() {
        assert_eq!(html("a < b & c"), "<p>a &lt; b &amp; c</p>\n");
        assert_eq!(html("3 × 3 is 9 %"), "<p>3\u{a0}×\u{a0}3 is 9\u{a0}%</p>\n");
        assert!(html("so $x_1$ is").contains("<p>so <math><msub>"));
        assert!(html("$$x$$").contains("<span class=\"wide\" tabindex=\"0\"><math display=\"block\">"));
        let table = html("| a | b |\n|--:|---|\n| 1 | 2 |");
        assert!(table.contains("<th>a</th>") && !table.contains("style"), "{table}");
    }

    #[test]
    fn punctuation_stays_with_its_formula() {
        for (text, before, after) in [
            ("a $x$, b", "", ","),
            ("a ($x$), b", "(", "),"),
            ("取 $x$，再", "", "，"),
            ("（$x$）。", "（", "）。"),
            ("a $x$ b", "", ""),
            ("$x$", "", ""),
        ] {
            let html = html(text);
            let glued = html.split("<span class=\"nobr\">").nth(1).and_then(|rest| rest.split("</span>").next());
            assert_eq!(glued.is_some(), !(before.is_empty() && after.is_empty()), "{html}");
            if let Some(glued) = glued {
                assert!(
                    glued.starts_with(&format!("{before}<math>")) && glued.ends_with(&format!("</math>{after}")),
                    "{html}"
                );
            }
            let words =
                |text: &str| text.chars().filter(|c| !c.is_ascii() || c.is_ascii_punctuation()).collect::<String>();
            let mut bare = html.clone();
            while let Some(start) = bare.find('<') {
                let end = bare[start..].find('>').unwrap() + start;
                bare.replace_range(start..=end, "");
            }
            assert_eq!(words(&bare), words(&text.replace('$', "")), "{html}");
        }
    }

    #[test]
    fn a_link_to_a_state_acts() {
        let text = "one\n\n[Load *it*](#preset=p&step=3), or [read](https://example.org).";
        let act = "<a class=\"act\" href=\"#preset=p&amp;step=3\">Load <em>it</em></a>, or <a href=\"https://example.org\">read</a>";
        assert!(html(text).contains(act), "{}", html(text));
        assert_eq!(acts(Source { file: "a.md", line: 10, text }), [(12, "preset=p&step=3".to_string())]);
    }

    #[test]
    fn chinese_lines_join_without_a_space() {
        assert_eq!(html("反向\n传播"), "<p>反向传播</p>\n");
        assert_eq!(html("反向\nloss"), "<p>反向\nloss</p>\n");
    }

    #[test]
    fn figures_stand_between_texts() {
        let text = "one:\n\n```figure\npreset=p\nlr=0.1\nviews=a, b\n```\n\ntwo";
        let pieces = convert(Source { file: "a.md", line: 10, text }, &mut Tex::new()).unwrap();
        let block = FigureBlock { state: "preset=p&lr=0.1".into(), views: vec!["a".into(), "b".into()], line: 12 };
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[1], Piece::Figure(block));
    }

    #[test]
    fn what_is_refused_names_its_line() {
        assert!(trouble("one\n\n<b>two</b>").starts_with("a.md:12: HTML"));
        assert!(trouble("# one").starts_with("a.md:10: the title"));
        assert!(trouble("![a](b.png)").starts_with("a.md:10: pictures"));
        assert!(trouble("one\n$\\nosuch$").starts_with("a.md:11: the formula"));
        assert!(trouble("so:\n```figure\n```").starts_with("a.md:11: a figure"));
        assert!(trouble("so.\n```figure\n```").starts_with("a.md:11: the block before a figure ends"));
        assert!(trouble("Look. Compare:\n```figure\n```").starts_with("a.md:11: the block before a figure gives one"));
        assert!(trouble("one\n\n- x\n- So. Load the preset.").starts_with("a.md:13: \"Load the preset.\" tells"));
        assert!(trouble("载入预设。").starts_with("a.md:10: \"载入"));
    }
}
