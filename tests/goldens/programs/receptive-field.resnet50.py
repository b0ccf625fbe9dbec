import math
import numpy as np
import torch
from torch import nn

seed = 1
height, width = 224, 224
row, column = 3, 3  # the unit


class Sum(nn.Module):
    def __init__(self, main, other):
        super().__init__()
        self.main, self.other = main, other

    def forward(self, x):
        return self.main(x) + self.other(x)


class Norm(nn.Module):
    """Divides by the root mean square of the first map that it meets: a constant, as in a network that is used."""

    by = None

    def forward(self, x):
        if self.by is None:
            self.by = 1 / math.sqrt(x.double().square().mean().item() + 1e-5)
        return x * self.by


# input224x224x3 conv7x8s2p3 bn relu maxpool3s2p1 res(conv1x8 bn relu conv3x8p1 bn relu conv1x32 bn|conv1x32 bn) relu res(conv1x8 bn relu conv3x8p1 bn relu conv1x32 bn) relu res(conv1x8 bn relu conv3x8p1 bn relu conv1x32 bn) relu res(conv1x16 bn relu conv3x16s2p1 bn relu conv1x64 bn|conv1x64s2 bn) relu res(conv1x16 bn relu conv3x16p1 bn relu conv1x64 bn) relu res(conv1x16 bn relu conv3x16p1 bn relu conv1x64 bn) relu res(conv1x16 bn relu conv3x16p1 bn relu conv1x64 bn) relu res(conv1x32 bn relu conv3x32s2p1 bn relu conv1x128 bn|conv1x128s2 bn) relu res(conv1x32 bn relu conv3x32p1 bn relu conv1x128 bn) relu res(conv1x32 bn relu conv3x32p1 bn relu conv1x128 bn) relu res(conv1x32 bn relu conv3x32p1 bn relu conv1x128 bn) relu res(conv1x32 bn relu conv3x32p1 bn relu conv1x128 bn) relu res(conv1x32 bn relu conv3x32p1 bn relu conv1x128 bn) relu res(conv1x64 bn relu conv3x64s2p1 bn relu conv1x256 bn|conv1x256s2 bn) relu res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu (a part of the channels of the stack)
def network(thin=False, bias=False):
    """The stack; `thin` with one channel a layer, no relu and the mean for the largest: its field is the same."""

    def conv(inputs, outputs, kernel, groups=1, **slide):
        if thin:
            inputs = outputs = groups = 1
        return nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=bias, **slide)

    relu = nn.Identity if thin else nn.ReLU
    norm = nn.Identity if thin else Norm
    maxpool = nn.AvgPool2d if thin else nn.MaxPool2d
    return nn.Sequential(
        conv(3, 8, 7, stride=2, padding=3),
        norm(),
        relu(),
        maxpool(3, stride=2, padding=1),
        Sum(nn.Sequential(
            conv(8, 8, 1),
            norm(),
            relu(),
            conv(8, 8, 3, padding=1),
            norm(),
            relu(),
            conv(8, 32, 1),
            norm(),
        ), nn.Sequential(
            conv(8, 32, 1),
            norm(),
        )),
        relu(),
        Sum(nn.Sequential(
            conv(32, 8, 1),
            norm(),
            relu(),
            conv(8, 8, 3, padding=1),
            norm(),
            relu(),
            conv(8, 32, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(32, 8, 1),
            norm(),
            relu(),
            conv(8, 8, 3, padding=1),
            norm(),
            relu(),
            conv(8, 32, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(32, 16, 1),
            norm(),
            relu(),
            conv(16, 16, 3, stride=2, padding=1),
            norm(),
            relu(),
            conv(16, 64, 1),
            norm(),
        ), nn.Sequential(
            conv(32, 64, 1, stride=2),
            norm(),
        )),
        relu(),
        Sum(nn.Sequential(
            conv(64, 16, 1),
            norm(),
            relu(),
            conv(16, 16, 3, padding=1),
            norm(),
            relu(),
            conv(16, 64, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(64, 16, 1),
            norm(),
            relu(),
            conv(16, 16, 3, padding=1),
            norm(),
            relu(),
            conv(16, 64, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(64, 16, 1),
            norm(),
            relu(),
            conv(16, 16, 3, padding=1),
            norm(),
            relu(),
            conv(16, 64, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(64, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, stride=2, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Sequential(
            conv(64, 128, 1, stride=2),
            norm(),
        )),
        relu(),
        Sum(nn.Sequential(
            conv(128, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(128, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(128, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(128, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(128, 32, 1),
            norm(),
            relu(),
            conv(32, 32, 3, padding=1),
            norm(),
            relu(),
            conv(32, 128, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(128, 64, 1),
            norm(),
            relu(),
            conv(64, 64, 3, stride=2, padding=1),
            norm(),
            relu(),
            conv(64, 256, 1),
            norm(),
        ), nn.Sequential(
            conv(128, 256, 1, stride=2),
            norm(),
        )),
        relu(),
        Sum(nn.Sequential(
            conv(256, 64, 1),
            norm(),
            relu(),
            conv(64, 64, 3, padding=1),
            norm(),
            relu(),
            conv(64, 256, 1),
            norm(),
        ), nn.Identity()),
        relu(),
        Sum(nn.Sequential(
            conv(256, 64, 1),
            norm(),
            relu(),
            conv(64, 64, 3, padding=1),
            norm(),
            relu(),
            conv(64, 256, 1),
            norm(),
        ), nn.Identity()),
        relu(),
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
# The box is rows -117 to 309, columns -117 to 309. Only what of it lies on the picture has a gradient.
if len(rows):
    print("# gradient: rows", rows.min().item(), "to", rows.max().item(), "columns", cols.min().item(), "to", cols.max().item())
else:
    print("# The unit sees only padding: no pixel has a gradient.")


def pcg(seed, stream, count):
    """The generator of the figure, PCG-XSH-RR 64/32: `count` signed numbers of 32 bits."""
    step = 2 * stream + 1
    times = 6364136223846793005
    state = np.array([((seed + step) * times + step) % 2**64], np.uint64)
    while len(state) < count:
        state = np.concatenate([state, state * np.uint64(times) + np.uint64(step)])
        times, step = times * times % 2**64, (times + 1) * step % 2**64
    state = state[:count]
    word = ((state >> np.uint64(18) ^ state) >> np.uint64(27)).astype(np.uint32)
    turn = (state >> np.uint64(59)).astype(np.uint32)
    return (word >> turn | word << (-turn & np.uint32(31))).view(np.int32)


def random_network(nth):
    """He's uniform weights, as the figure draws them for pass `nth`."""
    model = network()
    draws = pcg(seed, 1000 + nth, sum(p.numel() for p in model.parameters()))
    with torch.no_grad():
        for p in model.parameters():
            drawn, draws = draws[: p.numel()], draws[p.numel() :]
            p.copy_(torch.from_numpy(drawn * (math.sqrt(6 / p[0].numel()) / 2**31)).view_as(p))
    return model


def tensor(rgb):
    red, green, blue = rgb.astype(np.float32).transpose(2, 0, 1)
    planes = np.stack([red, green, blue])
    return torch.from_numpy((planes / 255 - 0.45) / 0.25)[None]


# The photograph, with its colours at half the resolution, as the figure stores it: pip install scikit-image pillow
from PIL import Image
from skimage.data import chelsea

y, cb, cr = Image.fromarray(chelsea()).crop((56, 0, 280, 224)).convert("YCbCr").split()
y = np.asarray(y, float)
cb, cr = [np.kron(c.resize((112, 112), Image.Resampling.BOX), np.ones((2, 2))) - 128.0 for c in (cb, cr)]
rgb = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], 2)
rgb = (rgb + 0.5).clip(0, 255) // 1


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
        print(f"{step}{name}middle", 100 * share[56:168, 56:168].sum().item())


# The figure has made no pass yet. What it shows after the first:
# A deep network in f32: where a sum is almost 0, its rounding decides whether relu lets it pass.
# So the figure's numbers may differ from these from the fourth digit on.
average = Average()
for nth in range(1):
    average.add(gradient(random_network(nth), tensor(rgb), row, column)[0])
report("step + 1: ", "", average)
