// Package param describes the parameters of cells, synapses, wiring and stimuli, with
// their units, and reads their values: a number in the parameter's own unit, a text with
// a unit ("20 ms"), a distribution or a list.
package param

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// Param is one parameter. Names and units are those of NEST where it has the parameter.
type Param struct {
	Name    string
	Unit    string // "ms", "mV", "pA", "nS", "pF", "Hz", ""; the unit of a plain number
	Default float64
	Doc     string
	Range   Range
	// List says that the value is a list of numbers as a whole (times of a schedule), the same
	// for all cells; a single number is a list of one.
	List bool
}

// Range says which values a parameter may have.
type Range int

// The ranges.
const (
	Any         Range = iota // finite
	Positive                 // > 0
	NotNegative              // ≥ 0
	Probability              // 0 to 1
	Count                    // a whole number ≥ 0
)

// Check refuses a value that the parameter cannot have.
func (p Param) Check(x float64) error {
	ok, want := x-x == 0, "a finite number"
	switch p.Range {
	case Positive:
		ok, want = ok && x > 0, "a number above 0"
	case NotNegative:
		ok, want = ok && x >= 0, "a number that is not negative"
	case Probability:
		ok, want = ok && x >= 0 && x <= 1, "a number from 0 to 1"
	case Count:
		ok, want = ok && x >= 0 && x == math.Trunc(x), "a whole number, 0 or more"
	}
	if !ok {
		return fmt.Errorf("%s = %v: expected %s", p.Name, x, want)
	}
	return nil
}

// Set is the values of the parameters of one population, projection or stimulus.
type Set struct {
	params []Param
	values map[string]Value
}

// NewSet checks the values against the parameters; those that are not given have their
// defaults. An unknown name is an error that says what there is.
func NewSet(params []Param, given map[string]Value) (Set, error) {
	s := Set{params, map[string]Value{}}
	for _, p := range params {
		s.values[p.Name] = Constant(p.Default)
	}
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		i := slices.IndexFunc(params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			return s, &Error{name, fmt.Errorf("there is no parameter %s; there are %s", name, Names(params))}
		}
		if err := given[name].check(params[i]); err != nil {
			return s, &Error{name, err}
		}
		s.values[name] = given[name]
	}
	return s, nil
}

// Error is what is wrong with the value of one parameter.
type Error struct {
	Name string
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }

// Names of parameters, for messages.
func Names(params []Param) string {
	if len(params) == 0 {
		return "none"
	}
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// Params are the parameters that have values here.
func (s Set) Params() []Param { return s.params }

// Value of a parameter. It panics when there is no such parameter.
func (s Set) Value(name string) Value {
	v, ok := s.values[name]
	if !ok {
		panic("param: no parameter " + name)
	}
	return v
}

// One is the value of a parameter that is the same for all; it panics on a distribution,
// so a caller that cannot take one refuses it first with Single.
func (s Set) One(name string) float64 {
	x, ok := s.Value(name).Constant()
	if !ok {
		panic("param: " + name + " has more than one value")
	}
	return x
}

// Single refuses parameters with more than one value among the named ones, or among all
// when none is named.
func (s Set) Single(names ...string) error {
	for _, p := range s.params {
		if _, ok := s.values[p.Name].Constant(); !ok && (len(names) == 0 || slices.Contains(names, p.Name)) {
			return &Error{p.Name, fmt.Errorf("%s must be the same for all", p.Name)}
		}
	}
	return nil
}
