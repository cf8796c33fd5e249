// Package neurons serves the page of one neuron, the same for a cell of a worm, of a simulation and of a
// transformer: who it is, what the findings that were opened say about it, what it does in the recordings that
// hold it, and which neurons come before and after it. It knows findings by what their tables say (package facts)
// and puts files together by their content and names.
package neurons
