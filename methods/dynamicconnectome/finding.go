package dynamicconnectome

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"nissl"
)

const noCausal = "none: a recording cannot be perturbed; silence a community in a network or a simulation to test it"

func (c *Connectome) finding(recs []*nissl.Recording, p Params) *nissl.Finding {
	f := &nissl.Finding{Summary: c.summary()}
	f.AddMetric("rank", float64(len(c.Components)), "", "components of the factorisation")
	f.AddMetric("explained", c.Explained, "", "share of the affinity's sum of squares that the components explain")
	f.AddMetric("explained_null_mean", mean(c.Null.Explained), "", "the same for circularly shifted traces, mean over the null runs")
	f.AddMetric("explained_null_p", c.ExplainedP, "", "share of null runs that explain as much, with the +1 rule")
	f.AddMetric("stability", c.Stability, "", "similarity of restarts, 1 is the same solution each time")
	f.AddMetric("evidence_bits", c.bits(), "bits", "description length saved by the communities, summed over components")
	f.AddMetric("communities", float64(c.found()), "", "communities above chance")
	f.AddMetric("units", float64(len(c.Units)), "", "units in the map")
	f.AddMetric("observed_pairs", c.Observed, "", "share of pairs × recordings in which both units were identified")
	c.evidence(f, p)
	c.tables(f)
	c.arrays(f)
	f.Figures = c.figures(recs)
	f.Notes = c.Notes
	return f
}

func (c *Connectome) evidence(f *nissl.Finding, p Params) {
	shift := "every unit's trace shifted circularly by its own random time"
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "explained power", Observed: c.ExplainedFirst,
		Null:     fmt.Sprintf("%s, %d copies factorised alike", shift, len(c.Null.Explained)),
		NullMean: mean(c.Null.Explained), NullRuns: c.Null.Explained, Effect: c.ExplainedFirst - mean(c.Null.Explained), P: c.ExplainedP,
		Doc: "of one restart, as in the null runs", Causal: noCausal, Passed: c.ExplainedP <= p.Alpha})
	for r := range c.Components {
		for i, m := range c.Components[r].Candidates {
			if i > 0 && !c.Components[r].accepted[i] {
				continue // table community_evidence has them all
			}
			f.Evidence = append(f.Evidence, nissl.Evidence{Name: fmt.Sprintf("component %d, group of %d units (%s)", r+1, len(m.Units), c.few(m.Units)),
				Observed: m.Replication, Null: fmt.Sprintf("%s; the best of all groups in each of %d copies", shift, len(c.Null.Replication)),
				NullMean: mean(c.Null.Replication), NullRuns: c.Null.Replication, Effect: m.Replication - mean(c.Null.Replication), P: m.P,
				Doc:    "replication: the affinity within the group less that to other units, in the half of the time in which it was not found, as a z-score",
				Causal: noCausal, Passed: c.Components[r].accepted[i]})
		}
	}
}

func (c *Connectome) few(units []int) string {
	var names []string
	for _, u := range units[:min(4, len(units))] {
		names = append(names, c.Units[u])
	}
	if len(units) > 4 {
		names = append(names, "...")
	}
	return strings.Join(names, " ")
}

func (c *Connectome) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d components explain %.0f %% of the affinity of %d units (chance: %.0f %%, p = %.2g).",
		len(c.Components), 100*c.Explained, len(c.Units), 100*mean(c.Null.Explained), c.ExplainedP)
	if c.found() == 0 {
		fmt.Fprintf(&b, " No communities: no group of units found in one half of the time holds in the other beyond chance.")
		return b.String()
	}
	fmt.Fprintf(&b, " %d communities hold beyond chance, followed as %d through time.", c.found(), len(c.Tracks))
	for k, t := range c.Tracks {
		if k == 6 {
			fmt.Fprintf(&b, " ...")
			break
		}
		v := t.Versions[0]
		m := c.Components[v.Component].Communities[v.Community]
		when := "never the strongest"
		if t.Birth == t.Birth {
			when = fmt.Sprintf("first in force at %.3g s, last at %.3g s", t.Birth, t.Death)
		}
		fmt.Fprintf(&b, " Community %d: %d units (%s), %s.", k+1, len(m.Units), c.few(m.Units), when)
	}
	return b.String()
}

// mainCommunity of each unit: the track that holds it for the longest time, -1 for none.
func (c *Connectome) mainCommunity() []int {
	out := make([]int, len(c.Units))
	for u := range out {
		out[u] = -1
		held := make([]float64, len(c.Tracks))
		for s, e := range c.InForce {
			if k := c.Sides[s][u]; k >= 0 {
				held[k] += e.Stop - e.Start
				if out[u] < 0 || held[k] > held[out[u]] {
					out[u] = k
				}
			}
		}
	}
	return out
}

