package sheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Keep leaves only the rows that meet a condition such as "type = chemical", "transmitter
// != GABA|glutamate" or "weight >= 3 and type = chemical"; "" keeps all. It is an error
// when no row is left.
func (s *Sheet) Keep(condition string) error {
	if strings.TrimSpace(condition) == "" {
		return nil
	}
	rows := make([]int, s.Rows())
	for i := range rows {
		rows[i] = i
	}
	for _, part := range strings.Split(condition, " and ") {
		meets, err := s.condition(part)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", s.Path, condition, err)
		}
		rows = slices.DeleteFunc(rows, func(row int) bool { return !meets(row) })
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s: no row has %q", s.Path, condition)
	}
	s.keep(rows)
	return nil
}

// condition is one comparison, as a function of the row.
func (s *Sheet) condition(text string) (func(row int) bool, error) {
	for _, op := range []string{"!=", ">=", "<=", "=", ">", "<"} {
		name, value, ok := strings.Cut(text, op)
		if !ok {
			continue
		}
		c := s.Find(strings.TrimSpace(name))
		if c == nil {
			return nil, fmt.Errorf("no column %q; the columns are %s", strings.TrimSpace(name), s.names())
		}
		values := strings.Split(value, "|")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		if op == "=" || op == "!=" {
			return func(row int) bool { return c.is(row, values) == (op == "=") }, nil
		}
		limit, err := strconv.ParseFloat(values[0], 64)
		if err != nil || len(values) != 1 || c.Numbers == nil {
			return nil, fmt.Errorf("%s compares numbers", op)
		}
		return func(row int) bool {
			switch x := c.Numbers[row]; op {
			case ">=":
				return x >= limit
			case "<=":
				return x <= limit
			case ">":
				return x > limit
			default:
				return x < limit
			}
		}, nil
	}
	return nil, fmt.Errorf("expected COLUMN = VALUE, with =, !=, <, <=, > or >=, VALUE|VALUE for several, and \" and \" between conditions")
}

// is says whether the value of a row is one of some.
func (c *Column) is(row int, values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		if c.Numbers == nil {
			return c.Text[row] == v
		}
		x, err := strconv.ParseFloat(v, 64)
		return err == nil && c.Numbers[row] == x
	})
}
