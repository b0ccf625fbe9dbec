//! A figure as the page carries it: the anatomy that all lessons share, with stills drawn by the engine.
//!
//! Not alive: `www/figure/figure.js` takes it over. Without scripts it is a picture of one state of the run with all its numbers;
//! what could only be operated (the time axis, the controls) stands empty.

use tensorscope::lessons::Entry;
use tensorscope::lessons::manifest::{Place, ViewSpec};
use tensorscope::scene::{self, LIGHT, Mode, Style, View, Words};
use tensorscope::session::Run;

use crate::html::escape;
use crate::manifest::place;
use crate::names;
use crate::prose::Strings;

/// Size of the still of a chart, in CSS pixels; the page scales it to the width that it has.
const CHART: (u32, u32) = (440, 330);

/// What a figure shows.
pub struct Figure<'a> {
    /// Its lesson.
    pub entry: &'static Entry,
    /// The words of the page.
    pub words: &'a Strings,
    /// The state in which it comes to life, in the syntax of the address.
    pub state: &'a str,
    /// The state of the still.
    pub still: &'a str,
    /// Ids of the views that it shows; all where it is empty. A figure of some views leaves the list of all numbers to the
    /// page's script: it would weigh more than the rest of the page.
    pub views: &'a [String],
}

impl Figure<'_> {
    /// The figure as HTML, or what is wrong with its state or its views.
    pub fn html(&self) -> Result<String, String> {
        let manifest = self.entry.manifest;
        for state in [self.state, self.still] {
            if let Some(problem) = Run::new(self.entry, state).take_notices().first() {
                return Err(format!("the state \"{state}\" of a figure: {problem}"));
            }
        }
        if let Some(view) = self.views.iter().find(|id| !manifest.views.iter().any(|view| view.id == **id)) {
            let known = manifest.views.iter().map(|view| view.id).collect::<Vec<_>>().join(", ");
            return Err(format!("there is no view \"{view}\"; known: {known}"));
        }
        let mut run = Run::new(self.entry, self.still);
        while run.work(1000) > 0 {}
        let words: Words = self.words.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        let part = |places: &[Place]| -> String {
            let views = manifest.views.iter().enumerate();
            views
                .filter(|(_, spec)| places.contains(&spec.place))
                .map(|(index, spec)| self.section(index, spec, &run, &words))
                .collect()
        };
        Ok(format!(
            r#"<figure class="scope" data-lesson="{id}" data-state="{state}" aria-label="{label}">
<h2 class="unseen">{heading}</h2>
<noscript><p class="still">{note}</p></noscript>
<div class="stage">{stage}</div>
<div class="time"></div>
<div class="controls"></div>
<div class="inspector"></div>
<div class="charts">{charts}</div>
<div class="proof">{proof}</div>
<details class="numbers"><summary>{numbers}</summary>
<dl>{readouts}</dl></details>
<div class="actions"></div>
</figure>
"#,
            id = escape(manifest.id),
            state = escape(self.state),
            label = escape(&self.say("figure-of").replace("{title}", self.say("title"))),
            heading = escape(self.say("figure")),
            note = escape(self.say("still")),
            stage = part(&[Place::Stage, Place::Reason]),
            charts = part(&[Place::Chart]),
            proof = part(&[Place::Proof]),
            numbers = escape(self.say("numbers")),
            readouts = if self.views.is_empty() { self.readouts(&run) } else { String::new() },
        ))
    }

    fn say<'s>(&'s self, key: &'s str) -> &'s str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// One view with its still; hidden where it makes no sense in this state, absent where this figure does not show it.
    fn section(&self, index: usize, spec: &ViewSpec, run: &Run, words: &Words) -> String {
        if !self.views.is_empty() && !self.views.iter().any(|id| id == spec.id) {
            return String::new();
        }
        let title = escape(self.say(&format!("view.{}", spec.id)));
        let still = run.lesson().view(index, run.at()).map(|view| draw(&view, &title, words));
        format!(
            r#"
<section class="view" data-view="{id}" data-kind="{kind}" data-place="{place}"{hidden}><h3>{title}</h3><div class="picture">{picture}</div></section>
"#,
            id = spec.id,
            kind = spec.kind.name(),
            place = place(spec.place),
            hidden = if still.is_some() { "" } else { " hidden" },
            picture = still.unwrap_or_default(),
        )
    }

    /// Every number of the state shown; of a figure that shows only some of its views, the main ones.
    fn readouts(&self, run: &Run) -> String {
        let families = self.entry.manifest.readouts;
        let row = |readout: tensorscope::lessons::Readout| {
            format!(
                "\n<div><dt>{name}</dt><dd><data data-name=\"{id}\" value=\"{value}\">{text}</data></dd></div>",
                name = escape(&names::name(&readout.id, self.words, families)),
                id = escape(&readout.id),
                value = readout.value,
                text = scene::format::number(readout.value, readout.format),
            )
        };
        let all = self.views.is_empty();
        run.lesson().readouts(run.at()).into_iter().filter(|readout| all || readout.main).map(row).collect()
    }
}

/// The still of a view; `title` is its name for those who do not see it.
fn draw(view: &View, title: &str, words: &Words) -> String {
    let markup = scene::markup(view, words, Mode::Still);
    if !markup.is_empty() {
        return markup;
    }
    let svg = scene::svg(view, CHART.0, CHART.1, &Style { scale: 1.0, palette: LIGHT, words });
    scene::themed(&svg, &LIGHT).replacen(" role=\"img\"", &format!(" role=\"img\" aria-label=\"{title}\""), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensorscope::lessons::REGISTRY;

    fn figure(state: &str, views: &[String]) -> Result<String, String> {
        let entry = &REGISTRY[0];
        let words = Strings::from([("view.none".into(), "None".into())]);
        Figure { entry, words: &words, state, still: entry.manifest.still, views }.html()
    }

    #[test]
    fn a_figure_has_its_anatomy_and_every_view() {
        for entry in REGISTRY {
            let words = Strings::new();
            let html =
                Figure { entry, words: &words, state: "", still: entry.manifest.still, views: &[] }.html().unwrap();
            for part in ["div class=\"stage", "div class=\"time", "div class=\"controls", "div class=\"inspector"] {
                assert_eq!(html.matches(&format!("\n<{part}\">")).count(), 1, "{part}");
            }
            for part in ["div class=\"charts", "div class=\"proof", "details class=\"numbers", "div class=\"actions"] {
                assert_eq!(html.matches(&format!("\n<{part}\">")).count(), 1, "{part}");
            }
            for view in entry.manifest.views {
                assert_eq!(html.matches(&format!("data-view=\"{}\"", view.id)).count(), 1, "{}", view.id);
            }
            assert!(!html.contains(" style="), "the policy of the pages forbids style attributes");
            assert!(html.contains("<data data-name="));
        }
    }

    #[test]
    fn a_figure_may_show_some_views_only() {
        let id = REGISTRY[0].manifest.views[0].id;
        let html = figure("", &[id.into()]).unwrap();
        assert_eq!(html.matches("data-view=").count(), 1);
        assert!(!html.contains("<data"), "all numbers stand in the whole figure");
        assert!(figure("", &["nosuch".into()]).unwrap_err().contains("there is no view"));
    }

    #[test]
    fn a_wrong_state_is_refused() {
        assert!(figure("nosuch=1", &[]).unwrap_err().contains("nosuch"));
    }
}
