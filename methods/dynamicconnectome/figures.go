package dynamicconnectome

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/stat"

	"nissl"
)

// figures of the finding: traces ordered by community, one per component (affinity
// matrix, time course, animals, covariates), the flow of communities, and the graph
// in anatomical positions where they are known.
func (c *Connectome) figures(recs []*nissl.Recording) []nissl.Figure {
	out := []nissl.Figure{c.traceFigure(recs[0])}
	for r := range c.Components {
		out = append(out, c.componentFigure(r, recs[0]))
	}
	if len(c.Tracks) > 0 {
		out = append(out, c.flowFigure())
	}
	if f, ok := c.positionFigure(recs); ok {
		out = append(out, f)
	}
	return out
}

// unitOrder sorts the units by community of a component, strongest first within it;
// units outside communities come last.
func (c *Connectome) unitOrder(r int) (order, group []int) {
	roles := c.Components[r].Roles
	order = make([]int, len(c.Units))
	for u := range order {
		order[u] = u
	}
	key := func(u int) int {
		if k := roles[u].Community; k >= 0 {
			return k
		}
		return math.MaxInt
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if key(a) != key(b) {
			return key(a) < key(b)
		}
		return roles[a].Strength > roles[b].Strength
	})
	group = make([]int, len(order))
	for i, u := range order {
		group[i] = c.track(r, roles[u].Community)
	}
	return order, group
}

// track of a community of a component, which has one number and one colour in all
// figures; -1 for none.
func (c *Connectome) track(component, community int) int {
	for k, t := range c.Tracks {
		for _, v := range t.Versions {
			if v == (Version{component, community}) {
				return k
			}
		}
	}
	return -1
}

func (c *Connectome) communityNames() []string {
	out := make([]string, len(c.Tracks))
	for k := range out {
		out[k] = fmt.Sprintf("community %d", k+1)
	}
	return out
}

func (c *Connectome) named(order []int) []string {
	out := make([]string, len(order))
	for i, u := range order {
		out[i] = c.Units[u]
	}
	return out
}

// traceFigure shows the first recording's traces, each scaled to its own range,
// ordered by the communities of the strongest component that has some.
func (c *Connectome) traceFigure(rec *nissl.Recording) nissl.Figure {
	r := 0
	for k := range c.Components {
		if len(c.Components[k].Communities) > 0 {
			r = k
			break
		}
	}
	order, group := c.unitOrder(r)
	h := &nissl.Heatmap{Cols: c.shown.Samples(), Low: 0, High: 1, Unit: "own range"}
	for t := range h.Cols {
		h.X = append(h.X, c.shown.Time(t))
	}
	for i, u := range order {
		row := c.firstRow[u]
		if row < 0 {
			continue
		}
		h.Rows++
		h.RowNames = append(h.RowNames, c.Units[u])
		h.RowGroups = append(h.RowGroups, group[i])
		h.Values = append(h.Values, ownRange(c.shown.Rows[row])...)
	}
	title := "Activity ordered by community"
	if len(c.Components[r].Communities) == 0 {
		title = "Activity (no communities found)"
	}
	return nissl.Figure{Name: "traces", Title: title, SharedX: true, Groups: c.communityNames(),
		Caption: fmt.Sprintf("%s, each unit scaled to its own range; order and colours are the communities of component %d. Below, when each component is active.",
			rec.Name, r+1),
		Panels: []nissl.Panel{
			{YLabel: "unit", Heatmap: h, Height: 3},
			{XLabel: "time (s)", YLabel: "component", Lines: c.timeCourses()},
		}}
}

// ownRange scales to 0..1 between the 1st and the 99th percentile.
func ownRange(x []float32) []float64 {
	s := make([]float64, 0, len(x))
	for _, v := range x {
		if v == v {
			s = append(s, float64(v))
		}
	}
	sort.Float64s(s)
	out := make([]float64, len(x))
	lo, hi := 0.0, 0.0
	if len(s) > 0 {
		lo, hi = s[len(s)/100], s[len(s)-1-len(s)/100]
	}
	for i, v := range x {
		switch {
		case v != v:
			out[i] = math.NaN()
		case hi > lo:
			out[i] = min(1, max(0, (float64(v)-lo)/(hi-lo)))
		}
	}
	return out
}

// timeCourses of the components, each to its own maximum, one above the other.
func (c *Connectome) timeCourses() *nissl.Lines {
	l := &nissl.Lines{X: c.times()}
	n := len(c.Components)
	for r := range n {
		curve := c.Components[r].Time
		top := 0.0
		for _, v := range curve {
			top = math.Max(top, v)
		}
		y := make([]float64, len(curve))
		for t, v := range curve {
			y[t] = float64(n-1-r) + 0.9*v/math.Max(top, 1e-300)
		}
		l.Curves = append(l.Curves, nissl.Curve{Name: fmt.Sprintf("%d", r+1), Y: y, Group: -1})
	}
	return l
}

