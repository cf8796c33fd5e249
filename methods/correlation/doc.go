// Correlation of every pair of units, with what chance would give.
//
// The oldest map of which units work together: two units that rise and fall
// together have a correlation near 1, units that do the opposite near -1. Slow
// signals look alike by chance much more often than their number of samples
// suggests, so every correlation is set beside those of the same traces shifted
// in time, and the list of pairs keeps the share of false ones below a limit.
//
// # Idea
//
// r_ij = Σ_t (x_i(t)-m_i)(x_j(t)-m_j) / (T s_i s_j), the Pearson correlation.
// Under chance r_ij has mean 0 and variance 1/n_ij, where
//
//	n_ij = T / (1 + 2 Σ_k (1-k/T) a_i(k) a_j(k))
//
// is the effective number of samples (a_i: autocorrelation of unit i, tapered by
// a Tukey window that ends at 2√T). Every unit is then shifted circularly by its
// own random time, which keeps each trace and its autocorrelation and takes away
// the alignment; z = r √n_ij of all pairs of all such surrogates are pooled, and
// p of a pair is the share of the pool that is at least as large as its own |z|.
// q is the false discovery rate of Benjamini and Hochberg over all pairs. The
// same rule applied to each surrogate says how many pairs chance finds.
//
// # Input
//
// One recording: its traces (units × samples), or its spikes as firing rates.
// Missing samples are left out pair by pair; units that do not vary have no
// correlation.
//
// # Output
//
//   - metrics pairs, significant_pairs, significant_share, mean_absolute_r and its
//     null, strongest_r, effective_samples (median over pairs)
//   - tables/pairs: unit_a, unit_b, r, p, q. Above 2,000 units: each unit's
//     strongest partners only, with q for all pairs
//   - tables/units: unit, mean_r, strongest_partner, strongest_r,
//     significant_partners
//   - arrays/correlation: units × units, none above 2,000 units
//   - figures: the matrix, alike units side by side; z of pairs against chance
//
// # Paper
//
// M. S. Bartlett, On the theoretical specification and sampling properties of
// autocorrelated time-series (1946), for the variance of a correlation between
// autocorrelated series; Y. Benjamini and Y. Hochberg, Controlling the false
// discovery rate (1995).
//
// # Differences from the paper
//
// Bartlett's sum runs over true autocorrelations; estimated ones are tapered as by
// Afyouni, Smith and Nichols (2019). It only sets the scale on which pairs are
// compared: p comes from the surrogates.
//
// # Limits
//
// A correlation has no direction and does not tell a connection from a common
// drive (partial-correlation takes away what other recorded units explain). A
// circular shift also takes away what all units share with the time of day of the
// experiment - drift, bleaching, arousal - so these count as correlation. It
// supposes that a trace looks alike early and late. Above 256 units the surrogates
// are made of 256 of them, chosen at random, and p reaches down to
// 1/(32,640 × surrogates): among millions of pairs a handful of true ones needs more
// surrogates to be found. Time grows with units² × samples, memory with units ×
// samples (three copies) above 2,000 units.
package correlation
