package recordings

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"

	"nissl"
	"nissl/studio/reply"
	"nissl/studio/tiles"
	"nissl/view"
)

// Sizes of a printed figure.
const (
	figureColumns = 480
	figureRows    = 240
	figureLines   = 60     // units that are drawn as lines
	figureTicks   = 400000 // spikes that are drawn one by one
	figureSpans   = 80     // intervals that are shaded
	figureDPI     = 200
)

// figure answers with what is seen from ?t0 to ?t1 of rows ?from to ?to of an order, as
// ?format=svg or png: ?mode=heatmap, raster or lines, with all units together above and
// covariates beneath.
func (s *Recordings) figure(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	order, err := s.orderOf(r.Context(), o, q)
	if err != nil {
		return err
	}
	d := &drawing{ctx: r.Context(), o: o, kind: q.kind(o), order: order}
	d.t0, d.t1 = q.window()
	d.from, d.to = q.rowRange(len(order.Rows))
	if q.err != nil {
		return q.err
	}
	fig, err := d.figure(q.text("mode"))
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s %g-%g s", o.rec.Name, d.t0, d.t1)
	if q.text("format") == "png" {
		b, err := view.PNG(fig, figureDPI)
		if err != nil {
			return err
		}
		return reply.File(w, "image/png", name+".png", b)
	}
	b, err := view.SVG(fig)
	if err != nil {
		return err
	}
	return reply.File(w, "image/svg+xml", name+".svg", b)
}

// drawing is a window of a recording on its way to a figure.
type drawing struct {
	ctx      context.Context
	o        *opened
	kind     tiles.Kind
	order    *tiles.Order
	from, to int
	t0, t1   float64
}

func (d *drawing) figure(mode string) (nissl.Figure, error) {
	fig := nissl.Figure{Name: "recording", Title: d.o.rec.Name, SharedX: true, Groups: slices.Clone(d.order.Names)}
	for i := range d.o.rec.Epochs {
		fig.Groups = append(fig.Groups, d.o.rec.Epochs[i].Name)
	}
	fig.Caption = fmt.Sprintf("%g to %g s, %d of %d units.", d.t0, d.t1, d.to-d.from, d.o.rec.Units.Len())
	above, err := d.summary()
	if err != nil {
		return fig, err
	}
	main, says, err := d.units(mode)
	if err != nil {
		return fig, err
	}
	fig.Caption += " " + says
	fig.Panels = append(fig.Panels, above, main)
	for i := range d.o.rec.Covariates {
		if p, ok := d.covariate(&d.o.rec.Covariates[i]); ok && len(fig.Panels) < 14 {
			fig.Panels = append(fig.Panels, p)
		}
	}
	return fig, nil
}

// units is the panel of the units, and what it shows in words.
func (d *drawing) units(mode string) (nissl.Panel, string, error) {
	rows := d.order.Rows[d.from:d.to]
	switch {
	case mode == "lines" && d.o.rec.Traces != nil && len(rows) <= figureLines:
		p, err := d.lines(rows)
		return p, "Each trace is scaled by its own robust standard deviation.", err
	case mode == "raster" && d.o.rec.Spikes != nil:
		if w, n, err := d.o.levels.SpikesIn(rows, d.t0, d.t1, figureTicks); err != nil || n <= figureTicks {
			return d.raster(rows, w), "Each line is a spike.", err
		}
	}
	h, err := d.heatmap(rows)
	says := "Deviation of each unit from its median, in robust standard deviations."
	if d.kind == tiles.KindSpikes {
		says = "Spikes of a unit per second."
	}
	return nissl.Panel{Height: 6, XLabel: "time (s)", Heatmap: h}, says, err
}

