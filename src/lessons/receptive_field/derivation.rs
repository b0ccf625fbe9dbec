//! The formulas of a layer with its numbers filled in, and how each number of the figure comes about.

use super::geometry::Row;
use super::{Lens, MEASURED, PIXELS};
use crate::analysis::receptive_field::Field;
use crate::lessons::{At, Pick};
use crate::scene::{Formula, Line, Math, Phase};

/// A number that counts pixels.
fn px(value: i64) -> Math {
    Math::number(value as f64, PIXELS, false)
}

/// A letter with a running index.
fn indexed(letter: &str, index: &str) -> Math {
    let before = |minus: &str| Math::row([Math::var("l"), Math::op("−"), Math::constant(minus)]);
    Math::var(letter).sub(if index == "l" { Math::var("l") } else { before("1") })
}

/// A letter with a layer's number, as a handle of its readout.
fn numbered(letter: &str, family: &str, l: usize) -> Math {
    Math::var(letter).sub(Math::constant(&l.to_string())).handle(format!("{family}{l}"))
}

/// `parts = value`.
fn equals(mut parts: Vec<Math>, value: Math) -> Vec<Math> {
    parts.extend([Math::op("="), value]);
    parts
}

impl Lens {
    /// The lines of the layer that the light passes through at this moment; at the unit those of the last layer.
    pub(super) fn growth(&self, at: At) -> Formula {
        let geometry = &self.geometry;
        let last = geometry.count() - 1;
        let stop = at.moment.min(last);
        let mut lines = Vec::new();
        let row = geometry.row_before(stop.max(1));
        lines.extend(row.map(|row| self.layer_line(row)));
        lines.extend(geometry.row_before(stop).map(|row| self.opened_line(stop, row)));
        lines.extend(row.map(|row| self.field_lines(row)).unwrap_or_default());
        let phase = if stop == last { Phase::Now } else { Phase::Done };
        lines.extend((0..2).map(|axis| self.box_line(axis, phase)));
        Formula { lines }
    }

    /// Which layer the lines speak of.
    fn layer_line(&self, row: usize) -> Line {
        let name = Math::constant(&self.geometry.rows[row].name);
        let number = Math::constant(&(row + 1).to_string());
        let statement = Math::row([Math::var("l"), Math::op("="), number, Math::op(":"), name]);
        Line {
            id: format!("r{}", row + 1),
            phase: Phase::Done,
            statement,
            numbers: Vec::new(),
            note: None,
            broken: false,
        }
    }

    /// How far the field has opened on the way back.
    fn opened_line(&self, stop: usize, row: usize) -> Line {
        let geometry = &self.geometry;
        let row = &geometry.rows[row];
        let open = |stop: usize| {
            let rect = geometry.opened(stop);
            libm::round(rect.bottom - rect.top) as i64
        };
        let mut statement = vec![indexed("o", "l-1"), Math::op("="), indexed("o", "l")];
        let numbers = if row.window[0].is_some() {
            statement.push(Math::op("+"));
            statement.extend(term_statement());
            let mut parts = vec![px(open(stop - 1)), Math::op("+")];
            parts.extend(term_numbers(row));
            equals(parts, px(open(stop)))
        } else {
            statement.extend([Math::op("+"), Math::Word("growth.widest")]);
            equals(vec![px(open(stop - 1)), Math::op("+"), px(open(stop) - open(stop - 1))], px(open(stop)))
        };
        Line {
            id: "open".into(),
            phase: Phase::Now,
            statement: Math::Row(statement),
            numbers,
            note: Some("note.open"),
            broken: false,
        }
    }

    /// r, jump and padding of a layer.
    fn field_lines(&self, row: usize) -> Vec<Line> {
        let line = |family: &str| {
            let id = format!("{family}{}", row + 1);
            let (statement, numbers) = self.recurrence(family, row);
            Line { id, phase: Phase::Done, statement, numbers, note: self.note(family, row), broken: false }
        };
        ["r", "jump", "padding"].map(line).into()
    }

