package heterogeneousdelays

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"nissl"
)

func (r *results) figures() []nissl.Figure {
	out := []nissl.Figure{r.accuracyFigure(), r.confusionFigure(), r.rasterFigure()}
	if r.task.Sensor.Placed {
		return append([]nissl.Figure{r.kernelFigure()}, out...)
	}
	return append([]nissl.Figure{r.synapseFigure()}, out...)
}

// kernelFigure is a mosaic: classes from top to bottom, delays from left to right, each tile a map of offsets.
func (r *results) kernelFigure() nissl.Figure {
	k, c := r.kernel, r.layer.Classes
	classes := min(c, 16)
	reach := 0
	for _, dx := range k.DX {
		reach = max(reach, dx)
	}
	shown := thinned(slices.Collect(func(yield func(int) bool) {
		for d := range k.Delays {
			if !yield(d) {
				return
			}
		}
	}), 8)
	tile := 2*reach + 2 // with a blank line
	var delays []string
	for _, d := range shown {
		delays = append(delays, fmt.Sprintf("%g", 1000*float64(d)*r.task.Step))
	}
	fig := nissl.Figure{Name: "kernels", Title: "Learnt synapses of each class",
		Caption: fmt.Sprintf("Rows of tiles from top to bottom: %s. Columns from left to right: delays of %s ms. Each tile: where the spike that adds to (or takes from) "+
			"the log-odds of the class lies, relative to the event in the middle, y pointing down. A motif of motion is a trail that lies behind the event, the further the longer the delay.",
			strings.Join(r.task.Classes[:classes], ", "), strings.Join(delays, ", "))}
	titles := []string{"spikes of the same polarity", "spikes of the other polarity"}
	for p := range k.Polarities {
		h := &nissl.Heatmap{Rows: classes*tile - 1, Cols: len(shown)*tile - 1, Diverging: true, Unit: "log-odds"}
		h.Values = slices.Repeat([]float64{math.NaN()}, h.Rows*h.Cols)
		h.RowNames, h.ColNames = make([]string, h.Rows), make([]string, h.Cols) // numbers of lines mean nothing here
		for y := range classes {
			for x, d := range shown {
				for a := range k.Addresses {
					row, col := y*tile+reach+k.DY[a], x*tile+reach+k.DX[a]
					h.Values[row*h.Cols+col] = float64(r.layer.Weights[k.Feature(p, d, a)*c+y])
				}
			}
		}
		title := titles[p]
		if k.Polarities == 1 {
			title = "spikes of either polarity"
		}
		fig.Panels = append(fig.Panels, nissl.Panel{Title: title, XLabel: "delay →", YLabel: "class", Beside: p > 0, Height: 2, Heatmap: h})
	}
	return fig
}

// synapseFigure shows units × delays for each class, where units have no place.
func (r *results) synapseFigure() nissl.Figure {
	k, c := r.kernel, r.layer.Classes
	fig := nissl.Figure{Name: "kernels", Title: "Learnt synapses of each class",
		Caption: "Log-odds that a spike of the unit adds at a delay. A motif is a set of units and delays that bring its spikes together."}
	units := min(k.Addresses, 100)
	for y := range min(c, 12) {
		h := &nissl.Heatmap{Rows: units, Cols: k.Delays, Diverging: true, Unit: "log-odds", RowNames: r.task.Sensor.Names[:units]}
		for d := range k.Delays {
			h.X = append(h.X, 1000*float64(d)*r.task.Step)
		}
		for a := range units {
			for d := range k.Delays {
				h.Values = append(h.Values, float64(r.layer.Weights[k.Feature(0, d, a)*c+y]))
			}
		}
		fig.Panels = append(fig.Panels, nissl.Panel{Title: r.task.Classes[y], XLabel: "delay (ms)", Beside: y%3 > 0, Heatmap: h})
	}
	return fig
}

