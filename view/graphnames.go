package view

import (
	"math"
	"slices"
	"sort"
)

// nameRoom is what names need beside the outermost nodes.
func (d *graph) nameRoom() float64 {
	w := 0.0
	for _, s := range d.g.Names[:min(len(d.g.Names), 500)] {
		w = math.Max(w, d.width(s, d.nameSize(), false))
	}
	return math.Min(w, 44)
}

func (d *graph) nameSize() float64 {
	return clamp(70/math.Sqrt(float64(len(d.g.X))), sizeLeast, sizeTick+0.5)
}

// drawNames writes the names that find room beside their node, those with the most
// weight first.
func (d *graph) drawNames(c canvas, r rect, at func(int) (point, bool)) {
	if len(d.g.Names) == 0 {
		return
	}
	size := d.nameSize()
	order := make([]int, 0, len(d.g.X))
	var taken []rect
	for i := range d.g.X {
		if q, ok := at(i); ok {
			order = append(order, i)
			k := d.radius(i) * 0.8
			taken = append(taken, rect{q.x - k, q.y - k, 2 * k, 2 * k})
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return d.degree[order[a]] > d.degree[order[b]] })
	side, over := 6+d.nameRoom(), 8+size
	page := rect{r.x - side, r.y - over, r.w + 2*side, r.h + 2*over}
	for _, i := range order[:min(len(order), 500)] { // more names would not be read
		q, _ := at(i)
		name := d.shorten(d.g.Names[i], nameWidth, size, false)
		w, k := d.width(name, size, false), d.radius(i)+1.2
		for _, o := range sides(q, r, k, w, size) {
			box := rect{q.x + o.x, q.y + o.y - size*0.75, w, size * 0.85}
			if inside(box, page) && !slices.ContainsFunc(taken, func(t rect) bool { return overlap(t, box) }) {
				taken = append(taken, box)
				c.text(box.x, q.y+o.y, name, style{size: size, color: ink})
				break
			}
		}
	}
}

// sides are the places for a name of width w around a node, those away from the
// middle of the plot first, where fewer edges run.
func sides(q point, r rect, k, w, size float64) []point {
	x, far := k, -k-w
	if q.x < r.x+r.w/2 {
		x, far = far, x
	}
	y, low := -k, k+size*0.75
	if q.y > r.y+r.h/2 {
		y, low = low, y
	}
	level := point{x, size * 0.35}
	over := point{-w / 2, y}
	first, second := level, over
	if math.Abs(q.x-r.x-r.w/2) < 0.5*math.Abs(q.y-r.y-r.h/2) {
		first, second = over, level
	}
	return []point{first, {x * 0.8, y * 0.8}, second, {far, size * 0.35}, {-w / 2, low}, {x * 0.8, low * 0.8}, {far * 0.8, y * 0.8}}
}

func inside(a, b rect) bool {
	return a.x >= b.x && a.y >= b.y && a.right() <= b.right() && a.bottom() <= b.bottom()
}

func overlap(a, b rect) bool {
	return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}
