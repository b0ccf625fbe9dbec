//! What shows frames: it keeps the last of everything that came in them, and gives the page texts, numbers and drawings of it.
//!
//! It never asks the engine: the engine may be busy, on another thread, or gone.

use super::{Frame, canvas};
use crate::decimal;
use crate::lessons::{Moment, Pick, Problem, find, manifest::Manifest};
use crate::scene::{self, Mode, Palette, Style, View, Words};
use crate::session;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Parts of a frame that are texts, in the order of the bits of what has changed.
const NOTICES: u32 = 0;
const STATE: u32 = 1;
const CONTROLS: u32 = 2;
const MOMENTS: u32 = 3;
const NAMES: u32 = 4;
const PICK: u32 = 5;
const FILES: u32 = 6;
/// Parts that are numbers.
const VALUES: u32 = 7;
/// Numbers, and a text: why claims were not decided.
const PROOF: u32 = 8;

/// A view as the page has it.
#[derive(Default)]
struct Shown {
    view: Option<Rc<View>>,
    /// Living markup, where it is any.
    markup: String,
    /// How often the markup, or what a canvas shows, has changed.
    revision: u32,
}

/// Shows the frames of one figure.
#[wasm_bindgen]
pub struct Painter {
    manifest: &'static Manifest,
    words: Words,
    views: Vec<Shown>,
    /// The last of everything.
    last: session::Frame,
}

/// What is not in `new` stays as it is; returns whether it is there.
fn keep<T>(last: &mut Option<T>, new: Option<T>) -> bool {
    let there = new.is_some();
    if there {
        *last = new;
    }
    there
}

#[wasm_bindgen]
impl Painter {
    /// For figures of this lesson, with the words of the page's language: lines of key, tab, text.
    #[wasm_bindgen(constructor)]
    pub fn new(lesson: &str, words: &str) -> Result<Painter, JsError> {
        let manifest = find(lesson).ok_or_else(|| JsError::new("unknown-lesson"))?.manifest;
        let views = manifest.views.iter().map(|_| Shown::default()).collect();
        Ok(Painter { manifest, words: Words::parse(words), views, last: session::Frame::default() })
    }

    /// Takes in a frame, and says what is in it: whole, answered, step, furthest, moment, left, advanced, behind, a bit for each
    /// part that has changed; then for each view -2 where it is as it was, -1 where there is none, or the revision of its
    /// markup, or of what its canvas shows.
    pub fn show(&mut self, frame: Frame) -> Vec<f64> {
        let Frame(frame) = frame;
        if frame.whole {
            self.last = session::Frame::default();
        }
        let last = &mut self.last;
        let changed = u32::from(!frame.notices.is_empty()) << NOTICES
            | u32::from(keep(&mut last.state, frame.state)) << STATE
            | u32::from(keep(&mut last.controls, frame.controls)) << CONTROLS
            | u32::from(keep(&mut last.moments, frame.moments)) << MOMENTS
            | u32::from(keep(&mut last.names, frame.names)) << NAMES
            | u32::from(keep(&mut last.pick, frame.pick)) << PICK
            | u32::from(keep(&mut last.files, frame.files)) << FILES
            | u32::from(keep(&mut last.values, frame.values)) << VALUES
            | u32::from(keep(&mut last.proof, frame.proof)) << PROOF;
        last.notices = frame.notices;
        let head = [
            u32::from(frame.whole),
            frame.answered,
            frame.step,
            frame.furthest,
            frame.moment,
            frame.left,
            0,
            u32::from(frame.behind),
            changed,
        ];
        let mut told: Vec<f64> = head.into_iter().map(f64::from).collect();
        told[6] = frame.advanced;
        let first = told.len();
        told.resize(first + self.views.len(), -2.0);
        for (index, view) in frame.views {
            told[first + index as usize] = self.take(index as usize, view);
        }
        told
    }

    /// Takes in a view; returns its revision, or -1 where there is none.
    fn take(&mut self, index: usize, view: Option<Rc<View>>) -> f64 {
        let shown = &mut self.views[index];
        shown.view = view;
        let Some(view) = &shown.view else { return -1.0 };
        if self.manifest.views[index].kind.is_canvas() {
            shown.revision += 1;
        } else {
            let text = scene::markup(view, &self.words, Mode::Live);
            if shown.markup != text {
                shown.markup = text;
                shown.revision += 1;
            }
        }
        f64::from(shown.revision)
    }

