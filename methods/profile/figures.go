package profile

import (
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/num/surrogate"
)

// figures adds the distributions over units and the card of one of them.
func (p *Profile) figures(f *nissl.Finding) {
	units := p.Units.Len()
	density, kurt := make([]float64, units), make([]float64, units)
	for u := range units {
		s := p.Stats.Summary(u)
		density[u], kurt[u] = s.Density, math.Log10(s.Kurt)
	}
	fig := nissl.Figure{Name: "distributions", Title: "How often and how unevenly units are active",
		Caption: "Share of the units of each layer. A Gaussian unit has a kurtosis of 3 (0.48 on this scale); a unit that is rarely active has a large one."}
	fig.Panels = append(fig.Panels,
		nissl.Panel{Title: "density", XLabel: "share of samples above 0", YLabel: "share of units", Lines: p.byLayer(density, 0, 1)},
		nissl.Panel{Title: "kurtosis", XLabel: "log10 kurtosis", YLabel: "share of units", Lines: p.byLayer(kurt, 0, 4)})
	f.Figures = append(f.Figures, fig)
	if u := p.shown(); u >= 0 {
		f.Figures = append(f.Figures, p.card(u))
	}
	if p.Ablation != nil && len(p.Ablation.Units) > 0 {
		f.Figures = append(f.Figures, p.ablationFigure())
	}
}

// byLayer is the distribution of a value over the units of every layer.
func (p *Profile) byLayer(values []float64, low, high float64) *nissl.Lines {
	const bins = 25
	out := &nissl.Lines{}
	for b := range bins {
		out.X = append(out.X, low+(high-low)*(float64(b)+.5)/bins)
	}
	layers := column(p, "layer", int64(-1))
	groups := map[int64]int{}
	var counts []float64
	for u, v := range values {
		if !finite(v) {
			continue
		}
		g, ok := groups[layers[u]]
		if !ok {
			g = len(out.Curves)
			groups[layers[u]] = g
			label := "all units"
			if layers[u] >= 0 {
				label = fmt.Sprintf("layer %d", layers[u])
			}
			out.Curves = append(out.Curves, nissl.Curve{Name: label, Y: make([]float64, bins), Group: g})
			counts = append(counts, 0)
		}
		out.Curves[g].Y[max(0, min(bins-1, int((v-low)/(high-low)*bins)))]++
		counts[g]++
	}
	for g, c := range out.Curves {
		for b := range c.Y {
			c.Y[b] /= counts[g]
		}
	}
	return out
}

// shown is the unit whose card is drawn: the one of largest score, or else the one that a feature explains best.
func (p *Profile) shown() int {
	if p.Ablation != nil && len(p.Ablation.Units) > 0 {
		return p.Ablation.Units[0].Unit
	}
	shown, most := -1, math.Inf(-1)
	for u := range p.Units.Len() {
		worth := p.Stats.Summary(u).Kurt / 1e9 // where nothing is known to explain it
		if t := p.best(u); t != nil {
			worth = t.Excess(u)
		}
		if worth > most {
			shown, most = u, worth
		}
	}
	return shown
}

// card shows one unit.
func (p *Profile) card(u int) nissl.Figure {
	s := p.Stats.Summary(u)
	fig := nissl.Figure{Name: "card", Title: p.Units.Name(u),
		Caption: fmt.Sprintf("Above 0 in %.1f %% of samples, kurtosis %.3g. Bars: share of its variance that each feature explains, with the range of chance.", 100*s.Density, s.Kurt)}
	counts, edges := p.Stats.Histogram(u)
	lines := &nissl.Lines{}
	curve := nissl.Curve{Name: "samples"}
	for b, c := range counts {
		lines.X = append(lines.X, (edges[b]+edges[b+1])/2)
		curve.Y = append(curve.Y, math.Log10(1+float64(c)))
	}
	lines.Curves = []nissl.Curve{curve}
	fig.Panels = append(fig.Panels, nissl.Panel{Title: "activity", XLabel: "activity", YLabel: "log10 (1 + samples)", Lines: lines})
	if bars := p.tuningBars(u); bars != nil {
		fig.Panels = append(fig.Panels, nissl.Panel{Title: "what explains it", YLabel: "share of variance", Bars: bars})
	}
	if h := p.moments(u); h != nil {
		fig.Panels = append(fig.Panels, nissl.Panel{Title: "strongest moments", XLabel: "tokens or samples from the moment", Height: 1.5, Heatmap: h})
	}
	return fig
}

func (p *Profile) tuningBars(u int) *nissl.Bars {
	bars := &nissl.Bars{}
	for i := range p.Tunings {
		t := &p.Tunings[i]
		if !finite(t.Explained[u]) || i == 12 {
			continue
		}
		low, high := math.Inf(1), math.Inf(-1)
		for _, run := range t.Null {
			low, high = min(low, run[u]), max(high, run[u])
		}
		bars.Names, bars.Values = append(bars.Names, t.Feature), append(bars.Values, t.Explained[u])
		bars.Low, bars.High = append(bars.Low, low), append(bars.High, high)
	}
	if bars.Names == nil {
		return nil
	}
	return bars
}

// moments are the activity around the strongest moments, one in each row.
func (p *Profile) moments(u int) *nissl.Heatmap {
	h := &nissl.Heatmap{}
	reach := 0
	var rows []*Context
	for i := range p.Contexts {
		c := &p.Contexts[i]
		if c.Unit == u && c.Kind == "top" && len(c.Values) > 1 && len(rows) < 12 {
			rows = append(rows, c)
			reach = max(reach, -c.First, len(c.Values)+c.First-1)
		}
	}
	if rows == nil {
		return nil
	}
	h.Rows, h.Cols = len(rows), 2*reach+1
	for x := -reach; x <= reach; x++ {
		h.X = append(h.X, float64(x))
	}
	for _, c := range rows {
		line := make([]float64, h.Cols)
		for i := range line {
			line[i] = math.NaN()
		}
		for i, v := range c.Values {
			line[reach+c.First+i] = v
		}
		h.Values = append(h.Values, line...)
		label := c.Token
		if label == "" {
			label = fmt.Sprintf("%.4g s", c.Time)
		}
		h.RowNames = append(h.RowNames, label)
	}
	return h
}

func (p *Profile) ablationFigure() nissl.Figure {
	bars := &nissl.Bars{}
	half := len(p.Ablation.Units) / 2
	var others []float64
	for _, a := range p.Ablation.Units[half:] {
		others = append(others, a.Mean.Mean)
	}
	slices.Sort(others)
	low, high := surrogate.Quantile(others, .1), surrogate.Quantile(others, .9)
	for _, a := range p.Ablation.Units[:half] {
		bars.Names, bars.Values = append(bars.Names, p.Units.Name(a.Unit)), append(bars.Values, a.Mean.Mean)
		bars.Low, bars.High, bars.Groups = append(bars.Low, low), append(bars.High, high), append(bars.Groups, 0)
	}
	return nissl.Figure{Name: "ablation", Title: "What is lost without a unit",
		Caption: fmt.Sprintf("Rise of the loss when a unit is held at its mean, for the %d units of largest score (the rise that the gradient predicts). The grey range holds four fifths of as many random units of the same density.", half),
		Groups:  []string{"largest score"}, Panels: []nissl.Panel{{YLabel: "rise of the loss / nats", Bars: bars}}}
}
