"""Reference values for ../reference_test.go: elephant 1.2.1, pynapple 0.11.4, numpy 2.4.6 (pip install elephant pynapple).

Five units on a 30 kHz clock, 20 s: unit u has 100(u+1) spikes at uniform ticks, from splitmix64 of a counter so that Go makes
the same. In unit 1 every other spike is replaced by one 2 ms (60 ticks) after each spike of unit 0.
elephant compares times by numpy.isclose with its relative tolerance of 1e-5 left on (elephant pull request 706), which adds
microseconds to milliseconds to dt: here it runs with rtol 0 and 1e-7 s for rounding.
Writes sttc.csv (pairs i <= j, dt 5 ms) and rates.csv (elephant's instantaneous rate is sampled, not averaged: numpy instead,
Gaussian of 20 ms convolved numerically at 0.1 ms, mean over 10 ms bins, units 0 and 1, first 50 bins).
"""
import csv, unittest.mock, warnings
import numpy as np, neo, quantities as pq
from elephant.spike_train_correlation import spike_time_tiling_coefficient

warnings.filterwarnings("ignore")
HZ, LENGTH = 30000, 20 * 30000


def uniform(n, seed):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0 ** -53


def trains():
    t = [np.sort((uniform(100 * (u + 1), 10 + u) * LENGTH).astype(int)) for u in range(5)]
    t[1] = np.sort(np.r_[t[1][::2], t[0] + 60])
    return [x[x < LENGTH] for x in t]


ticks = trains()
isclose = np.isclose
with unittest.mock.patch("numpy.isclose", lambda a, b, atol: isclose(a, b, rtol=0, atol=atol + 1e-7)), \
        open("sttc.csv", "w", newline="") as fh:
    out = csv.writer(fh)
    out.writerow(["i", "j", "elephant"])
    st = [neo.SpikeTrain(x / HZ, units="s", t_stop=LENGTH / HZ) for x in ticks]
    for i in range(5):
        for j in range(i, 5):
            out.writerow([i, j, "%.15g" % spike_time_tiling_coefficient(st[i], st[j], dt=5 * pq.ms)])

fine = np.arange(200000) * 1e-4 + 5e-5  # middles of 0.1 ms steps over 20 s
inside = np.array([np.exp(-.5 * ((fine - c) / .02) ** 2).sum() for c in fine[:10000]]) * 1e-4 / (.02 * np.sqrt(2 * np.pi))
with open("rates.csv", "w", newline="") as fh:
    out = csv.writer(fh)
    for u in (0, 1):
        r = np.array([np.exp(-.5 * ((c - ticks[u] / HZ) / .02) ** 2).sum() for c in fine[:5000]]) / (.02 * np.sqrt(2 * np.pi))
        up = r.reshape(-1, 100).mean(1) / inside[:5000].reshape(-1, 100).mean(1)
        out.writerow(["%.9g" % v for v in up])
