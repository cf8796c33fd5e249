package param

import (
	"fmt"
	"math"
)

// Numbers are the numbers of a parameter that is a List; one number is a list of one.
func (s Set) Numbers(name string) []float64 {
	if l := s.Value(name).Listed(); l != nil {
		return l
	}
	return []float64{s.One(name)}
}

// Schedule reads what changes in time: a list of times (ms), each rounded to a step of dt ms, and
// a list of as many values that hold from them on. The result is the steps.
func (s Set) Schedule(times, values string, dt float64) ([]int64, error) {
	for _, name := range []string{times, values} {
		if _, constant := s.Value(name).Constant(); !constant && s.Value(name).Listed() == nil {
			return nil, &Error{name, fmt.Errorf("%s: expected a list of numbers, no distribution", name)}
		}
	}
	t, v := s.Numbers(times), s.Numbers(values)
	if len(t) != len(v) {
		return nil, &Error{values, fmt.Errorf("%s has %d numbers, %s has %d: expected one value for each time", values, len(v), times, len(t))}
	}
	from := make([]int64, len(t))
	for i := range t {
		from[i] = int64(math.Round(t[i] / dt))
		if i > 0 && from[i] <= from[i-1] {
			return nil, &Error{times, fmt.Errorf("%s: %v ms follows %v ms; expected times that grow by a step or more", times, t[i], t[i-1])}
		}
	}
	return from, nil
}
