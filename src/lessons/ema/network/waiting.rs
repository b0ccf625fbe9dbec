//! Scene B before its digits have come: it can be stepped and set, and shows what does not need them.

use super::{memories, moments};
use crate::lessons::config::{Config, Value};
use crate::lessons::ema::MANIFEST;
use crate::lessons::ema::stream::{explain, forgetting, plain};
use crate::lessons::problem::{Code, Problem};
use crate::lessons::{Answer, At, Claim, Lesson, Moment, Pick, Readout};
use crate::scene::View;

/// The scene before its digits have come.
#[derive(Clone)]
pub struct Waiting {
    beta: f64,
}

impl Waiting {
    /// At step 0.
    pub fn new(config: &Config) -> Waiting {
        Waiting { beta: config.number("beta") }
    }
}

impl Lesson for Waiting {
    fn boxed(&self) -> Box<dyn Lesson> {
        Box::new(self.clone())
    }

    fn missing(&self) -> &'static [&'static str] {
        &["digits"]
    }

    fn set(&mut self, control: usize, value: &Value) {
        if let ("beta", Value::Number(beta)) = (MANIFEST.controls[control].id, value) {
            self.beta = *beta;
        }
    }

    fn edit(&mut self, id: &str, text: &str) -> Result<String, Problem> {
        Err(Problem::new(Code::UnknownKey, id, text, "beta"))
    }

    fn step(&mut self) {}

    fn metrics(&self, out: &mut [f64]) {
        out.fill(f64::NAN);
    }

    fn moments(&self) -> Vec<Moment> {
        moments()
    }

    fn view(&self, index: usize, _: At) -> Option<View> {
        (MANIFEST.views[index].id == "forgetting").then(|| View::Curve(forgetting(self.beta)))
    }

    fn readouts(&self, at: At) -> Vec<Readout> {
        memories(self.beta, at.step as usize).into()
    }

    fn pick(&self, id: &str, at: At) -> Option<Pick> {
        let value = self.readouts(at).into_iter().find(|readout| readout.id == id)?.value;
        explain(id, self.beta, "β").or_else(|| Some(plain(id, value)))
    }

    fn verify(&self) -> Vec<Claim> {
        Vec::new()
    }

    fn predict(&self) -> Option<Answer> {
        None
    }

    fn pytorch(&self) -> String {
        String::new()
    }
}
