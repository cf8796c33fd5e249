package spiking

import (
	"context"
	"reflect"
	"testing"

	"nissl/spiking/param"
	"nissl/spiking/synapse"
)

// plastic is a small network whose excitatory synapses change.
func plastic(t *testing.T, delay param.Value) *Model {
	t.Helper()
	m := brunel(t, 400, 40)
	c := &m.Connections[0]
	c.To, c.Synapse, c.Delay = []string{"E"}, synapse.STDP(), delay
	c.Params = map[string]param.Value{"Wmax": param.Constant(6), "lambda": param.Constant(.02)}
	return m
}

// weights of all plastic synapses after a run, in the order of source and target.
func weights(t *testing.T, m *Model, threads int) (map[[2]int][]float64, [][]float64) {
	t.Helper()
	s, err := New(m, Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(context.Background(), .2)
	if err != nil {
		t.Fatal(err)
	}
	out := map[[2]int][]float64{}
	s.EachSynapse(func(y Synapse) {
		if y.Connection == 0 {
			k := [2]int{y.Source, y.Target}
			out[k] = append(out[k], y.Weight, y.Delay)
		}
	})
	return out, r.Spikes.Times
}

// Plastic synapses of one connection may have delays of their own: a list in which all are the same gives what
// the one delay gives, and different ones are the same on any number of threads.
func TestPlasticDelays(t *testing.T) {
	if testing.Short() {
		t.Skip("several runs of a plastic network")
	}
	want, spikes := weights(t, plastic(t, param.Constant(2)), 1)
	got, same := weights(t, plastic(t, param.Uniform(2, 2.04)), 2)
	if !reflect.DeepEqual(spikes, same) || !reflect.DeepEqual(want, got) {
		t.Error("delays that all round to 2 ms do not give what 2 ms give")
	}
	one, first := weights(t, plastic(t, param.Uniform(1, 4)), 1)
	two, second := weights(t, plastic(t, param.Uniform(1, 4)), 4)
	if !reflect.DeepEqual(one, two) || !reflect.DeepEqual(first, second) {
		t.Error("other weights or spikes on 4 threads")
	}
	if reflect.DeepEqual(first, spikes) {
		t.Error("delays of 1 to 4 ms give the spikes of 2 ms")
	}
	delays := map[float64]bool{}
	for _, synapses := range one {
		for k := 1; k < len(synapses); k += 2 {
			delays[synapses[k]] = true
		}
	}
	if len(delays) < 25 {
		t.Errorf("%d different delays between 1 and 4 ms in steps of 0.1 ms", len(delays))
	}
}
