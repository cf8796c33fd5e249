// Package sbm finds the communities of a weighted undirected graph by description length: the weighted stochastic
// block model of Peixoto, flat or nested, with or without degree correction.
//
// A partition of the nodes into blocks is judged by the number of nats that it takes to write down the graph with its
// help,
//
//	S = -ln P(A|e,k,b) - ln P(k|e,b) - ln P(e) - ln P(b) - ln P(w|A,b),
//
// where A are the edges, w their weights, b the blocks, e the numbers of edges between blocks and k the degrees. The
// smallest S wins; a graph without communities is written shortest with one block. Models of different kinds compete by
// S, so no threshold has to be set. It is not quite a code that could be read back: the mean and variance of all weights
// and the choice among the models are free, and a knot of the warped weights is priced at ln(n)/2 nats.
//
// Terms. Edges, degrees and partition: T. P. Peixoto, Phys. Rev. E 95, 012317 (2017), the microcanonical multigraph
// with the "distributed" degree prior. Edge counts of a nested model: Phys. Rev. X 4, 011047 (2014), each level is a
// block model of the one below. Weights: Phys. Rev. E 97, 012306 (2018), exponential or normal in ln w (log-normal),
// with a conjugate prior or the microcanonical one of that paper. The tests hold graph-tool 2.45's values of every
// term. Two of its ways are worth knowing: its count of integer partitions misses some (ours does not, so the degree
// term differs by fractions of a nat), and its nested entropy prices the weight sums of the lowest level twice, by the
// flat prior and by the levels above (the microcanonical prior here does so too, to be comparable).
//
// Ours. Edges as a simple graph, Σ ln C(pairs, edges) over pairs of blocks: the multigraph spends thousands of nats on a
// dense graph, and a partition of a complete graph changes them, although there is nothing to tell. Warped weights: normal after a monotone map that makes the distribution of all weights normal; without it,
// weights with tails heavier than a log-normal's are given communities where there are none. A conjugate prior under a nested model: the levels then describe the counts alone. An adaptive prior: its
// parameters are chosen by description length, from lists, and paid for. Node effects: where some nodes have heavier
// edges than others throughout, blocks would follow that and hide the rest; ln w is then described less a number per
// node at either end, combined as a product or a mean of node strengths. The numbers are rounded and paid for.
//
// Densities. S is that of w: the log-normal ones contain the sum of ln w that the change of variables asks for
// ([Terms].Change; graph-tool's figures for ln w are without it), so that weight models can be compared.
//
// Search. Each restart starts from many blocks, random ones or clusters of eigenvectors, sweeps every node to its best block, merges, and keeps the best
// of all numbers of blocks; random splits, mergers and both then improve it (merge-split, after Phys. Rev. E 102,
// 012305 (2020), greedy here), with the levels above in place. Changes are priced in a time that grows with a node's
// degree and the number of blocks. Nothing guarantees the smallest S on a large graph; tiny ones are found exactly in
// the tests.
package sbm
