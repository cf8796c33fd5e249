package load

import (
	"context"
	"math"
	"slices"
	"testing"

	"nissl"
	"nissl/nn"
)

func acts(t *testing.T, spellings ...string) []nissl.Intervention {
	t.Helper()
	var out []nissl.Intervention
	for _, s := range spellings {
		a, err := nissl.ParseIntervention(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func once(ids ...float32) nissl.Tensor { return nissl.Tensor{Shape: []int{1, len(ids)}, Data: ids} }

// Frozen attention keeps the pattern of the clean run whatever happens to the stream, and what is patched
// back everywhere gives the clean result back: the logic of path patching.
func TestFreezeAndPatch(t *testing.T) {
	m := stories(t)
	in := once(1, 403, 407, 261, 378, 432, 383, 286)
	sites := []string{"blocks.*.attn.hook_pattern", "blocks.2.hook_resid_pre"}
	do := func(a []nissl.Intervention) nn.Response {
		out, err := m.Do(context.Background(), nn.Request{Input: in, Taps: sites, Acts: a})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	clean := do(nil)
	push := "add(blocks.0.resid_post, 2)"
	pushed := do(acts(t, push))
	frozen := do(acts(t, push, "freeze(blocks.*.attn.pattern)"))
	for name, want := range clean.Sites {
		if name == "blocks.2.resid_pre" {
			continue
		}
		if name != "blocks.0.attn.pattern" && distance(pushed.Sites[name].Data, want.Data) < 1e-3 {
			t.Errorf("%s: the push changed nothing, so that freezing shows nothing", name)
		}
		if d := distance(frozen.Sites[name].Data, want.Data); d > 1e-6 {
			t.Errorf("%s: frozen, and yet %g away from the clean run", name, d)
		}
	}
	if distance(frozen.Result.Data, clean.Result.Data) < 1e-2 {
		t.Error("with frozen attention the push must still act through the residual stream")
	}

	out, err := m.Run(context.Background(), in, []string{"blocks.2.resid_pre"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	patch := acts(t, push, "patch(blocks.2.resid_pre, clean)")
	patch[1].Source = out.Activity
	if d := distance(do(patch).Result.Data, clean.Result.Data); d > 1e-3 {
		t.Errorf("with the clean stream patched back the result is %g away from the clean one", d)
	}
}

func distance(a, b []float32) float64 {
	var far float64
	for i := range a {
		far = max(far, math.Abs(float64(a[i]-b[i])))
	}
	return far
}

// The gradient at every kind of site says what a small push there does to the loss.
func TestGradientsInsideATransformer(t *testing.T) {
	m := stories(t)
	in := once(1, 403, 407, 261, 378, 432, 383, 286)
	sites := []string{"embed", "blocks.1.attn.v", "blocks.2.attn.pattern", "blocks.3.mlp.pre", "blocks.4.resid_post"}
	under := acts(t, "scale(blocks.0.mlp.post/3-9, 1.5)")
	loss := func(a ...nissl.Intervention) (float64, []nissl.Tensor) {
		out, err := m.Do(context.Background(), nn.Request{Input: in, Acts: append(slices.Clone(under), a...), NoResult: true, Then: nn.Gradient(nn.MeanLoss(), sites...)})
		if err != nil {
			t.Fatal(err)
		}
		return float64(out.Then[0].Data[0]), out.Then[1:]
	}
	_, gradients := loss()
	for i, name := range sites {
		g := gradients[i]
		best := 0
		for j, x := range g.Data {
			if math.Abs(float64(x)) > math.Abs(float64(g.Data[best])) {
				best = j
			}
		}
		// The number with the steepest slope, pushed by a step.
		site, err := m.Site(name)
		if err != nil {
			t.Fatal(err)
		}
		act := nissl.Intervention{Action: nissl.Add, Site: name}
		rest := best
		for axis := len(g.Shape) - 1; axis >= 0; axis-- {
			at := float64(rest % g.Shape[axis])
			rest /= g.Shape[axis]
			choice := nissl.Choice{{Lo: at, Hi: at}}
			switch site.Axes[axis] {
			case "batch":
			case "position", "query":
				act.At = choice
			default:
				act.Units = append([]nissl.Choice{choice}, act.Units...)
			}
		}
		const h = 0.01
		up, down := act, act
		up.Value, down.Value = h, -h
		a, _ := loss(up)
		b, _ := loss(down)
		if got, want := float64(g.Data[best]), (a-b)/(2*h); math.Abs(got-want) > 0.03*math.Abs(want)+1e-3 {
			t.Errorf("%s: gradient %g, differences say %g", act, got, want)
		}
	}
}
