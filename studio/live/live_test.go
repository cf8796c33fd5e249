package live

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"nissl"
)

type looked struct {
	Tokens        []token
	Select        int
	Without, With struct {
		LogP     []*float64
		Loss     *float64
		Activity []float64
	}
	KL  []float64
	Top []struct {
		Word    string
		Without float64
		With    float64
	}
	Do, Command string
}

// logits of the fake after a token, with neuron off away (-1 for none).
func fakeLogits(token, off int) (z [fakeVocab]float64) {
	for u := range fakeNeurons {
		if u != off {
			z[u%fakeVocab] += fakeNeuron(token, u)
		}
	}
	return z
}

func logP(z [fakeVocab]float64, v int) float64 {
	var sum float64
	for _, x := range z {
		sum += math.Exp(x)
	}
	return z[v] - math.Log(sum)
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-5 }

// What is shown is what the closed form of the fake says, without and with a neuron.
func TestLookIsTheClosedForm(t *testing.T) {
	h := server(t, &fake{})
	var s looked
	if status, p := ask(t, h, "look", map[string]any{"text": "a c b d", "unit": "mlp.post/22", "acts": []string{"silence(mlp.post/22)"}}, &s); status != 200 {
		t.Fatal(p)
	}
	ids := []int{0, 2, 1, 3}
	var loss, lossWith float64
	for i, id := range ids {
		if !near(s.Without.Activity[i], fakeNeuron(id, 22)) || s.With.Activity[i] != 0 {
			t.Errorf("token %d: activity %g, with %g", i, s.Without.Activity[i], s.With.Activity[i])
		}
		if i == 0 {
			if s.Without.LogP[0] != nil {
				t.Error("the first token has a probability, though nothing predicts it")
			}
			continue
		}
		a, b := logP(fakeLogits(ids[i-1], -1), id), logP(fakeLogits(ids[i-1], 22), id)
		if !near(*s.Without.LogP[i], a) || !near(*s.With.LogP[i], b) {
			t.Errorf("token %d: log-probability %g, want %g; with %g, want %g", i, *s.Without.LogP[i], a, *s.With.LogP[i], b)
		}
		loss, lossWith = loss-a/3, lossWith-b/3
	}
	if !near(*s.Without.Loss, loss) || !near(*s.With.Loss, lossWith) {
		t.Errorf("loss %g, want %g; with %g, want %g", *s.Without.Loss, loss, *s.With.Loss, lossWith)
	}
	var kl float64
	p, q := fakeLogits(3, -1), fakeLogits(3, 22)
	for v := range fakeVocab {
		kl += math.Exp(logP(p, v)) * (logP(p, v) - logP(q, v))
	}
	if s.Select != 3 || !near(s.KL[3], kl) {
		t.Errorf("at %d: KL %g, want %g", s.Select, s.KL[3], kl)
	}
	for _, c := range s.Top {
		v := strings.Index("abcd", c.Word)
		if !near(c.Without, math.Exp(logP(p, v))) || !near(c.With, math.Exp(logP(q, v))) {
			t.Errorf("%s: %g and %g", c.Word, c.Without, c.With)
		}
	}
	if want := "--do 'silence(mlp.post/22)'"; s.Do != want || !strings.Contains(s.Command, "printf %s 'a c b d' > text.txt\nnissl read activity ") || !strings.HasSuffix(s.Command, want) {
		t.Errorf("do %q, command %q", s.Do, s.Command)
	}
}

// Dragging a dose costs one run for each: the run without is remembered.
func TestTheRunWithoutIsRemembered(t *testing.T) {
	f := &fake{}
	h := server(t, f)
	for _, act := range []string{"scale(mlp.post/1, 0)", "scale(mlp.post/1, 1)", "scale(mlp.post/1, 2)"} {
		ask(t, h, "look", map[string]any{"text": "a b", "acts": []string{act}}, nil)
	}
	if n := f.runs.Load(); n != 4 {
		t.Errorf("%d runs for three doses, want 4", n)
	}
}

