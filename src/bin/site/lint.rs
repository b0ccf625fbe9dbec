//! What prose about a figure must hold to: the block before a figure ends in a colon, and what the reader is told to do with the
//! figure stands in a link that does it.
//!
//! Not a grammar: a sentence tells the reader to act where it begins with one of the words below.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

/// Words that begin an order to act on a figure, in English.
const ACTS: [&str; 25] = [
    "add", "change", "choose", "click", "drag", "draw", "go", "load", "move", "open", "paint", "pick", "play", "point",
    "press", "raise", "rewind", "select", "set", "slide", "step", "switch", "tap", "try", "type",
];
/// The same in Chinese.
const ACTS_ZH: [&str; 24] = [
    "载入",
    "切换",
    "切到",
    "换到",
    "选",
    "拖",
    "按下",
    "点",
    "单击",
    "输入",
    "打开",
    "关掉",
    "画",
    "涂",
    "试",
    "走一步",
    "移动",
    "播放",
    "加上",
    "调",
    "改动",
    "改变",
    "改成",
    "回到",
];
/// What may stand before an order.
const FIRST: [&str; 10] = ["then ", "now ", "next, ", "please ", "再", "然后", "先", "请", "现在", "接着"];
/// A sentence with this before one of the words above is an order too: "put A to B".
const PUT_ZH: &str = "把";
/// Words that begin an order to look.
const LOOKS: [&str; 11] =
    ["compare", "look", "notice", "see", "watch", "比一比", "比较", "看", "注意", "留意", "也看看"];
/// What ends a sentence, or begins one inside of it.
const ENDS: [char; 12] = ['.', '?', '!', ':', ';', '。', '？', '！', '：', '；', '\n', '—'];

/// What is wrong with the order in which `events` come, and the index of the event at which it is.
pub fn check(events: &[Event]) -> Result<(), (usize, String)> {
    // The block that is being read: as the reader reads it, and with every link that acts replaced by a sign.
    let (mut whole, mut bare) = (String::new(), String::new());
    let mut acting = false;
    let mut after_figure = false;
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &**info == "figure" => {
                if !after_figure && !leads_to_figure(&whole) {
                    return Err((index, "the block before a figure ends in a colon and says what to look at".into()));
                }
                if !after_figure && orders(&whole) > 1 {
                    return Err((index, "the block before a figure gives one order at most".into()));
                }
                after_figure = true;
            }
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item) => {
                (whole, bare, after_figure) = (String::new(), String::new(), false);
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => {
                if let Some(sentence) = acts(&bare).first() {
                    return Err((index, unlinked(sentence)));
                }
                bare.clear();
            }
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with('#') => {
                acting = true;
                bare.push('\u{fffc}');
            }
            Event::End(TagEnd::Link) => acting = false,
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => {
                whole.push_str(text);
                if !acting {
                    bare.push_str(text);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                whole.push(' ');
                bare.push(' ');
            }
            _ => (),
        }
    }
    Ok(())
}

/// What is wrong with an order to act that no link carries out.
pub fn unlinked(sentence: &str) -> String {
    let start: String = sentence.chars().take(40).collect();
    format!("\"{start}\" tells the reader to act; write it as a link that does it: [Load it](#preset=...)")
}

/// The sentences of `text` that order the reader to act on a figure.
pub fn acts(text: &str) -> Vec<&str> {
    sentences(text).filter(|sentence| is_act(sentence)).collect()
}

/// How many orders `text` gives, to act or to look.
pub fn orders(text: &str) -> usize {
    sentences(text).filter(|sentence| is_act(sentence) || begins(sentence, &LOOKS)).count()
}

/// Whether `text` ends as a block before a figure must.
pub fn leads_to_figure(text: &str) -> bool {
    text.trim_end().ends_with([':', '：'])
}

/// The parts of `text` between its stops; a stop inside of a number or a name ends nothing.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let stops = text.char_indices().filter(|(at, c)| {
        let follows = text[at + c.len_utf8()..].chars().next();
        ENDS.contains(c) && (!c.is_ascii() || follows.is_none_or(char::is_whitespace))
    });
    let ends: Vec<usize> = stops.map(|(at, c)| at + c.len_utf8()).chain([text.len()]).collect();
    ends.into_iter().map(move |end| {
        let sentence = &text[start..end];
        start = end;
        let bare = sentence.trim_start_matches(|c: char| c.is_whitespace() || "“”\"'(（「，".contains(c)).trim_end();
        let begins = |word: &&&str| bare.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        FIRST.iter().find(begins).map_or(bare, |word| &bare[word.len()..])
    })
}

fn is_act(sentence: &str) -> bool {
    let put = sentence.starts_with(PUT_ZH) && ACTS_ZH.iter().any(|word| sentence.contains(word));
    begins(sentence, &ACTS) || begins(sentence, &ACTS_ZH) || put
}

/// Whether a sentence begins with one of `words`: a whole word, where the language has spaces.
fn begins(sentence: &str, words: &[&str]) -> bool {
    let first: String = sentence.chars().take_while(|c| c.is_ascii_alphabetic()).flat_map(char::to_lowercase).collect();
    words.iter().any(|word| if word.is_ascii() { first == *word } else { sentence.starts_with(word) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_found_where_a_sentence_begins() {
        for (text, expected) in [
            ("Load the preset.", 1),
            ("It ends. Then load it.", 1),
            ("At 0.3 it stops. Drag the point: move it up.", 2),
            ("A step forward, a point, a change.", 0),
            ("Steps are taken. Loading helps.", 0),
            ("“Choose” is a word. Pointers", 1),
            ("载入预设。走一步：0.29", 2),
            ("把递推式展开，就得到梳子。", 0),
            ("把第一个点往上拖，比一比。", 1),
            ("网络可以载入预设。", 0),
        ] {
            assert_eq!(acts(text).len(), expected, "{text}");
        }
    }

    #[test]
    fn looks_are_orders_too() {
        assert_eq!(orders("Look at the bars. Press play."), 2);
        assert_eq!(orders("也看看最初的一百步：那里更差。"), 1);
        assert!(leads_to_figure("so:\n") && leads_to_figure("所以：") && !leads_to_figure("so."));
    }
}
