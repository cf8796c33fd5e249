package view

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nissl"
)

// flow draws an alluvial diagram: a column of blocks per step, one block per group
// as high as its members are many, and ribbons for those who go from one to another.
type flow struct {
	kit
	f      *nissl.Flow
	x, y   axis
	labels []string
	groups []int // that occur, absent (-1) last
	row    map[int]int
	sizes  [][]int // steps × groups
}

func newFlow(k kit, f *nissl.Flow, x, y axis) *flow {
	d := &flow{kit: k, f: f, x: x, y: y, labels: f.Groups, row: map[int]int{}}
	if len(d.labels) == 0 {
		d.labels = k.groups
	}
	count := map[int]bool{}
	for _, step := range f.Group {
		for _, g := range step {
			count[max(g, -1)] = true
		}
	}
	for g := range count {
		d.groups = append(d.groups, g)
	}
	slices.Sort(d.groups)
	if len(d.groups) > 1 && d.groups[0] < 0 {
		d.groups = append(d.groups[1:], -1)
	}
	for i, g := range d.groups {
		d.row[g] = i
	}
	for _, step := range f.Group {
		n := make([]int, len(d.groups))
		for _, g := range step {
			n[d.row[max(g, -1)]]++
		}
		d.sizes = append(d.sizes, n)
	}
	return d
}

func (d *flow) xaxis() *axis { return nil }

func (d *flow) height(float64) float64 { return 190 }

func (d *flow) useful(float64) float64 { return math.Inf(1) }

func (d *flow) name(g int) string {
	switch {
	case g < 0:
		return "none"
	case g < len(d.labels):
		return d.labels[g]
	}
	return fmt.Sprint(g)
}

func (d *flow) insets(float64, float64) insets {
	in := insets{left: 4, right: 4, top: 2, bottom: sizeTick + 6}
	for _, g := range d.groups {
		w := d.width(d.shorten(d.name(g), nameWidth, sizeTick, false), sizeTick, false) + 6
		in.left, in.right = math.Max(in.left, w), math.Max(in.right, w)
	}
	if d.y.label != "" {
		in.left += sizeLabel + 3
	}
	if d.x.label != "" {
		in.bottom += sizeLabel + 3
	}
	return in
}

// block is the width of the blocks: narrow where there are many steps.
func (d *flow) block(r rect) float64 {
	return math.Min(7, r.w/math.Max(float64(len(d.f.Group)), 1)*0.28)
}

// blocks are the rectangles of the groups of step s.
func (d *flow) blocks(r rect, s int) []rect {
	members := len(d.f.Group[s])
	gap := math.Min(5, r.h*0.25/math.Max(float64(len(d.groups)), 1))
	unit := (r.h - gap*float64(len(d.groups)-1)) / math.Max(float64(members), 1)
	x, width := r.x, d.block(r)
	if n := len(d.f.Group); n > 1 {
		x += (r.w - width) * float64(s) / float64(n-1)
	}
	out := make([]rect, len(d.groups))
	y := r.y
	for i, n := range d.sizes[s] {
		h := float64(n) * unit
		out[i] = rect{x, y, width, h}
		if n > 0 {
			y += h + gap
		}
	}
	// Columns with fewer groups are centred on the others.
	if slack := r.bottom() - (y - gap); slack > 0 {
		for i := range out {
			out[i].y += slack / 2
		}
	}
	return out
}

func (d *flow) draw(c canvas, r rect) {
	d.drawYLabel(c, r, nil, d.y.label, math.Max(d.insets(0, 0).left-sizeLabel, 4))
	if len(d.groups) == 0 {
		d.message(c, r, "no members")
		return
	}
	columns := make([][]rect, len(d.f.Group))
	for s := range d.f.Group {
		columns[s] = d.blocks(r, s)
	}
	for s := 0; s+1 < len(columns); s++ {
		d.ribbons(c, s, columns[s], columns[s+1])
	}
	for _, col := range columns {
		for i, b := range col {
			if b.h > 0 {
				fillRect(c, b, Palette(d.groups[i]))
			}
		}
	}
	d.drawNames(c, columns)
	d.drawSteps(c, r, columns)
}

