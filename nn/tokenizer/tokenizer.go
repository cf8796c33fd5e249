// Package tokenizer turns text into the token ids that a language model was trained on, and back.
//
// It reads Hugging Face's tokenizer.json (BPE with bytes or with metaspace and byte fallback,
// WordPiece, Unigram, WordLevel), the pair of vocabulary and merges of GPT-2, BERT's vocab.txt,
// the .bin of llama2.c and lists of characters. Open chooses by what lies in a folder. Ids are those
// of Hugging Face's tokenizers 0.23 and of llama2.c; the tests compare with both. What a
// tokenizer.json asks for and this package does not have is an error when the file is opened,
// never another id. Characters that came to Unicode after version 8 may be split otherwise where a tokenizer asks
// whether they are marks, punctuation or letters: the tables behind tokenizers are older for some of these questions
// and newer for others.
package tokenizer

import (
	"fmt"
	"sync"
)

// A Tokenizer turns text into ids and back. It may be used by several goroutines at once.
type Tokenizer interface {
	// Encode returns the ids of a text with the special tokens around it with which the model was
	// trained (<s>, [CLS] … [SEP]). Special tokens that stand in the text by name are recognised.
	Encode(text string) []int
	// EncodePlain is Encode without the special tokens around the text.
	EncodePlain(text string) []int
	// EncodeOffsets is Encode (or, with special false, EncodePlain) that also tells which bytes of the text each
	// token stands for. Special tokens around the text and inserted spaces stand for none; the bytes of one
	// character that several tokens share may all be given to each.
	EncodeOffsets(text string, special bool) ([]int, []Span)
	// Decode returns the text of ids, special tokens left out. Bytes that make no UTF-8 are shown
	// as U+FFFD; ids that the vocabulary does not have are left out.
	Decode(ids []int) string
	// Token returns the token as the vocabulary spells it ("Ġthe", "##ing", "▁a"), "" for an
	// unknown id.
	Token(id int) string
	// ID returns the id of a token as the vocabulary spells it, -1 where there is none.
	ID(token string) int
	// Vocab returns the number of ids: one more than the largest.
	Vocab() int
	// Special returns the ids of the special tokens.
	Special() Special
}

// Special holds the ids of the tokens with a role, -1 where there is none.
type Special struct {
	BOS, EOS, PAD, UNK, CLS, SEP, MASK int
}

// A Span is the bytes Begin to End (exclusive) of a text.
type Span struct{ Begin, End int }

// A pipeline is a Tokenizer of the steps that all of them consist of. Its fields do not change after
// it is made.
type pipeline struct {
	tokens  []string       // by id
	ids     map[string]int // of tokens
	hidden  map[int]bool   // the ids that Decode leaves out
	special Special

	added     added           // tokens recognised before the text is normalised
	addedNorm added           // and after
	normalize func(text) text // nil: the text as it is
	split     []splitStep     // pre-tokeniser: a piece of text into words
	model     model
	before    []int // special tokens before the text
	after     []int
	decode    func(tokens []string) string

	caches sync.Pool // of *cache
}

// A model turns a word into tokens.
type model interface {
	// encode appends the tokens of a word.
	encode(word string, out []part) []part
}

// A part is one token of a word and the bytes of the word that it stands for.
type part struct{ id, begin, end int32 }

// A cache remembers the tokens of words. One encoding uses it at a time.
type cache struct {
	words map[string][]part
	buf   []part
}

const (
	cachedWords = 1 << 16 // then the cache begins anew
	cachedBytes = 64      // longer words rarely come twice
)

func (p *pipeline) Encode(s string) []int {
	ids, _ := p.run(s, true, false)
	return ids
}

func (p *pipeline) EncodePlain(s string) []int {
	ids, _ := p.run(s, false, false)
	return ids
}

func (p *pipeline) EncodeOffsets(s string, special bool) ([]int, []Span) {
	return p.run(s, special, true)
}

func (p *pipeline) Vocab() int       { return len(p.tokens) }
func (p *pipeline) Special() Special { return p.special }

