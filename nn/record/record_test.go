package record

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/compute"
	"nissl/nn/load"
)

func letters(t *testing.T) *load.Network {
	t.Helper()
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Planted(device)
	if err != nil {
		t.Fatal(err)
	}
	n.OnClose(device.Close)
	t.Cleanup(n.Close)
	return n
}

// lines writes documents, one a line, and returns the options that read them.
func lines(t *testing.T, documents ...string) Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(path, []byte(strings.Join(documents, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return Options{Input: path, Separator: "\n"}
}

// spelled shows the rows of a corpus: their text and of which documents and places it is.
func spelled(t *testing.T, c *Corpus) []string {
	t.Helper()
	var out []string
	for r, err := range c.Each() {
		if err != nil {
			t.Fatal(err)
		}
		s := c.Tokenizer.Decode(r.IDs)
		for _, p := range r.Pieces {
			s += fmt.Sprintf(" %d@%d+%d", p.Document, p.Start, p.Length)
		}
		out = append(out, s)
	}
	return out
}

func TestRows(t *testing.T) {
	n := letters(t)
	for _, c := range []struct {
		name   string
		change func(*Options)
		want   []string
	}{
		{"windows do not mix documents", func(*Options) {}, []string{"abcd 0@0+4", "efgh 0@4+4", "ab 0@8+2", "hg 1@0+2", "aaa 2@0+3"}},
		{"as many tokens as are asked for", func(o *Options) { o.Tokens = 9 }, []string{"abcd 0@0+4", "efgh 0@4+4", "a 0@8+1"}},
		{"packed", func(o *Options) { o.Pack = true }, []string{"abcd 0@0+4", "efgh 0@4+4", "abhg 0@8+2 1@0+2", "aaa 2@0+3"}},
		{"packed and cut within a document", func(o *Options) { o.Pack, o.Tokens = true, 11 }, []string{"abcd 0@0+4", "efgh 0@4+4", "abh 0@8+2 1@0+1"}},
	} {
		o := lines(t, "abcdefghab", "hg", "aaa")
		o.Length = 4
		c.change(&o)
		corpus, err := Open(n, o)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := spelled(t, corpus); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows %q, want %q", c.name, got, c.want)
		}
		samples := 0
		for b, err := range corpus.Batches(1) { // all but the first row
			if err != nil {
				t.Fatal(err)
			}
			samples += b.Samples()
		}
		if samples != corpus.Samples-4 || corpus.Rows != len(c.want) {
			t.Errorf("%s: %d samples behind the first row of %d, %d rows", c.name, samples, corpus.Samples, corpus.Rows)
		}
	}
}

// A row knows of which document each of its tokens is.
func TestAt(t *testing.T) {
	r := Row{IDs: make([]int, 5), Pieces: []Piece{{Document: 3, Start: 7, Length: 2}, {Document: 4, Length: 3}}}
	for i, want := range []string{"3@7", "3@8", "4@0", "4@1", "4@2"} {
		if p, at := r.At(i); fmt.Sprintf("%d@%d", p.Document, at) != want {
			t.Errorf("token %d is %d@%d, want %s", i, p.Document, at, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	n := letters(t)
	mute := &load.Network{Model: n.Model}
	for want, open := range map[string]func() (*Corpus, error){
		"tokenizer": func() (*Corpus, error) { return Open(mute, lines(t, "abc")) },
		"--input":   func() (*Corpus, error) { return Open(n, Options{}) },
		"no such":   func() (*Corpus, error) { return Open(n, Options{Input: filepath.Join(t.TempDir(), "none.txt")}) },
		"fewer than the 10": func() (*Corpus, error) {
			o := lines(t, "abc", "de")
			o.Tokens = 10
			return Open(n, o)
		},
		"two tokens": func() (*Corpus, error) { return Open(n, lines(t, "a", "b")) },
		"at most 64": func() (*Corpus, error) {
			o := lines(t, "abc")
			o.Length = 65
			return Open(n, o)
		},
		".jsonl": func() (*Corpus, error) {
			path := filepath.Join(t.TempDir(), "text.doc")
			if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
			return Open(n, Options{Input: path})
		},
	} {
		if _, err := open(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line with %q", err, want)
		}
	}
	c, err := Open(n, lines(t, "abc"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sites := range []string{"blocks.7.mlp.post", "blocks.0.attn.pattern", "nothing*"} {
		if _, err := New(c, Plan{Sites: sites}); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("sites %s: got %v, want one line", sites, err)
		}
	}
}

func TestUnits(t *testing.T) {
	c, err := Open(letters(t), lines(t, "abc"))
	if err != nil {
		t.Fatal(err)
	}
	sites, err := c.Sites("blocks.*.hook_resid_post, blocks.0.attn.z", false)
	if err != nil {
		t.Fatal(err)
	}
	u, err := Units(sites)
	if err != nil {
		t.Fatal(err)
	}
	layers, _ := u.Column("layer")
	if u.Name(0) != "blocks.0.attn.z/0:0" || layers.Float(0) != 0 || u.Name(u.Len()-1) != "blocks.0.resid_post/9" {
		t.Errorf("%v, layer of the first %v", u.Names(), layers.Float(0))
	}
}
