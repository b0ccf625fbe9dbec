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

# input224x224x3 conv3x32s2p1 bn relu conv3x32p1g32 bn relu conv1x16 bn conv1x96 bn relu conv3x96s2p1g96 bn relu conv1x24 bn res(conv1x144 bn relu conv3x144p1g144 bn relu conv1x24 bn) conv1x144 bn relu conv3x144s2p1g144 bn relu conv1x32 bn res(conv1x192 bn relu conv3x192p1g192 bn relu conv1x32 bn) res(conv1x192 bn relu conv3x192p1g192 bn relu conv1x32 bn) conv1x192 bn relu conv3x192s2p1g192 bn relu conv1x64 bn res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn) res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn) res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn) conv1x384 bn relu conv3x384p1g384 bn relu conv1x96 bn res(conv1x576 bn relu conv3x576p1g576 bn relu conv1x96 bn) res(conv1x576 bn relu conv3x576p1g576 bn relu conv1x96 bn) conv1x576 bn relu conv3x576s2p1g576 bn relu conv1x160 bn res(conv1x960 bn relu conv3x960p1g960 bn relu conv1x160 bn) res(conv1x960 bn relu conv3x960p1g960 bn relu conv1x160 bn) conv1x960 bn relu conv3x960p1g960 bn relu conv1x320 bn conv1x1280 bn relu
model = nn.Sequential(
    nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Identity()),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
)
with torch.no_grad():
    for p in model.parameters():
        p.fill_(1 / p[0].numel() ** 0.5)

x = torch.ones(1, 1, 224, 224, requires_grad=True)
y = model(x)
print("map", tuple(y.shape[2:]))
y[0, 0, 3, 3].backward()
rows, cols = x.grad[0, 0].nonzero(as_tuple=True)
print("gradient: rows", rows.min().item(), "to", rows.max().item(), "columns", cols.min().item(), "to", cols.max().item())
print("figure:   rows -149 to 341 columns -149 to 341")
# The field reaches beyond the picture: only the part on the picture has a gradient.
assert rows.min() >= -149 and rows.max() <= 341 and cols.min() >= -149 and cols.max() <= 341
share = x.grad[0, 0] / x.grad.sum()
at = torch.arange(share.shape[1], dtype=share.dtype)
mean = (share.sum(0) * at).sum()
print("variance along the columns", (share.sum(0) * (at - mean) ** 2).sum().item())