    /// A remark about a layer.
    fn note(&self, family: &str, row: usize) -> Option<&'static str> {
        let row = &self.geometry.rows[row];
        match family {
            "r" if row.misaligned => Some("note.askew"),
            "r" if row.window[0].is_none() => Some("note.sum"),
            _ => None,
        }
    }

    /// The rule for a number of a layer, in symbols and with its numbers, along the vertical axis.
    fn recurrence(&self, family: &str, index: usize) -> (Math, Vec<Math>) {
        let row = &self.geometry.rows[index];
        let (before, after) = (row.before[0], row.after[0]);
        let rule = |parts: Vec<Math>| Math::Row(parts);
        let Some(slide) = row.window[0] else { return self.sum_rule(family, row) };
        match family {
            "r" => {
                let mut parts = vec![indexed("r", "l"), Math::op("="), indexed("r", "l-1"), Math::op("+")];
                parts.extend(term_statement());
                let mut numbers = vec![px(before.size()), Math::op("+")];
                numbers.extend(term_numbers(row));
                (rule(parts), equals(numbers, px(after.size())))
            }
            "jump" => {
                let parts = vec![indexed("j", "l"), Math::op("="), indexed("s", "l"), indexed("j", "l-1")];
                let numbers = vec![px(slide.stride as i64), Math::op("×"), px(before.jump)];
                (rule(parts), equals(numbers, px(after.jump)))
            }
            "start" => {
                let half = [Math::op("("), Math::constant("½"), indexed("d", "l"), Math::op("("), indexed("k", "l")];
                let mut parts = vec![indexed("c", "l"), Math::op("="), indexed("c", "l-1"), Math::op("+")];
                parts.extend(half);
                parts.extend([Math::op("−"), Math::constant("1"), Math::op(")"), Math::op("−"), indexed("p", "l")]);
                parts.extend([Math::op(")"), indexed("j", "l-1")]);
                let reach = (slide.extent() - 1) as f64 / 2.0 - slide.padding as f64;
                let value = |value: f64| Math::number(value, MEASURED, false);
                let numbers = vec![value(before.start()), Math::op("+"), value(reach), Math::op("×"), px(before.jump)];
                (rule(parts), equals(numbers, value(after.start())))
            }
            _ => {
                let parts = [Math::op("="), indexed("P", "l-1"), Math::op("+"), indexed("p", "l"), indexed("j", "l-1")];
                let parts = core::iter::once(indexed("P", "l")).chain(parts).collect();
                let padding = px(slide.padding as i64);
                let numbers = vec![px(before.padding()), Math::op("+"), padding, Math::op("×"), px(before.jump)];
                (rule(parts), equals(numbers, px(after.padding())))
            }
        }
    }

    /// The same for a sum: the smallest interval that holds what each of its branches sees.
    fn sum_rule(&self, family: &str, row: &Row) -> (Math, Vec<Math>) {
        let after = row.after[0];
        let over = |name: &str| Math::Under(Box::new(Math::op(name)), Box::new(Math::Word("growth.branches")));
        match family {
            "r" => {
                let high = [over("max"), Math::var("b"), Math::op("−"), over("min"), Math::var("a")];
                let mut parts = vec![indexed("r", "l"), Math::op("=")];
                parts.extend(high);
                parts.extend([Math::op("+"), Math::constant("1")]);
                let numbers = vec![px(after.high), Math::op("−"), px(after.low), Math::op("+"), Math::constant("1")];
                (Math::Row(parts), equals(numbers, px(after.size())))
            }
            "jump" => {
                let parts = vec![indexed("j", "l"), Math::op("="), Math::Word("growth.same")];
                (Math::Row(parts), vec![px(after.jump)])
            }
            "start" => {
                let value = Math::number(after.start(), MEASURED, false);
                (Math::Row(vec![indexed("c", "l"), Math::op("="), Math::Word("growth.centre")]), vec![value])
            }
            _ => {
                let parts = vec![indexed("P", "l"), Math::op("="), Math::op("−"), over("min"), Math::var("a")];
                (Math::Row(parts), vec![px(after.padding())])
            }
        }
    }

    /// First and last row (axis 0) or column of the box.
    fn box_line(&self, axis: usize, phase: Phase) -> Line {
        let (id, letter) = [("top", "y"), ("left", "x")][axis];
        let (first, last) = self.geometry.seen(axis);
        let field = self.geometry.field[axis];
        let unit = self.geometry.unit[axis] as i64;
        let statement = Math::text("u j − P ≤").put(Math::var(letter)).text("≤ u j − P + r − 1").whole();
        let product = [px(unit), Math::op("×"), px(field.jump), Math::op("−"), px(field.padding()), Math::op("=")];
        let range = [px(first), Math::op("≤"), Math::var(letter), Math::op("≤"), px(last)];
        let numbers = product.into_iter().chain(range).collect();
        let side = self.size()[axis] as i64;
        let note = if first < 0 || last >= side { Some("note.beyond") } else { None };
        Line { id: id.into(), phase, statement, numbers, note, broken: false }
    }

    /// How the number called `id` comes about.
    pub(super) fn explain(&self, id: &str) -> Option<Pick> {
        let rows = self.geometry.rows.len();
        let split = id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len());
        let (family, digits) = id.split_at(split);
        let symbols = [("r", "r"), ("jump", "j"), ("start", "c"), ("padding", "P")];
        let symbol = symbols.iter().find(|(name, _)| *name == family.trim_end_matches("_x"));
        if let (Some((name, letter)), Some(l)) = (symbol, layer(digits, rows)) {
            let (statement, numbers) = self.recurrence(name, l - 1);
            let formula = core::iter::once(statement).chain([Math::op(","), numbered(letter, name, l), Math::op("=")]);
            let highlight = if l > 1 { vec![format!("{name}{}", l - 1)] } else { Vec::new() };
            return Some(Pick { highlight, formula: Math::row(formula.chain(numbers)), editable: None });
        }
        let value = self.numbers().into_iter().find(|readout| readout.id == id)?;
        let number = Math::number(value.value, value.format, false);
        if let Some((name, letter)) = symbol {
            let axis = usize::from(id.ends_with("_x"));
            let formula = Math::row([Math::var(letter), Math::op("="), number]);
            let highlight = if axis == 0 && rows > 0 { vec![format!("{name}{rows}")] } else { Vec::new() };
            return Some(Pick { highlight, formula, editable: None });
        }
        let axis = usize::from(matches!(id, "left" | "right"));
        let Field { jump, .. } = self.geometry.field[axis];
        let unit = self.geometry.unit[axis] as i64;
        let formula = match id {
            "left" | "top" => {
                let padding = px(self.geometry.field[axis].padding());
                Math::row([px(unit), Math::op("×"), px(jump), Math::op("−"), padding, Math::op("="), number])
            }
            "right" | "bottom" => {
                let (first, size) = (px(self.geometry.seen(axis).0), px(self.geometry.field[axis].size()));
                Math::row([first, Math::op("+"), size, Math::op("−"), Math::constant("1"), Math::op("="), number])
            }
            "changed" | "changed_outside" => {
                let painted = self.painted.as_ref()?;
                let after = if id == "changed" { Some(painted.after) } else { painted.outside };
                let value = |value: f64| Math::number(value, MEASURED, false);
                Math::row([value(after?), Math::op("−"), value(painted.before), Math::op("="), number])
            }
            _ => Math::row([Math::Word(word(id)), Math::op("="), number]),
        };
        let editable = matches!(id, "unit_row" | "unit_col").then_some(value.value);
        Some(Pick { highlight: Vec::new(), formula, editable })
    }
}

