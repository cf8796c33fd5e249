package view

import (
	"math"

	"nissl"
)

// heat draws a matrix: its cells, lines between groups with coloured strips at the
// edges, names, and a colour bar.
type heat struct {
	kit
	h      *nissl.Heatmap
	x, y   axis
	values extent
	colors *colormap
	timed  bool // columns have positions
}

func newHeat(k kit, h *nissl.Heatmap, x, y axis) *heat {
	d := &heat{kit: k, h: h, x: x, y: y, timed: len(h.X) > 0 && h.Cols > 0, colors: sequential()}
	e := nothing()
	if finite(h.Low) && finite(h.High) && h.Low < h.High {
		e.add(h.Low, h.High)
	} else {
		e.add(h.Values...)
	}
	if h.Diverging {
		d.colors = diverging()
		if !e.empty() {
			m := math.Max(math.Abs(e.lo), math.Abs(e.hi))
			e = extent{-m, m}
		}
	}
	d.values = e
	if !e.empty() {
		d.values = e.widen()
	}
	if d.timed {
		xs := nothing()
		edges := columnEdges(h.X)
		xs.add(edges[0], edges[len(edges)-1])
		d.x = newAxis(x, xs)
	} else {
		d.x = newAxis(axis{label: x.label, whole: true}, extent{0, math.Max(float64(h.Cols), 1)})
	}
	d.y = newAxis(axis{label: y.label, whole: true}, extent{0, math.Max(float64(h.Rows), 1)})
	return d
}

// columnEdges are the borders between columns: half-way between positions.
func columnEdges(x []float64) []float64 {
	n := len(x)
	e := make([]float64, n+1)
	for i := 1; i < n; i++ {
		e[i] = x[i-1]/2 + x[i]/2
	}
	if n == 1 {
		e[0], e[1] = x[0]-0.5, x[0]+0.5
		return e
	}
	e[0], e[n] = x[0]-(e[1]-x[0]), x[n-1]+(x[n-1]-e[n-1])
	return e
}

func (d *heat) xaxis() *axis {
	if d.timed {
		return &d.x
	}
	return nil
}

// aspect is the height of a matrix relative to its width.
func (d *heat) aspect() float64 {
	return clamp(float64(d.h.Rows)/math.Max(float64(d.h.Cols), 1), 0.2, 3)
}

func (d *heat) height(w float64) float64 {
	if d.h.Rows == 0 || d.h.Cols == 0 {
		return 40
	}
	if d.timed {
		if len(d.h.RowNames) > 0 { // room for every name if that is possible
			return clamp(float64(d.h.Rows)*4.7, 36, 340)
		}
		return clamp(float64(d.h.Rows)*sizeTick, 36, 190)
	}
	side := d.insets(w, 0.8*w)
	room := math.Max(w-side.left-side.right, 20)
	return clamp(room*d.aspect(), 30, math.Min(330, float64(d.h.Rows)*30))
}

const (
	stripWidth = 4.0
	stripGap   = 1.5
	barWidth   = 5.0
)

func (d *heat) insets(w, h float64) insets {
	var in insets
	rows := d.planNames(d.h.RowNames, h/math.Max(float64(d.h.Rows), 1))
	switch {
	case len(rows.text) > 0:
		in.left = rows.width + 3
	default:
		in.left = d.leftInset(&axis{extent: d.y.extent, whole: true}, h)
	}
	if d.y.label != "" && len(rows.text) > 0 {
		in.left += sizeLabel + 4
	}
	if len(d.h.RowGroups) > 0 {
		in.right += stripWidth + stripGap
		in.right += d.groupLabels(h)
	}
	in.right += d.barInset(h)
	if len(d.h.ColGroups) > 0 {
		in.top = stripWidth + stripGap
	}
	switch {
	case d.timed || len(d.h.ColNames) == 0:
		in.bottom = bottomInset(&d.x)
	default:
		pitch := (w - in.left - in.right) / math.Max(float64(d.h.Cols), 1)
		if !d.timed && d.h.Rows == d.h.Cols {
			pitch = math.Min(pitch, h/float64(d.h.Rows))
		}
		cols := d.planNames(d.h.ColNames, pitch)
		in.bottom = 3 + cols.width
		if cols.width <= pitch*0.95 {
			in.bottom = 3 + cols.size
		}
		if d.x.label != "" {
			in.bottom += sizeLabel + 4
		}
	}
	return in
}

// groupLabels is the width of the names of the groups right of a matrix h high.
func (d *heat) groupLabels(h float64) float64 {
	w := 0.0
	for _, run := range longestRuns(d.h.RowGroups) {
		if float64(run.n)*h/float64(d.h.Rows) >= sizeTick {
			w = math.Max(w, d.width(d.shorten(d.group(run.group), nameWidth, sizeTick, false), sizeTick, false))
		}
	}
	if w > 0 {
		w += 3
	}
	return w
}

