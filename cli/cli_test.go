package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"nissl"
	"nissl/cli"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/method/methodtest"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nissl": func() {
			app := testApp()
			if os.Getenv("TEST_STUDIO") != "" { // the screens of the other scripts have none
				app.Studio = waitingStudio
			}
			os.Exit(cli.Main(app, os.Args[1:]))
		},
	})
}

// waitingStudio is ready at once and ends when it is told to.
func waitingStudio(ctx context.Context, o cli.StudioOptions) error {
	o.Ready(fmt.Sprintf("http://%s:%d/?token=%s", o.Host, o.Port, o.Token))
	if err := os.WriteFile("ready", nil, 0o600); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// TestScripts runs testdata/*.txtar; -update writes the goldens again.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"waitfor": waitFor, "exits": exits, "bundle": writeBundle},
	})
}

// waitFor waits until a file is there.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	for range 2000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("%s did not come", args[0])
}

// exits runs a command that must end with an exit code, or with any:
// exits 2 nissl no-such-command.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if args[0] != "any" && strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// writeBundle writes a recording that has everything: traces with a gap and missing
// samples, spikes, behaviour, trials and a repair that the reader tells of.
func writeBundle(ts *testscript.TestScript, _ bool, args []string) {
	r := methodtest.Recording(4, 30, 1)
	r.Name = args[0]
	r.SessionStart = "2026-11-22T10:00:00Z"
	r.Notes = []string{"the rate was taken from the time stamps"}
	r.Traces.Unit = "dF/F"
	r.Traces.Rows[1][3] = float32(math.NaN())
	r.Traces.Times = make([]float64, 30)
	for i := range r.Traces.Times {
		r.Traces.Times[i] = float64(i) / 10
		if i >= 20 {
			r.Traces.Times[i] += 1.5
		}
	}
	r.Spikes.Span.Stop = 4.5
	r.Covariates = []nissl.Covariate{
		{Name: "velocity", Unit: "mm/s", Values: [][]float64{{1, 2, 3, 4}}, Rate: 1},
		{Name: "licks", Values: [][]float64{{1, 1}}, Times: []float64{0.5, 2.25}},
	}
	r.Epochs = []nissl.Epochs{{Name: "trials", Start: []float64{0, 2}, Stop: []float64{1, 3}, Table: nissl.Table{
		Columns: []nissl.Column{nissl.Col("choice", "", []string{"left", "right"})}}}}
	ts.Check(bundle.Write(ts.MkAbs(args[0]), r, false))
}

// testApp has two small methods, so that the scripts do not change with the
// catalogue.
func testApp() cli.App {
	return cli.App{
		Methods: []method.Entry{mean(), steps()},
		Demo:    &cli.Demo{Set: "resting-fmri", Args: []string{"map", "mean", "fmri_timeseries.csv", "--read", "dt=1.89", "--without", "WM,Vent,Brain"}},
		Papers: []method.Work{
			{Row: 1, Title: "The mean of everything", Weight: 5, Family: "other", Kind: "method", System: "mean", Verb: "map", Does: "activity -> its mean",
				Needs: "a recording", WorksWhen: "the mean is right", Here: "full", Reach: 5, State: method.Works, Methods: []string{"mean"}},
			{Row: 2, Title: "A paper with a very long title that goes on and on until no screen is wide enough for it", Weight: 1, Family: "other",
				Kind: "method", System: "long", Verb: "explain", Does: "text -> more text", Needs: "patience", WorksWhen: "-", Here: "scaled", Reach: 1, State: method.NotYet},
			{Row: 3, Title: "A survey", Weight: 1, Family: "other", Kind: "review", System: "survey", Verb: "none", Does: "-", Needs: "nothing to run",
				WorksWhen: "-", Here: "no", Reach: 1, State: method.CannotRun, Reason: "nothing to run"},
		},
	}
}

type meanParams struct {
	Tau    float64 `help:"width of the smoothing" unit:"s" min:"0" max:"60"`
	Runs   int     `help:"how many null runs there are" min:"1"`
	Robust bool    `help:"take the median"`
	Sign   string  `help:"which signs count" choices:"same,abs,split"`
}

