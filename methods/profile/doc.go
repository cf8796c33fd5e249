// Profile says of every neuron how often and how strongly it is active, at what, with whom, and what is lost
// without it - the same table for the neurons of a network and those of a brain.
//
// Before one asks what a neuron stands for, one wants its page: is it ever active, at which words or moments
// most, does the current word explain it or the place in the text, which neurons go with it, what does it
// read and write. For a recording, behaviour and trials take the place of words.
//
// # Idea
//
// One pass over the corpus gathers, of every unit x, the share of samples above 0 and above a threshold, the
// moments
//
//	mean m = E[x],  var = E[(x-m)²],  skew = E[(x-m)³]/var^1.5,  kurt = E[(x-m)⁴]/var²  (3 for a Gaussian),
//
// a histogram, and the windows in which it is strongest. On a sample of the tokens (up to 33 million numbers,
// in stretches of 32 neighbours) the share of variance that a feature g explains follows from the law of total
// variance:
//
//	η²(g) = 1 - E[Var(x | g)] / Var(x),  g = the token, the token before, the position (20 bins).
//
// η² is above 0 by chance when groups are small, so it stands beside the η² of the feature shifted
// circularly against the activity; the excess is (η² - null) / (1 - null). Partners are the units of largest
// |r| on up to 16,384 of the samples.
//
// From the weights, with the gain of the normalisation multiplied in: the lengths of what an MLP neuron
// reads and writes, the cosine between them, and the moments over the vocabulary of what it adds to the
// logits (W_out · W_U).
//
// Then units are silenced one by one - held at 0, and at their mean - and the loss is measured again: those
// of largest score, and for each a random one of the same density. The score is the rise of the loss that its
// gradient predicts, ½ E[((m - x) ∂loss/∂x)²] per token, the squared gradient standing in for the curvature (LeCun,
// Denker and Solla 1990), computed on other text than the one they are then silenced on.
//
// # Input
//
// A network and --input, a text or images; or a recording, of which covariates (in ten bins of equally many
// samples, texts by what they say) and epochs take the place of tokens.
//
// # Output
//
//   - tables/neurons: unit, site, index, layer, samples, dead, density, density_threshold, mean, var, skew,
//     kurt, min, max, explained (by the feature tuned_to), explained_null, max_corr (with most_correlated); of
//     MLP neurons w_in_norm, w_gate_norm, w_out_norm, in_out_sim, vocab_mean, vocab_var, vocab_skew,
//     vocab_kurt, promotes, suppresses, reads
//   - tables/histograms: unit, low, high, count
//   - tables/contexts: unit, kind (top, quantile), rank, quantile, document, source, position, time_s, x, y
//     (place in the map of an image), token, value, text, and tokens and values around it as JSON lists
//   - tables/correlated: unit, partner, rank, r
//   - tables/tuning: unit, feature, explained, null, excess, p
//   - tables/ablation: unit, group, match, to (zero, mean), score, density, delta_loss (nats per token), error
//     (over windows), p (random signs of the windows)
//   - figures: density and kurtosis by layer, the card of one unit, what is lost without the top units
//   - evidence: ablation of the top units against random ones, tuning and correlation against shifts
//
// # Paper
//
// W. Gurnee and others, Universal Neurons in GPT2 Language Models (2024), whose table of neurons this is, with
// its names.
//
// # Differences from the paper
//
// It profiles one network: how universal a neuron is across seeds is another method's question. Variance
// explained is corrected by shifts instead of by held-out text. A gated neuron is compared by what its gate
// reads.
//
// # Limits
//
// A feature that explains little alone may explain much with another. The sample makes η² of rare tokens
// uncertain. One pass keeps one moment of each window and unit, so that a unit's strongest moments come from
// different windows. Silencing one unit says nothing of units that stand in for each other. For images, a
// channel is the unit and each place of its map a sample; tuning and correlation use the mean over the map. On
// a device that does not share its memory the activity is copied to the host, and the pass is slower.
// Recordings are computed in memory.
package profile
