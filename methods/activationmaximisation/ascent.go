package activationmaximisation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/nn"
)

// Options of Maximise.
type Options struct {
	Steps    int
	Restarts int     // of each unit, from noise of its own
	Step     float64 // length of the first step as a share of Norm; the last one is a tenth of it
	Norm     float64 // largest L2 norm of a stimulus, in the network's numbers

	// Low and High are the ends of the range of each channel (or one for all); nil for none.
	Low, High []float32

	Picture Picture // how an input is laid out; needed for TV, Jitter and Blur
	TV      float64 // length of the step down the total variation, as a share of that up the response
	Jitter  int     // pixels by which each step sees the stimulus moved, at most
	Blur    float64 // pixels; standard deviation of the first blur, which falls to 0
	Decay   float64 // share of the stimulus that every step takes away
	Centre  bool    // of a channel's map the neuron in the middle counts, not the mean
	Seed    uint64

	Progress func(fraction float64, now string) // may be nil
}

// blurEvery is how many steps lie between two blurs.
const blurEvery = 4

// batch is how many stimuli rise at once at most.
const batch = 64

// Stimuli is what Maximise gives.
type Stimuli struct {
	Site     string
	Units    []int
	Restarts int
	Inputs   nissl.Tensor // [unit × restart, ...], in the network's numbers
	Response []float64    // unit × restart
}

// Best is the restart of a unit that drives it the most.
func (s *Stimuli) Best(unit int) int {
	row := s.Response[unit*s.Restarts:][:s.Restarts]
	return slices.Index(row, slices.Max(row))
}

// Of is the stimulus of a unit (by its place in Units) from a restart.
func (s *Stimuli) Of(unit, restart int) []float32 {
	each := len(s.Inputs.Data) / len(s.Response)
	return s.Inputs.Data[(unit*s.Restarts+restart)*each:][:each]
}

// Top is the response of a unit to its best stimulus.
func (s *Stimuli) Top(unit int) float64 { return s.Response[unit*s.Restarts+s.Best(unit)] }

// Maximise climbs the response of each of the units of a site from noise, by the gradient with respect to the
// input, under the priors of o. shape is that of one input.
func Maximise(ctx context.Context, m *nn.Model, site string, units, shape []int, o Options) (*Stimuli, error) {
	if o.Picture.none() && (o.TV != 0 || o.Jitter != 0 || o.Blur != 0) {
		return nil, fmt.Errorf("total variation, jitter and blur are for pictures: inputs of shape %v are none", shape)
	}
	each := nissl.SizeOf(shape)
	s := &Stimuli{Site: site, Units: units, Restarts: o.Restarts, Response: make([]float64, len(units)*o.Restarts)}
	s.Inputs = nissl.Tensor{Shape: append([]int{len(s.Response)}, shape...), Data: make([]float32, each*len(s.Response))}
	done := 0
	err := nn.Batches(ctx, s.Inputs, batch, func(part nissl.Tensor, from, n int) error {
		a := ascent{m: m, site: site, o: o, x: nissl.Tensor{Shape: part.Shape, Data: slices.Clone(part.Data)}}
		for i := range part.Shape[0] {
			k := min(from+i, len(s.Response)-1)
			a.units = append(a.units, units[k/o.Restarts])
			a.rng = append(a.rng, rand.New(rand.NewPCG(o.Seed, uint64(units[k/o.Restarts])<<20+uint64(k%o.Restarts))))
		}
		final, err := a.climb(ctx, func(step int) {
			if o.Progress != nil {
				o.Progress((float64(done)+float64(n*step)/float64(o.Steps))/float64(len(s.Response)), fmt.Sprintf("step %d of %d", step, o.Steps))
			}
		})
		done += n
		copy(s.Inputs.Data[from*each:], a.x.Data[:n*each])
		for i := range n {
			s.Response[from+i] = final[i]
		}
		return err
	})
	return s, err
}

// ascent is a batch of stimuli that rise, each with its own noise.
type ascent struct {
	m     *nn.Model
	site  string
	units []int
	o     Options
	rng   []*rand.Rand
	x     nissl.Tensor
}

