//! TeX to MathML, at build time: browsers draw MathML by themselves, without a script.
//!
//! The policy of the pages forbids style attributes. What the converter writes as a style becomes a class, and its rule is
//! collected here for the style sheet.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::collections::BTreeMap;
use tensorscope::data::digest;

/// The converter, with the rules that its output needs.
pub struct Tex {
    converter: LatexToMathML,
    /// Class by declaration.
    rules: BTreeMap<String, String>,
}

impl Tex {
    /// A converter that knows TeX's own commands only.
    pub fn new() -> Tex {
        let converter = LatexToMathML::new(MathCoreConfig::default()).expect("no macros are given");
        Tex { converter, rules: BTreeMap::new() }
    }

    /// `tex` as MathML, or what is wrong with it.
    pub fn convert(&mut self, tex: &str, block: bool) -> Result<String, String> {
        let display = if block { MathDisplay::Block } else { MathDisplay::Inline };
        match self.converter.convert_with_local_state(tex, display) {
            Ok(result) => self.styles_to_classes(&result.mathml),
            Err(error) => Err(format!("the formula ${tex}$ is not understood: {}", error.error_message())),
        }
    }

    /// The rules for everything converted so far.
    pub fn style_sheet(&self) -> String {
        self.rules.iter().map(|(style, class)| format!(".{class}{{{style}}}\n")).collect()
    }

    /// Replaces ` style="..."` by a class.
    fn styles_to_classes(&mut self, mathml: &str) -> Result<String, String> {
        const OPEN: &str = " style=\"";
        let mut out = String::new();
        let mut rest = mathml;
        while let Some(start) = rest.find(OPEN) {
            let (before, after) = (&rest[..start], &rest[start + OPEN.len()..]);
            let end = after.find('"').ok_or("the converter wrote a style without an end")?;
            let tag = &before[before.rfind('<').unwrap_or(0)..];
            let tag_rest = &after[end + 1..after.find('>').unwrap_or(after.len()).max(end + 1)];
            if tag.contains(" class=") || tag_rest.contains(" class=") {
                return Err("the converter wrote a style beside a class; write the formula in a simpler way".into());
            }
            let style = after[..end].trim_end_matches(';').to_string();
            let class = self
                .rules
                .entry(style)
                .or_insert_with_key(|style| format!("m{:x}", digest(style.as_bytes()) & 0xfff_ffff));
            out.push_str(before);
            out.push_str(&format!(" class=\"{class}\""));
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml() {
        let mut tex = Tex::new();
        let inline = tex.convert(r"\delta_j = o_j", false).unwrap();
        assert!(inline.starts_with("<math><") && inline.contains("<msub>"), "{inline}");
        let block = tex.convert(r"\frac{\partial L}{\partial w_{jk}}", true).unwrap();
        assert!(block.starts_with("<math display=\"block\">") && block.contains("<mfrac>"), "{block}");
    }

    #[test]
    fn styles_become_classes_with_rules() {
        let mut tex = Tex::new();
        let aligned = tex.convert(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", true).unwrap();
        assert!(!aligned.contains(" style=\""), "{aligned}");
        let sheet = tex.style_sheet();
        assert!(sheet.contains("text-align"), "{sheet}");
        for rule in sheet.lines() {
            let class = &rule[1..rule.find('{').unwrap()];
            assert!(aligned.contains(&format!("class=\"{class}\"")), "{rule} in {aligned}");
        }
    }

    #[test]
    fn a_wrong_formula_says_what_is_wrong() {
        let error = Tex::new().convert(r"\nosuchcommand", false).unwrap_err();
        assert!(error.contains("nosuchcommand"), "{error}");
    }
}
