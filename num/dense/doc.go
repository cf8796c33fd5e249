// Package dense multiplies float32 matrices: general and symmetric products (Gemm, Syrk) and the product of a large
// matrix with a thin factor (MulThin, MulThinT), which reads the large matrix once.
//
// Matrices are row-major; ld is the distance between rows. Products run on all processors; their bits do not depend on
// how many there are, because every element is summed by one goroutine in one order. On amd64 the inner kernels use
// AVX-512 or AVX2 with FMA where the processor has them, else and elsewhere plain Go; the three agree to rounding, not
// to the bit. Blocking and packing follow Goto and van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM Trans. Math. Softw. 34(3), 2008.
package dense

//go:generate go run ./internal/asm -out kernels_amd64.s -stubs kernels_amd64_stubs.go -pkg dense
