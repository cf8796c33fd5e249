package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// sourceLines is the most that a file of the pages' source may have, as CONTRIBUTING.md tells.
const sourceLines = 300

func TestSourceLengths(t *testing.T) {
	err := fs.WalkDir(os.DirFS("../../web"), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "node_modules" || name == "dist":
			return fs.SkipDir
		case !strings.Contains(".ts .tsx .mjs .css", path.Ext(name)) || e.IsDir() || path.Ext(name) == "":
			return nil
		}
		b, err := os.ReadFile(filepath.Join("../../web", name))
		if n := bytes.Count(b, []byte("\n")); n > sourceLines {
			t.Errorf("web/%s: %d lines, at most %d: split it by what its parts are about", name, n, sourceLines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever builds the pages again gets the very files that are in the repository, so they are what the source says.
func TestPagesAreReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("building the pages takes seconds; runs without -short")
	}
	const root = "../.."
	web := filepath.Join(root, "web")
	if current, err := run(web, false); err != nil || !current {
		t.Skipf("runs once the pages are those of the source, see TestPagesAreCurrent: %v", err)
	}
	sh := func(script string, args ...string) ([]byte, error) {
		cmd := exec.Command("sh", append([]string{"-c", script, "sh"}, args...)...)
		cmd.Dir = root
		return cmd.CombinedOutput()
	}
	if _, err := sh(". scripts/node.sh; has_node && test -e web/node_modules/vite"); err != nil {
		t.Skip("the pages cannot be built: Node or its packages are missing; runs after make web")
	}
	to := t.TempDir()
	build := `. scripts/node.sh; has_node; cd web && npm run --silent build -- --logLevel warn --outDir "$1"`
	if out, err := sh(build, to); err != nil {
		t.Fatalf("npm run build: %v\n%s", err, out)
	}
	want, have := read(t, to), read(t, filepath.Join(web, "dist"))
	delete(have, path.Base(mark))
	for name := range want {
		if have[name] != want[name] {
			t.Errorf("web/dist/%s is not what the source gives: run make web", name)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			t.Errorf("web/dist/%s comes from nothing in the source: run make web", name)
		}
	}
}

// read returns the files below dir by their names.
func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
