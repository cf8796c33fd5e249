package profile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl/model/profile"
	"nissl/nn/record"
)

// Context is a moment of a unit with what stands around it.
type Context struct {
	Unit     int
	Kind     string  // "top", or "quantile" for a moment that is typical of a level of activity
	Rank     int     // from 1
	Quantile float64 // of the unit's activity at which the moment lies
	Document int     // number; of an image its own; -1 in a recording
	Source   string  // file and number of the document
	Position int     // in the document; in a recording the sample
	Time     float64 // s, in a recording; NaN elsewhere
	X, Y     int     // place of the largest value in the map of an image, -1 elsewhere
	Token    string
	Value    float64
	Tokens   []string // around the moment
	First    int      // place of the first of Tokens and Values, from the moment on
	Values   []float64

	row, at int
}

// levels are the quantiles of activity for which a typical moment is shown.
func levels() []float64 { return []float64{.5, .75, .9, .95, .99} }

// contextSamples is how many of the samples quantiles are taken from at most.
const contextSamples = 4096

// topContexts are the strongest moments.
func topContexts(top *profile.Top, units int) []Context {
	var out []Context
	for u := range units {
		for i, m := range top.Of(u) {
			c := Context{Unit: u, Kind: "top", Rank: i + 1, Quantile: 1, Document: -1, Value: float64(m.Value), Time: math.NaN(),
				X: -1, Y: -1, row: m.Row, at: m.At}
			for _, v := range m.Around {
				c.Values, c.First = append(c.Values, float64(v)), m.First-m.At
			}
			out = append(out, c)
		}
	}
	return out
}

// quantileContexts are moments of the sample whose activity is that of each level.
func (s *Sample) quantileContexts(reach int) []Context {
	var out []Context
	n := min(s.Capacity, contextSamples)
	if n == 0 {
		return nil
	}
	order := make([]int, n)
	for u := range s.Units {
		x := s.Unit(u)
		for i := range order {
			order[i] = i * s.Capacity / n
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[a], x[b]), a-b) })
		for k, level := range levels() {
			at := order[min(n-1, int(level*float64(n)))]
			c := Context{Unit: u, Kind: "quantile", Rank: k + 1, Quantile: level, Document: -1, Value: float64(x[at]), Time: math.NaN(),
				X: -1, Y: -1, row: s.Row[at], at: s.At[at]}
			from, to := at, at // neighbours in the same stretch
			for from > max(0, at-reach) && s.Row[from-1] == c.row && s.At[from-1] == s.At[from]-1 {
				from--
			}
			for to+1 < min(s.Capacity, at+reach+1) && s.Row[to+1] == c.row && s.At[to+1] == s.At[to]+1 {
				to++
			}
			c.First = from - at
			for i := from; i <= to; i++ {
				c.Values = append(c.Values, float64(x[i]))
			}
			out = append(out, c)
		}
	}
	return out
}

// describe looks up what stands in the corpus at the contexts, in one more reading of it.
func describe(contexts []Context, c *record.Corpus, sites []record.Site, spelled []string) error {
	order := make([]int, len(contexts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return contexts[a].row - contexts[b].row })
	var width []int // of the map of every unit
	for _, s := range sites {
		width = append(width, slices.Repeat([]int{s.Width}, s.Units)...)
	}
	for r, err := range c.Each() {
		if err != nil {
			return err
		}
		for len(order) > 0 && contexts[order[0]].row == r.Number {
			x := &contexts[order[0]]
			order = order[1:]
			if r.IDs == nil {
				x.Document, x.Source = r.Pieces[0].Document, r.Pieces[0].Name
				if w := width[x.Unit]; w > 0 && x.Kind == "top" {
					x.X, x.Y = x.at%w, x.at/w
				}
				if labels := c.Images.Labels; labels != nil {
					x.Token = className(c, labels[x.Document])
				}
				continue
			}
			piece, position := r.At(x.at)
			x.Document, x.Source, x.Position = piece.Document, piece.Name, position
			x.Token = spelled[r.IDs[x.at]]
			for i := range x.Values {
				x.Tokens = append(x.Tokens, spelled[r.IDs[x.at+x.First+i]])
			}
		}
		if len(order) == 0 {
			break
		}
	}
	return nil
}

func className(c *record.Corpus, label int) string {
	if names := c.Images.ClassNames; label < len(names) {
		return names[label]
	}
	return fmt.Sprint(label)
}

// text is the tokens around, with the one that is meant in brackets.
func (c *Context) text() string {
	var b strings.Builder
	for i, t := range c.Tokens {
		if i == -c.First {
			b.WriteString("[" + t + "]")
		} else {
			b.WriteString(t)
		}
	}
	return b.String()
}
