package sonata

import (
	"math"
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
	path := filepath.Join(f.TempDir(), "s.h5")
	if err := Write(path, spiked()); err != nil {
		f.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte(h5.Signature))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "s.h5")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		valid(t, path, nil)
	})
}

// FuzzContent keeps the file sound and invents what it holds.
func FuzzContent(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{0, 1, 0}, []byte{0, 1}, "a", "ms", 0., 1e3, .1, "default")
	f.Add([]byte{}, []byte{9}, []byte{3, 3}, "", "s", math.NaN(), -1., 0., "x")
	f.Fuzz(func(t *testing.T, times, ids, nodes []byte, name, unit string, start, stop, dt float64, population string) {
		if len(times)+len(ids)+len(nodes) > 200 || len(name)+len(unit) > 100 {
			return
		}
		path := filepath.Join(t.TempDir(), "s.h5")
		f, err := h5.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		at := make([]float64, len(times))
		for i, b := range times {
			at[i] = float64(int8(b)) / 8
		}
		list := func(path string, v []byte) { _ = h5.Write(f, path, []int{len(v)}, v, h5.Layout{}) }
		_ = h5.Write(f, "/spikes/default/timestamps", []int{len(at)}, at, h5.Layout{})
		list("/spikes/default/node_ids", ids)
		list("/nodes/default/node_id", nodes)
		list("/nodes/default/0/x", nodes)
		names := make([]string, len(nodes))
		for i := range names {
			names[i] = name
		}
		_ = f.WriteStrings("/nodes/default/0/name", []int{len(names)}, names, h5.Layout{})
		_ = f.SetAttr("/spikes/default/timestamps", "units", unit)
		for key, v := range map[string]float64{"tstart": start, "tstop": stop, "dt": dt} {
			_ = f.SetAttr("/spikes/default", key, v)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		valid(t, path, nil)
		valid(t, path, reader.Options{"population": population})
	})
}
