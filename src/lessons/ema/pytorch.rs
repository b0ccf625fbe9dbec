//! The three scenes as programs for PyTorch: they run as they are and print the numbers of the figure.

use super::average::Start;
use core::fmt::Write as _;

/// Scene A: the stream as far as it has come, and its three averages.
pub fn stream(thetas: &[f64], beta: f64) -> String {
    let mut list = String::new();
    for (index, theta) in thetas.iter().enumerate() {
        let text = if theta.is_nan() { "float(\"nan\")".into() } else { format!("{theta:?}") };
        let _ = write!(
            list,
            "{}{text}",
            if index == 0 {
                ""
            } else if index % 16 == 0 {
                ",\n    "
            } else {
                ", "
            }
        );
    }
    format!(
        "import torch\nfrom torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn\n\
         torch.set_default_dtype(torch.float64)\n\n\
         beta = {beta:?}\ntheta = torch.tensor([{list}])\n\n\
         # A model of one weight, whose average PyTorch keeps: it begins at the first value.\n\
         model = torch.nn.Linear(1, 1, bias=False)\n\
         averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(beta))\n\n\
         v = torch.tensor(0.0)\n\
         for t, value in enumerate(theta, start=1):\n    \
             v = beta * v + (1 - beta) * value\n    \
             corrected = v / (1 - beta**t)\n    \
             with torch.no_grad():\n        model.weight.fill_(value)\n    \
             averaged.update_parameters(model)\n    \
             print(t, \"v\", v.item(), \"corrected\", corrected.item(), \"first\", averaged.module.weight.item())\n"
    )
}

/// What the program of scene B needs to know.
pub struct Training {
    /// Seed of the weights and of the order.
    pub seed: u32,
    /// Pictures of a batch.
    pub batch: usize,
    /// Learning rate.
    pub lr: f64,
    /// Of the average.
    pub beta: f64,
    /// Steps to train.
    pub steps: usize,
    /// How the average begins.
    pub start: Start,
}

/// Scene B: the same network, the same pictures in the same order, and the average of its weights. Only rounding differs.
pub fn network(training: &Training) -> String {
    let Training { seed, batch, lr, beta, steps, start } = training;
    let average = match start {
        Start::Zero => "v",
        Start::Corrected => "v / (1 - beta**t)",
        Start::First => "v + beta**t * first",
    };
    format!(
        r#"import math
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

seed, batch, lr, beta, steps = {seed}, {batch}, {lr:?}, {beta:?}, {steps}


class Rng:
    """PCG-XSH-RR 64/32, as the figure uses it: the same weights and the same order of pictures."""

    def __init__(self, seed, stream):
        self.increment = (stream << 1 | 1) % 2**64
        self.state = (seed + self.increment) % 2**64
        self.advance()

    def advance(self):
        self.state = (self.state * 6364136223846793005 + self.increment) % 2**64

    def bits(self):
        old = self.state
        self.advance()
        word, turn = (old >> 18 ^ old) >> 27 & 0xFFFFFFFF, old >> 59
        return (word >> turn | word << (-turn & 31)) & 0xFFFFFFFF

    def uniform(self):
        return ((self.bits() >> 5) * 2**26 + (self.bits() >> 6)) / 2**53

    def below(self, n):
        reject = -n % 2**32 % n
        while (product := self.bits() * n) % 2**32 < reject:
            pass
        return product >> 32

    def shuffled(self, n):
        items = list(range(n))
        for last in range(n - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items


digits = load_digits()
x = torch.tensor(digits.data.clip(max=15) / 15, dtype=torch.float32)
y = torch.tensor(digits.target)
train_x, train_y, test_x, test_y = x[:1437], y[:1437], x[1437:], y[1437:]

rng = Rng(seed, 30)


def he(outputs, inputs):
    bound = math.sqrt(2) * math.sqrt(3 / inputs)
    return torch.tensor([[-bound + 2 * bound * rng.uniform() for _ in range(inputs)] for _ in range(outputs)])


weights = [he(16, 64), torch.zeros(16), he(10, 16), torch.zeros(10)]


def logits(weights, x):
    return F.linear(F.relu(F.linear(x, weights[0], weights[1])), weights[2], weights[3])


def report(name, weights):
    with torch.no_grad():
        z = logits(weights, test_x)
        print(name, "test loss", F.cross_entropy(z, test_y).item(), "accuracy", 100 * (z.argmax(1) == test_y).float().mean().item())


averages = [torch.zeros_like(w) for w in weights]
each = 1437 // batch
for t in range(1, steps + 1):
    if (t - 1) % each == 0:
        order = Rng(seed, 1000 + (t - 1) // each).shuffled(1437)
    at = (t - 1) % each * batch
    chosen = order[at : at + batch]
    leaves = [w.clone().requires_grad_() for w in weights]
    loss = F.cross_entropy(logits(leaves, train_x[chosen]), train_y[chosen])
    grads = torch.autograd.grad(loss, leaves)
    weights = [w - lr * g for w, g in zip(weights, grads)]
    if t == 1:
        firsts = weights
    averages = [beta * v + (1 - beta) * w for v, w in zip(averages, weights)]

report("live weights:", weights)
report("averaged weights:", [{average} for v, first in zip(averages, firsts)])
"#
    )
}

/// Scene C: Adam's step under a constant gradient, with the correction right, missing, and multiplied instead of divided.
pub fn adam(beta1: f64, beta2: f64, steps: usize) -> String {
    format!(
        "import torch\ntorch.set_default_dtype(torch.float64)\n\n\
         beta1, beta2, steps = {beta1:?}, {beta2:?}, {steps}\n\
         w = torch.zeros(1, requires_grad=True)\n\
         adam = torch.optim.Adam([w], lr=1.0, betas=(beta1, beta2), eps=0.0)\n\
         m = s = 0.0\n\
         for k in range(1, steps + 1):\n    \
             before = w.item()\n    w.grad = torch.ones(1)\n    adam.step()\n    \
             m, s = beta1 * m + (1 - beta1), beta2 * s + (1 - beta2)\n    \
             none = m / s**0.5\n    \
             wrong = m * (1 - beta1**k) / (s * (1 - beta2**k)) ** 0.5\n    \
             print(k, \"right\", before - w.item(), \"none\", none, \"wrong\", wrong)\n"
    )
}
