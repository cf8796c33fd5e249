// Package findings serves what a finding says: its evidence beside chance, tables, arrays and figures, what it was
// made of, and the command that makes it again. A finding folder may come from anyone: only what its finding.json
// lists is served, from within the folder, and its pictures can run nothing.
package findings

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"

	"nissl"
	"nissl/method"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// Findings serves the findings of a library.
type Findings struct {
	lib    *library.Library
	byName map[string]method.Info
	sums   sums
}

// New serves the findings of what is in the library; the methods say how each was made.
func New(lib *library.Library, entries []method.Entry) *Findings {
	f := &Findings{lib: lib, byName: map[string]method.Info{}}
	for _, e := range entries {
		info := e.Info()
		f.byName[info.Name] = info
	}
	return f
}

// Routes serves /api/findings.
func (f *Findings) Routes(mux *http.ServeMux) {
	handle := func(path string, h reply.Handler) { mux.Handle("GET /api/findings/{id}"+path, h) }
	handle("", f.serveFinding)
	handle("/inputs", f.serveInputs)
	handle("/tables/{name}", f.serveTable)
	handle("/arrays/{name}", f.serveArray)
	handle("/figures/{name}", f.serveFigure)
	handle("/files/{name...}", f.serveFile)
}

// metric with a number that may be missing.
type metric struct {
	Name  string       `json:"name"`
	Value reply.Number `json:"value"`
	Unit  string       `json:"unit,omitempty"`
	Doc   string       `json:"doc,omitempty"`
}

type table struct {
	Name    string `json:"name"`
	Doc     string `json:"doc"`
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
}

type array struct {
	Name  string `json:"name"`
	Doc   string `json:"doc"`
	Shape []int  `json:"shape"`
}

// param is a parameter as it was, with what the method says of it.
type param struct {
	Name    string `json:"name"`
	Value   any    `json:"value"`
	Changed bool   `json:"changed"` // from the default
	Unit    string `json:"unit,omitempty"`
	Help    string `json:"help,omitempty"`
}

// page is what the page of a finding shows.
type page struct {
	Method   string           `json:"method"`
	Verb     string           `json:"verb"`
	Runs     bool             `json:"runs"` // whether this program has the method
	Summary  string           `json:"summary"`
	Version  string           `json:"version"`
	Seed     string           `json:"seed"` // a text: it may be larger than a page's numbers
	Papers   []nissl.Paper    `json:"papers"`
	Notes    []string         `json:"notes"`
	Evidence []reply.Evidence `json:"evidence"`
	Metrics  []metric         `json:"metrics"`
	Params   []param          `json:"params"`
	Tables   []table          `json:"tables"`
	Arrays   []array          `json:"arrays"`
	Figures  []string         `json:"figures"`
	Files    []file           `json:"files"`
	Path     string           `json:"path"`
	Command  string           `json:"command,omitempty"`
	// Form is the command as the form of the method takes it.
	Form *command.Command `json:"form,omitempty"`
}

func (f *Findings) serveFinding(w http.ResponseWriter, r *http.Request) error {
	it, err := f.lib.Item(r.PathValue("id"), library.Finding)
	if err != nil {
		return err
	}
	g, release, err := f.lib.Finding(r.Context(), it.ID)
	if err != nil {
		return err
	}
	defer release()
	listed, err := list(it.Path)
	if err != nil {
		return err
	}
	p := f.pageOf(g)
	p.Path, p.Files = it.Path, listed.sizes(it.Path)
	for _, name := range listed.Figures {
		p.Figures = append(p.Figures, path.Base(name))
	}
	return reply.JSON(w, p)
}

// pageOf says what the finding says of itself.
func (f *Findings) pageOf(g *nissl.Finding) page {
	p := page{Method: g.Method, Verb: g.Verb, Summary: g.Summary, Version: g.Version, Seed: fmt.Sprint(g.Seed), Papers: orEmpty(g.Papers), Notes: orEmpty(g.Notes),
		Evidence: reply.EvidenceOf(g), Metrics: []metric{}, Params: []param{}, Tables: []table{}, Arrays: []array{}, Figures: []string{}, Files: []file{}}
	for _, m := range g.Metrics {
		p.Metrics = append(p.Metrics, metric{m.Name, reply.Number(m.Value), m.Unit, m.Doc})
	}
	for _, t := range g.Tables {
		p.Tables = append(p.Tables, table{t.Name, t.Doc, t.Rows(), len(t.Columns)})
	}
	for _, a := range g.Arrays {
		p.Arrays = append(p.Arrays, array{a.Name, a.Doc, orEmpty(a.Shape)})
	}
	info, known := f.byName[g.Method]
	p.Runs = known
	var changed map[string]string
	if known {
		c := command.Again(info, g)
		p.Command, p.Form, changed = command.Line(c.Args(info)), &c, c.Params
	}
	p.Params = params(g, info, changed)
	return p
}

// params are in the order of the method, then those that it no longer has.
func params(g *nissl.Finding, info method.Info, changed map[string]string) []param {
	out := []param{}
	seen := map[string]bool{}
	for _, q := range info.Params {
		if value, ok := g.Params[q.Name]; ok {
			_, other := changed[q.Name]
			out = append(out, param{q.Name, value, other, q.Unit, q.Help})
			seen[q.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.Params)) {
		if !seen[name] {
			out = append(out, param{Name: name, Value: g.Params[name]})
		}
	}
	return out
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// listing is what finding.json says of the folder's files.
type listing struct {
	Tables, Arrays []struct{ Name, File string }
	Figures        []string
}

// longestJSON is the size of a finding.json that is read.
const longestJSON = 256 << 20

func list(dir string) (listing, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return listing{}, err
	}
	defer root.Close()
	b, err := readFile(root, "finding.json", longestJSON)
	if err != nil {
		return listing{}, err
	}
	var f struct{ Files listing }
	if err := json.Unmarshal(b, &f); err != nil {
		return listing{}, fmt.Errorf("%s/finding.json: %w", dir, err)
	}
	return f.Files, nil
}

// files are the names of all files, finding.json first.
func (l listing) files() []string {
	names := []string{"finding.json"}
	for _, t := range l.Tables {
		names = append(names, t.File)
	}
	for _, a := range l.Arrays {
		names = append(names, a.File)
	}
	return append(names, l.Figures...)
}

// file is a file of the folder.
type file struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// sizes are the files that are there.
func (l listing) sizes(dir string) []file {
	out := []file{}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return out
	}
	defer root.Close()
	for _, name := range l.files() {
		if st, err := root.Stat(name); err == nil && st.Mode().IsRegular() {
			out = append(out, file{name, st.Size()})
		}
	}
	return out
}

// readFile reads a file of the folder that is no larger than most. A link that leads out of the folder is no file.
func readFile(root *os.Root, name string, most int64) ([]byte, error) {
	st, err := root.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, reply.Missing(fmt.Errorf("%s: is no file", name))
	case st.Size() > most:
		return nil, reply.Bad(fmt.Errorf("%s: has %d MB, more than the studio shows; open it from its folder", name, st.Size()>>20))
	}
	return fs.ReadFile(root.FS(), strings.TrimPrefix(path.Clean("/"+name), "/"))
}
