"""Reference spike trains and voltages of deterministic networks, made by NEST.

Run:  python nest_cells.py [CASE...]      (NEST 3.10.0, Python 3.11; writes CASE.json beside this file)

Conventions of the files, which are those of NEST's grid:
  * Spikes are stamped with the end of the step in which the threshold was reached.
  * A spike with stamp t over a connection with delay d changes the target's state at
    t + d, after the target's step that ends there was integrated.
  * trains are stamps of spike sources; a connection's delay adds to them.
  * currents.from_ms is when the current begins to act on the membrane. NEST's
    step_current_generator needs one delay of a step for that, which is subtracted here.
  * t_ref counts whole steps; the first step integrated again ends at t_spike + t_ref + dt.
  * V_m is sampled at from_ms, from_ms + every_ms, ... (ends of steps; after the reset).
  * gsl_error_tol, where a model has it, is 1e-9. iaf_cond_*, hh_* hold it at 1e-3 in
    their source, so that their *_fine cases use steps of 0.01 ms, which bound the error of
    the Runge-Kutta-Fehlberg steps far below that.
"""

import json
import os
import sys

import nest
import numpy as np

PSC = {"C_m": 200.0, "tau_m": 16.0, "tau_syn_ex": 1.5, "tau_syn_in": 4.0, "t_ref": 1.5,
       "E_L": -65.0, "V_reset": -68.0, "V_th": -52.0}
