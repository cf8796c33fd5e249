package bundle

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"nissl"
	"nissl/internal/npy"
)

// example has something of everything that a recording can hold.
func example() *nissl.Recording {
	traces := nissl.NewTraces(3, 4, 12.5)
	for i, r := range traces.Rows {
		for k := range r {
			r[k] = float32(i) + float32(k)/7
		}
	}
	traces.Unit, traces.Start = "dF/F", 0.1
	u := nissl.NewUnits([]string{"AVAL", "AVAR", "µ#3"})
	u.Set(nissl.Column{Name: "x", Unit: "µm", Doc: "posterior", Values: []float64{1, 2, 3}})
	u.Set(nissl.Col("good", "", []bool{true, false, true}))
	u.Set(nissl.Col("cluster", "", []int64{7, -1, math.MaxInt64}))
	return &nissl.Recording{
		Name: "worm 1", Units: u, Traces: traces, SessionStart: "2026-11-22T18:00:00+01:00", Notes: []string{"rate was guessed"},
		Spikes: &nissl.Spikes{Times: [][]float64{{0.1, 1.0 / 3, 5}, {}, {-0.5, 2e-9}}, Span: nissl.Interval{Start: -1, Stop: 6}, ClockHz: 30000},
		Covariates: []nissl.Covariate{
			{Name: "velocity", Unit: "mm/s", Values: [][]float64{{1, 2, 3}}, Rate: 3, Start: 0.7},
			{Name: "position", Unit: "mm", Columns: []string{"x", "y"}, Values: [][]float64{{1, 2}, {3, 4}}, Times: []float64{0, 1.5}},
			{Name: "word", Text: []string{"the", "", "brain"}, Times: []float64{0, 0, 2}},
			{Name: "token", Values: [][]float64{{1}, {2}}, Text: []string{"x"}, Rate: 1},
		},
		Epochs: []nissl.Epochs{
			{Name: "trials", Start: []float64{0, 2}, Stop: []float64{1, 3}, Table: nissl.Table{Columns: []nissl.Column{
				nissl.Col("choice", "", []string{"left", "right"}), nissl.Col("start_s", "", []float64{9, 8}), nissl.Col("n", "", []int64{1, 2})}}},
			{Name: "events", Start: []float64{0.5}, Stop: []float64{0.5}, Table: nissl.Table{Columns: []nissl.Column{
				nissl.Col("n", "", []string{"two"}), nissl.Col("ok", "", []bool{true}), nissl.Col("choice", "", []string{"up"})}}},
			{Name: "plain", Start: []float64{1}, Stop: []float64{4}},
		},
	}
}

// same compares what a recording says, not how it lies in memory.
func same(t *testing.T, got, want *nissl.Recording) {
	t.Helper()
	if !reflect.DeepEqual(got.Units, want.Units) {
		t.Errorf("units: got %v, want %v", got.Units, want.Units)
	}
	if !reflect.DeepEqual(got.Traces, want.Traces) {
		t.Errorf("traces: got %v, want %v", got.Traces, want.Traces)
	}
	if g, w := got.Spikes, want.Spikes; fmt.Sprint(g) != fmt.Sprint(w) {
		t.Errorf("spikes: got %v, want %v", g, w)
	}
	if !reflect.DeepEqual(got.Covariates, want.Covariates) {
		t.Errorf("covariates:\ngot  %v\nwant %v", got.Covariates, want.Covariates)
	}
	if !reflect.DeepEqual(got.Epochs, want.Epochs) {
		t.Errorf("epochs:\ngot  %v\nwant %v", got.Epochs, want.Epochs)
	}
	if got.Name != want.Name || got.SessionStart != want.SessionStart || !reflect.DeepEqual(got.Notes, want.Notes) {
		t.Errorf("name, session or notes differ: %q %q %v", got.Name, got.SessionStart, got.Notes)
	}
}

func TestRoundTrip(t *testing.T) {
	whole := example()
	irregular := example()
	irregular.Traces.Times = []float64{0, 0.1, 0.25, 9}
	tracesOnly := example()
	tracesOnly.Spikes, tracesOnly.Covariates, tracesOnly.Epochs = nil, nil, nil
	spikesOnly := example()
	spikesOnly.Traces = nil
	noSamples := example()
	noSamples.Traces = nissl.NewTraces(3, 0, 1)
	for i := range noSamples.Traces.Rows {
		noSamples.Traces.Rows[i] = []float32{}
	}
	for name, want := range map[string]*nissl.Recording{"whole": whole, "irregular": irregular, "traces": tracesOnly, "spikes": spikesOnly, "none": noSamples} {
		t.Run(name, func(t *testing.T) {
			same(t, reread(t, want), want)
		})
	}
}

// reread writes the recording and reads it again.
func reread(t *testing.T, r *nissl.Recording) *nissl.Recording {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.rec")
	if err := Write(path, r, false); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Close() })
	return got
}

// A missing sample stays missing.
func TestNaN(t *testing.T) {
	r := example()
	r.Traces.Rows[1][2] = float32(math.NaN())
	if n := reread(t, r).Traces.Missing(); n != 1 {
		t.Errorf("%d samples are missing, want 1", n)
	}
}

