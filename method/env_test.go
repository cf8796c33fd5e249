package method_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"nissl/method"
)

func TestStepResumes(t *testing.T) {
	type state struct {
		Name string
		Rows [][]float32
	}
	want := state{"a", [][]float32{{1, 2}, {3}}}
	dir := filepath.Join(t.TempDir(), "state")
	env := (&method.Env{}).WithState(dir)
	calls := 0
	step := func(name string) state {
		got, err := method.Step(env, name, func() (state, error) { calls++; return want, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for range 3 {
		if got := step("fit/rank 3"); !reflect.DeepEqual(got, want) {
			t.Errorf("step gave %v, want %v", got, want)
		}
	}
	if calls != 1 {
		t.Errorf("a kept step was computed %d times", calls)
	}
	if step("fit/rank 4"); calls != 2 {
		t.Error("a step of another name took the first one's result")
	}
}

func TestStepOfAFailedOrTornRun(t *testing.T) {
	dir := t.TempDir()
	env := (&method.Env{}).WithState(dir)
	fail := errors.New("no convergence")
	if _, err := method.Step(env, "fit", func() (int, error) { return 1, fail }); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("a failed step left %v", entries)
	}
	if got, err := method.Step(env, "fit", func() (int, error) { return 2, nil }); got != 2 || err != nil {
		t.Errorf("after a failure: %v, %v", got, err)
	}
	// A file cut short, as by a full disk, is computed again.
	files, _ := filepath.Glob(filepath.Join(dir, "*.gob"))
	if len(files) != 1 {
		t.Fatalf("state holds %v", files)
	}
	if err := os.Truncate(files[0], 1); err != nil {
		t.Fatal(err)
	}
	if got, err := method.Step(env, "fit", func() (int, error) { return 3, nil }); got != 3 || err != nil {
		t.Errorf("after truncation: %v, %v", got, err)
	}
}

func TestStepWithoutState(t *testing.T) {
	calls := 0
	for range 2 {
		if _, err := method.Step(&method.Env{}, "fit", func() (int, error) { calls++; return calls, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 2 {
		t.Errorf("without a state every step is computed, got %d calls", calls)
	}
}

func TestStreamsAreIndependentOfOrder(t *testing.T) {
	a, b := method.Env{Seed: 5}, method.Env{Seed: 5}
	x := a.Rand("one").Uint64()
	b.Rand("two").Uint64()
	if y := b.Rand("one").Uint64(); x != y {
		t.Error("the stream depends on what was drawn before")
	}
	if a.Rand("one").Uint64() == a.Rand("two").Uint64() {
		t.Error("two streams are the same")
	}
	c := method.Env{Seed: 6}
	if a.Rand("one").Uint64() == c.Rand("one").Uint64() {
		t.Error("two seeds give the same stream")
	}
}
