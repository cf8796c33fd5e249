package hdf5

import (
	"fmt"
	"math"
	"path"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
	"nissl/internal/scratch"
)

// fill reads everything that the options or the guesses say.
func (f *file) fill(r *nissl.Recording, o reader.Options) error {
	if err := f.readSpikes(r, o); err != nil {
		return err
	}
	want, given := o["traces"]
	switch {
	case want == "none" || !given && r.Spikes != nil:
	case given:
		s, err := f.find("traces", want)
		if err != nil {
			return err
		}
		if err := f.readTraces(r, s, o); err != nil {
			return err
		}
	default:
		s := f.guessTraces()
		if s == nil {
			return fmt.Errorf("%s: no dataset looks like traces (a matrix of numbers); name one with --read traces=PATH or --read spikes=PATH; it has %s", f.Path(), f.listing())
		}
		if err := f.readTraces(r, s, o); err != nil {
			return err
		}
	}
	if r.Traces == nil && r.Spikes == nil {
		return fmt.Errorf("%s: traces=none leaves nothing to read: name --read spikes=PATH", f.Path())
	}
	if err := f.readNames(r, o); err != nil {
		return err
	}
	notes, err := o.Join(r.Units)
	if err != nil {
		return err
	}
	f.notes = append(f.notes, notes...)
	if labels, ok := o["labels"]; ok {
		return f.applyLabels(r, labels, o)
	}
	return nil
}

// matrix is a dataset as rows × columns, its dimensions of 1 left aside.
type matrix struct {
	d          *h5.Dataset
	rows, cols int
	at         [2]int // which dimension of the dataset they are; -1 for none
}

func (f *file) matrix(s *set) (*matrix, error) {
	if !s.numeric() {
		return nil, f.errorf(s.path, "holds %s, expected numbers", s.typ)
	}
	m := &matrix{rows: 1, cols: 1, at: [2]int{-1, -1}}
	found := 0
	for i, k := range s.shape {
		if k == 1 && len(s.shape) != 2 {
			continue
		}
		if found == 2 {
			return nil, f.errorf(s.path, "has shape %v, expected units × samples", s.shape)
		}
		m.at[found] = i
		found++
	}
	switch found {
	case 2:
		m.rows, m.cols = s.shape[m.at[0]], s.shape[m.at[1]]
	case 1: // one unit
		m.at[0], m.at[1] = -1, m.at[0]
		m.cols = s.shape[m.at[1]]
	default:
		return nil, f.errorf(s.path, "has shape %v, expected units × samples", s.shape)
	}
	if m.rows == 0 || m.cols == 0 {
		return nil, f.errorf(s.path, "has shape %v and no values", s.shape)
	}
	var err error
	if m.d, err = f.Dataset(s.path); err != nil {
		return nil, err
	}
	return m, m.d.Plausible()
}

// readTraces reads the matrix as units × samples with its clock and covariates.
func (f *file) readTraces(r *nissl.Recording, s *set, o reader.Options) error {
	m, err := f.matrix(s)
	if err != nil {
		return err
	}
	defer m.d.Close()
	swap, err := f.transposed(m, o)
	if err != nil {
		return err
	}
	units, samples := m.rows, m.cols
	if swap {
		units, samples = samples, units
	}
	rows, release, err := scratch.Rows(units, samples, scratch.InMemory)
	if err != nil {
		return f.errorf(s.path, "%w", err)
	}
	r.OnClose(release)
	t := &nissl.Traces{Rows: rows, Rate: 1, Unit: s.unit}
	if err := h5.ReadUnits(m.d, m.at, swap, rows, nil, 0); err != nil {
		return err
	}
	if r.Units == nil {
		r.Units = nissl.NumberedUnits(units)
	} else if r.Units.Len() != units {
		return f.errorf(s.path, "has %d units, the spikes have %d", units, r.Units.Len())
	}
	r.Traces, f.traces, f.used[s.path] = t, s.path, true
	if err := f.clock(r, o); err != nil {
		return err
	}
	return f.covariates(r, s, o)
}

// transposed decides which way the matrix lies: the option, a clock that fits one side
// only, else there are fewer units.
func (f *file) transposed(m *matrix, o reader.Options) (bool, error) {
	if _, given, err := o.Axes(); !given && err == nil && m.rows != m.cols && m.rows > 1 && m.cols > 1 {
		byRows, byCols := f.clockOf(m.rows, o), f.clockOf(m.cols, o)
		if byRows != byCols {
			words := "units × samples"
			if byRows {
				words = "samples × units"
			}
			f.note("%d × %d values were taken as %s, because a clock has as many time stamps; --read axes=%s if not", m.rows, m.cols, words, reader.AxesWord(!byRows))
			return byRows, nil
		}
	}
	swap, note, err := o.Transposed(m.rows, m.cols)
	if note != "" {
		f.notes = append(f.notes, note)
	}
	return swap, err
}

