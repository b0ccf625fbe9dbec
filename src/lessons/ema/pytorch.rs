//! The three scenes as programs for PyTorch: they run as they are and print the numbers of the figure.

use super::average::Start;

/// ln 0.5 / ln beta in Python; 0 where nothing is kept.
fn half_life(beta: &str) -> String {
    format!("math.log(0.5) / math.log({beta}) if {beta} else 0.0")
}

/// Scene A: the stream as far as it has come, and its three averages. Nothing has come at the start: `ahead` elements show what
/// the program does.
pub fn stream(thetas: &[f64], beta: f64, ahead: bool) -> String {
    let number = |theta: &f64| if theta.is_nan() { "float(\"nan\")".into() } else { format!("{theta:?}") };
    let lines: Vec<String> =
        thetas.chunks(16).map(|line| line.iter().map(number).collect::<Vec<_>>().join(", ")).collect();
    let (t, note) = if ahead {
        ("0", "\n# The figure stands before the first of these: nothing is averaged yet.")
    } else {
        ("len(theta)", "")
    };
    format!(
        r#"import math
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
torch.set_default_dtype(torch.float64)

beta = {beta:?}{note}
theta = torch.tensor([{}])

# A model of one weight, whose average PyTorch keeps: it begins at the first value.
model = torch.nn.Linear(1, 1, bias=False)
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(beta))

v = torch.tensor(0.0)
for t, value in enumerate(theta, start=1):
    v = beta * v + (1 - beta) * value
    corrected = v / (1 - beta**t)
    with torch.no_grad():
        model.weight.fill_(value)
    averaged.update_parameters(model)
    print(f"step {{t}}: v", v.item(), "corrected", corrected.item(), "first", averaged.module.weight.item())

t = {t}
weights = {{i: (1 - beta) * beta ** (t - i) for i in range(1, t + 1)}}
for i in range(t, max(t - 8, 0), -1):
    print(f"theta_{{i}}", theta[i - 1].item(), f"weight_{{i}}", weights[i])
print("weight_sum", sum(weights.values()), "missing", beta**t)
print("memory", 1 / (1 - beta), "half_life", {})
"#,
        lines.join(",\n    "),
        half_life("beta"),
    )
}

/// What the program of scene B needs to know.
pub struct Training {
    /// Seed of the weights and of the order.
    pub seed: u32,
    /// Pictures of a batch.
    pub batch: usize,
    /// Learning rates, each behind the number of steps before it; the first behind 0.
    pub rates: Vec<(usize, f64)>,
    /// Of the average.
    pub beta: f64,
    /// Steps to train.
    pub steps: usize,
    /// How the average begins.
    pub start: Start,
    /// Whether the figure shows a test of the average.
    pub test_with_ema: bool,
    /// Index of the weight that is watched among the last biases.
    pub watched: usize,
    /// Steps to go on with from the start, where nothing is trained yet.
    pub ahead: usize,
}

