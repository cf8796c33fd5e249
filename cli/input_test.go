package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The hash of the folder is what GNU coreutils 9.1 prints for
//
//	(cd f && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum) | sha256sum
func TestHash(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b": "abc", "a/c": "", "a.txt": "x\n"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	// The first test vector of FIPS 180-2.
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got, err := hashPath(t.Context(), filepath.Join(dir, "b")); got != abc || err != nil {
		t.Errorf("file: %s, %v", got, err)
	}
	const folder = "2bd281335f7a1b68da65f16fcd776deabe5244908b92cc277e230720512357eb"
	if got, err := hashPath(t.Context(), dir); got != folder || err != nil {
		t.Errorf("folder: %s, %v, want %s", got, err, folder)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hashPath(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled hash gave %v", err)
	}
}

// Distances by hand: one replaced, one inserted, two neighbours swapped.
func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"map", "map", 0}, {"mop", "map", 1}, {"inspct", "inspect", 1}, {"mpa", "map", 1}, {"", "map", 3}, {"kitten", "sitting", 3}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	for typed, want := range map[string]string{"corelation": "correlation", "corr": "correlation", "zzz": "", "partial": "partial-correlation"} {
		if got := nearest(typed, []string{"correlation", "partial-correlation"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", typed, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(-1234567), "-1,234,567"}, {count(999), "999"}, {plural(1, "unit"), "1 unit"}, {number(123456), "123,456"},
		{number(0.00012345), "0.0001234"}, {seconds(472.5), "472.5" + glue + "s (7.9" + glue + "min)"}, {seconds(7200), "7200" + glue + "s (2.0" + glue + "h)"}, {seconds(30), "30" + glue + "s"},
		{clip("abcdef", 4), "abc…"}, {some([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"}, {some(nil, 2), "none"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
