package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"nissl"
	"nissl/method"
)

// run opens the inputs, runs the method and shows and writes its finding.
func (a *App) run(ctx context.Context, e method.Entry, paths []string, words map[string]string, o runOptions) error {
	ro, err := readOptions(o.read)
	if err != nil {
		return err
	}
	info := e.Info()
	out := o.out
	if out == "" && !o.json {
		out = info.Name
	}
	if out != "" {
		if err := writable(out); err != nil {
			return err
		}
		if err := ownFolder(out); err != nil {
			return err
		}
	}
	in, err := a.openInput(ctx, info, paths, words, ro, o)
	if err != nil {
		return err
	}
	defer closeInput(in)
	f, state, err := a.compute(ctx, e, in, words, out, o)
	if err != nil {
		return err
	}
	f.Notes = append(o.notes(), f.Notes...)
	for _, n := range in.Networks {
		if c, ok := n.(method.OpenNetwork); ok {
			f.Notes = append(c.Guessed(), f.Notes...)
		}
	}
	if out != "" {
		if err := a.save(out, f); err != nil {
			return err
		}
		// Not before: a full disk must not take the steps with it.
		if err := dropState(out, state); err != nil {
			return err
		}
	}
	if o.json {
		return a.printFinding(f, out)
	}
	return a.showFinding(f, out)
}

// compute runs the method with progress on a terminal and with the state of an
// interrupted run of the same command, whose folder it returns.
func (a *App) compute(ctx context.Context, e method.Entry, in method.Input, words map[string]string, out string, o runOptions) (f *nissl.Finding, state string, err error) {
	bar := newProgress(a.err, e.Info().Name)
	env := &method.Env{Seed: o.seed, Workers: o.workers, Progress: bar.report, DataDir: dataDir()}
	if out != "" {
		key, err := stateKey(parts(e.Info().Name, words, o, in.Sources)...)
		if err != nil {
			return nil, "", err
		}
		state = filepath.Join(partOf(out), key)
		env = env.WithState(state)
	}
	f, err = e.Run(ctx, in, words, env)
	bar.stop()
	switch {
	case err == nil:
		return f, state, nil
	case ctx.Err() != nil && isFolder(state):
		return nil, "", fmt.Errorf("interrupted; finished steps are in %s, and the same command goes on from there", partOf(out))
	case ctx.Err() != nil:
		return nil, "", errors.New("interrupted before the first step was finished; nothing was written")
	case noRoom(err) && isFolder(state):
		return nil, "", fmt.Errorf("the disk is full (%w); what was written is in %s: make room, and the same command goes on from there", first(err), partOf(out))
	case state != "":
		err = errors.Join(err, dropState(out, state))
	}
	return nil, "", inputNames(err, in.Sources[:len(in.Recordings)+len(in.Networks)])
}

// noRoom says whether a run failed because nothing more could be written.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// first of the errors that were joined: the others follow from it.
func first(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path
	}
	return err
}

// inputNames puts the name of the only input before an error, so that every error
// names the file that it is about.
func inputNames(err error, sources []nissl.Source) error {
	switch len(sources) {
	case 0:
		return err
	}
	if strings.Contains(err.Error(), sources[0].Path+":") { // with the line
		return err
	}
	switch len(sources) {
	case 1:
		return fmt.Errorf("%s: %w", sources[0].Path, err)
	}
	return fmt.Errorf("%s and %d more: %w", sources[0].Path, len(sources)-1, err)
}

// ownFolder refuses to write where something else than a finding lies.
func ownFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil && isFile(dir):
		return fmt.Errorf("%s: is a file, expected a new folder or one of an earlier finding; choose another with -o", dir)
	case err != nil:
		return err
	case len(entries) > 0 && !isFile(filepath.Join(dir, "finding.json")):
		return fmt.Errorf("%s: holds other files and no finding, so it is not overwritten; choose another folder with -o", dir)
	}
	return nil
}

// writable says before a long run, and not after it, that a file or folder cannot be
// written.
func writable(path string) error {
	dir := filepath.Dir(filepath.Clean(path))
	for !isFolder(dir) && dir != filepath.Dir(dir) {
		if isFile(dir) {
			return fmt.Errorf("%s: %s is a file, so nothing can be written below it; choose another place with -o", path, dir)
		}
		dir = filepath.Dir(dir)
	}
	tmp, err := os.CreateTemp(dir, ".nissl-*")
	if err != nil {
		return fmt.Errorf("%s: nothing can be written to %s; choose another place with -o", path, dir)
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// dataDir is where the optional real data lies.
func dataDir() string { return os.Getenv("NISSL_DATA") }
