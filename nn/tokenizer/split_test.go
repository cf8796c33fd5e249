package tokenizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// alphabet is what the patterns tell apart, and its neighbours. It lacks ſ: regexp2 does not take it for
// an s where case is ignored, while the library that tokenizers uses does (testdata/texts.json has it).
const alphabet = " \t\n\r\v\f\u0085\u00a0\u2003\u2028\u3000'’stremvldSTREMVLDaZ09½²٣éß中😀\u0301\u200d!._-\x00\ufffdǅK"

func randomText(r *rand.Rand, n int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for b.Len() < n {
		c := runes[r.IntN(len(runes))]
		for range 1 + r.IntN(3)*r.IntN(2) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// checkSplitters compares the splitters with the patterns that they stand for, on regexp2.
func checkSplitters(t *testing.T, s string) {
	t.Helper()
	for _, pattern := range []string{gpt2Pattern, llama3Pattern, qwen2Pattern} {
		find, err := regex(pattern)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, m := range find(s) {
			want = append(want, s[m.Begin:m.End])
		}
		wordsOf(knownSplitter(pattern))(text{s: s}, func(w text) { got = append(got, w.s) })
		if !slices.Equal(got, want) {
			t.Fatalf("%q by %s:\n%q, want\n%q", s, pattern, got, want)
		}
	}
}

func TestSplitters(t *testing.T) {
	const seed = 4
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 3000 {
		checkSplitters(t, randomText(r, r.IntN(40)))
	}
	for _, s := range nasty(t) {
		checkSplitters(t, strings.ReplaceAll(s, "ſ", ""))
	}
}

func FuzzSplitters(f *testing.F) {
	f.Add("I'll go\r\n  there 1234!  ")
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) && !strings.Contains(s, "ſ") && len(s) < 1000 {
			checkSplitters(t, s)
		}
	})
}

// TestBehaviours is each behaviour of a Split on "-", by hand.
func TestBehaviours(t *testing.T) {
	for behaviour, want := range map[string]string{
		"Removed":            "a b c",
		"Isolated":           "a - b - - c -",
		"MergedWithPrevious": "a- b- - c-",
		"MergedWithNext":     "a -b - -c -",
		"Contiguous":         "a - b -- c -",
	} {
		f, err := splitter(literal("-"), behaviour, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		f(text{s: "a-b--c-"}, func(p text) { got = append(got, p.s) })
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", behaviour, got, want)
		}
	}
	if _, err := splitter(literal("-"), "isolated?", false); err == nil {
		t.Error("a behaviour that there is not: no error")
	}
}

// TestLossy compares with the examples of Unicode 15, section 3.9, tables 3-8 to 3-11.
func TestLossy(t *testing.T) {
	for in, want := range map[string]int{ // number of U+FFFD
		"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82A": 8, "\xED\xA0\x80\xED\xBF\xBF\xED\xAFA": 8,
		"\xF4\x91\x92\x93\xFFA\x80\xBFB": 7, "\xE1\x80\xE2\xF0\x91\x92\xF1\xBFA": 4, "ok": 0,
	} {
		out := lossy(in)
		if n := strings.Count(out, "\uFFFD"); n != want || !utf8.ValidString(out) {
			t.Errorf("%q becomes %q with %d, want %d", in, out, n, want)
		}
	}
}
