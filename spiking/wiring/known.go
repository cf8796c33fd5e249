package wiring

import "nissl/spiking/random"

// Known is a wiring that is a matrix of weights, [source][target], in the unit of the receptor; 0 is no
// synapse. It is for Go code: a rule is a value like any other.
func Known(weight [][]float64) Rule {
	return Rule{Name: "known", Doc: "a matrix of weights", New: func(Config) (Generator, error) { return known(weight), nil }}
}

type known [][]float64

func (w known) Into(j int, _ *random.Stream, e *Edges) {
	for i := range w {
		if w[i][j] != 0 {
			e.Source, e.Weight = append(e.Source, uint32(i)), append(e.Weight, w[i][j])
		}
	}
}
