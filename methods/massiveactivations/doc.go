// Package massiveactivations finds the few huge values in a transformer's hidden states.
//
// In many large language models a handful of units are a thousand times larger than all others, always at
// the same few tokens - the first one, sometimes a full stop or a line break - and hardly change with the
// text. They act as biases: attention gathers at their tokens. Set to zero they take the network's ability
// with them; set to their mean they change nothing. This method looks for them in any transformer and tests
// both.
//
// # Idea
//
// In a window of text, a value a of a hidden state H (position × unit) is massive when
//
//	|a| > 100  and  |a| > 1000 · median(|H|).
//
// All windows of a corpus are scanned, batch by batch; only the largest values of each position and the
// medians leave the device, so that memory does not grow with the text. Then the massive values of the site
// at which they are first seen are replaced in a few windows - by zero, and by the mean of the unit's massive
// values - and the loss of predicting the next token is taken, beside runs in which as many other values of
// the same windows, at random units and positions, are replaced. Behind that site the attention that later
// queries pay to the tokens with massive values is set beside that to as many other tokens.
//
// What a hidden state would have by chance: the vector of each position keeps its length and points in a
// random direction.
//
// # Input
//
// A transformer whose sites have one unit axis (blocks.*.resid_post unless said otherwise), and a text,
// --input. The two numbers of the criterion are parameters.
//
// # Output
//
//   - metrics tokens, windows, massive, massive_units, massive_dimensions, largest_ratio, largest_magnitude;
//     where there are some: loss, loss_zero, loss_mean, loss_random_zero (nats), attention, attention_zero,
//     attention_uniform
//   - tables/sites: site, layer, top_1, top_2, top_3, median, largest, unit, position, token, ratio
//   - tables/massive: unit, count, windows, mean, sd, low, high, share_first, largest_ratio, tokens
//   - tables/attention: layer, share, set_to_0, uniform, other_tokens
//   - figures: the largest magnitudes and the median, site by site
//
// # Paper
//
// M. Sun, X. Chen, J. Z. Kolter and Z. Liu, Massive Activations in Large Language Models (2024).
//
// # Differences from the paper
//
// The paper replaces the values in the hidden state of one layer, with means over a hundred sequences; so
// here, with means over the whole corpus. Its criterion says "at least or around" a thousand times; here it is
// more than that. The runs with other values, the random directions and the attention to other tokens are
// ours. The scan's median is exact to 0.3 %.
//
// # Limits
//
// Only a network that predicts the next token has the loss tested. Of each position the four largest values
// are looked at. A window begins where the corpus is cut: tokens that are first in a window and not in the
// document count as first. Values that grow at a later site are replaced only if a token has some at the
// first site, too. Small networks may have large values for other reasons, or none: the largest ratio is
// always reported.
package massiveactivations
