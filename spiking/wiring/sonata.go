package wiring

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nissl/internal/h5"
	"nissl/spiking/param"
	"nissl/spiking/wiring/sheet"
)

// Sonata takes every synapse from an edges file of SONATA (Dai et al. 2020, doi
// 10.1371/journal.pcbi.1007696). Node ids are the numbers of cells.
func Sonata() Rule {
	return Rule{
		Name: "sonata", Doc: "the synapses of a SONATA edges file; node ids are numbers of cells. The weight of a synapse is the connection's weight times " +
			"syn_weight and nsyns, its delay is the file's where it has them",
		Words: []Word{
			{Name: "edges", Doc: "the edges file (HDF5)", Required: true, File: true},
			{Name: "edge_types", Doc: "the edge types file (CSV), for syn_weight and delay that the edges do not have", File: true},
			{Name: "edge_population", Doc: "which population of the edges file, where there are several"},
		},
		New: newSonata,
	}
}

// sonata is an edges file while it is read.
type sonata struct {
	Config
	*h5.File
	at             string // group of the edge population
	source, target []int64
	typ            []int64       // edge_type_id
	group, index   []int64       // where an edge's own attributes are
	types          map[int64]int // row of the edge types
	sheet          *sheet.Sheet  // nil without edge types
}

func newSonata(c Config) (Generator, error) {
	if !c.Alone {
		return nil, &param.Error{Name: "from", Err: fmt.Errorf("the rule sonata takes one source and one target population: node ids are numbers of cells")}
	}
	s := &sonata{Config: c}
	edges, weights, delays, err := s.read()
	if err != nil {
		return nil, &param.Error{Name: "edges", Err: err}
	}
	g, err := sorted(edges, c.Target.N, weights, delays, func(first *edge, second edge) (bool, error) {
		if c.Multapses {
			return true, nil
		}
		return false, &param.Error{Name: "edges", Err: fmt.Errorf("%s: %s: edges %d and %d are between the same cells, but allow_multapses = false", s.Path(), s.at, first.row, second.row)}
	})
	if err != nil {
		return nil, err
	}
	return g.generator(), nil
}

func (s *sonata) read() (edges []edge, weights, delays bool, err error) {
	if s.File, err = h5.Open(s.file("edges")); err != nil {
		return nil, false, false, err
	}
	defer s.Close()
	if err := s.open(); err != nil {
		return nil, false, false, err
	}
	factor, one := s.Weight.Constant()
	var own [3]func(i int) (float64, error)
	for k, name := range []string{"syn_weight", "delay", "nsyns"} {
		if own[k], err = s.attribute(name); err != nil {
			return nil, false, false, err
		}
	}
	weight, delay, number := own[0], own[1], own[2]
	if weights = weight != nil || number != nil; weights && !one {
		return nil, false, false, &param.Error{Name: "weight", Err: fmt.Errorf("weight = %v: one number is needed, by which the file's weights are multiplied", s.Weight)}
	}
	for i := range s.source {
		e, contacts := edge{row: i, weight: 1}, 1.0
		if s.source[i] < 0 || s.source[i] >= int64(s.Source.N) || s.target[i] < 0 || s.target[i] >= int64(s.Target.N) {
			return nil, false, false, fmt.Errorf("%s: %s: edge %d is from node %d to node %d, but %s has %d cells and %s has %d",
				s.Path(), s.at, i, s.source[i], s.target[i], s.Source.Name, s.Source.N, s.Target.Name, s.Target.N)
		}
		e.source, e.target = uint32(s.source[i]), uint32(s.target[i])
		if s.noSelf() && e.source == e.target {
			continue
		}
		for _, a := range []struct {
			of func(i int) (float64, error)
			to *float64
		}{{weight, &e.weight}, {number, &contacts}, {delay, &e.delay}} {
			if a.of == nil {
				continue
			}
			x, err := a.of(i)
			if err != nil {
				return nil, false, false, err
			}
			*a.to = x
		}
		e.weight *= factor * contacts
		edges = append(edges, e)
	}
	return edges, weights, delay != nil, nil
}

