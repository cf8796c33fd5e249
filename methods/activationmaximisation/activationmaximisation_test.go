package activationmaximisation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/load"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

func device(t testing.TB) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// linear is a network of one layer of the given weights [input, unit].
func linear(t testing.TB, w []float32, units int, shape ...int) *nn.Model {
	t.Helper()
	a := &arch.MLP{Sizes: []int{len(w) / units, units}, Bias: []bool{false}, Shape: shape}
	m, err := nn.New(device(t), "linear", a, map[string]nissl.Tensor{"layers.0.W": {Shape: a.Sizes, Data: w}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// Of all x with |x| ≤ r, w · x is largest at r w / |w|, where it is r |w|.
func TestLinearUnitIsTheClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	w := make([]float32, 12*70) // with 2 restarts more than a batch, and no multiple
	gaussian(rng, w)
	s, err := Maximise(context.Background(), linear(t, w, 70), "logits", all(70), []int{12}, Options{Steps: 60, Restarts: 2, Step: .3, Norm: 2, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	for u := range 70 {
		row := make([]float32, 12)
		for i := range row {
			row[i] = w[i*70+u]
		}
		for r := range 2 {
			if want := 2 * norm(row); math.Abs(s.Response[u*2+r]-want) > 2e-3*want || correlation(s.Of(u, r), row) < .999 {
				t.Errorf("seed %d, unit %d, restart %d: response %g, want %g", seed, u, r, s.Response[u*2+r], want)
			}
		}
	}
}

// With a range a stimulus is a possible picture: with pixels of 0 to 1 and a large norm, 1 where the weight is
// positive and 0 elsewhere.
func TestRangeIsKept(t *testing.T) {
	w := []float32{1, -2, .5, -.25, 3, -1}
	o := Options{Steps: 80, Restarts: 2, Step: .2, Norm: 10, Low: []float32{0}, High: []float32{1}, Seed: seed}
	s, err := Maximise(context.Background(), linear(t, w, 1), "logits", []int{0}, []int{6}, o)
	if err != nil || !slices.Equal(s.Of(0, 0), []float32{1, 0, 1, 0, 1, 0}) || s.Top(0) != 4.5 {
		t.Errorf("%v, %v", s, err)
	}
	again, err := Maximise(context.Background(), linear(t, w, 1), "logits", []int{0}, []int{6}, o)
	if err != nil || !slices.Equal(s.Inputs.Data, again.Inputs.Data) {
		t.Errorf("the same seed gave another stimulus, %v", err)
	}
}

// The gradient of the total variation is what a small change of a pixel does to it.
func TestTotalVariation(t *testing.T) {
	p, rng := Picture{2, 4, 5}, rand.New(rand.NewPCG(seed, 2))
	x, g := make([]float32, 40), make([]float32, 40)
	gaussian(rng, x)
	total := p.totalVariation(x, g, .1)
	if flat := p.totalVariation(make([]float32, 40), make([]float32, 40), .1); flat != 0 || total <= 0 {
		t.Errorf("%g, of a flat picture %g", total, flat)
	}
	const h = 1. / 256
	for i := range x {
		at := func(by float32) float64 {
			y := slices.Clone(x)
			y[i] += by
			return p.totalVariation(y, make([]float32, 40), .1)
		}
		if want := (at(h) - at(-h)) / (2 * h); math.Abs(float64(g[i])-want) > 2e-3*(1+math.Abs(want)) {
			t.Errorf("seed %d: slope at %d is %g, differences say %g", seed, i, g[i], want)
		}
	}
}

func TestRollComesBack(t *testing.T) {
	p, x := Picture{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}
	y, z := make([]float32, 6), make([]float32, 6)
	if p.roll(y, x, 1, -1); !slices.Equal(y, []float32{4, 5, 3, 1, 2, 0}) {
		t.Errorf("moved: %v", y)
	}
	if p.roll(z, y, -1, 1); !slices.Equal(z, x) {
		t.Errorf("back: %v", z)
	}
}

// A blur leaves a flat picture and the sum of a spot in the middle as they are, and spreads the spot as a
// Gaussian: by its variance.
func TestBlur(t *testing.T) {
	p := Picture{1, 21, 21}
	x := make([]float32, 441)
	x[220] = 1
	p.blur(x, 1.5)
	sum, variance := 0., 0.
	for i, v := range x {
		d := float64(i%21 - 10)
		sum += float64(v)
		variance += float64(v) * d * d
	}
	if math.Abs(sum-1) > 1e-5 || math.Abs(variance-2.25) > .05 {
		t.Errorf("sum %g, variance %g", sum, variance)
	}
	flat := slices.Repeat([]float32{2}, 441)
	if p.blur(flat, 3); math.Abs(float64(slices.Min(flat))-2) > 1e-5 || math.Abs(float64(slices.Max(flat))-2) > 1e-5 {
		t.Error("a flat picture changed")
	}
}

// A checkerboard has all its power at the finest frequency, a slow grating none there, their sum what their
// amplitudes say.
func TestHighFrequencyShare(t *testing.T) {
	p := Picture{1, 8, 8}
	fine, slow, both := make([]float32, 64), make([]float32, 64), make([]float32, 64)
	for i := range fine {
		fine[i] = float32(1 - 2*((i/8+i%8)%2))
		slow[i] = float32(math.Sqrt2 * math.Sin(2*math.Pi*float64(i%8)/8))
		both[i] = 3 + fine[i] + 2*slow[i]
	}
	for _, c := range []struct {
		x    []float32
		want float64
	}{{fine, 1}, {slow, 0}, {both, .2}} {
		if got := p.HighFrequencyShare(c.x); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("share %g, want %g", got, c.want)
		}
	}
	if got := p.HighFrequencyShare(make([]float32, 64)); got == got {
		t.Errorf("of nothing %g", got)
	}
}

func TestFinding(t *testing.T) {
	d := device(t)
	m, _, err := digitNet(context.Background(), d, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	n := &load.Network{Model: m}
	run := func(words map[string]string) (*nissl.Finding, error) {
		return Method().Run(context.Background(), method.Input{Networks: []nissl.Network{n}}, words, (&method.Env{Seed: seed}).WithState(t.TempDir()))
	}
	f, err := run(map[string]string{"site": "layers.1.post", "pick": "3+7-9", "steps": "60", "examples": "300"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Evidence) != 3 || f.TableNamed("units") == nil || !slices.Equal(f.ArrayNamed("stimuli").Shape, []int{4, 1, 8, 8}) || !strings.Contains(fmt.Sprint(f.Notes), "layers.1.pre") {
		t.Errorf("%d pieces of evidence, notes %v", len(f.Evidence), f.Notes)
	}
	for _, e := range f.Evidence {
		if !e.Passed {
			t.Errorf("seed %d: %+v", seed, e)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(f.Folder, "stimuli", "*.png")); len(files) != 4 {
		t.Errorf("pictures %v", files)
	}
	for word, why := range map[string]string{"site": "no site", "pick": "--pick", "data": "expected labelled pictures"} {
		if _, err := run(map[string]string{word: "no"}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("--%s no: %v", word, err)
		}
	}
}

func ExampleMaximise() {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	// One unit that takes the difference of its two inputs.
	m, err := nn.New(d, "difference", &arch.MLP{Sizes: []int{2, 1}, Bias: []bool{false}},
		map[string]nissl.Tensor{"layers.0.W": {Shape: []int{2, 1}, Data: []float32{3, -4}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	s, err := Maximise(context.Background(), m, "logits", []int{0}, []int{2}, Options{Steps: 100, Restarts: 1, Step: .2, Norm: 5, Seed: 1})
	fmt.Printf("%.1f drives it to %.1f, %v\n", s.Of(0, 0), s.Top(0), err)
	// Output:
	// [3.0 -4.0] drives it to 25.0, <nil>
}
