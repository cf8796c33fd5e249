package spiking

import (
	"slices"
	"testing"

	"nissl/spiking/cell"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// What a model file may name is sorted, named once, and says what it is.
func TestTables(t *testing.T) {
	check := func(kind string, names, docs []string) {
		if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: %v; expected them sorted, each once", kind, names)
		}
		if i := slices.Index(docs, ""); i >= 0 {
			t.Errorf("%s %s does not say what it is", kind, names[i])
		}
	}
	of := func(n int, at func(int) (string, string)) (names, docs []string) {
		for i := range n {
			name, doc := at(i)
			names, docs = append(names, name), append(docs, doc)
		}
		return names, docs
	}
	cells, rules, wirings, stimuli := cell.All(), synapse.All(), wiring.All(), stimulus.All()
	names, docs := of(len(cells), func(i int) (string, string) { return cells[i].Name, cells[i].Doc })
	check("cell", names, docs)
	names, docs = of(len(rules), func(i int) (string, string) { return rules[i].Name, rules[i].Doc })
	check("synapse", names, docs)
	names, docs = of(len(wirings), func(i int) (string, string) { return wirings[i].Name, wirings[i].Doc })
	check("wiring", names, docs)
	names, docs = of(len(stimuli), func(i int) (string, string) { return stimuli[i].Name, stimuli[i].Doc })
	check("stimulus", names, docs)
}
