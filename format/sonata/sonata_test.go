package sonata

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// spiked is a recording of two populations; one of the units is silent and ids of the
// second have gaps.
func spiked() *nissl.Recording {
	u := nissl.NewUnits([]string{"AVAL", "AVAR", "I/7", "I/2"})
	u.Set(nissl.Col("population", "", []string{"E", "E", "I", "I"}))
	u.Set(nissl.Col("x", "µm", []float64{1, 2, math.NaN(), 4}))
	return &nissl.Recording{Name: "made", Units: u, Spikes: &nissl.Spikes{ClockHz: 10000, Span: nissl.Interval{Start: .5, Stop: 2},
		Times: [][]float64{{.5001, .7, 1.25}, nil, {.6, .7}, {.7, 1.9999}}}}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.h5")
	want := spiked()
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	if !sniff(reader.Probe{Path: path, Size: 1}) {
		t.Error("not seen as SONATA")
	}
	got, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Units.Names(), want.Units.Names()) {
		t.Errorf("units %v", got.Units.Names())
	}
	for i := range want.Spikes.Times {
		if len(got.Spikes.Times[i]) != len(want.Spikes.Times[i]) {
			t.Fatalf("unit %d: %v", i, got.Spikes.Times[i])
		}
		for k, s := range want.Spikes.Times[i] {
			if math.Abs(got.Spikes.Times[i][k]-s) > 1e-12 {
				t.Errorf("unit %d, spike %d: %v, want %v", i, k, got.Spikes.Times[i][k], s)
			}
		}
	}
	if got.Spikes.Span != want.Spikes.Span || math.Abs(got.Spikes.ClockHz-10000) > 1e-6 || len(got.Notes) > 0 {
		t.Errorf("span %v, clock %v Hz, notes %q", got.Spikes.Span, got.Spikes.ClockHz, got.Notes)
	}
	x, _ := got.Units.Column("x")
	if v, _ := x.Values.([]float64); len(v) != 4 || v[1] != 2 || !math.IsNaN(v[2]) || x.Unit != "µm" {
		t.Errorf("x = %v %s", x.Values, x.Unit)
	}
	one, err := Open(path, reader.Options{"population": "I"})
	if err != nil || !reflect.DeepEqual(one.Units.Names(), []string{"I/7", "I/2"}) {
		t.Errorf("one population: %v, %v", one, err)
	}
	if _, err := Open(path, reader.Options{"population": "V1"}); err == nil || !strings.Contains(err.Error(), "there are E, I") {
		t.Errorf("unknown population: %v", err)
	}
}

// What is on the disk is sorted by time, whatever the order of units, part by part.
func TestWhileItRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spikes.h5")
	w, err := Create(path, nissl.NumberedUnits(3), 0, 10000)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for part := range 40 {
		at := float64(part) / 10
		for unit := range 3 {
			times := []float64{at + .01*float64(3-unit), at + .05}
			for _, s := range times {
				want = append(want, milliseconds(s))
			}
			if err := w.Spikes(unit, times); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Done(at + .1); err != nil {
			t.Fatal(err)
		}
	}
	// What an interrupt would leave is complete already.
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(t.TempDir(), "left.h5")
	if err := os.WriteFile(left, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	for _, path := range []string{path, left} {
		f, err := h5.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := f.Dataset("/spikes/default/timestamps")
		if err != nil {
			t.Fatal(err)
		}
		got, err := h5.Read[float64](d)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d times, %v; want %d in order", len(got), err, len(want))
		}
		f.Close()
	}
	r, err := Open(path, nil)
	if err != nil || r.Spikes.Span != (nissl.Interval{Start: 0, Stop: 4}) {
		t.Errorf("%v, %v", r, err)
	}
}

// Files of others: no nodes, the unit of time left out, old names.
func TestOthers(t *testing.T) {
	for _, c := range []struct {
		name, group, ids, units string
		want                    string
	}{
		{"new", "/spikes/V1", "node_ids", "ms", "V1/3 [0.0015] V1/8 [0.0005 0.002]"},
		{"seconds", "/spikes/V1", "node_ids", "s", "V1/3 [1.5] V1/8 [0.5 2]"},
		{"old", "/spikes", "gids", "", "default/3 [0.0015] default/8 [0.0005 0.002]"},
		{"unknown unit", "/spikes/V1", "node_ids", "days", "expected ms, s or us"},
	} {
		path := filepath.Join(t.TempDir(), "s.h5")
		f, err := h5.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		do := []error{h5.Write(f, c.group+"/timestamps", []int{3}, []float64{2, .5, 1.5}, h5.Layout{}),
			h5.Write(f, c.group+"/"+c.ids, []int{3}, []uint32{8, 8, 3}, h5.Layout{})}
		if c.units != "" {
			do = append(do, f.SetAttr(c.group+"/timestamps", "units", c.units))
		}
		for _, err := range append(do, f.Close()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		text := ""
		if r, err := Open(path, nil); err != nil {
			text = err.Error()
		} else {
			for i, name := range r.Units.Names() {
				text += fmt.Sprint(name, " ", r.Spikes.Times[i], " ")
			}
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: got %s, want %s", c.name, text, c.want)
		}
	}
}

// What h5py wrote, in the layout that libsonata 0.2.2 reads (testdata/peer.py). The other way
// round, libsonata reads the file of TestRoundTrip as E by_time ms [(0, 500.1), (0, 700.0), (0, 1250.0)], I by_time
// ms [(7, 600.0), (2, 700.0), (7, 700.0), (2, 1999.9)], with the names and x of all four nodes.
func TestOfLibsonata(t *testing.T) {
	r, err := Open("testdata/h5py.h5", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r.Units.Names(), []string{"V1/2", "V1/5"}) || !reflect.DeepEqual(r.Spikes.Times, [][]float64{{.0005, .02025}, {.0015, .1}}) {
		t.Errorf("%v %v", r.Units.Names(), r.Spikes.Times)
	}
}

// A file of traces, and a recording without spikes, are refused.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	r := spiked()
	r.Spikes = nil
	if err := Write(filepath.Join(dir, "none.h5"), r); err == nil {
		t.Error("a recording without spikes was written")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	f, err := h5.Create(filepath.Join(dir, "traces.h5"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h5.Write(f, "/traces", []int{2, 2}, []float64{1, 2, 3, 4}, h5.Layout{}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := Open(f.Path(), nil); err == nil || sniff(reader.Probe{Path: f.Path(), Size: 1}) {
		t.Error("traces were taken for spikes")
	}
}
