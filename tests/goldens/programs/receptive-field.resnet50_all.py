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

# input112x112x3 conv7x64s2p3 bn relu maxpool3s2p1 res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn|conv1x256 bn) relu res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu res(conv1x128 bn relu conv3x128s2p1 bn relu conv1x512 bn|conv1x512s2 bn) relu res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu res(conv1x256 bn relu conv3x256s2p1 bn relu conv1x1024 bn|conv1x1024s2 bn) relu res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu res(conv1x512 bn relu conv3x512s2p1 bn relu conv1x2048 bn|conv1x2048s2 bn) relu res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu
model = nn.Sequential(
    nn.Conv2d(1, 1, 7, stride=2, padding=3, dilation=1, bias=False),
    nn.AvgPool2d(3, stride=2, padding=1),  # max
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=1, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    )),
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
        nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=2, padding=0, dilation=1, bias=False),
    )),
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
    Sum(nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
        nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=2, padding=0, dilation=1, bias=False),
    )),
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
        nn.Conv2d(1, 1, 3, stride=2, padding=1, dilation=1, bias=False),
        nn.Conv2d(1, 1, 1, stride=1, padding=0, dilation=1, bias=False),
    ), nn.Sequential(
        nn.Conv2d(1, 1, 1, stride=2, padding=0, dilation=1, bias=False),
    )),
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
)
with torch.no_grad():
    for p in model.parameters():
        p.fill_(1 / p[0].numel() ** 0.5)

x = torch.ones(1, 1, 112, 112, requires_grad=True)
y = model(x)
print("map", tuple(y.shape[2:]))
y[0, 0, 2, 2].backward()
rows, cols = x.grad[0, 0].nonzero(as_tuple=True)
print("gradient: rows", rows.min().item(), "to", rows.max().item(), "columns", cols.min().item(), "to", cols.max().item())
print("figure:   rows -149 to 277 columns -149 to 277")
# The field reaches beyond the picture: only the part on the picture has a gradient.
assert rows.min() >= -149 and rows.max() <= 277 and cols.min() >= -149 and cols.max() <= 277
share = x.grad[0, 0] / x.grad.sum()
at = torch.arange(share.shape[1], dtype=share.dtype)
mean = (share.sum(0) * at).sum()
print("variance along the columns", (share.sum(0) * (at - mean) ** 2).sum().item())
