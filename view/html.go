package view

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"sort"
	"strings"

	"nissl"
)

//go:embed page.html
var pageSource string

// htmlRows of every table are on the page.
const htmlRows = 200

// HTML writes the finding as one self-contained page: summary, metrics, evidence with
// the null runs drawn beside the observed value, figures as inline SVG, the first 200
// rows of every table, and provenance. It requests nothing from outside, follows the
// reader's light or dark setting, and escapes all text. figures are those to draw;
// nil means the finding's own. A figure that cannot be drawn is named on the page
// with the reason. It returns the first error of w.
func HTML(w io.Writer, f *nissl.Finding, figures []nissl.Figure) error {
	if figures == nil {
		figures = f.Figures
	}
	t, err := template.New("page").Parse(pageSource)
	if err != nil {
		return fmt.Errorf("view: the page template is broken: %w", err)
	}
	return t.Execute(w, newPage(f, figures))
}

// page is what the template shows.
type page struct {
	Title, Verb string
	Summary     []string
	Papers      []string
	Metrics     []shown
	Evidence    []proof
	Notes       []string
	Figures     []drawn
	Tables      []tableView
	Arrays      []shown
	Params      []shown
	Inputs      []nissl.Source
	Seed        uint64
	Version     string
}

type shown struct{ Name, Value, Doc string }

type proof struct {
	Name, Words, Sentence, Doc, Causal string
	Found                              bool
	Plot                               template.HTML
}

type drawn struct {
	Name, Title, Problem string
	SVG                  template.HTML
}

type tableView struct {
	Name, Doc string
	Head      []shown
	Numeric   []bool
	Rows      [][]string
	Total     int
}

func newPage(f *nissl.Finding, figures []nissl.Figure) page {
	p := page{
		Title: f.Method, Verb: f.Verb, Notes: f.Notes, Inputs: f.Inputs, Seed: f.Seed, Version: f.Version,
	}
	if p.Title == "" {
		p.Title = "Finding"
	}
	for _, s := range strings.Split(f.Summary, "\n") {
		if s = strings.TrimSpace(s); s != "" {
			p.Summary = append(p.Summary, s)
		}
	}
	for _, c := range f.Papers {
		p.Papers = append(p.Papers, citation(c))
	}
	for _, m := range f.Metrics {
		p.Metrics = append(p.Metrics, shown{m.Name, quantity(m.Value, m.Unit), m.Doc})
	}
	for _, e := range f.Evidence {
		words, found := verdict(e)
		p.Evidence = append(p.Evidence, proof{e.Name, words, againstChance(e), e.Doc, e.Causal, found, nullPlot(e)})
	}
	for _, fig := range figures {
		d := drawn{Name: fig.Name, Title: fig.Title}
		if svg, err := drawSVG(fig, true); err != nil {
			d.Problem = err.Error()
		} else {
			d.SVG = template.HTML(svg) // our own drawing, its text escaped
		}
		p.Figures = append(p.Figures, d)
	}
	for _, t := range f.Tables {
		p.Tables = append(p.Tables, newGrid(t))
	}
	for _, a := range f.Arrays {
		p.Arrays = append(p.Arrays, shown{a.Name, dims(a.Shape), a.Doc})
	}
	for _, k := range sortedKeys(f.Params) {
		v, err := json.Marshal(f.Params[k])
		if err != nil {
			v = fmt.Append(nil, f.Params[k])
		}
		p.Params = append(p.Params, shown{k, string(v), ""})
	}
	return p
}

func dims(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, " × ")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func newGrid(t nissl.NamedTable) tableView {
	g := tableView{Name: t.Name, Doc: t.Doc, Total: t.Rows()}
	for _, c := range t.Columns {
		g.Head = append(g.Head, shown{c.Name, c.Unit, c.Doc})
		_, text := c.Values.([]string)
		g.Numeric = append(g.Numeric, !text)
	}
	for i := range min(t.Rows(), htmlRows) {
		row := make([]string, len(t.Columns))
		for j, c := range t.Columns {
			row[j] = cellText(c, i)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// nullPlot draws the histogram of the null runs with the observed value beside it.
func nullPlot(e nissl.Evidence) template.HTML {
	x := nothing()
	x.add(e.NullRuns...)
	if x.empty() || !finite(e.Observed) {
		return ""
	}
	x.add(e.Observed)
	x = x.widen().pad(0.04)
	const width, height, bins = 260.0, 58.0, 60
	r := rect{4, 12, width - 8, 30}
	var counts [bins]float64
	most := 0.0
	for _, v := range e.NullRuns {
		if finite(v) {
			k := int(clamp(x.share(v)*bins, 0, bins-1))
			counts[k]++
			most = max(most, counts[k])
		}
	}
	k := kit{fonts: newFonts()}
	c := &svgCanvas{fonts: k.fonts, themed: true}
	fmt.Fprintf(&c.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" font-family="%s">`, num(width), num(height), fontFamily)
	c.element("title", againstChance(e))
	var p path
	for k, n := range counts {
		if n > 0 {
			h := max(n/most*r.h, 1)
			p.box(rect{r.x + float64(k)*r.w/bins, r.bottom() - h, r.w/bins - 0.4, h})
		}
	}
	c.fill(p, alpha(muted, 0.55))
	segmentLine(c, r.x, r.bottom(), r.right(), r.bottom(), pen{color: ink, width: hair})
	for _, t := range x.ticks(4) {
		at := r.x + x.share(t.at)*r.w
		segmentLine(c, at, r.bottom(), at, r.bottom()+2.5, pen{color: ink, width: hair})
		half := k.width(t.label, sizeLabel, false) / 2
		c.text(clamp(at, half, width-half), r.bottom()+11, t.label, style{size: sizeLabel, align: 0.5, color: ink})
	}
	at := r.x + x.share(e.Observed)*r.w
	col := Palette(1)
	segmentLine(c, at, r.y-2, at, r.bottom(), pen{color: col, width: 1.5})
	half := k.width("observed", sizeLabel, false)/2 + 1
	c.text(clamp(at, half, width-half), r.y-4, "observed", style{size: sizeLabel, align: 0.5, color: col})
	c.b.WriteString("</svg>")
	return template.HTML(c.b.String())
}
