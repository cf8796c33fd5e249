package spiking

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sound is a model that runs; the tests break one line of it.
const sound = `name = "sound"
resolution = "0.1 ms"
duration = "10 ms"

[population.E]
cell = "iaf_psc_exp"
n = 8
params = { C_m = "250 pF", I_e = 400.0, V_th = "-55 mV" }

[population.I]
cell = "iaf_psc_exp"
n = 4

[[connection]]
from = "E"
to = ["E", "I"]
rule = "fixed_indegree"
indegree = 3
weight = "20 pA"
delay = "1.5 ms"

[[connection]]
from = "I"
to = "E"
rule = "pairwise_bernoulli"
p = 0.5
weight = "-20 pA"

[[stimulus]]
kind = "poisson_generator"
to = "I"
rate = "1 kHz"
weight = "30 pA"

[[record]]
from = "E"
what = "V_m"
`

// refused is the one line that a model gets that cannot run.
func refused(t *testing.T, text string) string {
	t.Helper()
	m, err := Parse("model.toml", []byte(text))
	if err == nil {
		_, err = New(m, Options{Threads: 1})
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSound(t *testing.T) {
	if err := refused(t, sound); err != "" {
		t.Fatal(err)
	}
}

// Each of these models is refused with one line that begins with file and line and says
// what is wrong; nothing is simulated, since New gives nothing to run.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, old, new string // of the sound model
		line           int
		want           string
	}{
		{"no TOML", `name = "sound"`, `name = `, 1, "expected value"},
		{"key twice", `rate = "1 kHz"`, "rate = 1.0\nrate = 2.0", 33, "already been defined"},
		{"unknown key at the top", `duration =`, `durration =`, 3, "durration means nothing here; there are"},
		{"negative duration", `duration = "10 ms"`, `duration = "-1 s"`, 3, "duration"},
		{"time in mV", `resolution = "0.1 ms"`, `resolution = "0.1 mV"`, 2, "it is measured in ms"},
		{"no step", `resolution = "0.1 ms"`, `resolution = 0.0`, 2, "resolution"},
		{"negative step", `resolution = "0.1 ms"`, `resolution = "-0.1 ms"`, 2, "longer than 0"},
		{"NaN step", `resolution = "0.1 ms"`, `resolution = nan`, 2, "finite"},
		{"delivery", `duration = "10 ms"`, `delivery = "pigeon"`, 3, "expected event or dense"},

		{"unknown cell", `cell = "iaf_psc_exp"`, `cell = "iaf_psc_expo"`, 6, `unknown cell "iaf_psc_expo"; there are`},
		{"no cell", `cell = "iaf_psc_exp"`, ``, 5, "no cell is named; there are"},
		{"no cells", `n = 8`, `n = 0`, 7, "expected 1 or more"},
		{"negative cells", `n = 8`, `n = -8`, 7, "whole number, 0 or more"},
		{"half a cell", `n = 8`, `n = 7.5`, 7, "whole"},
		{"cells in words", `n = 8`, `n = "eight"`, 7, "no number"},
		{"unknown parameter", `C_m = "250 pF"`, `Cm = "250 pF"`, 8, "there is no Cm here; there are C_m"},
		{"unit of a parameter", `C_m = "250 pF"`, `C_m = "250 mV"`, 8, "it is measured in pF"},
		{"unit of a time", `C_m = "250 pF"`, `tau_m = "20 mV"`, 8, "it is measured in ms"},
		{"unknown unit", `C_m = "250 pF"`, `C_m = "250 pints"`, 8, `unknown unit "pints"`},
		{"negative capacitance", `C_m = "250 pF"`, `C_m = "-250 pF"`, 8, "expected a number above 0"},
		{"NaN", `C_m = "250 pF"`, `C_m = nan`, 8, "C_m = NaN"},
		{"infinite", `I_e = 400.0`, `I_e = inf`, 8, "I_e = +Inf: expected a finite number"},
		{"reset above threshold", `C_m = "250 pF"`, `V_reset = "-50 mV"`, 8, "V_reset"},
		{"list too short", `I_e = 400.0`, `I_e = [1.0, 2.0]`, 8, "list of 2 numbers for 8 cells"},
		{"empty list", `I_e = 400.0`, `I_e = []`, 8, "empty list"},
		{"half a seed", `duration = "10 ms"`, `seed = 1.5`, 3, "whole number"},
		{"bad distribution", `I_e = 400.0`, `I_e = { unifrom = [0, 1] }`, 8, `unknown distribution "unifrom"`},
		{"upside down", `I_e = 400.0`, `I_e = { uniform = [1, 0] }`, 8, "the first is the lower one"},
		{"two of one name", `[population.I]`, `[population.E]`, 10, "already been defined"},
		{"no population", sound, "name = \"none\"\n", 1, "no population"},
		{"population of a number", "[population.E]", "[population]\nX = 1\n[population.E]", 5, "population.X is no table"},
		{"names", "n = 4", "n = 4\nnames = [\"a\", \"b\"]", 13, "2 names for 4 cells"},
		{"positions", "n = 4", "n = 4\npositions = [[0.0]]", 13, "1 positions for 4 cells"},
		{"same names", "n = 4", "n = 4\nnames = [\"a\", \"a\", \"b\", \"c\"]", 13, `"a"`},

		{"unknown population", `from = "I"`, `from = "X"`, 23, `there is no population "X"; there are E, I`},
		{"no source", `from = "I"`, ``, 22, "names no population"},
		{"unknown rule", `rule = "fixed_indegree"`, `rule = "fixed_indgree"`, 17, `unknown rule "fixed_indgree"; there are`},
		{"parameter of another rule", `indegree = 3`, `outdegree = 3`, 18, "outdegree means nothing here"},
		{"half a source", `indegree = 3`, `indegree = 2.5`, 18, "whole number"},
		{"too many sources", `indegree = 3`, "indegree = 9\nallow_multapses = false", 18, "but E has 8 cells to draw from"},
		{"probability", `p = 0.5`, `p = 1.5`, 26, "expected a probability"},
		{"negative probability", `p = 0.5`, `p = -0.5`, 26, "not negative"},
		{"one to one", `rule = "pairwise_bernoulli"`, `rule = "one_to_one"`, 26, "p means nothing here"},
		{"distance without positions", `p = 0.5`, "kernel = \"gaussian\"\nstd = 10.0", 22, "has no positions"},
		{"unknown synapse", `p = 0.5`, `synapse = "stdp"`, 26, `unknown synapse "stdp"; there are`},
		{"negative delay", `delay = "1.5 ms"`, `delay = "-1.5 ms"`, 20, "delay = -1.5 ms is negative"},
		{"delay below a step", `delay = "1.5 ms"`, `delay = "0.01 ms"`, 20, "shorter than a step (resolution = 0.1 ms)"},
		{"delay without bounds", `delay = "1.5 ms"`, `delay = { normal = [1.5, 0.5] }`, 20, "has no bounds"},
		{"delay in mV", `delay = "1.5 ms"`, `delay = "1.5 mV"`, 20, "it is measured in ms"},
		{"endless delay", `delay = "1.5 ms"`, `delay = "1 Ms"`, 20, "more than 65535 steps"},
		{"weight in mV", `weight = "20 pA"`, `weight = "20 mV"`, 19, "it is measured in pA"},
		{"weight is NaN", `weight = "20 pA"`, `weight = nan`, 19, "NaN"},
		{"no such receptor", `p = 0.5`, `receptor = "AMPA"`, 26, `has no receptor "AMPA"; it has ex in`},
		{"flag", `p = 0.5`, `allow_autapses = "no"`, 26, "expected true or false"},
		{"modulator of a static synapse", `p = 0.5`, `modulator = "E"`, 26, "modulator"},
		{"no table", `p = 0.5`, "p = 0.5\nfile = \"x.csv\"", 27, "file means nothing here"},

		{"unknown stimulus", `kind = "poisson_generator"`, `kind = "poison"`, 30, `unknown stimulus "poison"; there are`},
		{"negative rate", `rate = "1 kHz"`, `rate = "-1 kHz"`, 32, "not negative"},
		{"rate in ms", `rate = "1 kHz"`, `rate = "1 ms"`, 32, "it is measured in Hz"},
		{"no such target", `to = "I"`, `to = "J"`, 31, `there is no population "J"`},
		{"backwards", `rate = "1 kHz"`, "rate = 1.0\nstart = \"5 ms\"\nstop = \"4 ms\"", 34, "from 5 ms to 4 ms"},
		{"no such unit", `rate = "1 kHz"`, "rate = 1.0\nunits = \"0-4\"", 33, "4"},

		{"no such state", `what = "V_m"`, `what = "V"`, 37, `has no state "V"; it has V_m`},
		{"record of nobody", "[[record]]\nfrom = \"E\"", "[[record]]\nfrom = \"X\"", 36, `there is no population "X"`},
		{"no list", "[[record]]", "[record]", 35, "write [[record]]"},
		{"bad intervention", `duration = "10 ms"`, `do = ["silence E"]`, 3, "silence E"},
		{"intervention on nobody", `duration = "10 ms"`, `do = ["silence(X)"]`, 3, `there is no population or cell "X"`},
		{"unconnected", "[[stimulus]]", "[population.X]\ncell = \"iaf_psc_exp\"\nn = 1\n\n[[stimulus]]", 29, "X is connected to nothing"},
		{"source that goes nowhere", "[[stimulus]]", "[population.X]\ncell = \"spike_generator\"\nspikes = [[1.0]]\n\n[[stimulus]]", 29, "its spikes go nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(sound, c.old) {
				t.Fatalf("the sound model has no %q", c.old)
			}
			got := refused(t, strings.Replace(sound, c.old, c.new, 1))
			if want := fmt.Sprintf("model.toml:%d: ", c.line); !strings.HasPrefix(got, want) || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s… %s", got, want, c.want)
			}
		})
	}
}

