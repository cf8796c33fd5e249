package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

func texts(documents []Document) []string {
	var out []string
	for _, d := range documents {
		out = append(out, d.Text)
	}
	return out
}

// The 1000 stories are those of Python's json module, the names those of str.split.
func TestCorpora(t *testing.T) {
	dir, want := filepath.Join(nissldata.Dir(t), "networks", "text"), references(t)
	stories, err := ReadDocuments(filepath.Join(dir, "tinystories_1000.json"), TextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(strings.Join(texts(stories), "\n")))
	if len(stories) != want.Stories.Count || hex.EncodeToString(sum[:]) != want.Stories.SHA256 {
		t.Errorf("%d stories, not the %d that Python reads", len(stories), want.Stories.Count)
	}
	names, err := ReadDocuments(filepath.Join(dir, "names.txt"), TextOptions{Separator: "\n"})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != want.Names.Count || names[len(names)-1].Text != want.Names.Last {
		t.Errorf("%d names, Python reads %d", len(names), want.Names.Count)
	}
	shakespeare, err := ReadDocuments(filepath.Join(dir, "tinyshakespeare.txt"), TextOptions{})
	if err != nil || len(shakespeare) != 1 || len(shakespeare[0].Text) != 1115394 { // the size of the file
		t.Errorf("Shakespeare is %d documents, %v", len(shakespeare), err)
	}
}

func TestDocuments(t *testing.T) {
	want := []string{"one, \"two\"", "drei\nvier ü"}
	for name, text := range map[string]string{
		"a.txt":   "one, \"two\"<|end|>drei\nvier ü<|end|>\n",
		"b.json":  ` [ "one, \"two\"" , {"n": 1, "text": "drei\nvier \u00fc"} ] `,
		"c.jsonl": "{\"text\":\"one, \\\"two\\\"\"}\n\n\"drei\\nvier ü\"",
		"d.csv":   "id,text\n1,\"one, \"\"two\"\"\"\n2,\"drei\nvier ü\"\n",
		"e.tsv":   "text\tid\n\"one, \"\"two\"\"\"\t1\n\"drei\nvier ü\"\t2\n",
	} {
		for _, mark := range []string{"", "\xef\xbb\xbf"} {
			for _, packed := range []bool{false, true} {
				b, file := []byte(mark+text), name
				if packed {
					b, file = gzipped(b), name+".gz"
				}
				got, err := ReadDocuments(write(t, file, b), TextOptions{Separator: "<|end|>"})
				if err != nil || !slices.Equal(texts(got), want) {
					t.Errorf("%s: %q, %v", file, texts(got), err)
				} else if got[1].Name != file+":1" {
					t.Errorf("%s: the second document is named %q", file, got[1].Name)
				}
			}
		}
	}
}

func TestDocumentsOfFolder(t *testing.T) {
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "x"), 0o755)
	os.WriteFile(filepath.Join(dir, "b.txt"), []byte("B"), 0o644)
	os.WriteFile(filepath.Join(dir, "x", "c.jsonl"), []byte(`{"body":"C"}`), 0o644)
	os.WriteFile(filepath.Join(dir, "a.md"), []byte("none"), 0o644)
	got, err := ReadDocuments(dir, TextOptions{Field: "body"})
	if err != nil || !slices.Equal(texts(got), []string{"B", "C"}) {
		t.Errorf("%q, %v", texts(got), err)
	}
	for range Documents(dir, TextOptions{}) {
		break // a consumer may stop
	}
}

// A separator that lies across two reads of the file is found, and long documents cost time in proportion.
func TestSeparatorAcrossReads(t *testing.T) {
	long := strings.Repeat("x", 1<<16-2)
	got, err := ReadDocuments(write(t, "a.txt", []byte(long+"<|end|>"+long+long+"<|end")), TextOptions{Separator: "<|end|>"})
	if err != nil || len(got) != 2 || got[0].Text != long || got[1].Text != long+long+"<|end" {
		t.Errorf("%d documents, %v", len(got), err)
	}
}

