package record

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/tokenizer"
)

// longest window where the network's context is longer or has no end.
const longest = 1024

// batchTokens is how many tokens a batch has where nothing is said.
const batchTokens = 4096

// Options says what a network reads and in which pieces.
type Options struct {
	Input     string // text (see dataset.Documents), images of MNIST or CIFAR-10, a picture, a folder of either
	Field     string // of JSON objects and tables that holds the text; "" is "text"
	Separator string // ends a document within a .txt file
	Length    int    // tokens of a window; 0 is the network's context, at most 1,024
	Batch     int    // windows or images of a batch; 0 makes batches of about 4,096 tokens or 64 images
	Tokens    int    // how many tokens (or images) to read; 0 is all
	// Pack puts documents one behind the other in a window, so that none is padded: attention then sees
	// from one document into the one before.
	Pack bool
}

// Corpus is what a network reads, opened and counted. It may be read several times.
type Corpus struct {
	Options
	Rows      int // windows of text, or images
	Samples   int // tokens, or images
	Documents int // that at least one token is of
	// Tokenizer of the text; nil for images.
	Tokenizer tokenizer.Tokenizer
	// Images are all images, with their labels; nil for text.
	Images *dataset.Images
	// Notes says what was guessed.
	Notes []string

	network   *load.Network
	input     nn.Input
	normalise dataset.Normalise
}

// Piece is a stretch of one document within a row.
type Piece struct {
	Document int    // number, from 0
	Name     string // file and number within it
	Start    int    // position of its first token in the document
	Length   int
}

// Row is one window of text or one image.
type Row struct {
	Number int     // from 0
	Sample int     // number of its first token (or image) in the whole corpus
	IDs    []int   // of the tokens; nil for an image
	Pieces []Piece // the documents of which it is; one, unless they are packed
}

// Len is the number of samples of the row.
func (r Row) Len() int { return max(1, len(r.IDs)) }

// At is the document that the token at a position of the row is of, and its position there.
func (r Row) At(position int) (p Piece, at int) {
	for _, p = range r.Pieces {
		if position < p.Length {
			return p, p.Start + position
		}
		position -= p.Length
	}
	panic(fmt.Sprintf("record: position %d behind the end of a row", position))
}

// Batch is what a network takes in one pass.
type Batch struct {
	Rows    []Row
	Input   nissl.Tensor
	Lengths []int // tokens of each row; nil for images
}

// Samples is the number of tokens or images of the batch.
func (b Batch) Samples() int {
	n := 0
	for _, r := range b.Rows {
		n += r.Len()
	}
	return n
}

// Open opens a corpus for a network and counts its tokens, up to those that are asked for.
func Open(network *load.Network, o Options) (*Corpus, error) {
	c := &Corpus{Options: o, network: network, input: network.Arch.Input()}
	if o.Input == "" {
		return nil, errors.New("nothing to read: give a text or images with --input")
	}
	if _, err := os.Stat(o.Input); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file or folder", o.Input)
	}
	var err error
	switch c.input.Kind {
	case nn.Tokens:
		err = c.openText()
	case nn.Image:
		err = c.openImages()
	default:
		err = fmt.Errorf("%s takes %s; a corpus is of text or of images", network.Label, c.input.Kind)
	}
	if err != nil {
		return nil, err
	}
	if err := c.count(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Corpus) openText() error {
	var err error
	if c.Tokenizer, err = c.network.Tokenizer(); err != nil {
		return fmt.Errorf("a text needs a tokenizer: %w", err)
	}
	if v := c.Tokenizer.Vocab(); v > c.input.Vocab {
		return fmt.Errorf("the tokenizer has %d tokens; %s knows %d", v, c.network.Label, c.input.Vocab)
	}
	most := c.input.Context
	if c.input.Length > 0 {
		most = c.input.Length
	}
	if c.Length == 0 {
		c.Length = longest
		if most > 0 {
			c.Length = min(most, longest)
		}
	}
	if most > 0 && c.Length > most {
		return fmt.Errorf("windows of %d tokens: %s sees at most %d", c.Length, c.network.Label, most)
	}
	if c.Batch == 0 {
		c.Batch = max(1, batchTokens/c.Length)
	}
	return nil
}

