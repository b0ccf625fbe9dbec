//! The same as a program for PyTorch: the box of one unit by the gradient of positive weights, the passes that the figure has
//! averaged, the number under the paint. It runs as it is and prints each number behind its name.
//!
//! Not its pieces of Python that every program shares (`python.rs`).

use super::average::middle_quarter;
use super::edit::PAINT;
use super::pass::{self, Part};
use super::reader::Reader;
use super::{Lens, WEIGHTS, python};
use crate::analysis::stack::{Layer, Op, Pool};
use crate::data::{photo, reading};
use core::fmt::Write as _;

/// Products that PyTorch does in a second, roughly, there and back: two cores of 2020.
const PRODUCTS: f64 = 1e10;
/// From so many seconds on the program says how long it takes.
const PATIENCE: f64 = 60.0;
/// With more `relu` than this, rounding shows in the first digits: noise of 1e-7 on every map of ResNet-50 moves the variance by
/// 2e-4 of itself.
const DEEP: usize = 30;

impl Lens {
    /// The program.
    pub(super) fn program(&self) -> String {
        let mut out = String::from("import math\nimport numpy as np\nimport torch\nfrom torch import nn\n");
        if self.reader.is_some() {
            out.push_str("import base64\nfrom sklearn.datasets import load_digits\n");
        }
        let [height, width] = self.size();
        let [row, column] = self.geometry.unit;
        let _ = write!(
            out,
            "\nseed = {}\nheight, width = {height}, {width}\nrow, column = {row}, {column}  # the unit\n",
            self.seed
        );
        out.push_str(&self.network());
        out.push_str(python::GRADIENT);
        out.push_str(&self.box_by_gradient());
        if self.draws() || self.painted.is_some() {
            out.push_str(python::RANDOM);
            out.push_str(&self.pictures());
        }
        out.push_str(&self.averaged());
        out.push_str(&self.under_paint());
        out
    }

    /// Whether the figure makes passes with other weights than equal ones.
    fn draws(&self) -> bool {
        self.affordable && !self.uniform() && (self.reader.is_some() || WEIGHTS[self.weights] != "trained")
    }

    /// The stack as a function that makes it.
    fn network(&self) -> String {
        let flat = self.net.flat();
        let has = |wanted: fn(&Op) -> bool| flat.iter().any(|layer| wanted(&layer.op));
        let mut out = String::from("\n\n");
        if has(|op| matches!(op, Op::Residual { .. })) {
            out.push_str(python::SUM);
        }
        if has(|op| matches!(op, Op::Norm)) {
            out.push_str(python::NORM);
        }
        let fewer =
            if self.net.layers == self.geometry.stack.layers { "" } else { " (a part of the channels of the stack)" };
        let _ = write!(out, "# {}{fewer}\n{}", self.net, python::NETWORK);
        if has(|op| matches!(op, Op::Relu)) {
            out.push_str("    relu = nn.Identity if thin else nn.ReLU\n");
        }
        if has(|op| matches!(op, Op::Norm)) {
            out.push_str("    norm = nn.Identity if thin else Norm\n");
        }
        if has(|op| matches!(op, Op::Pool { pool: Pool::Max, .. })) {
            out.push_str("    maxpool = nn.AvgPool2d if thin else nn.MaxPool2d\n");
        }
        let _ = writeln!(out, "    return nn.Sequential(\n{}    )", layers(&self.net.layers, 2));
        out
    }

