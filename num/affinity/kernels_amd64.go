package affinity

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// available lists the kernels that this processor runs, fastest first.
func available() []kernels {
	var k []kernels
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX2 {
		k = append(k, kernels{"avx512", wrapInterval(interval512, 16), wrapFilter(filter512, 16), rows8})
	}
	if cpu.X86.HasAVX2 {
		k = append(k, kernels{"avx2", wrapInterval(interval256, 8), wrapFilter(filter256, 8), rows8})
	}
	return append(k, portable)
}

func wrapInterval(f func(out, block, u *float32, runs *int32, n int, opposite uint32), width int) func(out, block, u []float32, runs []signRun, opposite bool) {
	return func(out, block, u []float32, runs []signRun, opposite bool) {
		if len(runs) == 0 {
			return
		}
		var flip uint32
		if opposite {
			flip = 1 << 31
		}
		for l := 0; l < lanes; l += width {
			f(&out[l], &block[l], &u[0], (*int32)(unsafe.Pointer(&runs[0])), len(runs), flip)
		}
	}
}

func wrapFilter(f func(out, in, taps *float32, frames, n, step int), width int) func(out, in, taps []float32, step int) {
	return func(out, in, taps []float32, step int) {
		frames := len(out) / lanes
		four := frames &^ 3
		for l := 0; l < lanes && four > 0; l += width {
			f(&out[l], &in[l], &taps[0], four, len(taps), step)
		}
		if four < frames {
			filterGo(out[four*lanes:], in[four*step*lanes:], taps, step)
		}
	}
}

// rows8 transposes by eights; the few lanes of a block that are not wanted go to scratch.
func rows8(dst []float32, stride int, in []float32, frames, first, end int, scratch []float32) {
	whole := frames &^ 7
	for l := 0; l < lanes && whole > 0; l += 8 {
		switch {
		case l >= first && l+8 <= end:
			transpose8(&dst[(l-first)*stride], stride, &in[l], whole/8)
		case l < end && l+8 > first:
			transpose8(&scratch[0], frames, &in[l], whole/8)
			for k := max(l, first); k < min(l+8, end); k++ {
				copy(dst[(k-first)*stride:][:whole], scratch[(k-l)*frames:])
			}
		}
	}
	if whole < frames {
		rowsGo(dst[whole:], stride, in[whole*lanes:], frames-whole, first, end, nil)
	}
}
