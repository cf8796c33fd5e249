package wiring

import "nissl/spiking/random"

// AllToAll connects every source with every target.
func AllToAll() Rule {
	return Rule{Name: "all_to_all", Doc: "every source with every target", New: func(c Config) (Generator, error) {
		return allToAll{uint32(c.Source.N), c.Same && !c.Autapses}, nil
	}}
}

type allToAll struct {
	n      uint32
	noSelf bool
}

func (g allToAll) Into(j int, _ *random.Stream, e *Edges) {
	for s := range g.n {
		if !g.noSelf || s != uint32(j) {
			e.Source = append(e.Source, s)
		}
	}
}
