# NEST's side of the network of Brunel (2000). It answers every line with numbers:
#   build MODEL CELLS INDEGREE   seconds of Create and Connect, of the preparation before the first step, synapses, peak memory in bytes
#   run MS                       seconds, spikes
# MODEL is the synapse among excitatory cells.
import os, sys, time
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # NEST greets on the standard output
os.environ["PYNEST_QUIET"] = "1"
import nest

threads = int(sys.argv[1])


def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024


def build(model, cells, indegree):
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.local_num_threads, nest.resolution, nest.rng_seed = threads, 0.1, 12345
    excitatory = cells * 4 // 5
    weight = 0.1 * 800 / indegree
    start = time.perf_counter()
    par = dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=0.0, V_m=0.0, V_th=20.0)
    if model != "static_synapse":
        par["tau_minus"] = 20.0
        nest.SetDefaults(model, {"lambda": 0.01, "alpha": 1.05, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 2 * weight, "tau_plus": 20.0})
    E, I = (nest.Create("iaf_psc_delta", n, params=par) for n in (excitatory, cells - excitatory))
    noise, recorder = nest.Create("poisson_generator", params={"rate": 2 * 20 / (weight * 20) * 1000}), nest.Create("spike_recorder")
    excite, inhibit = dict(weight=weight, delay=1.5), dict(weight=-5 * weight, delay=1.5)
    nest.Connect(noise, E + I, syn_spec=excite)
    many, few = {"rule": "fixed_indegree", "indegree": indegree}, {"rule": "fixed_indegree", "indegree": indegree // 4}
    if model == "static_synapse":
        nest.Connect(E, E + I, many, excite)
    else:
        nest.Connect(E, E, many, dict(excite, synapse_model=model))
        nest.Connect(E, I, many, excite)
    nest.Connect(I, E + I, few, inhibit)
    nest.Connect(E + I, recorder)
    connected = time.perf_counter()
    nest.Prepare()
    nest.Run(0.1)  # sorts the connections
    nest.Cleanup()
    return recorder, [connected - start, time.perf_counter() - connected, cells * (indegree + indegree // 4), peak()]


for line in sys.stdin:
    word, *rest = line.split()
    if word == "build":
        recorder, answer = build(rest[0], int(rest[1]), int(rest[2]))
    elif word == "run":
        before, start = recorder.n_events, time.perf_counter()
        nest.Simulate(float(rest[0]))
        answer = [time.perf_counter() - start, recorder.n_events - before]
    print(*answer, file=answers, flush=True)
