package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The files of a bundle.
const (
	manifestFile   = "recording.json"
	unitsFile      = "units.parquet"
	tracesFile     = "traces.npy"
	timesFile      = "times.npy"
	spikesFile     = "spikes.parquet"
	covariatesFile = "covariates.parquet"
	epochsFile     = "epochs.parquet"
)

const (
	kind    = "nissl recording"
	version = 1
)

type manifest struct {
	Format       string          `json:"format"`
	Version      int             `json:"version"`
	Name         string          `json:"name"`
	Units        int             `json:"units"`
	SessionStart string          `json:"session_start,omitempty"`
	Traces       *tracesInfo     `json:"traces,omitempty"`
	Spikes       *spikesInfo     `json:"spikes,omitempty"`
	Covariates   []covariateInfo `json:"covariates,omitempty"`
	Epochs       []epochsInfo    `json:"epochs,omitempty"`
	Notes        []string        `json:"notes,omitempty"`
}

type tracesInfo struct {
	Samples   int     `json:"samples"`
	RateHz    float64 `json:"rate_hz"`
	StartS    float64 `json:"start_s"`
	Unit      string  `json:"unit"`
	Dtype     string  `json:"dtype,omitempty"`     // float16; float32 when absent
	Irregular bool    `json:"irregular,omitempty"` // times.npy holds the second of each sample
}

type spikesInfo struct {
	Count   int     `json:"count"`
	StartS  float64 `json:"start_s"` // when the units were observed
	StopS   float64 `json:"stop_s"`
	ClockHz float64 `json:"clock_hz,omitempty"`
}

type covariateInfo struct {
	Name       string   `json:"name"`
	Unit       string   `json:"unit,omitempty"`
	Columns    []string `json:"columns,omitempty"`
	Dimensions int      `json:"dimensions"` // 0 when there is only text
	Samples    int      `json:"samples"`
	Text       bool     `json:"text,omitempty"`
	Irregular  bool     `json:"irregular,omitempty"` // time_s of the table counts, not the rate
	RateHz     float64  `json:"rate_hz,omitempty"`
	StartS     float64  `json:"start_s,omitempty"`
}

type epochsInfo struct {
	Name    string        `json:"name"`
	Count   int           `json:"count"`
	Columns []epochColumn `json:"columns,omitempty"`
}

// epochColumn names a column of a set and where the table keeps it: two sets may have
// columns of one name and different types.
type epochColumn struct {
	Name   string `json:"name"`
	Column string `json:"column"`
	Unit   string `json:"unit,omitempty"`
	Doc    string `json:"doc,omitempty"`
}

func (m *manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// maxManifest bounds what is read as recording.json.
const maxManifest = 64 << 20

func readManifest(dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestFile)
	st, err := os.Stat(path)
	if err != nil {
		dir = filepath.Clean(dir)
		for _, partial := range []string{dir, dir + partialSuffix} {
			if err := unfinished(partial); err != nil {
				return nil, err
			}
		}
		return nil, err
	}
	if st.Size() > maxManifest || !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is %d bytes long or no file, expected JSON of at most %d", path, st.Size(), maxManifest)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%s: offset %d: %w", path, offset(b, err), err)
	}
	if m.Format != kind {
		return nil, fmt.Errorf("%s: field format is %q, expected %q", path, m.Format, kind)
	}
	if m.Version != version {
		return nil, fmt.Errorf("%s: field version is %d; this program reads %d", path, m.Version, version)
	}
	return m, nil
}

func offset(b []byte, err error) int64 {
	switch e := err.(type) {
	case *json.SyntaxError:
		return e.Offset
	case *json.UnmarshalTypeError:
		return e.Offset
	}
	return int64(len(bytes.TrimSpace(b)))
}
