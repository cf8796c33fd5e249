package dynamicconnectome

import (
	"math"
	"sort"

	"nissl/num/assign"
)

// Epoch is one stretch of time in which a component is active.
type Epoch struct {
	Component   int
	Start, Stop float64 // s
}

// activeEpochs are the stretches in which a component's time curve lies above its mean
// plus one standard deviation; pauses under a second are closed and stretches under two
// seconds dropped, or under one sample where samples are longer.
func activeEpochs(curve []float64, component int, start, step float64) []Epoch {
	level, sd := meanSD(curve)
	level += sd
	var out []Epoch
	for t, v := range curve {
		if !(v > level) {
			continue
		}
		a, b := start+float64(t)*step, start+float64(t+1)*step
		if n := len(out); n > 0 && a-out[n-1].Stop < math.Max(1, step/2) {
			out[n-1].Stop = b
		} else {
			out = append(out, Epoch{component, a, b})
		}
	}
	least := math.Max(2, step*0.999)
	kept := out[:0]
	for _, e := range out {
		if e.Stop-e.Start >= least {
			kept = append(kept, e)
		}
	}
	return kept
}

// dominant is the component with the largest contribution at each time, in stretches;
// it says which component's communities are in force. Stretches under two seconds go
// to their longer neighbour.
func dominant(time [][]float64, start, step float64) []Epoch {
	var out []Epoch
	for t := range len(time[0]) {
		best := 0
		for r := range time {
			if time[r][t] > time[best][t] {
				best = r
			}
		}
		a, b := start+float64(t)*step, start+float64(t+1)*step
		if n := len(out); n > 0 && out[n-1].Component == best {
			out[n-1].Stop = b
		} else {
			out = append(out, Epoch{best, a, b})
		}
	}
	for len(out) > 1 {
		k := 0
		for i, e := range out {
			if e.Stop-e.Start < out[k].Stop-out[k].Start {
				k = i
			}
		}
		if out[k].Stop-out[k].Start >= math.Max(2, step*1.5) {
			break
		}
		out = absorb(out, k)
	}
	return out
}

// absorb gives stretch k to its longer neighbour and joins equal neighbours.
func absorb(e []Epoch, k int) []Epoch {
	left := k > 0 && (k == len(e)-1 || e[k-1].Stop-e[k-1].Start >= e[k+1].Stop-e[k+1].Start)
	if left {
		e[k-1].Stop = e[k].Stop
	} else {
		e[k+1].Start = e[k].Start
	}
	e = append(e[:k], e[k+1:]...)
	out := e[:1]
	for _, x := range e[1:] {
		if last := &out[len(out)-1]; last.Component == x.Component {
			last.Stop = x.Stop
		} else {
			out = append(out, x)
		}
	}
	return out
}

// Track is one community followed through the components: the same group of units as
// far as neighbouring versions overlap with a Jaccard index of at least 0.3.
type Track struct {
	Versions  []Version
	Birth     float64 // s, first moment in force
	Death     float64 // s, last moment in force
	Stability float64 // mean Jaccard index of successive versions; NaN for one version
}

// Version is the community of a track in one component.
type Version struct{ Component, Community int }

const sameCommunity = 0.3 // least Jaccard index of two versions of one community

// follow chains the communities of the components, taken in the order in which the
// components first come into force. members[r][c] lists the units of community c of
// component r.
func follow(members [][][]int, inForce []Epoch) []Track {
	var tracks []Track
	last := [][]int{}
	for _, r := range order(inForce, len(members)) {
		score := make([][]float64, len(members[r]))
		for c := range members[r] {
			score[c] = make([]float64, len(tracks))
			for k := range tracks {
				score[c][k] = jaccard(members[r][c], last[k])
			}
		}
		match := make([]int, len(members[r]))
		for c := range match {
			match[c] = -1
		}
		if len(tracks) > 0 && len(match) > 0 {
			match = assign.Max(score)
		}
		for c, k := range match {
			if k < 0 || score[c][k] < sameCommunity {
				tracks, last = append(tracks, Track{}), append(last, nil)
				k = len(tracks) - 1
			}
			tracks[k].Versions = append(tracks[k].Versions, Version{r, c})
			last[k] = members[r][c]
		}
	}
	for k := range tracks {
		tracks[k].measure(members, inForce)
	}
	return tracks
}

func (t *Track) measure(members [][][]int, inForce []Epoch) {
	t.Birth, t.Death, t.Stability = math.NaN(), math.NaN(), math.NaN()
	has := map[int]bool{}
	for i, v := range t.Versions {
		has[v.Component] = true
		if i > 0 {
			w := t.Versions[i-1]
			j := jaccard(members[v.Component][v.Community], members[w.Component][w.Community])
			if i == 1 {
				t.Stability = 0
			}
			t.Stability += j / float64(len(t.Versions)-1)
		}
	}
	for _, e := range inForce {
		if !has[e.Component] {
			continue
		}
		if t.Birth != t.Birth {
			t.Birth = e.Start
		}
		t.Death = e.Stop
	}
}

// order of the components by their first moment in force; those never in force last.
func order(inForce []Epoch, components int) []int {
	first := make([]float64, components)
	for r := range first {
		first[r] = math.Inf(1)
	}
	for _, e := range inForce {
		first[e.Component] = min(first[e.Component], e.Start)
	}
	out := make([]int, components)
	for r := range out {
		out[r] = r
	}
	sort.SliceStable(out, func(a, b int) bool { return first[out[a]] < first[out[b]] })
	return out
}

func jaccard(a, b []int) float64 {
	in := make(map[int]bool, len(a))
	for _, v := range a {
		in[v] = true
	}
	both := 0
	for _, v := range b {
		if in[v] {
			both++
		}
	}
	if len(a)+len(b) == both {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// sides follows every unit through the stretches of time: side[step][unit] is the track
// that it belongs to there, -1 for none.
func sides(tracks []Track, members [][][]int, inForce []Epoch, units int) [][]int {
	track := map[Version]int{}
	for k, t := range tracks {
		for _, v := range t.Versions {
			track[v] = k
		}
	}
	out := make([][]int, len(inForce))
	for s, e := range inForce {
		out[s] = make([]int, units)
		for u := range out[s] {
			out[s][u] = -1
		}
		for c, list := range members[e.Component] {
			for _, u := range list {
				out[s][u] = track[Version{e.Component, c}]
			}
		}
	}
	return out
}

// Flexibility of a unit is the share of successive stretches between which it changes
// sides (joins, leaves or moves); Promiscuity the share of all tracks that it visits.
func flexibility(side [][]int, tracks int) (flexible, promiscuous []float64) {
	units := 0
	if len(side) > 0 {
		units = len(side[0])
	}
	flexible, promiscuous = make([]float64, units), make([]float64, units)
	for u := range units {
		visited := map[int]bool{}
		changes := 0
		for s := range side {
			if side[s][u] >= 0 {
				visited[side[s][u]] = true
			}
			if s > 0 && side[s][u] != side[s-1][u] {
				changes++
			}
		}
		if len(side) > 1 {
			flexible[u] = float64(changes) / float64(len(side)-1)
		}
		if tracks > 0 {
			promiscuous[u] = float64(len(visited)) / float64(tracks)
		}
	}
	return flexible, promiscuous
}

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(sd)
}
