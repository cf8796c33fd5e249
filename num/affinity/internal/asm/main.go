// Command asm generates the amd64 kernels of package affinity. See the go:generate line there.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// frame is the distance of frames in bytes: 16 lanes of float32.
const frame = 64

// simd is a width of vectors: all 16 lanes with AVX-512, half of them with AVX2.
type simd struct {
	name  string
	bytes int
	reg   func() reg.VecVirtual
}

func (v simd) wide() bool { return v.bytes == 64 }

func main() {
	ConstraintExpr("amd64")
	for _, v := range []simd{{"512", 64, ZMM}, {"256", 32, YMM}} {
		v.interval()
		v.filter()
	}
	transpose()
	Generate()
}

// interval works on one vector of lanes. Within a run of unit i it goes forward, adding up what the run of each lane has
// seen so far and writing the affinity as if the run ended here; then backward, copying the value at a run's end to its
// other frames.
func (v simd) interval() {
	TEXT("interval"+v.name, NOSPLIT, "func(out, block, u *float32, runs *int32, n int, opposite uint32)")
	Doc(fmt.Sprintf("interval%s writes the affinities of %d lanes for n > 0 runs, given as pairs of start and end.", v.name, v.bytes/4))
	out, block, u := Load(Param("out"), GP64()), Load(Param("block"), GP64()), Load(Param("u"), GP64())
	runs, n := Load(Param("runs"), GP64()), Load(Param("n"), GP64())
	opposite := Load(Param("opposite"), GP32())
	zero, flip, sign := v.reg(), v.reg(), v.reg()
	v.xor(zero, zero, zero)

	Label("run")
	start, end := GP64(), GP64()
	MOVLQSX(Mem{Base: runs}, start)
	MOVLQSX(Mem{Base: runs, Disp: 4}, end)
	up, s := GP64(), GP32()
	LEAQ(Mem{Base: u, Index: start, Scale: 4}, up)
	MOVL(Mem{Base: up}, s)
	ANDL(U32(0x80000000), s)
	v.broadcast(s, sign)
	XORL(opposite, s)
	v.broadcast(s, flip)
	count := GP64()
	MOVQ(end, count)
	SUBQ(start, count)
	SHLQ(Imm(6), start)
	from, to := GP64(), GP64()
	LEAQ(Mem{Base: block, Index: start, Scale: 1}, from)
	LEAQ(Mem{Base: out, Index: start, Scale: 1}, to)
	left := GP64()
	MOVQ(count, left)
	v.forward(from, to, up, left, zero, flip, sign)
	v.backward(from, to, count, zero, flip)
	ADDQ(Imm(8), runs)
	DECQ(n)
	JNZ(LabelRef("run"))
	VZEROUPPER()
	RET()
}

func (v simd) forward(from, to, up, left reg.Register, zero, flip, sign reg.VecVirtual) {
	low, high, topI, topJ := v.reg(), v.reg(), v.reg(), v.reg()
	for _, x := range []reg.VecVirtual{low, high, topI, topJ} {
		v.xor(x, x, x)
	}
	h, g, x, y := v.reg(), v.reg(), v.reg(), v.reg()
	Label("forward")
	v.xor(Mem{Base: from}, flip, h)
	VBROADCASTSS(Mem{Base: up}, g)
	v.xor(sign, g, g)
	VMINPS(g, h, x)
	VMAXPS(g, h, y)
	if v.wide() {
		k := K()
		VCMPPS(Imm(0x1e), zero, h, k) // greater than, ordered
		VADDPS_Z(x, low, k, low)
		VADDPS_Z(y, high, k, high)
		VMAXPS_Z(g, topI, k, topI)
		VMAXPS_Z(h, topJ, k, topJ)
		VMULPS(topI, topJ, x)
		VDIVPS_Z(high, low, k, y)
		VSQRTPS_Z(x, k, x)
	} else {
		k := v.reg()
		VCMPPS(Imm(0x1e), zero, h, k)
		for _, s := range []struct {
			op   func(...Op)
			a, b reg.VecVirtual
		}{{VADDPS, x, low}, {VADDPS, y, high}, {VMAXPS, g, topI}, {VMAXPS, h, topJ}} {
			s.op(s.a, s.b, s.b)
			VANDPS(k, s.b, s.b)
		}
		VMULPS(topI, topJ, x)
		VDIVPS(high, low, y)
		VSQRTPS(x, x)
		VANDPS(k, y, y) // 0/0 outside runs
	}
	VMULPS(x, y, x)
	VMOVUPS(x, Mem{Base: to})
	ADDQ(Imm(4), up)
	ADDQ(Imm(frame), from)
	ADDQ(Imm(frame), to)
	DECQ(left)
	JNZ(LabelRef("forward"))
}

func (v simd) backward(from, to, count reg.Register, zero, flip reg.VecVirtual) {
	value, h := v.reg(), v.reg()
	v.xor(value, value, value)
	step := func() {
		SUBQ(Imm(frame), from)
		SUBQ(Imm(frame), to)
		v.xor(Mem{Base: from}, flip, h)
	}
	if v.wide() {
		// inside: the next frame belongs to a run, so that this one, if it does, belongs to the same.
		inside, now := K(), K()
		KXORW(inside, inside, inside)
		Label("backward")
		step()
		VCMPPS(Imm(0x1e), zero, h, now)
		VMOVUPS(Mem{Base: to}, h)
		VBLENDMPS(value, h, inside, value)
		VMOVAPS_Z(value, now, value)
		KMOVW(now, inside)
	} else {
		inside, now, own := v.reg(), v.reg(), v.reg()
		v.xor(inside, inside, inside)
		Label("backward")
		step()
		VCMPPS(Imm(0x1e), zero, h, now)
		VMOVUPS(Mem{Base: to}, own)
		VBLENDVPS(inside, value, own, value)
		VANDPS(now, value, value)
		VMOVAPS(now, inside)
	}
	VMOVUPS(value, Mem{Base: to})
	DECQ(count)
	JNZ(LabelRef("backward"))
}

