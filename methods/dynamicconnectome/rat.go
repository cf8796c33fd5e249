package dynamicconnectome

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"sort"

	"nissl"
	"nissl/format"
	"nissl/format/reader"
	"nissl/method"
	"nissl/num/roc"
)

const ratFolder = "recordings/rat_hippocampus/linear-track/"

// ratClaims are of 31 units of rat CA1 on a linear track, run and then rest (nelpy
// example data).
func ratClaims() []method.Claim {
	files := []string{ratFolder + "spikes.mat", ratFolder + "trajectory.videoPositionTracking"}
	return []method.Claim{
		{
			Name:      "rat-run-rest",
			Statement: "in rat CA1 one component belongs to running and another to rest (smaller of the two components' AUC for their state)",
			Accept:    method.AtLeast(0.7),
			Control:   "the same components against the behaviour turned by half the recording and more, largest of ten turns", ControlAccept: method.AtMost(0.7),
			Cost: method.Minute, Data: files,
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				rat, c, err := mapRat(ctx, env)
				if err != nil {
					return method.Measured{}, err
				}
				return rat.runRest(c), nil
			},
		},
		{
			Name:      "rat-place-fields",
			Statement: "in rat CA1 place cells of one community have nearer place fields than chance (-log10 p over 2,000 permutations of the units' fields)",
			Accept:    method.AtLeast(1.3),
			Control:   "the same communities with the units' fields permuted: mean -log10 p of 100 permutations, 0.43 for a uniform p", ControlAccept: method.AtMost(0.8),
			Cost: method.Minute, Data: files,
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				rat, c, err := mapRat(ctx, env)
				if err != nil {
					return method.Measured{}, err
				}
				return rat.fieldDistance(c, env), nil
			},
		},
	}
}

// rat is a recording with the animal's place.
type rat struct {
	rec   *nissl.Recording
	time  []float64 // s
	place []float64 // along the track's main axis, pixels
	speed []float64 // pixels/s, over a second
}

func mapRat(ctx context.Context, env *method.Env) (*rat, *Connectome, error) {
	path, _ := env.Path(ratFolder + "spikes.mat")
	r, err := format.Open(path, reader.Options{"clock_hz": "30000"})
	if err != nil {
		return nil, nil, err
	}
	out := &rat{rec: r}
	path, _ = env.Path(ratFolder + "trajectory.videoPositionTracking")
	if err := out.readPlace(path); err != nil {
		return nil, nil, err
	}
	p := Defaults()
	p.Step, p.Sigma = 0.1, 0.25 // a place field is crossed in about a second
	c, err := Map(ctx, []*nissl.Recording{r}, p, env)
	return out, c, err
}

// readPlace reads Trodes' position file: a text header that says the clock rate, then
// records of time (uint32 ticks) and two points (uint16 pixels each), little-endian.
func (r *rat) readPlace(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	const end = "<End settings>\n"
	at := bytes.Index(b, []byte(end))
	if at < 0 {
		return fmt.Errorf("%s: no line %q", path, end)
	}
	const record, clock = 12, 30000.0
	var xs, ys []float64
	for b = b[at+len(end):]; len(b) >= record; b = b[record:] {
		r.time = append(r.time, float64(binary.LittleEndian.Uint32(b))/clock)
		xs = append(xs, float64(binary.LittleEndian.Uint16(b[4:])))
		ys = append(ys, float64(binary.LittleEndian.Uint16(b[6:])))
	}
	r.place = mainAxis(xs, ys)
	r.speed = make([]float64, len(xs))
	const half = 30 // half a second at 60 Hz
	for i := range r.speed {
		a, z := max(0, i-half), min(len(xs)-1, i+half)
		r.speed[i] = math.Hypot(xs[z]-xs[a], ys[z]-ys[a]) / (r.time[z] - r.time[a])
	}
	return nil
}

// mainAxis projects points on their first principal axis.
func mainAxis(x, y []float64) []float64 {
	mx, sx := meanSD(x)
	my, sy := meanSD(y)
	cov := 0.0
	for i := range x {
		cov += (x[i] - mx) * (y[i] - my) / float64(len(x))
	}
	angle := 0.5 * math.Atan2(2*cov, sx*sx-sy*sy)
	out := make([]float64, len(x))
	for i := range x {
		out[i] = (x[i]-mx)*math.Cos(angle) + (y[i]-my)*math.Sin(angle)
	}
	return out
}

