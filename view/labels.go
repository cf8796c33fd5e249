package view

import (
	"fmt"
	"image/color"
	"math"
	"sort"

	"nissl"
)

// endLabel is the name of a curve right of the plot, as near to its end as the
// neighbours allow.
type endLabel struct {
	name    string
	wish, y float64
	color   color.NRGBA
}

func (d *lines) labels(r rect) []endLabel {
	var out []endLabel
	seen := map[string]bool{}
	for _, i := range d.curves {
		cv := &d.l.Curves[i]
		key := fmt.Sprint(cv.Group, cv.Name)
		if cv.Name == "" || seen[key] {
			continue
		}
		for k := len(cv.Y) - 1; k >= 0; k-- {
			if finite(cv.Y[k]) {
				y := d.place(r, 0, cv.Y[k]).y
				out = append(out, endLabel{d.shorten(cv.Name, nameWidth, sizeTick, false), y, y, readable(Palette(cv.Group))})
				seen[key] = true
				break
			}
		}
	}
	const pitch = sizeTick * 1.1
	most := int(r.h/pitch) + 1
	if len(out) > most {
		out = out[:most]
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].wish < out[b].wish })
	spread(out, r.y, r.bottom(), pitch)
	return out
}

// spread moves labels apart to the given pitch, keeping them between top and bottom.
func spread(l []endLabel, top, bottom, pitch float64) {
	for i := range l {
		if i > 0 {
			l[i].y = math.Max(l[i].y, l[i-1].y+pitch)
		}
	}
	limit := bottom
	for i := len(l) - 1; i >= 0; i-- {
		l[i].y = math.Max(math.Min(l[i].y, limit), top)
		limit = l[i].y - pitch
	}
}

func (d *lines) spanNames() []string { return spanNames(d.l.Spans) }

func spanNames(spans []nissl.Span) []string {
	var out []string
	for _, s := range spans {
		if s.Name != "" {
			out = append(out, s.Name)
		}
	}
	return out
}

// drawSpans shades intervals and names each kind once above the plot.
func (k kit) drawSpans(c canvas, r rect, spans []nissl.Span, x *axis) {
	named := map[string]bool{}
	free := r.x
	shade := map[int]path{}
	var order []int
	for _, s := range spans {
		if !finite(s.Start) || !finite(s.Stop) || s.Stop < s.Start {
			continue
		}
		a := clamp(r.x+x.share(s.Start)*r.w, r.x, r.right())
		b := clamp(r.x+x.share(s.Stop)*r.w, r.x, r.right())
		p, ok := shade[s.Group]
		if !ok {
			order = append(order, s.Group)
		}
		p.box(rect{a, r.y, math.Max(b-a, 0.3), r.h})
		shade[s.Group] = p
		w := k.width(s.Name, sizeTick, false)
		if s.Name == "" || named[s.Name] || a < free || a+w > r.right()+4 {
			continue
		}
		named[s.Name], free = true, a+w+5
		c.text(a, r.y-2, s.Name, style{size: sizeTick, color: readable(Palette(s.Group))})
	}
	for _, g := range order {
		c.fill(shade[g], alpha(Palette(g), 0.16))
	}
}
