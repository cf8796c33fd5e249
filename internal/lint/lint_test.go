package lint

import (
	"os"
	"slices"
	"testing"
	"testing/fstest"
)

const root = "../.."

func TestFormat(t *testing.T) {
	names, err := Unformatted(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Errorf("%s: not formatted: run gofmt -w %s", name, name)
	}
}

func TestUnformatted(t *testing.T) {
	got, err := Unformatted(fstest.MapFS{
		"good.go":       {Data: []byte("package p\n")},
		"bad.go":        {Data: []byte("package  p\n")},
		"testdata/x.go": {Data: []byte("no Go")},
	})
	if err != nil || !slices.Equal(got, []string{"bad.go"}) {
		t.Errorf("Unformatted = %v, %v; want bad.go alone", got, err)
	}
	if _, err := Unformatted(fstest.MapFS{"broken.go": {Data: []byte("no Go")}}); err == nil {
		t.Error("a file that does not parse: no error")
	}
}

func TestVet(t *testing.T) { check(t, "vet", "./...") }

func TestStaticcheck(t *testing.T) {
	check(t, "run", "honnef.co/go/tools/cmd/staticcheck", "./...")
}

// check runs the go command over the module and reports what it prints.
func check(t *testing.T, args ...string) {
	if testing.Short() {
		t.Skip("takes a minute on a new machine; runs without -short")
	}
	// Not in parallel: both compile what the other also needs.
	if out, err := Go(root, args...); err != nil {
		t.Errorf("go %v: %v\n%s", args, err, out)
	}
}
