package activationmaximisation

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/num/surrogate"
)

const (
	shownStimuli = 12 // in the figure
	shownInRow   = 4
	pngSide      = 128 // small pictures are enlarged to about this
)

func (s *subject) finding(st *Stimuli, nl *nulls) *nissl.Finding {
	f := &nissl.Finding{Notes: s.notes}
	z, zs := standings(st, nl.Random)
	own, others := alike(st, nl.Strangers)
	f.AddMetric("units", float64(len(s.units)), "", "")
	f.AddMetric("norm", s.o.Norm, "", "largest L2 norm of a stimulus, in the network's numbers")
	f.AddMetric("standard_deviations", z, "", "mean over units of how far the best stimulus drives the unit above random inputs of the same norm")
	f.AddMetric("restart_correlation", own, "", "mean correlation of a unit's stimuli from different noise")
	f.AddMetric("stranger_correlation", mean(others), "", "mean correlation with the stimuli of networks with shuffled weights")
	if !s.o.Picture.none() {
		share := 0.
		for u := range s.units {
			share += s.o.Picture.HighFrequencyShare(st.Of(u, st.Best(u))) / float64(len(s.units))
		}
		f.AddMetric("high_frequency_share", share, "", "of the stimuli's power, at more than a quarter of a cycle per pixel")
	}
	f.Summary = fmt.Sprintf("The stimuli of %d units of %s drive them %.1f standard deviations above random inputs of the same norm (the largest of %d random inputs: %.1f).",
		len(s.units), s.site.Name, z, len(zs), largest(zs))
	causal := "the stimulus is put in and the unit answers: this is the causal check"
	add := func(e nissl.Evidence) {
		e.NullMean = mean(e.NullRuns)
		e.Effect = e.Observed - e.NullMean
		e.P = surrogate.Upper(e.Observed, e.NullRuns)
		e.Passed = e.P <= .05
		f.Evidence = append(f.Evidence, e)
	}
	add(nissl.Evidence{Name: "response to the stimulus", Observed: z, NullRuns: zs, Causal: causal,
		Null: fmt.Sprintf("%d random inputs of the same norm, of pictures every other one smooth", len(zs)),
		Doc:  "mean over units, in standard deviations of the responses to random inputs"})
	if nl.Data != nil {
		above, runs := aboveData(st, nl)
		f.AddMetric("above_data", above, "", "share of units that their stimulus drives above every picture of the data scaled to the same norm")
		add(nissl.Evidence{Name: "units driven above all pictures", Observed: above, NullRuns: runs, Causal: causal,
			Null: fmt.Sprintf("%d random inputs in place of the stimulus", len(runs)),
			Doc:  fmt.Sprintf("share of units; %d pictures, each scaled to the norm of the stimuli", s.data.Len())})
		f.Summary += fmt.Sprintf(" %.0f %% of the units answer to theirs more than to any of %d pictures of equal norm.", 100*above, s.data.Len())
	}
	add(nissl.Evidence{Name: "the stimulus is of what the network learnt", Observed: z, NullRuns: shown(nl),
		Null:   fmt.Sprintf("the stimuli of the same units in %d networks with the numbers of each weight shuffled, shown to the network", len(others)),
		Doc:    "response of a unit, mean over units, in standard deviations of the responses to random inputs",
		Causal: "shuffling the weights is the intervention: what of the stimulus comes from the priors alone stays"})
	s.table(f, st, nl)
	f.Arrays = append(f.Arrays, s.array(st))
	f.Figures = append(f.Figures, s.bars(st, nl))
	if !s.o.Picture.none() {
		f.Figures = append(f.Figures, s.pictures(st))
	}
	return f
}

