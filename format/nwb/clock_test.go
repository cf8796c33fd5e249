package nwb

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"nissl/internal/h5"
)

func TestStartingTime(t *testing.T) {
	tests := map[string]struct {
		shape  []int
		value  []float64
		rate   any
		start  float64
		hz     float64
		saying string
	}{
		"list":    {[]int{2}, []float64{1.5, 9}, 30.0, 1.5, 30, "is a list of 2: the first, 1.5 s, was taken"},
		"NaN":     {nil, []float64{math.NaN()}, 30.0, 0, 30, "missing or no number: 0 s was taken"},
		"empty":   {[]int{0}, []float64{}, 30.0, 0, 30, "missing or no number"},
		"float32": {nil, []float64{2}, float32(29.97), 2, 29.97, "single precision"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newFixture(t)
			x.bare("/acquisition/e", "ElectricalSeries", 3, 2)
			x.must(h5.Write(x.f, "/acquisition/e/starting_time", test.shape, test.value, h5.Layout{}))
			x.attr("/acquisition/e/starting_time", "rate", test.rate)
			r := x.open(nil)
			if r.Traces.Start != test.start || r.Traces.Rate != test.hz {
				t.Errorf("%v Hz from %v s, want %v Hz from %v s", r.Traces.Rate, r.Traces.Start, test.hz, test.start)
			}
			noted(t, r, test.saying)
		})
	}
	for name, rate := range map[string]float64{"zero": 0, "NaN": math.NaN(), "negative": -5} {
		t.Run(name, func(t *testing.T) {
			x := newFixture(t)
			x.bare("/acquisition/e", "ElectricalSeries", 3, 2)
			x.must(h5.Write(x.f, "/acquisition/e/starting_time", nil, []float64{0}, h5.Layout{}))
			x.attr("/acquisition/e/starting_time", "rate", rate)
			x.fails(nil, "/acquisition/e/starting_time: rate is", "expected above zero")
		})
	}
}

// Time stamps win over the rate, may be linked from another series, and may have gaps.
func TestTimestamps(t *testing.T) {
	x := newFixture(t)
	x.bare("/acquisition/e", "ElectricalSeries", 6, 2)
	numbers(x, "/acquisition/clock", 1.0, 1.1, 1.2, 3.0, 3.1, 3.2)
	x.must(x.f.LinkSoft("/acquisition/e/timestamps", "/acquisition/clock"))
	x.must(h5.Write(x.f, "/acquisition/e/starting_time", nil, []float64{0}, h5.Layout{}))
	x.attr("/acquisition/e/starting_time", "rate", 999.0)
	r := x.open(nil)
	gaps := r.Traces.Gaps()
	if math.Abs(r.Traces.Rate-10) > 1e-9 || len(gaps) != 1 || math.Abs(gaps[0].Start-1.3) > 1e-9 || gaps[0].Stop != 3 {
		t.Errorf("%v Hz, gaps %v", r.Traces.Rate, gaps)
	}
	in, err := Inspect(x.path, nil)
	if err != nil || len(in.Gaps) != 1 || in.StartS != 1 {
		t.Errorf("inspection %+v (%v)", in, err)
	}

	x = newFixture(t)
	x.bare("/acquisition/e", "ElectricalSeries", 3, 2)
	numbers(x, "/acquisition/e/timestamps", 1.0, 1.1, 1.1)
	x.fails(nil, "/acquisition/e/timestamps: time stamp 2", "does not come after")

	x = newFixture(t)
	x.bare("/acquisition/e", "ElectricalSeries", 3, 4)
	numbers(x, "/acquisition/e/timestamps", 1.0, 1.1)
	x.bare("/acquisition/g", "ElectricalSeries", 3, 2)
	x.fails(nil, "/acquisition/e: 2 time stamps for 3 samples (data of shape [3 4])", "/acquisition/g: has neither timestamps nor starting_time")
}

// Files with channels × samples exist; only the time stamps can tell.
func TestSwappedAxes(t *testing.T) {
	x := newFixture(t)
	x.bare("/acquisition/e", "ElectricalSeries", 2, 4)
	numbers(x, "/acquisition/e/timestamps", 1.0, 1.1, 1.2, 1.3)
	r := x.open(nil)
	if !reflect.DeepEqual(r.Traces.Rows, [][]float32{{0, 1, 2, 3}, {4, 5, 6, 7}}) {
		t.Errorf("traces %v", r.Traces.Rows)
	}
	noted(t, r, "taken as channels × samples, against the format")
}

func TestReferenceTime(t *testing.T) {
	x := newFixture(t)
	x.units()
	x.text("/timestamps_reference_time", "2022-04-05T02:59:50+00:00")
	r := x.open(nil)
	if r.SessionStart != "2022-04-05T02:59:50+00:00" {
		t.Errorf("second 0 is %s", r.SessionStart)
	}
	noted(t, r, "the session started at second 10")
}

// A block is smaller than the series: every sample must still land in its place.
func TestManyBlocks(t *testing.T) {
	x := newFixture(t)
	const n, channels = 300000, 5 // 12 MB as float64
	v := make([]int32, n*channels)
	for i := range v {
		v[i] = int32(i)
	}
	x.group("/acquisition/e", "ElectricalSeries")
	x.must(h5.Write(x.f, "/acquisition/e/data", []int{n, channels}, v, h5.Layout{Chunk: []int{1000, 2}, Gzip: 1}))
	x.must(h5.Write(x.f, "/acquisition/e/starting_time", nil, []float64{0}, h5.Layout{}))
	x.attr("/acquisition/e/starting_time", "rate", 1000.0)
	r := x.open(nil)
	for k, row := range r.Traces.Rows {
		for i, got := range row {
			if want := float32(i*channels + k); got != want {
				t.Fatalf("channel %d sample %d is %v, want %v", k, i, got, want)
			}
		}
	}
}

