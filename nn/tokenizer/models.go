package tokenizer

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// wordPiece cuts a word into the longest tokens from left to right, those that do not begin it with a
// prefix; a word for which that fails is unknown (Devlin et al. 2019, google-research/bert, tokenization.py).
type wordPiece struct {
	ids     map[string]int32
	prefix  string // "##"
	unknown int32
	maxWord int // longer words, in characters, are unknown
	longest int // bytes of the longest token, with prefix
}

func newWordPiece(ids map[string]int32, prefix, unknown string, maxWord int) (*wordPiece, error) {
	id, ok := ids[unknown]
	if !ok {
		return nil, fmt.Errorf("the unknown token %.40q is not in the vocabulary", unknown)
	}
	m := &wordPiece{ids: ids, prefix: prefix, unknown: id, maxWord: maxWord}
	for s := range ids {
		m.longest = max(m.longest, len(s))
	}
	return m, nil
}

func (m *wordPiece) encode(word string, out []part) []part {
	from := len(out)
	if utf8.RuneCountInString(word) > m.maxWord {
		return append(out, part{m.unknown, 0, int32(len(word))})
	}
	var key []byte
	for begin := 0; begin < len(word); {
		key = key[:0]
		if begin > 0 {
			key = append(key, m.prefix...)
		}
		p := len(key)
		end := min(len(word), begin+m.longest-p)
		for end > begin && end < len(word) && !utf8.RuneStart(word[end]) {
			end--
		}
		if end > begin {
			key = append(key, word[begin:end]...)
		}
		found := false
		for end > begin && !found {
			var id int32
			if id, found = m.ids[string(key[:p+end-begin])]; found {
				out = append(out, part{id, int32(begin), int32(end)})
				begin = end
				break
			}
			for end--; end > begin && !utf8.RuneStart(word[end]); end-- {
			}
		}
		if !found {
			return append(out[:from], part{m.unknown, 0, int32(len(word))})
		}
	}
	return out
}

// wordLevel has a token for each word that it knows.
type wordLevel struct {
	ids     map[string]int32
	unknown int32 // -1: other words are left out
}

func (m *wordLevel) encode(word string, out []part) []part {
	id, ok := m.ids[word]
	if !ok {
		id = m.unknown
	}
	if id < 0 {
		return out
	}
	return append(out, part{id, 0, int32(len(word))})
}

// unigram finds the most probable tokens of a word (Kudo 2018, arXiv:1804.10959, equation 2) by
// Viterbi's algorithm.
type unigram struct {
	ids      map[string]int32
	scores   []float64 // log probability by id
	unknown  int32     // -1: what has no token is left out
	lowest   float64   // score of an unknown character
	longest  int       // bytes of the longest token
	bytes    [256]int32
	fallback bool // an unknown character becomes its bytes
}

func newUnigram(ids map[string]int32, scores []float64, unknown int32) *unigram {
	m := &unigram{ids: ids, scores: scores, unknown: unknown, lowest: math.Inf(1)}
	for s := range ids {
		m.longest = max(m.longest, len(s))
	}
	for _, x := range scores {
		m.lowest = min(m.lowest, x)
	}
	m.lowest -= 10 // as sentencepiece's kUnkPenalty
	return m
}

func (m *unigram) encode(word string, out []part) []part {
	type node struct {
		score float64
		begin int
		id    int32
		known bool
	}
	best := make([]node, len(word)+1)
	for i := range best {
		best[i].begin = -1
	}
	best[0].begin = 0
	step := func(begin, end int, id int32, score float64, known bool) {
		if score += best[begin].score; best[end].begin < 0 || score > best[end].score {
			best[end] = node{score, begin, id, known}
		}
	}
	for i := 0; i < len(word); {
		size, single := runeLen(word[i:]), false
		for end := i + 1; end <= min(len(word), i+m.longest); end++ {
			if end < len(word) && !utf8.RuneStart(word[end]) {
				continue
			}
			if id, ok := m.ids[word[i:end]]; ok {
				step(i, end, id, m.scores[id], true)
				single = single || end == i+size
			}
		}
		if !single {
			step(i, i+size, m.unknown, m.lowest, false)
		}
		i += size
	}
	from := len(out)
	for end := len(word); end > 0; {
		n := best[end]
		last := len(out) - 1
		if !n.known && last >= from && out[last].id == -1 {
			out[last].begin = int32(n.begin) // neighbours without a token become one
		} else if n.known {
			out = append(out, part{n.id, int32(n.begin), int32(end)})
		} else {
			out = append(out, part{-1, int32(n.begin), int32(end)})
		}
		end = n.begin
	}
	for i, j := from, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return m.resolve(word, out, from)
}

// resolve replaces what has no token by its bytes or by the unknown token.
func (m *unigram) resolve(word string, out []part, from int) []part {
	done := append([]part(nil), out[:from]...)
	for _, p := range out[from:] {
		switch s := word[p.begin:p.end]; {
		case p.id >= 0:
			done = append(done, p)
		case m.fallback && m.hasBytes(s):
			for i := range len(s) {
				done = append(done, part{m.bytes[s[i]], p.begin + int32(i), p.begin + int32(i) + 1})
			}
		case m.unknown >= 0:
			done = append(done, part{m.unknown, p.begin, p.end})
		}
	}
	return done
}

func (m *unigram) hasBytes(s string) bool {
	for i := range len(s) {
		if m.bytes[s[i]] < 0 {
			return false
		}
	}
	return true
}

// byteTokens returns the ids of <0x00> to <0xFF>, -1 where there is none.
func byteTokens(ids map[string]int32) [256]int32 {
	var out [256]int32
	for b := range out {
		out[b] = -1
		if id, ok := ids[fmt.Sprintf("<0x%02X>", b)]; ok {
			out[b] = id
		}
	}
	return out
}

// byteOf returns the byte that <0x..> stands for.
func byteOf(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	var b byte
	for _, c := range []byte(token[3:5]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		default:
			return 0, false
		}
		b = b<<4 | c
	}
	return b, true
}
