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
for p in W + b:
    p.requires_grad_()

def forward(x):
    a = x
    for l in range(len(W)):
        z = a @ W[l].T + b[l]
        if l < len(W) - 1:
            a = torch.tanh(z)
    a = torch.softmax(z, 1)
    return z, a

for step in range(2):
    z, a = forward(x)
    loss = -(t * torch.log_softmax(z, 1)).sum(1).mean()
    print("step", step, "loss", repr(loss.item()))
    for p in W + b:
        p.grad = None
    loss.backward()
    for l in range(len(W)):
        print("dL/dW", l + 1, W[l].grad.tolist(), "dL/db", l + 1, b[l].grad.tolist())
    with torch.no_grad():
        for p in W + b:
            p -= 0.5 * p.grad
