//! Values over the weights with which they count: what a weighted average sees, and what it makes of it.
//!
//! Two panels with one x axis. Above, dots (what comes in) and lines (what is made of it). Below, a tooth at every place: its
//! height is the weight of the dot above it, and what is forgotten fades in both. What never came in is one block without
//! gaps, before the first place. A column at the side shows the same weights stacked: they fill one, or what is missing stands
//! in it as a block.

use super::axis::{Axis, Fit, Span};
use super::chart::{Chart, Layout};
use super::curve::{Series, draw_line};
use super::format::{self, Format};
use super::frame::{Area, Frame, Side};
use super::reading::{Column, Reading, at_column};
use super::rows;
use super::sheet::{Anchor, Drawn, LINE, Sheet, TEXT, Xy, faint, solid};
use super::style::dash;
use super::surface::{Ruler, WidthTable};
use super::words::{Key, Name, Words};

/// A value that comes in.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Dot {
    /// Where.
    pub x: f64,
    /// What; where it is no number or off the scale, a mark at the edge says so.
    pub y: f64,
    /// How much of it is left, 0 to 1: what is forgotten fades.
    pub strength: f64,
    /// It has not come in yet.
    pub later: bool,
}

/// A weight.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Tooth {
    /// Of which place.
    pub x: f64,
    /// How much.
    pub height: f64,
    /// How much it would be if all weights made one; drawn as a cap over the tooth.
    pub cap: f64,
    /// It counts for nothing that came in: it lies before the first value.
    pub missing: bool,
}

/// What the weights add up to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Share {
    /// The sum of the weights of what came in.
    pub kept: f64,
    /// What is missing to one.
    pub missing: f64,
    /// Name of the first.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub kept_name: Key,
    /// Name of the second.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub missing_name: Key,
}

/// Values over weights.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Comb {
    /// Common horizontal axis; it must have a range.
    pub x: Axis,
    /// Vertical axis of the values.
    pub y: Axis,
    /// Vertical axis of the weights; it starts at 0.
    pub weight: Axis,
    /// What came in, and what will.
    pub dots: Vec<Dot>,
    /// What is made of it.
    pub lines: Vec<Series>,
    /// Where each line stands while a value is on its way: place and style, drawn as a mark.
    pub heads: Vec<(f64, f64, u8)>,
    /// The weights, by rising x, one apart.
    pub teeth: Vec<Tooth>,
    /// What they add up to.
    pub share: Share,
    /// The first place: what lies before it never came in, and is taken for this value, called so.
    pub first: f64,
    /// That value, and its name.
    #[cfg_attr(feature = "full", serde(deserialize_with = "super::keys::interned"))]
    pub before: (f64, Key),
    /// The place where the average stands.
    pub cursor: f64,
}

/// Part of the height that belongs to the values.
const VALUES: f64 = 0.56;
/// Room at the right side, and the column in it.
const RIGHT: f64 = 36.0;
const COLUMN: f64 = 20.0;
/// Places nearer than this are drawn as one outline.
const NARROW: f64 = 2.5;
/// The widest tooth.
const WIDEST: f64 = 16.0;
/// Length of the sample of a line in the legend, and its distance to the name and to the next.
const SAMPLE: f64 = 16.0;
const GAP: f64 = 5.0;
const NEXT: f64 = 12.0;
/// Where a line of the legend begins: the sample of a line has a width.
const EDGE: f64 = 2.0;

/// Both panels.
pub(super) struct Panels<'a> {
    values: Frame<'a>,
    weights: Frame<'a>,
    /// Where each entry of the legend begins: its left end and its line.
    legend: Vec<(f64, usize)>,
}

/// A place is one of the values' panel.
impl Layout for Panels<'_> {
    fn area(&self) -> Area {
        self.values.area
    }

    fn locate(&self, at: Xy) -> Option<(f64, f64)> {
        self.values.locate(at)
    }
}

impl Chart for Comb {
    type Layout<'a> = Panels<'a>;

