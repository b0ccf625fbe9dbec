//! The same computation as a program for PyTorch: it runs as it is and prints the numbers of the figure, each behind its name.
//!
//! Not the training up to here: the program begins with the parameters and samples of the step that is shown.

use super::Backprop;
use super::net::{Activation, Fault, Loss};
use core::fmt::Write as _;

/// Every number of an array under a name with its indices, which count from 1.
const SHOW: &str = r#"
def show(name, values):
    for at in itertools.product(*map(range, values.shape)):
        print("_".join([name, *(str(i + 1) for i in at)]), values[at].item())
"#;

/// The backward pass of PyTorch.
const BACKWARD: &str = r#"
for p in W + b:
    p.requires_grad_()
z, a, loss = forward(W, b)
for v in z[1:]:
    v.retain_grad()
loss.backward()
# dL/dz of a sample's own loss; the loss is the mean over the samples.
delta = [None] + [len(x) * v.grad for v in z[1:]]
dW, db = [w.grad for w in W], [v.grad for v in b]
"#;

/// What is printed of the step.
const PRINT: &str = r#"
print("loss", loss.item())
show(f"x{s + 1}", x[s])
show(f"t{s + 1}", t[s])
for l in range(1, len(z)):
    show(f"z{l}", z[l][s])
    show(f"a{l}", a[l][s])
    show(f"delta{l}", delta[l][s])
    # W has a row for each destination; the names have the source first.
    show(f"w{l}", W[l - 1].T)
    show(f"grad_w{l}", dW[l - 1].T)
    show(f"new_w{l}", new_W[l - 1].T)
    show(f"b{l}", b[l - 1])
    show(f"grad_b{l}", db[l - 1])
    show(f"new_b{l}", new_b[l - 1])
"#;

impl Backprop {
    /// The program.
    pub(super) fn program(&self) -> String {
        let sizes = &self.net.sizes;
        let last = self.net.last();
        let mut out = String::from("import itertools\nimport torch\ntorch.set_default_dtype(torch.float64)\n\n");
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
        let _ = writeln!(out, "]\nlr = {:?}\ns = {}  # the sample that is shown", self.lr, self.shown());
        out.push_str(SHOW);
        out.push_str(&self.forward_pass());
        out.push_str(&if self.fault == Fault::None { BACKWARD.into() } else { self.broken_backward_pass() });
        out.push_str(&self.update());
        out.push_str(PRINT);
        out.push_str("print(\"step + 1: loss\", forward(new_W, new_b)[2].item())\n");
        out
    }

    fn forward_pass(&self) -> String {
        let activation = match self.net.activation {
            Activation::Sigmoid => "torch.sigmoid(z[-1])",
            Activation::Tanh => "torch.tanh(z[-1])",
            Activation::Relu => "torch.relu(z[-1])",
        };
        let value = if self.net.loss.is_softmax() {
            format!("{activation} if l < len(W) - 1 else torch.softmax(z[-1], 1)")
        } else {
            activation.into()
        };
        let loss = match self.net.loss {
            Loss::Mse | Loss::SoftmaxMse => "0.5 * ((a[-1] - t) ** 2).sum(1).mean()",
            Loss::SoftmaxCrossEntropy => "-(t * torch.log_softmax(z[-1], 1)).sum(1).mean()",
        };
        format!(
            "\ndef forward(W, b):\n    z, a = [None], [x]\n    for l in range(len(W)):\n        \
             z.append(a[l] @ W[l].T + b[l])\n        a.append({value})\n    return z, a, {loss}\n"
        )
    }

    /// The backward pass with its mistake, which autograd cannot make.
    fn broken_backward_pass(&self) -> String {
        let (what, carried) = match self.fault {
            Fault::None => unreachable!("not broken"),
            Fault::NoSlope => ("delta without the slope of the activation", "d @ W[l - 1]"),
            Fault::NoTranspose => (
                "delta carried back by W in place of its transpose, which fits only where W is square",
                "d @ W[l - 1].T if len(W[l - 1]) == len(W[l - 1].T) else torch.full_like(a[l - 1], torch.nan)",
            ),
            Fault::UpdatedWeights => {
                ("delta carried back by weights that are already updated", "d @ (W[l - 1] - lr * dW[0])")
            }
            Fault::Sum => ("gradients summed over the samples, not averaged", "d @ W[l - 1]"),
        };
        let scale = if self.fault == Fault::Sum { "" } else { " / len(x)" };
        let slope = |a: &str| match self.net.activation {
            Activation::Sigmoid => format!("{a} * (1 - {a})"),
            Activation::Tanh => format!("(1 - {a} ** 2)"),
            Activation::Relu => format!("({a} > 0)"),
        };
        let output = match (self.net.loss, self.fault) {
            (Loss::Mse | Loss::SoftmaxMse, Fault::NoSlope) => "o - t".into(),
            (Loss::Mse, _) => format!("(o - t) * {}", slope("o")),
            (Loss::SoftmaxMse, _) => "o * (o - t - ((o - t) * o).sum(1, keepdim=True))".into(),
            (Loss::SoftmaxCrossEntropy, _) => "o * t.sum(1, keepdim=True) - t".into(),
        };
        let sloped = if self.fault == Fault::NoSlope {
            String::new()
        } else {
            format!("        d = d * {}\n", slope("a[l - 1]"))
        };
        format!(
            r#"
# "Break it" is on: {what}.
# Autograd makes no such mistake, so the backward pass is written out by hand.
z, a, loss = forward(W, b)
o = a[-1]
d = {output}
delta, dW, db = [None] * len(z), [], []
for l in range(len(W), 0, -1):
    delta[l] = d
    dW.insert(0, d.T @ a[l - 1]{scale})
    db.insert(0, d.sum(0){scale})
    if l > 1:
        d = {carried}
{sloped}"#
        )
    }

    fn update(&self) -> String {
        let finite = self.grads.weights.iter().chain(&self.grads.biases).flatten().all(|grad| grad.is_finite());
        let (remark, step) = if finite {
            ("", "lr * g")
        } else {
            ("# A gradient that is not a number changes nothing.\n", "lr * g.nan_to_num(0, 0, 0)")
        };
        let biases =
            if self.train_bias { format!("[v - {step} for v, g in zip(b, db)]") } else { "b  # they stay".into() };
        format!("\n{remark}new_W = [w - {step} for w, g in zip(W, dW)]\nnew_b = {biases}\n")
    }
}

/// Numbers in rows of `width`, as Python lists.
fn rows(values: &[f64], width: usize) -> String {
    let rows: Vec<String> = values.chunks_exact(width).map(list).collect();
    format!("[{}]", rows.join(", "))
}

/// Numbers as a Python list; every one is a float there too.
fn list(values: &[f64]) -> String {
    let number = |value: &f64| if value.is_finite() { format!("{value:?}") } else { format!("float(\"{value}\")") };
    format!("[{}]", values.iter().map(number).collect::<Vec<_>>().join(", "))
}
