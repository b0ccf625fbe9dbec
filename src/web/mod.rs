//! The whole boundary to JavaScript.
//!
//! 1. One class, [`Session`]: strings, flat buffers, no nested arrays. Small results are copied; nothing that points into
//!    the module's memory is ever handed out.
//! 2. Rust owns every number that outlives a call; JavaScript owns elements, time and the address.
//! 3. Rust never calls back into JavaScript but for drawing on the canvas that the call brought with it, and nothing is async.
//! 4. What is wrong with what came from outside returns as a line (code, subject, given, expected, separated by tabs), from
//!    the constructor as an `Error` with that message. Any other exception is a trap, and ends the instance.
//! 5. Numbers are checked in JavaScript before they come here: the glue turns NaN and words into 0 without a sound.

mod canvas;
mod pen;

use crate::decimal;
use crate::lessons::{Problem, REGISTRY, Run, Tally, find, problem::Code};
use crate::plot::{self, Mode, Palette, Style, Words};
use crate::view::{Key, View};
use core::cell::RefCell;
use std::panic;
use wasm_bindgen::prelude::*;

/// The allocator of the light module, for its size; one thread is all that there is.
#[cfg(not(feature = "full"))]
#[global_allocator]
static HEAP: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    /// What the last panic said.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what a panic says, so that the page can show it.
#[wasm_bindgen(start)]
pub fn start() {
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with_borrow_mut(|last| *last = info.to_string());
    }));
}

/// What the last panic said, with its place; empty where there was none.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> String {
    LAST_PANIC.with_borrow(Clone::clone)
}

/// Whether this is the build with SIMD.
#[wasm_bindgen]
pub fn simd() -> bool {
    cfg!(target_feature = "simd128")
}

/// A seed that nobody has chosen, for the button "new seed": the only place that asks the system for randomness.
#[wasm_bindgen(js_name = newSeed)]
pub fn new_seed() -> u32 {
    getrandom::u32().unwrap_or(1)
}

/// A running lesson with its past.
#[wasm_bindgen]
pub struct Session {
    run: Run,
    words: Words,
    /// Living markup of each view as the page has it, and how often it has changed.
    markups: Vec<(String, u32)>,
    /// The views as they were computed last.
    views: Vec<Option<View>>,
    /// Ids of the readouts as the page has them, and how often they have changed.
    readouts: (String, u32),
}

/// A problem's line, or nothing.
fn line(problem: Option<Problem>) -> String {
    problem.map_or_else(String::new, |problem| problem.line())
}

#[wasm_bindgen]
impl Session {
    /// Starts the lesson called `lesson` in the state of an address.
    #[wasm_bindgen(constructor)]
    pub fn new(lesson: &str, state: &str) -> Result<Session, JsError> {
        let Some(entry) = find(lesson) else {
            let known = REGISTRY.iter().map(|entry| entry.manifest.id).collect::<Vec<_>>().join(", ");
            return Err(JsError::new(&Problem::new(Code::UnknownLesson, "lesson", lesson, known).line()));
        };
        let views = entry.manifest.views.len();
        Ok(Session {
            run: Run::new(entry, state),
            words: Words::default(),
            markups: vec![(String::new(), 0); views],
            views: vec![None; views],
            readouts: (String::new(), 0),
        })
    }

    /// The words of the page's language: lines of key, tab, text.
    #[wasm_bindgen(js_name = setWords)]
    pub fn set_words(&mut self, text: &str) {
        self.words = Words::parse(text);
    }

    /// Problems that have come up since the last call, a line each.
    pub fn notices(&mut self) -> String {
        self.run.take_notices().iter().map(Problem::line).collect::<Vec<_>>().join("\n")
    }

    /// The state for an address, without `#`.
    pub fn state(&self) -> String {
        self.run.state()
    }

    /// Preset, seed and the values of the controls in the order of the manifest, a line each.
    pub fn controls(&self) -> String {
        let config = self.run.current();
        let manifest = config.manifest;
        let head = [manifest.presets[config.preset].id.to_string(), config.seed.to_string()];
        let values = (0..manifest.controls.len()).map(|index| config.written(index));
        head.into_iter().chain(values).collect::<Vec<_>>().join("\n")
    }

    /// Sets a control, `preset` or `seed`.
    pub fn set(&mut self, id: &str, text: &str) -> String {
        line(self.run.set(id, text))
    }

    /// Changes a thing in the figure, at this step; `work` computes what follows from it.
    pub fn edit(&mut self, id: &str, text: &str) -> String {
        line(self.run.begin_edit(id, text))
    }

