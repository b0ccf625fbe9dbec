//! What the prose claims, held against the engine and against its own form.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use tensorscope::lessons::REGISTRY;
use tensorscope::session::Run;
use toml::{Table, Value};

use crate::LANGUAGES;
use crate::tex::Tex;
use crate::values::tests::{prose, run, said};
use crate::values::{Values, expressions};

/// The claims of every lesson, beside its prose.
fn claims() -> Table {
    include_str!("../../../www/lessons/claims.toml").parse().expect("the claims are TOML")
}

/// What a lesson's part of the claims has under `key`.
fn part<'a>(all: &'a Table, lesson: &str, key: &str) -> Option<&'a Value> {
    all.get(lesson)?.get(key)
}

/// What must not begin a line.
const PUNCTUATION: &str = ".,;:!?)%，。、；：！？）》」”’";

/// The text of a lesson below its front matter.
fn body(lesson: &str, language: &str) -> String {
    let text = prose(lesson, language);
    let start = text[4..].find("\n+++\n").expect("the end of the front matter") + 9;
    text[start..].to_string()
}

#[test]
fn what_the_prose_says_is_so() {
    let all = claims();
    for lesson in all.keys() {
        let mut runs: HashMap<&str, Run> = HashMap::new();
        for claim in part(&all, lesson, "claim").and_then(Value::as_array).expect("a lesson claims something") {
            for language in &LANGUAGES {
                let sentence = claim[language.code].as_str().expect("a sentence in every language");
                let found = body(lesson, language.code).matches(sentence).count();
                assert_eq!(found, 1, "{lesson} ({}): \"{sentence}\" stands in claims.toml", language.code);
            }
            for holds in claim["holds"].as_array().expect("a list") {
                let holds = holds.as_str().expect("a text");
                let (sides, state) = holds.split_once(" @ ").expect(holds);
                let (left, right) = sides.split_once(" < ").expect(holds);
                let run = runs.entry(state).or_insert_with(|| run(lesson, state));
                let value = |side: &str| side.parse().ok().or_else(|| said(run, side)).expect(holds);
                let (left, right) = (value(left), value(right));
                assert!(left < right, "{lesson}: {holds}: {left} and {right}");
            }
        }
    }
}

#[test]
fn what_is_measured_is_not_written_by_hand() {
    let all = claims();
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let literal = part(&all, id, "literal").and_then(Value::as_table).cloned().unwrap_or_default();
        let mut met = BTreeSet::new();
        for language in &LANGUAGES {
            for word in literals(&body(id, language.code)) {
                assert!(literal.contains_key(&word), "{id} ({}): {word} is written by hand", language.code);
                met.insert(word);
            }
        }
        let unused: Vec<&String> = literal.keys().filter(|word| !met.contains(*word)).collect();
        assert!(unused.is_empty(), "{id}: claims.toml has {unused:?}, which no prose has");
    }
}

/// The numbers with three digits or more that stand in a text outside of expressions, formulas, code and addresses.
fn literals(text: &str) -> Vec<String> {
    let mut bare = String::new();
    let mut code = false;
    for line in text.lines() {
        code ^= line.starts_with("```");
        if code {
            continue;
        }
        // Odd parts are formulas, then code.
        let words: String = line.split('$').step_by(2).collect::<Vec<_>>().join(" ");
        let words: String = words.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let mut rest = words.as_str();
        while let Some(start) = rest.find(['{', '#']) {
            bare.push_str(&rest[..start]);
            let end = if rest[start..].starts_with('{') { '}' } else { ')' };
            rest = rest[start..].split_once(end).map_or("", |(_, rest)| rest);
        }
        bare.push_str(rest);
        bare.push('\n');
    }
    let numbers = bare.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
    let trimmed = numbers.map(|number| number.trim_matches(['.', ',']));
    trimmed.filter(|n| n.bytes().filter(u8::is_ascii_digit).count() >= 3).map(String::from).collect()
}

#[test]
fn literals_are_found() {
    let text = "a 0.123, {x:f3 @ lr=0.123} $0.456$ `789` [x](#step=300) and 1,234.\n```figure\nstep=555\n```\n42";
    assert_eq!(literals(text), ["0.123", "1,234"]);
}

