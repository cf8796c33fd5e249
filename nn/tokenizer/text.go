package tokenizer

import (
	"sort"
	"strings"
)

// A text is a piece of the text to be encoded, as the steps so far have changed it, and where its
// bytes come from.
type text struct {
	s     string
	base  int    // the byte at which s begins: of the original text where from is nil, of the changed one else
	from  []Span // for each byte of s the bytes of the original that it stands for; nil: s is the original
	track bool   // whether from is wanted
}

func (t text) slice(i, j int) text {
	out := text{s: t.s[i:j], base: t.base + i, track: t.track}
	if t.from != nil {
		out.from = t.from[i:j]
	}
	return out
}

// span returns the bytes of the original text that the bytes i to j stand for.
func (t text) span(i, j int) Span {
	switch {
	case t.from == nil:
		return Span{t.base + i, t.base + j}
	case i >= j:
		return Span{}
	}
	return Span{t.from[i].Begin, max(t.from[i].Begin, t.from[j-1].End)}
}

// first says whether the piece stands at the very beginning of the original text.
func (t text) first() bool { return t.base == 0 }

// A builder puts a changed text together.
type builder struct {
	of   text
	b    strings.Builder
	from []Span
}

func rebuild(t text) *builder {
	w := &builder{of: t}
	w.b.Grow(len(t.s) + len(t.s)/8 + 8)
	return w
}

// keep adds the bytes i to j of the text as they are.
func (w *builder) keep(i, j int) {
	w.b.WriteString(w.of.s[i:j])
	if w.of.track {
		for k := i; k < j; k++ {
			w.from = append(w.from, w.of.span(k, k+1))
		}
	}
}

// put adds s in place of the bytes i to j of the text; with i equal to j it is an insertion.
func (w *builder) put(s string, i, j int) {
	w.b.WriteString(s)
	if !w.of.track {
		return
	}
	at := w.of.span(i, j)
	if i == j {
		at = w.of.point(i)
	}
	for range len(s) {
		w.from = append(w.from, at)
	}
}

// point returns the empty span before byte i.
func (t text) point(i int) Span {
	at := t.base + i
	switch {
	case t.from == nil:
	case i < len(t.from):
		at = t.from[i].Begin
	case i > 0:
		at = t.from[i-1].End
	}
	return Span{at, at}
}

func (w *builder) done() text {
	out := text{s: w.b.String(), base: w.of.base, track: w.of.track}
	if w.of.track {
		out.from = w.from
		if out.from == nil {
			out.from = []Span{}
		}
	}
	return out
}

// added is tokens that are looked for in the text itself, before the model sees it.
type added struct {
	first [256][]addedToken // by first byte, the longest first
	any   bool
}

type addedToken struct {
	id                         int
	text                       string
	lstrip, rstrip, singleWord bool
}

func (a *added) put(t addedToken) {
	if t.text == "" {
		return
	}
	a.any = true
	list := append(a.first[t.text[0]], t)
	sort.SliceStable(list, func(i, j int) bool { return len(list[i].text) > len(list[j].text) })
	a.first[t.text[0]] = list
}

// each calls token for every added token of the text and rest for what lies between, in order.
func (a *added) each(t text, token func(int, Span), rest func(text)) {
	begin := 0 // of what has not been handed on
	for i := 0; a.any && i < len(t.s); {
		found, ok := a.at(t.s, i)
		if !ok {
			i++
			continue
		}
		from, to := i, i+len(found.text)
		if found.lstrip {
			from = begin + len(strings.TrimRightFunc(t.s[begin:i], isSpace))
		}
		if found.rstrip {
			to = len(t.s) - len(strings.TrimLeftFunc(t.s[to:], isSpace))
		}
		if from > begin {
			rest(t.slice(begin, from))
		}
		token(found.id, t.span(from, to))
		i, begin = to, to
	}
	if begin < len(t.s) {
		rest(t.slice(begin, len(t.s)))
	}
}

// at returns the longest added token that stands at byte i.
func (a *added) at(s string, i int) (addedToken, bool) {
	for _, t := range a.first[s[i]] {
		if strings.HasPrefix(s[i:], t.text) {
			if t.singleWord && !aloneIn(s, i, i+len(t.text)) {
				return addedToken{}, false // as tokenizers does: the longest, or none
			}
			return t, true
		}
	}
	return addedToken{}, false
}
