package wiring

import (
	"nissl/spiking/param"
	"nissl/spiking/random"
)

// FixedOutdegree gives every source the same number of targets, drawn at random. All
// synapses are drawn when the rule is prepared: 4 bytes each until the network is built.
func FixedOutdegree() Rule {
	return Rule{
		Name: "fixed_outdegree", Doc: "every source has the same number of targets, drawn evenly",
		Params: []param.Param{{Name: "outdegree", Range: param.Count, Doc: "targets of a source"}},
		New: func(c Config) (Generator, error) {
			k, err := c.count("outdegree", c.Source, c.Target)
			if err != nil {
				return nil, err
			}
			return outdegree(c, k), nil
		},
	}
}

// outdegree draws the targets of every source twice: to count, then to fill.
func outdegree(c Config, k int) *list {
	targets := make([]uint32, 0, k)
	draw := func(s int) []uint32 {
		r := random.At(c.Key, uint64(s))
		n := c.Target.N
		if c.noSelf() {
			n--
		}
		if targets = targets[:0]; !c.Multapses {
			targets = distinct(k, n, &r, targets)
		} else {
			for range k {
				targets = append(targets, r.Below(uint32(n)))
			}
		}
		if c.noSelf() {
			past(targets, uint32(s))
		}
		return targets
	}
	g := &list{start: make([]int, c.Target.N+1), source: make([]uint32, k*c.Source.N)}
	for s := range c.Source.N {
		for _, t := range draw(s) {
			g.start[t+1]++
		}
	}
	for j := range c.Target.N {
		g.start[j+1] += g.start[j]
	}
	next := append([]int(nil), g.start...)
	for s := range c.Source.N {
		for _, t := range draw(s) {
			g.source[next[t]] = uint32(s)
			next[t]++
		}
	}
	return g
}
