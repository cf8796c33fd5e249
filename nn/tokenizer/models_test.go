package tokenizer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

// naive merges as the definition says: the lowest rank of all neighbours, the leftmost of them, until there is none.
func naive(m *bpe, w []part) []part {
	for {
		best, at := merge{rank: math.MaxInt32}, -1
		for i := 0; i+1 < len(w); i++ {
			if x, ok := m.merges[[2]int32{w[i].id, w[i+1].id}]; ok && x.rank < best.rank {
				best, at = x, i
			}
		}
		if at < 0 {
			return w
		}
		w[at] = part{best.id, w[at].begin, w[at+1].end}
		w = slices.Delete(w, at+1, at+2)
	}
}

// randomBPE has a vocabulary of random merges over few characters, so that they compete. Where spaced
// is true a space begins a token or stands in none.
func randomBPE(t *testing.T, r *rand.Rand, spaced bool) *bpe {
	t.Helper()
	tokens := []string{" ", "a", "b", "c"}
	ids := map[string]int32{" ": 0, "a": 1, "b": 2, "c": 3}
	var pairs [][2]string
	seen := map[[2]string]bool{}
	for range 40 {
		p := [2]string{tokens[r.IntN(len(tokens))], tokens[r.IntN(len(tokens))]}
		s := p[0] + p[1]
		if seen[p] || len(s) > 12 || spaced && strings.Contains(strings.TrimLeft(s, " "), " ") {
			continue
		}
		seen[p] = true
		pairs = append(pairs, p)
		if _, ok := ids[s]; !ok {
			ids[s] = int32(len(tokens))
			tokens = append(tokens, s)
		}
	}
	m, err := newBPE(ids, pairs, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMerges compares both ways of merging, and words cut at spaces, with the definition.
func TestMerges(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for trial := range 300 {
		spaced := trial%2 == 0
		m := randomBPE(t, r, spaced)
		if m.splitAt(" ", m.ids); spaced && m.boundary == "" {
			t.Fatalf("trial %d: no merge crosses a space, but texts are not cut there", trial)
		}
		for range 20 {
			b := make([]byte, r.IntN(60))
			for i := range b {
				b[i] = " abc"[r.IntN(4)]
			}
			want := naive(m, m.charSymbols(string(b), nil))
			for _, long := range []int{0, 64} {
				m.shortestHeap = long
				var got []part
				m.words(text{s: string(b)}, func(w text) {
					for _, p := range m.encode(w.s, nil) {
						at := w.span(int(p.begin), int(p.end))
						got = append(got, part{p.id, int32(at.Begin), int32(at.End)})
					}
				})
				if !slices.Equal(got, want) {
					t.Fatalf("trial %d, heap from %d: %q\n%v, want\n%v", trial, long, b, got, want)
				}
			}
		}
	}
}

// TestUnigram compares the most probable tokens with those of all ways to cut a word.
func TestUnigram(t *testing.T) {
	const seed = 6
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	ids, scores := map[string]int32{}, []float64{}
	for _, s := range []string{"a", "b", "c", "ab", "bc", "abc", "ca", "aa", "cab", "bca"} {
		ids[s] = int32(len(scores))
		scores = append(scores, -1-5*r.Float64())
	}
	m := newUnigram(ids, scores, -1)
	var best func(s string) float64
	best = func(s string) float64 {
		if s == "" {
			return 0
		}
		top := math.Inf(-1)
		for n := 1; n <= min(3, len(s)); n++ {
			if id, ok := ids[s[:n]]; ok {
				top = max(top, scores[id]+best(s[n:]))
			}
		}
		return top
	}
	for range 300 {
		b := make([]byte, 1+r.IntN(9))
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		sum := 0.0
		for _, p := range m.encode(string(b), nil) {
			sum += scores[p.id]
		}
		if want := best(string(b)); math.Abs(sum-want) > 1e-12 {
			t.Errorf("%s: log probability %g, want %g", b, sum, want)
		}
	}
}

// TestLlama2c compares with the ids of llama2.c (golden.json), and with its encoder as it is written:
// look for the best-scored pair of neighbours by their text, again and again.
func TestLlama2c(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "networks")
	tok := open(t, filepath.Join(dir, "llama2c-stories260K"))
	var golden struct {
		Stories struct {
			Prompt string
			IDs    []int
		} `json:"stories260K"`
	}
	readJSON(t, filepath.Join(dir, "golden.json"), &golden)
	if ids := tok.Encode(golden.Stories.Prompt); !slices.Equal(ids, golden.Stories.IDs) {
		t.Errorf("%v, want %v", ids, golden.Stories.IDs)
	}
	if s := tok.Special(); tok.Vocab() != 512 || s.BOS != 1 || s.EOS != 2 || tok.Token(1) != "\n<s>\n" {
		t.Errorf("%d tokens, special %+v, %q", tok.Vocab(), s, tok.Token(1))
	}
	var stories []any
	readJSON(t, filepath.Join(dir, "text", "tinystories_1000.json"), &stories)
	texts := append(nasty(t), "broken \xff\xfe\xe4\xb8 bytes", "a\x80\x80\x80\x80\x80")
	for _, s := range stories[:20] {
		texts = append(texts, fmt.Sprint(s))
	}
	scores := llama2cScores(t, filepath.Join(dir, "llama2c-stories260K", "tok512.bin"))
	for _, s := range texts {
		got := tok.EncodePlain(s)
		if len(s) < 1200 && !slices.Equal(got, llama2cEncode(tok, scores, s)) {
			t.Errorf("%q:\n%v, want\n%v", s, got, llama2cEncode(tok, scores, s))
		}
		if back := tok.Decode(tok.Encode(s)); back != lossy(s) {
			t.Errorf("%q becomes %q", s, back)
		}
		ids, spans := tok.EncodeOffsets(s, false)
		end := 0
		for i, at := range spans {
			if at.Begin != end {
				t.Fatalf("%q: token %d (%q) begins at %d, want %d", s, i, tok.Token(ids[i]), at.Begin, end)
			}
			end = at.End
		}
		if end != len(s) {
			t.Errorf("%q: the tokens end at %d of %d", s, end, len(s))
		}
	}
}

func llama2cScores(t *testing.T, path string) []float32 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var scores []float32
	le := func(i int) uint32 { return uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24 }
	for i := 4; i < len(b); i += 8 + int(le(i+4)) {
		scores = append(scores, math.Float32frombits(le(i)))
	}
	return scores
}

