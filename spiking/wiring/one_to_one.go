package wiring

import (
	"fmt"

	"nissl/spiking/random"
)

// OneToOne connects each source with the target of the same index.
func OneToOne() Rule {
	return Rule{Name: "one_to_one", Doc: "each source with the target of the same index", New: func(c Config) (Generator, error) {
		if c.Source.N != c.Target.N {
			return nil, fmt.Errorf("one_to_one: %s has %d cells, %s has %d", c.Source.Name, c.Source.N, c.Target.Name, c.Target.N)
		}
		return oneToOne{}, nil
	}}
}

type oneToOne struct{}

func (oneToOne) Into(j int, _ *random.Stream, e *Edges) { e.Source = append(e.Source, uint32(j)) }
