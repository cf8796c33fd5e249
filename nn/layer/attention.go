package layer

import (
	"math"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Attention of several heads (Vaswani et al. 2017), with grouped keys and values (Ainslie et al. 2023)
// where KeyValueHeads < Heads.
type Attention struct {
	Model         int // size of the residual stream
	Heads         int
	KeyValueHeads int
	HeadSize      int
	Causal        bool
	Window        int // positions that a query sees, with its own; 0 for all before it
	Bias          bool
	OutBias       bool
	Rotary        *Rotary
	Scale         float64 // of the scores; 0 for 1/√HeadSize
	Clip          float64 // largest magnitude of queries, keys and values (OLMo); 0 for any
	// Norm says what RMSNorm takes together in queries and keys before they turn: "head" (Qwen3), "all"
	// heads (OLMo 2), or "" for no norm (Henry et al. 2020).
	Norm    string
	NormEps float64
}

// Weights of the layer: W_Q [model, heads·size], W_K and W_V [model, kv heads·size], W_O [heads·size,
// model] and their b_; the gains q_norm.w and k_norm.w.
func (a Attention) Weights(scope string) []nn.Weight {
	q, kv := a.Heads*a.HeadSize, a.KeyValueHeads*a.HeadSize
	ws := []nn.Weight{
		{Name: scope + ".W_Q", Shape: []int{a.Model, q}}, {Name: scope + ".W_K", Shape: []int{a.Model, kv}},
		{Name: scope + ".W_V", Shape: []int{a.Model, kv}}, {Name: scope + ".W_O", Shape: []int{q, a.Model}},
	}
	if a.Bias {
		ws = append(ws, nn.Weight{Name: scope + ".b_Q", Shape: []int{q}, Init: "zeros"},
			nn.Weight{Name: scope + ".b_K", Shape: []int{kv}, Init: "zeros"},
			nn.Weight{Name: scope + ".b_V", Shape: []int{kv}, Init: "zeros"})
	}
	switch a.Norm {
	case "head":
		q, kv = a.HeadSize, a.HeadSize
		fallthrough
	case "all":
		ws = append(ws, RMSNorm{Size: q}.Weights(scope+".q_norm")...)
		ws = append(ws, RMSNorm{Size: kv}.Weights(scope+".k_norm")...)
	}
	if a.OutBias {
		ws = append(ws, nn.Weight{Name: scope + ".b_O", Shape: []int{a.Model}, Init: "zeros"})
	}
	return ws
}

// Apply attends within x [batch, position, model].
func (a Attention) Apply(p *nn.Pass, x *Node) *Node {
	batch, length := p.Batch(), x.Shape().Dim(1)
	heads := func(of string, n int) *Node { return Reshape(a.project(p, x, of), batch, length, n, a.HeadSize) }
	q, k, v := heads("Q", a.Heads), heads("K", a.KeyValueHeads), heads("V", a.KeyValueHeads)
	if a.Norm == "head" {
		q, k = rms(q, p.Weight("q_norm.w"), a.NormEps), rms(k, p.Weight("k_norm.w"), a.NormEps)
	}
	if a.Rotary != nil {
		q, k = a.Rotary.Apply(q, p.Positions()), a.Rotary.Apply(k, p.Positions())
	}
	q = p.At("q", q, "batch", "position", "head", "d_head")
	k = p.At("k", k, "batch", "position", "kv_head", "d_head")
	v = p.At("v", v, "batch", "position", "kv_head", "d_head")
	z := a.attend(p, q, p.Cache("k", k), p.Cache("v", v))
	z = p.At("z", z, "batch", "position", "head", "d_head")
	if p.Wants("result") {
		return a.results(p, z)
	}
	return affine(p, Reshape(z, batch, length, a.Heads*a.HeadSize), "W_O", "b_O")
}

// project gives the queries (Q), keys (K) or values (V) of all heads, [batch, position, heads·size].
func (a Attention) project(p *nn.Pass, x *Node, of string) *Node {
	y := affine(p, x, "W_"+of, "b_"+of)
	if a.Clip > 0 {
		y = ClipScalar(y, -a.Clip, a.Clip)
	}
	if a.Norm == "all" && of != "V" {
		y = rms(y, p.Weight(strings.ToLower(of)+"_norm.w"), a.NormEps)
	}
	return y
}

// queryBlock is how many queries of a causal network are scored at once, where nobody looks at the scores:
// keys after the last of them are left away.
const queryBlock = 128

// attend gives z [batch, position, head, d_head].
func (a Attention) attend(p *nn.Pass, q, k, v *Node) *Node {
	length, keys := q.Shape().Dim(1), k.Shape().Dim(1)
	k, v = a.repeat(k), a.repeat(v)
	scale := a.Scale
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(a.HeadSize))
	}
	q = MulScalar(q, scale)
	if !a.Causal {
		return a.weigh(p, q, k, v, nil)
	}
	seen := p.Visible(keys, a.Window)
	if length != keys || length <= queryBlock || p.Wants("scores") || p.Wants("pattern") {
		return a.weigh(p, q, k, v, seen)
	}
	var blocks []*Node
	for from := 0; from < length; from += queryBlock {
		to := min(from+queryBlock, length)
		part := func(x *Node, from int) *Node { return SliceAxis(x, 1, AxisRange(from, to)) }
		blocks = append(blocks, a.weigh(p, part(q, from), part(k, 0), part(v, 0), Slice(seen, AxisRange(from, to), AxisRange(0, to))))
	}
	return Concatenate(blocks, 1)
}