const meanDoc = `// Package mean takes the mean of everything.
//
// # Idea
//
//	m = 1/n sum x
//
// # Paper
//
// Mean, A. (1901): The mean of everything.
package mean
`

// mean has parameters of every type, evidence, a table, a figure and claims that
// pass, fail, lack their data and take too long.
func mean() method.Entry {
	return method.Method[meanParams]{
		Name: "mean", Verb: method.Map, Summary: "the mean of everything", Doc: meanDoc,
		Papers:   []nissl.Paper{{Row: 1, Authors: "Mean, A.", Year: 1901, Title: "The mean of everything"}},
		Needs:    method.Needs{Kind: "recording", Min: 1, Max: 2},
		Defaults: meanParams{Tau: 1.2, Runs: 3, Sign: "same"},
		Compute: func(_ context.Context, in method.Input, p meanParams, env *method.Env) (*nissl.Finding, error) {
			r := in.Recordings[0]
			if r.Traces == nil {
				return nil, errors.New("expected traces, got spikes only")
			}
			sum, n := 0.0, 0
			for _, v := range r.Traces.Flat() {
				if v == v {
					sum, n = sum+float64(v), n+1
				}
			}
			mean := sum / float64(n)
			f := &nissl.Finding{Summary: fmt.Sprintf("The mean of %d units is %.3g.", r.Units.Len(), mean)}
			f.AddMetric("mean", mean, "mV", "of all samples")
			f.Evidence = []nissl.Evidence{{Name: "mean", Observed: mean, Null: "coin", NullMean: 0.5, NullRuns: []float64{0, 1, env.Rand("null").Float64()},
				P: 0.25, Causal: "none: a recording cannot be perturbed"}}
			f.AddTable("units", "one row per unit", nissl.Col("unit", "", r.Units.Names()))
			f.Figures = []nissl.Figure{{Name: "mean", Title: "The mean", Panels: []nissl.Panel{{Bars: &nissl.Bars{Names: []string{"mean"}, Values: []float64{mean}}}}}}
			return f, nil
		},
		Claims: []method.Claim{
			claim("close", 0.95, method.Second), claim("far", 0.5, method.Second), claim("slow", 1, method.Hour),
			{Name: "real", Statement: "the mean of real data is large", Control: "no data", Cost: method.Second, Accept: method.AtLeast(1),
				ControlAccept: method.AtMost(0), Data: []string{"recordings/none.h5"}},
		},
	}
}

func claim(name string, value float64, cost method.Cost) method.Claim {
	return method.Claim{Name: name, Statement: "the mean is close to its truth", Control: "truth shuffled", Accept: method.AtLeast(0.9),
		ControlAccept: method.AtMost(0.2), Cost: cost,
		Measure: func(ctx context.Context, _ *method.Env) (method.Measured, error) {
			if os.Getenv("NISSL_TEST_STOP") == name {
				if err := os.WriteFile("ready", nil, 0o644); err != nil {
					return method.Measured{}, err
				}
				<-ctx.Done()
			}
			fmt.Fprintln(os.Stderr, "measuring", name)
			return method.Measured{Value: value, Control: 0.1, Detail: "n = 12"}, nil
		}}
}

// steps computes three steps. NISSL_TEST_STOP names one that waits for the interrupt.
func steps() method.Entry {
	return method.Method[struct{}]{
		Name: "steps", Verb: method.Simulate, Summary: "three steps, one after the other", Doc: meanDoc,
		Papers: []nissl.Paper{{Authors: "Step, B.", Year: 1902, Title: "Steps"}},
		Compute: func(ctx context.Context, _ method.Input, _ struct{}, env *method.Env) (*nissl.Finding, error) {
			f := &nissl.Finding{Summary: "Three steps."}
			for _, name := range []string{"one", "two", "three"} {
				x, err := method.Step(env, name, func() (float64, error) {
					if os.Getenv("NISSL_TEST_STOP") == name {
						if err := os.WriteFile("ready", nil, 0o644); err != nil {
							return 0, err
						}
						<-ctx.Done()
						return 0, ctx.Err()
					}
					fmt.Fprintln(os.Stderr, "computing", name)
					return env.Rand(name).Float64(), nil
				})
				if err != nil {
					return nil, err
				}
				f.AddMetric(name, x, "", "")
			}
			return f, nil
		},
	}
}
