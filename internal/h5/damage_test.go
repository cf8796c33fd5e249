package h5

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readAll touches everything in a file and returns how many errors it met.
func readAll(path string) (errs int) {
	note := func(err error) {
		if err != nil {
			errs++
		}
	}
	f, err := Open(path)
	if err != nil {
		return 1
	}
	defer f.Close()
	_, err = f.Attrs("/")
	note(err)
	note(f.Walk(func(e Entry) error {
		note(e.Err)
		if e.Kind == Missing {
			return nil
		}
		_, err := f.Attrs(e.Path)
		note(err)
		if e.Kind != DatasetKind {
			return nil
		}
		d, err := f.Dataset(e.Path)
		if err != nil {
			errs++
			return nil
		}
		defer d.Close()
		if d.Type.Class == Compound {
			for _, c := range d.Type.Fields {
				_, err := d.Column(c.Name)
				note(err)
			}
			return nil
		}
		v, err := d.Value()
		note(err)
		for _, r := range v.Refs() {
			if !r.Null() {
				_, err := f.Deref(r)
				note(err)
			}
		}
		return nil
	}))
	return errs
}

func TestNotHDF5(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile("testdata/h5py.h5")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]struct {
		content []byte
		want    string
	}{
		"empty.h5": {nil, "is empty"},
		"text.h5":  {[]byte("unit,time\n1,2\n"), "is not HDF5"},
		"cut.h5":   {whole[:len(whole)/2], "cannot be opened as HDF5 (8448 bytes, perhaps cut short)"},
		"sign.h5":  {[]byte(Signature), "cannot be opened as HDF5"},
	}
	for name, file := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, file.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil || !strings.Contains(err.Error(), path+": "+file.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "absent.h5")); !os.IsNotExist(err) {
		t.Errorf("absent: %v", err)
	}
}

// A file may claim any shape: a chunked dataset without chunks costs nothing.
func TestLyingSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lie.h5")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(f, "/big", []int{4, 4}, make([]float64, 16), Layout{}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	// The shape of the only dataset: two little-endian 64-bit fours, twice (also as
	// the largest shape). Make the first 400 million: 12.8 GB in 2 KB.
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	four := []byte{4, 0, 0, 0, 0, 0, 0, 0}
	at := bytes.Index(raw, bytes.Repeat(four, 2))
	for ; at >= 0 && at < len(raw)-8 && bytes.Equal(raw[at:at+8], four); at += 16 {
		copy(raw[at:], []byte{0, 0x84, 0xd7, 0x17})
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("/big")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read[float64](d); err == nil || !strings.Contains(err.Error(), "claims 1600000000 elements of 8 bytes") {
		t.Errorf("shape %v: %v", d.Shape, err)
	}
	if _, err := d.Value(); err == nil || !strings.Contains(err.Error(), "claims 1600000000 elements") {
		t.Errorf("shape %v: %v", d.Shape, err)
	}
}

func TestMissingFilter(t *testing.T) {
	raw, err := os.ReadFile("testdata/h5py.h5")
	if err != nil {
		t.Fatal(err)
	}
	// The pipeline of /grid: filter 1, name of 8 bytes "deflate\0". Call it 32015.
	at := bytes.Index(raw, []byte("deflate\x00"))
	if at < 8 || raw[at-8] != 1 {
		t.Fatal("the fixture's filter is not where it was")
	}
	raw[at-8], raw[at-7] = 32015&255, 32015>>8
	copy(raw[at:], "zstd\x00\x00\x00")
	path := filepath.Join(t.TempDir(), "zstd.h5")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = dataset(t, f, "/grid").Value()
	for _, want := range []string{"/grid: is compressed with zstd (filter 32015)", "hdf5plugin", "HDF5_PLUGIN_PATH"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, wants %q", err, want)
		}
	}
}

const damageEnv = "NISSL_H5_DAMAGE"

// Damaged copies of the fixture: what libhdf5 crashes on must be an error of Open. They
// are read in processes of their own, in case that one comes through.
func TestDamagedFiles(t *testing.T) {
	if from := os.Getenv(damageEnv); from != "" {
		damage(t, from)
		return
	}
	const copies = 150
	var crashed, stuck []int
	for next := 0; next < copies; {
		seed, text, err := damageInChild(t, next, copies)
		switch {
		case err == nil:
			next = copies
			continue
		case errors.Is(err, context.DeadlineExceeded):
			stuck = append(stuck, seed)
		case strings.Contains(text, "signal arrived during cgo execution"):
			crashed = append(crashed, seed)
		default:
			t.Fatalf("seed %d: not a crash inside libhdf5: %v\n%s", seed, err, text)
		}
		next = seed + 1
	}
	t.Logf("%d damaged files (seeds 0 to %d): libhdf5 crashed on seeds %v, did not return on %v", copies, copies-1, crashed, stuck)
	if len(crashed)+len(stuck) > copies/50 {
		t.Errorf("libhdf5 failed on %d of %d damaged files", len(crashed)+len(stuck), copies)
	}
}

// damageInChild runs the seeds in a process and returns the last one it began.
func damageInChild(t *testing.T, from, to int) (seed int, text string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestDamagedFiles$", "-test.v")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d:%d", damageEnv, from, to))
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	text = string(out)
	if at := strings.LastIndex(text, "\nseed "); at >= 0 {
		number, _, _ := strings.Cut(text[at+6:], "\n")
		if seed, err2 := strconv.Atoi(number); err2 == nil {
			return seed, text, err
		}
	}
	t.Fatalf("no seed was begun: %v\n%s", err, text)
	return 0, "", nil
}

func damage(t *testing.T, seeds string) {
	var from, to int
	if _, err := fmt.Sscanf(seeds, "%d:%d", &from, &to); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile("testdata/h5py.h5")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "d.h5")
	for seed := from; seed < to; seed++ {
		fmt.Printf("seed %d\n", seed)
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		raw := bytes.Clone(whole)
		for range 1 + rng.IntN(3) {
			raw[rng.IntN(len(raw))] = byte(rng.IntN(256))
		}
		if rng.IntN(4) == 0 {
			raw = raw[:rng.IntN(len(raw))]
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(path)
	}
}

// FuzzOpen hands libhdf5 what the fuzzer invents. It may crash inside libhdf5 (see the
// package comment); TestDamagedFiles is the part that runs with the tests.
func FuzzOpen(f *testing.F) {
	whole, err := os.ReadFile("testdata/h5py.h5")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/3])
	f.Add([]byte(Signature))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.h5")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(path)
	})
}
