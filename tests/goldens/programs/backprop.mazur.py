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
for p in W + b:
    p.requires_grad_()

def forward(x):
    a = x
    for l in range(len(W)):
        z = a @ W[l].T + b[l]
        if l < len(W) - 1:
            a = torch.sigmoid(z)
    a = torch.sigmoid(z)
    return z, a

for step in range(2):
    z, a = forward(x)
    loss = 0.5 * ((a - t) ** 2).sum(1).mean()
    print("step", step, "loss", repr(loss.item()))
    for p in W + b:
        p.grad = None
    loss.backward()
    for l in range(len(W)):
        print("dL/dW", l + 1, W[l].grad.tolist(), "dL/db", l + 1, b[l].grad.tolist())
    with torch.no_grad():
        for p in W:
            p -= 0.5 * p.grad
