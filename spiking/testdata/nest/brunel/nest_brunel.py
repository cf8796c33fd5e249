"""Statistics of the network of Brunel (2000) in its four regimes, by NEST 3.10.0.

    python nest_brunel.py > regimes.json

g and eta are those of figure 8 of the paper. The network has 2,500 cells with 200 excitatory and 50 inhibitory
synapses each of 0.4 mV in place of 12,500 with 1,000, 250 and 0.1 mV: the mean input is the same, its fluctuations are
larger. Statistics are over the time after the first 0.3 s: rate in spikes/s, mean CV of the intervals of cells with
10 spikes or more, variance over mean of the number of all spikes in 1 ms, mean correlation of the counts of two cells
in 5 ms. Each list has one number per seed.
"""

import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import nest
import numpy as np

CELLS, DELAY, WARM = 2500, 1.5, 300.0
REGIMES = [("SR", 3.0, 2.0, 400.0), ("SI fast", 6.0, 4.0, 1000.0), ("AI", 5.0, 2.0, 1000.0), ("SI slow", 4.5, 0.9, 1000.0)]
SEEDS = [1, 2, 3, 4, 5]


def simulate(g, eta, span, seed):
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution, nest.rng_seed = 0.1, seed
    NE = CELLS * 4 // 5
    CE = NE // 10
    J = 0.1 * 800 / CE
    par = dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=0.0, V_th=20.0)
    E, I = nest.Create("iaf_psc_delta", NE, params=par), nest.Create("iaf_psc_delta", CELLS - NE, params=par)
    (E + I).V_m = np.random.default_rng(seed).uniform(0, 20, CELLS)
    noise, recorder = nest.Create("poisson_generator", params={"rate": eta * 20 / (J * 20) * 1000}), nest.Create("spike_recorder")
    excite, inhibit = dict(weight=J, delay=DELAY), dict(weight=-g * J, delay=DELAY)
    nest.Connect(noise, E + I, syn_spec=excite)
    nest.Connect(E, E + I, {"rule": "fixed_indegree", "indegree": CE}, excite)
    nest.Connect(I, E + I, {"rule": "fixed_indegree", "indegree": CE // 4}, inhibit)
    nest.Connect(E + I, recorder)
    nest.Simulate(WARM + span)
    return np.asarray(recorder.events["senders"]) - 1, np.asarray(recorder.events["times"])


def statistics(cell, ms, span):
    keep = ms > WARM + 0.05
    cell, ms = cell[keep], ms[keep]
    order = np.lexsort((ms, cell))
    trains = np.split(ms[order], np.searchsorted(cell[order], np.arange(1, CELLS)))
    cv = [np.std(d) / np.mean(d) for d in (np.diff(t) for t in trains if len(t) >= 10)]
    step = np.rint(ms * 10).astype(int) - int(WARM * 10) - 1
    whole = np.bincount(step // 10, minlength=int(span))
    count = np.zeros((CELLS, int(span) // 5))
    np.add.at(count, (cell, step // 50), 1)
    var = count.var(axis=1)
    rho = (count.sum(axis=0).var() - var.sum()) / (np.sqrt(var).sum() ** 2 - var.sum())
    return dict(rate=len(ms) / CELLS / span * 1000, cv=float(np.mean(cv)), fano=float(whole.var() / whole.mean()), correlation=float(rho))


out = {"program": "NEST 3.10.0, nest_brunel.py", "cells": CELLS, "warm_ms": WARM, "seeds": SEEDS, "regimes": []}
for name, g, eta, span in REGIMES:
    each = [statistics(*simulate(g, eta, span, seed), span) for seed in SEEDS]
    out["regimes"].append({"name": name, "g": g, "eta": eta, "span_ms": span, **{k: [round(float(e[k]), 6) for e in each] for k in each[0]}})
    print(out["regimes"][-1], file=sys.stderr)
json.dump(out, answers, indent=1)
answers.write("\n")
