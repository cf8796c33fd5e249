package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// mostActs is how many interventions may be stacked.
const mostActs = 32

// acts reads interventions. What one names as a direction or source is the name of something that is open here:
// no other file is read. Call done when they are no longer used.
func (s *session) acts(ctx context.Context, texts []string) (acts []nissl.Intervention, done func(), err error) {
	var releases []func()
	done = func() {
		for _, f := range releases {
			f()
		}
	}
	if len(texts) > mostActs {
		return nil, done, reply.Bad(fmt.Errorf("%d interventions: at most %d are stacked", len(texts), mostActs))
	}
	for _, text := range texts {
		act, err := nissl.ParseIntervention(text)
		if err != nil {
			return nil, done, reply.Bad(err)
		}
		if id := sourceName(act); id != "" {
			r, release, err := s.lib.Recording(ctx, id)
			if err != nil {
				return nil, done, reply.Bad(fmt.Errorf("%s: %q must be a recording that is open in the studio: %w", text, id, err))
			}
			releases = append(releases, release)
			act.Source = r
		}
		acts = append(acts, act)
	}
	return acts, done, nil
}

// sourceName is what an intervention names beyond the run itself, "" for nothing.
func sourceName(act nissl.Intervention) string {
	if act.Action == nissl.Silence {
		_, name := act.Reference()
		return name
	}
	return act.Vector
}

// lines are what a person types for the same: the options alone, and the whole command.
func (s *session) lines(g given, texts []string) (do, whole string) {
	var words []string
	for _, text := range texts {
		act, err := nissl.ParseIntervention(text)
		if err != nil {
			continue
		}
		if id := sourceName(act); id != "" {
			if item, err := s.lib.Item(id, library.Recording); err == nil {
				act.Vector = strings.TrimSuffix(act.Vector, id) + item.Path
			}
		}
		words = append(words, "--do "+command.Quote(act.String()))
	}
	do = strings.Join(words, " ")
	if g.Text == "" && g.Picture == "" {
		return do, "" // there is no file that holds typed numbers
	}
	file := "picture.png"
	if g.Text != "" {
		file = "text.txt"
		whole = "printf %s " + command.Quote(g.Text) + " > text.txt\n"
	}
	whole += command.Line([]string{"read", "activity", s.item.Path, "--input", file, "--out", "activity"})
	return do, strings.TrimSpace(whole + " " + do)
}

// elsewhere gives n versions of acts[vary] on random other units of its site: as many units each, none that any of
// the acts means; fewer where there are not so many. A direction acts in a random direction of the same length.
func (w *warm) elsewhere(acts []nissl.Intervention, vary, n int, seed uint64) ([]nissl.Intervention, error) {
	act := acts[vary]
	site, err := w.site(act.Site)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(seed, 0x11fe))
	if act.Source != nil && (act.Action == nissl.Add || act.Action == nissl.Project) {
		return otherDirections(act, n, random), nil
	}
	sets, err := chosen(act, site)
	if err != nil {
		return nil, err
	}
	taken := takenUnits(acts, len(act.Units), site)
	var out []nissl.Intervention
	seen := map[string]bool{}
	for try := 0; try < 50*n && len(out) < n; try++ {
		other, drawn := draw(act, site, sets, random)
		if name := other.String(); !seen[name] && !meets(drawn, taken) {
			seen[name] = true
			out = append(out, other)
		}
	}
	if len(out) == 0 {
		return nil, reply.Bad(fmt.Errorf("%s leaves no other neurons of %s to compare with: choose fewer units", act, site.Name))
	}
	return out, nil
}

// draw gives the intervention on as many random units along each axis.
func draw(act nissl.Intervention, site nissl.Site, sets [][]int, random *rand.Rand) (nissl.Intervention, [][]int) {
	drawn := make([][]int, len(sets))
	act.Units = slices.Clone(act.Units)
	for i, set := range sets {
		drawn[i] = set
		if act.Units[i] == nil {
			continue // all along this axis stay all
		}
		drawn[i] = random.Perm(site.Size[unitAxes(site)[i]])[:len(set)]
		slices.Sort(drawn[i])
		act.Units[i] = choiceOf(drawn[i])
	}
	return act, drawn
}

// chosen are the indexes along the axes that an intervention chooses on.
func chosen(act nissl.Intervention, site nissl.Site) ([][]int, error) {
	axes := unitAxes(site)
	if len(act.Units) > len(axes) {
		return nil, reply.Bad(fmt.Errorf("%s: %s has only the axes %v", act, site.Name, axisNames(site)))
	}
	all := true
	var sets [][]int
	for i, u := range act.Units {
		size := site.Size[axes[i]]
		if size < 0 {
			return nil, reply.Bad(fmt.Errorf("%s: the number of units along %s depends on the input, so that no others are drawn", act, site.Axes[axes[i]]))
		}
		set, err := u.Indexes(size)
		if err != nil {
			return nil, reply.Bad(fmt.Errorf("%s: unit %w", act, err))
		}
		slices.Sort(set)
		set = slices.Compact(set)
		all = all && len(set) == size
		sets = append(sets, set)
	}
	if all {
		return nil, reply.Bad(fmt.Errorf("%s means the whole site: there are no other neurons to compare with", act))
	}
	return sets, nil
}

// takenUnits are the sets of units that the acts mean at the site, along its first axes. An act on the whole site
// takes none: it acts on every other unit just as well.
func takenUnits(acts []nissl.Intervention, axes int, site nissl.Site) [][][]int {
	var out [][][]int
	for _, a := range acts {
		if a.Site != site.Name || len(a.Units) == 0 {
			continue
		}
		sets, err := chosen(a, site)
		if err != nil {
			continue // all of the site, or what the run itself will refuse
		}
		out = append(out, sets[:min(len(sets), axes)])
	}
	return out
}

// meets says whether a product of sets has a unit in common with any of others.
func meets(sets [][]int, others [][][]int) bool {
	return slices.ContainsFunc(others, func(other [][]int) bool {
		for i := range min(len(sets), len(other)) {
			if !slices.ContainsFunc(sets[i], func(u int) bool { return slices.Contains(other[i], u) }) {
				return false
			}
		}
		return true
	})
}

func choiceOf(indexes []int) nissl.Choice {
	var c nissl.Choice
	for _, i := range indexes {
		c = append(c, nissl.Range{Lo: float64(i), Hi: float64(i)})
	}
	return c
}