/// Scene B: the same network, the same pictures in the same order, and the average of its weights. Only rounding differs.
pub fn network(training: &Training) -> String {
    let Training { seed, batch, rates, beta, steps, start, test_with_ema, watched, ahead } = training;
    let average = match start {
        Start::Zero => "v",
        Start::Corrected => "v / (1 - beta**t)",
        Start::First => "v + beta**t * first",
    };
    let [(_, lr), later @ ..] = &rates[..] else { unreachable!("the first rate") };
    let (changes, change) = if later.is_empty() {
        (String::new(), "")
    } else {
        let list: Vec<String> = later.iter().map(|(from, rate)| format!("{from}: {rate:?}")).collect();
        let changes = format!("# The learning rate from so many steps on.\nrates = {{{}}}\n", list.join(", "));
        (changes, "    lr = rates.get(t - 1, lr)\n")
    };
    let shown = if *test_with_ema { "ema" } else { "live" };
    let (steps, begun, after) = if *steps == 0 {
        (ahead, "# The figure stands at the start.\nreport(\"\", weights, weights)\n", format!("step + {ahead}: "))
    } else {
        (steps, "", String::new())
    };
    format!(
        r#"import math
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

seed, batch, lr, beta, steps = {seed}, {batch}, {lr:?}, {beta:?}, {steps}
{changes}

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


def test(name, weights):
    z = logits(weights, test_x)
    right = (z.argmax(1) == test_y).sum().item()
    return {{f"{{name}}_loss": F.cross_entropy(z, test_y).item(), f"{{name}}_accuracy": 100 * right / len(test_y)}}


def flat(weights):
    return torch.cat([w.flatten() for w in weights])


def report(step, live, ema):
    with torch.no_grad():
        numbers = test("live", live) | test("ema", ema)
        w, v = flat(live), flat(ema)
        numbers["distance"] = ((v - w).double().norm() / w.double().norm()).item()
    numbers |= {{"test_loss": numbers["{shown}_loss"], "test_accuracy": numbers["{shown}_accuracy"]}}
    # The weight that is watched: the bias of one digit.
    numbers |= {{"w": live[3][{watched}].item(), "ema_w": ema[3][{watched}].item()}}
    numbers |= {{"train_loss": train_loss, "grad_w": grad_w, "missing": beta**t, "memory": 1 / (1 - beta)}}
    numbers["half_life"] = {half_life}
    for name, value in numbers.items():
        print(f"{{step}}{{name}}", value)


averages = [torch.zeros_like(w) for w in weights]
t, train_loss, grad_w = 0, math.nan, math.nan
each = 1437 // batch
{begun}for t in range(1, steps + 1):
{change}    if (t - 1) % each == 0:
        order = Rng(seed, 1000 + (t - 1) // each).shuffled(1437)
    at = (t - 1) % each * batch
    chosen = order[at : at + batch]
    leaves = [w.clone().requires_grad_() for w in weights]
    loss = F.cross_entropy(logits(leaves, train_x[chosen]), train_y[chosen])
    grads = torch.autograd.grad(loss, leaves)
    train_loss, grad_w = loss.item(), grads[3][{watched}].item()
    weights = [w - lr * g for w, g in zip(weights, grads)]
    if t == 1:
        firsts = weights
    averages = [beta * v + (1 - beta) * w for v, w in zip(averages, weights)]
report("{after}", weights, [{average} for v, first in zip(averages, firsts)])
"#,
        half_life = half_life("beta"),
    )
}

/// Scene C: Adam's step under a constant gradient, with the correction right, missing, and multiplied instead of divided.
/// Nothing is there at the start: `ahead` steps show what the program does.
pub fn adam(beta1: f64, beta2: f64, steps: usize, ahead: bool) -> String {
    let (start, k) =
        if ahead { ("\n# The figure stands before the first of these steps.", "0") } else { ("", "steps") };
    format!(
        r#"import math
import torch
torch.set_default_dtype(torch.float64)

beta1, beta2, steps = {beta1:?}, {beta2:?}, {steps}{start}
w = torch.zeros(1, requires_grad=True)
adam = torch.optim.Adam([w], lr=1.0, betas=(beta1, beta2), eps=0.0)
m = s = 0.0
for k in range(1, steps + 1):
    before = w.item()
    w.grad = torch.ones(1)
    adam.step()
    m, s = beta1 * m + (1 - beta1), beta2 * s + (1 - beta2)
    none = m / s**0.5
    wrong = m * (1 - beta1**k) / (s * (1 - beta2**k)) ** 0.5
    print(f"step {{k}}: right", before - w.item(), "none", none, "wrong", wrong)

k = {k}
if k:
    print("m", m, "s", s, "m_hat", m / (1 - beta1**k), "s_hat", s / (1 - beta2**k))
print("missing1", beta1**k, "missing2", beta2**k)
print("half_life1", {})
print("half_life2", {})
"#,
        half_life("beta1"),
        half_life("beta2"),
    )
}
