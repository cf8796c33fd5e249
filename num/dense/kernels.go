package dense

// kernels are the inner loops for one kind of processor.
type kernels struct {
	name string
	// gemm adds the product of a panel of a (k × mr, dense) and a panel of b (k rows of nr values, ldb apart) to the
	// mr×nr tile c: c[i*ldc+j] += Σp a[p*mr+i]·b[p*ldb+j].
	gemm   func(k int, a, b []float32, ldb int, c []float32, ldc int)
	mr, nr int
	// dot writes the inner products of rows lines of x with four lines of f over the first k values, k a multiple of
	// lanes: y[i*4+j] = Σp x[i*ldx+p]·f[j*ldf+p].
	dot         func(k int, x []float32, ldx int, f []float32, ldf int, y []float32)
	rows, lanes int
	// pack writes dst[p*width+i] = alpha·src[i*ld+p] for 4 lines i and k depths p, k a multiple of 8; nil where plain
	// Go does it as fast.
	pack func(dst []float32, width int, src []float32, ld, k int, alpha float32)
}

// best is chosen once; it is never written again.
var best = available()[0]

var portable = kernels{name: "go", gemm: gemmGo, mr: 4, nr: 4, dot: dotGo, rows: 2, lanes: 1}

func gemmGo(k int, a, b []float32, ldb int, c []float32, ldc int) {
	var c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33 float32
	for p := range k {
		x, y := a[p*4:p*4+4:p*4+4], b[p*ldb:p*ldb+4:p*ldb+4]
		a0, a1, a2, a3, b0, b1, b2, b3 := x[0], x[1], x[2], x[3], y[0], y[1], y[2], y[3]
		c00 += a0 * b0
		c01 += a0 * b1
		c02 += a0 * b2
		c03 += a0 * b3
		c10 += a1 * b0
		c11 += a1 * b1
		c12 += a1 * b2
		c13 += a1 * b3
		c20 += a2 * b0
		c21 += a2 * b1
		c22 += a2 * b2
		c23 += a2 * b3
		c30 += a3 * b0
		c31 += a3 * b1
		c32 += a3 * b2
		c33 += a3 * b3
	}
	for i, row := range [4][4]float32{{c00, c01, c02, c03}, {c10, c11, c12, c13}, {c20, c21, c22, c23}, {c30, c31, c32, c33}} {
		for j, v := range row {
			c[i*ldc+j] += v
		}
	}
}

func dotGo(k int, x []float32, ldx int, f []float32, ldf int, y []float32) {
	for i := range 2 {
		row := x[i*ldx : i*ldx+k]
		f0, f1, f2, f3 := f[:k], f[ldf:ldf+k], f[2*ldf:2*ldf+k], f[3*ldf:3*ldf+k]
		var s0, s1, s2, s3 float32
		for p, v := range row {
			s0 += v * f0[p]
			s1 += v * f1[p]
			s2 += v * f2[p]
			s3 += v * f3[p]
		}
		y[i*4], y[i*4+1], y[i*4+2], y[i*4+3] = s0, s1, s2, s3
	}
}
