package view

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nissl"
)

// draws both ways, failing the test on an error, a panic or broken XML.
func draws(t testing.TB, f nissl.Figure) []byte {
	t.Helper()
	svg, err := SVG(f)
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	wellFormed(t, svg)
	if _, err := PNG(f, 72); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return svg
}

// values of which a drawing could stumble over each.
var hostile = map[string]float64{
	"zero": 0, "one": 1, "NaN": math.NaN(), "+Inf": math.Inf(1), "-Inf": math.Inf(-1),
	"huge": math.MaxFloat64, "-huge": -math.MaxFloat64, "tiny": math.SmallestNonzeroFloat64, "large": 1e17,
}

// everyKind makes one figure of each kind with n items of value v.
func everyKind(n int, v float64) []nissl.Figure {
	all := make([]float64, n)
	x := make([]float64, n)
	names := make([]string, n)
	groups := make([]int, n)
	times := make([][]float64, n)
	for i := range all {
		all[i], x[i], names[i], groups[i] = v, float64(i), fmt.Sprint("n", i), i%3
		times[i] = []float64{v}
	}
	var edges []nissl.Edge
	if n > 0 {
		edges = []nissl.Edge{{From: 0, To: n - 1, Weight: v}}
	}
	panels := map[string]nissl.Panel{
		"matrix": {Heatmap: &nissl.Heatmap{Rows: n, Cols: min(n, 1), Values: all, RowNames: names, RowGroups: groups}},
		"timed":  {Heatmap: &nissl.Heatmap{Rows: min(n, 1), Cols: n, Values: all, X: x, Diverging: true}},
		"lines":  {Lines: &nissl.Lines{X: x, Curves: []nissl.Curve{{Name: "a", Y: all, Low: all, High: all}}, Spans: []nissl.Span{{Start: v, Stop: v, Name: "s"}}}},
		"atvx":   {Lines: &nissl.Lines{X: all, Curves: []nissl.Curve{{Y: x}}}},
		"bars":   {Bars: &nissl.Bars{Values: all, Low: all, High: all, Names: names, Groups: groups}},
		"graph":  {Graph: &nissl.Graph{X: all, Y: x, Names: names, Groups: groups, Edges: edges, Unit: "µm"}},
		"flow":   {Flow: &nissl.Flow{Steps: []string{"a", "b"}, Group: [][]int{groups, groups}}},
		"raster": {Raster: &nissl.Raster{Times: times, Names: names, Groups: groups}},
	}
	var out []nissl.Figure
	for name, p := range panels {
		out = append(out, nissl.Figure{Name: name, Title: name, SharedX: true, Panels: []nissl.Panel{p, p}})
	}
	return out
}

func TestHostileValuesAreDrawn(t *testing.T) {
	for name, v := range hostile {
		for _, n := range []int{0, 1, 30} {
			for _, f := range everyKind(n, v) {
				f.Name = fmt.Sprintf("%s of %d × %s", f.Name, n, name)
				draws(t, f)
			}
		}
	}
	draws(t, nissl.Figure{Panels: []nissl.Panel{{Flow: &nissl.Flow{}}, {Lines: &nissl.Lines{}}, {Raster: &nissl.Raster{}}}})
}

// TestVeryLargeFiguresStaySmall draws 10^5 units or 10^6 samples; a file must stay
// near what the print can hold.
func TestVeryLargeFiguresStaySmall(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds; runs without -short")
	}
	const n = 100000
	rng := rand.New(rand.NewPCG(1, 1))
	for _, f := range everyKind(n, 1) {
		if svg := draws(t, f); len(svg) > 3<<20 {
			t.Errorf("%s of %d: %d bytes", f.Name, n, len(svg))
		}
	}
	walk := make([]float64, 10*n)
	for i := 1; i < len(walk); i++ {
		walk[i] = walk[i-1] + rng.NormFloat64()
	}
	curves := make([]nissl.Curve, n)
	for i := range curves {
		curves[i] = nissl.Curve{Name: fmt.Sprint(i), Y: walk[i : i+5]}
	}
	for name, l := range map[string]*nissl.Lines{"a million samples": {Curves: []nissl.Curve{{Y: walk, Low: walk, High: walk}}}, "many curves": {Curves: curves}} {
		if svg := draws(t, nissl.Figure{Name: name, Panels: []nissl.Panel{{Lines: l}}}); len(svg) > 1<<20 {
			t.Errorf("%s: %d bytes", name, len(svg))
		}
	}
}

// TestThinningKeepsTheInk compares the thinned curve with the whole one: in every
// printed column both reach equally high and low.
func TestThinningKeepsTheInk(t *testing.T) {
	const n, seed = 50000, 5
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	y := make([]float64, n)
	for i := range y {
		y[i] = rng.NormFloat64()
		if rng.IntN(1000) == 0 {
			y[i] = math.NaN()
		}
	}
	d := newLines(kit{fonts: newFonts()}, &nissl.Lines{Curves: []nissl.Curve{{Y: y}}}, axis{}, axis{})
	r := rect{0, 0, 400, 100}
	kept := d.thin(r, y)
	if len(kept) > n/4 {
		t.Fatalf("%d of %d samples kept", len(kept), n)
	}
	columns := int(r.w*pixelsPoint/2) + 1
	whole, thin := make([]extent, columns+1), make([]extent, columns+1)
	for k := range whole {
		whole[k], thin[k] = nothing(), nothing()
	}
	column := func(i int) int { return int(d.x.share(d.at[i]) * float64(columns)) }
	for i, v := range y {
		whole[column(i)].add(v)
	}
	last := -1
	for _, i := range kept {
		if i < 0 {
			continue
		}
		if i <= last {
			t.Fatalf("sample %d comes after %d", i, last)
		}
		last = i
		thin[column(i)].add(y[i])
	}
	for k := range whole {
		if whole[k] != thin[k] {
			t.Fatalf("column %d: %v thinned to %v", k, whole[k], thin[k])
		}
	}
}

