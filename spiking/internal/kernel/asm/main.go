// Command asm generates the amd64 kernels of package kernel. See the go:generate line there.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64")
	scatter()
	scatterWeighted()
	fetch()
	poisson()
	below()
	leak()
	Generate()
}

// row reads the row of the source that lies off bytes ahead in the list: its first and its end target.
func row(target, start, source reg.Register, off int) (from, end reg.GPVirtual) {
	s := GP64()
	from, end = GP64(), GP64()
	MOVL(Mem{Base: source, Disp: off}, s.As32())
	MOVL(Mem{Base: start, Index: s, Scale: 4}, from.As32())
	MOVL(Mem{Base: start, Index: s, Scale: 4, Disp: 4}, end.As32())
	LEAQ(Mem{Base: target, Index: from, Scale: 2}, from)
	LEAQ(Mem{Base: target, Index: end, Scale: 2}, end)
	return from, end
}

// scatter goes through rows. While one is added, the beginnings of those to come are
// fetched into the cache: rows lie anywhere in memory, and waiting for them would take longest.
func scatter() {
	TEXT("scatterRows", NOSPLIT, "func(in *float64, target *uint16, start, source *uint32, n, lines int, weight float64)")
	Doc("scatterRows adds weight to the targets of n > 0 sources; lines is how many cache lines of a row are fetched ahead.")
	in, target := Load(Param("in"), GP64()), Load(Param("target"), GP64())
	start, source := Load(Param("start"), GP64()), Load(Param("source"), GP64())
	n, lines := Load(Param("n"), GP64()), Load(Param("lines"), GP64())
	weight := Load(Param("weight"), XMM()).(reg.VecVirtual)

	Label("row")
	next, _ := row(target, start, source, 4*4)
	far := GP64()
	MOVL(Mem{Base: source, Disp: 8 * 4}, far.As32())
	PREFETCHT0(Mem{Base: start, Index: far, Scale: 4})
	line := GP64()
	MOVQ(lines, line)
	Label("line")
	PREFETCHT0(Mem{Base: next})
	ADDQ(Imm(64), next)
	DECQ(line)
	JNZ(LabelRef("line"))

	from, end := row(target, start, source, 0)
	const unrolled = 8
	SUBQ(Imm(2*(unrolled-1)), end)
	add := func(k int) {
		t, x := GP64(), XMM()
		MOVWLZX(Mem{Base: from, Disp: 2 * k}, t.As32())
		VADDSD(Mem{Base: in, Index: t, Scale: 8}, weight, x)
		VMOVSD(x, Mem{Base: in, Index: t, Scale: 8})
	}
	JMP(LabelRef("more"))
	Label("eight")
	for k := range unrolled {
		add(k)
	}
	ADDQ(Imm(2*unrolled), from)
	Label("more")
	CMPQ(from, end)
	JB(LabelRef("eight"))
	ADDQ(Imm(2*(unrolled-1)), end)
	JMP(LabelRef("rest"))
	Label("one")
	add(0)
	ADDQ(Imm(2), from)
	Label("rest")
	CMPQ(from, end)
	JB(LabelRef("one"))
	ADDQ(Imm(4), source)
	DECQ(n)
	JNZ(LabelRef("row"))
	RET()
}

// scatterWeighted is one row with a weight for each target.
func scatterWeighted() {
	TEXT("scatterWeights", NOSPLIT, "func(in *float64, target *uint16, weight *float32, n int, gain float64)")
	Doc("scatterWeights adds gain × weight to each of n > 0 targets.")
	in, target := Load(Param("in"), GP64()), Load(Param("target"), GP64())
	weight, n := Load(Param("weight"), GP64()), Load(Param("n"), GP64())
	gain := Load(Param("gain"), XMM()).(reg.VecVirtual)
	add := func(x reg.VecVirtual, k int) {
		t := GP64()
		MOVWLZX(Mem{Base: target, Disp: 2 * k}, t.As32())
		VADDSD(Mem{Base: in, Index: t, Scale: 8}, x, x)
		VMOVSD(x, Mem{Base: in, Index: t, Scale: 8})
	}
	JMP(LabelRef("more"))
	Label("four")
	for k := range 4 {
		x := XMM()
		VXORPD(x, x, x)
		VCVTSS2SD(Mem{Base: weight, Disp: 4 * k}, x, x)
		VMULSD(gain, x, x)
		add(x, k)
	}
	ADDQ(Imm(8), target)
	ADDQ(Imm(16), weight)
	Label("more")
	SUBQ(Imm(4), n)
	JGE(LabelRef("four"))
	ADDQ(Imm(4), n)
	JZ(LabelRef("done"))
	Label("one")
	x := XMM()
	VXORPD(x, x, x)
	VCVTSS2SD(Mem{Base: weight}, x, x)
	VMULSD(gain, x, x)
	add(x, 0)
	ADDQ(Imm(2), target)
	ADDQ(Imm(4), weight)
	DECQ(n)
	JNZ(LabelRef("one"))
	Label("done")
	RET()
}

