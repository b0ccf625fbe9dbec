//! Lines over a common x axis.
//!
//! Not a legend: each of several lines is named at its right end, where the eye arrives anyway; names keep apart, and a name that had
//! to move is joined to its line. Lines far longer than the picture is wide are drawn as the smallest and largest value of
//! each column of pixels: the same picture, at a cost that does not grow.

use super::axis::{Axis, Fit, Span};
use super::chart::Chart;
use super::format::{self, Format};
use super::frame::{Area, Frame, Side};
use super::labels::spread;
use super::reading::{Column, Reading, at_column};
use super::rows;
use super::sheet::{Anchor, Drawn, LINE, Sheet, TEXT, Xy, faint, solid, within};
use super::style::dash;
use super::surface::{Ruler, WidthTable};
use super::words::{Name, Words};

/// One line of a [`Curve`]: y values at x = `start`, `start + stride`, ... NaN breaks the line.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Series {
    /// Direct label of the line.
    pub name: Name,
    /// Index into the palette; also selects dash and marker, so that colour is never alone.
    pub style: u8,
    /// x of the first value.
    pub start: f64,
    /// x distance between values.
    pub stride: f64,
    /// The values.
    pub y: Vec<f64>,
}

/// Lines over a common x axis.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Curve {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// The moment that is shown now: a vertical line. What lies to its right is drawn faint (it has been, and can be again).
    pub cursor: Option<f64>,
}

/// Width of the sample of a line before its name.
const SAMPLE: f64 = 16.0;
/// Opacity of what lies after the cursor.
const LATER: f64 = 0.28;
/// Width of a line.
const STROKE: f64 = 2.0;
/// Values beside the cursor need a chart at least this wide.
const ROOM_FOR_VALUES: f64 = 170.0;

impl Chart for Curve {
    type Layout<'a> = Frame<'a>;

    fn layout<'a>(&'a self, (width, height): (f64, f64), words: &'a Words) -> Option<Frame<'a>> {
        let all = || self.series.iter();
        let x = Span::of(&self.x, all().flat_map(ends), Fit::Tight)?;
        let y = Span::of(&self.y, all().flat_map(|series| series.y.iter().copied()), Fit::Airy)?;
        // The axis says what a single line is; its value at the cursor may need the room when the cursor is at the end.
        let widest = all().map(|series| WidthTable.width(series.name.text(words), TEXT, false)).fold(0.0, f64::max);
        let right = match (has_names(self), self.cursor) {
            (true, _) => 10.0 + SAMPLE + 6.0 + widest + 2.0,
            (false, Some(_)) => 22.0 + WidthTable.width("0.0999", TEXT, true),
            (false, None) => 0.0,
        };
        let whole = all().all(|series| series.start.fract() == 0.0 && series.stride.fract() == 0.0);
        let x = Side { span: x, label: words.get(self.x.label), whole };
        let y = Side { span: y, label: words.get(self.y.label), whole: false };
        Some(Frame::plan(width, height, Some(x), y, right))
    }

    fn draw(&self, sheet: &Sheet, frame: &Frame) -> Drawn {
        frame.draw(sheet)?;
        let cursor = self.cursor.filter(|x| x.is_finite());
        if let Some(x) = cursor.map(|x| frame.across(x)).filter(|x| is_between(*x, frame.area.left, frame.area.right)) {
            sheet.upright(x, frame.area.top, frame.area.bottom, solid(sheet.palette.ink2), 1.0)?;
        }
        for series in &self.series {
            draw_line(sheet, series, frame, cursor)?;
        }
        if let Some(x) = cursor {
            draw_values(sheet, self, frame, x)?;
        }
        draw_names(sheet, self, frame)
    }

    fn reading(&self, frame: &Frame, at: Xy, words: &Words) -> Option<Reading> {
        at_column(&columns(self, words), [frame, frame], self.x.label, at, words)
    }

    fn table(&self, title: &str, words: &Words) -> String {
        rows::of_lines(&columns(self, words), title, [&self.x, &self.y], words)
    }
}

/// The lines as numbers. The axis says what a single line is.
fn columns<'a>(curve: &'a Curve, words: &'a Words) -> Vec<Column<'a>> {
    let name = |line: &'a Series| if has_names(curve) { line.name.text(words) } else { words.get(curve.y.label) };
    curve.series.iter().map(|line| Column { name: name(line), line: line.clone() }).collect()
}

