package affinity

import "math"

// kernels are the inner loops for one kind of processor. All kinds give the same bits: they do the same float32
// operations in the same order, none of them fused.
type kernels struct {
	name string
	// interval writes, for every run of unit i (signed strengths u, one per frame) and every lane of block (frames ×
	// lanes), the affinity of the runs of the two; other frames of out (frames × lanes) are left alone.
	interval func(out, block, u []float32, runs []signRun, opposite bool)
	// filter writes out[f] = Σ_k taps[k]·in[f·step+k], for all lanes.
	filter func(out, in, taps []float32, step int)
	// rows turns frames × lanes into rows: dst[(l-first)*stride+f] = in[f*lanes+l] for first <= l < end. It may use
	// scratch of lanes × frames.
	rows func(dst []float32, stride int, in []float32, frames, first, end int, scratch []float32)
}

// best is chosen once; it is never written again.
var best = available()[0]

var portable = kernels{"go", intervalGo, filterGo, rowsGo}

func intervalGo(out, block, u []float32, runs []signRun, opposite bool) {
	for _, r := range runs {
		flip := (u[r.start] < 0) != opposite
		for l := range lanes {
			intervalLane(out[l:], block[l:], u, int(r.start), int(r.end), flip)
		}
	}
}

// intervalLane cuts one sign run of unit i at the sign changes of a partner.
func intervalLane(out, v, u []float32, start, end int, flip bool) {
	for a := start; a < end; {
		var low, high, topI, topJ float32
		b := a
		for ; b < end; b++ {
			h, g := v[b*lanes], magnitude(u[b])
			if flip {
				h = -h
			}
			if !(h > 0) {
				break
			}
			low += min(h, g)
			high += max(h, g)
			topI, topJ = max(topI, g), max(topJ, h)
		}
		if a == b {
			out[a*lanes] = 0
			a++
			continue
		}
		value := low / high * float32(math.Sqrt(float64(float32(topI*topJ))))
		for ; a < b; a++ {
			out[a*lanes] = value
		}
	}
}

func magnitude(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// pointwise writes the affinities of one sign run of unit i for the kernels that look at single frames.
func pointwise(k Kernel, out, block, u []float32, opposite bool) {
	flip := (u[0] < 0) != opposite
	for f, g := range u {
		g = magnitude(g)
		v, to := block[f*lanes:(f+1)*lanes], out[f*lanes:(f+1)*lanes]
		for l, h := range v {
			if flip {
				h = -h
			}
			to[l] = 0
			if h > 0 {
				switch k {
				case Min:
					to[l] = min(h, g)
				case Ratio:
					to[l] = min(h, g) / max(h, g)
				case RatioSqrt:
					to[l] = min(h, g) / max(h, g) * float32(math.Sqrt(float64(float32(h*g))))
				}
			}
		}
	}
}

func filterGo(out, in, taps []float32, step int) {
	for f := 0; f*lanes < len(out); f++ {
		var sum [lanes]float32
		for k, w := range taps {
			v := in[(f*step+k)*lanes:][:lanes]
			for l := range sum {
				sum[l] += float32(w * v[l])
			}
		}
		copy(out[f*lanes:], sum[:])
	}
}

func rowsGo(dst []float32, stride int, in []float32, frames, first, end int, _ []float32) {
	for l := first; l < end; l++ {
		row := dst[(l-first)*stride:][:frames]
		k := l
		for f := range row {
			row[f] = in[k]
			k += lanes
		}
	}
}
