//! What a reader can do to a session, and how it is written in a line.
//!
//! The line is what the page sends and what a recording holds: a name and its parts, separated by tabs. A part that is the last
//! may have tabs of its own.

use crate::decimal;

/// What a reader does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Sets a control, `preset` or `seed`.
    Set {
        /// Its id in the manifest.
        id: String,
        /// The new value, as in an address.
        text: String,
    },
    /// Changes the thing called `id` in the figure.
    Edit {
        /// Its name, as in a readout.
        id: String,
        /// The new value.
        text: String,
    },
    /// Wants to be at a step.
    Seek(u32),
    /// Wants no further step than the one that has been reached.
    Stay,
    /// Wants to see a moment of the step, once that is reached.
    Moment {
        /// Index into the moments.
        index: usize,
        /// How much of it has passed, 0 to 1.
        progress: f64,
    },
    /// Points at the thing called so; at nothing where it is empty.
    Focus(String),
    /// Hands over a file that the lesson has asked for.
    File {
        /// Its id in the manifest.
        id: String,
        /// Its contents.
        bytes: Vec<u8>,
    },
    /// Back to what the preset says.
    Reset,
}

impl Act {
    /// Reads a line; nothing where it is none. A file does not travel as a line.
    pub fn parse(line: &str) -> Option<Act> {
        let (name, rest) = line.split_once('\t').unwrap_or((line, ""));
        let two = || {
            let (id, text) = rest.split_once('\t')?;
            Some((id.to_string(), text.to_string()))
        };
        Some(match name {
            "set" => {
                let (id, text) = two()?;
                Act::Set { id, text }
            }
            "edit" => {
                let (id, text) = two()?;
                Act::Edit { id, text }
            }
            "stay" => Act::Stay,
            "seek" => Act::Seek(rest.parse().ok()?),
            "moment" => {
                let (index, progress) = rest.split_once('\t')?;
                Act::Moment { index: index.parse().ok()?, progress: decimal::parse(progress)? }
            }
            "focus" => Act::Focus(rest.to_string()),
            "reset" => Act::Reset,
            _ => return None,
        })
    }
}
