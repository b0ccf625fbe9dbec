//! The same question as a program for PyTorch: positive weights, the gradient of one unit, the box around its support, and
//! the arithmetic beside it. It runs as it is.

use super::Lens;
use crate::analysis::stack::{Layer, Op, Pool};
use core::fmt::Write as _;

impl Lens {
    pub(super) fn program(&self) -> String {
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