// clockOf reports whether there is a clock of n time stamps.
func (f *file) clockOf(n int, o reader.Options) bool {
	if want, ok := o["timestamps"]; ok {
		s, err := f.find("timestamps", want)
		return err == nil && s.len() == n
	}
	kept := f.notes
	s, _ := f.guessClock(n)
	f.notes = kept
	return s != nil
}

// clock gives the traces their rate and time stamps.
func (f *file) clock(r *nissl.Recording, o reader.Options) error {
	want, given := o["timestamps"]
	rate, err := o.Rate()
	if err != nil {
		return err
	}
	var s *set
	var stamps []float64
	n := r.Traces.Samples()
	switch {
	case want == "none" || !given && rate > 0:
	case given:
		if s, err = f.find("timestamps", want); err != nil {
			return err
		}
		if stamps, err = f.numbers(s); err != nil {
			return err
		}
		if len(stamps) != n {
			return f.errorf(s.path, "has %d time stamps for %d samples", len(stamps), n)
		}
	default:
		s, stamps = f.guessClock(n)
	}
	if s != nil {
		f.scaleClock(s, stamps, r.Spikes != nil)
	}
	notes, err := o.Clock(r.Traces, stamps)
	if err != nil && s != nil {
		return f.errorf(s.path, "%w", err)
	}
	f.notes = append(f.notes, notes...)
	return err
}

// scaleClock makes the stamps seconds from 0.
func (f *file) scaleClock(s *set, stamps []float64, spikes bool) {
	f.used[s.path] = true
	scale, said := s.secondsIn()
	if !said {
		f.note("%s does not say its unit: seconds were taken", s.path)
	}
	first := stamps[0] * scale
	if spikes {
		first = 0
	} else if first != 0 {
		f.note("the clock of %s begins at %.9g s: that is second 0", s.path, first)
	}
	for i := range stamps {
		stamps[i] = stamps[i]*scale - first
	}
}

// The most columns and values of a guessed covariate.
const (
	maxColumns = 256
	maxValues  = 1 << 26
)

// covariates reads the named datasets, or all that have a value for every sample.
func (f *file) covariates(r *nissl.Recording, traces *set, o reader.Options) error {
	want, given := o["covariates"]
	n := r.Traces.Samples()
	var sets []*set
	switch {
	case want == "none":
	case given:
		for _, w := range strings.Split(want, ",") {
			s, err := f.find("covariates", strings.TrimSpace(w))
			if err != nil {
				return err
			}
			sets = append(sets, s)
		}
	default:
		for _, s := range f.sets {
			if s != traces && f.fits(s, n, r.Traces) && timeWord(s.path) == 0 {
				sets = append(sets, s)
			}
		}
		if len(sets) > 0 {
			f.note("%d datasets of %d values or rows were taken as covariates; --read covariates=PATHS names others", len(sets), n)
		}
	}
	names := make([]string, len(sets))
	for i, s := range sets {
		c, err := f.covariate(s, r.Traces)
		if err != nil {
			return err
		}
		names[i], f.used[s.path] = path.Base(s.path), true
		r.Covariates = append(r.Covariates, c)
	}
	names, _ = nissl.UniqueNames(names)
	for i := range names {
		r.Covariates[i].Name = names[i]
	}
	return nil
}

// fits reports whether a dataset looks like a covariate of n samples and not like
// other traces of the same units.
func (f *file) fits(s *set, n int, t *nissl.Traces) bool {
	shape := s.squeezed()
	if !s.numeric() || strings.HasPrefix(s.path, "/#") || s.len() > maxValues {
		return false
	}
	switch len(shape) {
	case 1:
		return shape[0] == n
	case 2:
		other := shape[1]
		if shape[0] != n {
			other = shape[0]
		}
		return (shape[0] == n || shape[1] == n) && other != len(t.Rows) && other <= maxColumns
	}
	return false
}

func (f *file) covariate(s *set, t *nissl.Traces) (nissl.Covariate, error) {
	c := nissl.Covariate{Unit: s.unit, Rate: t.Rate, Start: t.Start, Times: t.Times}
	shape, n := s.squeezed(), t.Samples()
	columns := 1
	if len(shape) == 2 {
		columns = shape[0] * shape[1] / max(1, n)
	}
	if len(shape) > 2 || s.len() != columns*n || len(shape) == 2 && shape[0] != n && shape[1] != n {
		return c, f.errorf(s.path, "has shape %v, expected one value or row for each of %d samples", s.shape, n)
	}
	v, err := f.numbers(s)
	if err != nil {
		return c, err
	}
	c.Values = make([][]float64, columns)
	for k := range c.Values {
		c.Values[k] = make([]float64, n)
		for i := range n {
			if len(shape) == 2 && shape[0] != n {
				c.Values[k][i] = v[k*n+i]
			} else {
				c.Values[k][i] = v[i*columns+k]
			}
			if math.IsInf(c.Values[k][i], 0) {
				c.Values[k][i] = math.NaN()
			}
		}
	}
	return c, nil
}