COND = {"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -58.0, "t_ref": 1.5,
        "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "E_ex": 0.0, "E_in": -80.0}
AEIF_TONIC = {"t_ref": 2.0, "tau_syn_ex": 1.5, "tau_syn_in": 4.0, "gsl_error_tol": 1e-9}
AEIF_BURST = {"C_m": 200.0, "g_L": 10.0, "E_L": -58.0, "V_th": -50.0, "Delta_T": 2.0, "tau_w": 120.0,
              "a": 2.0, "b": 100.0, "V_reset": -46.0, "V_peak": 0.0, "t_ref": 0.0,
              "tau_syn_ex": 1.5, "tau_syn_in": 4.0, "gsl_error_tol": 1e-9}
IZH_FS = {"a": 0.1, "b": 0.2, "c": -65.0, "d": 2.0}
IZH_CH = {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0}

# model -> two parameter sets, step currents (pA; none for mV-like units), weights of the
# excitatory and the inhibitory train, background currents of the three groups of the network,
# weights of the network's excitatory and inhibitory connections. All weights are sums of few
# powers of two, hence exact in 32 bits.
MODELS = {
    "iaf_psc_delta": dict(sets=[{}, dict((k, v) for k, v in PSC.items() if "syn" not in k)],
                          steps=[300.0, 450.0, -200.0, 390.0, 600.0], train=[4.0, -3.5],
                          bias=[360.0, 385.0, 400.0], net=[2.5, -1.75]),
    "iaf_psc_exp": dict(sets=[{}, PSC], steps=[300.0, 450.0, -200.0, 390.0, 600.0],
                        train=[640.0, -320.0], bias=[360.0, 385.0, 400.0], net=[400.0, -160.0]),
    "iaf_psc_alpha": dict(sets=[{}, PSC, {"V_min": -71.0}], steps=[300.0, 450.0, -200.0, 390.0, 600.0],
                          train=[320.0, -144.0], bias=[360.0, 385.0, 400.0], net=[200.0, -72.0]),
    "iaf_cond_exp": dict(sets=[{}, COND], steps=[200.0, 300.0, -200.0, 280.0, 400.0],
                         train=[24.0, -8.5], bias=[240.0, 260.0, 275.0], net=[30.0, -6.0]),
    "iaf_cond_alpha": dict(sets=[{}, COND], steps=[200.0, 300.0, -200.0, 280.0, 400.0],
                           train=[10.0, -3.5], bias=[240.0, 260.0, 275.0], net=[12.0, -2.5]),
    "aeif_cond_exp": dict(sets=[AEIF_TONIC, AEIF_BURST], steps=[600.0, 900.0, -300.0, 250.0, 1100.0],
                          train=[16.0, -6.0], bias=[650.0, 700.0, 760.0], net=[14.0, -5.0]),
    "aeif_cond_alpha": dict(sets=[AEIF_TONIC, AEIF_BURST], steps=[600.0, 900.0, -300.0, 250.0, 1100.0],
                            train=[8.0, -3.0], bias=[650.0, 700.0, 760.0], net=[7.0, -2.5]),
    "izhikevich": dict(sets=[{}, IZH_FS, IZH_CH, {"consistent_integration": False}],
                       steps=[5.0, 10.0, -5.0, 4.0, 14.0], train=[6.0, -4.5], bias=[5.0, 7.5, 10.0],
                       net=[5.0, -3.5]),
    "hh_psc_alpha": dict(sets=[{}, {"C_m": 120.0, "t_ref": 3.0, "tau_syn_ex": 1.5}],
                         steps=[500.0, 700.0, -300.0, 650.0, 1200.0], train=[1024.0, -256.0],
                         bias=[640.0, 700.0, 820.0], net=[768.0, -160.0], quiet=0.25),
    "hh_cond_exp_traub": dict(sets=[{}, {"C_m": 250.0, "V_T": -60.0}],
                              steps=[150.0, 300.0, -100.0, 200.0, 500.0], train=[12.0, -16.0],
                              bias=[180.0, 240.0, 320.0], net=[2.0, -3.0], quiet=-0.5),
}


def times(seed, n, first, last):
    """n distinct times on the 0.1 ms grid, ms; part of the file, so no generator need be repeated."""
    grid = np.random.RandomState(seed).choice(np.arange(round(first * 10), round(last * 10)), n, False)
    return [round(t / 10, 1) for t in sorted(grid.tolist())]


def edges(n_exc, n_inh, out, w_exc, w_inh, seed):
    """Fixed out-degree among n_exc + n_inh cells, no self-connections, delays of 1 to 50 steps."""
    rng = np.random.RandomState(seed)
    table = {"from": [], "to": [], "weight": [], "delay_ms": []}
    n = n_exc + n_inh
    for i in range(n):
        for j in rng.choice([k for k in range(n) if k != i], out, False).tolist():
            scale = rng.choice([0.5, 0.75, 1.0, 1.25])
            table["from"].append(i)
            table["to"].append(j)
            table["weight"].append((w_exc if i < n_exc else w_inh) * scale)
            table["delay_ms"].append(round(0.1 * rng.randint(1, 51), 1))
    return table


def run(case, dt, duration, cells, currents=(), trains=(), train_edges=None, cell_edges=None,
        record=(0,), every=0.5, note=""):
    """Simulates and writes CASE.json."""
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=dt, local_num_threads=1)
    nodes = []
    for c in cells:
        nodes.extend(nest.Create(c["model"], c["n"], params=c["params"]))
    for c in currents:
        g = nest.Create("step_current_generator", params={
            "amplitude_times": [round(t - dt, 6) for t in c["from_ms"]], "amplitude_values": c["pA"]})
        nest.Connect(g, nodes[c["cell"]], syn_spec={"delay": dt})
    sources = [nest.Create("spike_generator", params={"spike_times": t}) for t in trains]
    for table, pre in ((train_edges, sources), (cell_edges, nodes)):
        for f, t, w, d in zip(*table.values()) if table else ():
            nest.Connect(pre[f], nodes[t], syn_spec={"weight": w, "delay": d})
    rec = []
    for n in nodes:
        r = nest.Create("spike_recorder")
        nest.Connect(n, r)
        rec.append(r)
    meters = []
    for i in record:
        m = nest.Create("multimeter", params={"interval": every, "record_from": ["V_m"]})
        nest.Connect(m, nodes[i])
        meters.append(m)
    nest.Simulate(duration + dt)
    doc = {
        "program": "NEST", "version": nest.__version__, "script": "nest_cells.py", "case": case, "note": note,
        "resolution_ms": dt, "duration_ms": duration, "cells": cells, "currents": list(currents),
        "trains_ms": list(trains), "train_connections": train_edges, "connections": cell_edges,
        "spikes_ms": [[round(t, 4) for t in r.events["times"].tolist() if t <= duration + dt / 2] for r in rec],
        "V_m": {"cells": list(record), "from_ms": every, "every_ms": every, "mV": [
            [float("%.10g" % v) for t, v in zip(m.events["times"], m.events["V_m"]) if t <= duration + dt / 2]
            for m in meters]},
    }
    write(doc)


