package reader

import (
	"fmt"

	"nissl"
)

// Inspection is what is in a file, for people and for programs.
type Inspection struct {
	Kind      string  `json:"kind"` // recording, network, ...
	Format    string  `json:"format"`
	Path      string  `json:"path"`
	Units     int     `json:"units"`
	Samples   int     `json:"samples"` // of the chosen traces, 0 when there are none
	RateHz    float64 `json:"rate_hz"` // of the chosen traces, 0 when there are none
	DurationS float64 `json:"duration_s"`
	Spikes    int     `json:"spikes"`

	Covariates []CovariateInfo `json:"covariates"`
	Epochs     []EpochsInfo    `json:"epochs"`

	Streams      []Stream         `json:"streams"` // every set of samples in the file, also those not chosen
	UnitNames    []string         `json:"unit_names"`
	UnitColumns  []string         `json:"unit_columns"`
	SampleUnit   string           `json:"sample_unit"`
	ClockOrigin  string           `json:"clock_origin"` // what second 0 is
	SessionStart string           `json:"session_start"`
	StartS       float64          `json:"start_s"` // where the recording begins on its clock
	Missing      int              `json:"missing_samples"`
	Gaps         []nissl.Interval `json:"gaps"`
	Notes        []string         `json:"notes"` // everything guessed or repaired
}

// Stream is one set of samples in the file.
type Stream struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"` // traces, spikes, covariate, ...
	Units   int     `json:"units"`
	Samples int     `json:"samples"`
	RateHz  float64 `json:"rate_hz"`
	StartS  float64 `json:"start_s"`
	Unit    string  `json:"unit"`
	Scale   string  `json:"scale"` // the conversion that was applied, in words
	Chosen  bool    `json:"chosen"`
	Doc     string  `json:"doc,omitempty"`
}

// CovariateInfo describes one covariate.
type CovariateInfo struct {
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	Dimensions int     `json:"dimensions"`
	Samples    int     `json:"samples"`
	RateHz     float64 `json:"rate_hz"` // 0 when irregular
}

// EpochsInfo describes one set of intervals.
type EpochsInfo struct {
	Name    string   `json:"name"`
	Count   int      `json:"count"`
	StartS  float64  `json:"start_s"`
	StopS   float64  `json:"stop_s"`
	Columns []string `json:"columns"`
}

// Describe is the inspection of a recording that is open.
func Describe(r *nissl.Recording, format, path string) *Inspection {
	span := r.Span()
	in := &Inspection{Kind: "recording", Format: format, Path: path, Units: r.Units.Len(),
		DurationS: span.Stop - span.Start, StartS: span.Start, UnitNames: r.Units.Names(),
		SessionStart: r.SessionStart, ClockOrigin: "start of the recording", Notes: r.Notes,
		Covariates: []CovariateInfo{}, Epochs: []EpochsInfo{}, Streams: []Stream{}, Gaps: []nissl.Interval{}}
	for _, c := range r.Units.Columns {
		in.UnitColumns = append(in.UnitColumns, c.Name)
	}
	if t := r.Traces; t != nil {
		in.Samples, in.RateHz, in.SampleUnit = t.Samples(), t.Rate, t.Unit
		in.Gaps = append(in.Gaps, t.Gaps()...)
		in.Missing = t.Missing()
		in.Streams = append(in.Streams, Stream{Name: "traces", Kind: "traces", Units: len(t.Rows), Samples: t.Samples(),
			RateHz: t.Rate, StartS: t.Time0(), Unit: t.Unit, Chosen: true})
	}
	if s := r.Spikes; s != nil {
		in.Spikes = s.Count()
		in.Streams = append(in.Streams, Stream{Name: "spikes", Kind: "spikes", Units: len(s.Times), Samples: in.Spikes,
			RateHz: s.ClockHz, StartS: s.Span.Start, Unit: "s", Chosen: true})
	}
	for i := range r.Covariates {
		c := &r.Covariates[i]
		info := CovariateInfo{Name: c.Name, Unit: c.Unit, Dimensions: len(c.Values), Samples: c.Samples()}
		if c.Times == nil {
			info.RateHz = c.Rate
		}
		in.Covariates = append(in.Covariates, info)
	}
	for i := range r.Epochs {
		e := &r.Epochs[i]
		info := EpochsInfo{Name: e.Name, Count: e.Len(), Columns: []string{}}
		for k := range e.Start {
			if k == 0 {
				info.StartS, info.StopS = e.Start[0], e.Stop[0]
			}
			info.StartS, info.StopS = min(info.StartS, e.Start[k]), max(info.StopS, e.Stop[k])
		}
		for _, c := range e.Table.Columns {
			info.Columns = append(info.Columns, c.Name)
		}
		in.Epochs = append(in.Epochs, info)
	}
	if in.Notes == nil {
		in.Notes = []string{}
	}
	return in
}

// Errorf makes the one line that every reader fails with: the file, then where in it
// and what was expected.
func Errorf(path, msg string, args ...any) error {
	return fmt.Errorf("%s: %w", path, fmt.Errorf(msg, args...))
}
