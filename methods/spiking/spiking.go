package spiking

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"path/filepath"

	"nissl"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/spiking"
	"nissl/spiking/param"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Duration string `help:"simulated time, such as 1s or '500 ms'; empty is what the model says"`
	Sonata   bool   `help:"write the spikes as a SONATA report (HDF5), too, while it runs"`
	Weights  bool   `help:"write a table of all synapses with their weights at the end"`
}

// Defaults run what the model says.
func Defaults() Params { return Params{} }

// Method spiking for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "spiking", Verb: method.Simulate, Summary: "run a network of spiking neurons that a TOML file describes",
		Doc: doc,
		Papers: []nissl.Paper{
			{Authors: "M.-O. Gewaltig, M. Diesmann", Year: 2007, Title: "NEST (NEural Simulation Tool)", Where: "Scholarpedia 2:1430"},
			{Authors: "N. Brunel", Year: 2000, Title: "Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons", Where: "10.1023/A:1008925309027"},
		},
		Needs:    method.Needs{Kind: "network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	network, err := spiking.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	seconds := network.Model.Duration
	if p.Duration != "" {
		if seconds, err = param.Quantity(p.Duration, "s"); err != nil {
			return nil, fmt.Errorf("--duration: %w", err)
		}
	}
	if !(seconds > 0) || math.IsInf(seconds, 0) {
		return nil, fmt.Errorf("--duration %s: expected a time above 0, such as 1s", p.Duration)
	}
	model := *network.Model
	if env.Seed != 0 {
		model.Seed = env.Seed
	}
	seeded := *network
	seeded.Model, seeded.Options.Threads = &model, env.Threads()
	env.Report(0, "wiring")
	sim, err := seeded.Build(ctx, seconds, nil)
	if err != nil {
		return nil, err
	}
	f := &nissl.Finding{}
	recording, states, err := record(ctx, sim, &model, seconds, p, f, env)
	if err != nil {
		return nil, err
	}
	defer recording.Close()
	synapses, _ := sim.Synapses()
	f.AddMetric("cells", float64(recording.Units.Len()), "", "")
	f.AddMetric("synapses", float64(synapses), "", "")
	if err := describe(ctx, f, recording, &model, env); err != nil {
		return nil, err
	}
	if states > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("states.rec: %d recorded states, %g samples per second", states, sim.SampleRate()))
	}
	if p.Weights {
		f.Tables = append(f.Tables, weights(sim))
	}
	return f, nil
}

// record runs the simulation: to a bundle in the run's folder, or in memory when it has none.
func record(ctx context.Context, sim *spiking.Simulation, m *spiking.Model, seconds float64, p Params, f *nissl.Finding, env *method.Env) (r *nissl.Recording, states int, err error) {
	states = len(sim.Probed())
	if env.Folder() == "" {
		r, err = sim.Record(ctx, seconds)
		return r, states, err
	}
	path := filepath.Join(env.Folder(), "activity.rec")
	if err := Stream(ctx, sim, m, seconds, path, p.Sonata, env.Report); err != nil {
		return nil, 0, err
	}
	f.Folder = path
	r, err = bundle.Read(path)
	return r, states, err
}

// weights of all synapses as a table.
func weights(sim *spiking.Simulation) nissl.NamedTable {
	n, _ := sim.Synapses()
	source, target := make([]string, 0, n), make([]string, 0, n)
	connection := make([]int64, 0, n)
	weight, delay := make([]float64, 0, n), make([]float64, 0, n)
	names := sim.Units().Names()
	sim.EachSynapse(func(s spiking.Synapse) {
		source, target = append(source, names[s.Source]), append(target, names[s.Target])
		connection = append(connection, int64(s.Connection))
		weight, delay = append(weight, s.Weight), append(delay, s.Delay)
	})
	t := nissl.Table{Columns: []nissl.Column{nissl.Col("connection", "", connection), nissl.Col("source", "", source),
		nissl.Col("target", "", target), nissl.Col("weight", "", weight), nissl.Col("delay", "ms", delay)}}
	return nissl.NamedTable{Name: "weights", Doc: "all synapses at the end of the run", Table: t}
}
