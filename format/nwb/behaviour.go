package nwb

import (
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"sort"
	"strings"

	"nissl"
	"nissl/internal/h5"
)

// Larger covariates are listed and not read.
const (
	maxCovariateColumns = 256
	maxCovariateValues  = 1 << 26
)

var neural = []string{"ElectricalSeries", "RoiResponseSeries", "PatchClampSeries"}

// isNeural reports whether the series can be the recording's traces.
func (f *file) isNeural(o *object) bool {
	for _, t := range neural {
		if f.types.is(o.typ, t) {
			return true
		}
	}
	return false
}

// readBehaviour makes covariates and epochs from every series that is not neural.
func (f *file) readBehaviour(r *nissl.Recording) {
	for _, o := range f.all("TimeSeries") {
		if f.isNeural(o) {
			continue
		}
		var err error
		switch {
		case f.types.is(o.typ, "ImageSeries"), f.types.is(o.typ, "IndexSeries"), f.types.is(o.typ, "DecompositionSeries"):
			f.note("%s: %s is not read", o.path, o.typ)
		case f.types.is(o.typ, "IntervalSeries"):
			err = f.intervalSeries(o, r)
		default:
			err = f.covariate(o, r)
		}
		if err != nil {
			f.note("left out: %s", strings.TrimPrefix(err.Error(), f.Path()+": "))
		}
	}
	names := make([]string, len(r.Covariates))
	for i, c := range r.Covariates {
		names[i] = c.Name
	}
	names, _ = nissl.UniqueNames(names)
	for i := range names {
		r.Covariates[i].Name = names[i]
	}
}

// covariate reads one series with its conversion applied, or its text.
func (f *file) covariate(o *object, r *nissl.Recording) error {
	s, err := f.series(o)
	if err != nil {
		return err
	}
	defer func() { f.notes = append(f.notes, s.notes...) }()
	c := nissl.Covariate{Name: f.covariateName(o), Unit: s.unit, Rate: s.rate, Start: s.start}
	if s.stamps != "" {
		c.Rate, c.Start = 0, 0
		if c.Times, err = s.times(); err != nil {
			return err
		}
	}
	switch {
	case s.samples() == 0:
		return f.errorf(o.path, "has no samples")
	case s.typ.Class == h5.String && len(s.shape) == 1:
		if c.Text, err = f.strings(o.path + "/data"); err != nil {
			return err
		}
	case !s.typ.Numeric() || len(s.shape) > 2 || s.channels() > maxCovariateColumns || s.samples() > maxCovariateValues/s.channels():
		return f.errorf(o.path, "data of %s and shape %v fit no covariate", s.typ, s.shape)
	default:
		if c.Values, err = s.values(); err != nil {
			return err
		}
		f.features(o, &c)
	}
	if n := sortTimes(&c); n != "" {
		s.note("%s", n)
	}
	r.Covariates = append(r.Covariates, c)
	return nil
}

// covariateName is the series' name, with that of its container where others have the
// same one.
func (f *file) covariateName(o *object) string {
	same := 0
	for _, other := range f.all("TimeSeries") {
		if other.name == o.name && !f.isNeural(other) {
			same++
		}
	}
	if same > 1 {
		return path.Base(o.parent()) + "/" + o.name
	}
	return o.name
}

func (f *file) strings(at string) ([]string, error) {
	d, err := f.Dataset(at)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Strings()
}

// features names the columns as the file does, or x, y, z for a position.
func (f *file) features(o *object, c *nissl.Covariate) {
	if at := o.path + "/features"; f.Has(at) {
		if names, err := f.strings(at); err == nil && len(names) == len(c.Values) {
			c.Columns = names
			return
		}
	}
	if f.types.is(o.typ, "SpatialSeries") && len(c.Values) > 1 && len(c.Values) <= 3 {
		c.Columns = []string{"x", "y", "z"}[:len(c.Values)]
	}
}

// values reads the data as dimensions × samples, scaled.
func (s *series) values() ([][]float64, error) {
	d, err := s.f.Dataset(s.path + "/data")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	flat, err := h5.Read[float64](d)
	if err != nil {
		return nil, err
	}
	n, samples := s.channels(), s.samples()
	out := make([][]float64, n)
	for k := range out {
		out[k] = make([]float64, samples)
		for i := range out[k] {
			at := i*n + k
			if s.swapped {
				at = k*samples + i
			}
			out[k][i] = flat[at]*s.factor + s.offset
		}
	}
	return out, nil
}

