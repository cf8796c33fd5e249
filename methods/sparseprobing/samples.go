package sparseprobing

import (
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/model/activity"
	"nissl/model/probe"
	"nissl/num/surrogate"
)

// samples are what is probed of a recording.
type samples struct {
	data    *probe.Data
	names   []string
	feature *Feature
	grouped string // how, in words
	order   bool   // the groups follow one another in time and are alike at their borders
	notes   []string
}

// blocks is how many stretches of time there are where nothing else makes groups.
const blocks = 20

// take takes the samples of a recording.
func take(rec *nissl.Recording, p Params) (*samples, error) {
	rows, at, rate, note, err := rowsOf(rec, p)
	if err != nil {
		return nil, err
	}
	s := &samples{notes: []string{"computed on " + note}}
	if stride := (len(at) + p.Samples - 1) / p.Samples; stride > 1 {
		s.notes = append(s.notes, fmt.Sprintf("every sample of %d is used: --samples %d", stride, p.Samples))
		at = every(at, stride)
		rate /= float64(stride)
		whole := rows
		rows = func(u int) []float32 { return every(whole(u), stride) }
	}
	group, err := s.groups(rec, at, p)
	if err != nil {
		return nil, err
	}
	l := &labelled{rec: rec, at: at, group: group, values: rows}
	if s.feature, err = l.feature(p.Label); err != nil {
		return nil, err
	}
	if s.feature.Epoch != "" && s.feature.Epoch == s.grouped {
		group = s.blocks(len(at))
	}
	for i, known := range s.feature.Known {
		if !known {
			group[i] = -1
		}
	}
	s.data = &probe.Data{Group: group}
	missing := 0
	for u := range rec.Units.Len() {
		if u == s.feature.Unit {
			continue
		}
		row := rows(u)
		if slices.ContainsFunc(row, func(v float32) bool { return v-v != 0 }) {
			missing++
			continue
		}
		s.data.X, s.names = append(s.data.X, row), append(s.names, rec.Units.Name(u))
	}
	if missing > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%d units with missing samples were left out", missing))
	}
	if len(s.data.X) == 0 {
		return nil, fmt.Errorf("no unit is left to probe: of %d, %d have missing samples", rec.Units.Len(), missing)
	}
	if s.order {
		s.data.At, s.data.Gap = at, p.Gap
		if p.Gap < 0 {
			s.data.Gap = correlated(s.data.X, rate, (at[len(at)-1]-at[0])/blocks/2)
		}
	}
	return s, nil
}

// rowsOf gives the activity of units, the times of samples and their rate.
func rowsOf(rec *nissl.Recording, p Params) (rows func(unit int) []float32, at []float64, rate float64, note string, err error) {
	if t := rec.Traces; t != nil && p.Source != activity.Spikes {
		at = make([]float64, t.Samples())
		for i := range at {
			at[i] = t.Time(i)
		}
		rows, rate, note = func(u int) []float32 { return t.Rows[u] }, t.Rate, fmt.Sprintf("traces as they are, %.4g Hz", t.Rate)
	} else {
		m, err := activity.Of(rec, activity.Options{Source: p.Source, Step: p.Step, Sigma: p.Sigma})
		if err != nil {
			return nil, nil, 0, "", err
		}
		at = make([]float64, m.Samples)
		for i := range at {
			at[i] = m.Start + (float64(i)+.5)/m.Rate
		}
		rows, rate, note = func(u int) []float32 { return m.X[u*m.Samples : (u+1)*m.Samples] }, m.Rate, m.Note
	}
	if least := 40; len(at) < least {
		return nil, nil, 0, "", fmt.Errorf("recording %q has %d samples: a probe needs at least %d", rec.Name, len(at), least)
	}
	return rows, at, rate, note, nil
}

// every takes each stride-th value.
func every[T any](x []T, stride int) []T {
	out := make([]T, 0, len(x)/stride+1)
	for i := 0; i < len(x); i += stride {
		out = append(out, x[i])
	}
	return out
}

// blocks groups samples by time.
func (s *samples) blocks(n int) []int {
	s.grouped, s.order = fmt.Sprintf("%d stretches of time", min(blocks, n/2)), true
	return probe.Blocks(n, min(blocks, n/2))
}

// groups says which samples belong together.
func (s *samples) groups(rec *nissl.Recording, at []float64, p Params) ([]int, error) {
	switch p.Groups {
	case "blocks":
		return s.blocks(len(at)), nil
	case "auto":
		for i := range rec.Epochs {
			e := &rec.Epochs[i]
			in := interval(e, at)
			covered := 0
			for _, k := range in {
				if k >= 0 {
					covered++
				}
			}
			if e.Len() >= 5 && covered*10 >= len(at)*8 && !epochsOf(p.Label, e.Name) {
				s.by(e.Name)
				return in, nil
			}
		}
		return s.blocks(len(at)), nil
	}
	if e := rec.EpochsNamed(p.Groups); e != nil {
		s.by(e.Name)
		return interval(e, at), nil
	}
	c := rec.CovariateNamed(p.Groups)
	if c == nil {
		return nil, fmt.Errorf("--groups %s: there are no epochs and no covariate of that name; blocks makes stretches of time", p.Groups)
	}
	s.by(c.Name)
	number, out := map[string]int{}, make([]int, len(at))
	for i, t := range at {
		out[i] = -1
		if k := sampleOf(c, t); k >= 0 {
			key := ""
			if len(c.Text) > 0 {
				key = c.Text[k]
			} else {
				key = fmt.Sprint(c.Values[0][k])
			}
			if _, ok := number[key]; !ok {
				number[key] = len(number)
			}
			out[i] = number[key]
		}
	}
	return out, nil
}

// by names the groups. Documents and images have nothing to do with the one before; what follows one
// another in an experiment has.
func (s *samples) by(name string) { s.grouped, s.order = name, name != "documents" && name != "images" }

// epochsOf says whether a label is made of the epochs.
func epochsOf(label, epochs string) bool {
	name, _, _ := parseLabel(label)
	return name == epochs
}

// correlated is the time (s) over which activity is alike: the first lag at which the autocorrelation, mean
// over up to 64 units, is below a tenth, and most at most.
func correlated(x [][]float32, rate, most float64) float64 {
	lags := max(1, min(int(most*rate), len(x[0])/4))
	sum, stride := make([]float64, lags+1), (len(x)+63)/64
	used := 0
	for u := 0; u < len(x); u += stride {
		row := make([]float64, len(x[u]))
		for i, v := range x[u] {
			row[i] = float64(v)
		}
		ac := surrogate.Autocorrelation(row, lags)
		if len(ac) != lags+1 || math.IsNaN(ac[0]) {
			continue
		}
		used++
		for k, v := range ac {
			sum[k] += v
		}
	}
	for k, v := range sum {
		if v < .1*float64(used) || used == 0 {
			return float64(k) / rate
		}
	}
	return most
}
