package view

import (
	"cmp"
	"math"
	"slices"

	"nissl"
)

// shareX gives the continuous x axes of a column of panels one range and leaves the
// labels to the lowest of them.
func shareX(rows [][]*placed) {
	type column struct{ index, of int }
	last := map[column]*axis{}
	all := map[column]extent{}
	each := func(f func(column, *axis)) {
		for _, row := range rows {
			for i, p := range row {
				if a := p.xaxis(); a != nil {
					f(column{i, len(row)}, a)
				}
			}
		}
	}
	labels := map[column]string{}
	each(func(k column, a *axis) {
		e, ok := all[k]
		if !ok {
			e = nothing()
		}
		if !a.empty {
			e.add(a.lo, a.hi)
		}
		all[k], last[k] = e, a
		if a.label != "" {
			labels[k] = a.label
		}
	})
	each(func(k column, a *axis) {
		a.extent = all[k].widen()
		a.hidden = a != last[k]
		a.shared = true
		a.label = labels[k]
	})
}

// layout finds the height of every row, aligns shared axes and places the panels.
func (s *sheet) layout(fig nissl.Figure, rows [][]*placed) {
	inner := s.width - 2*border
	// Programs without the font fall back to one up to an eighth wider.
	s.title = s.wrap(fig.Title, inner*0.88, sizeTitle, true)
	s.caption = s.wrap(fig.Caption, inner*0.88, sizeCaption, false)
	for _, row := range rows {
		for _, p := range row {
			p.full.w = cell(inner, len(row))
		}
		widths(row, inner)
	}
	heights := rowHeights(fig, rows)
	for i, row := range rows {
		for _, p := range row {
			p.ins = p.insets(p.full.w, heights[i])
		}
	}
	if fig.SharedX {
		alignShared(rows)
	}
	y := border + float64(len(s.title))*sizeTitle*1.25
	if len(s.title) > 0 {
		y += 4
	}
	for i, row := range rows {
		var top, bottom, head float64
		for _, p := range row {
			top, bottom = math.Max(top, p.ins.top), math.Max(bottom, p.ins.bottom)
			if p.Title != "" || p.letter != "" {
				head = sizePanel * 1.6
			}
		}
		x := border
		for _, p := range row {
			w := p.full.w
			p.full = rect{x, y + head, w, top + heights[i] + bottom}
			p.plot = rect{x + p.ins.left, y + head + top, math.Max(w-p.ins.left-p.ins.right, 10), heights[i]}
			x += w + between
		}
		y += head + top + heights[i] + bottom + between
		if i+1 < len(rows) && row[0].tight() {
			y -= between * 0.35
		}
	}
	y += -between + 4
	if len(s.caption) > 0 {
		y += 6 + float64(len(s.caption))*sizeCaption*1.35
	}
	s.height = y + border - 4
}

// tight tells whether the panel is one of a stack with a common x axis below it.
func (p *placed) tight() bool { a := p.xaxis(); return a != nil && a.hidden }

func cell(inner float64, n int) float64 {
	return math.Max((inner-between*float64(n-1))/float64(n), 20)
}

// widths shares a row so that all its plot areas are equally wide, whatever stands
// around them; what a narrow drawing cannot use goes to the others.
func widths(row []*placed, inner float64) {
	if len(row) < 2 {
		return
	}
	free := inner - between*float64(len(row)-1)
	around, most := make([]float64, len(row)), make([]float64, len(row))
	tallest := 0.0
	for _, p := range row {
		tallest = math.Max(tallest, p.drawing.height(p.full.w))
	}
	for i, p := range row {
		in := p.insets(p.full.w, tallest)
		around[i], most[i] = in.left+in.right, p.useful(tallest)
		free -= around[i]
	}
	if free/float64(len(row)) < 30 {
		return // no room for that: equal panels it is
	}
	order := make([]int, len(row))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(most[a], most[b]) })
	for k, i := range order {
		each := math.Min(free/float64(len(row)-k), most[i])
		row[i].full.w = around[i] + each
		free -= each
	}
}

// rowHeights are natural unless a panel sets its own; then they keep the ratios that
// the panels ask for and the natural total.
func rowHeights(fig nissl.Figure, rows [][]*placed) []float64 {
	heights := make([]float64, len(rows))
	var total, asked float64
	set := false
	want := make([]float64, len(rows))
	for i, row := range rows {
		for _, p := range row {
			heights[i] = math.Max(heights[i], p.drawing.height(p.full.w))
			h := p.Height
			set = set || h > 0
			if h <= 0 {
				h = 1
			}
			want[i] = math.Max(want[i], h)
		}
		total += heights[i]
		asked += want[i]
	}
	if !set || len(rows) == 1 {
		return heights
	}
	for i := range heights {
		heights[i] = clamp(total*want[i]/asked, 14, 1200)
	}
	return heights
}

// alignShared gives the panels that share an x axis the same left and right edges.
func alignShared(rows [][]*placed) {
	type column struct{ index, of int }
	most := map[column]insets{}
	for _, row := range rows {
		for i, p := range row {
			if p.xaxis() != nil {
				k := column{i, len(row)}
				m := most[k]
				most[k] = insets{left: math.Max(m.left, p.ins.left), right: math.Max(m.right, p.ins.right)}
			}
		}
	}
	for _, row := range rows {
		for i, p := range row {
			if p.xaxis() != nil {
				m := most[column{i, len(row)}]
				p.ins.left, p.ins.right = m.left, m.right
				p.xaxis().left = m.left
			}
		}
	}
}
