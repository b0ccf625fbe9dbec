//! The tables: all layers, and the proof.

use super::{Lens, MEASURED, PIXELS};
use crate::analysis::receptive_field::Branch;
use crate::scene::{Cell, Format, Math, Row, Table};

impl Lens {
    /// Every layer that changes what a unit sees.
    pub(super) fn layers(&self) -> Table {
        let row = |(l, row): (usize, &super::geometry::Row)| {
            let field = row.after[0];
            let number = |value: i64| Cell::Number(value as f64, PIXELS);
            let option = |value: Option<usize>| value.map_or(Cell::Empty, |value| Cell::Number(value as f64, PIXELS));
            let window = row.window[0];
            let branch = match row.branch {
                Branch::Trunk => "",
                Branch::Main => "├ ",
                Branch::Projection => "╞ ",
            };
            let indent = "│ ".repeat(row.depth.saturating_sub(1));
            let name = Math::row([
                Math::constant(&l.to_string()),
                Math::op(" "),
                Math::constant(&format!("{indent}{branch}{}", row.name)),
            ]);
            let aligned = if row.misaligned { Cell::Word("layers.askew") } else { Cell::Empty };
            let mut cells = vec![
                Cell::Symbol(name),
                option(window.map(|slide| slide.kernel)),
                option(window.map(|slide| slide.stride)),
                option(window.map(|slide| slide.padding)),
                option(window.map(|slide| slide.dilation)),
                Cell::Symbol(Math::constant(&format!("{} × {}", row.output.size[0], row.output.size[1]))),
                number(field.size()),
                number(field.jump),
                Cell::Number(field.start(), MEASURED),
                number(field.padding()),
            ];
            if self.geometry.lopsided() {
                cells.push(number(row.after[1].size()));
            }
            if self.geometry.misaligned() {
                cells.push(aligned);
            }
            Row { id: format!("r{l}"), cells }
        };
        let mut columns = vec![
            "layers.layer",
            "layers.k",
            "layers.s",
            "layers.p",
            "layers.d",
            "layers.map",
            "layers.r",
            "layers.j",
            "layers.c",
            "layers.padding",
        ];
        if self.geometry.lopsided() {
            columns.push("layers.r_x");
        }
        if self.geometry.misaligned() {
            columns.push("layers.branches");
        }
        Table { columns, rows: (1..).zip(&self.geometry.rows).map(row).collect() }
    }

    /// Every claim and its second computation.
    pub(super) fn verification(&self) -> Table {
        let row = |claim: crate::lessons::Claim| {
            let counts = ["closed", "back", "edge", "outside"].iter().any(|family| claim.id.starts_with(family));
            let format = if counts { PIXELS } else { Format::Significant(8) };
            let cells = match claim.undecided() {
                Some(why) => vec![Cell::Word(word(&claim.id)), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Word(why)],
                None => vec![
                    Cell::Word(word(&claim.id)),
                    Cell::Number(claim.computed, format),
                    Cell::Number(claim.reference, format),
                    Cell::Number(claim.error, Format::Significant(2)),
                    Cell::Verdict(claim.holds()),
                ],
            };
            Row { cells, id: claim.id }
        };
        Table {
            columns: vec!["verify.claim", "verify.computed", "verify.reference", "verify.error", "verify.verdict"],
            rows: self.claims().into_iter().map(row).collect(),
        }
    }
}

/// The words for a claim.
fn word(id: &str) -> &'static str {
    const WORDS: [(&str, &str); 17] = [
        ("closed.r", "claim.closed"),
        ("closed.r_x", "claim.closed_x"),
        ("back.top", "claim.back_top"),
        ("back.bottom", "claim.back_bottom"),
        ("back.left", "claim.back_left"),
        ("back.right", "claim.back_right"),
        ("outside", "claim.outside"),
        ("paint", "claim.paint"),
        ("edge.top", "claim.edge_top"),
        ("edge.bottom", "claim.edge_bottom"),
        ("edge.left", "claim.edge_left"),
        ("edge.right", "claim.edge_right"),
        ("heat", "claim.heat"),
        ("brush", "claim.brush"),
        ("variance_y", "claim.variance_y"),
        ("variance_x", "claim.variance_x"),
        ("", ""),
    ];
    WORDS.iter().find(|(known, _)| *known == id).map_or("", |(_, word)| word)
}
