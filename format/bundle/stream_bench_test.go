//go:build unix

package bundle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"nissl"
)

// BenchmarkStream is a network's blocks of 512 samples × 20,000 units, 500 MB of float32,
// against a plain write of the same bytes beside it: ratio is the time of that over the
// time of the stream, cpu-ns/value what a value costs the processor.
func BenchmarkStream(b *testing.B) {
	const units, block, blocks = 20000, 512, 12
	v := make([]float32, units*block)
	for i := range v {
		v[i] = float32(i%1000) / 7
	}
	for _, kind := range []string{"known", "unknown", "float16"} {
		b.Run(kind, func(b *testing.B) {
			h := Header{Units: nissl.NumberedUnits(units), Traces: &TraceHeader{Rate: 1}}
			size := 4
			if kind != "unknown" {
				h.Traces.Samples = block * blocks
			}
			if kind == "float16" {
				h.Traces.Dtype, size = kind, 2
			}
			b.SetBytes(int64(size * units * block * blocks))
			var other time.Duration
			var cpu float64
			for b.Loop() {
				b.StopTimer()
				start := time.Now()
				plain(b, filepath.Join(b.TempDir(), "plain"), size*len(v), blocks)
				other += time.Since(start)
				path := filepath.Join(b.TempDir(), "a.rec")
				before := processor()
				b.StartTimer()
				whole(b, path, h, v, block, blocks)
				b.StopTimer()
				cpu += processor() - before
				os.RemoveAll(path)
				b.StartTimer()
			}
			b.ReportMetric(other.Seconds()/b.Elapsed().Seconds(), "ratio")
			b.ReportMetric(1e9*cpu/float64(b.N)/float64(len(v)*blocks), "cpu-ns/value")
		})
	}
}

// processor is the seconds that this process has used of it.
func processor() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func whole(b *testing.B, path string, h Header, v []float32, block, blocks int) {
	s, err := Create(path, h)
	if err != nil {
		b.Fatal(err)
	}
	for range blocks {
		if err := errors.Join(s.Append(block, v), s.Commit("")); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Finish(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func plain(b *testing.B, path string, size, blocks int) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(path)
	defer f.Close()
	raw := make([]byte, size)
	for range blocks {
		if _, err := f.Write(raw); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPut is the transposition alone.
func BenchmarkPut(b *testing.B) {
	const units, block = 20000, 512
	v := make([]float32, units*block)
	for i := range v {
		v[i] = float32(i%1000) / 7
	}
	for size, name := range map[int]string{4: "float32", 2: "float16"} {
		b.Run(name, func(b *testing.B) {
			t := &tiles{units: units, size: size, width: tileWidth(units, size, 0, 0)}
			b.SetBytes(4 * units * block)
			for b.Loop() {
				if t.room() < block {
					t.n = 0
				}
				t.put(block, 0, []part{{v, units}})
			}
		})
	}
}
