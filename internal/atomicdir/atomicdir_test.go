package atomicdir

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func put(text string) func(string) error {
	return func(dir string) error { return WriteFile(filepath.Join(dir, "f"), []byte(text)) }
}

func read(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrite(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "deep", "out")
	allow := func(string) error { return nil }
	if err := Write(path, nil, put("one")); err != nil || read(t, path) != "one" {
		t.Fatal(err)
	}
	if err := Write(path, nil, put("two")); err == nil {
		t.Error("replaced unasked")
	}
	refuse := errors.New("no")
	if err := Write(path, func(string) error { return refuse }, put("two")); !errors.Is(err, refuse) {
		t.Errorf("the refusal was %v", err)
	}
	half := func(dir string) error { return errors.Join(put("half")(dir), refuse) }
	if err := Write(path, allow, half); !errors.Is(err, refuse) || read(t, path) != "one" {
		t.Errorf("after a failure: %v", err)
	}
	if err := Write(path, allow, put("two")); err != nil || read(t, path) != "two" {
		t.Errorf("after replacing: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// swap is what systems without an exchange of names use.
func TestSwap(t *testing.T) {
	parent := t.TempDir()
	a, b := filepath.Join(parent, "a"), filepath.Join(parent, "b")
	for dir, text := range map[string]string{a: "new", b: "old"} {
		if err := errors.Join(os.Mkdir(dir, 0o777), put(text)(dir)); err != nil {
			t.Fatal(err)
		}
	}
	if err := swap(a, b); err != nil || read(t, a) != "old" || read(t, b) != "new" {
		t.Error(err)
	}
	if err := swap(filepath.Join(parent, "none"), b); err == nil || read(t, b) != "new" {
		t.Errorf("after a failed swap: %v", err)
	}
}
