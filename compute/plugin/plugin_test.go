package plugin

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// home gives the test a home and a cache of its own.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv(Env, "")
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFindOrder(t *testing.T) {
	home(t)
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Find(); err == nil && p.Source != system || err != nil && !errors.Is(err, ErrNone) {
		t.Fatalf("Find() in an empty home = %+v, %v", p, err)
	}
	// Each later one is preferred to those before it.
	for _, s := range []Source{Wheel, GoMLX} {
		write(t, filepath.Join(dir, string(s), file), "x")
		if p, err := Find(); err != nil || p.Source != s || p.Bytes != 1 || !filepath.IsAbs(p.Path) {
			t.Errorf("Find() with %s there = %+v, %v", s, p, err)
		}
	}
	mine := filepath.Join(t.TempDir(), "mine.so")
	write(t, mine, "xy")
	t.Setenv(Env, mine)
	if p, err := Find(); err != nil || p.Path != mine || p.Source != env {
		t.Errorf("Find() with %s=%s = %+v, %v", Env, mine, p, err)
	}
}

func TestFindRefuses(t *testing.T) {
	dir := home(t)
	for value, want := range map[string]string{
		"off":                        "turned off",
		"here.so":                    "absolute path",
		filepath.Join(dir, "none"):   "no such file",
		filepath.Join(dir, "subdir"): "no regular file",
	} {
		if strings.HasSuffix(value, "subdir") {
			write(t, filepath.Join(value, "f"), "")
		}
		t.Setenv(Env, value)
		if _, err := Find(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find() with %s=%s: %v; want %q", Env, value, err, want)
		}
	}
}

// A wheel that is not the one nissl was tested with is refused and leaves nothing that Find would take.
func TestUnpackChecksHash(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.whl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	entry, err := z.Create(pluginPath)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(entry, "evil"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := unpack(path, dir); err == nil || !strings.Contains(err.Error(), "sha256") {
		t.Errorf("unpack of another wheel: %v; want its sha256 refused", err)
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
		t.Error("the refused plugin was unpacked")
	}
}

func TestInstallUnknownSource(t *testing.T) {
	home(t)
	if _, err := Install(context.Background(), "nowhere", io.Discard); err == nil {
		t.Error("Install from an unknown source: no error")
	}
	dir, _ := Dir()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("Install left %v behind", left)
	}
}