    /// The axis of x must have a range.
    fn layout<'a>(&'a self, (width, height): (f64, f64), words: &'a Words) -> Option<Panels<'a>> {
        let x = Span::of(&self.x, core::iter::empty(), Fit::Tight)?;
        let y = Span::of(&self.y, self.dots.iter().map(|dot| dot.y), Fit::Airy)?;
        let weight = Span::of(&self.weight, self.teeth.iter().map(|tooth| tooth.height), Fit::Grounded)?;
        let names = self.lines.iter().map(|line| WidthTable.width(line.name.text(words), TEXT, false));
        let indent = WidthTable.width(words.get(self.y.label), TEXT, false) + 2.0 * NEXT;
        let (legend, lines) = wrapped(names.map(|name| SAMPLE + GAP + name), indent, width);
        let top = LINE * lines as f64 + 6.0;
        let split = (top + (height - top) * VALUES).max(top + 1.0);
        let sides = [(y, self.y.label), (weight, self.weight.label)].map(|(span, label)| Side {
            span,
            label: words.get(label),
            whole: false,
        });
        let x = Side { span: x, label: words.get(self.x.label), whole: true };
        let [values, weights] = Frame::stacked((width, height), (top, split), x, sides, RIGHT);
        Some(Panels { values, weights, legend })
    }

    fn draw(&self, sheet: &Sheet, panels: &Panels) -> Drawn {
        let (values, weights) = (&panels.values, &panels.weights);
        draw_before(sheet, self, panels)?;
        values.draw(sheet)?;
        weights.draw(sheet)?;
        for frame in [values, weights] {
            let x = frame.across(self.cursor);
            if (frame.area.left..=frame.area.right).contains(&x) {
                sheet.upright(x, frame.area.top, frame.area.bottom, faint(sheet.palette.ink2, 0.5), 1.0)?;
            }
        }
        draw_teeth(sheet, self, weights)?;
        draw_dots(sheet, self, values)?;
        for line in &self.lines {
            draw_line(sheet, line, values, None)?;
        }
        for (x, y, style) in &self.heads {
            let at = (values.across(*x), values.up(*y));
            if (values.area.top - 0.5..=values.area.bottom + 0.5).contains(&at.1) && at.0 >= values.area.left {
                sheet.mark(*style, at, 4.5, solid(sheet.palette.of(*style)))?;
            }
        }
        draw_legend(sheet, self, &panels.legend)?;
        draw_share(sheet, self, weights)
    }

    fn reading(&self, panels: &Panels, at: Xy, words: &Words) -> Option<Reading> {
        at_column(&columns(self, words), [&panels.values, &panels.weights], self.x.label, at, words)
    }

    fn table(&self, title: &str, words: &Words) -> String {
        rows::of_lines(&columns(self, words), title, [&self.x, &self.y], words)
    }
}

/// What comes in, the lines, and at last the weights.
fn columns<'a>(comb: &'a Comb, words: &'a Words) -> Vec<Column<'a>> {
    let one_apart = |name, start, y| {
        let line = Series { name: Name::Key(name), style: 5, start, stride: 1.0, y };
        Column { name: words.get(name), line }
    };
    let dots = comb.dots.iter().map(|dot| dot.y).collect();
    let teeth = comb.teeth.iter().map(|tooth| tooth.height).collect();
    let dots = one_apart(comb.y.label, comb.dots.first().map_or(0.0, |dot| dot.x), dots);
    let teeth = one_apart(comb.weight.label, comb.teeth.first().map_or(0.0, |tooth| tooth.x), teeth);
    let lines = comb.lines.iter().map(|line| Column { name: line.name.text(words), line: line.clone() });
    [dots].into_iter().chain(lines).chain([teeth]).collect()
}

/// Where things of these widths stand in lines of `width`; the first line is indented. And how many lines there are.
fn wrapped(widths: impl Iterator<Item = f64>, indent: f64, width: f64) -> (Vec<(f64, usize)>, usize) {
    let (mut left, mut line) = (indent, 0);
    let places = widths
        .map(|wide| {
            if left > EDGE && left + wide > width {
                (left, line) = (EDGE, line + 1);
            }
            let place = (left, line);
            left += wide + NEXT;
            place
        })
        .collect();
    (places, line + 1)
}

