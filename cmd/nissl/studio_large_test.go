package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/format/bundle"
)

// TestStudioLarge says how soon and how smoothly a browser shows 1,000 units × 1,000,000 samples and 10,000,000
// spikes, and what memory the studio takes for it. NISSL_LARGE is a folder for both, 4.2 GB, kept for the next time.
func TestStudioLarge(t *testing.T) {
	dir := os.Getenv("NISSL_LARGE")
	if dir == "" {
		t.Skip("runs with NISSL_LARGE=FOLDER, which takes 4.2 GB and minutes")
	}
	env := browserEnv(t)
	makeOnce(t, filepath.Join(dir, "traces.rec"), writeLargeTraces)
	makeOnce(t, filepath.Join(dir, "spikes.rec"), writeLargeSpikes)
	start := time.Now()
	url, process := serve(t, dir, []string{"traces.rec", "spikes.rec"})
	t.Logf("the studio serves after %.2f s", time.Since(start).Seconds())
	runPageTest(t, filepath.Join(pageTests, "large.mjs"), append(env, "NISSL_URL="+url))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Pid))
	if err != nil {
		t.Logf("memory of the studio: not known here: %v", err)
		return
	}
	for line := range strings.Lines(string(status)) {
		if name, value, _ := strings.Cut(line, ":"); name == "VmHWM" || name == "RssAnon" {
			t.Logf("memory of the studio, %s (mapped files count in VmHWM): %s", name, strings.TrimSpace(value))
		}
	}
}

func makeOnce(t *testing.T, path string, write func(path string) error) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if err := write(path); err != nil {
		t.Fatal(err)
	}
}

func writeLargeTraces(path string) error {
	const units, samples, block, rate = 1000, 1_000_000, 10_000, 30
	s, err := bundle.Create(path, bundle.Header{Name: "large traces", Units: nissl.NumberedUnits(units), Run: "large",
		Traces: &bundle.TraceHeader{Rate: rate, Samples: samples}})
	if err != nil {
		return err
	}
	defer s.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([][]float32, units)
	for u := range rows {
		rows[u] = make([]float32, block)
	}
	for at := 0; at < samples; at += block {
		for u, row := range rows {
			period := float64(20 + u%10*7)
			for i := range row {
				slow := math.Sin(2 * math.Pi * float64(at+i) / rate / period)
				row[i] = float32(slow) + float32(rng.Uint32()>>20)/4096
			}
		}
		if err := s.AppendRows(rows); err != nil {
			return err
		}
	}
	return s.Finish(context.Background())
}

func writeLargeSpikes(path string) error {
	const units, spikes, seconds = 1000, 10_000_000, 3600
	rng := rand.New(rand.NewPCG(3, 4))
	r := &nissl.Recording{Name: "large spikes", Units: nissl.NumberedUnits(units),
		Spikes: &nissl.Spikes{Times: make([][]float64, units), Span: nissl.Interval{Stop: seconds}}}
	for u := range r.Spikes.Times {
		for at := 0.0; ; {
			at += rng.ExpFloat64() * seconds * units / spikes
			if at >= seconds {
				break
			}
			r.Spikes.Times[u] = append(r.Spikes.Times[u], at)
		}
	}
	return bundle.Write(path, r, false)
}
