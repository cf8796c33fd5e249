package tiles

import (
	"context"
	"math"
	"sync/atomic"
)

// PyramidBytes is the most memory that the pyramid of a recording takes.
const PyramidBytes = 128 << 20

// cell summarises the finite samples of a range of one unit. A cell of no finite sample
// has n = 0; its other fields say nothing.
type cell struct {
	lo, hi float32
	mean   float32
	n      int32
}

// cellBytes is the size of a cell in memory.
const cellBytes = 16

// topLevel is the last level of which a cell can count all samples.
const topLevel = 30

// sum adds cells up without the rounding of their means.
type sum struct {
	total  float64
	lo, hi float64
	n      int
}

func newSum() sum { return sum{lo: math.Inf(1), hi: math.Inf(-1)} }

func (s *sum) add(c cell) {
	if c.n == 0 {
		return
	}
	s.total += float64(c.mean) * float64(c.n)
	s.n += int(c.n)
	s.lo, s.hi = min(s.lo, float64(c.lo)), max(s.hi, float64(c.hi))
}

// addSamples adds the finite values; NaN and infinity count as missing.
func (s *sum) addSamples(values []float32) {
	total, n := 0.0, 0
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	for _, v := range values {
		if v-v != 0 {
			continue
		}
		total += float64(v)
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		n++
	}
	if n > 0 {
		s.total += total
		s.n += n
		s.lo, s.hi = min(s.lo, float64(lo)), max(s.hi, float64(hi))
	}
}

func (s *sum) cell() cell {
	if s.n == 0 {
		return cell{}
	}
	return cell{float32(s.lo), float32(s.hi), float32(s.total / float64(s.n)), int32(s.n)}
}

func (s *sum) mean() float64 { return s.total / float64(s.n) }

// pyramid holds cells of 2^base, 2^(base+1), ... samples of every unit, up to one cell.
type pyramid struct {
	samples int
	base    int
	offsets []int // of the levels in a unit's cells
	units   []atomic.Pointer[[]cell]
	done    atomic.Int64 // units that are finished
}

// newPyramid chooses the finest base that fits into the given bytes.
func newPyramid(units, samples, bytes int) *pyramid {
	p := &pyramid{samples: samples, units: make([]atomic.Pointer[[]cell], units)}
	for p.base = 4; ; p.base++ {
		p.offsets = p.offsets[:0]
		at := 0
		for level := p.base; ; level++ {
			n := (max(samples, 1)-1)>>level + 1
			p.offsets = append(p.offsets, at)
			at += n
			if n == 1 || level >= topLevel {
				break
			}
		}
		p.offsets = append(p.offsets, at)
		if at <= 2 || float64(at)*cellBytes*float64(units) <= float64(bytes) {
			return p
		}
	}
}

// get is the finished cells of a unit, nil before that.
func (p *pyramid) get(unit int) []cell {
	if c := p.units[unit].Load(); c != nil {
		return *c
	}
	return nil
}

// build summarises one unit; it stops early when the context ends.
func (p *pyramid) build(ctx context.Context, unit int, row []float32) {
	cells := make([]cell, p.offsets[len(p.offsets)-1])
	width := 1 << p.base
	for i := range p.offsets[1] {
		if i%1024 == 0 && ctx.Err() != nil {
			return
		}
		s := newSum()
		s.addSamples(row[min(i*width, len(row)):min((i+1)*width, len(row))])
		cells[i] = s.cell()
	}
	for level := 1; level+1 < len(p.offsets); level++ {
		below := cells[p.offsets[level-1]:p.offsets[level]]
		for i := range p.offsets[level+1] - p.offsets[level] {
			s := newSum()
			for _, c := range below[2*i : min(2*i+2, len(below))] {
				s.add(c)
			}
			cells[p.offsets[level]+i] = s.cell()
		}
	}
	p.units[unit].Store(&cells)
	p.done.Add(1)
}

// of sums the samples from a to b of a unit with the fewest cells and samples. It is
// exact but for the rounding of the means; without cells it reads every sample.
func (p *pyramid) of(cells []cell, row []float32, a, b int) sum {
	s := newSum()
	width := 1 << p.base
	lo, hi := (a+width-1)/width, b/width
	if b == p.samples {
		hi = (b + width - 1) / width // the last cell may be of fewer samples
	}
	if cells == nil || lo >= hi {
		s.addSamples(row[a:b])
		return s
	}
	s.addSamples(row[a:min(lo*width, b)])
	s.addSamples(row[min(max(hi*width, a), b):b])
	for level := 0; lo < hi; level++ {
		last := level+2 == len(p.offsets)
		at := cells[p.offsets[level]:p.offsets[level+1]]
		for lo < hi && (lo&1 == 1 || last) {
			s.add(at[lo])
			lo++
		}
		// An odd end has no partner, unless it is the end of all.
		if lo < hi && hi&1 == 1 {
			if hi == len(at) {
				hi++
			} else {
				hi--
				s.add(at[hi])
			}
		}
		lo, hi = lo/2, hi/2
	}
	return s
}
