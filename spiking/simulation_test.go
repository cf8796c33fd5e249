package spiking

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"testing"

	"nissl/spiking/param"
)

// brunel is the network of testdata with fewer cells, each with as many synapses as the
// fraction says.
func brunel(t testing.TB, excitatory, indegree int) *Model {
	t.Helper()
	m, err := Read("testdata/brunel.toml")
	if err != nil {
		t.Fatal(err)
	}
	m.Populations[0].N, m.Populations[1].N = excitatory, excitatory/4
	m.Connections[0].Rule["indegree"] = param.Constant(float64(indegree))
	m.Connections[1].Rule["indegree"] = param.Constant(float64(indegree / 4))
	scale := 800 / float64(indegree)
	m.Connections[0].Weight = param.Constant(.1 * scale)
	m.Connections[1].Weight = param.Constant(-.5 * scale)
	return m
}

func record(t testing.TB, m *Model, threads int, seconds float64) [][]float64 {
	t.Helper()
	s, err := New(m, Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(context.Background(), seconds)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r.Spikes.Times
}

// Spikes are the same on any number of threads and however they are delivered.
func TestSameSpikes(t *testing.T) {
	m := brunel(t, 2400, 160)
	want := record(t, m, 1, .2)
	n := 0
	for _, s := range want {
		n += len(s)
	}
	if n < 10000 {
		t.Fatalf("only %d spikes", n)
	}
	for _, threads := range []int{2, 4} {
		if !reflect.DeepEqual(record(t, m, threads, .2), want) {
			t.Errorf("other spikes on %d threads", threads)
		}
	}
	m.Dense = true
	if !reflect.DeepEqual(record(t, m, 2, .05), record(t, brunel(t, 2400, 160), 2, .05)) {
		t.Error("other spikes when delivered densely")
	}
}

// BenchmarkBrunel is the network of 10,000 cells and 10 M synapses, 0.2 s of it.
func BenchmarkBrunel(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		m := brunel(b, 8000, 800)
		s, err := New(m, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Record(context.Background(), .1); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		r, err := s.Record(context.Background(), .6)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Spikes.Count())/.5/10000, "spikes/s/cell")
		b.ReportMetric(float64(r.Spikes.Count())*1000*float64(b.N)/b.Elapsed().Seconds()/1e6, "M-synaptic-events/s")
	}
}

// A run that is saved and restored goes on to the same bits, wherever it was cut.
func TestResume(t *testing.T) {
	m := brunel(t, 1200, 80)
	want := record(t, m, 2, .1)
	for _, cut := range []float64{.0333, .05} {
		first, err := New(m, Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		before, err := first.Record(context.Background(), cut)
		if err != nil {
			t.Fatal(err)
		}
		var state bytes.Buffer
		if err := first.Save(&state); err != nil {
			t.Fatal(err)
		}
		second, err := New(m, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		saved := state.Bytes()
		if err := second.Restore(bytes.NewReader(saved)); err != nil {
			t.Fatal(err)
		}
		after, err := second.Record(context.Background(), .1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got := append(before.Spikes.Times[i], after.Spikes.Times[i]...); !slices.Equal(got, want[i]) {
				t.Fatalf("cut at %v s: cell %d spikes at %v, without the cut at %v", cut, i, got, want[i])
			}
		}
		saved[len(saved)/2] ^= 1
		third, err := New(m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if third.Restore(bytes.NewReader(saved)) == nil {
			t.Error("a damaged state was restored")
		}
	}
}
