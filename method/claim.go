package method

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// Cost is how long a claim takes to measure on two cores.
type Cost string

// Claims of a second run in go test; all run in nissl reproduce.
const (
	Second Cost = "second"
	Minute Cost = "minute"
	Hour   Cost = "hour"
)

// Range is a closed interval.
type Range struct{ Low, High float64 }

// AtLeast is [x, inf).
func AtLeast(x float64) Range { return Range{x, math.Inf(1)} }

// AtMost is (-inf, x].
func AtMost(x float64) Range { return Range{math.Inf(-1), x} }

// Holds reports whether x lies in the range; NaN does not.
func (r Range) Holds(x float64) bool { return x >= r.Low && x <= r.High }

func (r Range) String() string {
	switch {
	case math.IsInf(r.High, 1):
		return fmt.Sprintf(">= %g", r.Low)
	case math.IsInf(r.Low, -1):
		return fmt.Sprintf("<= %g", r.High)
	}
	return fmt.Sprintf("%g to %g", r.Low, r.High)
}

// Claim is one effect of a paper with the interval in which it is accepted and a
// control in which it must vanish.
type Claim struct {
	Name      string // short, unique within the method
	Statement string // the effect, in a sentence
	Unit      string
	Accept    Range // where the measured value must lie

	Control       string // what is taken away in the control
	ControlAccept Range  // where the control's value must lie

	Cost    Cost
	Data    []string // files that it needs below Env.DataDir
	Measure func(ctx context.Context, env *Env) (Measured, error)
}

// Measured is what a claim gave.
type Measured struct {
	Value   float64
	Control float64
	Detail  string // further figures, one line
}

// Outcome of a claim.
type Outcome struct {
	Method    string   `json:"method"`
	Claim     string   `json:"claim"`
	Statement string   `json:"statement"`
	State     string   `json:"state"` // passed, failed, not run
	Value     float64  `json:"value"` // null in JSON where nothing was measured
	Unit      string   `json:"unit,omitempty"`
	Accept    string   `json:"accept"`
	Control   float64  `json:"control"` // null in JSON where nothing was measured
	Without   string   `json:"control_is"`
	Vanishes  string   `json:"control_accept"`
	Detail    string   `json:"detail,omitempty"`
	Reason    string   `json:"reason,omitempty"` // why it failed or did not run
	Cost      Cost     `json:"cost"`
	Papers    []int    `json:"papers"` // rows of the catalogue
	Missing   []string `json:"missing,omitempty"`
}

// MarshalJSON writes null for a number that was not measured or is not finite.
func (o Outcome) MarshalJSON() ([]byte, error) {
	type plain Outcome
	row := struct {
		plain
		Value   *float64 `json:"value"`
		Control *float64 `json:"control"`
	}{plain: plain(o)}
	if row.Papers == nil {
		row.Papers = []int{}
	}
	if finite := func(x float64) bool { return x-x == 0 }; o.State != "not run" {
		if finite(o.Value) {
			row.Value = &o.Value
		}
		if finite(o.Control) {
			row.Control = &o.Control
		}
	}
	return json.Marshal(row)
}

// Path is the place of a real data file, and whether it is there.
func (e *Env) Path(file string) (string, bool) {
	if e.DataDir == "" {
		return "", false
	}
	p := filepath.Join(e.DataDir, file)
	_, err := os.Stat(p)
	return p, err == nil
}

// NotRun is the outcome of a claim that was left out for the reason.
func (c Claim) NotRun(info Info, reason string) Outcome {
	o := Outcome{Method: info.Name, Claim: c.Name, Statement: c.Statement, State: "not run", Unit: c.Unit, Accept: c.Accept.String(),
		Without: c.Control, Vanishes: c.ControlAccept.String(), Reason: reason, Cost: c.Cost}
	for _, p := range info.Papers {
		if p.Row > 0 {
			o.Papers = append(o.Papers, p.Row)
		}
	}
	return o
}

// Check measures a claim of a method.
func (c Claim) Check(ctx context.Context, info Info, env *Env) Outcome {
	o := c.NotRun(info, "")
	for _, f := range c.Data {
		if _, ok := env.Path(f); !ok {
			o.Missing = append(o.Missing, f)
		}
	}
	if len(o.Missing) > 0 {
		o.Reason = fmt.Sprintf("needs %s below NISSL_DATA", o.Missing[0])
		return o
	}
	m, err := c.Measure(ctx, env)
	if err != nil {
		o.State, o.Reason = "failed", err.Error()
		if ctx.Err() != nil {
			o.State = "not run"
		}
		return o
	}
	o.Value, o.Control, o.Detail, o.State = m.Value, m.Control, m.Detail, "passed"
	switch {
	case !c.Accept.Holds(m.Value):
		o.State, o.Reason = "failed", fmt.Sprintf("measured %.4g, accepted is %s", m.Value, c.Accept)
	case !c.ControlAccept.Holds(m.Control):
		o.State, o.Reason = "failed", fmt.Sprintf("the control gave %.4g, accepted is %s", m.Control, c.ControlAccept)
	}
	return o
}