// at is the index of the position sample at a second.
func (r *rat) at(second float64) int {
	return min(len(r.time)-1, sort.SearchFloat64s(r.time, second))
}

const running = 30.0 // pixels/s; the median while the animal crosses the track is above 100

func (r *rat) runRest(c *Connectome) method.Measured {
	run := make([]bool, c.Frames)
	for t := range run {
		run[t] = r.speed[r.at(c.Start+(float64(t)+0.5)*c.Step)] > running
	}
	score := func(state []bool) (smaller float64, which [2]int) {
		best := [2]float64{}
		for k := range c.Components {
			a := roc.AUC(c.Components[k].Time, state)
			if a > best[0] {
				best[0], which[0] = a, k+1
			}
			if 1-a > best[1] {
				best[1], which[1] = 1-a, k+1
			}
		}
		return min(best[0], best[1]), which
	}
	value, which := score(run)
	control := 0.0
	for k := range 10 {
		turned := make([]bool, len(run))
		for t := range run {
			turned[(t+len(run)/2+k*len(run)/40)%len(run)] = run[t]
		}
		a, _ := score(turned)
		control = max(control, a)
	}
	return method.Measured{Value: value, Control: control,
		Detail: fmt.Sprintf("component %d for running, %d for rest, of %d; %d communities", which[0], which[1], len(c.Components), c.found())}
}

// fields are the places at which each unit fires most per time while the animal runs; NaN
// for units with fewer than 30 spikes then.
func (r *rat) fields() []float64 {
	const bins = 30
	lo, hi := r.place[0], r.place[0]
	for _, v := range r.place {
		lo, hi = min(lo, v), max(hi, v)
	}
	bin := func(i int) int { return min(bins-1, int((r.place[i]-lo)/(hi-lo)*bins)) }
	occupied := make([]float64, bins)
	for i := range r.place {
		if r.speed[i] > running {
			occupied[bin(i)]++
		}
	}
	out := make([]float64, len(r.rec.Spikes.Times))
	for u, times := range r.rec.Spikes.Times {
		count, n := make([]float64, bins), 0
		for _, t := range times {
			if i := r.at(t); r.speed[i] > running {
				count[bin(i)]++
				n++
			}
		}
		out[u] = math.NaN()
		if n < 30 {
			continue
		}
		best := 0.0
		for b := range count {
			sum, time := 0.0, 0.0
			for k := max(0, b-1); k <= min(bins-1, b+1); k++ {
				sum, time = sum+count[k], time+occupied[k]
			}
			if time > 0 && sum/time > best {
				best, out[u] = sum/time, lo+(float64(b)+0.5)/bins*(hi-lo)
			}
		}
	}
	return out
}

func (r *rat) fieldDistance(c *Connectome, env *method.Env) method.Measured {
	field := r.fields()
	var with []int
	for u := range c.Units {
		if field[u] == field[u] {
			with = append(with, u)
		}
	}
	var pairs [][2]int
	for k := range c.Components {
		for _, m := range c.Components[k].Communities {
			for i, u := range m.Units {
				for _, v := range m.Units[:i] {
					if field[u] == field[u] && field[v] == field[v] {
						pairs = append(pairs, [2]int{u, v})
					}
				}
			}
		}
	}
	if len(pairs) == 0 {
		return method.Measured{Detail: "no community holds two place cells"}
	}
	rng := env.Rand("fields")
	shuffled := func() []float64 {
		out := append([]float64{}, field...)
		for i, k := range rng.Perm(len(with)) {
			out[with[i]] = field[with[k]]
		}
		return out
	}
	distance := func(f []float64) float64 {
		sum := 0.0
		for _, p := range pairs {
			sum += math.Abs(f[p[0]] - f[p[1]])
		}
		return sum / float64(len(pairs))
	}
	const permutations = 2000
	null := make([]float64, permutations)
	for k := range null {
		null[k] = distance(shuffled())
	}
	sort.Float64s(null)
	logp := func(d float64) float64 {
		return -math.Log10(float64(1+sort.SearchFloat64s(null, math.Nextafter(d, math.Inf(1)))) / (permutations + 1))
	}
	m := method.Measured{Value: logp(distance(field)), Detail: fmt.Sprintf("%d pairs of %d place cells in %d communities, mean distance %.0f px, chance %.0f px",
		len(pairs), len(with), c.found(), distance(field), null[permutations/2])}
	for range 100 {
		m.Control += logp(distance(shuffled())) / 100
	}
	return m
}
