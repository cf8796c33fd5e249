package sparseprobing

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/model/probe"
)

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// words is a recording of tokens, one a second, in two documents, with trials and a speed.
func words() *nissl.Recording {
	text := strings.Fields(`He said " come here " . End She said " no " and left`)
	n := len(text)
	r := &nissl.Recording{Name: "words", Units: nissl.NewUnits([]string{"a", "b"}), Traces: nissl.NewTraces(2, n, 1)}
	speed := make([]float64, n)
	for i := range n {
		speed[i], r.Traces.Rows[0][i] = float64(i), float32(-i)
	}
	speed[3] = math.NaN()
	r.Covariates = []nissl.Covariate{{Name: "token", Text: text, Rate: 1}, {Name: "run", Columns: []string{"speed", "turn"}, Values: [][]float64{speed, make([]float64, n)}, Rate: 1}}
	r.Epochs = []nissl.Epochs{{Name: "documents", Start: []float64{0, 7}, Stop: []float64{7, float64(n)}},
		{Name: "trials", Start: []float64{1, 6}, Stop: []float64{3, 9}, Table: nissl.Table{Columns: []nissl.Column{nissl.Col("type", "", []string{"go", "stop"}), nissl.Col("side", "", []int{1, 2})}}}}
	return r
}

func TestLabels(t *testing.T) {
	r := words()
	l := &labelled{rec: r, values: func(u int) []float32 { return r.Traces.Rows[u] }}
	for i := range r.Traces.Samples() {
		l.at = append(l.at, float64(i))
	}
	l.group = interval(&r.Epochs[0], l.at)
	// He said " come here " . | End She said " no " and left
	for spec, want := range map[string]string{
		`token="`:                             "..y..y....y.y..",
		`token~^[A-Z]`:                        "y......yy......",
		`token~~^[^"]*("[^"]*"[^"]*)*"[^"]*$`: "..yyy.....yy...",
		"trials":                              ".yy...yyy......",
		"trials.type=go":                      "?yy???...??????",
		"trials.side>1":                       "?..???yyy??????",
		"run.speed>=10":                       "...?......yyyyy",
		"run.speed<20%":                       "yy.?...........",
		"unit:a<-12":                          ".............yy",
	} {
		f, err := l.feature(spec)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		got := ""
		for i := range f.Yes {
			switch {
			case !f.Known[i]:
				got += "?"
			case f.Yes[i]:
				got += "y"
			default:
				got += "."
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
	for spec, want := range map[string]string{"tokn=a": "token, run, documents, trials", "token>3": "compared with", "run.speed>x": "expected a number", "token~(": "missing",
		"run.sped>1": "speed, turn", "unit:c>0": `no unit "c"`, "trials.kind=go": "no column"} {
		if _, err := l.feature(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", spec, err, want)
		}
	}
}

// A recording in which two units carry the trials: the whole method finds them, and nothing where the
// labels are those of another recording.
func TestFinding(t *testing.T) {
	run := func(carried bool) *nissl.Finding {
		rng := rand.New(rand.NewPCG(20261122, 1))
		rec := &nissl.Recording{Name: "trials", Units: nissl.NumberedUnits(20), Traces: nissl.NewTraces(20, 1200, 10)}
		e := nissl.Epochs{Name: "trials"}
		var kinds []string
		for k := range 60 {
			kind := []string{"go", "stop"}[rng.IntN(2)]
			e.Start, e.Stop, kinds = append(e.Start, float64(2*k)), append(e.Stop, float64(2*k+2)), append(kinds, kind)
			for u := range 20 {
				offset := rng.NormFloat64() // of the whole trial
				if carried && kind == "go" && (u == 4 || u == 9) {
					offset += 3
				}
				for i := range 20 {
					rec.Traces.Rows[u][20*k+i] = float32(offset + .5*rng.NormFloat64())
				}
			}
		}
		e.Table = nissl.Table{Columns: []nissl.Column{nissl.Col("type", "", kinds)}}
		rec.Epochs = []nissl.Epochs{e}
		f, err := Method().Run(context.Background(), method.Input{Recordings: []*nissl.Recording{rec}}, map[string]string{"label": "trials.type=go", "groups": "trials", "gap": "0", "most": "8"}, &method.Env{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := run(true)
	if k, _ := f.Metric("elbow_units"); k != 2 || !f.Evidence[0].Passed || !strings.Contains(f.Evidence[0].Null, "dealt out") {
		t.Errorf("elbow %g, %+v", k, f.Evidence[0])
	}
	rank, _ := f.TableNamed("units").Column("rank")
	if r := rank.Values.([]int64); r[4]+r[9] != 3 {
		t.Errorf("units 4 and 9 have the ranks %d and %d", r[4], r[9])
	}
	if f = run(false); f.Evidence[0].Passed {
		t.Errorf("found although nothing is there: %+v", f.Evidence[0])
	}
}

// A table of texts: of a and b, a is always yes and b never; what was never seen is no.
func TestLookup(t *testing.T) {
	text := strings.Split("aabbabacb", "")
	y := []bool{true, true, false, false, true, false, true, true, false}
	split := probe.Split{Train: []int{0, 1, 2, 3}, Test: []int{4, 5, 6, 7, 8}}
	if got := Lookup(text, y, []probe.Split{split}); math.Abs(got-.8) > 1e-12 { // 2 found, 1 of c missed
		t.Errorf("F1 %g, want .8", got)
	}
}

func TestFollowUp(t *testing.T) {
	names := []string{"blocks.0.mlp.post/3", "blocks.1.mlp.post/7", "blocks.0.mlp.post/5"}
	if got := followUp(names, []int{2, 1, 0}); !strings.Contains(got, "silence(blocks.0.mlp.post/5+3, mean)") || !strings.Contains(got, "silence(blocks.1.mlp.post/7, mean)") {
		t.Error(got)
	}
	if got := followUp([]string{"V1/42"}, []int{0}); strings.Contains(got, "--do") {
		t.Error(got)
	}
}

func ExampleProbe() {
	rng := rand.New(rand.NewPCG(1, 2))
	d, y := planted(rng, 10, 2000, 3, 1.5, .4) // units 0, 1 and 2 carry the feature
	r, err := Probe(context.Background(), d, y, Options{Ranking: probe.FStatistic, Most: 10, Folds: 5, L2: 1, Surrogates: 19, Controls: 1, Workers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	k := r.Curve.Ks[r.Elbow]
	fmt.Println(k, slices.Sorted(slices.Values(r.Units[:k])))
	// Output: 3 [0 1 2]
}
