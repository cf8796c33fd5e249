package mat

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/nissldata"
)

// tagged is an element with its padding.
func tagged(o binary.AppendByteOrder, kind uint32, data []byte) []byte {
	b := o.AppendUint32(nil, kind)
	b = append(o.AppendUint32(b, uint32(len(data))), data...)
	return append(b, make([]byte, (8-len(data)%8)%8)...)
}

// matrix is a miMATRIX element of doubles, column-major.
func matrix(o binary.AppendByteOrder, name string, rows, cols int, v ...float64) []byte {
	flags := o.AppendUint32(o.AppendUint32(nil, mxDOUBLE), 0)
	dims := o.AppendUint32(o.AppendUint32(nil, uint32(rows)), uint32(cols))
	var data []byte
	for _, x := range v {
		data = o.AppendUint64(data, math.Float64bits(x))
	}
	body := append(tagged(o, miUINT32, flags), tagged(o, miINT32, dims)...)
	body = append(body, tagged(o, miINT8, []byte(name))...)
	return tagged(o, miMATRIX, append(body, tagged(o, miDOUBLE, data)...))
}

// file is a MAT file of the elements.
func file(o binary.AppendByteOrder, elements ...[]byte) []byte {
	b := []byte(strings.Repeat(" ", 124) + "\x00\x01IM")
	if o == binary.AppendByteOrder(binary.BigEndian) {
		copy(b[124:], "\x01\x00MI")
	}
	return append(b, bytes.Join(elements, nil)...)
}

func write(t testing.TB, b []byte) string {
	path := filepath.Join(t.TempDir(), "a.mat")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestByteOrders(t *testing.T) {
	for _, o := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		r, err := Open(write(t, file(o, matrix(o, "x", 2, 3, 1, 4, 2, 5, 3, math.NaN()), matrix(o, "fs", 1, 1, 50))), nil)
		if err != nil {
			t.Errorf("%v: %v", o, err)
			continue
		}
		if s := fmt.Sprint(r.Traces.Rows, r.Traces.Rate); s != "[[1 2 3] [4 5 NaN]] 50" {
			t.Errorf("%v: %s", o, s)
		}
	}
}

