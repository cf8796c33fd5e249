// Package spiketimetiling measures how often pairs of units fire together, by the
// spike-time tiling coefficient, with what chance would give.
//
// Counting coincidences makes units that fire much look correlated. The
// coefficient asks instead which share of one unit's spikes has a spike of the
// other nearby, and takes off the share of time that is near such spikes anyway:
// 1 for units that always fire together, 0 for units that have nothing to do with
// one another however fast they fire, negative for units that avoid each other.
//
// # Idea
//
//	STTC = ½ ((P_A-T_B)/(1-P_A T_B) + (P_B-T_A)/(1-P_B T_A))
//
// P_A is the share of spikes of A within ±Δt of a spike of B, T_A the share of the
// recording within ±Δt of a spike of A. Times are compared on the integer clock of
// the recording, so that spikes exactly Δt apart are within.
//
// Every unit is then shifted circularly by its own random time, which keeps its
// intervals. A pair's coefficient is standardised by its own mean and deviation
// over the shifted copies; the standardised values of all copies of all pairs are
// pooled, p of a pair is the share of the pool at least as large, and q the false
// discovery rate of Benjamini and Hochberg over pairs.
//
// # Input
//
// One recording with spike times. Units without spikes have no coefficient.
//
// # Output
//
//   - metrics units, spikes, pairs, significant_pairs, significant_share,
//     mean_absolute_sttc and its null, strongest_sttc
//   - tables/pairs: unit_a, unit_b, sttc, p, q
//   - tables/units: unit, mean_sttc, strongest_partner, strongest_sttc,
//     significant_partners
//   - arrays/sttc: units × units
//   - figures: the matrix, alike units side by side; pairs against chance
//
// # Paper
//
// C. S. Cutts and S. J. Eglen, Detecting pairwise correlations in spike trains: an
// objective comparison of methods and application to the study of retinal waves
// (2014).
//
// # Differences from the paper
//
// The coefficient is the paper's. The circular shifts and the false discovery rate
// are ours; the paper has no test of single pairs. elephant 1.2.1 gives larger
// values late in a recording, where its comparison of times is too generous; with
// that corrected the two agree to rounding.
//
// # Limits
//
// A shift takes away everything that units share in time, at any scale: units that
// are both active while the animal runs count as firing together. Ask
// cross-correlogram for structure finer than a jitter window. The coefficient has
// no direction. Memory grows with pairs × surrogates: 700 units and 100 surrogates
// take 400 MB.
package spiketimetiling
