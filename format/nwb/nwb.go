package nwb

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"nissl"
	"nissl/format/reader"
)

// Format describes NWB to nissl/format.
func Format() reader.Format {
	return reader.Format{
		Name: "nwb",
		Doc:  "Neurodata Without Borders 2.x in HDF5: units, ROI and electrical series, behaviour, intervals",
		Options: []reader.Option{
			{Name: "stream", Help: "the series to read as traces, by name or end of its path; units for the spikes of the Units table"},
			{Name: "span", Help: "START,STOP in seconds: when the units were observed, where the file does not say"},
		},
		Sniff:   sniff,
		Open:    Open,
		Inspect: Inspect,
	}
}

// Open reads the recording in the NWB file: one stream of activity with covariates and
// epochs. Everything guessed or left out is in the recording's notes.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := f.plan(o["stream"])
	if err != nil {
		return nil, err
	}
	r, err := f.read(p, o, true)
	if err != nil {
		return nil, err
	}
	if err := r.Validate(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	return r, nil
}

// The most samples that inspection reads to count the missing ones.
const inspectSamples = 1 << 26

// Inspect lists what the file holds.
func Inspect(path string, o reader.Options) (*reader.Inspection, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := f.plan(o["stream"])
	if err != nil {
		return nil, err
	}
	all := p.series == nil || p.series.samples() <= inspectSamples/max(1, p.series.channels())
	r, err := f.read(p, o, all)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := reader.Describe(r, "nwb", path)
	in.ClockOrigin = "session start"
	if f.Has("/timestamps_reference_time") {
		in.ClockOrigin = "timestamps_reference_time"
	}
	in.Streams = p.streams(f)
	if s := p.series; s != nil && !all {
		if err := s.outline(in); err != nil {
			return nil, err
		}
	}
	for i := range in.Streams {
		if in.Streams[i].Chosen {
			in.Streams[i].RateHz, in.Streams[i].StartS = in.RateHz, in.StartS
		}
	}
	return in, nil
}

// outline fills in what the samples would have told.
func (s *series) outline(in *reader.Inspection) error {
	t := &nissl.Traces{}
	if err := s.setClock(t); err != nil {
		return err
	}
	in.Samples, in.RateHz, in.SampleUnit, in.StartS = s.samples(), t.Rate, s.unit, t.Time0()
	in.DurationS = float64(s.samples()) / t.Rate
	if n := len(t.Times); n > 0 {
		in.DurationS = t.Times[n-1] - t.Times[0] + 1/t.Rate
		in.Gaps = append(in.Gaps, t.Gaps()...)
	}
	in.Notes = append(in.Notes, "samples were not read: missing ones are not counted")
	return nil
}

// read makes the recording of the plan; without samples its traces are left out.
func (f *file) read(p *plan, o reader.Options, samples bool) (*nissl.Recording, error) {
	r := &nissl.Recording{Name: strings.TrimSuffix(filepath.Base(f.Path()), ".nwb"), SessionStart: f.second0()}
	if p.series == nil {
		if err := f.readUnits(p.units, r, o); err != nil {
			return nil, err
		}
	} else if err := f.readSeries(p.series, r, samples); err != nil {
		return nil, err
	}
	f.readBehaviour(r)
	f.readEpochs(r)
	if n := p.others(); n != "" {
		f.note("%s", n)
	}
	r.Notes = f.notes
	return r, nil
}

func (f *file) readSeries(s *series, r *nissl.Recording, samples bool) error {
	channel := s.channelConversion()
	r.Units = s.sites()
	if samples {
		t, release, err := s.read(channel)
		if err != nil {
			return err
		}
		r.OnClose(release)
		if err := s.setClock(t); err != nil {
			return errors.Join(err, r.Close())
		}
		r.Traces = t
	}
	scale := s.scale()
	if channel != nil {
		scale = "× channel_conversion " + scale
	}
	if scale != "× 1" {
		s.note("scale applied: data %s", scale)
	}
	f.notes = append(f.notes, s.notes...)
	return nil
}

// second0 is the wall-clock time of second 0.
func (f *file) second0() string {
	session, reference := f.text("/session_start_time"), f.text("/timestamps_reference_time")
	if reference == "" {
		return session
	}
	a, err1 := time.Parse(time.RFC3339, session)
	b, err2 := time.Parse(time.RFC3339, reference)
	if err1 == nil && err2 == nil && !a.Equal(b) {
		f.note("second 0 is timestamps_reference_time %s; the session started at second %g", reference, a.Sub(b).Seconds())
	}
	return reference
}
