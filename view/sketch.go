package view

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"nissl"
)

const (
	tableRows    = 6 // of a table in the terminal
	tableCount   = 4
	sketchCurves = 8 // per panel
	sketchCount  = 12
)

// bar is a block as high as the share v of a line.
func bar(v float64) rune {
	return []rune("▁▂▃▄▅▆▇█")[int(clamp(v*8, 0, 7))]
}

// sparkline draws y in width characters, the mean of the samples of each; missing
// samples are blank.
func sparkline(y []float64, width int) string {
	e := nothing()
	e.add(y...)
	if e.empty() {
		return ""
	}
	means := make([]float64, min(width, len(y)))
	for i := range means {
		var sum, n float64
		for _, v := range y[i*len(y)/len(means) : (i+1)*len(y)/len(means)] {
			if finite(v) {
				sum += v
				n++
			}
		}
		means[i] = sum / n
	}
	e = nothing()
	e.add(means...)
	flat := e.lo == e.hi
	e = e.widen()
	var b strings.Builder
	for _, m := range means {
		switch {
		case !finite(m):
			b.WriteRune(' ')
		case flat:
			b.WriteRune(bar(0.4))
		default:
			b.WriteRune(bar(e.share(m)))
		}
	}
	return b.String()
}

// figures sketches time courses as sparklines and, where there are colours, the first
// matrix as blocks.
func (t *term) figures(figs []nissl.Figure) {
	curves, matrices := 0, 0
	for _, f := range figs {
		if check(f) != nil {
			continue
		}
		var sketches []func()
		names, axes := 0, ""
		for _, p := range f.Panels {
			switch {
			case p.Heatmap != nil && t.color && matrices < 1 && p.Heatmap.Rows > 0 && p.Heatmap.Cols > 0:
				matrices++
				sketches = append(sketches, func() { t.blocks(p) })
			case p.Lines != nil && curves < sketchCount && len(p.Lines.Curves) > 0:
				curves += min(len(p.Lines.Curves), sketchCurves)
				names = max(names, curveNames(p))
				sketches = append(sketches, func() {
					if x := xLine(p); x != axes { // once for panels with the same x
						t.xLine(axes, names)
						axes = x
					}
					t.sparklines(p, names)
				})
			}
		}
		if len(sketches) == 0 {
			continue
		}
		t.section(cut(f.Title, t.width))
		for _, s := range sketches {
			s()
		}
		t.xLine(axes, names)
	}
}

// curveName is that of the curve, or of its axis.
func curveName(p nissl.Panel, i int) string {
	if n := p.Lines.Curves[i].Name; n != "" {
		return n
	}
	if p.YLabel != "" {
		return p.YLabel
	}
	return p.Title
}

// curveNames is the width of the names of the curves that are sketched.
func curveNames(p nissl.Panel) int {
	w := 0
	for i := range min(len(p.Lines.Curves), sketchCurves) {
		w = max(w, utf8.RuneCountInString(clean(curveName(p, i))))
	}
	return min(w, 24)
}

func (t *term) sparklines(p nissl.Panel, names int) {
	n := min(len(p.Lines.Curves), sketchCurves)
	for i, c := range p.Lines.Curves[:n] {
		e := nothing()
		e.add(c.Y...)
		between := short(e.lo) + " to " + short(e.hi)
		room := min(t.width-names-utf8.RuneCountInString(between)-6, 60)
		if e.empty() || room < 8 {
			continue
		}
		t.line("  " + pad(cut(curveName(p, i), names), names) + "  " + t.rgb(Palette(c.Group), sparkline(c.Y, room)) + "  " + t.paint(dim, between))
	}
	if rest := len(p.Lines.Curves) - n; rest > 0 {
		t.line(t.paint(dim, fmt.Sprintf("  and %d more", rest)))
	}
}

// xLine says what the sparklines of a panel run over.
func xLine(p nissl.Panel) string {
	x := nothing()
	x.add(p.Lines.X...)
	if x.empty() {
		return ""
	}
	s := short(x.lo) + " to " + short(x.hi)
	if p.XLabel != "" {
		s = clean(p.XLabel) + ": " + s
	}
	return s
}