func (r *results) accuracyFigure() nissl.Figure {
	fig := nissl.Figure{Name: "accuracy", Title: "What the accuracy rests on", Groups: []string{"streams", "single events"},
		Caption: "Accuracy on streams that were not learnt from. Grey: layers learnt from permuted labels, mean. " +
			"In the upper left the largest weights are kept, in the upper right long delays are silenced, in the lower left input spikes are moved in time; " +
			"in the lower right several consecutive events decide together."}
	panel := func(title, x string, points []Point, at func(float64) float64, event, beside bool) {
		l := &nissl.Lines{}
		streams, single := nissl.Curve{Name: "streams"}, nissl.Curve{Name: "single events", Group: 1}
		null := nissl.Curve{Name: "permuted labels", Group: -1}
		for _, p := range points {
			l.X = append(l.X, at(p.X))
			streams.Y, single.Y = append(streams.Y, p.Accuracy), append(single.Y, p.Event)
			null.Y = append(null.Y, stat.Mean(accuracies(r.permutations), nil))
		}
		l.Curves = []nissl.Curve{streams}
		if event {
			l.Curves = append(l.Curves, single)
		}
		l.Curves = append(l.Curves, null)
		fig.Panels = append(fig.Panels, nissl.Panel{Title: title, XLabel: x, YLabel: "accuracy", Beside: beside, Lines: l})
	}
	ms := func(x float64) float64 { return 1000 * x }
	pruning := slices.Clone(r.pruning)
	slices.Reverse(pruning)
	panel("pruning", "log10 of the share of weights", pruning, math.Log10, true, false)
	panel("delays", "longest delay (ms)", r.reach, ms, true, true)
	panel("timing", "jitter of input spikes (ms)", r.jitter, ms, true, false)
	if len(r.events) > 1 {
		panel("evidence", "log10 of events per decision", r.events, math.Log10, false, true)
		fig.Panels[len(fig.Panels)-1].Lines.Curves[0].Name = "decisions"
	}
	return fig
}

func (r *results) confusionFigure() nissl.Figure {
	c := r.layer.Classes
	fig := nissl.Figure{Name: "confusion", Title: "What is taken for what",
		Caption: "Share of the streams of each class (rows) that are taken for each (columns). With one delay motion is taken for its reversal: only the axis is told."}
	if r.task.Classes[0] == "recorded" {
		fig.Caption = "Share of the streams of each class (rows) that are taken for each (columns)."
	}
	for i, v := range []struct {
		name string
		of   *Verdict
	}{{"all delays", r.full}, {"learnt with one delay", r.alone}, {"delays collapsed to one", r.collapsed}} {
		counts := v.of.Confusion()
		for row := range slices.Chunk(counts, c) {
			total := 0.0
			for _, n := range row {
				total += n
			}
			for j := range row {
				row[j] /= max(1, total)
			}
		}
		fig.Panels = append(fig.Panels, nissl.Panel{Title: fmt.Sprintf("%s: %.0f %%", v.name, 100*v.of.Accuracy()), XLabel: "predicted", YLabel: "label", Beside: i > 0,
			Heatmap: &nissl.Heatmap{Rows: c, Cols: c, Values: counts, High: 1, RowNames: r.task.Classes, ColNames: r.task.Classes, Unit: "share"}})
	}
	return fig
}

// rasterFigure lays one stream of each class after another.
func (r *results) rasterFigure() nissl.Figure {
	c := min(r.layer.Classes, 16)
	fig := nissl.Figure{Name: "spikes", Title: "Output spikes", SharedX: true, Groups: r.task.Classes[:c],
		Caption: fmt.Sprintf("Streams of all classes one after another (shaded by their label), none of them learnt from. Above: events at which the class is most probable, with %g or more. "+
			"Below: the leaky neurons of all places that keep the largest %.3g %% of the weights.", r.params.Threshold, 100*r.params.Keep)}
	above, below := &nissl.Raster{Times: make([][]float64, c), Names: r.task.Classes[:c]}, &nissl.Raster{Times: make([][]float64, c), Names: r.task.Classes[:c]}
	for k := range c {
		above.Groups = append(above.Groups, k)
	}
	below.Groups = above.Groups
	at := 0.0
	for label := range c {
		i := slices.IndexFunc(r.neuronStreams, func(s *Stream) bool { return s.Label == label })
		if i < 0 {
			continue
		}
		s := r.neuronStreams[i]
		add := func(to *nissl.Raster, spikes []Spike, stream int) {
			for _, p := range spikes {
				if p.Stream == stream && p.Class < c {
					to.Times[p.Class] = append(to.Times[p.Class], at+float64(p.Tick)*r.task.Step)
				}
			}
		}
		add(above, r.spikes, slices.Index(r.judge, s))
		add(below, r.fired, i)
		end := at + float64(s.Ticks)*r.task.Step
		above.Spans = append(above.Spans, nissl.Span{Start: at, Stop: end, Name: r.task.Classes[label], Group: label})
		at = end
	}
	below.Spans = above.Spans
	fig.Panels = []nissl.Panel{{Title: "regression", YLabel: "output neuron", Raster: above}, {Title: "leaky neurons", XLabel: "time (s)", YLabel: "output neuron", Raster: below}}
	return fig
}
