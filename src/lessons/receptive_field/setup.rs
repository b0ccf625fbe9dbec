//! How the lesson starts: its own stacks, what a typed stack must be, the picture.

use super::geometry::Geometry;
use super::{CHANNELS, Lens, Tool, pass};
use crate::analysis::receptive_field;
use crate::analysis::stack::{Mistake, Stack};
use crate::data::photo;
use crate::lessons::config::Config;
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
    let divisor = 1 << config.choice("channels");
    debug_assert_eq!(CHANNELS.len(), 4, "halved three times");
    let narrow = |channels: usize| channels.div_ceil(divisor);
    let net = stack.with_channels(stack.input.channels, &narrow).expect("fewer channels fit where more did");
    let photo = assets.get("photo").and_then(|bytes| photo::read(bytes));
    let [height, width] = stack.input.size;
    let uniform = config.choice("weights") == 1;
    Box::new(Lens {
        affordable: if uniform {
            pass::is_affordable(&pass::thin(&stack), pass::PROOF)
        } else {
            pass::is_affordable(&net, pass::PASS)
        },
        has_photo: photo.is_some(),
        // Until the photograph is there: an even grey.
        rgb: Rc::new(photo.map_or_else(|| vec![128; height * width * 3], |photo| photo.resized(height, width))),
        geometry: Rc::new(Geometry::new(stack)),
        net: Rc::new(net),
        uniform,
        seed: config.seed,
        passes: 0,
        heard: 0,
        heat: Rc::default(),
        paint: Rc::default(),
        painted: None,
        tool: [Tool::Unit, Tool::Brush][config.choice("tool")],
        brush: f64::from(config.count("brush")),
        show_heat: config.toggle("heat"),
        proof: Rc::default(),
    })
}
