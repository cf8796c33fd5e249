package recordings

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/format/bundle"
	"nissl/format/findings"
	"nissl/studio/library"
	"nissl/studio/tiles"
)

// example has traces and spikes of 12 units, two covariates and epochs.
func example() *nissl.Recording {
	r := rand.New(rand.NewPCG(1, 1))
	rec := &nissl.Recording{Name: "example", Units: nissl.NumberedUnits(12), Traces: nissl.NewTraces(12, 3000, 100), Notes: []string{"made here"}}
	rec.Traces.Unit = "dF/F"
	rec.Spikes = &nissl.Spikes{Times: make([][]float64, 12), Span: nissl.Interval{Start: 0, Stop: 30}}
	area := make([]string, 12)
	for u, row := range rec.Traces.Rows {
		area[u] = []string{"V1", "CA1"}[u%2]
		for i := range row {
			row[i] = float32(r.NormFloat64())
		}
		for t := r.ExpFloat64(); t < 30 && u != 5; t += r.ExpFloat64() {
			rec.Spikes.Times[u] = append(rec.Spikes.Times[u], t)
		}
	}
	rec.Traces.Rows[3][7] = float32(math.NaN())
	rec.Units.Set(nissl.Col("area", "", area))
	speed := nissl.Covariate{Name: "speed", Unit: "cm/s", Rate: 10, Values: [][]float64{make([]float64, 300)}}
	rec.Covariates = []nissl.Covariate{speed, {Name: "token", Times: []float64{0, 1, 2}, Text: []string{"a", "b", "c"}}}
	rec.Epochs = []nissl.Epochs{{Name: "trial", Start: []float64{1, 5}, Stop: []float64{3, 6}}}
	return rec
}

// server serves the example as example.rec and a finding about its units.
func server(t testing.TB) (get func(path string) *httptest.ResponseRecorder, rec *nissl.Recording) {
	t.Helper()
	dir := t.TempDir()
	rec = example()
	if err := bundle.Write(filepath.Join(dir, "example.rec"), rec, false); err != nil {
		t.Fatal(err)
	}
	f := &nissl.Finding{Method: "test", Verb: "map", Tables: []nissl.NamedTable{
		{Name: "communities", Table: nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", []string{"3", "1", "0", "2"}), nissl.Col("community", "", []int64{1, 0, 1, 0})}}},
		{Name: "members", Table: nissl.Table{Columns: []nissl.Column{nissl.Col("component", "", []int64{0, 0, 1}), nissl.Col("unit", "", []string{"1", "2", "1"}), nissl.Col("weight", "", []float64{2, 1, 5})}}},
		{Name: "pairs", Table: nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", []string{"1", "1"}), nissl.Col("partner", "", []string{"2", "3"})}}},
		{Name: "elsewhere", Table: nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", []string{"AVAL"}), nissl.Col("weight", "", []float64{2})}}},
	}}
	if err := findings.Write(filepath.Join(dir, "communities"), f, nil); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{dir}, library.Options{})
	s := New(lib)
	mux := http.NewServeMux()
	s.Routes(mux)
	t.Cleanup(func() { s.Close(); lib.Close() })
	return func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}, rec
}

const at = "/api/recordings/example.rec"

func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDescription(t *testing.T) {
	get, rec := server(t)
	d := decode[description](t, get(at))
	if d.Units != 12 || d.Start != 0 || d.Stop != 30 || d.Kinds[tiles.KindTraces].Samples != 3000 || d.Kinds[tiles.KindSpikes].Spikes != rec.Spikes.Count() {
		t.Errorf("description %+v", d)
	}
	if len(d.Covariates) != 2 || !d.Covariates[1].Text || d.Epochs[0].Count != 2 || !slices.Equal(d.Notes, []string{"made here"}) {
		t.Errorf("description %+v", d)
	}
	if other := decode[description](t, get(at)); other.Version != d.Version {
		t.Errorf("versions %s and %s of the same recording", d.Version, other.Version)
	}
	table := decode[struct{ Rows int }](t, get(at+"/units"))
	if csv := get(at + "/units?format=csv"); table.Rows != 12 || !strings.HasPrefix(csv.Body.String(), "name,area,spikes,rate_hz [Hz]\n0,V1,") {
		t.Errorf("%d rows, CSV %.60s", table.Rows, csv.Body)
	}
	if p := get(at + "/units?format=parquet"); !strings.HasPrefix(p.Body.String(), "PAR1") {
		t.Errorf("no Parquet file: %d", p.Code)
	}
}

// Tiles are those of package tiles in the order that was asked for, compressed for those
// who take it, and kept by the browser only when they are exact and of this version.
func TestTile(t *testing.T) {
	get, rec := server(t)
	version := decode[description](t, get(at)).Version
	for decode[struct{ Ready float64 }](t, get(at+"/progress")).Ready < 1 {
		time.Sleep(10 * time.Millisecond)
	}
	l := tiles.New(rec)
	defer l.Close()
	for _, k := range []tiles.Kind{tiles.KindTraces, tiles.KindSpikes} {
		path := fmt.Sprintf("%s/tile?kind=%s&level=2&order=%s&reverse=1&v=%s", at, k, url.QueryEscape("column:area"), version)
		w := get(path)
		// Areas in reverse: V1 (even units) before CA1, each from the last unit.
		order := decode[tiles.Order](t, get(fmt.Sprintf("%s/order?kind=%s&order=column:area&reverse=1", at, k)))
		if !slices.Equal(order.Rows, []int{10, 8, 6, 4, 2, 0, 11, 9, 7, 5, 3, 1}) {
			t.Fatalf("order %v", order.Rows)
		}
		if want, err := l.Tile(t.Context(), k, order.Rows, tiles.Address{Level: 2}, false); err != nil || !bytes.Equal(w.Body.Bytes(), want.Codes) {
			t.Errorf("%s: the tile is another", k)
		}
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: not kept: %v", k, w.Header())
		}
		if old := get(strings.Replace(path, version, "old", 1)); strings.Contains(old.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: a tile of another version is kept", k)
		}
	}
}