// The files of testdata were written by scipy 1.17.1 (savemat, with and without
// do_compression) from a dictionary of every class that it can write.
func TestScipy(t *testing.T) {
	for _, name := range []string{"scipy_plain.mat", "scipy_compressed.mat"} {
		vars, notes, err := readFile(filepath.Join("testdata", name))
		if err != nil || len(notes) > 0 {
			t.Fatalf("%s: %v, notes %q", name, err, notes)
		}
		got := map[string]string{}
		for _, a := range arraysOf(vars) {
			var s any
			switch {
			case a.Lists != nil:
				s = fmt.Sprint(a.Names, a.Lists)
			case a.Trials != nil:
				s = fmt.Sprint(a.Trials)
			case a.Texts != nil:
				v, _ := a.Texts()
				s = fmt.Sprintf("%q", v)
			default:
				v, err := a.Numbers()
				if s = fmt.Sprint(a.Shape, v); err != nil {
					s = err
				}
			}
			got[a.Name] = fmt.Sprint(s)
		}
		cube := make([]int, 24)
		for i := range cube {
			cube[i] = i
		}
		want := map[string]string{
			"small": "[1 1] [7]", "m": "[3 4] [0 0.3333333333333333 0.6666666666666666 1 1.3333333333333333 1.6666666666666667 2 2.3333333333333335 2.6666666666666665 3 3.3333333333333335 3.6666666666666665]",
			"i": "[2 2] [1 -2 3 40000]", "whole": "[1 3] [1 2 300]", "f": "[1 2] [0.5 0.25]", "u": "[1 1] [9.223372036854776e+18]",
			"flag": "[1 2] [1 0]", "text": `["Jeffy"]`, "rows": `["ab" "cde"]`, "sparse": "[2 3] [0 1.5 0 2 0 0]",
			"units": "[1 3] [[1.5 2 3] [0.25 7]]", "trials": "[{2 3 [0 1 2 3 4 5]} {2 2 [0 1 2 3]}]", "names": `["AVAL" "µ2"]`,
			"data.fs": "[1 1] [20]", "data.deep.x": "[1 3] [1 2 3]", "empty": "[0 0] []", "cube": fmt.Sprint("[2 3 4] ", cube),
			"array.v": "[a b] [[1] [2]]", "array.name": `["a" "b"]`,
		}
		for k, w := range want {
			if got[k] != w {
				t.Errorf("%s: %s is %s, want %s", name, k, got[k], w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d arrays, want %d (complex ones are left out): %v", name, len(got), len(want), got)
		}
	}
}

func TestChoices(t *testing.T) {
	path := filepath.Join("testdata", "scipy_plain.mat")
	for options, want := range map[string]string{
		"":                            "[1 3] [[1.5 2 3] [0.25 7]]",
		"spikes=units unit_s=2":       "[1 3] [[3 4 6] [0.5 14]]",
		"spikes=whole clock_hz=30000": "[whole] [[1 2 300]]",
		"traces=trials":               "[AVAL µ2] [[0 1 2 0 1] [3 4 5 2 3]]",
		"traces=m axes=samples,units": "[0 1 2 3] [[0 1.3333334 2.6666667] [0.33333334 1.6666666 3] [0.6666667 2 3.3333333] [1 2.3333333 3.6666667]]",
		"traces=sparse names=names axes=units,samples": "[AVAL µ2] [[0 1.5 0] [2 0 0]]",
	} {
		o, _ := reader.ParseOptions(strings.Fields(options))
		r, err := Open(path, o)
		if err != nil {
			t.Errorf("%s: %v", options, err)
			continue
		}
		got := fmt.Sprint(r.Units.Names(), " ")
		if r.Spikes != nil {
			got += fmt.Sprint(r.Spikes.Times)
		} else {
			got += fmt.Sprint(r.Traces.Rows)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", options, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	le := binary.LittleEndian
	good := file(le, matrix(le, "x", 2, 2, 1, 2, 3, 4))
	lie := bytes.Clone(good)
	le.PutUint32(lie[headerSize+4:], 4_000_000_000)
	inner := bytes.Clone(good)
	le.PutUint32(inner[headerSize+8+16+8:], 100_000) // first dimension
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(le.AppendUint32(le.AppendUint32(nil, miMATRIX), 4_000_000_000))
	w.Close()
	bomb := file(le, append(le.AppendUint32(le.AppendUint32(nil, miCOMPRESSED), uint32(z.Len())), z.Bytes()...))
	for _, c := range []struct {
		want, options string
		file          []byte
	}{
		{"ends within its header", "", good[:100]},
		{"no MATLAB 5 file", "", bytes.Repeat([]byte{' '}, 200)},
		{"offset 128: element claims 4000000000 bytes, but only", "", lie},
		{"has 4 values", "", inner},
		{"claims 4000000000 bytes inside of", "", bomb},
		{"but only", "", good[:len(good)-20]},
		{"no array looks like activity", "", file(le, matrix(le, "x", 1, 1, 5))},
		{"the file holds no arrays", "", file(le)},
		{"there is no array \"y\"", "traces=y", good},
		{"expected an array", "", file(le, tagged(le, miINT8, []byte("hello")))},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		path := write(t, c.file)
		if _, err := Open(path, o); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v; want an error with %q", err, c.want)
		}
	}
}

func recording(t *testing.T, name string, o reader.Options) *nissl.Recording {
	t.Helper()
	r, err := Open(filepath.Join(nissldata.Dir(t), "recordings", name), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sums of the traces, plain and weighted by the unit's number from 1.
func sums(r *nissl.Recording) (plain, weighted float64) {
	for i, row := range r.Traces.Rows {
		for _, v := range row {
			plain += float64(v)
			weighted += float64(i+1) * float64(v)
		}
	}
	return plain, weighted
}

// All values below: scipy 1.17.1, loadmat.
func TestRatHippocampus(t *testing.T) {
	r := recording(t, "rat_hippocampus/linear-track/spikes.mat", reader.Options{"clock_hz": "30000"})
	sum := 0.0
	var counts []int
	for _, times := range r.Spikes.Times {
		counts = append(counts, len(times))
		for _, v := range times {
			sum += v
		}
	}
	if r.Units.Len() != 31 || r.Spikes.Count() != 28829 || !reflect.DeepEqual(counts[:5], []int{1748, 106, 352, 88, 875}) {
		t.Errorf("%d units, %d spikes, first %v", r.Units.Len(), r.Spikes.Count(), counts[:5])
	}
	if math.Abs(sum-153868786.5028) > 1e-6 || r.Spikes.Times[0][0] != 4405.897233333333 || r.Spikes.ClockHz != 30000 {
		t.Errorf("sum %v, first spike %v, clock %v", sum, r.Spikes.Times[0][0], r.Spikes.ClockHz)
	}
	// The range that the file states for the first unit is 4396.9975 s to 6365.2707 s.
	if s := r.Spikes.Span; math.Abs(s.Start-4396.9975) > 1e-4 || math.Abs(s.Stop-6365.2707) > 1e-4 {
		t.Errorf("observed %v", s)
	}
}

func TestMonkeyMotor(t *testing.T) {
	r := recording(t, "monkey_motor/m1_stevenson_2011.mat", nil)
	plain, weighted := sums(r)
	if len(r.Traces.Rows) != 171 || r.Traces.Samples() != 15536 || plain != 2352815 || weighted != 230490557 {
		t.Errorf("%d units, %d samples, sums %v, %v", len(r.Traces.Rows), r.Traces.Samples(), plain, weighted)
	}
	if last := r.Traces.Time(15535); r.Traces.Rate != 20 || math.Abs(last-789.341) > 1e-6 {
		t.Errorf("rate %v Hz, last sample at %v s", r.Traces.Rate, last)
	}
	hand := 0.0
	for _, row := range r.CovariateNamed("handPos").Values {
		for _, v := range row {
			hand += v
		}
	}
	if math.Abs(hand+4884.31152800528) > 1e-8 {
		t.Errorf("hand positions sum to %v", hand)
	}
}

func TestMonkeyCounts(t *testing.T) {
	r := recording(t, "monkey_counts/sample_dat.mat", nil)
	plain, weighted := sums(r)
	if len(r.Traces.Rows) != 155 || r.Traces.Samples() != 974 || plain != 2528878 || weighted != 169541519 {
		t.Errorf("%d units, %d samples, sums %v, %v", len(r.Traces.Rows), r.Traces.Samples(), plain, weighted)
	}
	if c := r.CovariateNamed("targ_angs"); c == nil || c.Samples() != 974 {
		t.Error("no covariate of the target angles")
	}
}

func TestMonkeyBCI(t *testing.T) {
	r := recording(t, "monkey_bci/exampleData.mat", reader.Options{"traces": "afterLearning.clouds.spikes", "dt": "0.045"})
	plain, weighted := sums(r)
	if len(r.Traces.Rows) != 86 || r.Traces.Samples() != 552 || plain != 90023 || weighted != 3983848 || r.Epochs[0].Len() != 8 {
		t.Errorf("%d units, %d samples, sums %v, %v, epochs %v", len(r.Traces.Rows), r.Traces.Samples(), plain, weighted, r.Epochs)
	}
}

func TestLFP(t *testing.T) {
	plain, _ := sums(recording(t, "lfp_spikes/ECoG-1.mat", nil))
	if math.Abs(plain-50.17873896254059) > 1e-9 {
		t.Errorf("E1 sums to %v", plain)
	}
	r := recording(t, "lfp_spikes/08_spikes-1.mat", nil)
	for i, want := range []float64{11345.261655868308, 14728.015014411389} {
		sum := 0.0
		for _, v := range r.Spikes.Times[i] {
			sum += v
		}
		if math.Abs(sum-want) > 1e-7 {
			t.Errorf("spikes of %s sum to %v, want %v", r.Units.Name(i), sum, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"scipy_plain.mat", "scipy_compressed.mat"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(file(binary.BigEndian, matrix(binary.BigEndian, "x", 2, 3, 1, 2, 3, 4, 5, 6)))
	path := filepath.Join(f.TempDir(), "fuzz.mat")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Open(path, nil); err == nil {
			r.Close()
		}
	})
}
