package format

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"nissl"
	"nissl/format/bundle"
	"nissl/format/reader"
)

// broken are files that no reader may open, whichever format it names: each gives one
// line that names the file, and takes little memory.
func broken() map[string][]byte {
	return map[string][]byte{
		"empty":               {},
		"zeros":               make([]byte, 1024),
		"text":                []byte("The Nissl stain shows every neuron.\n"),
		"json":                []byte(`{"a": [1, 2, 3]}`),
		"csv, short row":      []byte("a,b\n1,2\n3\n"),
		"csv, no rows":        []byte("a,b,c\n"),
		"csv, time goes back": []byte("time,a\n1,5\n0,6\n"),
		"csv, NaN time":       []byte("unit,time\na,1\na,\n"),
	}
}

func TestBrokenFiles(t *testing.T) {
	for name, b := range broken() {
		path := filepath.Join(t.TempDir(), "broken.dat")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, name, path, nil)
		// Named outright, a format must be as careful as when it is chosen by content.
		for _, f := range All() {
			quiet(t, name+" as "+f.Name, path, reader.Options{"format": f.Name})
		}
	}
}

// refused checks that opening fails with one line that names the file.
func refused(t *testing.T, name, path string, o reader.Options) {
	t.Helper()
	r, err := quiet(t, name, path, o)
	if err == nil {
		t.Errorf("%s: opened: %d units", name, r.Units.Len())
		r.Close()
		return
	}
	if s := err.Error(); !strings.Contains(s, path) || strings.Contains(s, "\n") {
		t.Errorf("%s: error is not one line that names the file: %q", name, s)
	}
}

// quiet opens the file and checks that it neither panics nor allocates much.
func quiet(t *testing.T, name, path string, o reader.Options) (r *nissl.Recording, err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v", name, p)
			err = fmt.Errorf("panic")
		}
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err = Open(path, o)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%s: allocated %d MB", name, used>>20)
	}
	return r, err
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	refused(t, "a folder", dir, nil)
	if _, err := Open(dir, nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), nil); err == nil {
		t.Error("a file that does not exist was opened")
	}
	if err := os.WriteFile(filepath.Join(dir, "recording.json"), []byte(`{"format": "photos"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "a folder with another recording.json", dir, nil)
}

// Every damage to the files of a bundle is an error that names one of them.
func TestBrokenBundles(t *testing.T) {
	r := &nissl.Recording{Units: nissl.NumberedUnits(2), Traces: nissl.NewTraces(2, 5, 1),
		Spikes:     &nissl.Spikes{Times: [][]float64{{1}, {2}}, Span: nissl.Interval{Stop: 3}},
		Covariates: []nissl.Covariate{{Name: "v", Rate: 1, Values: [][]float64{{1, 2}}}},
		Epochs:     []nissl.Epochs{{Name: "trials", Start: []float64{0}, Stop: []float64{1}}}}
	whole := filepath.Join(t.TempDir(), "whole.rec")
	if err := bundle.Write(whole, r, false); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(whole)
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, victim := range files {
		for damage, change := range map[string]func(string) error{
			"missing": os.Remove,
			"empty":   func(p string) error { return os.Truncate(p, 0) },
			"cut":     func(p string) error { return os.Truncate(p, 30) },
			"text":    func(p string) error { return os.WriteFile(p, []byte("not what it was"), 0o600) },
		} {
			path := filepath.Join(t.TempDir(), "b.rec")
			if err := os.CopyFS(path, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if err := change(filepath.Join(path, victim.Name())); err != nil {
				t.Fatal(err)
			}
			refused(t, victim.Name()+" "+damage, path, nil)
		}
	}
}

func TestUnknownWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for o, want := range map[string]string{"format=nwc": "there is no format", "colour=red": "no option"} {
		opts, _ := reader.ParseOptions([]string{o})
		if _, err := Open(path, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", o, err)
		}
	}
	in, err := Inspect(path, reader.Options{"format": "csv", "rate": "5"})
	if err != nil || in.Units != 2 || in.RateHz != 5 || in.Format != "csv" {
		t.Errorf("inspection %+v, %v", in, err)
	}
}
