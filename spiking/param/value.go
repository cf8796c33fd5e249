package param

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nissl/spiking/random"
)

// Value is a number for each of many cells or synapses: the same for all, drawn from a
// distribution, or listed.
type Value struct {
	kind string // "", "uniform", "normal", "lognormal", "exponential", "list"
	a, b float64
	list []float64
}

// Constant is the same number for all.
func Constant(x float64) Value { return Value{a: x} }

// Uniform is drawn evenly from [low, high).
func Uniform(low, high float64) Value { return Value{kind: "uniform", a: low, b: high} }

// Normal is drawn with a mean and a standard deviation.
func Normal(mean, sd float64) Value { return Value{kind: "normal", a: mean, b: sd} }

// Lognormal is exp of a normal number with mean mu and standard deviation sigma.
func Lognormal(mu, sigma float64) Value { return Value{kind: "lognormal", a: mu, b: sigma} }

// Exponential is drawn with a mean.
func Exponential(mean float64) Value { return Value{kind: "exponential", a: mean} }

// List is one number for each.
func List(x []float64) Value { return Value{kind: "list", list: x} }

// Distribution is the distribution of that name, as a model file calls it.
func Distribution(kind string, args []float64) (Value, error) {
	want := map[string]int{"uniform": 2, "normal": 2, "lognormal": 2, "exponential": 1}[kind]
	switch {
	case want == 0:
		return Value{}, fmt.Errorf("unknown distribution %q; there are uniform = [low, high], normal = [mean, sd], lognormal = [mu, sigma], exponential = [mean]", kind)
	case len(args) != want:
		return Value{}, fmt.Errorf("%s takes %d numbers, not %d", kind, want, len(args))
	case kind == "uniform" && args[1] < args[0]:
		return Value{}, fmt.Errorf("uniform from %v to %v: the first is the lower one", args[0], args[1])
	case kind != "uniform" && args[len(args)-1] < 0:
		return Value{}, fmt.Errorf("%s: a spread of %v is negative", kind, args[len(args)-1])
	}
	v := Value{kind: kind, a: args[0]}
	if want == 2 {
		v.b = args[1]
	}
	return v, nil
}

// Constant is the number when it is the same for all.
func (v Value) Constant() (float64, bool) { return v.a, v.kind == "" }

// Listed is the numbers of a list, nil of anything else.
func (v Value) Listed() []float64 { return v.list }

// At is the number of place i, with its distribution's randomness from r. It panics
// when a list has no such place.
func (v Value) At(i int, r *random.Stream) float64 {
	switch v.kind {
	case "uniform":
		return v.a + (v.b-v.a)*r.Float64()
	case "normal":
		return v.a + v.b*r.Normal()
	case "lognormal":
		return math.Exp(v.a + v.b*r.Normal())
	case "exponential":
		return v.a * r.Exponential()
	case "list":
		return v.list[i]
	}
	return v.a
}

// Bounds are the least and the largest number that can come out, infinite where there is
// no bound.
func (v Value) Bounds() (low, high float64) {
	switch v.kind {
	case "uniform":
		return v.a, v.b
	case "normal":
		if v.b > 0 {
			return math.Inf(-1), math.Inf(1)
		}
	case "lognormal":
		return 0, math.Inf(1)
	case "exponential":
		return 0, math.Inf(1)
	case "list":
		low, high = math.Inf(1), math.Inf(-1)
		for _, x := range v.list {
			low, high = min(low, x), max(high, x)
		}
		return low, high
	}
	return v.a, v.a
}

// String is what a model file would say.
func (v Value) String() string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	switch v.kind {
	case "":
		return number(v.a)
	case "exponential":
		return "{exponential = [" + number(v.a) + "]}"
	case "list":
		parts := make([]string, min(len(v.list), 6))
		for i := range parts {
			parts[i] = number(v.list[i])
		}
		if len(parts) < len(v.list) {
			parts = append(parts, fmt.Sprintf("… %d in all", len(v.list)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + v.kind + " = [" + number(v.a) + ", " + number(v.b) + "]}"
}

// check refuses what the parameter cannot be. Of a distribution without bounds only its
// parameters are checked here; what is drawn is checked when it is drawn.
func (v Value) check(p Param) error {
	if v.kind == "list" {
		if len(v.list) == 0 {
			return fmt.Errorf("%s: an empty list", p.Name)
		}
		for i, x := range v.list {
			if err := p.Check(x); err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
		}
		return nil
	}
	if v.kind == "" || v.kind == "uniform" {
		for _, x := range []float64{v.a, v.b} {
			if err := p.Check(x); err != nil {
				return err
			}
			if v.kind == "" {
				break
			}
		}
		return nil
	}
	return Param{Name: p.Name}.Check(v.a + v.b)
}
