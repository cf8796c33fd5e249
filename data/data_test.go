package data_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nissl/data"
)

// The sha256 of every embedded file as it is in the package it comes from: nitime 0.12 (nitime/data,
// nitime/LICENSE) and scikit-learn 1.9.1 (sklearn/datasets/data; of COPYING the part on scikit-learn).
var hashes = map[string]string{
	"digits/LICENSE":                           "50d6a9d340f19ab355609917993114daf5f47e3161067bcf34955bbd05cd9cb0",
	"digits/digits.csv.gz":                     "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
	"grasshopper/LICENSE":                      "c2e7890b53b80b106aac803ec138c97a98bf02d270aa169919a5c468e37a3de8",
	"grasshopper/grasshopper_spike_times1.txt": "840014ad9a8f591d02ab108bcbd46715badb3459e0ef7eac95fdd661ff134e3d",
	"grasshopper/grasshopper_spike_times2.txt": "389e5dccb709fbe0552589ff2e0b64e15d46665e4d2d4172071f2175c8641541",
	"resting-fmri/LICENSE":                     "c2e7890b53b80b106aac803ec138c97a98bf02d270aa169919a5c468e37a3de8",
	"resting-fmri/fmri_timeseries.csv":         "b272a7a8e1981d1b4542e739e5244be41c1bfee8a8d3cd224b87605ec72c2ffd",
}

func TestFilesAreUnchanged(t *testing.T) {
	seen := 0
	err := fs.WalkDir(data.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		seen++
		b, err := fs.ReadFile(data.FS(), p)
		if sum := sha256.Sum256(b); err == nil && hex.EncodeToString(sum[:]) != hashes[p] {
			t.Errorf("%s: sha256 %x, want %s", p, sum, hashes[p])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(hashes) {
		t.Errorf("%d files are embedded, want %d", seen, len(hashes))
	}
}

// Every file belongs to a listed data set, and every data set says all there is to say.
func TestList(t *testing.T) {
	list := data.List()
	if !slices.IsSortedFunc(list, func(a, b data.Dataset) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("List() is not sorted by name")
	}
	var listed []string
	for _, d := range list {
		if d.Description == "" || d.Source == "" || d.Licence == "" || len(d.Files) == 0 {
			t.Errorf("%s: incomplete: %+v", d.Name, d)
		}
		for _, f := range append(d.Files, "LICENSE") {
			listed = append(listed, path.Join(d.Name, f))
		}
	}
	for p := range hashes {
		if !slices.Contains(listed, p) {
			t.Errorf("%s is embedded and belongs to no data set", p)
		}
	}
}

func TestRestingFMRI(t *testing.T) {
	dir, err := data.Open("resting-fmri")
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(dir, "fmri_timeseries.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+250 || len(rows[0]) != 31 {
		t.Fatalf("%d × %d, want a header and 250 volumes × 31 columns", len(rows), len(rows[0]))
	}
	for i, row := range rows[1:] {
		for j, field := range row {
			if _, err := strconv.ParseFloat(field, 64); err != nil {
				t.Errorf("volume %d, %s: %v", i, rows[0][j], err)
			}
		}
	}
	left := 0
	for _, name := range rows[0][3:] {
		if !strings.HasPrefix(name, "R") {
			left++
		}
	}
	if left != 14 {
		t.Errorf("%d regions on the left, want 14 of 28", left)
	}
}

func TestGrasshopper(t *testing.T) {
	d, err := data.Find("grasshopper")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{929, 868} { // lines of the files that are neither comment nor empty
		b, err := fs.ReadFile(data.FS(), path.Join(d.Name, d.Files[i]))
		if err != nil {
			t.Fatal(err)
		}
		var times []float64
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			v, err := strconv.ParseFloat(line, 64)
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, v*d.UnitS)
		}
		if len(times) != want || !slices.IsSorted(times) || times[0] < 0 || times[len(times)-1] > 10 {
			t.Errorf("%s: %d spikes in [%g, %g] s, sorted %v; want %d, sorted, within 10 s",
				d.Files[i], len(times), times[0], times[len(times)-1], slices.IsSorted(times), want)
		}
	}
}

func TestDigits(t *testing.T) {
	images, labels, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	if len(images) != 1797 || len(labels) != 1797 {
		t.Fatalf("%d images, %d labels, want 1797", len(images), len(labels))
	}
	var count [10]int
	var sum float64
	for i, image := range images {
		if len(image) != 64 || slices.Min(image) < 0 || slices.Max(image) > 16 {
			t.Fatalf("image %d: %d pixels in [%g, %g], want 64 in [0, 16]", i, len(image), slices.Min(image), slices.Max(image))
		}
		for _, p := range image {
			sum += float64(p)
		}
		count[labels[i]]++
	}
	// Counted from the file by awk: images per digit (column 65), sum of columns 1 to 64.
	if want := [10]int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; count != want || sum != 561718 {
		t.Errorf("digits %v, sum %g; want %v, 561718", count, sum, want)
	}
}

func TestExtract(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	for range 2 { // the second time replaces
		paths, err := data.Extract("grasshopper", dir)
		if err != nil || len(paths) != 3 {
			t.Fatalf("Extract = %v, %v; want two files and their licence", paths, err)
		}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			sum := sha256.Sum256(b)
			if err != nil || hex.EncodeToString(sum[:]) != hashes["grasshopper/"+filepath.Base(p)] {
				t.Errorf("%s: %v, or not what is embedded", p, err)
			}
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 3 {
		t.Errorf("%d files left, want 3", len(left))
	}
	for _, name := range []string{"", "..", "mnist"} {
		if _, err := data.Extract(name, dir); err == nil || !strings.Contains(err.Error(), "resting-fmri") {
			t.Errorf("Extract(%q): %v; want an error that names what there is", name, err)
		}
	}
}

func Example() {
	d, _ := data.Find("resting-fmri")
	fmt.Printf("%s: %s, %.3f Hz, %s\n", d.Name, d.Files[0], d.RateHz, d.Licence)
	// Output: resting-fmri: fmri_timeseries.csv, 0.529 Hz, BSD-3-Clause
}
