package spiking

import (
	"fmt"
	"slices"
	"strings"

	"nissl/spiking/param"
)

// isolated refuses a population that nothing reaches and that reaches nothing, which is
// mostly a name forgotten in a connection, unless the model says that it is meant.
func (s *Simulation) isolated() error {
	m := s.model
	for i := range m.Populations {
		p := &m.Populations[i]
		if p.Unconnected || m.touched(p) {
			continue
		}
		what := "no connection, stimulus, intervention or record names it, and no I_e drives it"
		if len(p.Cell.Receptors) == 0 {
			what = "its spikes go nowhere"
		}
		return fault("population", i, "", fmt.Errorf("%s is connected to nothing: %s; unconnected = true says that this is meant", p.Name, what))
	}
	return nil
}

// namedTwice refuses two cells of one name, since names tell the units of the recording apart.
func (m *Model) namedTwice() error {
	if !slices.ContainsFunc(m.Populations, func(p Population) bool { return p.Names != nil }) {
		return nil // POPULATION/0, POPULATION/1, ...
	}
	at := map[string]string{}
	for i := range m.Populations {
		p := &m.Populations[i]
		for k := range p.N {
			name := p.unit(k)
			if name == "" {
				return &Fault{"population", i, "names", fmt.Errorf("%s: the name of cell %d is empty", p.Name, k)}
			}
			if first, twice := at[name]; twice {
				return &Fault{"population", i, "names", fmt.Errorf("%s has a cell %q, but %s has one already", p.Name, name, first)}
			}
			at[name] = p.Name
		}
	}
	return nil
}

// touched says whether a population has to do with anything.
func (m *Model) touched(p *Population) bool {
	for _, c := range m.Connections {
		if slices.Contains(c.From, p.Name) || slices.Contains(c.To, p.Name) || c.Modulator == p.Name {
			return true
		}
	}
	if len(p.Cell.Receptors) == 0 {
		return len(m.Populations) == 1 // a source on its own is what was asked for
	}
	for _, d := range m.Stimuli {
		if slices.Contains(d.To, p.Name) {
			return true
		}
	}
	for _, r := range m.Records {
		if slices.Contains(r.From, p.Name) {
			return true
		}
	}
	for _, v := range m.Do {
		if v.Site == p.Name || strings.HasPrefix(v.Site, p.Name+".") {
			return true
		}
	}
	return drives(p.Params["I_e"])
}

// drives says whether a current is not 0.
func drives(v param.Value) bool {
	x, one := v.Constant()
	return !one || x != 0
}
