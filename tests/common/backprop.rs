//! Random states of the backprop lesson, as addresses; what becomes of their claims; the switches that break them.

use tensorscope::lessons::{Tally, find};
use tensorscope::rng::Rng;
use tensorscope::session::Run;

/// The least relative change of a gradient that makes a network a broken one: a switch that changes less, such as the updated
/// weights of a network that hardly learns, changes nothing that seven digits show.
const CHANGE: f64 = 1e-6;

/// The figure of a state, arrived at its step.
fn figure(state: &str) -> Run {
    let mut run = Run::new(find("backprop").expect("a lesson"), state);
    run.work(u32::MAX);
    run
}

/// What becomes of the claims of a state.
pub fn prove(state: &str) -> Tally {
    Tally::of(&figure(state).lesson().claims())
}

/// What a switch does to a network.
pub enum Broken {
    /// No gradient changes, as without a hidden layer.
    Unchanged,
    /// Some do.
    Changes {
        /// With the switch.
        state: String,
        /// What becomes of the claims.
        tally: Tally,
    },
}

/// The network of `state` with a random switch; whether that changes a gradient is read off the numbers shown, with the switch
/// and without it at the same parameters.
pub fn break_it(rng: &mut Rng, state: &str) -> Broken {
    let fault = one(rng, &["no_slope", "no_transpose", "updated_w", "sum"]);
    let state = format!("{state}&break={fault}");
    let mut run = figure(&state);
    let gradients = |run: &Run| -> Vec<f64> {
        let readouts = run.lesson().readouts(run.at());
        readouts.into_iter().filter(|readout| readout.id.starts_with("grad_")).map(|readout| readout.value).collect()
    };
    let (tally, broken) = (Tally::of(&run.lesson().claims()), gradients(&run));
    assert_eq!(run.set("break", "none"), None, "{state}");
    let right = gradients(&run);
    let changed = |(right, broken): (&f64, &f64)| {
        let same = (right - broken).abs() <= CHANGE * right.abs().max(broken.abs());
        right.is_finite() && !same
    };
    let changes = right.iter().zip(&broken).any(changed);
    if changes { Broken::Changes { state, tally } } else { Broken::Unchanged }
}

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
