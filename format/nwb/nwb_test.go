package nwb

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
	"nissl/internal/nissldata"
)

// Values read with h5py 3.16.0 (HDF5 2.0.0) from the file of pynapple's tests:
// units/spike_times_index is [11020 15710 21354], the slices' ends are as below.
func TestMouse(t *testing.T) {
	name := filepath.Join(nissldata.Dir(t), "recordings", "mouse_nwb", "A8604-211122.nwb")
	r, err := Open(name, reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name        string
		n           int
		first, last float64
	}{{"6", 11020, 0.030333, 1087.352833}, {"191", 4690, 0.874333, 1087.258}, {"206", 5644, 0.028133, 1087.221833}}
	sum := 0.0
	for i, w := range want {
		times := r.Spikes.Times[i]
		if r.Units.Name(i) != w.name || len(times) != w.n || times[0] != w.first || times[len(times)-1] != w.last {
			t.Errorf("unit %s: %d spikes from %v to %v, want %+v", r.Units.Name(i), len(times), times[0], times[len(times)-1], w)
		}
		for _, s := range times {
			sum += s
		}
	}
	if math.Abs(sum-12284152.965199001) > 1e-6 {
		t.Errorf("spike times add up to %.9f, h5py's to 12284152.965199001", sum)
	}
	if g, _ := r.Units.Column("electrode_group"); g.Text(2) != "group0_psb" {
		t.Errorf("electrode group is %q", g.Text(2))
	}
	e := r.EpochsNamed("epochs")
	if e == nil || e.Start[0] != 0 || e.Stop[0] != 1087.5289 || e.Table.Columns[0].Text(0) != "wake" {
		t.Errorf("epochs are %+v", e)
	}
	if r.SessionStart != "2022-04-05T03:07:59.411186+00:00" {
		t.Errorf("session start is %s", r.SessionStart)
	}
	in, err := Inspect(name, reader.Options{})
	if err != nil || in.Units != 3 || in.Spikes != 21354 || len(in.Epochs) != 1 || in.ClockOrigin != "timestamps_reference_time" {
		t.Errorf("inspection %+v (%v)", in, err)
	}
}

func TestUnits(t *testing.T) {
	x := newFixture(t)
	x.electrodes()
	x.table("/units", "Units", 7, 9, 11)
	numbers(x, "/units/spike_times", 0.5, 1, 1.5, 2, 3)
	x.attr("/units/spike_times", "resolution", 1/30000.0)
	numbers(x, "/units/spike_times_index", uint8(3), 3, 5) // the second unit is silent
	x.text("/units/quality", "good", "mua", "good")
	x.region("/units/electrodes", "/general/extracellular_ephys/electrodes", 2, 3, 0)
	numbers(x, "/units/electrodes_index", int32(2), 2, 3) // the second unit has none
	x.must(h5.Write(x.f, "/units/obs_intervals", []int{6, 2}, []float64{0, 1, 2, 5, 0, 1, 2, 5, 0, 1, 2, 5}, h5.Layout{}))
	numbers(x, "/units/obs_intervals_index", int32(2), 4, 6)
	x.must(h5.Write(x.f, "/units/waveform_mean", []int{3, 40}, make([]float32, 120), h5.Layout{}))
	numbers(x, "/units/isi", 0.25, math.NaN(), 0.5)
	r := x.open(nil)
	if !reflect.DeepEqual(r.Spikes.Times, [][]float64{{0.5, 1, 1.5}, {}, {2, 3}}) {
		t.Errorf("spikes are %v", r.Spikes.Times)
	}
	if math.Abs(r.Spikes.ClockHz-30000) > 1e-6 || r.Spikes.Span != (nissl.Interval{Start: 0, Stop: 5}) {
		t.Errorf("clock %v Hz, span %v", r.Spikes.ClockHz, r.Spikes.Span)
	}
	row := func(name string) (out []string) {
		c, ok := r.Units.Column(name)
		if !ok {
			t.Fatalf("no column %s", name)
		}
		for i := range c.Len() {
			out = append(out, c.Text(i))
		}
		return out
	}
	for name, want := range map[string][]string{
		"name": {"7", "9", "11"}, "quality": {"good", "mua", "good"}, "electrodes": {"2,3", "", "0"}, "isi": {"0.25", "", "0.5"},
		"x": {"200", "", "0"}, "y": {"3", "", "1"}, "location": {"CA3", "", "CA1"},
	} {
		if got := row(name); !reflect.DeepEqual(got, want) {
			t.Errorf("column %s is %q, want %q", name, got, want)
		}
	}
	if c, _ := r.Units.Column("x"); c.Unit != "um" {
		t.Errorf("x is in %q", c.Unit)
	}
	if e := r.EpochsNamed("obs_intervals"); e == nil || !reflect.DeepEqual(e.Start, []float64{0, 2}) {
		t.Errorf("obs_intervals are %+v", e)
	}
	noted(t, r, "places of units are those of their first electrode")
}

