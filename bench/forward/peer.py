# The forward pass of torch_gpt2_capture.py on portable weights. "run N" answers the seconds of each of N passes, "tap L K"
# the first K numbers and the sums of the neurons of layer L and of the stream at the end.
import sys, time
import torch
import torch.nn.functional as F
from peerdata import noise

L, D, H, V, T, B, C = 12, 768, 12, 50257, 256, int(sys.argv[1]), 1024
seed = 0


def r(*d):
    global seed
    seed += 1
    n = 1
    for i in d:
        n *= i
    return torch.from_numpy(noise(n, seed)).float().mul_(.04).view(*d)


wte, wpe = r(V, D), r(C, D)
ps = []
for _ in range(L):
    g1, b1, q, k, v, bq, bk, bv = r(D), r(D), r(D, D), r(D, D), r(D, D), r(D), r(D), r(D)
    ps.append([g1, b1, torch.cat([q, k, v], 1), torch.cat([bq, bk, bv]), r(D, D), r(D), r(D), r(D), r(D, 4 * D), r(4 * D), r(4 * D, D), r(D)])
ids = (torch.arange(B * T) * 37 % V).view(B, T)


@torch.no_grad()
def f():
    x = wte[ids] + wpe[:T]
    taps = []
    for p in ps:
        h = F.layer_norm(x, (D,), p[0], p[1])
        q, k, v = (h @ p[2] + p[3]).view(B, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D)
        x = x + z @ p[4] + p[5]
        h = F.layer_norm(x, (D,), p[6], p[7])
        a = F.gelu(h @ p[8] + p[9], approximate="tanh")
        taps.append(a)
        x = x + a @ p[10] + p[11]
    return x, taps


f()
for line in sys.stdin:
    what, *n = line.split()
    if what == "run":
        out = []
        for _ in range(int(n[0])):
            t = time.perf_counter()
            f()
            out.append(time.perf_counter() - t)
    else:
        x, taps = f()
        out = []
        for y in (taps[int(n[0])], x):
            out += [float(y.double().sum()), float(y.double().square().sum())] + y.reshape(-1)[-int(n[1]):].tolist()
    print(*out, flush=True)
