package heterogeneousdelays

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/num/parallel"
)

// Stimulus is a set of textures that move before an event camera. The texture is a sum of random waves, a sample
// of a motion cloud (Leon et al. 2012): frequencies are uniform in their logarithm, so that power falls as 1/f² as
// in natural images, and log-intensity has variance 1. A translation is exact at every time, without interpolation.
type Stimulus struct {
	Width, Height int       // pixels
	Duration      float64   // seconds of each movie
	Directions    int       // equally spaced; class k moves towards 360 k/Directions degrees, y pointing down
	Speeds        []float64 // pixels per second, drawn for each movie
	BySpeed       bool      // every speed of every direction is a class of its own
	Texture       string    // isotropic; across: waves across the motion; oriented: all waves of a movie in one direction, any
	Threshold     float64   // change of log-intensity that makes an event
	Noise         float64   // events per second and pixel that have no cause
}

// Waves of each texture and the range of their spatial frequencies, cycles per pixel: the kernels
// of a few pixels see no longer waves, and the camera no shorter ones.
const (
	waves   = 48
	lowest  = .03
	highest = .2
)

// settle is the time between movies, seconds, longer than any kernel.
const settle = .1

// Classes of the stimulus, by name.
func (s *Stimulus) Classes() []string {
	var names []string
	for k := range s.Directions {
		name := fmt.Sprintf("%.4g°", 360*float64(k)/float64(s.Directions))
		if !s.BySpeed {
			names = append(names, name)
			continue
		}
		for _, v := range s.Speeds {
			names = append(names, fmt.Sprintf("%s %g px/s", name, v))
		}
	}
	return names
}

// Movie is one texture in motion.
type Movie struct {
	Class     int
	Direction float64 // of motion, radians
	Normal    float64 // of the texture: across the waves of an oriented one, on the side of the motion; NaN if isotropic
	Speed     float64 // pixels per second
	times     [][]float64
}

// Record shows n movies, classes in turn, and returns what the camera sends: units are pixels of either polarity
// with columns x, y and polarity, and the epochs "motion" carry the label, direction (degrees) and speed.
func (s *Stimulus) Record(ctx context.Context, n int, seed uint64, workers int) (*nissl.Recording, []Movie, error) {
	movies := make([]Movie, n)
	err := parallel.Workers(ctx, workers, n, func() func(int) {
		return func(i int) { movies[i] = s.movie(i, rand.New(rand.NewPCG(seed, uint64(i)))) }
	})
	if err != nil {
		return nil, nil, err
	}
	pixels := s.Width * s.Height
	rec := &nissl.Recording{Name: "moving textures", Units: s.units()}
	period := s.Duration + settle
	spikes := &nissl.Spikes{Times: make([][]float64, 2*pixels), Span: nissl.Interval{Stop: float64(n) * period}}
	epochs := nissl.Epochs{Name: "motion"}
	var label []string
	var direction, speed []float64
	names := s.Classes()
	for i, m := range movies {
		start := float64(i) * period
		epochs.Start, epochs.Stop = append(epochs.Start, start), append(epochs.Stop, start+s.Duration)
		label, direction, speed = append(label, names[m.Class]), append(direction, m.Direction*180/math.Pi), append(speed, m.Speed)
		for u, times := range m.times {
			for _, t := range times {
				spikes.Times[u] = append(spikes.Times[u], start+t)
			}
		}
		movies[i].times = nil
	}
	epochs.Table.Set(nissl.Col("label", "", label))
	epochs.Table.Set(nissl.Col("direction", "degree", direction))
	epochs.Table.Set(nissl.Col("speed", "pixel/s", speed))
	rec.Spikes, rec.Epochs = spikes, []nissl.Epochs{epochs}
	return rec, movies, nil
}

// units are ON then OFF pixels, row by row.
func (s *Stimulus) units() *nissl.Units {
	var names, polarity []string
	var x, y []float64
	for _, p := range []string{"ON", "OFF"} {
		for row := range s.Height {
			for col := range s.Width {
				names, polarity = append(names, fmt.Sprintf("%s/%d/%d", p, col, row)), append(polarity, p)
				x, y = append(x, float64(col)), append(y, float64(row))
			}
		}
	}
	u := nissl.NewUnits(names)
	u.Set(nissl.Col("x", "pixel", x))
	u.Set(nissl.Col("y", "pixel", y))
	u.Set(nissl.Col("polarity", "", polarity))
	return u
}