// A doubly ragged column counts twice: spikes of each waveform's electrodes, say.
func TestDoublyRagged(t *testing.T) {
	x := newFixture(t)
	x.units()
	numbers(x, "/units/w", 1.0, 2, 3, 4, 5, 6)
	numbers(x, "/units/w_index", int32(1), 3, 6)
	numbers(x, "/units/w_index_index", int32(2), 3)
	r := x.open(nil)
	if c, _ := r.Units.Column("w"); c.Len() != 2 || c.Text(0) != "1,2,3" || c.Text(1) != "4,5,6" {
		t.Errorf("doubly ragged column is %v", c.Values)
	}
}

func TestBrokenUnits(t *testing.T) {
	tests := map[string]struct {
		index  []int32
		spikes []float64
		words  string
	}{
		"index beyond": {[]int32{3, 9}, []float64{1, 2, 3, 4, 5}, "row 1 ends at 9 but spike_times has 5 values"},
		"index falls":  {[]int32{3, 2}, []float64{1, 2, 3, 4, 5}, "row 1 ends at 2, before the row above it"},
		"negative":     {[]int32{-1, 2}, []float64{1, 2, 3, 4, 5}, "row 0 ends at -1"},
		"index short":  {[]int32{5}, []float64{1, 2, 3, 4, 5}, "has 1 rows, the table has 2"},
		"NaN":          {[]int32{3, 5}, []float64{1, math.NaN(), 3, 4, 5}, "NaN"},
		"infinite":     {[]int32{3, 5}, []float64{1, 2, 3, 4, math.Inf(1)}, "Inf"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newFixture(t)
			x.table("/units", "Units", 0, 1)
			numbers(x, "/units/spike_times", test.spikes...)
			numbers(x, "/units/spike_times_index", test.index...)
			x.fails(nil, test.words, "spike_times")
		})
	}
}

func TestRois(t *testing.T) {
	x := newFixture(t)
	const seg = "/processing/ophys/ImageSegmentation/PlaneSegmentation"
	x.table(seg, "PlaneSegmentation", 100, 101, 102)
	x.must(x.f.WriteCompound(seg+"/pixel_mask", []h5.ColumnData{
		{Name: "x", Data: []int64{1, 3, 5, 7, 9}}, {Name: "y", Data: []int64{2, 2, 4, 6, 8}}, {Name: "weight", Data: []float64{1, 3, 1, 0, 2}}}))
	numbers(x, seg+"/pixel_mask_index", int32(2), 3, 5)
	numbers(x, seg+"/accepted", int8(1), 0, 1)
	for _, name := range []string{"Fluorescence/RoiResponseSeries", "DfOverF/RoiResponseSeries", "Neuropil/RoiResponseSeries"} {
		at := "/processing/ophys/" + name
		x.series(at, "RoiResponseSeries", 4, 2)
		x.region(at+"/rois", seg, 2, 0)
	}
	r := x.open(nil)
	if !reflect.DeepEqual(r.Units.Names(), []string{"102", "100"}) {
		t.Errorf("units are %v", r.Units.Names())
	}
	if !reflect.DeepEqual(r.Traces.Rows, [][]float32{{0, 2, 4, 6}, {1, 3, 5, 7}}) || r.Traces.Rate != 10 {
		t.Errorf("traces %v at %v Hz", r.Traces.Rows, r.Traces.Rate)
	}
	// Centres by hand: ROI 102 is pixels 3 and 4, weights 0 and 2: (9, 8); ROI 100 is
	// pixels 0 and 1, weights 1 and 3: ((1+9)/4, 2).
	if xyz, unit, ok := r.Units.Positions(); !ok || unit != "pixel" || !reflect.DeepEqual(xyz, [][3]float64{{9, 8, 0}, {2.5, 2, 0}}) {
		t.Errorf("positions %v %s %v", xyz, unit, ok)
	}
	if a, _ := r.Units.Column("accepted"); !reflect.DeepEqual(a.Values, []int64{1, 1}) {
		t.Errorf("accepted is %v", a.Values)
	}
	noted(t, r, "of 3 series, /processing/ophys/DfOverF/RoiResponseSeries was taken")
	noted(t, r, "other streams that were not read: processing/ophys/Fluorescence/RoiResponseSeries, processing/ophys/Neuropil/RoiResponseSeries")
	in, err := Inspect(x.path, nil)
	if err != nil || len(in.Streams) != 3 || in.Samples != 4 || !in.Streams[0].Chosen || in.Streams[0].RateHz != 10 {
		t.Errorf("inspection %+v (%v)", in, err)
	}
	if _, err := Open(x.path, reader.Options{"stream": "roiresponseseries"}); err == nil || !strings.Contains(err.Error(), "give more of the path") {
		t.Errorf("three streams of one name: %v", err)
	}
	if _, err := Open(x.path, reader.Options{"stream": "lfp"}); err == nil || !strings.Contains(err.Error(), `no stream "lfp"; it has processing/ophys/DfOverF`) {
		t.Errorf("unknown stream: %v", err)
	}
	if r, err = Open(x.path, reader.Options{"stream": "Neuropil/RoiResponseSeries"}); err != nil || r.Units.Len() != 2 {
		t.Errorf("named stream: %v", err)
	}
}

