package simulations

import (
	"fmt"
	"slices"
	"testing"

	"nissl"
)

// model has populations of these sizes, called P0, P1, ...
func model(sizes ...int) *Model {
	m := &Model{}
	var names []string
	for i, n := range sizes {
		p := Population{Name: fmt.Sprint("P", i), First: len(names), Size: n}
		for k := range n {
			names = append(names, fmt.Sprintf("%s/%d", p.Name, k))
		}
		m.Populations = append(m.Populations, p)
	}
	m.Units = nissl.NewUnits(names)
	return m
}

// Few cells are all shown; of many some of each population, evenly, each in one row.
func TestLayout(t *testing.T) {
	if l := newLayout(model(3, 5), 1e-4); !slices.Equal(l.units, []int{0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("rows %v", l.units)
	}
	m := model(100_000, 40, 1)
	l := newLayout(m, 1e-4)
	if len(l.units) > maxRows+41 || !slices.IsSorted(l.units) {
		t.Errorf("%d rows", len(l.units))
	}
	of := make([]int, 3)
	for row, unit := range l.units {
		of[m.populationOf(unit)]++
		if l.row[unit] != int32(row) {
			t.Fatalf("unit %d is in row %d, not %d", unit, l.row[unit], row)
		}
	}
	if of[0] < 2000 || of[1] < 20 || of[2] != 1 {
		t.Errorf("rows of each population: %v", of)
	}
	if step := l.units[1] - l.units[0]; step < 40 || step > 42 {
		t.Errorf("rows are %d cells apart", step)
	}
}

// The history forgets the oldest spikes, and says from when on all are there.
func TestHistory(t *testing.T) {
	h, l := newHistory(0), newLayout(model(2), 1e-3)
	h.most = 10
	for k := range 20 {
		at := float64(k+1) / 1000
		h.add(k%2, []float64{at}, l)
		h.add(1-k%2, []float64{at}, l)
		h.close(at)
	}
	if h.kept != 10 || len(h.parts) != 5 || h.since != 0.015 {
		t.Errorf("%d spikes in %d parts since %v s", h.kept, len(h.parts), h.since)
	}
	if last := h.parts[4].spikes[0]; last>>unitBits != 20 || last&(1<<unitBits-1) != 1 {
		t.Errorf("the last spike is step %d of unit %d", last>>unitBits, last&(1<<unitBits-1))
	}
}

// What acts keeps its begin while others change; what never acted is not remembered.
func TestActs(t *testing.T) {
	var a acts
	for _, c := range []struct {
		at float64
		do []string
	}{{0.1, []string{"silence(P0/1)", "add(P0, 5)"}}, {0.2, []string{"silence(P0/1)", "add(P0, 6)"}}, {0.2, []string{"silence(P0/1)", "add(P0, 7)"}}, {0.3, nil}} {
		v, err := parse(c.do)
		if err != nil {
			t.Fatal(err)
		}
		next, err := a.change(v, c.at)
		if err != nil {
			t.Fatal(err)
		}
		a.set(next, c.at)
	}
	if got := fmt.Sprint(a.timed(0.4)); got != "[add(P0@0.1-0.2, 5) silence(P0/1@0.1-0.3) add(P0@0.2-0.3, 7)]" {
		t.Errorf("got %s", got)
	}
}

// The null acts on as many other cells, always the same ones, and on none where too few are left.
func TestElsewhere(t *testing.T) {
	s := &session{model: *model(100, 10), compared: &compared{others: map[string][]int{}, seed: 1}}
	for text, want := range map[string]int{"add(P0/0-19, 5)": 20, "silence(P1/3)": 1, "threshold(P0.V_m/5+7, 5)": 2, "silence(P0/0-60)": 0, "scale(P1, 2)": 0} {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			t.Fatal(err)
		}
		other, ok, err := s.elsewhere(v)
		if err != nil || ok != (want > 0) {
			t.Errorf("%s: %v, %v", text, ok, err)
			continue
		}
		if !ok {
			continue
		}
		again, _, _ := s.elsewhere(v)
		_, mine, _ := s.model.target(v)
		_, others, err := s.model.target(other)
		if err != nil || len(others) != want || other.String() != again.String() || other.Site != v.Site ||
			slices.ContainsFunc(others, func(u int) bool { return slices.Contains(mine, u) }) {
			t.Errorf("%s: the null is %s, then %s (%v)", text, other, again, err)
		}
	}
}
