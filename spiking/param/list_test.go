package param

import (
	"slices"
	"strings"
	"testing"
)

// A unit may have digits and slashes of its own; other units are still told apart.
func TestQuantityUnits(t *testing.T) {
	for text, want := range map[string]float64{"0.02 1/ms": .02, "3 Hz/mV": 3, "5 mV": .005, "2 s": 2, "5 ms": .005} {
		unit := map[bool]string{true: "s", false: "V"}[strings.HasSuffix(text, "s")]
		if strings.Contains(text, "/") {
			_, unit, _ = strings.Cut(text, " ")
		}
		if got, err := Quantity(text, unit); err != nil || got != want {
			t.Errorf("%q in %s: %v, %v; expected %v", text, unit, got, err, want)
		}
	}
	if _, err := Quantity("2 1/s", "1/ms"); err == nil {
		t.Error("1/s taken for 1/ms")
	}
}

// A schedule is steps that grow, one value for each.
func TestSchedule(t *testing.T) {
	params := []Param{{Name: "times", Range: NotNegative, List: true}, {Name: "values", List: true}}
	set := func(times, values Value) Set {
		s, err := NewSet(params, map[string]Value{"times": times, "values": values})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	got, err := set(List([]float64{0, .31, 2}), List([]float64{1, 2, 3})).Schedule("times", "values", .1)
	if err != nil || !slices.Equal(got, []int64{0, 3, 20}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []Set{set(List([]float64{1, 2}), Constant(1)), set(List([]float64{1, 1.01}), List([]float64{1, 2})), set(Uniform(0, 1), Constant(1))} {
		if _, err := s.Schedule("times", "values", .1); err == nil {
			t.Error("a schedule that cannot be is accepted")
		}
	}
}
