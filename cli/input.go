package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"nissl"
	"nissl/format"
	"nissl/format/reader"
	"nissl/internal/digest"
	"nissl/method"
)

// openInput opens every file, cuts it and takes its sha256, also those of parameters that name files.
// Close what it returns.
func (a *App) openInput(ctx context.Context, info method.Info, paths []string, words map[string]string, ro reader.Options, o runOptions) (in method.Input, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, closeInput(in))
		}
	}()
	for _, path := range paths {
		network := a.Networks != nil && info.Needs.Takes("network") && (!info.Needs.Takes("recording") || a.Networks.Knows(path))
		if network {
			n, err := a.openNetwork(ctx, path, o.do)
			if err != nil {
				return in, err
			}
			in.Networks = append(in.Networks, n)
		} else {
			if exists(path) == nil && a.Networks != nil && a.Networks.Knows(path) {
				return in, fmt.Errorf("%s: is a network; %s takes a recording: nissl read activity makes one", path, info.Name)
			}
			r, err := openRecording(path, ro, o)
			if err != nil {
				return in, err
			}
			in.Recordings = append(in.Recordings, r)
		}
		if err := addSource(ctx, &in, path); err != nil {
			return in, err
		}
	}
	for _, n := range in.Networks {
		if files, ok := n.(interface{ Files() []string }); ok { // such as the wiring that a model names
			for _, path := range files.Files() {
				if err := addSource(ctx, &in, path); err != nil {
					return in, err
				}
			}
		}
	}
	for _, p := range info.Params {
		// The default is a word such as "digits", which names what is inside the program.
		if path := words[p.Name]; p.File && path != "" && path != p.Default {
			if err := exists(path); err != nil {
				return in, fmt.Errorf("--%s: %w", p.Name, err)
			}
			if err := addSource(ctx, &in, path); err != nil {
				return in, err
			}
		}
	}
	return in, nil
}

func openRecording(path string, ro reader.Options, o runOptions) (*nissl.Recording, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	if len(o.do) > 0 {
		return nil, usagef("--do: %s is a recording; only a network can be intervened on", path)
	}
	r, err := format.Open(path, ro)
	if err != nil {
		return nil, err
	}
	part, err := o.cut.of(r)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	return part, nil
}

// openNetwork opens a network that runs under interventions.
func (a *App) openNetwork(ctx context.Context, path string, do []string) (method.OpenNetwork, error) {
	acts, err := interventions(do)
	if err != nil {
		return nil, err
	}
	n, err := a.Networks.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := n.Under(acts); err != nil {
		n.Close()
		return nil, fmt.Errorf("--do: %w", err)
	}
	return n, nil
}

// interventions reads the words of --do: one intervention each, or @FILE with one on every line, where #
// begins a remark.
func interventions(words []string) ([]nissl.Intervention, error) {
	var acts []nissl.Intervention
	for _, word := range words {
		lines, where := []string{word}, "--do"
		if file, ok := strings.CutPrefix(word, "@"); ok {
			b, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("--do: %w", err)
			}
			lines, where = strings.Split(string(b), "\n"), file
		}
		for i, line := range lines {
			line, _, _ = strings.Cut(line, "#")
			if strings.TrimSpace(line) == "" && len(lines) > 1 {
				continue
			}
			act, err := nissl.ParseIntervention(line)
			if err != nil && len(lines) > 1 {
				return nil, usagef("%s: line %d: %v", where, i+1, err)
			}
			if err != nil {
				return nil, usagef("%s: %v", where, err)
			}
			acts = append(acts, act)
		}
	}
	return acts, nil
}

func closeInput(in method.Input) error {
	var errs []error
	for _, r := range in.Recordings {
		errs = append(errs, r.Close())
	}
	for _, n := range in.Networks {
		if c, ok := n.(method.OpenNetwork); ok {
			c.Close()
		}
	}
	return errors.Join(errs...)
}

// addSource takes the sha256 of what lies at a path. A network by name, which is no file here, has none.
func addSource(ctx context.Context, in *method.Input, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		in.Sources = append(in.Sources, nissl.Source{Path: path})
		return nil
	}
	sum, err := digest.Of(ctx, path, -1)
	if err != nil {
		return err
	}
	in.Sources = append(in.Sources, nissl.Source{Path: path, SHA256: sum})
	return nil
}
