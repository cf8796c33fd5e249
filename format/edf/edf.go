// Package edf reads EDF, EDF+ (continuous and discontinuous) and 24-bit BDF files
// (Kemp & Olivan 2003, and biosemi.com for BDF).
//
// Signals of one rate are a stream. The stream of most signals becomes the traces
// (option stream=RATE chooses another), in the file's physical unit; the signals of
// other streams become covariates. Annotations become epochs, with the text in column
// "description". Gaps of a discontinuous file stay gaps: the traces then have a time
// stamp for every sample. Seconds are those of the file's clock, from its start time.
package edf

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/format/reader"
)

// Format describes EDF and BDF to nissl/format.
func Format() reader.Format {
	return reader.Format{
		Name: "edf",
		Doc:  "EDF, EDF+ and BDF: EEG and other physiological signals with annotations",
		Options: append([]reader.Option{
			{Name: "stream", Help: "rate in Hz of the signals to take as traces, where the file has several"},
			{Name: "partial", Help: "yes reads the whole records of a file that was cut"},
		}, reader.UnitOptions()...),
		Sniff:   func(p reader.Probe) bool { _, ok := isHeader(p.Head); return ok },
		Open:    Open,
		Inspect: inspect,
	}
}

// Open reads the file.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	r, _, err := open(path, o)
	return r, err
}

func inspect(path string, o reader.Options) (*reader.Inspection, error) {
	r, streams, err := open(path, o)
	if err != nil {
		return nil, err
	}
	in := reader.Describe(r, "edf", path)
	in.Streams, in.ClockOrigin = streams, "the file's start time"
	return in, nil
}

func open(path string, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	r, streams, err := read(f, st.Size(), o)
	if err != nil {
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	name := filepath.Base(path)
	r.Name = strings.TrimSuffix(name, filepath.Ext(name))
	if err := r.Validate(); err != nil {
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	return r, streams, nil
}

// stream is the signals of one rate.
type stream struct {
	samples int // per record
	signals []int
}

// streams groups the signals that hold samples, in the order of the file.
func (h *header) streams() []stream {
	var out []stream
next:
	for i, s := range h.signals {
		if s.annotations || s.status || s.samples == 0 {
			continue
		}
		for k := range out {
			if out[k].samples == s.samples {
				out[k].signals = append(out[k].signals, i)
				continue next
			}
		}
		out = append(out, stream{s.samples, []int{i}})
	}
	return out
}

// choose is the index of the stream with most signals, the fastest of those, or of
// that which the option names.
func (h *header) choose(all []stream, o reader.Options) (int, error) {
	if len(all) == 0 {
		return 0, fmt.Errorf("the file has no signals of samples, only annotations: there are no units")
	}
	if h.recordSeconds == 0 {
		return 0, fmt.Errorf("offset 244: field \"duration of a record\" is 0: the signals have no rate")
	}
	want, given, err := o.Float("stream")
	if err != nil {
		return 0, err
	}
	best := 0
	var rates []string
	for i, s := range all {
		rate := h.rate(s)
		if given && math.Abs(rate-want) < 1e-3*want {
			return i, nil
		}
		rates = append(rates, rateName(rate)+" Hz")
		if b := all[best]; len(s.signals) > len(b.signals) || len(s.signals) == len(b.signals) && s.samples > b.samples {
			best = i
		}
	}
	if given {
		return 0, fmt.Errorf("option stream=%s: the file has streams of %s", o["stream"], strings.Join(rates, ", "))
	}
	return best, nil
}

func (h *header) rate(s stream) float64 { return float64(s.samples) / h.recordSeconds }
