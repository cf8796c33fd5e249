package neurons

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/format/bundle"
	"nissl/format/findings"
	"nissl/internal/digest"
	"nissl/studio/facts"
	"nissl/studio/library"
)

// names of the units of the recordings that are made here.
var names = []string{"AVAL", "AVAR", "RIML", "U2", "U10"}

// write puts a recording of a worm, a finding about it, one about another file of the same name, another worm and
// a recording of numbered units into a folder.
func write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	worm := filepath.Join(dir, "worm.rec")
	check(bundle.Write(worm, worms(names), false))
	check(bundle.Write(filepath.Join(dir, "other.rec"), worms([]string{"X", "AVAL"}), false))
	check(bundle.Write(filepath.Join(dir, "numbered.rec"), worms([]string{"0", "1"}), false))
	check(bundle.Write(filepath.Join(dir, "numbers.rec"), worms([]string{"1", "2", "3"}), false))
	sum, err := digest.Of(t.Context(), worm, -1)
	check(err)
	f := &nissl.Finding{Method: "some", Verb: "map", Inputs: []nissl.Source{{Path: "elsewhere/renamed.rec", SHA256: sum}}}
	f.AddTable("units", "one row per unit", nissl.Col("unit", "", names[:4]), nissl.Col("strength", "", []float64{2, 3, math.NaN(), 1}),
		nissl.Col("reads", "", []string{`["dog"," cat"]`, "[]", "[]", "[]"}))
	f.AddTable("pairs", "", nissl.Col("unit_a", "", []string{"AVAL", "AVAR"}), nissl.Col("unit_b", "", []string{"AVAR", "RIML"}), nissl.Col("r", "", []float64{.1, -.9}))
	f.AddTable("tuning", "", nissl.Col("unit", "", []string{"AVAL", "AVAR"}), nissl.Col("feature", "", []string{"speed", "speed"}),
		nissl.Col("explained", "", []float64{.2, .6}), nissl.Col("null", "", []float64{.1, .1}))
	check(findings.Write(filepath.Join(dir, "map"), f, nil))
	stranger := *f
	stranger.Inputs = []nissl.Source{{Path: "worm.rec", SHA256: strings.Repeat("0", 64)}}
	check(findings.Write(filepath.Join(dir, "stranger"), &stranger, nil))
	return dir
}

// worms are traces with a covariate that the first unit follows.
func worms(units []string) *nissl.Recording {
	r := &nissl.Recording{Name: "worm", Units: nissl.NewUnits(units), Traces: nissl.NewTraces(len(units), 300, 3)}
	speed := make([]float64, 300)
	for k := range speed {
		speed[k] = math.Sin(float64(k)/11) + math.Sin(float64(k*k)/900)
		for i := range units {
			r.Traces.Rows[i][k] = float32(math.Cos(float64((i+2)*k*k) / 5000))
		}
		r.Traces.Rows[0][k] = float32(speed[k])
	}
	r.Covariates = []nissl.Covariate{{Name: "speed", Unit: "m/s", Values: [][]float64{speed}, Rate: 3}}
	r.Epochs = []nissl.Epochs{{Name: "cue", Start: []float64{9, 21, 33, 45, 57, 69, 81}, Stop: []float64{9, 21, 33, 45, 57, 69, 81}}}
	return r
}

func serve(t *testing.T) (get func(path string, into any) int, mux *http.ServeMux) {
	t.Helper()
	lib := library.New([]string{write(t)}, library.Options{})
	t.Cleanup(lib.Close)
	mux = http.NewServeMux()
	New(lib, facts.NewCache(lib, 0)).Routes(mux)
	return func(path string, into any) int {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/api/neurons/"+path, nil))
		if into != nil {
			if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
				t.Fatalf("%s: %v: %s", path, err, w.Body)
			}
		}
		return w.Code
	}, mux
}

func TestUnit(t *testing.T) {
	get, _ := serve(t)
	var v who
	if code := get("worm.rec/unit?unit=AVAR", &v); code != http.StatusOK {
		t.Fatal(code)
	}
	var tables []string
	for _, s := range v.Says {
		tables = append(tables, s.Finding+"."+s.Table)
	}
	// The finding that was made of this content is known by it, though its file was renamed; the one made of other
	// content is not, though its file had this name.
	if want := []string{"map.units", "map.pairs", "map.tuning"}; !slices.Equal(tables, want) {
		t.Errorf("findings say %v, want %v", tables, want)
	}
	if v.Place != 1 || v.Of != 5 || v.Previous != "AVAL" || v.Next != "RIML" || len(v.Activity) != 1 || v.Activity[0].Clock != "s" {
		t.Errorf("%+v", v)
	}
	// Pairs: the strongest first, whichever end the unit is.
	if b := v.Says[1].Columns[1].Values.([]any); b[0] != "RIML" {
		t.Errorf("partners %v", b)
	}
	// strength is 3, of the others 2, 1 and none.
	if b := v.Says[0].Below; len(b) != 3 || b[1] != 1 {
		t.Errorf("below: %v", b)
	}
	// A finding leads to its recording.
	if get("map/unit?unit=AVAR", &v); len(v.Activity) != 1 || v.Activity[0].ID != "worm.rec" {
		t.Errorf("activity of a finding's unit: %+v", v.Activity)
	}
	if code := get("worm.rec/unit?unit=nobody", nil); code != http.StatusNotFound {
		t.Errorf("no such unit: %d", code)
	}
	if code := get("nothing/unit?unit=AVAL", nil); code != http.StatusNotFound {
		t.Errorf("no such item: %d", code)
	}
}

