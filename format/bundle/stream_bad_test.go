package bundle

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
)

// small is the header of two units of which n samples are known to come.
func small(n int) Header {
	return Header{Name: "small", Units: nissl.NumberedUnits(2), Traces: &TraceHeader{Rate: 1, Samples: n}, Spikes: &SpikeHeader{Start: 1}}
}

func create(t *testing.T, path string, h Header) *Stream {
	t.Helper()
	s, err := Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, expected one line with %q", err, words)
	}
}

// What is refused changes nothing: the stream goes on.
func TestStreamRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rec")
	s := create(t, path, small(3))
	nan := math.NaN()
	refused(t, s.Append(2, make([]float32, 3)), "not one of 2 samples")
	refused(t, s.Append(1, make([]float32, 3)), "1 samples × 3 units for 2")
	refused(t, s.Append(4, make([]float32, 8)), "says that there are 3")
	refused(t, s.AppendRows([][]float32{{1}}), "of 1 units for 2")
	refused(t, s.AppendRows([][]float32{{1}, {}}), "row 1 has 0 samples")
	refused(t, s.AppendSpikes(2, []float64{2}), "unit 2; there are 2")
	refused(t, s.AppendSpikes(0, []float64{0.5}), "before the units are observed")
	refused(t, s.AppendSpikes(0, []float64{2, nan}), "NaN")
	refused(t, s.AppendSpikes(0, []float64{2, 1.5}), "1.5 s after one at 2 s")
	token := nissl.Covariate{Name: "token", Text: []string{"a"}, Rate: 1}
	refused(t, s.AppendCovariate(nissl.Covariate{Name: "token", Text: []string{"a"}}), "rate is 0 Hz")
	if err := errors.Join(s.AppendCovariate(token), s.AppendCovariate(nissl.Covariate{Name: "token", Text: []string{"b"}})); err != nil {
		t.Fatal(err)
	}
	refused(t, s.AppendCovariate(nissl.Covariate{Name: "token", Values: [][]float64{{1}}}), "has 1 dimensions")
	token.Rate = 2
	refused(t, s.AppendCovariate(token), "sampled at 2 Hz, before at 1 Hz")
	refused(t, s.AppendEpochs(nissl.Epochs{Name: "e", Start: []float64{1}, Stop: []float64{0}}), "before it starts")
	if err := s.AppendEpochs(nissl.Epochs{Name: "e", Start: []float64{1}, Stop: []float64{2}}); err != nil {
		t.Fatal(err)
	}
	refused(t, s.AppendEpochs(nissl.Epochs{Name: "e", Start: []float64{1}, Stop: []float64{2}, Table: nissl.Table{Columns: []nissl.Column{nissl.Col("n", "", []int{1})}}}), "before they had []")
	if err := errors.Join(s.AppendSpikes(0, []float64{1, 2}), s.Append(2, make([]float32, 4))); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Finish(context.Background()), "2 of 3 samples are there")
	ended, end := context.WithCancel(context.Background())
	end()
	if err := s.Append(1, make([]float32, 2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("finished after the end: %v", err)
	}
	if err := s.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Append(1, make([]float32, 2)), "is closed")
	r, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Spikes.Count() != 2 || r.Spikes.Span != (nissl.Interval{Start: 1, Stop: 2}) || r.Traces.Samples() != 3 || r.CovariateNamed("token").Samples() != 2 {
		t.Errorf("read %v, %v", r.Spikes, r.Traces)
	}
	for _, h := range []Header{{Units: nissl.NumberedUnits(1)}, {}, {Units: nissl.NumberedUnits(1), Traces: &TraceHeader{}},
		{Units: nissl.NumberedUnits(1), Traces: &TraceHeader{Rate: 1, Dtype: "float64"}}, {Units: nissl.NumberedUnits(1), Spikes: &SpikeHeader{Start: nan}},
		{Units: nissl.NumberedUnits(1), Traces: &TraceHeader{Rate: 1, Samples: -1}}, {Units: nissl.NumberedUnits(9), Traces: &TraceHeader{Rate: 1, Samples: math.MaxInt}}} {
		if _, err := Create(filepath.Join(t.TempDir(), "b.rec"), h); err == nil {
			t.Errorf("created of %+v", h)
		}
	}
}

