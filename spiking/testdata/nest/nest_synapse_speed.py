"""The network of Brunel (2000) with plastic E-E synapses, timed in NEST 3.10.0.

    python nest_synapse_speed.py [model] [threads] [ms]     model: stdp_synapse, stdp_synapse_hom

Prints how long it takes to go on for so long (0.5 s) after 0.1 s, as BenchmarkPlastic of
package spiking does. On a busy machine compare the time of processors of one thread.
"""

import sys
import time

import nest

length = float(sys.argv[3]) if len(sys.argv) > 3 else 500.0
model = sys.argv[1] if len(sys.argv) > 1 else "stdp_synapse"
nest.ResetKernel()
nest.local_num_threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
nest.resolution, nest.rng_seed = 0.1, 12345
NE, NI, CE, CI = 8000, 2000, 800, 200
cell = dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=0.0, V_m=0.0, V_th=20.0, tau_minus=20.0)
start = time.perf_counter()
E, I = (nest.Create("iaf_psc_delta", n, params=cell) for n in (NE, NI))
noise, recorder = nest.Create("poisson_generator", params={"rate": 20000.0}), nest.Create("spike_recorder")
stdp = {"lambda": 0.01, "alpha": 1.05, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 0.2, "tau_plus": 20.0}
nest.SetDefaults(model, stdp)
excite, inhibit = dict(weight=0.1, delay=1.5), dict(weight=-0.5, delay=1.5)
nest.Connect(noise, E + I, syn_spec=excite)
nest.Connect(E, E, {"rule": "fixed_indegree", "indegree": CE}, dict(excite, synapse_model=model))
nest.Connect(E, I, {"rule": "fixed_indegree", "indegree": CE}, excite)
nest.Connect(I, E + I, {"rule": "fixed_indegree", "indegree": CI}, inhibit)
nest.Connect(E + I, recorder)
built = time.perf_counter()
nest.Simulate(100.0)
before, warm, work = recorder.n_events, time.perf_counter(), time.process_time()
nest.Simulate(length)
took, spikes, work = time.perf_counter() - warm, recorder.n_events - before, time.process_time() - work
w = nest.GetConnections(E[:200], E).get("weight")
print(f"{model}: built in {built - start:.1f} s; {length} ms in {took:.2f} s ({work:.2f} s of processors), {1000 * spikes / length / (NE + NI):.2f} spikes/s/cell, "
      f"{spikes * 1000 / took / 1e6:.1f} M synaptic events/s ({spikes * 1000 / work / 1e6:.1f} per second of processor), mean weight {sum(w) / len(w):.4f}")
