package neurons

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"nissl"
	"nissl/studio/neurons/activity"
	"nissl/studio/reply"
)

// band is what chance gives for a number, as pages get it.
type band struct {
	Mean reply.Number `json:"mean"`
	Low  reply.Number `json:"low"`
	High reply.Number `json:"high"`
}

func bandOf(b activity.Band) band {
	return band{reply.Number(b.Mean), reply.Number(b.Low), reply.Number(b.High)}
}

func bands(b []activity.Band) []band {
	out := make([]band, len(b))
	for i := range b {
		out[i] = bandOf(b[i])
	}
	return out
}

// measure opens the recording of a request, finds its unit and waits for a turn.
func (n *Neurons) measure(r *http.Request, f func(rec *nissl.Recording, unit int) error) error {
	rec, release, err := n.lib.Recording(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer release()
	unit := -1
	if name := r.URL.Query().Get("unit"); name != "" {
		if unit = rec.Units.Index(name); unit < 0 {
			return reply.Missing(fmt.Errorf("%s has no unit %q", r.PathValue("id"), name))
		}
	}
	select {
	case n.turns <- struct{}{}:
		defer func() { <-n.turns }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	return f(rec, unit)
}

// ofUnit is measure of a request that must name a unit.
func (n *Neurons) ofUnit(r *http.Request, f func(rec *nissl.Recording, unit int) error) error {
	if r.URL.Query().Get("unit") == "" {
		return reply.Bad(errors.New("expected ?unit=NAME"))
	}
	return n.measure(r, f)
}

// serveActivity answers with the course of the unit from ?from to ?to seconds in ?columns.
func (n *Neurons) serveActivity(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		span := rec.Span()
		from, errFrom := number(r, "from", span.Start)
		to, errTo := number(r, "to", span.Stop)
		columns, errColumns := number(r, "columns", 1000)
		if err := errors.Join(errFrom, errTo, errColumns); err != nil {
			return reply.Bad(err)
		}
		s := activity.Course(rec, unit, from, to, int(min(max(columns, 1), 4000)))
		return reply.JSON(w, map[string]any{
			"start_s": reply.Number(s.Start), "stop_s": reply.Number(s.Stop), "step_s": reply.Number(s.Step), "unit": s.Unit, "samples": s.Samples,
			"low": reply.Numbers(s.Low), "high": reply.Numbers(s.High), "mean": reply.Numbers(s.Mean), "spikes_s": reply.Numbers(s.Spikes),
		})
	})
}

func number(r *http.Request, name string, other float64) (float64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return other, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) {
		return 0, fmt.Errorf("?%s=%s: expected a number", name, text)
	}
	return v, nil
}

func (n *Neurons) serveHistogram(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		low, high, count := activity.Histogram(rec, unit, 50)
		if low == nil {
			return reply.JSON(w, nil)
		}
		return reply.JSON(w, map[string]any{"low": reply.Numbers(low), "high": reply.Numbers(high), "count": count, "unit": rec.Traces.Unit})
	})
}

// feature is a covariate as pages get it.
type feature struct {
	Name      string       `json:"name"`
	Unit      string       `json:"unit"`
	Explained reply.Number `json:"explained"`
	Null      reply.Number `json:"null"`
	NullHigh  reply.Number `json:"null_high"`
	Excess    reply.Number `json:"excess"`
	P         reply.Number `json:"p"`
	Q         reply.Number `json:"q"`
	Samples   int          `json:"samples"`
	Classes   bool         `json:"classes"`
	Why       string       `json:"why"`
	Curve     []bin        `json:"curve"`
}

type bin struct {
	Low   reply.Number `json:"low"`
	High  reply.Number `json:"high"`
	Label string       `json:"label"`
	N     int          `json:"n"`
	Mean  reply.Number `json:"mean"`
	SEM   reply.Number `json:"sem"`
	Null  band         `json:"null"`
}

// mostBins of a curve are sent: those of the largest and the smallest means.
const mostBins = 24

func featureOf(f *activity.Feature) feature {
	null := activity.BandOf(f.Null)
	out := feature{Name: f.Name, Unit: f.Unit, Explained: reply.Number(f.Explained), Null: reply.Number(null.Mean), NullHigh: reply.Number(null.High),
		Excess: reply.Number(f.Excess()), P: reply.Number(f.P), Q: reply.Number(f.Q), Samples: f.Samples, Classes: f.Classes, Why: f.Why, Curve: []bin{}}
	for _, b := range f.Curve {
		out.Curve = append(out.Curve, bin{reply.Number(b.Low), reply.Number(b.High), b.Label, b.N, reply.Number(b.Mean), reply.Number(b.SEM), bandOf(b.Null)})
	}
	if len(out.Curve) > mostBins {
		slices.SortStableFunc(out.Curve, func(a, b bin) int { return cmp.Compare(b.Mean, a.Mean) })
		out.Curve = append(out.Curve[:mostBins/2:mostBins/2], out.Curve[len(out.Curve)-mostBins/2:]...)
	}
	return out
}

