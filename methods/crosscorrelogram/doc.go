// Package crosscorrelogram finds pairs of units with a fixed delay between their
// spikes, such as a synapse leaves, and tells them from pairs whose rates merely
// rise and fall together.
//
// A cross-correlogram counts, for every spike of one unit, when spikes of the other
// come before and after it. A narrow peak some milliseconds after zero says that the
// second follows the first; a trough that it is held back. Rates that change
// together give broad hills, which spikes moved a little at random have as well:
// only what is narrower than that is reported.
//
// # Idea
//
// c_ij(k) is the number of pairs of spikes with (k-½) b <= t_j - t_i < (k+½) b, for
// bins of b and lags up to a window, of all pairs of units at once (Perkel, Gerstein
// and Moore 1967). Surrogates redraw every spike uniformly within its own window of
// width J (interval jitter): spikes per window, and so every rate slower than J,
// are kept. At each lag the surrogates give a mean and a deviation. The largest
// deviate of the pair over all lags, ranked among those of its surrogates, gives
// p_jitter, which is exact and corrected for lags but never below 1/(1+surrogates).
// For many pairs that is not enough: the Poisson probability of the pair's most
// surprising count, given the mean of the surrogates, is ranked among those of all
// surrogates of all pairs, which gives p, and q is the false discovery rate of
// Benjamini and Hochberg over pairs. An edge has q below the limit and p_jitter of
// at most .05.
//
// # Input
//
// One recording with spike times. Times are compared on the integer clock of the
// recording: floating seconds would put spikes exactly on the edge of a bin on
// either side of it.
//
// # Output
//
//   - metrics units, spikes, pairs, edges, excess_edges, deficit_edges,
//     synchronous_edges
//   - tables/edges: from, to, lag_s, kind (excess, deficit, at lag 0 with no
//     direction: synchrony), count, expected, z, strength (spikes of to beyond
//     chance per spike of from), p_jitter, p, q
//   - tables/pairs: the same of all pairs, as unit_a, unit_b, and lag_s above 0 when
//     b fires after a
//   - tables/units: unit, spikes, rate_hz, edges_out, edges_in
//   - arrays/correlograms: listed pairs × lags, counts; arrays/lags (s). Above
//     20,000 pairs those of the edges only
//   - figures: the strongest pairs with their simultaneous bands; who leads whom
//
// # Paper
//
// A. Amarasingham, M. T. Harrison, N. G. Hatsopoulos and S. Geman, Conditional
// modeling and the jitter method of spike resampling (2012).
//
// # Differences from the paper
//
// Both trains are jittered, so that one set of surrogates serves all pairs. Pooling
// pairs for p is ours; how many pairs the same rule finds in each surrogate is
// reported beside what it finds in the recording.
//
// # Limits
//
// A peak is no proof of a synapse: a unit that was not recorded may drive both, and
// spikes that were sorted to the wrong of two units give peaks and troughs at
// zero. Spike sorters cannot see two spikes at once on one electrode, which gives a
// trough at zero. Cost: spikes × neighbours within the window × surrogates.
package crosscorrelogram
