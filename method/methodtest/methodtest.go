// Package methodtest is the contract that every method of the catalogue keeps.
package methodtest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/method"
)

// Sections that the doc of every method has, as headings.
var sections = [...]string{"# Idea", "# Input", "# Output", "# Paper", "# Differences from the paper", "# Limits"}

// Contract checks everything that can be checked without knowing the method, on a
// small recording with traces and spikes, or on each of the networks.
func Contract(t *testing.T, e method.Entry, networks ...nissl.Network) {
	info := e.Info()
	t.Run("doc", func(t *testing.T) { checkDoc(t, info) })
	t.Run("claims", func(t *testing.T) { checkClaims(t, info) })
	t.Run("unknown parameter", func(t *testing.T) {
		_, err := e.Run(t.Context(), example(info, 1), map[string]string{"no-such-parameter": "1"}, nil)
		if err == nil || !strings.Contains(err.Error(), "no-such-parameter") {
			t.Errorf("an unknown parameter must be refused by name, got %v", err)
		}
	})
	if info.Needs.Takes("network") {
		checkNetworks(t, e, networks)
	}
	if !info.Needs.Takes("recording") && info.Needs.Kind != "" {
		return
	}
	t.Run("defaults", func(t *testing.T) { checkDefaults(t, e) })
	t.Run("cancel", func(t *testing.T) { checkCancel(t, e) })
	for name, bad := range oddInputs(info) {
		t.Run(name, func(t *testing.T) { checkOdd(t, e, bad) })
	}
}

func checkDoc(t *testing.T, info method.Info) {
	if info.Summary == "" || strings.Contains(info.Summary, "\n") {
		t.Errorf("summary must be one line, got %q", info.Summary)
	}
	for _, s := range sections {
		if !strings.Contains(info.Doc, s+"\n") {
			t.Errorf("doc.go has no section %q", s)
		}
	}
	if len(info.Papers) == 0 {
		t.Error("no paper is named")
	}
	for _, p := range info.Params {
		checkParam(t, p)
	}
}

// Names that every method's command has already.
const taken = " help out seed workers json read units without time "

func checkParam(t *testing.T, p method.Param) {
	if p.Help == "" {
		t.Errorf("parameter %s has no help", p.Name)
	}
	if p.Name != strings.ToLower(p.Name) || strings.ContainsAny(p.Name, " _.") || strings.Contains(taken, " "+p.Name+" ") {
		t.Errorf("parameter %q must be in-kebab-case and none of%s", p.Name, taken)
	}
	if _, err := p.Parse(fmt.Sprint(p.Default)); err != nil {
		t.Errorf("parameter %s refuses its own default %v: %v", p.Name, p.Default, err)
	}
	for _, bound := range []string{p.Min, p.Max} {
		if bound == "" {
			continue
		}
		if _, err := p.Parse(bound); err != nil {
			t.Errorf("parameter %s refuses the end %s of its range: %v", p.Name, bound, err)
		}
	}
}

func checkClaims(t *testing.T, info method.Info) {
	if len(info.Claims) == 0 {
		t.Error("a method without a claim shows nothing")
	}
	seen := map[string]bool{}
	for _, c := range info.Claims {
		if c.Name == "" || c.Statement == "" || c.Control == "" || c.Cost == "" || c.Measure == nil || seen[c.Name] {
			t.Errorf("claim %q needs a unique name, statement, control, cost and measure", c.Name)
		}
		seen[c.Name] = true
		if c.Accept.Holds(c.ControlAccept.Low) && c.Accept.Holds(c.ControlAccept.High) {
			t.Errorf("claim %q: whatever its control may give would pass the claim as well", c.Name)
		}
	}
}

// SecondClaims measures the claims that cost a second.
func SecondClaims(t *testing.T, e method.Entry, env *method.Env) {
	for _, c := range e.Info().Claims {
		if c.Cost != method.Second {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			o := c.Check(t.Context(), e.Info(), env)
			switch o.State {
			case "not run":
				t.Skip(o.Reason)
			case "failed":
				t.Errorf("%s: %s", c.Statement, o.Reason)
			default:
				t.Logf("%s: %.4g (accepted %s), control %.4g (%s); %s", c.Name, o.Value, o.Accept, o.Control, o.Vanishes, o.Detail)
			}
		})
	}
}

