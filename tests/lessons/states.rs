//! States of the lessons, drawn from a seed, and what a copied program printed beside what the figure says.
//!
//! Not the running of the programs (`tests/soak/programs.rs`).

#![allow(dead_code, reason = "each test is a program of its own and uses a part of this")]

use tensorscope::analysis::stack::Stack;
use tensorscope::lessons::find;
use tensorscope::rng::Rng;
use tensorscope::session::Run;

/// States of each lesson that are drawn.
pub const COUNT: usize = 200;

/// States in which a program once printed another number than the figure, or none: lesson, state, readout, value.
pub const NAMED: &[(&str, &str, &str, f64)] = &[
    // A learning rate that was changed on the way.
    ("ema", "preset=network&at=20:lr:0.05&step=60", "live_loss", 1.41806),
    // Random weights and the layers as they are, not equal weights.
    ("receptive-field", "preset=first&step=1", "variance_x", 210.156),
    ("receptive-field", "stack=input9x9x3+res(conv3x3p1)&weights=uniform&step=1", "variance_x", 1.0 / 3.0),
    (
        "receptive-field",
        "stack=input16x16x1+res(conv3x1p1+conv3x1p1+conv3x1p1)&weights=uniform&step=1",
        "variance_x",
        1.0,
    ),
    // A unit that sees only padding has no gradient.
    ("receptive-field", "stack=input4x4x3+conv1x8p6&at=0:unit:0,0", "passes", 0.0),
    ("receptive-field", "stack=input4x4x3+conv1x8p6&weights=uniform&at=0:unit:0,0&step=2", "passes", 0.0),
    // Passes that are too large for the figure.
    ("receptive-field", "stack=input512x512x3+conv3x4096p1+conv3x4096p1&step=1", "passes", 0.0),
    // Mistakes made on purpose: not what autograd finds.
    ("backprop", "break=no_slope&step=1", "grad_w1_1_1", 4.50633e-4),
    ("backprop", "break=no_transpose&step=3", "grad_w1_1_1", 3.33249e-4),
    ("backprop", "break=updated_w&step=3", "grad_w1_1_1", 1.64695e-4),
    ("backprop", "preset=xor&break=sum&step=2", "grad_w1_1_1", 0.0425590),
    // Shapes that do not fit: the gradient is no number, and its weight stays.
    ("backprop", "preset=xor&break=no_transpose&step=2", "grad_w1_1_1", f64::NAN),
    // What was edited on the way, in the past, and with a broken sensor.
    ("backprop", "at=1:w1_1_1:0.7;2:x1_2:-0.25;2:t1_1:0.5;3:lr:2&step=4", "loss", 0.0441442),
    ("backprop", "preset=xor&at=2:point:0.5,0.5,1;3:train_bias:0&step=4", "loss", 0.686730),
    ("ema", "preset=spike&beta=0.5&step=100&at=50:theta_20:1e30", "v", 413_594.66),
    ("ema", "step=12&at=3:theta_5:nan", "theta_5", f64::NAN),
    // Paint, in and outside of the box; the network that has learned.
    ("receptive-field", "preset=bell&at=0:paint:4,30,30,40,34~3,2,2&step=1", "changed_outside", 0.0),
    ("receptive-field", "preset=trained&at=0:paint:3,10,12&step=2", "changed", 1.45800),
];

/// The lesson in a state, arrived at its step.
pub fn run(lesson: &str, state: &str) -> Run {
    let mut run = Run::new(find(lesson).expect("a lesson of the registry"), state);
    run.work(u32::MAX);
    run
}

/// The named states of a lesson, then [`COUNT`] drawn ones, as the figure itself writes them.
pub fn states(lesson: &str) -> Vec<String> {
    let draw = match lesson {
        "backprop" => backprop,
        "ema" => ema,
        "receptive-field" => receptive_field,
        _ => return presets(lesson),
    };
    let mut rng = Rng::new(2026, lesson.len() as u64);
    let named = NAMED.iter().filter(|(of, ..)| *of == lesson).map(|(_, state, ..)| state.to_string());
    named.chain((0..COUNT).map(|nth| run(lesson, &draw(&mut rng, nth)).state())).collect()
}

