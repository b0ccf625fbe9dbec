//! Writes the numbers of a chart as a table, for those who do not see it and for those who want to know.
//!
//! Not the kind [`Table`](super::table): this one belongs to a chart. Not every number of a long run: a table of some [`MOST`]
//! rows says how many it leaves out. Not live either: the page asks for it when the reader opens it.

use super::axis::Axis;
use super::format::Format;
use super::reading::{Column, place};
use super::words::Words;
use super::writer::{Pass, Writer};

/// About so many rows are readable.
const MOST: usize = 100;
/// How a value is written.
const VALUE: Format = Format::Significant(5);

/// A table in the making.
pub(super) struct Rows<'a>(Writer<'a>);

impl<'a> Rows<'a> {
    /// Begins a table under a title, with what is measured, and says that it has one row in `stride`.
    pub(super) fn new(title: &str, label: &str, stride: usize, words: &'a Words) -> Self {
        let mut w = Writer::new(words, Pass::Still);
        w.tag("table").class("table").open();
        let mut text = format!("{title}: {label}");
        if stride > 1 {
            // "... {n} ..."
            let (before, rest) = words.get("chart.every").split_once('{').unwrap_or_default();
            let after = rest.split_once('}').unwrap_or_default().1;
            text = format!("{text} ({before}{stride}{after})");
        }
        w.tag("caption").text(&text);
        Rows(w)
    }

    /// The names of the columns; `first` is that of the names of the rows.
    pub(super) fn head<'n>(&mut self, first: &str, names: impl Iterator<Item = &'n str>) {
        let w = &mut self.0;
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

    /// A row.
    pub(super) fn row(&mut self, name: &str, values: impl Iterator<Item = Option<f64>>) {
        let w = &mut self.0;
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

    /// The whole as HTML.
    pub(super) fn into_text(mut self) -> String {
        self.0.close("tbody");
        self.0.close("table");
        self.0.into_text()
    }
}

/// The table of lines over a common axis: a row a place of the finest line, from the first place of any to the last.
pub(super) fn of_lines(columns: &[Column], title: &str, [x, y]: [&Axis; 2], words: &Words) -> String {
    let there = || columns.iter().filter(|column| !column.line.y.is_empty()).map(|column| &column.line);
    let step = there().map(|line| line.stride).fold(f64::INFINITY, f64::min);
    let start = there().map(|line| line.start).fold(f64::INFINITY, f64::min);
    let end = there().map(|line| line.start + line.stride * (line.y.len() - 1) as f64).fold(start, f64::max);
    let count = if step > 0.0 && end >= start { ((end - start) / step).round() as usize + 1 } else { 0 };
    let stride = count.div_ceil(MOST).max(1);
    let mut rows = Rows::new(title, words.get(y.label), stride, words);
    rows.head(words.get(x.label), columns.iter().map(|column| column.name));
    for index in (0..count).step_by(stride) {
        let x = start + step * index as f64;
        rows.row(&place(x), columns.iter().map(|column| column.at(x)));
    }
    rows.into_text()
}
