//! Numbers in prose: expressions over a state of the lesson, replaced by what the engine computed there.
//!
//! ```text
//! {ema_accuracy:f1 @ preset=zero&step=300}        a readout or a metric of that state, one digit after the point
//! {delta4 / delta1 @ preset=vanish}               arithmetic: + - * / between names and constants, with spaces around
//! ```
//!
//! The values stand in `www/lessons/values.toml`, so that building the site runs no race. The test below recomputes every one
//! of them; `BLESS=1 cargo test --bin site values` writes them anew. Formats are those of `data-format` (`d`, `f2`, `g3`, `s3`,
//! `e2`), and `d,` groups thousands; without one it is `s3`.

use std::collections::BTreeMap;
use std::ops::Range;

use tensorscope::scene::Format;
use tensorscope::scene::format;
use toml::Table;

use crate::trouble::{Result, Trouble, line_of};

/// The numbers of one state, by name.
type Numbers = BTreeMap<String, f64>;

/// The values by lesson and state.
#[derive(Debug, Default, PartialEq)]
pub struct Values(BTreeMap<String, BTreeMap<String, Numbers>>);

/// An expression as it stands in a text.
#[derive(Debug, PartialEq)]
pub struct Expression<'a> {
    /// Where it stands, with its braces.
    range: Range<usize>,
    /// Names, constants and operators, in their order.
    terms: Vec<&'a str>,
    format: &'a str,
    /// The state, in the syntax of the address.
    pub state: &'a str,
}

impl Values {
    /// Reads the values in `text`, which is that of `file`.
    pub fn parse(file: &str, text: &str) -> Result<Values> {
        let wrong = |what: &str| Trouble::new(file, format!("{what}; BLESS=1 cargo test --bin site values writes it"));
        let table: Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message()))?;
        let mut values = Values::default();
        for (lesson, states) in table {
            for (state, numbers) in states.as_table().ok_or_else(|| wrong("a lesson must be a table of states"))? {
                for (name, value) in numbers.as_table().ok_or_else(|| wrong("a state must be a table of numbers"))? {
                    let value =
                        value.as_float().ok_or_else(|| wrong(&format!("{name} must be a number with a point")))?;
                    values.set(&lesson, state, name, value);
                }
            }
        }
        Ok(values)
    }

    fn set(&mut self, lesson: &str, state: &str, name: &str, value: f64) {
        let states = self.0.entry(lesson.into()).or_default();
        states.entry(state.into()).or_default().insert(name.into(), value);
    }

    /// `text` of the lesson's `file` with every expression replaced by its number.
    pub fn fill(&self, file: &str, lesson: &str, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for expression in expressions(text) {
            let of_state = self.0.get(lesson).and_then(|states| states.get(expression.state));
            let number = expression.number(|name| of_state?.get(name).copied());
            let written = number.and_then(|number| write(number, expression.format)).map_err(|what| {
                Trouble::at(
                    file,
                    line_of(text, expression.range.start),
                    format!("{{... @ {}}}: {what}", expression.state),
                )
            })?;
            out.push_str(&text[done..expression.range.start]);
            out.push_str(&written);
            done = expression.range.end;
        }
        out.push_str(&text[done..]);
        Ok(out)
    }
}

/// Every expression of a text: what stands in braces, on one line, with ` @ ` in it.
pub fn expressions(text: &str) -> Vec<Expression<'_>> {
    let opened = text.match_indices('{').filter_map(|(start, _)| {
        let inner = &text[start + 1..];
        let inner = &inner[..inner.find(['{', '}', '\n'])?];
        let closed = text[start + 1 + inner.len()..].starts_with('}');
        let (what, state) = inner.split_once(" @ ").filter(|_| closed)?;
        let (what, format) = what.split_once(':').unwrap_or((what, "s3"));
        let terms = what.split_whitespace().collect();
        Some(Expression { range: start..start + inner.len() + 2, terms, format: format.trim(), state: state.trim() })
    });
    opened.collect()
}

impl<'a> Expression<'a> {
    /// The names in it.
    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.terms.iter().copied().filter(|term| term.starts_with(|c: char| c.is_ascii_alphabetic()))
    }

    /// Its number, with that of each name from `value`.
    pub fn number(&self, value: impl Fn(&str) -> Option<f64>) -> std::result::Result<f64, String> {
        let term = |text: &str| {
            match text.parse::<f64>() {
            Ok(constant) if text.starts_with(|c: char| c.is_ascii_digit()) => Ok(constant),
            _ => value(text).ok_or(format!(
                "\"{text}\" is not known there; write the name of a number of the figure, then BLESS=1 cargo test --bin site values"
            )),
        }
        };
        // Products first: what is summed so far, and the product that is being made.
        let (mut sum, mut product) = (0.0, term(self.terms.first().ok_or("there is no name")?)?);
        for pair in self.terms[1..].chunks(2) {
            let [operator, name] = pair else { return Err(format!("nothing follows \"{}\"", pair[0])) };
            let next = term(name)?;
            match *operator {
                "*" => product *= next,
                "/" => product /= next,
                "+" => (sum, product) = (sum + product, next),
                "-" => (sum, product) = (sum + product, -next),
                other => return Err(format!("\"{other}\" is none of + - * /, each with a space on both sides")),
            }
        }
        Ok(sum + product)
    }
}

