// Stdp-homeostasis-supervised-snn teaches spiking neurons to detect spatial patterns: sets of input cells that
// spike at once.
//
// Every pattern has a detector, a leaky integrate-and-fire cell that all inputs reach. While it learns, a
// teacher makes it spike just after its pattern; then it must find the pattern on its own.
//
// # Idea
//
// Spike-timing dependent plasticity (all pairs, additive): an input that spiked Δ before its detector gains
// lambda exp(-Δ/20 ms), one that spiked after it loses alpha lambda exp(-Δ/20 ms). A teacher's spike comes 3 ms after
// the pattern, so the pattern's inputs gain; the background spikes of all inputs fall before and after it alike and,
// alpha being above 1, lose.
//
// That leaves weights whose sum over a pattern is far above the threshold, so that similar patterns are detected
// too. Homeostasis then sets them right, without the teacher: all weights of a detector grow or shrink in proportion
// (van Rossum, Bi and Turrigiano 2000) until it spikes as often as its pattern comes.
//
//	dw/dt = beta w (goal - rate)
//
// # Input
//
// None: patterns are drawn, --active of --inputs cells each, any two sharing --overlap of their cells. At each
// presentation --noise of a pattern's cells fail and others spike in their place.
//
// # Output
//
//   - metrics accuracy (share of presentations, trained and random patterns in equal number, at which exactly
//     the right detectors spiked), hits, false_alarms, accuracy_without_homeostasis, overlap (of the drawn patterns)
//   - table confusion: pattern, detector, share of presentations at which it spiked
//   - array weights: inputs × detectors, mV (the threshold is 15 mV above rest)
//   - figures: the confusion matrix, and the weights
//
// The evidence is the mean of hits and of right rejections against detectors that were taught other patterns.
// The causal check silences half of the cells of each pattern, and as many others.
//
// # Paper
//
// S. Davies, A. Gait, A. Rowley, A. Di Nuovo (2023). Supervised learning of spatial features with STDP and
// homeostasis using Spiking Neural Networks on SpiNNaker. arXiv:2312.02659.
//
// # Differences from the paper
//
// The paper ran on SpiNNaker boards; this is nissl's simulator. The phases follow each other (STDP, then
// homeostasis) instead of acting at once, and the numbers of cells, weights and times are ours: only the paper's
// abstract was at hand.
//
// # Limits
//
// A pattern is a set, not an order in time. Homeostasis knows only a rate: with many similar patterns a detector may reach its
// rate by detecting another pattern, and that is where accuracy falls.
package stdphomeostasis
