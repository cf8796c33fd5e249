package neurons

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"nissl/studio/facts"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// mostHits of each kind are suggested.
const mostHits = 12

// hit is a unit that a search finds, and why.
type hit struct {
	Unit string `json:"unit"`
	Why  string `json:"why"`
}

// tuned is a feature with the units that are tuned to it most.
type tuned struct {
	Feature string `json:"feature"`
	From    string `json:"from"`
	// Live says that it is a covariate of the recording: the list can be measured.
	Live bool  `json:"live"`
	Hits []hit `json:"hits"`
}

// serveSearch finds units by ?q=: by name, by what they read, write or are driven by, and by what they are tuned to.
func (n *Neurons) serveSearch(w http.ResponseWriter, r *http.Request) error {
	it, _, err := n.item(r)
	if err != nil {
		return err
	}
	q := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("q")))
	out := struct {
		Names  []hit   `json:"names"`
		Tokens []hit   `json:"tokens"`
		Tuning []tuned `json:"tuning"`
	}{[]hit{}, []hit{}, []tuned{}}
	names, err := n.unitNames(r.Context(), it)
	if err != nil {
		return err
	}
	out.Names = append(out.Names, byName(names, q)...)
	if q == "" {
		return reply.JSON(w, out)
	}
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	findings, _ := n.findings(r.Context(), it)
	for _, a := range findings {
		out.Tokens = append(out.Tokens, byToken(a, q, known)...)
		out.Tuning = append(out.Tuning, byTuning(a, q, known)...)
	}
	out.Tokens = out.Tokens[:min(mostHits, len(out.Tokens))]
	live, err := n.covariates(r.Context(), it, q)
	if err != nil {
		return err
	}
	out.Tuning = append(out.Tuning, live...)
	out.Tuning = out.Tuning[:min(mostHits, len(out.Tuning))]
	return reply.JSON(w, out)
}

// byName prefers the name itself, then those that begin so.
func byName(names []string, q string) []hit {
	type ranked struct {
		name string
		rank int
	}
	var found []ranked
	for _, name := range names {
		low := strings.ToLower(name)
		switch {
		case low == q:
			found = append(found, ranked{name, 0})
		case strings.HasPrefix(low, q):
			found = append(found, ranked{name, 1})
		case strings.HasSuffix(low, "/"+q):
			found = append(found, ranked{name, 2})
		case strings.Contains(low, q):
			found = append(found, ranked{name, 3})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return a.rank - b.rank })
	var out []hit
	for _, f := range found[:min(mostHits, len(found))] {
		out = append(out, hit{Unit: f.name})
	}
	return out
}

// byToken finds units by the token of their strongest moments, the strongest relative to their others first, and
// by lists of tokens among their facts.
func byToken(a about, q string, known map[string]bool) []hit {
	var out []hit
	seen := map[string]bool{}
	put := func(unit, why string) {
		if known[unit] && !seen[unit] {
			seen[unit] = true
			out = append(out, hit{unit, why})
		}
	}
	for _, t := range a.index.Of(facts.Contexts) {
		for _, h := range contexts(t, q) {
			put(h.Unit, h.Why)
		}
	}
	for _, c := range a.index.Columns() {
		v, ok := c.Values.([]string)
		if !ok {
			continue
		}
		units, _ := c.Table.Column("unit")
		for i, list := range v {
			if word := inList(list, q); word != "" && len(out) < 3*mostHits {
				put(units.Text(i), fmt.Sprintf("%s %q", c.Name, word))
			}
		}
	}
	return out
}

// contexts are the units with the most strong moments at a token.
func contexts(t *facts.Table, q string) []hit {
	token, ok := t.Column("token")
	if !ok {
		return nil
	}
	units, _ := t.Column("unit")
	kind, hasKind := t.Column("kind")
	text, hasText := t.Column("text")
	count, of, word := map[string]int{}, map[string]int{}, map[string]string{}
	for i := range t.Rows() {
		if hasKind && kind.Text(i) == "quantile" {
			continue
		}
		unit := units.Text(i)
		of[unit]++
		if w := token.Text(i); strings.ToLower(strings.TrimSpace(w)) == q || hasText && within(text.Text(i), q) {
			count[unit]++
			word[unit] = strings.TrimSpace(w)
		}
	}
	var found []string
	for unit := range count {
		found = append(found, unit)
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), natural(a, b)) })
	var out []hit
	for _, unit := range found[:min(2*mostHits, len(found))] {
		at := fmt.Sprintf("at %q", word[unit])
		if !strings.EqualFold(word[unit], q) {
			at = fmt.Sprintf("in %q, such as at %q", q, word[unit])
		}
		out = append(out, hit{unit, fmt.Sprintf("%d of its %d strongest moments are %s", count[unit], of[unit], at)})
	}
	return out
}