func TestCovariates(t *testing.T) {
	x := newFixture(t)
	x.units()
	x.series("/processing/behavior/Position/spatial", "SpatialSeries", 4, 2)
	x.attr("/processing/behavior/Position/spatial/data", "unit", "meters")
	x.attr("/processing/behavior/Position/spatial/data", "conversion", 0.01)
	x.bare("/processing/behavior/speed", "TimeSeries", 3)
	numbers(x, "/processing/behavior/speed/timestamps", 2.0, math.NaN(), 1)
	x.group("/stimulus/presentation/notes", "AnnotationSeries")
	x.text("/stimulus/presentation/notes/data", "go", "stop")
	numbers(x, "/stimulus/presentation/notes/timestamps", 1.0, 2)
	x.series("/acquisition/a/same", "TimeSeries", 4)
	x.series("/acquisition/b/same", "TimeSeries", 4)
	x.series("/acquisition/movie", "ImageSeries", 4, 3, 3)
	x.series("/acquisition/volume", "TimeSeries", 4, 3, 3)
	r := x.open(nil)
	p := r.CovariateNamed("spatial")
	if p == nil || p.Unit != "m" || !reflect.DeepEqual(p.Columns, []string{"x", "y"}) || !reflect.DeepEqual(p.Values, [][]float64{{0, .02, .04, .06}, {.01, .03, .05, .07}}) {
		t.Errorf("position is %+v", p)
	}
	if s := r.CovariateNamed("speed"); s == nil || !reflect.DeepEqual(s.Times, []float64{1, 2}) || !reflect.DeepEqual(s.Values, [][]float64{{2, 0}}) {
		t.Errorf("speed is %+v", s)
	}
	if n := r.CovariateNamed("notes"); n == nil || !reflect.DeepEqual(n.Text, []string{"go", "stop"}) {
		t.Errorf("annotations are %+v", n)
	}
	if r.CovariateNamed("a/same") == nil || r.CovariateNamed("b/same") == nil || len(r.Covariates) != 5 {
		t.Errorf("%d covariates", len(r.Covariates))
	}
	noted(t, r, "time stamps were sorted; 1 samples without a time were dropped")
	noted(t, r, "/acquisition/movie: ImageSeries is not read")
	noted(t, r, "left out: /acquisition/volume: data of int16 and shape [4 3 3] fit no covariate")
}

func TestEpochs(t *testing.T) {
	x := newFixture(t)
	x.units()
	const at = "/intervals/trials"
	x.table(at, "TimeIntervals", 0, 1, 2, 3)
	numbers(x, at+"/start_time", float32(0), 1, 2, 3)
	numbers(x, at+"/stop_time", 0.5, math.NaN(), 1.5, 3.5)
	x.text(at+"/choice", "left", "right", "left", "none")
	x.text(at+"/tags", "a", "b", "c")
	numbers(x, at+"/tags_index", uint8(2), 2, 3, 3)
	x.attr(at, "colnames", []string{"start_time", "stop_time", "tags", "choice"})
	x.bare("/processing/behavior/licks", "IntervalSeries", 1)
	x.group("/processing/behavior/runs", "IntervalSeries")
	numbers(x, "/processing/behavior/runs/data", int8(1), -1, 1, -1, 1)
	numbers(x, "/processing/behavior/runs/timestamps", 1.0, 2, 3, 4, 5)
	r := x.open(nil)
	e := r.EpochsNamed("trials")
	if e == nil || !reflect.DeepEqual(e.Start, []float64{0, 1, 3}) || !reflect.DeepEqual(e.Stop, []float64{0.5, 1, 3.5}) {
		t.Fatalf("trials are %+v", e)
	}
	if e.Table.Columns[0].Name != "tags" || e.Table.Columns[0].Text(0) != "a,b" || e.Table.Columns[1].Text(2) != "none" {
		t.Errorf("columns are %+v", e.Table.Columns)
	}
	if e := r.EpochsNamed("runs"); e == nil || !reflect.DeepEqual(e.Start, []float64{1, 3}) || !reflect.DeepEqual(e.Stop, []float64{2, 4}) {
		t.Errorf("runs are %+v", e)
	}
	noted(t, r, "1 intervals have no stop_time and were taken as events")
	noted(t, r, "1 intervals without a start, or that stop before it, were left out")
	noted(t, r, "the interval that opens at 5 s never closes")
	noted(t, r, "left out: /processing/behavior/licks")
}

func TestLostLinks(t *testing.T) {
	x := newFixture(t)
	x.units()
	x.must(x.f.LinkExternal("/acquisition/raw", "raw_part.h5", "/data"))
	x.must(x.f.LinkSoft("/acquisition/gone", "/nowhere"))
	r := x.open(nil)
	noted(t, r, "target raw_part.h5:/data of the link is missing")
	noted(t, r, "target /nowhere of the link is missing")
}

// Series of another file are read through external links.
func TestExternalLink(t *testing.T) {
	x := newFixture(t)
	other := newFixture(t)
	other.series("/acquisition/e", "ElectricalSeries", 3, 2)
	other.must(other.f.Close())
	x.must(os.Rename(other.path, filepath.Join(filepath.Dir(x.path), "part.h5")))
	x.must(x.f.LinkExternal("/acquisition/e", "part.h5", "/acquisition/e"))
	if r := x.open(nil); r.Units.Len() != 2 || r.Traces.Samples() != 3 {
		t.Errorf("%d units, %d samples", r.Units.Len(), r.Traces.Samples())
	}
}
