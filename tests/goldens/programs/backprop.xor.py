import itertools
import torch
torch.set_default_dtype(torch.float64)

x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
t = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
# A row for each destination, as in torch.nn.Linear.
W = [
    torch.tensor([[0.03738575873229496, 0.3589833269741251], [-0.6476879693734483, 0.21274508619022978], [0.6944088308804401, -0.1629187306075489], [0.45369954582227, 0.24550437049252746]]),
    torch.tensor([[0.5071914598034115, 0.3670754061148864, 0.040296423762781274, 0.46147533385404044], [-0.5461346968737671, -0.034600450420506655, 0.6577966471432476, 0.1470960783051476]]),
]
b = [
    torch.tensor([0.0, 0.0, 0.0, 0.0]),
    torch.tensor([0.0, 0.0]),
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
        a.append(torch.tanh(z[-1]) if l < len(W) - 1 else torch.softmax(z[-1], 1))
    return z, a, -(t * torch.log_softmax(z[-1], 1)).sum(1).mean()

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
new_b = [v - lr * g for v, g in zip(b, db)]

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
