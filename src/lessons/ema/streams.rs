//! The streams of scene A, made from a seed: what a figure about smoothing needs to show.
//!
//! Not measured data: each is one feature that an average meets (a season with noise, jumps, an outlier, a drift, nothing).

use super::LENGTH;
use crate::rng::Rng;

/// Options of the control `stream`.
pub const NAMES: &[&str] = &["temperature", "steps", "spike", "trend", "constant"];

/// Stream of the seed.
const STREAM_DATA: u64 = 20;

/// Days of a year.
const YEAR: f64 = 365.0;
/// Elements between two jumps.
const PLATEAU: usize = 40;
/// The element that is an outlier, and how high it is.
const SPIKE: (usize, f64) = (30, 40.0);

/// theta_1 to theta_1000 of the stream at `index` in [`NAMES`].
pub fn make(index: usize, level: f64, seed: u32) -> Vec<f64> {
    let mut rng = Rng::new(seed.into(), STREAM_DATA + index as u64);
    // Weather: today's deviation is most of yesterday's and something new.
    let mut weather = 0.0;
    (0..LENGTH)
        .map(|i| {
            let t = i as f64;
            let noise = rng.normal();
            match NAMES[index] {
                "temperature" => {
                    weather = 0.55 * weather + 2.6 * noise;
                    // Degrees Celsius of a temperate place, from April on.
                    round(12.0 + 10.0 * libm::sin(core::f64::consts::TAU * t / YEAR) + weather)
                }
                "steps" => {
                    let plateau = [2.0, 8.0, 4.0, 10.0, 6.0][i / PLATEAU % 5];
                    round(plateau + 0.6 * noise)
                }
                "spike" => round(if i + 1 == SPIKE.0 { SPIKE.1 } else { 5.0 + 0.8 * noise }),
                "trend" => round(0.1 * t + 1.5 * noise),
                _ => level,
            }
        })
        .collect()
}

/// Two digits after the point: what a thermometer says, and what fits into a copied program.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
