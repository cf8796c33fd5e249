// Package match puts two recordings, findings or networks side by side: which neuron of one is which of the other,
// what of them agrees, and how well they would agree by chance.
//
// Neurons are matched by name, by position (each other's nearest) or by activity (one to one, so that the sum of
// the correlations is the largest). Chance is activity that is shifted in a circle, all units of one recording by
// the same time; a pair matched by activity is compared with the best of all partners under the shift, since it is
// the best of many itself. Facts and matrices are compared with shuffled units (Mantel, Cancer Research 27, 209 (1967)).
package match