/// Presets of a lesson that has no generator of its own, with other seeds and steps.
fn presets(lesson: &str) -> Vec<String> {
    let presets = find(lesson).expect("a lesson of the registry").manifest.presets;
    let state =
        |nth: usize| format!("preset={}&seed={nth}&step={}", presets[nth % presets.len()].id, nth / presets.len() % 4);
    (0..COUNT).map(state).collect()
}

fn pick<'a>(rng: &mut Rng, all: &[&'a str]) -> &'a str {
    all[rng.below(all.len() as u32) as usize]
}

/// From `low` to `high`, both included.
fn between(rng: &mut Rng, low: u32, high: u32) -> u32 {
    low + rng.below(high - low + 1)
}

fn chance(rng: &mut Rng, of_a_hundred: u32) -> bool {
    rng.below(100) < of_a_hundred
}

/// Evenly in the logarithm.
fn log_range(rng: &mut Rng, low: f64, high: f64) -> f64 {
    let exact = low * (high / low).powf(rng.uniform());
    // Three digits, so that an address stays short.
    format!("{exact:.2e}").parse().expect("a number")
}

/// A state of the parts, with a journal.
fn joined(mut parts: Vec<String>, mut journal: Vec<(u32, String)>) -> String {
    journal.sort_by_key(|(step, _)| *step);
    let entries: Vec<String> = journal.iter().map(|(step, change)| format!("{step}:{change}")).collect();
    if !entries.is_empty() {
        parts.push(format!("at={}", entries.join(";")));
    }
    parts.join("&")
}

fn backprop(rng: &mut Rng, nth: usize) -> String {
    let presets = ["mazur", "xor", "circles", "spiral", "vanish", "relu"];
    let mut parts = vec![format!("seed={}", rng.below(10_000))];
    let preset = nth.is_multiple_of(4).then(|| presets[nth / 4 % presets.len()]);
    let data = pick(rng, &["single", "xor", "circles", "spiral", "own"]);
    if let Some(preset) = preset {
        parts.insert(0, format!("preset={preset}"));
    } else {
        let mut sizes: Vec<u32> = (0..between(rng, 2, 5)).map(|_| between(rng, 1, 8)).collect();
        if chance(rng, 30) {
            let hidden = between(rng, 1, 8);
            sizes.fill(hidden);
        }
        if data != "single" {
            let last = sizes.len() - 1;
            (sizes[0], sizes[last]) = (2, 2);
        }
        let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
        parts.push(format!("data={data}&layers={}", sizes.join("-")));
        parts.push(format!("activation={}", pick(rng, &["sigmoid", "tanh", "relu"])));
        parts.push(format!("loss={}", pick(rng, &["mse", "softmax_mse", "cross_entropy"])));
        parts.push(format!("init={}", pick(rng, &["xavier", "he", "mazur"])));
        parts.push(format!("lr={}", log_range(rng, 0.001, 10.0)));
        parts.push(format!("train_bias={}", rng.below(2)));
    }
    let broken = ["no_slope", "no_transpose", "updated_w", "sum"];
    if chance(rng, 45) {
        parts.push(format!("break={}", pick(rng, &broken)));
    }
    if chance(rng, 50) {
        parts.push(format!("sample={}&brush={}", between(rng, 1, 120), pick(rng, &["class0", "class1"])));
    }
    if chance(rng, 30) {
        parts.push(format!("form=matrix&moment={}", rng.below(9)));
    }
    let step = [0, 1, between(rng, 2, 12)][rng.below(3) as usize];
    let mut journal = Vec::new();
    if chance(rng, 60) {
        for _ in 0..between(rng, 1, 4) {
            let value = f64::from(between(rng, 0, 400)) / 100.0 - 2.0;
            // Of things that some networks do not have the figure says so, and keeps the rest.
            let change = match rng.below(8) {
                0 => format!("lr:{}", log_range(rng, 0.01, 5.0)),
                1 => format!("train_bias:{}", rng.below(2)),
                2 => format!("break:{}", pick(rng, &["none", broken[0], broken[1], broken[2], broken[3]])),
                3 => format!("w{}_{}_{}:{value}", between(rng, 1, 3), between(rng, 1, 3), between(rng, 1, 3)),
                4 => format!("b{}_{}:{value}", between(rng, 1, 3), between(rng, 1, 2)),
                5 => format!("x{}_{}:{value}", between(rng, 1, 2), between(rng, 1, 2)),
                6 => format!("t{}_{}:{value}", between(rng, 1, 2), between(rng, 1, 2)),
                _ => format!("point:{},0.25,{}", f64::from(rng.below(100)) / 100.0, rng.below(2)),
            };
            journal.push((rng.below(step + 1), change));
        }
    }
    parts.push(format!("step={step}"));
    joined(parts, journal)
}

