// Package kernel has the inner loops of the simulator, in pure Go and for processors with
// AVX-512. All kinds give the same bits: they do the same operations in the same order,
// none of them fused.
package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

//go:generate go run ./asm -out kernel_amd64.s -stubs kernel_amd64_stubs.go -pkg kernel

// Ahead is how many entries a list of sources must have after those that are asked for:
// indices of any sources, preferably of those that come next.
const Ahead = 8

// Leaky is a step of the leaky integrate-and-fire cell whose voltage jumps.
type Leaky struct {
	Decay, PerPA           float64 // of the potential in one step; mV for 1 pA during a step
	Rest, Reset, Threshold float64 // mV
	Refractory, Constant   float64 // steps, pA
}

// Poisson is a distribution of numbers of spikes, and what they are worth.
type Poisson struct {
	value      []float64  // of 0, 1, 2, … spikes
	cumulative []uint64   // probabilities of at most 0, 1, 2, … spikes × 2⁶⁴, four or a multiple of that
	guide      [256]int32 // where the search starts, by the highest eight bits
}

// NewPoisson is the distribution of a mean number of spikes of a weight; the mean is so small that exp(-mean) is
// above 0.
func NewPoisson(mean, weight float64) *Poisson {
	p := &Poisson{}
	term, sum := math.Exp(-mean), 0.0
	for k := 0; ; k++ {
		sum += term
		p.value = append(p.value, float64(k)*weight)
		if sum >= 1-0x1p-53 || float64(k) > mean && term < 1e-18 {
			break
		}
		p.cumulative = append(p.cumulative, uint64(sum*0x1p64))
		term *= mean / float64(k+1)
	}
	for most := p.value[len(p.value)-1]; len(p.cumulative) == 0 || len(p.cumulative)%4 != 0; {
		p.cumulative, p.value = append(p.cumulative, 1<<64-1), append(p.value, most)
	}
	for g := range p.guide {
		k := 0
		for k < len(p.cumulative) && p.cumulative[k] <= uint64(g)<<56 {
			k++
		}
		p.guide[g] = int32(k)
	}
	return p
}

// Worth is what the number of spikes is worth that 64 random bits stand for, by inversion.
func (p *Poisson) Worth(bits uint64) float64 {
	k := int(p.guide[bits>>56])
	for k < len(p.cumulative) && bits >= p.cumulative[k] {
		k++
	}
	return p.value[k]
}

// Set is the loops for one kind of processor.
type Set struct {
	Name string
	// Rows adds weight to in[t] for all targets t of the first n sources in order; the row of
	// source s is target[start[s]:start[s+1]]. source has at least n + Ahead entries.
	Rows func(in []float64, target []uint16, start, source []uint32, n int, weight float64)
	// Weights adds gain × weight[i] to in[target[i]] for all i in order.
	Weights func(in []float64, target []uint16, weight []float32, gain float64)
	// Fetch brings a row that will soon be used into the cache.
	Fetch func(target []uint16, weight []float32)
	// Poisson adds to each cell what a number drawn from the distribution is worth: the
	// number of SplitMix64 at key + offset decides.
	Poisson func(to []float64, key []uint64, offset uint64, p *Poisson)
	// Below gives numbers that are uniform among 0 … bound-1, from the states of SplitMix64 after state.
	Below func(out []uint32, state uint64, bound uint32)
	// Leak advances cells by a step: v and left are changed, current may be nil, the indices
	// of those that spike are appended in increasing order.
	Leak func(v, left, in, current []float64, k *Leaky, spikes []uint16) []uint16
}

// Best is the fastest set that this processor runs.
func Best() *Set { return &best }

// best is chosen once; it is never written again.
var best = Available()[0]

var portable = Set{"go", rowsGo, weightsGo, func([]uint16, []float32) {}, poissonGo, belowGo, func(v, left, in, current []float64, k *Leaky, spikes []uint16) []uint16 {
	return leakGo(0, v, left, in, current, k, spikes)
}}

func rowsGo(in []float64, target []uint16, start, source []uint32, n int, weight float64) {
	for _, s := range source[:n] {
		for _, t := range target[start[s]:start[s+1]] {
			in[t] += weight
		}
	}
}

func weightsGo(in []float64, target []uint16, weight []float32, gain float64) {
	weight = weight[:len(target)]
	for i, t := range target {
		in[t] += float64(float64(weight[i]) * gain)
	}
}

func poissonGo(to []float64, key []uint64, offset uint64, p *Poisson) {
	to = to[:len(key)]
	for i, z := range key {
		to[i] += p.Worth(mix(z + offset))
	}
}

// gamma is the golden ratio × 2⁶⁴, the step of SplitMix64.
const gamma = 0x9e3779b97f4a7c15

// mix is the finaliser of SplitMix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func belowGo(out []uint32, state uint64, bound uint32) {
	for i := range out {
		state += gamma
		high, _ := bits.Mul64(mix(state), uint64(bound))
		out[i] = uint32(high)
	}
}

// leakGo leaves out the cells before from.
func leakGo(from int, v, left, in, current []float64, k *Leaky, spikes []uint16) []uint16 {
	left, in = left[:len(v)], in[:len(v)]
	for i := from; i < len(v); i++ {
		drive := k.Constant
		if current != nil {
			drive += current[i]
		}
		if k.step(&v[i], &left[i], drive, in[i]) {
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}

// LeakEach is Leak with parameters of their own for every cell.
func LeakEach(v, left, in, current []float64, k []Leaky, spikes []uint16) []uint16 {
	left, in, k = left[:len(v)], in[:len(v)], k[:len(v)]
	for i := range v {
		drive := k[i].Constant
		if current != nil {
			drive += current[i]
		}
		if k[i].step(&v[i], &left[i], drive, in[i]) {
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}

// step advances one cell and says whether it spikes.
func (k *Leaky) step(v, left *float64, drive, in float64) bool {
	if *left > 0 {
		*left--
		return false
	}
	x := k.Rest + float64((*v-k.Rest)*k.Decay) + float64(drive*k.PerPA) + in
	fires := x >= k.Threshold
	if fires {
		x, *left = k.Reset, k.Refractory
	}
	*v = x
	return fires
}

// first is the address of the first element, nil when there is none.
func first[T any](x []T) *T { return unsafe.SliceData(x) }
