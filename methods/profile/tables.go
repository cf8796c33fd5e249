package profile

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"nissl"
	"nissl/model/profile"
)

// column gives a column of the units' table, or one of its default where the recording has none.
func column[T any](p *Profile, name string, otherwise T) []T {
	if c, ok := p.Units.Column(name); ok {
		if v, ok := c.Values.([]T); ok {
			return v
		}
	}
	out := make([]T, p.Units.Len())
	for i := range out {
		out[i] = otherwise
	}
	return out
}

// tables adds all tables to a finding.
func (p *Profile) tables(f *nissl.Finding) {
	f.AddTable("neurons", "one row per unit; the same columns for networks and recordings, and for networks what the weights say", p.neurons()...)
	p.histograms(f)
	p.contextTable(f)
	p.correlated(f)
	p.tuning(f)
	p.ablation(f)
}

func (p *Profile) neurons() []nissl.Column {
	n := p.Units.Len()
	numbers := map[string][]float64{}
	names := []string{"density", "density_threshold", "mean", "var", "skew", "kurt", "min", "max", "explained", "explained_null", "max_corr"}
	for _, name := range names {
		numbers[name] = make([]float64, n)
	}
	samples, dead, tuned, partner := make([]int64, n), make([]bool, n), make([]string, n), make([]string, n)
	for u := range n {
		s := p.Stats.Summary(u)
		samples[u], dead[u] = s.Samples, s.Dead
		for name, v := range map[string]float64{"density": s.Density, "density_threshold": s.Above, "mean": s.Mean, "var": s.Var, "skew": s.Skew,
			"kurt": s.Kurt, "min": s.Min, "max": s.Max} {
			numbers[name][u] = v
		}
		numbers["explained"][u], numbers["explained_null"][u], numbers["max_corr"][u] = math.NaN(), math.NaN(), math.NaN()
		if t := p.best(u); t != nil {
			tuned[u], numbers["explained"][u], numbers["explained_null"][u] = t.Feature, t.Explained[u], t.NullMean(u)
		}
		if len(p.Partners[u]) > 0 {
			partner[u], numbers["max_corr"][u] = p.Units.Name(p.Partners[u][0].Unit), float64(p.Partners[u][0].R)
		}
	}
	docs := map[string]string{
		"density": "share of samples above 0", "density_threshold": "share of samples above the threshold", "skew": "third standardised moment",
		"kurt": "fourth standardised moment, 3 for a Gaussian", "explained": "share of the variance that the feature tuned_to explains",
		"explained_null": "what it explains when shifted in time", "max_corr": "correlation with most_correlated"}
	columns := []nissl.Column{nissl.Col("unit", "", p.Units.Names()), nissl.Col("site", "", column(p, "site", "")),
		nissl.Col("index", "", column(p, "index", int64(-1))), nissl.Col("layer", "", column(p, "layer", int64(-1))),
		nissl.Col("samples", "", samples), nissl.Col("dead", "", dead)}
	for _, name := range names {
		c := nissl.Col(name, "", numbers[name])
		c.Doc = docs[name]
		columns = append(columns, c)
	}
	columns = append(columns, nissl.Col("tuned_to", "", tuned), nissl.Col("most_correlated", "", partner))
	return append(columns, p.wiringColumns()...)
}

// best is the feature that explains most of a unit beyond chance; nil without one.
func (p *Profile) best(u int) *profile.Tuning {
	var best *profile.Tuning
	for i := range p.Tunings {
		t := &p.Tunings[i]
		if e := t.Excess(u); e == e && (best == nil || e > best.Excess(u)) {
			best = t
		}
	}
	return best
}

// wiringColumns have the names of Gurnee et al.'s table.
func (p *Profile) wiringColumns() []nissl.Column {
	w := p.Wiring
	if w == nil || !w.Known {
		return nil
	}
	words := func(lists [][]int) []string {
		out := make([]string, len(lists))
		for u, list := range lists {
			var spelled []string
			for _, id := range list {
				spelled = append(spelled, p.spell(id))
			}
			out[u] = encode(spelled)
			if list == nil {
				out[u] = ""
			}
		}
		return out
	}
	doc := func(c nissl.Column, text string) nissl.Column { c.Doc = text; return c }
	return []nissl.Column{
		doc(nissl.Col("w_in_norm", "", w.InNorm), "length of what the neuron reads, with the gain of the normalisation"),
		doc(nissl.Col("w_gate_norm", "", w.GateNorm), "length of what its gate reads"),
		doc(nissl.Col("w_out_norm", "", w.OutNorm), "length of what it writes"),
		doc(nissl.Col("in_out_sim", "", w.InOut), "cosine between what it reads (its gate, where it has one) and what it writes"),
		doc(nissl.Col("vocab_mean", "", w.VocabMean), "mean over tokens of what it adds to their logits when it is 1"),
		nissl.Col("vocab_var", "", w.VocabVar), nissl.Col("vocab_skew", "", w.VocabSkew), nissl.Col("vocab_kurt", "", w.VocabKurt),
		doc(nissl.Col("promotes", "", words(w.Promotes)), "tokens whose logits it raises most, a JSON list"),
		doc(nissl.Col("suppresses", "", words(w.Suppresses)), "tokens whose logits it lowers most, a JSON list"),
		doc(nissl.Col("reads", "", words(w.Reads)), "tokens whose embeddings alone drive it most, a JSON list"),
	}
}

func (p *Profile) spell(id int) string {
	if id < len(p.Tokens) {
		return p.Tokens[id]
	}
	return fmt.Sprint(id)
}

