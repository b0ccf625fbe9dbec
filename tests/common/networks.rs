//! Random states of the backprop lesson, as addresses.

use tensorscope::rng::Rng;

/// One of `options`.
fn one<'a>(rng: &mut Rng, options: &[&'a str]) -> &'a str {
    options[rng.below(options.len() as u32) as usize]
}

/// A state of the lesson: any data, 2 to 5 layers of 1 to 8 nodes, every activation, loss and initialisation, learning rates from
/// 0.001 to 10, trained for so many steps at most. In one of eight a weight or an input is edited to something large.
pub fn network(rng: &mut Rng, most_steps: u32) -> String {
    let data = one(rng, &["single", "xor", "circles", "spiral", "own"]);
    let layers = 2 + rng.below(4) as usize;
    let mut sizes: Vec<u32> = (0..layers).map(|_| 1 + rng.below(8)).collect();
    if data != "single" {
        (sizes[0], sizes[layers - 1]) = (2, 2);
    }
    let sizes = sizes.iter().map(u32::to_string).collect::<Vec<_>>().join("-");
    let activation = one(rng, &["sigmoid", "tanh", "relu"]);
    let loss = one(rng, &["mse", "softmax_mse", "cross_entropy"]);
    let init = one(rng, &["xavier", "he"]);
    let lr = 10f64.powf(-3.0 + 4.0 * rng.below(1001) as f64 / 1000.0);
    let step = if rng.below(4) == 0 { 0 } else { rng.below(most_steps + 1) };
    let (seed, train_bias) = (rng.below(10_000), rng.below(2));
    let edit = match rng.below(16) {
        0 => format!("&at={step}:w1_1_1:{}", rng.below(2001) as f64 - 1000.0),
        1 => format!("&at=0:x1_1:{}", rng.below(2001) as f64 - 1000.0),
        _ => String::new(),
    };
    format!(
        "data={data}&layers={sizes}&activation={activation}&loss={loss}&init={init}&lr={lr:.4}&train_bias={train_bias}\
         &seed={seed}&step={step}{edit}"
    )
}
