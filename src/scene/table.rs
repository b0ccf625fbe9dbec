//! Rows and columns of numbers.
//!
//! Not its looks: numbers and the headings above them carry the class `number`, verdicts `verdict` with one `yes` and one `no` inside, of which the
//! page shows the one that `data-ok` names.
//!
//! Classes: `table` · `number` · `symbol` · `verdict` > `yes`, `no`.

use super::format::Format;
use super::markup::Markup;
use super::math::Math;
use super::mathml::{Mathml, plain};
use super::words::Key;
use super::writer::{Pass, Writer};

/// A cell of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64, Format),
    /// A symbol that is the same in every language.
    Symbol(Math),
    /// A word.
    Word(#[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))] Key),
    /// A verdict: right or wrong, shown by word, mark and colour.
    Verdict(bool),
}

/// One row of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Row {
    /// What the row speaks of, when pointed at.
    pub id: String,
    /// One cell a column.
    pub cells: Vec<Cell>,
}

/// Rows and columns of numbers.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Table {
    /// Headings.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub columns: Vec<Key>,
    /// Rows; the first cell of each is its heading.
    pub rows: Vec<Row>,
}

impl Markup for Table {
    fn write(&self, w: &mut Writer) {
        w.tag("table").class("table").open();
        w.tag("thead").open();
        w.tag("tr").open();
        for (column, heading) in self.columns.iter().enumerate() {
            let heading = w.words.get(heading);
            let of_numbers = self.rows.iter().any(|row| matches!(row.cells.get(column), Some(Cell::Number(..))));
            w.tag("th").class(if of_numbers { "number" } else { "" }).attr("scope", "col").text(heading);
        }
        w.close("tr");
        w.close("thead");
        w.tag("tbody").open();
        for row in &self.rows {
            w.tag("tr").pick(&row.id).live("tabindex", -1).open();
            for (column, cell) in row.cells.iter().enumerate() {
                write_cell(w, cell, column == 0);
            }
            w.close("tr");
        }
        w.close("tbody");
        w.close("table");
    }
}

/// One cell; the first of a row is its heading.
fn write_cell(w: &mut Writer, cell: &Cell, heads: bool) {
    let name = if heads { "th" } else { "td" };
    let word = match cell {
        Cell::Word(key) => w.words.get(key),
        _ => "",
    };
    let tag = w.tag(name);
    let tag = if heads { tag.attr("scope", "row") } else { tag };
    match cell {
        Cell::Empty => tag.text(""),
        Cell::Number(value, how) => tag.class("number").number(*value, *how),
        Cell::Symbol(math) => {
            tag.class("symbol").open();
            if heads {
                // Mathematics alone is no name for a heading: the name stands beside it for those who hear the page.
                let name = plain(math, w.words);
                w.tag("span").class("unseen").text(&name);
                w.tag("span").attr("aria-hidden", "true").open();
                Mathml::new(w).formula(math);
                w.close("span");
            } else {
                Mathml::new(w).formula(math);
            }
            w.close(name);
        }
        Cell::Word(_) => tag.text(word),
        Cell::Verdict(right) => {
            tag.class("verdict").verdict(*right).open();
            for (answer, class, mark, key) in [(true, "yes", "✓ ", "table.yes"), (false, "no", "✗ ", "table.no")] {
                if w.pass != Pass::Still || answer == *right {
                    w.tag("span").class(class).open();
                    w.text(mark);
                    let word = w.words.get(key);
                    w.text(word);
                    w.close("span");
                }
            }
            w.close(name);
        }
    }
}
