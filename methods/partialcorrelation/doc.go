// Package partialcorrelation finds pairs of units that go together beyond what all
// other recorded units explain, with what chance would give.
//
// Two units that a third one drives are correlated although nothing connects them.
// The partial correlation is what is left of a pair's correlation once every other
// recorded unit has been taken into account: a map with fewer indirect links.
//
// # Idea
//
// With R the matrix of correlations and P the inverse of (1-s) R + s I,
//
//	partial r_ij = -P_ij / √(P_ii P_jj)
//
// The shrinkage s towards no correlation keeps the inverse from amplifying noise;
// Ledoit and Wolf's is the one with the smallest expected squared error. Every unit
// is then shifted circularly by its own random time and everything is computed
// again with the same s. Values are standardised by the effective number of samples
// of each pair (Bartlett 1946) and pooled; p of a pair is the share of the pool at
// least as large, q the false discovery rate of Benjamini and Hochberg.
//
// # Input
//
// One recording: its traces (units × samples), or its spikes as firing rates.
// Samples in which any unit is missing are left out; units that do not vary have no
// partial correlation.
//
// # Output
//
//   - metrics units, samples, shrinkage, pairs, significant_pairs,
//     significant_share, mean_absolute_partial_r and its null, strongest_partial_r
//   - tables/pairs: unit_a, unit_b, partial_r, p, q
//   - tables/units: unit, mean_partial_r, strongest_partner, strongest_partial_r,
//     significant_partners
//   - arrays/partial_correlation: units × units
//   - figures: the matrix, alike units side by side; pairs against chance
//
// # Paper
//
// O. Ledoit and M. Wolf, A well-conditioned estimator for large-dimensional
// covariance matrices (2004).
//
// # Differences from the paper
//
// The paper shrinks a covariance matrix; here units are standardised first, so that
// the correlation matrix is shrunk towards the identity. The paper's samples are
// independent; for slow signals its shrinkage is smaller than would be best: set it
// by hand where there are few effective samples. Test and false discovery rate are
// ours.
//
// # Limits
//
// Only what was recorded is taken into account: an unrecorded common drive still
// looks like a link. Shrinkage leaves a little of strong indirect correlations. The
// null is that no unit has anything to do with another, not that one pair alone has
// nothing. The cost grows with the cube of the units for every surrogate: a minute
// for 500 units and 100 surrogates on two cores.
package partialcorrelation