func TestTileIsCompressed(t *testing.T) {
	dir := t.TempDir()
	if err := bundle.Write(filepath.Join(dir, "example.rec"), example(), false); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{dir}, library.Options{})
	s := New(lib)
	defer lib.Close()
	defer s.Close()
	mux := http.NewServeMux()
	s.Routes(mux)
	r := httptest.NewRequest("GET", at+"/tile?level=1", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || len(b) != tiles.Width*tiles.Height || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
}

func TestOrders(t *testing.T) {
	get, _ := server(t)
	var offered []string
	for _, c := range decode[[]choice](t, get(at+"/orders")) {
		offered = append(offered, c.Order)
		if w := get(at + "/order?order=" + url.QueryEscape(c.Order)); w.Code != http.StatusOK {
			t.Errorf("order %s: %s", c.Order, w.Body)
		}
	}
	want := []string{"", "similar", "column:name", "column:area", "column:spikes", "column:rate_hz", "finding:communities/communities/community",
		"finding:communities/members/weight/0", "finding:communities/members/weight/1"}
	if !slices.Equal(offered, want) {
		t.Errorf("offered %q\nwant    %q", offered, want)
	}
	o := decode[tiles.Order](t, get(at+"/order?order=finding:communities/communities/community"))
	if !slices.Equal(o.Rows, []int{1, 2, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11}) || !slices.Equal(o.Groups, []int{0, 0, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1}) {
		t.Errorf("order by community %+v", o)
	}
	if o := decode[tiles.Order](t, get(at+"/order?order=finding:communities/members/weight/0")); !slices.Equal(o.Rows[:3], []int{2, 1, 0}) {
		t.Errorf("order by weight %+v", o)
	}
}

