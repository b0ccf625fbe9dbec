//! The charts: loss over the run, |delta| by layer, the decision surface.

use super::{Backprop, SHORT};
use crate::lessons::At;
use crate::lessons::backprop::net::Trace;
use crate::scene::{Axis, Bar, Bars, Curve, Heatmap, Name, Point, Scale, Series};

/// Cells of the decision surface along each side.
const CELLS: usize = 48;

impl Backprop {
    /// Loss by step, as far as the run has been.
    pub(super) fn loss_curve(&self, at: At) -> Curve {
        let y = at.history.metric(0).to_vec();
        Curve {
            x: Axis { label: "axis.step", scale: Scale::Linear, range: Some((0.0, y.len().max(11) as f64 - 1.0)) },
            y: Axis { label: "axis.loss", scale: Scale::Linear, range: None },
            series: vec![Series { name: Name::Key("loss"), style: 0, start: 0.0, stride: 1.0, y }],
            cursor: Some(f64::from(at.step)),
        }
    }

    /// Mean |delta| of each layer; the mark is where it began.
    pub(super) fn delta_bars(&self) -> Bars {
        let bar = |l: usize| Bar {
            name: Name::Symbol(format!("δ{}", ["⁰", "¹", "²", "³", "⁴"][l])),
            value: self.trace.mean_delta(l),
            style: 1,
            mark: Some(self.first_deltas[l - 1]),
        };
        Bars {
            y: Axis { label: "axis.mean_delta", scale: Scale::Log, range: None },
            bars: (1..=self.net.last()).map(bar).collect(),
            format: SHORT,
        }
    }

    /// o2 - o1 over the plane, with the samples; only where the inputs are points of a plane.
    pub(super) fn surface(&self) -> Option<Heatmap> {
        let (low, high) = self.samples.plane?;
        let at = |cell: usize| low + (high - low) * (cell as f64 + 0.5) / CELLS as f64;
        let inputs: Vec<f64> = (0..CELLS * CELLS).flat_map(|i| [at(i % CELLS), at(CELLS - 1 - i / CELLS)]).collect();
        let mut trace = Trace { samples: CELLS * CELLS, ..Trace::default() };
        trace.z.resize(self.net.sizes.len(), Vec::new());
        trace.a.resize(self.net.sizes.len(), Vec::new());
        trace.a[0] = inputs;
        for l in 1..=self.net.last() {
            self.net.forward_layer(l, &self.net.params, &mut trace);
        }
        let points = self.samples.inputs.chunks_exact(2).zip(self.samples.targets.chunks_exact(2)).enumerate();
        let axis = |label| Axis { label, scale: Scale::Linear, range: Some((low, high)) };
        Some(Heatmap {
            x: axis("axis.x1"),
            y: axis("axis.x2"),
            cols: CELLS,
            values: trace.a[self.net.last()].chunks_exact(2).map(|o| (o[1] - o[0]) as f32).collect(),
            middle: 0.0,
            reach: 1.0,
            points: points
                .map(|(s, (x, t))| Point { x: x[0], y: x[1], class: u8::from(t[1] > t[0]), marked: s == self.shown() })
                .collect(),
        })
    }
}
