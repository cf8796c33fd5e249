package nwb

import (
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// fixture is a synthetic NWB file in the making; any failure ends the test.
type fixture struct {
	t    testing.TB
	f    *h5.File
	path string
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.nwb")
	f, err := h5.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	x := &fixture{t, f, path}
	x.attr("/", "nwb_version", "2.7.0")
	x.attr("/", "neurodata_type", "NWBFile")
	x.text("/session_start_time", "2022-04-05T03:00:00+00:00")
	return x
}

func (x *fixture) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *fixture) attr(at, name string, value any) {
	x.t.Helper()
	x.must(x.f.SetAttr(at, name, value))
}

func (x *fixture) text(at string, s ...string) {
	x.t.Helper()
	var shape []int
	if len(s) > 1 || strings.HasSuffix(at, "]") {
		shape = []int{len(s)}
	}
	x.must(x.f.WriteStrings(strings.TrimSuffix(at, "[]"), shape, s, h5.Layout{}))
}

func (x *fixture) group(at, typ string) {
	x.t.Helper()
	x.must(x.f.MakeGroup(at))
	x.attr(at, "neurodata_type", typ)
}

func numbers[T h5.Number](x *fixture, at string, v ...T) {
	x.t.Helper()
	x.must(h5.Write(x.f, at, []int{len(v)}, v, h5.Layout{}))
}

// series makes a TimeSeries whose samples are 0, 1, 2, ... row-major, at 10 Hz from 0 s.
func (x *fixture) series(at, typ string, shape ...int) {
	x.t.Helper()
	x.bare(at, typ, shape...)
	x.must(h5.Write(x.f, at+"/starting_time", nil, []float64{0}, h5.Layout{}))
	x.attr(at+"/starting_time", "rate", 10.0)
}

// bare is a series without a clock.
func (x *fixture) bare(at, typ string, shape ...int) {
	x.t.Helper()
	x.group(at, typ)
	n := 1
	for _, k := range shape {
		n *= k
	}
	v := make([]int16, n)
	for i := range v {
		v[i] = int16(i)
	}
	x.must(h5.Write(x.f, at+"/data", shape, v, h5.Layout{}))
}

// table makes a DynamicTable with n ids from 0.
func (x *fixture) table(at, typ string, ids ...int64) {
	x.t.Helper()
	x.group(at, typ)
	numbers(x, at+"/id", ids...)
}

// region makes a DynamicTableRegion.
func (x *fixture) region(at string, table h5.Target, rows ...int32) {
	x.t.Helper()
	numbers(x, at, rows...)
	x.attr(at, "neurodata_type", "DynamicTableRegion")
	x.attr(at, "table", table)
}

// units makes a Units table of two units with three and two spikes.
func (x *fixture) units() {
	x.t.Helper()
	x.table("/units", "Units", 7, 9)
	numbers(x, "/units/spike_times", 0.5, 1, 1.5, 2, 3)
	numbers(x, "/units/spike_times_index", uint8(3), 5)
}

func (x *fixture) electrodes() {
	x.t.Helper()
	const at = "/general/extracellular_ephys/electrodes"
	x.table(at, "DynamicTable", 10, 11, 12, 13)
	numbers(x, at+"/x", 0.0, 100, 200, 300)
	numbers(x, at+"/y", 1.0, 2, 3, 4)
	x.text(at+"/location", "CA1", "CA1", "CA3", "DG")
}

// open closes the fixture and reads it.
func (x *fixture) open(o reader.Options) *nissl.Recording {
	x.t.Helper()
	x.must(x.f.Close())
	r, err := Open(x.path, o)
	x.must(err)
	return r
}

// fails closes the fixture and expects an error of one line with the words.
func (x *fixture) fails(o reader.Options, words ...string) {
	x.t.Helper()
	x.must(x.f.Close())
	_, err := Open(x.path, o)
	if err == nil {
		x.t.Fatal("opened without an error")
	}
	for _, w := range append(words, x.path) {
		if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
			x.t.Errorf("error is %q, expected one line with %q", err, w)
		}
	}
}

func noted(t *testing.T, r *nissl.Recording, words string) {
	t.Helper()
	for _, n := range r.Notes {
		if strings.Contains(n, words) {
			return
		}
	}
	t.Errorf("no note says %q: %q", words, r.Notes)
}