// fetch asks for a row of targets and weights.
func fetch() {
	TEXT("fetchRow", NOSPLIT, "func(target *uint16, weight *float32, n int)")
	Doc("fetchRow brings n > 0 targets and weights into the cache.")
	for _, list := range []struct {
		name string
		size int
	}{{"target", 2}, {"weight", 4}} {
		at, end := Load(Param(list.name), GP64()), GP64()
		n := Load(Param("n"), GP64())
		LEAQ(Mem{Base: at, Index: n, Scale: uint8(list.size)}, end)
		Label(list.name)
		PREFETCHT0(Mem{Base: at})
		ADDQ(Imm(64), at)
		CMPQ(at, end)
		JB(LabelRef(list.name))
	}
	RET()
}

// constant is 64 bits in all lanes.
func constant(value uint64) reg.VecVirtual {
	r, z := GP64(), ZMM()
	MOVQ(Imm(value), r)
	VPBROADCASTQ(r, z)
	return z
}

// poisson draws 16 numbers at a time: those of SplitMix64 against a cumulative
// distribution, four entries at a time until no number is above the last one.
func poisson() {
	TEXT("poisson512", NOSPLIT, "func(to *float64, key *uint64, n int, offset uint64, cumulative *uint64, value *float64, groups int)")
	Doc("poisson512 is Poisson for n > 0 cells, a multiple of 16, and a distribution of groups × 4 entries.")
	to, key, n := Load(Param("to"), GP64()), Load(Param("key"), GP64()), Load(Param("n"), GP64())
	offset := ZMM()
	o := Load(Param("offset"), GP64())
	VPBROADCASTQ(o, offset)
	cumulative, value := Load(Param("cumulative"), GP64()), Load(Param("value"), GP64())
	groups := Load(Param("groups"), GP64())
	first, second := constant(0xbf58476d1ce4e5b9), constant(0x94d049bb133111eb)

	Label("cells")
	var u, x [2]reg.VecVirtual
	for k := range u {
		u[k], x[k] = ZMM(), ZMM()
		VPADDQ(Mem{Base: key, Disp: 64 * k}, offset, u[k])
	}
	mix(u, x, first, second)
	for k := range x {
		VBROADCASTSD(Mem{Base: value}, x[k])
	}
	c, v, left := GP64(), GP64(), GP64()
	MOVQ(cumulative, c)
	MOVQ(value, v)
	MOVQ(groups, left)
	Label("group")
	above := [2]reg.OpmaskVirtual{K(), K()}
	for e := range 4 {
		bound := ZMM()
		VPBROADCASTQ(Mem{Base: c, Disp: 8 * e}, bound)
		for k := range u {
			VPCMPUQ(Imm(5), bound, u[k], above[k]) // not less than
			VBROADCASTSD(Mem{Base: v, Disp: 8*e + 8}, above[k], x[k])
		}
	}
	ADDQ(Imm(32), c)
	ADDQ(Imm(32), v)
	KORTESTB(above[0], above[1])
	JZ(LabelRef("add"))
	DECQ(left)
	JNZ(LabelRef("group"))
	Label("add")
	for k := range x {
		VADDPD(Mem{Base: to, Disp: 64 * k}, x[k], x[k])
		VMOVUPD(x[k], Mem{Base: to, Disp: 64 * k})
	}
	ADDQ(Imm(128), to)
	ADDQ(Imm(128), key)
	SUBQ(Imm(16), n)
	JNZ(LabelRef("cells"))
	VZEROUPPER()
	RET()
}

// mix is the finaliser of SplitMix64; x is scratch.
func mix(u, x [2]reg.VecVirtual, first, second reg.VecVirtual) {
	for _, round := range []struct {
		shift  uint64
		factor reg.VecVirtual
	}{{30, first}, {27, second}, {31, nil}} {
		for k := range u {
			VPSRLQ(Imm(round.shift), u[k], x[k])
			VPXORQ(x[k], u[k], u[k])
			if round.factor != nil {
				VPMULLQ(round.factor, u[k], u[k])
			}
		}
	}
}

