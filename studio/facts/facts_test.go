package facts

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"nissl"
)

func table(name string, columns ...nissl.Column) nissl.NamedTable {
	return nissl.NamedTable{Name: name, Table: nissl.Table{Columns: columns}}
}

func text(name string, v ...string) nissl.Column   { return nissl.Col(name, "", v) }
func float(name string, v ...float64) nissl.Column { return nissl.Col(name, "", v) }
func whole(name string, v ...int64) nissl.Column   { return nissl.Col(name, "", v) }

// cards has the tables of a method that profiles the neurons of a network.
func cards() *nissl.Finding {
	u := []string{"mlp/0", "mlp/1", "mlp/2"}
	return &nissl.Finding{Tables: []nissl.NamedTable{
		table("contexts", text("unit", u[0], u[0], u[1]), text("kind", "top", "quantile", "top"), text("token", "b", "a", "c"),
			whole("first", -1, 0, 0), text("tokens", `["a","b"]`, `["a"]`, `["c"]`), text("values", `[0.1,2]`, `[0.5]`, `[3]`)),
		table("neurons", text("unit", u...), text("site", "mlp", "mlp", "mlp"), float("density", .5, .1, .9), text("promotes", `["x"]`, `[]`, `["y"]`)),
		table("histograms", text("unit", u[0], u[0]), float("low", 0, 1), float("high", 1, 2), whole("count", 7, 3)),
		table("correlated", text("unit", u[0], u[1]), text("partner", u[1], u[0]), whole("rank", 1, 1), float("r", .5, .5)),
		table("tuning", text("unit", u[0], u[0]), text("feature", "token", "position"), float("explained", .7, .1), float("null", .1, .1), float("p", .05, .5)),
		table("ablation", text("unit", u[0], u[2], u[1]), text("group", "top", "random", "random"), text("match", "", u[0], u[0]),
			float("score", 3, 1, 1), float("delta_loss", .5, .01, .02), float("p", .01, .4, .5)),
	}}
}

