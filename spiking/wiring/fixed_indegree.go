package wiring

import (
	"slices"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// FixedIndegree gives every target the same number of sources, drawn at random.
func FixedIndegree() Rule {
	return Rule{
		Name: "fixed_indegree", Doc: "every target has the same number of sources, drawn evenly",
		Params: []param.Param{{Name: "indegree", Range: param.Count, Doc: "sources of a target"}},
		New: func(c Config) (Generator, error) {
			k, err := c.count("indegree", c.Target, c.Source)
			if err != nil {
				return nil, err
			}
			return fixedIndegree{k, uint32(c.Source.N), c.noSelf(), !c.Multapses}, nil
		},
	}
}

type fixedIndegree struct {
	k             int
	n             uint32
	noSelf, alone bool // no autapses, no multapses
}

func (g fixedIndegree) Into(j int, r *random.Stream, e *Edges) {
	from := len(e.Source)
	if g.alone {
		n := int(g.n)
		if g.noSelf {
			n--
		}
		if e.Source = distinct(g.k, n, r, e.Source); g.noSelf {
			past(e.Source[from:], uint32(j))
		}
		return
	}
	for len(e.Source) < from+g.k {
		at := len(e.Source)
		e.Source = slices.Grow(e.Source, from+g.k-at)[:from+g.k]
		r.Fill(e.Source[at:], g.n)
		if g.noSelf {
			e.Source = without(e.Source, at, uint32(j))
		}
	}
}

// without takes a number out of a list from a place on.
func without(list []uint32, from int, x uint32) []uint32 {
	kept := list[:from]
	for _, s := range list[from:] {
		if s != x {
			kept = append(kept, s)
		}
	}
	return kept
}