func (p *pipeline) Token(id int) string {
	if id < 0 || id >= len(p.tokens) {
		return ""
	}
	return p.tokens[id]
}

func (p *pipeline) ID(token string) int {
	if id, ok := p.ids[token]; ok {
		return id
	}
	return -1
}

func (p *pipeline) Decode(ids []int) string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		if s := p.Token(id); s != "" && !p.hidden[id] {
			list = append(list, s)
		}
	}
	return p.decode(list)
}

// run encodes a text.
func (p *pipeline) run(s string, special, track bool) ([]int, []Span) {
	c, _ := p.caches.Get().(*cache)
	if c == nil {
		c = &cache{words: map[string][]part{}}
	}
	e := &encoding{pipeline: p, cache: c, track: track, ids: make([]int, 0, len(s)/4+8)}
	if special {
		e.around(p.before, 0)
	}
	p.added.each(text{s: s, track: track}, e.emit, func(t text) {
		if p.normalize != nil {
			t = p.normalize(t)
		}
		p.addedNorm.each(t, e.emit, func(t text) { e.words(t, p.split) })
	})
	if special {
		e.around(p.after, len(s))
	}
	p.caches.Put(c)
	return e.ids, e.spans
}

// An encoding is one text on its way.
type encoding struct {
	*pipeline
	cache *cache
	track bool
	ids   []int
	spans []Span
}

func (e *encoding) emit(id int, at Span) {
	e.ids = append(e.ids, id)
	if e.track {
		e.spans = append(e.spans, at)
	}
}

// around adds special tokens that stand for no text.
func (e *encoding) around(ids []int, at int) {
	for _, id := range ids {
		e.emit(id, Span{at, at})
	}
}

// words splits a text further and further, and encodes the words.
func (e *encoding) words(t text, split []splitStep) {
	if len(split) == 0 {
		e.word(t)
		return
	}
	if len(split) == 1 {
		split[0](t, e.word)
		return
	}
	split[0](t, func(piece text) { e.words(piece, split[1:]) })
}

func (e *encoding) word(t text) {
	if t.s == "" {
		return
	}
	parts, ok := e.cache.words[t.s]
	if !ok {
		parts = e.model.encode(t.s, e.cache.buf[:0])
		e.cache.buf = parts
		if len(t.s) <= cachedBytes {
			if len(e.cache.words) >= cachedWords {
				clear(e.cache.words)
			}
			e.cache.words[string([]byte(t.s))] = append([]part(nil), parts...) // not a part of a long text
		}
	}
	for _, p := range parts {
		e.ids = append(e.ids, int(p.id))
		if e.track {
			e.spans = append(e.spans, t.span(int(p.begin), int(p.end)))
		}
	}
}

// newPipeline starts a tokenizer with its vocabulary. Ids beyond what the number of tokens makes
// plausible are refused, as each takes memory.
func newPipeline(vocab map[string]int) (*pipeline, error) {
	p := &pipeline{ids: make(map[string]int, len(vocab)), hidden: map[int]bool{}, special: Special{-1, -1, -1, -1, -1, -1, -1}}
	for s, id := range vocab {
		if err := p.put(s, id, len(vocab)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// put gives a token its id, in a vocabulary of about n tokens.
func (p *pipeline) put(s string, id, n int) error {
	const gap = 1 << 20
	if id < 0 || id > 2*n+gap {
		return fmt.Errorf("token %.40q has id %d, expected 0 to %d for %d tokens", s, id, 2*n+gap, n)
	}
	for len(p.tokens) <= id {
		p.tokens = append(p.tokens, make([]string, max(1, min(id+1-len(p.tokens), n)))...)
	}
	p.ids[s] = id
	if old := p.tokens[id]; old == "" || s < old { // the same one in every run
		p.tokens[id] = s
	}
	return nil
}

// trim cuts the vocabulary to the largest id.
func (p *pipeline) trim() {
	n := 0
	for _, id := range p.ids {
		n = max(n, id+1)
	}
	p.tokens = p.tokens[:n:n]
}
