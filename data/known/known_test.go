package known

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
	"nissl/model/pairwise"
)

func TestBrain(t *testing.T) {
	r, err := Brain()
	if err != nil {
		t.Fatal(err)
	}
	pairs := pairwise.Homologues(r.Units.Names())
	if r.Validate() != nil || r.Units.Len() != 28 || r.Traces.Samples() != 250 || math.Abs(r.Duration()-472.5) > 1e-9 || len(pairs) != 13 {
		t.Errorf("%v: %d units, %d samples, %g s, %d pairs", r.Validate(), r.Units.Len(), r.Traces.Samples(), r.Duration(), len(pairs))
	}
	if slices.Contains(r.Units.Names(), "WM") {
		t.Error("white matter is no region")
	}
}

func TestWorms(t *testing.T) {
	dir := nissldata.Dir(t)
	for _, name := range Worms() {
		r, err := Worm(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Units.Len(); n < 87 || n > 110 || r.Traces.Samples() != 800 || r.CovariateNamed("reversal_vec") == nil {
			t.Errorf("%s: %d units × %d samples", name, n, r.Traces.Samples())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFish(t *testing.T) {
	r, units, err := Fish(nissldata.Dir(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := slices.Concat(units...)
	if r.Units.Len() != 114 || r.Traces.Samples() != 4245 || len(units) != 5 || slices.Min(all) != 0 || slices.Max(all) != 113 {
		t.Errorf("%d units × %d samples, assemblies %v", r.Units.Len(), r.Traces.Samples(), units)
	}
}

// The rat runs first and rests then: it is faster than 30 pixels/s for longer on the track.
func TestRat(t *testing.T) {
	rat, err := Rat(nissldata.Dir(t))
	if err != nil {
		t.Fatal(err)
	}
	defer rat.Recording.Close()
	n := len(rat.Time)
	if rat.Recording.Units.Len() != 31 || rat.Recording.Spikes.Count() != 28829 || n != 118965 || len(rat.Place) != n || len(rat.Speed) != n || !slices.IsSorted(rat.Time) {
		t.Errorf("%d units, %d spikes, %d frames", rat.Recording.Units.Len(), rat.Recording.Spikes.Count(), n)
	}
	var runs [2]int
	for i, v := range rat.Speed {
		if v > 30 {
			runs[2*i/n]++
		}
	}
	if runs[0] < 2*runs[1] {
		t.Errorf("%d running frames in the first half, %d in the second", runs[0], runs[1])
	}
}

func TestReadAssemblies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	for text, want := range map[string]string{
		"1, 3\n2\n": "",
		"1, 4\n":    "line 1: expected units from 1 to 3",
		"1\n0\n":    "line 2: expected units from 1 to 3",
		"1, x\n":    `got "x"`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readAssemblies(path, 3)
		if want == "" && (err != nil || len(got) != 2 || !slices.Equal(got[0], []int{0, 2}) || !slices.Equal(got[1], []int{1})) ||
			want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// frames are records of Trodes at 10 ticks/s: points on the line y = x/2 + 7, at the time of their index.
func frames(header string, x ...uint16) []byte {
	b := []byte(header)
	for i, v := range x {
		b = binary.LittleEndian.AppendUint32(b, uint32(10*i))
		for _, p := range []uint16{v, v/2 + 7, 0, 0} {
			b = binary.LittleEndian.AppendUint16(b, p)
		}
	}
	return b
}

const header = "<Start settings>\nthreshold: 199\nclockrate: 10\n<End settings>\n"

func TestPositions(t *testing.T) {
	time, x, y, err := positions(frames(header, 10, 20, 40, 10))
	if err != nil || !slices.Equal(time, []float64{0, 1, 2, 3}) || !slices.Equal(x, []float64{10, 20, 40, 10}) || y[2] != 27 {
		t.Fatalf("%v %v %v %v", time, x, y, err)
	}
	// Along the line, 2 pixels of x are √5 pixels.
	place, fast := mainAxis(x, y), speed(time, x, y, 1)
	for i, v := range place {
		if want := (x[i] - 20) * math.Sqrt(5) / 2; math.Abs(v-want) > 1e-9 {
			t.Errorf("place %d is %g, want %g", i, v, want)
		}
	}
	for i, want := range []float64{10, 15, 5, 30} {
		if want *= math.Sqrt(5) / 2; math.Abs(fast[i]-want) > 1e-9 {
			t.Errorf("speed %d is %g, want %g", i, fast[i], want)
		}
	}
	for text, want := range map[string]string{
		"clockrate: 10\n":                 "no line",
		"<End settings>\n":                "no clockrate",
		"clockrate: -1\n<End settings>\n": "no clockrate",
		header:                            "0 bytes are not records",
		header + "one":                    "3 bytes are not records of 12",
		"clockrate: 30 kHz\n<End settings>\n" + "123456789012": "no clockrate",
	} {
		if _, _, _, err := positions([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
