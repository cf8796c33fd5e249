package dataset

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// oneLine requires of an error that it names the file in one line.
func oneLine(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); !strings.HasPrefix(text, "fuzz") || strings.Contains(text, "\n") {
		t.Errorf("error %q, want one line that names the file", text)
	}
}

func FuzzIDX(f *testing.F) {
	good := idx([]int{2, 1, 3}, make([]byte, 6))
	f.Add(good)
	f.Add(gzipped(good))
	f.Add(idx([]int{1 << 31, 1 << 31, 1 << 31}, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := newFile("fuzz", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			oneLine(t, err)
			return
		}
		shape, data, err := readIDX(in, 3)
		if err != nil {
			oneLine(t, err)
		} else if len(data) != shape[0]*shape[1]*shape[2] {
			t.Errorf("%d bytes of shape %v", len(data), shape)
		}
	})
}

func FuzzCIFAR(f *testing.F) {
	f.Add(make([]byte, 3073), false)
	f.Add(gzipped(make([]byte, 2*3074)), true)
	f.Fuzz(func(t *testing.T, b []byte, hundred bool) {
		m := &Images{Channels: 3, Height: 32, Width: 32, Classes: 10}
		if hundred {
			m.Classes = 100
		}
		in, err := newFile("fuzz", bytes.NewReader(b), int64(len(b)))
		if err == nil {
			err = readCIFAR(in, m)
		}
		if err != nil {
			oneLine(t, err)
			return
		}
		if len(m.Labels) != m.Len() || m.Set(Normalise{}).Validate() != nil {
			t.Errorf("%d labels of %d images", len(m.Labels), m.Len())
		}
	})
}

func FuzzImage(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.*g")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeImage("fuzz", b)
		if err != nil {
			oneLine(t, err)
			return
		}
		if len(m.Pixels) != 3*m.Height*m.Width {
			t.Errorf("%d pixels of %d × %d", len(m.Pixels), m.Height, m.Width)
		}
		if m.Height < 1000 && m.Width < 1000 {
			if _, _, _, err := (Geometry{Short: 5, Crop: 4}).apply(m.Pixels, 3, m.Height, m.Width); err != nil {
				t.Errorf("%d × %d: %v", m.Height, m.Width, err)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	for _, text := range []string{"one<|end|>two", `["a", {"text": "b"}]`, "{\"text\":\"a\"}\n\"b\"\n", "id,text\n1,\"a\nb\"\n", "id\ttext\n1\ta\n", "\xef\xbb\xbf\xff"} {
		for i := range 5 {
			f.Add([]byte(text), i, "<|end|>")
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, kind int, separator string) {
		in, err := newFile("fuzz", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			oneLine(t, err)
			return
		}
		ext := []string{".txt", ".json", ".jsonl", ".csv", ".tsv"}[uint(kind)%5]
		bytesRead := 0
		err = readText(in, ext, TextOptions{Field: "text", Separator: separator}, func(d Document, err error) bool {
			bytesRead += len(d.Text)
			if err != nil || !utf8.ValidString(d.Text) || strings.TrimSpace(d.Text) == "" {
				t.Errorf("document %q, %v", d.Text, err)
			}
			return true
		})
		if err != nil {
			oneLine(t, err)
		}
		if !in.gz && bytesRead > 3*len(b) { // an escaped or replaced character is at most three bytes
			t.Errorf("%d bytes of text out of %d", bytesRead, len(b))
		}
	})
}
