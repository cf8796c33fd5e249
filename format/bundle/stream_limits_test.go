package bundle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"nissl"
)

// A full disk is an error that names the file; what was saved before can be resumed.
func TestStreamFullDisk(t *testing.T) {
	for _, kind := range []string{"traces", "spikes", "known"} {
		full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			t.Skip("needs /dev/full; runs on Linux")
		}
		defer full.Close()
		path := filepath.Join(t.TempDir(), "a.rec")
		h := small(0)
		if kind == "known" {
			h = small(100)
		}
		h.Buffer = 8
		s := create(t, path, h)
		if err := errors.Join(s.Append(2, []float32{1, 2, 3, 4}), s.AppendSpikes(1, []float64{3}), s.Commit("two"), s.Flush()); err != nil {
			t.Fatal(err)
		}
		name := tilesFile
		switch kind {
		case "traces":
			s.traces.file.Close()
			s.traces.file = full
			err = s.Append(2, make([]float32, 4))
		case "known":
			name = tracesFile
			s.traces.file.Close()
			s.traces.file = full
			err = s.Append(2, make([]float32, 4))
		case "spikes":
			name = spikeLogFile
			s.spikes.buf.Reset(full)
			if err = s.AppendSpikes(1, []float64{4}); err == nil {
				err = s.Flush()
			}
		}
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path+".partial") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", kind, err)
		}
		if again := s.Commit("lost"); !errors.Is(again, syscall.ENOSPC) {
			t.Errorf("%s: after a failure: %v", kind, again)
		}
		s.Close()
		if s, err = Resume(path, h); err != nil {
			t.Fatal(err)
		}
		if s.Samples() != 2 || s.Spikes() != 1 || s.Cursor() != "two" {
			t.Errorf("%s: resumed with %d samples, %d spikes, cursor %q", kind, s.Samples(), s.Spikes(), s.Cursor())
		}
		s.Close()
	}
}

// More than any disk holds is refused before anything is recorded, and nothing is left.
func TestStreamNoRoom(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems take the room as it is needed; runs on Linux")
	}
	dir := t.TempDir()
	_, err := Create(filepath.Join(dir, "a.rec"), small(1<<50))
	refused(t, err, "no room for 9007199.3 GB of samples")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The memory of a stream does not depend on how much passes through.
func TestStreamMemory(t *testing.T) {
	const units, block, blocks = 500, 100, 640 // 128 MB
	for _, total := range []int{0, block * blocks} {
		h := Header{Units: nissl.NumberedUnits(units), Traces: &TraceHeader{Rate: 1, Samples: total}, Spikes: &SpikeHeader{}, Buffer: 4 << 20}
		path := filepath.Join(t.TempDir(), "a.rec")
		s := create(t, path, h)
		v, words := make([]float32, units*block), make([]string, block)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range blocks {
			for k := range v {
				v[k] = float32(i)
			}
			err := errors.Join(s.Append(block, v), s.AppendSpikes(i%units, []float64{float64(i)}), s.AppendCovariate(nissl.Covariate{Name: "w", Text: words, Rate: 1}), s.Commit(""))
			if err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 16 {
			t.Errorf("%d MB were allocated for a buffer of 4 MB", used)
		}
		if total == 0 { // as Finish does, with as little memory
			runtime.ReadMemStats(&before)
			if err := errors.Join(s.Flush(), s.traces.merge(context.Background(), filepath.Join(t.TempDir(), tracesFile), 4<<20)); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 8 {
				t.Errorf("merging allocated %d MB", used)
			}
		}
		if err := s.Finish(context.Background()); err != nil {
			t.Fatal(err)
		}
		r, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []int{0, 77 * block, block*blocks - 1} {
			if v := r.Traces.Rows[units-1][k]; v != float32(k/block) {
				t.Errorf("sample %d is %v", k, v)
			}
		}
		r.Close()
	}
}
