package connectomes

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/format/findings"
	"nissl/studio/facts"
	"nissl/studio/library"
)

// Units of planted blocks, in a random order, lie side by side again.
func TestSimilarFindsBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, blocks = 60, 5
	block := rng.Perm(n)
	for i := range block {
		block[i] %= blocks
	}
	noise := make([]float64, n*n)
	for k := range noise {
		noise[k] = .3 * rng.Float64()
	}
	order := Similar(n, func(i, j int) float64 {
		v := noise[i*n+j]
		if block[i] == block[j] {
			v += .5
		}
		if i == 3 && j == 7 {
			return math.NaN()
		}
		return v
	})
	if got := slices.Sorted(slices.Values(order)); !slices.Equal(got, places(n)) {
		t.Fatalf("not every unit once: %v", order)
	}
	changes := 0
	for k := 1; k < n; k++ {
		if block[order[k]] != block[order[k-1]] {
			changes++
		}
	}
	if changes != blocks-1 {
		t.Errorf("%d changes of block along the order, expected %d", changes, blocks-1)
	}
}

// A chain of units, each most like its neighbours, is found from end to end.
func TestSimilarFindsChain(t *testing.T) {
	place := rand.New(rand.NewPCG(3, 4)).Perm(16)
	order := Similar(16, func(i, j int) float64 { return -math.Abs(float64(place[i] - place[j])) })
	for k := 1; k < len(order); k++ {
		if d := place[order[k]] - place[order[k-1]]; d != 1 && d != -1 {
			t.Fatalf("neighbours %d and %d of the chain are not side by side: %v", place[order[k-1]], place[order[k]], order)
		}
	}
}

func TestSimilarOfFew(t *testing.T) {
	for n := range 3 {
		if got := Similar(n, func(int, int) float64 { return math.NaN() }); len(got) != n {
			t.Errorf("%d units: order %v", n, got)
		}
	}
}

func places(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// planted is a finding of three units and two components, shaped as methods shape theirs.
func planted() *nissl.Finding {
	f := &nissl.Finding{Method: "planted", Verb: "map", Summary: "Two components.",
		Evidence: []nissl.Evidence{{Name: "power", Observed: 2, NullRuns: []float64{1, math.NaN()}, P: .5, Null: "shifts"}}}
	f.AddTable("units", "", nissl.Col("unit", "", []string{"A", "B", "C"}), nissl.Col("community", "", []int{1, 1, 0}),
		nissl.Col("x", "um", []float64{0, 1, 2}), nissl.Col("y", "um", []float64{0, 0, 1}))
	f.AddTable("roles", "", nissl.Col("component", "", []int{1, 1, 1, 2, 2, 2}), nissl.Col("unit", "", []string{"A", "B", "C", "A", "B", "C"}),
		nissl.Col("community", "", []int{1, 1, 0, 0, 1, 1}))
	f.AddTable("levels", "", nissl.Col("component", "", []int{1, 1}), nissl.Col("unit", "", []string{"A", "A"}), nissl.Col("community", "", []int{1, 2}))
	f.AddTable("in_force", "", nissl.Col("component", "", []int{2, 1}), nissl.Col("start_s", "s", []float64{2, 0}), nissl.Col("stop_s", "s", []float64{4, 2}))
	f.AddTable("active", "", nissl.Col("component", "", []int{1, 2}), nissl.Col("start_s", "s", []float64{0, 1}), nissl.Col("stop_s", "s", []float64{3, 4}))
	f.AddTable("tracks", "", nissl.Col("track", "", []int{1, 1}), nissl.Col("component", "", []int{1, 2}), nissl.Col("community", "", []int{1, 1}),
		nissl.Col("size", "", []int{2, 2}), nissl.Col("birth_s", "s", []float64{0, 0}), nissl.Col("death_s", "s", []float64{4, 4}), nissl.Col("stability", "", []float64{.3, .3}))
	f.AddTable("edges", "", nissl.Col("from", "", []string{"A", "B"}), nissl.Col("to", "", []string{"B", "C"}), nissl.Col("z", "", []float64{-1, 3}), nissl.Col("lag_s", "s", []float64{.1, .2}))
	f.Arrays = []nissl.Array{
		{Name: "mean", Shape: []int{3, 3}, F64: []float64{1, .5, math.NaN(), .5, 1, 0, math.NaN(), 0, 1}},
		{Name: "parts", Shape: []int{2, 3, 3}, F64: make([]float64, 18)},
		{Name: "curves", Shape: []int{2, 4}, F64: []float64{1, 2, 3, 4, 5, 6, 7, 8}},
		{Name: "time_s", Shape: []int{4}, F64: []float64{0, 1, 2, 3}},
		{Name: "square", Shape: []int{2, 2}, F64: make([]float64, 4)},
	}
	f.Arrays[1].F64[9+1] = .25
	return f
}

func served(t *testing.T) http.Handler {
	dir := filepath.Join(t.TempDir(), "map")
	if err := findings.Write(dir, planted(), nil); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{dir}, library.Options{})
	t.Cleanup(lib.Close)
	mux := http.NewServeMux()
	New(lib, facts.NewCache(lib, 0)).Routes(mux)
	return mux
}

