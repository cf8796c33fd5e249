package edf

import (
	"fmt"
	"io"
	"math"
	"slices"

	"nissl"
	"nissl/format/reader"
)

// maxCovariateSamples bounds what is read of the streams that were not chosen.
const maxCovariateSamples = 1 << 24

// file is the work on one file.
type file struct {
	*header
	all    []stream
	chosen int
	rows   map[int][]float32   // of the chosen signals
	others map[int][]float64   // of the other signals
	codes  []int32             // of the status channel
	starts []float64           // second of each record, on the file's clock
	notes  []annotation        // all annotations
	last   map[string]struct{} // problems that were noted once already
}

func read(f io.ReaderAt, size int64, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	h, err := readHeader(f, size)
	if err != nil {
		return nil, nil, err
	}
	partial, err := o.Choice("partial", "no", "yes")
	if err != nil {
		return nil, nil, err
	}
	if err := h.count(size, partial == "yes"); err != nil {
		return nil, nil, err
	}
	w := &file{header: h, all: h.streams(), rows: map[int][]float32{}, others: map[int][]float64{}, last: map[string]struct{}{}}
	if w.chosen, err = h.choose(w.all, o); err != nil {
		return nil, nil, err
	}
	w.allocate()
	if err := w.records(f); err != nil {
		return nil, nil, err
	}
	r, err := w.recording()
	if err != nil {
		return nil, nil, err
	}
	notes, err := o.Join(r.Units)
	r.Notes = append(r.Notes, notes...)
	return r, w.describe(r), err
}

// allocate makes room for the samples: at most four bytes for two of the file.
func (w *file) allocate() {
	n := w.header.records
	for k, s := range w.all {
		for _, i := range s.signals {
			switch {
			case k == w.chosen:
				w.rows[i] = make([]float32, 0, n*s.samples)
			case len(s.signals)*s.samples*n <= maxCovariateSamples:
				w.others[i] = make([]float64, 0, n*s.samples)
			default:
				w.once("signal %q of %s Hz is of another rate and too long for a covariate: --read stream=%[2]s reads it", w.signals[i].label, rateName(w.rate(s)))
			}
		}
	}
}

func (w *file) once(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if _, said := w.last[s]; !said && len(w.last) < 50 {
		w.last[s] = struct{}{}
		w.header.notes = append(w.header.notes, s)
	}
}

// records reads all records, one at a time.
func (w *file) records(f io.ReaderAt) error {
	buf := make([]byte, w.recordBytes)
	for k := range w.header.records {
		at := w.dataStart + int64(k)*w.recordBytes
		if _, err := f.ReadAt(buf, at); err != nil {
			return fmt.Errorf("offset %d: record %d: %w", at, k, err)
		}
		start, stamped := float64(k)*w.recordSeconds, false
		for i := range w.signals {
			s := &w.signals[i]
			b := buf[s.offset : s.offset+int64(s.samples)*w.sampleBytes()]
			if !s.annotations {
				w.samples(i, b)
				continue
			}
			list, err := tals(b)
			if err != nil {
				w.once("offset %d: record %d: %v; the rest of its annotations was left out", at+s.offset, k, err)
			}
			if !stamped && len(list) > 0 && list[0].text == "" {
				start, stamped = list[0].onset, true
			}
			w.notes = append(w.notes, list...)
		}
		if w.plus == "D" && !stamped {
			return fmt.Errorf("offset %d: record %d of a discontinuous file does not say when it begins", at, k)
		}
		w.starts = append(w.starts, start)
	}
	return nil
}

// samples decodes one signal of one record.
func (w *file) samples(i int, b []byte) {
	s := &w.signals[i]
	gain, offset, _ := s.calibration()
	row, chosen := w.rows[i]
	other, wanted := w.others[i]
	step := int(w.sampleBytes())
	for ; len(b) >= step; b = b[step:] {
		d := int32(int16(uint16(b[0]) | uint16(b[1])<<8))
		if w.bdf {
			d = int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24) >> 8
		}
		switch {
		case s.status:
			w.codes = append(w.codes, d)
		case chosen:
			row = append(row, float32(float64(d)*gain+offset))
		case wanted:
			other = append(other, float64(d)*gain+offset)
		}
	}
	if chosen {
		w.rows[i] = row
	} else if wanted {
		w.others[i] = other
	}
}

// clock is where the samples of a signal with n samples per record lie: regular from
// start, or a time stamp each where records do not follow one another.
func (w *file) clock(n int) (start float64, times []float64, err error) {
	step := w.recordSeconds / float64(n)
	start = w.starts[0]
	for k, s := range w.starts {
		if math.Abs(s-start-float64(k)*w.recordSeconds) <= step/2 {
			continue
		}
		times = make([]float64, 0, n*len(w.starts))
		for r, s := range w.starts {
			if r > 0 && s < w.starts[r-1]+w.recordSeconds-step/2 {
				return 0, nil, fmt.Errorf("record %d begins at %g s, before the record at %g s of %g s has ended", r, s, w.starts[r-1], w.recordSeconds)
			}
			for i := range n {
				times = append(times, s+float64(i)*step)
			}
		}
		return start, times, nil
	}
	return start, nil, nil
}