    /// The step shown.
    pub fn step(&self) -> u32 {
        self.run.step()
    }

    /// The furthest step that has been reached.
    pub fn furthest(&self) -> u32 {
        self.run.furthest()
    }

    /// The last step that can be reached.
    #[wasm_bindgen(js_name = maxStep)]
    pub fn max_step(&self) -> u32 {
        self.run.entry().manifest.max_step
    }

    /// The stages of a step: lines of id, label as MathML, and 1 where it runs backward.
    pub fn moments(&self) -> String {
        let line = |moment: crate::lessons::Moment| {
            let label = plot::mathml(&moment.label, &self.words);
            format!("{}\t{label}\t{}", moment.id, u8::from(moment.backward))
        };
        self.run.lesson().moments().into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The moment shown.
    pub fn moment(&self) -> usize {
        self.run.moment()
    }

    /// Shows another moment.
    #[wasm_bindgen(js_name = setMoment)]
    pub fn set_moment(&mut self, index: usize) {
        self.run.set_moment(index);
    }

    /// How much of the moment has passed, 0 to 1, for views that show values on their way.
    #[wasm_bindgen(js_name = setProgress)]
    pub fn set_progress(&mut self, progress: f64) {
        self.run.set_progress(progress);
    }

    /// Ids of the files that this configuration needs and does not have, separated by spaces.
    pub fn missing(&self) -> String {
        self.run.lesson().missing().join(" ")
    }

    /// Wants to be at `step`; `work` goes there.
    pub fn seek(&mut self, step: u32) {
        self.run.seek(step);
    }

    /// Takes at most so many short steps towards the wanted one, or does a portion of a long one; returns how many are left.
    pub fn work(&mut self, most: u32) -> u32 {
        self.run.work_on(most)
    }

    /// Whether, at the wanted step, `work` has something left to do.
    pub fn behind(&self) -> bool {
        self.run.is_behind()
    }

    /// How much of the next step is done, 0 to 1.
    pub fn advanced(&self) -> f64 {
        self.run.advanced()
    }

    /// Does a portion of what `verify` needs; says whether something is left.
    pub fn prove(&mut self) -> bool {
        self.run.prove()
    }

    /// Back to what the preset says.
    pub fn reset(&mut self) {
        self.run.reset();
    }

    /// Computes the view at `index`; returns the revision of its markup, or of what a canvas shows, or -1 where it is absent.
    pub fn refresh(&mut self, index: usize) -> i32 {
        let view = self.run.lesson().view(index, self.run.at());
        let revision = match &view {
            None => -1,
            Some(_) if self.run.entry().manifest.views[index].kind.is_canvas() => {
                let (_, revision) = &mut self.markups[index];
                *revision += u32::from(self.views[index] != view);
                *revision as i32
            }
            Some(view) => {
                let text = plot::markup(view, &self.words, Mode::Live);
                let (known, revision) = &mut self.markups[index];
                if *known != text {
                    *known = text;
                    *revision += 1;
                }
                *revision as i32
            }
        };
        self.views[index] = view;
        revision
    }

    /// The living markup of the view that was refreshed last.
    pub fn markup(&self, index: usize) -> String {
        self.markups[index].0.clone()
    }

    /// The numbers for the slots of that markup.
    pub fn slots(&self, index: usize) -> Vec<f64> {
        self.views[index].as_ref().map(plot::slots).unwrap_or_default()
    }

    /// Draws the view at `index` on a canvas of its full size in device pixels; `scale` of them make one CSS pixel.
    pub fn draw(
        &self,
        index: usize,
        canvas: web_sys::HtmlCanvasElement,
        scale: f64,
        palette: &[u32],
    ) -> Result<(), JsError> {
        let Some(view) = &self.views[index] else { return Ok(()) };
        canvas::draw(view, canvas, &self.style(scale, palette))
    }

    /// Where a point of the canvas (CSS pixels) lies in data units; empty outside the plot.
    pub fn locate(&self, index: usize, x: f64, y: f64, width: f64, height: f64) -> Vec<f64> {
        let Some(view) = &self.views[index] else { return Vec::new() };
        plot::locate(view, x, y, width, height, &self.style(1.0, &[])).map(|(x, y)| vec![x, y]).unwrap_or_default()
    }

    /// What the view says in numbers at a point of its canvas (CSS pixels): lines of fields, see [`plot::reading`].
    pub fn reading(&self, index: usize, x: f64, y: f64, width: f64, height: f64) -> String {
        let view = self.views[index].as_ref();
        view.map(|view| plot::reading(view, x, y, width, height, &self.words)).unwrap_or_default()
    }

    /// The numbers of the view as an HTML table.
    pub fn table(&self, index: usize) -> String {
        let title = format!("view.{}", self.run.entry().manifest.views[index].id);
        self.views[index]
            .as_ref()
            .map(|view| plot::table(view, self.words.get(&title), &self.words))
            .unwrap_or_default()
    }

    fn style(&self, scale: f64, palette: &[u32]) -> Style<'_> {
        Style { scale, palette: Palette::from_colours(palette), words: &self.words }
    }

