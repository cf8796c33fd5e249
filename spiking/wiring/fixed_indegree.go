package wiring

import (
	"fmt"
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
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			k := int(c.Params.One("indegree"))
			free := c.Source.N
			if c.Same && !c.Autapses {
				free--
			}
			if k > 0 && (free < 1 || !c.Multapses && k > free) {
				return nil, &param.Error{Name: "indegree", Err: fmt.Errorf("indegree = %d, but %s has %d cells to draw from", k, c.Source.Name, free)}
			}
			return fixedIndegree{k, uint32(c.Source.N), c.Same && !c.Autapses, !c.Multapses}, nil
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
		g.distinct(j, r, e)
		return
	}
	e.Source = slices.Grow(e.Source, g.k)
	for len(e.Source) < from+g.k {
		if s := r.Below(g.n); !g.noSelf || s != uint32(j) {
			e.Source = append(e.Source, s)
		}
	}
}

// distinct draws k different sources (Floyd's algorithm: one draw each).
func (g fixedIndegree) distinct(j int, r *random.Stream, e *Edges) {
	n := int(g.n)
	if g.noSelf {
		n--
	}
	seen := make(map[uint32]bool, g.k)
	for top := n - g.k; top < n; top++ {
		s := r.Below(uint32(top + 1))
		if seen[s] {
			s = uint32(top)
		}
		seen[s] = true
		if g.noSelf && s >= uint32(j) {
			s++
		}
		e.Source = append(e.Source, s)
	}
}