// TestPictureMeans compares the picture of a large matrix with means taken one by one.
func TestPictureMeans(t *testing.T) {
	const seed = 9
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 20 {
		h := &nissl.Heatmap{Rows: 1 + rng.IntN(300), Cols: 1 + rng.IntN(300), Low: -3, High: 3}
		h.Values = make([]float64, h.Rows*h.Cols)
		for i := range h.Values {
			h.Values[i] = rng.NormFloat64()
			if rng.IntN(9) == 0 {
				h.Values[i] = math.NaN()
			}
		}
		d := newHeat(kit{fonts: newFonts()}, h, axis{}, axis{})
		r := rect{0, 0, 1 + 40*rng.Float64(), 1 + 40*rng.Float64()}
		rows, cols := grid(h.Rows, r.h, nil), grid(h.Cols, r.w, nil)
		covers(t, rows, h.Rows)
		covers(t, cols, h.Cols)
		img := d.picture(r)
		for y, rs := range rows {
			for x, cs := range cols {
				var sum, n float64
				for i := rs.from; i < rs.to; i++ {
					for j := cs.from; j < cs.to; j++ {
						if v := h.Values[i*h.Cols+j]; v == v {
							sum += clamp(v, -3, 3)
							n++
						}
					}
				}
				if got, want := img.NRGBAAt(x, y), d.color(sum/n); got != want {
					t.Fatalf("pixel %d, %d is %v, want %v", x, y, got, want)
				}
			}
		}
	}
}

// covers checks that pixels show all items in order, none twice in a row of wide ones.
func covers(t *testing.T, pixels []span, n int) {
	t.Helper()
	next := 0
	for p, s := range pixels {
		if s.from > next || s.to <= s.from || s.to > n {
			t.Fatalf("pixel %d of %d shows %v after item %d of %d", p, len(pixels), s, next, n)
		}
		next = max(next, s.to)
	}
	if next != n {
		t.Fatalf("items from %d of %d are not shown", next, n)
	}
}

func TestTicksAreRoundAndEven(t *testing.T) {
	const seed = 3
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 5000 {
		lo := rng.NormFloat64() * math.Pow(10, float64(rng.IntN(12)-6))
		width := math.Abs(rng.NormFloat64()) * math.Pow(10, float64(rng.IntN(12)-6))
		e := extent{lo, lo + math.Max(width, 1e-8*math.Abs(lo))}.widen() // narrower, and float64 has no even steps
		n := 2 + rng.IntN(9)
		ticks := e.ticks(n)
		if len(ticks) < 2 || len(ticks) > 2*n+1 {
			t.Fatalf("%v has %d ticks for %d", e, len(ticks), n)
		}
		step := ticks[1].at - ticks[0].at
		digit := step / math.Pow(10, math.Floor(math.Log10(step)*(1+1e-12)+1e-9))
		if !near(digit, 1) && !near(digit, 2) && !near(digit, 5) && !near(digit, 10) {
			t.Fatalf("%v has ticks %g apart", e, step)
		}
		for i, k := range ticks {
			if k.at < e.lo-step*1e-5 || k.at > e.hi+step*1e-5 || i > 0 && !near((k.at-ticks[i-1].at)/step, 1) {
				t.Fatalf("%v has ticks %v", e, ticks)
			}
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-3 }

func TestShort(t *testing.T) {
	for want, v := range map[string]float64{
		"0": 0, "12": 12, "−3": -3, "0.4217": 0.42171, "1843": 1843.21, "0.004975": 1.0 / 201, "1e−9": 1e-9,
		"1.23e7": 12345678.9, "123456": 123456, "n/a": math.NaN(), "∞": math.Inf(1), "−∞": math.Inf(-1), "0.65": 0.65, "10": 9.99999,
	} {
		if got := short(v); got != want {
			t.Errorf("short(%g) = %q, want %q", v, got, want)
		}
	}
}

func TestSparkline(t *testing.T) {
	for want, y := range map[string][]float64{
		"▁▂▃▄▅▆▇█": {0, 1, 2, 3, 4, 5, 6, 7},
		"▄▄▄":      {5, 5, 5},
		"▁ █":      {0, math.NaN(), 1},
		"":         {math.NaN()},
	} {
		if got := sparkline(y, 8); got != want {
			t.Errorf("sparkline(%v) = %q, want %q", y, got, want)
		}
	}
	if got := sparkline([]float64{0, 0, 10, 10, 0, 0, 10, 10}, 4); got != "▁█▁█" {
		t.Errorf("means of pairs give %q", got)
	}
}

func TestWrapKeepsEveryWord(t *testing.T) {
	f := newFonts()
	text := "Circular shifts of every region give a mean of 0.05 andaverylongwordthatfitsinnoline."
	joined := ""
	for _, l := range f.wrap(text, 60, 7, false) {
		if w := f.width(l, 7, false); w > 60 {
			t.Errorf("line %q is %.1f points wide", l, w)
		}
		joined += l
	}
	if want := squeeze(text); squeeze(joined) != want {
		t.Errorf("wrapped to %q", joined)
	}
	if got := f.shorten("abcdefghij", 20, 7, false); f.width(got, 7, false) > 20 {
		t.Errorf("shortened to %q", got)
	}
}

// squeeze drops the spaces.
func squeeze(s string) string {
	out := []rune{}
	for _, r := range s {
		if r != ' ' {
			out = append(out, r)
		}
	}
	return string(out)
}
