package tiles

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"nissl"
)

// bruteTrace is the code of a cell by the definition: mean deviation of all finite
// samples whose second lies in the bin, or the largest.
func bruteTrace(l *Levels, units []int, level int, bin int64, peak bool) (code uint8, z float64) {
	t, g := l.rec.Traces, l.traceGrid
	from, to := g.Time(level, bin), g.Time(level, bin+1)
	total, n := 0.0, 0
	for _, u := range units {
		s, _ := l.scale(u)
		var values []float32
		for i := range t.Samples() {
			in := t.Time(i) >= from && t.Time(i) < to
			if t.Times == nil {
				in = int64(i)>>level == bin
			}
			if in {
				values = append(values, t.Rows[u][i])
			}
		}
		if len(values) == 0 && t.Times != nil {
			// The last sample before the bin stands for one period, or to the next sample
			// when that is no gap.
			for i := range t.Samples() {
				next := t.Time(i) + 1/t.Rate
				if i+1 < t.Samples() && t.Time(i+1)-t.Time(i) <= 1.5/t.Rate {
					next = t.Time(i + 1)
				}
				if t.Time(i) < from && from < next {
					values = t.Rows[u][i : i+1]
				}
			}
		}
		for _, v := range values {
			if v-v != 0 {
				continue
			}
			n++
			z := (float64(v) - s.center) / s.spread
			if !peak {
				total += z
			} else if math.Abs(z) > math.Abs(total) {
				total = z
			}
		}
	}
	if n == 0 {
		return Missing, math.NaN()
	}
	if !peak {
		total /= float64(n)
	}
	return deviationCode(total), total
}

func near(a, b uint8) bool {
	return a == b || a != Missing && b != Missing && (a-b == 1 || b-a == 1)
}

// Every cell of the tiles of all levels is what the definition says, before there is a
// pyramid and with it.
func TestTracesAgainstDefinition(t *testing.T) {
	for name, rec := range map[string]*nissl.Recording{
		"regular":    noise(14, 3001, 0.05, 1),
		"irregular":  irregular(noise(14, 1501, 0.05, 2), 2),
		"one sample": noise(7, 1, 0, 3),
		"one unit":   noise(1, 700, 0.3, 4),
		"no samples": noise(1, 0, 0, 5),
	} {
		t.Run(name, func(t *testing.T) {
			l := New(rec)
			defer l.Close()
			l.pyramid = newPyramid(len(rec.Traces.Rows), rec.Traces.Samples(), 0)
			order := shuffled(rec.Units.Len(), 1)
			for _, built := range []bool{false, true} {
				if built {
					wait(t, l)
				}
				compareTraces(t, l, order)
			}
		})
	}
}

func compareTraces(t *testing.T, l *Levels, order []int) {
	t.Helper()
	for level := range l.traceGrid.Levels {
		for _, rows := range []int{0, 2} {
			for x := range (l.traceGrid.BinsAt(level)-1)/Width + 1 {
				for _, peak := range []bool{false, true} {
					at := Address{level, x, rows, 0}
					tile, err := l.Tile(context.Background(), KindTraces, order, at, peak)
					if err != nil {
						t.Fatal(err)
					}
					if tile.Sampled {
						t.Errorf("%v is sampled", at)
					}
					checkTraceTile(t, l, order, at, peak, tile)
				}
			}
		}
	}
}

func checkTraceTile(t *testing.T, l *Levels, order []int, at Address, peak bool, tile *Tile) {
	t.Helper()
	for r := range Height {
		a, b := at.rows(r, len(order))
		for i := 0; i < Width; i += 1 + i%7 {
			bin := at.X*Width + int64(i)
			want := uint8(Missing)
			if a < b && bin < l.traceGrid.BinsAt(at.Level) {
				want, _ = bruteTrace(l, order[a:b], at.Level, bin, peak)
			}
			if got := tile.Codes[r*Width+i]; !near(got, want) {
				t.Fatalf("%v, peak %v, row %d, bin %d: code %d, want %d", at, peak, r, i, got, want)
			}
		}
	}
}

