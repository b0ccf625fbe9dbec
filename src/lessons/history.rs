//! The past of a run in numbers: the metrics of the manifest, step by step.
//!
//! A lesson reads it, and `session::run` writes it; it knows neither.

/// The metrics of every step that has been reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    columns: Vec<Vec<f64>>,
}

impl History {
    /// An empty record of so many metrics.
    pub fn new(metrics: usize) -> History {
        History { columns: vec![Vec::new(); metrics] }
    }

    /// The values of the metric at `index` in the manifest, from step 0 on.
    pub fn metric(&self, index: usize) -> &[f64] {
        &self.columns[index]
    }

    /// All metrics, in the order of the manifest.
    pub fn metrics(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// How many steps are recorded, step 0 included.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Records the next step: a value for each metric.
    pub fn push(&mut self, row: &[f64]) {
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push(*value);
        }
    }

    /// Keeps the first `steps` steps.
    pub fn truncate(&mut self, steps: usize) {
        self.columns.iter_mut().for_each(|column| column.truncate(steps));
    }

    /// Writes the metric at `index` anew, for all steps that are recorded.
    pub fn rewrite(&mut self, index: usize, values: &[f64]) {
        self.columns[index].copy_from_slice(values);
    }
}
