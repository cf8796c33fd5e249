package view

import "math"

// axis is a continuous scale with its label.
type axis struct {
	extent
	label  string
	empty  bool // nothing finite lies on it
	hidden bool // labels belong to the panel below
	shared bool
	whole  bool    // ticks at whole numbers only: indices
	left   float64 // of a shared x axis: the width left of its plots
}

func newAxis(a axis, e extent) axis {
	a.empty = e.empty()
	a.extent = e.widen()
	return a
}

// marks are ticks about gap points apart on an axis of the given length.
func (a *axis) marks(length, gap float64) []tick {
	n := int(clamp(length/gap, 1, 7))
	t := a.ticks(n)
	if a.whole {
		kept := t[:0]
		for _, k := range t {
			if k.at == math.Trunc(k.at) {
				kept = append(kept, k)
			}
		}
		t = kept
	}
	return t
}

const (
	tickLength = 2.5
	tickGapX   = 55.0
	tickGapY   = 22.0
)

// leftInset is the room for the ticks and the label of a y axis of height h.
func (k kit) leftInset(y *axis, h float64) float64 {
	w := 0.0
	for _, t := range y.marks(h, tickGapY) {
		w = math.Max(w, k.width(t.label, sizeTick, false))
	}
	w += tickLength + 3
	if y.label != "" {
		w += sizeLabel + 4
	}
	return math.Max(w, 16)
}

// bottomInset is the room under a plot for an x axis.
func bottomInset(x *axis) float64 {
	switch {
	case x.hidden:
		return 2
	case x.label == "":
		return tickLength + sizeTick + 3
	}
	return tickLength + sizeTick + sizeLabel + 7
}

// drawX draws the x axis under r.
func (k kit) drawX(c canvas, r rect, x *axis) {
	line := pen{color: ink, width: hair}
	y := r.bottom()
	var p path
	p.move(r.x, y)
	p.line(r.right(), y)
	marks := x.marks(r.w, tickGapX)
	for _, t := range marks {
		at := r.x + x.share(t.at)*r.w
		p.move(at, y)
		p.line(at, y+tickLength)
	}
	c.stroke(p, line)
	if x.hidden {
		return
	}
	for _, t := range marks {
		at := r.x + x.share(t.at)*r.w
		c.text(at, y+tickLength+sizeTick+0.5, t.label, style{size: sizeTick, align: 0.5, color: ink})
	}
	label := k.shorten(x.label, r.w, sizeLabel, false)
	c.text(r.x+r.w/2, y+tickLength+sizeTick+sizeLabel+3, label, style{size: sizeLabel, align: 0.5, color: ink})
}

// drawY draws the y axis left of r; larger values are higher.
func (k kit) drawY(c canvas, r rect, x, y *axis) {
	var p path
	p.move(r.x, r.y)
	p.line(r.x, r.bottom())
	widest := 0.0
	marks := y.marks(r.h, tickGapY)
	for _, t := range marks {
		at := r.bottom() - y.share(t.at)*r.h
		p.move(r.x-tickLength, at)
		p.line(r.x, at)
		c.text(r.x-tickLength-1.5, at+sizeTick*0.36, t.label, style{size: sizeTick, align: 1, color: ink})
		widest = math.Max(widest, k.width(t.label, sizeTick, false))
	}
	c.stroke(p, pen{color: ink, width: hair})
	k.drawYLabel(c, r, x, y.label, tickLength+widest+5)
}

// drawYLabel writes the label upwards, off points left of the plot, or where those of
// the other plots on the same x axis are; it is set smaller where the plot is low.
func (k kit) drawYLabel(c canvas, r rect, x *axis, label string, off float64) {
	if x != nil && x.left > 0 {
		off = x.left - sizeLabel - 2
	}
	size := sizeLabel
	for size > sizeLeast+0.5 && k.width(label, size, false) > r.h*1.15 {
		size -= 0.5
	}
	label = k.shorten(label, math.Max(r.h*1.3, 30), size, false)
	c.text(r.x-off, r.y+r.h/2, label, style{size: size, align: 0.5, up: true, color: ink})
}

// names is a plan for writing one name per row or column of the given pitch: the
// size of type, and which ones (every k-th) when not all fit.
type names struct {
	text  []string
	size  float64
	every int
	width float64 // of the longest
}

const nameWidth = 80.0 // longest name in points

func (k kit) planNames(text []string, pitch float64) names {
	n := names{size: clamp(pitch*0.92, sizeLeast, sizeTick+0.5), every: 1}
	if pitch < sizeLeast*0.86 { // capitals are lower than the type is high
		n.every = int(math.Ceil(sizeLeast * 1.25 / math.Max(pitch, 1e-6)))
	}
	n.text = make([]string, len(text))
	for i := 0; i < len(text); i += n.every {
		n.text[i] = k.shorten(text[i], nameWidth, n.size, false)
		n.width = math.Max(n.width, k.width(n.text[i], n.size, false))
	}
	return n
}

// message is what stands in a plot that has nothing to show.
func (k kit) message(c canvas, r rect, text string) {
	c.text(r.x+r.w/2, r.y+r.h/2+2, k.shorten(text, r.w, sizeLabel, false), style{size: sizeLabel, align: 0.5, color: muted})
}
