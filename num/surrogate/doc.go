// Package surrogate answers "would I have seen this by chance?" for regularly
// sampled traces: it makes data that keep what is uninteresting (rate,
// autocorrelation, spectrum) and lose what is tested (alignment between units),
// and it turns a comparison with such data into p-values.
//
// Traces are units × samples, row-major. All randomness comes from the
// generator that the caller passes, so that the same seed gives the same
// surrogate. Surrogates of spike trains are in num/spikes, which keeps them on
// the clock of the recording.
package surrogate