func TestImageMasks(t *testing.T) {
	x := newFixture(t)
	const seg, at = "/processing/ophys/seg", "/processing/ophys/F"
	x.table(seg, "PlaneSegmentation", 0, 1)
	// Two masks of 3 × 2: one pixel at (2, 1); two pixels at (0, 0) and (0, 1).
	x.must(h5.Write(x.f, seg+"/image_mask", []int{2, 3, 2}, []float32{0, 0, 0, 0, 0, 5, 1, 1, 0, 0, 0, 0}, h5.Layout{}))
	x.series(at, "RoiResponseSeries", 3, 2)
	numbers(x, at+"/rois", int64(0), 1) // without its table: there is only one
	r := x.open(nil)
	if xyz, _, ok := r.Units.Positions(); !ok || !reflect.DeepEqual(xyz, [][3]float64{{2, 1, 0}, {0, 0.5, 0}}) {
		t.Errorf("positions %v", xyz)
	}
	noted(t, r, "was taken, the only one")
}

// V = data × conversion × channel_conversion + offset: the readers disagree on this
// (SpikeInterface applies all three, pynapple none).
func TestElectricalSeries(t *testing.T) {
	x := newFixture(t)
	x.electrodes()
	x.units()
	const at = "/acquisition/raw"
	x.series(at, "ElectricalSeries", 3, 2)
	x.attr(at+"/data", "unit", "volts")
	x.attr(at+"/data", "conversion", 1.95e-7) // Intan's
	x.attr(at+"/data", "offset", 0.5)
	numbers(x, at+"/channel_conversion", 2.0, 4)
	x.region(at+"/electrodes", "/general/extracellular_ephys/electrodes", 3, 1)
	r := x.open(reader.Options{"stream": "raw"})
	want := [][]float32{
		{float32(0*1.95e-7*2 + 0.5), float32(2*1.95e-7*2 + 0.5), float32(4*1.95e-7*2 + 0.5)},
		{float32(1*1.95e-7*4 + 0.5), float32(3*1.95e-7*4 + 0.5), float32(5*1.95e-7*4 + 0.5)}}
	if !reflect.DeepEqual(r.Traces.Rows, want) || r.Traces.Unit != "V" {
		t.Errorf("traces %v %s, want %v", r.Traces.Rows, r.Traces.Unit, want)
	}
	if !reflect.DeepEqual(r.Units.Names(), []string{"13", "11"}) {
		t.Errorf("channels are %v", r.Units.Names())
	}
	if c, _ := r.Units.Column("location"); c.Text(0) != "DG" {
		t.Errorf("location is %v", c.Values)
	}
	noted(t, r, "scale applied: data × channel_conversion × 1.95e-07 + 0.5 → V")
	noted(t, r, "units (spikes)")
	if r, err := Open(x.path, nil); err != nil || r.Spikes == nil || r.Traces != nil {
		t.Errorf("without an option the spikes are read: %v", err)
	}
}

// Types of extensions are known by what they extend.
func TestExtension(t *testing.T) {
	schema := `{"groups":[{"neurodata_type_def":"WidefieldSeries","neurodata_type_inc":"RoiResponseSeries","doc":"",
		"groups":[{"neurodata_type_def":"Inner","neurodata_type_inc":"WidefieldSeries"}]},{"neurodata_type_def":"A","neurodata_type_inc":"B"},
		{"neurodata_type_def":"B","neurodata_type_inc":"A"}]}`
	x := newFixture(t)
	x.text("/specifications/ndx-wide/0.1.0/ndx-wide.extensions", schema)
	x.series("/acquisition/w", "Inner", 4, 3)
	x.group("/acquisition/circle", "A")
	r := x.open(nil)
	if r.Units.Len() != 3 {
		t.Errorf("%d units", r.Units.Len())
	}
	x = newFixture(t)
	x.series("/acquisition/w", "Inner", 4, 3)
	x.fails(nil, "holds no Units with spike_times, RoiResponseSeries or ElectricalSeries")
}

func TestNothing(t *testing.T) {
	x := newFixture(t)
	x.fails(nil, "holds no Units")
	x = newFixture(t)
	x.bare("/acquisition/e", "ElectricalSeries", 3, 2)
	x.fails(nil, "/acquisition/e: has neither timestamps nor starting_time")
	x = newFixture(t)
	x.table("/units", "Units")
	numbers(x, "/units/spike_times", []float64{}...)
	numbers(x, "/units/spike_times_index", []uint8{}...)
	x.fails(nil, "has no units")
}

// A Units table without a spike does not hide the traces.
func TestSilentUnits(t *testing.T) {
	x := newFixture(t)
	x.table("/units", "Units", 0, 1)
	numbers(x, "/units/spike_times", []float64{}...)
	numbers(x, "/units/spike_times_index", uint8(0), 0)
	x.series("/acquisition/e", "ElectricalSeries", 3, 2)
	if r := x.open(nil); r.Traces == nil || r.Spikes != nil {
		t.Error("the silent units were read")
	}
	if r, err := Open(x.path, reader.Options{"stream": "units"}); err != nil || r.Spikes == nil || r.Spikes.Count() != 0 {
		t.Errorf("silent units by name: %v", err)
	}
}
