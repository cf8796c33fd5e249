package tiles

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"nissl"
)

// Order is an order of the units for display.
type Order struct {
	Rows []int // unit of each row
	// Groups is the group of each row, -1 for none; nil where the order has no groups.
	Groups []int
	Names  []string // of the groups
}

// FileOrder is the order of the units table.
func FileOrder(units int) *Order {
	o := &Order{Rows: make([]int, units)}
	for i := range o.Rows {
		o.Rows[i] = i
	}
	return o
}

// mostGroups is how many different numbers still count as groups.
const mostGroups = 64

// OrderBy sorts by the values of a column, one per unit: numbers rise, texts are in
// alphabetical order with numbers inside them by size. Units without a value come last,
// equal ones stay in the order of the file. Texts, truth values and few whole numbers
// that repeat make groups.
func OrderBy(c nissl.Column) *Order {
	n := c.Len()
	o := FileOrder(n)
	if text, ok := c.Values.([]string); ok {
		slices.SortStableFunc(o.Rows, func(a, b int) int { return compareText(text[a], text[b]) })
		o.group(func(i int) string { return text[i] })
		return o
	}
	value := make([]float64, n)
	whole := true
	for i := range value {
		value[i] = c.Float(i)
		whole = whole && (math.IsNaN(value[i]) || value[i] == math.Trunc(value[i]))
	}
	slices.SortStableFunc(o.Rows, func(a, b int) int { return compareNumber(value[a], value[b]) })
	if whole {
		o.group(c.Text)
	}
	return o
}

// group makes groups of rows of the same text when these are few or large enough to be
// worth a name. Rows are sorted, so that equal texts stand together.
func (o *Order) group(text func(unit int) string) {
	groups, names := make([]int, len(o.Rows)), []string{}
	for r, u := range o.Rows {
		t := text(u)
		switch {
		case t == "":
			groups[r] = -1
			continue
		case len(names) == 0 || names[len(names)-1] != t:
			names = append(names, t)
		}
		groups[r] = len(names) - 1
	}
	if len(names) > 0 && len(names) <= mostGroups && (len(names) < len(o.Rows) || len(o.Rows) == 1) {
		o.Groups, o.Names = groups, names
	}
}

// Reverse turns the rows round.
func (o *Order) Reverse() *Order {
	out := &Order{Rows: slices.Clone(o.Rows), Groups: slices.Clone(o.Groups), Names: o.Names}
	slices.Reverse(out.Rows)
	slices.Reverse(out.Groups)
	return out
}

func compareNumber(a, b float64) int {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return cmp.Compare(boolInt(math.IsNaN(a)), boolInt(math.IsNaN(b)))
	}
	return cmp.Compare(a, b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareText compares texts with the numbers in them by their size: unit2 before
// unit10. The empty text comes last.
func compareText(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(boolInt(a == ""), boolInt(b == ""))
	}
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == 0 || y == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		p, q := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), strings.Compare(p, q), cmp.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[x:], b[y:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is the number of digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
