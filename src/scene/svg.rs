//! A chart as an SVG: its marks as elements, and the document around them.
//!
//! Not the markup of networks and formulas (`writer`). Nothing is written
//! that is the default: a still stands in every page.

use super::style::FONT;
use super::surface::{Done, FINE, Label, Pen, Stroke};
use crate::decimal;
use plotters_backend::BackendCoord;
use plotters_backend::text_anchor::HPos;

/// How far below its middle a line of text stands, in font sizes: half of what its digits are high.
const BASELINE: f64 = 0.35;

/// Collects elements.
pub(super) struct Elements {
    /// What has been drawn.
    pub(super) text: String,
    /// Width and height, in CSS pixels.
    pub(super) size: (u32, u32),
}

impl Elements {
    /// `<name attributes fill stroke/>`
    fn push(&mut self, shape: &str, stroke: Stroke, fill: bool) -> Done {
        let (r, g, b) = stroke.color.rgb;
        let paint = if fill {
            format!("fill=\"#{r:02X}{g:02X}{b:02X}\"")
        } else {
            format!("fill=\"none\" stroke=\"#{r:02X}{g:02X}{b:02X}\" stroke-width=\"{}\"", stroke.width)
        };
        let opacity = self.opacity(stroke.color.alpha);
        self.text.push_str(&format!("<{shape} {paint}{opacity}/>\n"));
        Ok(())
    }

    fn opacity(&self, alpha: f64) -> String {
        if alpha < 1.0 { format!(" opacity=\"{}\"", decimal::fixed(alpha, 3)) } else { String::new() }
    }
}

/// The elements as a document, over `cells`, which count in CSS pixels.
pub(super) fn document(cells: &str, elements: Elements) -> String {
    let Elements { text: body, size: (width, height) } = elements;
    let (fine_width, fine_height) = (width * FINE, height * FINE);
    let cells = if cells.is_empty() { String::new() } else { format!("<g transform=\"scale({FINE})\">{cells}</g>") };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {fine_width} {fine_height}\" font-family=\"{FONT}\" stroke-linejoin=\"round\">{cells}\n{body}</svg>\n",
    )
}

/// `x,y x,y`
fn points(places: &[BackendCoord]) -> String {
    let mut text = String::new();
    for (index, (x, y)) in places.iter().enumerate() {
        text.push_str(&format!("{}{x},{y}", if index > 0 { " " } else { "" }));
    }
    text
}

impl Pen for Elements {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn rect(&mut self, [(x0, y0), (x1, y1)]: [BackendCoord; 2], stroke: Stroke, fill: bool) -> Done {
        let shape = format!("rect x=\"{x0}\" y=\"{y0}\" width=\"{}\" height=\"{}\"", x1 - x0, y1 - y0);
        self.push(&shape, stroke, fill)
    }

    fn path(&mut self, path: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.push(&format!("polyline points=\"{}\"", points(&path)), stroke, false)
    }

    fn circle(&mut self, (x, y): BackendCoord, radius: u32, stroke: Stroke, fill: bool) -> Done {
        self.push(&format!("circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""), stroke, fill)
    }

    fn polygon(&mut self, corners: Vec<BackendCoord>, stroke: Stroke) -> Done {
        self.push(&format!("polygon points=\"{}\"", points(&corners)), stroke, true)
    }

    fn text(&mut self, text: &str, label: &Label, (x, y): BackendCoord) -> Done {
        let (r, g, b) = label.color.rgb;
        let anchor = match label.anchor.h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if label.bold { " font-weight=\"bold\"" } else { "" };
        let (size, y) = (label.size.round() as u32, y + (label.size * BASELINE).round() as i32);
        let opacity = self.opacity(label.color.alpha);
        self.text.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"#{r:02X}{g:02X}{b:02X}\"{anchor}{weight}{opacity}>"
        ));
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                _ => self.text.push(character),
            }
        }
        self.text.push_str("</text>\n");
        Ok(())
    }
}
