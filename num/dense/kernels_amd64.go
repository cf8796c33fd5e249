package dense

import "golang.org/x/sys/cpu"

// available lists the kernels that this processor runs, fastest first.
func available() []kernels {
	var k []kernels
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasFMA {
		k = append(k, kernels{"avx512", wrapGemm(gemm512), 8, 48, wrapDot(dot512), 6, 16, wrapPack})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		k = append(k, kernels{"avx2", wrapGemm(gemm256), 4, 24, wrapDot(dot256), 3, 8, wrapPack})
	}
	return append(k, portable)
}

func wrapGemm(f func(k int, a, b *float32, ldb int, c *float32, ldc int)) func(int, []float32, []float32, int, []float32, int) {
	return func(k int, a, b []float32, ldb int, c []float32, ldc int) { f(k, &a[0], &b[0], ldb, &c[0], ldc) }
}

func wrapDot(f func(k int, x *float32, ldx int, f *float32, ldf int, y *float32)) func(int, []float32, int, []float32, int, []float32) {
	return func(k int, x []float32, ldx int, g []float32, ldg int, y []float32) {
		f(k, &x[0], ldx, &g[0], ldg, &y[0])
	}
}

func wrapPack(dst []float32, width int, src []float32, ld, k int, alpha float32) {
	if k > 0 {
		pack4(&dst[0], width, &src[0], ld, k/8, alpha)
	}
}
