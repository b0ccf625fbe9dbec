//! What is wrong in a source file of the site, and what to do about it. Any trouble ends the build.

use std::fmt;
use std::path::Path;

/// Something wrong in a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    file: String,
    line: Option<usize>,
    what: String,
}

/// A result whose error names a file.
pub type Result<T> = std::result::Result<T, Trouble>;

impl Trouble {
    /// Trouble with a file as a whole.
    pub fn new(file: &str, what: impl Into<String>) -> Trouble {
        Trouble { file: file.into(), line: None, what: what.into() }
    }

    /// Trouble at a line of a file, counted from 1.
    pub fn at(file: &str, line: usize, what: impl Into<String>) -> Trouble {
        Trouble { file: file.into(), line: Some(line), what: what.into() }
    }

    /// What the system says about a file.
    pub fn io(file: &Path, error: &std::io::Error) -> Trouble {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "this file is missing; write it (README.md says how a lesson is made)".into()
            }
            _ => error.to_string(),
        };
        Trouble { file: file.display().to_string(), line: None, what }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.file, self.what),
            None => write!(out, "{}: {}", self.file, self.what),
        }
    }
}

/// The line, counted from 1, of the byte at `offset`.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
