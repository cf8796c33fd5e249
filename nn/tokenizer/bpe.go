package tokenizer

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// bpe is byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909): a word is cut into symbols, and
// the pair of neighbours with the lowest rank becomes one symbol, until no pair has a rank. Of equal
// pairs the left one comes first.
type bpe struct {
	ids    map[string]int32 // symbols
	merges map[[2]int32]merge
	bytes  [256]int32 // of a byte-level vocabulary the symbol of each byte; with fallback the token <0x..>; -1: none

	byteLevel    bool // symbols are bytes, and ids has the tokens as raw bytes
	fallback     bool // a character that is no symbol becomes its bytes
	whole        bool // a word that is a token is that token, whatever the merges say
	fuseUnknown  bool
	unknown      int32 // -1: a character that is no symbol is left out
	prefix       string
	suffix       string
	charLen      func(s string) int // of the first character, in bytes
	boundary     string             // where not "": no merge crosses from other text to this one
	shortestHeap int                // words of at least so many symbols are merged with a heap
}

type merge struct{ rank, id int32 }

// newBPE makes a model out of its vocabulary and its merges, the first with rank 0.
func newBPE(ids map[string]int32, pairs [][2]string, prefix string) (*bpe, error) {
	m := &bpe{ids: ids, merges: make(map[[2]int32]merge, len(pairs)), unknown: -1, prefix: prefix, charLen: runeLen, shortestHeap: 48}
	for i := range m.bytes {
		m.bytes[i] = -1
	}
	for rank, p := range pairs {
		a, okA := ids[p[0]]
		b, okB := ids[p[1]]
		whole := p[0] + strings.TrimPrefix(p[1], prefix)
		id, ok := ids[whole]
		if !okA || !okB || !ok {
			return nil, fmt.Errorf("merge %d (%.40q and %.40q): not all of the two and %.80q are in the vocabulary", rank+1, p[0], p[1], whole)
		}
		m.merges[[2]int32{a, b}] = merge{int32(rank), id}
	}
	return m, nil
}

func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// splitAt makes words that are whole texts short: where no merge makes a token in which the boundary
// stands behind something else, what lies before a boundary and what begins with it are merged
// independently of each other.
func (m *bpe) splitAt(boundary string, tokens map[string]int32) {
	merged := map[int32]bool{}
	for _, x := range m.merges {
		merged[x.id] = true
	}
	for s, id := range tokens {
		if merged[id] && strings.Contains(strings.TrimLeft(s, boundary), boundary) {
			return
		}
	}
	m.boundary = boundary
}

// words is the step of the pipeline that splitAt allows.
func (m *bpe) words(t text, word func(text)) {
	if m.boundary == "" {
		word(t)
		return
	}
	begin := 0
	for i := 0; i < len(t.s); {
		if !strings.HasPrefix(t.s[i:], m.boundary) {
			i++
			continue
		}
		if i > begin {
			word(t.slice(begin, i))
			begin = i
		}
		for strings.HasPrefix(t.s[i:], m.boundary) {
			i += len(m.boundary)
		}
	}
	word(t.slice(begin, len(t.s)))
}

func (m *bpe) encode(word string, out []part) []part {
	if m.whole {
		if id, ok := m.ids[word]; ok {
			return append(out, part{id, 0, int32(len(word))})
		}
	}
	from := len(out)
	if m.byteLevel {
		out = m.byteSymbols(word, out)
	} else {
		out = m.charSymbols(word, out)
	}
	if len(out)-from < m.shortestHeap {
		return out[:from+m.mergeShort(out[from:])]
	}
	return out[:from+m.mergeLong(out[from:])]
}

func (m *bpe) byteSymbols(word string, out []part) []part {
	for i := 0; i < len(word); i++ {
		if id := m.bytes[word[i]]; id >= 0 {
			out = append(out, part{id, int32(i), int32(i + 1)})
		} else {
			out = m.addUnknown(out, i, i+1)
		}
	}
	return out
}

func (m *bpe) charSymbols(word string, out []part) []part {
	for i := 0; i < len(word); {
		end := i + m.charLen(word[i:])
		s := word[i:end]
		if i > 0 && m.prefix != "" {
			s = m.prefix + s
		}
		if end == len(word) && m.suffix != "" {
			s += m.suffix
		}
		if id, ok := m.ids[s]; ok {
			out = append(out, part{id, int32(i), int32(end)})
		} else if m.fallback && m.hasBytes(s) {
			for k := range len(s) { // those of a prefix or suffix share the character's place
				out = append(out, part{m.bytes[s[k]], int32(min(i+k, end-1)), int32(min(i+k+1, end))})
			}
		} else {
			out = m.addUnknown(out, i, end)
		}
		i = end
	}
	return out
}