// Tables that a model names are refused with both lines: the model's and the table's.
func TestRefusedTables(t *testing.T) {
	dir := t.TempDir()
	model := strings.NewReplacer(`rule = "pairwise_bernoulli"`, `rule = "table"`, `p = 0.5`, `file = "edges.csv"`, "n = 4", "cells = \"cells.csv\"").Replace(sound)
	for _, c := range []struct{ name, cells, edges, want string }{
		{"sound", "name,x,C_m\na,0,250\nb,1,260\n", "pre,post\na,E/7\nb,0\n", ""},
		{"missing column", "name\na\n", "pre,strength\na,1\n", `edges\.csv:1: no column for the target \(target, post, .*"pre", "strength"`},
		{"NaN weight", "name\na\n", "pre,post,weight\na,0,\n", `edges\.csv:2: weight = NaN`},
		{"unknown cell", "name\na\n", "pre,post\nc,0\n", `edges\.csv:2: pre = "c": no cell`},
		{"no file", "name\na\n", "", `edges\.csv: no such file`},
		{"cell twice", "name\na\na\n", "pre,post\na,0\n", `cells\.csv:3: there is a cell "a" already in line 2`},
		{"position", "name,x\na,\n", "pre,post\na,0\n", `cells\.csv:2: x = NaN`},
		{"parameter", "name,C_m\na,-1\n", "pre,post\na,0\n", `C_m = -1: expected a number above 0`},
		{"delay below a step", "name\na\n", "pre,post,delay\na,0,0.01\n", `shorter than a step`},
		{"delay is 0", "name\na\n", "pre,post,delay\na,0,0\n", `edges\.csv:2: delay = 0 ms`},
	} {
		for name, text := range map[string]string{"cells.csv": c.cells, "edges.csv": c.edges, "model.toml": model} {
			path := filepath.Join(dir, name)
			os.Remove(path)
			if text == "" {
				continue
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, err := Read(filepath.Join(dir, "model.toml"))
		if err == nil {
			_, err = New(m, Options{Threads: 1})
		}
		got := fmt.Sprint(err)
		if c.want == "" && err != nil || c.want != "" && (!regexp.MustCompile(`^\S*model\.toml:(10|12|2[0-9]): .*`+c.want).MatchString(got) || strings.Contains(got, "\n")) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// FuzzModel reads any text as a model, and runs what can be run for two steps.
func FuzzModel(f *testing.F) {
	f.Add(sound)
	brunel, err := os.ReadFile("testdata/brunel.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(brunel))
	f.Add("[population.a]\ncell = \"izhikevich\"\nn = 3\nunconnected = true\n")
	f.Add("do = [\"clamp(a, 5)\"]\n[population.a]\ncell = \"hh_psc_alpha\"\nn = 1\nparams = { I_e = [1] }\npositions = [[1, 2]]\n[[connection]]\nfrom = \"a\"\nto = \"a\"\nrule = \"pairwise_bernoulli\"\nkernel = \"linear\"\nc = 1\nextent = 5\nvelocity = 0.1\nsynapse = \"stdp_synapse\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse("m.toml", []byte(text))
		if err == nil {
			if !small(m) {
				return
			}
			var s *Simulation
			if s, err = New(m, Options{Threads: 1}); err == nil {
				if _, err := s.Record(context.Background(), 2*m.dt()/1000); err != nil {
					t.Error(err)
				}
				return
			}
		}
		if text := err.Error(); !strings.HasPrefix(text, "m.toml:") || strings.Contains(text, "\n") {
			t.Errorf("not one line with file and line: %q", text)
		}
	})
}

// small says whether a model can be built in no time: the fuzzer invents large ones, too.
func small(m *Model) bool {
	cells := 0
	for _, p := range m.Populations {
		if p.N > 100 {
			return false
		}
		cells += p.N
	}
	for _, c := range m.Connections {
		for _, v := range c.Rule {
			if _, high := v.Bounds(); high > 1000 {
				return false
			}
		}
		if _, high := c.Delay.Bounds(); high > 100 {
			return false
		}
	}
	return cells <= 200 && len(m.Connections) <= 10 && m.dt() > 1e-3 && m.dt() < 1e3
}
