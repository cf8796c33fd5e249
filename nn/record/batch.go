package record

import (
	"fmt"
	"iter"
	"math"
	"strings"

	"nissl"
	"nissl/nn"
	"nissl/nn/tokenizer"
)

// Batches yields the rows from the given one on, in batches. Rows of a batch are padded to the longest, up
// to one of four lengths, so that few graphs are compiled.
func (c *Corpus) Batches(from int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		var rows []Row
		for r, err := range c.Each() {
			if err != nil {
				yield(Batch{}, err)
				return
			}
			if r.Number < from {
				continue
			}
			if rows = append(rows, r); len(rows) < c.Batch {
				continue
			}
			if !yield(c.Of(rows), nil) {
				return
			}
			rows = nil
		}
		if len(rows) > 0 {
			yield(c.Of(rows), nil)
		}
	}
}

// Of makes one batch of the given rows of the corpus.
func (c *Corpus) Of(rows []Row) Batch {
	b := Batch{Rows: rows}
	if c.Images != nil {
		b.Input = c.pixels(rows)
		return b
	}
	width := c.input.Length
	for _, r := range rows {
		b.Lengths = append(b.Lengths, len(r.IDs))
		width = max(width, len(r.IDs))
	}
	if quarter := max(1, (c.Length+3)/4); c.input.Length == 0 {
		width = min(c.Length, (width+quarter-1)/quarter*quarter)
	}
	b.Input = nissl.Tensor{Shape: []int{len(rows), width}, Data: make([]float32, len(rows)*width)}
	for i, r := range rows {
		line := b.Input.Data[i*width : (i+1)*width]
		for j, id := range r.IDs {
			line[j] = float32(id)
		}
		for j := len(r.IDs); j < width; j++ {
			line[j] = float32(max(0, c.Tokenizer.Special().PAD))
		}
	}
	return b
}

// Request is a pass of the network over the batch.
func (b Batch) Request() nn.Request { return nn.Request{Input: b.Input, Lengths: b.Lengths} }

// Predicts says whether the network predicts the next token at every position, so that it has a loss.
func (c *Corpus) Predicts() bool { return c.input.Kind == nn.Tokens && c.input.Causal }

// Classifies says whether there are images with labels of the network's classes.
func (c *Corpus) Classifies() bool { return c.Images != nil && c.Images.Labels != nil }

// Spell shows a token for people: with its leading space, whatever the vocabulary writes for it.
func Spell(t tokenizer.Tokenizer, id int) string {
	s := t.Token(id)
	if strings.Contains(s, "▁") {
		return strings.ReplaceAll(s, "▁", " ")
	}
	if strings.HasPrefix(s, " ") {
		return s
	}
	if d := t.Decode([]int{id}); d != "" {
		return d
	}
	return s
}

// Spelled are all tokens of the corpus, spelled for people.
func (c *Corpus) Spelled() []string {
	out := make([]string, c.Tokenizer.Vocab())
	for id := range out {
		out[id] = Spell(c.Tokenizer, id)
	}
	return out
}

// Site is a place that is read, with how its values lie.
type Site struct {
	Name  string
	Layer int   // number of the block, -1 outside of all
	Shape []int // lengths of the axes of the units
	Units int   // their product
	Times int   // places of one image (y × x of a map) that are samples of the same unit; 1 where there are none
	Width int   // of a map, in places; 0 where there is none
}

// Sites finds the sites that fit patterns, separated by commas, and whose samples are those of the corpus.
// Images: maps [channel, y, x] have channel × y × x units, or with channels the channels as units.
func (c *Corpus) Sites(patterns string, channels bool) ([]Site, error) {
	var names []string
	if patterns == "" || patterns == "auto" {
		patterns = c.neurons()
	}
	for _, p := range strings.Split(patterns, ",") {
		found, err := c.network.Match(strings.TrimSpace(p))
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if !contains(names, name) {
				names = append(names, name)
			}
		}
	}
	var out []Site
	for _, s := range c.network.Sites() {
		if !contains(names, s.Name) {
			continue
		}
		site, err := c.site(s, channels)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		out = append(out, site)
	}
	return out, nil
}

// neurons is the pattern of the sites that hold a network's neurons: after their nonlinearity.
func (c *Corpus) neurons() string {
	for _, p := range []string{"blocks.*.mlp.post", "*post", "*state", "*relu*"} {
		if names, err := c.network.Match(p); err == nil && len(names) > 0 {
			return p
		}
	}
	return "blocks.*.mlp.post" // whose error says what there is
}

func (c *Corpus) site(s nissl.Site, channels bool) (Site, error) {
	out := Site{Name: s.Name, Layer: layer(s.Name), Units: 1, Times: 1}
	text := c.Images == nil
	first := 1
	switch {
	case text && (len(s.Axes) < 2 || s.Axes[1] != "position"):
		return out, fmt.Errorf("has the axes %v and no activity of every token", s.Axes)
	case text:
		first = 2
	case len(s.Axes) > 1 && s.Axes[1] == "position":
		return out, fmt.Errorf("has the axes %v: positions within an image cannot be read yet", s.Axes)
	}
	out.Shape = s.Size[first:]
	for _, n := range out.Shape {
		if n < 0 {
			return out, fmt.Errorf("has the axes %v, whose number of units depends on the input", s.Axes)
		}
		if n > 0 && out.Units > math.MaxInt32/n {
			return out, fmt.Errorf("has too many units: %v", out.Shape)
		}
		out.Units *= n
	}
	if channels && !text && len(out.Shape) == 3 {
		out.Times, out.Width, out.Units, out.Shape = out.Shape[1]*out.Shape[2], out.Shape[2], out.Shape[0], out.Shape[:1]
	}
	return out, nil
}

// Names of the units: SITE/3, or SITE/2:7 where the units have several axes.
func (s Site) Names() []string {
	names := make([]string, s.Units)
	for u := range names {
		rest, text := u, ""
		for i := len(s.Shape) - 1; i >= 0; i-- {
			text = fmt.Sprintf(":%d", rest%s.Shape[i]) + text
			rest /= s.Shape[i]
		}
		if text == "" {
			text = ":0"
		}
		names[u] = s.Name + "/" + text[1:]
	}
	return names
}

// layer is the first part of a name that is a number, -1 where there is none.
func layer(name string) int {
	for _, part := range strings.Split(name, ".") {
		n := 0
		if _, err := fmt.Sscanf(part, "%d", &n); err == nil && fmt.Sprint(n) == part {
			return n
		}
	}
	return -1
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
