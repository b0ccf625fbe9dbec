//! What the reader does to the picture: choosing a unit, painting. Each is kept as one text that says everything, so that a
//! replay does not depend on the tool that is chosen then: `u13,14` and, behind bars, the dabs of paint `|x,y,radius`.

use super::{Dab, Lens, Painted, Tool, pass};
use crate::lessons::config::{parse_count, parse_number};
use crate::lessons::problem::{Code, Problem};
use std::rc::Rc;

/// Most dabs of paint.
const MOST_DABS: usize = 64;
/// The colour of the paint; no cat has it.
const PAINT: [u8; 3] = [255, 0, 140];

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
                self.refresh_value();
                Ok(number.to_string())
            }
            "unit" => {
                let unit = self.read_unit(id, text)?;
                self.look_from(unit);
                self.refresh_value();
                Ok(text.trim().into())
            }
            "point" => self.point(text),
            _ => Err(Problem::new(Code::UnknownKey, id, text, "unit, unit_row, unit_col, point")),
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

    /// A click at `x,y` (with a third field: with the other tool), or the whole state as it was kept.
    fn point(&mut self, text: &str) -> Result<String, Problem> {
        if let Some(kept) = text.strip_prefix('u') {
            let mut parts = kept.split('|');
            let unit = self.read_unit("point", parts.next().unwrap_or_default())?;
            let dabs: Vec<Dab> = parts.take(MOST_DABS).map(|part| self.read_dab(part)).collect::<Result<_, _>>()?;
            self.look_from(unit);
            self.paint = Rc::new(dabs);
        } else {
            let (place, other) = match text.match_indices(',').nth(1) {
                Some((at, _)) => (&text[..at], true),
                None => (text, false),
            };
            let dab = self.read_dab(&format!("{place},{}", self.brush))?;
            if (self.tool == Tool::Brush) != other {
                if self.paint.len() == MOST_DABS {
                    return Err(Problem::new(Code::TooLong, "point", "", MOST_DABS.to_string()));
                }
                Rc::make_mut(&mut self.paint).push(dab);
            } else {
                self.look_from(self.geometry.unit_at(dab.x, dab.y));
            }
        }
        self.refresh_value();
        let [row, column] = self.geometry.unit;
        let dabs = self.paint.iter().map(|Dab { x, y, radius }| format!("|{x},{y},{radius}"));
        Ok(format!("u{row},{column}{}", dabs.collect::<String>()))
    }

    /// `x,y,radius`.
    fn read_dab(&self, text: &str) -> Result<Dab, Problem> {
        let form = || Problem::new(Code::Malformed, "point", text, "x,y");
        let fields: Vec<&str> = text.split(',').collect();
        let [x, y, radius] = fields[..] else { return Err(form()) };
        let number = |text: &str, most: f64| {
            let (number, problem) = parse_number("point", text, -most, most);
            number.ok_or_else(|| problem.unwrap_or_else(form))
        };
        // To a tenth of a pixel: shorter addresses.
        let tenth = |value: f64| libm::round(value * 10.0) / 10.0;
        Ok(Dab { x: tenth(number(x, 1e4)?), y: tenth(number(y, 1e4)?), radius: tenth(number(radius, 100.0)?).abs() })
    }

    /// The picture with the paint on it: RGB.
    pub(super) fn painted_rgb(&self) -> Vec<u8> {
        let mut rgb = (*self.rgb).clone();
        let width = self.size()[1];
        if self.paint.is_empty() {
            return rgb;
        }
        for (at, pixel) in rgb.chunks_exact_mut(3).enumerate() {
            let (x, y) = ((at % width) as f64 + 0.5, (at / width) as f64 + 0.5);
            let covers = |dab: &Dab| (x - dab.x) * (x - dab.x) + (y - dab.y) * (y - dab.y) <= dab.radius * dab.radius;
            if self.paint.iter().any(covers) {
                pixel.copy_from_slice(&PAINT);
            }
        }
        rgb
    }

    /// The unit's number, computed on both pictures in full, where there is paint.
    fn refresh_value(&mut self) {
        self.painted = None;
        if self.paint.is_empty() || !pass::is_affordable(&self.net, pass::PASS) {
            return;
        }
        let input = |rgb: &[u8]| pass::Input::of_rgb(rgb, self.net.input);
        let clean = pass::value(&self.geometry, &self.net, &input(&self.rgb), self.seed, None);
        let after = pass::value(&self.geometry, &self.net, &input(&self.painted_rgb()), self.seed, Some(&clean));
        self.painted = Some(Painted { before: clean.value, after: after.value });
    }
}
