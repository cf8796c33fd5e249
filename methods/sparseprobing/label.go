package sparseprobing

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nissl"
)

// Feature is a yes-or-no label of samples.
type Feature struct {
	Name  string // as --label spells it
	Yes   []bool
	Known []bool // false where it is missing
	// Text is what stands at each sample of the covariate that the feature was made from; nil for none.
	Text  []string
	Unit  int    // that the feature was made from, -1 for none
	Epoch string // inside which it is yes, "" for none
}

// labelled are the samples that get a label: their times and groups.
type labelled struct {
	rec    *nissl.Recording
	at     []float64
	group  []int
	values func(unit int) []float32
}

// parts of a label: a name, an operator and a value.
func parseLabel(s string) (name, op, value string) {
	for i := range s {
		for _, op := range []string{"~~", "~", ">=", "<=", "!=", "=", ">", "<"} {
			if strings.HasPrefix(s[i:], op) && i > 0 {
				return s[:i], op, s[i+len(op):]
			}
		}
	}
	return s, "", ""
}

// feature reads a label.
func (l *labelled) feature(spec string) (*Feature, error) {
	if spec == "auto" {
		spec = l.auto()
	}
	name, op, value := parseLabel(spec)
	f := &Feature{Name: spec, Yes: make([]bool, len(l.at)), Known: make([]bool, len(l.at)), Unit: -1}
	base, column, _ := strings.Cut(name, ".")
	var err error
	if unit, ok := strings.CutPrefix(name, "unit:"); ok {
		if f.Unit = l.rec.Units.Index(unit); f.Unit < 0 {
			return nil, fmt.Errorf("label %q: there is no unit %q", spec, unit)
		}
		x := make([]float64, len(l.at))
		for i, v := range l.values(f.Unit) {
			x[i] = float64(v)
		}
		err = f.number(x, op, value)
	} else if c := l.rec.CovariateNamed(name); c != nil {
		err = l.covariate(f, c, 0, op, value)
	} else if c := l.rec.CovariateNamed(base); c != nil {
		dim := slices.Index(c.Columns, column)
		if dim < 0 {
			return nil, fmt.Errorf("label %q: covariate %s has the columns %s", spec, base, strings.Join(c.Columns, ", "))
		}
		err = l.covariate(f, c, dim, op, value)
	} else if e := l.rec.EpochsNamed(name); e != nil && op == "" {
		f.Epoch = name
		l.inside(f, e)
	} else if e := l.rec.EpochsNamed(base); e != nil {
		err = l.epochs(f, e, column, op, value)
	} else {
		return nil, fmt.Errorf("label %q: there is no covariate and no set of epochs %q; there are %s", spec, name, l.names())
	}
	if err != nil {
		return nil, fmt.Errorf("label %q: %w", spec, err)
	}
	return f, nil
}

// names of what can be a label.
func (l *labelled) names() string {
	var out []string
	for _, c := range l.rec.Covariates {
		out = append(out, c.Name)
	}
	for _, e := range l.rec.Epochs {
		out = append(out, e.Name)
	}
	if out == nil {
		return "none: unit:NAME>80% asks for the activity of a unit"
	}
	return strings.Join(out, ", ")
}

// auto chooses a label for a recording.
func (l *labelled) auto() string {
	for i := range l.rec.Covariates {
		if c := &l.rec.Covariates[i]; len(c.Text) > 0 {
			return c.Name + "=" + commonest(c.Text)
		}
	}
	for i := range l.rec.Epochs {
		f := &Feature{Yes: make([]bool, len(l.at)), Known: make([]bool, len(l.at))}
		l.inside(f, &l.rec.Epochs[i])
		if slices.Contains(f.Yes, true) && slices.Contains(f.Yes, false) {
			return l.rec.Epochs[i].Name
		}
	}
	for _, c := range l.rec.Covariates {
		if len(c.Values) == 1 {
			return c.Name
		}
	}
	return "unit:" + l.rec.Units.Name(0) + ">80%"
}

// commonest text, the first in the alphabet of equally common ones.
func commonest(text []string) string {
	count := map[string]int{}
	for _, s := range text {
		count[s]++
	}
	best := ""
	for s, n := range count {
		if n > count[best] || n == count[best] && s < best {
			best = s
		}
	}
	return best
}

