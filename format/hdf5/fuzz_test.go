package hdf5

import (
	"os"
	"path/filepath"
	"testing"

	"nissl/format/reader"
	"nissl/internal/h5"
)

// valid accepts an error and a recording that keeps its promises.
func valid(t *testing.T, path string, o reader.Options) {
	t.Helper()
	r, err := Open(path, o)
	if err != nil {
		return
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}

// FuzzOpen hands the reader the bytes that the fuzzer invents, as a file.
func FuzzOpen(f *testing.F) {
	path := create(f, func(f *h5.File) []error {
		return []error{put(f, "/traces", count(60), 20, 3), put(f, "/time", count(20)), put(f, "/speed", count(20))}
	})
	raw, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte(h5.Signature))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.h5")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		valid(t, path, nil)
	})
}

// FuzzContent keeps the file sound and invents shapes, values and options.
func FuzzContent(f *testing.F) {
	f.Add(uint8(20), uint8(3), uint8(1), []byte{1, 2, 3}, []byte{2, 3}, "traces", "times", "ids", "label,trace_index\na,0\n")
	f.Add(uint8(0), uint8(0), uint8(0), []byte{}, []byte{}, "none", "g", "", "dataset,label,trace_index_1based,confidence\nf,x,1,3\n")
	f.Add(uint8(1), uint8(9), uint8(7), []byte{9, 0, 1}, []byte{200}, "", "", "times", "")
	f.Fuzz(func(t *testing.T, rows, cols, deep uint8, times, ids []byte, traces, spikes, units, labels string) {
		if len(times)+len(ids) > 128 || int(rows)*int(cols)*int(deep) > 1<<14 {
			return
		}
		clock := make([]float64, len(times))
		for i, b := range times {
			clock[i] = float64(int8(b)) / 8
		}
		path := create(t, func(f *h5.File) []error {
			return []error{
				put(f, "/traces", make([]float32, int(rows)*int(cols)), int(rows), int(cols)),
				put(f, "/cube", make([]int8, int(rows)*int(cols)*int(deep)), int(rows), int(deep), int(cols)),
				put(f, "/times", clock), put(f, "/g/time", clock), put(f, "/ids", ids), put(f, "/g/speed", make([]uint16, rows)),
				f.WriteRefs("/cells", []int{2}, []h5.Target{"/times", "/g"}),
			}
		})
		table := filepath.Join(filepath.Dir(path), "labels.csv")
		if err := os.WriteFile(table, []byte(labels), 0o600); err != nil {
			t.Fatal(err)
		}
		valid(t, path, nil)
		for _, o := range []reader.Options{
			{"traces": traces, "timestamps": spikes}, {"traces": "cube", "names": "ids"}, {"traces": "traces", "labels": table},
			{"spikes": spikes, "spike_units": units}, {"spikes": "times", "spike_index": "ids", "traces": "traces"}, {"spikes": "cells"},
		} {
			valid(t, path, o)
		}
	})
}
