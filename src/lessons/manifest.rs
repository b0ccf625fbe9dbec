//! What a lesson says of itself: data only, read by the page, by the static site and by the tests.
//!
//! Not prose: every word is a key, looked up in `www/lessons/<id>.<language>.md`.

use super::assets::Asset;
use super::problem::Problem;
pub use crate::scene::Kind as ViewKind;
use crate::scene::{Format, Key};

/// Everything that is known of a lesson before it runs.
#[derive(Debug)]
pub struct Manifest {
    /// Name in addresses and file names.
    pub id: &'static str,
    /// What the reader can set. Their ids are keys of the state in the address.
    pub controls: &'static [Control],
    /// Named sets of control values; the first is where everybody starts.
    pub presets: &'static [Preset],
    /// What is shown, in reading order.
    pub views: &'static [ViewSpec],
    /// Families of numbers that the figure shows.
    pub readouts: &'static [ReadoutSpec],
    /// Files that it needs, in some of its configurations.
    pub assets: &'static [Asset],
    /// What is recorded at every step.
    pub metrics: &'static [Metric],
    /// The last step that can be reached.
    pub max_step: u32,
    /// Runs in a worker.
    pub heavy: bool,
    /// A question to commit to before the answer is shown.
    pub prediction: Option<Prediction>,
    /// State of the still picture, in the syntax of the address.
    pub still: &'static str,
}

/// What changing a control does to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The run begins again at step 0.
    Restart,
    /// The run goes on from here with the new value; the change is part of its record.
    Live,
    /// Only what is shown changes.
    Display,
}

/// A control.
#[derive(Debug)]
pub struct Control {
    /// Key in the address, in the prose and in `set`.
    pub id: &'static str,
    /// What it looks like and what it accepts.
    pub kind: Kind,
    /// What changing it does.
    pub effect: Effect,
    /// Shown only in these configurations; always where it is absent. A control whose choice is not shown is not shown.
    pub when: Option<When>,
}

/// A control, a file or a stroke makes sense where the choice called `choice` stands at one of `options`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// Id of a choice.
    pub choice: &'static str,
    /// Some of its options.
    pub options: &'static [&'static str],
}

/// What a control accepts, with the value that it has where neither preset nor reader says anything.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number in a range.
    Slider {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Equal ratios for equal distances (then `min` > 0).
        log: bool,
        /// Value at the start.
        default: f64,
        /// Key of the unit; empty where it has none.
        unit: Key,
    },
    /// A factor of forgetting β, from 0 to below 1: equal distances are equal ratios of its memory 1/(1 - β).
    Memory {
        /// Largest value.
        max: f64,
        /// Value at the start.
        default: f64,
    },
    /// Yes or no.
    Toggle {
        /// Value at the start.
        default: bool,
    },
    /// One of several words; each is a key of the prose (`control.option`).
    Choice {
        /// The words, in order.
        options: &'static [&'static str],
        /// Index of the one at the start.
        default: usize,
    },
    /// A whole number in a range.
    Stepper {
        /// Smallest value.
        min: u32,
        /// Largest value.
        max: u32,
        /// Value at the start.
        default: u32,
    },
    /// A list of whole numbers, such as the widths of layers: `2-8-8-2` in the address.
    Sizes {
        /// Fewest and most entries.
        length: (usize, usize),
        /// Smallest and largest entry.
        each: (u32, u32),
        /// Value at the start.
        default: &'static [u32],
    },
    /// Free text that the lesson parses.
    Text {
        /// Most characters.
        max_length: usize,
        /// Value at the start.
        default: &'static str,
        /// What is wrong with a text; one with a problem does not get in, and the value before it stays.
        check: fn(&str) -> Option<Problem>,
    },
}

/// A named set of control values, written as in the address.
#[derive(Debug)]
pub struct Preset {
    /// Key in the address (`preset=...`) and in the prose.
    pub id: &'static str,
    /// Control id and value; what is not named has its own default.
    pub values: &'static [(&'static str, &'static str)],
}

/// Where a view stands in the anatomy that all figures share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The picture: left, or first on a phone.
    Stage,
    /// Its reason: right of the picture, or under it.
    Reason,
    /// Charts under the time axis.
    Chart,
    /// The proof: under the charts.
    Proof,
}

/// How a view is painted on: the pointer's way over it, in data coordinates, is sent as edits of one thing; `x,y` begins a
/// stroke, `+x,y` leads it on. Then it takes no clicks.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    /// The thing.
    pub id: &'static str,
    /// In these configurations only.
    pub when: When,
}

/// One view of the figure.
#[derive(Debug)]
pub struct ViewSpec {
    /// Key of its title in the prose, and its name in the page.
    pub id: &'static str,
    /// Its kind.
    pub kind: ViewKind,
    /// Where it stands.
    pub place: Place,
    /// Costly: computed when the figure rests, not in every frame.
    pub lazy: bool,
    /// A click into it, in data coordinates, is sent as an edit of this id (`point`).
    pub click: Option<&'static str>,
    /// It can be drawn into: for every whole x that the pointer passes, the thing called `id_x` is set to its y.
    pub draw: Option<&'static str>,
    /// It can be painted on.
    pub stroke: Option<Stroke>,
    /// It shows values on their way ([`At::progress`](super::At)): a canvas that is drawn in every frame of a moment.
    pub moving: bool,
}

impl ViewSpec {
    /// What most views are; to be completed by struct update.
    pub const PLAIN: ViewSpec = ViewSpec {
        id: "",
        kind: ViewKind::Curve,
        place: Place::Chart,
        lazy: false,
        click: None,
        draw: None,
        stroke: None,
        moving: false,
    };
}

/// A family of numbers: `a{l}_{j}` stands for all that match it.
#[derive(Debug)]
pub struct ReadoutSpec {
    /// Name or pattern; what stands in braces is a 1-based index.
    pub id: &'static str,
    /// Key of the unit; empty where it has none.
    pub unit: Key,
}

/// A number recorded at every step.
#[derive(Debug)]
pub struct Metric {
    /// Key in the prose and column in the CSV.
    pub id: &'static str,
    /// It must be smaller (-1) or larger (1) after 200 steps of the `improves_in` preset than before; 0: no promise.
    pub improves: i8,
}

/// A question with a few answers; the right one is computed, never written down.
#[derive(Debug)]
pub struct Prediction {
    /// State in which it is asked, in the syntax of the address.
    pub state: &'static str,
    /// Keys of the answers.
    pub options: &'static [Key],
    /// Answers it from the metrics of the step that is shown.
    pub answer: fn(&[f64]) -> Option<Answer>,
}

/// The computed answer to a prediction.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Answer {
    /// Index of the right option.
    pub option: usize,
    /// The number behind it.
    pub value: f64,
    /// How it is written.
    pub format: Format,
}
