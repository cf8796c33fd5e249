package permute

import (
	"fmt"
	"slices"
	"strings"

	"nissl/nn"
	"nissl/nn/arch"
)

// Groups lists the groups of a network: the neurons of MLPs and of the dense layers and channels of a LeNet; the
// channels of a ResNet between the convolutions of a block, and those of its stream where all shortcuts are
// convolutions; the neurons, attention heads (those that share keys and values together) and, where every weight
// is of a kind that is known, the dimensions of the residual stream of transformers. Others have none.
func Groups(m *nn.Model) ([]Group, error) {
	b := builder{m: m, shapes: map[string][]int{}, fixed: map[string]bool{}}
	for _, w := range m.Arch.Weights() {
		b.shapes[w.Name], b.fixed[w.Name] = w.Shape, w.Fixed
	}
	switch a := m.Arch.(type) {
	case *arch.MLP:
		b.mlp(a)
	case *arch.LeNet:
		b.leNet(a)
	case *arch.ResNet:
		b.resNet(a)
	default:
		b.transformer()
	}
	if b.groups == nil {
		return nil, fmt.Errorf("%s: it is not known which units of a network of the architecture %s can change places", m.Label, m.Arch.Name())
	}
	return b.groups, nil
}

type builder struct {
	m      *nn.Model
	shapes map[string][]int
	fixed  map[string]bool
	groups []Group
}

// place is an axis of a weight that may be absent.
func place(weight string, axis int) Axis { return Axis{Weight: weight, Axis: axis, Block: 1} }

// add makes a group of those places whose weights are there.
func (b *builder) add(name, site string, size int, places ...Axis) {
	g := Group{Name: name, Size: size, Site: site, Block: 1}
	for _, a := range places {
		if shape, ok := b.shapes[a.Weight]; ok {
			a.Block, a.Fixed = shape[a.Axis]/size, b.fixed[a.Weight]
			g.Axes = append(g.Axes, a)
		}
	}
	b.groups = append(b.groups, g)
}

// affine are the outputs of a dense layer.
func affine(scope string) []Axis { return []Axis{place(scope+".W", 1), place(scope+".b", 0)} }

// conv are the outputs of a convolution, and norm what follows it.
func conv(scope string) []Axis { return []Axis{place(scope+".W", 0), place(scope+".b", 0)} }
func norm(scope string) []Axis {
	return []Axis{place(scope+".w", 0), place(scope+".b", 0), place(scope+".mean", 0), place(scope+".var", 0)}
}

func (b *builder) mlp(a *arch.MLP) {
	for i, n := range a.Sizes[1 : len(a.Sizes)-1] {
		site := fmt.Sprintf("layers.%d.post", i)
		b.add(site, site, n, append(affine(fmt.Sprintf("layers.%d", i)), place(fmt.Sprintf("layers.%d.W", i+1), 0))...)
	}
}

// leNet: a channel of the second convolution is a block of inputs of the first dense layer.
func (b *builder) leNet(a *arch.LeNet) {
	b.add("conv1.post", "conv1.post", a.Maps[0], append(conv("conv1"), place("conv2.W", 1))...)
	b.add("conv2.post", "conv2.post", a.Maps[1], append(conv("conv2"), place("fc1.W", 0))...)
	for i, n := range a.Dense[:len(a.Dense)-1] {
		site := fmt.Sprintf("fc%d.post", i+1)
		b.add(site, site, n, append(affine(fmt.Sprintf("fc%d", i+1)), place(fmt.Sprintf("fc%d.W", i+2), 0))...)
	}
}

// resNet: where zeros fill up a shortcut (option A), channels of the stream have their places.
func (b *builder) resNet(a *arch.ResNet) {
	stream := append(conv("conv1"), norm("bn1")...)
	site := "conv1.post"
	for i, stage := range a.Stages {
		for j := range stage.Blocks {
			block := fmt.Sprintf("layer%d.%d", i+1, j)
			convs := 2
			if a.Bottleneck {
				convs = 3
			}
			for k := 1; k < convs; k++ {
				c := fmt.Sprintf("%s.conv%d", block, k)
				b.add(c+".post", c+".post", stage.Width, slices.Concat(conv(c), norm(fmt.Sprintf("%s.bn%d", block, k)),
					[]Axis{place(fmt.Sprintf("%s.conv%d.W", block, k+1), 1)})...)
			}
			stream = append(stream, place(block+".conv1.W", 1))
			if short := block + ".shortcut"; b.shapes[short+".conv.W"] != nil { // another stream begins
				b.stream(a, site, append(stream, place(short+".conv.W", 1)))
				stream = append(conv(short+".conv"), norm(short+".bn")...)
			}
			stream = slices.Concat(stream, conv(fmt.Sprintf("%s.conv%d", block, convs)), norm(fmt.Sprintf("%s.bn%d", block, convs)))
			site = block + ".resid_post"
		}
	}
	b.stream(a, site, append(stream, place("fc.W", 0)))
}

