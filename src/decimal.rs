//! Numbers as decimal text and back, correctly rounded.
//!
//! Not what readers see (`scene::format` chooses digits and signs) nor what they write (`lessons::config` says what is wrong
//! with it). Text becomes the nearest number, ties to even; a number becomes the nearest text, exact ties away from zero, as
//! ECMAScript's `toFixed` and `toExponential` have it. So the page may ask its browser, whose routines are already there: the
//! standard library's bring 20 KB of code and a table of 10 KB into a module that readers wait for. The characters and the
//! bits are the same either way.

/// The number that `text` writes with digits, a point, a sign and an exponent; nothing else is one.
pub fn parse(text: &str) -> Option<f64> {
    let written = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let counted = text.bytes().any(|byte| byte.is_ascii_digit());
    if written && counted { machine::parse(text) } else { None }
}

/// Finite `x` from 0 to 1e21 with `digits` (at most 100) after the point.
pub fn fixed(x: f64, digits: usize) -> String {
    machine::fixed(x, digits)
}

/// Finite `x >= 0` as a mantissa with `digits` (at most 100) after the point, and its power of ten.
pub fn scientific(x: f64, digits: usize) -> (String, i32) {
    let text = machine::exponential(x, digits);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.into(), exponent.trim_start_matches('+').parse().unwrap_or(0))
}

/// The fewest digits that are `x` and no other number.
pub fn plain(x: f64) -> String {
    machine::plain(x)
}

#[cfg(not(target_arch = "wasm32"))]
mod machine {
    pub fn parse(text: &str) -> Option<f64> {
        text.parse().ok()
    }

    pub fn fixed(x: f64, digits: usize) -> String {
        let one_more = format!("{x:.*}", digits + 1);
        // An exact tie ends in 5 and has nothing behind it; 1074 digits after the point hold every f64 exactly.
        let tie = one_more.ends_with('5') && format!("{x:.1074}").trim_end_matches('0') == one_more;
        format!("{:.*}", digits, if tie { x.next_up() } else { x })
    }

    pub fn exponential(x: f64, digits: usize) -> String {
        let split = |text: &str| text.split_once('e').map(|(a, b)| (a.to_string(), b.to_string()));
        let one_more = split(&format!("{:.*e}", digits + 1, x));
        // 767 significant digits hold every f64 exactly.
        let exact =
            split(&format!("{x:.766e}")).map(|(all, exponent)| (all.trim_end_matches('0').to_string(), exponent));
        let tie = one_more == exact && one_more.is_some_and(|(mantissa, _)| mantissa.ends_with('5'));
        format!("{:.*e}", digits, if tie { x.next_up() } else { x })
    }

    pub fn plain(x: f64) -> String {
        x.to_string()
    }
}

#[cfg(target_arch = "wasm32")]
mod machine {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = Number)]
        fn number(text: &str) -> f64;
    }

    pub fn parse(text: &str) -> Option<f64> {
        Some(number(text)).filter(|number| !number.is_nan())
    }

    pub fn fixed(x: f64, digits: usize) -> String {
        js_sys::Number::from(x).to_fixed(digits as u8).map_or_else(|_| String::new(), String::from)
    }

    pub fn exponential(x: f64, digits: usize) -> String {
        js_sys::Number::from(x).to_exponential(digits as u8).map_or_else(|_| String::new(), String::from)
    }

    pub fn plain(x: f64) -> String {
        js_sys::Number::from(x).to_string_with_radix(10).map_or_else(|_| String::new(), String::from)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_and_nothing_else() {
        for (text, number) in [("1", 1.0), ("-.5", -0.5), ("5.", 5.0), ("+2e-3", 2e-3), ("1e999", f64::INFINITY)] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in ["", "e5", "-", "1e", "1-2", "--1", "inf", "NaN", "infinity", "0x10", "1_0", " 1", "1 "] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
