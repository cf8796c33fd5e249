package lint

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"
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

func TestVet(t *testing.T) {
	ctx := slow(t)
	if out, err := Run(ctx, root, "go", "vet", "./..."); err != nil {
		t.Errorf("go vet ./...: %v\n%s", err, out)
	}
}

func TestStaticcheck(t *testing.T) {
	ctx := slow(t)
	// Built and run by itself rather than by 'go run', which would leave it behind when time is up.
	program := filepath.Join(t.TempDir(), "staticcheck")
	if out, err := Run(ctx, root, "go", "build", "-o", program, "honnef.co/go/tools/cmd/staticcheck"); err != nil {
		t.Fatalf("staticcheck does not build: %v\n%s", err, out)
	}
	if out, err := Run(ctx, root, program, "./..."); err != nil {
		t.Errorf("staticcheck ./...: %v\n%s", err, out)
	}
}

// slow skips the test with -short; else its context ends shortly before the time for tests does. Such
// tests do not run in parallel: each compiles what the other also needs.
func slow(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a minute on a new machine; runs without -short")
	}
	ctx := t.Context()
	if end, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-10*time.Second))
		t.Cleanup(cancel)
	}
	return ctx
}