func (c *Connectome) tables(f *nissl.Finding) {
	c.unitTables(f)
	var comp, level, block []int
	var unit []string
	for r := range c.Components {
		for l, labels := range c.Components[r].blocks.Labels {
			for u, b := range labels {
				if b >= 0 {
					comp, level, block, unit = append(comp, r+1), append(level, l), append(block, b+1), append(unit, c.Units[u])
				}
			}
		}
	}
	f.AddTable("communities", "block of every unit on every level of each component's block model; see community_evidence for those above chance",
		nissl.Col("component", "", comp), nissl.Col("level", "", level), nissl.Col("unit", "", unit), nissl.Col("community", "", block))
	c.evidenceTables(f)
	var ec []int
	var start, stop []float64
	for _, e := range c.Epochs {
		ec, start, stop = append(ec, e.Component+1), append(start, e.Start), append(stop, e.Stop)
	}
	f.AddTable("epochs", "when each component is active: above its mean plus one standard deviation",
		nissl.Col("component", "", ec), nissl.Col("start_s", "s", start), nissl.Col("stop_s", "s", stop))
	c.trackTables(f)
	c.partnerTable(f)
	if len(c.Ranks) > 0 {
		var rank []int
		var held, se, similar []float64
		for _, r := range c.Ranks {
			rank, held, se, similar = append(rank, r.Rank), append(held, r.HeldOut), append(se, r.SE), append(similar, r.Stability)
		}
		f.AddTable("ranks", "held-out relative error and restart similarity of each rank tried",
			nissl.Col("rank", "", rank), nissl.Col("held_out_error", "", held), nissl.Col("standard_error", "", se), nissl.Col("stability", "", similar))
	}
}

func (c *Connectome) unitTables(f *nissl.Finding) {
	main := c.mainCommunity()
	community := make([]int, len(main))
	strength := make([]float64, len(main))
	for u := range main {
		community[u] = main[u] + 1
		for v := range c.Units {
			if w := c.AffinityMean[u*len(c.Units)+v]; w == w && u != v {
				strength[u] += w
			}
		}
	}
	f.AddTable("units", "one row per unit; community is the track that holds it longest, 0 for none",
		nissl.Col("unit", "", c.Units), nissl.Col("recordings", "", c.Seen), nissl.Col("strength", "", strength),
		nissl.Col("community", "", community), nissl.Col("flexibility", "", c.Flexibility), nissl.Col("promiscuity", "", c.Promiscuity))
	var comp, com []int
	var unit []string
	var str, within, part []float64
	for r := range c.Components {
		for u, role := range c.Components[r].Roles {
			comp, unit, com = append(comp, r+1), append(unit, c.Units[u]), append(com, role.Community+1)
			str, within, part = append(str, role.Strength), append(within, role.Within), append(part, role.Participation)
		}
	}
	f.AddTable("roles", "what each unit does in each component: community (0 for none), strength, within-community z-score, participation",
		nissl.Col("component", "", comp), nissl.Col("unit", "", unit), nissl.Col("community", "", com), nissl.Col("strength", "", str),
		nissl.Col("within_z", "", within), nissl.Col("participation", "", part))
	var at []float64
	var from, to []int
	unit = nil
	for s := 1; s < len(c.Sides); s++ {
		for u := range c.Units {
			if a, b := c.Sides[s-1][u], c.Sides[s][u]; a != b {
				unit, at = append(unit, c.Units[u]), append(at, c.InForce[s].Start)
				from, to = append(from, a+1), append(to, b+1)
			}
		}
	}
	f.AddTable("unit_changes", "when a unit changes sides; community 0 is none",
		nissl.Col("unit", "", unit), nissl.Col("time_s", "s", at), nissl.Col("from_community", "", from), nissl.Col("to_community", "", to))
}

func (c *Connectome) evidenceTables(f *nissl.Finding) {
	var comp, size []int
	var units []string
	var within, between, cohesion, replication, p []float64
	var passed []bool
	var k []int
	var lambda, bits, share []float64
	var model []string
	for r := range c.Components {
		x := &c.Components[r]
		k, lambda, bits, model = append(k, r+1), append(lambda, x.Lambda), append(bits, x.blocks.Bits), append(model, x.blocks.Model)
		share = append(share, float64(len(x.Communities)))
		for i, m := range x.Candidates {
			comp, size, units = append(comp, r+1), append(size, len(m.Units)), append(units, strings.Join(pickNames(c.Units, m.Units), " "))
			within, between, cohesion = append(within, m.Within), append(between, m.Between), append(cohesion, m.Cohesion)
			replication, p, passed = append(replication, m.Replication), append(p, m.P), append(passed, x.accepted[i])
		}
	}
	f.AddTable("components", "weight and block model of each component", nissl.Col("component", "", k), nissl.Col("lambda", "", lambda),
		nissl.Col("evidence_bits", "bits", bits), nissl.Col("communities", "", share), nissl.Col("model", "", model))
	f.AddTable("community_evidence", "every group of blocks beside chance; above_chance says which are communities",
		nissl.Col("component", "", comp), nissl.Col("size", "", size), nissl.Col("within", "", within), nissl.Col("between", "", between),
		nissl.Col("cohesion", "", cohesion), nissl.Col("replication", "", replication), nissl.Col("p", "", p), nissl.Col("above_chance", "", passed), nissl.Col("units", "", units))
}

