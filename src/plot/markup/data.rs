//! Writes the numbers of a chart as a table, for those who do not see it and for those who want to know.
//!
//! Not every number of a long run: a table of some [`MOST`] rows says how many it leaves out. Not live either: the page asks
//! for it when the reader opens it.

use super::writer::{Pass, Writer};
use crate::plot::reading::{columns, place};
use crate::plot::style::Words;
use crate::plot::{curve::text_of, heatmap};
use crate::view::{Format, Heatmap, View};

/// About so many rows are readable.
const MOST: usize = 100;
/// And so many rows and columns of a map.
const MOST_OF_MAP: usize = 12;
/// How a value is written.
const VALUE: Format = Format::Significant(5);

/// The numbers of a chart as an HTML table under `title`; empty for what is no chart.
pub fn table(view: &View, title: &str, words: &Words) -> String {
    let mut w = Writer::new(words, Pass::Still);
    w.tag("table").class("table").open();
    match view {
        View::Curve(curve) => lines(&mut w, view, title, words.get(curve.y.label), curve.x.label),
        #[cfg(feature = "full")]
        View::Comb(comb) => lines(&mut w, view, title, words.get(comb.y.label), comb.x.label),
        View::Bars(bars) => {
            let label = words.get(bars.y.label);
            caption(&mut w, title, label, 1);
            head(&mut w, "", [label, words.get("chart.mark")].into_iter());
            for bar in &bars.bars {
                row(&mut w, text_of(&bar.name, words), [Some(bar.value), bar.mark].into_iter());
            }
        }
        View::Heatmap(map) => cells(&mut w, map, title),
        #[cfg(feature = "full")]
        View::Scatter(scatter) => {
            caption(&mut w, title, words.get("chart.class"), 1);
            head(
                &mut w,
                words.get(scatter.x.label),
                [words.get(scatter.y.label), words.get("chart.class")].into_iter(),
            );
            for point in &scatter.points {
                row(&mut w, &place(point.x), [Some(point.y), Some(point.class.into())].into_iter());
            }
        }
        _ => return String::new(),
    }
    w.close("tbody");
    w.close("table");
    w.into_text()
}

/// Title, what is measured, and how much is left out.
fn caption(w: &mut Writer, title: &str, label: &str, stride: usize) {
    let mut text = format!("{title}: {label}");
    if stride > 1 {
        // "... {n} ..."
        let (before, rest) = w.words.get("chart.every").split_once('{').unwrap_or_default();
        let after = rest.split_once('}').unwrap_or_default().1;
        text = format!("{text} ({before}{stride}{after})");
    }
    w.tag("caption").text(&text);
}

fn head<'n>(w: &mut Writer, first: &str, names: impl Iterator<Item = &'n str>) {
    w.tag("thead").open();
    w.tag("tr").open();
    // A corner that names nothing is no heading.
    if first.is_empty() {
        w.tag("td").text("");
    } else {
        w.tag("th").attr("scope", "col").text(first);
    }
    for name in names {
        w.tag("th").class("number").attr("scope", "col").text(name);
    }
    w.close("tr");
    w.close("thead");
    w.tag("tbody").open();
}

fn row(w: &mut Writer, name: &str, values: impl Iterator<Item = Option<f64>>) {
    w.tag("tr").open();
    w.tag("th").attr("scope", "row").text(name);
    for value in values {
        match value {
            Some(value) => w.number("td", "number", value, VALUE),
            None => w.tag("td").text(""),
        }
    }
    w.close("tr");
}

/// A row a place of the finest line, from the first place of any to the last.
fn lines(w: &mut Writer, view: &View, title: &str, label: &str, x: &str) {
    let columns = columns(view, w.words);
    let there = || columns.iter().filter(|column| !column.line.y.is_empty()).map(|column| &column.line);
    let step = there().map(|line| line.stride).fold(f64::INFINITY, f64::min);
    let start = there().map(|line| line.start).fold(f64::INFINITY, f64::min);
    let end = there().map(|line| line.start + line.stride * (line.y.len() - 1) as f64).fold(start, f64::max);
    let count = if step > 0.0 && end >= start { ((end - start) / step).round() as usize + 1 } else { 0 };
    let stride = count.div_ceil(MOST).max(1);
    caption(w, title, label, stride);
    head(w, w.words.get(x), columns.iter().map(|column| column.name));
    for index in (0..count).step_by(stride) {
        let x = start + step * index as f64;
        row(w, &place(x), columns.iter().map(|column| column.at(x)));
    }
}

/// The cells of a map, each by its middle.
fn cells(w: &mut Writer, map: &Heatmap, title: &str) {
    let rows = heatmap::rows(map).unwrap_or(0);
    let middle = |range: Option<(f64, f64)>, index: usize, count: usize| {
        let (low, high) = range.unwrap_or((0.0, count as f64));
        place(low + (high - low) * (index as f64 + 0.5) / count as f64)
    };
    let stride = map.cols.max(rows).div_ceil(MOST_OF_MAP).max(1);
    let words = w.words;
    let (x, y) = (words.get(map.x.label), words.get(map.y.label));
    caption(w, title, words.get("chart.value"), stride);
    let names: Vec<String> = (0..map.cols)
        .step_by(stride)
        .map(|column| format!("{x} = {}", middle(map.x.range, column, map.cols)))
        .collect();
    head(w, "", names.iter().map(String::as_str));
    for index in (0..rows).step_by(stride) {
        let name = format!("{y} = {}", middle(map.y.range, rows - 1 - index, rows));
        let values = (0..map.cols).step_by(stride).map(|column| Some(map.values[index * map.cols + column].into()));
        row(w, &name, values);
    }
}