// filter works on one vector of lanes and four frames at a time, so that four sums grow side by side.
func (v simd) filter() {
	TEXT("filter"+v.name, NOSPLIT, "func(out, in, taps *float32, frames, n, step int)")
	Doc(fmt.Sprintf("filter%s writes out[f] = Σ taps[k]·in[f·step+k] of %d lanes for frames, a multiple of 4; n > 0 taps.", v.name, v.bytes/4))
	out, in, taps := Load(Param("out"), GP64()), Load(Param("in"), GP64()), Load(Param("taps"), GP64())
	frames, n, step := Load(Param("frames"), GP64()), Load(Param("n"), GP64()), Load(Param("step"), GP64())
	SHLQ(Imm(6), step)
	third := GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, third)
	Label("frames")
	sum, prod := make([]reg.VecVirtual, 4), make([]reg.VecVirtual, 4)
	for i := range sum {
		sum[i], prod[i] = v.reg(), v.reg()
		v.xor(sum[i], sum[i], sum[i])
	}
	p, k, w, tap := GP64(), GP64(), GP64(), v.reg()
	MOVQ(in, p)
	MOVQ(n, k)
	MOVQ(taps, w)
	Label("taps")
	VBROADCASTSS(Mem{Base: w}, tap)
	for i, m := range []Mem{{Base: p}, {Base: p, Index: step, Scale: 1}, {Base: p, Index: step, Scale: 2}, {Base: p, Index: third, Scale: 1}} {
		VMULPS(m, tap, prod[i])
	}
	for i := range sum {
		VADDPS(prod[i], sum[i], sum[i])
	}
	ADDQ(Imm(frame), p)
	ADDQ(Imm(4), w)
	DECQ(k)
	JNZ(LabelRef("taps"))
	for i := range sum {
		VMOVUPS(sum[i], Mem{Base: out, Disp: frame * i})
	}
	ADDQ(U32(4*frame), out)
	LEAQ(Mem{Base: in, Index: step, Scale: 4}, in)
	SUBQ(Imm(4), frames)
	JNZ(LabelRef("frames"))
	VZEROUPPER()
	RET()
}

func (v simd) xor(ops ...Op) {
	if v.wide() {
		VPXORD(ops...)
	} else {
		VXORPS(ops...)
	}
}

func (v simd) broadcast(s reg.Register, to reg.VecVirtual) {
	if v.wide() {
		VPBROADCASTD(s, to)
		return
	}
	x := XMM()
	VMOVD(s, x)
	VPBROADCASTD(x, to)
}

// transpose turns 8 lanes of frames into 8 rows, 8 frames at a time. It is bound by its shuffles, which 512 bits do not
// make faster.
func transpose() {
	TEXT("transpose8", NOSPLIT, "func(dst *float32, stride int, in *float32, blocks int)")
	Doc("transpose8 writes dst[l·stride+f] = in[16·f+l] for 8 lanes l and 8·blocks frames f, blocks > 0.")
	dst, stride := Load(Param("dst"), GP64()), Load(Param("stride"), GP64())
	in, blocks := Load(Param("in"), GP64()), Load(Param("blocks"), GP64())
	SHLQ(Imm(2), stride)
	third, sixth := GP64(), GP64()
	LEAQ(Mem{Base: dst, Index: stride, Scale: 2}, third)
	ADDQ(stride, third)
	LEAQ(Mem{Base: third, Index: stride, Scale: 2}, sixth)
	ADDQ(stride, sixth)
	Label("block")
	var r, t, u [8]reg.VecVirtual
	for i := range r {
		r[i], t[i] = YMM(), YMM()
		VMOVUPS(Mem{Base: in, Disp: frame * i}, r[i])
	}
	for i := 0; i < 8; i += 2 { // pairs of frames
		VUNPCKLPS(r[i+1], r[i], t[i])
		VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	for i := range u {
		u[i] = YMM()
	}
	for i := 0; i < 8; i += 4 { // fours of frames: lane k or k+4 in the halves
		for k := range 2 {
			VUNPCKLPD(t[i+2+k], t[i+k], u[i+2*k])
			VUNPCKHPD(t[i+2+k], t[i+k], u[i+2*k+1])
		}
	}
	for l := range 8 {
		base := []reg.Register{dst, third, sixth}[l/3]
		to := Mem{Base: base}
		if l%3 > 0 {
			to = Mem{Base: base, Index: stride, Scale: uint8(l % 3)}
		}
		row := YMM()
		VPERM2F128(Imm([]uint64{0x20, 0x31}[l/4]), u[l%4+4], u[l%4], row)
		VMOVUPS(row, to)
	}
	for _, p := range []reg.Register{dst, third, sixth} {
		ADDQ(Imm(32), p)
	}
	ADDQ(U32(8*frame), in)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
