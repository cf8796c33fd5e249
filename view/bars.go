package view

import (
	"math"

	"nissl"
)

// bars draws named values; the range that chance gives is a grey veil over each.
type bars struct {
	kit
	b    *nissl.Bars
	x, y axis
}

func newBars(k kit, b *nissl.Bars, x, y axis) *bars {
	e := nothing()
	e.add(b.Values...)
	e.add(b.Low...)
	e.add(b.High...)
	empty := e.empty()
	e.add(0)
	d := &bars{kit: k, b: b, x: x, y: newAxis(y, e)}
	d.y.empty = empty
	p := d.y.pad(0.08)
	if d.y.lo < 0 {
		d.y.lo = p.lo
	}
	if d.y.hi > 0 {
		d.y.hi = p.hi
	}
	return d
}

func (d *bars) xaxis() *axis           { return nil }
func (d *bars) height(float64) float64 { return 105 }
func (d *bars) useful(float64) float64 { return widestBar * float64(max(len(d.b.Values), 1)) }

const widestBar = 46.0

// pitch is the distance between bars in a plot w wide; few bars do not fill it.
func (d *bars) pitch(w float64) float64 {
	return math.Min(w/math.Max(float64(len(d.b.Values)), 1), widestBar)
}

func (d *bars) insets(w, h float64) insets {
	in := insets{left: d.leftInset(&d.y, h), right: 4, top: 8, bottom: 5}
	if len(d.b.Names) > 0 {
		plan, flat := d.plan(w - in.left - in.right)
		if flat {
			in.bottom = plan.size + 5
		} else {
			in.bottom = plan.width + 5
		}
	}
	if len(d.b.Names) == 0 {
		in.bottom = tickLength + sizeTick + 3
	}
	if d.x.label != "" {
		in.bottom += sizeLabel + 4
	}
	return in
}

// plan of the names for a plot w wide, and whether they are set level.
func (d *bars) plan(w float64) (names, bool) {
	pitch := d.pitch(w)
	p := d.planNames(d.b.Names, pitch)
	return p, p.width <= pitch*0.95
}

// maxBars are drawn one by one; more become their outline.
const maxBars = 600

func (d *bars) draw(c canvas, r rect) {
	d.drawY(c, r, nil, &d.y)
	n := len(d.b.Values)
	if n == 0 || d.y.empty {
		d.message(c, r, "no finite values")
		return
	}
	pitch := d.pitch(r.w)
	used := rect{r.x, r.y, pitch * float64(n), r.h}
	if n > maxBars {
		d.drawMany(c, used)
	} else {
		d.drawBars(c, used, pitch)
	}
	zero := d.at(r, 0)
	segmentLine(c, r.x, zero, used.right(), zero, pen{color: ink, width: hair})
	under := 3.0
	if len(d.b.Names) > 0 {
		plan, flat := d.plan(r.w)
		for i, s := range plan.text {
			x := r.x + (float64(i)+0.5)*pitch
			if flat {
				c.text(x, r.bottom()+4+plan.size*0.8, s, style{size: plan.size, align: 0.5, color: ink})
			} else {
				c.text(x+plan.size*0.35, r.bottom()+4, s, style{size: plan.size, align: 1, up: true, color: ink})
			}
		}
		under = plan.width + 4
		if flat {
			under = plan.size + 4
		}
	} else {
		for _, t := range indexTicks(n, int(clamp(used.w/40, 1, 10))) {
			x := r.x + (t.at+0.5)*pitch
			segmentLine(c, x, r.bottom(), x, r.bottom()+tickLength, pen{color: ink, width: hair})
			c.text(x, r.bottom()+tickLength+sizeTick+0.5, t.label, style{size: sizeTick, align: 0.5, color: ink})
		}
		under = tickLength + sizeTick + 2
	}
	label := d.shorten(d.x.label, r.w, sizeLabel, false)
	c.text(used.x+used.w/2, r.bottom()+under+sizeLabel+1, label, style{size: sizeLabel, align: 0.5, color: ink})
}

func (d *bars) at(r rect, v float64) float64 {
	return r.bottom() - d.y.share(clamp(v, d.y.lo, d.y.hi))*r.h
}

func (d *bars) group(i int) int {
	if len(d.b.Groups) > 0 {
		return d.b.Groups[i]
	}
	return 0
}

func (d *bars) drawBars(c canvas, r rect, pitch float64) {
	for i, v := range d.b.Values {
		mid := r.x + (float64(i)+0.5)*pitch
		wide, narrow := pitch*0.8, pitch*0.56
		if finite(v) {
			d.drawBar(c, r, i, mid, narrow, pitch)
		}
		if len(d.b.Low) > 0 && finite(d.b.Low[i]) && finite(d.b.High[i]) {
			lo, hi := d.at(r, d.b.Low[i]), d.at(r, d.b.High[i])
			box := rect{mid - wide/2, math.Min(lo, hi), wide, math.Max(math.Abs(hi-lo), 0.6)}
			fillRect(c, box, alpha(muted, 0.38))
		}
	}
}

func (d *bars) drawBar(c canvas, r rect, i int, mid, narrow, pitch float64) {
	v := d.b.Values[i]
	y, zero := d.at(r, v), d.at(r, 0)
	fillRect(c, rect{mid - narrow/2, math.Min(y, zero), narrow, math.Abs(y - zero)}, Palette(d.group(i)))
	text := short(v)
	if len(d.b.Values) > 24 || d.width(text, sizeTick-0.5, false) >= pitch {
		return
	}
	ty := y - 2.5
	if v < 0 {
		ty = y + sizeTick
	}
	if len(d.b.High) > 0 && finite(d.b.High[i]) && v >= 0 && d.b.High[i] > v {
		ty = math.Min(ty, d.at(r, d.b.High[i])-2.5) // above the null, not in it
	}
	c.text(mid, ty, text, style{size: sizeTick - 0.5, align: 0.5, color: ink})
}

// drawMany draws one bar per printed column, from the lowest to the highest value in
// it and zero, in the colour of the first.
func (d *bars) drawMany(c canvas, r rect) {
	n := len(d.b.Values)
	for _, part := range []struct {
		low, high []float64
		null      bool
	}{{d.b.Low, d.b.High, true}, {d.b.Values, d.b.Values, false}} {
		if len(part.low) == 0 {
			continue
		}
		for k := range maxBars {
			from, to := k*n/maxBars, (k+1)*n/maxBars
			e := nothing()
			e.add(part.low[from:to]...)
			e.add(part.high[from:to]...)
			col := faint
			if !part.null {
				e.add(0)
				col = Palette(d.group(from))
			}
			if !e.empty() {
				w := r.w / maxBars
				top := d.at(r, e.hi)
				fillRect(c, rect{r.x + float64(k)*w, top, w, d.at(r, e.lo) - top}, col)
			}
		}
	}
}
