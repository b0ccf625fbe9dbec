import torch
from torch import nn
torch.set_default_dtype(torch.float64)

# One channel a layer and the mean in place of the largest: the field does not depend on them.
class Sum(nn.Module):
    def __init__(self, main, other):
        super().__init__()
        self.main, self.other = main, other
    def forward(self, x):
        return self.main(x) + self.other(x)

# input28x28x3 conv3x8p1 conv3x8p2d2 conv3x8p4d4
model = nn.Sequential(
    nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=1, padding=2, dilation=2, bias=False),
    nn.Conv2d(1, 1, 3, stride=1, padding=4, dilation=4, bias=False),
)
with torch.no_grad():
    for p in model.parameters():
        p.fill_(1 / p[0].numel() ** 0.5)

x = torch.ones(1, 1, 28, 28, requires_grad=True)
y = model(x)
print("map", tuple(y.shape[2:]))
y[0, 0, 14, 14].backward()
rows, cols = x.grad[0, 0].nonzero(as_tuple=True)
print("gradient: rows", rows.min().item(), "to", rows.max().item(), "columns", cols.min().item(), "to", cols.max().item())
print("figure:   rows 7 to 21 columns 7 to 21")
assert [rows.min(), rows.max(), cols.min(), cols.max()] == [7, 21, 7, 21]
share = x.grad[0, 0] / x.grad.sum()
at = torch.arange(share.shape[1], dtype=share.dtype)
mean = (share.sum(0) * at).sum()
print("variance along the columns", (share.sum(0) * (at - mean) ** 2).sum().item())
