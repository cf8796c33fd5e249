package tiles

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"nissl"
)

// Codes and what they stand for are each other's inverse, rise, and reach far.
func TestCodes(t *testing.T) {
	for c := 1; c < 256; c++ {
		if got := deviationCode(Deviation(uint8(c))); int(got) != c {
			t.Errorf("deviation %g has code %d, not %d", Deviation(uint8(c)), got, c)
		}
		if got := rateCode(Rate(uint8(c))); int(got) != c {
			t.Errorf("rate %g has code %d, not %d", Rate(uint8(c)), got, c)
		}
	}
	if Deviation(Middle) != 0 || deviationCode(math.NaN()) != Missing || deviationCode(math.Inf(-1)) != 1 || deviationCode(math.MaxFloat64) != 255 {
		t.Error("ends of the deviations")
	}
	if rateCode(0) != Silent || rateCode(1e-9) != 2 || rateCode(1e9) != 255 {
		t.Error("ends of the rates")
	}
}

// The scale of a normal distribution is its own; of a unit that rests it is a quarter of
// its farthest value.
func TestScale(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	v := make([]float64, 20001)
	for i := range v {
		v[i] = 7 + 3*r.NormFloat64()
	}
	slices.Sort(v)
	s, ok := newScale(v)
	if !ok || math.Abs(s.center-7) > 0.1 || math.Abs(s.spread-3) > 0.1 {
		t.Errorf("scale %v of a normal distribution around 7 with 3", s)
	}
	if s, ok := newScale([]float64{0, 0, 0, 0, 8}); ok && s.spread == 0 || s.center != 0 {
		t.Errorf("scale %v, %v", s, ok)
	}
	if s := (scale{center: 1}).within(-1, 9); s.spread != 2 {
		t.Errorf("spread %v of 1 within -1 to 9", s.spread)
	}
	if s := (scale{center: 1}).within(1, 1); s.spread != 1 {
		t.Errorf("spread %v of a constant", s.spread)
	}
}

// A unit that moves once in a million samples is seen to move when all are summarised.
func TestRareEventIsSeen(t *testing.T) {
	rec := &nissl.Recording{Units: nissl.NumberedUnits(1), Traces: nissl.NewTraces(1, 1<<20, 1000)}
	rec.Traces.Rows[0][777777] = 4
	l := New(rec)
	defer l.Close()
	wait(t, l)
	g := l.traceGrid
	at := Address{Level: g.Levels - 1}
	tile, err := l.Tile(context.Background(), KindTraces, []int{0}, at, true)
	if err != nil || tile.Coarse {
		t.Fatal(err, tile.Coarse)
	}
	if got := Deviation(tile.Codes[777777>>at.Level]); math.Abs(got-4) > 0.2 {
		t.Errorf("deviation %g, want 4", got)
	}
}

