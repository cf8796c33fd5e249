package nissl

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Choice is a choice along one axis: nil for all of it, else ranges in the order given.
// It is written 3, 3-7, 1+5+20-29, -1 (the last), 0.5-1.5 (seconds) or * (all).
type Choice []Range

// Range is from Lo to Hi, both included.
type Range struct{ Lo, Hi float64 }

// String is the spelling that ParseChoice reads.
func (c Choice) String() string {
	if c == nil {
		return "*"
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	parts := make([]string, len(c))
	for i, r := range c {
		parts[i] = number(r.Lo)
		if r.Hi != r.Lo {
			parts[i] += "-" + number(r.Hi)
		}
	}
	return strings.Join(parts, "+")
}

// ParseChoice reads the spelling shown at Choice.
func ParseChoice(text string) (Choice, error) {
	if text == "*" {
		return nil, nil
	}
	var c Choice
	for _, part := range strings.Split(text, "+") {
		lo, hi := part, part
		if i := strings.IndexByte(strings.TrimPrefix(part, "-"), '-'); i >= 0 {
			i += len(part) - len(strings.TrimPrefix(part, "-"))
			lo, hi = part[:i], part[i+1:]
		}
		r := Range{number(lo), number(hi)}
		if math.IsNaN(r.Lo) || math.IsNaN(r.Hi) {
			return nil, fmt.Errorf("%q is no number and no range such as 3-7", part)
		}
		if r.Hi < r.Lo && r.Lo*r.Hi >= 0 {
			return nil, fmt.Errorf("%q ends before it starts", part)
		}
		c = append(c, r)
	}
	return c, nil
}

// number is the value of digits with an optional sign and fraction, else NaN.
func number(text string) float64 {
	if text == "" || strings.Trim(text, "-.0123456789") != "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) {
		return math.NaN()
	}
	return x + 0 // -0 is 0
}

// Indexes are the chosen whole numbers below n, negative ones counted from n. An index
// that is not there is an error.
func (c Choice) Indexes(n int) ([]int, error) {
	if c == nil {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	var out []int
	for _, r := range c {
		lo, hi := r.Lo, r.Hi
		if lo < 0 {
			lo += float64(n)
		}
		if hi < 0 {
			hi += float64(n)
		}
		if lo != math.Trunc(lo) || hi != math.Trunc(hi) {
			return nil, fmt.Errorf("%s is not a whole number", Choice{r})
		}
		if lo < 0 || hi >= float64(n) || hi < lo {
			return nil, fmt.Errorf("%s is not among the %d that there are (0 to %d)", Choice{r}, n, n-1)
		}
		for i := int(lo); i <= int(hi); i++ {
			out = append(out, i)
		}
	}
	return out, nil
}
