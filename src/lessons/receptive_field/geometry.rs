//! What the shapes alone say about one unit of the output: the table of layers, and the way back to the picture.
//!
//! Not its gradient (`pass.rs`). A *stop* is a map on the way back along the trunk: stop 0 is the output, the last one the
//! picture; relu and bn, which look at nothing but their own element, are no stops of their own.

use crate::analysis::receptive_field::{self, Branch, Field, Interval};
use crate::analysis::stack::{Map, Op, Slide, Stack};
use crate::scene::Rect;

/// Most units of a map, along one axis, that are followed one by one.
const MOST_UNITS: usize = 512;

/// A layer that changes what a unit sees.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its token; of a sum the sign.
    pub name: String,
    /// Its window by axis; none for a sum.
    pub window: [Option<Slide>; 2],
    /// How many sums it stands inside.
    pub depth: usize,
    /// Its branch of the innermost of them.
    pub branch: Branch,
    /// The map that it makes.
    pub output: Map,
    /// What units of its input see.
    pub before: [Field; 2],
    /// What units of its output see.
    pub after: [Field; 2],
    /// Of a sum: whether its branches look at different centres.
    pub misaligned: bool,
}

/// One unit and everything that it is made of.
#[derive(Clone, Debug)]
pub struct Geometry {
    /// The stack.
    pub stack: Stack,
    /// Its layers, numbered from 1 where they are shown.
    pub rows: Vec<Row>,
    /// The rows of the trunk, from the picture to the output.
    pub trunk: Vec<usize>,
    /// What units of the output see.
    pub field: [Field; 2],
    /// The unit: row and column.
    pub unit: [usize; 2],
    /// By stop, the unit's interval along each axis.
    back: [Vec<Interval>; 2],
    /// By stop, the rows and columns that really feed it; absent where there are too many.
    touched: [Option<Vec<Vec<i64>>>; 2],
}

impl Geometry {
    /// The central unit of a stack. The stack's fields must be small enough to be written (`setup` has looked).
    pub fn new(stack: Stack) -> Geometry {
        let steps = receptive_field::trace(&stack).expect("fields that can be written");
        let field = steps.last().map_or([Field::PIXEL; 2], |step| step.after);
        let shown = steps.iter().filter(|step| is_stop(&step.layer.op));
        let rows: Vec<Row> = shown
            .map(|step| Row {
                name: if step.layer.window(0).is_some() { step.layer.to_string() } else { "+".into() },
                window: [step.layer.window(0), step.layer.window(1)],
                depth: step.depth,
                branch: step.branch,
                output: step.layer.output,
                before: step.before,
                after: step.after,
                misaligned: step.misaligned.contains(&true),
            })
            .collect();
        let trunk = (0..rows.len()).filter(|row| rows[*row].depth == 0).collect();
        let unit = stack.output().size.map(|side| side / 2);
        let mut geometry =
            Geometry { stack, rows, trunk, field, unit, back: Default::default(), touched: Default::default() };
        geometry.look_from(unit);
        geometry
    }

    /// Turns to another unit; one that does not exist becomes the nearest.
    pub fn look_from(&mut self, unit: [usize; 2]) {
        let size = self.stack.output().size;
        self.unit = [0, 1].map(|axis| unit[axis].min(size[axis] - 1));
        for axis in 0..2 {
            self.back[axis] = self.stops(receptive_field::back(&self.stack, axis, self.unit[axis]));
            let touched = receptive_field::touched(&self.stack, axis, self.unit[axis], MOST_UNITS);
            self.touched[axis] = touched.map(|all| self.stops(all));
        }
    }

