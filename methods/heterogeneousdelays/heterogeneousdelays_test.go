package heterogeneousdelays

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"nissl"
	"nissl/method"
	"nissl/method/methodtest"
)

const seed = 20261123

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// camera is a recording of a few pixels with random events, and its task.
func camera(t *testing.T, width, height, streams, ticks int, rate float64, rng *rand.Rand) (*nissl.Recording, *Task) {
	t.Helper()
	s := &Stimulus{Width: width, Height: height}
	rec := &nissl.Recording{Name: "random", Units: s.units(), Spikes: &nissl.Spikes{Times: make([][]float64, 2*width*height),
		Span: nissl.Interval{Stop: float64(streams*ticks) * .001}}}
	for u := range rec.Spikes.Times {
		for k := range streams * ticks {
			if rng.Float64() < rate {
				rec.Spikes.Times[u] = append(rec.Spikes.Times[u], (float64(k)+rng.Float64()*.99)*.001)
			}
		}
	}
	e := nissl.Epochs{Name: "trials"}
	var label []string
	for i := range streams {
		e.Start, e.Stop = append(e.Start, float64(i*ticks)*.001), append(e.Stop, float64((i+1)*ticks)*.001)
		label = append(label, []string{"a", "b", "c"}[i%3])
	}
	e.Table.Set(nissl.Col("label", "", label))
	rec.Epochs = []nissl.Epochs{e}
	task, err := Labelled(rec, "", .001)
	if err != nil {
		t.Fatal(err)
	}
	return rec, task
}

// randomLayer has normal weights, three classes.
func randomLayer(k *Kernel, rng *rand.Rand) *Layer {
	l := &Layer{Kernel: k, Classes: 3, Weights: make([]float32, 3*k.Features()), Bias: []float32{.1, -.3, .2}}
	for i := range l.Weights {
		l.Weights[i] = float32(rng.NormFloat64())
	}
	return l
}

// Potentials at events against the dense convolution of a Boolean movie, polarity × step × row × column, that is
// written from the spike times of the recording alone.
func TestConvolution(t *testing.T) {
	const width, height, streams, ticks, delays = 7, 5, 4, 40, 6
	rng := rand.New(rand.NewPCG(seed, 1))
	rec, task := camera(t, width, height, streams, ticks, .03, rng)
	k := NewKernel(task.Sensor, 2.5, delays, true)
	l := randomLayer(k, rng)
	for i, s := range task.Streams {
		var movie [2][ticks][height][width]bool
		for u, times := range rec.Spikes.Times {
			for _, v := range times {
				if at := int(math.Floor(v*1000)) - i*ticks; at >= 0 && at < ticks {
					movie[u/(width*height)][at][u/width%height][u%width] = true
				}
			}
		}
		m := k.motifs(s)
		z := make([]float32, 3)
		for j, e := range s.Events {
			p, y, x := int(e.Unit)/(width*height), int(e.Unit)/width%height, int(e.Unit)%width
			if !movie[p][e.Tick][y][x] {
				t.Fatalf("seed %d: stream %d has an event that the recording does not have", seed, i)
			}
			sum(z, l.Weights, l.Bias, m.At(j))
			for c := range 3 {
				want := float64(l.Bias[c])
				for q := range 2 {
					for d := range delays {
						for a, dx := range k.DX {
							px, py, at := x+dx, y+k.DY[a], int(e.Tick)-d
							if px < 0 || py < 0 || px >= width || py >= height || at < 0 || !movie[q][at][py][px] || q == p && d == 0 && px == x && py == y {
								continue
							}
							want += float64(l.Weights[k.Feature(p^q, d, a)*3+c])
						}
					}
				}
				if math.Abs(want-float64(z[c])) > 1e-4 {
					t.Fatalf("seed %d: stream %d, event %d, class %d: potential %g, dense convolution %g", seed, i, j, c, z[c], want)
				}
			}
		}
	}
}

// Without places, every unit has its own synapses.
func TestUnits(t *testing.T) {
	sensor := &Sensor{Names: []string{"a", "b"}}
	k := NewKernel(sensor, 0, 3, true)
	s := &Stream{Events: []Event{{0, 0}, {1, 1}, {2, 0}, {4, 1}}, Ticks: 5}
	m := k.motifs(s)
	want := [][]uint32{{0}, {2, 1}, {4, 3, 0}, {4, 1}} // delay × 2 + unit, the oldest first
	for i := range want {
		if !slices.Equal(m.At(i), want[i]) {
			t.Errorf("event %d: synapses %v, want %v", i, m.At(i), want[i])
		}
	}
}