// open finds the edge population and reads who is connected.
func (s *sonata) open() error {
	entries, err := s.List("/edges")
	if err != nil {
		return fmt.Errorf("%s: no group /edges: expected a SONATA edges file", s.Path())
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	name := s.Words["edge_population"]
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%s: edge_population = %q; there are %s", s.Path(), name, strings.Join(names, ", "))
	}
	s.at = "/edges/" + name
	for _, d := range []struct {
		name  string
		to    *[]int64
		there bool
	}{{"source_node_id", &s.source, true}, {"target_node_id", &s.target, true}, {"edge_type_id", &s.typ, false},
		{"edge_group_id", &s.group, false}, {"edge_group_index", &s.index, false}} {
		at := s.at + "/" + d.name
		if !d.there && s.Kind(at) != h5.DatasetKind {
			continue
		}
		set, err := s.Dataset(at)
		if err != nil {
			return err
		}
		if *d.to, err = h5.Read[int64](set); err != nil {
			return err
		}
		if len(*d.to) != len(s.source) {
			return fmt.Errorf("%s: %s has %d entries for %d edges", s.Path(), at, len(*d.to), len(s.source))
		}
	}
	if (s.group == nil) != (s.index == nil) {
		return fmt.Errorf("%s: %s has one of edge_group_id and edge_group_index; expected both or none", s.Path(), s.at)
	}
	return s.openTypes()
}

// openTypes reads the table of edge types.
func (s *sonata) openTypes() error {
	if s.Words["edge_types"] == "" {
		return nil
	}
	var err error
	if s.sheet, err = sheet.Read(s.file("edge_types")); err != nil {
		return err
	}
	id, err := s.sheet.Need("edge type", "edge_type_id")
	if err != nil {
		return err
	}
	if s.typ == nil {
		return fmt.Errorf("%s: %s has no edge_type_id, which edge_types needs", s.Path(), s.at)
	}
	s.types = map[int64]int{}
	for row := range s.sheet.Rows() {
		x, err := s.sheet.Number(id, row)
		if err != nil {
			return err
		}
		if first, twice := s.types[int64(x)]; twice {
			return s.sheet.Errorf(row, "edge_type_id %.0f is there already in line %d", x, s.sheet.Where(first))
		}
		s.types[int64(x)] = row
	}
	return nil
}

// attribute is a function that gives an attribute of an edge: its own in its group, else that
// of its type. It is nil when neither edges nor types have it.
func (s *sonata) attribute(name string) (func(i int) (float64, error), error) {
	var column *sheet.Column
	if s.sheet != nil {
		column = s.sheet.Find(name)
	}
	own, err := s.groups(name)
	if err != nil || column == nil && len(own) == 0 {
		return nil, err
	}
	return func(i int) (float64, error) {
		group, index := int64(0), int64(i)
		if s.group != nil {
			group, index = s.group[i], s.index[i]
		}
		if own, ok := own[group]; ok {
			if index < 0 || index >= int64(len(own)) || own[index]-own[index] != 0 {
				return 0, fmt.Errorf("%s: %s/%d/%s: edge %d: expected a finite number at %d of %d", s.Path(), s.at, group, name, i, index, len(own))
			}
			return own[index], nil
		}
		if column == nil {
			return 0, fmt.Errorf("%s: %s: edge %d has no %s, but other edges have", s.Path(), s.at, i, name)
		}
		row, ok := s.types[s.typ[i]]
		if !ok {
			return 0, fmt.Errorf("%s: %s: edge %d is of type %d, which %s has not", s.Path(), s.at, i, s.typ[i], s.sheet.Path)
		}
		return s.sheet.Number(column, row)
	}, nil
}

// groups reads an attribute of all groups of edges that have it.
func (s *sonata) groups(name string) (map[int64][]float64, error) {
	entries, err := s.List(s.at)
	if err != nil {
		return nil, err
	}
	own := map[int64][]float64{}
	for _, e := range entries {
		id, err := strconv.ParseInt(e.Name, 10, 64)
		at := e.Path + "/" + name
		if err != nil || s.Kind(at) != h5.DatasetKind {
			continue
		}
		set, err := s.Dataset(at)
		if err != nil {
			return nil, err
		}
		if own[id], err = h5.Read[float64](set); err != nil {
			return nil, err
		}
	}
	return own, nil
}
