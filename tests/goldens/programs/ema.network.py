import math
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

seed, batch, lr, beta, steps = 1, 8, 0.5, 0.99, 20


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
    return {f"{name}_loss": F.cross_entropy(z, test_y).item(), f"{name}_accuracy": 100 * right / len(test_y)}


def flat(weights):
    return torch.cat([w.flatten() for w in weights])


def report(step, live, ema):
    with torch.no_grad():
        numbers = test("live", live) | test("ema", ema)
        w, v = flat(live), flat(ema)
        numbers["distance"] = ((v - w).double().norm() / w.double().norm()).item()
    numbers |= {"test_loss": numbers["ema_loss"], "test_accuracy": numbers["ema_accuracy"]}
    # The weight that is watched: the bias of one digit.
    numbers |= {"w": live[3][3].item(), "ema_w": ema[3][3].item()}
    numbers |= {"train_loss": train_loss, "grad_w": grad_w, "missing": beta**t, "memory": 1 / (1 - beta)}
    numbers["half_life"] = math.log(0.5) / math.log(beta) if beta else 0.0
    for name, value in numbers.items():
        print(f"{step}{name}", value)


averages = [torch.zeros_like(w) for w in weights]
t, train_loss, grad_w = 0, math.nan, math.nan
each = 1437 // batch
# The figure stands at the start.
report("", weights, weights)
for t in range(1, steps + 1):
    if (t - 1) % each == 0:
        order = Rng(seed, 1000 + (t - 1) // each).shuffled(1437)
    at = (t - 1) % each * batch
    chosen = order[at : at + batch]
    leaves = [w.clone().requires_grad_() for w in weights]
    loss = F.cross_entropy(logits(leaves, train_x[chosen]), train_y[chosen])
    grads = torch.autograd.grad(loss, leaves)
    train_loss, grad_w = loss.item(), grads[3][3].item()
    weights = [w - lr * g for w, g in zip(weights, grads)]
    if t == 1:
        firsts = weights
    averages = [beta * v + (1 - beta) * w for v, w in zip(averages, weights)]
report("step + 20: ", weights, [v / (1 - beta**t) for v, first in zip(averages, firsts)])
