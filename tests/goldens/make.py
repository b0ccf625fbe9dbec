"""Makes the files beside it: what PyTorch computes, for tests/goldens.rs to compare with.

Not part of any build: the files are committed. To make them again:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.15.0 && /tmp/venv/bin/python tests/goldens/make.py

Made with Python 3.11 and torch 2.15.0 on a CPU, all in float64. Every case draws its inputs from a generator seeded with
its own name, rounded to three decimals so that the files stay small and f32 holds nearly the same numbers; inputs,
results and gradients are all written. The loss of a case is sum(out * c) with c drawn as well, so that every element of
the Jacobian counts.
"""

import json
import pathlib
import zlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent


def numbers(tensor):
    """A flat list; infinities as strings, which JSON cannot hold."""
    flat = tensor.detach().reshape(-1).tolist()
    return [x if abs(x) != float("inf") else str(x) for x in flat]


def packed(tensor):
    return {"shape": list(tensor.shape), "data": numbers(tensor)}


class Draw:
    """Inputs of one case."""

    def __init__(self, name):
        self.rng = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        self.inputs = []

    def _keep(self, tensor, grad):
        tensor = (tensor * 1000).round() / 1000
        tensor.requires_grad_(grad)
        self.inputs.append((tensor, grad))
        return tensor

    def normal(self, *shape, grad=True):
        return self._keep(torch.randn(*shape, generator=self.rng), grad)

    def positive(self, *shape, grad=True):
        return self._keep(torch.rand(*shape, generator=self.rng) + 0.5, grad)

    def whole(self, below, *shape):
        drawn = torch.randint(below, shape, generator=self.rng)
        self.inputs.append((drawn.double(), False))
        return drawn

    def given(self, tensor, grad=False):
        tensor.requires_grad_(grad)
        self.inputs.append((tensor, grad))
        return tensor


CASES = []


def case(name):
    def declare(build):
        draw = Draw(name)
        result = build(draw)
        out, after = result if isinstance(result, tuple) else (result, [])
        c = (torch.randn(out.shape, generator=draw.rng) * 1000).round() / 1000
        (out * c).sum().backward()
        CASES.append(
            {
                "name": name,
                "inputs": [packed(tensor) for tensor, _ in draw.inputs],
                "c": numbers(c),
                "out": packed(out),
                "grads": [numbers(tensor.grad) if grad else None for tensor, grad in draw.inputs],
                "after": [numbers(tensor) for tensor in after],
            }
        )

    return declare


# Activations, on both sides of 0 and far out.
SPREAD = [-30.0, -8.0, -3.0, -1.0, -0.5, -0.001, 0.0, 0.001, 0.5, 1.0, 3.0, 8.0, 30.0]
for name, f in {
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
    "elu": lambda x: F.elu(x, 1.3),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda x: F.softplus(x, threshold=100),
    "abs": torch.abs,
    # Not at the bounds themselves: there the gradient is 1 here and in older versions of PyTorch, 0 in 2.15.
    "clamp": lambda x: torch.clamp(x, -0.9, 0.9),
}.items():
    case(name)(lambda d, f=f: f(d.given(torch.tensor(SPREAD), grad=True)))

# Layers.
case("linear")(lambda d: F.linear(d.normal(3, 4), d.normal(5, 4), d.normal(5)))
case("embedding")(lambda d: (lambda table: F.embedding(d.whole(6, 2, 3), table))(d.normal(6, 4)))
case("matmul, batched")(lambda d: d.normal(2, 3, 4) @ d.normal(2, 4, 5))
case("softmax")(lambda d: F.softmax(d.normal(3, 5), 1))
case("softmax, channels")(lambda d: F.softmax(d.normal(2, 3, 2, 2), 1))
case("log_softmax")(lambda d: F.log_softmax(d.normal(3, 5), 1))
case("max, along an axis")(lambda d: d.normal(3, 5).max(1).values)
case("broadcast")(lambda d: d.normal(2, 1, 3, 1) * d.normal(4, 1, 2) + d.normal(2) / d.positive(3, 1))