// sampleOf is the sample of a covariate that holds at a second, -1 before the first.
func sampleOf(c *nissl.Covariate, second float64) int {
	lo, hi := 0, c.Samples()
	for lo < hi {
		if mid := (lo + hi) / 2; c.Time(mid) <= second+1e-9 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo - 1
}

func (l *labelled) covariate(f *Feature, c *nissl.Covariate, dim int, op, value string) error {
	index := make([]int, len(l.at))
	for i, t := range l.at {
		index[i] = sampleOf(c, t)
	}
	if len(c.Text) == 0 {
		x := make([]float64, len(l.at))
		for i, k := range index {
			if x[i] = math.NaN(); k >= 0 {
				x[i] = c.Values[dim][k]
			}
		}
		return f.number(x, op, value)
	}
	f.Text = make([]string, len(l.at))
	for i, k := range index {
		if f.Known[i] = k >= 0; k >= 0 {
			f.Text[i] = c.Text[k]
		}
	}
	if op == "~~" {
		return l.context(f, c, index, value)
	}
	return f.text(f.Text, op, value)
}

// text compares what stands at every sample.
func (f *Feature) text(text []string, op, value string) error {
	var yes func(string) bool
	switch op {
	case "=":
		yes = func(s string) bool { return s == value }
	case "!=":
		yes = func(s string) bool { return s != value }
	case "~":
		re, err := regexp.Compile(value)
		if err != nil {
			return err
		}
		yes = re.MatchString
	default:
		return fmt.Errorf("a text is compared with =, !=, ~ (a regular expression) or ~~ (of all text up to here)")
	}
	for i, s := range text {
		f.Yes[i] = yes(s)
	}
	return nil
}

// context asks whether all text of a sample's group up to it, joined, matches a regular expression. It
// reads the covariate itself, so that samples that were left out belong to the text.
func (l *labelled) context(f *Feature, c *nissl.Covariate, index []int, value string) error {
	re, err := regexp.Compile(value)
	if err != nil {
		return err
	}
	var text strings.Builder
	group, next := -1, 0
	for i, k := range index {
		if k < 0 {
			continue
		}
		if l.group[i] != group {
			text.Reset()
			group, next = l.group[i], k
		}
		for ; next <= k; next++ {
			text.WriteString(c.Text[next])
		}
		f.Yes[i] = re.MatchString(text.String())
	}
	return nil
}

// number compares numbers; NaN is missing.
func (f *Feature) number(x []float64, op, value string) error {
	there := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
	slices.Sort(there)
	if len(there) == 0 {
		return fmt.Errorf("it has no value at any sample")
	}
	bound := (there[0] + there[len(there)-1]) / 2
	if op == "" {
		op = ">"
	} else if share, ok := strings.CutSuffix(value, "%"); ok {
		p, err := strconv.ParseFloat(share, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return fmt.Errorf("%q: expected a share like 80%%", value)
		}
		bound = there[int(p/100*float64(len(there)-1))]
	} else {
		var err error
		if bound, err = strconv.ParseFloat(value, 64); err != nil {
			return fmt.Errorf("%q: expected a number or a share like 80%%", value)
		}
	}
	for i, v := range x {
		if f.Known[i] = !math.IsNaN(v); !f.Known[i] {
			continue
		}
		switch c := cmp.Compare(v, bound); op {
		case ">":
			f.Yes[i] = c > 0
		case ">=":
			f.Yes[i] = c >= 0
		case "<":
			f.Yes[i] = c < 0
		case "<=":
			f.Yes[i] = c <= 0
		case "=":
			f.Yes[i] = c == 0
		case "!=":
			f.Yes[i] = c != 0
		default:
			return fmt.Errorf("a number is compared with >, >=, <, <=, = or !=, not with %s", op)
		}
	}
	return nil
}

// inside says which samples lie in an interval.
func (l *labelled) inside(f *Feature, e *nissl.Epochs) {
	for i, k := range interval(e, l.at) {
		f.Yes[i], f.Known[i] = k >= 0, true
	}
}

// epochs compares a column of the table of the interval that a sample lies in.
func (l *labelled) epochs(f *Feature, e *nissl.Epochs, column, op, value string) error {
	c, ok := e.Table.Column(column)
	if !ok {
		return fmt.Errorf("the epochs %s have no column %q", e.Name, column)
	}
	in := interval(e, l.at)
	if _, isText := c.Values.([]string); !isText {
		x := make([]float64, len(in))
		for i, k := range in {
			if x[i] = math.NaN(); k >= 0 {
				x[i] = c.Float(k)
			}
		}
		return f.number(x, op, value)
	}
	text := make([]string, len(in))
	for i, k := range in {
		if f.Known[i] = k >= 0; k >= 0 {
			text[i] = c.Text(k)
		}
	}
	return f.text(text, op, value)
}

// interval is for each time the interval that it lies in, the latest that starts of several; -1 for none.
func interval(e *nissl.Epochs, at []float64) []int {
	order := make([]int, e.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.Start[a], e.Start[b]) })
	out := make([]int, len(at))
	for i, t := range at {
		out[i] = -1
		k, _ := slices.BinarySearchFunc(order, t, func(j int, t float64) int {
			if e.Start[j] <= t+1e-9 {
				return -1
			}
			return 1
		})
		for back := k - 1; back >= max(0, k-8); back-- { // epochs that overlap
			if j := order[back]; t < e.Stop[j]-1e-9 {
				out[i] = j
				break
			}
		}
	}
	return out
}
