package wiring

import (
	"fmt"
	"math"
	"slices"

	"nissl/spiking/param"
)

// space is where the cells of two populations are. Distances are in µm.
type space struct {
	from, to [][]float64
	dims     int
	extent   []float64 // of a space that closes on itself, nil for an open one (NEST's edge_wrap)
	far      float64   // no distance is greater
}

// newSpace checks the positions.
func newSpace(c Config) (*space, error) {
	s := &space{from: c.Source.Positions, to: c.Target.Positions}
	low, high := []float64{}, []float64{}
	for _, p := range []Population{c.Source, c.Target} {
		if p.Positions == nil {
			return nil, fmt.Errorf("%s has no positions, which a distance needs: give it positions, or cells with columns x, y, z", p.Name)
		}
		for i, x := range p.Positions {
			if s.dims == 0 {
				s.dims = len(x)
				low, high = slices.Clone(x), slices.Clone(x)
			}
			if len(x) != s.dims || len(x) < 1 || len(x) > 3 {
				return nil, fmt.Errorf("the position of cell %d of %s has %d coordinates; expected %d as for the others, from 1 to 3", i, p.Name, len(x), s.dims)
			}
			for d, v := range x {
				if v-v != 0 {
					return nil, fmt.Errorf("the position of cell %d of %s is %v", i, p.Name, x)
				}
				low[d], high[d] = min(low[d], v), max(high[d], v)
			}
		}
	}
	if err := s.wrap(c.Params.Value("extent"), low, high); err != nil {
		return nil, &param.Error{Name: "extent", Err: err}
	}
	for d := range s.dims {
		side := high[d] - low[d]
		if s.extent != nil {
			side = min(side, s.extent[d]/2)
		}
		s.far += side * side
	}
	s.far = math.Sqrt(s.far)
	return s, nil
}

// wrap closes the space.
func (s *space) wrap(v param.Value, low, high []float64) error {
	one, constant := v.Constant()
	if constant && one == 0 {
		return nil
	}
	s.extent = slices.Repeat([]float64{one}, s.dims)
	if list := v.Listed(); list != nil {
		s.extent = list
	} else if !constant {
		return fmt.Errorf("extent = %v: expected a number, or one for each coordinate", v)
	}
	if len(s.extent) != s.dims {
		return fmt.Errorf("extent = %v has %d numbers for %d coordinates", v, len(s.extent), s.dims)
	}
	for d, e := range s.extent {
		if e <= 0 || high[d]-low[d] > e {
			return fmt.Errorf("extent = %v, but the cells lie from %v to %v µm", e, low[d], high[d])
		}
	}
	return nil
}

// distance of a source and a target.
func (s *space) distance(source uint32, target int) float64 {
	sum := 0.0
	a, b := s.from[source], s.to[target]
	for d := range b {
		x := math.Abs(a[d] - b[d])
		if s.extent != nil {
			x = min(x, s.extent[d]-x)
		}
		sum += x * x
	}
	return math.Sqrt(sum)
}

// box is some sources that lie near each other.
type box struct {
	low, high []float64 // of their coordinates
	diagonal  float64
	source    []uint32
}

// Boxes hold about so many sources each, and there are about so many at most: every target
// looks at all boxes, then at few sources of each.
const (
	boxful    = 32
	mostBoxes = 4096
)

// boxes sorts the sources by where they are.
func (s *space) boxes() []box {
	if len(s.from) == 0 {
		return nil
	}
	low, high := slices.Clone(s.from[0]), slices.Clone(s.from[0])
	for _, x := range s.from {
		for d, v := range x {
			low[d], high[d] = min(low[d], v), max(high[d], v)
		}
	}
	n := int(math.Pow(min(mostBoxes, float64(len(s.from))/boxful), 1/float64(s.dims)))
	n = max(1, n)
	all := make([]box, int(math.Pow(float64(n), float64(s.dims))+.5))
	for i, x := range s.from {
		at := 0
		for d, v := range x {
			along := 0
			if high[d] > low[d] {
				along = min(n-1, int((v-low[d])/(high[d]-low[d])*float64(n)))
			}
			at = at*n + along
		}
		all[at].put(uint32(i), x)
	}
	all = slices.DeleteFunc(all, func(b box) bool { return b.source == nil })
	for i := range all {
		b := &all[i]
		for d := range b.low {
			b.diagonal += (b.high[d] - b.low[d]) * (b.high[d] - b.low[d])
		}
		b.diagonal = math.Sqrt(b.diagonal)
	}
	return all
}

func (b *box) put(source uint32, x []float64) {
	if b.source == nil {
		b.low, b.high = slices.Clone(x), slices.Clone(x)
	}
	b.source = append(b.source, source)
	for d, v := range x {
		b.low[d], b.high[d] = min(b.low[d], v), max(b.high[d], v)
	}
}

// nearest is the least distance that a target and a source of a box can have. The
// greatest is at most the box's diagonal more.
func (s *space) nearest(b *box, target int) float64 {
	sum := 0.0
	for d, v := range s.to[target] {
		low, high := b.low[d]-v, v-b.high[d]
		if low <= 0 && high <= 0 {
			continue
		}
		x := max(low, high)
		if s.extent != nil { // the other way round may be shorter
			x = min(x, s.extent[d]-max(math.Abs(low), math.Abs(high)))
		}
		sum += x * x
	}
	return math.Sqrt(sum)
}
