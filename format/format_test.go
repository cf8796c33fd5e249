package format

import (
	"bytes"
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
	npy := func(fields, values string) []byte {
		text := "{" + fields + ", }\n"
		return append([]byte("\x93NUMPY\x01\x00"), append([]byte{byte(len(text)), 0}, text+values...)...)
	}
	edf := func(records, samples string) []byte {
		b := bytes.Repeat([]byte(" "), 512)
		for at, s := range map[int]string{0: "0", 168: "01.01.0101.01.01", 184: "512", 236: records, 244: "1", 252: "1", 256: "a",
			256 + 104: "-1", 256 + 112: "1", 256 + 120: "-1", 256 + 128: "1", 256 + 216: samples} {
			copy(b[at:], s)
		}
		return append(b, make([]byte, 512)...)
	}
	mat := func(tail ...byte) []byte {
		return append([]byte(strings.Repeat(" ", 124)+"\x00\x01IM"), tail...)
	}
	return map[string][]byte{
		"empty":                {},
		"zeros":                make([]byte, 1024),
		"text":                 []byte("The Nissl stain shows every neuron.\n"),
		"json":                 []byte(`{"a": [1, 2, 3]}`),
		"csv, short row":       []byte("a,b\n1,2\n3\n"),
		"csv, no rows":         []byte("a,b,c\n"),
		"csv, time goes back":  []byte("time,a\n1,5\n0,6\n"),
		"csv, NaN time":        []byte("unit,time\na,1\na,\n"),
		"npy, magic only":      []byte("\x93NUMPY"),
		"npy, wrong version":   []byte("\x93NUMPY\x07\x00\x10\x00{                }\n"),
		"npy, 10 GB in 1 KB":   npy("'descr': '<f4', 'fortran_order': False, 'shape': (1000, 2500000)", strings.Repeat("x", 900)),
		"npy, 10^30 values":    npy("'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000, 1000000000000000)", ""),
		"npy, empty rows":      npy("'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000, 0)", ""),
		"npy, no shape":        npy("'descr': '<f4', 'fortran_order': False", ""),
		"npy, pickle":          npy("'descr': '|O', 'fortran_order': False, 'shape': (1,)", "cos\nsystem\n"),
		"npy, records":         npy("'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)", "1234"),
		"npz, cut":             []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00spikes.npy"),
		"mat, header only":     mat(),
		"mat, 4 GB in 1 KB":    mat(append([]byte{14, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, make([]byte, 800)...)...),
		"mat, not compressed":  mat(15, 0, 0, 0, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8),
		"mat, big-endian, cut": append([]byte(strings.Repeat(" ", 124)+"\x01\x00MI"), 0, 0, 0),
		"edf, header only":     edf("5", "10")[:256],
		"edf, records lie":     edf("99999999", "100"),
		"edf, samples lie":     edf("1", "60000000"),
		"edf, samples vanish":  edf("1", "0"),
		"hdf5, signature only": []byte("\x89HDF\r\n\x1a\n"),
		"hdf5, zeros behind":   append([]byte("\x89HDF\r\n\x1a\n"), make([]byte, 1016)...),
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