// within says whether the moment, which stands in brackets in a text, lies in the word q.
func within(text, q string) bool {
	before, rest, ok := strings.Cut(strings.ToLower(text), "[")
	at, after, closed := strings.Cut(rest, "]")
	if !ok || !closed {
		return false
	}
	start := before[max(0, len(before)-len(q)):]
	inside := start + strings.TrimRight(at, " ") + after[:min(len(q), len(after))]
	first := len(start) + len(at) - len(strings.TrimLeft(at, " "))
	for place := max(0, first-len(q)+1); place <= first && place <= len(inside); place++ {
		if q != "" && strings.HasPrefix(inside[place:], q) {
			return true
		}
	}
	return false
}

// inList is the text of a JSON list that is the word.
func inList(list, q string) string {
	if !strings.HasPrefix(list, "[") || !strings.Contains(strings.ToLower(list), q) {
		return ""
	}
	var words []string
	if json.Unmarshal([]byte(list), &words) != nil {
		return ""
	}
	for _, w := range words {
		if strings.ToLower(strings.TrimSpace(w)) == q {
			return w
		}
	}
	return ""
}

// byTuning finds the features whose name has the word in it, with the units that are tuned to them most.
func byTuning(a about, q string, known map[string]bool) []tuned {
	var out []tuned
	for _, t := range a.index.Of(facts.Tuning) {
		feature, _ := t.Column("feature")
		byFeature := map[string][]int{}
		var features []string
		for i := range t.Rows() {
			f := feature.Text(i)
			if !strings.Contains(strings.ToLower(f), q) {
				continue
			}
			if byFeature[f] == nil {
				features = append(features, f)
			}
			byFeature[f] = append(byFeature[f], i)
		}
		for _, f := range features {
			hits := mostTuned(t, byFeature[f], known)
			if len(hits) > 0 {
				out = append(out, tuned{Feature: f, From: a.item.Name, Hits: hits})
			}
		}
	}
	return out
}

// mostTuned orders rows by what is explained beyond chance.
func mostTuned(t *facts.Table, rows []int, known map[string]bool) []hit {
	units, _ := t.Column("unit")
	explained, _ := t.Column("explained")
	null, _ := t.Column("null")
	excess := func(i int) float64 {
		if v := (explained.Float(i) - null.Float(i)) / (1 - null.Float(i)); v == v {
			return v
		}
		return math.Inf(-1)
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(excess(b), excess(a)) })
	var out []hit
	for _, i := range rows {
		if unit := units.Text(i); known[unit] && len(out) < 6 {
			out = append(out, hit{unit, fmt.Sprintf("explains %.3g of its variance, by chance %.2g", explained.Float(i), null.Float(i))})
		}
	}
	return out
}

// covariates of a recording whose name has the word in it.
func (n *Neurons) covariates(ctx context.Context, it *library.Item, q string) ([]tuned, error) {
	if !it.Is(library.Recording) {
		return nil, nil
	}
	r, release, err := n.lib.Recording(ctx, it.ID)
	if err != nil {
		return nil, err
	}
	defer release()
	var out []tuned
	for i := range r.Covariates {
		if strings.Contains(strings.ToLower(r.Covariates[i].Name), q) {
			out = append(out, tuned{Feature: r.Covariates[i].Name, From: it.Name, Live: true, Hits: []hit{}})
		}
	}
	return out, nil
}

// elsewhere is another item that names the unit.
type elsewhere struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	Kinds []library.Kind `json:"kinds"`
	Why   string         `json:"why"`
}

// mostElsewhere are looked into.
const mostElsewhere = 40

// serveElsewhere lists the other items that have a unit of this name. A mere number is no name: every recording
// has a unit 17.
func (n *Neurons) serveElsewhere(w http.ResponseWriter, r *http.Request) error {
	it, unit, err := n.item(r)
	if err != nil {
		return err
	}
	found, notes := []elsewhere{}, []string{}
	items, _ := n.lib.Items()
	looked := 0
	for _, other := range items {
		rel := n.lineage.relate(r.Context(), it, other)
		if rel == itself || (rel == unrelated && !isName(unit)) || (rel == unrelated && other.Is(library.Network)) {
			continue
		}
		if looked++; looked > mostElsewhere {
			notes = append(notes, fmt.Sprintf("the first %d items were looked into", mostElsewhere))
			break
		}
		names, err := n.unitNames(r.Context(), other)
		if err != nil {
			notes = append(notes, err.Error())
			continue
		}
		if slices.Contains(names, unit) {
			why := "has a unit of this name"
			if rel != unrelated {
				why = "belongs together with " + it.Name
			}
			found = append(found, elsewhere{other.ID, other.Name, other.Kinds, why})
		}
	}
	return reply.JSON(w, map[string]any{"items": found, "notes": notes})
}

// isName says whether a unit's name tells more than its number.
func isName(unit string) bool {
	return strings.ContainsFunc(unit, func(r rune) bool { return r > '9' })
}