fn beta(rng: &mut Rng) -> String {
    if chance(rng, 50) {
        pick(rng, &["0", "0.5", "0.9", "0.98", "0.999", "0.9999"]).into()
    } else {
        (f64::from(rng.below(1000)) / 1000.0).to_string()
    }
}

fn ema(rng: &mut Rng, nth: usize) -> String {
    let mut parts = vec![format!("seed={}", rng.below(10_000))];
    let mut journal = Vec::new();
    let step;
    match nth % 10 {
        0..5 => {
            step = [0, 1, between(rng, 2, 60)][(nth / 10 % 4).min(2)];
            parts.push(format!("stream={}", ["temperature", "steps", "spike", "trend", "constant"][nth % 5]));
            parts.push(format!("beta={}&span={}", beta(rng), pick(rng, &["60", "120", "300"])));
            if nth % 5 == 4 {
                parts.push(format!("level={}", f64::from(between(rng, 0, 200)) / 10.0 - 10.0));
            }
            for _ in 0..[0, 0, 1, 3][rng.below(4) as usize] {
                let value = pick(rng, &["nan", "-3.5", "1e30", "-1e30", "0", "17.25"]);
                journal.push((rng.below(step + 20), format!("theta_{}:{value}", between(rng, 1, 60))));
            }
        }
        5..8 => {
            step = [0, 1, between(rng, 2, 60), 20, 40][nth / 10 % 5];
            parts.insert(0, format!("preset={}", pick(rng, &["network", "zero"])));
            parts.push(format!("beta={}&average={}", beta(rng), pick(rng, &["zero", "corrected", "first"])));
            parts.push(format!("test_with={}", pick(rng, &["live", "ema"])));
            parts.push(format!("lr={}&batch={}", log_range(rng, 0.01, 1.0), between(rng, 1, 64)));
            for _ in 0..[0, 1, 2][rng.below(3) as usize] {
                journal.push((rng.below(step + 1), format!("lr:{}", log_range(rng, 0.01, 1.0))));
            }
        }
        _ => {
            step = [0, 1, between(rng, 2, 60)][(nth / 10 % 4).min(2)];
            parts.push(format!("scene=adam&beta1={}&beta2={}", beta(rng), beta(rng)));
        }
    }
    parts.push(format!("step={step}&moment={}", rng.below(4)));
    joined(parts, journal)
}

/// Presets that a program in Python is quick with.
const STACKS: [&str; 8] = ["first", "trained", "lenet5", "holes", "filled", "bell", "fading", "askew"];

