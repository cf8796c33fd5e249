// Package activationmaximisation finds the picture that drives a unit the most: not the best of those that
// there are, but the best that there could be.
//
// What a neuron stands for is often asked by looking through pictures for those to which it answers. Here the
// picture is made: from noise, pixel by pixel in the direction that raises the unit's answer. Left alone such
// an ascent ends in a pattern of single pixels that drives the unit and means nothing to a person; priors
// (small norm, smoothness, no exact place) keep it among pictures.
//
// # Idea
//
// With a(x) the response of a unit (of a channel, the mean over its map or the neuron in its centre), every
// step goes
//
//	x ← P[(1 - decay) x + s (∇a / |∇a| - tv ∇TV / |∇TV|)]
//
// where P brings x into the range of pixels and, by scaling, into the ball |x| ≤ norm; s falls to a tenth; TV
// is the total variation Σ √(dx² + dy²), and the last term is of the point that the first leads to. Jitter
// lets each step see the picture moved by a few pixels at random, so that no detail of one place pays; blur
// smooths it every fourth step, less and less. In the last tenth of the steps it is no longer moved. All units
// and restarts rise together in one batch.
//
// The response is compared with that to random inputs of the same norm, with that to every picture of the data
// scaled to the same norm, and with that to the stimuli of the same units in networks with the numbers of each
// weight shuffled, which show what the priors alone would draw. How alike the stimuli are, pixel by pixel, is
// told, too, but says little of large pictures, where the same thing may be drawn anywhere.
//
// # Input
//
// One network of pictures or vectors. --site and --pick choose the units; without them it is the first classes.
// --data are pictures to compare with: "digits" for those that nissl embeds (where the network takes 8 × 8
// pixels), else MNIST's IDX files, CIFAR-10's .bin files, a folder of pictures by class. Without data the norm
// is that of a picture whose pixels deviate by a quarter of their range.
//
// # Output
//
//   - metrics units, norm, standard_deviations, above_data (with data), restart_correlation,
//     stranger_correlation, high_frequency_share (of pictures)
//   - tables/units: unit, name, response, spread_over_restarts, best_of_random, norm, best_of_data,
//     high_frequency_share
//   - arrays/stimuli: unit × the network's input, in the network's numbers
//   - figures: the stimuli; the response to each beside that to random inputs
//   - with a folder (-o), every stimulus in colour in stimuli/*.png
//
// # Paper
//
// A. Nguyen, J. Yosinski and J. Clune, Understanding Neural Networks via Feature Visualization: A survey
// (2019).
//
// # Differences from the paper
//
// The survey sorts priors; those made by hand are here, the one of a generator is not. Gradients are scaled to
// length one, so that a prior's weight means the same for every unit and network. The nulls are ours.
//
// # Limits
//
// One stimulus is one thing that drives a unit; a unit that stands for several has several (look at the
// restarts in restart_correlation). The ascent finds a local maximum. That a stimulus drives a unit does not
// say that pictures do so in the same way. Behind a nonlinearity the ascent is on what goes into it.
// Networks of text are not climbed: their inputs are no numbers.
package activationmaximisation