/// A number in prose.
fn write(number: f64, code: &str) -> std::result::Result<String, String> {
    if !number.is_finite() {
        return Err(format!("this is {number}, and no sentence can say so"));
    }
    let wrong = || format!("\"{code}\" is no format; known: d, d, with a comma, f2, g3, s3, e2");
    if code == "d" || code == "d," {
        let text = format::number(number, Format::Integer);
        return Ok(if code == "d" { text } else { grouped(&text) });
    }
    let digits: u8 = code.get(1..).and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    let format = match code.as_bytes()[0] {
        b'f' => Format::Fixed(digits),
        b'g' => Format::Significant(digits),
        b's' => Format::Short(digits),
        b'e' => Format::Scientific(digits),
        _ => return Err(wrong()),
    };
    Ok(format::number(number, format))
}

/// Digits in groups of three, as English has them.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
    let mut out = sign.to_string();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::LANGUAGES;
    use std::{env, fs};
    use tensorscope::lessons::find;
    use tensorscope::session::Run;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/lessons/values.toml");

    /// The prose of a lesson as it is written, by the suffix of its file.
    pub fn prose(lesson: &str, language: &str) -> String {
        let path = format!("{}/www/lessons/{lesson}.{language}.md", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The run of a lesson in a state that must be understood completely.
    pub fn run(lesson: &str, state: &str) -> Run {
        let mut run = Run::new(find(lesson).expect("a lesson of the registry"), state);
        let notices: Vec<String> = run.take_notices().iter().map(ToString::to_string).collect();
        assert!(notices.is_empty(), "{lesson} @ {state}: {notices:?}");
        while run.work(1000) > 0 {}
        run
    }

    /// What a state says of a name: a readout, or what was recorded as a metric at its step.
    pub fn said(run: &Run, name: &str) -> Option<f64> {
        let readouts = run.lesson().readouts(run.at());
        let metric = || {
            let index = run.entry().manifest.metrics.iter().position(|metric| metric.id == name)?;
            run.history().metric(index).get(run.step() as usize).copied()
        };
        readouts.into_iter().find(|readout| readout.id == name).map(|readout| readout.value).or_else(metric)
    }

    /// Every value that the prose asks for, computed.
    fn computed() -> Values {
        let mut asked: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for entry in tensorscope::lessons::REGISTRY {
            let id = entry.manifest.id;
            for language in &LANGUAGES {
                for expression in expressions(&prose(id, language.code)) {
                    let names = asked.entry((id.into(), expression.state.into())).or_default();
                    names.extend(expression.names().map(String::from));
                }
            }
        }
        let mut values = Values::default();
        for ((lesson, state), names) in asked {
            let run = run(&lesson, &state);
            for name in names {
                let value = said(&run, &name).unwrap_or_else(|| panic!("{lesson} @ {state} has no number \"{name}\""));
                values.set(&lesson, &state, &name, value);
            }
        }
        values
    }

    fn toml(values: &Values) -> String {
        let mut out =
            String::from("# Numbers of the prose, by state; BLESS=1 cargo test --bin site values writes them.\n");
        for (lesson, states) in &values.0 {
            for (state, numbers) in states {
                out.push_str(&format!("\n[{lesson}.\"{state}\"]\n"));
                numbers.iter().for_each(|(name, value)| out.push_str(&format!("{name} = {value:?}\n")));
            }
        }
        out
    }

    #[test]
    fn the_values_are_those_of_the_engine() {
        let computed = computed();
        if env::var_os("BLESS").is_some() {
            fs::write(FILE, toml(&computed)).expect("the folder of the prose");
        }
        let text = fs::read_to_string(FILE).expect("the values");
        let written = Values::parse(FILE, &text).unwrap();
        for (lesson, states) in &computed.0 {
            for (state, numbers) in states {
                for (name, value) in numbers {
                    let stands = written.0.get(lesson).and_then(|states| states.get(state)?.get(name));
                    assert_eq!(
                        stands.map(|v| v.to_bits()),
                        Some(value.to_bits()),
                        "{name} of {lesson} @ {state}: {value}"
                    );
                }
            }
        }
        assert_eq!(text, toml(&computed), "the file has more than the prose asks for");
    }

    #[test]
    fn expressions_become_numbers() {
        let mut values = Values::default();
        for (name, value) in [("a", 84.7222), ("b_1", 2.0), ("big", 10000.0), ("bad", f64::NAN)] {
            values.set("l", "preset=p&step=3", name, value);
        }
        let fill = |text: &str| values.fill("a.md", "l", text).map_err(|trouble| trouble.to_string());
        for (text, expected) in [
            ("about {a:f1 @ preset=p&step=3} %", "about 84.7 %"),
            ("{a @ preset=p&step=3}, {big:d @ preset=p&step=3}", "84.7, 10000"),
            ("{big:d, @ preset=p&step=3}", "10,000"),
            ("{1 - a / b_1 + 2 * b_1:f1 @ preset=p&step=3}", "−37.4"),
            ("theta_{t} and {value} and \\frac{a}{b}", "theta_{t} and {value} and \\frac{a}{b}"),
        ] {
            assert_eq!(fill(text).as_deref(), Ok(expected));
        }
        for (text, expected) in [
            ("one\n{c @ preset=p&step=3}", "a.md:2: {... @ preset=p&step=3}: \"c\" is not known there"),
            ("{a @ step=3}", "a.md:1: {... @ step=3}: \"a\" is not known"),
            ("{a:x @ preset=p&step=3}", "a.md:1: {... @ preset=p&step=3}: \"x\" is no format"),
            ("{a % b_1 @ preset=p&step=3}", "a.md:1: {... @ preset=p&step=3}: \"%\" is none of"),
            ("{a / @ preset=p&step=3}", "a.md:1: {... @ preset=p&step=3}: nothing follows"),
            ("{bad @ preset=p&step=3}", "a.md:1: {... @ preset=p&step=3}: this is NaN"),
        ] {
            let error = fill(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
