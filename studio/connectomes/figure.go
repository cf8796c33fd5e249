package connectomes

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/reply"
	"nissl/view"
)

// figure draws a matrix as SVG: ?name, ?layer, ?order=3,1,2 (all units where it is missing).
func (c *Connectomes) figure(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	m, layer, err := chosen(x, r)
	if err != nil {
		return err
	}
	n := len(m.Units)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if word := r.FormValue("order"); word != "" {
		if order, err = parseOrder(word, n); err != nil {
			return reply.Bad(err)
		}
	}
	value := m.Layer(layer)
	h := &nissl.Heatmap{Rows: len(order), Cols: len(order)}
	for _, i := range order {
		h.RowNames = append(h.RowNames, m.Units[i])
		for _, j := range order {
			h.Values = append(h.Values, value(i, j))
			h.Diverging = h.Diverging || value(i, j) < 0
		}
	}
	h.ColNames = h.RowNames
	title := m.Name
	if m.Layers > 1 {
		title = fmt.Sprintf("%s %d", m.Name, layer+1)
	}
	svg, err := view.SVG(nissl.Figure{Name: m.Name, Title: title, Caption: m.Doc, Panels: []nissl.Panel{{Heatmap: h}}})
	if err != nil {
		return err
	}
	return reply.Bytes(w, "image/svg+xml", svg)
}

// parseOrder reads units by their places below n, with commas between; each at most once.
func parseOrder(text string, n int) ([]int, error) {
	words := strings.Split(text, ",")
	out := make([]int, len(words))
	seen := make([]bool, n)
	for i, w := range words {
		k, err := strconv.Atoi(w)
		if err != nil || k < 0 || k >= n || seen[k] {
			return nil, fmt.Errorf("order: %q is not a unit from 0 to %d, each at most once", w, n-1)
		}
		seen[k], out[i] = true, k
	}
	return out, nil
}
