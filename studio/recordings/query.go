package recordings

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nissl/studio/reply"
	"nissl/studio/tiles"
)

// query reads the parameters of a request and keeps the first that cannot be read.
type query struct {
	values url.Values
	err    error
}

func (q *query) fail(name, expected string) {
	if q.err == nil {
		q.err = reply.Bad(fmt.Errorf("%s=%s: expected %s", name, q.values.Get(name), expected))
	}
}

func (q *query) text(name string) string { return q.values.Get(name) }

// integer is a whole number; 0 when it is not given.
func (q *query) integer(name string) int64 {
	s := q.values.Get(name)
	if s == "" {
		return 0
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		q.fail(name, "a whole number")
	}
	return v
}

func (q *query) int(name string) int { return int(q.integer(name)) }

// atMost is a whole number from low to high.
func (q *query) atMost(name string, missing, low, high int) int {
	if q.values.Get(name) == "" {
		return missing
	}
	v := q.integer(name)
	if v < int64(low) || v > int64(high) {
		q.fail(name, fmt.Sprintf("%d to %d", low, high))
		return missing
	}
	return int(v)
}

// window is t0 and t1 in seconds.
func (q *query) window() (t0, t1 float64) {
	t0, t1 = q.seconds("t0"), q.seconds("t1")
	if q.err == nil && !(t0 < t1) {
		q.fail("t1", fmt.Sprintf("a time after t0=%g", t0))
	}
	return t0, t1
}

func (q *query) seconds(name string) float64 {
	v, err := strconv.ParseFloat(q.values.Get(name), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e300 {
		q.fail(name, "seconds")
	}
	return v
}

// kind is the activity that is asked for; the recording's first when it is not said.
func (q *query) kind(o *opened) tiles.Kind {
	have := o.activity()
	k := tiles.Kind(q.values.Get("kind"))
	if k == "" {
		return have[0]
	}
	if !slices.Contains(have, k) {
		q.fail("kind", fmt.Sprintf("one of %v", have))
	}
	return k
}

// units are the indices of a list such as 3,1,2.
func (q *query) units(o *opened) []int {
	var out []int
	for s := range strings.SplitSeq(q.values.Get("units"), ",") {
		u, err := strconv.Atoi(s)
		if err != nil || u < 0 || u >= o.rec.Units.Len() {
			q.fail("units", fmt.Sprintf("indices of units from 0 to %d, with commas between them", o.rec.Units.Len()-1))
			return nil
		}
		out = append(out, u)
	}
	return out
}

// order is the order of the rows that is asked for.
func (q *query) rowRange(n int) (from, to int) {
	from = q.atMost("from", 0, 0, n)
	to = q.atMost("to", n, 0, n)
	if from > to {
		q.fail("to", "a row after from")
		return 0, 0
	}
	return from, to
}