    /// Where the unit looks: the gradient with positive weights.
    fn box_by_gradient(&self) -> String {
        let geometry = &self.geometry;
        if !pass::is_provable(&geometry.stack) {
            return "\n# A gradient over the whole of this stack takes too long: its box is not printed.\n\
                    print(\"unit_row\", row, \"unit_col\", column)\n"
                .into();
        }
        let mut out = String::from(python::BOX);
        let side = |axis: usize| self.size()[axis] as i64;
        let ((top, bottom), (left, right)) = (geometry.seen(0), geometry.seen(1));
        let on_picture = |at: i64, axis: usize| (0..side(axis)).contains(&at);
        let mut sides: Vec<(&str, &str)> = Vec::new();
        for (axis, [(first, low), (last, high)], array) in
            [(0, [("top", top), ("bottom", bottom)], "rows"), (1, [("left", left), ("right", right)], "cols")]
        {
            let (min, max, size) = match array {
                "rows" => ("rows.min().item()", "rows.max().item()", "(rows.max() - rows.min() + 1).item()"),
                _ => ("cols.min().item()", "cols.max().item()", "(cols.max() - cols.min() + 1).item()"),
            };
            if on_picture(low, axis) {
                sides.push((first, min));
            }
            if on_picture(high, axis) {
                sides.push((last, max));
            }
            if on_picture(low, axis) && on_picture(high, axis) && (axis == 0 || geometry.lopsided()) {
                sides.push((if axis == 0 { "r" } else { "r_x" }, size));
            }
        }
        let list: Vec<String> = sides.iter().map(|(name, value)| format!("\"{name}\", {value}")).collect();
        if geometry.fits() {
            let _ = writeln!(out, "print({})", list.join(", "));
            return out;
        }
        let _ = write!(
            out,
            "# The box is rows {top} to {bottom}, columns {left} to {right}. Only what of it lies on the picture has a gradient.\n\
             if len(rows):\n    \
             print(\"# gradient: rows\", rows.min().item(), \"to\", rows.max().item(), \"columns\", cols.min().item(), \"to\", cols.max().item())\n"
        );
        if !list.is_empty() {
            let _ = writeln!(out, "    print({})", list.join(", "));
        }
        out.push_str("else:\n    print(\"# The unit sees only padding: no pixel has a gradient.\")\n");
        out
    }

    /// What the random or learned networks look at.
    fn pictures(&self) -> String {
        let channels = match self.net.input.channels {
            1 => "(0.299 * red + 0.587 * green + 0.114 * blue)[None]".into(),
            3 => "np.stack([red, green, blue])".into(),
            count => format!("np.stack([(red, green, blue)[c % 3] for c in range({count})])"),
        };
        let mut out = format!("{}    planes = {channels}\n{}", python::TENSOR, python::TENSOR_END);
        if let Some(reader) = &self.reader {
            let last = self.passes.max(1);
            let all: Vec<usize> = (0..last).map(|nth| reader.picture(nth)).collect();
            let _ = write!(out, "\npictures = {all:?}  # of the data set, one a pass\n{}", python::DIGITS);
            out.push_str(&learned(reader));
        } else if !self.supplied {
            out.push_str("\n# The photograph is not there yet.\nrgb = np.full((height, width, 3), 128)\n");
        } else {
            out.push_str(python::PHOTO);
            if self.size() != [photo::SIDE; 2] {
                out.push_str(python::RESIZED);
            }
        }
        out
    }

    /// The passes of the figure, and what it says of their mean.
    fn averaged(&self) -> String {
        if !(self.draws() || self.uniform() && self.affordable) {
            return "\n# Passes of this stack are too large for the figure: it averages none.\nprint(\"passes\", 0)\n"
                .into();
        }
        let passes = self.passes.max(1);
        let step = if self.passes == 0 { "step + 1: " } else { "" };
        let [rows, cols] = middle_quarter(&self.geometry);
        let middle = format!("{}:{}, {}:{}", rows.start, rows.end, cols.start, cols.end);
        let mut out = python::REPORT.replace("MIDDLE", &middle);
        if self.passes == 0 {
            out.push_str("\n# The figure has made no pass yet. What it shows after the first:");
        }
        if self.uniform() {
            return out + &format!("{}report(\"{step}\", \"\", average)\n", python::UNIFORM);
        }
        let part = Part::of(&self.geometry, &self.net);
        let macs: u64 = part.stack.flat().into_iter().map(super::needs::products).sum();
        let seconds = 3.0 * macs as f64 * f64::from(passes) / PRODUCTS;
        if seconds > PATIENCE {
            let _ = write!(out, "\n# This takes about {:.0} minutes: so much is multiplied.", (seconds / 60.0).ceil());
        }
        if self.net.flat().iter().filter(|layer| layer.op == Op::Relu).count() > DEEP {
            out.push_str(
                "\n# A deep network in f32: where a sum is almost 0, its rounding decides whether relu lets it pass.\n\
                 # So the figure's numbers may differ from these from the fourth digit on.",
            );
        }
        let [top, left] = part.first;
        let [height, width] = part.stack.input.size;
        let [row, column] = part.unit;
        let whole = part.first == [0, 0] && part.stack.input.size == self.size();
        let (cut, unit) = if whole {
            (String::new(), "row, column".into())
        } else {
            let cut = format!("[..., {top}:{}, {left}:{}]", top + height, left + width);
            (cut, format!("{row}, {column}"))
        };
        if !whole {
            out.push_str("\n# Of the picture only the part that the unit sees: the same gradient, sooner.");
        }
        if self.reader.is_some() {
            let _ = write!(
                out,
                r#"
average, untrained = Average(), Average()
for nth, picture in enumerate(pictures):
    rgb = enlarged(picture)
    g, said = gradient(trained, tensor(rgb), {unit})
    average.add(g)
    untrained.add(gradient(random_network(nth), tensor(rgb), {unit})[0])
report("{step}", "", average)
report("{step}", "untrained_", untrained)
print("{step}digit", digits.target[picture], "said", said)
"#
            );
        } else {
            let _ = write!(
                out,
                r#"
average = Average()
for nth in range({passes}):
    average.add(gradient(random_network(nth), tensor(rgb){cut}, {unit})[0]{})
report("{step}", "", average)
"#,
                if whole { String::new() } else { format!(", np.s_{cut}") },
            );
        }
        out
    }

