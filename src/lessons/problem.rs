//! What is wrong with something that came from outside, and what to do about it.

use core::fmt;

/// A mistake in an address, an attribute, an edit or a message. It never stops a figure: the default is used instead.
///
/// The page writes the sentence in its own language from `code` and the three parts; [`fmt::Display`] is the English one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Problem {
    /// Stable name of the kind of mistake.
    pub code: Code,
    /// What it is about: a key, a control, a thing in the figure.
    pub subject: String,
    /// What was given, shortened.
    pub given: String,
    /// What would have been right.
    pub expected: String,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Code {
    /// No control or thing of this name.
    UnknownKey,
    /// Not a number, or not one that is finite.
    NotANumber,
    /// Outside its range; the nearest allowed value is used.
    OutOfRange,
    /// Not one of the words that are allowed.
    NotAChoice,
    /// Longer than allowed.
    TooLong,
    /// There is room for so many and no more.
    Full,
    /// Does not have the form that is expected.
    Malformed,
    /// The same key twice; the last one counts.
    Repeated,
    /// In range, but does not go with another value; it was adapted.
    Adapted,
    /// No lesson of this name.
    UnknownLesson,
    /// A text that a lesson parses is wrong at some place, which the subject names (`stack:17`).
    Syntax,
    /// In range, but it takes more than there is: not all of it is computed.
    TooLarge,
    /// There was no memory for a computation; what was known before stays.
    Memory,
}

impl Code {
    /// Every code, for the tests of the translations.
    pub const ALL: [Code; 13] = [
        Code::UnknownKey,
        Code::NotANumber,
        Code::OutOfRange,
        Code::NotAChoice,
        Code::TooLong,
        Code::Full,
        Code::Malformed,
        Code::Repeated,
        Code::Adapted,
        Code::UnknownLesson,
        Code::Syntax,
        Code::TooLarge,
        Code::Memory,
    ];

    /// The name in JavaScript and in the translations.
    pub fn name(self) -> &'static str {
        match self {
            Code::UnknownKey => "unknown-key",
            Code::NotANumber => "not-a-number",
            Code::OutOfRange => "out-of-range",
            Code::NotAChoice => "not-a-choice",
            Code::TooLong => "too-long",
            Code::Full => "full",
            Code::Malformed => "malformed",
            Code::Repeated => "repeated",
            Code::Adapted => "adapted",
            Code::UnknownLesson => "unknown-lesson",
            Code::Syntax => "syntax",
            Code::TooLarge => "too-large",
            Code::Memory => "memory",
        }
    }
}

/// Longest piece of what was given that is said back.
const SHOWN: usize = 32;

impl Problem {
    /// A problem with `subject`; `given` is shortened to what fits into a sentence.
    pub fn new(code: Code, subject: &str, given: &str, expected: impl Into<String>) -> Problem {
        Problem { code, subject: shorten(subject), given: shorten(given), expected: expected.into() }
    }

    /// One line for the boundary: code, subject, given, expected, separated by tabs.
    pub fn line(&self) -> String {
        [self.code.name(), &self.subject, &self.given, &self.expected].join("\t")
    }
}

/// At most [`SHOWN`] characters of `text`, without control characters.
fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Problem { code, subject, given, expected } = self;
        match code {
            Code::UnknownKey => write!(out, "There is no \"{subject}\" here; known: {expected}."),
            Code::NotANumber => write!(out, "{subject}: \"{given}\" is not a number; give one from {expected}."),
            Code::OutOfRange => write!(out, "{subject}: {given} is outside {expected}; the nearest value is used."),
            Code::NotAChoice => write!(out, "{subject}: \"{given}\" is not one of {expected}; the default is used."),
            Code::TooLong => write!(out, "{subject}: too long; at most {expected} characters."),
            Code::Full => write!(out, "{subject}: there is room for {expected}, and no more."),
            Code::Malformed => write!(out, "{subject}: \"{given}\" is not of the form {expected}; it is left out."),
            Code::Repeated => write!(out, "{subject} is given twice; the last one counts."),
            Code::Adapted => write!(out, "{subject}: {given} does not fit here; {expected} is used."),
            Code::Syntax => {
                write!(out, "{subject}: \"{given}\" does not fit; expected: {expected}. What was there stays.")
            }
            Code::TooLarge => write!(out, "{subject}: too large here ({given}); this would fit: {expected}."),
            Code::Memory => write!(out, "{subject}: there is no memory for this here ({given}). What is shown stays."),
            Code::UnknownLesson => write!(out, "There is no lesson \"{given}\"; known: {expected}."),
        }
    }
}

impl core::error::Error for Problem {}
