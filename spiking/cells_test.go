package spiking

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/format/sonata"
)

// A table of cells gives names, places and parameters, and whatever else it has to the units of
// the recording.
func TestCells(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"cells.csv": "name,type,layer,x,y,I_e\nb1,basket,2,10,0,300\np1,pyramid,2,0,5,0\np2,pyramid,3,7.5,5,400\n",
		"model.toml": `[population.P]
cell = "iaf_psc_exp"
cells = "cells.csv"
where = "type = pyramid"
params = { C_m = 200.0 }
unconnected = true
[population.B]
cell = "iaf_psc_exp"
cells = "cells.csv"
where = "type != pyramid"
params = { I_e = 900.0 }
[population.X]
cell = "iaf_psc_exp"
n = 1
unconnected = true
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Read(filepath.Join(dir, "model.toml"))
	if err != nil {
		t.Fatal(err)
	}
	times := record(t, m, 1, .1)
	if len(times[0]) > 0 || len(times[1]) == 0 || len(times[2]) <= len(times[1]) {
		t.Errorf("%d, %d and %d spikes with 0, 400 and 900 pA", len(times[0]), len(times[1]), len(times[2]))
	}
	u := m.Units()
	if !reflect.DeepEqual(u.Names(), []string{"p1", "p2", "b1", "X/0"}) {
		t.Errorf("units %v", u.Names())
	}
	kind, _ := u.Column("type")
	layer, _ := u.Column("layer")
	x, _ := u.Column("x")
	if !reflect.DeepEqual(kind.Values, []string{"pyramid", "pyramid", "basket", ""}) {
		t.Errorf("type %v", kind.Values)
	}
	if v := layer.Values.([]float64); v[1] != 3 || !math.IsNaN(v[3]) {
		t.Errorf("layer %v", v)
	}
	if v := x.Values.([]float64); v[0] != 0 || v[1] != 7.5 || v[2] != 10 {
		t.Errorf("x %v", v)
	}
}

// The nodes of a SONATA file are cells, too.
func TestCellsOfSonata(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nodes.h5")
	u := nissl.NewUnits([]string{"AVAL", "AVAR"})
	u.Set(nissl.Col("x", "µm", []float64{1, 2}))
	u.Set(nissl.Col("y", "µm", []float64{3, 4}))
	if err := sonata.Write(path, &nissl.Recording{Units: u, Spikes: &nissl.Spikes{Times: make([][]float64, 2)}}); err != nil {
		t.Fatal(err)
	}
	m, err := Parse(filepath.Join(filepath.Dir(path), "m.toml"), []byte("[population.N]\ncell = \"iaf_psc_exp\"\ncells = \"nodes.h5\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := m.Populations[0]
	if p.N != 2 || p.Names[1] != "AVAR" || !reflect.DeepEqual(p.Positions, [][]float64{{1, 3}, {2, 4}}) {
		t.Errorf("%d cells %v at %v", p.N, p.Names, p.Positions)
	}
	if _, err := New(m, Options{}); err == nil || !strings.Contains(err.Error(), "connected to nothing") {
		t.Errorf("got %v", err)
	}
}
