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

// grid sorts the sources into boxes, so that those near a target are found without
// looking at all.
type grid struct {
	*space
	origin, side []float64
	count        []int
	start        []int32 // of each box; one more than there are boxes
	source       []uint32
}

// mostBoxes along one axis: finer is no faster.
const mostBoxes = 64

// newGrid makes boxes that are no smaller than the radius.
func newGrid(s *space, radius float64) *grid {
	g := &grid{space: s, origin: slices.Clone(s.from[0]), side: make([]float64, s.dims), count: make([]int, s.dims)}
	high := slices.Clone(s.from[0])
	for _, x := range append(slices.Clone(s.from), s.to...) {
		for d, v := range x {
			g.origin[d], high[d] = min(g.origin[d], v), max(high[d], v)
		}
	}
	boxes := 1
	for d := range s.dims {
		length := high[d] - g.origin[d]
		if s.extent != nil {
			length = s.extent[d]
		}
		// A little larger than the radius, so that a pair at just that distance is found.
		g.count[d] = int(min(mostBoxes, max(1, math.Floor(length/(radius*(1+1e-9))))))
		g.side[d] = length / float64(g.count[d])
		boxes *= g.count[d]
	}
	g.start = make([]int32, boxes+1)
	box := make([]int, len(s.from))
	for i, x := range s.from {
		for d := range x {
			box[i] = box[i]*g.count[d] + g.along(d, x[d])
		}
		g.start[box[i]+1]++
	}
	for b := range boxes {
		g.start[b+1] += g.start[b]
	}
	next := slices.Clone(g.start)
	g.source = make([]uint32, len(s.from))
	for i, b := range box {
		g.source[next[b]] = uint32(i)
		next[b]++
	}
	return g
}

// along is the box of a coordinate.
func (g *grid) along(d int, v float64) int {
	if g.side[d] == 0 {
		return 0
	}
	return min(g.count[d]-1, int((v-g.origin[d])/g.side[d]))
}

// near appends the sources in the boxes around a target.
func (g *grid) near(target int, out []uint32) []uint32 {
	return g.collect(g.to[target], 0, 0, out)
}

func (g *grid) collect(x []float64, d, box int, out []uint32) []uint32 {
	if d == g.dims {
		return append(out, g.source[g.start[box]:g.start[box+1]]...)
	}
	at, n := g.along(d, x[d]), g.count[d]
	low, high := at-1, at+1
	if g.extent == nil {
		low, high = max(0, low), min(n-1, high)
	} else if n < 3 {
		low, high = 0, n-1
	}
	for b := low; b <= high; b++ {
		out = g.collect(x, d+1, box*n+(b+n)%n, out)
	}
	return out
}
