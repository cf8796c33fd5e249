package safetensors

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// raw is a file of a header and n bytes of values.
func raw(head string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(head)))
	return append(append(b, head...), make([]byte, n)...)
}

func TestRefuses(t *testing.T) {
	one := func(entry string) string { return `{"a":` + entry + `}` }
	cases := []struct {
		want string
		file []byte
	}{
		{"at least 8", nil},
		{"at least 8", []byte("1234567")},
		{"at most 100000000", []byte("PK\x03\x04zipfile and more")},
		{"cut off", raw("{}", 0)[:9]},
		{"does not begin with {", raw("", 0)},
		{"does not begin with {", raw(" {}", 0)},
		{"not UTF-8", raw("{\"\xff\":1}", 0)},
		{"is not JSON", raw(`{"a"}`, 0)},
		{"is not JSON", raw(`{3:4}`, 0)},
		{"ends in the middle", raw(`{"a":{"dtype":"F32"`, 0)},
		{"goes on after", raw("{}x", 0)},
		{"stands twice", raw(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 1)},
		{`"dtype" stands twice`, raw(one(`{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}`), 1)},
		{"__metadata__", raw(`{"__metadata__":{"x":1}}`, 0)},
		{"__metadata__", raw(`{"__metadata__":{"x":null}}`, 0)},
		{"stands twice", raw(`{"__metadata__":{"x":"1","x":"1"}}`, 0)},
		{"where { was expected", raw(`{"a":[]}`, 0)},
		{`no "dtype"`, raw(one(`{"shape":[],"data_offsets":[0,1]}`), 1)},
		{`no "shape"`, raw(one(`{"dtype":"U8","data_offsets":[0,1]}`), 1)},
		{"JSON null", raw(one(`{"dtype":"U8","shape":null,"data_offsets":[0,1]}`), 1)},
		{"JSON number 1.5", raw(one(`{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}`), 1)},
		{"JSON number 1e30", raw(one(`{"dtype":"U8","shape":[1e30],"data_offsets":[0,1]}`), 1)},
		{`no "data_offsets"`, raw(one(`{"dtype":"U8","shape":[1]}`), 1)},
		{"expected one of", raw(one(`{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}`), 1)},
		{"negative length", raw(one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`), 1)},
		{"more bytes than", raw(one(`{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}`), 0)},
		{"whole bytes", raw(one(`{"dtype":"F4","shape":[3],"data_offsets":[0,1]}`), 1)},
		{"[begin, end]", raw(one(`{"dtype":"U8","shape":[],"data_offsets":[0]}`), 1)},
		{"[begin, end]", raw(one(`{"dtype":"U8","shape":[],"data_offsets":[2,1]}`), 1)},
		{"[begin, end]", raw(one(`{"dtype":"U8","shape":[],"data_offsets":[-1,0]}`), 1)},
		{"3 bytes, expected 4", raw(one(`{"dtype":"F32","shape":[1],"data_offsets":[0,3]}`), 3)},
		{"copy it again", raw(one(`{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`), 3)},
		{"copy it again", raw(one(`{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}`), 3)},
		{"belong to no tensor", raw(one(`{"dtype":"U8","shape":[1],"data_offsets":[1,2]}`), 2)},
		{"last 2 bytes", raw(one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`), 3)},
		{"last 1 bytes", raw(`{}`, 1)},
		{`overlaps tensor "a"`, raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3)},
	}
	path := filepath.Join(t.TempDir(), "bad.safetensors")
	for _, c := range cases {
		if err := os.WriteFile(path, c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil {
			t.Errorf("%q: no error, want %q", c.file, c.want)
			continue
		}
		text := err.Error()
		if !strings.Contains(text, c.want) || !strings.Contains(text, path) || strings.Contains(text, "\n") {
			t.Errorf("%q:\n%s\nwant the path and %q in one line", c.file, text, c.want)
		}
	}
}

func TestShrunk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := Write(path, []Tensor{{"v", []int{100}, make([]float32, 100)}}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 200); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Float32("v"); err == nil || !strings.Contains(err.Error(), "offset 200: the file has become shorter") {
		t.Errorf("error %v", err)
	}
}

func TestPadding(t *testing.T) {
	b := raw("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"more\":[{}]}} \n ", 1)
	if h, err := readHeader(bytes.NewReader(b), int64(len(b))); err != nil || len(h.entries) != 1 {
		t.Errorf("%v, %v", h, err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"values", "plain"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}`, 2))
	dir := f.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		defer file.Close()
		total := 0
		for _, name := range file.Names() {
			raw, err := file.Bytes(name)
			if err != nil {
				t.Error(err)
			}
			total += len(raw)
			file.Float32(name)
			file.Float64(name)
			file.Int64(name)
		}
		if total > len(b) {
			t.Errorf("%d bytes of values out of a file of %d", total, len(b))
		}
	})
}

func FuzzIndex(f *testing.F) {
	b, err := os.ReadFile("testdata/sharded.safetensors.index.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	path := filepath.Join(f.TempDir(), "x.index.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if file, err := Open(path); err == nil {
			file.Close()
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
	})
}
