package connectomes

import (
	"math"
	"path"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/reply"
)

// components are matrices that come and go, with the communities in each.
type components struct {
	Matrix   string           `json:"matrix"`
	Count    int              `json:"count"`
	Times    []reply.Number   `json:"times"`    // seconds, the start of each bin
	Strength [][]reply.Number `json:"strength"` // component × time
	// Community of each unit in each component, 0 for none; nil where no table says it. Units are the overview's.
	Community [][]int    `json:"community"`
	Tracks    []track    `json:"tracks"` // communities followed through the components
	InForce   []interval `json:"in_force"`
	Active    []interval `json:"active"`
	Evidence  string     `json:"evidence,omitempty"`  // table of every group beside chance
	Intervals string     `json:"intervals,omitempty"` // table of what is in force, or else active
	Changes   string     `json:"changes,omitempty"`   // table of units that change sides
}

// track says which community of a component is a version of a community that is followed.
type track struct {
	Track     int          `json:"track"`
	Component int          `json:"component"` // from 1, as in the tables
	Community int          `json:"community"`
	Size      int          `json:"size"`
	Birth     reply.Number `json:"birth_s"`
	Death     reply.Number `json:"death_s"`
	Stability reply.Number `json:"stability"`
}

// interval is when a component, from 1, is active.
type interval struct {
	Component int          `json:"component"`
	Start     reply.Number `json:"start_s"`
	Stop      reply.Number `json:"stop_s"`
}

// componentsOf finds the components of a finding; nil where it has none.
func componentsOf(x *facts.Index) *components {
	found, ok := x.Components()
	if !ok {
		return nil
	}
	c := &components{Matrix: found.Name, Count: found.Shape[0], Times: reply.Numbers(values(found.Times)), Tracks: []track{},
		InForce: []interval{}, Active: []interval{}}
	strength := values(found.Strength)
	bins := found.Times.Shape[0]
	for k := range c.Count {
		c.Strength = append(c.Strength, reply.Numbers(strength[k*bins:(k+1)*bins]))
	}
	for _, t := range x.Of(facts.Membership) {
		if c.Community == nil {
			c.Community = membership(t, c.Count, found.Units)
		}
	}
	for _, t := range x.Of(facts.Intervals) {
		if list := intervals(t); apart(list) {
			c.InForce, c.Intervals = list, t.Name
		} else {
			c.Active = list
			if c.Intervals == "" {
				c.Intervals = t.Name
			}
		}
	}
	for _, t := range x.Of(facts.Changes) {
		c.Changes = t.Name
	}
	for _, t := range x.Finding.Tables {
		if has(t.Table, "track", "component", "community") {
			c.Tracks = tracks(t.Table)
		}
		if has(t.Table, "component", "above_chance") {
			c.Evidence = t.Name
		}
	}
	return c
}

func values(a *nissl.Array) []float64 {
	if a.F64 != nil {
		return a.F64
	}
	out := make([]float64, len(a.F32))
	for i, v := range a.F32 {
		out[i] = float64(v)
	}
	return out
}

func has(t nissl.Table, names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { _, ok := t.Column(n); return !ok })
}

// whole reads a column of whole numbers; 0 where it is missing.
func whole(t nissl.Table, name string, row int) int {
	c, ok := t.Column(name)
	if !ok || math.IsNaN(c.Float(row)) {
		return 0
	}
	return int(c.Float(row))
}

func numberAt(t nissl.Table, name string, row int) reply.Number {
	c, ok := t.Column(name)
	if !ok {
		return reply.Number(math.NaN())
	}
	return reply.Number(c.Float(row))
}

// membership is the community of every unit in each component; nil for a table with several rows for a unit and a
// component, such as one of nested levels.
func membership(t *facts.Table, count int, units []string) [][]int {
	out := make([][]int, count)
	for k := range out {
		out[k] = make([]int, len(units))
	}
	for i, u := range units {
		seen := make([]bool, count)
		for _, row := range t.RowsOf(u) {
			k := whole(t.Table, "component", int(row)) - 1
			if k < 0 || k >= count || seen[k] {
				return nil
			}
			seen[k] = true
			out[k][i] = whole(t.Table, "community", int(row))
		}
	}
	return out
}

func intervals(t *facts.Table) []interval {
	out := []interval{}
	for i := range t.Rows() {
		out = append(out, interval{whole(t.Table, "component", i), numberAt(t.Table, "start_s", i), numberAt(t.Table, "stop_s", i)})
	}
	slices.SortStableFunc(out, func(a, b interval) int {
		switch {
		case a.Start < b.Start:
			return -1
		case a.Start > b.Start:
			return 1
		}
		return 0
	})
	return out
}

// apart says that one component at most is active at a time and that they follow one another.
func apart(list []interval) bool {
	for i := 1; i < len(list); i++ {
		if gap := float64(list[i].Start - list[i-1].Stop); math.Abs(gap) > 1e-6*math.Abs(float64(list[i].Start))+1e-9 {
			return false
		}
	}
	return len(list) > 0
}

func tracks(t nissl.Table) []track {
	out := []track{}
	for i := range t.Rows() {
		out = append(out, track{whole(t, "track", i), whole(t, "component", i), whole(t, "community", i), whole(t, "size", i),
			numberAt(t, "birth_s", i), numberAt(t, "death_s", i), numberAt(t, "stability", i)})
	}
	return out
}

// tableNames are the tables that a page may show.
func tableNames(x *facts.Index) []map[string]any {
	out := []map[string]any{}
	for _, t := range x.Finding.Tables {
		out = append(out, map[string]any{"name": t.Name, "doc": t.Doc, "rows": t.Rows()})
	}
	return out
}

func base(p string) string { return path.Base(filepath.ToSlash(p)) }