# Convolution, with every option.
for name, x, w, bias, options in [
    ("plain", (2, 3, 5, 6), (4, 3, 3, 2), True, {}),
    ("no bias", (1, 2, 4, 4), (3, 2, 3, 3), False, {}),
    ("stride", (1, 2, 7, 6), (2, 2, 3, 3), True, {"stride": (2, 3)}),
    ("padding", (1, 2, 4, 5), (2, 2, 3, 3), True, {"padding": (1, 2)}),
    ("dilation", (1, 2, 7, 7), (2, 2, 3, 2), True, {"dilation": (2, 3)}),
    ("groups", (2, 4, 4, 4), (6, 2, 3, 3), True, {"groups": 2}),
    ("everything, depthwise", (1, 3, 8, 7), (6, 1, 3, 3), True, {"stride": 2, "padding": (2, 1), "dilation": 2, "groups": 3}),
    ("one by one", (2, 3, 3, 3), (4, 3, 1, 1), True, {}),
]:
    case(f"conv2d, {name}")(
        lambda d, x=x, w=w, bias=bias, options=options: F.conv2d(
            d.normal(*x), d.normal(*w), d.normal(w[0]) if bias else None, **options
        )
    )

# Pooling: with ties (whole numbers below 3), overlap, padding, dilation.
case("max_pool2d")(lambda d: F.max_pool2d(d.normal(2, 2, 4, 6), 2))
case("max_pool2d, ties")(
    lambda d: F.max_pool2d(d.given(torch.randint(3, (1, 2, 6, 6), generator=d.rng).double(), grad=True), 3, 2, 1)
)
case("max_pool2d, negative and padded")(lambda d: F.max_pool2d(d.given(-torch.rand(1, 1, 4, 4, generator=d.rng).mul(8).round() - 1, grad=True), 3, 1, 1))
case("max_pool2d, dilated")(lambda d: F.max_pool2d(d.normal(1, 1, 6, 6), 2, 1, 0, (2, 3)))
case("avg_pool2d")(lambda d: F.avg_pool2d(d.normal(2, 2, 4, 6), 2))
case("avg_pool2d, overlapping and padded")(lambda d: F.avg_pool2d(d.normal(1, 2, 5, 5), (3, 2), (2, 1), (1, 1)))


# Normalisation.
def batch_norm(d, x, training):
    c = x.shape[1]
    weight, bias, mean, var = d.normal(c), d.normal(c), d.normal(c, grad=False), d.positive(c, grad=False)
    running = [mean.clone(), var.clone()]
    out = F.batch_norm(x, running[0], running[1], weight, bias, training, 0.1, 1e-5)
    return out, running


case("layer_norm")(lambda d: F.layer_norm(d.normal(3, 6), (6,), d.normal(6), d.normal(6)))
case("layer_norm, tokens")(lambda d: F.layer_norm(d.normal(2, 3, 4), (4,), d.normal(4), d.normal(4)))
case("batch_norm, training")(lambda d: batch_norm(d, d.normal(3, 2, 2, 3), True))
case("batch_norm, evaluating")(lambda d: batch_norm(d, d.normal(3, 2, 2, 3), False))
case("batch_norm, of vectors")(lambda d: batch_norm(d, d.normal(5, 3), True))

# Attention: two heads, four tokens; a causal mask of 0 and -inf is added to the scores.
CAUSAL = torch.triu(torch.full((4, 4), float("-inf")), 1)
case("attention")(
    lambda d: F.scaled_dot_product_attention(d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3))
)
case("attention, masked")(
    lambda d: F.scaled_dot_product_attention(
        d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), attn_mask=d.given(CAUSAL.clone())
    )
)

case("attention, fused")(
    lambda d: F.scaled_dot_product_attention(d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3))
)
case("attention, fused and masked")(
    lambda d: F.scaled_dot_product_attention(
        d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), d.normal(2, 2, 4, 3), attn_mask=d.given(CAUSAL.clone())
    )
)


def heads(d, mask):
    """Three heads side by side in the columns, five queries of four keys: split, attended, put side by side again."""
    split = lambda x: x.unflatten(-1, (3, -1)).transpose(1, 2)
    q, k, v = d.normal(2, 5, 6), d.normal(2, 4, 6), d.normal(2, 4, 9)
    # One mask for each of the batch: the second hides the last keys, as padding does.
    masks = torch.zeros(2, 5, 4)
    masks[1, :, 2:] = float("-inf")
    masks = d.given(masks).unsqueeze(1) if mask else None
    return F.scaled_dot_product_attention(split(q), split(k), split(v), attn_mask=masks).transpose(1, 2).flatten(2)


case("attention, heads")(lambda d: heads(d, False))
case("attention, heads and a mask for each")(lambda d: heads(d, True))

