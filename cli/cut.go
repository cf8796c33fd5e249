package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nissl"
)

// cut is the part of the recordings that a run is about.
type cut struct {
	units   []string // only these, all when empty
	without []string // all but these
	span    string   // START,STOP in seconds, all when empty
}

func (c *cut) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&c.units, "units", nil, "use only the units of these `NAMES`, separated by commas")
	cmd.Flags().StringSliceVar(&c.without, "without", nil, "leave out the units of these `NAMES`, separated by commas")
	cmd.Flags().StringVar(&c.span, "time", "", "use only this time, `START,STOP` in seconds")
}

// interval of the span; ok is false when all of the time is meant.
func (c cut) interval() (s nissl.Interval, ok bool, err error) {
	if c.span == "" {
		return s, false, nil
	}
	a, b, comma := strings.Cut(c.span, ",")
	start, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	stop, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !comma || err1 != nil || err2 != nil || !(start < stop) || math.IsInf(stop-start, 0) {
		return s, false, usagef("--time %s: expected START,STOP in seconds, START before STOP", c.span)
	}
	return nissl.Interval{Start: start, Stop: stop}, true, nil
}

// of is that part of a recording. It owns the recording from then on.
func (c cut) of(r *nissl.Recording) (*nissl.Recording, error) {
	out := r
	if len(c.units)+len(c.without) > 0 {
		index, err := c.choose(r.Units)
		if err != nil {
			return nil, err
		}
		out = out.SelectUnits(index)
	}
	s, ok, err := c.interval()
	if err != nil {
		return nil, err
	}
	if ok {
		whole := r.Span()
		if s.Start >= whole.Stop || s.Stop <= whole.Start {
			return nil, fmt.Errorf("--time %s: the recording runs from %g s to %g s", c.span, whole.Start, whole.Stop)
		}
		out = out.Between(s.Start, s.Stop)
	}
	if out != r {
		out.OnClose(r.Close)
	}
	return out, nil
}

func (c cut) choose(u *nissl.Units) ([]int, error) {
	names := u.Names()
	for _, word := range slices.Concat(c.units, c.without) {
		if slices.Contains(names, word) {
			continue
		}
		if meant := nearest(word, names); meant != "" {
			return nil, fmt.Errorf("there is no unit %q; did you mean %s?", word, meant)
		}
		return nil, fmt.Errorf("there is no unit %q; nissl inspect lists the units", word)
	}
	var index []int
	for i, name := range names {
		if (len(c.units) == 0 || slices.Contains(c.units, name)) && !slices.Contains(c.without, name) {
			index = append(index, i)
		}
	}
	if len(index) == 0 {
		return nil, fmt.Errorf("no unit is left of %d", len(names))
	}
	return index, nil
}

// notes say in words what was given to a run besides parameters, so that a finding
// tells all that its result depends on.
func (o runOptions) notes() []string {
	var words []string
	for _, w := range o.read {
		words = append(words, "--read "+w)
	}
	if len(o.cut.units) > 0 {
		words = append(words, "--units "+strings.Join(o.cut.units, ","))
	}
	if len(o.cut.without) > 0 {
		words = append(words, "--without "+strings.Join(o.cut.without, ","))
	}
	if o.cut.span != "" {
		words = append(words, "--time "+o.cut.span)
	}
	var notes []string
	for _, act := range o.do {
		notes = append(notes, "the network ran under "+act)
	}
	if len(words) == 0 {
		return notes
	}
	return append(notes, "the input was read with "+strings.Join(words, " "))
}
