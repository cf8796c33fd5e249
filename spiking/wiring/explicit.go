package wiring

import (
	"fmt"
	"strconv"
	"strings"

	"nissl/spiking/param"
	"nissl/spiking/wiring/sheet"
)

// Table takes every synapse from a table with one row for each.
func Table() Rule {
	return Rule{
		Name: "table", Doc: "the synapses of a table: columns source and target (or pre and post); weight, n_synapses, delay (ms) where it has them. " +
			"The weight of a synapse is the connection's weight times those columns; a column delay takes the place of the connection's delay",
		Words: []Word{
			{Name: "file", Doc: "the table, as CSV, TSV or Parquet; cells by name, or by number from 0", Required: true, File: true},
			{Name: "where", Doc: "which rows: \"type = chemical and weight >= 3\""},
			{Name: "unknown", Doc: "rows with cells that the model does not have: refuse (as they are if it is not said) or skip"},
			{Name: "duplicates", Doc: "rows with the same two cells: refuse (if it is not said), keep as synapses of their own, or sum their weights"},
		},
		New: newTable,
	}
}

// table is a table of synapses while it is read.
type table struct {
	Config
	*sheet.Sheet
	source, target, weight, number, delay *sheet.Column
	skip                                  bool
	factor                                float64
	cells                                 map[string][2]int // population and index of every cell of the model
}

func newTable(c Config) (Generator, error) {
	t := &table{Config: c}
	for _, w := range []struct {
		name   string
		values []string
	}{{"unknown", []string{"", "refuse", "skip"}}, {"duplicates", []string{"", "refuse", "keep", "sum"}}} {
		if v := c.Words[w.name]; !strings.Contains(" "+strings.Join(w.values, " ")+" ", " "+v+" ") {
			return nil, &param.Error{Name: w.name, Err: fmt.Errorf("%s = %q; expected %s", w.name, v, strings.Join(w.values[1:], ", "))}
		}
	}
	t.skip = c.Words["unknown"] == "skip"
	if err := t.open(); err != nil {
		return nil, &param.Error{Name: "file", Err: err}
	}
	if t.weight != nil || t.number != nil {
		var one bool
		if t.factor, one = c.Weight.Constant(); !one {
			return nil, &param.Error{Name: "weight", Err: fmt.Errorf("weight = %v: one number is needed, by which the table's weights are multiplied", c.Weight)}
		}
	}
	edges, err := t.read()
	if err != nil {
		return nil, &param.Error{Name: "file", Err: err}
	}
	g, err := sorted(edges, c.Target.N, t.weight != nil || t.number != nil, t.delay != nil, t.twice)
	if err != nil {
		return nil, &param.Error{Name: "file", Err: err}
	}
	return g.generator(), nil
}

// open reads the file and finds its columns.
func (t *table) open() (err error) {
	if t.Sheet, err = sheet.Read(t.Config.file("file")); err != nil {
		return err
	}
	if t.source, err = t.Need("source", "source", "pre", "from", "source_node_id", "presynaptic", "pre_id", "pre_root_id", "pre_pt_root_id"); err != nil {
		return err
	}
	if t.target, err = t.Need("target", "target", "post", "to", "target_node_id", "postsynaptic", "post_id", "post_root_id", "post_pt_root_id"); err != nil {
		return err
	}
	t.weight = t.Find("weight", "syn_weight")
	t.number = t.Find("n_synapses", "nsyns", "n_syn", "syn_count", "synapse_count", "contacts")
	t.delay = t.Find("delay", "delay_ms")
	if err := t.Keep(t.Words["where"]); err != nil {
		return err
	}
	// Keep replaces what the columns hold in place: the pointers stay good.
	t.cells = map[string][2]int{}
	for p, pop := range t.All {
		for i := range pop.N {
			name := pop.Name + "/" + strconv.Itoa(i)
			if pop.Names != nil {
				name = pop.Names[i]
			}
			t.cells[name] = [2]int{p, i}
		}
	}
	return nil
}

// read makes the edges between the two populations.
func (t *table) read() ([]edge, error) {
	var edges []edge
	for row := range t.Rows() {
		source, here, err := t.cell(t.source, row, t.Source)
		if err != nil {
			return nil, err
		}
		target, there, err := t.cell(t.target, row, t.Target)
		if err != nil {
			return nil, err
		}
		if !here || !there || t.noSelf() && source == target {
			continue
		}
		e := edge{source: uint32(source), target: uint32(target), row: row, weight: t.factor}
		for _, c := range []*sheet.Column{t.weight, t.number} {
			if c != nil {
				x, err := t.Number(c, row)
				if err != nil {
					return nil, err
				}
				e.weight *= x
			}
		}
		if t.delay != nil {
			if e.delay, err = t.Number(t.delay, row); err != nil {
				return nil, err
			}
			if e.delay <= 0 {
				return nil, t.Errorf(row, "%s = %v ms: expected a delay above 0", t.delay.Name, e.delay)
			}
		}
		edges = append(edges, e)
	}
	return edges, nil
}

// cell finds the cell of a column; here says whether it is in the population.
func (t *table) cell(c *sheet.Column, row int, p Population) (index int, here bool, err error) {
	name, err := t.Name(c, row)
	if err != nil {
		return 0, false, err
	}
	if at, known := t.cells[name]; known {
		return at[1], t.All[at[0]].Name == p.Name, nil
	}
	if x, err := strconv.ParseFloat(name, 64); p.Names == nil && err == nil {
		switch {
		case !t.Alone:
			return 0, false, t.Errorf(row, "%s = %s: a number may be a cell of any population of this connection; expected names such as %s/%s, or one population on each side", c.Name, name, p.Name, name)
		case x >= 0 && x < float64(p.N) && x == float64(int(x)):
			return int(x), true, nil
		case !t.skip:
			return 0, false, t.Errorf(row, "%s = %s: %s has cells 0 to %d", c.Name, name, p.Name, p.N-1)
		}
	}
	if t.skip {
		return 0, false, nil
	}
	return 0, false, t.Errorf(row, "%s = %q: no cell of the model has that name; unknown = \"skip\" leaves such rows out", c.Name, name)
}

// twice decides about a row with the same cells as another one.
func (t *table) twice(first *edge, second edge) (bool, error) {
	switch t.Words["duplicates"] {
	case "sum":
		if t.weight == nil && t.number == nil {
			return false, t.Errorf(second.row, "duplicates = \"sum\" needs a column of weights")
		}
		first.weight += second.weight
		return false, nil
	case "keep":
		if t.Multapses {
			return true, nil
		}
	}
	source, _ := t.Name(t.source, second.row)
	target, _ := t.Name(t.target, second.row)
	return false, t.Errorf(second.row, "%s -> %s is there already in line %d; duplicates = \"keep\" or \"sum\" takes both (keep needs allow_multapses)", source, target, t.Where(first.row))
}