/// The word for a number that has no symbol.
fn word(id: &str) -> &'static str {
    let words = [
        "longest",
        "misaligned",
        "unit_row",
        "unit_col",
        "passes",
        "variance_y",
        "variance_x",
        "middle",
        "untrained_variance_y",
        "untrained_variance_x",
        "untrained_middle",
        "digit",
        "said",
        "value",
        "value_painted",
    ];
    words.into_iter().find(|word| *word == id).unwrap_or("")
}

/// d (k - 1) j of the layer before.
fn term_statement() -> [Math; 7] {
    let bracket = [Math::op("("), indexed("k", "l"), Math::op("−"), Math::constant("1"), Math::op(")")];
    let [a, b, c, d, e] = bracket;
    [indexed("d", "l"), a, b, c, d, e, indexed("j", "l-1")]
}

fn term_numbers(row: &Row) -> Vec<Math> {
    let slide = row.window[0].expect("a window");
    let mut parts = Vec::new();
    if slide.dilation != 1 {
        parts.extend([px(slide.dilation as i64), Math::op("×")]);
    }
    let kernel = px(slide.kernel as i64);
    parts.extend([Math::op("("), kernel, Math::op("−"), Math::constant("1"), Math::op(")"), Math::op("×")]);
    parts.push(px(row.before[0].jump));
    parts
}

/// The number of a layer, where there is such a layer.
fn layer(digits: &str, rows: usize) -> Option<usize> {
    digits.parse().ok().filter(|l| (1..=rows).contains(l))
}