fn receptive_field(rng: &mut Rng, nth: usize) -> String {
    let mut parts = vec![format!("seed={}", rng.below(10_000))];
    let mut journal = Vec::new();
    if nth.is_multiple_of(4) {
        parts.insert(0, format!("preset={}", STACKS[nth / 4 % STACKS.len()]));
    } else {
        let text = loop {
            let text = stack(rng);
            if Stack::parse(&text).is_ok_and(|stack| stack.output().len() < 1 << 16) {
                break text;
            }
        };
        parts.push(format!("stack={}", text.replace(' ', "+")));
        parts.push(format!("weights={}", pick(rng, &["random", "random", "uniform"])));
        let channels = pick(rng, &["all", "all", "half", "quarter", "eighth"]);
        // A sum with the identity keeps its channels.
        parts.push(format!("channels={}", if text.contains("res(") { "all" } else { channels }));
    }
    let step = rng.below(4);
    let mut figure = run("receptive-field", &parts.join("&"));
    // Units of the corners, of the sides, of the middle.
    let last = ["unit_row", "unit_col"].map(|id| {
        let mut high = 0;
        while figure.edit(id, &(high + 1).to_string()).is_none() {
            high += 1;
        }
        high
    });
    let mut place = |high: u32| [0, high, rng.below(high + 1)][rng.below(3) as usize];
    let unit = last.map(&mut place);
    match rng.below(4) {
        0 => {}
        1 => journal.push((rng.below(step + 2), format!("unit_row:{}", unit[0]))),
        2 => journal.push((0, format!("point:u{},{}", unit[0], unit[1]))),
        _ => journal.push((rng.below(step + 2), format!("unit:{},{}", unit[0], unit[1]))),
    }
    if chance(rng, 35) {
        let stroke = |rng: &mut Rng| {
            let points: Vec<String> =
                (0..between(rng, 1, 3)).map(|_| format!("{},{}", rng.below(40), rng.below(40))).collect();
            format!("{},{}", between(rng, 1, 9), points.join(","))
        };
        let strokes: Vec<String> = (0..between(rng, 1, 2)).map(|_| stroke(rng)).collect();
        journal.push((rng.below(step + 1), format!("paint:{}", strokes.join("~"))));
    }
    parts.push(format!("heat={}&step={step}", rng.below(2)));
    joined(parts, journal)
}

/// A stack, valid or not.
fn stack(rng: &mut Rng) -> String {
    let rows = between(rng, 3, 40);
    let cols = if chance(rng, 70) { rows } else { between(rng, 3, 40) };
    let mut channels = [1, 3, 3, 4][rng.below(4) as usize];
    let mut text = format!("input{rows}x{cols}x{channels}");
    let conv = |rng: &mut Rng, channels: &mut u32| {
        let kernel = pick(rng, &["1", "2", "3", "3", "5"]);
        let groups = if chance(rng, 20) { *channels } else { 1 };
        *channels = if groups > 1 { groups * between(rng, 1, 2) } else { between(rng, 1, 12) };
        let mut text = format!("conv{kernel}x{channels}");
        for (letter, high, of_a_hundred) in [('s', 3, 25), ('p', 4, 55), ('d', 3, 20)] {
            if chance(rng, of_a_hundred) {
                text += &format!("{letter}{}", between(rng, 1, high));
            }
        }
        if groups > 1 { text + &format!("g{groups}") } else { text }
    };
    for _ in 0..between(rng, 1, 6) {
        let token = match rng.below(11) {
            0..5 => conv(rng, &mut channels),
            5 => pick(rng, &["maxpool2", "maxpool3s2p1", "maxpool3s1p1", "maxpool2s1"]).into(),
            6 => pick(rng, &["avgpool2", "avgpool3s2p1", "avgpool4"]).into(),
            7 | 8 => "relu".into(),
            9 => "bn".into(),
            _ => {
                let wide = between(rng, 1, 8);
                let token = match rng.below(4) {
                    0 => format!("res(conv3x{channels}p1 relu conv3x{channels}p1)"),
                    1 => format!("res(conv3x{wide}p1 bn relu conv3x{wide}p1|conv1x{wide})"),
                    2 => format!("res(conv3x{wide}s2p1|conv1x{wide}s2)"),
                    _ => format!("res(relu res(conv3x{channels}p1) conv5x{channels}p2)"),
                };
                if token.contains('|') {
                    channels = wide;
                }
                token
            }
        };
        text = format!("{text} {token}");
    }
    if chance(rng, 15) {
        text += &format!(" fc{} relu fc{}", between(rng, 1, 9), between(rng, 1, 4));
    }
    text
}

