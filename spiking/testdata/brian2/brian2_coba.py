"""Mean rate and irregularity of the conductance-based benchmark network, by Brian2.

Run:  python brian2_coba.py      (Brian2 2.9.0; writes coba.json beside this file)

Benchmark 1 of Brette et al. (2007, J. Comput. Neurosci. 23:349; after Vogels & Abbott 2005): 3200
excitatory and 800 inhibitory leaky neurons with exponentially decaying conductances, a
connection with probability 2 %, here with a constant current so that activity cannot die
out by chance. Five networks of different seeds; rates over the second half of 1 s.
"""

import json
import os

import brian2 as b
import numpy as np

b.prefs.codegen.target = "numpy"


def coba(seed):
    b.start_scope()
    b.seed(seed)
    b.defaultclock.dt = 0.1 * b.ms
    ns = {"C_m": 200 * b.pF, "g_L": 10 * b.nS, "E_L": -60 * b.mV, "E_ex": 0 * b.mV, "E_in": -80 * b.mV, "I_e": 120 * b.pA,
          "tau_ex": 5 * b.ms, "tau_in": 10 * b.ms}
    g = b.NeuronGroup(4000, """dv/dt = (g_L*(E_L - v) + gex*(E_ex - v) + gin*(E_in - v) + I_e)/C_m : volt (unless refractory)
dgex/dt = -gex/tau_ex : siemens
dgin/dt = -gin/tau_in : siemens""", threshold="v >= -50*mV", reset="v = -60*mV", refractory=5.1 * b.ms, method="rk4", namespace=ns)
    g.v = "-60*mV + 10*mV*rand()"
    exc = b.Synapses(g[:3200], g, on_pre="gex_post += 6*nS", delay=0.1 * b.ms)
    exc.connect(p=0.02)
    inh = b.Synapses(g[3200:], g, on_pre="gin_post += 67*nS", delay=0.1 * b.ms)
    inh.connect(p=0.02)
    spikes = b.SpikeMonitor(g)
    b.Network(g, exc, inh, spikes).run(1 * b.second)
    trains = [np.asarray(t / b.second) for t in spikes.spike_trains().values()]
    late = [t[t > 0.5] for t in trains]
    cv = [np.std(np.diff(t)) / np.mean(np.diff(t)) for t in late if len(t) > 4]
    return sum(map(len, late)) / 4000 / 0.5, float(np.mean(cv))


results = [coba(s) for s in range(1, 6)]
doc = {"program": "Brian2", "version": b.__version__, "script": "brian2_coba.py", "rate_hz": [r[0] for r in results],
       "cv_isi": [r[1] for r in results]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "coba.json"), "w") as f:
    json.dump(doc, f, indent=1)
    f.write("\n")
print(doc)