/// The pages' text as HTML, with the words of the lesson.
fn html(lesson: &str, language: &str, tex: &mut Tex) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/www/lessons");
    let values = Values::parse("values.toml", &fs::read_to_string(format!("{folder}/values.toml")).unwrap()).unwrap();
    let file = format!("{lesson}.{language}.md");
    let text = values.fill(&file, lesson, &prose(lesson, language)).unwrap();
    let read = crate::prose::parse(&file, &text, tex).unwrap();
    let body = crate::page::body(&read.body, |_| Ok::<_, ()>(String::new())).unwrap();
    body + &read.interview.short + &read.interview.deep
}

#[test]
fn no_line_begins_with_the_punctuation_after_a_formula() {
    for entry in REGISTRY {
        for language in &LANGUAGES {
            let html = html(entry.manifest.id, language.code, &mut Tex::new());
            for (at, end) in html.match_indices("</math>") {
                // The last span that was opened before it and not closed, if that glues.
                let glued =
                    html[..at].rfind("<span class=\"nobr\">").is_some_and(|open| !html[open..at].contains("</span>"));
                let mut rest = &html[at + end.len()..];
                let own = rest.starts_with(|c: char| PUNCTUATION.contains(c));
                while let Some(tag) = rest.strip_prefix('<') {
                    rest = tag.split_once('>').map_or("", |(_, rest)| rest);
                }
                let next = rest.chars().next().unwrap_or(' ');
                let alone = PUNCTUATION.contains(next) && !(own && glued);
                assert!(!alone, "{} ({}): {next}", entry.manifest.id, language.code);
            }
        }
    }
}

#[test]
fn the_font_has_every_character_of_the_formulas() {
    let list = include_str!("../../../www/fonts/math.txt");
    let has: BTreeSet<char> =
        list.lines().filter_map(|line| char::from_u32(u32::from_str_radix(line, 16).ok()?)).collect();
    let mut wanted = BTreeSet::new();
    for entry in REGISTRY {
        for language in &LANGUAGES {
            wanted.extend(of_formulas(&html(entry.manifest.id, language.code, &mut Tex::new())));
        }
        let words = crate::prose::Strings::new();
        for preset in entry.manifest.presets {
            let state = format!("preset={}", preset.id);
            let figure = crate::figure::Figure { entry, words: &words, state: &state, still: &state, views: &[] };
            wanted.extend(of_formulas(&figure.html().unwrap()));
        }
    }
    assert!(wanted.contains(&'∑') && wanted.contains(&'𝑎'), "formulas have sums and italic letters: {wanted:?}");
    let missing: String = wanted.difference(&has).collect();
    assert!(missing.is_empty(), "www/fonts/make.py does not list {missing:?}");
}

/// The characters inside of `<math>`; a letter alone in its `<mi>` is drawn italic.
fn of_formulas(html: &str) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    for part in html.split("<math").skip(1) {
        let formula = part.split("</math>").next().unwrap_or_default();
        for token in formula.split('<').skip(1) {
            let Some((tag, text)) = token.split_once('>') else { continue };
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let mut letters = text.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if tag == "mi" => found.insert(italic(letter)),
                _ => {
                    // Words and the branches of a tree in a table are drawn in the page's own font.
                    let foreign =
                        |c: &char| ('\u{3000}'..='\u{9fff}').contains(c) || ('\u{2500}'..='\u{257f}').contains(c);
                    found.extend(text.chars().filter(|c| !c.is_whitespace() && !foreign(c)));
                    false
                }
            };
        }
    }
    found
}

/// The italic of a letter.
fn italic(letter: char) -> char {
    let shifted =
        |from: char, to: u32| char::from_u32(letter as u32 - from as u32 + to).expect("a letter of the plane");
    match letter {
        'h' => 'ℎ',
        'A'..='Z' => shifted('A', 0x1d434),
        'a'..='z' => shifted('a', 0x1d44e),
        'α'..='ω' => shifted('α', 0x1d6fc),
        '∂' => '𝜕',
        other => other,
    }
}

#[test]
fn the_expressions_of_both_languages_are_the_same() {
    for entry in REGISTRY {
        let of = |language: &str| -> BTreeSet<String> {
            let text = prose(entry.manifest.id, language);
            expressions(&text).iter().map(|e| format!("{:?} @ {}", e.names().collect::<Vec<_>>(), e.state)).collect()
        };
        assert_eq!(of(LANGUAGES[0].code), of(LANGUAGES[1].code), "{}", entry.manifest.id);
    }
}