// A row of spikes counts exactly, at any level, and the counts of a level are the sums
// of those of the level below.
func TestSpikesAgainstDefinition(t *testing.T) {
	rec := bursts(13, 30, 5)
	l := New(rec)
	g := l.spikeGrid
	order := shuffled(13, 2)
	for level := range g.Levels {
		for _, times := range rec.Spikes.Times {
			whole := make([]int, g.BinsAt(level))
			g.count(times, level, 0, whole)
			want := make([]int, len(whole))
			for _, s := range times {
				want[min(int64((s-g.Start)/g.Base), g.Bins-1)>>level]++
			}
			for i := range want {
				if whole[i] != want[i] {
					t.Fatalf("level %d, bin %d: %d spikes, want %d", level, i, whole[i], want[i])
				}
			}
		}
		for x := range (g.BinsAt(level)-1)/Width + 1 {
			tile, err := l.Tile(context.Background(), KindSpikes, order, Address{level, x, 1, 0}, false)
			if err != nil {
				t.Fatal(err)
			}
			counts := make([]int, min(Width, g.BinsAt(level)-x*Width))
			for _, u := range order[2:4] {
				g.count(rec.Spikes.Times[u], level, x*Width, counts)
			}
			for i, n := range counts {
				if got := tile.Codes[Width+i]; got != rateCode(float64(n)/2) {
					t.Fatalf("level %d, tile %d, bin %d: code %d for %d spikes of 2 units", level, x, i, got, n)
				}
			}
		}
	}
	tile, err := l.Tile(context.Background(), KindSpikes, order, Address{Level: g.Levels - 1}, false)
	if err != nil || tile.Codes[12*Width] == Missing || tile.Codes[13*Width] != Missing {
		t.Errorf("13 units do not end with row 12: %v", err)
	}
}

// All spikes are in the tiles of every level: the sum of what their codes stand for.
func TestNoSpikeIsLost(t *testing.T) {
	rec := bursts(5, 12, 7)
	l := New(rec)
	for level := range l.spikeGrid.Levels {
		total := 0
		counts := make([]int, l.spikeGrid.BinsAt(level))
		for _, times := range rec.Spikes.Times {
			l.spikeGrid.count(times, level, 0, counts)
		}
		for _, c := range counts {
			total += c
		}
		if total != rec.Spikes.Count() {
			t.Errorf("level %d holds %d of %d spikes", level, total, rec.Spikes.Count())
		}
	}
}

// Two bins of a level are, weighted by their samples, the bin above them.
func TestLevelsAgree(t *testing.T) {
	rec := noise(9, 4099, 0.2, 8)
	l := New(rec)
	defer l.Close()
	l.pyramid = newPyramid(9, 4099, 20000)
	wait(t, l)
	p := l.pyramid
	for u, row := range rec.Traces.Rows {
		for level := 0; level+1 < l.traceGrid.Levels; level++ {
			for b := range l.traceGrid.BinsAt(level + 1) {
				lo, mid := int(b)<<(level+1), int(2*b+1)<<level
				hi := min(int(b+1)<<(level+1), 4099)
				one, two, both := p.of(p.get(u), row, lo, min(mid, hi)), p.of(p.get(u), row, min(mid, hi), hi), p.of(p.get(u), row, lo, hi)
				if one.n+two.n != both.n || min(one.lo, two.lo) != both.lo || max(one.hi, two.hi) != both.hi {
					t.Fatalf("unit %d, level %d, bin %d: %v and %v make %v", u, level, b, one, two, both)
				}
				if d := math.Abs(one.total + two.total - both.total); d > 1e-6*max(math.Abs(both.lo), math.Abs(both.hi))*float64(both.n+1) {
					t.Fatalf("unit %d, level %d, bin %d: sums %g and %g make %g", u, level, b, one.total, two.total, both.total)
				}
			}
		}
	}
}

// The pyramid answers any range as reading every sample does.
func TestPyramidRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, samples := range []int{1, 15, 16, 17, 1000, 4096, 5003} {
		rec := noise(6, samples, 0.1, 9)
		p := newPyramid(6, samples, 1<<20)
		for u, row := range rec.Traces.Rows {
			p.build(context.Background(), u, row)
			for range 300 {
				a := r.IntN(samples + 1)
				b := a + r.IntN(samples-a+1)
				got, want := p.of(p.get(u), row, a, b), newSum()
				want.addSamples(row[a:b])
				if got.n != want.n || got.n > 0 && (got.lo != want.lo || got.hi != want.hi) {
					t.Fatalf("unit %d of %d samples, %d to %d: %v, want %v", u, samples, a, b, got, want)
				}
				if math.Abs(got.total-want.total) > 1e-6*float64(want.n+1)*max(1e-30, math.Abs(want.lo), math.Abs(want.hi)) && want.n > 0 {
					t.Fatalf("unit %d of %d samples, %d to %d: sum %g, want %g", u, samples, a, b, got.total, want.total)
				}
			}
		}
	}
}

// The pyramid keeps to its memory, whatever the recording's size.
func TestPyramidBytes(t *testing.T) {
	for _, c := range []struct{ units, samples int }{{1000, 1e6}, {384, 108e6}, {100000, 1e5}, {1, 1e9}, {10, 10}, {5000, 0}} {
		p := newPyramid(c.units, c.samples, PyramidBytes)
		if got := p.offsets[len(p.offsets)-1] * cellBytes * c.units; got > PyramidBytes {
			t.Errorf("%v: %d bytes", c, got)
		}
	}
}

