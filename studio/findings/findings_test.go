package findings

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/format/findings"
	"nissl/internal/digest"
	"nissl/method"
	"nissl/studio/library"
)

type probeParams struct {
	Tau float64 `help:"width" unit:"s"`
}

// served is a studio's findings over a folder with a finding of two inputs.
type served struct {
	*testing.T
	dir string
	mux *http.ServeMux
}

func serve(t *testing.T) served {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	csv := write("a.csv", "time,x,y\n0,1,2\n1,2,3\n2,1,2\n")
	changed := write("b.csv", "time,x,y\n0,1,2\n1,2,3\n2,1,9\n")
	sum, err := digest.Of(t.Context(), csv, -1)
	if err != nil {
		t.Fatal(err)
	}
	n := 6000
	big := make([]float64, n)
	for i := range big {
		big[i] = float64((i * 7919) % n)
	}
	big[17] = math.NaN()
	f := &nissl.Finding{Method: "probe", Verb: "map", Summary: "found", Seed: math.MaxUint64, Version: "0.1.0", Params: map[string]any{"tau": 0.5, "gone": 1.0},
		// As it is when the folder has been moved since: the first is found by its content.
		Inputs:   []nissl.Source{{Path: "elsewhere/a.csv", SHA256: sum}, {Path: changed, SHA256: sum}, {Path: "c.csv", SHA256: sum}},
		Evidence: []nissl.Evidence{{Name: "e", Observed: 2, NullRuns: []float64{1, math.NaN()}, NullMean: 1, P: 0.5, Effect: 1, Causal: "none", Passed: true}},
		Arrays: []nissl.Array{{Name: "stack", Shape: []int{2, 2, 3}, F32: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
			{Name: "wide", Shape: []int{1000}, F64: make([]float64, 1000)}, {Name: "clock_s", Shape: []int{3}, F64: []float64{0, 10, 20}}, {Name: "none", Shape: []int{0, 2, 2}}}}
	f.AddTable("big", "many rows", nissl.Col("value", "s", big))
	if err := findings.Write(filepath.Join(dir, "found"), f, map[string][]byte{"map.svg": []byte("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")}); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{dir}, library.Options{})
	t.Cleanup(lib.Close)
	entry := method.Method[probeParams]{Name: "probe", Verb: method.Map, Needs: method.Needs{Kind: "recording", Min: 1}, Defaults: probeParams{Tau: 6}}
	mux := http.NewServeMux()
	New(lib, []method.Entry{entry}).Routes(mux)
	return served{t, dir, mux}
}

func (s served) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/findings/found"+path, nil))
	return w
}

func (s served) read(path string, into any) {
	s.Helper()
	w := s.get(path)
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil || w.Code != http.StatusOK {
		s.Fatalf("%s: %d %v %s", path, w.Code, err, w.Body)
	}
}

func TestFinding(t *testing.T) {
	s := serve(t)
	var p struct {
		Summary, Seed, Command string
		Runs                   bool
		Evidence               []struct {
			Observed float64
			NullRuns []*float64 `json:"null_runs"`
		}
		Params  []struct{ Name, Unit string }
		Tables  []table
		Arrays  []array
		Figures []string
		Files   []file
	}
	s.read("", &p)
	if want := "nissl map probe elsewhere/a.csv " + filepath.Join(s.dir, "b.csv") + " c.csv --tau 0.5 --seed 18446744073709551615"; p.Command != want {
		t.Errorf("command %s\nwant    %s", p.Command, want)
	}
	if p.Summary != "found" || !p.Runs || p.Seed != "18446744073709551615" || len(p.Evidence) != 1 || p.Evidence[0].NullRuns[1] != nil {
		t.Errorf("%+v", p)
	}
	if len(p.Params) != 2 || p.Params[0].Name != "tau" || p.Params[0].Unit != "s" || p.Params[1].Name != "gone" {
		t.Errorf("parameters %+v", p.Params)
	}
	if !reflect.DeepEqual(p.Figures, []string{"map.svg"}) || len(p.Tables) != 1 || p.Tables[0].Rows != 6000 || len(p.Arrays) != 4 || len(p.Files) != 7 {
		t.Errorf("%+v", p)
	}
}

// Inputs are known by their content wherever they lie; another content at the same path is said to be another.
func TestInputs(t *testing.T) {
	s := serve(t)
	for range 2 { // the second time from memory
		var in []input
		s.read("/inputs", &in)
		if len(in) != 3 || in[0].Item != "a.csv" || in[0].Same != "same" || in[1].Item != "b.csv" || in[1].Same != "changed" || in[2].Item != "" || in[2].Same != "unknown" {
			t.Errorf("%+v", in)
		}
	}
}

