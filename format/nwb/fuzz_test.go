package nwb

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"nissl/format/reader"
	"nissl/internal/h5"
)

// FuzzOpen hands the reader the bytes that the fuzzer invents, as a file.
func FuzzOpen(f *testing.F) {
	x := newFixture(f)
	x.electrodes()
	x.units()
	x.series("/acquisition/e", "ElectricalSeries", 3, 2)
	x.must(x.f.Close())
	raw, err := os.ReadFile(x.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	f.Add([]byte(h5.Signature))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.nwb")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		valid(t, path, nil)
	})
}

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
	if _, err := Inspect(path, o); err != nil {
		t.Errorf("opens but cannot be inspected: %v", err)
	}
}

// doubles takes eight bytes for a number, the rest for small ones.
func doubles(b []byte) []float64 {
	var out []float64
	for ; len(b) >= 8 && b[0]%4 == 0; b = b[8:] {
		out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	for _, c := range b {
		out = append(out, float64(int8(c))/4)
	}
	return out
}

// FuzzContent keeps the file sound and invents what is in it: indices, rows, times,
// counts that disagree.
func FuzzContent(f *testing.F) {
	f.Add([]byte{1, 2, 3, 5, 9}, []byte{2, 5}, []byte{1, 2, 3}, []byte{2, 3, 4}, []byte{0, 1}, 1.95e-7, uint8(3))
	f.Add([]byte{}, []byte{0, 0}, []byte{255}, []byte{1}, []byte{9, 200}, math.NaN(), uint8(0))
	f.Add([]byte{1}, []byte{}, []byte{}, []byte{}, []byte{}, 0.0, uint8(200))
	f.Fuzz(func(t *testing.T, spikes, index, start, stop, rows []byte, factor float64, samples uint8) {
		if max(len(spikes), len(index), len(start), len(stop), len(rows)) > 64 {
			return
		}
		x := newFixture(t)
		x.electrodes()
		x.table("/units", "Units", 5, 5)
		numbers(x, "/units/spike_times", doubles(spikes)...)
		x.attr("/units/spike_times", "resolution", factor)
		numbers(x, "/units/spike_times_index", index...)
		x.must(h5.Write(x.f, "/units/obs_intervals", []int{len(start), 2}, append(doubles(start[:0]), make([]float64, 2*len(start))...), h5.Layout{}))
		numbers(x, "/units/obs_intervals_index", rows...)
		numbers(x, "/units/tag", doubles(rows)...)
		numbers(x, "/units/tag_index", index...)
		numbers(x, "/units/electrodes", rows...)
		x.table("/intervals/trials", "TimeIntervals", make([]int64, len(start))...)
		numbers(x, "/intervals/trials/start_time", doubles(start)...)
		numbers(x, "/intervals/trials/stop_time", doubles(stop)...)
		x.bare("/acquisition/e", "ElectricalSeries", int(samples), len(rows))
		x.attr("/acquisition/e/data", "conversion", factor)
		numbers(x, "/acquisition/e/timestamps", doubles(start)...)
		numbers(x, "/acquisition/e/channel_conversion", doubles(stop)...)
		x.region("/acquisition/e/electrodes", "/general/extracellular_ephys/electrodes", int32(len(index)))
		x.series("/acquisition/s", "RoiResponseSeries", int(samples), len(rows))
		numbers(x, "/acquisition/s/rois", doubles(rows)...)
		x.attr("/acquisition/s/starting_time", "x", factor)
		x.bare("/processing/b/p", "SpatialSeries", int(samples))
		numbers(x, "/processing/b/p/timestamps", doubles(stop)...)
		x.group("/processing/b/i", "IntervalSeries")
		numbers(x, "/processing/b/i/data", rows...)
		numbers(x, "/processing/b/i/timestamps", doubles(start)...)
		x.must(x.f.Close())
		for _, o := range []reader.Options{nil, {"stream": "e"}, {"stream": "s"}} {
			valid(t, x.path, o)
		}
	})
}
