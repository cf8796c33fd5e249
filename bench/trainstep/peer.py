# The step of torch_mlp_step.py on the weights, batches and classes that lie in a folder. "step N" answers the seconds of N
# steps on batches that lie ready, "index N" those of N steps that first take their batches out of the set, "curve N" the
# losses of N steps.
import sys, time
import numpy as np, torch

folder, inputs, hidden, classes, batch = sys.argv[1], *map(int, sys.argv[2:])
read = lambda name, kind: torch.from_numpy(np.fromfile(folder + "/" + name, kind))
x, y = read("x", "<f4").view(-1, inputs), read("y", "<i8")
order = read("order", "<i8").view(-1, batch)
m = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, classes))
shapes = {"layers.0.W": (inputs, hidden), "layers.0.b": (hidden,), "layers.1.W": (hidden, classes), "layers.1.b": (classes,)}
start = [read(name, "<f4").view(shape) for name, shape in shapes.items()]
ready = [(x[i], y[i]) for i in order]
o = torch.optim.SGD(m.parameters(), .1)


def reset():
    with torch.no_grad():
        for p, w in zip(m.parameters(), start):
            p.copy_(w.t())  # of matrices; vectors stay


def step(x, y):
    o.zero_grad()
    l = torch.nn.functional.cross_entropy(m(x), y)
    l.backward()
    o.step()
    return l


for line in sys.stdin:
    what, n = line.split()
    reset()
    if what == "curve":
        out = [float(step(*ready[k]).detach()) for k in range(int(n))]
    else:
        t = time.perf_counter()
        for k in range(int(n)):
            if what == "step":
                step(*ready[k])
            else:
                step(x[order[k]], y[order[k]])
        out = [time.perf_counter() - t]
    print(*out, flush=True)
