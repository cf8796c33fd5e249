package spiking

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"nissl"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/spiking"
)

func TestClaims(t *testing.T) { methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1}) }

func TestContract(t *testing.T) {
	m := spiking.Brunel(100, 5, 2, 1)
	m.Duration = .1
	methodtest.Contract(t, Method(), &spiking.Network{Model: m})
}

// A run that is interrupted several times gives the bundle of one that is not, its recorded states too.
func TestInterrupted(t *testing.T) {
	m := spiking.Brunel(400, 5, 2, 3)
	m.Records = []spiking.Record{{From: []string{"E"}, What: "V_m", Units: nissl.Choice{{Lo: 0, Hi: 2}}, Interval: 1}}
	const seconds = 1
	run := func(path string, stops ...float64) {
		t.Helper()
		for _, stop := range append(stops, 2*seconds) {
			sim, err := spiking.New(m, spiking.Options{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			err = Stream(ctx, sim, m, seconds, path, true, func(fraction float64, _ string, _ ...any) {
				if fraction*seconds >= stop {
					cancel()
				}
			})
			cancel()
			if (err == nil) != (stop > seconds) {
				t.Fatalf("stopped at %v s of %v s: %v", stop, seconds, err)
			}
		}
	}
	dir := t.TempDir()
	whole, parts := filepath.Join(dir, "whole", "activity.rec"), filepath.Join(dir, "parts", "activity.rec")
	run(whole)
	run(parts, .2, .5, .8)
	for _, name := range []string{".", "states.rec"} {
		one, other := read(t, filepath.Join(whole, name)), read(t, filepath.Join(parts, name))
		if !reflect.DeepEqual(one.Spikes, other.Spikes) {
			t.Errorf("%s: other spikes when it is interrupted", name)
		}
		if a, b := one.Traces, other.Traces; (a == nil) != (b == nil) || a != nil && !slices.EqualFunc(a.Rows, b.Rows, func(x, y []float32) bool { return slices.Equal(x, y) }) {
			t.Errorf("%s: other traces when it is interrupted", name)
		}
	}
	if s := read(t, whole); s.Spikes.Count() == 0 {
		t.Error("no spikes")
	}
}

func read(t *testing.T, path string) *nissl.Recording {
	t.Helper()
	r, err := bundle.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}
