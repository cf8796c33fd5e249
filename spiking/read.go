package spiking

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"nissl"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Read reads a model from a TOML file. The error of a file that cannot be read is one
// line: file, line and reason.
func Read(path string) (*Model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads a model from the text of a file.
func Parse(path string, text []byte) (*Model, error) {
	var file map[string]any
	meta, err := toml.Decode(string(text), &file)
	if err != nil {
		var p toml.ParseError
		if errors.As(err, &p) {
			return nil, fmt.Errorf("%s:%d: %s", path, p.Position.Line, p.Message)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := &Model{Folder: filepath.Dir(path), lines: findLines(path, text)}
	if err := m.decode(file, meta.Keys()); err != nil {
		return nil, m.lines.explain(err)
	}
	return m, nil
}

func (m *Model) decode(file map[string]any, keys []toml.Key) error {
	top := &section{values: file}
	m.Name = top.text("name", "model")
	m.Resolution = top.quantity("resolution", "ms", .1)
	if _, given := file["resolution"]; given && m.Resolution <= 0 {
		top.fail("resolution", fmt.Errorf("resolution = %v ms: a step must be longer than 0", m.Resolution))
	}
	if m.Duration = top.quantity("duration", "s", 1); m.Duration <= 0 {
		top.fail("duration", fmt.Errorf("duration = %v s: expected a time above 0", m.Duration))
	}
	m.Seed = uint64(top.whole("seed", 1))
	switch d := top.text("delivery", "event"); d {
	case "event":
	case "dense":
		m.Dense = true
	default:
		top.fail("delivery", fmt.Errorf("delivery = %q; expected event or dense", d))
	}
	for i, text := range top.texts("do") {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			top.fail("do", fmt.Errorf("do[%d]: %w", i, err))
		}
		m.Do = append(m.Do, v)
	}
	populations, _ := file["population"].(map[string]any)
	connections, stimuli, records := top.list("connection"), top.list("stimulus"), top.list("record")
	top.used("population")
	if err := top.done(); err != nil {
		return err
	}
	for _, key := range keys {
		if len(key) == 2 && key[0] == "population" {
			v, ok := populations[key[1]].(map[string]any)
			if !ok {
				return &Fault{Section: "population", Err: fmt.Errorf("population.%s is no table; write [population.%s]", key[1], key[1])}
			}
			s := &section{name: "population", index: len(m.Populations), values: v}
			if err := m.decodePopulation(key[1], s); err != nil {
				return err
			}
		}
	}
	for i, v := range connections {
		if err := m.decodeConnection(&section{name: "connection", index: i, values: v}); err != nil {
			return err
		}
	}
	for i, v := range stimuli {
		if err := m.decodeStimulus(&section{name: "stimulus", index: i, values: v}); err != nil {
			return err
		}
	}
	for i, v := range records {
		s := &section{name: "record", index: i, values: v}
		m.Records = append(m.Records, Record{From: s.texts("from"), What: s.text("what", "V_m"), Units: s.choice("units"), Interval: s.quantity("interval", "ms", 0)})
		if err := s.done(); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) decodePopulation(name string, s *section) error {
	p := Population{Name: name, N: s.whole("n", 0), Unconnected: s.flag("unconnected", false)}
	kind := s.text("cell", "")
	var ok bool
	if p.Cell, ok = cell.Find(kind); !ok {
		s.fail("cell", unknown("cell", kind, cell.All(), func(c cell.Model) string { return c.Name }))
		return s.done()
	}
	p.Params, p.Start = s.values2("params", p.Cell.Params), s.values2("start", p.Cell.States)
	if err := m.tabulate(&p, s); err != nil {
		s.fail("cells", err)
	}
	if names := s.texts("names"); names != nil {
		p.Names = names
	}
	if p.N == 0 {
		p.N = len(p.Names)
	}
	if positions := s.numbers2("positions"); positions != nil {
		p.Positions = positions
	}
	if _, named := s.values["spikes"].(string); named {
		p.Replay = s.text("spikes", "")
	} else {
		p.Trains = s.trains("spikes")
	}
	if p.N == 0 {
		p.N = len(p.Trains)
	}
	m.Populations = append(m.Populations, p)
	return s.done()
}

func (m *Model) decodeConnection(s *section) error {
	c := Connection{Name: s.text("name", ""), From: s.texts("from"), To: s.texts("to"),
		Receptor: s.text("receptor", ""), Modulator: s.text("modulator", "")}
	c.NoAutapses, c.NoMultapses = !s.flag("allow_autapses", true), !s.flag("allow_multapses", true)
	rule, kind := s.text("rule", "all_to_all"), s.text("synapse", "static_synapse")
	var ok bool
	if c.Wiring, ok = wiring.Find(rule); !ok {
		s.fail("rule", unknown("rule", rule, wiring.All(), func(r wiring.Rule) string { return r.Name }))
		return s.done()
	}
	if c.Synapse, ok = synapse.Find(kind); !ok {
		s.fail("synapse", unknown("synapse", kind, synapse.All(), func(r synapse.Rule) string { return r.Name }))
		return s.done()
	}
	m.ends(s, c.From, c.To, c.Receptor)
	c.Weight = s.value("weight", param.Param{Name: "weight", Unit: m.weightUnit(c.To, c.Receptor), Default: 1})
	c.Delay = s.value("delay", param.Param{Name: "delay", Unit: "ms", Default: 1})
	c.Rule, c.Params = s.ownValues(c.Wiring.Params), s.values2("params", c.Synapse.Params)
	c.Words = map[string]string{}
	for _, w := range c.Wiring.Words {
		if text := s.text(w.Name, ""); text != "" {
			c.Words[w.Name] = text
		} else if w.Required {
			s.fail(w.Name, fmt.Errorf("%s needs %s: %s", rule, w.Name, w.Doc))
		}
	}
	m.Connections = append(m.Connections, c)
	return s.done()
}

func (m *Model) decodeStimulus(s *section) error {
	d := Stimulus{To: s.texts("to"), Units: s.choice("units"), Receptor: s.text("receptor", ""),
		Start: s.quantity("start", "ms", 0), Stop: s.quantity("stop", "ms", 0)}
	kind := s.text("kind", "")
	var ok bool
	if d.Kind, ok = stimulus.Find(kind); !ok {
		s.fail("kind", unknown("stimulus", kind, stimulus.All(), func(k stimulus.Kind) string { return k.Name }))
		return s.done()
	}
	m.ends(s, nil, d.To, d.Receptor)
	if d.Kind.Weight {
		d.Weight = s.quantity("weight", m.weightUnit(d.To, d.Receptor), 1)
	}
	if d.Kind.Recorded {
		d.Recording = s.text("recording", "")
	}
	d.Params = s.ownValues(d.Kind.Params)
	m.Stimuli = append(m.Stimuli, d)
	return s.done()
}

// ends refuses populations and a receptor that are not there, before the units of anything at
// them are looked at.
func (m *Model) ends(s *section, from, to []string, receptor string) {
	if from != nil {
		if _, err := m.populations(from); err != nil {
			s.fail("from", err)
		}
	}
	index, err := m.populations(to)
	if err != nil {
		s.fail("to", err)
	}
	for _, k := range index {
		if _, err := receptorFor(m.Populations[k].Cell, receptor, 0); receptor != "" && err != nil {
			s.fail("receptor", err)
		}
	}
}

// unknown says what there is in place of a name that there is not.
func unknown[T any](what, name string, all []T, nameOf func(T) string) error {
	names := make([]string, len(all))
	for i, x := range all {
		names[i] = nameOf(x)
	}
	slices.Sort(names)
	if name == "" {
		return fmt.Errorf("no %s is named; there are %s", what, strings.Join(names, ", "))
	}
	return fmt.Errorf("unknown %s %q; there are %s", what, name, strings.Join(names, ", "))
}
