package method

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Param is one parameter, read from a field of a method's Params struct. The field's
// type is float64, int, bool or string; its tags are
//
//	help:"..."     what it does (required)
//	unit:"s"       physical unit
//	min:"0" max:"1" inclusive range of a number
//	choices:"a,b"  the words that a string may be
//	file:"true"    the string is the name of a file or folder that the result depends on
//	name:"tau"     the name, where it is not the field's in kebab-case
type Param struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Default any      `json:"default"`
	Help    string   `json:"help"`
	Unit    string   `json:"unit,omitempty"`
	Min     string   `json:"min,omitempty"`
	Max     string   `json:"max,omitempty"`
	Choices []string `json:"choices,omitempty"`
	File    bool     `json:"file,omitempty"`
}

// paramsOf lists the parameters of a struct with its values as defaults.
func paramsOf(defaults any) []Param {
	v := reflect.ValueOf(defaults)
	if v.Kind() != reflect.Struct {
		panic(fmt.Sprintf("method: Params must be a struct, got %T", defaults))
	}
	var out []Param
	for i := range v.NumField() {
		f := v.Type().Field(i)
		p := Param{Name: paramName(f), Type: f.Type.Kind().String(), Default: v.Field(i).Interface(),
			Help: f.Tag.Get("help"), Unit: f.Tag.Get("unit"), Min: f.Tag.Get("min"), Max: f.Tag.Get("max"), File: f.Tag.Get("file") != ""}
		if c := f.Tag.Get("choices"); c != "" {
			p.Choices = strings.Split(c, ",")
		}
		out = append(out, p)
	}
	return out
}

func paramName(f reflect.StructField) string {
	if n := f.Tag.Get("name"); n != "" {
		return n
	}
	var b strings.Builder
	for i, r := range f.Name {
		if unicode.IsUpper(r) {
			if i > 0 && !unicode.IsUpper(rune(f.Name[i-1])) {
				b.WriteByte('-')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// paramValues are the values by name, as a finding stores them.
func paramValues(p any) map[string]any {
	out := map[string]any{}
	for _, q := range paramsOf(p) {
		out[q.Name] = q.Default
	}
	return out
}

// setParams reads the words into the struct that p points to.
func setParams(p any, words map[string]string) error {
	v := reflect.ValueOf(p).Elem()
	params := paramsOf(v.Interface())
	values, err := parseParams(params, words)
	if err != nil {
		return err
	}
	for i, q := range params {
		if x, ok := values[q.Name]; ok {
			v.Field(i).Set(reflect.ValueOf(x).Convert(v.Field(i).Type()))
		}
	}
	return nil
}

// parseParams reads every word by its parameter, in order of their names.
func parseParams(params []Param, words map[string]string) (map[string]any, error) {
	byName := map[string]Param{}
	var names []string
	for _, q := range params {
		byName[q.Name] = q
		names = append(names, q.Name)
	}
	out := map[string]any{}
	for _, k := range slices.Sorted(maps.Keys(words)) {
		q, ok := byName[k]
		if !ok && len(names) == 0 {
			return nil, fmt.Errorf("there is no parameter %q; the method has none", k)
		}
		if !ok {
			return nil, fmt.Errorf("there is no parameter %q; there are %s", k, strings.Join(names, ", "))
		}
		x, err := q.Parse(words[k])
		if err != nil {
			return nil, fmt.Errorf("--%s %s: %w", k, words[k], err)
		}
		out[k] = x
	}
	return out, nil
}

// Parse reads a value of the parameter and checks its range or choice.
func (p Param) Parse(word string) (any, error) {
	switch p.Type {
	case "float64":
		x, err := strconv.ParseFloat(word, 64)
		if err != nil || math.IsNaN(x) {
			return nil, fmt.Errorf("expected a number%s", inUnit(p.Unit))
		}
		return x, inRange(x, p)
	case "int":
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("expected a whole number%s", inUnit(p.Unit))
		}
		return n, inRange(float64(n), p)
	case "bool":
		b, err := strconv.ParseBool(word)
		if err != nil {
			return nil, errors.New("expected true or false")
		}
		return b, nil
	case "string":
		if len(p.Choices) > 0 && !slices.Contains(p.Choices, word) {
			return nil, fmt.Errorf("expected one of %s", strings.Join(p.Choices, ", "))
		}
		return word, nil
	}
	panic(fmt.Sprintf("method: parameter %s has type %s; use float64, int, bool or string", p.Name, p.Type))
}

func inUnit(unit string) string {
	if unit == "" {
		return ""
	}
	return " in " + unit
}

func inRange(x float64, p Param) error {
	bound := func(s string) (float64, bool) {
		b, err := strconv.ParseFloat(s, 64)
		return b, err == nil
	}
	if lo, ok := bound(p.Min); ok && x < lo {
		return fmt.Errorf("must be at least %s", strings.TrimSpace(p.Min+" "+p.Unit))
	}
	if hi, ok := bound(p.Max); ok && x > hi {
		return fmt.Errorf("must be at most %s", strings.TrimSpace(p.Max+" "+p.Unit))
	}
	return nil
}
