package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nissl/internal/parquet"
)

// replacedDir is where the old bundle waits while the new one takes its name.
const replacedDir = "replaced"

// settled reports whether there is an unfinished recording. One that was finished just
// before its process died is taken away.
func (s *Stream) settled() bool {
	if _, err := os.Stat(filepath.Join(s.dir, stateFile)); err != nil {
		return false
	}
	_, missing := os.Stat(s.inside(""))
	_, err := os.Stat(filepath.Join(s.path, manifestFile))
	if errors.Is(missing, os.ErrNotExist) && err == nil {
		return s.discard() != nil
	}
	return true
}

// discard removes the partial folder, first what makes it one that can be resumed.
func (s *Stream) discard() error {
	if err := os.Remove(filepath.Join(s.dir, stateFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.RemoveAll(s.dir)
}

// clear removes what a process left behind that died before its first state or after
// its last. A folder with anything else in it is somebody else's.
func (s *Stream) clear() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	known := map[string]bool{lockFile: true, wholeDir: true, replacedDir: true, tilesFile: true, spikeLogFile: true, stateFile + ".new": true}
	for _, e := range entries {
		if name := e.Name(); !known[name] && !strings.HasPrefix(name, "covariate-") && !strings.HasPrefix(name, "epochs-") {
			return fmt.Errorf("%s: exists and is no unfinished recording (it holds %s): not overwritten", s.dir, name)
		}
	}
	for _, e := range entries {
		if e.Name() == lockFile {
			continue
		}
		if err := os.RemoveAll(filepath.Join(s.dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// acquire makes sure that no other process writes to the folder.
func (s *Stream) acquire() error {
	f, err := os.OpenFile(filepath.Join(s.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	if err := lock(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: another process is writing this recording: %w", s.dir, err)
	}
	s.lock = f
	return nil
}

// release closes all files.
func (s *Stream) release() error {
	var errs []error
	for _, f := range append(s.files(), s.lock) {
		errs = append(errs, f.Close())
	}
	if s.traces != nil {
		s.traces.buf = nil
	}
	s.closed = true
	return errors.Join(errs...)
}

// files of the recording that are open.
func (s *Stream) files() []*os.File {
	var out []*os.File
	if s.traces != nil {
		out = append(out, s.traces.file)
	}
	for _, l := range s.logs() {
		out = append(out, l.file)
	}
	return out
}

func (s *Stream) logs() []*rowLog {
	var out []*rowLog
	if s.spikes != nil {
		out = append(out, s.spikes.rowLog)
	}
	for _, c := range s.covariates {
		out = append(out, c.rowLog)
	}
	for _, e := range s.epochs {
		out = append(out, e.rowLog)
	}
	return out
}

// mayReplace refuses when something is at the path that must stay.
func (s *Stream) mayReplace() error {
	if _, err := os.Lstat(s.path); errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return replaceable(s.path, s.header.Overwrite)
}

// replaceable refuses a path that is no bundle, and a bundle that must stay.
func replaceable(path string, overwrite bool) error {
	if _, err := os.Stat(filepath.Join(path, manifestFile)); err != nil {
		return fmt.Errorf("%s: exists and is no recording bundle: not overwritten", path)
	}
	if !overwrite {
		return fmt.Errorf("%s: exists already: say that it may be overwritten, or choose another name", path)
	}
	return nil
}

func (s *Stream) writeUnits(path string) error { return parquet.Write(path, s.header.Units.Table) }

// sameUnits compares the header's units with those of the folder: the same table gives
// the same bytes.
func (s *Stream) sameUnits() error {
	path := filepath.Join(s.dir, stateFile+".new") // any name that may be left behind
	if err := s.writeUnits(path); err != nil {
		return err
	}
	defer os.Remove(path)
	now, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	then, err := os.ReadFile(s.inside(unitsFile))
	if err != nil {
		return err
	}
	if !bytes.Equal(now, then) {
		return fmt.Errorf("%s is not the table of the units of this one", s.inside(unitsFile))
	}
	return nil
}
