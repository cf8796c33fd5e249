package mat

import (
	"fmt"
	"strings"

	"nissl"
	"nissl/format/guess"
)

// arraysOf lists everything in the variables that may be activity or go along with it.
func arraysOf(vars []*value) []guess.Array {
	var out []guess.Array
	for _, v := range vars {
		out = v.walk(v.name, out, 0)
	}
	return out
}

// maxMembers bounds how many members of cell and struct arrays get a name of their own.
const maxMembers = 4096

// walk appends the arrays of the value under the path of its name: a.b is field b of
// struct a, and of all of them where a is an array or in cells.
func (v *value) walk(path string, out []guess.Array, depth int) []guess.Array {
	if len(out) > maxMembers || depth > maxDepth {
		return out
	}
	switch {
	case v.isNumbers():
		return append(out, guess.Array{Name: path, Shape: v.dims, Numbers: v.rowMajor})
	case v.class == mxCHAR:
		texts := v.texts()
		return append(out, guess.Array{Name: path, Shape: []int{len(texts)}, Texts: func() ([]string, error) { return texts, nil }})
	case v.class == mxCELL || v.class == mxSTRUCT && v.len() > 1:
		return gather(path, v.leaves("", nil, 0), out, depth)
	case v.class == mxSTRUCT || v.class == mxOBJECT:
		for i, f := range v.fields {
			if len(v.members[i]) == 1 {
				out = v.members[i][0].walk(path+"."+f, out, depth+1)
			}
		}
	}
	return out
}

// leaf is a value in cells or in a struct array, with where it is.
type leaf struct {
	*value
	index string // 1-based, of the axes that have more than one element, such as 3.5
}

// leaves flattens cells within cells and struct arrays, in MATLAB's order.
func (v *value) leaves(index string, out []leaf, depth int) []leaf {
	switch {
	case depth > maxDepth:
		return out
	case v.class == mxCELL:
		for i, c := range v.cells {
			out = c.leaves(v.sub(index, i), out, depth+1)
		}
		return out
	case v.class == mxSTRUCT && v.len() != 1:
		for i := range v.len() {
			if len(v.fields) == 0 {
				break
			}
			one := &value{class: mxSTRUCT, dims: []int{1, 1}, fields: v.fields}
			for k := range v.fields {
				one.members = append(one.members, v.members[k][i:i+1])
			}
			out = append(out, leaf{one, v.sub(index, i)})
		}
		return out
	}
	return append(out, leaf{v, index})
}

func (v *value) sub(index string, i int) string {
	if v.len() == 1 {
		return index
	}
	if index != "" {
		index += "."
	}
	return index + fmt.Sprint(i+1)
}

// gather makes arrays of leaves: vectors are lists, matrices of the same units are
// trials, texts are texts; of structs, each field on its own.
func gather(path string, leaves []leaf, out []guess.Array, depth int) []guess.Array {
	var fields []string
	seen := map[string]bool{}
	byField := map[string][]leaf{}
	var plain []leaf
	for _, l := range leaves {
		if l.class != mxSTRUCT || l.len() != 1 {
			plain = append(plain, l)
			continue
		}
		for i, f := range l.fields {
			if !seen[f] {
				fields, seen[f] = append(fields, f), true
			}
			byField[f] = append(byField[f], l.members[i][0].leaves(l.index, nil, 0)...)
		}
	}
	first := len(out)
	if a, ok := together(path, plain); ok {
		out = append(out, a)
	}
	for _, f := range fields {
		if depth < maxDepth {
			out = gather(path+"."+f, byField[f], out, depth+1)
		}
	}
	share(out[first:])
	return out
}

// together makes one array of the leaves when they are of one sort. Empty ones are
// left out: cells that nothing was put into.
func together(path string, leaves []leaf) (guess.Array, bool) {
	a := guess.Array{Name: path}
	texts, numbers := 0, 0
	var full []leaf
	for _, l := range leaves {
		if l.len() == 0 {
			continue
		}
		full = append(full, l)
		if l.class == mxCHAR {
			texts++
		} else if l.isNumbers() && l.sparse == nil && len(l.dims) == 2 {
			numbers++
		}
	}
	switch {
	case len(full) == 0:
		return a, false
	case texts == len(full):
		words := make([]string, len(leaves)) // an empty cell is an empty text: it keeps its place
		for i, l := range leaves {
			words[i] = strings.Join(l.texts(), "\n")
		}
		a.Shape, a.Texts = []int{len(words)}, func() ([]string, error) { return words, nil }
		return a, true
	case numbers != len(full):
		return a, false
	}
	if vectors(full) {
		for _, l := range full {
			a.Lists, a.Names = append(a.Lists, l.numbers), append(a.Names, l.index)
		}
		if empty := len(leaves) - len(full); empty > 0 {
			a.Note = fmt.Sprintf("%d of %d cells of %q are empty and were left out; units are named by their place in the cells, from 1", empty, len(leaves), path)
		} else {
			a.Note = fmt.Sprintf("units are named by their place in the cells of %q, from 1", path)
		}
		return a, true
	}
	a.Trials, a.Note = trials(full)
	return a, a.Trials != nil
}

func vectors(leaves []leaf) bool {
	for _, l := range leaves {
		if l.dims[0] != 1 && l.dims[1] != 1 {
			return false
		}
	}
	return true
}

