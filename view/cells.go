package view

import (
	"image"
	"image/color"
	"math"
)

// Matrices of at most this many cells are drawn as rectangles that can be edited;
// larger ones as a picture of the resolution of print.
const (
	rectCells   = 2500
	pixelsPoint = 300.0 / 72
)

// color is that of a value; missing values are blank, infinite ones at the ends.
func (d *heat) color(v float64) color.NRGBA {
	if math.IsNaN(v) || d.values.empty() {
		return blank
	}
	return d.colors.at(d.values.share(clamp(v, d.values.lo, d.values.hi)))
}

func (d *heat) drawCells(c canvas, r rect) {
	rows, cols := d.h.Rows, d.h.Cols
	if rows*cols > rectCells {
		c.image(r, d.picture(r))
		return
	}
	xs := make([]float64, cols+1)
	for j := range xs {
		xs[j] = r.x + r.w*float64(j)/float64(cols)
	}
	if d.timed {
		e := columnEdges(d.h.X)
		span := extent{e[0], e[cols]}.widen()
		for j := range xs {
			xs[j] = r.x + r.w*span.share(e[j])
		}
	}
	fillRect(c, r, blank)
	// Neighbours overlap a little so that no seam of the paper shines through.
	const overlap = 0.15
	for i := range rows {
		y0, y1 := r.y+r.h*float64(i)/float64(rows), r.y+r.h*float64(i+1)/float64(rows)
		for j := 0; j < cols; {
			col, k := d.color(d.h.Values[i*cols+j]), j+1
			for k < cols && d.color(d.h.Values[i*cols+k]) == col {
				k++
			}
			if col != blank {
				x1, y2 := math.Min(xs[k]+overlap, r.right()), math.Min(y1+overlap, r.bottom())
				fillRect(c, rect{xs[j], y0, x1 - xs[j], y2 - y0}, col)
			}
			j = k
		}
	}
}

// picture paints the matrix on a grid of pixels. Where a pixel holds several cells
// it takes their mean; where a cell holds several pixels they repeat it.
func (d *heat) picture(r rect) *image.NRGBA {
	rows := grid(d.h.Rows, r.h, nil)
	cols := grid(d.h.Cols, r.w, d.h.X)
	w, h := len(cols), len(rows)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y, rs := range rows {
		if y > 0 && rs == rows[y-1] {
			copy(img.Pix[y*img.Stride:(y+1)*img.Stride], img.Pix[(y-1)*img.Stride:y*img.Stride])
			continue
		}
		for x, cs := range cols {
			img.SetNRGBA(x, y, d.color(d.mean(rs, cs)))
		}
	}
	return img
}

// span is a range of rows or columns.
type span struct{ from, to int }

