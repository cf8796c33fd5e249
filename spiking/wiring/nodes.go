package wiring

import (
	"fmt"
	"slices"

	"nissl/internal/h5"
	"nissl/spiking/wiring/sheet"
)

// OpenNodes reads a table of cells: text, Parquet, or the nodes file of SONATA with one
// population in one group.
func OpenNodes(path string) (*sheet.Sheet, error) {
	if !h5.Sniff(path) {
		return sheet.Read(path)
	}
	f, err := h5.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	populations, err := f.List("/nodes")
	if err != nil {
		return nil, fmt.Errorf("%s: no group /nodes: expected a SONATA nodes file", path)
	}
	if len(populations) != 1 {
		return nil, fmt.Errorf("%s: %d populations in /nodes; expected one", path, len(populations))
	}
	at := populations[0].Path
	if f.Kind(at+"/1") == h5.Group {
		return nil, fmt.Errorf("%s: %s has several groups of nodes; expected one", path, at)
	}
	id, err := numbers(f, at+"/node_type_id")
	if err != nil {
		return nil, err
	}
	s := sheet.New(path, len(id))
	own, err := f.List(at + "/0")
	if err != nil {
		return s, nil // all is said by the types of nodes
	}
	// The rows of the group lie in the order of node_group_index.
	order := make([]float64, len(id))
	for i := range order {
		order[i] = float64(i)
	}
	if f.Kind(at+"/node_group_index") == h5.DatasetKind {
		if order, err = numbers(f, at+"/node_group_index"); err != nil {
			return nil, err
		}
	}
	for _, e := range own {
		if e.Kind != h5.DatasetKind {
			continue
		}
		v, err := f.Value(e.Path)
		if err != nil {
			continue // of a type that says nothing about cells here
		}
		c := sheet.Column{Name: e.Name, Numbers: v.Floats(), Text: v.Strings()}
		if len(c.Numbers)+len(c.Text) != len(id) || len(order) != len(id) {
			return nil, fmt.Errorf("%s: %s has %d entries for %d nodes", path, e.Path, len(c.Numbers)+len(c.Text), len(id))
		}
		if i := slices.IndexFunc(order, func(x float64) bool { return x < 0 || x >= float64(len(id)) }); i >= 0 {
			return nil, fmt.Errorf("%s: %s: node_group_index of node %d is %v of %d", path, at, i, order[i], len(id))
		}
		s.Columns = append(s.Columns, arrange(c, order))
	}
	return s, nil
}

// arrange puts the values of a group into the order of the nodes.
func arrange(c sheet.Column, order []float64) sheet.Column {
	out := sheet.Column{Name: c.Name}
	for _, k := range order {
		if c.Numbers != nil {
			out.Numbers = append(out.Numbers, c.Numbers[int(k)])
		} else {
			out.Text = append(out.Text, c.Text[int(k)])
		}
	}
	return out
}

func numbers(f *h5.File, path string) ([]float64, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return nil, err
	}
	return h5.Read[float64](d)
}
