package bundle

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nissl"
	"nissl/internal/npy"
)

// Header says of a recording what is known before its first sample.
type Header struct {
	Name         string
	SessionStart string // ISO 8601, empty if unknown
	Notes        []string
	Units        *nissl.Units
	Traces       *TraceHeader // nil when there are spikes only
	Spikes       *SpikeHeader // nil when there are traces only

	// Run names what the recording is made of: input, network, parameters, as text or a
	// digest. A run that was interrupted is continued only by one of the same name.
	Run string
	// Overwrite allows the finished bundle to take the place of one that is there.
	Overwrite bool
	// Buffer is how many bytes of samples are gathered in memory; 0 is 256 MB.
	Buffer int64
}

// TraceHeader says of the traces what is known before the first sample.
type TraceHeader struct {
	Rate    float64 `json:"rate_hz"`
	Start   float64 `json:"start_s"` // seconds of sample 0
	Unit    string  `json:"unit"`    // physical unit of a sample
	Samples int     `json:"samples"` // how many there will be of each unit, 0 when that is not known
	Dtype   string  `json:"dtype"`   // float32 (or empty) or float16
}

// SpikeHeader says of the spikes what is known before the first one.
type SpikeHeader struct {
	Start   float64 `json:"start_s"`  // since when the units are observed, seconds
	ClockHz float64 `json:"clock_hz"` // 0 if unknown
}

// Stream writes a bundle while the recording grows. Its memory does not depend on how
// long that becomes. All methods must be called from one goroutine; after an error
// other than one of Finish or of misuse, only Close is of use.
//
// While it is written everything lies in the folder NAME.rec.partial; NAME.rec appears
// by a rename in Finish. A process that is killed loses what came after the last
// commit whose samples have reached the disk, at most a tile of samples or ten seconds;
// one that calls Close loses nothing that it has committed.
type Stream struct {
	path, dir string // NAME.rec, NAME.rec.partial
	header    Header
	plan      plan

	traces     *tiles
	spikes     *spikeLog
	covariates []*covariateLog
	epochs     []*epochsLog
	observed   float64

	committed state
	saved     time.Time
	saving    chan error // of the save under way, nil when there is none
	lock      *os.File
	err       error // the first failure
	closed    bool
}

type covariateLog struct {
	*rowLog
	covariateState
}

type epochsLog struct {
	*rowLog
	epochsState
}

