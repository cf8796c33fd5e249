package method_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/method"
)

func TestRange(t *testing.T) {
	for _, c := range []struct {
		r    method.Range
		x    float64
		want bool
	}{
		{method.AtLeast(0.9), 0.9, true}, {method.AtLeast(0.9), 0.899, false}, {method.AtLeast(0), math.NaN(), false},
		{method.AtMost(2), 2, true}, {method.AtMost(2), 2.1, false}, {method.Range{Low: 1, High: 2}, 1.5, true},
		{method.Range{Low: 1, High: 2}, 0.5, false},
	} {
		if got := c.r.Holds(c.x); got != c.want {
			t.Errorf("%v holds %g: %v, want %v", c.r, c.x, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	info := method.Info{Name: "echo", Papers: []nissl.Paper{{Row: 10}, {Title: "not in the catalogue"}}}
	measured := func(value, control float64, err error) method.Claim {
		return method.Claim{Name: "effect", Accept: method.AtLeast(0.9), ControlAccept: method.AtMost(0.2), Cost: method.Second,
			Measure: func(context.Context, *method.Env) (method.Measured, error) {
				return method.Measured{Value: value, Control: control}, err
			}}
	}
	for _, c := range []struct {
		claim         method.Claim
		state, reason string
	}{
		{measured(0.95, 0.1, nil), "passed", ""},
		{measured(0.8, 0.1, nil), "failed", "measured 0.8"},
		{measured(0.95, 0.5, nil), "failed", "the control gave 0.5"},
		{measured(math.NaN(), 0.1, nil), "failed", "measured NaN"},
		{measured(0, 0, errors.New("no spikes")), "failed", "no spikes"},
	} {
		o := c.claim.Check(t.Context(), info, &method.Env{})
		if o.State != c.state || !strings.Contains(o.Reason, c.reason) {
			t.Errorf("state %q (%s), want %q (%s)", o.State, o.Reason, c.state, c.reason)
		}
		if len(o.Papers) != 1 || o.Papers[0] != 10 || o.Accept != ">= 0.9" || o.Vanishes != "<= 0.2" {
			t.Errorf("outcome %+v", o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := measured(0, 0, ctx.Err()).Check(ctx, info, &method.Env{}); o.State != "not run" {
		t.Errorf("an interrupted claim is %q", o.State)
	}
}

func TestOutcomeAsJSON(t *testing.T) {
	o := method.Outcome{Claim: "effect", State: "failed", Value: math.NaN(), Control: 0.5}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"value":null`, `"control":0.5`, `"papers":[]`, `"claim":"effect"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
	o.State = "not run"
	if b, err = json.Marshal(o); err != nil || !strings.Contains(string(b), `"control":null`) {
		t.Errorf("what was not measured is null, got %s, %v", b, err)
	}
}

func TestCheckWithoutData(t *testing.T) {
	ran := false
	claim := method.Claim{Name: "real", Data: []string{"recordings/worm.h5"},
		Measure: func(context.Context, *method.Env) (method.Measured, error) { ran = true; return method.Measured{}, nil }}
	dir := t.TempDir()
	o := claim.Check(t.Context(), method.Info{}, &method.Env{DataDir: dir})
	if ran || o.State != "not run" || !strings.Contains(o.Reason, "recordings/worm.h5") || len(o.Missing) != 1 {
		t.Errorf("ran %v, outcome %+v", ran, o)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "recordings"), 0o755), os.WriteFile(filepath.Join(dir, "recordings/worm.h5"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	if o := claim.Check(t.Context(), method.Info{}, &method.Env{DataDir: dir}); !ran || o.State == "not run" {
		t.Errorf("ran %v, outcome %+v", ran, o)
	}
}
