package nwb

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"nissl/internal/h5"
)

// refuse writes the bytes to a file and expects one line that names it, without much
// memory.
func refuse(t *testing.T, raw []byte, words string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "broken.nwb")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(path, nil)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%d bytes: error is %v, want one line with %q", len(raw), err, words)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%d bytes: %d bytes were allocated", len(raw), used)
	}
}

func TestCutShort(t *testing.T) {
	x := newFixture(t)
	x.electrodes()
	x.units()
	x.must(x.f.Close())
	raw, err := os.ReadFile(x.path)
	x.must(err)
	refuse(t, nil, "is empty")
	refuse(t, []byte("unit,time\n"), "is not HDF5")
	for _, n := range []int{8, 100, len(raw) / 3, len(raw) / 2, len(raw) - 1} {
		refuse(t, raw[:n], "perhaps cut short")
	}
}

// A data set of 2 × 3 numbers that claims 2 × 3 billion: 48 GB in some kilobytes.
func TestLyingShape(t *testing.T) {
	x := newFixture(t)
	x.group("/acquisition/e", "ElectricalSeries")
	x.must(h5.Write(x.f, "/acquisition/e/data", []int{0x1234, 3}, make([]int8, 3*0x1234), h5.Layout{}))
	x.must(h5.Write(x.f, "/acquisition/e/starting_time", nil, []float64{0}, h5.Layout{}))
	x.attr("/acquisition/e/starting_time", "rate", 10.0)
	x.must(x.f.Close())
	raw, err := os.ReadFile(x.path)
	x.must(err)
	honest := []byte{0x34, 0x12, 0, 0, 0, 0, 0, 0}
	if bytes.Count(raw, honest) == 0 {
		t.Fatal("the shape is not where it was")
	}
	refuse(t, bytes.ReplaceAll(raw, honest, []byte{0x34, 0x12, 0, 0, 2, 0, 0, 0}), "/acquisition/e/data: claims 25769817756 elements of 1 bytes")
}