func TestSummaryAgainstDefinition(t *testing.T) {
	rec := noise(80, 3000, 0.1, 21)
	l := New(rec)
	defer l.Close()
	wait(t, l)
	all := FileOrder(80).Rows
	level := 3
	got, err := l.Summary(context.Background(), KindTraces, all, level, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []int{0, 100, len(got.Mean) - 1} {
		total, n, active, seen := 0.0, 0, 0.0, 0.0
		for u, row := range rec.Traces.Rows {
			s, _ := l.scale(u)
			own, k := 0.0, 0
			for _, v := range row[b<<level : min((b+1)<<level, 3000)] {
				if v-v == 0 {
					own += s.of(float64(v))
					k++
				}
			}
			if k == 0 {
				continue
			}
			total, n, seen = total+own, n+k, seen+1
			if own/float64(k) >= ActiveFrom {
				active++
			}
		}
		if math.Abs(float64(got.Mean[b])-total/float64(n)) > 1e-4*max(1, math.Abs(total/float64(n))) || float64(got.Active[b]) != float64(float32(active/seen)) {
			t.Errorf("bin %d: %g and %g, want %g and %g", b, got.Mean[b], got.Active[b], total/float64(n), active/seen)
		}
	}
	spikes := bursts(70, 20, 22)
	ls := New(spikes)
	level = ls.spikeGrid.Levels - 1
	sum, err := ls.Summary(context.Background(), KindSpikes, FileOrder(70).Rows, level, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0.0
	for _, v := range sum.Mean {
		count += float64(v) * ls.spikeGrid.Seconds(level) * 70
	}
	if math.Abs(count-float64(spikes.Spikes.Count())) > 1e-3*count {
		t.Errorf("rates make %g spikes of %d", count, spikes.Spikes.Count())
	}
}

func TestLinesAgainstDefinition(t *testing.T) {
	for name, rec := range map[string]*nissl.Recording{"regular": noise(6, 9000, 0.1, 31), "irregular": irregular(noise(6, 9000, 0.1, 32), 32)} {
		l := New(rec)
		wait(t, l)
		tr := rec.Traces
		span := tr.Span()
		t0, t1 := span.Start+3.3, span.Start+77.7
		const columns = 200
		got, err := l.Lines(context.Background(), []int{5, 2, 0}, t0, t1, columns)
		if err != nil {
			t.Fatal(err)
		}
		for k, u := range []int{5, 2, 0} {
			for c := range columns {
				s := newSum()
				s.addSamples(tr.Rows[u][tr.Index(t0+(t1-t0)*float64(c)/columns):tr.Index(t0+(t1-t0)*float64(c+1)/columns)])
				if s.n == 0 {
					if got.Low[k][c] == got.Low[k][c] {
						t.Errorf("%s: column %d of nothing is %g", name, c, got.Low[k][c])
					}
				} else if got.Low[k][c] != float32(s.lo) || got.High[k][c] != float32(s.hi) {
					t.Fatalf("%s: unit %d, column %d: %g to %g, want %g to %g", name, u, c, got.Low[k][c], got.High[k][c], s.lo, s.hi)
				}
			}
		}
		few, err := l.Lines(context.Background(), []int{0}, t0, t0+0.5, columns)
		if err != nil || few.Low != nil || len(few.Times) < 40 || few.Times[0] > t0 || few.Times[len(few.Times)-1] < t0+0.5 {
			t.Errorf("%s: %d samples, error %v", name, len(few.Times), err)
		}
		l.Close()
	}
}

func TestSpikesIn(t *testing.T) {
	rec := bursts(9, 10, 41)
	l := New(rec)
	units := []int{8, 1, 5}
	w, total, err := l.SpikesIn(units, 3, 5.5, 1e6)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, u := range units {
		want := rec.Between(3, 5.5).Spikes.Times[u]
		if int(w.Counts[i]) != len(want) {
			t.Fatalf("unit %d: %d spikes, want %d", u, w.Counts[i], len(want))
		}
		for k, s := range want {
			if math.Abs(float64(w.Offsets[at+k])-(s-3)) > 1e-6 {
				t.Errorf("unit %d, spike %d at %g, want %g", u, k, w.Offsets[at+k], s-3)
			}
		}
		at += len(want)
	}
	if at != total {
		t.Errorf("total %d, want %d", total, at)
	}
	if w, n, _ := l.SpikesIn(units, 3, 5.5, total-1); w.Offsets != nil || n != total {
		t.Errorf("more spikes than asked for were given")
	}
}

func TestCovariates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	c := nissl.Covariate{Name: "speed", Rate: 50, Start: 1, Values: [][]float64{make([]float64, 5000), make([]float64, 5000)}}
	for i := range 5000 {
		c.Values[1][i] = r.NormFloat64()
	}
	c.Values[1][100] = math.NaN()
	curve, err := CurveIn(&c, 1, 10, 90, 100)
	if err != nil || len(curve.Times) != 100 {
		t.Fatalf("%d columns, error %v", len(curve.Times), err)
	}
	part := c.Between(10-0.02, 90+0.02).Values[1]
	if slices.Min(curve.Low) != slices.Min(part) || slices.Max(curve.High) != slices.Max(part) || !slices.IsSorted(curve.Times) {
		t.Error("the extremes of the window are lost")
	}
	curve, _ = CurveIn(&c, 1, 2.5, 3.5, 100)
	if len(curve.Times) != 52 || !reflect.DeepEqual(curve.Low, curve.High) {
		t.Errorf("%d samples of a second at 50 Hz, with one on either side", len(curve.Times))
	}
	text := nissl.Covariate{Name: "token", Times: []float64{0, 1, 2, 4, 9}, Text: []string{"the", " cat", "", " sat", "."}}
	tokens, total := TokensIn(&text, 1.5, 5, 10)
	want := []Token{{1, 2, " cat"}, {4, 9, " sat"}}
	if !reflect.DeepEqual(tokens, want) || total == 0 {
		t.Errorf("tokens %v", tokens)
	}
	if tokens, total := TokensIn(&text, 0, 10, 1); tokens != nil || total != 5 {
		t.Errorf("%v, %d tokens where one was asked for", tokens, total)
	}
}

func TestEpochs(t *testing.T) {
	e := nissl.Epochs{Name: "trial", Start: []float64{5, 0, 1, 7, 7.01, 7.02}, Stop: []float64{6, 10, 1, 7, 7.01, 7.5}}
	x := NewEpochIndex(&e)
	if got, want := x.In(5.5, 8, 0), []Bar{{0, 10, 1, 1}, {5, 6, 1, 0}, {7, 7, 1, 3}, {7.01, 7.01, 1, 4}, {7.02, 7.5, 1, 5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("bars %v", got)
	}
	if got, want := x.In(6.5, 8, 0.1), []Bar{{0, 10, 1, 1}, {7, 7.01, 2, 3}, {7.02, 7.5, 1, 5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("merged bars %v", got)
	}
	if got := x.In(20, 30, 1); len(got) != 0 {
		t.Errorf("bars %v after the end", got)
	}
}

func TestOrderBy(t *testing.T) {
	for _, c := range []struct {
		values any
		rows   []int
		groups []int
		names  []string
	}{
		{[]float64{3.5, math.NaN(), -1, 3.5}, []int{2, 0, 3, 1}, nil, nil},
		{[]int64{2, 1, 2, 1}, []int{1, 3, 0, 2}, []int{0, 0, 1, 1}, []string{"1", "2"}},
		{[]int64{4, 3, 2, 1}, []int{3, 2, 1, 0}, nil, nil},
		{[]string{"unit10", "unit9", "", "unit9"}, []int{1, 3, 0, 2}, []int{0, 0, 1, -1}, []string{"unit9", "unit10"}},
		{[]bool{true, false, true}, []int{1, 0, 2}, []int{0, 1, 1}, []string{"false", "true"}},
		{[]string{"a2b", "a", "a02b", "a1"}, []int{1, 3, 0, 2}, nil, nil},
	} {
		o := OrderBy(nissl.Column{Name: "c", Values: c.values})
		if !reflect.DeepEqual(o.Rows, c.rows) || !reflect.DeepEqual(o.Groups, c.groups) || !reflect.DeepEqual(o.Names, c.names) {
			t.Errorf("%v: %+v", c.values, o)
		}
		back := o.Reverse().Reverse()
		if !reflect.DeepEqual(back.Rows, o.Rows) || !slices.Equal(back.Groups, o.Groups) {
			t.Errorf("%v: reversed twice it is %+v", c.values, back)
		}
	}
}

// Units that follow a few hidden signals come out in one run per signal.
func TestSimilarFindsGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	const units, kinds = 240, 5
	rec := &nissl.Recording{Units: nissl.NumberedUnits(units), Traces: nissl.NewTraces(units, 2000, 10)}
	signal := make([][]float64, kinds)
	for k := range signal {
		signal[k] = make([]float64, 2000)
		for i := range signal[k] {
			if i%20 == 0 {
				signal[k][i] = r.NormFloat64()
			} else {
				signal[k][i] = signal[k][i-1]
			}
		}
	}
	kind := make([]int, units)
	for u, row := range rec.Traces.Rows {
		kind[u] = r.IntN(kinds)
		for i := range row {
			row[i] = float32(signal[kind[u]][i] + 0.5*r.NormFloat64())
		}
	}
	for i := range rec.Traces.Rows[7] {
		rec.Traces.Rows[7][i] = 1
	}
	l := New(rec)
	defer l.Close()
	o, err := l.Similar(context.Background(), KindTraces)
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.Clone(o.Rows)
	slices.Sort(sorted)
	if !slices.Equal(sorted, FileOrder(units).Rows) {
		t.Fatal("the order is no permutation")
	}
	if o.Rows[units-1] != 7 {
		t.Errorf("the unit that does not vary is not last")
	}
	changes := 0
	for i := 1; i < units-1; i++ {
		if kind[o.Rows[i]] != kind[o.Rows[i-1]] {
			changes++
		}
	}
	if changes != kinds-1 {
		t.Errorf("%d changes between %d kinds", changes, kinds)
	}
	again, _ := l.Similar(context.Background(), KindTraces)
	if !slices.Equal(again.Rows, o.Rows) {
		t.Error("the same recording gave another order")
	}
	spikes := bursts(30, 5, 1)
	if o, err := New(spikes).Similar(context.Background(), KindSpikes); err != nil || len(o.Rows) != 30 {
		t.Errorf("%d rows, error %v", len(o.Rows), err)
	}
}
