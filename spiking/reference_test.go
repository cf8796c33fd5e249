package spiking

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

var update = flag.Bool("update", false, "write docs/spiking.md")

// The page of docs says what the tables say.
func TestReference(t *testing.T) {
	const page = "../docs/spiking.md"
	want := reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/spiking.md is not what the tables say; write it with: go test ./spiking -run Reference -update")
	}
}

// reference is a page (Markdown) of all that a model file may name: cells, synapses, wiring and stimuli with
// their parameters, defaults and units.
func reference() string {
	b := &strings.Builder{}
	b.WriteString(`# What a model of spiking neurons may name

Made from the tables of the program by ` + "`go test ./spiking -run Reference -update`" + `. Names, units and defaults are NEST's
where NEST has the model. A value is a number in the unit shown, a text with a unit ("20 ms"), a list with one number for
each cell, or a distribution: uniform = [low, high], normal = [mean, sd], lognormal = [mu, sigma], exponential = [mean].
`)
	b.WriteString("\n# Cells\n\n`[population.NAME]` with `cell`, `n`, `params`, `start` (states), and where they are wanted `names`, `positions`, `cells` (a table).\n")
	for _, c := range cell.All() {
		head(b, c.Name, c.Doc, c.From)
		if len(c.Receptors) > 0 {
			names := make([]string, len(c.Receptors))
			for i, r := range c.Receptors {
				names[i] = fmt.Sprintf("%s (%s)", r.Name, orNone(r.Unit))
			}
			fmt.Fprintf(b, "\nReceptors: %s.", strings.Join(names, ", "))
		}
		if len(c.States) > 0 {
			names := make([]string, len(c.States))
			for i, s := range c.States {
				names[i] = s.Name
			}
			fmt.Fprintf(b, " States: %s.", strings.Join(names, ", "))
		}
		b.WriteString("\n")
		parameters(b, c.Params)
	}
	b.WriteString("\n# Synapses\n\n`[[connection]]` with `synapse`, `params`, `weight`, `delay`.\n")
	for _, r := range synapse.All() {
		head(b, r.Name, r.Doc, r.From)
		parameters(b, r.Params)
	}
	b.WriteString("\n# Wiring\n\n`[[connection]]` with `rule` and its parameters, `from`, `to`, `allow_autapses`, `allow_multapses`, `receptor`.\n")
	for _, r := range wiring.All() {
		head(b, r.Name, r.Doc, "")
		for _, w := range r.Words {
			fmt.Fprintf(b, "- `%s`: %s\n", w.Name, w.Doc)
		}
		parameters(b, r.Params)
	}
	b.WriteString("\n# Stimuli\n\n`[[stimulus]]` with `kind` and its parameters, `to`, `units`, `start`, `stop`; `weight` and `receptor` where it sends spikes.\n")
	for _, k := range stimulus.All() {
		head(b, k.Name, k.Doc, "")
		parameters(b, k.Params)
	}
	return b.String()
}

func head(b *strings.Builder, name, doc, from string) {
	fmt.Fprintf(b, "\n## %s\n\n%s.", name, strings.ToUpper(doc[:1])+doc[1:])
	if from != "" {
		fmt.Fprintf(b, " %s.", strings.TrimSuffix(from, "."))
	}
	b.WriteString("\n")
}

func parameters(b *strings.Builder, params []param.Param) {
	if len(params) == 0 {
		return
	}
	b.WriteString("\n| parameter | default | unit | |\n|---|---|---|---|\n")
	for _, p := range params {
		fmt.Fprintf(b, "| `%s` | %v | %s | %s |\n", p.Name, p.Default, p.Unit, strings.ReplaceAll(p.Doc, "|", "\\|"))
	}
}

func orNone(unit string) string {
	if unit == "" {
		return "a number"
	}
	return unit
}