    /// A part of the last frame as text: notices (a line each), state, controls (a line each), moments (lines of id, label as
    /// MathML, and 1 where it runs backward), names of the readouts (lines of id, format, and 1 where it is a main one), what is
    /// pointed at (ids that belong to it, its value where it can be edited, how its number comes about as MathML, a line each),
    /// files (separated by spaces); why claims were not decided (lines of a count and a reason).
    pub fn text(&self, part: u32) -> String {
        let last = &self.last;
        match part {
            NOTICES => lines(last.notices.iter().map(Problem::line)),
            STATE => last.state.clone().unwrap_or_default(),
            CONTROLS => lines(last.controls.iter().flatten().cloned()),
            MOMENTS => lines(last.moments.iter().flatten().map(|moment| self.moment(moment))),
            NAMES => lines(
                last.names
                    .iter()
                    .flatten()
                    .map(|(id, format, main)| format!("{id}\t{}\t{}", scene::format::code(*format), u8::from(*main))),
            ),
            PICK => last.pick.iter().flatten().map(|pick| self.pick(pick)).collect(),
            PROOF => {
                let proof = last.proof.iter().flatten();
                let line = |(why, count): &(String, u32)| format!("{count}\t{}", self.words.get(why));
                lines(proof.flat_map(|proof| proof.undecided.iter().map(line)))
            }
            _ => last.files.iter().flatten().cloned().collect::<Vec<_>>().join(" "),
        }
    }

    fn moment(&self, moment: &Moment) -> String {
        format!("{}\t{}\t{}", moment.id, scene::mathml(&moment.label, &self.words), u8::from(moment.backward))
    }

    fn pick(&self, pick: &Pick) -> String {
        let editable = pick.editable.map(decimal::plain).unwrap_or_default();
        [pick.highlight.join(" "), editable, scene::mathml(&pick.formula, &self.words)].join("\n")
    }

    /// The numbers of the readouts, in the order of their names.
    pub fn values(&self) -> Vec<f64> {
        self.last.values.clone().unwrap_or_default()
    }

    /// How many claims there are, how many hold, how many were not decided, the worst error and the bound that it should keep;
    /// empty without a proof.
    pub fn proof(&self) -> Vec<f64> {
        let proof = self.last.proof.as_ref().and_then(Option::as_ref);
        let numbers = |it: &session::Proof| {
            let open = it.undecided.iter().map(|(_, count)| f64::from(*count)).sum();
            vec![it.claims.into(), it.held.into(), open, it.worst, it.bound]
        };
        proof.map(numbers).unwrap_or_default()
    }

    /// The living markup of a view.
    pub fn markup(&self, index: usize) -> String {
        self.views[index].markup.clone()
    }

    /// The numbers for the slots of that markup.
    pub fn slots(&self, index: usize) -> Vec<f64> {
        self.view(index).map(scene::slots).unwrap_or_default()
    }

    /// Draws the view at `index` on a canvas of its full size in device pixels; `scale` of them make one CSS pixel.
    pub fn draw(
        &self,
        index: usize,
        canvas: web_sys::HtmlCanvasElement,
        scale: f64,
        palette: &[u32],
    ) -> Result<(), JsError> {
        let Some(view) = self.view(index) else { return Ok(()) };
        canvas::draw(view, canvas, &self.style(scale, palette))
    }

    /// Where a point of the canvas (CSS pixels) lies in data units; empty outside the plot.
    pub fn locate(&self, index: usize, x: f64, y: f64, width: f64, height: f64) -> Vec<f64> {
        let Some(view) = self.view(index) else { return Vec::new() };
        scene::locate(view, x, y, width, height, &self.style(1.0, &[])).map(|(x, y)| vec![x, y]).unwrap_or_default()
    }

    /// What the view says in numbers at a point of its canvas (CSS pixels): lines of fields, see [`scene::reading`].
    pub fn reading(&self, index: usize, x: f64, y: f64, width: f64, height: f64) -> String {
        self.view(index).map(|view| scene::reading(view, x, y, width, height, &self.words)).unwrap_or_default()
    }

    /// The numbers of the view as an HTML table.
    pub fn table(&self, index: usize) -> String {
        let title = format!("view.{}", self.manifest.views[index].id);
        self.view(index).map(|view| scene::table(view, self.words.get(&title), &self.words)).unwrap_or_default()
    }

    fn view(&self, index: usize) -> Option<&View> {
        self.views[index].view.as_deref()
    }

    fn style(&self, scale: f64, palette: &[u32]) -> Style<'_> {
        Style { scale, palette: Palette::from_colours(palette), words: &self.words }
    }
}

/// What a reader takes away.
#[cfg(feature = "full")]
#[wasm_bindgen]
impl Painter {
    /// The view at `index` as SVG, so large in CSS pixels.
    pub fn svg(&self, index: usize, width: u32, height: u32, palette: &[u32]) -> String {
        self.view(index).map(|view| scene::svg(view, width, height, &self.style(1.0, palette))).unwrap_or_default()
    }
}

/// A text of a line each.
fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}
