//! Drawings and markup: what is drawn lies where it may, what is bound has a number behind it, nothing hangs.

#[path = "plots/charts.rs"]
mod charts;
#[path = "plots/codec.rs"]
mod codec;
#[path = "plots/markup.rs"]
mod markup;
#[path = "plots/readings.rs"]
mod readings;
#[path = "plots/recorder.rs"]
mod recorder;
#[path = "plots/samples.rs"]
mod samples;

use tensorscope::scene::{Format, format};

/// The cases that `www/format.js` must also satisfy; a value that JSON cannot hold is a string.
#[test]
fn numbers_are_written_as_in_the_page() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("format_cases.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let value = &case["value"];
        let value: f64 = value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap());
        let code = case["format"].as_str().unwrap();
        let digits = code[1..].parse().unwrap_or(0);
        let how = match &code[..1] {
            "d" => Format::Integer,
            "f" => Format::Fixed(digits),
            "g" => Format::Significant(digits),
            "s" => Format::Short(digits),
            _ => Format::Scientific(digits),
        };
        assert_eq!(format::number(value, how), case["text"].as_str().unwrap(), "{value} as {code}");
        assert_eq!(format::code(how), code);
    }
}
