package nwb

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
	"nissl/internal/scratch"
)

// series is a TimeSeries that is described and not yet read.
type series struct {
	*object
	f      *file
	shape  []int
	typ    h5.Type
	unit   string
	factor float64
	offset float64
	stamps string // path of the time stamps, "" when regular
	rate   float64
	start  float64
	// The file holds channels × samples, against the format.
	swapped bool
	notes   []string
}

// series describes the data, scale and clock of a TimeSeries.
func (f *file) series(o *object) (*series, error) {
	s := &series{object: o, f: f, factor: 1}
	data := o.path + "/data"
	if !f.Has(data) {
		return nil, f.errorf(o.path, "has no data")
	}
	d, err := f.Dataset(data)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	s.shape, s.typ = d.Shape, d.Type
	if len(s.shape) == 0 {
		return nil, f.errorf(data, "has no dimension of time")
	}
	attrs, err := f.Attrs(data)
	if err != nil {
		return nil, err
	}
	unit, _ := attrs["unit"].Text()
	s.unit = symbol(unit)
	if v, ok := attrs["conversion"].Float(); ok {
		s.factor = v
	}
	if v, ok := attrs["offset"].Float(); ok {
		s.offset = v
	}
	if !(math.Abs(s.factor) > 0) || math.IsInf(s.factor, 0) || math.IsNaN(s.offset) || math.IsInf(s.offset, 0) {
		s.note("conversion %g and offset %g make no sense and were not applied", s.factor, s.offset)
		s.factor, s.offset = 1, 0
	}
	return s, s.clock()
}

func (s *series) note(format string, args ...any) {
	s.notes = append(s.notes, s.path+": "+fmt.Sprintf(format, args...))
}

// symbol is the SI symbol of a unit that NWB spells out.
func symbol(unit string) string {
	switch unit {
	case "volts", "volt", "Volts", "Volt":
		return "V"
	case "amperes", "ampere":
		return "A"
	case "seconds", "second":
		return "s"
	case "meters", "meter", "metres":
		return "m"
	case "n.a.", "n/a", "na", "NA", "N/A", "unknown", "no unit", "None", "a.u.", "a.u", "au":
		return ""
	}
	return unit
}

// clock finds time stamps, or starting_time with its rate.
func (s *series) clock() error {
	if at := s.path + "/timestamps"; s.f.Has(at) {
		d, err := s.f.Dataset(at)
		if err != nil {
			return err
		}
		defer d.Close()
		if len(d.Shape) == 1 && d.Len() > 0 && d.Type.Numeric() {
			s.stamps = at
			return s.match(d.Len())
		}
		s.note("timestamps of shape %v were passed by", d.Shape)
	}
	at := s.path + "/starting_time"
	if !s.f.Has(at) {
		return s.f.errorf(s.path, "has neither timestamps nor starting_time")
	}
	attrs, err := s.f.Attrs(at)
	if err != nil {
		return err
	}
	rate, ok := attrs["rate"].Float()
	if !ok || !(rate > 0) || math.IsInf(rate, 0) {
		return s.f.errorf(at, "rate is %g Hz, expected above zero", rate)
	}
	s.rate = rate
	if t := attrs["rate"].Type; t.Class == h5.Float && t.Size == 4 {
		s.rate, _ = strconv.ParseFloat(strconv.FormatFloat(rate, 'g', -1, 32), 64)
		if s.rate != rate {
			s.note("rate was stored in single precision, as %.12g Hz, and read as %g Hz", rate, s.rate)
		}
	}
	start, err := s.f.numbers(at)
	switch {
	case err != nil:
		return err
	case len(start) == 0 || math.IsNaN(start[0]) || math.IsInf(start[0], 0):
		s.note("starting_time is missing or no number: 0 s was taken")
		start = []float64{0}
	case len(start) > 1:
		s.note("starting_time is a list of %d: the first, %g s, was taken", len(start), start[0])
	}
	s.start = start[0]
	return nil
}

// match checks the number of time stamps against the samples; a file with its axes
// exchanged is recognised.
func (s *series) match(stamps int) error {
	if s.samples() == stamps {
		return nil
	}
	if len(s.shape) == 2 && s.shape[1] == stamps {
		s.swapped = true
		s.note("data of shape %v were taken as channels × samples, against the format, because there are %d time stamps", s.shape, stamps)
		return nil
	}
	return s.f.errorf(s.path, "%d time stamps for %d samples (data of shape %v)", stamps, s.samples(), s.shape)
}

func (s *series) samples() int {
	if s.swapped {
		return s.shape[1]
	}
	return s.shape[0]
}

func (s *series) channels() int {
	switch {
	case len(s.shape) < 2:
		return 1
	case s.swapped:
		return s.shape[0]
	}
	return s.shape[1]
}

// scale is what was applied to the data, in words.
func (s *series) scale() string {
	out := "× " + strconv.FormatFloat(s.factor, 'g', -1, 64)
	if s.offset != 0 {
		out += " + " + strconv.FormatFloat(s.offset, 'g', -1, 64)
	}
	if s.unit != "" {
		out += " → " + s.unit
	}
	return out
}

// stream describes the series to inspection.
func (s *series) stream(kind string) reader.Stream {
	doc, _ := s.attrs["description"].Text()
	return reader.Stream{Name: strings.TrimPrefix(s.path, "/"), Kind: kind, Units: s.channels(), Samples: s.samples(),
		RateHz: s.rate, StartS: s.start, Unit: s.unit, Scale: s.scale(), Doc: doc}
}

// times reads the time stamps, nil when the clock is regular.
func (s *series) times() ([]float64, error) {
	if s.stamps == "" {
		return nil, nil
	}
	return s.f.numbers(s.stamps)
}

// setClock gives the traces the clock of the series.
func (s *series) setClock(t *nissl.Traces) error {
	t.Rate, t.Start = s.rate, s.start
	if s.stamps == "" {
		return nil
	}
	stamps, err := s.times()
	if err != nil {
		return err
	}
	notes, err := reader.Options{}.Clock(t, stamps)
	if err != nil {
		return s.f.errorf(s.stamps, "%w", err)
	}
	s.notes = append(s.notes, notes...)
	return nil
}

// read makes traces of the samples: value × factor × channel[k] + offset, units ×
// samples. channel is nil for 1.
//
// Those larger than scratch.InMemory lie in a mapped file, which release lets go of.
func (s *series) read(channel []float64) (t *nissl.Traces, release func() error, err error) {
	n, samples := s.channels(), s.samples()
	d, err := s.f.Dataset(s.path + "/data")
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	if err := d.Plausible(); err != nil {
		return nil, nil, err
	}
	rows, release, err := scratch.Rows(n, samples, scratch.InMemory)
	if err != nil {
		return nil, nil, s.f.errorf(s.path, "%w", err)
	}
	t = &nissl.Traces{Rows: rows, Rate: 1, Unit: s.unit}
	factor := make([]float64, n)
	for k := range factor {
		factor[k] = s.factor
		if channel != nil {
			factor[k] *= channel[k]
		}
	}
	dims := [2]int{0, 1}
	if len(s.shape) == 1 {
		dims[1] = -1
	}
	if err := h5.ReadUnits(d, dims, !s.swapped, rows, factor, s.offset); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return t, release, nil
}