# Losses.
case("mse_mean")(lambda d: F.mse_loss(d.normal(3, 4), d.normal(3, 4)))
case("mse_half_sum")(lambda d: 0.5 * F.mse_loss(d.normal(3, 4), d.normal(3, 4), reduction="sum"))
case("cross_entropy")(lambda d: F.cross_entropy(d.normal(4, 3), d.whole(3, 4)))
case("cross_entropy, a sum")(lambda d: F.cross_entropy(d.normal(4, 3), d.whole(3, 4), reduction="sum"))
case("cross_entropy, far out")(
    lambda d: F.cross_entropy(d.given(torch.tensor([[1000.0, 0.0], [-1000.0, 3.0]]), grad=True), d.given(torch.tensor([1, 1])))
)
case("cross_entropy_probs")(lambda d: F.cross_entropy(d.normal(4, 3), d.positive(4, 3)))


def optimizers():
    """Ten steps of five parameters against given gradients; the parameters after each step. PyTorch's optimisers know no L1,
    so there the loss does: its gradient is what autograd makes of g . p + l1 |p|."""
    rng = torch.Generator().manual_seed(1)
    start = torch.randn(5, generator=rng)
    grads = torch.randn(10, 5, generator=rng)
    O = torch.optim
    table = {
        "sgd": lambda p: O.SGD(p, lr=0.1),
        "sgd, decay": lambda p: O.SGD(p, lr=0.1, weight_decay=0.05),
        "momentum": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
        "momentum, decay": lambda p: O.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
        "nesterov": lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        "rmsprop": lambda p: O.RMSprop(p, lr=0.1),
        "rmsprop, decay": lambda p: O.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-3, weight_decay=0.05),
        "adam": lambda p: O.Adam(p, lr=0.1),
        "adam, decay": lambda p: O.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.05),
        "adamw": lambda p: O.AdamW(p, lr=0.1, weight_decay=0.0),
        "adamw, decay": lambda p: O.AdamW(p, lr=0.1, weight_decay=0.05),
        "sgd, l1": lambda p: O.SGD(p, lr=0.1),
        "momentum, decay, l1": lambda p: O.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
        "adamw, decay, l1": lambda p: O.AdamW(p, lr=0.1, weight_decay=0.05),
    }
    runs = {}
    for name, make in table.items():
        p = start.clone().requires_grad_(True)
        optimizer = make([p])
        runs[name] = []
        for grad in grads:
            l1 = 0.03 if name.endswith("l1") else 0.0
            optimizer.zero_grad()
            ((grad * p).sum() + l1 * p.abs().sum()).backward()
            optimizer.step()
            runs[name].append(numbers(p))
    return {"start": numbers(start), "grads": [numbers(g) for g in grads], "runs": runs}


def training():
    """A perceptron 3-5-4-2 with tanh, cross-entropy of six samples, ten steps: losses and all parameters at the end."""
    rng = torch.Generator().manual_seed(2)
    widths = [3, 5, 4, 2]
    x = (torch.randn(6, 3, generator=rng) * 1000).round() / 1000
    labels = torch.randint(2, (6,), generator=rng)
    params = []
    for inputs, outputs in zip(widths, widths[1:]):
        params.append((torch.randn(outputs, inputs, generator=rng) * 1000).round() / 1000)
        params.append(torch.zeros(outputs))
    start = [numbers(p) for p in params]
    runs = {}
    for name, make in {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.5),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=0.05),
    }.items():
        live = [p.clone().requires_grad_(True) for p in params]
        optimizer = make(live)
        losses = []
        for _ in range(10):
            h = x
            for nth in range(3):
                h = F.linear(h if nth == 0 else torch.tanh(h), live[2 * nth], live[2 * nth + 1])
            loss = F.cross_entropy(h, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        runs[name] = {"losses": losses, "params": sum((numbers(p) for p in live), [])}
    return {
        "widths": widths,
        "x": numbers(x),
        "labels": numbers(labels.double()),
        "start": sum(start, []),
        "runs": runs,
    }


def write(name, content):
    made = {"made_by": f"tests/goldens/make.py, torch {torch.__version__.split('+')[0]}, float64, CPU"}
    path = HERE / name
    if isinstance(content, list):
        rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in content)
        path.write_text(f'{{"made_by":{json.dumps(made["made_by"])},"cases":[\n{rows}\n]}}\n')
    else:
        path.write_text(json.dumps({**made, **content}, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


write("operations.json", CASES)
write("optimizers.json", optimizers())
write("training.json", training())
