package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"path"
	"slices"
	"sort"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

// usual is what the neurons of a network do over reference inputs.
type usual struct {
	sites map[string]spread
}

// spread is the mean and standard deviation of each unit of a site.
type spread struct{ mean, sd []float64 }

const shownNeurons = 30

// errNoReference says that there is nothing to compare with.
const errNoReference = sentence("what the neurons usually do is not known before there are two inputs: give another")

type sentence string

func (s sentence) Error() string { return string(s) }

// neuronSites are those that hold what people call neurons: after their nonlinearity.
func (w *warm) neuronSites() []nissl.Site {
	for _, pattern := range []string{"blocks.*.mlp.post", "*post", "*state", "*[rR]e[lL][uU]*"} {
		var out []nissl.Site
		for _, s := range w.net.Sites() {
			if ok, _ := path.Match(pattern, s.Name); ok && !slices.Contains(s.Axes, "key") {
				out = append(out, s)
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// unitsAt gives the value of every unit of a site at a position; maps by the mean of each channel.
func unitsAt(s nissl.Site, t nissl.Tensor, position, length int) []float64 {
	axes := unitAxes(s)
	if isMap(s) {
		axes = axes[:len(axes)-2]
	}
	shape := make([]int, len(axes))
	for i, a := range axes {
		shape[i] = t.Shape[a]
	}
	out := make([]float64, nissl.SizeOf(shape))
	step := strides(shape)
	for k := range out {
		p := place{site: s}
		for i := range axes {
			p.unit = append(p.unit, k/step[i]%shape[i])
		}
		v, err := p.over(t, length)
		if err != nil {
			out[k] = math.NaN()
			continue
		}
		out[k] = v[min(position, len(v)-1)]
	}
	return out
}

// neuron is a unit with what it does at a token.
type neuron struct {
	Unit  string       `json:"unit"`
	Value reply.Number `json:"value"`
	Mean  reply.Number `json:"mean"`
	SD    reply.Number `json:"sd"`
	Z     reply.Number `json:"z"`
}

// neurons answers with those that are furthest from what they usually do at a position.
func neurons(s *session, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		question
		Site string `json:"site"` // of which neurons; "" is all that hold neurons
	}
	if err := readBody(w, r, &q); err != nil {
		return err
	}
	in, err := s.input(q.given)
	if err != nil {
		return err
	}
	sites := s.neuronSites()
	if q.Site != "" {
		site, err := s.site(q.Site)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(sites, func(have nissl.Site) bool { return have.Name == site.Name }) {
			return reply.Bad(fmt.Errorf("%s holds no neurons after their nonlinearity; there is %s", site.Name, siteNames(sites)))
		}
		sites = slices.DeleteFunc(sites, func(other nissl.Site) bool { return other.Name != site.Name })
	}
	if len(sites) == 0 {
		return reply.Bad(fmt.Errorf("%s has no site that is known to hold neurons", s.net.About().Name))
	}
	u, err := s.usually(r.Context())
	if errors.Is(err, errNoReference) {
		return reply.JSON(w, map[string]any{"neurons": []neuron{}, "note": err.Error()})
	}
	if err != nil {
		return asked(err)
	}
	now, err := s.look(r.Context(), in, namesOf(s.neuronSites()), nil, q.Seed)
	if err != nil {
		return asked(err)
	}
	at := in.length - 1
	if q.Select != nil && *q.Select >= 0 && *q.Select < in.length {
		at = *q.Select
	}
	return reply.JSON(w, map[string]any{"select": at, "neurons": strongest(sites, now, u, at, in.length)})
}

// strongest are the units that are furthest from their mean, in their standard deviations.
func strongest(sites []nissl.Site, now run, u *usual, at, length int) []neuron {
	var out []neuron
	for _, s := range sites {
		is := u.sites[s.Name]
		width := 0
		if a := unitAxes(s); len(a) > 1 && !isMap(s) {
			width = now.sites[s.Name].Shape[a[1]]
		}
		for k, x := range unitsAt(s, now.sites[s.Name], at, length) {
			if k >= len(is.mean) || !(is.sd[k] > 0) {
				continue
			}
			name := fmt.Sprintf("%s/%d", s.Name, k)
			if width > 0 {
				name = fmt.Sprintf("%s/%d:%d", s.Name, k/width, k%width)
			}
			out = append(out, neuron{Unit: name, Value: reply.Number(x), Mean: reply.Number(is.mean[k]), SD: reply.Number(is.sd[k]),
				Z: reply.Number((x - is.mean[k]) / is.sd[k])})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return math.Abs(float64(out[i].Z)) > math.Abs(float64(out[j].Z)) })
	return out[:min(len(out), shownNeurons)]
}

// usually measures once what the neurons do over reference inputs.
func (w *warm) usually(ctx context.Context) (*usual, error) {
	w.mu.Lock()
	known := w.usual
	w.mu.Unlock()
	if known != nil {
		return known, nil
	}
	inputs, err := w.references()
	if err != nil {
		return nil, err
	}
	sites := w.neuronSites()
	sums := map[string]*moments{}
	for _, s := range sites {
		sums[s.Name] = &moments{}
	}
	for _, in := range inputs {
		r, err := w.look(ctx, in, namesOf(sites), nil, 0)
		if err != nil {
			return nil, err
		}
		for _, s := range sites {
			times := 1
			if timeAxis(s) >= 0 {
				times = in.length
			}
			for at := range times {
				sums[s.Name].add(unitsAt(s, r.sites[s.Name], at, in.length))
			}
		}
	}
	u := &usual{sites: map[string]spread{}}
	for name, m := range sums {
		u.sites[name] = m.spread()
	}
	w.mu.Lock()
	w.usual = u
	w.mu.Unlock()
	return u, nil
}

// moments of the units of a site.
type moments struct {
	n           float64
	sum, square []float64
}

func (m *moments) add(x []float64) {
	if m.sum == nil {
		m.sum, m.square = make([]float64, len(x)), make([]float64, len(x))
	}
	m.n++
	for i, v := range x {
		m.sum[i] += v
		m.square[i] += v * v
	}
}

func (m *moments) spread() spread {
	s := spread{mean: make([]float64, len(m.sum)), sd: make([]float64, len(m.sum))}
	for i := range m.sum {
		s.mean[i] = m.sum[i] / m.n
		s.sd[i] = math.Sqrt(max(0, m.square[i]/m.n-s.mean[i]*s.mean[i]))
	}
	return s
}

func namesOf(sites []nissl.Site) []string {
	out := make([]string, len(sites))
	for i, s := range sites {
		out[i] = s.Name
	}
	return out
}

// siteNames names a few.
func siteNames(sites []nissl.Site) string {
	names := namesOf(sites)
	if len(names) > 3 {
		names = append(names[:3:3], "…")
	}
	return strings.Join(names, ", ")
}