func (c *Connectome) componentFigure(r int, rec *nissl.Recording) nissl.Figure {
	k := &c.Components[r]
	order, group := c.unitOrder(r)
	n := len(order)
	h := &nissl.Heatmap{Rows: n, Cols: n, Values: make([]float64, n*n), Low: 0, High: 1, RowNames: c.named(order), ColNames: c.named(order),
		RowGroups: group, ColGroups: group, Unit: "affinity / strongest pair"}
	for i, u := range order {
		for j, v := range order {
			h.Values[i*n+j] = k.graph.weight[u*n+v]
		}
	}
	l := &nissl.Lines{X: c.times(), Curves: []nissl.Curve{{Y: k.Time, Group: -1}}}
	for _, e := range c.Epochs {
		if e.Component == r {
			l.Spans = append(l.Spans, nissl.Span{Start: e.Start, Stop: e.Stop, Group: -1})
		}
	}
	f := nissl.Figure{Name: fmt.Sprintf("component-%02d", r+1), SharedX: true, Groups: c.communityNames(),
		Title:   fmt.Sprintf("Component %d: %s", r+1, k.verdict()),
		Caption: k.caption(c),
		Panels: []nissl.Panel{
			{Heatmap: h, Height: 3, XLabel: "unit", YLabel: "unit"},
			{Lines: l, YLabel: "strength", XLabel: "time (s)"},
		}}
	if len(k.Animal) > 1 {
		f.Panels = append(f.Panels, nissl.Panel{Title: "weight in each of the " + c.slices, YLabel: "weight", Height: 0.8,
			Bars: &nissl.Bars{Names: c.sliceNames, Values: k.Animal}})
	}
	if c.aligned {
		return f
	}
	for _, i := range c.alongside(r, rec.Covariates) {
		if len(f.Panels) >= 6 {
			break
		}
		if p, ok := covariatePanel(&rec.Covariates[i], c.Start, c.Start+float64(c.Frames)*c.Step); ok {
			f.Panels = append(f.Panels, p)
		}
	}
	return f
}

// alongside orders the covariates by how closely they follow a component's time course:
// the largest correlation of one of their dimensions, of either sign.
func (c *Connectome) alongside(r int, covariates []nissl.Covariate) []int {
	curve := c.Components[r].Time
	closeness := make([]float64, len(covariates))
	order := make([]int, len(covariates))
	for i := range covariates {
		order[i] = i
		for d := range covariates[i].Values {
			var x, y []float64
			for t, v := range curve {
				if w := covariates[i].At(d, c.Start+(float64(t)+0.5)*c.Step); w == w {
					x, y = append(x, v), append(y, w)
				}
			}
			if len(x) > 2 {
				// Not > for a constant dimension, whose correlation is NaN.
				if k := math.Abs(stat.Correlation(x, y, nil)); k > closeness[i] {
					closeness[i] = k
				}
			}
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return closeness[order[a]] > closeness[order[b]] })
	return order
}

func covariatePanel(cov *nissl.Covariate, start, stop float64) (nissl.Panel, bool) {
	part := cov.Between(start, stop)
	if len(part.Values) == 0 || len(part.Values) > 3 || part.Samples() < 2 {
		return nissl.Panel{}, false
	}
	l := &nissl.Lines{}
	for i := range part.Samples() {
		l.X = append(l.X, part.Time(i))
	}
	for d, v := range part.Values {
		name := ""
		if len(part.Columns) > 0 {
			name = part.Columns[d]
		}
		group := -1 // one curve is grey
		if len(part.Values) > 1 {
			group = d
		}
		l.Curves = append(l.Curves, nissl.Curve{Name: name, Y: v, Group: group})
	}
	label := cov.Name
	if cov.Unit != "" {
		label += " (" + cov.Unit + ")"
	}
	return nissl.Panel{YLabel: label, XLabel: "time (s)", Height: 0.6, Lines: l}, true
}

func (c *Connectome) flowFigure() nissl.Figure {
	f := &nissl.Flow{Names: c.Units, Groups: c.communityNames()}
	side := c.Sides
	steps := c.InForce
	for s, e := range steps {
		f.Steps = append(f.Steps, fmt.Sprintf("%.3g-%.3g s", e.Start, e.Stop))
		f.Group = append(f.Group, side[s])
	}
	return nissl.Figure{Name: "flow", Title: "Communities through time",
		Caption: fmt.Sprintf("Which community each unit belongs to while a component dominates. A community is the same one where neighbouring versions share at least %.0f %% of their units (Jaccard).", 100*sameCommunity),
		Panels:  []nissl.Panel{{Flow: f, Height: 2}}}
}

// positionFigure draws the strongest partnerships between the units' places.
func (c *Connectome) positionFigure(recs []*nissl.Recording) (nissl.Figure, bool) {
	xyz, unit, ok := recs[0].Units.Positions()
	if !ok || c.layout == nil {
		return nissl.Figure{}, false
	}
	g := &nissl.Graph{Unit: unit}
	at := make([]int, len(c.Units))
	label := c.mainCommunity()
	for u := range c.Units {
		at[u] = -1
		if row := c.firstRow[u]; row >= 0 {
			at[u] = len(g.X)
			g.X, g.Y = append(g.X, xyz[row][0]), append(g.Y, xyz[row][1])
			g.Names, g.Groups = append(g.Names, c.Units[u]), append(g.Groups, label[u])
		}
	}
	for i := range c.Units {
		for j := i + 1; j < len(c.Units); j++ {
			w := c.AffinityMean[i*len(c.Units)+j]
			if at[i] >= 0 && at[j] >= 0 && w > 0 {
				g.Edges = append(g.Edges, nissl.Edge{From: at[i], To: at[j], Weight: w})
			}
		}
	}
	sort.SliceStable(g.Edges, func(a, b int) bool { return g.Edges[a].Weight > g.Edges[b].Weight })
	g.Edges = g.Edges[:min(len(g.Edges), 3*len(g.X))]
	return nissl.Figure{Name: "positions", Title: "Strongest partners in space", Groups: c.communityNames(),
		Caption: "The strongest time-averaged affinities between the units' places; colours are each unit's community while its component is strongest.",
		Panels:  []nissl.Panel{{Graph: g, Height: 2}}}, true
}
