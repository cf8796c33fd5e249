package npy

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// file is a version 1 file of the given header fields and values.
func file(descr, order, shape, values string) []byte {
	text := "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n"
	return append(append([]byte(Magic), 1, 0, byte(len(text)), byte(len(text)>>8)), text+values...)
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	w, err := Create(path, 32, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{1, 2.5, float32(math.Inf(-1)), 4, -5, 6}
	if err := w.Float32(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if !m.Mapped || !reflect.DeepEqual(m.Rows, [][]float32{want[:3], want[3:]}) || m.Header.Offset%64 != 0 {
		t.Errorf("mapped %v, header %+v, rows %v", m.Mapped, m.Header, m.Rows)
	}
}

func TestMissingValues(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "a.npy"), 64, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("a file without its values was closed without an error")
	}
}

// The bytes are what numpy 2.4.6 gives for np.array([[1,2,3],[4,5,6]], dtype).tobytes("A").
func TestTypes(t *testing.T) {
	for _, c := range []struct{ descr, order, values string }{
		{"|i1", "False", "\x01\x02\x03\x04\x05\x06"},
		{"|u1", "True", "\x01\x04\x02\x05\x03\x06"},
		{"<i2", "False", "\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00"},
		{">u2", "False", "\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06"},
		{"<f2", "False", "\x00<\x00@\x00B\x00D\x00E\x00F"},
		{">f4", "True", "?\x80\x00\x00@\x80\x00\x00@\x00\x00\x00@\xa0\x00\x00@@\x00\x00@\xc0\x00\x00"},
	} {
		b := file(c.descr, c.order, "(2, 3)", c.values)
		r := bytes.NewReader(b)
		h, err := ReadHeader(r)
		if err != nil {
			t.Errorf("%s: %v", c.descr, err)
			continue
		}
		got, err := Floats[float64](h, r)
		if err != nil || !reflect.DeepEqual(got, []float64{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%s %s: %v, %v", c.descr, c.order, got, err)
		}
		if h.Descr() != c.descr {
			t.Errorf("%s is spelled %s", c.descr, h.Descr())
		}
	}
}

func TestText(t *testing.T) {
	for _, b := range [][]byte{
		file("<U2", "False", "(2,)", "A\x00\x00\x00V\x00\x00\x00\xb5\x00\x00\x00\x00\x00\x00\x00"),
		file("|S2", "False", "(2,)", "AV\xc2\xb5"),
	} {
		r := bytes.NewReader(b)
		h, err := ReadHeader(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Strings(h, r); err != nil || !reflect.DeepEqual(got, []string{"AV", "µ"}) {
			t.Errorf("%s: %q, %v", h.Descr(), got, err)
		}
	}
}

func TestRowMajor(t *testing.T) {
	// numpy: np.arange(24).reshape(2,3,4).ravel("F")
	fortran := []int{0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23}
	for i, v := range rowMajor(fortran, []int{2, 3, 4}) {
		if v != i {
			t.Fatalf("value %d is %d", i, v)
		}
	}
}

func TestRefused(t *testing.T) {
	long := file("<f8", "False", "(2, 3)", "")
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{nil, "ends within the first 10 bytes"},
		{[]byte("PK\x03\x04567890"), "no NumPy array file"},
		{file("|O", "False", "(2,)", "x"), "Python objects"},
		{file("<c16", "False", "(2,)", "x"), "not supported"},
		{file("<f4", "False", "(1000000, 10000000000000)", ""), "larger than any memory"},
		{file("<f4", "False", "(-1,)", ""), "shape has"},
		{file("<f4", "Maybe", "(1,)", ""), "fortran_order"},
		{file("<f4", "False", "(100000, 25000)", "1234"), "but only 4 follow"},
		{long[:40], "the file ends before"},
		{append([]byte(Magic), 9, 0, 1, 0), "version 9"},
		{append([]byte(Magic), 2, 0, 255, 255, 255, 255), "claims 4294967295 bytes"},
	} {
		path := filepath.Join(t.TempDir(), "bad.npy")
		if err := os.WriteFile(path, c.b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := Read[float32](path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "bad.npy") || !strings.Contains(err.Error(), "offset") {
			t.Errorf("%.30q: error %v, expected one with %q, the file and an offset", c.b, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file("<f4", "False", "(2, 1)", "12345678"))
	f.Add(file("<U1", "True", "(1, 2)", "a\x00\x00\x00b\x00\x00\x00"))
	f.Add(file("|S0", "False", "(3,)", ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		h, err := ReadHeader(r)
		if err != nil {
			return
		}
		if h.Text() {
			if s, err := Strings(h, r); err == nil && len(s) != h.Len() {
				t.Errorf("%d texts of shape %v", len(s), h.Shape)
			}
			return
		}
		if v, err := Floats[float64](h, r); err == nil && len(v) != h.Len() {
			t.Errorf("%d numbers of shape %v", len(v), h.Shape)
		}
	})
}