func (m *bpe) hasBytes(s string) bool {
	for i := range len(s) {
		if m.bytes[s[i]] < 0 {
			return false
		}
	}
	return true
}

func (m *bpe) addUnknown(out []part, begin, end int) []part {
	if m.unknown < 0 {
		return out
	}
	if n := len(out); m.fuseUnknown && n > 0 && out[n-1].id == m.unknown && int(out[n-1].end) == begin {
		out[n-1].end = int32(end)
		return out
	}
	return append(out, part{m.unknown, int32(begin), int32(end)})
}

// mergeShort merges in place by looking for the lowest rank again and again. It returns the number of
// symbols that are left.
func (m *bpe) mergeShort(w []part) int {
	const none = 1<<31 - 1
	var store [64]merge
	best := store[:0] // best[i] is the merge of w[i] and w[i+1]
	look := func(i int) merge {
		if x, ok := m.merges[[2]int32{w[i].id, w[i+1].id}]; ok {
			return x
		}
		return merge{rank: none}
	}
	for i := 0; i+1 < len(w); i++ {
		best = append(best, look(i))
	}
	for len(w) > 1 {
		at := 0
		for i := range best {
			if best[i].rank < best[at].rank {
				at = i
			}
		}
		if best[at].rank == none {
			break
		}
		w[at].id, w[at].end = best[at].id, w[at+1].end
		w = append(w[:at+1], w[at+2:]...)
		best = append(best[:at], best[at+1:]...)
		if at < len(best) {
			best[at] = look(at)
		}
		if at > 0 {
			best[at-1] = look(at - 1)
		}
	}
	return len(w)
}

// candidate is a pair that can be merged: that of the symbols at and the one after it.
type candidate struct {
	merge
	at          int32
	left, right int32 // their ids; others stand there when the candidate is out of date
}

// before says which candidate is merged first.
func (c candidate) before(d candidate) bool {
	return c.rank < d.rank || c.rank == d.rank && c.at < d.at
}

// candidates is a binary heap; container/heap would allocate each candidate.
type candidates []candidate

func (h *candidates) push(c candidate) {
	*h = append(*h, c)
	for i := len(*h) - 1; i > 0; {
		up := (i - 1) / 2
		if !(*h)[i].before((*h)[up]) {
			return
		}
		(*h)[i], (*h)[up] = (*h)[up], (*h)[i]
		i = up
	}
}

func (h *candidates) pop() candidate {
	list := *h
	top, n := list[0], len(list)-1
	list[0] = list[n]
	*h = list[:n]
	for i := 0; ; {
		next := 2*i + 1
		if next >= n {
			return top
		}
		if next+1 < n && list[next+1].before(list[next]) {
			next++
		}
		if !list[next].before(list[i]) {
			return top
		}
		list[i], list[next] = list[next], list[i]
		i = next
	}
}

// mergeLong is mergeShort for a word of n symbols in n log n steps: a linked list and a heap.
func (m *bpe) mergeLong(w []part) int {
	next, prev := make([]int32, len(w)), make([]int32, len(w))
	for i := range w {
		next[i], prev[i] = int32(i+1), int32(i-1)
	}
	h := make(candidates, 0, len(w))
	look := func(at int32) (candidate, bool) {
		if at < 0 || int(next[at]) >= len(w) {
			return candidate{}, false
		}
		a, b := w[at].id, w[next[at]].id
		x, ok := m.merges[[2]int32{a, b}]
		return candidate{x, at, a, b}, ok
	}
	for i := range w {
		if c, ok := look(int32(i)); ok {
			h.push(c)
		}
	}
	for len(h) > 0 {
		c := h.pop()
		i, j := c.at, next[c.at]
		if w[i].id != c.left || int(j) >= len(w) || w[j].id != c.right {
			continue
		}
		w[i].id, w[i].end = c.id, w[j].end
		w[j].id = -1
		next[i] = next[j]
		if int(next[j]) < len(w) {
			prev[next[j]] = i
		}
		for _, at := range [2]int32{prev[i], i} {
			if c, ok := look(at); ok {
				h.push(c)
			}
		}
	}
	n := 0
	for i := 0; i < len(w); i = int(next[i]) {
		w[n] = w[i]
		n++
	}
	return n
}
