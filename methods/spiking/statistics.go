package spiking

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/method"
	"nissl/num/surrogate"
	"nissl/spiking"
)

// bin of the spike counts, s.
const bin = .005

// describe adds what the run was like: metrics, table, evidence and figure.
func describe(ctx context.Context, f *nissl.Finding, r *nissl.Recording, m *spiking.Model, env *method.Env) error {
	span := r.Spikes.Span
	seconds := span.Stop - span.Start
	all := Statistics(r.Spikes.Times, span)
	f.AddMetric("spikes", float64(r.Spikes.Count()), "", "")
	f.AddMetric("rate", all.Rate, "spikes/s", "mean over all cells")
	f.AddMetric("cv_isi", all.CV, "", "mean over the cells with at least 5 spikes; 1 is a Poisson process")
	f.AddMetric("synchrony", all.Synchrony, "", "variance over mean of the spike count of all cells in bins of 5 ms")
	names, first := []string{}, 0
	var cells, spikes []int64
	var rate, cv, sync []float64
	figure := nissl.Figure{Name: "activity", Title: m.Name, SharedX: true,
		Caption: "spikes of up to 100 cells and the mean rate of each population"}
	raster := &nissl.Raster{}
	rates := &nissl.Lines{}
	for k, p := range m.Populations {
		trains := r.Spikes.Times[first : first+p.N]
		s := Statistics(trains, span)
		names, cells, spikes = append(names, p.Name), append(cells, int64(p.N)), append(spikes, int64(s.Spikes))
		rate, cv, sync = append(rate, s.Rate), append(cv, s.CV), append(sync, s.Synchrony)
		figure.Groups = append(figure.Groups, p.Name)
		show := max(1, 100*p.N/r.Units.Len())
		for i := range show {
			c := i * p.N / show
			raster.Times = append(raster.Times, trains[c])
			raster.Names = append(raster.Names, r.Units.Name(first+c))
			raster.Groups = append(raster.Groups, k)
		}
		x, y := populationRate(trains, span)
		rates.X = x
		rates.Curves = append(rates.Curves, nissl.Curve{Name: p.Name, Y: y, Group: k})
		first += p.N
	}
	f.Tables = append(f.Tables, nissl.NamedTable{Name: "populations", Doc: "what each population did", Table: nissl.Table{Columns: []nissl.Column{
		nissl.Col("population", "", names), nissl.Col("cells", "", cells), nissl.Col("spikes", "", spikes),
		nissl.Col("rate", "spikes/s", rate), nissl.Col("cv_isi", "", cv), nissl.Col("synchrony", "", sync)}}})
	figure.Panels = []nissl.Panel{{Title: "spikes", XLabel: "time (s)", Height: 2, Raster: raster},
		{Title: "rate", XLabel: "time (s)", YLabel: "spikes/s", Lines: rates}}
	f.Figures = append(f.Figures, figure)
	populations := "1 population"
	if n := len(m.Populations); n > 1 {
		populations = fmt.Sprintf("%d populations", n)
	}
	f.Summary = fmt.Sprintf("%d cells of %s ran for %.4g s and spiked %d times: %.3g spikes/s each", r.Units.Len(), populations, seconds, r.Spikes.Count(), all.Rate)
	if !math.IsNaN(all.CV) {
		f.Summary += fmt.Sprintf(", CV of intervals %.2f", all.CV)
	}
	f.Summary += "."
	return synchronyEvidence(ctx, f, r, env)
}

