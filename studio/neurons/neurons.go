package neurons

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// Neurons serves the pages of neurons.
type Neurons struct {
	lib     *library.Library
	facts   *facts.Cache
	lineage lineage
	// turns bounds what is measured at the same time.
	turns chan struct{}

	mu    sync.Mutex
	sites map[string][]nissl.Site // of networks that were opened
	names map[string][]string     // units of items that were opened
}

// New serves the neurons of what is in the library, by the indices of a cache.
func New(lib *library.Library, index *facts.Cache) *Neurons {
	return &Neurons{lib: lib, facts: index, turns: make(chan struct{}, 2),
		sites: map[string][]nissl.Site{}, names: map[string][]string{}}
}

// Routes serves /api/neurons. Names of units hold slashes, so they are a parameter.
func (n *Neurons) Routes(mux *http.ServeMux) {
	handle := func(path string, f func(w http.ResponseWriter, r *http.Request) error) {
		mux.Handle("GET /api/neurons/{id}"+path, reply.Handler(f))
	}
	handle("", n.serveList)
	handle("/search", n.serveSearch)
	handle("/unit", n.serveUnit)
	handle("/elsewhere", n.serveElsewhere)
	handle("/activity", n.serveActivity)
	handle("/histogram", n.serveHistogram)
	handle("/tuning", n.serveTuning)
	handle("/tuned", n.serveTuned)
	handle("/events", n.serveEvents)
	handle("/spikes", n.serveSpikes)
	handle("/partners", n.servePartners)
}

// about is a finding that concerns an item.
type about struct {
	item     *library.Item
	index    *facts.Index
	relation relation
}

// mostFindings are read for one page.
const mostFindings = 40

// findings that concern the item, the nearest first; notes say what could not be read.
func (n *Neurons) findings(ctx context.Context, it *library.Item) (out []about, notes []string) {
	items, _ := n.lib.Items()
	for _, other := range items {
		if !other.Is(library.Finding) {
			continue
		}
		if r := n.lineage.relate(ctx, it, other); r != unrelated {
			out = append(out, about{item: other, relation: r})
		}
	}
	slices.SortStableFunc(out, func(a, b about) int { return int(a.relation - b.relation) })
	if len(out) > mostFindings {
		notes = append(notes, fmt.Sprintf("%d findings concern %s; the first %d are read", len(out), it.Name, mostFindings))
		out = out[:mostFindings]
	}
	out = slices.DeleteFunc(out, func(a about) bool {
		_, err := n.facts.Index(ctx, a.item.ID)
		if err != nil {
			notes = append(notes, err.Error())
		}
		return err != nil
	})
	for i := range out {
		x, err := n.facts.Index(ctx, out[i].item.ID)
		if err != nil { // it was there a moment ago
			notes = append(notes, err.Error())
			return out[:i], notes
		}
		out[i].index = x
	}
	return out, notes
}

// networkSites of an item that is a network.
func (n *Neurons) networkSites(ctx context.Context, it *library.Item) ([]nissl.Site, error) {
	n.mu.Lock()
	sites, ok := n.sites[it.ID]
	n.mu.Unlock()
	if ok || !it.Is(library.Network) {
		return sites, nil
	}
	net, release, err := n.lib.Network(ctx, it.ID)
	if err != nil {
		return nil, err
	}
	defer release()
	sites = net.Sites()
	n.mu.Lock()
	n.sites[it.ID] = sites
	n.mu.Unlock()
	return sites, nil
}

// mostNames are kept per item; mostSiteUnits are listed of a network that no finding tells about.
const mostSiteUnits = 20000

// unitNames are the names of an item's units in its own order.
func (n *Neurons) unitNames(ctx context.Context, it *library.Item) ([]string, error) {
	n.mu.Lock()
	names, ok := n.names[it.ID]
	n.mu.Unlock()
	if ok && !it.Is(library.Network) { // findings about a network may come
		return names, nil
	}
	names, err := n.readNames(ctx, it)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.names[it.ID] = names
	n.mu.Unlock()
	return names, nil
}

func (n *Neurons) readNames(ctx context.Context, it *library.Item) ([]string, error) {
	switch {
	case it.Is(library.Recording):
		r, release, err := n.lib.Recording(ctx, it.ID)
		if err != nil {
			return nil, err
		}
		defer release()
		return slices.Clone(r.Units.Names()), nil
	case it.Is(library.Finding):
		x, err := n.facts.Index(ctx, it.ID)
		if err != nil {
			return nil, err
		}
		return x.Units(), nil
	}
	return n.networkUnits(ctx, it)
}

// networkUnits are those that findings tell about, or else those of the sites.
func (n *Neurons) networkUnits(ctx context.Context, it *library.Item) ([]string, error) {
	sites, err := n.networkSites(ctx, it)
	if err != nil {
		return nil, err
	}
	findings, _ := n.findings(ctx, it)
	seen := map[string]bool{}
	var names []string
	for _, a := range findings {
		for _, unit := range a.index.Units() {
			if s, _ := siteOf(sites, unit); s != nil && !seen[unit] {
				seen[unit] = true
				names = append(names, unit)
			}
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	for _, s := range sites {
		for i := range siteUnits(s) {
			if len(names) < mostSiteUnits {
				names = append(names, s.Name+"/"+strconv.Itoa(i))
			}
		}
	}
	return names, nil
}

// siteUnits is the length of a site's last axis, 0 where it depends on the input.
func siteUnits(s nissl.Site) int {
	if len(s.Size) == 0 {
		return 0
	}
	return max(0, s.Size[len(s.Size)-1])
}

// siteOf is the site of a unit "site/index", nil when there is none.
func siteOf(sites []nissl.Site, unit string) (*nissl.Site, int) {
	cut := strings.LastIndexByte(unit, '/')
	if cut < 0 {
		return nil, 0
	}
	i, err := strconv.Atoi(strings.TrimPrefix(unit[strings.LastIndexAny(unit, ":/")+1:], "+"))
	for k := range sites {
		if sites[k].Name == unit[:cut] && err == nil {
			return &sites[k], i
		}
	}
	return nil, 0
}

// item and unit that a request is about.
func (n *Neurons) item(r *http.Request) (*library.Item, string, error) {
	it, err := n.lib.Item(r.PathValue("id"), "")
	if err != nil {
		return nil, "", err
	}
	return it, r.URL.Query().Get("unit"), nil
}