func TestBadText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.md", "x", "want a .txt"},
		{"a.txt", "ab\xffc", "byte 0: document 0 is not UTF-8 from its byte 2 on (ff 63)"},
		{"a.json", "", "byte 0: EOF"},
		{"a.json", `{"text":"x"}`, `byte 0: begins with {, want a JSON list`},
		{"a.json", `["x", 3]`, "byte 4: document 1: json: cannot unmarshal number"},
		{"a.json", `["x", null]`, "document 1: null, want a string"},
		{"a.json", `["x", {"t":"y"}]`, `document 1 has no "text"`},
		{"a.json", `["x", "y"`, "the JSON list does not end"},
		{"a.json", `["x", "y`, "item 1 of the JSON list: unexpected EOF"},
		{"a.json", `["x"] y`, "byte 6: the file goes on after the JSON list"},
		{"a.json", "[\"x\xff\"]", "document 0 is not UTF-8"},
		{"a.jsonl", "\"x\"\n{\"text\":", "byte 4: document 1: unexpected end of JSON input"},
		{"a.csv", "", "byte 0: header: EOF"},
		{"a.csv", "id,body\n1,x\n", `no column is named "text", want one of ["id" "body"]`},
		{"a.csv", "text,id\nx\n", "byte 8: record on line 2: wrong number of fields"},
		{"a.csv", "text,id\n\"x,1\n", "byte 8: parse error on line 2"},
	} {
		path := write(t, c.name, []byte(c.text))
		_, err := ReadDocuments(path, TextOptions{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %q: error %v, want one line with %q", c.name, c.text, err, c.want)
		}
	}
	if _, err := ReadDocuments(filepath.Join(t.TempDir(), "none.txt"), TextOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}

// letters encodes a..z as 0..25.
func letters(text string) []int {
	var out []int
	for _, c := range text {
		out = append(out, int(c-'a'))
	}
	return out
}

func TestWindowsByHand(t *testing.T) {
	documents := Each([]Document{{Text: "abcde"}, {Text: "x"}, {Text: "fg"}})
	s, err := Windows{Length: 3, Pad: 25}.Set("hand", documents, letters, 26)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	// abc → bcd, de. → e.., fg. → g..; the x foretells nothing.
	if want := []float32{0, 1, 2, 3, 4, 25, 5, 6, 25}; !slices.Equal(s.Inputs.Data, want) {
		t.Errorf("inputs %v, want %v", s.Inputs.Data, want)
	}
	if want := []int{1, 2, 3, 4, -1, -1, 6, -1, -1}; !slices.Equal(s.Labels, want) {
		t.Errorf("labels %v, want %v", s.Labels, want)
	}
	if want := []int{0, 0, 2}; !slices.Equal(s.Groups, want) {
		t.Errorf("groups %v, want %v", s.Groups, want)
	}
	s, _ = Windows{Length: 4, Stride: 2}.Set("stride", Each([]Document{{Text: "abcdef"}}), letters, 26)
	// abcd → bcde, cdef → ..f.: what is known already is context.
	if want := []int{1, 2, 3, 4, -1, -1, 5, -1}; !slices.Equal(s.Labels, want) {
		t.Errorf("labels %v, want %v", s.Labels, want)
	}
	if _, err := (Windows{Length: 3}).Set("small", documents, letters, 4); err == nil || !strings.Contains(err.Error(), "document 0, token 4: id 4 is not in a vocabulary of 4") {
		t.Errorf("a token outside the vocabulary: %v", err)
	}
	last := func(text string) []int { return append(letters(text), -1) }
	if _, err := (Windows{Length: 3}).Set("last", documents, last, 26); err == nil || !strings.Contains(err.Error(), "token 5: id -1") {
		t.Errorf("a negative token: %v", err)
	}
	mustPanic(t, "a stride longer than the window", func() { Windows{Length: 2, Stride: 3}.Cut(documents, letters) })
}

// For all lengths and strides every token but the first of its document is a target exactly once, and
// follows its input in the document.
func TestWindowsCoverEveryToken(t *testing.T) {
	for n := range 26 {
		text := "abcdefghijklmnopqrstuvwxyz"[:n]
		for length := 1; length < 9; length++ {
			for stride := 1; stride <= length; stride++ {
				seen := make([]int, n)
				for w, err := range (Windows{Length: length, Stride: stride}).Cut(Each([]Document{{Text: text}}), letters) {
					if err != nil {
						t.Fatal(err)
					}
					for i, next := range w.Next {
						if w.Tokens[i] != w.Start+i {
							t.Fatalf("window at %d has token %d at %d", w.Start, w.Tokens[i], i)
						}
						if next != Ignore {
							seen[next]++
							if next != w.Tokens[i]+1 {
								t.Fatalf("after %d comes %d", w.Tokens[i], next)
							}
						}
					}
				}
				for i, count := range seen {
					if want := min(i, 1); count != want {
						t.Fatalf("%d tokens, windows of %d every %d: token %d is a target %d times", n, length, stride, i, count)
					}
				}
			}
		}
	}
}

// All windows of one document are on one side of a split.
func TestWindowsSplitByDocument(t *testing.T) {
	var documents []Document
	for range 20 {
		documents = append(documents, Document{Text: strings.Repeat("ab", 9)})
	}
	s, err := Windows{Length: 4}.Set("x", Each(documents), letters, 2)
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Split(0.7, 1)
	for _, g := range a.Groups {
		if slices.Contains(b.Groups, g) {
			t.Fatalf("document %d is on both sides", g)
		}
	}
	if a.Len() != 70 || b.Len() != 30 {
		t.Errorf("%d and %d windows of 20 documents of 5, want 70 and 30", a.Len(), b.Len())
	}
}
