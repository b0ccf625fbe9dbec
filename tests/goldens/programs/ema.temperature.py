import math
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
torch.set_default_dtype(torch.float64)

beta = 0.9
# The figure stands before the first of these: nothing is averaged yet.
theta = torch.tensor([12.76, 12.58, 11.43, 10.97, 14.49, 14.26, 8.79, 11.01, 12.53, 15.64, 16.29, 16.83])

# A model of one weight, whose average PyTorch keeps: it begins at the first value.
model = torch.nn.Linear(1, 1, bias=False)
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(beta))

v = torch.tensor(0.0)
for t, value in enumerate(theta, start=1):
    v = beta * v + (1 - beta) * value
    corrected = v / (1 - beta**t)
    with torch.no_grad():
        model.weight.fill_(value)
    averaged.update_parameters(model)
    print(f"step {t}: v", v.item(), "corrected", corrected.item(), "first", averaged.module.weight.item())

t = 0
weights = {i: (1 - beta) * beta ** (t - i) for i in range(1, t + 1)}
for i in range(t, max(t - 8, 0), -1):
    print(f"theta_{i}", theta[i - 1].item(), f"weight_{i}", weights[i])
print("weight_sum", sum(weights.values()), "missing", beta**t)
print("memory", 1 / (1 - beta), "half_life", math.log(0.5) / math.log(beta) if beta else 0.0)