// A recording of many spikes crosses the blocks in which the table is written.
func TestManySpikes(t *testing.T) {
	const n = blockRows/2 + 10
	r := &nissl.Recording{Units: nissl.NumberedUnits(3), Spikes: &nissl.Spikes{Times: make([][]float64, 3), Span: nissl.Interval{Stop: n}}}
	for i := range r.Spikes.Times {
		for k := range n {
			r.Spikes.Times[i] = append(r.Spikes.Times[i], float64(k)+float64(i)/4)
		}
	}
	if !reflect.DeepEqual(reread(t, r).Spikes, r.Spikes) {
		t.Error("spikes differ")
	}
}

func TestSameRecordingSameBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.rec", "b.rec"} {
		if err := Write(filepath.Join(dir, name), example(), false); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := os.ReadDir(filepath.Join(dir, "a.rec"))
	for _, f := range files {
		a, _ := os.ReadFile(filepath.Join(dir, "a.rec", f.Name()))
		b, err := os.ReadFile(filepath.Join(dir, "b.rec", f.Name()))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs", f.Name())
		}
	}
}

func TestOverwrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.rec")
	if err := Write(path, example(), true); err != nil {
		t.Fatal(err)
	}
	old, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := Write(path, example(), false); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a bundle was overwritten unasked: %v", err)
	}
	changed := example()
	changed.Name = "second"
	changed.Traces = old.Traces // still mapped from what is about to be replaced
	if err := Write(path, changed, true); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	same(t, got, changed)

	other := filepath.Join(dir, "photos")
	if err := os.MkdirAll(filepath.Join(other, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(other, example(), true); err == nil || !strings.Contains(err.Error(), "is no recording bundle") {
		t.Errorf("a folder that is no bundle was overwritten: %v", err)
	}
	broken := example()
	broken.Units = nissl.NewUnits([]string{"a", "a", "b"})
	if err := Write(filepath.Join(dir, "broken.rec"), broken, false); err == nil {
		t.Error("an invalid recording was written")
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 2 {
		t.Errorf("left behind: %v", files)
	}
}

// Traces of 40 GB, more than this test may take of memory, open at once and give
// the samples that are asked for. The file is sparse: almost none of it exists.
func TestLargerThanMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a file system with sparse files; runs on Linux")
	}
	const units, samples = 1000, 10_000_000
	path := filepath.Join(t.TempDir(), "a.rec")
	small := &nissl.Recording{Units: nissl.NumberedUnits(units), Traces: nissl.NewTraces(units, 1, 1000)}
	if err := Write(path, small, false); err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Traces.Samples = samples
	b, _ := m.encode()
	if err := os.WriteFile(filepath.Join(path, manifestFile), b, 0o666); err != nil {
		t.Fatal(err)
	}
	sparse(t, filepath.Join(path, tracesFile), units, samples)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, u := range []int{0, 500, units - 1} {
		if v := r.Traces.Rows[u][samples-1]; v != float32(u)+0.5 {
			t.Errorf("unit %d ends with %v, want %v", u, v, float32(u)+0.5)
		}
	}
	if v := r.SelectUnits([]int{500}).Between(9_999, 10_000).Traces; v.Samples() != 1000 || v.Rows[0][999] != 500.5 {
		t.Errorf("slice of unit 500: %d samples", v.Samples())
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("opening %d GB of traces allocated %d MB", 4*units*samples>>30, used>>20)
	}
}

// sparse makes traces of zeros whose units end with their index + 0.5.
func sparse(t *testing.T, path string, units, samples int) {
	t.Helper()
	w, err := npy.Create(path, 32, units, samples)
	if err != nil {
		t.Fatal(err)
	}
	w.Close() // says that values are missing: they are holes
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, _ := f.Stat()
	if err := f.Truncate(st.Size() + 4*int64(units)*int64(samples)); err != nil {
		t.Skipf("this file system has no sparse files of 40 GB: %v", err)
	}
	for u := range units {
		bits := math.Float32bits(float32(u) + 0.5)
		b := []byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)}
		if _, err := f.WriteAt(b, st.Size()+4*(int64(u+1)*int64(samples)-1)); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever recording.json claims of a bundle's files, reading it gives an error or a
// recording.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.rec")
	if err := Write(path, example(), false); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(path, manifestFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for old, lie := range map[string]string{`"samples": 4`: `"samples": -4`, `"samples": 3`: `"samples": 4000000000000`, `"count": 2`: `"count": 9223372036854775807`,
		`"dimensions": 2`: `"dimensions": 1000000000`, `"units": 3`: `"units": 0`, `"rate_hz": 12.5`: `"rate_hz": 1e999`, `"column": "n"`: `"column": "start_s"`} {
		if !bytes.Contains(whole, []byte(old)) {
			f.Errorf("recording.json has no %s any more", old)
		}
		f.Add(bytes.ReplaceAll(whole, []byte(old), []byte(lie)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(path, manifestFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Read(path); err == nil {
			r.Close()
		}
	})
}