type line struct {
	Unit   string
	Null   bool
	Done   bool
	Points []struct{ Dose, Loss, KL, P float64 }
}

func askLines(t *testing.T, f *fake, path string, body any) []line {
	t.Helper()
	b, _ := json.Marshal(body)
	w := httptest.NewRecorder()
	server(t, f).ServeHTTP(w, httptest.NewRequest("POST", "/api/live/x.net/"+path, bytes.NewReader(b)))
	var out []line
	for _, text := range strings.Split(strings.TrimSpace(w.Body.String()), "\n") {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%d %s: %v", w.Code, text, err)
		}
		out = append(out, l)
	}
	return out
}

// A curve has no effect at the dose that changes nothing, agrees with a single look, and its null never means the
// neurons of the interventions; the same seed draws the same neurons.
func TestCurve(t *testing.T) {
	body := map[string]any{"text": "a b c", "acts": []string{"scale(mlp.post/3+4, 1)", "silence(mlp.post/7)"}, "vary": 0, "low": -1, "high": 1, "count": 3, "seed": 5}
	f := &fake{}
	lines := askLines(t, f, "curve", body)
	if len(lines) != nullNeurons+2 || lines[0].Null || lines[0].Unit != "mlp.post/3+4" || !lines[len(lines)-1].Done {
		t.Fatalf("%d lines, the first %+v", len(lines), lines[0])
	}
	if p := lines[0].Points; len(p) != 3 || p[1].Dose != 0 || p[2].Dose != 1 {
		t.Errorf("points %+v", p)
	}
	for _, l := range lines[1 : len(lines)-1] {
		act, err := nissl.ParseIntervention("silence(" + l.Unit + ")")
		if err != nil {
			t.Fatal(err)
		}
		at, err := act.Units[0].Indexes(fakeNeurons)
		if err != nil || len(at) != 2 || at[0] == at[1] || slices.ContainsFunc(at, func(u int) bool { return u == 3 || u == 4 || u == 7 }) {
			t.Errorf("the null is drawn at %s: %v %v", l.Unit, at, err)
		}
	}
	again := askLines(t, &fake{}, "curve", body)
	for i := range lines {
		if lines[i].Unit != again[i].Unit || !slices.Equal(lines[i].Points, again[i].Points) {
			t.Errorf("line %d differs with the same seed: %+v and %+v", i, lines[i], again[i])
		}
	}
	body["seed"] = 6
	other := askLines(t, &fake{}, "curve", body)
	if slices.EqualFunc(lines, other, func(a, b line) bool { return a.Unit == b.Unit }) {
		t.Error("another seed draws the same neurons")
	}
}

// The effect's p is that of the +1 rule over a null that leaves the neuron out.
func TestEffect(t *testing.T) {
	f := &fake{}
	h := server(t, f)
	var e struct {
		Value  float64
		Null   []float64
		P      float64
		Says   string
		Unit   string
		NullIs string `json:"null_is"`
	}
	if status, p := ask(t, h, "effect", map[string]any{"unit": "mlp.post/23", "text": "a b c d a"}, &e); status != 200 {
		t.Fatal(p)
	}
	var want float64
	ids := []int{0, 1, 2, 3, 0}
	for i := range 4 {
		want += (logP(fakeLogits(ids[i], -1), ids[i+1]) - logP(fakeLogits(ids[i], 23), ids[i+1])) / 4
	}
	if !near(e.Value, want) {
		t.Errorf("effect %g, want %g", e.Value, want)
	}
	beyond := 0
	for _, x := range e.Null {
		if math.Abs(x) >= math.Abs(e.Value) {
			beyond++
		}
	}
	if len(e.Null) != fakeNeurons-1 || !near(e.P, float64(beyond+1)/fakeNeurons) {
		t.Errorf("p %g with %d of %d beyond; every other neuron is drawn once", e.P, beyond, len(e.Null))
	}
	own := 0
	for _, acts := range f.taken {
		if len(acts) == 1 && acts[0].String() == "silence(mlp.post/23)" {
			own++
		}
	}
	if own != 1 {
		t.Errorf("the neuron itself ran %d times, want once and never in the null", own)
	}
	if !strings.Contains(e.Says, "silence(mlp.post/23)") || !strings.Contains(e.Says, "loss") {
		t.Errorf("says %q", e.Says)
	}
}

