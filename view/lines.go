package view

import (
	"fmt"
	"math"
	"slices"

	"nissl"
)

// lines draws curves with bands over shaded spans; the curves are named at their
// right ends instead of in a legend.
type lines struct {
	kit
	l       *nissl.Lines
	x, y    axis
	at      []float64 // x of the samples
	ordered bool
	curves  []int // those that are drawn
}

// maxCurves are drawn of a panel; more would hide each other and only cost time.
const maxCurves = 200

func newLines(k kit, l *nissl.Lines, x, y axis) *lines {
	d := &lines{kit: k, l: l, at: l.X}
	if l.X == nil && len(l.Curves) > 0 {
		d.at = make([]float64, len(l.Curves[0].Y))
		for i := range d.at {
			d.at[i] = float64(i)
		}
	}
	ex, ey := nothing(), nothing()
	ex.add(d.at...)
	for _, s := range l.Spans {
		ex.add(s.Start, s.Stop)
	}
	n := len(l.Curves)
	for k := range min(n, maxCurves) {
		i := k * n / min(n, maxCurves)
		d.curves = append(d.curves, i)
		ey.add(l.Curves[i].Y...)
		ey.add(l.Curves[i].Low...)
		ey.add(l.Curves[i].High...)
	}
	d.ordered = slices.IsSorted(d.at)
	d.x = newAxis(x, ex)
	d.y = newAxis(y, ey)
	d.y.extent = headroom(d.y.extent, d.y.empty)
	return d
}

// headroom pads a y axis, but not below zero when all values are above it.
func headroom(e extent, empty bool) extent {
	if empty {
		return e
	}
	p := e.pad(0.05)
	if e.lo >= 0 && p.lo < 0 {
		p.lo = 0
	}
	if e.hi <= 0 && p.hi > 0 {
		p.hi = 0
	}
	return p
}

func (d *lines) xaxis() *axis { return &d.x }

func (d *lines) height(float64) float64 { return 88 }

func (d *lines) useful(float64) float64 { return math.Inf(1) }

func (d *lines) insets(_, h float64) insets {
	in := insets{left: d.leftInset(&d.y, h), right: 4, top: 3, bottom: bottomInset(&d.x)}
	if len(d.spanNames()) > 0 {
		in.top = sizeTick + 3
	}
	for _, l := range d.labels(rect{0, 0, 1, h}) {
		in.right = math.Max(in.right, d.width(l.name, sizeTick, false)+9)
	}
	if len(d.l.Curves) > len(d.curves) {
		in.top = math.Max(in.top, sizeTick+3)
	}
	return in
}

func (d *lines) draw(c canvas, r rect) {
	d.drawSpans(c, r, d.l.Spans, &d.x)
	d.drawX(c, r, &d.x)
	d.drawY(c, r, &d.x, &d.y)
	if d.y.empty || d.x.empty {
		d.message(c, r, "no finite values")
		return
	}
	if d.y.lo < 0 && d.y.hi > 0 {
		y := r.bottom() - d.y.share(0)*r.h
		segmentLine(c, r.x, y, r.right(), y, pen{color: faint, width: hair})
	}
	width := 0.9
	if len(d.curves) > 8 {
		width = 0.5
	}
	if float64(len(d.at)) > 4*r.w {
		width = 0.45
	}
	for _, i := range d.curves {
		cv := &d.l.Curves[i]
		if len(cv.Low) > 0 {
			c.fill(d.band(r, cv), alpha(Palette(cv.Group), 0.22))
		}
	}
	for _, i := range d.curves {
		cv := &d.l.Curves[i]
		col := Palette(cv.Group)
		if n := len(d.curves); n > 8 { // so that many are seen as a density
			col = alpha(col, math.Max(0.3, 0.8-0.008*float64(n)))
		}
		c.stroke(d.trace(r, cv.Y), pen{color: col, width: width, round: true})
	}
	for _, l := range d.labels(r) {
		if math.Abs(l.y-l.wish) > 1.5 {
			segmentLine(c, r.right()+1, l.wish, r.right()+5, l.y, pen{color: alpha(l.color, 0.6), width: 0.4})
		}
		c.text(r.right()+6, l.y+sizeTick*0.35, l.name, style{size: sizeTick, color: l.color})
	}
	if hidden := len(d.l.Curves) - len(d.curves); hidden > 0 {
		c.text(r.right(), r.y-2, fmt.Sprintf("%d of %d curves", len(d.curves), len(d.l.Curves)), style{size: sizeTick, align: 1, color: muted})
	}
}