func (b *builder) stream(a *arch.ResNet, site string, places []Axis) {
	if !a.PadShortcut || len(a.Stages) == 1 {
		b.add("stream to "+site, site, b.shapes[places[0].Weight][0], places...)
	}
}

// transformer finds what all transformers share by the names of their weights.
func (b *builder) transformer() {
	for _, w := range b.m.Arch.Weights() {
		if scope, ok := strings.CutSuffix(w.Name, "mlp.W_in"); ok && len(w.Shape) == 2 {
			b.add(scope+"mlp.post", scope+"mlp.post", w.Shape[1], place(w.Name, 1), place(scope+"mlp.W_gate", 1),
				place(scope+"mlp.b_in", 0), place(scope+"mlp.b_gate", 0), place(scope+"mlp.W_out", 0))
		}
		if scope, ok := strings.CutSuffix(w.Name, "attn.W_K"); ok && len(w.Shape) == 2 {
			b.heads(scope+"attn.", w.Shape[1])
		}
	}
	b.residual()
}

// heads that share keys and values move together.
func (b *builder) heads(scope string, width int) {
	k, err := b.m.Site(scope + "k")
	if err != nil || len(k.Size) != 4 || k.Size[2] < 2 {
		return
	}
	size := k.Size[2]
	places := []Axis{place(scope+"W_Q", 1), place(scope+"W_K", 1), place(scope+"W_V", 1), place(scope+"W_O", 0),
		place(scope+"b_Q", 0), place(scope+"b_K", 0), place(scope+"b_V", 0)}
	if n := b.shapes[scope+"k_norm.w"]; n != nil && n[0] == width { // of all heads together, not the same for each
		places = append(places, place(scope+"q_norm.w", 0), place(scope+"k_norm.w", 0))
	}
	b.add(scope+"z", scope+"z", size, places...)
	g := &b.groups[len(b.groups)-1]
	g.Block = b.shapes[scope+"W_O"][0] / size
}

// residual is the stream, if all weights are of a kind that is known: the end of the name, and the axis.
func (b *builder) residual() {
	if b.shapes["embed.W_E"] == nil || len(b.groups) == 0 {
		return
	}
	known := []Axis{place("embed.W_E", 1), place("pos_embed.W_pos", 1), place("ln1.w", 0), place("ln1.b", 0), place("ln2.w", 0), place("ln2.b", 0),
		place("ln_final.w", 0), place("ln_final.b", 0), place("attn.W_Q", 0), place("attn.W_K", 0), place("attn.W_V", 0), place("attn.W_O", 1),
		place("attn.b_O", 0), place("mlp.W_in", 0), place("mlp.W_gate", 0), place("mlp.W_out", 1), place("mlp.b_out", 0), place("unembed.W_U", 0)}
	inner := []string{"attn.b_Q", "attn.b_K", "attn.b_V", "mlp.b_in", "mlp.b_gate", "unembed.b_U", "attn.q_norm.w", "attn.k_norm.w"}
	size := b.shapes["embed.W_E"][1]
	var places []Axis
	last := ""
	for _, w := range b.m.Arch.Weights() {
		ends := func(suffix string) bool { return w.Name == suffix || strings.HasSuffix(w.Name, "."+suffix) }
		at := slices.IndexFunc(known, func(a Axis) bool { return ends(a.Weight) })
		switch {
		case at >= 0 && known[at].Axis < len(w.Shape) && w.Shape[known[at].Axis] == size:
			places = append(places, place(w.Name, known[at].Axis))
		case !slices.ContainsFunc(inner, ends):
			return
		}
		if scope, ok := strings.CutSuffix(w.Name, "attn.W_O"); ok {
			last = scope + "resid_post"
		}
	}
	if _, err := b.m.Site(last); err != nil {
		last = ""
	}
	b.add("residual stream", last, size, places...)
}
