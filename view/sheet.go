package view

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nissl"
)

// Sizes of type in points, those of a journal page.
const (
	sizeTitle   = 9.0
	sizePanel   = 7.5
	sizeLabel   = 7.0
	sizeTick    = 6.0
	sizeCaption = 6.8
	sizeLeast   = 4.5 // smallest legible name
)

// Widths of a figure in points: one and a half columns, and two.
const (
	widthNarrow = 340.0
	widthWide   = 510.0
)

const (
	border  = 10.0 // around the figure
	between = 12.0 // between panels
	hair    = 0.5  // width of axes
)

// insets are the widths of what surrounds a plot area: names, ticks, colour bars.
type insets struct{ left, right, top, bottom float64 }

// drawing is one kind of panel. Sizes are those of the plot area, without insets.
type drawing interface {
	// height is the natural height for a panel of the given full width.
	height(w float64) float64
	// insets for a panel of full width w and plot height h.
	insets(w, h float64) insets
	// useful is the largest plot width that a plot of height h can make use of.
	useful(h float64) float64
	// xaxis is the continuous x axis that can be shared, or nil.
	xaxis() *axis
	draw(c canvas, r rect)
}

// kit is what every drawing has at hand.
type kit struct {
	*fonts
	groups []string // names of the groups of the figure
}

// group is the name of group i, "" when it has none.
func (k kit) group(i int) string {
	if i >= 0 && i < len(k.groups) {
		return k.groups[i]
	}
	return ""
}

// sheet is a figure that has been measured.
type sheet struct {
	kit
	width, height float64
	title         []string
	caption       []string
	placed        []placed
}

// placed is a panel with its plot area.
type placed struct {
	nissl.Panel
	drawing
	letter string
	full   rect // with insets, without the title
	ins    insets
	plot   rect
}

func newSheet(fig nissl.Figure) (*sheet, error) {
	if err := check(fig); err != nil {
		return nil, err
	}
	s := &sheet{kit: kit{newFonts(), fig.Groups}}
	var rows [][]*placed
	for i, p := range fig.Panels {
		pl := &placed{Panel: p, drawing: s.kit.drawing(p)}
		if len(fig.Panels) > 1 && i < 26 {
			pl.letter = string(rune('a' + i))
		}
		if p.Beside && len(rows) > 0 {
			rows[len(rows)-1] = append(rows[len(rows)-1], pl)
		} else {
			rows = append(rows, []*placed{pl})
		}
	}
	s.width = pageWidth(fig)
	if fig.SharedX {
		shareX(rows)
	}
	s.layout(fig, rows)
	for _, row := range rows {
		for _, p := range row {
			s.placed = append(s.placed, *p)
		}
	}
	return s, nil
}

// pageWidth is narrow for a lone square drawing, else two columns.
func pageWidth(fig nissl.Figure) float64 {
	for _, p := range fig.Panels {
		square := p.Graph != nil || p.Heatmap != nil && p.Heatmap.X == nil && p.Heatmap.Cols <= p.Heatmap.Rows*3/2
		if p.Beside || !square {
			return widthWide
		}
	}
	return widthNarrow
}

// drawing makes the drawing of a checked panel.
func (k kit) drawing(p nissl.Panel) drawing {
	x, y := axis{label: p.XLabel}, axis{label: p.YLabel}
	switch {
	case p.Heatmap != nil:
		return newHeat(k, p.Heatmap, x, y)
	case p.Lines != nil:
		return newLines(k, p.Lines, x, y)
	case p.Bars != nil:
		return newBars(k, p.Bars, x, y)
	case p.Graph != nil:
		return newGraph(k, p.Graph)
	case p.Flow != nil:
		return newFlow(k, p.Flow, x, y)
	}
	return newRaster(k, p.Raster, x, y)
}

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

func (s *sheet) draw(c canvas) {
	y := border
	for _, line := range s.title {
		y += sizeTitle * 1.25
		c.text(border, y-2, line, style{size: sizeTitle, bold: true, color: ink})
	}
	for _, p := range s.placed {
		x := p.full.x
		if p.letter != "" {
			c.text(x, p.full.y-4, p.letter, style{size: sizePanel + 1, bold: true, color: ink})
			x += 11
		}
		title := s.shorten(p.Title, p.full.right()-x, sizePanel, false)
		c.text(x, p.full.y-4, title, style{size: sizePanel, color: ink})
		p.drawing.draw(c, p.plot)
	}
	y = s.height - border - float64(len(s.caption))*sizeCaption*1.35
	for _, line := range s.caption {
		y += sizeCaption * 1.35
		c.text(border, y-2, line, style{size: sizeCaption, color: muted})
	}
}

// check reports the first contradiction of a figure.
func check(fig nissl.Figure) error {
	if len(fig.Panels) == 0 {
		return fmt.Errorf("view: figure %q has no panels", fig.Name)
	}
	if len(fig.Panels) > 200 {
		return fmt.Errorf("view: figure %q has %d panels; 200 can be drawn", fig.Name, len(fig.Panels))
	}
	for i, p := range fig.Panels {
		if err := checkPanel(p); err != nil {
			return fmt.Errorf("view: figure %q, panel %d: %w", fig.Name, i+1, err)
		}
	}
	return nil
}