func pickNames(names []string, index []int) []string {
	out := make([]string, len(index))
	for k, i := range index {
		out[k] = names[i]
	}
	return out
}

func (c *Connectome) trackTables(f *nissl.Finding) {
	var track, comp, com, size []int
	var birth, death, stability []float64
	for k, t := range c.Tracks {
		for _, v := range t.Versions {
			track, comp, com = append(track, k+1), append(comp, v.Component+1), append(com, v.Community+1)
			size = append(size, len(c.Components[v.Component].Communities[v.Community].Units))
			birth, death, stability = append(birth, t.Birth), append(death, t.Death), append(stability, t.Stability)
		}
	}
	f.AddTable("community_tracks", "communities followed through the components: birth and death are the first and last moment in force",
		nissl.Col("track", "", track), nissl.Col("component", "", comp), nissl.Col("community", "", com), nissl.Col("size", "", size),
		nissl.Col("birth_s", "s", birth), nissl.Col("death_s", "s", death), nissl.Col("stability", "", stability))
	var fc []int
	var start, stop []float64
	for _, e := range c.InForce {
		fc, start, stop = append(fc, e.Component+1), append(start, e.Start), append(stop, e.Stop)
	}
	f.AddTable("in_force", "which component is the strongest, and from when to when",
		nissl.Col("component", "", fc), nissl.Col("start_s", "s", start), nissl.Col("stop_s", "s", stop))
}

// partnerTable lists the ten strongest partners of every unit.
func (c *Connectome) partnerTable(f *nissl.Finding) {
	n := len(c.Units)
	var unit, partner []string
	var rank []int
	var affinity, z []float64
	for u := range n {
		var others []int
		for v := range n {
			if v != u && !math.IsNaN(c.AffinityMean[u*n+v]) {
				others = append(others, v)
			}
		}
		sort.SliceStable(others, func(a, b int) bool {
			return c.AffinityMean[u*n+others[a]] > c.AffinityMean[u*n+others[b]]
		})
		for k, v := range others[:min(10, len(others))] {
			unit, partner, rank = append(unit, c.Units[u]), append(partner, c.Units[v]), append(rank, k+1)
			affinity, z = append(affinity, c.AffinityMean[u*n+v]), append(z, c.AffinityZ[u*n+v])
		}
	}
	f.AddTable("partners", "the ten strongest partners of every unit by time-averaged affinity, with its z-score against the circular shifts",
		nissl.Col("unit", "", unit), nissl.Col("rank", "", rank), nissl.Col("partner", "", partner), nissl.Col("affinity", "", affinity), nissl.Col("z", "", z))
}

func (c *Connectome) arrays(f *nissl.Finding) {
	n, rank := len(c.Units), len(c.Components)
	add := func(name, doc string, values []float64, shape ...int) {
		f.Arrays = append(f.Arrays, nissl.Array{Name: name, Doc: doc, Shape: shape, F64: values})
	}
	add("affinity_mean", "units × units, affinity averaged over time and recordings; NaN where a pair was never seen together", c.AffinityMean, n, n)
	add("affinity_z", "units × units, affinity_mean less its mean over the circular shifts, in their standard deviations", c.AffinityZ, n, n)
	var time, animal, pair, lambda []float64
	for r := range rank {
		k := &c.Components[r]
		time, animal, lambda = append(time, k.Time...), append(animal, k.Animal...), append(lambda, k.Lambda)
		pair = append(pair, k.graph.weight...)
	}
	add("component_time", "components × time bins, unit norm", time, rank, c.Frames)
	add("component_recording", "components × "+c.slices+", unit norm", animal, rank, len(c.sliceNames))
	add("component_affinity", "components × units × units, strongest pair 1", pair, rank, n, n)
	add("component_lambda", "weight of each component", lambda, rank)
	add("time_s", "seconds of the start of each time bin", c.times(), c.Frames)
}

func mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	m, _ := meanSD(x)
	return m
}