// trials are matrices of one number of units: all have as many rows, or else columns.
func trials(leaves []leaf) (out []guess.Trial, note string) {
	rows, cols := true, true
	first := leaves[0].dims
	for _, l := range leaves {
		rows, cols = rows && l.dims[0] == first[0], cols && l.dims[1] == first[1]
	}
	switch {
	case rows && cols:
		note = fmt.Sprintf("trials of %d × %d values were taken as units × samples; --read axes=samples,units if not", first[0], first[1])
	case rows:
		note = fmt.Sprintf("trials were taken as units × samples, because all have %d rows", first[0])
	case cols:
		note = fmt.Sprintf("trials were taken as samples × units, because all have %d columns", first[1])
	default:
		return nil, ""
	}
	for _, l := range leaves {
		if rows {
			v, _ := l.rowMajor()
			out = append(out, guess.Trial{Rows: l.dims[0], Cols: l.dims[1], Values: v})
		} else { // column-major samples × units is row-major units × samples
			out = append(out, guess.Trial{Rows: l.dims[1], Cols: l.dims[0], Values: l.numbers})
		}
	}
	return out, note
}

// share gives lists of times the span that a list of two numbers per unit beside them
// states, and the names that a text per unit states.
func share(arrays []guess.Array) {
	for i := range arrays {
		a := &arrays[i]
		if a.Lists == nil {
			continue
		}
		for _, b := range arrays {
			switch base := strings.ToLower(b.Name[strings.LastIndex(b.Name, ".")+1:]); base {
			case "timerange", "time_range", "range", "span", "interval", "trange", "observed":
				if span := spanOf(b.Lists); span != nil {
					a.Span = span
				}
			case "name", "label", "unit_name", "id":
				if b.Texts == nil || b.Shape[0] != len(a.Lists) {
					continue
				}
				if names, err := b.Texts(); err == nil {
					a.Names, a.Note = names, fmt.Sprintf("units are named by %q", b.Name)
				}
			}
		}
		if a.Span != nil && !contains(a.Span, a.Lists) {
			a.Span = nil
		}
	}
}

// spanOf is the union of [start, stop] pairs, nil when they are none.
func spanOf(pairs [][]float64) *nissl.Interval {
	var s *nissl.Interval
	for _, p := range pairs {
		if len(p) != 2 || !(p[0] <= p[1]) {
			return nil
		}
		if s == nil {
			s = &nissl.Interval{Start: p[0], Stop: p[1]}
		}
		s.Start, s.Stop = min(s.Start, p[0]), max(s.Stop, p[1])
	}
	return s
}

func contains(s *nissl.Interval, lists [][]float64) bool {
	for _, l := range lists {
		for _, v := range l {
			if !(v >= s.Start && v <= s.Stop) {
				return false
			}
		}
	}
	return true
}

// rowMajor is the values with the last index running fastest.
func (v *value) rowMajor() ([]float64, error) {
	if v.sparse != nil {
		return v.dense()
	}
	if len(v.numbers) != v.len() {
		return nil, fmt.Errorf("array %q of dimensions %v has %d values", v.name, v.dims, len(v.numbers))
	}
	if len(v.dims) == 2 {
		rows, cols := v.dims[0], v.dims[1]
		if rows == 1 || cols == 1 {
			return v.numbers, nil
		}
		out := make([]float64, len(v.numbers))
		const tile = 64 // columns at a time, so that both sides stay in the cache
		for a := 0; a < cols; a += tile {
			for i := range rows {
				for k := a; k < min(a+tile, cols); k++ {
					out[i*cols+k] = v.numbers[k*rows+i]
				}
			}
		}
		return out, nil
	}
	out := make([]float64, len(v.numbers))
	index := make([]int, len(v.dims))
	for _, x := range v.numbers {
		at := 0
		for d, i := range index {
			at = at*v.dims[d] + i
		}
		out[at] = x
		for d := range index {
			if index[d]++; index[d] < v.dims[d] {
				break
			}
			index[d] = 0
		}
	}
	return out, nil
}

// maxFill is how many values a sparse array may have for each that it stores, so that
// a small file cannot ask for much memory. Spikes at 1 Hz in bins of 1 ms have 1000.
const maxFill = 10_000

func (v *value) dense() ([]float64, error) {
	if v.len() > maxFill*(len(v.sparse.values)+100) {
		return nil, fmt.Errorf("sparse array %q of %d × %d stores only %d values: too empty to read as traces", v.name, v.dims[0], v.dims[1], len(v.sparse.values))
	}
	out := make([]float64, v.len())
	for k := range v.dims[1] {
		for j := v.sparse.starts[k]; j < v.sparse.starts[k+1]; j++ {
			out[v.sparse.rows[j]*v.dims[1]+k] = v.sparse.values[j]
		}
	}
	return out, nil
}

// texts are the rows of a character array, without trailing blanks.
func (v *value) texts() []string {
	if len(v.dims) == 0 || v.len() == 0 || len(v.chars) != v.len() {
		return []string{""}
	}
	rows, cols := v.dims[0], v.len()/v.dims[0]
	out := make([]string, rows)
	for i := range out {
		r := make([]rune, cols)
		for k := range r {
			r[k] = v.chars[k*rows+i]
		}
		out[i] = strings.TrimRight(string(r), " \x00")
	}
	return out
}
