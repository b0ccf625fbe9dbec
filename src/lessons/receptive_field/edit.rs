//! What the reader does to the picture: choosing a unit, painting. Each is kept as one text that says everything, so that a
//! replay does not depend on the tool that is chosen then: `13,14` is a unit; paint is strokes behind one another,
//! `radius,x,y,x,y~radius,x,y`, each the way of a round brush.

use super::Lens;
use crate::lessons::config::{parse_count, parse_number};
use crate::lessons::problem::{Code, Problem};
use std::rc::Rc;

/// Most points of all strokes: an address must not grow beyond what can be sent.
const MOST_POINTS: usize = 400;
/// The colour of the paint; no cat has it.
pub const PAINT: [u8; 3] = [255, 0, 140];
/// From this radius on whole pixels are exact enough.
const BROAD: f64 = 4.0;

/// The way of a round brush, in pixels of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// Of the brush.
    pub radius: f64,
    /// Its way: across and down.
    pub points: Vec<[f64; 2]>,
}

impl Stroke {
    /// Every pixel of a picture of this size whose middle it covers, by row and column; one may come twice.
    fn covers(&self, [height, width]: [usize; 2], mut visit: impl FnMut(usize, usize)) {
        let last = self.points.len() - 1;
        for from in 0..last.max(1) {
            let (a, b) = (self.points[from], self.points[(from + 1).min(last)]);
            let reach = |axis: usize, side: usize| {
                let (low, high) = (a[axis].min(b[axis]) - self.radius, a[axis].max(b[axis]) + self.radius);
                libm::floor(low.max(0.0)) as usize..(libm::ceil(high).max(0.0) as usize).min(side)
            };
            for y in reach(1, height) {
                for x in reach(0, width) {
                    if squared_distance([x as f64 + 0.5, y as f64 + 0.5], a, b) <= self.radius * self.radius {
                        visit(y, x);
                    }
                }
            }
        }
    }
}