// matrix gathers tiles that cover the window: rows × columns of what their codes mean.
func (d *drawing) matrix(units []int) (values []float64, rows, cols, level, rowLevel int, first int64, err error) {
	g, _ := d.o.levels.Grid(d.kind)
	level = g.Level(d.t1-d.t0, figureColumns)
	seconds := g.Seconds(level)
	bin := func(t float64) int64 { return int64(max(0, min(float64(g.BinsAt(level)), t))) }
	first = bin(math.Floor((d.t0 - g.Start) / seconds))
	cols = int(max(1, bin(math.Ceil((d.t1-g.Start)/seconds))-first))
	for (len(units)-1)>>rowLevel >= figureRows {
		rowLevel++
	}
	rows = (max(len(units), 1)-1)>>rowLevel + 1
	values = make([]float64, rows*cols)
	for i := range values {
		values[i] = nan()
	}
	for x := first / tiles.Width; x <= (g.BinsAt(level)-1)/tiles.Width && x*tiles.Width < first+int64(cols); x++ {
		t, err := d.o.levels.Tile(d.ctx, d.kind, units, tiles.Address{Level: level, X: x, Rows: rowLevel}, false)
		if err != nil {
			return nil, 0, 0, 0, 0, 0, reply.Bad(err)
		}
		for i := range tiles.Width {
			c := x*tiles.Width + int64(i) - first
			if c < 0 || c >= int64(cols) {
				continue
			}
			for r := range rows {
				values[r*cols+int(c)] = d.meaning(t.Codes[r*tiles.Width+i], seconds)
			}
		}
	}
	return values, rows, cols, level, rowLevel, first, nil
}

func (d *drawing) meaning(code uint8, seconds float64) float64 {
	switch {
	case code == tiles.Missing:
		return nan()
	case d.kind == tiles.KindSpikes:
		return tiles.Rate(code) / seconds
	}
	return tiles.Deviation(code)
}

func (d *drawing) heatmap(units []int) (*nissl.Heatmap, error) {
	values, rows, cols, level, rowLevel, first, err := d.matrix(units)
	if err != nil {
		return nil, err
	}
	g, _ := d.o.levels.Grid(d.kind)
	h := &nissl.Heatmap{Rows: rows, Cols: cols, Values: values, X: make([]float64, cols)}
	for i := range h.X {
		h.X[i] = g.Time(level, first+int64(i)) + g.Seconds(level)/2
	}
	if d.kind == tiles.KindSpikes {
		h.Unit, h.High = "Hz", high(values)
	} else {
		h.Unit, h.Low, h.High, h.Diverging = "SD", -4, 4, true
	}
	if rowLevel == 0 && rows <= 120 {
		h.RowNames = d.names(units)
	}
	for r := range rows {
		if d.order.Groups != nil {
			h.RowGroups = append(h.RowGroups, d.order.Groups[d.from+r<<rowLevel])
		}
	}
	return h, nil
}

// high is the value that 2 of 100 are above, so that one burst does not make all else pale.
func high(values []float64) float64 {
	var v []float64
	for _, x := range values {
		if x > 0 {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return 1
	}
	slices.Sort(v)
	return v[len(v)-1-len(v)/50]
}

func (d *drawing) names(units []int) []string {
	out := make([]string, len(units))
	for i, u := range units {
		out[i] = d.o.rec.Units.Name(u)
	}
	return out
}

func (d *drawing) raster(units []int, w tiles.Window) nissl.Panel {
	r := &nissl.Raster{Times: make([][]float64, len(units)), Spans: d.spans()}
	at := 0
	for i, n := range w.Counts {
		for _, t := range w.Offsets[at : at+int(n)] {
			r.Times[i] = append(r.Times[i], w.T0+float64(t))
		}
		at += int(n)
	}
	if len(units) <= 120 {
		r.Names = d.names(units)
	}
	if d.order.Groups != nil {
		r.Groups = d.order.Groups[d.from:d.to]
	}
	// Without a span that covers it the axis would end at the first and last spike.
	r.Spans = append(r.Spans, nissl.Span{Start: d.t0, Stop: d.t0, Group: -1}, nissl.Span{Start: d.t1, Stop: d.t1, Group: -1})
	return nissl.Panel{Height: 6, XLabel: "time (s)", Raster: r}
}

// lines stacks the traces, the first on top, 8 standard deviations apart.
func (d *drawing) lines(units []int) (nissl.Panel, error) {
	l, err := d.o.levels.Lines(d.ctx, units, d.t0, d.t1, 2*figureColumns)
	if err != nil {
		return nissl.Panel{}, reply.Bad(err)
	}
	out := &nissl.Lines{X: l.Times, Spans: d.spans()}
	for i, u := range units {
		c := nissl.Curve{Name: d.o.rec.Units.Name(u), Group: 0, Y: d.stacked(u, i, l.Mean[i])}
		if d.order.Groups != nil {
			c.Group = d.order.Groups[d.from+i]
		}
		if l.Low != nil {
			c.Low, c.High = d.stacked(u, i, l.Low[i]), d.stacked(u, i, l.High[i])
		}
		out.Curves = append(out.Curves, c)
	}
	return nissl.Panel{Height: 6, XLabel: "time (s)", YLabel: "SD", Lines: out}, nil
}

func (d *drawing) stacked(unit, row int, v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = d.o.levels.Deviation(unit, float64(x)) - 8*float64(row)
	}
	return out
}

