package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/format"
	"nissl/format/reader"
	"nissl/method"
)

// openInput opens every file, cuts it and takes its sha256. Close what it returns.
func openInput(ctx context.Context, needs method.Needs, paths []string, o reader.Options, c cut) (method.Input, error) {
	var in method.Input
	if needs.Kind == "network" {
		return in, fmt.Errorf("%s: this version reads recordings only, no networks", paths[0])
	}
	for _, path := range paths {
		if err := exists(path); err != nil {
			return in, errors.Join(err, closeInput(in))
		}
		r, err := format.Open(path, o)
		if err != nil {
			return in, errors.Join(err, closeInput(in))
		}
		part, err := c.of(r)
		if err != nil {
			return in, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close(), closeInput(in))
		}
		in.Recordings = append(in.Recordings, part)
		sum, err := hashPath(ctx, path)
		if err != nil {
			return in, errors.Join(err, closeInput(in))
		}
		in.Sources = append(in.Sources, nissl.Source{Path: path, SHA256: sum})
	}
	return in, nil
}

func closeInput(in method.Input) error {
	var errs []error
	for _, r := range in.Recordings {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// hashPath is the sha256 of a file's content. That of a folder is the sha256 of one
// line "HASH  NAME" per file below it, sorted by name, as sha256sum prints them.
func hashPath(ctx context.Context, path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !st.IsDir() {
		return hashFile(ctx, path)
	}
	var names []string
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(path, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		sum, err := hashFile(ctx, filepath.Join(path, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s  %s\n", sum, name)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, cancelable{ctx, f}); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// cancelable is a reader that ends with its context.
type cancelable struct {
	ctx context.Context
	io.Reader
}

func (c cancelable) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(b)
}