/// Several lines are told apart by their names.
fn has_names(curve: &Curve) -> bool {
    curve.series.len() > 1
}

/// x of the first and last value.
fn ends(series: &Series) -> impl Iterator<Item = f64> + use<> {
    let last = series.y.len().checked_sub(1).map(|last| series.start + series.stride * last as f64);
    last.into_iter().flat_map({
        let start = series.start;
        move |last| [start, last]
    })
}

/// One line: loud up to the cursor, faint after it; runs of one value are a mark.
pub(super) fn draw_line(sheet: &Sheet, series: &Series, frame: &Frame, cursor: Option<f64>) -> Drawn {
    let colour = sheet.palette.of(series.style);
    let turn = cursor.map_or(f64::INFINITY, |x| frame.across(x));
    for run in runs(series, frame, sheet.density()) {
        if let [only] = run[..] {
            let alpha = if only.0 <= turn { 1.0 } else { LATER };
            if frame.holds(only) {
                sheet.mark(series.style, only, 3.0, faint(colour, alpha))?;
            }
        }
        let (before, after) = split(&run, turn);
        for (part, alpha) in [(before, 1.0), (after, LATER)] {
            for piece in clipped(&part, frame.area) {
                sheet.path(&piece, faint(colour, alpha), STROKE, dash(series.style))?;
            }
        }
    }
    Ok(())
}