/// A number that a program printed: at which step beyond the one of the state, under which name.
#[derive(Clone, Debug)]
pub struct Printed {
    /// What stands before the names of the line: nothing, `step 3: ` or `step + 1: `.
    pub when: String,
    /// Of a readout.
    pub name: String,
    /// As it was written.
    pub text: String,
}

/// Reads what a program printed: pairs of name and value. A line that begins with `#` is a remark.
pub fn printed(output: &str) -> Result<Vec<Printed>, String> {
    let mut all = Vec::new();
    for line in output.lines().filter(|line| !line.starts_with('#')) {
        let (when, rest) = match line.split_once(": ") {
            Some((when, rest)) if when.starts_with("step ") => (format!("{when}: "), rest),
            _ => (String::new(), line),
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        if line.starts_with('!') || words.is_empty() || !words.len().is_multiple_of(2) {
            return Err(format!("no pairs of name and value: {line}"));
        }
        for pair in words.chunks_exact(2) {
            all.push(Printed { when: when.clone(), name: pair[0].into(), text: pair[1].into() });
        }
    }
    Ok(all)
}

/// How far a number may be from the readout, relative to it or absolute below 1.
fn bound(lesson: &str, state: &str, name: &str) -> f64 {
    match lesson {
        // f64 on both sides, in another order of sums.
        "backprop" => 1e-12,
        // f32 on both sides; what rounds otherwise is trained with, up to 60 times.
        "ema" if state.contains("network") || state.contains("preset=zero") => 1e-5,
        // PyTorch forms 1 - beta^t by subtraction, which leaves twelve digits for beta = 0.9999.
        "ema" => 1e-11,
        // Whole numbers, or shares of a sum in f64.
        _ if state.contains("uniform") && !name.contains("value") && !name.contains("changed") => 1e-10,
        // f32 on both sides, and a relu more or less behind a sum that is almost 0: of 49 layers with all channels, noise of 1e-7
        // on every map (the rounding of a sum) moves the variance by 2e-4 of itself, in PyTorch alone.
        _ if state.contains("resnet50_all") => 1e-3,
        // f32 on both sides.
        _ => 1e-5,
    }
}

/// Compares every number with the readout of its name: the largest error as a part of what is allowed, and what differs.
pub fn compare(lesson: &str, state: &str, printed: &[Printed]) -> (f64, Vec<String>) {
    let mut figure = run(lesson, state);
    let step = figure.step();
    let (mut worst, mut wrong) = (0.0f64, Vec::new());
    for Printed { when, name, text } in printed {
        let wanted = match when.trim_start_matches("step ").trim_end_matches(": ") {
            "" => Some(step),
            given => match given.strip_prefix("+ ") {
                Some(more) => more.parse().ok().map(|more: u32| step + more),
                None => given.parse().ok(),
            },
        };
        let (Some(wanted), Ok(value)) = (wanted, text.parse::<f64>()) else {
            wrong.push(format!("{when}{name} {text}: no number"));
            continue;
        };
        if figure.step() != wanted {
            figure.seek(wanted);
            figure.work(u32::MAX);
        }
        let readouts = figure.lesson().readouts(figure.at());
        let Some(readout) = readouts.iter().find(|readout| readout.id == *name) else {
            wrong.push(format!("{when}{name}: no such readout"));
            continue;
        };
        let (ours, bound) = (readout.value, bound(lesson, state, name));
        let same = value == ours || value.is_nan() && ours.is_nan();
        let error = if same { 0.0 } else { (value - ours).abs() / (bound * ours.abs().max(1.0)) };
        worst = worst.max(error);
        if error.is_nan() || error > 1.0 {
            wrong.push(format!("{when}{name}: program {value}, figure {ours}"));
        }
    }
    (worst, wrong)
}

/// A digest of a text (FNV-1a, 64 bits).
pub fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