func TestOrder(t *testing.T) {
	get, _ := serve(t)
	for order, want := range map[string][]string{
		"":          {"AVAL", "AVAR", "RIML", "U2", "U10"},
		"-strength": {"AVAR", "AVAL", "U2", "RIML", "U10"}, // what is missing comes last
		"strength":  {"U2", "AVAL", "AVAR", "RIML", "U10"},
		"-unit":     {"U10", "U2", "RIML", "AVAR", "AVAL"},
	} {
		for i, unit := range want {
			var v who
			get("worm.rec/unit?unit="+unit+"&order="+order, &v)
			if v.Place != i || (i > 0 && v.Previous != want[i-1]) || (i < 4 && v.Next != want[i+1]) {
				t.Errorf("order %q: %s is at %d between %q and %q", order, unit, v.Place, v.Previous, v.Next)
			}
		}
	}
}

func TestSearch(t *testing.T) {
	get, _ := serve(t)
	type found struct {
		Names, Tokens []hit
		Tuning        []tuned
	}
	var v found
	if get("worm.rec/search?q=av", &v); fmt.Sprint(v.Names) != "[{AVAL } {AVAR }]" {
		t.Errorf("av: %v", v.Names)
	}
	v = found{}
	if get("worm.rec/search?q=cat", &v); len(v.Tokens) != 1 || v.Tokens[0].Unit != "AVAL" {
		t.Errorf("cat: %v", v.Tokens)
	}
	v = found{}
	get("worm.rec/search?q=spee", &v)
	if len(v.Tuning) != 2 || v.Tuning[0].Hits[0].Unit != "AVAR" || !v.Tuning[1].Live {
		t.Errorf("spee: %+v", v.Tuning)
	}
}

func TestElsewhere(t *testing.T) {
	get, _ := serve(t)
	ids := func(path string) []string {
		var v struct{ Items []elsewhere }
		get(path, &v)
		var out []string
		for _, it := range v.Items {
			out = append(out, it.ID)
		}
		slices.Sort(out)
		return out
	}
	if got := ids("worm.rec/elsewhere?unit=AVAL"); !slices.Equal(got, []string{"map", "other.rec", "stranger"}) {
		t.Errorf("AVAL is also in %v", got)
	}
	if got := ids("numbered.rec/elsewhere?unit=1"); len(got) != 0 {
		t.Errorf("a mere number is taken for a name, in %v", got)
	}
}

func TestWithin(t *testing.T) {
	for text, want := range map[string]bool{
		"the [do]g ran": true, "the d[og] ran": true, "the do[g] ran": true, "the dog [ran]": false, "[the] dog": false,
		"dog[ dog] x": true, "no brackets dog": false, "[dog]": true, "D[OG]": true,
	} {
		if within(text, "dog") != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// Every address answers for every unit with something that is JSON or says what is wrong.
func TestMeasures(t *testing.T) {
	get, mux := serve(t)
	for _, what := range []string{"activity", "histogram", "tuning", "events", "spikes", "partners"} {
		var v any
		if code := get("worm.rec/"+what+"?unit=AVAL", &v); code != http.StatusOK {
			t.Errorf("%s: %d %v", what, code, v)
		}
		if code := get("worm.rec/"+what, &v); code != http.StatusBadRequest {
			t.Errorf("%s of no unit: %d", what, code)
		}
		if code := get("worm.rec/"+what+"?unit="+url.QueryEscape("a/b"), &v); code != http.StatusNotFound {
			t.Errorf("%s of an unknown unit: %d", what, code)
		}
	}
	var v struct{ Features []feature }
	if get("worm.rec/tuning?unit=AVAL", &v); v.Features[0].Name != "speed" || v.Features[0].Unit != "m/s" {
		t.Errorf("%+v", v.Features)
	}
	var table struct {
		Columns []struct {
			Name   string
			Values []any
		}
	}
	if get("worm.rec/tuned?feature=speed", &table); table.Columns[0].Values[0] != "AVAL" {
		t.Errorf("most tuned: %v", table.Columns[0].Values)
	}
	if code := get("worm.rec/activity?unit=AVAL&from=x", nil); code != http.StatusBadRequest {
		t.Errorf("from=x: %d", code)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/api/neurons/worm.rec?format=csv", nil))
	if lines := strings.Split(w.Body.String(), "\n"); !strings.HasPrefix(lines[0], "unit,") || len(lines) != 7 {
		t.Errorf("CSV: %q", lines)
	}
}

func FuzzNatural(f *testing.F) {
	f.Add("U2", "U10")
	f.Add("a01", "a1")
	f.Fuzz(func(t *testing.T, a, b string) {
		if natural(a, b) != -natural(b, a) || natural(a, a) != 0 {
			t.Errorf("%q and %q: %d and %d", a, b, natural(a, b), natural(b, a))
		}
		within(a, b)
	})
}
