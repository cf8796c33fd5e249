package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"nissl"
	"nissl/format/bundle"
)

// unitsOf are n units in areas of very different size, with a position each.
func unitsOf(n int, random *rand.Rand) *nissl.Units {
	u := nissl.NumberedUnits(n)
	area, depth := make([]string, n), make([]float64, n)
	for i := range n {
		area[i] = []string{"V1", "V1", "V1", "LM", "LM", "CA1", "DG"}[i*7/n]
		depth[i] = 1000 * random.Float64()
	}
	u.Set(nissl.Col("area", "", area))
	u.Set(nissl.Col("depth_um", "µm", depth))
	return u
}

// behaviour is a running speed and trials that go with any recording of that length.
func behaviour(seconds float64, random *rand.Rand) (nissl.Covariate, nissl.Epochs) {
	n := int(seconds * 50)
	speed := nissl.Covariate{Name: "running speed", Unit: "cm/s", Rate: 50, Values: [][]float64{make([]float64, n)}}
	v := 0.0
	for i := range n {
		v = 0.995*v + 0.6*random.NormFloat64()
		speed.Values[0][i] = math.Abs(v)
	}
	trials := nissl.Epochs{Name: "trial"}
	for t := 4.0; t < seconds; t += 6 + 2*random.Float64() {
		trials.Start, trials.Stop = append(trials.Start, t), append(trials.Stop, min(t+3, seconds))
	}
	return speed, trials
}

// traces writes n units × samples at rate Hz, transients of a few assemblies in noise, and returns the bundle.
func traces(dir string, n, samples int, rate float64) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("traces-%dx%d.rec", n, samples))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	random := rand.New(rand.NewPCG(1, 1))
	s, err := bundle.Create(path, bundle.Header{Name: "traces", Units: unitsOf(n, random),
		Traces: &bundle.TraceHeader{Rate: rate, Unit: "dF/F", Samples: samples}})
	if err != nil {
		return "", err
	}
	defer s.Close()
	speed, trials := behaviour(float64(samples)/rate, random)
	if err := s.AppendCovariate(speed); err != nil {
		return "", err
	}
	if err := s.AppendEpochs(trials); err != nil {
		return "", err
	}
	const assemblies, block = 12, 4096
	level := make([]float32, n)
	of := make([]int, n)
	size := make([]float32, n)
	for u := range n {
		of[u], size[u] = random.IntN(assemblies), float32(math.Pow(10, 2*random.Float64()-2))
	}
	noise := make([]float32, 1<<16)
	for i := range noise {
		noise[i] = float32(random.NormFloat64())
	}
	rows := make([][]float32, n)
	for a := 0; a < samples; a += block {
		m := min(block, samples-a)
		on := random.IntN(assemblies * 3) // an assembly, or none
		from := random.IntN(m)
		for u := range rows {
			if rows[u] == nil {
				rows[u] = make([]float32, block)
			}
			r, v, phase := rows[u][:m], level[u], random.IntN(len(noise))
			for i := range r {
				v *= 0.999
				if of[u] == on && i >= from && i < from+400 {
					v += 0.02
				}
				r[i] = size[u] * (v + 0.3*noise[(phase+i)&(len(noise)-1)])
			}
			level[u], rows[u] = v, rows[u][:m]
		}
		if err := s.AppendRows(rows); err != nil {
			return "", err
		}
		for u := range rows {
			rows[u] = rows[u][:cap(rows[u])]
		}
	}
	return path, s.Finish(context.Background())
}

// spikes writes n units with about total spikes in all, of very different rates, and returns the bundle.
func spikes(dir string, n, total int, seconds float64) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("spikes-%d-of-%d.rec", total, n))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	random := rand.New(rand.NewPCG(2, 2))
	r := &nissl.Recording{Name: "spikes", Units: unitsOf(n, random),
		Spikes: &nissl.Spikes{Times: make([][]float64, n), Span: nissl.Interval{Start: 0, Stop: seconds}}}
	weight, sum := make([]float64, n), 0.0
	for u := range weight {
		weight[u] = math.Exp(1.2 * random.NormFloat64())
		sum += weight[u]
	}
	for u := range n {
		rate := weight[u] / sum * float64(total) / seconds
		swing := 6 + 20*random.Float64() // seconds of the slow change that areas share
		for t := 0.0; ; {
			t += random.ExpFloat64() / rate / (1 + 0.8*math.Sin(t/swing+float64(u*7/n)))
			if t >= seconds {
				break
			}
			r.Spikes.Times[u] = append(r.Spikes.Times[u], t)
		}
	}
	speed, trials := behaviour(seconds, random)
	r.Covariates, r.Epochs = []nissl.Covariate{speed}, []nissl.Epochs{trials}
	return path, bundle.Write(path, r, false)
}
