package spiking

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"testing"

	"nissl"
)

func parsed(t testing.TB, texts ...string) []nissl.Intervention {
	t.Helper()
	var out []nissl.Intervention
	for _, text := range texts {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// at runs a simulation up to each time, after which it does what that time says, and gives all spikes.
func at(t testing.TB, s *Simulation, until float64, change map[float64][]string, order ...float64) [][]float64 {
	t.Helper()
	sink := &memory{times: make([][]float64, s.cells), traces: make([][]float32, len(s.probed))}
	for _, second := range order {
		if err := s.Run(context.Background(), second, sink); err != nil {
			t.Fatal(err)
		}
		if err := s.Intervene(parsed(t, change[second]...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(context.Background(), until, sink); err != nil {
		t.Fatal(err)
	}
	return sink.times
}

// Interventions that are changed while the network runs give the spikes of a run that knew their times from the
// start, whatever they are, on any number of threads, and beside those of the model.
func TestInterveneWhileRunning(t *testing.T) {
	own := "scale(I@0.03-0.04, 0.5)"
	change := map[float64][]string{
		0.02:  {"add(E/0-99, 50)", "clamp(E/500-599, 40)"},
		0.035: {"add(E/0-99, 120)", "scale(I/0-200, 0)", "silence(E/7)"},
		0.06:  {"threshold(E.V_m/0-800, 15)", "scale(I/0-200, 1.5)"},
		0.08:  nil,
	}
	known := []string{own, "add(E/0-99@0.02-0.035, 50)", "clamp(E/500-599@0.02-0.035, 40)", "add(E/0-99@0.035-0.06, 120)",
		"scale(I/0-200@0.035-0.06, 0)", "silence(E/7@0.035-0.06)", "threshold(E.V_m/0-800@0.06-0.08, 15)", "scale(I/0-200@0.06-0.08, 1.5)"}
	for _, c := range []struct{ threads, own int }{{1, 1}, {2, 1}, {2, 0}} {
		threads := c.threads
		m := brunel(t, 1600, 100)
		m.Do = parsed(t, known...)[1-c.own:]
		want := record(t, m, threads, .1)
		plain := *m
		plain.Do = m.Do[:c.own]
		s, err := New(&plain, Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		if got := at(t, s, .1, change, .02, .035, .06, .08); !reflect.DeepEqual(got, want) {
			t.Errorf("on %d threads: other spikes than those of a run that knew all from the start", threads)
		}
		if reflect.DeepEqual(record(t, &plain, threads, .1), want) {
			t.Error("the interventions change nothing")
		}
	}
}

// A simulation that takes over the state of another in the middle of an intervention goes on as that would without.
func TestTwin(t *testing.T) {
	m := brunel(t, 800, 80)
	m.Do = parsed(t, "add(E/0-99@0.02-0.05, 80)")
	want := record(t, m, 2, .08)
	m.Do = nil
	s, err := New(m, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	first := at(t, s, .05, map[float64][]string{.02: {"add(E/0-99, 80)"}}, .02)
	var state bytes.Buffer
	if err := s.Save(&state); err != nil {
		t.Fatal(err)
	}
	twin, err := New(m, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := twin.Restore(&state); err != nil {
		t.Fatal(err)
	}
	rest := at(t, twin, .08, nil)
	for i := range first {
		if got := append(first[i], rest[i]...); !reflect.DeepEqual(got, want[i]) {
			t.Fatalf("cell %d: %v, expected %v", i, got, want[i])
		}
	}
}

// A simulation that goes back to an earlier state does again what it did, whatever acted meanwhile.
func TestGoBack(t *testing.T) {
	s, err := New(brunel(t, 800, 80), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var state bytes.Buffer
	if err := s.Save(&state); err != nil {
		t.Fatal(err)
	}
	want := at(t, s, .05, nil)
	at(t, s, .1, map[float64][]string{.06: {"scale(E/0-99, 0.5)", "add(I, 100)", "threshold(E.V_m, 10)"}, .09: nil}, .06, .09)
	if err := s.Restore(&state); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(at(t, s, .05, nil), want) {
		t.Error("other spikes the second time")
	}
}

// What is refused leaves everything as it was.
func TestInterveneRefused(t *testing.T) {
	s, err := New(counters(t, "silence(S/0)"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for do, words := range map[string]string{"clamp(S/0-1, 5)": "S/0 is replaced by silence(S/0)", "silence(X)": "no population"} {
		if err := s.Intervene(parsed(t, do)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; expected words %q", do, err, words)
		}
	}
	r, err := s.Record(context.Background(), .009)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Spikes.Times[0]) != 0 || len(r.Spikes.Times[1]) != 4 {
		t.Errorf("spikes %v: the model's own intervention is lost", r.Spikes.Times)
	}
}

// States that are chosen while the network runs have the values of a run that recorded them from the start.
func TestObserve(t *testing.T) {
	m := brunel(t, 800, 80)
	m.Records = []Record{{From: []string{"I"}, What: "V_m", Units: nissl.Choice{{Lo: 3, Hi: 4}}, Interval: .5}}
	want, err := New(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, states, err := want.RecordStates(context.Background(), .02)
	if err != nil {
		t.Fatal(err)
	}
	m.Records = []Record{{From: []string{"E"}, What: "V_m"}}
	s, err := New(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	at(t, s, .01, nil)
	if err := s.Observe([]Record{{From: []string{"I"}, What: "nothing"}}); err == nil || !strings.Contains(err.Error(), "no state") {
		t.Errorf("a state that is not there: %v", err)
	}
	if len(s.Probed()) != 800 {
		t.Errorf("%d states after a refused choice", len(s.Probed()))
	}
	at(t, s, .0105, nil)
	if err := s.Observe([]Record{{From: []string{"I"}, What: "V_m", Units: nissl.Choice{{Lo: 3, Hi: 4}}, Interval: .5}}); err != nil {
		t.Fatal(err)
	}
	sink := &memory{times: make([][]float64, s.cells), traces: make([][]float32, 2)}
	if err := s.Run(context.Background(), .02, sink); err != nil {
		t.Fatal(err)
	}
	for i, row := range sink.traces {
		if from := states.Traces.Rows[i][len(states.Traces.Rows[i])-len(row):]; !reflect.DeepEqual(row, from) || len(row) != 19 {
			t.Errorf("trace %d: %v, expected %v", i, row, from)
		}
	}
}

func TestWired(t *testing.T) {
	s, err := New(brunel(t, 800, 80), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Wired{{0, 0, 0, 64000}, {0, 0, 1, 16000}, {1, 1, 0, 16000}, {1, 1, 1, 4000}}
	if got := s.Wired(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, expected %v", got, want)
	}
}

// BenchmarkIntervene is what it takes to change a dose: in the running network, and by building it again from a
// saved state.
func BenchmarkIntervene(b *testing.B) {
	m := brunel(b, 2000, 200)
	do := parsed(b, "add(E/0-99, 50)")
	s, err := New(m, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("running", func(b *testing.B) {
		for b.Loop() {
			if err := s.Intervene(do); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rebuilt", func(b *testing.B) {
		for b.Loop() {
			var state bytes.Buffer
			if err := s.Save(&state); err != nil {
				b.Fatal(err)
			}
			again, err := New(m, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := again.Restore(&state); err != nil {
				b.Fatal(err)
			}
		}
	})
}
