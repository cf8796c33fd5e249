package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"nissl"
	"nissl/internal/atomicdir"
)

// The files of a partial folder.
const (
	partialSuffix = ".partial"
	stateFile     = "partial.json" // what of the other files counts
	wholeDir      = "bundle"       // the bundle that appears at the end
	tilesFile     = "tiles.raw"    // samples, while their number is not known
	spikeLogFile  = "spikes.log"
	lockFile      = "lock"
)

const (
	partialKind    = "nissl recording in progress"
	partialVersion = 1
)

// state is what partial.json says: everything up to the last commit that has reached
// the disk.
type state struct {
	Format     string           `json:"format"`
	Version    int              `json:"version"`
	Plan       plan             `json:"plan"`
	TileWidth  int              `json:"tile_width"`
	Samples    int              `json:"samples"`
	Overflow   int64            `json:"overflow"`
	Spikes     int64            `json:"spikes"`
	ObservedS  float64          `json:"observed_s"` // until when
	Covariates []covariateState `json:"covariates"`
	Epochs     []epochsState    `json:"epochs"`
	Cursor     string           `json:"cursor"`
}

// plan is what must not differ between the runs that write one bundle.
type plan struct {
	Name         string       `json:"name"`
	Units        int          `json:"units"`
	SessionStart string       `json:"session_start"`
	Notes        []string     `json:"notes"`
	Traces       *TraceHeader `json:"traces"`
	Spikes       *SpikeHeader `json:"spikes"`
	Run          string       `json:"run"`
}

type covariateState struct {
	covariateInfo
	Bytes int64   `json:"bytes"`
	LastS float64 `json:"last_s"` // time of the last sample, when irregular
}

// types of the columns of the covariate's log.
func (c *covariateState) types() []string {
	out := slices.Repeat([]string{"float64"}, c.Dimensions)
	if c.Irregular {
		out = append(out, "float64")
	}
	if c.Text {
		out = append(out, "string")
	}
	return out
}

type epochsState struct {
	Name    string             `json:"name"`
	Count   int                `json:"count"`
	Columns []epochColumnState `json:"columns"`
	Bytes   int64              `json:"bytes"`
}

type epochColumnState struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Doc  string `json:"doc"`
	Type string `json:"type"`
}

func (e *epochsState) types() []string {
	out := []string{"float64", "float64"}
	for _, c := range e.Columns {
		out = append(out, c.Type)
	}
	return out
}

// empty is the set without intervals.
func (e *epochsState) empty() nissl.Epochs {
	set := nissl.Epochs{Name: e.Name, Start: []float64{}, Stop: []float64{}}
	for _, c := range e.Columns {
		values, _ := decodeColumn(c.Type, nil, 0)
		set.Table.Columns = append(set.Table.Columns, nissl.Column{Name: c.Name, Unit: c.Unit, Doc: c.Doc, Values: values})
	}
	return set
}

func (s *state) save(dir string) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, stateFile)
	if err := atomicdir.WriteFile(path+".new", append(b, '\n')); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(dir)
}

func readState(dir string) (*state, error) {
	path := filepath.Join(dir, stateFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxManifest {
		return nil, fmt.Errorf("%s: is longer than %d bytes", path, maxManifest)
	}
	s := &state{}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("%s: offset %d: %w", path, offset(b, err), err)
	}
	if s.Format != partialKind || s.Version != partialVersion {
		return nil, fmt.Errorf("%s: fields format and version are %q and %d, expected %q and %d", path, s.Format, s.Version, partialKind, partialVersion)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// check refuses what no run can have written; sizes of files are checked where they are
// opened.
func (s *state) check() error {
	if s.Samples < 0 || s.Overflow < 0 || s.Spikes < 0 || s.TileWidth < 1 {
		return fmt.Errorf("samples %d, overflow %d, spikes %d or tile_width %d is too small", s.Samples, s.Overflow, s.Spikes, s.TileWidth)
	}
	for i := range s.Covariates {
		c := &s.Covariates[i]
		if c.Samples < 0 || c.Bytes < 0 || c.Dimensions < 0 || c.Dimensions > 1<<20 || len(c.Columns) > 0 && len(c.Columns) != c.Dimensions {
			return fmt.Errorf("covariate %q has %d samples, %d bytes, %d dimensions and %d columns", c.Name, c.Samples, c.Bytes, c.Dimensions, len(c.Columns))
		}
	}
	for i := range s.Epochs {
		e := &s.Epochs[i]
		if e.Count < 0 || e.Bytes < 0 {
			return fmt.Errorf("epochs %q have %d intervals and %d bytes", e.Name, e.Count, e.Bytes)
		}
		for _, c := range e.Columns {
			if _, err := decodeColumn(c.Type, nil, 0); err != nil {
				return fmt.Errorf("epochs %q: column %q: unknown type %q", e.Name, c.Name, c.Type)
			}
		}
	}
	return nil
}

// agrees says how the plan differs from that of the state.
func (p plan) agrees(was plan) error {
	a, b := reflect.ValueOf(p), reflect.ValueOf(was)
	for i := range a.NumField() {
		now, then := a.Field(i).Interface(), b.Field(i).Interface()
		x, _ := json.Marshal(now)
		y, _ := json.Marshal(then)
		if !bytes.Equal(x, y) {
			return fmt.Errorf("field %s was %s in the run that was interrupted and is %s in this one", a.Type().Field(i).Tag.Get("json"), y, x)
		}
	}
	return nil
}

// unfinished is the error of reading a partial folder, nil where dir is none.
func unfinished(dir string) error {
	s, err := readState(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	done := fmt.Sprintf("%d samples", s.Samples)
	if t := s.Plan.Traces; t != nil && t.Samples > 0 {
		done = fmt.Sprintf("%d of %d samples", s.Samples, t.Samples)
	} else if t == nil {
		done = fmt.Sprintf("%d spikes", s.Spikes)
	}
	return fmt.Errorf("%s: is an unfinished recording (%s): run the command that was writing it again, and it goes on from there", dir, done)
}

// syncDir makes the names in a folder durable, where the system can.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync() // some systems cannot; the data itself has been synced
	return nil
}
