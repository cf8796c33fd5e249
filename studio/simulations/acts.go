package simulations

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl"
)

// forever is a time that no simulation reaches, seconds.
const forever = 1e6

// maxPeriods is how many periods of interventions are remembered for the command.
const maxPeriods = 2000

// period is an intervention and when it acted.
type period struct {
	nissl.Intervention
	from, to float64 // s; to is forever while it acts
}

// acts are the interventions of a session: those that act now and those that did.
type acts struct {
	now     []period
	before  []period
	dropped bool // there were too many to remember
}

// tidy is a time without the digits that come of adding up steps.
func tidy(second float64) float64 { return math.Round(second*1e9) / 1e9 }

// timed is an intervention with its times in it.
func (p period) timed(stop float64) nissl.Intervention {
	v := p.Intervention
	v.At = nissl.Choice{{Lo: tidy(p.from), Hi: tidy(min(p.to, stop))}}
	return v
}

// change is the interventions that act after the present ones are replaced by others: what stays the same keeps
// its begin.
func (a *acts) change(do []nissl.Intervention, now float64) ([]period, error) {
	var out []period
	for _, v := range do {
		if v.At != nil {
			return nil, fmt.Errorf("%s: has times; what is done here acts from now on, until it is taken away", v)
		}
		if v.Action == nissl.Patch || v.Action == nissl.Freeze || v.Action == nissl.Prune {
			return nil, fmt.Errorf("%s: a running simulation can be silenced, clamped, scaled, driven (add) or cut off (threshold)", v)
		}
		if slices.ContainsFunc(out, func(p period) bool { return p.String() == v.String() }) {
			return nil, fmt.Errorf("%s is there twice", v)
		}
		i := slices.IndexFunc(a.now, func(p period) bool { return p.String() == v.String() })
		if i >= 0 {
			out = append(out, a.now[i])
		} else {
			out = append(out, period{v, now, forever})
		}
	}
	return out, nil
}

// set makes them act; those that no longer do are remembered if they ever did.
func (a *acts) set(next []period, now float64) {
	for _, old := range a.now {
		stays := slices.ContainsFunc(next, func(p period) bool { return p.String() == old.String() })
		if stays || tidy(old.from) >= tidy(now) {
			continue
		}
		old.to = now
		if len(a.before) < maxPeriods {
			a.before = append(a.before, old)
		} else {
			a.dropped = true
		}
	}
	a.now = next
}

// timed are all interventions with the times at which they acted until now.
func (a *acts) timed(now float64) []nissl.Intervention {
	var out []nissl.Intervention
	for _, p := range append(slices.Clone(a.before), a.now...) {
		if tidy(p.from) < tidy(now) {
			out = append(out, p.timed(now))
		}
	}
	return out
}

// acting are the interventions as a simulation takes them.
func acting(periods []period) []nissl.Intervention {
	var out []nissl.Intervention
	for _, p := range periods {
		out = append(out, p.timed(p.to))
	}
	return out
}

// target is the population and the units (counted in it) that an intervention acts on.
func (m *Model) target(v nissl.Intervention) (p *Population, units []int, err error) {
	name := v.Site
	for range 2 {
		for i := range m.Populations {
			p := &m.Populations[i]
			if p.Name != name {
				continue
			}
			var c nissl.Choice
			if len(v.Units) > 0 {
				c = v.Units[0]
			}
			units, err := c.Indexes(p.Size)
			return p, units, err
		}
		if i := m.Units.Index(name); i >= 0 {
			p := &m.Populations[m.populationOf(i)]
			return p, []int{i - p.First}, nil
		}
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			name = name[:dot]
		}
	}
	return nil, nil, fmt.Errorf("%s: there is no population or cell of that name", v.Site)
}

// parse reads interventions as pages send them.
func parse(texts []string) ([]nissl.Intervention, error) {
	if len(texts) > 50 {
		return nil, errors.New("at most 50 interventions at the same time")
	}
	var out []nissl.Intervention
	for _, text := range texts {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// choice is the shortest spelling of some units: 1+5-9.
func choice(units []int) nissl.Choice {
	slices.Sort(units)
	var c nissl.Choice
	for _, u := range units {
		if n := len(c); n > 0 && c[n-1].Hi == float64(u-1) {
			c[n-1].Hi++
			continue
		}
		c = append(c, nissl.Range{Lo: float64(u), Hi: float64(u)})
	}
	return c
}
