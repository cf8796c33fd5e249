"""Reference weights of plastic synapses, written by NEST 3.10.0 (numpy 2).

    python nest_synapses.py        writes synapse_<rule>.json beside this file

Each case is one synapse from a parrot to a parrot (receptor 1, which NEST's
parrot does not repeat), so that both spike trains are given and the
postsynaptic cell archives its own spikes. Trains are drawn with a fixed seed,
partly placed so that a postsynaptic spike arrives at the synapse in the very
step of a presynaptic one. All times are steps of 0.1 ms; "weights" are those
sent with each presynaptic spike (weight_recorder).

synapse_loop_*.json: many given trains converge through plastic synapses on one
iaf_psc_delta; its spikes and the last weights are the reference of the engine.
"""

import json
import pathlib

import nest
import numpy as np

HERE = pathlib.Path(__file__).parent
DT = 0.1
END = 40000  # steps


def trains(rng, rate_pre, rate_post, delay, end=END):
    def draw(rate):
        n = rng.poisson(rate * end * DT * 1e-3)
        return set(rng.choice(np.arange(50, end - 200), n, replace=False).tolist())

    pre, post = draw(rate_pre), draw(rate_post)
    some = sorted(pre)
    post |= {t - delay for t in some[3::17]}  # arrives with the presynaptic spike
    post |= {t - delay + 1 for t in some[5::19]}  # one step later
    post |= set(some[7::23])  # is fired with it
    return sorted(pre), sorted(t for t in post if t > 50)


def source(steps):
    """A parrot that fires in the given steps (the delay to it is one step)."""
    parrot = nest.Create("parrot_neuron")
    times = [round((t - 1) * DT, 1) for t in steps]
    gen = nest.Create("spike_generator", params={"spike_times": times})
    nest.Connect(gen, parrot, syn_spec={"delay": DT})
    return parrot


def steps_of(times):
    return [int(round(t / DT)) for t in times]


def case(model, seed, params, delay, w0, tau_minus=20.0, tau_minus_triplet=110.0, rates=(40, 40), modulator=0):
    nest.ResetKernel()
    nest.resolution = DT
    rng = np.random.default_rng(seed)
    pre_t, post_t = trains(rng, *rates, delay)
    pre, post = source(pre_t), source(post_t)
    if model in ("stdp_synapse", "stdp_triplet_synapse", "vogels_sprekeler_synapse", "stdp_dopamine_synapse"):
        post.set(tau_minus=tau_minus, tau_minus_triplet=tau_minus_triplet)
    wr = nest.Create("weight_recorder")
    common = {"weight_recorder": wr}
    out = dict(seed=seed, params=dict(params), delay=delay, weight=w0, tau_minus=tau_minus,
               tau_minus_triplet=tau_minus_triplet)
    if model == "stdp_dopamine_synapse":
        vt = nest.Create("volume_transmitter")
        mod_t = trains(rng, modulator, 0, delay)[0]
        nest.Connect(source(mod_t), vt, syn_spec={"delay": DT})
        common.update(params, volume_transmitter=vt)
        out["modulator"] = [t + 1 for t in mod_t]  # steps in which they arrive
        params = {}
    nest.CopyModel(model, "rec", common)
    sr = nest.Create("spike_recorder", 2)
    nest.Connect(pre, sr[0])
    nest.Connect(post, sr[1])
    nest.Connect(pre, post, syn_spec=dict(params, synapse_model="rec", weight=w0, delay=delay * DT, receptor_type=1))
    nest.Simulate(END * DT)
    assert steps_of(sr[0].events["times"]) == pre_t and steps_of(sr[1].events["times"]) == post_t
    assert steps_of(wr.events["times"]) == pre_t
    weights = wr.events["weights"]
    out.update(pre=pre_t, post=post_t, weights=[float(f"{w:.12g}") for w in weights])
    return out


def write(rule, cases):
    path = HERE / f"synapse_{rule}.json"
    head = dict(program=f"NEST {nest.__version__}", script="nest_synapses.py", rule=rule, dt_ms=DT)
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
    print(path.name, len(cases), "cases", path.stat().st_size, "bytes")


def stdp():
    p = lambda mu_p, mu_m, **k: {"lambda": 0.05, "alpha": 1.05, "mu_plus": mu_p, "mu_minus": mu_m, "Wmax": 2.0, "tau_plus": 20.0, **k}
    return [
        case("stdp_synapse", 1, p(0.0, 0.0), 1, 1.0),
        case("stdp_synapse", 2, p(0.0, 0.0, alpha=0.8), 15, 1.0, tau_minus=33.7),
        case("stdp_synapse", 3, p(1.0, 1.0), 1, 0.5),
        case("stdp_synapse", 4, p(1.0, 1.0, tau_plus=16.8), 15, 0.5, tau_minus=33.7),
        case("stdp_synapse", 5, p(0.5, 0.5), 1, 1.5),
        case("stdp_synapse", 6, p(0.3, 0.7, tau_plus=10.0), 15, 1.5, tau_minus=40.0),
        case("stdp_synapse", 7, p(0.0, 1.0), 15, 1.0, rates=(15, 60)),
        case("stdp_synapse", 8, p(1.0, 1.0, Wmax=-2.0), 15, -1.0, rates=(60, 15)),
    ]


