package param

import (
	"fmt"
	"strconv"
	"strings"
)

// scale is how many of the base unit one of the unit is; base is "" for an unknown unit.
func scale(unit string) (factor float64, base string) {
	switch unit {
	case "":
		return 1, "1"
	case "%":
		return .01, "1"
	case "ohm", "Ohm", "Ω":
		return 1, "Ω"
	}
	prefixes := map[string]float64{"": 1, "G": 1e9, "M": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
	for _, b := range []string{"Ohm", "ohm", "Ω", "Hz", "s", "V", "A", "S", "F", "m"} {
		if prefix, ok := strings.CutSuffix(unit, b); ok {
			if f, known := prefixes[prefix]; known {
				if b == "Ohm" || b == "ohm" {
					b = "Ω"
				}
				return f, b
			}
		}
	}
	if unit == "spikes/s" || unit == "1/s" {
		return 1, "Hz"
	}
	return 0, ""
}

// Quantity reads a text such as "20 ms" as a number of the unit; a text without a unit is
// a number of the unit already.
func Quantity(text, unit string) (float64, error) {
	text = strings.TrimSpace(text)
	if head, ok := strings.CutSuffix(text, unit); ok && unit != "" { // the unit may have digits: 1/ms
		if x, err := strconv.ParseFloat(strings.TrimSpace(head), 64); err == nil {
			return x, nil
		}
	}
	cut := len(text)
	for cut > 0 && strings.IndexByte("0123456789.", text[cut-1]) < 0 {
		cut--
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text[:cut]), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number with a unit such as \"20 %s\"", text, orOne(unit))
	}
	given := strings.TrimSpace(text[cut:])
	if given == "" || given == unit {
		return x, nil
	}
	have, base := scale(given)
	want, of := scale(unit)
	switch {
	case base == "":
		return 0, fmt.Errorf("%q: unknown unit %q", text, given)
	case base != of:
		return 0, fmt.Errorf("%q is in %s, but it is measured in %s", text, given, orOne(unit))
	}
	return convert(x, have, want), nil
}

// convert multiplies by have/want, by a division where that is the exact one: 0.25 nF are
// 250 pF, not 250.00000000000003.
func convert(x, have, want float64) float64 {
	if have < want {
		return x / float64(int64(want/have+.5))
	}
	return x * float64(int64(have/want+.5))
}

func orOne(unit string) string {
	if unit == "" {
		return "no unit"
	}
	return unit
}
