# Brian2's side, C++ standalone with OpenMP. The program is compiled once, to which the first line is answered 0; "run" runs it and answers the seconds that
# Brian2 says its simulation took, without building the network, and the spikes of the whole time and after 100 ms.
import os, sys, tempfile
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from brian2 import *

threads, ms_ = int(sys.argv[1]), float(sys.argv[2])
folder = tempfile.TemporaryDirectory()
prefs.logging.file_log = False
set_device("cpp_standalone", directory=folder.name, build_on_run=False)
prefs.devices.cpp_standalone.openmp_threads = threads
seed(1)
defaultclock.dt = 0.1 * ms
NE, NI, CE, CI, J, g, eta = 8000, 2000, 800, 200, 0.1 * mV, 5.0, 2.0
nu = eta * 20 / (0.1 * CE * 20) * 1000 * CE
G = NeuronGroup(NE + NI, "dv/dt=-v/(20*ms):volt (unless refractory)", threshold="v>=20*mV", reset="v=0*mV", refractory=2 * ms, method="exact")
P = PoissonInput(G, "v", CE, nu / CE * Hz, J)
rng, N = np.random.default_rng(1), NE + NI
E = Synapses(G, G, on_pre="v_post+=J", delay=1.5 * ms)
I = Synapses(G, G, on_pre="v_post-=g*J", delay=1.5 * ms)
E.connect(i=rng.integers(0, NE, (N, CE)).ravel(), j=np.repeat(np.arange(N), CE))
I.connect(i=rng.integers(NE, N, (N, CI)).ravel(), j=np.repeat(np.arange(N), CI))
M = SpikeMonitor(G)
run(ms_ * ms)
device.build(directory=folder.name, run=False, with_output=False)
sys.stdin.readline()  # whoever asks for this waits for the compiler
print(0, file=answers, flush=True)
for line in sys.stdin:
    device.run(folder.name, "results", False, [])
    print(device._last_run_time, M.num_spikes, int(np.sum(np.asarray(M.t / ms) > 100)), file=answers, flush=True)
