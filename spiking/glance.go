package spiking

import (
	"strings"

	"nissl/spiking/param"
)

// Glance is a connection in a few words, for a diagram.
type Glance struct {
	Weight, Delay string
	// Sign of what its spikes do: 1 excites, -1 inhibits, 0 is both or unknown.
	Sign int
}

// Glance says of connection i how strong it is.
func (m *Model) Glance(i int) Glance {
	c := &m.Connections[i]
	g := Glance{Weight: plainText(c.Weight, m.weightUnit(c.To, c.Receptor)), Delay: plainText(c.Delay, "ms")}
	inhibits := c.Receptor == "in" || strings.HasPrefix(c.Receptor, "inh") || strings.HasPrefix(c.Receptor, "GABA")
	x, constant := c.Weight.Constant()
	switch {
	case inhibits:
		g.Sign = -1
	case constant && x > 0:
		g.Sign = 1
	case constant && x < 0:
		g.Sign = -1
	case !constant:
		g.Sign = signOf(c.Weight)
	}
	return g
}

// signOf is the sign that all of a list or a uniform distribution have, 0 when they have none in common.
func signOf(v param.Value) int {
	low, high := v.Bounds()
	switch {
	case low >= 0 && high > 0:
		return 1
	case high <= 0 && low < 0:
		return -1
	}
	return 0
}

// plainText is a value as a person writes it, without the quotes of a file.
func plainText(v param.Value, unit string) string {
	if v.Listed() != nil {
		return "one for each"
	}
	if _, ok := v.Constant(); !ok && unit != "" {
		return v.String() + " " + unit
	}
	return strings.Trim(valueText(v, unit), `"`)
}

// Glance says how a stimulus drives its cells.
func (d *Stimulus) Glance(m *Model) string {
	var parts []string
	for _, p := range d.Kind.Params {
		v, given := d.Params[p.Name]
		if !given {
			continue
		}
		parts = append(parts, p.Name+" "+plainText(v, p.Unit))
	}
	if d.Kind.Weight {
		parts = append(parts, "weight "+plainText(param.Constant(d.Weight), m.weightUnit(d.To, d.Receptor)))
	}
	if d.Units != nil {
		parts = append(parts, "units "+d.Units.String())
	}
	if d.Start > 0 {
		parts = append(parts, "from "+plainText(param.Constant(d.Start), "ms"))
	}
	if d.Stop > 0 {
		parts = append(parts, "until "+plainText(param.Constant(d.Stop), "ms"))
	}
	return strings.Join(parts, ", ")
}
