package nissl_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nissl"
)

// small is two units with traces at 2 Hz from second 10 and spikes beside them.
func small() *nissl.Recording {
	t := nissl.NewTraces(2, 6, 2)
	t.Start = 10
	for k := range 6 {
		t.Rows[0][k], t.Rows[1][k] = float32(k), float32(10*k)
	}
	return &nissl.Recording{Name: "small", Units: nissl.NewUnits([]string{"AVAL", "AVAR"}), Traces: t,
		Spikes:     &nissl.Spikes{Times: [][]float64{{10, 10.4, 11.5, 12.9}, {12}}, Span: nissl.Interval{Start: 10, Stop: 13}},
		Covariates: []nissl.Covariate{{Name: "speed", Values: [][]float64{{1, 2, 3}}, Rate: 1, Start: 10}},
		Epochs:     []nissl.Epochs{{Name: "trials", Start: []float64{10, 12}, Stop: []float64{11, 13}}}}
}

func TestBetweenKeepsTheClock(t *testing.T) {
	r := small().Between(11, 12.5)
	if got := r.Traces.Rows[0]; !slices.Equal(got, []float32{2, 3, 4}) || r.Traces.Time(0) != 11 {
		t.Errorf("traces %v from %g s", got, r.Traces.Time(0))
	}
	if got := r.Spikes.Times[0]; !slices.Equal(got, []float64{11.5}) {
		t.Errorf("spikes %v", got)
	}
	if got := r.Covariates[0]; got.Samples() != 2 || got.Time(0) != 11 {
		t.Errorf("covariate has %d samples from %g s", got.Samples(), got.Time(0))
	}
	if got := r.Epochs[0].Start; !slices.Equal(got, []float64{12}) {
		t.Errorf("epochs start at %v", got)
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}

func TestSelectAndDuring(t *testing.T) {
	r := small().SelectUnits([]int{1})
	if r.Units.Name(0) != "AVAR" || r.Traces.Rows[0][1] != 10 || len(r.Spikes.Times[0]) != 1 {
		t.Errorf("selected %v", r.Units.Names())
	}
	parts := small().During(small().EpochsNamed("trials"))
	if len(parts) != 2 || parts[1].Traces.Samples() != 2 || parts[1].Name != "small/trials[1]" {
		t.Errorf("%d parts", len(parts))
	}
}

func TestBin(t *testing.T) {
	r := small()
	counts := r.Spikes.Bin(1)
	if !slices.Equal(counts.Rows[0], []float32{2, 1, 1}) || !slices.Equal(counts.Rows[1], []float32{0, 0, 1}) {
		t.Errorf("counts %v", counts.Rows)
	}
	r.Traces.Rows[0][0] = float32(math.NaN())
	r.Traces.Rows[0][2], r.Traces.Rows[0][3] = float32(math.NaN()), float32(math.NaN())
	b := r.Bin(1).Traces.Rows[0]
	if b[0] != 1 || b[1] == b[1] || b[2] != 4.5 {
		t.Errorf("means without missing samples are 1, none, 4.5; got %v", b)
	}
}

func TestAlign(t *testing.T) {
	a := small().Align([]float64{11, 12.9}, 0.5, 1, 0.5)
	want := []float32{1, 2, 3}
	for k, w := range want {
		if got := a.At(0, 0, k); got != w {
			t.Errorf("lag %g s: %v, want %v", a.Lag[k], got, w)
		}
	}
	if got := a.At(1, 0, 2); got == got {
		t.Errorf("after the end there is no sample, got %v", got)
	}
	s := small()
	s.Traces = nil
	counts := s.Align([]float64{11}, 1, 1, 1)
	if counts.At(0, 0, 0) != 2 || counts.At(0, 0, 1) != 1 {
		t.Errorf("counts %v", counts.Data)
	}
}

func TestGapsAndIndex(t *testing.T) {
	tr := nissl.NewTraces(1, 4, 2)
	tr.Times = []float64{0, 0.5, 3, 3.5}
	if g := tr.Gaps(); len(g) != 1 || g[0] != (nissl.Interval{Start: 1, Stop: 3}) {
		t.Errorf("gaps %v", g)
	}
	if tr.Index(0.6) != 2 || tr.Span() != (nissl.Interval{Start: 0, Stop: 4}) {
		t.Errorf("index %d, span %v", tr.Index(0.6), tr.Span())
	}
	if v := small().Between(11, 11).Traces.Samples(); v != 0 {
		t.Errorf("an empty interval has %d samples", v)
	}
}

func TestChunksCoverAll(t *testing.T) {
	var got []float32
	err := small().Traces.Chunks(4, func(first int, rows [][]float32) error {
		if first != len(got) {
			t.Errorf("chunk begins at %d after %d samples", first, len(got))
		}
		got = append(got, rows[1]...)
		return nil
	})
	if err != nil || !slices.Equal(got, []float32{0, 10, 20, 30, 40, 50}) {
		t.Error(got, err)
	}
}

func TestValidateNamesWhatIsWrong(t *testing.T) {
	for want, harm := range map[string]func(*nissl.Recording){
		"no units":       func(r *nissl.Recording) { r.Units = nissl.NewUnits(nil) },
		"both named":     func(r *nissl.Recording) { r.Units = nissl.NewUnits([]string{"a", "a"}) },
		"neither traces": func(r *nissl.Recording) { r.Traces, r.Spikes = nil, nil },
		"rate":           func(r *nissl.Recording) { r.Traces.Rate = math.NaN() },
		"not sorted":     func(r *nissl.Recording) { r.Spikes.Times[0] = []float64{12, 11} },
		"is NaN":         func(r *nissl.Recording) { r.Spikes.Times[0] = []float64{math.NaN()} },
		"outside":        func(r *nissl.Recording) { r.Spikes.Times[0] = []float64{1} },
		"before it":      func(r *nissl.Recording) { r.Epochs[0].Stop[0] = 9 },
		"unit names":     func(r *nissl.Recording) { r.Traces.Rows = r.Traces.Rows[:1] },
		"after the one":  func(r *nissl.Recording) { r.Traces.Times = []float64{0, 1, 1, 2, 3, 4} },
		"dimension 1":    func(r *nissl.Recording) { r.Covariates[0].Values = [][]float64{{1, 2, 3}, {1}} },
	} {
		r := small()
		harm(r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if err := small().Validate(); err != nil {
		t.Error(err)
	}
}

func TestUniqueNames(t *testing.T) {
	got, changed := nissl.UniqueNames([]string{"a", "a", "", "a#2", "a"})
	if want := []string{"a", "a#3", "2", "a#2", "a#4"}; !slices.Equal(got, want) || changed != 3 {
		t.Errorf("%q, %d changed", got, changed)
	}
}

func TestCovariateHold(t *testing.T) {
	c := nissl.Covariate{Name: "x", Values: [][]float64{{5, 6}}, Times: []float64{1, 2}}
	if v := c.At(0, 0.5); v == v {
		t.Errorf("before the first sample: %v", v)
	}
	if c.At(0, 1.5) != 5 || c.At(0, 9) != 6 {
		t.Error("a covariate holds its last value")
	}
}

func ExampleRecording_Between() {
	r := small().Between(11, 12)
	fmt.Println(r.Traces.Rows[1], r.Spikes.Times[0])
	// Output: [20 30] [11.5]
}

func ExampleParseIntervention() {
	v, err := nissl.ParseIntervention("add(blocks.3.resid_post/17, 2.5, directions/french)")
	fmt.Println(v.Site, v.Units, v.Value, v.Vector, err)
	// Output: blocks.3.resid_post [17] 2.5 directions/french <nil>
}

func TestInterventionRefusals(t *testing.T) {
	for _, s := range []string{"", "silence", "silence()", "explode(V1)", "clamp(V1)", "clamp(V1, x)", "clamp(V1, NaN)",
		"silence(V1, 3)", "patch(V1)", "scale(V1, 1, 2)", "silence(V1", "silence(V1/3-)", "silence(V1/-1)", "silence(V1@)", "silence(V1@7-3)",
		"silence(V1, median)", "freeze(V1, 3)"} {
		if _, err := nissl.ParseIntervention(s); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want one line", s, err)
		}
	}
}

// FuzzIntervention: what can be read is written back to the same value.
func FuzzIntervention(f *testing.F) {
	for _, s := range []string{"silence(V1/3)", "add(a.b, -1e3, d)", "patch(x/0, run.rec)", "project(s, v)", "prune(q/12)",
		"silence(a/1+5+20-29:*@-3--1+0.5, mean:x.rec)", "freeze(V1/x/2:3)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := nissl.ParseIntervention(s)
		if err != nil {
			return
		}
		w, err := nissl.ParseIntervention(v.String())
		if err != nil || !reflect.DeepEqual(v, w) {
			t.Errorf("%q was read as %+v and written as %q, which reads as %+v (%v)", s, v, v, w, err)
		}
	})
}

func TestChoiceIndexes(t *testing.T) {
	for text, want := range map[string]string{"*": "[0 1 2 3]", "-1": "[3]", "0+2-3": "[0 2 3]", "-2--1": "[2 3]", "1--1": "[1 2 3]"} {
		s, err := nissl.ParseChoice(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Indexes(4); err != nil || fmt.Sprint(got) != want || s.String() != text {
			t.Errorf("%s of 4 is %v (%v), want %s; written %s", text, got, err, want, s)
		}
	}
	for _, text := range []string{"4", "-5", "0.5", "2--3"} {
		s, err := nissl.ParseChoice(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Indexes(4); err == nil {
			t.Errorf("%s of 4 is %v, want an error", text, got)
		}
	}
}