// connectome has the tables and arrays of a method that follows communities through time.
func connectome() *nissl.Finding {
	u := []string{"AVAL", "AVAR"}
	return &nissl.Finding{Tables: []nissl.NamedTable{
		table("units", text("unit", u...), float("strength", 1, 2), whole("community", 1, 0)),
		table("roles", whole("component", 1, 1, 2, 2), text("unit", u[0], u[1], u[0], u[1]), whole("community", 1, 1, 0, 2), float("strength", 1, 2, 3, 4)),
		table("unit_changes", text("unit", u[0]), float("time_s", 7), whole("from_community", 0), whole("to_community", 1)),
		table("epochs", whole("component", 1), float("start_s", 0), float("stop_s", 3)),
		table("partners", text("unit", u[0]), whole("rank", 1), text("partner", u[1]), float("affinity", .3), float("z", 5)),
		table("ranks", whole("rank", 2), float("held_out_error", .9)),
	}, Arrays: []nissl.Array{
		{Name: "affinity_mean", Shape: []int{2, 2}, F64: []float64{1, 2, 3, 4}},
		{Name: "component_affinity", Shape: []int{3, 2, 2}, F32: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{Name: "component_time", Shape: []int{3, 5}, F64: make([]float64, 15)},
		{Name: "time_s", Shape: []int{5}, F64: make([]float64, 5)},
	}}
}

// pairwise has the tables of a method on pairs, probing those of one that decodes from few units.
func pairwise() *nissl.Finding {
	return &nissl.Finding{Tables: []nissl.NamedTable{
		table("pairs", text("unit_a", "0", "0"), text("unit_b", "1", "2"), float("p", .01, .2), float("r", .9, .1)),
		table("units", text("unit", "0", "1", "2"), float("mean_r", .5, .9, .1)),
		table("edges", text("from", "2"), text("to", "0"), whole("lag_s", 1)),
	}}
}

func probing() *nissl.Finding {
	return &nissl.Finding{Tables: []nissl.NamedTable{
		table("probes", text("feature", "french", "code"), text("unit", "mlp/0", "mlp/0"), whole("rank", 1, 3), float("f1_alone", .8, .2)),
		table("scores", whole("k", 1), float("f1", .8)),
		table("silenced", whole("unit", 4, 5), float("delta_rate", -.2, .1)),
	}}
}

func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		finding *nissl.Finding
		want    string
	}{
		"cards":      {cards(), "[contexts contexts ; neurons facts ; histograms histogram ; correlated partners r; tuning tuning explained; ablation effects delta_loss]"},
		"connectome": {connectome(), "[units facts ; roles membership ; unit_changes changes ; epochs intervals ; partners partners affinity]"},
		// lag_s alone is no value of a pair: it says when, not how much.
		"pairwise": {pairwise(), "[pairs pairs r; units facts ]"},
		"probing":  {probing(), "[probes list ; silenced effects delta_rate]"},
	} {
		var got []string
		for _, table := range New(c.finding).Tables {
			got = append(got, fmt.Sprintf("%s %s %s", table.Name, table.Shape, table.Value))
		}
		if s := fmt.Sprint(join(got)); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

func join(s []string) string {
	out := "["
	for i, v := range s {
		if i > 0 {
			out += "; "
		}
		out += v
	}
	return out + "]"
}

// Every row about a unit is found, and no other, by going through all rows.
func TestRowsOf(t *testing.T) {
	for _, f := range []*nissl.Finding{cards(), connectome(), pairwise(), probing()} {
		x := New(f)
		for _, table := range x.Tables {
			for _, unit := range append(x.Units(), "nobody") {
				var want []int32
				for i := range table.Rows() {
					about := false
					for _, name := range []string{"unit", "unit_a", "unit_b", "match"} {
						c, ok := table.Column(name)
						about = about || ok && c.Text(i) == unit
					}
					if about {
						want = append(want, int32(i))
					}
				}
				if got := table.RowsOf(unit); !slices.Equal(got, want) {
					t.Errorf("%s of %s: rows %v, want %v", table.Name, unit, got, want)
				}
				if about := table.About(unit); about.Rows() != len(want) {
					t.Errorf("%s about %s: %d rows, want %d", table.Name, unit, about.Rows(), len(want))
				}
			}
		}
	}
}

func TestUnits(t *testing.T) {
	// The table of facts gives the order, though contexts comes first.
	if got := New(cards()).Units(); !slices.Equal(got, []string{"mlp/0", "mlp/1", "mlp/2"}) {
		t.Errorf("units %v", got)
	}
	x := New(probing())
	if got := x.Units(); !slices.Equal(got, []string{"mlp/0", "4", "5"}) {
		t.Errorf("units %v", got)
	}
	if !x.Has("4") || x.Has("nobody") || x.Has("") {
		t.Error("Has is wrong")
	}
}

func TestColumns(t *testing.T) {
	x := New(connectome())
	c, ok := x.Column("units.strength")
	if !ok || c.Row("AVAR") != 1 || c.Float(1) != 2 || c.Row("nobody") != -1 {
		t.Errorf("strength: %v %v", c, ok)
	}
	if _, ok := x.Column("z"); ok {
		t.Error("z of partners is no fact of a unit")
	}
	// One effect for each unit is a fact to sort by.
	if _, ok := New(probing()).Column("delta_rate"); !ok {
		t.Error("delta_rate is missing")
	}
}

func TestArrays(t *testing.T) {
	x := New(connectome())
	ms := x.Matrices()
	if len(ms) != 2 || ms[0].Layers != 1 || ms[1].Layers != 3 || ms[1].Units[1] != "AVAR" {
		t.Fatalf("matrices: %+v", ms)
	}
	if v := ms[0].Layer(0)(1, 0); v != 3 {
		t.Errorf("affinity_mean[1,0] is %v, want 3", v)
	}
	if v := ms[1].Layer(2)(0, 1); v != 9 {
		t.Errorf("component_affinity[2,0,1] is %v, want 9", v)
	}
	c, ok := x.Components()
	if !ok || c.Name != "component_affinity" || c.Strength.Name != "component_time" {
		t.Errorf("components: %v %v", c, ok)
	}
	if _, ok := New(cards()).Components(); ok {
		t.Error("cards have no components")
	}
}

type store map[string]func() *nissl.Finding

func (s store) Finding(_ context.Context, id string) (*nissl.Finding, func(), error) {
	f, ok := s[id]
	if !ok {
		return nil, nil, fmt.Errorf("no %s", id)
	}
	return f(), func() {}, nil
}

func TestCache(t *testing.T) {
	same := cards()
	fresh := 0
	s := store{"same": func() *nissl.Finding { return same }, "fresh": func() *nissl.Finding { fresh++; return cards() }}
	for i := range 5 {
		s[fmt.Sprint(i)] = cards
	}
	c := NewCache(s, 3)
	get := func(id string) *Index {
		x, err := c.Index(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if first := get("same"); get("same") != first {
		t.Error("the index was made twice")
	}
	// A finding that was read again has a new index.
	if first := get("fresh"); get("fresh") == first || fresh != 2 {
		t.Error("the index of an older finding was kept")
	}
	for i := range 5 {
		get(fmt.Sprint(i))
	}
	if len(c.kept) != 3 {
		t.Errorf("%d indices are kept, want 3", len(c.kept))
	}
	if _, err := c.Index(t.Context(), "none"); err == nil {
		t.Error("no error for a finding that is not there")
	}
}
