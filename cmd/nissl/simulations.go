package main

import (
	"context"
	"strconv"

	"nissl"
	"nissl/spiking"
	"nissl/studio/simulations"
)

// simulated hands the studio a spiking network as something that it can simulate.
func simulated(n nissl.Network, path string) (simulations.Source, error) {
	network, err := spiking.From(n)
	if err != nil {
		return nil, err
	}
	return simulator{network, path}, nil
}

type simulator struct {
	network *spiking.Network
	path    string
}

func (s simulator) New(ctx context.Context) (simulations.Simulation, error) {
	sim, err := s.network.Build(ctx, s.network.Model.Duration, nil)
	if err != nil {
		return nil, err
	}
	return simulation{sim, s.network.Model}, nil
}

func (s simulator) Command(seconds float64, do []nissl.Intervention, folder string) []string {
	args := []string{"simulate", "spiking", s.path}
	for _, v := range do {
		args = append(args, "--do", v.String())
	}
	return append(args, "--duration", strconv.FormatFloat(seconds, 'f', -1, 64)+"s", "-o", folder)
}

func (s simulator) Model() simulations.Model {
	m := s.network.Model
	out := simulations.Model{Name: m.Name, Seconds: m.Duration, Text: m.Describe(), Units: m.Units(), Do: []string{},
		Populations: []simulations.Population{}, Connections: []simulations.Connection{}, Stimuli: []simulations.Stimulus{}}
	for _, v := range m.Do {
		out.Do = append(out.Do, v.String())
	}
	first := 0
	for _, p := range m.Populations {
		q := simulations.Population{Name: p.Name, First: first, Size: p.N, Cell: p.Cell.Name, Doc: p.Cell.Doc, Current: p.Cell.Current,
			Source: len(p.Cell.Receptors) == 0, States: []simulations.State{}}
		for _, state := range p.Cell.States {
			q.States = append(q.States, simulations.State{Name: state.Name, Unit: state.Unit, Doc: state.Doc})
		}
		out.Populations = append(out.Populations, q)
		first += p.N
	}
	for i, c := range m.Connections {
		g := m.Glance(i)
		out.Connections = append(out.Connections, simulations.Connection{Name: c.Name, From: c.From, To: c.To, Rule: c.Wiring.Name,
			Weight: g.Weight, Delay: g.Delay, Synapse: c.Synapse.Name, Plastic: c.Synapse.New != nil, Sign: g.Sign})
	}
	for _, d := range m.Stimuli {
		out.Stimuli = append(out.Stimuli, simulations.Stimulus{Kind: d.Kind.Name, To: d.To, Says: d.Glance(m)})
	}
	return out
}

// simulation is a spiking simulation in the studio's terms.
type simulation struct {
	*spiking.Simulation
	model *spiking.Model
}

func (s simulation) Run(ctx context.Context, until float64, sink simulations.Sink) error {
	return s.Simulation.Run(ctx, until, sink)
}

func (s simulation) Wired() []simulations.Wired {
	var out []simulations.Wired
	for _, w := range s.Simulation.Wired() {
		out = append(out, simulations.Wired(w))
	}
	return out
}

// Observe records the first state of each unit, which for a cell is its potential.
func (s simulation) Observe(units []int, interval float64) error {
	var records []spiking.Record
	for _, u := range units {
		first := 0
		for _, p := range s.model.Populations {
			if u < first+p.N {
				i := float64(u - first)
				what := "V_m"
				if len(p.Cell.States) > 0 {
					what = p.Cell.States[0].Name
				}
				records = append(records, spiking.Record{From: []string{p.Name}, What: what, Units: nissl.Choice{{Lo: i, Hi: i}}, Interval: interval * 1000})
				break
			}
			first += p.N
		}
	}
	return s.Simulation.Observe(records)
}