/// The time before the first value: a shade over both panels, and the value that stands for all that never came.
fn draw_before(sheet: &Sheet, comb: &Comb, panels: &Panels) -> Drawn {
    let (values, weights) = (&panels.values, &panels.weights);
    let end = values.across(comb.first - 0.5).min(values.area.right);
    if end <= values.area.left + 1.0 {
        return Ok(());
    }
    let neg = sheet.palette.neg;
    for area in [values.area, weights.area] {
        sheet.block((area.left, area.top), (end, area.bottom), faint(neg, 0.08))?;
    }
    let (value, name) = comb.before;
    let y = values.up(value);
    if (values.area.top..=values.area.bottom).contains(&y) {
        sheet.path(&[(values.area.left, y), (end, y)], solid(neg), 2.0, dash(2))?;
        let room = end - values.area.left - 4.0;
        let text = sheet.words.get(name);
        let above = if y - LINE > values.area.top { y - LINE / 2.0 - 2.0 } else { y + LINE / 2.0 + 2.0 };
        // Half a word says nothing.
        if sheet.measure(text, false) <= room {
            sheet.text(text, (values.area.left + 3.0, above), Anchor::Left, solid(neg), false)?;
        }
    }
    Ok(())
}

/// The teeth: one by one where there is room, else as an outline. What is missing is one block.
fn draw_teeth(sheet: &Sheet, comb: &Comb, frame: &Frame) -> Drawn {
    let area = frame.area;
    let apart = frame.across(1.0) - frame.across(0.0);
    let ground = frame.up(0.0).clamp(area.top, area.bottom);
    let top = |height: f64| frame.up(height).clamp(area.top, ground);
    let colour = sheet.palette.of(0);
    let (missing, kept): (Vec<&Tooth>, Vec<&Tooth>) = comb.teeth.iter().partition(|tooth| tooth.missing);
    let outline = |teeth: &[&Tooth], height: &dyn Fn(&Tooth) -> f64| -> Vec<Xy> {
        let edge = |x: f64| frame.across(x).clamp(area.left, area.right);
        teeth.iter().flat_map(|t| [-0.5, 0.5].map(|half| (edge(t.x + half), top(height(t))))).collect()
    };
    let filled = |teeth: &[&Tooth], ink| {
        let mut corners = outline(teeth, &|tooth| tooth.height);
        let (Some(first), Some(last)) = (corners.first().copied(), corners.last().copied()) else { return Ok(()) };
        corners.extend([(last.0, ground), (first.0, ground)]);
        sheet.polygon(&corners, ink)
    };
    filled(&missing, faint(sheet.palette.neg, 0.85))?;
    let capped: Vec<&Tooth> = kept.iter().copied().filter(|tooth| tooth.cap.is_finite()).collect();
    if apart < NARROW {
        filled(&kept, solid(colour))?;
        let inside = |at: &Xy| at.1 > area.top + 0.5;
        let caps: Vec<Xy> = outline(&capped, &|tooth| tooth.cap).into_iter().filter(inside).collect();
        return sheet.path(&caps, solid(sheet.palette.ink), 1.0, &[]);
    }
    let half = ((apart - 1.0).min(WIDEST) / 2.0).max(0.5);
    for tooth in kept {
        let x = frame.across(tooth.x);
        if x - half < area.left || x + half > area.right || tooth.height <= 0.0 {
            continue;
        }
        sheet.block((x - half, top(tooth.height)), (x + half, ground), solid(colour))?;
        if tooth.cap.is_finite() && tooth.cap > tooth.height * 1.004 {
            let cap = top(tooth.cap);
            sheet.block((x - half, cap), (x + half, top(tooth.height)), faint(colour, 0.22))?;
            // A cap beyond the scale has no end to be drawn.
            if cap > area.top {
                sheet.level(cap, x - half, x + half, solid(colour), 1.5)?;
            }
        }
    }
    Ok(())
}

fn draw_dots(sheet: &Sheet, comb: &Comb, frame: &Frame) -> Drawn {
    let area = frame.area;
    let apart = frame.across(1.0) - frame.across(0.0);
    let radius = (apart * 0.42).clamp(1.0, 3.2);
    for dot in &comb.dots {
        let x = frame.across(dot.x);
        if !(area.left..=area.right).contains(&x) {
            continue;
        }
        let alpha = if dot.later { 0.22 } else { 0.16 + 0.84 * dot.strength.clamp(0.0, 1.0) };
        let y = frame.up(dot.y);
        if (area.top - 0.5..=area.bottom + 0.5).contains(&y) {
            let ink = faint(sheet.palette.ink, alpha);
            if radius < 1.6 {
                sheet.block((x - 1.0, y - 1.0), (x + 1.0, y + 1.0), ink)?;
            } else if dot.later {
                sheet.ring((x, y), radius, ink, 1.0)?;
            } else {
                sheet.disc((x, y), radius, ink)?;
            }
            if !dot.later && (dot.x - comb.cursor).abs() < 0.5 {
                sheet.ring((x, y), radius + 3.0, faint(sheet.palette.accent, dot.strength.clamp(0.0, 1.0)), 1.5)?;
            }
        } else {
            draw_outside(sheet, dot, x, frame)?;
        }
    }
    Ok(())
}