// Create starts the bundle NAME.rec at path. It refuses a path that exists, unless that
// is a bundle and the header allows to overwrite it, and one of which an unfinished
// recording is there.
func Create(path string, h Header) (*Stream, error) {
	s, err := newStream(path, h)
	if err != nil {
		return nil, err
	}
	if s.settled() {
		return nil, fmt.Errorf("%s: an unfinished recording is there already: resume it, or remove the folder", s.dir)
	}
	if err := s.mayReplace(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o777); err != nil {
		return nil, err
	}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if err := s.clear(); err != nil {
		s.release()
		return nil, errors.Join(err, os.Remove(s.lock.Name()))
	}
	if err := s.begin(); err != nil {
		s.release()
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// Resume goes on with the unfinished recording of path behind its last commit that has
// reached the disk: Samples, Spikes and Cursor say where that was. The header must be
// the one that it was created with. Without an unfinished recording the error is
// os.ErrNotExist.
func Resume(path string, h Header) (*Stream, error) {
	s, err := newStream(path, h)
	if err != nil {
		return nil, err
	}
	if !s.settled() {
		return nil, fmt.Errorf("%s: no unfinished recording: %w", s.dir, os.ErrNotExist)
	}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	st, err := readState(s.dir)
	if err == nil {
		if err = s.plan.agrees(st.Plan); err == nil {
			err = s.sameUnits()
		}
		if err != nil {
			err = fmt.Errorf("%s: belongs to another run: %w; remove the folder, or choose another name", s.dir, err)
		}
	}
	if err == nil {
		err = s.open(st, false)
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// CreateOrResume resumes the recording where an unfinished one is there, else creates it.
func CreateOrResume(path string, h Header) (*Stream, error) {
	s, err := Resume(path, h)
	if errors.Is(err, os.ErrNotExist) {
		return Create(path, h)
	}
	return s, err
}

func newStream(path string, h Header) (*Stream, error) {
	path = filepath.Clean(path)
	s := &Stream{path: path, dir: path + partialSuffix, header: h}
	r := &nissl.Recording{Name: h.Name, Units: h.Units, SessionStart: h.SessionStart}
	if t := h.Traces; t != nil && h.Units != nil {
		r.Traces = &nissl.Traces{Rows: make([][]float32, h.Units.Len()), Rate: t.Rate, Start: t.Start}
		c := *t
		if c.Dtype == "" {
			c.Dtype = "float32"
		}
		if c.Dtype != "float32" && c.Dtype != "float16" {
			return nil, fmt.Errorf("%s: samples of type %q, expected float32 or float16", path, c.Dtype)
		}
		if c.Samples < 0 || c.Samples > math.MaxInt64/8/max(1, h.Units.Len()) {
			return nil, fmt.Errorf("%s: %d samples of %d units cannot be stored", path, c.Samples, h.Units.Len())
		}
		s.header.Traces = &c
	}
	if h.Spikes != nil && h.Units != nil {
		r.Spikes = &nissl.Spikes{Times: make([][]float64, h.Units.Len()), Span: nissl.Interval{Start: h.Spikes.Start, Stop: h.Spikes.Start}}
		s.observed = h.Spikes.Start
		if v := h.Spikes.Start + h.Spikes.ClockHz; math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, fmt.Errorf("%s: spikes from %v s at a clock of %v Hz", path, h.Spikes.Start, h.Spikes.ClockHz)
		}
	}
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%s: not written: %w", path, err)
	}
	utf8 := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") } // as JSON keeps it
	s.plan = plan{Name: utf8(h.Name), Units: h.Units.Len(), SessionStart: utf8(h.SessionStart), Traces: s.header.Traces, Spikes: h.Spikes, Run: utf8(h.Run)}
	for _, note := range h.Notes {
		s.plan.Notes = append(s.plan.Notes, utf8(note))
	}
	return s, nil
}

// begin makes an empty partial folder one that can be resumed.
func (s *Stream) begin() error {
	if err := os.Mkdir(s.inside(""), 0o777); err != nil {
		return err
	}
	if err := s.writeUnits(s.inside(unitsFile)); err != nil {
		return err
	}
	st := &state{Format: partialKind, Version: partialVersion, Plan: s.plan, TileWidth: 1, ObservedS: s.observed}
	if t := s.header.Traces; t != nil {
		st.TileWidth = tileWidth(s.plan.Units, valueSize(t.Dtype), t.Samples, s.header.Buffer)
	}
	if err := s.open(st, true); err != nil {
		return err
	}
	return s.Flush()
}

// inside is a path in the bundle that is being made.
func (s *Stream) inside(name string) string { return filepath.Join(s.dir, wholeDir, name) }

func valueSize(dtype string) int {
	if dtype == "float16" {
		return 2
	}
	return 4
}

// open opens the files of the partial folder as the state says them.
func (s *Stream) open(st *state, fresh bool) (err error) {
	s.committed, s.observed, s.saved = *st, st.ObservedS, time.Now()
	if s.header.Traces != nil {
		if err := s.openTraces(st, fresh); err != nil {
			return err
		}
	}
	if s.header.Spikes != nil {
		if s.spikes, err = openSpikes(filepath.Join(s.dir, spikeLogFile), s.plan.Units, st.Spikes); err != nil {
			return err
		}
	}
	for i, c := range st.Covariates {
		log, err := openLog(s.logPath("covariate", i), c.Bytes)
		if err != nil {
			return err
		}
		s.covariates = append(s.covariates, &covariateLog{log, c})
	}
	for i, e := range st.Epochs {
		log, err := openLog(s.logPath("epochs", i), e.Bytes)
		if err != nil {
			return err
		}
		s.epochs = append(s.epochs, &epochsLog{log, e})
	}
	return nil
}

func (s *Stream) logPath(kind string, i int) string {
	return filepath.Join(s.dir, fmt.Sprintf("%s-%d.log", kind, i))
}

func (s *Stream) openTraces(st *state, fresh bool) error {
	h := s.header.Traces
	t := &tiles{path: filepath.Join(s.dir, tilesFile), units: s.plan.Units, size: valueSize(h.Dtype), width: st.TileWidth,
		total: h.Samples, n: st.Samples, done: st.Samples, overflow: st.Overflow}
	var head []byte
	if t.total > 0 {
		t.path = s.inside(tracesFile)
		head = npy.AppendHeader(nil, 8*t.size, t.units, t.total)
		t.head = int64(len(head))
	}
	if t.width > maxRun/t.size || t.width > 1 && t.units*t.width*t.size > maxTile {
		return fmt.Errorf("%s: tiles of %d samples of %d units do not fit into memory", filepath.Join(s.dir, stateFile), t.width, t.units)
	}
	f, err := os.OpenFile(t.path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	t.file, s.traces = f, t
	if !fresh {
		return t.checkFile(filepath.Join(s.dir, stateFile))
	}
	if t.total == 0 {
		return nil
	}
	size := t.at(t.units-1, t.total-1) + int64(t.size)
	if err := reserve(f, size); err != nil {
		return fmt.Errorf("%s: no room for %.1f GB of samples: %w", t.path, float64(size)/1e9, err)
	}
	if _, err := f.WriteAt(head, 0); err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	return nil
}

// checkFile refuses a file that cannot hold the samples that the state claims.
func (t *tiles) checkFile(state string) error {
	st, err := t.file.Stat()
	if err != nil {
		return err
	}
	have := (st.Size() - t.head) / int64(t.units*t.size) // samples
	fits := int64(t.n) <= have && (t.n == 0 || t.at(t.units-1, t.n-1)+int64(t.size) <= st.Size())
	if t.total > 0 {
		fits = t.n <= t.total && st.Size() == t.at(t.units-1, t.total-1)+int64(t.size)
	}
	if !fits {
		return fmt.Errorf("%s: is %d bytes long, which are not the %d samples of %d units of %s", t.path, st.Size(), t.n, t.units, state)
	}
	return nil
}