func checkDefaults(t *testing.T, e method.Entry) {
	in, copyOf := example(e.Info(), 1), example(e.Info(), 1)
	run := func(workers int) *nissl.Finding {
		f, err := e.Run(t.Context(), in, nil, &method.Env{Seed: 7, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	a, b := run(1), run(2)
	if !same(reflect.ValueOf(*a), reflect.ValueOf(*b)) {
		t.Error("the same seed gave another finding on 2 workers than on 1")
	}
	if !reflect.DeepEqual(text(in), text(copyOf)) {
		t.Error("the input was modified")
	}
	checkFinding(t, a)
}

// checkFinding checks what every finding has.
func checkFinding(t *testing.T, a *nissl.Finding) {
	if len(a.Metrics) == 0 || a.Summary == "" {
		t.Error("the finding has no metric or no summary")
	}
	if len(a.Evidence) == 0 {
		t.Error("the finding carries no evidence: every finding carries its null")
	}
	for _, ev := range a.Evidence {
		if ev.Null == "" || ev.Causal == "" {
			t.Errorf("evidence %q must say what its null is and what the causal check is, or why there is none", ev.Name)
		}
	}
	for _, m := range a.Metrics {
		if math.IsInf(m.Value, 0) {
			t.Errorf("metric %s is infinite", m.Name)
		}
	}
}

// same compares two values in depth as reflect.DeepEqual does, but NaN equals NaN.
func same(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || (a.IsValid() && a.Type() != b.Type()) {
		return false
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float()) || (a.Float() != a.Float() && b.Float() != b.Float())
	case reflect.Pointer, reflect.Interface:
		return a.IsNil() == b.IsNil() && (a.IsNil() || same(a.Elem(), b.Elem()))
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		for _, k := range a.MapKeys() {
			if !same(a.MapIndex(k), b.MapIndex(k)) {
				return false
			}
		}
		return a.Len() == b.Len()
	}
	return !a.IsValid() || reflect.DeepEqual(a.Interface(), b.Interface())
}

func text(in method.Input) string {
	s := ""
	for _, r := range in.Recordings {
		s += fmt.Sprint(*r.Units, r.Covariates, r.Epochs)
		if r.Traces != nil {
			s += fmt.Sprint(*r.Traces)
		}
		if r.Spikes != nil {
			s += fmt.Sprint(*r.Spikes)
		}
	}
	return s
}

func checkCancel(t *testing.T, e method.Entry) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := time.Now()
	if _, err := e.Run(ctx, example(e.Info(), 1), nil, nil); err == nil {
		t.Error("a cancelled run returned a finding")
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("a cancelled run took %v to return", d)
	}
}

func checkOdd(t *testing.T, e method.Entry, in method.Input) {
	f, err := e.Run(t.Context(), in, nil, nil)
	if err != nil {
		if len(err.Error()) < 15 || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error must be one clear line, got %q", err)
		}
		return
	}
	for _, m := range f.Metrics {
		if math.IsInf(m.Value, 0) {
			t.Errorf("metric %s is infinite", m.Name)
		}
	}
}

// example is a small recording with two planted groups in traces and spikes.
func example(info method.Info, seed uint64) method.Input {
	if info.Needs.Kind == "" {
		return method.Input{}
	}
	var in method.Input
	for i := range max(1, info.Needs.Min) {
		in.Recordings = append(in.Recordings, Recording(12, 400, seed+uint64(i)))
	}
	return in
}

// Recording makes n units × samples at 10 Hz in two groups, each driven by its own
// smooth signal, with spikes from the same drive.
func Recording(n, samples int, seed uint64) *nissl.Recording {
	rng := rand.New(rand.NewPCG(seed, 1))
	drive := [2][]float64{}
	for g := range drive {
		drive[g] = make([]float64, samples)
		for t := 1; t < samples; t++ {
			drive[g][t] = 0.95*drive[g][t-1] + 0.3*rng.NormFloat64()
		}
	}
	names := make([]string, n)
	traces := nissl.NewTraces(n, samples, 10)
	spikes := &nissl.Spikes{Times: make([][]float64, n), Span: nissl.Interval{Start: 0, Stop: float64(samples) / 10}}
	for i := range n {
		names[i] = fmt.Sprintf("u%d", i)
		for t := range samples {
			x := drive[i%2][t] + 0.3*rng.NormFloat64()
			traces.Rows[i][t] = float32(x)
			if rng.Float64() < 0.1*math.Exp(min(x, 2)) {
				spikes.Times[i] = append(spikes.Times[i], (float64(t)+rng.Float64())/10)
			}
		}
	}
	return &nissl.Recording{Name: "example", Units: nissl.NewUnits(names), Traces: traces, Spikes: spikes}
}

func oddInputs(info method.Info) map[string]method.Input {
	if info.Needs.Kind == "" {
		return nil
	}
	make1 := func(change func(*nissl.Recording)) method.Input {
		in := example(info, 2)
		for i, r := range in.Recordings {
			if change != nil {
				change(r)
			}
			in.Recordings[i] = r
		}
		return in
	}
	fill := func(r *nissl.Recording, v float32) {
		for _, row := range r.Traces.Rows {
			for t := range row {
				row[t] = v
			}
		}
	}
	one := make1(nil)
	for i, r := range one.Recordings {
		one.Recordings[i] = r.SelectUnits([]int{0})
	}
	short := make1(nil)
	for i, r := range short.Recordings {
		short.Recordings[i] = r.Between(0, 0.1)
	}
	return map[string]method.Input{
		"no recording": {},
		"empty": make1(func(r *nissl.Recording) {
			r.Traces = nissl.NewTraces(r.Units.Len(), 0, 10)
			r.Spikes = &nissl.Spikes{Times: make([][]float64, r.Units.Len())}
		}),
		"one unit":   one,
		"one sample": short,
		"constant": make1(func(r *nissl.Recording) {
			fill(r, 3)
			for i := range r.Spikes.Times {
				r.Spikes.Times[i] = nil
			}
		}),
		"all NaN":     make1(func(r *nissl.Recording) { fill(r, float32(math.NaN())) }),
		"some NaN":    make1(func(r *nissl.Recording) { r.Traces.Rows[1][5] = float32(math.NaN()) }),
		"spikes only": make1(func(r *nissl.Recording) { r.Traces = nil }),
		"traces only": make1(func(r *nissl.Recording) { r.Spikes = nil }),
	}
}
