// Package lint runs gofmt, go vet and staticcheck over the module as part of its tests, so that
// 'go test ./...' is all that a change must pass.
package lint

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"io/fs"
	"os/exec"
	"path"
	"strings"
	"time"
)

// Unformatted returns the Go files below the root of fsys that gofmt would change, hidden folders and
// testdata excepted. It reads every Go file, so that the go command runs a test that calls it again
// whenever one has changed.
func Unformatted(fsys fs.FS) ([]string, error) {
	var out []string
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		base := path.Base(name)
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (base[0] == '.' || base == "testdata" || base == "node_modules"):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		formatted, err := format.Source(src)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !bytes.Equal(src, formatted) {
			out = append(out, name)
		}
		return nil
	})
	return out, err
}

// Run runs a command in dir until it ends or ctx does, and returns what it printed and whether it succeeded.
func Run(ctx context.Context, dir, command string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // for what the command itself has started
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
