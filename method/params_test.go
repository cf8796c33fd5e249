package method_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/method"
)

type params struct {
	Tau      float64 `help:"width" unit:"s" min:"0" max:"10"`
	RankMax  int     `help:"largest rank" min:"1"`
	Abs      bool    `help:"both signs"`
	SignMode string  `help:"signs" choices:"same,abs,split"`
	L1       float64 `help:"weight" name:"l1-weight"`
	Title    string  `help:"free text"`
}

// echo is a method whose finding holds the parameters it was given.
func echo() method.Method[params] {
	return method.Method[params]{
		Name: "echo", Verb: method.Map, Summary: "gives back its parameters",
		Needs:    method.Needs{Kind: "recording", Min: 1, Max: 2},
		Defaults: params{Tau: 1.5, RankMax: 8, SignMode: "same"},
		Compute: func(_ context.Context, _ method.Input, p params, _ *method.Env) (*nissl.Finding, error) {
			return &nissl.Finding{Summary: p.SignMode}, nil
		},
	}
}

func input(n int) method.Input {
	var in method.Input
	for range n {
		in.Recordings = append(in.Recordings, &nissl.Recording{Name: "r", Units: nissl.NumberedUnits(2), Traces: nissl.NewTraces(2, 3, 1)})
	}
	return in
}

func TestParamsAreReadFromTags(t *testing.T) {
	var names []string
	for _, p := range echo().Info().Params {
		names = append(names, p.Name+":"+p.Type)
	}
	want := []string{"tau:float64", "rank-max:int", "abs:bool", "sign-mode:string", "l1-weight:float64", "title:string"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("parameters %v, want %v", names, want)
	}
}

func TestParamsOverDefaults(t *testing.T) {
	f, err := echo().Run(t.Context(), input(1), map[string]string{"tau": "0", "abs": "true", "sign-mode": "split", "l1-weight": "-2e-3"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"tau": 0.0, "rank-max": 8, "abs": true, "sign-mode": "split", "l1-weight": -2e-3, "title": ""}
	if !reflect.DeepEqual(f.Params, want) {
		t.Errorf("params of the finding %v, want %v", f.Params, want)
	}
	if f.Method != "echo" || f.Verb != "map" || f.Version != nissl.Version || f.Summary != "split" {
		t.Errorf("provenance %+v", f)
	}
}

func TestParamsOutOfRange(t *testing.T) {
	for _, c := range []struct{ name, word, want string }{
		{"tau", "-1", "--tau -1: must be at least 0 s"},
		{"tau", "10.1", "--tau 10.1: must be at most 10 s"},
		{"tau", "NaN", "expected a number in s"},
		{"tau", "fast", "expected a number in s"},
		{"rank-max", "0", "must be at least 1"},
		{"rank-max", "2.5", "expected a whole number"},
		{"abs", "maybe", "expected true or false"},
		{"sign-mode", "other", "expected one of same, abs, split"},
		{"signmode", "same", `no parameter "signmode"; there are tau, rank-max`},
	} {
		words := map[string]string{c.name: c.word}
		if err := echo().Info().CheckParams(words); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("--%s %s: CheckParams gave %v, want %q", c.name, c.word, err, c.want)
		}
		if _, err := echo().Run(t.Context(), input(1), words, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("--%s %s: Run gave %v, want %q", c.name, c.word, err, c.want)
		}
	}
	if err := echo().Info().CheckParams(map[string]string{"tau": "10", "title": "any text"}); err != nil {
		t.Errorf("the ends of a range belong to it, got %v", err)
	}
}

func TestNeeds(t *testing.T) {
	for n, want := range map[int]string{0: "needs at least 1 recording, got 0", 1: "", 2: "", 3: "takes at most 2 recordings, got 3"} {
		_, err := echo().Run(t.Context(), input(n), nil, nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d recordings: %v, want %q", n, err, want)
		}
	}
	if err := (method.Needs{}).CheckCount(1); err == nil || err.Error() != "takes no input, got 1" {
		t.Errorf("a method without input: %v", err)
	}
	bad := input(1)
	bad.Recordings[0].Traces.Rate = 0
	if _, err := echo().Run(t.Context(), bad, nil, nil); err == nil || !strings.Contains(err.Error(), "rate") {
		t.Errorf("a broken recording was accepted: %v", err)
	}
}

func TestFindingTellsWhatTheReaderGuessed(t *testing.T) {
	in := input(2)
	in.Recordings[0].Notes = []string{"1 Hz was assumed", "2 names were repaired"}
	in.Recordings[1].Name, in.Recordings[1].Notes = "s", []string{"1 Hz was assumed"}
	f, err := echo().Run(t.Context(), in, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"r, s: 1 Hz was assumed", "r: 2 names were repaired"}
	if !reflect.DeepEqual(f.Notes, want) {
		t.Errorf("notes %q, want %q", f.Notes, want)
	}
}

func TestDocText(t *testing.T) {
	source := "// Package x does y.\n//\n// # Idea\n//\n//\ta = b\n//go:embed doc.go\npackage x\n\n// not this\nvar doc string\n"
	if got, want := method.DocText(source), "Does y.\n\n# Idea\n\n\ta = b"; got != want {
		t.Errorf("DocText gave %q, want %q", got, want)
	}
}