func (n *Neurons) serveTuning(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		features, y, left := activity.Tuning(rec, unit)
		out := make([]feature, len(features))
		for i := range features {
			out[i] = featureOf(&features[i])
		}
		return reply.JSON(w, map[string]any{"features": out, "left": left, "unit": y.Unit, "step_s": reply.Number(y.Step), "shifts": activity.Shifts})
	})
}

// serveTuned answers with the tuning of every unit to ?feature, most tuned first, as a table.
func (n *Neurons) serveTuned(w http.ResponseWriter, r *http.Request) error {
	return n.measure(r, func(rec *nissl.Recording, _ int) error {
		name := r.URL.Query().Get("feature")
		c := rec.CovariateNamed(name)
		if c == nil {
			return reply.Missing(fmt.Errorf("%s has no covariate %q", r.PathValue("id"), name))
		}
		rows, err := activity.TunedTo(r.Context(), rec, c)
		if err != nil {
			return reply.Bad(err)
		}
		unit, feature := make([]string, len(rows)), make([]string, len(rows))
		explained, null, excess, p, q := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
		for i, v := range rows {
			unit[i], feature[i] = rec.Units.Name(v.Of), v.Name
			explained[i], null[i], excess[i], p[i], q[i] = v.Explained, activity.BandOf(v.Null).Mean, v.Excess(), v.P, v.Q
		}
		t := nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", unit), nissl.Col("feature", "", feature), nissl.Col("explained", "", explained),
			nissl.Col("null", "", null), nissl.Col("excess", "", excess), nissl.Col("p", "", p), nissl.Col("q", "", q)}}
		return reply.Table(w, r, "tuned-to-"+name, t)
	})
}

func (n *Neurons) serveEvents(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		out := []map[string]any{}
		for _, v := range activity.Responses(rec, unit) {
			null := activity.BandOf(v.NullRuns)
			out = append(out, map[string]any{"name": v.Name, "events": v.Events, "unit": v.Unit, "why": v.Why, "time_s": reply.Numbers(v.Time),
				"mean": reply.Numbers(v.Mean), "sem": reply.Numbers(v.SEM), "null": bands(v.Null), "modulation": reply.Number(v.Modulation),
				"null_modulation": bandOf(null), "p": reply.Number(v.P), "shifts": activity.Shifts})
		}
		return reply.JSON(w, out)
	})
}

func (n *Neurons) serveSpikes(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		v := activity.SpikeTiming(rec, unit)
		if v == nil {
			return reply.JSON(w, nil)
		}
		return reply.JSON(w, map[string]any{"spikes": v.Spikes, "rate": reply.Number(v.Rate), "cv": reply.Number(v.CV), "short": reply.Number(v.Short),
			"low_s": reply.Numbers(v.Low), "high_s": reply.Numbers(v.High), "count": v.Count, "poisson": reply.Numbers(v.Poisson),
			"lag_s": reply.Numbers(v.Lag), "auto": reply.Numbers(v.Auto), "null": bands(v.Null), "jitter_s": reply.Number(v.Jitter)})
	})
}

// Partners are shown at most so many, in at most so many windows.
const (
	mostPartners = 10
	mostWindows  = 8
)

func (n *Neurons) servePartners(w http.ResponseWriter, r *http.Request) error {
	return n.ofUnit(r, func(rec *nissl.Recording, unit int) error {
		windows, err := number(r, "windows", mostWindows)
		if err != nil {
			return reply.Bad(err)
		}
		v, err := activity.Partners(r.Context(), rec, unit, mostPartners, int(min(max(windows, 1), 32)))
		if err != nil {
			return err
		}
		partners := []map[string]any{}
		for _, p := range v.Partners {
			in := []map[string]any{}
			for _, c := range p.Windowed {
				in = append(in, map[string]any{"r": reply.Number(c.R), "null": bandOf(c.Null)})
			}
			partners = append(partners, map[string]any{"unit": rec.Units.Name(p.Unit), "r": reply.Number(p.R), "z": reply.Number(p.Z), "p": reply.Number(p.P), "windows": in})
		}
		edges := []reply.Number{}
		for _, i := range v.Windows {
			edges = append(edges, reply.Number(i.Start))
		}
		if k := len(v.Windows); k > 0 {
			edges = append(edges, reply.Number(v.Windows[k-1].Stop))
		}
		null := activity.BandOf(v.NullMost)
		return reply.JSON(w, map[string]any{"partners": partners, "edges_s": edges, "units": v.Units, "step_s": reply.Number(v.Step), "null_most": bandOf(null), "shifts": len(v.NullMost)})
	})
}
