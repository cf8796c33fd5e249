package dataset

import (
	"fmt"
	"iter"
	"slices"
)

// Windows says how the tokens of documents are cut into stretches of one length. No window crosses from
// one document into another.
type Windows struct {
	Length int // tokens of a window
	// Stride is how far a window begins after the one before; 0 means Length. A smaller stride
	// gives tokens more context; each token is still a target only once.
	Stride int
	Pad    int  // token that fills up a short window
	Whole  bool // drops windows shorter than Length in place of filling them up
}

// Window is a stretch of one document.
type Window struct {
	Document int   // number of the document, from 0
	Start    int   // position of the first token in the document
	Tokens   []int // at most Length
	// Next is, for each token, the one that follows in the document, or Ignore: at its end, and where an
	// earlier window had that target already.
	Next []int
}

// Cut yields the windows of the documents. encode turns a text into token ids (a tokenizer's method; what
// it puts before the text, such as a begin token, is kept). Documents of one token or none have no window, for
// nothing is to be predicted in them. It panics when Length is not positive or Stride not in 1..Length.
func (w Windows) Cut(documents iter.Seq2[Document, error], encode func(text string) []int) iter.Seq2[Window, error] {
	if w.Stride == 0 {
		w.Stride = w.Length
	}
	if w.Length < 1 || w.Stride < 1 || w.Stride > w.Length {
		panic(fmt.Sprintf("dataset: windows of %d tokens, one every %d", w.Length, w.Stride))
	}
	return func(yield func(Window, error) bool) {
		number := 0
		for d, err := range documents {
			if err != nil {
				yield(Window{}, err)
				return
			}
			for v := range w.document(encode(d.Text), number) {
				if !yield(v, nil) {
					return
				}
			}
			number++
		}
	}
}

// document yields the windows of one document's tokens.
func (w Windows) document(ids []int, number int) iter.Seq[Window] {
	return func(yield func(Window) bool) {
		// The last token is a target only, unless a window has room for it.
		for start := 0; start == 0 && len(ids) > 1 || start+w.Length-w.Stride < len(ids)-1; start += w.Stride {
			stop := min(start+w.Length, len(ids))
			if w.Whole && stop-start < w.Length {
				return
			}
			v := Window{Document: number, Start: start, Tokens: ids[start:stop:stop], Next: ignored(stop - start)}
			known := 0 // targets that the window before had
			if start > 0 {
				known = w.Length - w.Stride
			}
			for i := known; i < len(v.Next) && start+i+1 < len(ids); i++ {
				v.Next[i] = ids[start+i+1]
			}
			if !yield(v) {
				return
			}
		}
	}
}

// Set collects the windows of the documents: inputs windows × Length, labels the next token at every
// position, groups the document. vocab is the number of token ids; one outside it is an error.
func (w Windows) Set(name string, documents iter.Seq2[Document, error], encode func(text string) []int, vocab int) (*Set, error) {
	if vocab < 1 || vocab > MaxToken+1 {
		panic(fmt.Sprintf("dataset: vocabulary of %d tokens", vocab))
	}
	var outside error
	number := 0
	checked := func(text string) []int {
		ids := encode(text)
		if i := slices.IndexFunc(ids, func(id int) bool { return id < 0 || id >= vocab }); i >= 0 && outside == nil {
			outside = fmt.Errorf("%s: document %d, token %d: id %d is not in a vocabulary of %d", name, number, i, ids[i], vocab)
		}
		number++
		return ids
	}
	s := &Set{Name: name, Vocab: vocab, Classes: vocab}
	for v, err := range w.Cut(documents, checked) {
		if err != nil || outside != nil {
			return nil, orElse(err, outside)
		}
		s.Inputs.Data = append(s.Inputs.Data, tokens([][]int{v.Tokens}, w.Length, w.Pad).Data...)
		s.Labels = append(append(s.Labels, v.Next...), ignored(w.Length-len(v.Next))...)
		s.Groups = append(s.Groups, v.Document)
	}
	s.Inputs.Shape = []int{len(s.Groups), w.Length}
	return s, outside
}

// Each makes a sequence of documents that are in memory.
func Each(documents []Document) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, d := range documents {
			if !yield(d, nil) {
				return
			}
		}
	}
}
