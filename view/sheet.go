package view

import "nissl"

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
		square := p.Graph != nil && newGraph(kit{}, p.Graph).ratio() > 0.55 || p.Heatmap != nil && p.Heatmap.X == nil && p.Heatmap.Cols <= p.Heatmap.Rows*3/2
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
