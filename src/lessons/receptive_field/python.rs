//! Pieces of Python that the copied programs share. What a program has of them, and in which order, says `pytorch.rs`.

/// The sum of two branches.
pub const SUM: &str = r#"class Sum(nn.Module):
    def __init__(self, main, other):
        super().__init__()
        self.main, self.other = main, other

    def forward(self, x):
        return self.main(x) + self.other(x)


"#;

/// What stands for `bn`.
pub const NORM: &str = r#"class Norm(nn.Module):
    """Divides by the root mean square of the first map that it meets: a constant, as in a network that is used."""

    by = None

    def forward(self, x):
        if self.by is None:
            self.by = 1 / math.sqrt(x.double().square().mean().item() + 1e-5)
        return x * self.by


"#;

/// The head of the function that makes the stack.
pub const NETWORK: &str = r#"def network(thin=False, bias=False):
    """The stack; `thin` with one channel a layer, no relu and the mean for the largest: its field is the same."""

    def conv(inputs, outputs, kernel, groups=1, **slide):
        if thin:
            inputs = outputs = groups = 1
        return nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=bias, **slide)

"#;

/// The gradient of a unit.
pub const GRADIENT: &str = r#"

def gradient(model, x, row, column):
    """|d unit / d pixel|, summed over the picture's channels, from the unit's largest channel; and which that is."""
    x = x.detach().clone().requires_grad_()
    y = model(x)[0, :, row, column]
    channel = len(y) - 1 - y.flip(0).argmax().item()  # the last of equal ones
    y[channel].backward()
    return x.grad[0].double().abs().sum(0), channel

"#;

/// Where the gradient of positive weights begins and ends.
pub const BOX: &str = r#"
# With positive weights nothing cancels: a pixel has a gradient exactly where the unit looks.
thin = network(thin=True).double()
with torch.no_grad():
    for p in thin.parameters():
        p.fill_(p[0].numel() ** -0.5)
g, _ = gradient(thin, torch.ones(1, 1, height, width, dtype=torch.float64), row, column)
rows, cols = g.nonzero(as_tuple=True)
print("unit_row", row, "unit_col", column)
"#;

/// Random weights.
pub const RANDOM: &str = r#"

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
"#;

/// A picture as a network takes it: the head, behind which the planes are chosen.
pub const TENSOR: &str = r#"

def tensor(rgb):
    red, green, blue = rgb.astype(np.float32).transpose(2, 0, 1)
"#;

/// The rest of it.
pub const TENSOR_END: &str = "    return torch.from_numpy((planes / 255 - 0.45) / 0.25)[None]\n";

/// The photograph.
pub const PHOTO: &str = r#"

# The photograph, with its colours at half the resolution, as the figure stores it: pip install scikit-image pillow
from PIL import Image
from skimage.data import chelsea

y, cb, cr = Image.fromarray(chelsea()).crop((56, 0, 280, 224)).convert("YCbCr").split()
y = np.asarray(y, float)
cb, cr = [np.kron(c.resize((112, 112), Image.Resampling.BOX), np.ones((2, 2))) - 128.0 for c in (cb, cr)]
rgb = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], 2)
rgb = (rgb + 0.5).clip(0, 255) // 1
"#;

/// The photograph at another size.
pub const RESIZED: &str = r#"

def cover(size):
    """Of each cell: the pixels that it covers, and the part of it that each fills."""
    length = 224 / size
    low, high = np.arange(size)[:, None] * length, np.arange(1, size + 1)[:, None] * length
    at = low.astype(int) + np.arange(int(length) + 2)
    part = (np.minimum(at + 1, high) - np.maximum(at, low)) / length
    return at.clip(max=223), part.clip(0) * (at < 224)


(ys, down), (xs, across) = cover(height), cover(width)
small = np.zeros((height, width, 3))
for i in range(ys.shape[1]):
    for j in range(xs.shape[1]):
        part = down[:, i, None] * across[None, :, j]
        small += part[..., None] * rgb[ys[:, i]][:, xs[:, j]]
rgb = (small + 0.5) // 1
"#;

/// The digits.
pub const DIGITS: &str = r#"digits = load_digits()


def enlarged(picture):
    grey = np.kron(digits.images[picture].clip(max=15) * 17, np.ones((4, 4)))
    return np.stack([grey, grey, grey], 2)
"#;

/// Weights that were learned.
pub const LEARNED: &str = r#"
# What it has learned: of each layer the scale (f32), the weights (8 bits each), the biases (f32).
raw = base64.b64decode("""
RAW
""")[4:]


def take(count, kind):
    global raw
    size = count * np.dtype(kind).itemsize
    part, raw = np.frombuffer(raw[:size], kind), raw[size:]
    return torch.tensor(part.astype(np.float32))


trained = network(bias=True)
with torch.no_grad():
    for layer in trained:
        if isinstance(layer, nn.Conv2d):
            scale = take(1, "<f4")
            layer.weight.copy_((take(layer.weight.numel(), "i1") * scale).view_as(layer.weight))
            layer.bias.copy_(take(layer.bias.numel(), "<f4"))
"#;

/// The mean of passes, and what is said of it.
pub const REPORT: &str = r#"

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
        print(f"{step}{name}middle", 100 * share[MIDDLE].sum().item())

"#;

/// The one pass of equal weights.
pub const UNIFORM: &str = r#"
# Equal weights, each layer the mean of what it sees: one pass is all of them.
with torch.no_grad():
    for p in thin.parameters():
        p.fill_(1 / p[0].numel())
average = Average()
average.add(gradient(thin, torch.ones(1, 1, height, width, dtype=torch.float64), row, column)[0])
"#;

/// The number of a unit, and paint.
pub const PAINT: &str = r#"
y, x = np.mgrid[:height, :width] + 0.5
covered = np.zeros((height, width), bool)
for radius, points in strokes:
    for (ax, ay), (bx, by) in zip(points, points[1:] or points):
        way = (bx - ax, by - ay)
        length = way[0] * way[0] + way[1] * way[1]
        along = (((x - ax) * way[0] + (y - ay) * way[1]) / length).clip(0, 1) if length else 0
        covered |= (x - ax - along * way[0]) ** 2 + (y - ay - along * way[1]) ** 2 <= radius * radius


def painted(covered):
    return np.where(covered[..., None], COLOUR, rgb)


def number(rgb):
    with torch.no_grad():
        return model(tensor(rgb))[0, :, row, column]


clean = number(rgb)
channel = len(clean) - 1 - clean.flip(0).argmax().item()
before, after = clean[channel].item(), number(painted(covered))[channel].item()
print("value", before, "value_painted", after, "changed", after - before)
"#;
