package view

import (
	"errors"
	"fmt"

	"nissl"
)

// check reports the first contradiction of a figure.
func check(fig nissl.Figure) error {
	if len(fig.Panels) == 0 {
		return fmt.Errorf("view: figure %q has no panels", fig.Name)
	}
	if len(fig.Panels) > 200 {
		return fmt.Errorf("view: figure %q has %d panels; 200 can be drawn", fig.Name, len(fig.Panels))
	}
	for i, p := range fig.Panels {
		if err := checkPanel(p); err != nil {
			return fmt.Errorf("view: figure %q, panel %d: %w", fig.Name, i+1, err)
		}
	}
	return nil
}

// checkPanel reports lengths that disagree, so that the drawings need not.
func checkPanel(p nissl.Panel) error {
	if !(p.Height >= 0 && p.Height <= 1e6) {
		return fmt.Errorf("height %g; relative heights are 0 to 1e6", p.Height)
	}
	var errs []error
	kinds := 0
	if h := p.Heatmap; h != nil {
		kinds++
		errs = append(errs, checkHeatmap(h))
	}
	if l := p.Lines; l != nil {
		kinds++
		errs = append(errs, checkLines(l))
	}
	if b := p.Bars; b != nil {
		kinds++
		n := len(b.Values)
		errs = append(errs, same("names", len(b.Names), n), same("low", len(b.Low), n),
			same("high", len(b.High), n), same("groups", len(b.Groups), n), both(b.Low, b.High))
	}
	if g := p.Graph; g != nil {
		kinds++
		errs = append(errs, checkGraph(g))
	}
	if f := p.Flow; f != nil {
		kinds++
		errs = append(errs, checkFlow(f))
	}
	if r := p.Raster; r != nil {
		kinds++
		n := len(r.Times)
		errs = append(errs, same("names", len(r.Names), n), same("groups", len(r.Groups), n))
	}
	if kinds != 1 {
		return fmt.Errorf("%d drawings are set; a panel has exactly one", kinds)
	}
	return errors.Join(errs...)
}

// same reports an optional list whose length is neither 0 nor that of the values.
func same(what string, got, want int) error {
	if got != 0 && got != want {
		return fmt.Errorf("%d %s for %d values", got, what, want)
	}
	return nil
}

func both(low, high []float64) error {
	if len(low) != len(high) {
		return fmt.Errorf("%d low and %d high; a range has both", len(low), len(high))
	}
	return nil
}

func checkHeatmap(h *nissl.Heatmap) error {
	if h.Rows < 0 || h.Cols < 0 || h.Cols > 0 && h.Rows > len(h.Values)/h.Cols ||
		h.Rows*h.Cols != len(h.Values) {
		return fmt.Errorf("heatmap of %d × %d has %d values", h.Rows, h.Cols, len(h.Values))
	}
	for i := range h.X {
		if !finite(h.X[i]) || i > 0 && h.X[i] <= h.X[i-1] {
			return fmt.Errorf("heatmap x is %g at column %d; it must increase and be finite", h.X[i], i)
		}
	}
	return errors.Join(same("x", len(h.X), h.Cols), same("row names", len(h.RowNames), h.Rows),
		same("column names", len(h.ColNames), h.Cols), same("row groups", len(h.RowGroups), h.Rows),
		same("column groups", len(h.ColGroups), h.Cols))
}

func checkLines(l *nissl.Lines) error {
	n := len(l.X)
	for i, c := range l.Curves {
		if l.X == nil && i == 0 {
			n = len(c.Y)
		}
		err := errors.Join(same("low", len(c.Low), len(c.Y)), same("high", len(c.High), len(c.Y)), both(c.Low, c.High))
		if len(c.Y) != n {
			err = fmt.Errorf("%d values over %d of x", len(c.Y), n)
		}
		if err != nil {
			return fmt.Errorf("curve %d %q: %w", i, c.Name, err)
		}
	}
	return nil
}

func checkGraph(g *nissl.Graph) error {
	n := len(g.X)
	if len(g.Y) != n {
		return fmt.Errorf("graph has %d x and %d y", n, len(g.Y))
	}
	for i, e := range g.Edges {
		if e.From < 0 || e.From >= n || e.To < 0 || e.To >= n {
			return fmt.Errorf("edge %d joins %d and %d of %d nodes", i, e.From, e.To, n)
		}
	}
	return errors.Join(same("names", len(g.Names), n), same("groups", len(g.Groups), n))
}

func checkFlow(f *nissl.Flow) error {
	if len(f.Steps) != len(f.Group) {
		return fmt.Errorf("flow has %d step names and %d steps", len(f.Steps), len(f.Group))
	}
	for i, g := range f.Group {
		if len(g) != len(f.Group[0]) {
			return fmt.Errorf("flow step %d has %d members, the first has %d", i, len(g), len(f.Group[0]))
		}
		for m, v := range g {
			if v > 1<<20 {
				return fmt.Errorf("flow step %d puts member %d in group %d; groups are numbered from 0", i, m, v)
			}
		}
		if err := same("names", len(f.Names), len(g)); err != nil {
			return err
		}
	}
	return nil
}