def write(doc):
    """One line per top-level field."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), doc["case"] + ".json")
    with open(path, "w") as f:
        f.write("{\n" + ",\n".join(' "%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in doc.items())
                + "\n}\n")
    print(doc["case"], os.path.getsize(path), "bytes,", sum(map(len, doc["spikes_ms"])), "spikes")


def steps(model, m):
    """Every parameter set under five levels of current."""
    cells = [{"model": model, "n": 1, "params": p} for p in m["sets"]]
    currents = [{"cell": i, "from_ms": [2.0, 40.1, 80.0, 100.3, 150.0], "pA": m["steps"]} for i in range(len(cells))]
    run(model + "_steps", 0.1, 180.0, cells, currents, record=range(len(cells)), every=0.6,
        note="each parameter set under five levels of injected current")


def trains(model, m):
    """Every parameter set under an excitatory and an inhibitory spike train, with delays."""
    cells = [{"model": model, "n": 1, "params": p} for p in m["sets"]]
    exc, inh = times(1, 140, 2.0, 190.0), times(2, 60, 60.0, 190.0)
    n = len(cells)
    table = {"from": [0, 1] * n, "to": [i // 2 for i in range(2 * n)], "weight": m["train"] * n,
             "delay_ms": ([0.1, 1.5, 5.0, 0.7] * n)[:2 * n]}
    run(model + "_trains", 0.1, 200.0, cells, trains=[exc, inh], train_edges=table, record=range(n), every=0.9,
        note="an excitatory and an inhibitory train onto each parameter set")


def network(model, m):
    """Twelve cells in three groups that differ in I_e; four outgoing connections each."""
    base = m["sets"][0]
    cells = [{"model": model, "n": 4, "params": dict(base, I_e=b)} for b in m["bias"]]
    table = {"from": [0] * 12, "to": list(range(12)), "weight": [abs(m["train"][0]) * (1 + k % 4) / 4 for k in range(12)],
             "delay_ms": [round(0.3 + 0.4 * k, 1) for k in range(12)]}
    run(model + "_network", 0.1, 250.0, cells, trains=[times(3, 6, 2.0, 60.0)], train_edges=table,
        cell_edges=edges(8, 4, 4, m["net"][0], m["net"][1], 7), record=(0, 9), every=1.3,
        note="12 cells (8 excitatory, 4 inhibitory), fixed out-degree 4, delays of 1 to 50 steps")


def two_neurons(model, weight):
    """Cell 0 fires by its bias; cell 1 hears it once per spike, over two delays."""
    cells = [{"model": model, "n": 1, "params": {"I_e": 500.0}}, {"model": model, "n": 1, "params": {}}]
    run(model + "_two_neurons", 0.1, 60.0, cells,
        cell_edges={"from": [0, 0], "to": [1, 1], "weight": [weight, weight / 2], "delay_ms": [0.1, 5.0]},
        record=(1,), every=0.1, note="one presynaptic cell, two connections of 1 and 50 steps")


def singular(model):
    """tau_m equal to, and very near, a synaptic time constant, where the plain propagators divide by zero."""
    cells = [{"model": model, "n": 1, "params": {"tau_m": 10.0, "tau_syn_ex": t, "tau_syn_in": 5.0}}
             for t in (10.0, 10.0 + 1e-7, 10.001)]
    table = {"from": [0, 0, 0], "to": [0, 1, 2], "weight": [96.0] * 3, "delay_ms": [1.0] * 3}
    run(model + "_singular", 0.1, 100.0, cells, trains=[times(4, 25, 2.0, 90.0)], train_edges=table,
        record=range(3), every=0.7, note="tau_syn_ex = tau_m, and near it")


def fine(model, m):
    """Steps of 0.01 ms: the nearest that this program comes to the solution of the equations."""
    p = m["sets"][0]
    cells = [{"model": model, "n": 1, "params": p}]
    quiet = [{"cell": 0, "from_ms": [2.0], "pA": [m["steps"][0] * m.get("quiet", 0.5)]}]
    table = {"from": [0, 1], "to": [0, 0], "weight": [m["train"][0] / 8, m["train"][1] / 2], "delay_ms": [0.5, 0.8]}
    run(model + "_fine_quiet", 0.01, 60.0, cells, quiet, [times(5, 12, 4.0, 55.0), times(6, 8, 4.0, 55.0)], table,
        every=0.4, note="below threshold, both receptors, steps of 0.01 ms")
    if model.startswith("iaf"):
        return
    loud = [{"cell": 0, "from_ms": [2.0], "pA": [m["steps"][1]]}]
    # The refractory period starts anew on the grid, which would make the solution depend on the step.
    cells = [{"model": model, "n": 1, "params": dict(p, t_ref=0.0) if model.startswith("aeif") else p}]
    run(model + "_fine_spikes", 0.01, 100.0, cells, loud, every=0.4, note="repetitive firing, steps of 0.01 ms")


def main(wanted):
    plan = []
    for model, m in MODELS.items():
        plan += [(model, steps, m), (model, trains, m), (model, network, m)]
        if "cond" in model or model == "hh_psc_alpha":
            plan.append((model, fine, m))
    plan += [("iaf_psc_delta", two_neurons, 2.0), ("iaf_psc_exp", two_neurons, 256.0),
             ("iaf_psc_exp", singular, None), ("iaf_psc_alpha", singular, None)]
    for model, make, m in plan:
        if not wanted or any(w in model + "_" + make.__name__ for w in wanted):
            make(model, m) if m is not None else make(model)


main(sys.argv[1:])