// count reads the corpus once to know its size: a file that is too short is an error before the run, and
// the bundle is laid out in its final form.
func (c *Corpus) count() error {
	if c.Images != nil {
		have := c.Images.Len()
		if c.Tokens > have {
			return fmt.Errorf("%s: has %d images, fewer than the %d that are asked for", c.Input, have, c.Tokens)
		}
		if c.Tokens == 0 {
			c.Tokens = have
		}
		c.Rows, c.Samples, c.Documents = c.Tokens, c.Tokens, c.Tokens
		return nil
	}
	last := -1
	for r, err := range c.Each() {
		if err != nil {
			return err
		}
		c.Rows++
		c.Samples += len(r.IDs)
		for _, p := range r.Pieces {
			if p.Document != last {
				c.Documents++
				last = p.Document
			}
		}
	}
	if c.Samples == 0 {
		return fmt.Errorf("%s: holds no text of two tokens or more", c.Input)
	}
	if c.Tokens > c.Samples {
		return fmt.Errorf("%s: has %d tokens, fewer than the %d that are asked for", c.Input, c.Samples, c.Tokens)
	}
	c.Tokens = c.Samples
	return nil
}

// Each yields the rows in order, as many as make up the tokens that are asked for.
func (c *Corpus) Each() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		number, sample := 0, 0
		for r, err := range c.rows() {
			if err != nil {
				yield(Row{}, err)
				return
			}
			r.Number, r.Sample = number, sample
			if left := c.Tokens - sample; c.Tokens > 0 && len(r.IDs) > left {
				r = r.cut(left)
			}
			number++
			sample += r.Len()
			if !yield(r, nil) || c.Tokens > 0 && sample >= c.Tokens {
				return
			}
		}
	}
}

// cut keeps the first n tokens.
func (r Row) cut(n int) Row {
	r.IDs = r.IDs[:n]
	r.Pieces = slices.Clone(r.Pieces)
	for i := range r.Pieces {
		if n <= r.Pieces[i].Length {
			r.Pieces[i].Length = n
			r.Pieces = r.Pieces[:i+1]
			break
		}
		n -= r.Pieces[i].Length
	}
	return r
}

func (c *Corpus) rows() iter.Seq2[Row, error] {
	switch {
	case c.Images != nil:
		return c.imageRows()
	case c.Pack:
		return c.packed()
	}
	return c.windows()
}

// windows cuts every document on its own.
func (c *Corpus) windows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		name := ""
		documents := func(hand func(dataset.Document, error) bool) {
			for d, err := range c.documents() {
				if name = d.Name; !hand(d, err) {
					return
				}
			}
		}
		for w, err := range (dataset.Windows{Length: c.Length}).Cut(documents, c.Tokenizer.Encode) {
			r := Row{IDs: w.Tokens, Pieces: []Piece{{w.Document, name, w.Start, len(w.Tokens)}}}
			if !yield(r, err) {
				return
			}
		}
	}
}

// packed fills every window with documents, one behind the other.
func (c *Corpus) packed() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var r Row
		number := 0
		for d, err := range c.documents() {
			if err != nil {
				yield(Row{}, err)
				return
			}
			ids := c.Tokenizer.Encode(d.Text)
			for start := 0; start < len(ids); {
				n := min(len(ids)-start, c.Length-len(r.IDs))
				r.IDs = append(r.IDs, ids[start:start+n]...)
				r.Pieces = append(r.Pieces, Piece{number, d.Name, start, n})
				start += n
				if len(r.IDs) < c.Length {
					continue
				}
				if !yield(r, nil) {
					return
				}
				r = Row{}
			}
			number++
		}
		if len(r.IDs) > 0 {
			yield(r, nil)
		}
	}
}

func (c *Corpus) documents() iter.Seq2[dataset.Document, error] {
	return dataset.Documents(c.Input, dataset.TextOptions{Field: c.Field, Separator: c.Separator})
}
