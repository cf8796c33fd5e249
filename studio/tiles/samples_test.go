package tiles

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"nissl"
)

// wait builds the pyramid of the levels.
func wait(t *testing.T, l *Levels) {
	t.Helper()
	l.Build(0)
	for l.Ready() < 1 {
		if l.ctx.Err() != nil {
			t.Fatal("closed while it was built")
		}
		time.Sleep(time.Millisecond)
	}
}

// noise is traces of n units whose scales differ by many orders, with a share of missing
// values, and a unit each that is constant, all missing, and nearly always at rest.
func noise(n, samples int, missing float64, seed uint64) *nissl.Recording {
	r := rand.New(rand.NewPCG(seed, 1))
	t := nissl.NewTraces(n, samples, 100)
	for u, row := range t.Rows {
		size := math.Pow(10, float64(u%12)-6)
		for i := range row {
			row[i] = float32(size * (r.NormFloat64() + math.Sin(float64(i*(u+1))/50)))
			if r.Float64() < missing {
				row[i] = float32(math.NaN())
			}
		}
	}
	if n > 4 {
		for i := range t.Rows[1] {
			t.Rows[1][i] = 3
			t.Rows[2][i] = float32(math.NaN())
			t.Rows[3][i] = 0
		}
		t.Rows[3][samples*2/3] = 5
		t.Rows[4][samples/2] = math.MaxFloat32
		t.Rows[4][samples/3] = float32(math.Inf(1))
	}
	return &nissl.Recording{Name: "noise", Units: nissl.NumberedUnits(n), Traces: t}
}

// irregular gives the recording a clock that jitters and pauses.
func irregular(rec *nissl.Recording, seed uint64) *nissl.Recording {
	r := rand.New(rand.NewPCG(seed, 2))
	t := rec.Traces
	t.Times = make([]float64, t.Samples())
	at := 3.0
	for i := range t.Times {
		t.Times[i] = at
		at += (0.7 + 0.6*r.Float64()) / t.Rate
		if r.IntN(200) == 0 {
			at += 40 * r.Float64() / t.Rate
		}
	}
	return rec
}

// bursts is spikes of n units at very different rates; some have none.
func bursts(n int, seconds float64, seed uint64) *nissl.Recording {
	r := rand.New(rand.NewPCG(seed, 3))
	s := &nissl.Spikes{Times: make([][]float64, n), Span: nissl.Interval{Start: 2, Stop: 2 + seconds}}
	for u := range s.Times {
		rate := math.Pow(3, float64(u%6)) - 1
		for at := 2.0; rate > 0; {
			if at += r.ExpFloat64() / rate; at > s.Span.Stop {
				break
			}
			s.Times[u] = append(s.Times[u], at)
		}
	}
	s.Times[n-1] = append(s.Times[n-1], s.Span.Stop)
	return &nissl.Recording{Name: "bursts", Units: nissl.NumberedUnits(n), Spikes: s}
}

func shuffled(n int, seed uint64) []int {
	return rand.New(rand.NewPCG(seed, 4)).Perm(n)
}
