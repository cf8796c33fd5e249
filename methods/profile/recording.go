package profile

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/activity"
	"nissl/model/profile"
)

// binsOfCovariate is into how many groups the values of a covariate are put.
const binsOfCovariate = 10

// leastShift of covariates against activity, in seconds.
const leastShift = 10

// recording profiles the units of a recording.
func recording(ctx context.Context, r *nissl.Recording, p Params, env *method.Env) (*nissl.Finding, error) {
	m, err := activity.Of(r, activity.Options{Source: p.Source, Step: p.Step, Sigma: p.Sigma})
	if err != nil {
		return nil, err
	}
	if m.Samples < 8 {
		return nil, fmt.Errorf("recording %q has %d samples: a profile needs at least 8", r.Name, m.Samples)
	}
	out := &Profile{Units: r.Units, Stats: profile.NewStats(m.Units, p.Threshold)}
	moments, err := out.watch(ctx, m, p)
	if err != nil {
		return nil, err
	}
	least := min(int(leastShift*m.Rate), m.Samples/4)
	if err := out.relate(ctx, m.X, m.Units, m.Samples, featuresOf(r, m), least, p, env); err != nil {
		return nil, err
	}
	out.Contexts = moments
	if err := allMissing(out.Stats); err != nil {
		return nil, fmt.Errorf("recording %q: %w", r.Name, err)
	}
	f := &nissl.Finding{Notes: []string{"computed on " + m.Note}}
	out.metrics(f)
	out.tables(f)
	out.figures(f)
	out.evidence(f, env)
	out.summary(f, fmt.Sprintf("%d samples", m.Samples))
	return f, nil
}

func allMissing(s *profile.Stats) error {
	for u := range s.Units() {
		if s.Summary(u).Samples > 0 {
			return nil
		}
	}
	return errors.New("no unit has a sample")
}

// watch gathers the statistics of every unit, and its strongest moments, one from each stretch of as many
// samples as are shown around one.
func (out *Profile) watch(ctx context.Context, m *activity.Matrix, p Params) ([]Context, error) {
	length := 2*p.Reach + 1
	top := profile.NewTop(m.Units, p.Contexts)
	for u := range m.Units {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := m.X[u*m.Samples : (u+1)*m.Samples]
		out.Stats.Calibrate(u, profile.Series{Data: row, Step: 1, N: len(row)})
		for first := 0; first < len(row); first += length {
			x := profile.Series{Data: row, First: first, Step: 1, N: min(length, len(row)-first)}
			if value, at := out.Stats.Add(u, x); at >= 0 && top.Takes(u, value) {
				k := profile.Moment{Value: value, Row: first / length, At: first + at}
				k.First, k.Around = profile.Series{Data: row, Step: 1, N: len(row)}.Around(k.At, p.Reach)
				top.Add(u, k)
			}
		}
	}
	contexts := topContexts(top, m.Units)
	for i := range contexts {
		c := &contexts[i]
		c.Position, c.Time = c.at, m.Start+float64(c.at)/m.Rate
	}
	return contexts, nil
}

// featuresOf are the covariates and epochs of a recording at its samples: numbers in bins of equally many
// samples, texts by what they say, epochs by being in one and by each column of text.
func featuresOf(r *nissl.Recording, m *activity.Matrix) []profile.Feature {
	var out []profile.Feature
	keep := func(f profile.Feature) {
		if f.Groups > 1 && f.Groups <= m.Samples/2 {
			out = append(out, f)
		}
	}
	times := make([]float64, m.Samples)
	for t := range times {
		times[t] = m.Start + float64(t)/m.Rate
		if r.Traces != nil && len(r.Traces.Times) == m.Samples {
			times[t] = r.Traces.Times[t]
		}
	}
	for i := range r.Covariates {
		c := &r.Covariates[i]
		for d := range c.Values {
			label := c.Name
			if d < len(c.Columns) {
				label += " " + c.Columns[d]
			} else if len(c.Values) > 1 {
				label += fmt.Sprintf(" %d", d)
			}
			values := make([]float64, len(times))
			for t, s := range times {
				values[t] = c.At(d, s)
			}
			keep(profile.Binned(label, values, binsOfCovariate))
		}
		if c.Text != nil {
			keep(profile.Named(c.Name, texts(c, times)))
		}
	}
	for i := range r.Epochs {
		for _, f := range epochFeatures(&r.Epochs[i], times) {
			keep(f)
		}
	}
	return out
}

// texts of a covariate in force at each time.
func texts(c *nissl.Covariate, times []float64) []string {
	out := make([]string, len(times))
	i := -1
	for t, s := range times {
		for i+1 < len(c.Text) && c.Time(i+1) <= s+1e-9 {
			i++
		}
		if i >= 0 {
			out[t] = c.Text[i]
		}
	}
	return out
}

// epochFeatures say whether a time is in an epoch, and what the columns of text say of it.
func epochFeatures(e *nissl.Epochs, times []float64) []profile.Feature {
	of := slices.Repeat([]int{-1}, len(times))
	for k := range e.Len() {
		for t, s := range times {
			if s >= e.Start[k] && s < e.Stop[k] {
				of[t] = k
			}
		}
	}
	inside := make([]float64, len(times))
	for t, k := range of {
		if k >= 0 {
			inside[t] = 1
		}
	}
	out := []profile.Feature{profile.Binned(e.Name, inside, 2)}
	for _, c := range e.Table.Columns {
		words, ok := c.Values.([]string)
		if !ok {
			continue
		}
		say := make([]string, len(times))
		for t, k := range of {
			if k >= 0 {
				say[t] = words[k]
			}
		}
		out = append(out, profile.Named(e.Name+" "+c.Name, say))
	}
	return out
}

// finite says whether a number is one.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
