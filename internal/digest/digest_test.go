package digest

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
	if got, err := Of(t.Context(), filepath.Join(dir, "b"), 3); got != abc || err != nil {
		t.Errorf("file: %s, %v", got, err)
	}
	const folder = "2bd281335f7a1b68da65f16fcd776deabe5244908b92cc277e230720512357eb"
	if got, err := Of(t.Context(), dir, -1); got != folder || err != nil {
		t.Errorf("folder: %s, %v, want %s", got, err, folder)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Of(ctx, dir, -1); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled hash gave %v", err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "b")} {
		if _, err := Of(t.Context(), path, 2); !errors.Is(err, ErrLarge) {
			t.Errorf("%s: 2 bytes are allowed: %v", path, err)
		}
	}
}