func (t *term) xLine(s string, names int) {
	if s != "" {
		t.line(pad("", names+4) + t.paint(dim, cut(s, t.width-names-4)))
	}
}

func (t *term) rgb(c color.NRGBA, s string) string {
	return t.paint(fmt.Sprintf("38;2;%d;%d;%d", c.R, c.G, c.B), s)
}

// blocks draws a matrix with two rows of cells per line: the upper as the colour of
// ▀, the lower as its background.
func (t *term) blocks(p nissl.Panel) {
	h := p.Heatmap
	d := newHeat(kit{}, h, axis{}, axis{})
	cols := min(h.Cols, t.width-4, 64)
	rows := min(h.Rows, 40)
	if h.X == nil && h.Rows == h.Cols {
		rows = min(rows, cols)
		cols = rows
	}
	at := func(i, j int) color.NRGBA {
		return d.color(d.mean(span{i * h.Rows / rows, (i + 1) * h.Rows / rows}, span{j * h.Cols / cols, (j + 1) * h.Cols / cols}))
	}
	for i := 0; i < rows; i += 2 {
		var b strings.Builder
		b.WriteString("  ")
		for j := range cols {
			u := at(i, j)
			fmt.Fprintf(&b, "\x1b[38;2;%d;%d;%d", u.R, u.G, u.B)
			if i+1 < rows {
				l := at(i+1, j)
				fmt.Fprintf(&b, ";48;2;%d;%d;%d", l.R, l.G, l.B)
			}
			b.WriteString("m▀\x1b[0m")
		}
		t.line(b.String())
	}
	if !d.values.empty() {
		t.line(t.paint(dim, fmt.Sprintf("  %d × %d, %s to %s", h.Rows, h.Cols, short(d.values.lo), quantity(d.values.hi, h.Unit))))
	}
}

// tables writes the first rows of the first tables.
func (t *term) tables(tables []nissl.NamedTable) {
	for i, tab := range tables {
		if i == tableCount {
			t.line("")
			t.line(t.paint(dim, fmt.Sprintf("and %d more tables", len(tables)-i)))
			return
		}
		t.section(cut(fmt.Sprintf("Table %s (%d rows)", clean(tab.Name), tab.Rows()), t.width))
		if tab.Doc != "" {
			t.paragraph("  ", "  ", tab.Doc, dim)
		}
		t.table(tab.Table)
	}
}

func (t *term) table(tab nissl.Table) {
	if len(tab.Columns) == 0 {
		return
	}
	rows := min(tab.Rows(), tableRows)
	used := 0
	lines := make([]string, rows+1)
	shown := 0
	for _, c := range tab.Columns {
		head := c.Name
		if c.Unit != "" {
			head += " (" + c.Unit + ")"
		}
		cells := []string{cut(head, 24)}
		for i := range rows {
			cells = append(cells, cut(cellText(c, i), 24))
		}
		w := 0
		for _, s := range cells {
			w = max(w, utf8.RuneCountInString(s))
		}
		if used+w+2 > t.width {
			break
		}
		used += w + 2
		shown++
		for i, s := range cells {
			if _, text := c.Values.([]string); text {
				s = pad(s, w)
			} else {
				s = padLeft(s, w)
			}
			lines[i] += "  " + s
		}
	}
	for i, l := range lines {
		if i == 0 {
			l = t.paint(dim, strings.TrimRight(l, " "))
		}
		t.line(l)
	}
	var more []string
	if n := tab.Rows() - rows; n > 0 {
		more = append(more, fmt.Sprintf("%d more rows", n))
	}
	if n := len(tab.Columns) - shown; n > 0 {
		more = append(more, fmt.Sprintf("%d more columns", n))
	}
	if len(more) > 0 {
		t.line(t.paint(dim, "  … "+strings.Join(more, ", ")))
	}
}

// cellText is a value of a table for people: numbers are shortened, "" where a
// column has no such row.
func cellText(c nissl.Column, i int) string {
	if i >= c.Len() {
		return ""
	}
	if v, ok := c.Values.([]float64); ok {
		if math.IsNaN(v[i]) {
			return ""
		}
		return short(v[i])
	}
	return c.Text(i)
}
