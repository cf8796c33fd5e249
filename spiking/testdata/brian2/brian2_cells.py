"""Reference spike trains and voltages of deterministic networks, made by Brian2.

Run:  python brian2_cells.py [CASE...]     (Brian2 2.9.0, NumPy targets; writes CASE.json beside this file)

The files have the fields of ../nest/nest_cells.py and its conventions. Brian2's own differ:
  * It numbers a step by its beginning: a spike at t is one that NEST stamps t + dt. Stamps
    here have dt added; spike sources are given dt less.
  * A spike at t with delay d changes the target in the step that begins at t + d, after
    that step was integrated, so that stamps and delays add up as in NEST.
  * refractory = t_ref ends with the step that begins at t + t_ref, a step earlier than
    NEST's t_ref counted from the stamp; t_ref + dt is given instead.
  * Integration: "exact" for the current-based leaky cells, "rk4" for the conductance-based,
    the exponential and the Hodgkin-Huxley ones, "euler" for Izhikevich's. Brian2 has no exponential
    integrator of high order (its exponential_euler is of order 1), hence rk4 with short steps.
"""

import json
import os
import sys

import brian2 as b
import numpy as np

b.prefs.codegen.target = "numpy"
b.BrianLogger.suppress_name("resolution_conflict")

PSC = "dv/dt = (E_L - v)/tau_m + (gex + gin + I_e + I_stim)/C_m : volt (unless refractory)\n"
COND = """dv/dt = (g_L*(E_L - v) + gex*(E_ex - v) + gin*(E_in - v) + I_e + I_stim)/C_m : volt (unless refractory)
I_e : amp
I_stim : amp
"""
EXP = "dgex/dt = -gex/tau_ex : {0}\ndgin/dt = -gin/tau_in : {0}\n"
ALPHA = ("dgex/dt = xex - gex/tau_ex : {0}\ndxex/dt = -xex/tau_ex : {0}/second\n"
         "dgin/dt = xin - gin/tau_in : {0}\ndxin/dt = -xin/tau_in : {0}/second\n")
AEIF = """dv/dt = (g_L*(E_L - vc) + g_L*Delta_T*exp((vc - V_th)/Delta_T) + gex*(E_ex - vc) + gin*(E_in - vc) - w + I_e + I_stim)/C_m : volt
dw/dt = (a*(vc - E_L) - w)/tau_w : amp
vc = clip(v, -1*volt, V_peak) : volt
I_e : amp
I_stim : amp
"""  # the potential is bounded as in NEST, or w would be lost in the step of a spike
IZH = """dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I_e + I_stim : volt
du/dt = a*(b*v - u) : volt/second
I_e : volt/second
I_stim : volt/second
"""
HH = """dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + gex + gin + I_e + I_stim)/C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
I_e : amp
I_stim : amp
"""

# NEST's names and numbers: parameters that all cells of a case share.
LEAKY = {"C_m": 250.0, "tau_m": 12.0, "tau_syn_ex": 2.0, "tau_syn_in": 5.0, "t_ref": 2.0, "E_L": -70.0,
         "V_reset": -68.0, "V_th": -55.0}
