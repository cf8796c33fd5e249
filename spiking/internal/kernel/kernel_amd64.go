package kernel

import (
	"slices"

	"golang.org/x/sys/cpu"
)

// Available lists the sets that this processor runs, fastest first.
func Available() []Set {
	wide := Set{"avx512", rowsAsm, weightsAsm, fetchAsm, poissonWide, belowWide, leakWide}
	x := cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX {
		return []Set{wide, {"avx", rowsAsm, weightsAsm, fetchAsm, portable.Poisson, portable.Below, portable.Leak}, portable}
	}
	if x.HasAVX {
		return []Set{{"avx", rowsAsm, weightsAsm, fetchAsm, portable.Poisson, portable.Below, portable.Leak}, portable}
	}
	return []Set{portable}
}

func rowsAsm(in []float64, target []uint16, start, source []uint32, n int, weight float64) {
	if n == 0 || len(target) == 0 {
		return
	}
	_ = source[n+Ahead-1]
	// The mean row, and one line more as rows begin anywhere.
	lines := min(2+2*len(target)/(64*(len(start)-1)), 16)
	scatterRows(&in[0], &target[0], &start[0], &source[0], n, lines, weight)
}

func weightsAsm(in []float64, target []uint16, weight []float32, gain float64) {
	if len(target) == 0 {
		return
	}
	_ = weight[len(target)-1]
	scatterWeights(&in[0], &target[0], &weight[0], len(target), gain)
}

// fetched is how many targets of a row are fetched at most: the processor follows by itself.
const fetched = 1024

func fetchAsm(target []uint16, weight []float32) {
	if n := min(len(target), len(weight), fetched); n > 0 {
		fetchRow(&target[0], &weight[0], n)
	}
}

// searched is how long a distribution may be that is searched from its beginning.
const searched = 64

func poissonWide(to []float64, key []uint64, offset uint64, p *Poisson) {
	n := len(key) &^ 15
	if len(p.cumulative) > searched {
		n = 0
	}
	to = to[:len(key)]
	if n > 0 {
		poisson512(&to[0], &key[0], n, offset, &p.cumulative[0], &p.value[0], len(p.cumulative)/4)
	}
	poissonGo(to[n:], key[n:], offset, p)
}

func belowWide(out []uint32, state uint64, bound uint32) {
	n := len(out) &^ 15
	if n > 0 {
		var first [16]uint64
		for i := range first {
			first[i] = state + uint64(i+1)*gamma
		}
		below512(&out[0], n, &first[0], 16*gamma&(1<<64-1), bound)
	}
	belowGo(out[n:], state+uint64(n)*gamma, bound)
}

func leakWide(v, left, in, current []float64, k *Leaky, spikes []uint16) []uint16 {
	n := len(v) &^ 7
	left, in = left[:len(v)], in[:len(v)]
	if current != nil {
		current = current[:len(v)]
	}
	if n > 0 {
		spikes = slices.Grow(spikes, n)
		have := len(spikes)
		spikes = spikes[:have+leak512(&v[0], &left[0], &in[0], first(current), n, &k.Decay, first(spikes[have:have+1]))]
	}
	return leakGo(n, v, left, in, current, k, spikes)
}
