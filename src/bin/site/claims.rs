//! What the prose claims, held against the engine and against its own form.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use tensorscope::lessons::{REGISTRY, Run};

use crate::LANGUAGES;
use crate::tex::Tex;
use crate::values::tests::{prose, run, said};
use crate::values::{Values, expressions};

/// A sentence in both languages, and what must be true for it: `left < right`, each side a name or a constant, at a state.
struct Claim {
    lesson: &'static str,
    says: [&'static str; 2],
    holds: &'static [(&'static str, [&'static str; 3])],
}

const CLAIMS: &[Claim] = &[
    Claim {
        lesson: "backprop",
        says: ["still guesses", "还在瞎猜"],
        holds: &[("preset=vanish&step=150", ["loss", "<", "0.694"]), ("preset=vanish&step=150", ["0.692", "<", "loss"])],
    },
    Claim {
        lesson: "backprop",
        says: ["less blame than the last, and learns next to nothing", "小 {delta4 / delta1:d @ preset=vanish} 倍，几乎学不动"],
        holds: &[("preset=vanish", ["delta1", "<", "delta2"]), ("preset=vanish", ["delta2", "<", "delta3"])],
    },
    Claim {
        lesson: "backprop",
        says: ["the bars are low because little is left to blame", "已经没有多少误差可分"],
        holds: &[("preset=relu&step=150", ["delta4", "<", "0.05"]), ("preset=relu&step=150", ["loss", "<", "0.05"])],
    },
    Claim {
        lesson: "backprop",
        says: ["the result is close, and wrong", "结果很接近，但是错的"],
        holds: &[
            ("preset=mazur&break=updated_w&step=1", ["0.291027923", "<", "loss"]),
            ("preset=mazur&break=updated_w&step=1", ["loss", "<", "0.291027925"]),
            ("preset=mazur&step=1", ["loss", "<", "0.291027923"]),
        ],
    },
    Claim {
        lesson: "ema",
        says: ["So it lies nearer to the middle of the walk, and tests better", "测试效果更好"],
        holds: &[
            ("preset=network&step=300", ["live_accuracy", "<", "ema_accuracy"]),
            ("preset=network&step=300", ["ema_loss", "<", "live_loss"]),
            ("preset=network&beta=0.98&step=300", ["ema_loss", "<", "live_loss"]),
        ],
    },
    Claim {
        lesson: "ema",
        says: ["Early on it is worse", "起初平均权重更差"],
        holds: &[
            ("preset=network&step=30", ["ema_accuracy", "<", "live_accuracy"]),
            ("preset=network&step=30", ["live_loss", "<", "ema_loss"]),
        ],
    },
    Claim {
        lesson: "ema",
        says: ["so the network is sure of nothing. The accuracy hides it", "准确率看不出来"],
        holds: &[
            ("preset=zero&step=300", ["live_loss", "<", "ema_loss"]),
            ("preset=zero&step=300", ["live_accuracy", "<", "ema_accuracy"]),
        ],
    },
    Claim {
        lesson: "ema",
        says: ["Watch how far the lines run below the dots", "落在点的下方"],
        holds: &[("preset=trend&step=110", ["corrected", "<", "theta"]), ("preset=trend&step=110", ["v", "<", "corrected"])],
    },
    Claim {
        lesson: "ema",
        says: ["one odd first value is believed for a long time", "反常的首值会被信上很久"],
        holds: &[("preset=temperature&at=0:theta_1:40&step=30&moment=3", ["corrected", "<", "first"])],
    },
    Claim {
        lesson: "receptive-field",
        says: ["a bell almost as wide as high", "宽高相近的钟形"],
        holds: &[
            ("preset=trained&step=16", ["untrained_variance_y", "<", "47"]),
            ("preset=trained&step=16", ["42", "<", "untrained_variance_x"]),
        ],
    },
    Claim {
        lesson: "receptive-field",
        says: ["Digits are higher than wide, and so has the field become", "感受野也变得高大于宽"],
        holds: &[
            ("preset=trained&step=16", ["untrained_variance_y", "<", "variance_y"]),
            ("preset=trained&step=16", ["variance_x", "<", "untrained_variance_x"]),
        ],
    },
    Claim {
        lesson: "receptive-field",
        says: ["so the effective field is a bell inside the box", "所以有效感受野是方块里的一个钟形"],
        holds: &[
            ("preset=bell&step=1", ["6.6666", "<", "variance_x"]),
            ("preset=bell&step=1", ["variance_x", "<", "6.6667"]),
            ("preset=bell&step=1", ["25", "<", "middle"]),
        ],
    },
    Claim {
        lesson: "receptive-field",
        says: ["the sum is *misaligned*", "就叫*没有对齐*"],
        holds: &[("preset=askew", ["0", "<", "misaligned"])],
    },
    Claim {
        lesson: "receptive-field",
        says: ["both times", "而 $r$ 都是"],
        holds: &[("preset=alexnet_v2", ["194", "<", "r"]), ("preset=alexnet_v2", ["r", "<", "196"])],
    },
];

/// Numbers of three digits or more that stand in the prose as they are, and why.
const LITERAL: [(&str, &str); 11] = [
    ("2015", "a year"),
    ("0.291027924", "what another page prints"),
    ("150", "the step of the figure below"),
    ("300", "the step of the figure below"),
    ("1,210", "parameters of the network, checked by the lesson's test"),
    ("1210", "the same"),
    ("1,000", "the longest run, a choice of the control"),
    ("1000", "the same"),
    ("112", "the preset's picture"),
    ("224", "the preset's picture"),
    ("0.98", "a factor that is chosen"),
];
/// More factors that are chosen: no computation gives them.
const FACTORS: [&str; 3] = ["0.99", "0.999", "0.9999"];

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
    let mut runs: HashMap<(&str, &str), Run> = HashMap::new();
    for claim in CLAIMS {
        for (language, sentence) in LANGUAGES.iter().zip(claim.says) {
            let found = body(claim.lesson, language.code).matches(sentence).count();
            assert_eq!(found, 1, "{} ({}): \"{sentence}\"; its claim belongs into this table", claim.lesson, language.code);
        }
        for (state, [left, _, right]) in claim.holds {
            let run = runs.entry((claim.lesson, *state)).or_insert_with(|| run(claim.lesson, state));
            let value = |side: &str| {
                side.parse().ok().or_else(|| said(run, side)).unwrap_or_else(|| panic!("{side} is no number of {state}"))
            };
            assert!(value(left) < value(right), "{}: {left} < {right} @ {state}", claim.says[0]);
        }
    }
}

#[test]
fn what_is_measured_is_not_written_by_hand() {
    let mut met = BTreeSet::new();
    for entry in REGISTRY {
        for language in &LANGUAGES {
            for word in literals(&body(entry.manifest.id, language.code)) {
                let known = LITERAL.iter().any(|(literal, _)| *literal == word) || FACTORS.contains(&word.as_str());
                assert!(known, "{} ({}): {word} is written by hand", entry.manifest.id, language.code);
                met.insert(word);
            }
        }
    }
    for (literal, _) in LITERAL {
        assert!(met.contains(literal), "no prose has {literal} any more");
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
                let glued = html[..at].rfind("<span class=\"nobr\">").is_some_and(|open| !html[open..at].contains("</span>"));
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
                    let foreign = |c: &char| ('\u{3000}'..='\u{9fff}').contains(c) || ('\u{2500}'..='\u{257f}').contains(c);
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
    let shifted = |from: char, to: u32| char::from_u32(letter as u32 - from as u32 + to).expect("a letter of the plane");
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
