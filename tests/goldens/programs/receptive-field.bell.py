import math
import numpy as np
import torch
from torch import nn

seed = 1
height, width = 64, 64
row, column = 32, 32  # the unit


# input64x64x3 conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1 relu conv3x16p1
def network(thin=False, bias=False):
    """The stack; `thin` with one channel a layer, no relu and the mean for the largest: its field is the same."""

    def conv(inputs, outputs, kernel, groups=1, **slide):
        if thin:
            inputs = outputs = groups = 1
        return nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=bias, **slide)

    relu = nn.Identity if thin else nn.ReLU
    return nn.Sequential(
        conv(3, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
        relu(),
        conv(16, 16, 3, padding=1),
    )


def gradient(model, x, row, column):
    """|d unit / d pixel|, summed over the picture's channels, from the unit's largest channel; and which that is."""
    x = x.detach().clone().requires_grad_()
    y = model(x)[0, :, row, column]
    channel = len(y) - 1 - y.flip(0).argmax().item()  # the last of equal ones
    y[channel].backward()
    return x.grad[0].double().abs().sum(0), channel


# With positive weights nothing cancels: a pixel has a gradient exactly where the unit looks.
thin = network(thin=True).double()
with torch.no_grad():
    for p in thin.parameters():
        p.fill_(p[0].numel() ** -0.5)
g, _ = gradient(thin, torch.ones(1, 1, height, width, dtype=torch.float64), row, column)
rows, cols = g.nonzero(as_tuple=True)
print("unit_row", row, "unit_col", column)
print("top", rows.min().item(), "bottom", rows.max().item(), "r", (rows.max() - rows.min() + 1).item(), "left", cols.min().item(), "right", cols.max().item())


class Average:
    """Where the passes look, on average: each pixel's share of |gradient|. One without any gradient does not count."""

    def __init__(self):
        self.sum, self.count = torch.zeros(height, width, dtype=torch.float64), 0

    def add(self, g, place=np.s_[...]):
        if 0 < g.sum() < math.inf:
            self.sum[place] += g / g.sum()
            self.count += 1


def report(step, name, average):
    if not name:
        print(f"{step}passes", average.count)
    if average.count:
        share = average.sum / average.count
        for axis, sums in [("y", share.sum(1)), ("x", share.sum(0))]:
            at = torch.arange(len(sums))
            mean = (sums * at).sum()
            print(f"{step}{name}variance_{axis}", (sums * (at - mean) ** 2).sum().item())
        print(f"{step}{name}middle", 100 * share[27:38, 27:38].sum().item())


# The figure has made no pass yet. What it shows after the first:
# Equal weights, each layer the mean of what it sees: one pass is all of them.
with torch.no_grad():
    for p in thin.parameters():
        p.fill_(1 / p[0].numel())
average = Average()
average.add(gradient(thin, torch.ones(1, 1, height, width, dtype=torch.float64), row, column)[0])
report("step + 1: ", "", average)
