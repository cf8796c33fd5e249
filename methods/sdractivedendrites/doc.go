// Package sdractivedendrites computes how reliably a dendritic segment with few synapses
// recognises sparse activity of a large population, and where its NMDA threshold should lie.
//
// A segment of a pyramidal cell has some twenty synapses where the pattern that it stands
// for has a hundred active cells. It fires an NMDA spike when enough of its synapses are
// active at once. It errs in two ways: by a spike to a pattern that it does not store
// (false match), and by silence when its own pattern comes back with some cells missing
// (missed match). Both follow from counting.
//
// # Idea
//
// Of n cells, a are active in a random pattern. The number of them that hit D synapses on
// different cells is hypergeometric, so with the threshold θ
//
//	P(false | D) = Σ_{b=θ}^{min(D,a)} C(D,b) C(n-D,a-b) / C(n,a)
//
// When ν of the a cells of the stored pattern stay silent, of its s synapses b are active
// with C(s,b) C(a-s,a-ν-b) / C(a,ν), and the match is missed where b < θ.
//
// A segment on which the synapses of M patterns are mixed has D = |union of M random sets
// of s cells| synapses, whose distribution follows from adding one set after the other
// (with u cells in the union, the next set shares k of them with the hypergeometric
// probability C(u,k) C(n-u,s-k) / C(n,s)). False matches are the mean over D. In a missed
// match the synapses of the other patterns, w different cells, help: b own ones being
// active, they hit a hypergeometric number of the other a-ν-b active cells.
//
// The optimal threshold has the smallest sum of both errors. Errors fall steeply with n at
// a fixed number of active cells, since then the activity becomes sparser, and hardly
// change when a grows along with n.
//
// Every figure is simulated as well: each trial draws a new segment, new stored patterns,
// the silent cells and a random vector, and counts active synapses.
//
// # Input
//
// None; the population and the segment are parameters.
//
// # Output
//
//   - metrics false_match, missed_match (closed form), simulated_false_match,
//     simulated_missed_match, optimal_threshold, optimal_error (sum of both there),
//     false_match_doubled (twice as many cells, as many active), synapses_mean (different
//     cells that the segment listens to)
//   - tables/thresholds: threshold, false_match, missed_match and both simulated
//   - tables/population: cells, false_match with the active cells fixed, false_match with
//     the active share fixed
//   - tables/union: patterns, synapses_mean, false_match, missed_match, optimal_threshold
//   - figures: errors against the threshold; against the population and the patterns mixed
//
// # Paper
//
// S. Ahmad and J. Hawkins, How do neurons operate on sparse distributed representations?
// A mathematical theory of sparsity, neurons and active dendrites (2016). The range of
// measured thresholds in the claims, 8 to 20 synapses, is that of G. Major, M. E. Larkum
// and J. Schiller, Active properties of neocortical pyramidal neuron dendrites (2013).
//
// # Differences from the paper
//
// Written from the equations above, without the authors' code. The union is exact: cells
// that several patterns share have one synapse, and the synapses of other patterns may
// rescue a match. Noise is silence of a fixed number of the pattern's cells; active cells
// that do not belong to the pattern are not added. The threshold is weighed with both
// errors alike.
//
// # Limits
//
// Patterns are random and cells independent. Where cells are active in assemblies, false
// matches are far more frequent than the formula says (the control of the first claim: 4
// times with assemblies of 5). A segment is a count of synapses here: strengths, timing
// and place on the branch are left out of the theory; the cells of a claim are integrate-and-fire with an
// NMDA plateau (SimulateCells), whose coincidence takes 5 ms. Rates below one over the trials can be computed
// but not seen in the simulation.
package sdractivedendrites