// mean of the values of a block that are not missing.
func (d *heat) mean(rows, cols span) float64 {
	var sum float64
	n := 0
	for i := rows.from; i < rows.to; i++ {
		for _, v := range d.h.Values[i*d.h.Cols+cols.from : i*d.h.Cols+cols.to] {
			if !math.IsNaN(v) {
				sum += clamp(v, d.values.lo, d.values.hi)
				n++
			}
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// grid says for every pixel along a side of the given length which of the n items it
// shows; positions are nil when the items are evenly spaced. Few evenly spaced items
// get a whole number of pixels each, so that they look equally wide.
func grid(n int, length float64, positions []float64) []span {
	px := max(int(math.Round(length*pixelsPoint)), 1)
	if positions == nil && n <= px {
		px = (px + n - 1) / n * n
	}
	out := make([]span, px)
	edges := func(i int) float64 { return float64(i) / float64(n) }
	if positions != nil {
		e := columnEdges(positions)
		all := extent{e[0], e[n]}.widen()
		edges = func(i int) float64 { return all.share(e[i]) }
	}
	k := 0
	for p := range out {
		lo, hi := float64(p)/float64(px), float64(p+1)/float64(px)
		for k+1 < n && edges(k+1) <= lo+1e-9 {
			k++
		}
		to := k + 1
		for to < n && edges(to+1) <= hi+1e-9 {
			to++
		}
		out[p] = span{k, to}
	}
	return out
}

// run is a stretch of neighbours of one group.
type run struct{ group, from, n int }

func runs(groups []int) []run {
	var out []run
	for i, g := range groups {
		if i > 0 && groups[i-1] == g {
			out[len(out)-1].n++
			continue
		}
		out = append(out, run{g, i, 1})
	}
	return out
}

// longestRuns are the longest stretch of every group, in their order.
func longestRuns(groups []int) []run {
	best := map[int]run{}
	all := runs(groups)
	for _, r := range all {
		if r.n > best[r.group].n {
			best[r.group] = r
		}
	}
	var out []run
	for _, r := range all {
		if best[r.group] == r {
			out = append(out, r)
		}
	}
	return out
}

// maxRuns of one group are drawn as lines and rectangles; more would only be noise.
const maxRuns = 400

// drawStrip colours the edge of a matrix or raster by group, downwards or to the right.
func drawStrip(c canvas, r rect, groups []int, down bool) {
	n := float64(len(groups))
	all := runs(groups)
	if len(all) > maxRuns {
		w, h := max(int(r.w*pixelsPoint), 1), max(int(r.h*pixelsPoint), 1)
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				k := x * len(groups) / w
				if down {
					k = y * len(groups) / h
				}
				img.SetNRGBA(x, y, Palette(groups[k]))
			}
		}
		c.image(r, img)
		return
	}
	for _, g := range all {
		part := rect{r.x + r.w*float64(g.from)/n, r.y, r.w * float64(g.n) / n, r.h}
		if down {
			part = rect{r.x, r.y + r.h*float64(g.from)/n, r.w, r.h * float64(g.n) / n}
		}
		fillRect(c, part, Palette(g.group))
	}
}

// drawGroups draws the strips of the groups, lines between them, and their names.
func (d *heat) drawGroups(c canvas, r rect) {
	line := pen{color: alpha(paper, 0.9), width: 0.6}
	if d.h.Diverging || !d.dark() {
		line = pen{color: alpha(rule, 0.75), width: 0.45}
	}
	drawStrip(c, rect{r.right() + stripGap, r.y, stripWidth, r.h}, d.h.RowGroups, true)
	drawStrip(c, rect{r.x, r.y - stripGap - stripWidth, r.w, stripWidth}, d.h.ColGroups, false)
	at := func(n, i int, from, length float64) float64 { return from + length*float64(i)/float64(n) }
	var borders path
	if rows := runs(d.h.RowGroups); len(rows) <= min(d.h.Rows/2+1, maxRuns) {
		for _, g := range rows[min(1, len(rows)):] {
			y := at(d.h.Rows, g.from, r.y, r.h)
			borders.move(r.x, y)
			borders.line(r.right(), y)
		}
	}
	if cols := runs(d.h.ColGroups); len(cols) <= min(d.h.Cols/2+1, maxRuns) {
		for _, g := range cols[min(1, len(cols)):] {
			x := at(d.h.Cols, g.from, r.x, r.w)
			borders.move(x, r.y)
			borders.line(x, r.bottom())
		}
	}
	c.stroke(borders, line)
	for _, g := range longestRuns(d.h.RowGroups) {
		if y := at(d.h.Rows, g.from, r.y, r.h); at(d.h.Rows, g.from+g.n, r.y, r.h)-y >= sizeTick {
			mid := y + r.h*float64(g.n)/float64(d.h.Rows)/2
			name := d.shorten(d.group(g.group), nameWidth, sizeTick, false)
			c.text(r.right()+stripGap+stripWidth+3, mid+sizeTick*0.35, name, style{size: sizeTick, color: readable(Palette(g.group))})
		}
	}
}

// dark tells whether most of the matrix has dark colours, so that light lines show.
func (d *heat) dark() bool {
	n, dark := 0, 0
	for i := 0; i < len(d.h.Values); i += max(len(d.h.Values)/2000, 1) {
		if v := d.h.Values[i]; finite(v) {
			n++
			if d.values.share(v) > 0.5 {
				dark++
			}
		}
	}
	return dark*2 > n
}

// readable darkens a colour until it can be read as type on paper.
func readable(c color.NRGBA) color.NRGBA {
	l := toLab(c)
	l.l = math.Min(l.l, 58)
	return l.rgb()
}