func get(t *testing.T, h http.Handler, path string, status int) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != status {
		t.Fatalf("%s: status %d, expected %d: %s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

func TestOverview(t *testing.T) {
	h := served(t)
	var got struct {
		Units      []string
		Matrices   []matrixInfo
		Components struct {
			Matrix    string
			Count     int
			Strength  [][]float64
			Community [][]int
			Tracks    []struct{ Track, Component, Community int }
			InForce   []struct{ Component int } `json:"in_force"`
			Active    []struct{ Component int }
		}
		Pairs []struct {
			Name, Value string
			Directed    bool
		}
		Positions struct {
			XYZ  [][3]float64
			Unit string
		}
		Evidence []struct{ Null_Runs []*float64 }
	}
	if err := json.Unmarshal([]byte(get(t, h, "/api/connectomes/map", 200)), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Components
	if !slices.Equal(got.Units, []string{"A", "B", "C"}) || len(got.Matrices) != 3 || got.Matrices[2].Table != "edges" || c.Matrix != "parts" || c.Count != 2 {
		t.Errorf("units %v, matrices %v, components %+v", got.Units, got.Matrices, c)
	}
	if !slices.Equal(c.Community[0], []int{1, 1, 0}) || !slices.Equal(c.Community[1], []int{0, 1, 1}) {
		t.Errorf("communities %v", c.Community)
	}
	if len(c.InForce) != 2 || c.InForce[0].Component != 1 || len(c.Active) != 2 || len(c.Tracks) != 2 || c.Strength[1][0] != 5 {
		t.Errorf("in force %v, active %v, tracks %v, strength %v", c.InForce, c.Active, c.Tracks, c.Strength)
	}
	if len(got.Pairs) != 1 || got.Pairs[0].Value != "z" || !got.Pairs[0].Directed {
		t.Errorf("pairs %+v", got.Pairs)
	}
	if got.Positions.Unit != "um" || got.Positions.XYZ[2] != [3]float64{2, 1, 0} {
		t.Errorf("positions %+v", got.Positions)
	}
	if runs := got.Evidence[0].Null_Runs; len(runs) != 2 || runs[1] != nil {
		t.Errorf("null runs %v: expected a missing one", runs)
	}
}

func TestMatrixOrderPairsFigure(t *testing.T) {
	h := served(t)
	if b := get(t, h, "/api/connectomes/map/matrix?name=parts&layer=1", 200); len(b) != 36 || b[4:8] != "\x00\x00\x80\x3e" {
		t.Errorf("matrix of %d bytes, %q where .25 was planted", len(b), b[4:8])
	}
	if b := get(t, h, "/api/connectomes/map/order?name=mean", 200); !strings.Contains(b, "[2,0,1]") && !strings.Contains(b, "[2,1,0]") && !strings.Contains(b, "[0,1,2]") && !strings.Contains(b, "[1,0,2]") {
		t.Errorf("A and B are not side by side: %s", b)
	}
	if b := get(t, h, "/api/connectomes/map/pairs?table=edges", 200); !strings.Contains(b, `"B","A"`) {
		t.Errorf("the strongest pair is not first: %s", b)
	}
	if b := get(t, h, "/api/connectomes/map/figure?name=mean&order=2,0", 200); !strings.Contains(b, "<svg") || strings.Contains(b, ">B<") {
		t.Errorf("figure of C and A: %.200s", b)
	}
	for path, status := range map[string]int{
		"matrix?name=no": 404, "matrix?name=parts&layer=2": 400, "matrix?name=parts&layer=x": 400, "figure?name=mean&order=0,0": 400,
		"figure?name=mean&order=9": 400, "pairs?table=units": 404, "table?name=no": 404, "matrix?name=square": 404,
	} {
		get(t, h, "/api/connectomes/map/"+path, status)
	}
	// The pair B to C has a direction: it stands in B's row alone, and where there is no pair the matrix is NaN.
	if b := get(t, h, "/api/connectomes/map/matrix?name=edges.z", 200); b[4*5:4*6] != "\x00\x00\x40\x40" || b[4*7+2:4*8] != "\xc0\x7f" {
		t.Errorf("matrix of a table of pairs: %q", b)
	}
	if b := get(t, h, "/api/connectomes/map/table?name=edges&format=csv", 200); !strings.HasPrefix(b, "from,to,z,lag_s [s]\nA,B,-1,0.1\n") {
		t.Errorf("table: %s", b)
	}
}
