package lotteryticket

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1})
}

func tensor(data ...float32) nissl.Tensor { return nissl.Tensor{Shape: []int{len(data)}, Data: data} }

func TestPruneByHand(t *testing.T) {
	weights := []nissl.Tensor{tensor(3, -1, .5, 2, -4), tensor(.1, -.2, .3, -.4)}
	masks := []nissl.Tensor{tensor(1, 1, 0, 1, 1), tensor(1, 1, 1, 1)}
	for _, c := range []struct {
		shares []float64
		global bool
		want   [2][]float32
		why    string
	}{
		{[]float64{.5, .25}, false, [2][]float32{{1, 0, 0, 0, 1}, {0, 1, 1, 1}}, "of four left the two smallest, of four one"},
		{[]float64{.5, .5}, true, [2][]float32{{1, 1, 0, 1, 1}, {0, 0, 0, 0}}, "all of the second layer are smaller"},
		{[]float64{0, 1}, false, [2][]float32{{1, 1, 0, 1, 1}, {0, 0, 0, 0}}, "nothing and all"},
	} {
		got := Prune(weights, masks, c.shares, c.global)
		if !slices.Equal(got[0].Data, c.want[0]) || !slices.Equal(got[1].Data, c.want[1]) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
	if masks[0].Data[1] != 1 {
		t.Error("the masks given were changed")
	}
}

// Against a direct search for the threshold: what is kept is at least as large as what goes, nothing comes
// back, and the number is right.
func TestPruneProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 50 {
		var weights, masks []nissl.Tensor
		for range 3 {
			n := 1 + rng.IntN(40)
			w, m := make([]float32, n), make([]float32, n)
			for i := range w {
				w[i], m[i] = float32(rng.NormFloat64()), float32(rng.IntN(2))
			}
			weights, masks = append(weights, tensor(w...)), append(masks, tensor(m...))
		}
		share, global := rng.Float64(), rng.IntN(2) == 0
		after := Prune(weights, masks, []float64{share, share, share}, global)
		gone, left, before := 0.0, math.Inf(1), 0
		for l := range masks {
			if !global {
				gone, left, before = 0, math.Inf(1), 0
			}
			for i, w := range weights[l].Data {
				size := math.Abs(float64(w))
				switch {
				case after[l].Data[i] > masks[l].Data[i]:
					t.Fatalf("seed %d: a weight came back", seed)
				case after[l].Data[i] == 1:
					left = min(left, size)
				case masks[l].Data[i] == 1:
					gone = max(gone, size)
				}
			}
			if before = kept(masks)[l]; !global && kept(after)[l] != before-int(math.Round(share*float64(before))) || gone > left {
				t.Fatalf("seed %d: of %d stay %d at a share of %g; %g went, %g stayed", seed, before, kept(after)[l], share, gone, left)
			}
		}
	}
}

// A search on a small network: the masks are nested and have the sizes that the shares give, the initial
// weights are those of the seed, the same seed gives the same search, and the ticket of the last round, trained
// again by itself from what the search returned, ends with the same accuracy.
func TestSearch(t *testing.T) {
	all, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	a := &arch.MLP{Sizes: []int{64, 16, 10}, Act: "relu"}
	o := Options{Rounds: 2, Share: .5, Output: .5, Train: train.Options{Steps: 60, Every: 20, Rate: .01, Batch: 50, PerCall: 1}}
	b, err := NewBench(d, a, all, o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx, data := context.Background(), split(all, 3)
	s, err := b.Search(ctx, data, seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]int{{1024, 160}, {512, 120}, {256, 90}}; fmt.Sprint(s.Kept) != fmt.Sprint(want) {
		t.Errorf("kept %v, want %v", s.Kept, want)
	}
	for r := range 3 {
		for l, x := range s.Survived {
			n := 0
			for _, v := range x.Data {
				if int(v) >= r {
					n++
				}
			}
			if n != s.Kept[r][l] {
				t.Errorf("round %d, layer %d: %d weights survived, %d are kept", r, l, n, s.Kept[r][l])
			}
		}
	}
	again, err := b.Search(ctx, data, seed, nil)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(s) {
		t.Errorf("the same seed gave another search, %v", err)
	}
	last := s.Runs[len(s.Runs)-1]
	if last.Arm != Ticket || last.Round != 2 || len(last.Curve) != 3 || last.Final != last.Curve[2] {
		t.Errorf("last run %+v", last)
	}
	m, err := nn.Random(d, "ticket", a, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for l, name := range s.Layers {
		mask := nissl.Tensor{Shape: s.Survived[l].Shape, Data: slices.Clone(s.Survived[l].Data)}
		for i, v := range mask.Data {
			mask.Data[i] = max(0, v-1)
		}
		if err := errors.Join(m.SetWeight(name, s.Initial[l]), m.SetMask(name, mask)); err != nil {
			t.Fatal(err)
		}
	}
	o.Train.Seed = rand.New(rand.NewPCG(seed, 1)).Uint64()
	if _, err := train.Run(ctx, m, data.Fit, o.Train); err != nil {
		t.Fatal(err)
	}
	score, err := train.Evaluate(ctx, m, data.Test, data.Test.Len(), nil)
	if err != nil || math.Abs(score.Accuracy-last.Final) > 1e-9 {
		t.Errorf("trained by itself the ticket has %.4f, in the search %.4f; %v", score.Accuracy, last.Final, err)
	}
}

func TestBadParams(t *testing.T) {
	for _, bad := range []map[string]string{{"hidden": "ten"}, {"hidden": "0"}, {"hidden": "5,,"}, {"batch": "5000"}, {"data": "/nowhere"}, {"examples": "20"}} {
		if _, err := Method().Run(t.Context(), method.Input{}, bad, nil); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func ExamplePrune() {
	weight := nissl.Tensor{Shape: []int{4}, Data: []float32{.3, -2, .1, -.7}}
	mask := nissl.Tensor{Shape: []int{4}, Data: []float32{1, 1, 1, 1}}
	for range 2 {
		mask = Prune([]nissl.Tensor{weight}, []nissl.Tensor{mask}, []float64{.5}, false)[0]
		fmt.Println(mask.Data)
	}
	// Output:
	// [0 1 0 1]
	// [0 1 0 0]
}