// ribbons between the steps s and s+1 keep the colour of where they come from.
func (d *flow) ribbons(c canvas, s int, from, to []rect) {
	n := len(d.groups)
	moves := make([]int, n*n)
	for m, g := range d.f.Group[s] {
		moves[d.row[max(g, -1)]*n+d.row[max(d.f.Group[s+1][m], -1)]]++
	}
	unit := func(b rect, size int) float64 { return b.h / math.Max(float64(size), 1) }
	left, right := make([]float64, n), make([]float64, n)
	for i := range n {
		for j := range n {
			k := moves[i*n+j]
			if k == 0 {
				continue
			}
			h0 := float64(k) * unit(from[i], d.sizes[s][i])
			h1 := float64(k) * unit(to[j], d.sizes[s+1][j])
			y0, y1 := from[i].y+left[i], to[j].y+right[j]
			left[i] += h0
			right[j] += h1
			x0, x1 := from[i].right(), to[j].x
			mid := (x0 + x1) / 2
			var p path
			p.move(x0, y0)
			p.cubic(point{mid, y0}, point{mid, y1}, point{x1, y1})
			p.line(x1, y1+h1)
			p.cubic(point{mid, y1 + h1}, point{mid, y0 + h0}, point{x0, y0 + h0})
			p.close()
			a := 0.38
			if d.groups[i] < 0 {
				a = 0.2
			}
			c.fill(p, alpha(Palette(d.groups[i]), a))
		}
	}
}

// drawNames writes the groups beside the first and the last column, and those that are in
// neither of them beside their largest block.
func (d *flow) drawNames(c canvas, columns [][]rect) {
	write := func(col []rect, x, align float64) {
		var labels []endLabel
		for i, b := range col {
			if b.h > 0 {
				y := b.y + b.h/2
				labels = append(labels, endLabel{d.shorten(d.name(d.groups[i]), nameWidth, sizeTick, false), y, y, readable(Palette(d.groups[i]))})
			}
		}
		last := math.Inf(-1)
		for _, l := range labels {
			if l.y-last < sizeTick*0.95 {
				continue // too close to the one above
			}
			last = l.y
			c.text(x, l.y+sizeTick*0.35, l.name, style{size: sizeTick, align: align, color: l.color})
		}
	}
	first, final := columns[0], columns[len(columns)-1]
	write(first, first[0].x-3, 1)
	if len(columns) > 1 {
		write(final, final[0].right()+3, 0)
	}
	for i, g := range d.groups {
		if first[i].h > 0 || final[i].h > 0 || g < 0 {
			continue
		}
		largest := slices.MaxFunc(columns, func(a, b []rect) int { return cmp.Compare(a[i].h, b[i].h) })[i]
		// Written into the ribbons, as small as it takes to end before the next block.
		gap := (final[0].x-first[0].x)/float64(len(columns)-1) - largest.w - 4
		size := min(sizeTick, sizeTick*gap/d.width(d.name(g), sizeTick, false))
		if largest.h > sizeTick && size >= sizeLeast {
			c.text(largest.right()+2, largest.y+largest.h/2+size*0.35, d.name(g), style{size: size, color: readable(Palette(g))})
		}
	}
}

func (d *flow) drawSteps(c canvas, r rect, columns [][]rect) {
	pitch := r.w
	if len(columns) > 1 {
		pitch = r.w / float64(len(columns)-1)
	}
	widest := 0.0
	for _, s := range d.f.Steps {
		widest = math.Max(widest, d.width(s, sizeTick, false))
	}
	every := max(1, int(math.Ceil(math.Min(widest+4, 60)/math.Max(pitch, 1e-3))))
	for s := 0; s < len(columns); s += every {
		name := d.shorten(d.f.Steps[s], math.Max(pitch*float64(every)-3, 20), sizeTick, false)
		c.text(columns[s][0].x+columns[s][0].w/2, r.bottom()+sizeTick+3, name, style{size: sizeTick, align: 0.5, color: ink})
	}
	label := d.shorten(d.x.label, r.w, sizeLabel, false)
	c.text(r.x+r.w/2, r.bottom()+sizeTick+sizeLabel+6, label, style{size: sizeLabel, align: 0.5, color: ink})
}
