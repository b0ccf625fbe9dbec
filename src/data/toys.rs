//! Points in the plane with two classes, made from a seed: no file, no licence.
//!
//! Not images: those come from files with their provenance beside them.

use crate::rng::Rng;

/// A point of the plane and its class, 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labelled {
    /// Coordinates.
    pub x: [f64; 2],
    /// Class.
    pub class: u8,
}

/// The four corners of the unit square; a corner's class is the exclusive or of its coordinates.
pub fn xor() -> Vec<Labelled> {
    [(0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)]
        .map(|(x, y, class)| Labelled { x: [x, y], class })
        .to_vec()
}

/// `n` points, classes in turn: a disc of radius 0.4 inside a ring of radius 0.7 to 1.
pub fn circles(n: usize, rng: &mut Rng) -> Vec<Labelled> {
    (0..n)
        .map(|i| {
            let class = (i % 2) as u8;
            // The square root spreads the points of the disc evenly over its area.
            let radius = if class == 0 { 0.4 * rng.uniform().sqrt() } else { rng.range(0.7, 1.0) };
            polar(radius, rng.range(0.0, core::f64::consts::TAU), class)
        })
        .collect()
}

/// `n` points, classes in turn: two spirals of one turn, half a turn apart, with a little noise.
pub fn spiral(n: usize, rng: &mut Rng) -> Vec<Labelled> {
    let arm = n.div_ceil(2).max(2) - 1;
    (0..n)
        .map(|i| {
            let class = (i % 2) as u8;
            let along = (i / 2) as f64 / arm as f64;
            let angle = core::f64::consts::TAU * 0.9 * along + core::f64::consts::PI * f64::from(class);
            let point = polar(0.08 + 0.9 * along, angle, class);
            Labelled { x: point.x.map(|v| v + rng.range(-0.03, 0.03)), class }
        })
        .collect()
}

/// The point at `radius` and `angle` (radians).
fn polar(radius: f64, angle: f64, class: u8) -> Labelled {
    Labelled { x: [radius * libm::cos(angle), radius * libm::sin(angle)], class }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_balanced_and_points_stay_in_the_square() {
        for points in [circles(100, &mut Rng::new(1, 0)), spiral(100, &mut Rng::new(1, 0))] {
            assert_eq!(points.iter().filter(|point| point.class == 1).count(), 50);
            assert!(points.iter().all(|point| point.x.iter().all(|v| v.abs() <= 1.05)));
        }
    }
}
