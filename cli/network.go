package cli

import (
	"context"
	"fmt"
	"strings"

	"nissl"
)

// networkPage is what nissl inspect NETWORK --json prints.
type networkPage struct {
	Path string `json:"path"`
	nissl.NetworkInfo
	Sites []nissl.Site `json:"sites"`
	Notes []string     `json:"notes,omitempty"`
	Model string       `json:"model,omitempty"` // with every default
}

// inspectNetwork shows what a network is and every point of it that has a name.
func (a *App) inspectNetwork(ctx context.Context, path string, asJSON bool) error {
	n, err := a.Networks.Open(ctx, path)
	if err != nil {
		return err
	}
	defer n.Close()
	page := networkPage{Path: path, NetworkInfo: n.About(), Sites: n.Sites(), Notes: n.Guessed()}
	if d, ok := n.(describer); ok {
		page.Model = d.Describe()
	}
	if asJSON {
		return writeJSON(a.out, page)
	}
	fmt.Fprintln(a.out, page.Path)
	f := func(label, text string) { field(a.out, 2, labels, label, text) }
	what := fmt.Sprintf("%s: %s", page.Name, page.Architecture)
	if page.Parameters > 0 {
		what += fmt.Sprintf(" with %s parameters", count(page.Parameters))
	}
	f("network", what)
	label := "sites"
	for _, g := range groupSites(page.Sites) {
		f(label, fmt.Sprintf("%s [%s] %s", g.name, strings.Join(g.axes, ", "), g.site.Doc))
		label = ""
	}
	label = "guessed"
	for _, note := range page.Notes {
		f(label, note)
		label = ""
	}
	if page.Model != "" {
		fmt.Fprintf(a.out, "\nWith every default, as it may be written itself:\n\n%s", page.Model)
		fmt.Fprintf(a.out, "\nIt runs by: nissl simulate spiking %s, --do 'silence(NAME/7)'.\n", path)
		return nil
	}
	fmt.Fprintf(a.out, "\nA site may be read and replaced: nissl read activity %s --sites 'NAME', --do 'silence(NAME/7)'.\n", path)
	return nil
}

// describer is a network that has more to say than its sites: the model it was made from, with every default.
type describer interface{ Describe() string }

// siteGroup is a site of every block at once.
type siteGroup struct {
	name string
	axes []string
	site nissl.Site
}

// groupSites shows blocks.0.x, blocks.1.x, ... in one line as blocks.{0-11}.x.
func groupSites(sites []nissl.Site) []siteGroup {
	type block struct{ first, last string }
	var groups []siteGroup
	blocks := map[string]*block{}
	index := map[string]int{}
	for _, s := range sites {
		key, number := splitNumber(s.Name)
		if b, ok := blocks[key]; ok && number != "" {
			b.last = number
			continue
		}
		blocks[key] = &block{number, number}
		index[key] = len(groups)
		groups = append(groups, siteGroup{name: s.Name, axes: sizedAxes(s), site: s})
	}
	for key, b := range blocks {
		if b.first != b.last {
			groups[index[key]].name = strings.Replace(key, "#", "{"+b.first+"-"+b.last+"}", 1)
		}
	}
	return groups
}

// splitNumber takes the first part of a name that is a number out of it: blocks.#.mlp.post and 3.
func splitNumber(name string) (key, number string) {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		if p != "" && strings.Trim(p, "0123456789") == "" {
			parts[i] = "#"
			return strings.Join(parts, "."), p
		}
	}
	return name, ""
}

// sizedAxes are the axes with the lengths that do not depend on the input.
func sizedAxes(s nissl.Site) []string {
	out := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		out[i] = a
		if i < len(s.Size) && s.Size[i] >= 0 {
			out[i] += fmt.Sprintf(" %d", s.Size[i])
		}
	}
	return out
}
