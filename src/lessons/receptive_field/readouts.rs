//! Every number that the figure shows, in reading order.

use super::{Lens, MEASURED, PIXELS};
use crate::analysis::receptive_field::Field;
use crate::lessons::Readout;
use crate::scene::Format;

impl Lens {
    pub(super) fn numbers(&self) -> Vec<Readout> {
        let geometry = &self.geometry;
        let mut all = Vec::new();
        let mut put = |id: &str, value: f64, format: Format, main: bool| {
            all.push(Readout { id: id.into(), value, format, main });
        };
        let [down, across] = geometry.field;
        let four = |field: Field| {
            [
                ("r", field.size() as f64, PIXELS),
                ("jump", field.jump as f64, PIXELS),
                ("start", field.start(), MEASURED),
                ("padding", field.padding() as f64, PIXELS),
            ]
        };
        for (id, value, format) in four(down) {
            put(id, value, format, true);
        }
        if geometry.lopsided() {
            for (id, value, format) in four(across) {
                put(&format!("{id}_x"), value, format, id == "r");
            }
        }
        if geometry.branches() {
            put("longest", down.longest.max(across.longest) as f64, PIXELS, false);
            put("misaligned", f64::from(u8::from(geometry.misaligned())), PIXELS, false);
        }
        put("unit_row", geometry.unit[0] as f64, PIXELS, false);
        put("unit_col", geometry.unit[1] as f64, PIXELS, false);
        let ((top, bottom), (left, right)) = (geometry.seen(0), geometry.seen(1));
        for (id, value) in [("left", left), ("top", top), ("right", right), ("bottom", bottom)] {
            put(id, value as f64, PIXELS, false);
        }
        put("passes", f64::from(self.heat.heard), PIXELS, false);
        for (id, axis) in [("variance_y", 0), ("variance_x", 1)] {
            if let Some(variance) = self.variance(axis) {
                put(id, variance, MEASURED, axis == 1 || self.reader.is_some());
            }
            if let Some(variance) = self.untrained.variance(self.size(), axis) {
                put(&format!("untrained_{id}"), variance, MEASURED, true);
            }
        }
        if let Some(middle) = self.middle() {
            put("middle", middle, MEASURED, true);
        }
        if let Some(middle) = self.untrained.middle(geometry) {
            put("untrained_middle", middle, MEASURED, false);
        }
        if let (Some(reader), Some(said)) = (&self.reader, self.said) {
            put("digit", f64::from(reader.label(self.shown())), PIXELS, false);
            put("said", said as f64, PIXELS, false);
        }
        if let Some(painted) = &self.painted {
            put("value", painted.before, MEASURED, false);
            put("value_painted", painted.after, MEASURED, false);
            // The difference of two f32 is exact in f64: 0 here is 0.
            put("changed", painted.after - painted.before, Format::Significant(3), true);
            if let Some(outside) = painted.outside {
                put("changed_outside", outside - painted.before, Format::Significant(3), true);
            }
        }
        for (l, row) in (1..).zip(&geometry.rows) {
            for (id, value, format) in four(row.after[0]) {
                put(&format!("{id}{l}"), value, format, false);
            }
        }
        all
    }
}
