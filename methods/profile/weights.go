package profile

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"nissl"
	"nissl/nn/load"
	"nissl/nn/record"
	"nissl/num/dense"
)

// Wiring is what the weights of MLP neurons say. Slices have one value per unit of the scan; NaN and "" where
// a unit is no MLP neuron, or the network has no such weight.
type Wiring struct {
	InNorm, GateNorm, OutNorm []float64
	InOut                     []float64 // cosine between what it reads and what it writes
	// Moments of what the neuron writes to the logits of all tokens when it is 1.
	VocabMean, VocabVar, VocabSkew, VocabKurt []float64
	Promotes, Suppresses                      [][]int // tokens of largest and smallest weight, most extreme first
	Reads                                     [][]int // tokens whose embeddings drive it most
	Known                                     bool
}

// listed is how many tokens are listed of each.
const listed = 5

// WiringOf reads the weights of the sites blocks.N.mlp.post. The gain of the normalisation that a weight
// reads from, or writes to, is multiplied into it; its offset and the division by the scale are not.
func WiringOf(n *load.Network, sites []record.Site) *Wiring {
	units := 0
	for _, s := range sites {
		units += s.Units
	}
	w := &Wiring{}
	for _, p := range []*[]float64{&w.InNorm, &w.GateNorm, &w.OutNorm, &w.InOut, &w.VocabMean, &w.VocabVar, &w.VocabSkew, &w.VocabKurt} {
		*p = slices.Repeat([]float64{math.NaN()}, units)
	}
	w.Promotes, w.Suppresses, w.Reads = make([][]int, units), make([][]int, units), make([][]int, units)
	embed, _ := n.Weight("embed.W_E")       // [vocabulary, model]; without it there is no projection
	unembed, err := n.Weight("unembed.W_U") // [model, vocabulary]
	if err != nil && embed.Data != nil {
		unembed = transposed(embed) // tied
	}
	if gain, err := n.Weight("ln_final.w"); err == nil && unembed.Data != nil && len(gain.Data) == unembed.Shape[0] {
		scaleRows(unembed, gain)
	}
	block := regexp.MustCompile(`^blocks\.(\d+)\.mlp\.post$`)
	base := 0
	for _, s := range sites {
		if m := block.FindStringSubmatch(s.Name); m != nil {
			w.block(n, "blocks."+m[1]+".", base, s.Units, embed, unembed)
		}
		base += s.Units
	}
	return w
}

// block takes the weights of one MLP.
func (w *Wiring) block(n *load.Network, scope string, base, units int, embed, unembed nissl.Tensor) {
	in, err1 := n.Weight(scope + "mlp.W_in")   // [model, neuron]
	out, err2 := n.Weight(scope + "mlp.W_out") // [neuron, model]
	if err1 != nil || err2 != nil || in.Shape[1] != units || out.Shape[0] != units {
		return
	}
	w.Known = true
	gate, err := n.Weight(scope + "mlp.W_gate")
	gain, noGain := n.Weight(scope + "ln2.w")
	if noGain == nil && len(gain.Data) == in.Shape[0] {
		scaleRows(in, gain)
		if err == nil {
			scaleRows(gate, gain)
		}
	}
	reads := transposed(in) // [neuron, model]
	if err == nil {
		gates := transposed(gate)
		for u := range units {
			w.GateNorm[base+u] = norm(row(gates, u))
		}
		reads = gates // what opens a gated neuron
		for u := range units {
			w.InNorm[base+u] = norm(row(transposedRow(in, u), 0))
		}
	} else {
		for u := range units {
			w.InNorm[base+u] = norm(row(reads, u))
		}
	}
	for u := range units {
		w.OutNorm[base+u] = norm(row(out, u))
		w.InOut[base+u] = cosine(row(reads, u), row(out, u))
	}
	if unembed.Data != nil && unembed.Shape[0] == out.Shape[1] {
		project(out, unembed, func(u int, logits []float32) {
			w.vocab(base+u, logits)
		})
	}
	if embed.Data != nil && embed.Shape[1] == reads.Shape[1] {
		project(reads, transposed(embed), func(u int, drive []float32) {
			w.Reads[base+u], _ = extremes(drive)
		})
	}
}

func (w *Wiring) vocab(u int, logits []float32) {
	var m1, m2, m3, m4 float64
	n := float64(len(logits))
	for _, x := range logits {
		m1 += float64(x) / n
	}
	for _, x := range logits {
		d := float64(x) - m1
		m2, m3, m4 = m2+d*d/n, m3+d*d*d/n, m4+d*d*d*d/n
	}
	w.VocabMean[u], w.VocabVar[u] = m1, m2
	if m2 > 0 {
		w.VocabSkew[u], w.VocabKurt[u] = m3/math.Pow(m2, 1.5), m4/(m2*m2)
	}
	w.Promotes[u], w.Suppresses[u] = extremes(logits)
}

// project multiplies rows of a [n, d] with b [d, m], a few rows at a time, and shows each row of the product.
func project(a, b nissl.Tensor, f func(row int, product []float32)) {
	const rows = 256
	n, d, m := a.Shape[0], a.Shape[1], b.Shape[1]
	out := make([]float32, min(rows, n)*m)
	for r := 0; r < n; r += rows {
		k := min(rows, n-r)
		dense.Gemm(false, false, k, m, d, 1, a.Data[r*d:], d, b.Data, m, 0, out, m)
		for i := range k {
			f(r+i, out[i*m:(i+1)*m])
		}
	}
}

// extremes are the places of the largest and of the smallest values.
func extremes(x []float32) (high, low []int) {
	for i, v := range x {
		high = insert(high, i, func(j int) bool { return v > x[j] })
		low = insert(low, i, func(j int) bool { return v < x[j] })
	}
	return high, low
}

func insert(list []int, i int, before func(j int) bool) []int {
	at := len(list)
	for at > 0 && before(list[at-1]) {
		at--
	}
	if at == listed {
		return list
	}
	list = slices.Insert(list, at, i)
	return list[:min(len(list), listed)]
}

func transposed(t nissl.Tensor) nissl.Tensor {
	rows, cols := t.Shape[0], t.Shape[1]
	out := nissl.Tensor{Shape: []int{cols, rows}, Data: make([]float32, len(t.Data))}
	for i := range rows {
		for j := range cols {
			out.Data[j*rows+i] = t.Data[i*cols+j]
		}
	}
	return out
}

// transposedRow is column u of a matrix as a matrix of one row.
func transposedRow(t nissl.Tensor, u int) nissl.Tensor {
	out := nissl.Tensor{Shape: []int{1, t.Shape[0]}, Data: make([]float32, t.Shape[0])}
	for i := range out.Data {
		out.Data[i] = t.Data[i*t.Shape[1]+u]
	}
	return out
}

func row(t nissl.Tensor, i int) []float32 { return t.Data[i*t.Shape[1] : (i+1)*t.Shape[1]] }

// scaleRows multiplies row i by gain i.
func scaleRows(t, gain nissl.Tensor) {
	if len(gain.Data) != t.Shape[0] {
		panic(fmt.Sprintf("profile: %d gains of %v", len(gain.Data), t.Shape))
	}
	for i, g := range gain.Data {
		for j := range row(t, i) {
			row(t, i)[j] *= g
		}
	}
}

func norm(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum / (norm(a) * norm(b))
}
