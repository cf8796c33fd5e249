package massiveactivations

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

// listed is how many values of a position are looked at: the largest ones.
const listed = 4

// Criterion says what a massive activation is: a value of a hidden state whose magnitude is above both.
type Criterion struct {
	Magnitude float64
	Ratio     float64 // to the median magnitude of the hidden state, over all units and positions of its text
}

// Holds says whether a value in a hidden state of that median magnitude is massive.
func (c Criterion) Holds(value, median float64) bool {
	return math.Abs(value) > c.Magnitude && math.Abs(value) > c.Ratio*median
}

// Layer is what was seen at one site.
type Layer struct {
	Site   string
	Number int // of the block, -1 outside of all
	// Top are the three largest magnitudes of a window, and Median its median magnitude, mean over windows.
	Top    [3]float64
	Median float64
	// Largest is the largest magnitude of all, with where it was and its ratio to the median there; Ratio the
	// largest ratio of all.
	Largest, Ratio float64
	Unit, Position int
	Token          string
}

// Unit is a unit of a site that was massive at least once.
type Unit struct {
	Site    string
	Layer   int
	Unit    int
	Count   int     // how often it was massive
	Windows int     // in how many windows
	Mean    float64 // of its massive values, and their standard deviation and range
	SD      float64
	Low     float64
	High    float64
	First   int            // times at the first position of a window
	Tokens  map[string]int // times at each token
	Ratio   float64        // largest, to the median

	square float64
	window int
}

// Scan is what was seen in a corpus.
type Scan struct {
	Layers  []Layer
	Units   []*Unit // by site and unit
	Tokens  int
	Windows int
	Massive int // values
	// Crowded positions have more massive values than are listed.
	Crowded int
}

// Look scans the sites of a network for massive activations while it reads a corpus, batch by batch: only
// the largest values of each position leave the device.
func Look(ctx context.Context, n *load.Network, c *record.Corpus, sites []record.Site, is Criterion, progress func(done float64)) (*Scan, error) {
	var names []string
	s := &Scan{Layers: make([]Layer, len(sites))}
	for i, site := range sites {
		if len(site.Shape) != 1 {
			return nil, fmt.Errorf("%s has units of the axes %v: hidden states have one", site.Name, site.Shape)
		}
		names = append(names, site.Name)
		s.Layers[i] = Layer{Site: site.Name, Number: site.Layer}
	}
	units := make([]map[int]*Unit, len(sites))
	for i := range units {
		units[i] = map[int]*Unit{}
	}
	spelled := c.Spelled()
	top := listed
	for _, site := range sites {
		top = min(top, site.Units)
	}
	for b, err := range c.Batches(0) {
		if err != nil {
			return nil, err
		}
		q := b.Request()
		q.NoResult, q.Then = true, nn.Extremes(top, names...)
		err = n.Visit(ctx, q, func(v nn.Response) error {
			for i := range sites {
				values, at, medians := v.Then[3*i], v.Then[3*i+1], v.Then[3*i+2]
				size := len(values.Data) / len(b.Rows)
				for r, row := range b.Rows {
					w := window{row: row, values: values.Data[r*size : (r+1)*size], units: at.Data[r*size : (r+1)*size], median: float64(medians.Data[r]), top: top, spelled: spelled}
					s.add(i, w, units[i], is)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		last := b.Rows[len(b.Rows)-1]
		s.Tokens, s.Windows = last.Sample+last.Len(), last.Number+1
		if progress != nil {
			progress(float64(s.Tokens) / float64(c.Samples))
		}
	}
	s.finish(units)
	return s, nil
}

// window is the largest values of each position of one window at one site.
type window struct {
	row     record.Row
	values  []float32 // position × top, largest first
	units   []float32
	median  float64
	top     int
	spelled []string
}

func (s *Scan) add(site int, w window, units map[int]*Unit, is Criterion) {
	l := &s.Layers[site]
	l.Median += w.median
	var largest [3]float64
	for t, id := range w.row.IDs {
		for k := range w.top {
			v, u := float64(w.values[t*w.top+k]), int(w.units[t*w.top+k])
			size := math.Abs(v)
			for j := range largest {
				if size > largest[j] {
					copy(largest[j+1:], largest[j:2])
					largest[j] = size
					break
				}
			}
			if size > l.Largest {
				l.Largest, l.Unit, l.Position, l.Token = size, u, t, w.spelled[id]
			}
			l.Ratio = max(l.Ratio, size/max(w.median, 1e-30))
			if !is.Holds(v, w.median) {
				break // the others are smaller
			}
			if s.Massive++; k == listed-1 {
				s.Crowded++
			}
			if units[u] == nil {
				units[u] = &Unit{Site: l.Site, Layer: l.Number, Unit: u, Low: v, High: v, Tokens: map[string]int{}, window: -1}
			}
			units[u].add(v, size/max(w.median, 1e-30), w.row.Number, t, w.spelled[id])
		}
	}
	for j := range l.Top {
		l.Top[j] += largest[j]
	}
}

// add counts one massive value (Welford's mean and variance).
func (u *Unit) add(v, ratio float64, window, position int, token string) {
	u.Count++
	d := v - u.Mean
	u.Mean += d / float64(u.Count)
	u.square += d * (v - u.Mean)
	u.Low, u.High, u.Ratio = min(u.Low, v), max(u.High, v), max(u.Ratio, ratio)
	u.Tokens[token]++
	if position == 0 {
		u.First++
	}
	if u.window != window {
		u.window = window
		u.Windows++
	}
}

func (s *Scan) finish(units []map[int]*Unit) {
	for i := range s.Layers {
		l := &s.Layers[i]
		l.Median /= float64(s.Windows)
		for j := range l.Top {
			l.Top[j] /= float64(s.Windows)
		}
		var of []*Unit
		for _, u := range units[i] {
			u.SD = math.Sqrt(u.square / float64(max(1, u.Count-1)))
			of = append(of, u)
		}
		slices.SortFunc(of, func(a, b *Unit) int { return cmp.Compare(a.Unit, b.Unit) })
		s.Units = append(s.Units, of...)
	}
}

// Ratio is the largest magnitude beside a median of all sites.
func (s *Scan) Ratio() (ratio float64, layer Layer) {
	for _, l := range s.Layers {
		if l.Ratio > ratio {
			ratio, layer = l.Ratio, l
		}
	}
	return ratio, layer
}

// commonest tokens of a unit with how often they occur, the commonest first.
func (u *Unit) commonest(n int) []string {
	var tokens []string
	for t := range u.Tokens {
		tokens = append(tokens, t)
	}
	slices.SortFunc(tokens, func(a, b string) int {
		return cmp.Or(cmp.Compare(u.Tokens[b], u.Tokens[a]), cmp.Compare(a, b))
	})
	return tokens[:min(n, len(tokens))]
}
