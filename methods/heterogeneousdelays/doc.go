// Package heterogeneousdelays trains spiking neurons whose synapses have many delays to fire at a motif: spikes that
// come from given places at given times before one another, as those of an event camera when something moves.
//
// A neuron that adds up what arrives together cannot tell a sequence of spikes from its reversal. If every synapse
// has a delay of its own, one sequence arrives together and no other does. Here a layer of such neurons, one for each
// class, learns from labelled streams of events which delays and weights those are. Without a recording, textures
// move in eight directions before a simulated event camera.
//
// # Idea
//
// At every event i, of place x_i and step t_i, the neuron of class c has the potential
//
//	z_c(i) = b_c + Σ_j K_c(p_j ⊕ p_i, x_j - x_i, t_i - t_j)      P(c|i) = softmax_c z(i)
//
// with the sum over the events j of the last steps: K holds the weight of the synapse from each offset with each
// delay, once for events of the same polarity and once for the other. K is the same at all places and times. This is
// a multinomial logistic regression, fitted by Adam on the cross-entropy of the stream's label at its events; every
// class has the same weight. The neuron of the most probable class spikes where its probability reaches a threshold.
// A stream is told by the sum of the log-probabilities of all of its events. Weights are pruned by size.
//
// # Input
//
// No input: movies are generated. Or one recording of spikes. Columns x and y of its units place them on a grid,
// polarity is ON or OFF (1 or 0); units without a place each have synapses of their own. Epochs with a column of text
// carry the labels. A recording without labels is cut into windows, and the layer learns to tell them from windows of
// a copy in which every unit is shifted circularly in time by itself: it can do so only if motifs across units exist.
//
// # Output
//
//   - metrics: accuracy of streams and of single events; collapsed_accuracy (the same weights with one delay),
//     single_delay_accuracy (learnt with one), untimed_accuracy (learnt from counts of spikes), pruned_accuracy,
//     weights_for_90_percent, spikes_per_stream, spikes_right, latency, jitter_half, neuron_accuracy
//   - tables pruning, delays, jitter, events, windows: accuracy against the share of weights, the longest delay, noise
//     in input times, the number of events that decide, the time since the start; confusion; spikes
//   - tables synapses (source, target, weight, delay_ms) and neurons (V_th, tau_m): leaky integrate-and-fire neurons at
//     one place, for a simulator. Weights are in log-odds, delays have one step added. The synapse from the own pixel
//     is the gate, without which no motif fires the neuron
//   - arrays/weights: polarity × delay × address × class, with table addresses; arrays/bias
//   - figures: synapses, accuracy, confusion, output spikes
//   - evidence: accuracy against layers that learnt permuted labels; accuracy lost when the strongest delays are
//     silenced against as many delays at random
//
// # Paper
//
// A. Grimaldi and L. U. Perrinet, Learning heterogeneous delays in a layer of spiking neurons for fast motion
// detection (2023).
//
// # Differences from the paper
//
// The paper asks its neurons at every pixel and step, for the movie and for the movie with polarities exchanged, and
// takes the larger potential; it judges the mean log-odds of all pixels. Here a neuron is asked only when its own
// pixel has an event, and polarities are taken relative to this event: as insensitive to contrast, and the cost is
// that of the events alone. The paper moves natural images along random paths of 24 ms in 24 motions, with kernels of
// 21 × 17 × 17 and a cone-shaped mask; here random textures of the spectrum of natural images move steadily for
// 100 ms in 8 directions at 2 speeds (or 16 velocities), with discs of 15 pixels and 16 delays, and a small penalty on absolute weights,
// without which the largest tenth kept between 84 and 96 % of the movies. The leaky neurons, the collapse of delays,
// the permuted labels and the recordings without labels are ours.
//
// # Limits
//
// Collapsing the delays after learning leaves chance (12 % of single events, 9 to 33 % of movies: a lesioned layer
// takes all movies of a class alike, so single layers scatter). A layer that learns with one delay does better: of
// events in the same millisecond it sees how edges lie, and so the axis of motion, but not its sense: it is right in
// 35 to 50 %. And untimed counts, in which the events of the last 16 ms lie behind the moving edge, reach 93 to 99 %:
// what motion needs is some memory of the past, of which delays are one kind. The paper found the same of its time
// surfaces.
//
// Motion is told from a few pixels only across the waves of a texture (aperture problem): textures of one orientation
// seem to move along their normal. Neurons fire as soon as the evidence suffices, which of a motif of 12 spikes in
// 16 ms is 10 ms before its last; a higher threshold delays them. The leaky neurons do not compete as the softmax does
// and are right in 77 to 94 % of the movies where the regression is in 95 to 99 %; their time constant must be well below
// the time step, or the gate outlasts it. Real cameras have noise that the generated events lack: rates, hot pixels
// and latencies that depend on contrast. With few movies the layer learns their textures: 16 per class gave 81 to
// 99 %, 30 per class, of the claims, 95 to 99 %.
package heterogeneousdelays