// encode writes a value as JSON, which strings and finite numbers always have.
func encode(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

// numbers writes values with four digits as a JSON list; NaN is null.
func numbers(x []float64) string {
	words := make([]string, len(x))
	for i, v := range x {
		if words[i] = fmt.Sprintf("%.4g", v); v-v != 0 {
			words[i] = "null"
		}
	}
	return "[" + strings.Join(words, ",") + "]"
}

func (p *Profile) histograms(f *nissl.Finding) {
	var unit []string
	var low, high []float64
	var count []int64
	for u, name := range p.Units.Names() {
		counts, edges := p.Stats.Histogram(u)
		for b, c := range counts {
			if c > 0 {
				unit, low, high, count = append(unit, name), append(low, edges[b]), append(high, edges[b+1]), append(count, c)
			}
		}
	}
	f.AddTable("histograms", "samples of each unit by activity; bins without any are left out",
		nissl.Col("unit", "", unit), nissl.Col("low", "", low), nissl.Col("high", "", high), nissl.Col("count", "", count))
}

func (p *Profile) contextTable(f *nissl.Finding) {
	n := len(p.Contexts)
	unit, kind, source, token, text := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	tokens, values := make([]string, n), make([]string, n)
	rank, document, position, first, x, y := make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	value, quantile, time := make([]float64, n), make([]float64, n), make([]float64, n)
	names := p.Units.Names()
	for i := range p.Contexts {
		c := &p.Contexts[i]
		unit[i], kind[i], source[i], token[i], text[i] = names[c.Unit], c.Kind, c.Source, c.Token, c.text()
		rank[i], document[i], position[i], first[i], x[i], y[i] = c.Rank, c.Document, c.Position, c.First, c.X, c.Y
		value[i], quantile[i], time[i] = c.Value, c.Quantile, c.Time
		values[i] = numbers(c.Values)
		if c.Tokens != nil {
			tokens[i] = encode(c.Tokens)
		}
	}
	f.AddTable("contexts", "strongest moments of each unit (kind top) and moments typical of a level of its activity (kind quantile); tokens and values around them as JSON lists that begin first places from the moment",
		nissl.Col("unit", "", unit), nissl.Col("kind", "", kind), nissl.Col("rank", "", rank), nissl.Col("quantile", "", quantile),
		nissl.Col("document", "", document), nissl.Col("source", "", source), nissl.Col("position", "", position), nissl.Col("time_s", "s", time),
		nissl.Col("x", "", x), nissl.Col("y", "", y), nissl.Col("token", "", token), nissl.Col("value", "", value), nissl.Col("text", "", text),
		nissl.Col("first", "", first), nissl.Col("tokens", "", tokens), nissl.Col("values", "", values))
}

func (p *Profile) correlated(f *nissl.Finding) {
	var unit, partner []string
	var rank []int
	var r []float64
	names := p.Units.Names()
	for u, list := range p.Partners {
		for i, q := range list {
			unit, partner, rank, r = append(unit, names[u]), append(partner, names[q.Unit]), append(rank, i+1), append(r, float64(q.R))
		}
	}
	f.AddTable("correlated", "units whose activity is most alike, largest |r| first",
		nissl.Col("unit", "", unit), nissl.Col("partner", "", partner), nissl.Col("rank", "", rank), nissl.Col("r", "", r))
}

func (p *Profile) tuning(f *nissl.Finding) {
	var unit, feature []string
	var share, null, excess, prob []float64
	for u, name := range p.Units.Names() {
		for i := range p.Tunings {
			t := &p.Tunings[i]
			if t.Explained[u] == t.Explained[u] {
				unit, feature = append(unit, name), append(feature, t.Feature)
				share, null, excess, prob = append(share, t.Explained[u]), append(null, t.NullMean(u)), append(excess, t.Excess(u)), append(prob, t.P(u))
			}
		}
	}
	f.AddTable("tuning", "share of each unit's variance that a feature explains, what it explains when shifted in time, and the excess (explained - null) / (1 - null)",
		nissl.Col("unit", "", unit), nissl.Col("feature", "", feature), nissl.Col("explained", "", share), nissl.Col("null", "", null),
		nissl.Col("excess", "", excess), nissl.Col("p", "", prob))
}

func (p *Profile) ablation(f *nissl.Finding) {
	if p.Ablation == nil {
		return
	}
	names := p.Units.Names()
	var unit, group, match, to []string
	var score, density, loss, err, prob []float64
	for _, a := range p.Ablation.Units {
		for _, how := range []struct {
			name string
			rise Rise
		}{{"zero", a.Zero}, {"mean", a.Mean}} {
			like := ""
			if a.Match >= 0 {
				like = names[a.Match]
			}
			unit, group, match, to = append(unit, names[a.Unit]), append(group, a.Group), append(match, like), append(to, how.name)
			score, density = append(score, a.Score), append(density, p.Stats.Summary(a.Unit).Density)
			loss, err, prob = append(loss, how.rise.Mean), append(err, how.rise.Error), append(prob, how.rise.P)
		}
	}
	f.AddTable("ablation", "rise of the loss when one unit is held at 0 or at its mean; score is what the gradient predicted; random units have the density of the unit named in match",
		nissl.Col("unit", "", unit), nissl.Col("group", "", group), nissl.Col("match", "", match), nissl.Col("to", "", to), nissl.Col("score", "nats", score),
		nissl.Col("density", "", density), nissl.Col("delta_loss", "nats", loss), nissl.Col("error", "nats", err), nissl.Col("p", "", prob))
}