/// A value that has no place on the scale, or is no number, is named at the edge.
fn draw_outside(sheet: &Sheet, dot: &Dot, x: f64, frame: &Frame) -> Drawn {
    let area = frame.area;
    let below = dot.y < 0.0;
    let y = if below { area.bottom - 5.0 } else { area.top + 5.0 };
    let (shape, text) = if dot.y.is_nan() {
        (4, "NaN".into())
    } else {
        (if below { 5 } else { 2 }, format::number(dot.y, Format::Significant(2)))
    };
    sheet.mark(shape, (x, y), 4.0, solid(sheet.palette.neg))?;
    let wide = sheet.measure(&text, true);
    let left = if x + 8.0 + wide < area.right { x + 8.0 } else { x - 8.0 - wide };
    sheet.text(&text, (left, y + if below { -2.0 } else { 2.0 }), Anchor::Left, solid(sheet.palette.neg), true)
}

fn draw_legend(sheet: &Sheet, comb: &Comb, places: &[(f64, usize)]) -> Drawn {
    for (line, (left, row)) in comb.lines.iter().zip(places) {
        let y = LINE * (*row as f64 + 0.5);
        let colour = solid(sheet.palette.of(line.style));
        sheet.path(&[(*left, y), (left + SAMPLE, y)], colour, 2.0, dash(line.style))?;
        let at = left + SAMPLE + GAP;
        let name = sheet.fitted(line.name.text(sheet.words), sheet.width - at, false);
        sheet.text(&name, (at, y), Anchor::Left, solid(sheet.palette.ink), false)?;
    }
    Ok(())
}

/// The column of all weights, and what it says, over the comb.
fn draw_share(sheet: &Sheet, comb: &Comb, frame: &Frame) -> Drawn {
    let (area, share, palette) = (frame.area, comb.share, sheet.palette);
    let left = area.right + (sheet.width - area.right - COLUMN) / 2.0;
    let right = left + COLUMN;
    let up = |part: f64| area.bottom - area.height() * part.clamp(0.0, 1.0);
    let (kept, all) = (up(share.kept), up(share.kept + share.missing));
    sheet.block((left, area.top), (right, area.bottom), solid(palette.grid))?;
    sheet.block((left, kept), (right, area.bottom), solid(palette.of(0)))?;
    sheet.block((left, all), (right, kept), faint(palette.neg, 0.85))?;
    for x in [left, right] {
        sheet.upright(x, area.top, area.bottom, solid(palette.ink2), 1.0)?;
    }
    sheet.level(area.top, left, right, solid(palette.ink2), 1.0)?;
    sheet.level(area.bottom, left, right, solid(palette.ink2), 1.0)?;
    sheet.text("1", ((left + right) / 2.0, area.top - LINE / 2.0), Anchor::Centre, solid(palette.ink2), false)?;
    // What the two parts are, from the right end; names give way before numbers do.
    let y = area.top - LINE * 0.85;
    let mut end = left - NEXT;
    let free = WidthTable.width(sheet.words.get(comb.weight.label), TEXT, false) + NEXT;
    let parts = [(share.missing, share.missing_name, palette.neg), (share.kept, share.kept_name, palette.of(0))];
    for (index, (value, name, colour)) in parts.into_iter().enumerate() {
        let number = format!(" {value:.3}");
        if end - sheet.measure(&number, true) < free {
            break;
        }
        let room = (end - free) / (2 - index) as f64 - sheet.measure(&number, true) - 2.0 * NEXT;
        let name = sheet.fitted(sheet.words.get(name), room, false);
        sheet.text(&number, (end, y), Anchor::Right, solid(palette.ink), true)?;
        end -= sheet.measure(&number, true);
        sheet.text(&name, (end, y), Anchor::Right, solid(palette.ink2), false)?;
        end -= sheet.measure(&name, false) + GAP;
        sheet.block((end - 9.0, y - 4.5), (end, y + 4.5), solid(colour))?;
        end -= 9.0 + NEXT;
    }
    Ok(())
}