// summary is the panel of all units together.
func (d *drawing) summary() (nissl.Panel, error) {
	g, _ := d.o.levels.Grid(d.kind)
	level := g.Level(d.t1-d.t0, figureColumns)
	l := &nissl.Lines{Curves: []nissl.Curve{{}}, Spans: d.spans()}
	for x := range (g.BinsAt(level)-1)/tiles.Width + 1 {
		from, to := g.Time(level, x*tiles.Width), g.Time(level, (x+1)*tiles.Width)
		if to <= d.t0 || from >= d.t1 {
			continue
		}
		sum, err := d.o.levels.Summary(d.ctx, d.kind, d.order.Rows, level, x)
		if err != nil {
			return nissl.Panel{}, reply.Bad(err)
		}
		for i, v := range sum.Mean {
			if t := g.Time(level, x*tiles.Width+int64(i)) + g.Seconds(level)/2; t >= d.t0 && t < d.t1 {
				l.X = append(l.X, t)
				l.Curves[0].Y = append(l.Curves[0].Y, float64(v))
			}
		}
	}
	label := "mean SD"
	if d.kind == tiles.KindSpikes {
		label = "mean Hz"
	}
	l.X = append(l.X, d.t1) // NaN: only so that the axis reaches the end
	l.Curves[0].Y = append(l.Curves[0].Y, nan())
	return nissl.Panel{Title: "all units", Height: 1.2, YLabel: label, XLabel: "time (s)", Lines: l}, nil
}

func (d *drawing) covariate(c *nissl.Covariate) (nissl.Panel, bool) {
	out := &nissl.Lines{}
	for k := range min(len(c.Values), mostDimensions) {
		curve, err := tiles.CurveIn(c, k, d.t0, d.t1, figureColumns)
		if err != nil {
			return nissl.Panel{}, false
		}
		line := nissl.Curve{Group: k, Y: make([]float64, 0, len(curve.Times))}
		if k < len(c.Columns) {
			line.Name = c.Columns[k]
		}
		out.X = out.X[:0]
		for i, t := range curve.Times {
			if t < d.t0 || t > d.t1 {
				continue
			}
			out.X = append(out.X, t)
			line.Y = append(line.Y, curve.Low[i]/2+curve.High[i]/2)
			line.Low, line.High = append(line.Low, curve.Low[i]), append(line.High, curve.High[i])
		}
		out.Curves = append(out.Curves, line)
	}
	return nissl.Panel{Title: c.Name, Height: 1, YLabel: c.Unit, XLabel: "time (s)", Lines: out}, len(out.Curves) > 0 && len(out.X) > 0
}

// spans are the epochs of the window, none of a set that has too many.
func (d *drawing) spans() []nissl.Span {
	var out []nissl.Span
	for i, x := range d.o.epochs {
		bars := x.In(d.t0, d.t1, (d.t1-d.t0)/figureColumns)
		if len(bars) > figureSpans {
			continue
		}
		for _, b := range bars {
			out = append(out, nissl.Span{Start: max(b.Start, d.t0), Stop: min(b.Stop, d.t1), Name: d.o.rec.Epochs[i].Name, Group: len(d.order.Names) + i})
		}
	}
	return out
}
