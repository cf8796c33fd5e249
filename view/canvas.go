package view

import (
	"image"
	"image/color"
)

// canvas is what a figure is drawn on. There are two: svgCanvas and pngCanvas.
type canvas interface {
	fill(p path, c color.NRGBA)
	stroke(p path, s pen)
	text(x, y float64, s string, t style)
	image(r rect, img *image.NRGBA)
}

// point is a place on the page in points, y down.
type point struct{ x, y float64 }

// rect is a rectangle by its upper left corner.
type rect struct{ x, y, w, h float64 }

func (r rect) right() float64  { return r.x + r.w }
func (r rect) bottom() float64 { return r.y + r.h }

// pen draws a line. A zero dash is a solid line.
type pen struct {
	color color.NRGBA
	width float64
	dash  float64
	round bool
}

// style of a text. align is the share of the width left of x: 0 starts at x, 0.5
// is centred, 1 ends at x. y is the baseline. up turns it a quarter anticlockwise
// around (x, y).
type style struct {
	size  float64
	bold  bool
	align float64
	up    bool
	color color.NRGBA
}

// path is a list of straight and cubic segments.
type path []segment

type segment struct {
	op  byte // 'M', 'L', 'C' or 'Z'
	pts [3]point
}

func (p *path) move(x, y float64) { *p = append(*p, segment{'M', [3]point{{x, y}}}) }
func (p *path) line(x, y float64) { *p = append(*p, segment{'L', [3]point{{x, y}}}) }
func (p *path) close()            { *p = append(*p, segment{op: 'Z'}) }
func (p *path) cubic(a, b, c point) {
	*p = append(*p, segment{'C', [3]point{a, b, c}})
}

// arity is the number of points of a segment.
func (s segment) arity() int {
	switch s.op {
	case 'C':
		return 3
	case 'Z':
		return 0
	}
	return 1
}

// box appends a closed rectangle.
func (p *path) box(r rect) {
	p.move(r.x, r.y)
	p.line(r.right(), r.y)
	p.line(r.right(), r.bottom())
	p.line(r.x, r.bottom())
	p.close()
}

// disc appends a closed circle made of four cubic arcs.
func (p *path) disc(x, y, r float64) {
	const k = 0.5522847498 // 4/3 (sqrt 2 - 1): the cubic closest to a quarter circle
	p.move(x+r, y)
	p.cubic(point{x + r, y + k*r}, point{x + k*r, y + r}, point{x, y + r})
	p.cubic(point{x - k*r, y + r}, point{x - r, y + k*r}, point{x - r, y})
	p.cubic(point{x - r, y - k*r}, point{x - k*r, y - r}, point{x, y - r})
	p.cubic(point{x + k*r, y - r}, point{x + r, y - k*r}, point{x + r, y})
	p.close()
}

func fillRect(c canvas, r rect, col color.NRGBA) {
	var p path
	p.box(r)
	c.fill(p, col)
}

func segmentLine(c canvas, x0, y0, x1, y1 float64, s pen) {
	var p path
	p.move(x0, y0)
	p.line(x1, y1)
	c.stroke(p, s)
}