// below draws 16 numbers at a time: the high half of the product of 64 random bits and 32
// of the bound, from the products of both halves.
func below() {
	TEXT("below512", NOSPLIT, "func(out *uint32, n int, first *uint64, step uint64, bound uint32)")
	Doc("below512 is Below for n > 0 numbers, a multiple of 16: first has the states of the first 16, step leads to the next.")
	out, n := Load(Param("out"), GP64()), Load(Param("n"), GP64())
	at, step, bound := Load(Param("first"), GP64()), Load(Param("step"), GP64()), GP64()
	b := Load(Param("bound"), GP32())
	MOVL(b, bound.As32())
	far, most := ZMM(), ZMM()
	VPBROADCASTQ(step, far)
	VPBROADCASTQ(bound, most)
	first, second := constant(0xbf58476d1ce4e5b9), constant(0x94d049bb133111eb)
	var state, u, x [2]reg.VecVirtual
	for k := range u {
		state[k], u[k], x[k] = ZMM(), ZMM(), ZMM()
		VMOVDQU64(Mem{Base: at, Disp: 64 * k}, state[k])
	}
	Label("numbers")
	for k := range u {
		VMOVDQA64(state[k], u[k])
		VPADDQ(far, state[k], state[k])
	}
	mix(u, x, first, second)
	for k := range u {
		VPMULUDQ(most, u[k], x[k]) // the low halves
		VPSRLQ(Imm(32), u[k], u[k])
		VPMULUDQ(most, u[k], u[k])
		VPSRLQ(Imm(32), x[k], x[k])
		VPADDQ(x[k], u[k], u[k])
		VPSRLQ(Imm(32), u[k], u[k])
		VPMOVQD(u[k], Mem{Base: out, Disp: 32 * k})
	}
	ADDQ(Imm(64), out)
	SUBQ(Imm(16), n)
	JNZ(LabelRef("numbers"))
	VZEROUPPER()
	RET()
}

// leak is one step of integrate-and-fire cells, eight at a time.
func leak() {
	TEXT("leak512", NOSPLIT, "func(v, left, in, current *float64, n int, k *float64, spikes *uint16) int")
	Doc("leak512 is Leak for n > 0 cells, a multiple of 8; current may be nil. It gives the number of spikes.")
	v, left, in := Load(Param("v"), GP64()), Load(Param("left"), GP64()), Load(Param("in"), GP64())
	current, n := Load(Param("current"), GP64()), Load(Param("n"), GP64())
	p, spikes := Load(Param("k"), GP64()), Load(Param("spikes"), GP64())
	var k [7]reg.VecVirtual
	for i := range k {
		k[i] = ZMM()
		VBROADCASTSD(Mem{Base: p, Disp: 8 * i}, k[i])
	}
	decay, perPA, rest, reset, threshold, refractory, drive := k[0], k[1], k[2], k[3], k[4], k[5], k[6]
	one, zero, bias := ZMM(), ZMM(), ZMM()
	r := GP64()
	MOVQ(Imm(0x3ff0000000000000), r)
	VPBROADCASTQ(r, one)
	VPXORQ(zero, zero, zero)
	VMULPD(perPA, drive, bias)
	begin, at := GP64(), GP64()
	MOVQ(spikes, begin)
	XORQ(at, at)

	Label("cells")
	TESTQ(current, current)
	JZ(LabelRef("driven"))
	VADDPD(Mem{Base: current}, drive, bias)
	VMULPD(perPA, bias, bias)
	ADDQ(Imm(64), current)
	Label("driven")
	wait, x, was := ZMM(), ZMM(), ZMM()
	resting, free, fired := K(), K(), K()
	VMOVUPD(Mem{Base: left}, wait)
	VCMPPD(Imm(0x1e), zero, wait, resting) // greater than
	KNOTB(resting, free)
	VMOVUPD(Mem{Base: v}, was)
	VSUBPD(rest, was, x)
	VMULPD(decay, x, x)
	VADDPD(x, rest, x)
	VADDPD(bias, x, x)
	VADDPD(Mem{Base: in}, x, x)
	VSUBPD(one, wait, resting, wait)
	VMOVAPD(was, resting, x)
	VCMPPD(Imm(0x1d), threshold, x, free, fired) // not less than
	VMOVAPD(reset, fired, x)
	VMOVAPD(refractory, fired, wait)
	VMOVUPD(x, Mem{Base: v})
	VMOVUPD(wait, Mem{Base: left})
	bits := GP32()
	KMOVB(fired, bits)
	TESTL(bits, bits)
	JZ(LabelRef("quiet"))
	Label("spike")
	b := GP32()
	BSFL(bits, b)
	ADDL(at.As32(), b)
	MOVW(b.As16(), Mem{Base: spikes})
	ADDQ(Imm(2), spikes)
	MOVL(bits, b)
	DECL(b)
	ANDL(b, bits)
	JNZ(LabelRef("spike"))
	Label("quiet")
	ADDQ(Imm(64), v)
	ADDQ(Imm(64), left)
	ADDQ(Imm(64), in)
	ADDQ(Imm(8), at)
	CMPQ(at, n)
	JB(LabelRef("cells"))
	VZEROUPPER()
	SUBQ(begin, spikes)
	SHRQ(Imm(1), spikes)
	Store(spikes, ReturnIndex(0))
	RET()
}
