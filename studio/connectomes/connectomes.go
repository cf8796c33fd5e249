package connectomes

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// maxUnits of a matrix that a page draws: 64 MB as it is sent.
const maxUnits = 4000

// Connectomes serves the findings of a library.
type Connectomes struct {
	lib   *library.Library
	facts *facts.Cache
}

// New serves the findings of a library, by the indices of a cache.
func New(lib *library.Library, index *facts.Cache) *Connectomes {
	return &Connectomes{lib: lib, facts: index}
}

// Routes serves /api/connectomes.
func (c *Connectomes) Routes(mux *http.ServeMux) {
	handle := func(path string, f func(http.ResponseWriter, *http.Request, *facts.Index) error) {
		mux.Handle("GET /api/connectomes/{id}"+path, reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
			x, err := c.facts.Index(r.Context(), r.PathValue("id"))
			if err != nil {
				return err
			}
			return f(w, r, x)
		}))
	}
	handle("", c.overview)
	handle("/matrix", c.matrix)
	handle("/order", c.order)
	handle("/pairs", c.pairs)
	handle("/table", c.table)
	handle("/figure", c.figure)
}

// matrixInfo is a matrix as it is listed.
type matrixInfo struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Layers int    `json:"layers"`
	Units  int    `json:"units"`
	Table  string `json:"table,omitempty"` // of pairs that it was made of
}

// overview is all but the bulk.
func (c *Connectomes) overview(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	f := x.Finding
	matrices := []matrixInfo{}
	units := unitsOf(x)
	for _, m := range x.Matrices() {
		if len(m.Units) == len(units) {
			matrices = append(matrices, matrixInfo{m.Name, m.Doc, m.Layers, len(m.Units), ""})
		}
	}
	if len(units) <= maxUnits {
		matrices = append(matrices, tableMatrices(x, len(units))...)
	}
	out := map[string]any{"method": f.Method, "verb": f.Verb, "summary": f.Summary, "units": units, "matrices": matrices,
		"columns": columnsOf(x, units), "components": componentsOf(x), "evidence": reply.EvidenceOf(f), "pairs": pairTables(x),
		"tables": tableNames(x), "positions": c.positions(r.Context(), x, units), "inputs": c.inputs(f)}
	return reply.JSON(w, out)
}

// unitsOf are the units of the components, else those of the first matrix, else all that the finding names. The page
// has one list of units, so matrices of others are left to the finding's own page.
func unitsOf(x *facts.Index) []string {
	if c, ok := x.Components(); ok {
		return c.Units
	}
	if m := x.Matrices(); len(m) > 0 {
		return m[0].Units
	}
	return x.Units()
}

// columnsOf are the facts of the units, in the order of the units.
func columnsOf(x *facts.Index, units []string) []reply.Column {
	t := nissl.Table{}
	seen := map[string]bool{}
	for _, c := range x.Columns() {
		name := c.Name
		if seen[name] {
			name = c.Table.Name + "." + c.Name
		}
		seen[name] = true
		col := at(c, units)
		col.Name = name
		t.Columns = append(t.Columns, col)
	}
	return reply.Columns(t)
}

// at gives a fact for each of the units, missing where it has none.
func at(c facts.Column, units []string) nissl.Column {
	out := nissl.Column{Name: c.Name, Unit: c.Unit, Doc: c.Doc}
	if _, text := c.Values.([]string); text {
		values := make([]string, len(units))
		for i, u := range units {
			if row := c.Row(u); row >= 0 {
				values[i] = c.Text(row)
			}
		}
		out.Values = values
		return out
	}
	values := make([]float64, len(units))
	for i, u := range units {
		values[i] = math.NaN()
		if row := c.Row(u); row >= 0 {
			values[i] = c.Float(row)
		}
	}
	out.Values = values
	return out
}

// positions of the units: the finding's own, else those of the first open recording that it was made of.
func (c *Connectomes) positions(ctx context.Context, x *facts.Index, units []string) any {
	type places struct {
		XYZ  [][3]float64 `json:"xyz"`
		Unit string       `json:"unit"`
		From string       `json:"from"`
	}
	own := nissl.Units{}
	for _, name := range []string{"x", "y", "z"} {
		if col, ok := x.Column(name); ok {
			own.Columns = append(own.Columns, at(col, units))
		}
	}
	if xyz, unit, ok := own.Positions(); ok {
		return places{xyz, unit, "the finding"}
	}
	for _, it := range c.inputs(x.Finding) {
		r, release, err := c.lib.Recording(ctx, it.ID)
		if err != nil {
			continue // the page of the recording says why
		}
		xyz, unit, ok := r.Units.Positions()
		place := map[string]int{}
		for i, name := range r.Units.Names() {
			place[name] = i
		}
		release()
		if !ok {
			continue
		}
		out := places{Unit: unit, From: it.Name}
		for _, u := range units {
			i, known := place[u]
			if !known {
				out.XYZ = nil
				break
			}
			out.XYZ = append(out.XYZ, xyz[i])
		}
		if out.XYZ != nil {
			return out
		}
	}
	return nil
}

// inputs are the open recordings that a finding was made of, by the names of their files.
func (c *Connectomes) inputs(f *nissl.Finding) []*library.Item {
	out := []*library.Item{}
	items, _ := c.lib.Items()
	for _, in := range f.Inputs {
		for _, it := range items {
			if it.Is(library.Recording) && base(it.Path) == base(in.Path) {
				out = append(out, it)
				break
			}
		}
	}
	return out
}

// matrix answers with one layer as float32, row after row.
func (c *Connectomes) matrix(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	m, layer, err := chosen(x, r)
	if err != nil {
		return err
	}
	n := len(m.Units)
	b := make([]byte, 0, 4*n*n)
	value := m.Layer(layer)
	for i := range n {
		for j := range n {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(value(i, j))))
		}
	}
	return reply.Bytes(w, "application/octet-stream", b)
}

// chosen is the matrix and the layer that a request names.
func chosen(x *facts.Index, r *http.Request) (facts.Matrix, int, error) {
	name := r.FormValue("name")
	matrices := x.Matrices()
	if m, ok := tableMatrix(x, name); ok {
		matrices = append(matrices, m)
	}
	for _, m := range matrices {
		if m.Name != name {
			continue
		}
		if len(m.Units) > maxUnits {
			return m, 0, reply.Bad(fmt.Errorf("%s has %d units; a page draws up to %d: see arrays/%s.npy", name, len(m.Units), maxUnits, name))
		}
		layer := 0
		if word := r.FormValue("layer"); word != "" {
			k, err := strconv.Atoi(word)
			if err != nil || k < 0 || k >= m.Layers {
				return m, 0, reply.Bad(fmt.Errorf("layer %q: %s has %d, from 0", word, name, m.Layers))
			}
			layer = k
		}
		return m, layer, nil
	}
	return facts.Matrix{}, 0, reply.Missing(fmt.Errorf("the finding has no matrix %q of units", name))
}

// order answers with the order in which units that are alike lie side by side.
func (c *Connectomes) order(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	m, layer, err := chosen(x, r)
	if err != nil {
		return err
	}
	return reply.JSON(w, map[string]any{"order": Similar(len(m.Units), m.Layer(layer))})
}

// table answers with a table of the finding.
func (c *Connectomes) table(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	name := r.FormValue("name")
	t := x.Finding.TableNamed(name)
	if t == nil {
		return reply.Missing(fmt.Errorf("the finding has no table %q", name))
	}
	return reply.Table(w, r, name, t.Table)
}
