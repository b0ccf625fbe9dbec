import itertools
import torch
torch.set_default_dtype(torch.float64)

x = torch.tensor([[0.05, 0.1]])
t = torch.tensor([[0.01, 0.99]])
# A row for each destination, as in torch.nn.Linear.
W = [
    torch.tensor([[0.15, 0.2], [0.25, 0.3]]),
    torch.tensor([[0.4, 0.45], [0.5, 0.55]]),
]
b = [
    torch.tensor([0.35, 0.35]),
    torch.tensor([0.6, 0.6]),
]
lr = 0.5
s = 0  # the sample that is shown

def show(name, values):
    for at in itertools.product(*map(range, values.shape)):
        print("_".join([name, *(str(i + 1) for i in at)]), values[at].item())

def forward(W, b):
    z, a = [None], [x]
    for l in range(len(W)):
        z.append(a[l] @ W[l].T + b[l])
        a.append(torch.sigmoid(z[-1]))
    return z, a, 0.5 * ((a[-1] - t) ** 2).sum(1).mean()

for p in W + b:
    p.requires_grad_()
z, a, loss = forward(W, b)
for v in z[1:]:
    v.retain_grad()
loss.backward()
# dL/dz of a sample's own loss; the loss is the mean over the samples.
delta = [None] + [len(x) * v.grad for v in z[1:]]
dW, db = [w.grad for w in W], [v.grad for v in b]

new_W = [w - lr * g for w, g in zip(W, dW)]
new_b = b  # they stay

print("loss", loss.item())
show(f"x{s + 1}", x[s])
show(f"t{s + 1}", t[s])
for l in range(1, len(z)):
    show(f"z{l}", z[l][s])
    show(f"a{l}", a[l][s])
    show(f"delta{l}", delta[l][s])
    # W has a row for each destination; the names have the source first.
    show(f"w{l}", W[l - 1].T)
    show(f"grad_w{l}", dW[l - 1].T)
    show(f"new_w{l}", new_W[l - 1].T)
    show(f"b{l}", b[l - 1])
    show(f"grad_b{l}", db[l - 1])
    show(f"new_b{l}", new_b[l - 1])
print("step + 1: loss", forward(new_W, new_b)[2].item())
