//! What a number is called by the reader: the twin of `name` and `symbol` in `www/words.js`, for pages without scripts.

use tensorscope::lessons::manifest::ReadoutSpec;

use crate::prose::Strings;

/// Greek letters by name, for ids such as `delta2_1`.
const GREEK: [(&str, &str); 10] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("sigma", "σ"),
];

/// The name of the thing called `id`: its own word, its family's with the indices in place, or a symbol made of the id.
pub fn name(id: &str, words: &Strings, families: &[ReadoutSpec]) -> String {
    if let Some(word) = words.get(id) {
        return word.clone();
    }
    families
        .iter()
        .find_map(|family| Some(fill(words.get(family.id)?, &indices(family.id, id)?)))
        .unwrap_or_else(|| symbol(id))
}

/// The indices for which the pattern `a{l}_{j}` gives `id`.
fn indices<'a>(pattern: &str, id: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split('{');
    let mut rest = id.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let literal = part.split_once('}')?.1;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        found.push(&rest[..end]);
        rest = rest[end..].strip_prefix(literal)?;
    }
    (rest.is_empty() && !found.is_empty()).then_some(found)
}

/// `text` with its braces replaced by `values`, in order.
fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_string();
    for (index, part) in parts.enumerate() {
        out.push_str(values.get(index).unwrap_or(&""));
        out.push_str(part.split_once('}').map_or(part, |(_, literal)| literal));
    }
    out
}

/// `delta2_1` as δ²₁, `dw1_1_2` as ∂w¹₁,₂: layer above, indices below. What is not of this form stays as it is.
fn symbol(id: &str) -> String {
    let letters_end = id.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(id.len());
    let (mut letters, rest) = id.split_at(letters_end);
    let digits_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (layer, below) = rest.split_at(digits_end);
    let numbers: Vec<&str> = below.split('_').skip(1).collect();
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if letters.is_empty() || !(below.is_empty() || below.starts_with('_')) || !numbers.iter().all(is_number) {
        return id.into();
    }
    let mut out = String::new();
    if letters.len() == 2
        && letters.starts_with('d')
        && letters.ends_with(|c: char| c.is_ascii_lowercase())
        && !layer.is_empty()
    {
        letters = &letters[1..];
        out.push('∂');
    }
    out.push_str(GREEK.iter().find(|(name, _)| *name == letters).map_or(letters, |(_, greek)| greek));
    let digit = |c: char, digits: &str| digits.chars().nth(c as usize - '0' as usize).unwrap_or(c);
    out.extend(layer.chars().map(|c| digit(c, "⁰¹²³⁴⁵⁶⁷⁸⁹")));
    out.extend(numbers.join(",").chars().map(|c| if c == ',' { c } else { digit(c, "₀₁₂₃₄₅₆₇₈₉") }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_symbols_as_in_the_page() {
        for (id, expected) in [
            ("delta2_1", "δ²₁"),
            ("w1_1_2", "w¹₁,₂"),
            ("dw1_1_2", "∂w¹₁,₂"),
            ("h12", "h¹²"),
            ("loss", "loss"),
            ("grad_w1_1_2", "grad_w1_1_2"),
            ("w1__2", "w1__2"),
        ] {
            assert_eq!(symbol(id), expected);
        }
    }

    #[test]
    fn words_go_before_symbols() {
        let words = Strings::from([("a{l}_{j}".into(), "h({l}, {j})".into()), ("a1_2".into(), "that one".into())]);
        let families = [ReadoutSpec { id: "a{l}_{j}", unit: "" }];
        for (id, expected) in [("a1_2", "that one"), ("a10_3", "h(10, 3)"), ("a1_", "a1_"), ("b1_2", "b¹₂")] {
            assert_eq!(name(id, &words, &families), expected);
        }
    }
}
