package method

import (
	"fmt"
	"math"
	"reflect"
	"sort"
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
			Help: f.Tag.Get("help"), Unit: f.Tag.Get("unit"), Min: f.Tag.Get("min"), Max: f.Tag.Get("max")}
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
	index := map[string]int{}
	var names []string
	for i, q := range params {
		index[q.Name] = i
		names = append(names, q.Name)
	}
	keys := make([]string, 0, len(words))
	for k := range words {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		i, ok := index[k]
		if !ok {
			return fmt.Errorf("there is no parameter %q; there are %s", k, strings.Join(names, ", "))
		}
		if err := setParam(v.Field(i), params[i], words[k]); err != nil {
			return fmt.Errorf("--%s %s: %w", k, words[k], err)
		}
	}
	return nil
}

func setParam(field reflect.Value, p Param, word string) error {
	switch field.Kind() {
	case reflect.Float64:
		x, err := strconv.ParseFloat(word, 64)
		if err != nil || math.IsNaN(x) {
			return fmt.Errorf("expected a number%s", inUnit(p.Unit))
		}
		if err := inRange(x, p); err != nil {
			return err
		}
		field.SetFloat(x)
	case reflect.Int:
		n, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("expected a whole number%s", inUnit(p.Unit))
		}
		if err := inRange(float64(n), p); err != nil {
			return err
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(word)
		if err != nil {
			return fmt.Errorf("expected true or false")
		}
		field.SetBool(b)
	case reflect.String:
		for i, c := range p.Choices {
			if c == word {
				break
			}
			if i == len(p.Choices)-1 {
				return fmt.Errorf("expected one of %s", strings.Join(p.Choices, ", "))
			}
		}
		field.SetString(word)
	default:
		panic(fmt.Sprintf("method: parameter %s has type %s; use float64, int, bool or string", p.Name, field.Kind()))
	}
	return nil
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
		return fmt.Errorf("must be at least %s%s", p.Min, inUnit(p.Unit))
	}
	if hi, ok := bound(p.Max); ok && x > hi {
		return fmt.Errorf("must be at most %s%s", p.Max, inUnit(p.Unit))
	}
	return nil
}