// frame is the time between two samples of log-intensity, seconds; crossings between them are interpolated.
const frame = .001

// movie shows one texture. A pixel sends an event whenever its log-intensity is a threshold away from where it was
// at its last event; where that was is random at the start.
func (s *Stimulus) movie(i int, rng *rand.Rand) Movie {
	m := Movie{Speed: s.Speeds[rng.IntN(len(s.Speeds))], Normal: math.NaN()}
	k := i % s.Directions
	m.Class = k
	if s.BySpeed {
		m.Class = i % (s.Directions * len(s.Speeds))
		k = m.Class / len(s.Speeds)
		m.Speed = s.Speeds[m.Class%len(s.Speeds)]
	}
	m.Direction = 2 * math.Pi * float64(k) / float64(s.Directions)
	t := s.texture(&m, rng)
	pixels := s.Width * s.Height
	m.times = make([][]float64, 2*pixels)
	before, now, reference := make([]float64, pixels), make([]float64, pixels), make([]float64, pixels)
	t.intensity(before, s.Width, 0)
	for j := range reference {
		reference[j] = before[j] + s.Threshold*(rng.Float64()-.5)
	}
	for step := 1; float64(step)*frame <= s.Duration+1e-12; step++ {
		t.intensity(now, s.Width, float64(step)*frame)
		for j, v := range now {
			for math.Abs(v-reference[j]) >= s.Threshold {
				unit, sign := j, 1.0
				if v < reference[j] {
					unit, sign = pixels+j, -1
				}
				reference[j] += sign * s.Threshold
				part := 1.0 // of the frame that had gone by
				if v != before[j] {
					part = min(1, max(0, (reference[j]-before[j])/(v-before[j])))
				}
				m.times[unit] = append(m.times[unit], frame*(float64(step-1)+part))
			}
		}
		before, now = now, before
	}
	s.addNoise(m.times, rng)
	return m
}

func (s *Stimulus) addNoise(times [][]float64, rng *rand.Rand) {
	for u := range times {
		if s.Noise > 0 {
			for t := rng.ExpFloat64() * 2 / s.Noise; t < s.Duration; t += rng.ExpFloat64() * 2 / s.Noise {
				times[u] = append(times[u], t)
			}
			slices.Sort(times[u])
		}
		for k, t := range times[u] {
			times[u][k] = min(t, s.Duration-1e-9) // within the epoch
		}
	}
}

// texture is waves cos(kx x + ky y - w t + phase), each of the same amplitude.
type texture struct{ kx, ky, w, phase []float64 }

func (s *Stimulus) texture(m *Movie, rng *rand.Rand) *texture {
	t := &texture{}
	vx, vy := m.Speed*math.Cos(m.Direction), m.Speed*math.Sin(m.Direction)
	const spread = .1 // radians, of the waves of a texture that has an orientation
	switch s.Texture {
	case "across":
		m.Normal = m.Direction
	case "oriented":
		m.Normal = m.Direction + math.Pi*(rng.Float64()-.5)
	}
	for range waves {
		f := 2 * math.Pi * lowest * math.Pow(highest/lowest, rng.Float64())
		angle := 2 * math.Pi * rng.Float64()
		if !math.IsNaN(m.Normal) {
			angle = m.Normal + spread*rng.NormFloat64()
		}
		kx, ky := f*math.Cos(angle), f*math.Sin(angle)
		t.kx, t.ky = append(t.kx, kx), append(t.ky, ky)
		t.w, t.phase = append(t.w, kx*vx+ky*vy), append(t.phase, 2*math.Pi*rng.Float64())
	}
	return t
}

// intensity is the log-intensity of every pixel at a time. Along a row each wave is a phasor that turns by the same
// angle from pixel to pixel.
func (t *texture) intensity(out []float64, width int, at float64) {
	clear(out)
	amplitude := math.Sqrt(2. / waves)
	for k := range t.kx {
		turnIm, turnRe := math.Sincos(t.kx[k])
		for row := 0; row*width < len(out); row++ {
			im, re := math.Sincos(t.ky[k]*float64(row) - t.w[k]*at + t.phase[k])
			im, re = im*amplitude, re*amplitude
			line := out[row*width : (row+1)*width]
			for x := range line {
				line[x] += re
				re, im = re*turnRe-im*turnIm, re*turnIm+im*turnRe
			}
		}
	}
}
