package view

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"

	"nissl"
)

// graph draws nodes where they are in the plane, with the same scale on both axes,
// and the strongest of the edges between them.
type graph struct {
	kit
	g      *nissl.Graph
	ex, ey extent
	degree []float64 // summed edge weight of every node, largest 1
	named  []run     // groups with names, for the key
	size   float64   // radius of a node of mean weight
}

func newGraph(k kit, g *nissl.Graph) *graph {
	d := &graph{kit: k, g: g, ex: nothing(), ey: nothing(), degree: make([]float64, len(g.X))}
	for i := range g.X {
		if finite(g.X[i]) && finite(g.Y[i]) {
			d.ex.add(g.X[i])
			d.ey.add(g.Y[i])
		}
	}
	most := 0.0
	for _, e := range g.Edges {
		if w := math.Abs(e.Weight); finite(w) {
			d.degree[e.From] += w
			d.degree[e.To] += w
		}
	}
	for _, v := range d.degree {
		most = math.Max(most, v)
	}
	for i := range d.degree {
		d.degree[i] = clamp(d.degree[i]/math.Max(most, 1e-300), 0, 1)
	}
	seen := map[int]bool{}
	for _, g := range slices.Sorted(slices.Values(g.Groups)) {
		if !seen[g] && k.group(g) != "" {
			seen[g] = true
			d.named = append(d.named, run{group: g})
		}
	}
	return d
}

func (d *graph) xaxis() *axis { return nil }

func (d *graph) useful(float64) float64 { return math.Inf(1) }

func (d *graph) height(w float64) float64 {
	if d.ex.empty() {
		return 40
	}
	in := d.insets(w, 0)
	return clamp((w-in.left-in.right)*d.ratio(), 60, 330)
}

// ratio of height to width of the positions, within what a page can take.
func (d *graph) ratio() float64 {
	if d.ex.empty() || d.ex.lo == d.ex.hi {
		return 1
	}
	x, y := d.ex.widen(), d.ey.widen()
	if d.ey.lo == d.ey.hi {
		return 0.3
	}
	return clamp((y.hi-y.lo)/(x.hi-x.lo), 0.3, 1)
}

func (d *graph) insets(float64, float64) insets {
	side := d.nameRoom()
	in := insets{left: 10 + side, right: 10 + side, top: 8, bottom: 8}
	if side > 0 {
		in.top, in.bottom = 8+d.nameSize(), 8+d.nameSize()
	}
	if d.g.Unit != "" {
		in.bottom += 10
	}
	for _, g := range d.named {
		in.right = math.Max(in.right, side+d.width(d.shorten(d.group(g.group), nameWidth, sizeTick, false), sizeTick, false)+16)
	}
	return in
}

func (d *graph) draw(c canvas, r rect) {
	if d.ex.empty() {
		d.message(c, r, "no positions")
		return
	}
	at, scale := d.projection(r)
	area := math.Max((d.ex.hi-d.ex.lo)*scale, 20) * math.Max((d.ey.hi-d.ey.lo)*scale, 20)
	d.size = clamp(0.16*math.Sqrt(area/float64(len(d.g.X))), 0.9, 4.2)
	d.drawEdges(c, r, at)
	if len(d.g.X) > 3000 {
		c.image(r, d.picture(r, at))
	} else {
		d.drawNodes(c, at)
		d.drawNames(c, r, at)
	}
	if d.g.Unit != "" {
		d.drawScale(c, r, scale)
	}
	for i, g := range d.named {
		y := r.y + float64(i)*sizeTick*1.35 + sizeTick
		if y > r.bottom() {
			break
		}
		var p path
		x := r.right() + 9 + d.nameRoom()
		p.disc(x, y-sizeTick*0.35, 1.9)
		c.fill(p, Palette(g.group))
		c.text(x+4, y, d.shorten(d.group(g.group), nameWidth, sizeTick, false), style{size: sizeTick, color: ink})
	}
}

// projection fits the positions into r; y grows upwards. scale is points per unit.
func (d *graph) projection(r rect) (at func(i int) (point, bool), scale float64) {
	x, y := d.ex.widen(), d.ey.widen()
	scale = math.Inf(1)
	if d.ex.lo < d.ex.hi {
		scale = r.w / (x.hi - x.lo)
	}
	if d.ey.lo < d.ey.hi {
		scale = math.Min(scale, r.h/(y.hi-y.lo))
	}
	if !finite(scale) || scale == 0 {
		scale = 1e-300
	}
	cx, cy := x.lo/2+x.hi/2, y.lo/2+y.hi/2
	return func(i int) (point, bool) {
		if !finite(d.g.X[i]) || !finite(d.g.Y[i]) {
			return point{}, false
		}
		return point{
			clamp(r.x+r.w/2+(d.g.X[i]-cx)*scale, r.x, r.right()),
			clamp(r.y+r.h/2-(d.g.Y[i]-cy)*scale, r.y, r.bottom()),
		}, true
	}, scale
}

