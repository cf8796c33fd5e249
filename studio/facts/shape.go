package facts

import (
	"strings"

	"nissl"
)

// Shape is what the rows of a table say.
type Shape string

// The shapes, see the package's documentation. A table of none is Other.
const (
	Facts      Shape = "facts"
	Lists      Shape = "list"
	Histogram  Shape = "histogram"
	Contexts   Shape = "contexts"
	Tuning     Shape = "tuning"
	Effects    Shape = "effects"
	Partners   Shape = "partners"
	Pairs      Shape = "pairs"
	Changes    Shape = "changes"
	Membership Shape = "membership"
	Intervals  Shape = "intervals"
	Other      Shape = ""
)

// shapeOf recognises a table; facts and lists differ by their rows and are told apart by the caller.
func shapeOf(t nissl.Table) Shape {
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := t.Column(n); !ok {
				return false
			}
		}
		return true
	}
	switch _, _, directed := ends(t); {
	case has("unit", "low", "high", "count"):
		return Histogram
	case has("unit", "tokens", "values"):
		return Contexts
	case has("unit", "feature", "explained", "null"):
		return Tuning
	case has("unit") && delta(t) != "":
		return Effects
	case has("unit", "partner") && ValueColumn(t) != "":
		return Partners
	case directed && ValueColumn(t) != "":
		return Pairs
	case has("unit", "time_s", "from_community", "to_community"):
		return Changes
	case has("component", "unit", "community"):
		return Membership
	case has("component", "start_s", "stop_s"):
		return Intervals
	case has("unit"):
		return Lists
	}
	return Other
}

// ends are the columns of a table of pairs that name the two units.
func ends(t nissl.Table) (a, b string, ok bool) {
	for _, p := range [][2]string{{"unit_a", "unit_b"}, {"from", "to"}, {"source", "target"}} {
		x, okX := t.Column(p[0])
		y, okY := t.Column(p[1])
		if okX && okY && isText(x) && isText(y) {
			return p[0], p[1], true
		}
	}
	return "", "", false
}

// delta is the column that says what an intervention changes.
func delta(t nissl.Table) string {
	for _, c := range t.Columns {
		if strings.HasPrefix(c.Name, "delta_") && isNumber(c) {
			return c.Name
		}
	}
	return ""
}

// qualifies says that a column is about the value of a row, and is not that value.
func qualifies(name string) bool {
	switch name {
	case "rank", "p", "q", "z", "lag", "lag_s", "component", "level", "index", "layer", "document", "position", "n", "samples":
		return true
	}
	return strings.HasPrefix(name, "p_") || strings.HasPrefix(name, "null")
}

// ValueColumn is the column of a table of partners, pairs, tuning or effects that holds what is measured: the
// first number that is no rank, p and the like, or z where there is nothing else. "" for none.
func ValueColumn(t nissl.Table) string {
	if d := delta(t); d != "" {
		return d
	}
	if _, ok := t.Column("explained"); ok {
		return "explained"
	}
	for _, c := range t.Columns {
		if isNumber(c) && !qualifies(c.Name) {
			return c.Name
		}
	}
	if z, ok := t.Column("z"); ok && isNumber(z) {
		return "z"
	}
	return ""
}

func isNumber(c nissl.Column) bool {
	switch c.Values.(type) {
	case []float64, []int64:
		return true
	}
	return false
}

func isText(c nissl.Column) bool {
	_, ok := c.Values.([]string)
	return ok
}
