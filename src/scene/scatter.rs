//! Points in a plane.

use super::axis::{Axis, Fit, Span};
use super::chart::{Chart, Layout};
use super::frame::{Frame, Side};
use super::points::{self, Point};
use super::reading::{Reading, place, plane};
use super::rows::Rows;
use super::sheet::{Drawn, Sheet, Xy};
use super::words::Words;

/// Points in a plane.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Scatter {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The points.
    pub points: Vec<Point>,
}

impl Chart for Scatter {
    type Layout<'a> = Frame<'a>;

    fn layout<'a>(&'a self, (width, height): (f64, f64), words: &'a Words) -> Option<Frame<'a>> {
        let points = || self.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
        let x = Span::of(&self.x, points().map(|point| point.x), Fit::Airy)?;
        let y = Span::of(&self.y, points().map(|point| point.y), Fit::Airy)?;
        let x = Side { span: x, label: words.get(self.x.label), whole: false };
        let y = Side { span: y, label: words.get(self.y.label), whole: false };
        let frame = Frame::plan(width, height, Some(x), y, 0.0);
        Some(if self.x.range.is_some() && self.y.range.is_some() { frame.square() } else { frame })
    }

    fn draw(&self, sheet: &Sheet, frame: &Frame) -> Drawn {
        frame.draw(sheet)?;
        points::draw(sheet, &self.points, frame, |class| sheet.palette.of(class))
    }

    /// The point nearest to the place.
    fn reading(&self, frame: &Frame, at: Xy, words: &Words) -> Option<Reading> {
        frame.locate(at)?;
        let far = |point: &Point| libm::hypot(frame.across(point.x) - at.0, frame.up(point.y) - at.1);
        let point = self.points.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
        let name = plane(words, [&self.x, &self.y], (point.x, point.y));
        let mut said = Reading::through(frame, frame.across(point.x), &name);
        said.line(frame.up(point.y), point.class, words.get("chart.class"), place(f64::from(point.class)));
        Some(said)
    }

    fn table(&self, title: &str, words: &Words) -> String {
        let class = words.get("chart.class");
        let mut rows = Rows::new(title, class, 1, words);
        rows.head(words.get(self.x.label), [words.get(self.y.label), class].into_iter());
        for point in &self.points {
            rows.row(&place(point.x), [Some(point.y), Some(point.class.into())].into_iter());
        }
        rows.into_text()
    }
}
