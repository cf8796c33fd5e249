package guess

import (
	"fmt"
	"strings"
	"testing"

	"nissl/format/reader"
)

// numbers is an array that counts up from 1.
func numbers(name string, shape ...int) Array {
	n := 1
	for _, s := range shape {
		n *= s
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i + 1)
	}
	return Array{Name: name, Shape: shape, Numbers: func() ([]float64, error) { return v, nil }}
}

func constant(name string, v float64) Array {
	return Array{Name: name, Shape: []int{1, 1}, Numbers: func() ([]float64, error) { return []float64{v}, nil }}
}

func texts(name string, v ...string) Array {
	return Array{Name: name, Shape: []int{len(v)}, Texts: func() ([]string, error) { return v, nil }}
}

func TestGuesses(t *testing.T) {
	lists := Array{Name: "s.units", Lists: [][]float64{{1, 2}, {0.5}}, Names: []string{"1", "3"}}
	other := Array{Name: "s.progress", Lists: [][]float64{{3, 1}, {2, 2, 0}}}
	trials := Array{Name: "trials", Trials: []Trial{{2, 3, []float64{1, 2, 3, 4, 5, 6}}, {2, 1, []float64{7, 8}}}}
	for _, c := range []struct {
		name    string
		arrays  []Array
		options string
		want    string // units | rows or spikes | rate | covariates
	}{
		{"the known name before the larger", []Array{numbers("video", 10, 50), numbers("dff", 2, 3)}, "", "0,1 | [[1 2 3] [4 5 6]] | 1 | "},
		{"the larger of unknown ones", []Array{numbers("a", 2, 3), numbers("b", 2, 4)}, "", "0,1 | [[1 2 3 4] [5 6 7 8]] | 1 | "},
		{"told", []Array{numbers("a", 2, 3), numbers("b", 2, 4)}, "traces=a rate=5", "0,1 | [[1 2 3] [4 5 6]] | 5 | "},
		{"rate in the file", []Array{numbers("F", 2, 3), constant("fs", 30)}, "", "0,1 | [[1 2 3] [4 5 6]] | 30 | "},
		{"step in the file", []Array{numbers("F", 2, 3), constant("dt", 0.5)}, "", "0,1 | [[1 2 3] [4 5 6]] | 2 | "},
		{"the option before the file", []Array{numbers("F", 2, 3), constant("fs", 30)}, "rate=7", "0,1 | [[1 2 3] [4 5 6]] | 7 | "},
		{"time decides the axis", []Array{numbers("F", 2, 3), numbers("t", 2)}, "", "0,1,2 | [[1 4] [2 5] [3 6]] | 1 | "},
		{"a covariate decides the axis", []Array{numbers("F", 2, 3), numbers("speed", 2)}, "", "0,1,2 | [[1 4] [2 5] [3 6]] | 1 | speed [[1 2]]"},
		{"names decide the axis", []Array{numbers("F", 3, 2), texts("names", "a", "b", "c")}, "", "a,b,c | [[1 2] [3 4] [5 6]] | 1 | "},
		{"covariates of two dimensions", []Array{numbers("spikes", 4, 9), numbers("pos", 2, 9), numbers("xy", 9, 1)}, "axes=units,samples",
			"0,1,2,3 | [[1 2 3 4 5 6 7 8 9] [10 11 12 13 14 15 16 17 18] [19 20 21 22 23 24 25 26 27] [28 29 30 31 32 33 34 35 36]] | 1 | pos [[1 2 3 4 5 6 7 8 9] [10 11 12 13 14 15 16 17 18]] xy [[1 2 3 4 5 6 7 8 9]]"},
		{"lists that never go down are spikes", []Array{other, lists, numbers("F", 2, 3)}, "", "1,3 | [[1 2] [0.5]]"},
		{"times beside units", []Array{numbers("spike_times", 3), numbers("spike_clusters", 3)}, "unit_s=1/2", "1,2,3 | [[0.5] [1] [1.5]]"},
		{"trials one after another", []Array{trials}, "rate=2", "0,1 | [[1 2 3 7] [4 5 6 8]] | 2 |  | trials [0 1.5]-[1.5 2]"},
		{"by the last part of the path", []Array{numbers("data.x", 2, 3), numbers("meta.y", 2, 4)}, "traces=x", "0,1 | [[1 2 3] [4 5 6]] | 1 | "},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		r, _, err := Recording(c.arrays, o)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := strings.Join(r.Units.Names(), ",") + " | "
		if r.Spikes != nil {
			got += fmt.Sprint(r.Spikes.Times)
		} else {
			var cov []string
			for _, v := range r.Covariates {
				cov = append(cov, fmt.Sprint(v.Name, " ", v.Values))
			}
			got += fmt.Sprint(r.Traces.Rows, " | ", r.Traces.Rate, " | ", strings.Join(cov, " "))
			for _, e := range r.Epochs {
				got += fmt.Sprint(" | ", e.Name, " ", e.Start, "-", e.Stop)
			}
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		arrays        []Array
		options, want string
	}{
		{nil, "", "no arrays of numbers"},
		{[]Array{numbers("w", 5, 5)}, "", "no array looks like activity"},
		{[]Array{numbers("w", 5, 5)}, "traces=v", `there is no array "v": the file holds w (5 × 5)`},
		{[]Array{numbers("w", 5, 5, 5)}, "traces=w", "expected numbers of two dimensions"},
		{[]Array{numbers("w", 5, 5)}, "spikes=w", "--read traces=w if it holds counts"},
		{[]Array{numbers("F", 2, 3), numbers("t", 4)}, "time=t", "cannot be the time"},
		{[]Array{numbers("F", 2, 3), numbers("t", 3)}, "time=t axes=samples,units", "--read axes=units,samples if it lies the other way"},
		{[]Array{numbers("F", 2, 3)}, "names=F", "cannot name"},
		{[]Array{numbers("F", 2, 3), numbers("s", 4)}, "traces=F spikes=s", "the same units"},
		{[]Array{numbers("s", 4), numbers("u", 3)}, "spikes=s spike_units=u", "does not give a unit to each"},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		if _, _, err := Recording(c.arrays, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want an error with %q", c.options, err, c.want)
		}
	}
}