/// From `p` to the nearest point between `a` and `b`.
fn squared_distance(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (way, to) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length = way[0] * way[0] + way[1] * way[1];
    let along = if length > 0.0 { ((to[0] * way[0] + to[1] * way[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
    let off = [to[0] - along * way[0], to[1] - along * way[1]];
    off[0] * off[0] + off[1] * off[1]
}

impl Lens {
    /// Changes the thing called `id`; returns the text under which it is kept.
    pub(super) fn change(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        let size = self.geometry.stack.output().size;
        match id {
            "unit_row" | "unit_col" => {
                let axis = usize::from(id == "unit_col");
                let (number, problem) = parse_count(id, text, 0, size[axis] as u32 - 1);
                let number = number.filter(|_| problem.is_none()).ok_or_else(|| problem.expect("said why"))?;
                let mut unit = self.geometry.unit;
                unit[axis] = number as usize;
                self.look_from(unit);
                Ok(number.to_string())
            }
            "unit" => {
                let unit = self.read_unit(id, text)?;
                self.look_from(unit);
                Ok(format!("{},{}", unit[0], unit[1]))
            }
            "point" => {
                // A click on the picture at x,y; kept is the unit that looks there.
                let unit = match text.strip_prefix('u') {
                    Some(kept) => self.read_unit(id, kept)?,
                    None => {
                        let [x, y] = read_point(text)?;
                        self.geometry.unit_at(x, y)
                    }
                };
                self.look_from(unit);
                Ok(format!("u{},{}", unit[0], unit[1]))
            }
            "paint" => self.paint(text),
            _ => Err(Problem::new(Code::UnknownKey, id, text, "unit, unit_row, unit_col, point, paint")),
        }
    }

    /// `row,column` of a unit that exists.
    fn read_unit(&self, id: &str, text: &str) -> Result<[usize; 2], Problem> {
        let form = || Problem::new(Code::Malformed, id, text, "13,14");
        let (row, column) = text.split_once(',').ok_or_else(form)?;
        let size = self.geometry.stack.output().size;
        let mut unit = [0; 2];
        for (axis, field) in [row, column].into_iter().enumerate() {
            let (number, problem) = parse_count(id, field, 0, size[axis] as u32 - 1);
            match (number, problem) {
                (Some(number), None) => unit[axis] = number as usize,
                (_, problem) => return Err(problem.unwrap_or_else(form)),
            }
        }
        Ok(unit)
    }

    /// `x,y` begins a stroke with the present brush, `+x,y` leads it on; anything else is all paint as it was kept, nothing for
    /// a clean picture.
    fn paint(&mut self, text: &str) -> Result<String, Problem> {
        let mut strokes = (*self.paint).clone();
        match text.strip_prefix('+') {
            Some(next) => {
                let point = read_point(next)?;
                match strokes.last_mut() {
                    Some(stroke) => extend(stroke, point),
                    None => strokes.push(self.stroke(point)),
                }
            }
            None if text.split(',').count() == 2 => strokes.push(self.stroke(read_point(text)?)),
            None => {
                strokes = text.split('~').filter(|part| !part.is_empty()).map(read_stroke).collect::<Result<_, _>>()?
            }
        }
        if strokes.iter().map(|stroke| stroke.points.len()).sum::<usize>() > MOST_POINTS {
            return Err(Problem::new(Code::Full, "paint", "", MOST_POINTS.to_string()));
        }
        self.paint = Rc::new(strokes);
        let one = |stroke: &Stroke| {
            let places = stroke.points.iter().map(|[x, y]| format!(",{x},{y}"));
            format!("{}{}", stroke.radius, places.collect::<String>())
        };
        Ok(self.paint.iter().map(one).collect::<Vec<_>>().join("~"))
    }

    /// A stroke that begins.
    fn stroke(&self, point: [f64; 2]) -> Stroke {
        Stroke { radius: self.brush, points: vec![point.map(|place| rounded(place, self.brush))] }
    }

    /// The picture with this paint on it, or only with what of it lies outside of the box: RGB.
    pub(super) fn painted_rgb(&self, paint: &[Stroke], outside: bool) -> Vec<u8> {
        let mut rgb = (*self.rgb).clone();
        let width = self.size()[1];
        self.each_painted(paint, |y, x| {
            if !(outside && self.sees(y, x)) {
                rgb[(y * width + x) * 3..][..3].copy_from_slice(&PAINT);
            }
        });
        rgb
    }

    /// Every pixel of the picture under this paint, by row and column; one may come twice.
    pub(super) fn each_painted(&self, paint: &[Stroke], mut visit: impl FnMut(usize, usize)) {
        paint.iter().for_each(|stroke| stroke.covers(self.size(), &mut visit));
    }

    /// Whether some of this paint lies inside of the box, and some outside, on the picture.
    pub(super) fn sides(&self, paint: &[Stroke]) -> (bool, bool) {
        let (mut inside, mut outside) = (false, false);
        self.each_painted(paint, |y, x| if self.sees(y, x) { inside = true } else { outside = true });
        (inside, outside)
    }
}

/// Leads a stroke on, unless that would not be seen.
fn extend(stroke: &mut Stroke, point: [f64; 2]) {
    let point = point.map(|place| rounded(place, stroke.radius));
    let last = *stroke.points.last().expect("a stroke has a point");
    let least = (stroke.radius / 3.0).max(1.0);
    if squared_distance(point, last, last) >= least * least {
        stroke.points.push(point);
    }
}

/// As exact as a brush of this radius needs it: shorter addresses.
fn rounded(place: f64, radius: f64) -> f64 {
    let steps = if radius < BROAD { 10.0 } else { 1.0 };
    libm::round(place * steps) / steps
}

/// `x,y`.
fn read_point(text: &str) -> Result<[f64; 2], Problem> {
    let form = || Problem::new(Code::Malformed, "point", text, "x,y");
    let (x, y) = text.split_once(',').ok_or_else(form)?;
    let mut point = [0.0; 2];
    for (place, field) in point.iter_mut().zip([x, y]) {
        *place = read_number(field, 1e4)?;
    }
    Ok(point)
}

/// `radius,x,y,x,y`.
fn read_stroke(text: &str) -> Result<Stroke, Problem> {
    let fields: Vec<&str> = text.split(',').collect();
    if fields.len() < 3 || fields.len().is_multiple_of(2) {
        return Err(Problem::new(Code::Malformed, "paint", text, "radius,x,y,x,y"));
    }
    let radius = read_number(fields[0], 100.0)?.abs();
    let pairs = fields[1..].chunks_exact(2);
    let points = pairs.map(|pair| Ok([read_number(pair[0], 1e4)?, read_number(pair[1], 1e4)?]));
    Ok(Stroke { radius, points: points.collect::<Result<_, _>>()? })
}

/// A number of pixels, up to `most` in both directions.
fn read_number(text: &str, most: f64) -> Result<f64, Problem> {
    let (number, problem) = parse_number("point", text, -most, most);
    number.ok_or_else(|| problem.unwrap_or_else(|| Problem::new(Code::Malformed, "point", text, "x,y")))
}