// sortTimes drops samples without a time, sorts the others by it and says so.
func sortTimes(c *nissl.Covariate) string {
	if c.Times == nil {
		return ""
	}
	order := make([]int, 0, len(c.Times))
	for i, t := range c.Times {
		if !math.IsNaN(t) && !math.IsInf(t, 0) {
			order = append(order, i)
		}
	}
	lost := len(c.Times) - len(order)
	if lost == 0 && sort.Float64sAreSorted(c.Times) {
		return ""
	}
	sort.SliceStable(order, func(a, b int) bool { return c.Times[order[a]] < c.Times[order[b]] })
	c.Times = take(c.Times, order)
	for k, v := range c.Values {
		c.Values[k] = take(v, order)
	}
	if c.Text != nil {
		c.Text = take(c.Text, order)
	}
	return fmt.Sprintf("time stamps were sorted; %d samples without a time were dropped", lost)
}

func take[T any](v []T, order []int) []T {
	out := make([]T, len(order))
	for k, i := range order {
		out[k] = v[i]
	}
	return out
}

// intervalSeries makes epochs from changes: positive opens one, negative closes it.
func (f *file) intervalSeries(o *object, r *nissl.Recording) error {
	s, err := f.series(o)
	if err != nil {
		return err
	}
	times, err := s.times()
	if err != nil {
		return err
	}
	data, err := f.numbers(o.path + "/data")
	if err != nil {
		return err
	}
	if times == nil || len(times) != len(data) {
		return f.errorf(o.path, "needs one time stamp for each change")
	}
	e := nissl.Epochs{Name: o.name}
	open := math.NaN()
	for i, v := range data {
		switch {
		case v > 0:
			open = times[i]
		case v < 0 && open <= times[i]:
			e.Start, e.Stop = append(e.Start, open), append(e.Stop, times[i])
			open = math.NaN()
		}
	}
	if !math.IsNaN(open) {
		f.note("%s: the interval that opens at %g s never closes and was left out", o.path, open)
	}
	f.addEpochs(r, e, o)
	return nil
}

// addEpochs keeps the names of epochs apart.
func (f *file) addEpochs(r *nissl.Recording, e nissl.Epochs, o *object) {
	if r.EpochsNamed(e.Name) != nil {
		e.Name = path.Base(o.parent()) + "/" + e.Name
	}
	for k := 2; r.EpochsNamed(e.Name) != nil; k++ {
		e.Name = fmt.Sprintf("%s#%d", strings.TrimSuffix(e.Name, fmt.Sprintf("#%d", k-1)), k)
	}
	r.Epochs = append(r.Epochs, e)
}

// readEpochs makes epochs from every TimeIntervals.
func (f *file) readEpochs(r *nissl.Recording) {
	for _, o := range f.all("TimeIntervals") {
		if err := f.timeIntervals(o, r); err != nil {
			f.note("left out: %s", strings.TrimPrefix(err.Error(), f.Path()+": "))
		}
	}
}

func (f *file) timeIntervals(o *object, r *nissl.Recording) error {
	t, err := f.table(o.path)
	if err != nil {
		return err
	}
	if !t.has("start_time") {
		return f.errorf(o.path, "has no start_time")
	}
	start, err := f.numbers(o.path + "/start_time")
	if err != nil {
		return err
	}
	stop := slices.Clone(start)
	if t.has("stop_time") {
		if stop, err = f.numbers(o.path + "/stop_time"); err != nil {
			return err
		}
	} else {
		f.note("%s has no stop_time: its intervals were taken as events", o.path)
	}
	if len(stop) != len(start) || len(start) != len(t.ids) {
		return errors.Join(f.errorf(o.path, "has %d rows, %d start times and %d stop times", len(t.ids), len(start), len(stop)))
	}
	e := nissl.Epochs{Name: o.name, Start: start, Stop: stop, Table: t.nissl("start_time", "stop_time", "timeseries")}
	f.addEpochs(r, f.repair(o, e), o)
	return nil
}

// repair drops intervals without a start and those that stop before it, and makes
// events of those without a stop.
func (f *file) repair(o *object, e nissl.Epochs) nissl.Epochs {
	var keep []int
	open := 0
	for i, s := range e.Start {
		if math.IsNaN(e.Stop[i]) {
			e.Stop[i] = s
			open++
		}
		if s <= e.Stop[i] && !math.IsInf(s, 0) && !math.IsInf(e.Stop[i], 0) {
			keep = append(keep, i)
		}
	}
	if open > 0 {
		f.note("%s: %d intervals have no stop_time and were taken as events", o.path, open)
	}
	if lost := e.Len() - len(keep); lost > 0 {
		f.note("%s: %d intervals without a start, or that stop before it, were left out", o.path, lost)
		return e.Select(keep)
	}
	return e
}