    /// The unit's number on the clean and on the painted picture.
    fn under_paint(&self) -> String {
        let Some(painted) = &self.painted else { return String::new() };
        let one = |stroke: &super::edit::Stroke| {
            let points: Vec<String> = stroke.points.iter().map(|[x, y]| format!("({x:?}, {y:?})")).collect();
            format!("({:?}, [{}])", stroke.radius, points.join(", "))
        };
        let strokes: Vec<String> = painted.paint.iter().map(one).collect();
        let ((top, bottom), (left, right)) = (self.geometry.seen(0), self.geometry.seen(1));
        let end = |at: i64| (at + 1).max(0);
        let seen = format!("{}:{}, {}:{}", top.max(0), end(bottom), left.max(0), end(right));
        let (model, rgb) = if self.reader.is_some() {
            ("trained", "rgb = enlarged(pictures[-1])\n")
        } else {
            ("random_network(0)", "")
        };
        let mut out = format!(
            "\n# Paint: the radius of a brush and its way, across and down.\nstrokes = [{}]\n{rgb}model = {model}{}{}",
            strokes.join(",\n    "),
            if self.reader.is_some() { "" } else { "  # the weights of the first pass" },
            python::PAINT.replace("COLOUR", &format!("{PAINT:?}"))
        );
        if painted.outside.is_some() {
            let _ = write!(
                out,
                "# What of the paint lies outside of the box.\ncovered[{seen}] = False\n\
                 print(\"changed_outside\", number(painted(covered))[channel].item() - before)\n"
            );
        }
        out
    }
}

/// The network that has learned.
fn learned(reader: &Reader) -> String {
    let raw = base64(&reading::write(&reader.weights));
    let lines: Vec<&str> = (0..raw.len()).step_by(100).map(|at| &raw[at..raw.len().min(at + 100)]).collect();
    python::LEARNED.replace("RAW", &lines.join("\n"))
}

/// Base64 (RFC 4648), with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, at| word << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at > group.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// Lines of an `nn.Sequential`.
fn layers(all: &[Layer], depth: usize) -> String {
    let indent = "    ".repeat(depth);
    let mut out = String::new();
    for layer in all {
        let option = |name: &str, value: usize, usual: usize| {
            if value == usual { String::new() } else { format!(", {name}={value}") }
        };
        let channels = layer.input.channels;
        let line = match &layer.op {
            Op::Conv { slide, channels: outputs, groups, .. } => format!(
                "conv({channels}, {outputs}, {}{}{}{}{})",
                slide.kernel,
                option("groups", *groups, 1),
                option("stride", slide.stride, 1),
                option("padding", slide.padding, 0),
                option("dilation", slide.dilation, 1)
            ),
            Op::Pool { pool, slide } => {
                let name = if *pool == Pool::Max { "maxpool" } else { "nn.AvgPool2d" };
                format!("{name}({}, stride={}{})", slide.kernel, slide.stride, option("padding", slide.padding, 0))
            }
            Op::Relu => "relu()".into(),
            Op::Norm => "norm()".into(),
            Op::Fc { width, .. } => {
                let [rows, cols] = layer.input.size;
                format!("conv({channels}, {width}, ({rows}, {cols}))")
            }
            Op::Residual { main, projection } => {
                let branch = |branch: &[Layer]| format!("nn.Sequential(\n{}{indent})", layers(branch, depth + 1));
                let other = projection.as_deref().map_or_else(|| "nn.Identity()".into(), branch);
                format!("Sum({}, {other})", branch(main))
            }
        };
        let _ = writeln!(out, "{indent}{line},");
    }
    out
}
