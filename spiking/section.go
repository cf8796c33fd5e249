package spiking

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"nissl"
	"nissl/spiking/param"
)

// section is one table of a model file while it is read: the first thing wrong with it is
// kept, and every key that nobody asked for is wrong.
type section struct {
	name   string
	index  int
	values map[string]any
	asked  map[string]bool
	err    error
}

func (s *section) fail(key string, err error) {
	if s.err == nil {
		s.err = &Fault{s.name, s.index, key, err}
	}
}

func (s *section) used(key string) (any, bool) {
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	s.asked[key] = true
	v, ok := s.values[key]
	return v, ok
}

// done is the first fault, or a key that means nothing here.
func (s *section) done() error {
	if s.err != nil {
		return s.err
	}
	var left, known []string
	for key := range s.values {
		if !s.asked[key] {
			left = append(left, key)
		}
	}
	for key := range s.asked {
		known = append(known, key)
	}
	if len(left) == 0 {
		return nil
	}
	sort.Strings(left)
	sort.Strings(known)
	return &Fault{s.name, s.index, left[0], fmt.Errorf("%s means nothing here; there are %s", left[0], strings.Join(known, ", "))}
}

func (s *section) text(key, otherwise string) string {
	v, ok := s.used(key)
	if !ok {
		return otherwise
	}
	text, ok := v.(string)
	if !ok {
		s.fail(key, fmt.Errorf("%s = %v: expected a text", key, v))
	}
	return text
}

// texts is a list of texts; one text is a list of one.
func (s *section) texts(key string) []string {
	v, ok := s.used(key)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, len(v))
		for i, x := range v {
			if out[i], ok = x.(string); !ok {
				s.fail(key, fmt.Errorf("%s = %v: expected texts", key, x))
			}
		}
		return out
	}
	s.fail(key, fmt.Errorf("%s = %v: expected a text or a list of texts", key, v))
	return nil
}

func (s *section) flag(key string, otherwise bool) bool {
	v, ok := s.used(key)
	if !ok {
		return otherwise
	}
	b, ok := v.(bool)
	if !ok {
		s.fail(key, fmt.Errorf("%s = %v: expected true or false", key, v))
	}
	return b
}

func (s *section) choice(key string) nissl.Choice {
	text := s.text(key, "*")
	c, err := nissl.ParseChoice(text)
	if err != nil {
		s.fail(key, fmt.Errorf("%s = %q: %w", key, text, err))
	}
	return c
}

// list is the tables of [[key]].
func (s *section) list(key string) []map[string]any {
	v, ok := s.used(key)
	if !ok {
		return nil
	}
	list, ok := v.([]map[string]any)
	if !ok {
		s.fail(key, fmt.Errorf("%s is no list of tables; write [[%s]]", key, key))
	}
	return list
}

// number reads a number or a text with a unit.
func number(v any, unit string) (float64, error) {
	switch v := v.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	case string:
		return param.Quantity(v, unit)
	}
	return 0, fmt.Errorf("%v: expected a number", v)
}

func (s *section) quantity(key, unit string, otherwise float64) float64 {
	v, ok := s.used(key)
	if !ok {
		return otherwise
	}
	x, err := number(v, unit)
	if err != nil {
		s.fail(key, fmt.Errorf("%s = %w", key, err))
	} else if x-x != 0 {
		s.fail(key, fmt.Errorf("%s = %v: expected a finite number", key, x))
	}
	return x
}

// whole is a whole number, 0 or more.
func (s *section) whole(key string, otherwise int) int {
	x := s.quantity(key, "", float64(otherwise))
	if s.err == nil && (x < 0 || x > 1<<53 || x != math.Trunc(x)) {
		s.fail(key, fmt.Errorf("%s = %v: expected a whole number, 0 or more", key, x))
	}
	if s.err != nil {
		return otherwise
	}
	return int(x)
}

// numbers2 is a list of lists of numbers.
func (s *section) numbers2(key string) [][]float64 {
	v, ok := s.used(key)
	if !ok {
		return nil
	}
	rows, ok := v.([]any)
	if !ok {
		s.fail(key, fmt.Errorf("%s: expected a list of lists of numbers", key))
		return nil
	}
	out := make([][]float64, len(rows))
	for i, row := range rows {
		cells, ok := row.([]any)
		if !ok {
			s.fail(key, fmt.Errorf("%s: entry %d is no list", key, i))
			return nil
		}
		for _, c := range cells {
			x, err := number(c, "")
			if err != nil || x-x != 0 {
				s.fail(key, fmt.Errorf("%s: entry %d has %v where a number was expected", key, i, c))
			}
			out[i] = append(out[i], x)
		}
	}
	return out
}

// trains is a list of lists of times in ms, as seconds.
func (s *section) trains(key string) [][]float64 {
	out := s.numbers2(key)
	for _, train := range out {
		for i := range train {
			train[i] /= 1000
		}
	}
	return out
}

// value is what a key says, or the parameter's default.
func (s *section) value(key string, p param.Param) param.Value {
	v, ok := s.used(key)
	if !ok {
		return param.Constant(p.Default)
	}
	x, err := value(v, p.Unit)
	if err != nil {
		s.fail(key, fmt.Errorf("%s = %w", key, err))
	}
	return x
}

// ownValues are the parameters that stand in the section itself.
func (s *section) ownValues(params []param.Param) map[string]param.Value {
	out := map[string]param.Value{}
	for _, p := range params {
		if _, ok := s.used(p.Name); ok {
			out[p.Name] = s.value(p.Name, p)
		}
	}
	return out
}

// values2 are the parameters in a table of the section.
func (s *section) values2(key string, params []param.Param) map[string]param.Value {
	v, ok := s.used(key)
	if !ok {
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		s.fail(key, fmt.Errorf("%s is no table", key))
		return nil
	}
	unit := map[string]string{}
	for _, p := range params {
		unit[p.Name] = p.Unit
	}
	out := map[string]param.Value{}
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		u, known := unit[name]
		if !known {
			s.fail(name, fmt.Errorf("there is no %s here; there are %s", name, param.Names(params)))
			continue
		}
		x, err := value(table[name], u)
		if err != nil {
			s.fail(name, fmt.Errorf("%s = %w", name, err))
		}
		out[name] = x
	}
	return out
}

// value reads a number, a text with a unit, a list, or a table with one distribution.
func value(v any, unit string) (param.Value, error) {
	many := func(list []any) ([]float64, error) {
		out := make([]float64, len(list))
		for i, x := range list {
			var err error
			if out[i], err = number(x, unit); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch v := v.(type) {
	case []any:
		list, err := many(v)
		return param.List(list), err
	case map[string]any:
		if len(v) == 1 {
			for kind, args := range v {
				list, ok := args.([]any)
				if !ok {
					list = []any{args}
				}
				numbers, err := many(list)
				if err != nil {
					return param.Value{}, err
				}
				return param.Distribution(kind, numbers)
			}
		}
		return param.Value{}, fmt.Errorf("%v: expected one distribution such as { uniform = [0, 1] }", v)
	}
	x, err := number(v, unit)
	return param.Constant(x), err
}
