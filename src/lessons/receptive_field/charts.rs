//! The charts: what each layer adds, where the unit really looks, how many paths see how much.

use super::{Lens, PIXELS};
use crate::analysis::receptive_field::{self, Path};
use crate::lessons::At;
use crate::scene::{Axis, Bar, Bars, Curve, Format, Name, Scale, Series};

/// Most bars of the chart of paths; more fields than that are put together.
const MOST_BARS: usize = 20;

fn scale(label: &'static str, range: Option<(f64, f64)>) -> Axis {
    Axis { label, scale: Scale::Linear, range }
}

impl Lens {
    /// What each layer of the trunk adds to the field: d (k - 1) j. Those that the light has passed are lit.
    pub(super) fn terms(&self, at: At) -> Bars {
        let geometry = &self.geometry;
        let passed = geometry.trunk.len() - at.moment.min(geometry.trunk.len());
        let bar = |(nth, row): (usize, &usize)| {
            let (before, after) = (geometry.rows[*row].before[0], geometry.rows[*row].after[0]);
            Bar {
                name: Name::Symbol((row + 1).to_string()),
                value: (after.size() - before.size()) as f64,
                style: if nth >= passed { 0 } else { 5 },
                mark: None,
            }
        };
        Bars { y: scale("axis.adds", None), bars: geometry.trunk.iter().enumerate().map(bar).collect(), format: PIXELS }
    }

    /// The effective field row by row (axis 0) or column by column, the bell of the same variance, and the box.
    pub(super) fn profiles(&self, axis: usize) -> Curve {
        let width = self.size()[axis];
        let (first, last) = self.geometry.seen(axis);
        let size = (last - first + 1) as f64;
        let flat = |x: usize| {
            let inside = (first..=last).contains(&(x as i64));
            if inside { 100.0 / size } else { 0.0 }
        };
        let mut series = vec![Series {
            name: Name::Key("series.box"),
            style: 0,
            start: 0.0,
            stride: 1.0,
            y: (0..width).map(flat).collect(),
        }];
        if let (Some(profile), Some(variance)) = (self.profile(axis), self.variance(axis)) {
            let mean: f64 = profile.iter().enumerate().map(|(x, share)| x as f64 * share).sum();
            let height = 100.0 / libm::sqrt(core::f64::consts::TAU * variance);
            let bell = |x: usize| {
                let distance = x as f64 - mean;
                height * libm::exp(-0.5 * distance * distance / variance)
            };
            let bell = (0..width).map(bell).collect::<Vec<_>>();
            let shares = profile.iter().map(|share| 100.0 * share).collect();
            for (name, style, y) in [("series.effective", 1, shares), ("series.bell", 2, bell)] {
                series.push(Series { name: Name::Key(name), style, start: 0.0, stride: 1.0, y });
            }
        }
        if let Some(profile) = self.untrained.profile(self.size(), axis) {
            let y = profile.iter().map(|share| 100.0 * share).collect();
            series.push(Series { name: Name::Key("series.untrained"), style: 3, start: 0.0, stride: 1.0, y });
        }
        Curve {
            x: scale(["axis.row", "axis.column"][axis], Some((0.0, width as f64 - 1.0))),
            y: scale("axis.share", None),
            series,
            cursor: None,
        }
    }

    /// How many single paths have which field; only where branches meet.
    pub(super) fn paths(&self) -> Option<Bars> {
        if !self.geometry.branches() {
            return None;
        }
        let paths = receptive_field::paths(&self.geometry.stack, 0)?;
        let size = |path: &Path| path.high - path.low + 1;
        let (least, most) = (size(paths.first()?), size(paths.last()?));
        let total: f64 = paths.iter().map(|path| path.count as f64).sum();
        let mut fields: Vec<i64> = paths.iter().map(size).collect();
        fields.dedup();
        let wide = if fields.len() <= MOST_BARS { 0 } else { (most - least) / MOST_BARS as i64 + 1 };
        let mut bars: Vec<(i64, i64, f64)> = Vec::new();
        for path in &paths {
            let field = size(path);
            match bars.last_mut() {
                Some((from, to, sum)) if field - *from < wide.max(1) || field == *to => {
                    *to = field;
                    *sum += path.count as f64;
                }
                _ => bars.push((field, field, path.count as f64)),
            }
        }
        let bar = |(from, to, sum): (i64, i64, f64)| Bar {
            name: Name::Symbol(if from == to { from.to_string() } else { format!("{from}–{to}") }),
            value: 100.0 * sum / total,
            style: 0,
            mark: None,
        };
        Some(Bars {
            y: scale("axis.paths", None),
            bars: bars.into_iter().map(bar).collect(),
            format: Format::Significant(2),
        })
    }
}