// A question that was given up while another runs never runs.
func TestStaleQuestionsNeverRun(t *testing.T) {
	f := &fake{hold: make(chan struct{}), began: make(chan struct{})}
	h := server(t, f)
	first := make(chan int)
	go func() {
		status, _ := ask(t, h, "look", map[string]any{"text": "a b"}, nil)
		first <- status
	}()
	<-f.began // the first runs
	ctx, giveUp := context.WithCancel(context.Background())
	stale := make(chan struct{})
	go func() {
		defer close(stale)
		askWithin(t, ctx, h, "look", map[string]any{"text": "c d"}, nil)
	}()
	giveUp()
	<-stale // answered although the network is still busy
	f.hold <- struct{}{}
	if status := <-first; status != 200 || f.runs.Load() != 1 {
		t.Errorf("status %d, %d runs; want 200 and 1", status, f.runs.Load())
	}
}

// Errors are sentences that say what to do.
func TestProblemsAreSentences(t *testing.T) {
	h := server(t, &fake{})
	for _, c := range []struct {
		path string
		body map[string]any
		want string
	}{
		{"look", map[string]any{"text": "  "}, "the text is empty"},
		{"look", map[string]any{"text": strings.Repeat("a ", 65)}, "65 tokens; this network is shown at most 64"},
		{"look", map[string]any{"text": "a", "unit": "blocks.0.mlp.post/1"}, `no site "blocks.0.mlp.post"; there is mlp.post`},
		{"look", map[string]any{"text": "a", "unit": "mlp.post/24"}, "0 to 23"},
		{"look", map[string]any{"text": "a", "unit": "mlp.post/-1"}, "whole number"},
		{"look", map[string]any{"text": "a", "acts": []string{"explode(mlp.post)"}}, `unknown action "explode"`},
		{"look", map[string]any{"text": "a", "acts": []string{"add(mlp.post, 1, /etc/passwd)"}}, "must be a recording that is open in the studio"},
		{"curve", map[string]any{"text": "a b", "acts": []string{"scale(mlp.post/1, 1)"}, "vary": 1, "low": 0, "high": 1}, "no such intervention"},
		{"curve", map[string]any{"text": "a b", "acts": []string{"scale(mlp.post/1, 1)"}, "low": 1, "high": 1}, "below"},
		{"effect", map[string]any{"unit": "mlp.post/0-23", "text": "a b"}, "whole number"},
		{"effect", map[string]any{"unit": "mlp.post/1", "text": "a b", "action": "explode"}, "unknown action"},
		{"picture", nil, "takes no pictures"},
		{"generate", map[string]any{"text": "a", "most": 100000}, "expected 1 to 256"},
	} {
		status, problem := ask(t, h, c.path, c.body, nil)
		if status < 400 || status >= 500 || !strings.Contains(problem, c.want) {
			t.Errorf("%s %v: %d %q, want %q", c.path, c.body, status, problem, c.want)
		}
	}
}

// Text streams without and with.
func TestGenerate(t *testing.T) {
	b := `{"text":"b","most":3,"acts":["silence(mlp.post/1)"]}`
	w := httptest.NewRecorder()
	server(t, &fake{}).ServeHTTP(w, httptest.NewRequest("POST", "/api/live/x.net/generate", strings.NewReader(b)))
	got := w.Body.String()
	for _, want := range []string{`{"text":"bcd","which":"without"}`, `{"text":"cda","which":"with"}`, `{"done":true}`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}