// strongest edges: as many as can be told apart.
func (d *graph) strongest() (edges []nissl.Edge, of int) {
	for _, e := range d.g.Edges {
		if finite(e.Weight) && e.Weight != 0 && e.From != e.To {
			edges = append(edges, e)
		}
	}
	sort.SliceStable(edges, func(a, b int) bool { return math.Abs(edges[a].Weight) > math.Abs(edges[b].Weight) })
	return edges[:min(len(edges), max(60, min(3*len(d.g.X), 1200)))], len(edges)
}

// drawEdges draws weak edges first; their width and opacity follow the weight. Edges
// within a group have its colour, others are grey, negative ones dashed.
func (d *graph) drawEdges(c canvas, r rect, at func(int) (point, bool)) {
	edges, of := d.strongest()
	if len(edges) == 0 {
		return
	}
	if len(edges) < of {
		in := d.insets(0, 0)
		c.text(r.right()+in.right, r.bottom()+in.bottom, fmt.Sprintf("strongest %d of %d edges", len(edges), of), style{size: sizeTick, align: 1, color: muted})
	}
	hi, lo := math.Abs(edges[0].Weight), math.Abs(edges[len(edges)-1].Weight)
	for _, e := range slices.Backward(edges) {
		a, oka := at(e.From)
		b, okb := at(e.To)
		if !oka || !okb {
			continue
		}
		t := 1.0
		if hi > lo {
			t = clamp((math.Abs(e.Weight)-lo)/(hi-lo), 0, 1)
		}
		s := pen{color: alpha(muted, 0.10+0.4*t), width: 0.3 + 0.9*t}
		if len(d.g.Groups) > 0 && d.g.Groups[e.From] == d.g.Groups[e.To] && d.g.Groups[e.From] >= 0 {
			s.color = alpha(Palette(d.g.Groups[e.From]), 0.15+0.6*t)
		}
		if e.Weight < 0 {
			s.dash = 1.5
		}
		segmentLine(c, a.x, a.y, b.x, b.y, s)
	}
}

func (d *graph) color(i int) color.NRGBA {
	if len(d.g.Groups) == 0 {
		return Palette(0)
	}
	return Palette(d.g.Groups[i])
}

// radius of node i: larger where more weight ends.
func (d *graph) radius(i int) float64 {
	return d.size * (0.75 + 0.5*math.Sqrt(d.degree[i]))
}

func (d *graph) drawNodes(c canvas, at func(int) (point, bool)) {
	for i := range d.g.X {
		if q, ok := at(i); ok {
			var rim, p path
			rim.disc(q.x, q.y, d.radius(i)+0.5)
			c.fill(rim, paper)
			p.disc(q.x, q.y, d.radius(i))
			c.fill(p, d.color(i))
		}
	}
}

// picture stamps very many nodes as dots.
func (d *graph) picture(r rect, at func(int) (point, bool)) *image.NRGBA {
	w, h := max(int(r.w*pixelsPoint), 1), max(int(r.h*pixelsPoint), 1)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	rad := 3
	if len(d.g.X) > 20000 {
		rad = 1
	}
	for i := range d.g.X {
		q, ok := at(i)
		if !ok {
			continue
		}
		col := alpha(d.color(i), 0.9)
		cx, cy := int((q.x-r.x)*pixelsPoint), int((q.y-r.y)*pixelsPoint)
		for y := -rad; y <= rad; y++ {
			for x := -rad; x <= rad; x++ {
				if x*x+y*y <= rad*rad+1 && image.Pt(cx+x, cy+y).In(img.Rect) {
					img.SetNRGBA(cx+x, cy+y, col)
				}
			}
		}
	}
	return img
}

// drawScale draws a bar of a round length, about a sixth of the width.
func (d *graph) drawScale(c canvas, r rect, scale float64) {
	want := r.w / 6 / scale
	length := math.Pow(10, math.Floor(math.Log10(want)))
	for _, m := range []float64{5, 2} {
		if length*m <= want*1.3 {
			length *= m
			break
		}
	}
	w := length * scale
	if !finite(w) || w <= 0 || w > r.w || d.ex.lo == d.ex.hi && d.ey.lo == d.ey.hi {
		return
	}
	y := r.bottom() + d.insets(0, 0).bottom - 10
	segmentLine(c, r.x, y, r.x+w, y, pen{color: ink, width: 1.2})
	c.text(r.x, y+sizeTick+2, fmt.Sprintf("%s %s", short(length), d.g.Unit), style{size: sizeTick, color: ink})
}
