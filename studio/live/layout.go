package live

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

// place is one unit of a site: an index along each of its unit axes, or along the first ones, whose values are
// then maps.
type place struct {
	site nissl.Site
	unit []int
}

// name is how the unit is written.
func (p place) name() string {
	s := p.site.Name
	for i, u := range p.unit {
		s += string("/:"[min(i, 1)]) + strconv.Itoa(u)
	}
	return s
}

func (w *warm) site(name string) (nissl.Site, error) {
	sites := w.net.Sites()
	for _, s := range sites {
		if s.Name == name {
			return s, nil
		}
	}
	if name == "" {
		return nissl.Site{}, reply.Bad(fmt.Errorf("no site is named: choose one of the %d that this network has", len(sites)))
	}
	like := ""
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, s := range sites {
		if like == "" && strings.HasSuffix(s.Name, last) {
			like = "; there is " + s.Name
		}
	}
	return nissl.Site{}, reply.Bad(fmt.Errorf("%s has no site %q%s", w.net.About().Name, name, like))
}

// place reads SITE/UNIT or SITE/UNIT:UNIT.
func (w *warm) place(name string) (place, error) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return place{}, reply.Bad(fmt.Errorf("%q names no unit: write e.g. blocks.0.mlp.post/17", name))
	}
	s, err := w.site(name[:i])
	if err != nil {
		return place{}, err
	}
	p := place{site: s}
	axes := unitAxes(s)
	for _, word := range strings.Split(name[i+1:], ":") {
		u, err := strconv.Atoi(word)
		if err != nil || u < 0 || len(p.unit) >= len(axes) {
			return p, reply.Bad(fmt.Errorf("%q: expected a whole number for each of the site's axes %v", name, axisNames(s)))
		}
		if n := s.Size[axes[len(p.unit)]]; n >= 0 && u >= n {
			return p, reply.Bad(fmt.Errorf("%q: %s has %d units along %s: 0 to %d", name, s.Name, n, s.Axes[axes[len(p.unit)]], n-1))
		}
		p.unit = append(p.unit, u)
	}
	return p, nil
}

// timeAxis is the axis of positions, -1 where there is none.
func timeAxis(s nissl.Site) int {
	return slices.IndexFunc(s.Axes, func(a string) bool { return a == "position" || a == "query" })
}

// unitAxes are those that are neither of examples nor of positions.
func unitAxes(s nissl.Site) []int {
	var out []int
	for i, a := range s.Axes {
		if i != timeAxis(s) && a != "batch" {
			out = append(out, i)
		}
	}
	return out
}

func axisNames(s nissl.Site) []string {
	var out []string
	for _, i := range unitAxes(s) {
		out = append(out, s.Axes[i])
	}
	return out
}

// isMap says whether the site holds maps of pictures: channel, y, x.
func isMap(s nissl.Site) bool {
	n := len(s.Axes)
	return n >= 3 && s.Axes[n-2] == "y" && s.Axes[n-1] == "x"
}

func strides(shape []int) []int {
	out := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		out[i] = n
		n *= shape[i]
	}
	return out
}

// over gives the unit's value at every real position of the first example; units of which not all axes are chosen
// give their mean over the others.
func (p place) over(t nissl.Tensor, length int) ([]float64, error) {
	axes, stride, time := unitAxes(p.site), strides(t.Shape), timeAxis(p.site)
	if len(t.Shape) != len(p.site.Axes) {
		return nil, fmt.Errorf("%s has the shape %v where %v was expected", p.site.Name, t.Shape, p.site.Axes)
	}
	base := 0
	for i, u := range p.unit {
		if u >= t.Shape[axes[i]] {
			return nil, reply.Bad(fmt.Errorf("%s: there are only %d along %s", p.name(), t.Shape[axes[i]], p.site.Axes[axes[i]]))
		}
		base += u * stride[axes[i]]
	}
	offsets := []int{0}
	for _, a := range axes[len(p.unit):] {
		var next []int
		for _, o := range offsets {
			for k := range t.Shape[a] {
				next = append(next, o+k*stride[a])
			}
		}
		offsets = next
	}
	times := 1
	if time >= 0 {
		times = min(length, t.Shape[time])
	}
	out := make([]float64, times)
	for i := range out {
		at := base
		if time >= 0 {
			at += i * stride[time]
		}
		for _, o := range offsets {
			out[i] += float64(t.Data[at+o])
		}
		out[i] /= float64(len(offsets))
	}
	return out, nil
}

// plane is the map of a channel.
type plane struct {
	Width  int            `json:"width"`
	Height int            `json:"height"`
	Values []reply.Number `json:"values"`
}

// plane gives the map of the unit's channel, nil where the site has no maps.
func (p place) plane(t nissl.Tensor) *plane {
	if !isMap(p.site) || len(p.unit) == 0 || len(t.Shape) != 4 || p.unit[0] >= t.Shape[1] {
		return nil
	}
	h, w := t.Shape[2], t.Shape[3]
	return &plane{Width: w, Height: h, Values: reply.Numbers(t.Data[p.unit[0]*h*w : (p.unit[0]+1)*h*w])}
}
