// Package sbm finds the communities of a weighted undirected graph by description length: the weighted stochastic
// block model of Peixoto, flat or nested, with or without degree correction.
//
// A partition of the nodes into blocks is judged by the number of nats that it takes to write down the graph with its
// help,
//
//	S = -ln P(A|e,k,b) - ln P(k|e,b) - ln P(e) - ln P(b) - ln P(w|A,b),
//
// where A are the edges, w their weights, b the blocks, e the numbers of edges between blocks and k the degrees. The
// smallest S wins; a graph without communities is written shortest with one block.
//
// Terms. Edges, degrees and partition: T. P. Peixoto, Phys. Rev. E 95, 012317 (2017), the microcanonical multigraph
// with the "distributed" degree prior. Edge counts of a nested model: Phys. Rev. X 4, 011047 (2014), each level is a
// block model of the one below. Weights: Phys. Rev. E 97, 012306 (2018), exponential or normal in ln w (log-normal),
// with a conjugate prior or the microcanonical one of that paper. Their values agree with graph-tool's entropy(); the
// tests hold its numbers. A conjugate prior under a nested model is ours: the levels then describe only the counts.
//
// Node effects (ours). Where some nodes have heavier edges than others throughout, blocks would have to follow that
// and hide the rest. [Options.NodeEffects] describes ln w less one number per node at either end; these numbers are
// written down too, so S stays comparable, and the smaller S decides.
//
// Densities. All S are those of w itself: the log-normal ones contain the sum of ln w that the change of variables
// asks for, so weights models can be compared. [Terms.Weights] and the peers' figures are without it.
package sbm
