package heterogeneousdelays

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"nissl"
	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// The simulator runs the exported tables as they are: cells of iaf_psc_delta, one for each target, wired by the table
// of synapses and driven by the recording that replaces the pixels' spikes, fire when the neurons of the layer do.
func TestSimulator(t *testing.T) {
	const width, height, ticks, streams = 7, 7, 60, 4
	rng := rand.New(rand.NewPCG(seed, 7))
	rec, task := camera(t, width, height, streams, ticks, .05, rng)
	l := randomLayer(NewKernel(task.Sensor, 2, 5, true), rng).Prune(.5)
	motifs, err := MotifsOf(context.Background(), l.Kernel, task.Streams, 1)
	if err != nil {
		t.Fatal(err)
	}
	const tau = .3 // steps of 1 ms
	n := NewNeurons(l, motifs, .6, tau)
	file := filepath.Join(t.TempDir(), "synapses.csv")
	if err := writeWiring(file, n.Wiring(task.Classes, 3, 2)); err != nil {
		t.Fatal(err)
	}
	var targets []string
	var thresholds []float64
	for c, name := range task.Classes {
		for p := range 2 {
			targets, thresholds = append(targets, name+"/"+polarityName(p)), append(thresholds, float64(n.Threshold[c]))
		}
	}
	total := 0
	for i, s := range task.Streams {
		got := simulate(t, rec.Units, s, file, targets, thresholds, tau)
		var want []string
		for _, p := range n.Run(s) {
			if p.Unit == 2*width+3 {
				want = append(want, fmt.Sprint(p.Class, " ", p.Tick))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		total += len(want)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: stream %d: the simulator fires at %v, the neurons of the layer at %v", seed, i, got, want)
		}
	}
	if total == 0 {
		t.Errorf("seed %d: no neuron fired", seed)
	}
}

func writeWiring(file string, w *Wiring) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	rows := [][]string{{"source", "target", "weight", "delay_ms"}}
	for i := range w.Source {
		rows = append(rows, []string{w.Source[i], w.Target[i], fmt.Sprint(w.Weight[i]), fmt.Sprint(w.Delay[i])})
	}
	return csv.NewWriter(f).WriteAll(rows)
}

// simulate gives "class tick" for every spike of the targets.
func simulate(t *testing.T, units *nissl.Units, s *Stream, file string, targets []string, thresholds []float64, tau float64) (out []string) {
	t.Helper()
	const end = .1 // seconds, after the stream
	input := &nissl.Recording{Name: "events", Units: units, Spikes: &nissl.Spikes{Times: make([][]float64, units.Len()), Span: nissl.Interval{Stop: end}}}
	for _, e := range s.Events {
		input.Spikes.Times[e.Unit] = append(input.Spikes.Times[e.Unit], float64(e.Tick+1)*.001)
	}
	one := param.Constant
	sim, err := spiking.New(&spiking.Model{
		Name: "layer", Resolution: 1,
		Populations: []spiking.Population{
			{Name: "pixels", Cell: cell.IafPscDelta(), N: units.Len(), Names: units.Names()},
			{Name: "output", Cell: cell.IafPscDelta(), N: len(targets), Names: targets, Start: map[string]param.Value{"V_m": one(0)},
				Params: map[string]param.Value{"tau_m": one(tau), "t_ref": one(0), "E_L": one(0), "V_reset": one(0), "V_th": param.List(thresholds)}},
		},
		Do: []nissl.Intervention{{Action: nissl.Patch, Site: "pixels", Vector: "events", Source: input}},
		Connections: []spiking.Connection{{From: []string{"pixels"}, To: []string{"output"}, Wiring: wiring.Table(), Synapse: synapse.Static(),
			Words: map[string]string{"file": file, "duplicates": "keep"}, Weight: one(1), Delay: one(1)}},
	}, spiking.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := sim.Record(context.Background(), end)
	if err != nil {
		t.Fatal(err)
	}
	for k, name := range targets {
		for _, at := range rec.Spikes.Times[rec.Units.Index(name)] {
			out = append(out, fmt.Sprint(k/2, " ", int(math.Round(at*1000))-2)) // the stream begins at 1 ms, the shortest delay is 1 ms
		}
	}
	return out
}
