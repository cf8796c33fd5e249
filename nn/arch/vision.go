package arch

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Shapes of the tensors of a checkpoint by name, from which the networks of images and MLPs take their
// sizes.
type Shapes map[string][]int

// rank of the tensor, with an error where there is none of that name and rank.
func (s Shapes) of(name string, rank int) ([]int, error) {
	d, ok := s[name]
	if !ok {
		return nil, fmt.Errorf("there is no tensor %s", name)
	}
	if len(d) != rank {
		return nil, fmt.Errorf("the tensor %s has shape %v; expected %d axes", name, d, rank)
	}
	for _, n := range d {
		if n <= 0 || n > 1<<24 {
			return nil, fmt.Errorf("the tensor %s has shape %v", name, d)
		}
	}
	return d, nil
}

// names that fit a pattern, numbers in them in order of their value.
func (s Shapes) names(pattern string) []string {
	re := regexp.MustCompile(pattern)
	out := slices.Collect(maps.Keys(s))
	out = slices.DeleteFunc(out, func(n string) bool { return !re.MatchString(n) })
	slices.SortFunc(out, natural)
	return out
}

// natural compares names so that layer 10 comes after layer 9.
func natural(a, b string) int {
	number := regexp.MustCompile(`\d+|\D+`)
	as, bs := number.FindAllString(a, -1), number.FindAllString(b, -1)
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if errX == nil && errY == nil && x != y {
			return x - y
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return len(as) - len(bs)
}

// torchLinear are the tensors of PyTorch's Linear, [out, in], as ours.
func torchLinear(ours, theirs string, bias bool) []Tensor {
	ts := []Tensor{{Weight: ours + ".W", From: theirs + ".weight", Fix: Transposed}}
	if bias {
		ts = append(ts, Tensor{Weight: ours + ".b", From: theirs + ".bias"})
	}
	return ts
}

// torchConv are the tensors of PyTorch's Conv2d, [out, in/groups, y, x] as ours.
func torchConv(ours, theirs string, bias bool) []Tensor {
	ts := []Tensor{{Weight: ours + ".W", From: theirs + ".weight"}}
	if bias {
		ts = append(ts, Tensor{Weight: ours + ".b", From: theirs + ".bias"})
	}
	return ts
}

// torchNorm are the tensors of PyTorch's BatchNorm2d.
func torchNorm(ours, theirs string) []Tensor {
	return []Tensor{{Weight: ours + ".w", From: theirs + ".weight"}, {Weight: ours + ".b", From: theirs + ".bias"},
		{Weight: ours + ".mean", From: theirs + ".running_mean"}, {Weight: ours + ".var", From: theirs + ".running_var"}}
}

// relu names a value before and after its nonlinearity.
func relu(p *nn.Pass, x *Node, axes ...string) *Node {
	return p.At("post", layer.Activation("relu").Apply(p.At("pre", x, axes...)), axes...)
}
