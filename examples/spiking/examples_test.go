// Package examples_test runs every model of this folder.
package examples_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/format"
	"nissl/format/bundle"
	"nissl/spiking"
)

// run simulates a model for some seconds; recordings that it names are in the folder.
func run(t *testing.T, name, folder string, seconds float64) *nissl.Recording {
	t.Helper()
	m, err := spiking.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	m.Folder = folder
	m.Open = func(name string) (*nissl.Recording, error) { return format.Open(name, nil) }
	if _, err := spiking.Parse(name, []byte(m.Describe())); err != nil {
		t.Errorf("%s, described, cannot be read: %v", name, err)
	}
	s, err := spiking.New(m, spiking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(context.Background(), seconds)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	return r
}

// rate is the mean rate of the cells of a population, spikes/s.
func rate(r *nissl.Recording, population string) float64 {
	cells, spikes := 0, 0
	for i, name := range r.Units.Names() {
		if strings.HasPrefix(name, population+"/") {
			cells, spikes = cells+1, spikes+len(r.Spikes.Times[i])
		}
	}
	return float64(spikes) / float64(cells) / (r.Spikes.Span.Stop - r.Spikes.Span.Start)
}

// Every model runs and does what its file says, as far as a short run shows it.
func TestModels(t *testing.T) {
	folder := t.TempDir()
	brunel := run(t, "brunel.toml", folder, .2)
	if err := bundle.Write(filepath.Join(folder, "brunel.rec"), brunel, false); err != nil {
		t.Fatal(err)
	}
	type limits struct {
		population string
		low, high  float64 // spikes/s
	}
	seen := []string{}
	for name, want := range map[string]struct {
		seconds float64
		limits  []limits
	}{
		"brunel":     {.2, []limits{{"E", 12, 25}, {"I", 12, 25}}},
		"coba":       {.3, []limits{{"E", 8, 40}, {"I", 8, 40}}},
		"izhikevich": {.5, []limits{{"E", 3, 40}, {"I", 3, 40}}},
		"stdp":       {1, []limits{{"inputs", 14, 16}, {"inhibition", 9, 11}, {"cell", 20, 300}}},
		"dendrites":  {.7, []limits{{"predicted", 3 / .7, 3 / .7}, {"others", 0, 0}, {"input", 6 / .7, 6 / .7}}},
		"replay":     {.2, []limits{{"readout", 1, 100}}},
	} {
		seen = append(seen, name+".toml")
		r := run(t, name+".toml", folder, want.seconds)
		for _, l := range want.limits {
			got := rate(r, l.population)
			t.Logf("%s, seed 1: %s at %.1f spikes/s", name, l.population, got)
			if got < l.low-1e-9 || got > l.high+1e-9 {
				t.Errorf("%s: %s at %v spikes/s, expected %v to %v", name, l.population, got, l.low, l.high)
			}
		}
		if name == "replay" {
			for i := range 2500 {
				if !slices.Equal(r.Spikes.Times[i], brunel.Spikes.Times[i]) {
					t.Fatalf("cell %d is replayed at other times", i)
				}
			}
		}
	}
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) != len(seen) {
		t.Errorf("models %v, of which %v were run", files, seen)
	}
	if _, err := os.Stat("README.md"); err != nil {
		t.Error(err)
	}
}
