package guess

import (
	"fmt"
	"math"
	"strings"
)

// choose picks the likeliest activity: lists of times, then times beside their units,
// then lone vectors of spike times, then the likeliest matrix.
func (g *guesser) choose() (traces, spikes string) {
	if a := g.best(func(a *Array) (int, int) {
		n := 0
		for _, l := range a.Lists {
			n += len(l)
		}
		if !a.looksLikeSpikes() {
			return -1, 0
		}
		return rank(spikesWords(), a.Name), n
	}); a != nil {
		g.note("spikes are array %q %s%s", a.Name, a.describe(), g.rivals("spikes", a, (*Array).looksLikeSpikes))
		return "", a.Name
	}
	if times, owner := g.pair(); times != nil {
		g.note("spikes are array %q, their units array %q; --read spikes=NAME and --read spike_units=NAME if not", times.Name, owner.Name)
		return "", times.Name
	}
	var lone []string
	for i := range g.arrays {
		a := &g.arrays[i]
		if _, ok := a.vector(); ok && a.Numbers != nil && strings.Contains(base(a.Name), "spike") && g.ascending(a) {
			lone = append(lone, a.Name)
		}
	}
	if lone != nil {
		g.note("spikes are %s, one unit each, because their numbers never go down; --read spikes=NAME if not", strings.Join(lone, ", "))
		return "", strings.Join(lone, ",")
	}
	isTraces := func(a *Array) (int, int) {
		if a.Trials != nil {
			n := 0
			for _, t := range a.Trials {
				n += len(t.Values)
			}
			return rank(tracesWords(), a.Name), n
		}
		rows, cols, ok := a.matrix()
		known := rank(tracesWords(), a.Name)
		if !ok || (min(rows, cols) < 2 || rows == cols) && known == 0 || max(rows, cols) < 2 {
			return -1, 0
		}
		return known, rows * cols
	}
	if a := g.best(isTraces); a != nil {
		same := func(b *Array) bool { known, _ := isTraces(b); return known >= 0 }
		g.note("traces are array %q %s%s", a.Name, a.describe(), g.rivals("traces", a, same))
		return a.Name, ""
	}
	return "", ""
}

// looksLikeSpikes reports whether the lists never go down, as times do, and one of
// them has more than one number.
func (a *Array) looksLikeSpikes() bool {
	long := false
	for _, l := range a.Lists {
		long = long || len(l) > 1
		for i, v := range l {
			if math.IsNaN(v) || i > 0 && v < l[i-1] {
				return false
			}
		}
	}
	return long
}

// best is the array that the score ranks first by its known name, then by size, then
// by its place in the file.
func (g *guesser) best(score func(*Array) (known, size int)) *Array {
	var top *Array
	topKnown, topSize := -1, -1
	for i := range g.arrays {
		known, size := score(&g.arrays[i])
		if known > topKnown || known == topKnown && known >= 0 && size > topSize {
			top, topKnown, topSize = &g.arrays[i], known, size
		}
	}
	return top
}

// rivals says what else the option could have named.
func (g *guesser) rivals(option string, chosen *Array, could func(*Array) bool) string {
	var words []string
	for i := range g.arrays {
		if a := &g.arrays[i]; a != chosen && could(a) && len(words) < 8 {
			words = append(words, a.Name+" "+a.describe())
		}
	}
	if words == nil {
		return ""
	}
	return "; --read " + option + "=NAME takes another of " + strings.Join(words, ", ")
}

// pair finds spike times and, equally long, the unit of each.
func (g *guesser) pair() (times, owner *Array) {
	for i := range g.arrays {
		a := &g.arrays[i]
		n, ok := a.vector()
		if !ok || n < 2 || a.Numbers == nil || rank(spikesWords(), a.Name) == 0 {
			continue
		}
		if b := g.ownerOf(a, n); b != nil && b != a && rank(ownerWords(), a.Name) < rank(ownerWords(), b.Name) {
			return a, b
		}
	}
	return nil, nil
}

// ownerOf is the array that says the unit of each of n spike times.
func (g *guesser) ownerOf(times *Array, n int) *Array {
	return g.best(func(b *Array) (int, int) {
		m, ok := b.vector()
		known := rank(ownerWords(), b.Name)
		if b == times || !ok || m != n || known == 0 || !near(b.Name, times.Name) {
			return -1, 0
		}
		return known, 0
	})
}

func (g *guesser) ascending(a *Array) bool {
	v, err := a.Numbers()
	if err != nil || len(v) < 2 {
		return false
	}
	for i, x := range v {
		if math.IsNaN(x) || i > 0 && x < v[i-1] {
			return false
		}
	}
	return true
}

// scalar is the number of the first array near the other whose name is one of words.
func (g *guesser) scalar(words []string, beside string) (value float64, name string) {
	for i := range g.arrays {
		a := &g.arrays[i]
		if n, ok := a.vector(); (ok && n == 1 || a.Numbers != nil && len(a.Shape) == 0) && rank(words, a.Name) > 0 && a.Numbers != nil && near(a.Name, beside) {
			if v, err := a.Numbers(); err == nil && len(v) == 1 && v[0] > 0 && !math.IsInf(v[0], 0) {
				return v[0], a.Name
			}
		}
	}
	return 0, ""
}

// stamps finds the time stamps beside an array of rows × cols, and their length.
func (g *guesser) stamps(of *Array, rows, cols int) ([]float64, error) {
	name, told := g.o["time"]
	if name == "none" {
		return nil, nil
	}
	for i := range g.arrays {
		a := &g.arrays[i]
		n, ok := a.vector()
		if a.Numbers == nil || told && a.Name != name || !told && (!ok || n < 2 || n != rows && n != cols || rank(timeWords(), a.Name) == 0 || !near(a.Name, of.Name)) {
			continue
		}
		if !ok || n != rows && n != cols {
			return nil, fmt.Errorf("array %q %s cannot be the time of %q %s", a.Name, a.describe(), of.Name, of.describe())
		}
		v, err := a.Numbers()
		if err != nil {
			return nil, err
		}
		scale, err := g.o.Positive("unit_s", 1)
		if err != nil {
			return nil, err
		}
		out := make([]float64, len(v))
		for k := range v {
			out[k] = v[k] * scale
		}
		g.used[a.Name] = "time"
		if !told {
			g.note("time is array %q, taken as seconds; --read time=NAME or --read unit_s=SECONDS if not", a.Name)
		}
		return out, nil
	}
	if told {
		_, err := g.find(name)
		return nil, err
	}
	return nil, nil
}
