//! What a session shows, and only what has changed since it was shown last.
//!
//! A frame is made once and is the only way out of a session. Between threads it travels as bytes (`Frame::to_bytes`); where
//! engine and painter share an instance it is handed over as it is.

use super::Session;
use crate::lessons::{Claim, Moment, Pick, Problem, Readout, Tally};
use crate::scene::{Format, View};
use std::rc::Rc;

/// What the page has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Views by their index in the manifest, a bit each.
    pub views: u32,
    /// The numbers of the figure.
    pub readouts: bool,
    /// The proof.
    pub prove: bool,
}

/// What the claims of a lesson come to ([`Tally`]).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Proof {
    /// How many there are.
    pub claims: u32,
    /// How many were decided and hold.
    pub held: u32,
    /// How many were not decided, by a key of the prose that says why.
    pub undecided: Vec<(String, u32)>,
    /// The worst error.
    pub worst: f64,
    /// The bound of that claim.
    pub bound: f64,
}

impl Proof {
    /// Of these claims.
    pub fn of(claims: &[Claim]) -> Proof {
        let Tally { claims, held, undecided, worst, bound } = Tally::of(claims);
        let undecided = undecided.into_iter().map(|(why, count)| (why.to_string(), count as u32)).collect();
        Proof { claims: claims as u32, held: held as u32, undecided, worst, bound }
    }
}

/// A readout without its number.
pub type Name = (String, Format, bool);

/// What is shown at a moment. `None` where it is as in the frame before.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Frame {
    /// The first frame of a session: whatever was shown before is gone.
    pub whole: bool,
    /// How many acts it answers.
    pub answered: u32,
    /// The step that is shown.
    pub step: u32,
    /// The furthest step that has been reached.
    pub furthest: u32,
    /// The moment that is shown.
    pub moment: u32,
    /// How many steps are left to the one that is wanted.
    pub left: u32,
    /// How much of the next step is done, 0 to 1.
    pub advanced: f64,
    /// Numbers at this step are still to be computed.
    pub behind: bool,
    /// Mistakes that have come up.
    pub notices: Vec<Problem>,
    /// The state for an address, without `#`.
    pub state: Option<String>,
    /// Preset, seed and the values of the controls in the order of the manifest, as in an address.
    pub controls: Option<Vec<String>>,
    /// The stages of a step.
    pub moments: Option<Vec<Moment>>,
    /// What the readouts are called.
    pub names: Option<Vec<Name>>,
    /// Their numbers, where they are wanted.
    pub values: Option<Vec<f64>>,
    /// Views that have changed; nothing where one makes no sense any more.
    pub views: Vec<(u32, Option<Rc<View>>)>,
    /// What is known of the thing that is pointed at, with its numbers of now; nothing where there is no such thing.
    pub pick: Option<Option<Pick>>,
    /// The proof, where it is wanted; nothing while there is none of what is shown.
    pub proof: Option<Option<Proof>>,
    /// Ids of files that the lesson needs and does not have.
    pub files: Option<Vec<String>>,
}

#[cfg(feature = "full")]
impl Frame {
    /// As it travels between threads.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a frame can always be written")
    }

    /// What `to_bytes` has written; nothing where it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Frame> {
        postcard::from_bytes(bytes).ok()
    }
}

/// What has been told last.
#[derive(Default)]
pub(super) struct Sent {
    begun: bool,
    state: String,
    controls: Vec<String>,
    /// Ids of the moments: the same ids have the same labels.
    moments: Vec<String>,
    names: Vec<Name>,
    views: Vec<Option<Rc<View>>>,
    /// Something was pointed at.
    picked: bool,
    files: Vec<String>,
}

/// `new`, where it is not what was told last, or where everything is told.
fn changed<T: Clone + PartialEq>(whole: bool, last: &mut T, new: T) -> Option<T> {
    if !whole && *last == new {
        return None;
    }
    last.clone_from(&new);
    Some(new)
}

impl Session {
    /// What is shown now. Costs what the wanted views cost.
    pub fn frame(&mut self, wants: Wants) -> Frame {
        let sent = &mut self.sent;
        let run = &mut self.run;
        let notices = run.take_notices();
        let whole = !sent.begun;
        let (lesson, at, entry) = (run.lesson(), run.at(), run.entry());
        let mut frame = Frame {
            whole,
            answered: self.answered,
            step: run.step(),
            furthest: run.furthest(),
            moment: run.moment() as u32,
            left: run.left(),
            advanced: run.advanced(),
            behind: run.is_behind(),
            notices,
            state: changed(whole, &mut sent.state, run.state()),
            controls: changed(whole, &mut sent.controls, run.controls()),
            pick: (whole || sent.picked || !at.focus.is_empty()).then(|| lesson.pick(at.focus, at)),
            proof: wants.prove.then(|| self.proof.clone()),
            files: changed(whole, &mut sent.files, run.missing().into_iter().map(String::from).collect()),
            ..Frame::default()
        };
        sent.begun = true;
        sent.picked = !at.focus.is_empty();
        let moments = lesson.moments();
        let ids = moments.iter().map(|moment| moment.id.clone()).collect();
        frame.moments = changed(whole, &mut sent.moments, ids).map(|_| moments);
        if wants.readouts {
            let (names, values) = lesson.readouts(at).into_iter().map(split).unzip();
            frame.names = changed(whole, &mut sent.names, names);
            frame.values = Some(values);
        }
        sent.views.resize(entry.manifest.views.len(), None);
        for (index, last) in sent.views.iter_mut().enumerate() {
            if wants.views >> index & 1 == 0 {
                continue;
            }
            let view = lesson.view(index, at).map(Rc::new);
            if whole || *last != view {
                last.clone_from(&view);
                frame.views.push((index as u32, view));
            }
        }
        frame
    }
}

/// Name and number.
fn split(readout: Readout) -> (Name, f64) {
    ((readout.id, readout.format, readout.main), readout.value)
}