// A partial folder says what it is and belongs to one run and one process.
func TestStreamPartial(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.rec")
	if _, err := Resume(path, small(9)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("resumed nothing: %v", err)
	}
	s := create(t, path, small(9))
	if err := errors.Join(s.Append(4, make([]float32, 8)), s.Commit("four"), s.Append(1, make([]float32, 2))); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		_, err := Resume(path, small(9))
		refused(t, err, "another process is writing")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".partial", path + ".partial/"} {
		_, err := Read(name)
		refused(t, err, "a.rec.partial: is an unfinished recording (4 of 9 samples): run the command")
	}
	if !Format().Sniff(reader.Probe{Path: path + ".partial", Dir: true}) {
		t.Error("a partial folder is not recognised")
	}
	_, err := Create(path, small(9))
	refused(t, err, "unfinished recording is there already")
	other := small(9)
	other.Run = "another"
	_, err = Resume(path, other)
	refused(t, err, `field run was "" in the run that was interrupted and is "another"`)
	_, err = Resume(path, small(8))
	refused(t, err, `"samples":9`)
	other = small(9)
	other.Units = nissl.NewUnits([]string{"a", "b"})
	_, err = Resume(path, other)
	refused(t, err, "is not the table of the units")

	foreign := filepath.Join(dir, "b.rec")
	if err := os.MkdirAll(filepath.Join(foreign+".partial", "photos"), 0o777); err != nil {
		t.Fatal(err)
	}
	_, err = Create(foreign, small(9))
	refused(t, err, "it holds photos")
	if left, err := os.ReadDir(foreign + ".partial"); err != nil || len(left) != 1 {
		t.Errorf("a foreign folder holds %v, %v", left, err)
	}
	if s, err = Resume(path, small(9)); err != nil || s.Samples() != 4 || s.Cursor() != "four" {
		t.Fatalf("resumed with %v", err)
	}
	if err := errors.Join(s.Append(5, make([]float32, 10)), s.Finish(context.Background())); err != nil {
		t.Fatal(err)
	}
	_, err = CreateOrResume(path, small(9))
	refused(t, err, "exists already")
}

// A bundle that is there stays until the new one is whole; a process that dies between
// the rename and the removal of its folder is no obstacle.
func TestStreamOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rec")
	h := small(0)
	h.Overwrite = true
	if err := Write(path, example(), false); err != nil {
		t.Fatal(err)
	}
	s := create(t, path, h)
	old, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, old, example())
	old.Close()
	state, err := os.ReadFile(filepath.Join(s.dir, stateFile))
	if err := errors.Join(err, s.Append(1, []float32{1, 2}), s.Finish(context.Background())); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(path); err != nil || r.Name != "small" || r.Traces.Rows[1][0] != 2 {
		t.Fatalf("read %v, %v", r, err)
	}
	if err := errors.Join(os.Mkdir(s.dir, 0o777), os.WriteFile(filepath.Join(s.dir, stateFile), state, 0o666)); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(path, h); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("resumed what was finished: %v", err)
	}
	if _, err := os.Stat(s.dir); err == nil {
		t.Error("the folder of a finished recording is still there")
	}
}

// However little memory is used to sort them, spikes come out by unit.
func TestSpikesByUnit(t *testing.T) {
	l, err := openSpikes(filepath.Join(t.TempDir(), spikeLogFile), 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.file.Close()
	for i := range 40 {
		for u := range 5 {
			if u != 2 && i < 10*u+1 {
				if err := l.add(u, []float64{float64(i)}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, limit := range []int64{1, 12, 50, 1000} {
		got := make([]string, 5)
		last := 0
		err := l.byUnit(limit, func(u int, times []float64) error {
			if u < last {
				t.Errorf("unit %d after %d", u, last)
			}
			last = u
			got[u] += fmt.Sprint(len(times), times[0], times[len(times)-1])
			return nil
		})
		if fmt.Sprint(got) != "[1 0 0 11 0 10  31 0 30 40 0 39]" || err != nil {
			t.Errorf("limit %d: %v, %v", limit, got, err)
		}
	}
}

// Whatever partial.json claims, resuming gives an error or a stream, and little memory.
func FuzzResume(f *testing.F) {
	g := grow(3, false, "float32")
	path := filepath.Join(f.TempDir(), "a.rec")
	s, err := Create(path, g.h)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 5 {
		if err := g.step(s, i); err != nil {
			f.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(s.dir, stateFile))
	if err != nil {
		f.Fatal(err)
	}
	kept := filepath.Join(f.TempDir(), "kept")
	if err := os.CopyFS(kept, os.DirFS(s.dir)); err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, field := range []string{"tile_width", "samples", "spikes", "dimensions", "bytes", "count", "units", "version"} {
		for _, lie := range []string{"-1", "0", "1", "1000000", "9223372036854775807", "1e999", "null"} {
			if i := strings.LastIndex(string(whole), `"`+field+`": `); i < 0 {
				f.Errorf("%s has no %s any more", stateFile, field)
			} else {
				a := i + len(field) + 4
				b := a + strings.IndexAny(string(whole[a:]), ",\n")
				f.Add([]byte(string(whole[:a]) + lie + string(whole[b:])))
			}
		}
	}
	f.Add([]byte(strings.ReplaceAll(string(whole), `"type": "string"`, `"type": "int64"`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "a.rec")
		if err := os.CopyFS(path+partialSuffix, os.DirFS(kept)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path+partialSuffix, stateFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := Resume(path, g.h)
		if err == nil {
			_ = s.Finish(context.Background())
			s.Close()
		}
		if r, err := Read(path); err == nil {
			r.Close()
		}
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 512 {
			t.Errorf("%d MB were allocated", used)
		}
	})
}