// area is the rectangle that the cells fill: all of r over time, else cells as square
// as r allows.
func (d *heat) area(r rect) rect {
	if d.timed {
		return r
	}
	cell := r.h / float64(d.h.Rows)
	if d.h.Rows == d.h.Cols {
		side := math.Min(r.w, r.h)
		return rect{r.x, r.y, side, side}
	}
	r.w = math.Min(r.w, float64(d.h.Cols)*math.Max(cell*1.6, 16))
	return r
}

func (d *heat) useful(h float64) float64 {
	if d.timed || d.h.Rows == 0 || d.h.Cols == 0 {
		return math.Inf(1)
	}
	return d.area(rect{0, 0, math.Inf(1), h}).w
}

func (d *heat) draw(c canvas, r rect) {
	if d.h.Rows == 0 || d.h.Cols == 0 {
		d.message(c, r, "nothing to draw")
		if d.timed {
			d.drawX(c, r, &d.x)
		}
		return
	}
	r = d.area(r)
	cells := r
	if d.timed { // the shared axis may be longer than the matrix
		e := columnEdges(d.h.X)
		cells.x = r.x + d.x.share(e[0])*r.w
		cells.w = r.x + d.x.share(e[len(e)-1])*r.w - cells.x
	}
	d.drawCells(c, cells)
	d.drawGroups(c, cells)
	d.drawRowNames(c, r)
	d.drawColNames(c, r)
	d.drawBar(c, r)
}

func (d *heat) drawRowNames(c canvas, r rect) {
	pitch := r.h / float64(d.h.Rows)
	plan := d.planNames(d.h.RowNames, pitch)
	for i, s := range plan.text {
		c.text(r.x-3, r.y+(float64(i)+0.5)*pitch+plan.size*0.35, s, style{size: plan.size, align: 1, color: ink})
	}
	off := plan.width + 6
	if len(plan.text) == 0 {
		widest := 0.0
		for _, t := range indexTicks(d.h.Rows, int(clamp(r.h/tickGapY, 1, 6))) {
			y := r.y + (t.at+0.5)*pitch
			segmentLine(c, r.x-tickLength, y, r.x, y, pen{color: ink, width: hair})
			c.text(r.x-tickLength-1.5, y+sizeTick*0.36, t.label, style{size: sizeTick, align: 1, color: ink})
			widest = math.Max(widest, d.width(t.label, sizeTick, false))
		}
		off = tickLength + widest + 5
	}
	d.drawYLabel(c, r, d.xaxis(), d.y.label, off)
}

// indexTicks label 0-based indices of n items.
func indexTicks(n, most int) []tick {
	a := axis{extent: extent{0, math.Max(float64(n-1), 1)}, whole: true}
	t := a.ticks(most)
	kept := t[:0]
	for _, k := range t {
		if k.at == math.Trunc(k.at) && int(k.at) < n {
			kept = append(kept, k)
		}
	}
	return kept
}

func (d *heat) drawColNames(c canvas, r rect) {
	if d.timed {
		d.drawX(c, r, &d.x)
		return
	}
	pitch := r.w / float64(d.h.Cols)
	plan := d.planNames(d.h.ColNames, pitch)
	flat := plan.width <= pitch*0.95
	under := 3.0
	for i, s := range plan.text {
		x := r.x + (float64(i)+0.5)*pitch
		if flat {
			c.text(x, r.bottom()+3+plan.size*0.8, s, style{size: plan.size, align: 0.5, color: ink})
		} else {
			c.text(x+plan.size*0.35, r.bottom()+3, s, style{size: plan.size, align: 1, up: true, color: ink})
		}
	}
	switch {
	case len(plan.text) == 0:
		for _, t := range indexTicks(d.h.Cols, int(clamp(r.w/30, 1, 8))) {
			x := r.x + (t.at+0.5)*pitch
			segmentLine(c, x, r.bottom(), x, r.bottom()+tickLength, pen{color: ink, width: hair})
			c.text(x, r.bottom()+tickLength+sizeTick+0.5, t.label, style{size: sizeTick, align: 0.5, color: ink})
		}
		under = tickLength + sizeTick
	case flat:
		under += plan.size
	default:
		under += plan.width
	}
	label := d.shorten(d.x.label, r.w*1.2, sizeLabel, false)
	c.text(r.x+r.w/2, r.bottom()+under+sizeLabel+2, label, style{size: sizeLabel, align: 0.5, color: ink})
}
