package nissl

import (
	"fmt"
	"math"
	"sort"
)

// Covariate is anything measured beside the units: behaviour, stimulus, or the
// text tokens of a network's input. It keeps its own sampling.
type Covariate struct {
	Name    string
	Unit    string      // physical unit of the values
	Columns []string    // name of each dimension; empty for one dimension
	Values  [][]float64 // dimensions × samples; NaN is missing
	Text    []string    // one per sample, instead of or beside Values
	Rate    float64     // samples per second, when Times is nil
	Start   float64     // seconds of sample 0, when Times is nil
	Times   []float64   // seconds of each sample, when irregular
}

// Samples is the number of samples.
func (c *Covariate) Samples() int {
	if len(c.Values) > 0 {
		return len(c.Values[0])
	}
	return len(c.Text)
}

// Time of sample i in seconds.
func (c *Covariate) Time(i int) float64 {
	if c.Times != nil {
		return c.Times[i]
	}
	return c.Start + float64(i)/c.Rate
}

// At is the value of dimension dim at the given second: the latest sample that is not
// after it (zero-order hold), NaN before the first and for a missing one.
func (c *Covariate) At(dim int, second float64) float64 {
	i := sort.Search(c.Samples(), func(i int) bool { return c.Time(i) > second+1e-9 }) - 1
	if i < 0 || dim >= len(c.Values) {
		return math.NaN()
	}
	return c.Values[dim][i]
}

// Between keeps the samples in [start, stop) seconds.
func (c *Covariate) Between(start, stop float64) Covariate {
	a := sort.Search(c.Samples(), func(i int) bool { return c.Time(i) >= start-1e-9 })
	b := max(a, sort.Search(c.Samples(), func(i int) bool { return c.Time(i) >= stop-1e-9 }))
	out := *c
	out.Values = make([][]float64, len(c.Values))
	for d, v := range c.Values {
		out.Values[d] = v[a:b]
	}
	if len(c.Text) > 0 {
		out.Text = c.Text[a:b]
	}
	if c.Times != nil {
		out.Times = c.Times[a:b]
	} else {
		out.Start = c.Time(a)
	}
	return out
}

func (c *Covariate) validate() error {
	if c.Name == "" {
		return fmt.Errorf("a covariate has no name")
	}
	for d, v := range c.Values {
		if len(v) != c.Samples() {
			return fmt.Errorf("covariate %q: dimension %d has %d samples, dimension 0 has %d", c.Name, d, len(v), c.Samples())
		}
	}
	if len(c.Columns) > 0 && len(c.Columns) != len(c.Values) {
		return fmt.Errorf("covariate %q: %d column names for %d dimensions", c.Name, len(c.Columns), len(c.Values))
	}
	if len(c.Text) > 0 && len(c.Text) != c.Samples() {
		return fmt.Errorf("covariate %q: %d texts for %d samples", c.Name, len(c.Text), c.Samples())
	}
	if c.Times == nil {
		if !(c.Rate > 0) {
			return fmt.Errorf("covariate %q: rate is %v Hz", c.Name, c.Rate)
		}
		return nil
	}
	if len(c.Times) != c.Samples() {
		return fmt.Errorf("covariate %q: %d time stamps for %d samples", c.Name, len(c.Times), c.Samples())
	}
	if !sort.Float64sAreSorted(c.Times) {
		return fmt.Errorf("covariate %q: time stamps are not sorted", c.Name)
	}
	return nil
}

// Epochs are named intervals [Start, Stop) in seconds - trials, events (Stop = Start),
// states - with a table of whatever the file says about each.
type Epochs struct {
	Name  string
	Start []float64
	Stop  []float64
	Table Table // one row per interval; may have no columns
}

// Len is the number of intervals.
func (e *Epochs) Len() int { return len(e.Start) }

// Between keeps the intervals that start in [start, stop).
func (e *Epochs) Between(start, stop float64) Epochs {
	var index []int
	for i, s := range e.Start {
		if s >= start && s < stop {
			index = append(index, i)
		}
	}
	return e.Select(index)
}

// Select keeps the intervals at the given indices, in that order.
func (e *Epochs) Select(index []int) Epochs {
	return Epochs{Name: e.Name, Start: pick(e.Start, index), Stop: pick(e.Stop, index), Table: e.Table.Select(index)}
}

func (e *Epochs) validate() error {
	if e.Name == "" {
		return fmt.Errorf("epochs have no name")
	}
	if len(e.Stop) != len(e.Start) {
		return fmt.Errorf("epochs %q: %d starts and %d stops", e.Name, len(e.Start), len(e.Stop))
	}
	for i := range e.Start {
		if !(e.Start[i] <= e.Stop[i]) {
			return fmt.Errorf("epochs %q: interval %d stops at %g s before it starts at %g s", e.Name, i, e.Stop[i], e.Start[i])
		}
	}
	if err := e.Table.validate(); err != nil {
		return fmt.Errorf("epochs %q: %w", e.Name, err)
	}
	if len(e.Table.Columns) > 0 && e.Table.Rows() != e.Len() {
		return fmt.Errorf("epochs %q: table of %d rows for %d intervals", e.Name, e.Table.Rows(), e.Len())
	}
	return nil
}