// climb does all steps and gives the responses after the last.
func (a *ascent) climb(ctx context.Context, report func(step int)) ([]float64, error) {
	each := len(a.x.Data) / len(a.units)
	for i, r := range a.rng {
		x := a.x.Data[i*each:][:each]
		gaussian(r, x)
		a.o.within(x, .1*a.o.Norm)
	}
	seen := nissl.Tensor{Shape: a.x.Shape, Data: make([]float32, len(a.x.Data))}
	moves := make([][2]int, len(a.units))
	for t := range a.o.Steps {
		report(t)
		left := 1 - float64(t)/float64(a.o.Steps)
		for i, r := range a.rng {
			moves[i] = [2]int{}
			if a.o.Jitter > 0 && left > .1 { // at the end the stimulus settles where it is
				moves[i] = [2]int{r.IntN(2*a.o.Jitter+1) - a.o.Jitter, r.IntN(2*a.o.Jitter+1) - a.o.Jitter}
			}
			a.move(seen.Data[i*each:][:each], a.x.Data[i*each:][:each], moves[i][0], moves[i][1])
		}
		err := a.m.Visit(ctx, nn.Request{Input: seen, NoResult: true, Then: nn.Drive(a.site, a.units, a.o.Centre)}, func(v nn.Response) error {
			back := make([]float32, each)
			for i := range a.units {
				a.move(back, v.Then[1].Data[i*each:][:each], -moves[i][0], -moves[i][1])
				if err := a.step(i, a.x.Data[i*each:][:each], back, t, left); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return a.responses(ctx)
}

func (a *ascent) move(dst, src []float32, dy, dx int) {
	if a.o.Jitter == 0 {
		copy(dst, src)
		return
	}
	a.o.Picture.roll(dst, src, dy, dx)
}

// step moves one stimulus along the gradient g of its response.
func (a *ascent) step(i int, x, g []float32, t int, left float64) error {
	length := norm(g)
	if length == 0 { // a unit that is silent all around: anywhere may be better
		gaussian(a.rng[i], g)
		length = norm(g)
	}
	if math.IsNaN(length) || math.IsInf(length, 0) {
		return fmt.Errorf("%s: the gradient of %s/%d is no number", a.m.Label, a.site, a.units[i])
	}
	size := a.o.Step * a.o.Norm * (.1 + .9*left)
	for j := range x {
		x[j] = x[j]*float32(1-a.o.Decay) + float32(size/length)*g[j]
	}
	if a.o.TV > 0 {
		clear(g)
		a.o.Picture.totalVariation(x, g, 1e-3*a.o.Norm/math.Sqrt(float64(len(x))))
		if length := norm(g); length > 0 {
			for j := range x {
				x[j] -= float32(a.o.TV*size/length) * g[j]
			}
		}
	}
	if a.o.Blur > 0 && t%blurEvery == 0 {
		a.o.Picture.blur(x, a.o.Blur*left)
	}
	a.o.within(x, a.o.Norm)
	return nil
}

// responses to the stimuli as they are.
func (a *ascent) responses(ctx context.Context) ([]float64, error) {
	var out []float64
	err := a.m.Visit(ctx, nn.Request{Input: a.x, NoResult: true, Then: nn.Drive(a.site, a.units, a.o.Centre)}, func(v nn.Response) error {
		for _, y := range v.Then[0].Data {
			out = append(out, float64(y))
		}
		return nil
	})
	return out, err
}

// within brings an input into the range and, by scaling, into the ball of a norm. As 0 lies in the range, so
// does what is scaled down.
func (o Options) within(x []float32, radius float64) {
	if o.Low != nil {
		per := len(x) / len(o.Low)
		for j := range x {
			x[j] = min(max(x[j], o.Low[j/per]), o.High[j/per])
		}
	}
	if n := norm(x); n > radius {
		scale(x, radius/n)
	}
}

// random gives n inputs of noise in the range and of the norm that o allows, or less where the range is too
// small for it; of pictures every other one is smooth.
func (o Options) random(rng *rand.Rand, n int, shape []int) nissl.Tensor {
	each := nissl.SizeOf(shape)
	out := nissl.Tensor{Shape: append([]int{n}, shape...), Data: make([]float32, n*each)}
	for i := range n {
		x := out.Data[i*each:][:each]
		gaussian(rng, x)
		if i%2 == 1 && !o.Picture.none() {
			o.Picture.blur(x, .5+rng.Float64()*float64(min(o.Picture.Rows, o.Picture.Cols))/6)
		}
		for range 8 { // what the range cuts off is made up for by the rest
			if length := norm(x); length > 0 {
				scale(x, o.Norm/length)
			}
			o.within(x, o.Norm)
		}
	}
	return out
}

func gaussian(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
}

func norm(x []float32) float64 {
	sum := 0.
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func scale(x []float32, by float64) {
	for i := range x {
		x[i] *= float32(by)
	}
}
