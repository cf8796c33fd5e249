package massiveactivations

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/load"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// network is the planted one or its twin, and a text of its language.
func network(t *testing.T, massive bool) (n *load.Network, path string) {
	t.Helper()
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(device.Close)
	if n, err = planted(device, massive); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	if path, _, err = plantedTexts(t.TempDir(), rand.New(rand.NewPCG(seed, 1))); err != nil {
		t.Fatal(err)
	}
	return n, path
}

// The scan against loops over the hidden states, window by window; the attention to tokens against sums of
// the patterns; the replaced values against an intervention that says the same.
func TestAgainstLoops(t *testing.T) {
	ctx := context.Background()
	n, path := network(t, true)
	c, sites, err := open(n, path, 0)
	if err != nil {
		t.Fatal(err)
	}
	is := Criterion{1, 8} // so that there are others, too
	s, err := Look(ctx, n, c, sites, is, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := first(c, 40)
	if err != nil {
		t.Fatal(err)
	}
	b := c.Of(rows)
	q := b.Request()
	q.Taps = []string{"blocks.*.resid_post", "blocks.1.attn.pattern"}
	out, err := n.Do(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	width := b.Input.Shape[1]
	massive, values, top := 0, map[int][]float64{}, 0.0
	for i, site := range sites {
		x := out.Sites[site.Name].Data
		for r, row := range rows {
			h := x[r*width*site.Units:][:row.Len()*site.Units]
			m := median(h)
			if i == 0 {
				top += float64(slices.Max(h)) / float64(len(rows))
			}
			for k, v := range h {
				if is.Holds(float64(v), m) {
					massive++
					if i == 0 {
						values[k%site.Units] = append(values[k%site.Units], float64(v))
					}
				}
			}
		}
	}
	if s.Massive != massive || s.Tokens != c.Samples || s.Windows != len(rows) {
		t.Errorf("%d massive in %d tokens of %d windows, want %d, %d, %d", s.Massive, s.Tokens, s.Windows, massive, c.Samples, len(rows))
	}
	if got := s.Layers[0].Top[0]; math.Abs(got/top-1) > 1e-6 {
		t.Errorf("largest magnitude %g, want %g", got, top)
	}
	for _, u := range s.Units {
		want := values[u.Unit]
		if u.Site != sites[0].Name {
			continue
		}
		mean, square := average(want), 0.0
		for _, v := range want {
			square += (v - mean) * (v - mean)
		}
		if u.Count != len(want) || math.Abs(u.Mean/mean-1) > 1e-6 || math.Abs(u.SD-math.Sqrt(square/float64(max(1, len(want)-1)))) > 1e-3*(1+u.SD) {
			t.Errorf("unit %d: %d values of %g ± %g, want %d of %g", u.Unit, u.Count, u.Mean, u.SD, len(want), mean)
		}
	}
	testTrial(t, n, b.Request(), out.Sites["blocks.1.attn.pattern"], width)
}

func testTrial(t *testing.T, n *load.Network, q nn.Request, pattern nissl.Tensor, width int) {
	ctx := context.Background()
	rows := q.Input.Shape[0]
	keys := nissl.Tensor{Shape: []int{rows, width, 2}, Data: make([]float32, rows*width*2)}
	for r := range rows {
		keys.Data[(r*width+3)*2] = 1
		keys.Data[(r*width+r%width)*2+1] = 1
	}
	q.NoResult, q.Then = true, nn.AttentionTo(keys, "blocks.1.attn.pattern")
	out, err := n.Do(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for r := range rows {
		for p := range width {
			for set, key := range []int{3, r % width} {
				want := pattern.Data[(r*width+p)*width+key] // one head
				if got := out.Then[0].Data[(r*width+p)*2+set]; math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("window %d, query %d, set %d: %g, want %g", r, p, set, got, want)
				}
			}
		}
	}
}

// Replacing by a recording of the whole hidden state is the same as clamping the units one by one.
func TestReplaced(t *testing.T) {
	ctx := context.Background()
	n, path := network(t, true)
	c, sites, err := open(n, path, 0)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := newTrial(ctx, n, c, sites[0], Criterion{100, 1000}, 3)
	if err != nil {
		t.Fatal(err)
	}
	var starts []value
	for r := range tr.batch.Rows {
		starts = append(starts, value{r, 0, first1}, value{r, 0, first2})
	}
	got, err := tr.loss(ctx, starts, func(v value) float64 { return float64(v.unit) })
	if err != nil {
		t.Fatal(err)
	}
	q := tr.batch.Request()
	for _, s := range []string{"clamp(blocks.0.resid_post/28@0, 28)", "clamp(blocks.0.resid_post/29@0, 29)"} {
		act, err := nissl.ParseIntervention(s)
		if err != nil {
			t.Fatal(err)
		}
		q.Acts = append(q.Acts, act)
	}
	q.NoResult, q.Then = true, nn.Loss()
	out, err := n.Do(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	want, k := 0.0, 0
	for r, l := range tr.batch.Lengths {
		for p := range l - 1 {
			want += float64(out.Then[0].Data[r*tr.width+p])
			k++
		}
	}
	if want /= float64(k); math.Abs(got-want) > 1e-5 {
		t.Errorf("loss %g, clamped %g", got, want)
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	for _, v := range tr.others(rng) {
		if tr.at[v] || v.position >= tr.batch.Rows[v.row].Len() {
			t.Errorf("%+v is massive or padding", v)
		}
	}
}

func TestFinding(t *testing.T) {
	for _, massive := range []bool{true, false} {
		n, path := network(t, massive)
		f, err := Method().Run(context.Background(), method.Input{Networks: []nissl.Network{n}}, map[string]string{"input": path, "length": "64"}, &method.Env{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		dims, _ := f.Metric("massive_dimensions")
		passed := 0
		for _, e := range f.Evidence {
			if e.Passed {
				passed++
			}
		}
		t.Log(f.Summary)
		if massive && (dims != 2 || passed != 4 || f.TableNamed("attention") == nil || !strings.Contains(f.Summary, `"."`)) {
			t.Errorf("%g dimensions, %d of %d passed: %+v", dims, passed, len(f.Evidence), f.Evidence)
		}
		if !massive && (dims != 0 || passed != 0 || !strings.HasPrefix(f.Summary, "No massive")) {
			t.Errorf("in the twin %g dimensions, %d passed", dims, passed)
		}
	}
}

// Of Gaussian vectors, turning each at random changes nothing: the largest ratio is the largest of so many
// normal numbers, √(2 log N) in the limit, over their median magnitude .6745.
func TestRandomRatio(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	const units, positions = 256, 60
	lengths := make([]float64, positions)
	for i := range lengths {
		lengths[i] = math.Sqrt(units)
	}
	sum := 0.0
	for range 20 {
		sum += randomRatio(lengths, units, rng) / 20
	}
	if want := math.Sqrt(2*math.Log(2*units*positions)) / .6745; sum < .85*want || sum > 1.05*want {
		t.Errorf("largest ratio %.2f, want about %.2f", sum, want)
	}
}

func ExampleCriterion_Holds() {
	paper := Criterion{Magnitude: 100, Ratio: 1000}
	fmt.Println(paper.Holds(-400, .3), paper.Holds(400, .5), paper.Holds(90, .01))
	// Output: true false false
}
