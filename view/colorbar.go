package view

import (
	"image"
	"math"
)

// barInset is the room for the colour bar right of a plot h high.
func (d *heat) barInset(h float64) float64 {
	if d.values.empty() {
		return 0
	}
	w := 0.0
	for _, t := range d.barTicks(h) {
		w = math.Max(w, d.width(t.label, sizeTick, false))
	}
	w += 8 + barWidth + 4
	if d.h.Unit != "" {
		w += sizeTick + 4
	}
	return w
}

// barHeight is that of the colour bar beside a plot h high.
func barHeight(h float64) float64 { return math.Min(h, clamp(h*0.5, 60, 110)) }

func (d *heat) barTicks(h float64) []tick {
	return d.values.ticks(int(clamp(barHeight(h)/22, 2, 5)))
}

// drawBar draws the colour bar right of the matrix and of the names of its groups.
func (d *heat) drawBar(c canvas, r rect) {
	if d.values.empty() {
		return
	}
	x := r.right() + 8
	if len(d.h.RowGroups) > 0 {
		x += stripWidth + stripGap + d.groupLabels(r.h)
	}
	h := barHeight(r.h)
	bar := rect{x, r.y, barWidth, h}
	c.image(bar, gradient(d.colors))
	var frame path
	widest := 0.0
	for _, t := range d.barTicks(r.h) {
		y := bar.bottom() - d.values.share(t.at)*h
		frame.move(bar.right(), y)
		frame.line(bar.right()+2, y)
		c.text(bar.right()+3.5, y+sizeTick*0.36, t.label, style{size: sizeTick, color: ink})
		widest = math.Max(widest, d.width(t.label, sizeTick, false))
	}
	c.stroke(frame, pen{color: ink, width: hair})
	unit := d.shorten(d.h.Unit, math.Max(r.h, 40), sizeTick, false)
	if len(unit) <= 2 {
		c.text(bar.right()+3.5+widest+3, bar.y+h/2+2, unit, style{size: sizeTick, color: ink})
		return
	}
	c.text(bar.right()+3.5+widest+sizeTick+1.5, bar.y+h/2, unit, style{size: sizeTick, align: 0.5, up: true, color: ink})
}

// gradient is the colour bar: high values on top.
func gradient(m *colormap) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 1, len(m)))
	for i, c := range m {
		img.SetNRGBA(0, len(m)-1-i, c)
	}
	return img
}
