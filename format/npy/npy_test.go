package npy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/nissldata"
	"nissl/internal/npy"
)

// array is the bytes of a .npy file.
func array(descr, shape, values string) []byte {
	text := "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n"
	return append(append([]byte(npy.Magic), 1, 0, byte(len(text)), byte(len(text)>>8)), text+values...)
}

// archived is the bytes of a .npz file.
func archived(t testing.TB, entries map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, v := range entries {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, b []byte) string {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func show(r *nissl.Recording) string {
	s := strings.Join(r.Units.Names(), ",")
	if t := r.Traces; t != nil {
		s += fmt.Sprintf(" | %v %g Hz from %g s", t.Rows, t.Rate, t.Start)
	}
	if r.Spikes != nil {
		s += fmt.Sprintf(" | %v in %v", r.Spikes.Times, r.Spikes.Span)
	}
	for _, c := range r.Covariates {
		s += fmt.Sprintf(" | %s %v", c.Name, c.Values)
	}
	for _, e := range r.Epochs {
		s += fmt.Sprintf(" | %s %v-%v", e.Name, e.Start, e.Stop)
	}
	return s
}

func TestOpen(t *testing.T) {
	text := func(s ...string) []byte { // UTF-32 of equal length
		b := ""
		for _, w := range s {
			for _, c := range w {
				b += string([]byte{byte(c), 0, 0, 0})
			}
		}
		return array(fmt.Sprintf("<U%d", len(s[0])), fmt.Sprintf("(%d,)", len(s)), b)
	}
	for _, c := range []struct {
		name, options, want string
		file                []byte
	}{
		{"mapped", "rate=5", "0,1 | [[1 1 1] [1 1 1]] 5 Hz from 0 s", array("<f4", "(2, 3)", strings.Repeat("\x00\x00\x80?", 6))},
		{"more rows than columns", "", "0,1 | [[1 3 5] [2 4 6]] 1 Hz from 0 s", array("|u1", "(3, 2)", "\x01\x02\x03\x04\x05\x06")},
		{"told", "axes=units,samples dt=2", "0,1,2 | [[1 2] [3 4] [5 6]] 0.5 Hz from 0 s", array("|u1", "(3, 2)", "\x01\x02\x03\x04\x05\x06")},
		{"spike times", "unit_s=1/10", "0 | [[0.1 0.5]] in {0.1 0.5}", array("<u2", "(2,)", "\x01\x00\x05\x00")},
		{"samples", "", "0 | [[5 1]] 1 Hz from 0 s", array("<u2", "(2,)", "\x05\x00\x01\x00")},
		{"samples, told", "kind=traces", "0 | [[1 5]] 1 Hz from 0 s", array("<u2", "(2,)", "\x01\x00\x05\x00")},
		{"archive", "", "a,b | [[1 3 5] [2 4 6]] 1 Hz from 0 s | choice [[7 8 9]]", archived(t, map[string][]byte{
			"spikes": array("|u1", "(3, 2)", "\x01\x02\x03\x04\x05\x06"), "choice": array("|u1", "(3,)", "\x07\x08\x09"), "names": text("a", "b")})},
		{"archive, pair", "", "4,3 | [[1 3] [2]] in {1 3}", archived(t, map[string][]byte{
			"spike_times": array("|u1", "(3,)", "\x01\x02\x03"), "spike_clusters": array("|u1", "(3,)", "\x04\x03\x04")})},
		{"archive, time", "", "0,1 | [[1 2 3] [4 5 6]] 2 Hz from 3 s", archived(t, map[string][]byte{
			"F": array("|u1", "(2, 3)", "\x01\x02\x03\x04\x05\x06"), "t": array("<f2", "(3,)", "\x00\x42\x00\x43\x00\x44")})},
		{"pynapple TsGroup", "", "3,7 | [[1 2] [1]] in {0 9} | time_support [0]-[9]", archived(t, map[string][]byte{
			"type": text("TsGroup"), "t": array("|u1", "(3,)", "\x01\x01\x02"), "index": array("|u1", "(3,)", "\x03\x07\x03"), "keys": array("|u1", "(2,)", "\x03\x07"),
			"start": array("|u1", "(1,)", "\x00"), "end": array("|u1", "(1,)", "\x09"), "_metadata": array("|O", "()", "?")})},
		{"pynapple TsdFrame", "", "u,v | [[1 3] [2 4]] 1 Hz from 0 s | time_support [0]-[1]", archived(t, map[string][]byte{
			"type": text("TsdFrame"), "t": array("|u1", "(2,)", "\x00\x01"), "d": array("|u1", "(2, 2)", "\x01\x02\x03\x04"), "columns": text("u", "v"),
			"start": array("|u1", "(1,)", "\x00"), "end": array("|u1", "(1,)", "\x01")})},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		r, err := Open(write(t, c.file), o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s := show(r); s != c.want {
			t.Errorf("%s: got %s, want %s", c.name, s, c.want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		want, options string
		file          []byte
	}{
		{"expected one or two dimensions", "", array("|u1", "(1, 1, 1)", "\x01")},
		{"Python objects", "", array("|O", "(2,)", "??")},
		{"array of text", "", array("<U1", "(1,)", "a\x00\x00\x00")},
		{"holds no values", "", array("<f4", "(0, 5)", "")},
		{"only 4 follow", "", array("<f4", "(100000, 25000)", "1234")},
		{"holds only one", "traces=x", array("|u1", "(2, 1)", "12")},
		{"no array looks like activity", "", archived(t, map[string][]byte{"w": array("|u1", "(2, 2)", "1234")})},
		{"no arrays of numbers (array \"o\" was left out: offset 10: values are Python objects", "", archived(t, map[string][]byte{"o": array("|O", "(2,)", "?")})},
		{"there is no array \"x\"", "traces=x", archived(t, map[string][]byte{"w": array("|u1", "(2, 2)", "1234")})},
		{"the archive holds", "", archived(t, map[string][]byte{"w": array("<f8", "(40000, 40000)", "1234")})},
		{"archive cannot be read", "", []byte("PK\x03\x04 and no more")},
		{"IntervalSet holds no activity", "", archived(t, map[string][]byte{"type": array("|S11", "(1,)", "IntervalSet"), "start": array("|u1", "(1,)", "\x00"), "end": array("|u1", "(1,)", "\x01")})},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		path := write(t, c.file)
		if _, err := Open(path, o); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v; want an error with %q", err, c.want)
		}
	}
}

// 276 trials × 691 neurons: numpy 2.4.6 gives spikes.astype(float).sum() =
// 17356.100140016526 and choices.sum() = 135.
func TestMouseChoice(t *testing.T) {
	path := filepath.Join(nissldata.Dir(t), "recordings/mouse_choice/W1D4_steinmetz_data.npz")
	r, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Units.Len() != 691 || r.Traces.Samples() != 276 || r.Traces.Rows[0][0] != 0.15 || r.CovariateNamed("choices") == nil {
		t.Errorf("%d units, %d samples, %v, notes %q", r.Units.Len(), r.Traces.Samples(), r.Traces.Rows[0][0], r.Notes)
	}
	sum, choices := 0.0, 0.0
	for _, row := range r.Traces.Rows {
		for _, v := range row {
			sum += float64(v)
		}
	}
	for _, v := range r.CovariateNamed("choices").Values[0] {
		choices += v
	}
	if math.Abs(sum-17356.100140016526) > 1e-8 || choices != 135 {
		t.Errorf("sums are %v and %v", sum, choices)
	}
	in, err := inspect(path, nil)
	if err != nil || len(in.Streams) != 2 || !strings.Contains(in.Streams[0].Doc, "276 × 691") {
		t.Errorf("inspection %+v, %v", in, err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(array("<f4", "(2, 1)", "12345678"))
	f.Add(array("|u1", "(3,)", "123"))
	f.Add(archived(f, map[string][]byte{"spikes": array("|u1", "(2, 3)", "123456"), "t": array("|u1", "(3,)", "123")}))
	f.Add(archived(f, map[string][]byte{"type": array("|S2", "(1,)", "Ts"), "t": array("|u1", "(2,)", "12"), "start": array("|u1", "(1,)", "\x00"), "end": array("|u1", "(1,)", "9")}))
	path := filepath.Join(f.TempDir(), "fuzz.npy")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Open(path, nil); err == nil {
			r.Close()
		}
	})
}
