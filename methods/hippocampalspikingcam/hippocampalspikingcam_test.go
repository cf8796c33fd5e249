package hippocampalspikingcam

import (
	"context"
	"fmt"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
)

func TestClaims(t *testing.T) { methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1}) }

func TestContract(t *testing.T) { methodtest.Contract(t, Method()) }

// A hand-worked memory: items that share content, one of them learnt anew.
func TestMemory(t *testing.T) {
	ctx := context.Background()
	m := New(5, 12)
	if err := m.Learn(ctx, Item{0, []int{0, 1, 2}}, Item{1, []int{3, 4, 5}}, Item{2, []int{2, 6, 7}}, Item{3, []int{2, 3, 8}}); err != nil {
		t.Fatal(err)
	}
	recall := func(f Fragment) string {
		t.Helper()
		r, _, err := m.Recall(ctx, []Fragment{f}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return words(r[0])
	}
	expect := func(f Fragment, want string) {
		t.Helper()
		if got := recall(f); got != want {
			t.Errorf("%v brings back %s, expected %s", f, got, want)
		}
	}
	expect(Fragment{Cues: []int{0}}, "c0 x0 x1 x2")
	expect(Fragment{Contents: []int{8}}, "c3 x2 x3 x8")
	expect(Fragment{Contents: []int{2}}, "c0 c2 c3 x0 x1 x2 x3 x6 x7 x8")
	expect(Fragment{Contents: []int{11}}, "x11")
	if err := m.Learn(ctx, Item{0, []int{9, 10}}); err != nil {
		t.Fatal(err)
	}
	expect(Fragment{Cues: []int{0}}, "c0 x9 x10")
	expect(Fragment{Contents: []int{0}}, "x0")
	expect(Fragment{Contents: []int{2}}, "c2 c3 x2 x3 x6 x7 x8")
	if err := m.Learn(ctx, Item{5, nil}); err == nil {
		t.Error("a cue that there is not was learnt")
	}
}

func Example() {
	ctx := context.Background()
	m := New(3, 6)
	if err := m.Learn(ctx, Item{Cue: 0, Content: []int{1, 4}}, Item{Cue: 2, Content: []int{3, 4}}); err != nil {
		panic(err)
	}
	r, _, err := m.Recall(ctx, []Fragment{{Contents: []int{1}}, {Contents: []int{4}}}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(r[0].Cues, r[0].Contents)
	fmt.Println(r[1].Cues, r[1].Contents)
	// Output:
	// [0] [1 4]
	// [0 2] [1 3 4]
}