// A page gets so many rows of a large table, in the order that it asks for; a file has all of them.
func TestTable(t *testing.T) {
	s := serve(t)
	var got struct {
		Rows, Shown int
		Columns     []struct{ Values []float64 }
	}
	s.read("/tables/big?by=value&down=1", &got)
	v := got.Columns[0].Values
	if got.Rows != 6000 || got.Shown != mostRows || len(v) != mostRows || v[0] != 5999 || !slices.IsSortedFunc(v, func(a, b float64) int { return int(b - a) }) {
		t.Errorf("%d of %d rows, from %g to %g", got.Shown, got.Rows, v[0], v[len(v)-1])
	}
	if lines := strings.Count(s.get("/tables/big?format=csv").Body.String(), "\n"); lines != 6001 {
		t.Errorf("CSV has %d lines", lines)
	}
	for path, code := range map[string]int{"/tables/big?by=x": 400, "/tables/x": 404} {
		if w := s.get(path); w.Code != code {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestOrder(t *testing.T) {
	numbers := nissl.Col("n", "", []float64{2, math.NaN(), 1, 2})
	texts := nissl.Col("t", "", []string{"b", "a", "b"})
	for _, c := range []struct {
		column nissl.Column
		down   bool
		want   []int
	}{{numbers, false, []int{2, 0, 3, 1}}, {numbers, true, []int{0, 3, 2, 1}}, {texts, false, []int{1, 0, 2}}, {texts, true, []int{0, 2, 1}}} {
		if got := order(c.column, c.down); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s, down %v: %v, want %v", c.column.Name, c.down, got, c.want)
		}
	}
}

func TestArray(t *testing.T) {
	s := serve(t)
	var got struct {
		Rows, Cols int
		Block      [2]int
		Values     []*float64
		Low, High  *float64
		Along      []float64
	}
	s.read("/arrays/stack?at=1", &got)
	if got.Rows != 2 || got.Cols != 3 || *got.Values[0] != 6 || *got.Values[5] != 11 || *got.Low != 6 || *got.High != 11 || !reflect.DeepEqual(got.Along, []float64{0, 10, 20}) {
		t.Errorf("%+v", got)
	}
	s.read("/arrays/wide", &got)
	if got.Rows != 1 || got.Cols != 334 || got.Block != [2]int{1, 3} {
		t.Errorf("a wide array: %d × %d of blocks %v", got.Rows, got.Cols, got.Block)
	}
	s.read("/arrays/none", &got)
	if got.Rows != 0 || got.Low != nil {
		t.Errorf("an empty array: %+v", got)
	}
	for path, code := range map[string]int{"/arrays/stack?at=2": 400, "/arrays/stack?at=0,0": 400, "/arrays/x": 404} {
		if w := s.get(path); w.Code != code {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// A block is the mean of what is there.
func TestCut(t *testing.T) {
	a := nissl.Array{Shape: []int{1, mostSide + 1}, F64: make([]float64, mostSide+1)}
	for i := range a.F64 {
		a.F64[i] = float64(i)
	}
	a.F64[0] = math.NaN()
	got := cut(&a, nil)
	if got.Cols != 201 || got.Values[0] != 1 || got.Values[1] != 2.5 || got.Values[200] != mostSide {
		t.Errorf("%d columns: %v %v ... %v", got.Cols, got.Values[0], got.Values[1], got.Values[200])
	}
}

// Nothing is served but what finding.json lists, nor what lies outside by a link; pictures run nothing.
func TestOnlyWhatIsListed(t *testing.T) {
	s := serve(t)
	w := s.get("/figures/map.svg")
	if policy := w.Header().Get("Content-Security-Policy"); w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := s.get("/files/tables/big.parquet"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "PAR1") || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	folder := filepath.Join(s.dir, "found")
	for name, text := range map[string]string{"secret.svg": "<svg/>", "figures/more.svg": "<svg/>"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/figures/more.svg", "/figures/secret.svg", "/files/secret.svg", "/files/..%2Fa.csv", "/files/figures/more.svg", "/figures/..%2Fsecret.svg", "/figures/finding.json"} {
		if w := s.get(path); w.Code == http.StatusOK {
			t.Errorf("%s was served: %s", path, w.Body)
		}
	}
	// A finding.json that lists what lies outside, and a link that leads there.
	b, err := os.ReadFile(filepath.Join(folder, "finding.json"))
	if err != nil {
		t.Fatal(err)
	}
	evil := strings.Replace(string(b), `"figures/map.svg"`, `"figures/link.svg","../a.csv"`, 1)
	if evil == string(b) {
		t.Fatal("finding.json lists the figure otherwise")
	}
	outside := filepath.Join(s.dir, "outside.svg")
	for _, err := range []error{os.WriteFile(filepath.Join(folder, "finding.json"), []byte(evil), 0o644), os.WriteFile(outside, []byte("<svg/>"), 0o644),
		os.Symlink(outside, filepath.Join(folder, "figures", "link.svg"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/figures/link.svg", "/files/figures/link.svg", "/figures/a.csv", "/files/..%2Fa.csv"} {
		if w := s.get(path); w.Code == http.StatusOK {
			t.Errorf("%s was served: %s", path, w.Body)
		}
	}
}
