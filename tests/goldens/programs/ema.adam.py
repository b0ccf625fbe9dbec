import math
import torch
torch.set_default_dtype(torch.float64)

beta1, beta2, steps = 0.9, 0.999, 12
# The figure stands before the first of these steps.
w = torch.zeros(1, requires_grad=True)
adam = torch.optim.Adam([w], lr=1.0, betas=(beta1, beta2), eps=0.0)
m = s = 0.0
for k in range(1, steps + 1):
    before = w.item()
    w.grad = torch.ones(1)
    adam.step()
    m, s = beta1 * m + (1 - beta1), beta2 * s + (1 - beta2)
    none = m / s**0.5
    wrong = m * (1 - beta1**k) / (s * (1 - beta2**k)) ** 0.5
    print(f"step {k}: right", before - w.item(), "none", none, "wrong", wrong)

k = 0
if k:
    print("m", m, "s", s, "m_hat", m / (1 - beta1**k), "s_hat", s / (1 - beta2**k))
print("missing1", beta1**k, "missing2", beta2**k)
print("half_life1", math.log(0.5) / math.log(beta1) if beta1 else 0.0)
print("half_life2", math.log(0.5) / math.log(beta2) if beta2 else 0.0)
