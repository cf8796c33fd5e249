package view

import (
	"image"
	"math"

	"nissl"
)

// raster draws event times, one row per unit from the top.
type raster struct {
	kit
	r      *nissl.Raster
	x, y   axis
	events int
}

func newRaster(k kit, r *nissl.Raster, x, y axis) *raster {
	d := &raster{kit: k, r: r, y: y}
	e := nothing()
	for _, row := range r.Times {
		e.add(row...)
		d.events += len(row)
	}
	for _, s := range r.Spans {
		e.add(s.Start, s.Stop)
	}
	d.x = newAxis(x, e)
	return d
}

func (d *raster) xaxis() *axis { return &d.x }

func (d *raster) height(float64) float64 {
	return clamp(float64(len(d.r.Times))*5, 40, 200)
}

func (d *raster) useful(float64) float64 { return math.Inf(1) }

func (d *raster) pitch(h float64) float64 { return h / math.Max(float64(len(d.r.Times)), 1) }

func (d *raster) insets(_, h float64) insets {
	in := insets{left: 4, right: 4, top: 3, bottom: bottomInset(&d.x)}
	if len(d.r.Names) > 0 {
		in.left = d.planNames(d.r.Names, d.pitch(h)).width + 4
	} else {
		in.left = d.width(short(float64(len(d.r.Times))), sizeTick, false) + tickLength + 3
	}
	if d.y.label != "" {
		in.left += sizeLabel + 4
	}
	if len(d.r.Groups) > 0 {
		in.right += stripWidth + stripGap
		for _, g := range longestRuns(d.r.Groups) {
			if float64(g.n)*d.pitch(h) >= sizeTick {
				name := d.shorten(d.group(g.group), nameWidth, sizeTick, false)
				in.right = math.Max(in.right, stripWidth+stripGap+6+d.width(name, sizeTick, false))
			}
		}
	}
	if len(spanNames(d.r.Spans)) > 0 {
		in.top = sizeTick + 3
	}
	return in
}

// Rasters of at most this many events and rows are drawn as lines.
const (
	lineEvents = 20000
	lineRows   = 400
)

func (d *raster) draw(c canvas, r rect) {
	d.drawSpans(c, r, d.r.Spans, &d.x)
	d.drawX(c, r, &d.x)
	d.drawLabels(c, r)
	if d.x.empty {
		d.message(c, r, "no events")
		return
	}
	if d.events > lineEvents || len(d.r.Times) > lineRows {
		c.image(r, d.picture(r))
	} else {
		d.drawTicks(c, r)
	}
	if len(d.r.Groups) == 0 {
		return
	}
	pitch := d.pitch(r.h)
	drawStrip(c, rect{r.right() + stripGap, r.y, stripWidth, r.h}, d.r.Groups, true)
	for _, g := range longestRuns(d.r.Groups) {
		if float64(g.n)*pitch >= sizeTick {
			y := r.y + (float64(g.from)+float64(g.n)/2)*pitch
			c.text(r.right()+stripGap+stripWidth+3, y+sizeTick*0.35, d.shorten(d.group(g.group), nameWidth, sizeTick, false),
				style{size: sizeTick, color: readable(Palette(g.group))})
		}
	}
}

func (d *raster) drawLabels(c canvas, r rect) {
	pitch := d.pitch(r.h)
	off := 4.0
	if len(d.r.Names) > 0 {
		plan := d.planNames(d.r.Names, pitch)
		for i, s := range plan.text {
			c.text(r.x-3, r.y+(float64(i)+0.5)*pitch+plan.size*0.35, s, style{size: plan.size, align: 1, color: ink})
		}
		off = plan.width + 6
	} else if len(d.r.Times) > 0 {
		widest := 0.0
		for _, t := range indexTicks(len(d.r.Times), int(clamp(r.h/tickGapY, 1, 6))) {
			y := r.y + (t.at+0.5)*pitch
			segmentLine(c, r.x-tickLength, y, r.x, y, pen{color: ink, width: hair})
			c.text(r.x-tickLength-1.5, y+sizeTick*0.36, t.label, style{size: sizeTick, align: 1, color: ink})
			widest = math.Max(widest, d.width(t.label, sizeTick, false))
		}
		off = widest + tickLength + 5
	}
	d.drawYLabel(c, r, &d.x, d.y.label, off)
}

// groupOf row i; rows without groups are ink.
func (d *raster) color(i int) (col [3]uint8) {
	c := ink
	if len(d.r.Groups) > 0 {
		c = Palette(d.r.Groups[i])
	}
	return [3]uint8{c.R, c.G, c.B}
}

func (d *raster) drawTicks(c canvas, r rect) {
	pitch := d.pitch(r.h)
	paths := map[[3]uint8]path{}
	var order [][3]uint8
	for i, row := range d.r.Times {
		col := d.color(i)
		p, ok := paths[col]
		if !ok {
			order = append(order, col)
		}
		y := r.y + float64(i)*pitch
		for _, t := range row {
			if finite(t) {
				x := r.x + d.x.share(t)*r.w
				p.move(x, y+pitch*0.12)
				p.line(x, y+pitch*0.88)
			}
		}
		paths[col] = p
	}
	width := clamp(r.w/math.Max(float64(d.events)/math.Max(float64(len(d.r.Times)), 1), 1)*0.3, 0.25, 0.7)
	for _, col := range order {
		c.stroke(paths[col], pen{color: rgb(uint32(col[0])<<16 | uint32(col[1])<<8 | uint32(col[2])), width: width})
	}
}

// picture counts the events of every pixel: its opacity rises with their number and
// a single event stays visible.
func (d *raster) picture(r rect) *image.NRGBA {
	const dots = pixelsPoint / 1.5 // 200 per inch: a lone event must not vanish
	w, h := max(int(r.w*dots), 1), max(int(r.h*dots), 1)
	rows := len(d.r.Times)
	counts := make([]float64, w*h)
	owner := make([]int32, w*h)
	for i, row := range d.r.Times {
		y0 := i * h / rows
		y1 := max((i+1)*h/rows, y0+1)
		if y1-y0 > 3 {
			y1-- // a gap between rows that are high enough
		}
		for _, t := range row {
			if !finite(t) {
				continue
			}
			x := min(max(int(d.x.share(t)*float64(w)), 0), w-1)
			for y := y0; y < y1; y++ {
				counts[y*w+x]++
				owner[y*w+x] = int32(i)
			}
		}
	}
	filled, sum := 0.0, 0.0
	for _, n := range counts {
		if n > 0 {
			filled++
			sum += n
		}
	}
	mean := sum / math.Max(filled, 1)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for k, n := range counts {
		if n > 0 {
			col := d.color(int(owner[k]))
			a := 0.25 + 0.75*(1-math.Exp(-n/mean))
			copy(img.Pix[4*k:], []uint8{col[0], col[1], col[2], uint8(255 * a)})
		}
	}
	return img
}