func (w *file) recording() (*nissl.Recording, error) {
	s := w.all[w.chosen]
	r := &nissl.Recording{SessionStart: w.session, Epochs: epochs(w.notes)}
	start, times, err := w.clock(s.samples)
	if err != nil {
		return nil, err
	}
	if times != nil && w.plus == "C" {
		w.once("records do not follow one another although the file says that it is continuous: the gaps were kept")
	}
	r.Traces = &nissl.Traces{Rate: w.rate(s), Start: start, Times: times}
	names, texts := make([]string, len(s.signals)), map[string][]string{}
	for k, i := range s.signals {
		g := &w.signals[i]
		r.Traces.Rows = append(r.Traces.Rows, w.rows[i])
		names[k] = g.label
		texts["unit"], texts["transducer"], texts["prefilter"] = append(texts["unit"], g.unit), append(texts["transducer"], g.transducer), append(texts["prefilter"], g.prefilter)
		w.judge(g)
	}
	names, changed := nissl.UniqueNames(names)
	if changed > 0 {
		w.once("%d signals had no label or one that was taken and were renamed", changed)
	}
	r.Units = nissl.NewUnits(names)
	kinds := slices.Repeat([]string{"channel"}, len(names))
	r.Units.Set(nissl.Col("kind", "", kinds))
	for _, c := range []string{"unit", "transducer", "prefilter"} {
		if slices.ContainsFunc(texts[c], func(s string) bool { return s != "" }) {
			r.Units.Set(nissl.Col(c, "", texts[c]))
		}
	}
	r.Traces.Unit = texts["unit"][0]
	if slices.ContainsFunc(texts["unit"], func(u string) bool { return u != texts["unit"][0] }) {
		r.Traces.Unit = ""
		w.once("signals have different physical units: see the column unit of the units")
	}
	if err := w.covariates(r); err != nil {
		return nil, err
	}
	r.Epochs = append(r.Epochs, w.triggers(s)...)
	r.Notes = w.header.notes
	return r, nil
}

// judge notes what is odd about a signal's calibration.
func (w *file) judge(g *signal) {
	if _, _, ok := g.calibration(); !ok {
		w.once("signal %q: ranges %g to %g and %g to %g give no gain, so its values are the stored integers", g.label, g.physMin, g.physMax, g.digMin, g.digMax)
	} else if g.digMin > g.digMax || g.physMin > g.physMax {
		w.once("signal %q: a range runs downwards (%g to %g, %g to %g) and was applied as it stands", g.label, g.physMin, g.physMax, g.digMin, g.digMax)
	}
}

// covariates are the signals of the other rates.
func (w *file) covariates(r *nissl.Recording) error {
	var names []string
	for k, s := range w.all {
		if k == w.chosen {
			continue
		}
		start, times, err := w.clock(s.samples)
		if err != nil {
			return err
		}
		for _, i := range s.signals {
			if v, ok := w.others[i]; ok {
				w.judge(&w.signals[i])
				names = append(names, w.signals[i].label)
				r.Covariates = append(r.Covariates, nissl.Covariate{Unit: w.signals[i].unit, Values: [][]float64{v}, Rate: w.rate(s), Start: start, Times: times})
			}
		}
	}
	names, _ = nissl.UniqueNames(names)
	for i, n := range names {
		r.Covariates[i].Name = n
	}
	if len(names) > 0 {
		w.once("%d signals of another rate than the %d of the traces are covariates", len(names), len(r.Traces.Rows))
	}
	return nil
}

// triggers of the status channel, which is as fast as the file's fastest signals.
func (w *file) triggers(chosen stream) []nissl.Epochs {
	if len(w.codes) == 0 {
		return nil
	}
	n := len(w.codes) / len(w.starts)
	return triggers(w.codes, func(i int) float64 {
		return w.starts[i/n] + float64(i%n)*w.recordSeconds/float64(n)
	})
}

func (w *file) describe(r *nissl.Recording) []reader.Stream {
	out := make([]reader.Stream, len(w.all))
	for k, s := range w.all {
		g := w.signals[s.signals[0]]
		gain, offset, _ := g.calibration()
		out[k] = reader.Stream{Name: rateName(w.rate(s)), Kind: "covariates", Units: len(s.signals), Samples: s.samples * w.header.records,
			RateHz: w.rate(s), StartS: w.starts[0], Unit: g.unit, Chosen: k == w.chosen,
			Scale: fmt.Sprintf("%s = %g × integer + %g for %s; each signal has its own", g.unit, gain, offset, g.label)}
		if k == w.chosen {
			out[k].Kind = "traces"
		}
	}
	return out
}