// place is where a sample lies in r.
func (d *lines) place(r rect, x, y float64) point {
	return point{r.x + d.x.share(x)*r.w, r.bottom() - d.y.share(y)*r.h}
}

// trace is the path of one curve, broken at missing values. More samples than the
// print can show are thinned to first, lowest, highest and last of every pixel
// column, which draws the same ink.
func (d *lines) trace(r rect, y []float64) path {
	var p path
	broken := true
	lone := 0 // samples since the last break
	var last point
	end := func() {
		if lone == 1 { // a sample between two missing ones would have no length
			p.line(last.x+0.4, last.y)
		}
		broken, lone = true, 0
	}
	for _, i := range d.thin(r, y) {
		if i < 0 || !finite(y[i]) || !finite(d.at[i]) {
			end()
			continue
		}
		q := d.place(r, d.at[i], y[i])
		if broken {
			p.move(q.x, q.y)
		} else {
			p.line(q.x, q.y)
		}
		broken, last = false, q
		lone++
	}
	end()
	return p
}

// thin returns the indices to draw, -1 for a break.
func (d *lines) thin(r rect, y []float64) []int {
	columns := int(r.w*pixelsPoint/2) + 1
	n := len(y)
	out := make([]int, 0, min(n, 5*columns))
	if n <= 4*columns || !d.ordered {
		step := max(1, n/20000) // an unordered path cannot be thinned by columns
		for i := 0; i < n; i += step {
			out = append(out, i)
		}
		return out
	}
	for i := 0; i < n; {
		if !finite(y[i]) || !finite(d.at[i]) {
			if len(out) > 0 && out[len(out)-1] >= 0 {
				out = append(out, -1)
			}
			i++
			continue
		}
		col := int(d.x.share(d.at[i]) * float64(columns))
		lo, hi, j := i, i, i
		for ; j < n && finite(y[j]) && finite(d.at[j]) && int(d.x.share(d.at[j])*float64(columns)) == col; j++ {
			if y[j] < y[lo] {
				lo = j
			}
			if y[j] > y[hi] {
				hi = j
			}
		}
		four := []int{i, min(lo, hi), max(lo, hi), j - 1}
		out = append(out, slices.Compact(four)...)
		i = j
	}
	return out
}

// band is the area between low and high where both are finite.
func (d *lines) band(r rect, cv *nissl.Curve) path {
	mid := make([]float64, len(cv.Low))
	for i := range mid {
		mid[i] = cv.Low[i] + cv.High[i]
	}
	var p path
	var part []int
	flush := func() {
		if len(part) > 1 {
			for k, i := range part {
				q := d.place(r, d.at[i], cv.High[i])
				if k == 0 {
					p.move(q.x, q.y)
				} else {
					p.line(q.x, q.y)
				}
			}
			for _, i := range slices.Backward(part) {
				q := d.place(r, d.at[i], cv.Low[i])
				p.line(q.x, q.y)
			}
			p.close()
		}
		part = part[:0]
	}
	for _, i := range d.thin(r, mid) {
		if i < 0 || !finite(cv.Low[i]) || !finite(cv.High[i]) || !finite(d.at[i]) {
			flush()
			continue
		}
		part = append(part, i)
	}
	flush()
	return p
}
