package parallel

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestEveryIndexOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		for _, k := range []int{0, 1, 2, 7} {
			seen := make([]atomic.Int32, n)
			if err := Workers(context.Background(), k, n, func() func(int) { return func(i int) { seen[i].Add(1) } }); err != nil {
				t.Fatal(err)
			}
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Fatalf("n %d, %d workers: index %d ran %d times", n, k, i, seen[i].Load())
				}
			}
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var ran atomic.Int32
	err := ForContext(ctx, 1_000_000, func(int) {
		if ran.Add(1) == 10 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || ran.Load() > 100 {
		t.Errorf("error %v after %d calls, want context.Canceled after about 10", err, ran.Load())
	}
}

func TestPanicReachesCaller(t *testing.T) {
	defer func() {
		if r := recover(); r != "boom" {
			t.Errorf("recovered %v, want boom", r)
		}
	}()
	_ = Workers(context.Background(), 4, 100, func() func(int) {
		return func(i int) {
			if i == 5 {
				panic("boom")
			}
		}
	})
}