def triplet():
    vis = dict(Aplus=5e-10, Aminus=7e-3, Aplus_triplet=6.2e-3, Aminus_triplet=2.3e-4, tau_plus=16.8, tau_plus_triplet=101.0, Wmax=5.0)
    hip = dict(Aplus=6.1e-3, Aminus=1.6e-3, Aplus_triplet=6.7e-3, Aminus_triplet=1.4e-3, tau_plus=16.8, tau_plus_triplet=946.0, Wmax=1.5)
    m = "stdp_triplet_synapse"
    return [
        case(m, 11, vis, 1, 1.0, 33.7, 125.0),
        case(m, 12, vis, 15, 1.0, 33.7, 125.0),
        case(m, 13, hip, 1, 0.5, 33.7, 27.0, rates=(15, 15)),
        case(m, 14, hip, 15, 0.5, 33.7, 27.0, rates=(20, 40)),
    ]


def tsodyks():
    m = "tsodyks_synapse"
    return [
        case(m, 21, dict(U=0.5, tau_rec=800.0, tau_fac=0.0, tau_psc=3.0), 15, 2.0),
        case(m, 22, dict(U=0.04, tau_rec=100.0, tau_fac=1000.0, tau_psc=3.0), 1, -2.0),
        case(m, 23, dict(U=0.25, tau_rec=60.0, tau_fac=60.0, tau_psc=10.0), 1, 1.0, rates=(100, 1)),
    ]


def tsodyks2():
    m = "tsodyks2_synapse"
    return [
        case(m, 31, dict(U=0.5, u=0.5, tau_rec=800.0, tau_fac=0.0), 15, 2.0),
        case(m, 32, dict(U=0.04, u=0.04, tau_rec=100.0, tau_fac=1000.0), 1, -2.0),
        case(m, 33, dict(U=0.25, u=0.25, tau_rec=60.0, tau_fac=60.0), 1, 1.0, rates=(100, 1)),
    ]


def vogels():
    m = "vogels_sprekeler_synapse"
    return [
        case(m, 41, dict(eta=0.01, alpha=0.4, tau=20.0, Wmax=-3.0), 1, -0.5),
        case(m, 42, dict(eta=0.02, alpha=1.8, tau=20.0, Wmax=-1.0), 15, -0.5),
        case(m, 43, dict(eta=0.01, alpha=0.2, tau=30.0, Wmax=1.0), 15, 0.5, tau_minus=30.0, rates=(60, 15)),
    ]


def dopamine():
    m = "stdp_dopamine_synapse"
    p = lambda **k: dict(A_plus=1.0, A_minus=1.5, tau_plus=20.0, tau_c=1000.0, tau_n=200.0, b=0.0, Wmin=0.0, Wmax=200.0, **k) if not k else {**p(), **k}
    return [
        case(m, 51, p(), 1, 100.0, modulator=4),
        case(m, 52, p(A_minus=1.0, tau_c=300.0, tau_n=100.0), 15, 100.0, 30.0, modulator=10),
        case(m, 53, p(b=0.003, A_plus=0.2, A_minus=0.2, tau_c=200.0), 15, 100.0, modulator=4, rates=(20, 20)),
        case(m, 54, p(A_plus=4.0, A_minus=3.0, Wmin=50.0, Wmax=110.0), 1, 100.0, modulator=10),
    ]


def loop(name, model, params, delay, w0, n=60, rate=25, end=20000, fixed=0):
    """n given trains converge on one iaf_psc_delta (jump of w mV per spike)."""
    nest.ResetKernel()
    nest.resolution = DT
    rng = np.random.default_rng(61)
    cell = nest.Create("iaf_psc_delta", params=dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=0.0, V_m=0.0, V_th=20.0,
                                                     tau_minus=20.0))
    sr = nest.Create("spike_recorder")
    nest.Connect(cell, sr)
    nest.CopyModel(model, "rec", {})
    pre = []
    parrots = nest.NodeCollection()
    for _ in range(n):
        t = trains(rng, rate, 0, delay, end)[0]
        pre.append(t)
        parrots += source(t)
    if fixed:  # the last trains come through static synapses
        nest.Connect(parrots[-fixed:], cell, syn_spec=dict(weight=abs(w0) * 2, delay=delay * DT))
    plastic = parrots[: n - fixed]
    nest.Connect(plastic, cell, syn_spec=dict(params, synapse_model="rec", weight=w0, delay=delay * DT))
    nest.Simulate(end * DT)
    conns = nest.GetConnections(plastic, cell)
    src, w = conns.get("source"), conns.get("weight")
    w = w if isinstance(w, (list, tuple)) else [w]
    order = np.argsort(src)
    out = dict(params=params, delay=delay, weight=w0, tau_minus=20.0, fixed=fixed, end=end, pre=pre,
               post=steps_of(sr.events["times"]), last_weights=[float(f"{w[i]:.12g}") for i in order])
    print(name, "output spikes", len(out["post"]), "weights", min(w), max(w))
    write(f"loop_{name}", [out])


if __name__ == "__main__":
    nest.verbosity = getattr(nest, "VerbosityLevel", nest).ERROR if hasattr(nest, "VerbosityLevel") else None
    write("stdp_synapse", stdp())
    write("stdp_triplet_synapse", triplet())
    write("tsodyks_synapse", tsodyks())
    write("tsodyks2_synapse", tsodyks2())
    write("vogels_sprekeler_synapse", vogels())
    write("stdp_dopamine_synapse", dopamine())
    loop("stdp", "stdp_synapse", {"lambda": 0.02, "alpha": 1.05, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 3.0, "tau_plus": 20.0}, 15, 1.4)
    loop("vogels", "vogels_sprekeler_synapse", dict(eta=0.05, alpha=0.6, tau=20.0, Wmax=-8.0), 10, -0.7, n=100, fixed=50)
