package spiking

import (
	"fmt"
	"strconv"
	"strings"

	"nissl"
	"nissl/spiking/param"
)

// Describe is the model as a TOML file in which nothing is left to a default: every
// parameter with its value, its unit and what it is. It can be read back.
func (m *Model) Describe() string {
	b := &strings.Builder{}
	delivery := "event"
	if m.Dense {
		delivery = "dense"
	}
	line(b, "name", strconv.Quote(m.Name), "")
	line(b, "resolution", quantity(m.dt(), "ms"), "length of a step")
	line(b, "duration", quantity(m.Duration, "s"), "simulated time, unless another is asked for")
	line(b, "seed", strconv.FormatUint(m.Seed, 10), "of wiring, initial states and random input")
	line(b, "delivery", strconv.Quote(delivery), "event: a spike costs its synapses; dense: every step costs all synapses")
	if len(m.Do) > 0 {
		words := make([]string, len(m.Do))
		for i, v := range m.Do {
			words[i] = strconv.Quote(v.String())
		}
		line(b, "do", "["+strings.Join(words, ", ")+"]", "interventions")
	}
	for i := range m.Populations {
		m.Populations[i].describe(b)
	}
	for i := range m.Connections {
		m.Connections[i].describe(b, m)
	}
	for i := range m.Stimuli {
		m.Stimuli[i].describe(b, m)
	}
	for _, r := range m.Records {
		b.WriteString("\n[[record]]\n")
		line(b, "from", list(r.From), "")
		line(b, "what", strconv.Quote(r.What), "")
		line(b, "units", strconv.Quote(r.Units.String()), "")
		line(b, "interval", quantity(max(r.Interval, m.dt()), "ms"), "between two samples")
	}
	return b.String()
}

func (p *Population) describe(b *strings.Builder) {
	fmt.Fprintf(b, "\n[population.%s]\n", p.Name)
	line(b, "cell", strconv.Quote(p.Cell.Name), p.Cell.Doc)
	line(b, "n", strconv.Itoa(p.N), "cells")
	if p.Table != "" {
		line(b, "cells", strconv.Quote(p.Table), "table of names, positions and whatever else is known of each cell")
		if p.Where != "" {
			line(b, "where", strconv.Quote(p.Where), "which of its rows")
		}
	} else {
		if p.Names != nil {
			line(b, "names", list(p.Names), "")
		}
		matrix(b, "positions", p.Positions, 1)
	}
	matrix(b, "spikes", p.Trains, 1000)
	if p.Unconnected {
		line(b, "unconnected", "true", "it is meant to have nothing to do with the others")
	}
	if p.Replay != "" {
		line(b, "spikes", strconv.Quote(p.Replay), "recording that has them")
	}
	table(b, "population."+p.Name+".params", p.Cell.Params, p.Params)
	table(b, "population."+p.Name+".start", p.Cell.States, p.Start)
}

func (c *Connection) describe(b *strings.Builder, m *Model) {
	b.WriteString("\n[[connection]]\n")
	if c.Name != "" {
		line(b, "name", strconv.Quote(c.Name), "")
	}
	line(b, "from", list(c.From), "")
	line(b, "to", list(c.To), "")
	line(b, "rule", strconv.Quote(c.Wiring.Name), c.Wiring.Doc)
	for _, w := range c.Wiring.Words {
		if text := c.Words[w.Name]; text != "" {
			line(b, w.Name, strconv.Quote(text), w.Doc)
		}
	}
	values(b, c.Wiring.Params, c.Rule)
	line(b, "allow_autapses", strconv.FormatBool(!c.NoAutapses), "")
	line(b, "allow_multapses", strconv.FormatBool(!c.NoMultapses), "")
	line(b, "weight", valueText(c.Weight, m.weightUnit(c.To, c.Receptor)), "")
	line(b, "delay", valueText(c.Delay, "ms"), "")
	if c.Receptor != "" {
		line(b, "receptor", strconv.Quote(c.Receptor), "")
	}
	if c.Modulator != "" {
		line(b, "modulator", strconv.Quote(c.Modulator), "population whose spikes are the third factor")
	}
	line(b, "synapse", strconv.Quote(c.Synapse.Name), c.Synapse.Doc)
	if len(c.Synapse.Params) > 0 {
		table(b, "connection.params", c.Synapse.Params, c.Params)
	}
}

func (d *Stimulus) describe(b *strings.Builder, m *Model) {
	b.WriteString("\n[[stimulus]]\n")
	line(b, "kind", strconv.Quote(d.Kind.Name), d.Kind.Doc)
	line(b, "to", list(d.To), "")
	line(b, "units", strconv.Quote(d.Units.String()), "")
	if d.Recording != "" {
		line(b, "recording", strconv.Quote(d.Recording), "")
	}
	values(b, d.Kind.Params, d.Params)
	if d.Kind.Weight {
		line(b, "weight", quantity(d.Weight, m.weightUnit(d.To, d.Receptor)), "")
		if d.Receptor != "" {
			line(b, "receptor", strconv.Quote(d.Receptor), "")
		}
	}
	line(b, "start", quantity(d.Start, "ms"), "")
	line(b, "stop", quantity(d.Stop, "ms"), "0 ms: it does not stop")
}

// weightUnit is the unit of a weight at a receptor of the first of the populations.
func (m *Model) weightUnit(to []string, receptor string) string {
	for _, name := range to {
		k := m.population(name)
		if k < 0 {
			continue
		}
		for _, r := range m.Populations[k].Cell.Receptors {
			if receptor == "" || r.Name == receptor {
				return r.Unit
			}
		}
	}
	return ""
}

// table writes a sub-table of parameters.
func table(b *strings.Builder, head string, params []param.Param, given map[string]param.Value) {
	if len(params) == 0 {
		return
	}
	fmt.Fprintf(b, "[%s]\n", head)
	values(b, params, given)
}

func values(b *strings.Builder, params []param.Param, given map[string]param.Value) {
	for _, p := range params {
		v, ok := given[p.Name]
		if !ok {
			v = param.Constant(p.Default)
		}
		line(b, p.Name, valueText(v, p.Unit), p.Doc)
	}
}

// valueText is a value with its unit.
func valueText(v param.Value, unit string) string {
	if x, ok := v.Constant(); ok {
		return quantity(x, unit)
	}
	if l := v.Listed(); l != nil {
		return numbers(l, 1)
	}
	return v.String()
}

func quantity(x float64, unit string) string {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if unit == "" {
		return text
	}
	return strconv.Quote(text + " " + unit)
}

func numbers(x []float64, factor float64) string {
	parts := make([]string, len(x))
	for i, v := range x {
		parts[i] = strconv.FormatFloat(v*factor, 'g', -1, 64)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func matrix(b *strings.Builder, key string, rows [][]float64, factor float64) {
	if rows == nil {
		return
	}
	parts := make([]string, len(rows))
	for i, r := range rows {
		parts[i] = numbers(r, factor)
	}
	line(b, key, "["+strings.Join(parts, ", ")+"]", "")
}

func list(names []string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = strconv.Quote(n)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func line(b *strings.Builder, key, value, doc string) {
	text := key + " = " + value
	if doc != "" {
		text = fmt.Sprintf("%-32s # %s", text, doc)
	}
	b.WriteString(text + "\n")
}

// Describe implements what nissl inspect asks of a network that can say more of itself.
func (n *Network) Describe() string { return n.Model.Describe() }

var _ nissl.Network = (*Network)(nil)