    /// Of one entry a layer (and one for the unit), those behind a stop.
    fn stops<T>(&self, all: Vec<T>) -> Vec<T> {
        let passed = self.stack.layers.iter().rev().map(|layer| is_stop(&layer.op));
        let kept = core::iter::once(true).chain(passed);
        all.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(entry, _)| entry).collect()
    }

    /// How many stops there are.
    pub fn count(&self) -> usize {
        self.trunk.len() + 1
    }

    /// The row that lies between stop `stop` - 1 and `stop`.
    pub fn row_before(&self, stop: usize) -> Option<usize> {
        self.trunk.get(self.trunk.len().checked_sub(stop)?).copied()
    }

    /// What units of the map at `stop` see.
    fn field_at(&self, stop: usize) -> [Field; 2] {
        self.row_before(stop + 1).map_or([Field::PIXEL; 2], |row| self.rows[row].after)
    }

    /// Where the middle of unit `u` of the map at `stop` lies on the picture.
    fn middle(&self, stop: usize, axis: usize, u: i64) -> f64 {
        let field = self.field_at(stop)[axis];
        u as f64 * field.jump as f64 + field.start() + 0.5
    }

    /// The smallest box, on the picture, around the middles of everything at `stop` that feeds the unit.
    pub fn opened(&self, stop: usize) -> Rect {
        let side = |axis: usize| {
            let (first, last) = self.back[axis][stop];
            (self.middle(stop, axis, first) - 0.5, self.middle(stop, axis, last) + 0.5)
        };
        let ((top, bottom), (left, right)) = (side(0), side(1));
        Rect { left, top, right, bottom }
    }

    /// The interval at the picture, found on the way back.
    pub fn seen_backward(&self, axis: usize) -> Interval {
        self.back[axis][self.count() - 1]
    }

    /// The same, from the forward formula.
    pub fn seen(&self, axis: usize) -> Interval {
        self.field[axis].of(self.unit[axis])
    }

    /// The box on the picture: what the unit sees, padding included.
    pub fn seen_rect(&self) -> Rect {
        let ((top, bottom), (left, right)) = (self.seen(0), self.seen(1));
        Rect { left: left as f64, top: top as f64, right: (right + 1) as f64, bottom: (bottom + 1) as f64 }
    }

    /// First and last pixel of the box that lie on the picture; nothing where it misses the picture.
    pub fn on_picture(&self, axis: usize) -> Option<(usize, usize)> {
        let (first, last) = self.seen(axis);
        let side = self.stack.input.size[axis] as i64;
        let (first, last) = (first.max(0), last.min(side - 1));
        (first <= last).then_some((first as usize, last as usize))
    }

    /// Whether a pixel lies in the box.
    pub fn sees(&self, y: usize, x: usize) -> bool {
        let within = |axis: usize, at: usize| {
            let (first, last) = self.seen(axis);
            (first..=last).contains(&(at as i64))
        };
        within(0, y) && within(1, x)
    }

    /// Whether the whole box lies on the picture.
    pub fn fits(&self) -> bool {
        (0..2).all(|axis| {
            let (first, last) = self.seen(axis);
            first >= 0 && last < self.stack.input.size[axis] as i64
        })
    }

    /// Places along `axis`, on the picture, of everything at `stop` that feeds the unit, `part` of the way from the stop
    /// before; nothing where there are too many.
    pub fn places(&self, stop: usize, axis: usize, part: f64) -> Option<Vec<f64>> {
        let all = self.touched[axis].as_ref()?;
        let at = |stop: usize| -> Vec<f64> { all[stop].iter().map(|u| self.middle(stop, axis, *u)).collect() };
        let here = at(stop);
        if stop == 0 || part >= 1.0 {
            return Some(here);
        }
        // Each comes out of the nearest one of the stop before.
        let parents = at(stop - 1);
        let nearest = |place: f64| {
            let next = parents.partition_point(|parent| *parent < place).min(parents.len() - 1);
            let (a, b) = (parents[next.saturating_sub(1)], parents[next]);
            if (place - a).abs() <= (b - place).abs() { a } else { b }
        };
        Some(here.into_iter().map(|place| nearest(place) + (place - nearest(place)) * part).collect())
    }

    /// The unit whose field has its middle nearest to a point of the picture.
    pub fn unit_at(&self, x: f64, y: f64) -> [usize; 2] {
        let size = self.stack.output().size;
        let nearest = |axis: usize, place: f64| {
            let field = self.field[axis];
            let unit = (place - 0.5 - field.start()) / field.jump as f64;
            libm::round(unit).clamp(0.0, (size[axis] - 1) as f64) as usize
        };
        [nearest(0, y), nearest(1, x)]
    }

    /// Whether a sum looks at different centres anywhere.
    pub fn misaligned(&self) -> bool {
        self.rows.iter().any(|row| row.misaligned)
    }

    /// Whether branches meet anywhere.
    pub fn branches(&self) -> bool {
        self.rows.iter().any(|row| row.depth > 0)
    }

    /// Whether the two axes see differently.
    pub fn lopsided(&self) -> bool {
        self.field[0] != self.field[1]
    }
}

/// Whether a layer changes what units see.
fn is_stop(op: &Op) -> bool {
    !matches!(op, Op::Relu | Op::Norm)
}
