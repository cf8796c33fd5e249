"""Degrees and distances of connections made by NEST's rules, as moments over seeds.

    python nest_wiring.py     writes nest_wiring.json          (NEST 3.10.0)
"""
import json
import numpy as np
import nest

nest.set_verbosity("M_ERROR")
SOURCES, TARGETS, SEEDS = 300, 200, 40
at = np.random.default_rng(7).uniform(-500, 500, (400, 2)).round(3)


def degrees(rule, same, **spec):
    ins, outs, pairs = [], [], []
    for seed in range(1, SEEDS + 1):
        nest.ResetKernel()
        nest.rng_seed = seed
        a = nest.Create("parrot_neuron", SOURCES)
        b = a if same else nest.Create("parrot_neuron", TARGETS)
        nest.Connect(a, b, dict(rule=rule, **spec))
        c = nest.GetConnections(a, b)
        s, t = np.array(list(c.sources())) - a[0].global_id, np.array(list(c.targets())) - b[0].global_id
        ins.append(np.bincount(t, minlength=len(b)))
        outs.append(np.bincount(s, minlength=len(a)))
        pairs.append(len(s) - len(set(zip(s.tolist(), t.tolist()))))
    ins, outs = np.array(ins, float), np.array(outs, float)
    return dict(rule=rule, same=same, spec=spec, seeds=SEEDS,
                indegree_mean=ins.mean(), indegree_var=ins.var(), outdegree_mean=outs.mean(), outdegree_var=outs.var(),
                repeated=float(np.mean(pairs)))


def distances(name, p, wrap, mask):
    """Share of connected pairs by distance, bins of 50 µm, of 400 cells on a square of 1000 µm."""
    made, possible = np.zeros(16), np.zeros(16)
    for seed in range(1, SEEDS + 1):
        nest.ResetKernel()
        nest.rng_seed = seed
        cells = nest.Create("parrot_neuron", positions=nest.spatial.free(at.tolist(), extent=[1000.0, 1000.0], edge_wrap=wrap))
        spec = dict(rule="pairwise_bernoulli", p=p, allow_autapses=False)
        if mask:
            spec["mask"] = {"circular": {"radius": mask}}
        nest.Connect(cells, cells, spec)
        c = nest.GetConnections()
        d = np.abs(at[:, None] - at[None])
        if wrap:
            d = np.minimum(d, 1000 - d)
        d = np.hypot(d[..., 0], d[..., 1])
        s, t = np.array(list(c.sources())) - 1, np.array(list(c.targets())) - 1
        made += np.bincount(np.minimum(15, (d[s, t] / 50).astype(int)), minlength=16)
        off = ~np.eye(400, dtype=bool)
        possible += np.bincount(np.minimum(15, (d[off] / 50).astype(int)), minlength=16)
    return dict(kernel=name, wrap=wrap, radius=mask, seeds=SEEDS, made=made.tolist(), possible=possible.tolist())


d = nest.spatial.distance
json.dump(dict(
    program="NEST", version=nest.__version__, positions=at.tolist(),
    degrees=[
        degrees("fixed_indegree", False, indegree=20),
        degrees("fixed_indegree", False, indegree=20, allow_multapses=False),
        degrees("fixed_indegree", True, indegree=30, allow_autapses=False),
        degrees("fixed_outdegree", False, outdegree=20),
        degrees("fixed_outdegree", False, outdegree=20, allow_multapses=False),
        degrees("fixed_outdegree", True, outdegree=30, allow_autapses=False, allow_multapses=False),
        degrees("fixed_total_number", False, N=5000),
        degrees("fixed_total_number", True, N=5000, allow_autapses=False),
        degrees("pairwise_bernoulli", False, p=0.07),
        degrees("pairwise_bernoulli", True, p=0.3, allow_autapses=False),
    ],
    distances=[
        distances("gaussian", nest.spatial_distributions.gaussian(d, std=150.0), False, None),
        distances("gaussian", 0.8 * nest.spatial_distributions.gaussian(d, mean=200.0, std=80.0), True, None),
        distances("exponential", nest.spatial_distributions.exponential(d, beta=120.0), False, 300.0),
        distances("linear", 0.9 - 0.002 * d, True, None),
        distances("gamma", 100 * nest.spatial_distributions.gamma(d, kappa=2.0, theta=100.0), False, None),
        distances("constant", 0.4, True, 260.0),
    ]), open("nest_wiring.json", "w"))
