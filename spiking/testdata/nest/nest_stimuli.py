"""Voltages and spikes of cells under NEST's stimuli, and statistics of its stochastic cells.

Run:  python nest_stimuli.py      (NEST 3.10.0, Python 3.11; writes stimuli.json, stochastic.json beside this file)

stimuli.json, cases: a deterministic device drives a cell at rest over a connection with the delay of one
step. All times are given less that delay: the potential at the end of a step and the stamp of a spike
are those of NEST one step later, so that a device acts from the step that begins at its start.

silent: spike trains onto gif_psc_exp and pp_psc_delta that cannot spike; potential at the ends of the steps.

stochastic.json: mean rates (spikes/s), coefficients of variation of the intervals, and standard errors of the
rates from the variance over cells; for noise_generator the standard deviation of the potential (mV).
"""

import json
import os

import nest
import numpy as np

DT = 0.1


def reset(seed=1):
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=DT, local_num_threads=1, rng_seed=seed)


def stimulus(model, params, kind, device, duration=150.0):
    reset()
    cell = nest.Create(model, params=params)
    d = nest.Create(kind, params=device)
    nest.Connect(d, cell, syn_spec={"delay": DT})
    meter = nest.Create("multimeter", params={"interval": DT, "record_from": ["V_m"]})
    rec = nest.Create("spike_recorder")
    nest.Connect(meter, cell)
    nest.Connect(cell, rec)
    nest.Simulate(duration + 2 * DT)
    v = dict(zip(np.rint(meter.events["times"] / DT).astype(int).tolist(), meter.events["V_m"].tolist()))
    return {"model": model, "params": params, "kind": kind, "device": device, "duration_ms": duration,
            "every_steps": 7, "mV": [float("%.12g" % v[k + 1]) for k in range(7, round(duration / DT), 7)],
            "spikes_ms": [round(t - DT, 4) for t in rec.events["times"].tolist() if t - DT <= duration]}


def silent(model, params, train, weight):
    reset()
    cell = nest.Create(model, params=params)
    for times, w in zip(train, weight):
        g = nest.Create("spike_generator", params={"spike_times": times})
        nest.Connect(g, cell, syn_spec={"weight": w, "delay": 1.0})
    meter = nest.Create("multimeter", params={"interval": DT, "record_from": ["V_m"]})
    nest.Connect(meter, cell)
    nest.Simulate(60.0 + DT)
    return {"model": model, "params": params, "trains_ms": train, "weights": weight, "delay_ms": 1.0,
            "every_steps": 3, "mV": [float("%.12g" % x) for x in meter.events["V_m"][2:599:3]]}


def rates(model, params, current, n=300, seconds=4.0):
    reset(12)
    cells = nest.Create(model, n, params=dict(params, I_e=current))
    rec = nest.Create("spike_recorder", params={"start": 1000.0})
    nest.Connect(cells, rec)
    nest.Simulate(1000.0 + 1000 * seconds)
    order = np.lexsort((rec.events["times"], rec.events["senders"]))
    who, when = rec.events["senders"][order], rec.events["times"][order]
    isi = np.diff(when)[np.diff(who) == 0]
    count = np.bincount(who, minlength=n + 1)[1:] / seconds
    return {"model": model, "params": params, "I_e": current, "seconds": seconds, "n": n, "rate": float(count.mean()),
            "stderr": float(count.std(ddof=1) / np.sqrt(n)), "cv": float(isi.std() / isi.mean())}


def noise(dt, std, n=300):
    reset(5)
    cells = nest.Create("iaf_psc_delta", n, params={"V_th": 1e9, "tau_m": 10.0, "C_m": 250.0})
    g = nest.Create("noise_generator", params={"mean": 20.0, "std": std, "dt": dt})
    nest.Connect(g, cells, syn_spec={"delay": DT})
    meter = nest.Create("multimeter", params={"interval": dt, "record_from": ["V_m"], "start": 200.0})
    nest.Connect(meter, cells)
    nest.Simulate(1200.0)
    v = meter.events["V_m"]
    return {"dt_ms": dt, "std_pA": std, "mean_pA": 20.0, "n": n, "mean_mV": float(v.mean()), "std_mV": float(v.std())}


def write(name, doc):
    doc = dict(program="NEST", version=nest.__version__, script="nest_stimuli.py", resolution_ms=DT, **doc)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w") as f:
        f.write("{\n" + ",\n".join(' "%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in doc.items()) + "\n}\n")


DEVICES = [
    ("dc_generator", {"amplitude": 400.0, "start": 10.0, "stop": 90.3}),
    ("step_current_generator", {"amplitude_times": [5.0, 40.1, 80.0, 100.3], "amplitude_values": [300.0, 450.0, -200.0, 420.0],
                                "start": 8.0, "stop": 130.0}),
    ("ac_generator", {"amplitude": 300.0, "offset": 250.0, "frequency": 37.0, "phase": 60.0, "start": 12.0, "stop": 120.4}),
    ("ac_generator", {"amplitude": 500.0, "frequency": 110.0}),
]
TRAINS = [[1.0, 3.2, 3.3, 17.0, 30.5], [8.0, 8.4, 31.0]]
PP = {"tau_m": 10.0, "c_2": 5.0, "c_3": 0.3, "dead_time": 2.0}
GIF = {"lambda_0": 10.0, "Delta_V": 1.5, "V_T_star": -48.0, "t_ref": 3.0}

write("stimuli.json", {
    "cases": [stimulus(m, {"tau_m": 15.0}, k, d) for m in ("iaf_psc_delta", "iaf_psc_exp") for k, d in DEVICES],
    "silent": [silent("gif_psc_exp", {"lambda_0": 0.0, "tau_syn_ex": 1.5, "tau_syn_in": 3.0}, TRAINS, [120.0, -70.0]),
               silent("pp_psc_delta", {"c_2": 0.0, "tau_m": 8.0}, TRAINS, [3.0, -2.0])],
})
write("stochastic.json", {
    "cells": [rates("pp_psc_delta", PP, i) for i in (0.0, 150.0, 300.0)]
    + [rates("pp_psc_delta", dict(PP, with_reset=False), 200.0)]
    + [rates("pp_psc_delta", dict(PP, q_sfa=[2.0, 0.5], tau_sfa=[30.0, 200.0]), 300.0)]
    + [rates("gif_psc_exp", GIF, i) for i in (60.0, 100.0, 150.0)]
    + [rates("gif_psc_exp", dict(GIF, q_sfa=[4.0, 1.0], tau_sfa=[20.0, 150.0], q_stc=[25.0, -5.0], tau_stc=[50.0, 8.0]), 150.0)],
    "noise": [noise(1.0, 200.0), noise(0.5, 300.0)],
})
