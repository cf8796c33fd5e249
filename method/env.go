package method

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Env is what a run gets besides its input: the seed, how many workers it may use,
// where to report progress and where to keep finished steps. The zero value works.
type Env struct {
	Seed     uint64
	Workers  int                                // 0 is every processor
	Progress func(fraction float64, now string) // may be called from any goroutine
	DataDir  string                             // root of the optional real data, for claims
	state    string                             // folder of finished steps, "" for none
}

// WithState returns the environment that keeps finished steps in a folder, so that an
// interrupted run resumes.
func (e Env) WithState(dir string) *Env { e.state = dir; return &e }

// Folder is where a run streams what is too large for memory; a run that was interrupted finds there
// what it had written. A finding names what is part of it as its Folder. Without a folder for results
// there is none: "".
func (e *Env) Folder() string {
	if e.state == "" {
		return ""
	}
	return filepath.Join(e.state, "files")
}

// Report tells how far the run is, 0 to 1, and what it is doing.
func (e *Env) Report(fraction float64, format string, args ...any) {
	if e.Progress != nil {
		e.Progress(fraction, fmt.Sprintf(format, args...))
	}
}

// Threads is how many workers the run may use.
func (e *Env) Threads() int {
	if e.Workers > 0 {
		return e.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Rand is the generator of a named stream of the run. Streams of different names are
// independent, so a result does not depend on the order in which they are used.
func (e *Env) Rand(stream string) *rand.Rand {
	return rand.New(rand.NewPCG(e.Seed, e.StreamSeed(stream)))
}

// StreamSeed is the seed of a named stream, for kernels that take a seed.
func (e *Env) StreamSeed(stream string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s", e.Seed, stream)
	return h.Sum64()
}

// Step computes one part of a run, or takes it from the state of an interrupted one.
// T must survive encoding/gob unchanged; name must be unique within the run and the
// same in every run of the same parameters.
func Step[T any](e *Env, name string, f func() (T, error)) (T, error) {
	var v T
	if e.state == "" {
		return f()
	}
	path := filepath.Join(e.state, strings.NewReplacer("/", "_", " ", "_").Replace(name)+".gob")
	b, err := os.ReadFile(path)
	if err == nil && gob.NewDecoder(bytes.NewReader(b)).Decode(&v) == nil {
		return v, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return v, fmt.Errorf("state of an interrupted run: %w", err)
	}
	if v, err = f(); err != nil {
		return v, err
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(&v); err != nil {
		return v, fmt.Errorf("step %s: %w", name, err)
	}
	return v, writeAtomic(path, buf.Bytes())
}

func writeAtomic(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".step-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
