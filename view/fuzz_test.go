package view

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"

	"nissl"
)

// FuzzFigure draws figures made of arbitrary numbers, names and lengths: it must draw
// or return an error, never panic, and what it draws must be XML.
func FuzzFigure(f *testing.F) {
	f.Add([]byte("a"))
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x00\x7f\xf0\x00\x00\x00\x00\x00\x00"))
	for _, v := range hostile {
		var b []byte
		for i := range 40 {
			b = binary.BigEndian.AppendUint64(append(b, byte(i), byte(3*i)), math.Float64bits(v))
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := source{data}
		fig := nissl.Figure{Name: s.word(), Title: s.word(), Caption: s.word(), SharedX: s.byte()%2 == 0, Groups: s.words(s.n())}
		for range s.n() % 6 {
			fig.Panels = append(fig.Panels, s.panel())
		}
		if svg, err := SVG(fig); err == nil {
			wellFormed(t, svg)
			if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) && !bytes.Contains(data, []byte("Inf")) {
				t.Error("a coordinate is not finite")
			}
		}
		PNG(fig, 30)
		finding := &nissl.Finding{Figures: []nissl.Figure{fig}, Notes: []string{s.word()},
			Evidence: []nissl.Evidence{{Name: s.word(), Observed: s.float(), NullRuns: s.floats(s.n())}}}
		if err := Terminal(io.Discard, finding, int(s.byte()), true); err != nil {
			t.Error(err)
		}
		if err := HTML(io.Discard, finding, nil); err != nil {
			t.Error(err)
		}
	})
}

// source turns bytes into values; an empty one gives zeros.
type source struct{ b []byte }

func (s *source) byte() byte {
	if len(s.b) == 0 {
		return 0
	}
	v := s.b[0]
	s.b = s.b[1:]
	return v
}

// n is a small length.
func (s *source) n() int { return int(s.byte() % 23) }

// group is -2 to 9.
func (s *source) group() int { return int(s.byte()%12) - 2 }

func (s *source) float() float64 {
	if s.byte()%2 == 0 {
		return float64(int8(s.byte()))
	}
	var raw [8]byte
	for i := range raw {
		raw[i] = s.byte()
	}
	return math.Float64frombits(binary.BigEndian.Uint64(raw[:]))
}

func (s *source) word() string {
	n := min(s.n(), len(s.b))
	w := string(s.b[:n])
	s.b = s.b[n:]
	return w
}

func list[T any](n int, next func() T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = next()
	}
	return out
}

func (s *source) floats(n int) []float64 { return list(n, s.float) }
func (s *source) words(n int) []string   { return list(n, s.word) }
func (s *source) groups(n int) []int     { return list(n, s.group) }

// maybe is n, none, or a wrong length.
func (s *source) maybe(n int) int {
	switch s.byte() % 9 {
	case 0, 1, 2, 3:
		return n
	case 4:
		return s.n()
	}
	return 0
}

func (s *source) spans() []nissl.Span {
	return list(s.n()%4, func() nissl.Span {
		return nissl.Span{Start: s.float(), Stop: s.float(), Name: s.word(), Group: s.group()}
	})
}

func (s *source) panel() nissl.Panel {
	p := nissl.Panel{Title: s.word(), XLabel: s.word(), YLabel: s.word(), Beside: s.byte()%3 == 0}
	if s.byte()%4 == 0 {
		p.Height = s.float()
	}
	n := s.n()
	switch s.byte() % 6 {
	case 0:
		cols := s.n()
		p.Heatmap = &nissl.Heatmap{Rows: n, Cols: cols, Values: s.floats(n * cols), Low: s.float(), High: s.float(), Diverging: s.byte()%2 == 0,
			RowNames: s.words(s.maybe(n)), ColNames: s.words(s.maybe(cols)), RowGroups: s.groups(s.maybe(n)), ColGroups: s.groups(s.maybe(cols)), Unit: s.word()}
		x := s.float()
		p.Heatmap.X = list(s.maybe(cols), func() float64 { x += math.Abs(s.float()) + 1e-3; return x })
	case 1:
		p.Lines = &nissl.Lines{X: s.floats(n), Spans: s.spans()}
		for range s.n() {
			p.Lines.Curves = append(p.Lines.Curves, nissl.Curve{Name: s.word(), Y: s.floats(n), Low: s.floats(s.maybe(n)), High: s.floats(s.maybe(n)), Group: s.group()})
		}
	case 2:
		p.Bars = &nissl.Bars{Names: s.words(s.maybe(n)), Values: s.floats(n), Low: s.floats(s.maybe(n)), High: s.floats(s.maybe(n)), Groups: s.groups(s.maybe(n))}
	case 3:
		p.Graph = &nissl.Graph{X: s.floats(n), Y: s.floats(n), Names: s.words(s.maybe(n)), Groups: s.groups(s.maybe(n)), Unit: s.word()}
		p.Graph.Edges = list(s.n(), func() nissl.Edge { return nissl.Edge{From: s.n(), To: s.n(), Weight: s.float()} })
	case 4:
		steps := s.n()
		p.Flow = &nissl.Flow{Steps: s.words(steps), Group: list(steps, func() []int { return s.groups(n) }), Groups: s.words(s.n())}
	case 5:
		p.Raster = &nissl.Raster{Times: list(n, func() []float64 { return s.floats(s.n()) }), Names: s.words(s.maybe(n)), Groups: s.groups(s.maybe(n)), Spans: s.spans()}
	}
	return p
}
