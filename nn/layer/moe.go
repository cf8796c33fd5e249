package layer

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Experts is a layer of several gated MLPs of which every position takes the Top that a router likes best
// (Shazeer et al. 2017; Jiang et al. 2024). Every expert is computed at every position, so that each
// neuron has a value everywhere; those that are not taken have the weight 0. It costs N/Top times the
// multiplications that are needed.
type Experts struct {
	Model, Hidden int // of each expert
	N, Top        int
	Act           Activation
}

// Weights of the layer: W_router [model, expert]; W_gate and W_in [expert, model, hidden], W_out [expert,
// hidden, model].
func (e Experts) Weights(scope string) []nn.Weight {
	return []nn.Weight{
		{Name: scope + ".W_router", Shape: []int{e.Model, e.N}},
		{Name: scope + ".W_gate", Shape: []int{e.N, e.Model, e.Hidden}, Init: "normal", Std: 0.02},
		{Name: scope + ".W_in", Shape: []int{e.N, e.Model, e.Hidden}, Init: "normal", Std: 0.02},
		{Name: scope + ".W_out", Shape: []int{e.N, e.Hidden, e.Model}, Init: "normal", Std: 0.02},
	}
}

// Apply computes the layer on x [batch, position, model].
func (e Experts) Apply(p *nn.Pass, x *Node) *Node {
	d := x.Shape().Dimensions
	router := p.At("router", Softmax(linear(x, p.Weight("W_router")), -1), "batch", "position", "expert")
	chosen := Mul(router, StopGradient(e.taken(router)))
	chosen = Div(chosen, ReduceAndKeep(chosen, ReduceSum, -1))
	chosen = p.At("expert_weights", chosen, "batch", "position", "expert")

	axes := []string{"batch", "position", "expert", "neuron"}
	pre := p.At("pre", dot(x, []int{2}, nil, p.Weight("W_gate"), []int{1}, nil), axes...)
	up := p.At("pre_linear", dot(x, []int{2}, nil, p.Weight("W_in"), []int{1}, nil), axes...)
	post := p.At("post", Mul(e.Act.Apply(pre), up), axes...)
	weighted := Mul(post, BroadcastToDims(InsertAxes(chosen, -1), post.Shape().Dimensions...))
	out := linear(Reshape(weighted, -1, e.N*e.Hidden), Reshape(p.Weight("W_out"), e.N*e.Hidden, e.Model))
	return Reshape(out, d...)
}

// taken is 1 at the Top largest of the last axis, the first of equal ones, and 0 elsewhere.
func (e Experts) taken(router *Node) *Node {
	taken := ZerosLike(router)
	for range e.Top {
		best := OneHot(ArgMax(Sub(router, MulScalar(taken, 2)), -1), e.N, router.DType()) // probabilities are at most 1
		taken = Add(taken, best)
	}
	return taken
}