// The gradient against differences of the loss.
func TestGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	_, task := camera(t, 5, 5, 6, 30, .03, rng)
	k := NewKernel(task.Sensor, 1.5, 3, true)
	motifs, err := MotifsOf(context.Background(), k, task.Streams, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := randomLayer(k, rng)
	weights := append(slices.Clone(l.Weights), l.Bias...)
	f := &fitter{layer: &Layer{Kernel: k, Classes: 3, Weights: weights}, motifs: motifs, labels: labelsOf(motifs)}
	if err := f.draw(rng); err != nil {
		t.Fatal(err)
	}
	loss := func() (total float64) {
		z := make([]float32, 3)
		for _, e := range f.examples {
			sum(z, weights[:len(weights)-3], weights[len(weights)-3:], motifs[e[0]].At(int(e[1])))
			logSoftmax(z)
			label := f.labels[e[0]]
			total -= float64(f.balance[label]) * float64(z[label])
		}
		return total
	}
	gradient := make([]float32, len(weights))
	f.differentiate(f.examples, gradient, 1)
	const h = 1. / 64
	for range 30 {
		j := rng.IntN(len(weights))
		w := weights[j]
		weights[j] = w + h
		up := loss()
		weights[j] = w - h
		down := loss()
		weights[j] = w
		if want := (up - down) / (2 * h); math.Abs(want-float64(gradient[j])) > .01*(1+math.Abs(want)) {
			t.Errorf("seed %d: weight %d: gradient %g, difference %g", seed, j, gradient[j], want)
		}
	}
}

