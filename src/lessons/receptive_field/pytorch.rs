//! The same question as a program for PyTorch: positive weights, the gradient of one unit, the box around its support, and
//! the arithmetic beside it. It runs as it is.

use super::Lens;
use crate::analysis::stack::{Layer, Op, Pool};
use crate::data::reading;
use core::fmt::Write as _;

impl Lens {
    pub(super) fn program(&self) -> String {
        if let Some(reader) = &self.reader {
            let pictures: Vec<usize> = (0..self.passes.max(1)).map(|nth| reader.picture(nth)).collect();
            return reading_program(&reader.weights, &pictures);
        }
        let geometry = &self.geometry;
        let stack = &geometry.stack;
        let [height, width] = stack.input.size;
        let [row, column] = geometry.unit;
        let mut out = String::from(
            "import torch\nfrom torch import nn\ntorch.set_default_dtype(torch.float64)\n\n\
             # One channel a layer and the mean in place of the largest: the field does not depend on them.\n\
             class Sum(nn.Module):\n    def __init__(self, main, other):\n        super().__init__()\n        \
             self.main, self.other = main, other\n    def forward(self, x):\n        \
             return self.main(x) + self.other(x)\n\n",
        );
        let _ = write!(out, "# {}\nmodel = nn.Sequential(\n{})\n", stack, layers(&stack.layers, 1));
        let (top, bottom) = geometry.seen(0);
        let (left, right) = geometry.seen(1);
        let _ = write!(
            out,
            "with torch.no_grad():\n    for p in model.parameters():\n        p.fill_(1 / p[0].numel() ** 0.5)\n\n\
             x = torch.ones(1, 1, {height}, {width}, requires_grad=True)\n\
             y = model(x)\nprint(\"map\", tuple(y.shape[2:]))\n\
             y[0, 0, {row}, {column}].backward()\n\
             rows, cols = x.grad[0, 0].nonzero(as_tuple=True)\n\
             print(\"gradient: rows\", rows.min().item(), \"to\", rows.max().item(), \
             \"columns\", cols.min().item(), \"to\", cols.max().item())\n\
             print(\"figure:   rows {top} to {bottom} columns {left} to {right}\")\n",
        );
        if geometry.fits() {
            let _ = writeln!(
                out,
                "assert [rows.min(), rows.max(), cols.min(), cols.max()] == [{top}, {bottom}, {left}, {right}]"
            );
        } else {
            out.push_str("# The field reaches beyond the picture: only the part on the picture has a gradient.\n");
            let _ = writeln!(
                out,
                "assert rows.min() >= {top} and rows.max() <= {bottom} and cols.min() >= {left} and cols.max() <= {right}"
            );
        }
        out.push_str(
            "share = x.grad[0, 0] / x.grad.sum()\n\
             at = torch.arange(share.shape[1], dtype=share.dtype)\n\
             mean = (share.sum(0) * at).sum()\n\
             print(\"variance along the columns\", (share.sum(0) * (at - mean) ** 2).sum().item())\n",
        );
        out
    }
}

/// The network that has learned, over these pictures of the data set.
fn reading_program(weights: &[f32], pictures: &[usize]) -> String {
    let raw = base64(&reading::write(weights));
    let lines: Vec<&str> = (0..raw.len()).step_by(100).map(|at| &raw[at..raw.len().min(at + 100)]).collect();
    let mut out = String::from(
        "import base64\nimport numpy as np\nimport torch\nfrom sklearn.datasets import load_digits\nfrom torch import nn\n\n\
         # What it has learned: of each layer the scale (f32), the weights (8 bits each), the biases (f32).\nraw = base64.b64decode(\"\"\"\n",
    );
    let _ = writeln!(out, "{}", lines.join("\n"));
    out.push_str(
        "\"\"\")[4:]\n\n\ndef take(count, kind):\n    global raw\n    size = count * np.dtype(kind).itemsize\n    \
         part, raw = np.frombuffer(raw[:size], kind), raw[size:]\n    return torch.tensor(part.astype(np.float32))\n\n\n\
         model = nn.Sequential(\n    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.MaxPool2d(2),\n    \
         nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.MaxPool2d(2),\n    \
         nn.Conv2d(16, 16, 3), nn.ReLU(), nn.Conv2d(16, 10, 3),\n)\n\
         with torch.no_grad():\n    for layer in model:\n        if isinstance(layer, nn.Conv2d):\n            \
         scale = take(1, \"<f4\")\n            \
         layer.weight.copy_((take(layer.weight.numel(), \"i1\") * scale).view_as(layer.weight))\n            \
         layer.bias.copy_(take(layer.bias.numel(), \"<f4\"))\n\ndigits = load_digits()\n",
    );
    let _ =
        writeln!(out, "pictures = {pictures:?}\nheat = torch.zeros(32, 32, dtype=torch.float64)\nfor nth in pictures:");
    out.push_str(
        "    grey = np.kron(digits.images[nth].clip(max=15) / 15, np.ones((4, 4)))\n    \
         x = torch.tensor((grey - 0.45) / 0.25, dtype=torch.float32)[None, None].requires_grad_()\n    \
         y = model(x)[0, :, 0, 0]\n    said = y.argmax()\n    y[said].backward()\n    \
         g = x.grad[0, 0].abs().double()\n    heat += g / g.sum() / len(pictures)\n    \
         print(\"picture\", nth, \"shows\", digits.target[nth], \"the network says\", said.item())\n\n\
         rows, cols = heat.nonzero(as_tuple=True)\n\
         print(\"gradient: rows\", rows.min().item(), \"to\", rows.max().item(), \
         \"columns\", cols.min().item(), \"to\", cols.max().item())\n\
         print(\"figure:   rows 0 to 31 columns 0 to 31\")\n\
         at = torch.arange(32, dtype=heat.dtype)\nmean = (heat.sum(0) * at).sum()\n\
         print(\"variance along the columns\", (heat.sum(0) * (at - mean) ** 2).sum().item())\n",
    );
    out
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
        let line = match &layer.op {
            Op::Conv { slide, .. } => {
                let (k, s, p, d) = (slide.kernel, slide.stride, slide.padding, slide.dilation);
                format!("nn.Conv2d(1, 1, {k}, stride={s}, padding={p}, dilation={d}, bias=False)")
            }
            Op::Pool { pool, slide } => {
                let remark = if *pool == Pool::Max { ",  # max" } else { "," };
                let (k, s, p) = (slide.kernel, slide.stride, slide.padding);
                let _ = writeln!(out, "{indent}nn.AvgPool2d({k}, stride={s}, padding={p}){remark}");
                continue;
            }
            Op::Relu | Op::Norm => continue,
            Op::Fc { .. } => {
                let size = layer.input.size;
                format!("nn.Conv2d(1, 1, ({}, {}), bias=False)", size[0], size[1])
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
