//! Keys, the names in a view that they stand for, and the words of one language behind them.
//!
//! Not prose: `www/i18n/` and `www/lessons/` hold it, and the page hands over the words that a lesson needs.

/// A key into the prose of a lesson (or of the page), never shown as it is.
pub type Key = &'static str;

/// Keys of the words that the scene itself needs; they stand with the words of the page, in every language.
pub const KEYS: [&str; 9] = [
    "chart.class",
    "chart.empty",
    "chart.every",
    "chart.mark",
    "chart.strength",
    "chart.value",
    "formula.broken",
    "table.yes",
    "table.no",
];

/// A name shown in a chart: a key of the prose, or a symbol that is the same in every language (`δ¹`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Name {
    /// To be looked up.
    Key(#[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))] Key),
    /// To be shown as it is.
    Symbol(String),
}

impl Name {
    /// The text to be shown.
    pub(super) fn text<'a>(&'a self, words: &'a Words) -> &'a str {
        match self {
            Name::Key(key) => words.get(key),
            Name::Symbol(symbol) => symbol,
        }
    }
}

/// The words of a page in one language, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<(String, String)>);

impl Words {
    /// Words from lines of key, tab, text. A line without a tab says nothing.
    pub fn parse(lines: &str) -> Words {
        lines.lines().filter_map(|line| line.split_once('\t')).collect()
    }

    /// The text of `key`; a key that nobody has written about is its own text, so that it is seen and put right.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).map_or(key, |at| &self.0[at].1)
    }

    /// Where `key` stands, or where it would.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Words {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Words {
        let mut words = Words::default();
        for (key, text) in pairs {
            let (key, text) = (key.into(), text.into());
            match words.find(&key) {
                Ok(at) => words.0[at].1 = text,
                Err(at) => words.0.insert(at, (key, text)),
            }
        }
        words
    }
}
