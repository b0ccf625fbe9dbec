//! Keeps labels apart along a line.
//!
//! Not placing in the plane (see `network::label`): the labels at the right end of a chart, or beside its cursor, may only
//! move up and down.

use super::sheet::within;

/// Positions as near as possible (least squares) to the `wanted` ones, in their order, at least `apart` from each other and
/// inside `low..=high`. Where they cannot all fit, only as many are placed as can, the first ones given; the others are
/// `None`. Not a number is not placed.
pub(super) fn spread(wanted: &[f64], apart: f64, low: f64, high: f64) -> Vec<Option<f64>> {
    let room = if high >= low { ((high - low) / apart + 1e-9).floor() as usize + 1 } else { 0 };
    let mut order: Vec<usize> = Vec::new();
    for index in (0..wanted.len()).filter(|&index| wanted[index].is_finite()).take(room) {
        order.insert(order.partition_point(|&other| wanted[other] <= wanted[index]), index);
    }

    // Neighbours that would touch become a block; a block stands where the mean of its members wants it to.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let start = |sum: f64, count: usize| {
        let length = apart * (count - 1) as f64;
        within(sum / count as f64, low, (high - length).max(low))
    };
    for &index in &order {
        let (mut sum, mut count) = (wanted[index], 1);
        while let Some(&(before, members)) = blocks.last() {
            if start(before, members) + apart * members as f64 <= start(sum, count) {
                break;
            }
            // Wishes are sums of where a block's first member would start.
            sum = before + sum - apart * (members * count) as f64;
            count += members;
            blocks.pop();
        }
        blocks.push((sum, count));
    }
    let mut places = vec![None; wanted.len()];
    let mut next = order.iter();
    for (sum, count) in blocks {
        let first = start(sum, count);
        for member in 0..count {
            if let Some(&index) = next.next() {
                places[index] = Some(first + apart * member as f64);
            }
        }
    }
    places
}