CONDUCTING = {"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -58.0, "t_ref": 3.0,
              "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "E_ex": 0.0, "E_in": -80.0}
ADEX = {"C_m": 281.0, "g_L": 30.0, "E_L": -70.6, "V_th": -50.4, "Delta_T": 2.0, "tau_w": 144.0, "a": 4.0, "b": 80.5,
        "V_reset": -60.0, "V_peak": 0.0, "t_ref": 0.0, "tau_syn_ex": 2.0, "tau_syn_in": 5.0, "E_ex": 0.0, "E_in": -85.0}
SQUID = {"C_m": 100.0, "g_Na": 12000.0, "g_K": 3600.0, "g_L": 30.0, "E_Na": 50.0, "E_K": -77.0, "E_L": -54.402,
         "t_ref": 2.0, "tau_syn_ex": 1.0, "tau_syn_in": 2.0}

# model -> equations, integrator, reset, parameters, step, bias of the three groups, weights of
# the trains and of the network, start of the potential.
MODELS = {
    "iaf_psc_exp": dict(eq=PSC + EXP.format("amp") + "I_e : amp\nI_stim : amp\n", method="exact", p=LEAKY, dt=0.1,
                        bias=[310.0, 325.0, 340.0], train=[512.0, -256.0], net=[384.0, -128.0], start=-70.0),
    "iaf_psc_alpha": dict(eq=PSC + ALPHA.format("amp") + "I_e : amp\nI_stim : amp\n", method="exact", p=LEAKY, dt=0.1,
                          bias=[310.0, 325.0, 340.0], train=[256.0, -112.0], net=[192.0, -64.0], start=-70.0),
    "iaf_cond_exp": dict(eq=COND + EXP.format("siemens"), method="rk4", p=CONDUCTING, dt=0.1,
                         bias=[95.0, 105.0, 120.0], train=[6.0, -10.0], net=[4.0, -12.0], start=-70.0),
    "iaf_cond_alpha": dict(eq=COND + ALPHA.format("siemens"), method="rk4", p=CONDUCTING, dt=0.1,
                           bias=[95.0, 105.0, 120.0], train=[3.0, -5.0], net=[2.0, -6.0], start=-70.0),
    "aeif_cond_exp": dict(eq=AEIF + EXP.format("siemens"), method="rk4", p=ADEX, dt=0.001, duration=60.0,
                          bias=[650.0, 700.0, 760.0], train=[16.0, -6.0], net=[14.0, -5.0], start=-70.6),
    "aeif_cond_alpha": dict(eq=AEIF + ALPHA.format("siemens"), method="rk4", p=ADEX, dt=0.001, duration=60.0,
                            bias=[650.0, 700.0, 760.0], train=[8.0, -3.0], net=[7.0, -2.5], start=-70.6),
    "izhikevich": dict(eq=IZH, method="euler", p={"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}, dt=0.1,
                       bias=[5.0, 7.5, 10.0], train=[6.0, -4.5], net=[5.0, -3.5], start=-65.0),
    "hh_psc_alpha": dict(eq=HH + ALPHA.format("amp"), method="rk4", p=SQUID, dt=0.01,
                         bias=[640.0, 700.0, 820.0], train=[512.0, -256.0], net=[256.0, -160.0], start=-65.0),
}

UNITS = {"C_m": b.pF, "tau": b.ms, "t_ref": b.ms, "E": b.mV, "V": b.mV, "g": b.nS, "Delta_T": b.mV}


def namespace(model, p):
    """Parameters with units, by Brian2's names."""
    ns = {k: v * next(u for start, u in UNITS.items() if k.startswith(start)) for k, v in p.items() if k not in "abcd"}
    ns["tau_ex"], ns["tau_in"] = ns.pop("tau_syn_ex", None), ns.pop("tau_syn_in", None)
    if model.startswith("aeif"):
        ns["a"], ns["b_jump"] = p["a"] * b.nS, p["b"] * b.pA
    if model == "izhikevich":
        ns.update(a=p["a"] / b.ms, b=p["b"] / b.ms, c=p["c"] * b.mV, d=p["d"] * b.mV / b.ms)
    return ns


def group(model, m, n, dt, ns):
    """The cells, with threshold, reset and refractoriness as NEST has them."""
    if model == "izhikevich":
        g = b.NeuronGroup(n, m["eq"], threshold="v >= 30*mV", reset="v = c; u += d", method="euler", namespace=ns)
        g.u = -13 * b.mV / b.ms
    elif model.startswith("aeif"):
        g = b.NeuronGroup(n, m["eq"], threshold="v >= V_peak", reset="v = V_reset; w += b_jump", method="rk4", namespace=ns)
    elif model.startswith("hh"):
        # A spike is where the potential begins to fall from above 0: its last value is kept.
        g = b.NeuronGroup(n, m["eq"] + "before : volt\nwas : volt\n", threshold="v >= 0*mV and v < was",
                          refractory=m["p"]["t_ref"] * b.ms + dt * b.ms, method="rk4", namespace=ns)
        g.run_regularly("was = before; before = v", when="after_groups")
        g.m, g.h, g.n = 0.05293248525724958, 0.5961207535084603, 0.3176769140606974
        g.before = g.was = -65 * b.mV
    else:
        g = b.NeuronGroup(n, m["eq"], threshold="v >= V_th", reset="v = V_reset",
                          refractory=m["p"]["t_ref"] * b.ms + dt * b.ms, method=m["method"], namespace=ns)
    g.v = m["start"] * b.mV
    # Held during a step: the last stage of rk4 would look at the next one.
    g.run_regularly("I_stim = stim(t, i)", when="start")
    return g


def effects(model):
    """What an arriving spike does, for the two signs of the weight, and the unit of a weight."""
    if model == "izhikevich":
        return "v_post += weight*mV", "v_post += weight*mV"
    unit = "nS" if "cond" in model else "pA"
    sign = "-" if "cond" in model else ""
    if "alpha" in model:
        return ("xex_post += weight*%s*exp(1)/tau_ex" % unit, "xin_post += %sweight*%s*exp(1)/tau_in" % (sign, unit))
    return "gex_post += weight*%s" % unit, "gin_post += %sweight*%s" % (sign, unit)


def times(seed, n, first, last):
    grid = np.random.RandomState(seed).choice(np.arange(round(first * 10), round(last * 10)), n, False)
    return [round(t / 10, 1) for t in sorted(grid.tolist())]


def edges(n_exc, n_inh, out, w_exc, w_inh, seed):
    """Fixed out-degree among n_exc + n_inh cells, no self-connections, delays of 0.1 to 5 ms."""
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


def connect(pre, post, table, model, ns):
    """One Synapses object for each sign."""
    made = []
    for sign, effect in zip((1, -1), effects(model)):
        rows = [r for r in zip(*table.values()) if r[2] * sign > 0]
        if rows:
            s = b.Synapses(pre, post, "weight : 1", on_pre=effect, namespace=ns)
            s.connect(i=[r[0] for r in rows], j=[r[1] for r in rows])
            s.weight = [r[2] for r in rows]
            s.delay = [r[3] for r in rows] * b.ms
            made.append(s)
    return made


def run(case, model, m, n, bias, duration, currents, trains, train_edges, cell_edges, record, every, note):
    """Simulates and writes CASE.json."""
    b.start_scope()
    dt = m["dt"]
    b.defaultclock.dt = dt * b.ms
    ns = namespace(model, m["p"])
    unit = b.mV / b.ms if model == "izhikevich" else b.pA
    grid = np.zeros((round(duration * 10) + 1, n))  # currents change on a grid of 0.1 ms
    for c in currents:
        for start, x in zip(c["from_ms"], c["pA"]):
            grid[round(start * 10):, c["cell"]] = x
    ns["stim"] = b.TimedArray(grid * unit, dt=0.1 * b.ms)
    g = group(model, m, n, dt, ns)
    g.I_e = np.array(bias) * unit
    parts = [g]
    if trains:
        index = [i for i, t in enumerate(trains) for _ in t]
        source = b.SpikeGeneratorGroup(len(trains), index, (np.concatenate(trains) - dt) * b.ms)
        parts += [source] + connect(source, g, train_edges, model, ns)
    if cell_edges:
        parts += connect(g, g, cell_edges, model, ns)
    spikes = b.SpikeMonitor(g)
    # "end" is the last slot of a step: after synapses and resets.
    volts = b.StateMonitor(g, "v", record=list(record), when="end")
    net = b.Network(*parts, spikes, volts)
    net.run(duration * b.ms)
    step, per = round(every / dt), len(bias) // 3 if len(bias) % 3 == 0 else 1
    cells = [{"model": model, "n": per, "params": dict(m["p"], I_e=bias[k])} for k in range(0, n, per)]
    v = np.asarray(volts.v / b.mV)
    write({
        "program": "Brian2", "version": b.__version__, "script": "brian2_cells.py", "case": case, "note": note,
        "resolution_ms": dt, "duration_ms": duration, "cells": cells, "currents": currents, "trains_ms": trains,
        "train_connections": train_edges, "connections": cell_edges,
        "spikes_ms": [[round(float(t / b.ms) + dt, 4) for t in spikes.spike_trains()[i]] for i in range(n)],
        "V_m": {"cells": list(record), "from_ms": every, "every_ms": every,
                "mV": [[float("%.10g" % x) for x in row[step - 1::step]] for row in v]},
    })


def write(doc):
    """One line per top-level field."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), doc["case"] + ".json")
    with open(path, "w") as f:
        f.write("{\n" + ",\n".join(' "%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in doc.items())
                + "\n}\n")
    print(doc["case"], os.path.getsize(path), "bytes,", [len(s) for s in doc["spikes_ms"]], "spikes")


def main(wanted):
    for model, m in MODELS.items():
        exc, inh = times(1, 100, 2.0, 140.0), times(2, 45, 40.0, 140.0)
        high = m["bias"][1]
        length = m.get("duration")  # of runs whose steps are so short that they take long
        if not wanted or any(w in model + "_driven" for w in wanted):
            run(model + "_driven", model, m, 1, [0.0], length or 150.0,
                [{"cell": 0, "from_ms": [2.0, 60.3, 100.0], "pA": [high, -high / 4, high * 0.75]}], [exc, inh],
                {"from": [0, 1], "to": [0, 0], "weight": m["train"], "delay_ms": [0.1, 1.5]}, None, [0], 0.5,
                "an injected current of three levels, an excitatory and an inhibitory train")
        if not wanted or any(w in model + "_network" for w in wanted):
            table = {"from": [0] * 12, "to": list(range(12)), "weight": [m["train"][0] * (1 + k % 4) / 4 for k in range(12)],
                     "delay_ms": [round(0.3 + 0.4 * k, 1) for k in range(12)]}
            run(model + "_network", model, m, 12, [x for x in m["bias"] for _ in range(4)], length or 200.0, [],
                [times(3, 6, 2.0, 60.0)], table, edges(8, 4, 4, m["net"][0], m["net"][1], 7), [0, 9], 1.1,
                "12 cells (8 excitatory, 4 inhibitory), fixed out-degree 4, delays of 0.1 to 5 ms")


main(sys.argv[1:])
