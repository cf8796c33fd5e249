"""Gradients of a layer of spiking neurons by PyTorch's autograd, for TestSpikingTorch.

Made with torch 2.15.0 (float64): python torch_spiking.py > torch_spiking.json
The layer: iaf_psc_exp with exact integration, recurrent, t_ref of two steps, hard spikes whose derivative is
a surrogate, reset without gradient. The objective: the mean of ((V_m + 60)/10)^2 plus that of the spikes
times cos(0, 1, 2, ...) in the order example, step, neuron.
"""
import json
import math

import torch

torch.set_default_dtype(torch.float64)
BATCH, STEPS, IN, SIZE, DT = 2, 8, 4, 3, 0.5
C_M, E_L, V_TH, V_RESET, REF, TAU_M, TAU_EX, TAU_IN = 250.0, -70.0, -55.0, -70.0, 2, 10.0, 2.0, 4.0


def surrogate(kind, slope, scale):
    class Spike(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return (x >= 0).double()

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            d = {
                "fast_sigmoid": lambda: 1 / (1 + slope * x.abs()) ** 2,
                "arctan": lambda: slope / 2 / (1 + (math.pi / 2 * slope * x) ** 2),
                "triangle": lambda: (1 - slope * x.abs()).clamp(min=0),
                "gaussian": lambda: slope / math.sqrt(2 * math.pi) * torch.exp(-((slope * x) ** 2) / 2),
            }[kind]()
            return grad * scale * d

    return Spike.apply


def run(spike, x, w, rec, tau_m):
    v = torch.full((BATCH, SIZE), E_L)
    ex = inh = s = torch.zeros(BATCH, SIZE)
    wait = torch.zeros(BATCH, SIZE)
    decay = torch.exp(-DT / tau_m)

    def propagator(tau):
        return tau_m * tau / (tau_m - tau) / C_M * (decay - math.exp(-DT / tau))

    volts, spikes = [], []
    for t in range(STEPS):
        new = E_L + (v - E_L) * decay + ex * propagator(TAU_EX) + inh * propagator(TAU_IN)
        free = wait < 0.5
        v = torch.where(free, new, v)
        ex = ex * math.exp(-DT / TAU_EX) + x[:, t] @ w.clamp(min=0) + s @ rec.clamp(min=0)
        inh = inh * math.exp(-DT / TAU_IN) + x[:, t] @ w.clamp(max=0) + s @ rec.clamp(max=0)
        s = torch.where(free, spike((v - V_TH) / (V_TH - E_L)), torch.zeros(()))
        fired = s.detach()
        wait = fired * REF + (1 - fired) * (wait - 1).clamp(min=0)
        v = (1 - fired) * v + fired * V_RESET
        volts.append(v)
        spikes.append(s)
    return torch.stack(volts, 1), torch.stack(spikes, 1)


torch.manual_seed(1)
x = (torch.rand(BATCH, STEPS, IN) < 0.4).double()
w = (1500 * (torch.randn(IN, SIZE) + 0.8)).float().double()  # pA
rec = (800 * torch.randn(SIZE, SIZE)).float().double()
log = (0.2 * torch.randn(1, SIZE)).float().double()
out = {"torch": torch.__version__, "x": x.flatten().tolist(), "W": w.flatten().tolist(), "W_rec": rec.flatten().tolist(), "tau_m.log": log.flatten().tolist()}
for kind, slope, scale in [("fast_sigmoid", 10.0, 1.0), ("arctan", 2.0, 1.0), ("triangle", 1.0, 0.3), ("gaussian", 2.5, 0.7)]:
    leaves = [p.clone().requires_grad_() for p in (w, rec, log)]
    volts, spikes = run(surrogate(kind, slope, scale), x, leaves[0], leaves[1], TAU_M * torch.exp(leaves[2]))
    order = torch.arange(spikes.numel(), dtype=torch.float64).reshape(spikes.shape)
    loss = (((volts + 60) / 10) ** 2).mean() + (spikes * torch.cos(order)).mean()
    loss.backward()
    out["spikes"] = spikes.detach().flatten().tolist()
    out[kind] = {"slope": slope, "scale": scale, "objective": loss.item(), "W": leaves[0].grad.flatten().tolist(),
                 "W_rec": leaves[1].grad.flatten().tolist(), "tau_m.log": leaves[2].grad.flatten().tolist()}
print(json.dumps(out, indent=1))
