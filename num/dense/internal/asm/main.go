// Command asm generates the amd64 kernels of package dense. See the go:generate line there.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// simd is a width of vectors: 16 floats with AVX-512, 8 with AVX2.
type simd struct {
	name  string
	bytes int
	reg   func() reg.VecVirtual
	// Tile of gemm: mr rows by three vectors. Rows of dot: times four lines of the factor.
	mr, rows int
}

func main() {
	ConstraintExpr("amd64")
	for _, v := range []simd{{"512", 64, ZMM, 8, 6}, {"256", 32, YMM, 4, 3}} {
		v.gemm()
		v.dot()
	}
	pack()
	Generate()
}

// gemm keeps the tile of mr rows × 3 vectors in registers: for each p it loads three vectors of b and multiplies them
// with mr values of a.
func (v simd) gemm() {
	TEXT("gemm"+v.name, NOSPLIT, "func(k int, a, b *float32, ldb int, c *float32, ldc int)")
	Doc(fmt.Sprintf("gemm%s adds the product of a panel of a (k × %d) and of b (k rows of %d) to a tile of c.", v.name, v.mr, 3*v.bytes/4))
	k, a, b, c := Load(Param("k"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	ldb, ldc := Load(Param("ldb"), GP64()), Load(Param("ldc"), GP64())
	SHLQ(Imm(2), ldb)
	SHLQ(Imm(2), ldc)
	acc := v.zeros(3 * v.mr)
	right, x := []reg.VecVirtual{v.reg(), v.reg(), v.reg()}, v.reg()
	TESTQ(k, k)
	JZ(LabelRef("done"))
	Label("loop")
	for j, r := range right {
		VMOVUPS(Mem{Base: b, Disp: j * v.bytes}, r)
	}
	for i := range v.mr {
		VBROADCASTSS(Mem{Base: a, Disp: 4 * i}, x)
		for j, r := range right {
			VFMADD231PS(r, x, acc[3*i+j])
		}
	}
	ADDQ(Imm(uint64(4*v.mr)), a)
	ADDQ(ldb, b)
	DECQ(k)
	JNZ(LabelRef("loop"))
	Label("done")
	for i := range v.mr {
		for j := range right {
			to := Mem{Base: c, Disp: j * v.bytes}
			VADDPS(to, acc[3*i+j], acc[3*i+j])
			VMOVUPS(acc[3*i+j], to)
		}
		if i+1 < v.mr {
			ADDQ(ldc, c)
		}
	}
	VZEROUPPER()
	RET()
}

// dot keeps rows × 4 inner products in registers; every vector of x and of f is loaded once.
func (v simd) dot() {
	TEXT("dot"+v.name, NOSPLIT, "func(k int, x *float32, ldx int, f *float32, ldf int, y *float32)")
	Doc(fmt.Sprintf("dot%s writes the inner products of %d lines of x with 4 lines of f, k a multiple of %d.", v.name, v.rows, v.bytes/4))
	k, y := Load(Param("k"), GP64()), Load(Param("y"), GP64())
	ldx, ldf := Load(Param("ldx"), GP64()), Load(Param("ldf"), GP64())
	SHLQ(Imm(2), ldx)
	SHLQ(Imm(2), ldf)
	xs, fs := lines(Load(Param("x"), GP64()), ldx, v.rows), lines(Load(Param("f"), GP64()), ldf, 4)
	acc := v.zeros(4 * v.rows)
	x, f := make([]reg.VecVirtual, v.rows), v.reg()
	SHRQ(Imm(map[int]uint64{64: 4, 32: 3}[v.bytes]), k)
	JZ(LabelRef("done"))
	Label("loop")
	for i := range x {
		x[i] = v.reg()
		VMOVUPS(xs[i], x[i])
	}
	for j := range 4 {
		VMOVUPS(fs[j], f)
		for i := range x {
			VFMADD231PS(f, x[i], acc[4*i+j])
		}
	}
	for _, m := range append(xs, fs...) {
		if m.Index == nil {
			ADDQ(Imm(uint64(v.bytes)), m.Base)
		}
	}
	DECQ(k)
	JNZ(LabelRef("loop"))
	Label("done")
	for i := range x {
		v.reduce(acc[4*i : 4*i+4])
		VMOVUPS(acc[4*i].AsX(), Mem{Base: y, Disp: 16 * i})
	}
	VZEROUPPER()
	RET()
}

// lines are the addresses of n lines ld bytes apart, in groups of three that share a moving base.
func lines(base, ld reg.Register, n int) (m []Mem) {
	for i := range n {
		switch i % 3 {
		case 0:
			if i > 0 {
				next := GP64()
				LEAQ(Mem{Base: base, Index: ld, Scale: 2}, next)
				ADDQ(ld, next)
				base = next
			}
			m = append(m, Mem{Base: base})
		default:
			m = append(m, Mem{Base: base, Index: ld, Scale: uint8(i % 3)})
		}
	}
	return m
}

// reduce leaves the sums of four vectors in the first one's lowest four lanes. VHADDPS would be shorter, but does not
// reach registers 16 to 31.
func (v simd) reduce(a []reg.VecVirtual) {
	h, g := v.reg(), v.reg()
	for _, x := range a {
		if v.bytes == 64 {
			VEXTRACTF64X4(Imm(1), x, h.AsY())
			VADDPS(h.AsY(), x.AsY(), x.AsY())
			VEXTRACTF32X4(Imm(1), x.AsY(), h.AsX())
		} else {
			VEXTRACTF128(Imm(1), x.AsY(), h.AsX())
		}
		VADDPS(h.AsX(), x.AsX(), x.AsX())
	}
	for _, p := range [][]reg.VecVirtual{a[:2], a[2:]} {
		VUNPCKLPS(p[1].AsX(), p[0].AsX(), h.AsX())
		VUNPCKHPS(p[1].AsX(), p[0].AsX(), g.AsX())
		VADDPS(h.AsX(), g.AsX(), p[0].AsX())
	}
	VUNPCKLPD(a[2].AsX(), a[0].AsX(), h.AsX())
	VUNPCKHPD(a[2].AsX(), a[0].AsX(), g.AsX())
	VADDPS(h.AsX(), g.AsX(), a[0].AsX())
}

func (v simd) zeros(n int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, n)
	for i := range z {
		z[i] = v.reg()
		if v.bytes == 64 {
			VPXORD(z[i], z[i], z[i])
		} else {
			VXORPS(z[i], z[i], z[i])
		}
	}
	return z
}

// pack turns 4 lines into a panel's columns, 8 depths at a time: the lower halves of the vectors hold the first four.
func pack() {
	TEXT("pack4", NOSPLIT, "func(dst *float32, width int, src *float32, ld, blocks int, alpha float32)")
	Doc("pack4 writes dst[p·width+i] = alpha·src[i·ld+p] for 4 lines i and 8·blocks depths p, blocks > 0.")
	dst, width := Load(Param("dst"), GP64()), Load(Param("width"), GP64())
	src, ld := Load(Param("src"), GP64()), Load(Param("ld"), GP64())
	blocks, alpha := Load(Param("blocks"), GP64()), YMM()
	a, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, alpha)
	SHLQ(Imm(2), width)
	SHLQ(Imm(2), ld)
	from := lines(src, ld, 4)
	to := make([]reg.Register, 3) // rows 0, 3 and 6 of a block
	to[0] = dst
	for i := 1; i < 3; i++ {
		to[i] = GP64()
		LEAQ(Mem{Base: to[i-1], Index: width, Scale: 2}, to[i])
		ADDQ(width, to[i])
	}
	Label("block")
	var r, t [4]reg.VecVirtual
	for i := range r {
		r[i], t[i] = YMM(), YMM()
		VMULPS(from[i], alpha, r[i])
	}
	for i := range 2 {
		VUNPCKLPS(r[2*i+1], r[2*i], t[2*i])
		VUNPCKHPS(r[2*i+1], r[2*i], t[2*i+1])
	}
	for i := range 2 {
		VUNPCKLPD(t[2+i], t[i], r[2*i])
		VUNPCKHPD(t[2+i], t[i], r[2*i+1])
	}
	for p := range 8 {
		m := Mem{Base: to[p/3]}
		if p%3 > 0 {
			m = Mem{Base: to[p/3], Index: width, Scale: uint8(p % 3)}
		}
		if p < 4 {
			VMOVUPS(r[p].AsX(), m)
		} else {
			VEXTRACTF128(Imm(1), r[p-4], m)
		}
	}
	for _, m := range from {
		if m.Index == nil {
			ADDQ(Imm(32), m.Base)
		}
	}
	for _, m := range to {
		LEAQ(Mem{Base: m, Index: width, Scale: 8}, m)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
