//! The same computation as a program for PyTorch: it runs as it is and prints the numbers of the figure.

use super::Backprop;
use super::net::{Activation, Loss};
use core::fmt::Write as _;

impl Backprop {
    /// The program, with the present parameters and samples written into it.
    pub(super) fn program(&self) -> String {
        let sizes = &self.net.sizes;
        let last = self.net.last();
        let activation = match self.net.activation {
            Activation::Sigmoid => "torch.sigmoid",
            Activation::Tanh => "torch.tanh",
            Activation::Relu => "torch.relu",
        };
        let (output, loss) = match self.net.loss {
            Loss::Mse => (format!("a = {activation}(z)"), "0.5 * ((a - t) ** 2).sum(1).mean()"),
            Loss::SoftmaxMse => ("a = torch.softmax(z, 1)".into(), "0.5 * ((a - t) ** 2).sum(1).mean()"),
            Loss::SoftmaxCrossEntropy => {
                ("a = torch.softmax(z, 1)".into(), "-(t * torch.log_softmax(z, 1)).sum(1).mean()")
            }
        };
        let mut out = String::from("import torch\ntorch.set_default_dtype(torch.float64)\n\n");
        let _ = writeln!(out, "x = torch.tensor({})", rows(&self.samples.inputs, sizes[0]));
        let _ = writeln!(out, "t = torch.tensor({})", rows(&self.samples.targets, sizes[last]));
        out.push_str("# A row for each destination, as in torch.nn.Linear.\nW = [\n");
        for l in 1..=last {
            let _ = writeln!(out, "    torch.tensor({}),", rows(&self.net.params.weights[l - 1], sizes[l - 1]));
        }
        out.push_str("]\nb = [\n");
        for biases in &self.net.params.biases {
            let _ = writeln!(out, "    torch.tensor({}),", list(biases));
        }
        let _ = write!(
            out,
            "]\nfor p in W + b:\n    p.requires_grad_()\n\ndef forward(x):\n    a = x\n    for l in range(len(W)):\n        \
             z = a @ W[l].T + b[l]\n        if l < len(W) - 1:\n            a = {activation}(z)\n    {output}\n    \
             return z, a\n\nfor step in range(2):\n    z, a = forward(x)\n    loss = {loss}\n    \
             print(\"step\", step, \"loss\", repr(loss.item()))\n    \
             for p in W + b:\n        p.grad = None\n    loss.backward()\n    \
             for l in range(len(W)):\n        print(\"dL/dW\", l + 1, W[l].grad.tolist(), \"dL/db\", l + 1, b[l].grad.tolist())\n    \
             with torch.no_grad():\n        for p in {}:\n            p -= {} * p.grad\n",
            if self.train_bias { "W + b" } else { "W" },
            self.lr,
        );
        out
    }
}

/// Numbers in rows of `width`, as Python lists.
fn rows(values: &[f64], width: usize) -> String {
    let rows: Vec<String> = values.chunks_exact(width).map(list).collect();
    format!("[{}]", rows.join(", "))
}

/// Numbers as a Python list; every one is a float there too.
fn list(values: &[f64]) -> String {
    let numbers: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("[{}]", numbers.join(", "))
}