/// The unbroken stretches of a line, in CSS pixels, reduced to what columns of pixels can show.
fn runs(series: &Series, frame: &Frame, density: f64) -> Vec<Vec<Xy>> {
    let mut runs = Vec::new();
    let mut run: Vec<Xy> = Vec::new();
    let columns = frame.area.width() * density;
    let reduce = series.y.len() as f64 > 3.0 * columns.max(1.0);
    let mut column = PixelColumn::default();
    for (index, value) in series.y.iter().enumerate() {
        let at = (frame.across(series.start + series.stride * index as f64), frame.up(*value));
        let visible = value.is_finite() && at.0.is_finite() && at.1.is_finite();
        if !visible {
            column.leave(&mut run);
            if !run.is_empty() {
                runs.push(core::mem::take(&mut run));
            }
        } else if reduce {
            column.add(at, (at.0 * density).floor(), &mut run);
        } else {
            run.push(at);
        }
    }
    column.leave(&mut run);
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// The points of a line within one column of pixels: first, lowest, highest, last.
#[derive(Default)]
struct PixelColumn {
    number: f64,
    first: Option<Xy>,
    lowest: Xy,
    highest: Xy,
    last: Xy,
}

impl PixelColumn {
    fn add(&mut self, at: Xy, number: f64, run: &mut Vec<Xy>) {
        if self.first.is_none() || number != self.number {
            self.leave(run);
            *self = PixelColumn { number, first: Some(at), lowest: at, highest: at, last: at };
        }
        if at.1 > self.lowest.1 {
            self.lowest = at;
        }
        if at.1 < self.highest.1 {
            self.highest = at;
        }
        self.last = at;
    }

    /// Adds what was gathered to `run`, left to right.
    fn leave(&mut self, run: &mut Vec<Xy>) {
        let Some(first) = self.first.take() else { return };
        let (a, b) =
            if self.lowest.0 <= self.highest.0 { (self.lowest, self.highest) } else { (self.highest, self.lowest) };
        for point in [first, a, b, self.last] {
            if run.last() != Some(&point) {
                run.push(point);
            }
        }
    }
}

/// The parts of a line left and right of `turn`, joined there.
fn split(run: &[Xy], turn: f64) -> (Vec<Xy>, Vec<Xy>) {
    let at = run.partition_point(|point| point.0 <= turn);
    let (mut before, mut after) = (run[..at].to_vec(), run[at..].to_vec());
    if let (Some(a), Some(b)) = (before.last().copied(), after.first().copied()) {
        let part = (turn - a.0) / (b.0 - a.0);
        let joint = (turn, a.1 + (b.1 - a.1) * part);
        before.push(joint);
        after.insert(0, joint);
    }
    (before, after)
}

/// The pieces of a line that lie inside `area` (Liang and Barsky, segment by segment).
fn clipped(line: &[Xy], area: Area) -> Vec<Vec<Xy>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Xy> = Vec::new();
    for pair in line.windows(2) {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        // Parts of the segment at which it enters and leaves the area.
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (from, to, low, high) in [(x0, x1, area.left, area.right), (y0, y1, area.top, area.bottom)] {
            let (a, b) = ((low - from) / (to - from), (high - from) / (to - from));
            if from != to {
                (enter, leave) = (enter.max(a.min(b)), leave.min(a.max(b)));
            } else if !is_between(from, low, high) {
                leave = -1.0;
            }
        }
        if enter > leave {
            pieces.push(core::mem::take(&mut piece));
            continue;
        }
        let point = |part: f64| {
            let (x, y) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
            (within(x, area.left, area.right), within(y, area.top, area.bottom))
        };
        if piece.is_empty() || enter > 0.0 {
            pieces.push(core::mem::take(&mut piece));
            piece.push(point(enter));
        }
        piece.push(point(leave));
        if leave < 1.0 {
            pieces.push(core::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// A dot on every line at the cursor, and its value beside it.
fn draw_values(sheet: &Sheet, curve: &Curve, frame: &Frame, cursor: f64) -> Drawn {
    let area = frame.area;
    let x = frame.across(cursor);
    let at_cursor = |series: &Series| {
        let index = ((cursor - series.start) / series.stride).round();
        let value = if index >= 0.0 { series.y.get(index as usize).copied() } else { None };
        value.filter(|value| value.is_finite())
    };
    let shown: Vec<(&Series, f64, f64)> = curve
        .series
        .iter()
        .filter_map(|series| at_cursor(series).map(|value| (series, value, frame.up(value))))
        .filter(|(_, _, y)| frame.holds((x, *y)))
        .collect();
    for (series, _, y) in &shown {
        sheet.mark(series.style, (x, *y), 3.5, solid(sheet.palette.of(series.style)))?;
    }
    if area.width() < ROOM_FOR_VALUES {
        return Ok(());
    }
    let wanted: Vec<f64> = shown.iter().map(|(_, _, y)| *y - LINE * 0.6).collect();
    let places = spread(&wanted, LINE, area.top + LINE / 2.0, area.bottom - LINE / 2.0);
    let end = if has_names(curve) { area.right } else { sheet.width };
    for ((series, value, _), place) in shown.iter().zip(places) {
        let Some(place) = place else { continue };
        let text = format::number(*value, Format::Significant(3));
        let width = sheet.measure(&text, true);
        let left = if x + 18.0 + width <= end { x + 8.0 } else { x - 10.0 - width - 8.0 };
        let (low, high) = ((left - 2.0, place - LINE / 2.0), (left + 12.0 + width, place + LINE / 2.0));
        sheet.block(low, high, faint(sheet.palette.paper, 0.82))?;
        sheet.mark(series.style, (left + 3.0, place), 2.5, solid(sheet.palette.of(series.style)))?;
        sheet.text(&text, (left + 10.0, place), Anchor::Left, solid(sheet.palette.ink), true)?;
    }
    Ok(())
}

/// The name of every line at its right end, with a sample of the line.
fn draw_names(sheet: &Sheet, curve: &Curve, frame: &Frame) -> Drawn {
    let area = frame.area;
    let ends: Vec<(&Series, Xy)> = curve
        .series
        .iter()
        .filter(|_| has_names(curve))
        .filter_map(|series| {
            let last = series.y.iter().rposition(|value| frame.up(*value).is_finite())?;
            let y = within(frame.up(series.y[last]), area.top, area.bottom);
            Some((series, (frame.across(series.start + series.stride * last as f64).min(area.right), y)))
        })
        .collect();
    let wanted: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
    let places = spread(&wanted, LINE, area.top, area.bottom);
    for ((series, (end, y)), place) in ends.iter().zip(places) {
        let Some(place) = place else { continue };
        let colour = sheet.palette.of(series.style);
        let left = area.right + 10.0;
        if (place - y).abs() > 2.0 && area.right - end < 3.0 {
            let knee = [(end + 2.0, *y), (left - 2.0, place)];
            sheet.path(&knee, faint(sheet.palette.ink2, 0.5), 1.0, &[])?;
        }
        sheet.path(&[(left, place), (left + SAMPLE, place)], solid(colour), STROKE, dash(series.style))?;
        let room = sheet.width - left - SAMPLE - 6.0;
        let name = sheet.fitted(series.name.text(sheet.words), room, false);
        sheet.text(&name, (left + SAMPLE + 6.0, place), Anchor::Left, solid(sheet.palette.ink), false)?;
    }
    Ok(())
}

fn is_between(value: f64, low: f64, high: f64) -> bool {
    (low - 0.01..=high + 0.01).contains(&value)
}