// While there is no pyramid a large tile is coarse, and near the truth for a signal that
// is slow; after it the tile is exact.
func TestCoarseThenExact(t *testing.T) {
	const samples = 1 << 19
	rec := &nissl.Recording{Units: nissl.NumberedUnits(40), Traces: nissl.NewTraces(40, samples, 1000)}
	for u, row := range rec.Traces.Rows {
		for i := range row {
			row[i] = float32(math.Sin(float64(i)/samples*20 + float64(u)))
		}
	}
	l := New(rec)
	defer l.Close()
	at := Address{Level: l.traceGrid.Levels - 1}
	order := FileOrder(40).Rows
	first, err := l.Tile(context.Background(), KindTraces, order, at, false)
	if err != nil || !first.Coarse {
		t.Fatalf("coarse %v, error %v", first.Coarse, err)
	}
	if sum, err := l.Summary(context.Background(), KindTraces, order, at.Level, 0); err != nil || !sum.Coarse {
		t.Errorf("summary coarse %v, error %v", sum.Coarse, err)
	}
	wait(t, l)
	then, err := l.Tile(context.Background(), KindTraces, order, at, false)
	if err != nil || then.Coarse {
		t.Fatalf("coarse %v, error %v", then.Coarse, err)
	}
	for i, c := range then.Codes {
		if math.Abs(Deviation(c)-Deviation(first.Codes[i])) > 0.5 {
			t.Fatalf("cell %d: deviation %g, coarse %g", i, Deviation(c), Deviation(first.Codes[i]))
		}
	}
	for u := range 40 {
		for _, i := range []int{0, 77, 511} {
			if want, _ := bruteTrace(l, []int{u}, at.Level, int64(i), false); !near(then.Codes[u*Width+i], want) {
				t.Fatalf("unit %d, bin %d: code %d, want %d", u, i, then.Codes[u*Width+i], want)
			}
		}
	}
}

// Closing while the pyramid is built returns, and a second Build does nothing.
func TestCloseWhileBuilding(t *testing.T) {
	l := New(noise(50, 200000, 0, 10))
	l.Build(0)
	l.Close()
	l.Build(0)
	l = New(noise(3, 100, 0, 10))
	l.Build(time.Hour)
	l.Close()
	New(bursts(3, 1, 1)).Close()
}

func TestTileRefuses(t *testing.T) {
	l := New(noise(300, 2000, 0, 11))
	defer l.Close()
	order := FileOrder(300).Rows
	for _, at := range []Address{{Level: -1}, {Level: 99}, {X: -1}, {X: 4}, {X: math.MaxInt64}, {Rows: -1}, {Rows: 31}, {Y: -1}, {Y: 2}, {Rows: 1, Y: 1}} {
		if _, err := l.Tile(context.Background(), KindTraces, order, at, false); err == nil {
			t.Errorf("%+v was answered", at)
		}
	}
	if _, err := l.Tile(context.Background(), KindSpikes, order, Address{}, false); err == nil {
		t.Error("spikes of traces were answered")
	}
	if _, err := l.Tile(context.Background(), KindTraces, []int{300}, Address{}, false); err == nil {
		t.Error("unit 300 of 300 was answered")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Tile(ctx, KindTraces, order, Address{}, false); err == nil {
		t.Error("an ended context was answered")
	}
	if tile, err := l.Tile(context.Background(), KindTraces, order, Address{Y: 1, X: 3}, false); err != nil || tile.Codes[43*Width+463] == Missing || tile.Codes[44*Width] != Missing {
		t.Errorf("the last tile ends elsewhere: %v", err)
	}
}

// No address and no recording makes a tile panic.
func FuzzTile(f *testing.F) {
	recs := []*nissl.Recording{noise(5, 1200, 0.1, 12), irregular(noise(3, 600, 0.1, 13), 13), bursts(4, 3, 14)}
	f.Add(0, 1, int64(0), 0, 0, true)
	f.Add(1, 0, int64(1), 1, 0, false)
	f.Add(2, 3, int64(2), 30, 9, false)
	f.Add(2, -1, int64(math.MinInt64), 63, -1, false)
	f.Fuzz(func(t *testing.T, which, level int, x int64, rows, y int, peak bool) {
		l := New(recs[uint(which)%3])
		defer l.Close()
		order := FileOrder(l.rec.Units.Len()).Rows
		for _, k := range []Kind{KindTraces, KindSpikes} {
			tile, err := l.Tile(context.Background(), k, order, Address{level, x, rows, y}, peak)
			if err == nil && len(tile.Codes) != Width*Height {
				t.Errorf("a tile of %d codes", len(tile.Codes))
			}
			_, _ = l.Summary(context.Background(), k, order, level, x)
		}
		_, _ = l.Lines(context.Background(), order, float64(x), math.Float64frombits(uint64(x)), rows)
		_, _, _ = l.SpikesIn(order, float64(x), float64(y), rows)
	})
}