func llama2cEncode(tok Tokenizer, scores []float32, s string) []int {
	var ids []int
	if s != "" {
		ids = append(ids, tok.ID(" "))
	}
	for len(s) > 0 {
		n := 1
		for n < len(s) && n < 4 && s[n]&0xC0 == 0x80 {
			n++
		}
		if id := tok.ID(s[:n]); id >= 0 {
			ids = append(ids, id)
		} else {
			for _, b := range []byte(s[:n]) {
				ids = append(ids, int(b)+3)
			}
		}
		s = s[n:]
	}
	for {
		best, at, with := float32(-1e10), -1, 0
		for i := 0; i+1 < len(ids); i++ {
			if id := tok.ID(tok.Token(ids[i]) + tok.Token(ids[i+1])); id >= 0 && scores[id] > best {
				best, at, with = scores[id], i, id
			}
		}
		if at < 0 {
			return ids
		}
		ids[at] = with
		ids = slices.Delete(ids, at+1, at+2)
	}
}

func TestCharacters(t *testing.T) {
	tok := open(t, filepath.Join(nissldata.Dir(t), "networks", "tinystories-gru"))
	if tok.Vocab() != 98 || tok.Token(0) != "\n" || tok.ID("z") < 0 || tok.Special() != (Special{-1, -1, -1, -1, -1, -1, -1}) {
		t.Errorf("%d characters, special %+v", tok.Vocab(), tok.Special())
	}
	const s = "Once upon a time, \n“é” 🎓 — z"
	if back := tok.Decode(tok.Encode(s)); back != s {
		t.Errorf("%q becomes %q", s, back)
	}
	ids, spans := tok.EncodeOffsets("a\u4e2db", true)
	if !slices.Equal(ids, []int{tok.ID("a"), tok.ID("b")}) || !slices.Equal(spans, []Span{{0, 1}, {4, 5}}) {
		t.Errorf("%v at %v", ids, spans)
	}
}