func (s *subject) table(f *nissl.Finding, st *Stimuli, nl *nulls) {
	var unit []int
	var response, spread, random, data, high, size []float64
	for u, id := range s.units {
		_, sd := meanSD(st.Response[u*st.Restarts:][:st.Restarts])
		best := st.Of(u, st.Best(u))
		unit, response, spread = append(unit, id), append(response, st.Top(u)), append(spread, sd)
		random, size = append(random, largest(nl.Random[u])), append(size, norm(best))
		if nl.Data != nil {
			data = append(data, largest(nl.Data[u]))
		}
		if !s.o.Picture.none() {
			high = append(high, s.o.Picture.HighFrequencyShare(best))
		}
	}
	columns := []nissl.Column{nissl.Col("unit", "", unit), nissl.Col("name", "", s.labels), nissl.Col("response", "", response),
		nissl.Col("spread_over_restarts", "", spread), nissl.Col("best_of_random", "", random), nissl.Col("norm", "", size)}
	if data != nil {
		columns = append(columns, nissl.Col("best_of_data", "", data))
	}
	if high != nil {
		columns = append(columns, nissl.Col("high_frequency_share", "", high))
	}
	f.AddTable("units", fmt.Sprintf("units of %s: response to the best of %d stimuli", s.site.Name, st.Restarts), columns...)
}

// array of the best stimuli.
func (s *subject) array(st *Stimuli) nissl.Array {
	a := nissl.Array{Name: "stimuli", Doc: "unit × network's input, in the network's numbers: the best of the restarts", Shape: append([]int{len(s.units)}, s.shape...)}
	for u := range s.units {
		a.F32 = append(a.F32, st.Of(u, st.Best(u))...)
	}
	return a
}

// bars of responses beside those to random inputs.
func (s *subject) bars(st *Stimuli, nl *nulls) nissl.Figure {
	b := &nissl.Bars{}
	for u := range min(40, len(s.units)) {
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range nl.Random[u] {
			low, high = min(low, v), max(high, v)
		}
		b.Names, b.Values = append(b.Names, s.labels[u]), append(b.Values, st.Top(u))
		b.Low, b.High = append(b.Low, low), append(b.High, high)
	}
	return nissl.Figure{Name: "responses", Title: "Response of each unit to its stimulus", Caption: "The range is that of the responses to random inputs of the same norm.",
		Panels: []nissl.Panel{{YLabel: "response", Bars: b}}}
}

// pictures of the stimuli, the mean over channels.
func (s *subject) pictures(st *Stimuli) nissl.Figure {
	fig := nissl.Figure{Name: "stimuli", Title: "Preferred stimuli of " + s.site.Name, Caption: "The best of the restarts; channels are averaged (the folder stimuli has them in colour)."}
	p := s.o.Picture
	for u := range min(shownStimuli, len(s.units)) {
		h := &nissl.Heatmap{Rows: p.Rows, Cols: p.Cols, Values: make([]float64, p.Rows*p.Cols)}
		for i, v := range st.Of(u, st.Best(u)) {
			h.Values[i%len(h.Values)] += float64(v) / float64(p.Channels)
		}
		fig.Panels = append(fig.Panels, nissl.Panel{Title: s.labels[u], Beside: u%shownInRow > 0, Heatmap: h})
	}
	return fig
}

// write writes every best stimulus as a PNG.
func (s *subject) write(folder string, st *Stimuli) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for u, id := range s.units {
		var b bytes.Buffer
		if err := png.Encode(&b, s.picture(st.Of(u, st.Best(u)))); err != nil {
			return err
		}
		name := fmt.Sprintf("%s_%d.png", strings.NewReplacer("/", "_", " ", "_").Replace(s.site.Name), id)
		if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// picture is an input as a person sees it, small ones enlarged.
func (s *subject) picture(x []float32) image.Image {
	p := s.o.Picture
	by := max(1, pngSide/max(p.Rows, p.Cols))
	plane := p.Rows * p.Cols
	shade := func(c, i int) uint8 {
		if s.bgr {
			c = p.Channels - 1 - c
		}
		c = min(c, p.Channels-1)
		k := min(c, len(s.o.Low)-1)
		v := (x[c*plane+i] - s.o.Low[k]) / (s.o.High[k] - s.o.Low[k])
		return uint8(math.Round(255 * float64(min(max(v, 0), 1))))
	}
	m := image.NewRGBA(image.Rect(0, 0, by*p.Cols, by*p.Rows))
	for y := range by * p.Rows {
		for k := range by * p.Cols {
			i := y/by*p.Cols + k/by
			m.SetRGBA(k, y, color.RGBA{shade(0, i), shade(1, i), shade(2, i), 255})
		}
	}
	return m
}

func mean(x []float64) float64 {
	m, _ := meanSD(x)
	return m
}