func TestBinaryAnswers(t *testing.T) {
	get, rec := server(t)
	w := get(at + "/lines?units=2,7&t0=1&t1=2&columns=100")
	var head [3]uint32
	if _, err := binary.Decode(w.Body.Bytes(), binary.LittleEndian, &head); err != nil || head != [3]uint32{2, 102, 0} {
		t.Fatalf("head %v, error %v", head, err)
	}
	values := make([]float32, (w.Body.Len()-12)/4)
	if _, err := binary.Decode(w.Body.Bytes()[12:], binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	if got := values[102+4:]; !slices.Equal(got[:102], rec.Traces.Rows[2][99:201]) || !slices.Equal(got[102:], rec.Traces.Rows[7][99:201]) {
		t.Error("the lines are not the samples")
	}
	w = get(at + "/spikes?from=4&to=7&t0=0&t1=10")
	var counts [5]uint32
	if _, err := binary.Decode(w.Body.Bytes(), binary.LittleEndian, &counts); err != nil || counts[1] != 3 || counts[3] != 0 || int(counts[0]) != rec.Between(0, 10).SelectUnits([]int{4, 5, 6}).Spikes.Count() {
		t.Errorf("counts %v, error %v", counts, err)
	}
	if w := get(at + "/summary?kind=spikes&level=0"); w.Code != http.StatusOK || w.Body.Len()%8 != 0 {
		t.Errorf("summary: %d, %d bytes", w.Code, w.Body.Len())
	}
	v := decode[map[string]float64](t, get(at+"/value?kind=spikes&units=0&t0=0&t1=30"))
	if int(v["spikes"]) != len(rec.Spikes.Times[0]) {
		t.Errorf("value %v", v)
	}
	if v := decode[map[string]float64](t, get(at+"/value?units=3&t0=0&t1=0.1")); v["samples"] != 9 {
		t.Errorf("value %v, one of 10 samples is missing", v)
	}
}

func TestBeneathAndFigure(t *testing.T) {
	get, _ := server(t)
	b := decode[struct {
		Covariates []track
		Epochs     []row
	}](t, get(at+"/beneath?t0=0&t1=4"))
	if len(b.Covariates) != 2 || len(b.Covariates[1].Tokens) != 3 || len(b.Epochs) != 1 || len(b.Epochs[0].Bars) != 1 {
		t.Errorf("beneath %+v", b)
	}
	for _, mode := range []string{"heat", "lines", "raster", "heat&kind=spikes", "heat&order=column:area"} {
		w := get(at + "/figure?t0=2&t1=9&from=2&to=11&mode=" + mode)
		if s := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(s, "</svg>") || !strings.Contains(s, "speed") {
			t.Errorf("%s: %d %.200s", mode, w.Code, s)
		}
	}
	if w := get(at + "/figure?t0=2&t1=9&format=png"); !strings.HasPrefix(w.Body.String(), "\x89PNG") {
		t.Errorf("no PNG: %d", w.Code)
	}
}

// What cannot be answered is refused with a sentence.
func TestRefusals(t *testing.T) {
	get, _ := server(t)
	for _, path := range []string{"/tile?level=99", "/tile?level=x", "/tile?kind=smells", "/tile?order=nothing", "/tile?order=column:nothing", "/tile?x=-1", "/tile?y=3",
		"/order?order=finding:communities/communities", "/order?order=finding:nothing/a/b", "/order?order=finding:communities/a/b", "/order?order=finding:communities/communities/b",
		"/lines?t0=0&t1=1&units=12", "/lines?t0=1&t1=0&units=1", "/lines?t0=0&t1=NaN&units=1", "/lines?t0=0&t1=1", "/lines?t0=0&t1=1&units=1&columns=0",
		"/spikes?t0=0&t1=1&from=9&to=3", "/spikes?t0=0&t1=1&to=13", "/spikes?t0=0&t1=1&most=-1", "/value?units=1&t0=a&t1=1", "/beneath", "/figure", "/nothing", "/summary?level=-1"} {
		w := get(at + path)
		if w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: status %d: %.100s", path, w.Code, w.Body)
		}
	}
	if w := get("/api/recordings/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("no recording: status %d", w.Code)
	}
}

// No query makes the server panic or fail on its own account.
func FuzzQuery(f *testing.F) {
	get, _ := server(f)
	paths := []string{"/tile", "/lines", "/spikes", "/beneath", "/value", "/summary", "/order", "/figure", "/units"}
	for i, q := range []string{"level=1&x=0&rows=2&y=0&peak=1", "units=1,2&t0=0&t1=9&columns=7", "t0=-1&t1=1e9&from=1&to=2&most=3", "t0=1&t1=2&columns=9",
		"units=1&t0=0&t1=1", "kind=spikes&level=3&x=0", "order=similar&reverse=1", "t0=1&t1=2&mode=raster", "format=csv"} {
		f.Add(uint8(i), q)
	}
	f.Fuzz(func(t *testing.T, which uint8, q string) {
		path := at + paths[int(which)%len(paths)]
		if w := get(path + "?" + escaped(q)); w.Code >= 500 {
			t.Errorf("%s?%s: status %d: %s", path, q, w.Code, w.Body)
		}
	})
}

// escaped keeps what a query is made of and escapes the rest.
func escaped(q string) string {
	var out strings.Builder
	for _, b := range []byte(q) {
		if strings.IndexByte("=&,.-+:/%", b) >= 0 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02x", b)
		}
	}
	return out.String()
}