// synchronyEvidence compares the synchrony of all cells with the one of the same trains, shifted.
func synchronyEvidence(ctx context.Context, f *nissl.Finding, r *nissl.Recording, env *method.Env) error {
	if r.Spikes.Count() == 0 {
		f.Summary += " No cell spiked: there is nothing to compare with chance."
		return nil
	}
	rng := env.Rand("synchrony")
	trains := r.Spikes.Times
	if len(trains) > 2000 { // as many cells as it takes
		some := make([][]float64, 2000)
		for i := range some {
			some[i] = trains[i*len(trains)/len(some)]
		}
		trains = some
	}
	e := nissl.Evidence{Name: "synchrony", Observed: synchrony(trains, r.Spikes.Span, nil), Null: "the same trains, each shifted around the run by its own random time",
		Doc:    "variance over mean of the spike count in bins of 5 ms, of all cells or 2,000 of them",
		Causal: "run it again with --do, e.g. 'silence(POPULATION/0-9)', and compare", NullRuns: make([]float64, 39)}
	for i := range e.NullRuns {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.NullRuns[i] = synchrony(trains, r.Spikes.Span, rng)
		e.NullMean += e.NullRuns[i] / float64(len(e.NullRuns))
	}
	e.Effect = e.Observed - e.NullMean
	e.P = surrogate.Upper(e.Observed, e.NullRuns)
	e.Passed = e.P <= .05
	f.Evidence = append(f.Evidence, e)
	if e.Passed {
		f.Summary += fmt.Sprintf(" The cells spike together more than by chance (%.3g against %.3g).", e.Observed, e.NullMean)
	} else {
		f.Summary += fmt.Sprintf(" They do not spike together more than by chance (%.3g against %.3g).", e.Observed, e.NullMean)
	}
	return nil
}

// Activity is first- and second-order statistics of spike trains.
type Activity struct {
	Spikes    int
	Rate      float64 // spikes/s of a cell
	CV        float64 // of the intervals, mean over the cells with at least 5 spikes; NaN without one
	Synchrony float64 // variance over mean of the count of all in bins of 5 ms; NaN without a spike
}

// Statistics of trains (s, sorted) that were observed for a span.
func Statistics(trains [][]float64, span nissl.Interval) Activity {
	var a Activity
	sum, n := 0.0, 0
	for _, t := range trains {
		a.Spikes += len(t)
		if len(t) < 5 {
			continue
		}
		mean := (t[len(t)-1] - t[0]) / float64(len(t)-1)
		variance := 0.0
		for i := 1; i < len(t); i++ {
			d := t[i] - t[i-1] - mean
			variance += d * d / float64(len(t)-1)
		}
		sum += math.Sqrt(variance) / mean
		n++
	}
	a.Rate = float64(a.Spikes) / float64(len(trains)) / (span.Stop - span.Start)
	a.CV = sum / float64(n)
	a.Synchrony = synchrony(trains, span, nil)
	return a
}

// synchrony is the variance over the mean of the count of all trains in bins, each train shifted when there
// is a generator.
func synchrony(trains [][]float64, span nissl.Interval, rng *rand.Rand) float64 {
	length := span.Stop - span.Start
	bins := int(length / bin)
	if bins < 2 {
		return math.NaN()
	}
	counts := make([]float64, bins)
	for _, t := range trains {
		shift := 0.0
		if rng != nil {
			shift = rng.Float64() * length
		}
		for _, x := range t {
			x += shift - span.Start
			if x > length {
				x -= length
			}
			if k := int(math.Ceil(x/bin)) - 1; k >= 0 && k < bins { // a spike at the end of a step belongs to it
				counts[k]++
			}
		}
	}
	mean, variance := 0.0, 0.0
	for _, c := range counts {
		mean += c / float64(bins)
	}
	for _, c := range counts {
		variance += (c - mean) * (c - mean) / float64(bins-1)
	}
	return variance / mean
}

// populationRate is the mean rate of cells over time, at most 400 bins.
func populationRate(trains [][]float64, span nissl.Interval) (x, y []float64) {
	length := span.Stop - span.Start
	width := max(bin, length/400)
	bins := max(1, int(length/width))
	x, y = make([]float64, bins), make([]float64, bins)
	for i := range x {
		x[i] = span.Start + (float64(i)+.5)*width
	}
	for _, t := range trains {
		for _, s := range t {
			if k := int((s - span.Start) / width); k < bins {
				y[k] += 1 / (width * float64(len(trains)))
			}
		}
	}
	return x, y
}