// By hand: with one binary feature, n examples of each of two classes, of which 3/4 and 1/4 have it, the optimum of
// the regression is known: the log-odds of class 0 with the feature are log 3, without it -log 3.
func TestClosedForm(t *testing.T) {
	k := NewKernel(&Sensor{Names: []string{"a"}}, 0, 1, false)
	var motifs []*Motifs
	for i := range 8 {
		m := &Motifs{Label: i / 4, First: []int{0, 0}}
		if (i%4 < 3) == (i/4 == 0) {
			m.Features, m.First = []uint32{0}, []int{0, 1}
		}
		motifs = append(motifs, m)
	}
	l, err := Fit(context.Background(), k, motifs, labelsOf(motifs), 2, Training{Passes: 3000, Batch: 8, Rate: .05, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	with := l.LogProbabilities(motifs[0])
	without := l.LogProbabilities(motifs[3])
	if a, b := with[0]-with[1], without[0]-without[1]; math.Abs(float64(a)-math.Log(3)) > 1e-3 || math.Abs(float64(b)+math.Log(3)) > 1e-3 {
		t.Errorf("log-odds %g and %g, want ± %g", a, b, math.Log(3))
	}
}

// Any number of workers gives the same weights.
func TestWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	_, task := camera(t, 6, 6, 9, 50, .02, rng)
	k := NewKernel(task.Sensor, 2, 4, true)
	motifs, err := MotifsOf(context.Background(), k, task.Streams, 2)
	if err != nil {
		t.Fatal(err)
	}
	var weights [3][]float32
	for i := range weights {
		l, err := Fit(context.Background(), k, motifs, labelsOf(motifs), 3, Training{Passes: 2, Batch: 64, Rate: .01, Sparsity: 1e-4, Seed: 5, Workers: i + 1})
		if err != nil {
			t.Fatal(err)
		}
		weights[i] = l.Weights
	}
	if !slices.Equal(weights[0], weights[1]) || !slices.Equal(weights[0], weights[2]) {
		t.Error("weights depend on the number of workers")
	}
}

// The neurons of one place against a simulation of nothing but the exported table.
func TestWiring(t *testing.T) {
	const width, height, ticks = 7, 7, 60
	rng := rand.New(rand.NewPCG(seed, 4))
	rec, task := camera(t, width, height, 6, ticks, .05, rng)
	l := randomLayer(NewKernel(task.Sensor, 2, 5, true), rng).Prune(.5)
	motifs, err := MotifsOf(context.Background(), l.Kernel, task.Streams, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := NewNeurons(l, motifs, .6, .3)
	names := task.Classes
	w := n.Wiring(names, 3, 2)
	total := 0
	for i, s := range task.Streams {
		arriving := map[string][]float64{}
		for j := range w.Source {
			if arriving[w.Target[j]] == nil {
				arriving[w.Target[j]] = make([]float64, ticks+10)
			}
			for _, e := range s.Events {
				if rec.Units.Name(int(e.Unit)) == w.Source[j] {
					arriving[w.Target[j]][int(e.Tick)+w.Delay[j]] += w.Weight[j]
				}
			}
		}
		var want, got []string
		for c, name := range names {
			for _, p := range []string{"ON", "OFF"} {
				v := 0.
				for at := range ticks {
					v = v*math.Exp(-1/.3) + arriving[name+"/"+p][at+1]
					if v >= float64(n.Threshold[c]) {
						v = 0
						want = append(want, fmt.Sprint(at, " ", c))
					}
				}
			}
		}
		for _, p := range n.Run(s) {
			if p.Unit == 2*width+3 {
				got = append(got, fmt.Sprint(p.Tick, " ", p.Class))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		total += len(want)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: stream %d: the neurons fire at %v, their table gives %v", seed, i, got, want)
		}
	}
	if total == 0 {
		t.Errorf("seed %d: no neuron fired", seed)
	}
}

// A wave that moves to the right makes events of a pixel again in its neighbour, later by the time of one pixel.
func TestCamera(t *testing.T) {
	s := &Stimulus{Width: 12, Height: 12, Duration: .1, Directions: 4, Speeds: []float64{250}, Texture: "isotropic", Threshold: .5}
	rec, movies, err := s.Record(context.Background(), 4, seed, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Validate(); err != nil {
		t.Fatal(err)
	}
	if movies[0].Class != 0 || movies[1].Direction != math.Pi/2 || movies[0].Speed != 250 {
		t.Fatalf("movies %+v", movies)
	}
	// the first movie moves one column in 4 ms: correlation of the counts of pixels with those of their left
	// neighbours before, and, against the motion, after
	forward, backward := 0., 0.
	first := rec.Between(0, .1)
	for p := range 2 {
		for row := range 12 {
			for col := 1; col < 12; col++ {
				left, here := first.Spikes.Times[p*144+row*12+col-1], first.Spikes.Times[p*144+row*12+col]
				for _, a := range left {
					for _, b := range here {
						if math.Abs(b-a-.004) < .001 {
							forward++
						}
						if math.Abs(a-b-.004) < .001 {
							backward++
						}
					}
				}
			}
		}
	}
	if forward < 3*backward {
		t.Errorf("seed %d: %g pairs of events move with the texture, %g against", seed, forward, backward)
	}
}

// Recordings that cannot be used say why.
func TestRefused(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 5))
	rec, _ := camera(t, 4, 4, 6, 30, .05, rng)
	for name, change := range map[string]func(r *nissl.Recording){
		"polarity": func(r *nissl.Recording) {
			r.Units.Set(nissl.Col("polarity", "", slices.Repeat([]string{"up"}, r.Units.Len())))
		},
		"grid": func(r *nissl.Recording) {
			x := make([]float64, r.Units.Len())
			for i := range x {
				x[i] = math.Exp(float64(i))
			}
			r.Units.Set(nissl.Col("x", "", x))
		},
		"overlap": func(r *nissl.Recording) { r.Epochs[0].Stop[0] = .05 },
		"labels":  func(r *nissl.Recording) { r.Epochs = nil },
	} {
		r := *rec
		r.Units = &nissl.Units{Table: nissl.Table{Columns: slices.Clone(rec.Units.Columns)}}
		e := rec.Epochs[0]
		e.Stop = slices.Clone(e.Stop)
		r.Epochs = []nissl.Epochs{e}
		change(&r)
		_, err := Labelled(&r, "", .001)
		if err == nil {
			t.Errorf("%s: not refused", name)
		} else {
			t.Log(name, "→", err)
		}
	}
}

// A recording without labels: a unit that follows another by 3 ms is told from shifted copies, independent ones are not.
func TestShifted(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 6))
	for _, follows := range []bool{true, false} {
		times := make([][]float64, 3)
		for at := rng.ExpFloat64() * .05; at < 119; at += rng.ExpFloat64() * .05 {
			times[0] = append(times[0], at)
			times[1] = append(times[1], at+.003)
			if !follows {
				times[1][len(times[1])-1] = 119 * rng.Float64()
			}
			times[2] = append(times[2], 119*rng.Float64())
		}
		slices.Sort(times[1])
		slices.Sort(times[2])
		rec := &nissl.Recording{Name: "three", Units: nissl.NewUnits([]string{"a", "b", "c"}), Spikes: &nissl.Spikes{Times: times, Span: nissl.Interval{Stop: 120}}}
		f, err := Method().Run(context.Background(), method.Input{Recordings: []*nissl.Recording{rec}}, nil, &method.Env{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		accuracy, _ := f.Metric("accuracy")
		if follows && (accuracy < .95 || !f.Evidence[0].Passed) || !follows && accuracy > .75 {
			t.Errorf("seed %d: follows %v: accuracy %g, p %g", seed, follows, accuracy, f.Evidence[0].P)
		}
	}
}

func ExampleFit() {
	// unit b fires 2 steps after unit a in the first class, before it in the second
	sensor := &Sensor{Names: []string{"a", "b"}}
	k := NewKernel(sensor, 0, 4, false)
	streams := []*Stream{
		{Label: 0, Ticks: 3, Events: []Event{{0, 0}, {2, 1}}},
		{Label: 1, Ticks: 3, Events: []Event{{0, 1}, {2, 0}}},
	}
	ctx := context.Background()
	motifs, err := MotifsOf(ctx, k, streams, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	layer, err := Fit(ctx, k, motifs, []int{0, 1}, 2, Training{Passes: 200, Batch: 4, Rate: .1, Decay: .001})
	if err != nil {
		fmt.Println(err)
		return
	}
	verdict, err := layer.Judge(ctx, motifs, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	collapsed := k.withDelays(1)
	one, err := MotifsOf(ctx, collapsed, streams, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	lesion, err := layer.Collapse().Judge(ctx, one, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verdict.Accuracy(), lesion.Accuracy())
	// Output: 1 0.5
}