    /// The readouts: lines of id, format, and 1 where it is a main one.
    #[wasm_bindgen(js_name = readoutIds)]
    pub fn readout_ids(&self) -> String {
        let line = |readout: crate::lessons::Readout| {
            format!("{}\t{}\t{}", readout.id, plot::format::code(readout.format), u8::from(readout.main))
        };
        self.run.lesson().readouts(self.run.at()).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// How often the list of readouts has changed.
    #[wasm_bindgen(js_name = readoutRevision)]
    pub fn readout_revision(&mut self) -> u32 {
        let ids = self.readout_ids();
        if self.readouts.0 != ids {
            self.readouts = (ids, self.readouts.1 + 1);
        }
        self.readouts.1
    }

    /// The numbers of the readouts, in order.
    #[wasm_bindgen(js_name = readoutValues)]
    pub fn readout_values(&self) -> Vec<f64> {
        self.run.lesson().readouts(self.run.at()).into_iter().map(|readout| readout.value).collect()
    }

    /// Points at a thing: ids that belong to it, its value where it can be edited, how its number comes about (MathML), a
    /// line each. Empty where there is no such thing; an empty id points at nothing.
    pub fn pick(&mut self, id: &str) -> String {
        self.run.focus(id);
        let Some(pick) = self.run.lesson().pick(id, self.run.at()) else { return String::new() };
        let editable = pick.editable.map(decimal::plain).unwrap_or_default();
        [pick.highlight.join(" "), editable, plot::mathml(&pick.formula, &self.words)].join("\n")
    }

    /// How many claims there are, how many hold, how many were not decided; then the worst error and the bound that it should
    /// keep.
    pub fn verify(&self) -> Vec<f64> {
        let tally = Tally::of(&self.run.lesson().verify());
        vec![tally.claims as f64, tally.held as f64, tally.open() as f64, tally.worst, tally.bound]
    }

    /// Why claims were not decided: lines of a count and a reason in the page's language.
    pub fn undecided(&self) -> String {
        let tally = Tally::of(&self.run.lesson().verify());
        let line = |(why, count): &(Key, usize)| format!("{count}\t{}", self.words.get(why));
        tally.undecided.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The answer to the lesson's prediction, in the state in which it is asked: option, value. Empty without one.
    pub fn predict(&self) -> Vec<f64> {
        let entry = self.run.entry();
        let Some(prediction) = &entry.manifest.prediction else { return Vec::new() };
        // Over the same pictures as the figure.
        let mut asked = Run::with(entry, prediction.state, self.run.assets().clone());
        asked.work(u32::MAX);
        let answer = asked.lesson().predict();
        answer.map(|answer| vec![answer.option as f64, answer.value]).unwrap_or_default()
    }
}

/// Files, which the lessons of the light module do not need, and what a reader takes away: `engine.js` asks the full module
/// for that, in the same state.
#[cfg(feature = "full")]
#[wasm_bindgen]
impl Session {
    /// Takes over the bytes of such a file; the run begins again in the same state, and `work` goes on from there.
    pub fn provide(&mut self, id: &str, bytes: &[u8]) -> String {
        line(self.run.provide(id, bytes))
    }

    /// The view at `index` as SVG, so large in CSS pixels.
    pub fn svg(&self, index: usize, width: u32, height: u32, palette: &[u32]) -> String {
        let view = self.run.lesson().view(index, self.run.at());
        view.map(|view| plot::svg(&view, width, height, &self.style(1.0, palette))).unwrap_or_default()
    }

    /// A program for PyTorch that computes what the figure shows.
    pub fn pytorch(&self) -> String {
        self.run.lesson().pytorch()
    }

    /// The numbers of the run and of the figure as comma-separated values.
    pub fn csv(&self) -> String {
        self.run.csv()
    }
}