// weigh gives z of some queries over some keys. seen [query, key] says which keys a causal query sees; nil
// stands for all that are real.
func (a Attention) weigh(p *nn.Pass, q, k, v, seen *Node) *Node {
	scores := mask(p, dot(q, []int{3}, []int{0, 2}, k, []int{3}, []int{0, 2}), seen) // [batch, head, query, key]
	// masked again, so that no intervention lets a query look ahead
	if p.Wants("scores") {
		scores = mask(p, p.At("scores", scores, "batch", "head", "query", "key"), seen)
	}
	pattern := p.At("pattern", Softmax(scores, -1), "batch", "head", "query", "key")
	z := dot(pattern, []int{3}, []int{0, 1}, v, []int{1}, []int{0, 2}) // [batch, head, query, d_head]
	return TransposeAllAxes(z, 0, 2, 1, 3)
}

// mask sets the scores of keys that a query may not see to -1e30, of which the softmax is 0.
func mask(p *nn.Pass, scores, seen *Node) *Node {
	d := scores.Shape().Dimensions
	if seen == nil {
		real := p.Real()
		if real == nil {
			return scores
		}
		seen = Reshape(GreaterThan(real, ZerosLike(real)), p.Batch(), 1, 1, d[3])
	}
	return Where(BroadcastToDims(ExpandLeftToRank(seen, 4), d...), scores, FillScalar(scores.Graph(), scores.Shape(), -1e30))
}

// repeat gives every head its own copy of the keys or values of its group.
func (a Attention) repeat(x *Node) *Node {
	if a.KeyValueHeads == a.Heads {
		return x
	}
	d := x.Shape().Dimensions
	group := a.Heads / a.KeyValueHeads
	x = BroadcastToDims(InsertAxes(x, 3), d[0], d[1], d[2], group, d[3])
	return Reshape(x, d[0], d[1], a.Heads, d[3])
}

// results writes each head's part of the output on its own, which costs heads times the memory.
func (a Attention) results(p *nn.Pass, z *Node) *Node {
	w := Reshape(p.Weight("W_O"), a.Heads, a.HeadSize, a.Model)
	each := dot(z, []int{3}, []int{2}, w, []int{1}, []int{0}) // [head, batch, query, model]
	result := p.At("result", TransposeAllAxes(each, 1, 2, 0, 3), "batch", "position", "head", "d_model")
	y := ReduceSum(result, 2)
	if p.Has("b_O") {
		y = Add(y, onLast(p.Weight("b_O"), y))
	}
	return y
}

// Rotary turns pairs of dimensions of queries and keys by an angle that grows with position (Su et al.
// 2021, RoFormer).
type Rotary struct {
	Size   int       // dimensions that turn, the first of a head
	Base   float64   // theta: 10000 in the paper
	Pairs  bool      // dimensions 2i and 2i+1 form a pair (the paper); else i and i + Size/2
	Factor []float64 // multiplies the frequency of each pair; nil for 1
}

// Apply turns x [batch, position, head, d_head] at positions [position].
func (r *Rotary) Apply(x, positions *Node) *Node {
	g, d := x.Graph(), x.Shape().Dimensions
	half := r.Size / 2
	frequency := make([]float32, half)
	for i := range frequency {
		f := math.Pow(r.Base, -2*float64(i)/float64(r.Size))
		if r.Factor != nil {
			f *= r.Factor[i]
		}
		frequency[i] = float32(f)
	}
	angle := Mul(Reshape(ConvertDType(positions, x.DType()), d[1], 1), Reshape(Const(g, frequency), 1, half))
	spread := func(n *Node) *Node { return BroadcastToDims(Reshape(n, 1, d[1], 1, half), d[0], d[1], d[2], half) }
	cos, sin := spread(Cos(angle)), spread(Sin(angle))
	turned := Slice(x, AxisRange(), AxisRange(), AxisRange(), AxisRangeFromStart(r.Size))
	var a, b *Node
	if r.Pairs {
		pairs := Reshape(turned, d[0], d[1], d[2], half, 2)
		a, b = Squeeze(SliceAxis(pairs, 4, AxisElem(0)), 4), Squeeze(SliceAxis(pairs, 4, AxisElem(1)), 4)
	} else {
		a, b = SliceAxis(turned, 3, AxisRangeFromStart(half)), SliceAxis(turned, 3, AxisRangeToEnd(half))
	}
	a, b = Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))
	if r.Pairs {
		turned = Reshape(Stack([]*Node{a, b}, 4), d[0], d[1], d[2], r.Size)
	} else {
		turned = Concatenate([]*Node{a, b}, 3)
	}
	if r.Size == d[3] {
		return turned
	}
	return Concatenate([]*Node{turned, SliceAxis(x, 3, AxisRangeToEnd(r.Size))}, 3)
}
