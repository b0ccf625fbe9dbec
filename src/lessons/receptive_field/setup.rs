//! How the lesson starts: its own stacks, what a typed stack must be, the picture.

use super::geometry::Geometry;
use super::reader::Reader;
use super::{CHANNELS, Lens, WEIGHTS, fit, pass};
use crate::analysis::receptive_field;
use crate::analysis::stack::{Mistake, Stack};
use crate::data::{digits, photo, reading};
use crate::lessons::config::{Config, Value};
use crate::lessons::problem::{Code, Problem};
use crate::lessons::{Assets, Lesson};
use std::rc::Rc;

/// Most rows and columns of a picture here.
const LARGEST: usize = 512;

/// Where everybody starts: three pools, and a field of about an eye.
pub const FIRST: &str = "input224x224x3 conv3x16p1 relu conv3x16p1 relu maxpool2 conv3x32p1 relu conv3x32p1 relu maxpool2 \
                         conv3x64p1 relu conv3x64p1 relu maxpool2 conv3x64p1 relu conv3x64p1";
/// Dilations with a common factor: most pixels are never looked at.
pub const HOLES: &str = "input28x28x3 conv3x8p2d2 conv3x8p2d2 conv3x8p2d2";
/// Dilations that double.
pub const FILLED: &str = "input28x28x3 conv3x8p1 conv3x8p2d2 conv3x8p4d4";
/// Ten alike.
pub const BELL: &str = "input64x64x3 conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu \
                        conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1";
/// Branches that do not look at the same middle.
pub const ASKEW: &str = "input64x64x3 conv3x16p1 relu res(conv3x16p1 relu conv3x16p1) relu res(maxpool2 conv3x16p1|conv1x16s2) relu \
     res(conv5x16p2 relu conv3x16p1|conv1x16)";

/// The network whose weights are shipped: its one output sees exactly the picture, and says which digit it is.
pub const READS: &str = reading::STACK;

/// Learned weights belong to one stack, and a stack's passes are computed with as many channels as fit.
pub fn reconcile(config: &mut Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let stack = read(config.text("stack")).expect("checked before it got in");
    if WEIGHTS[config.choice("weights")] == "trained" && Ok(&stack) != read(READS).as_ref() {
        config.replace("weights", Value::Choice(0));
        problems.push(Problem::new(Code::Adapted, "weights", "trained", WEIGHTS[0]));
    }
    if WEIGHTS[config.choice("weights")] == "random" {
        let wanted = config.choice("channels");
        let fits = |choice: &usize| pass::is_affordable(&narrowed(&stack, *choice));
        match (wanted..CHANNELS.len()).find(fits) {
            Some(choice) if choice == wanted => {}
            Some(choice) => {
                config.replace("channels", Value::Choice(choice));
                problems.push(Problem::new(Code::Adapted, "channels", CHANNELS[wanted], CHANNELS[choice]));
            }
            None => problems.extend(fit::too_large(&stack)),
        }
    }
    problems
}

/// The stack with the share of its channels that [`CHANNELS`] has at `choice`.
pub fn narrowed(stack: &Stack, choice: usize) -> Stack {
    debug_assert_eq!(CHANNELS.len(), 4, "halved three times");
    let narrow = |channels: usize| channels.div_ceil(1 << choice);
    stack.with_channels(stack.input.channels, &narrow).expect("fewer channels fit where more did")
}

/// What is wrong with a text, as a stack of this lesson.
pub fn check(text: &str) -> Option<Problem> {
    match read(text) {
        Ok(_) => None,
        Err(Mistake { column, given, expected }) => {
            Some(Problem::new(Code::Syntax, &format!("stack:{column}"), &given, expected))
        }
    }
}

/// Reads a stack whose picture and fields can be shown.
fn read(text: &str) -> Result<Stack, Mistake> {
    let stack = Stack::parse(text)?;
    let column = 1 + text.chars().take_while(|c| c.is_whitespace()).count();
    if stack.input.size.iter().any(|side| *side > LARGEST) {
        let given = format!("input{}", stack.input);
        return Err(Mistake { column, given, expected: format!("inputHxWxC, H W ≤ {LARGEST}") });
    }
    if receptive_field::trace(&stack).is_none() {
        return Err(Mistake { column, given: "r > 2^53".into(), expected: "r ≤ 2^53".into() });
    }
    Ok(stack)
}

/// The lesson at step 0.
pub fn start(config: &Config, assets: &Assets) -> Box<dyn Lesson> {
    let stack = read(config.text("stack")).expect("checked before it got in");
    let weights = config.choice("weights");
    let net = narrowed(&stack, if WEIGHTS[weights] == "random" { config.choice("channels") } else { 0 });
    let (reader, photo) = if WEIGHTS[weights] == "trained" {
        (reader(config, assets), None)
    } else {
        (None, assets.get("photo").and_then(|bytes| photo::read(bytes)))
    };
    let supplied = reader.is_some() || photo.is_some();
    let [height, width] = stack.input.size;
    // Until the picture is there: an even grey.
    let rgb = match (&reader, photo) {
        (Some(reader), _) => reader.rgb(0),
        (None, Some(photo)) => photo.resized(height, width),
        (None, None) => vec![128; height * width * 3],
    };
    let affordable = if WEIGHTS[weights] == "uniform" { pass::is_provable(&stack) } else { pass::is_affordable(&net) };
    let mut lens = Lens {
        affordable,
        supplied,
        rgb: Rc::new(rgb),
        geometry: Rc::new(Geometry::new(stack)),
        net: Rc::new(net),
        weights,
        reader,
        seed: config.seed,
        passes: 0,
        heat: Default::default(),
        untrained: Default::default(),
        said: None,
        paint: Rc::default(),
        clean: None,
        painted: None,
        brush: 0.0,
        show_heat: false,
        proof: Rc::default(),
        short: false,
        underway: Default::default(),
    };
    lens.configure(config);
    Box::new(lens)
}

/// The network that has learned, if both of its files are there.
fn reader(config: &Config, assets: &Assets) -> Option<Reader> {
    let (weights, digits) = (assets.get("reading")?, assets.get("digits")?);
    Some(Reader::new(reading::read(weights).into(), digits::read(digits), config.seed))
}
