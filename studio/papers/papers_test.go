package papers

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"nissl"
	"nissl/docs"
	"nissl/method"
)

type noParams struct{}

func get(t *testing.T, p *Papers, path string, into any) int {
	t.Helper()
	mux := http.NewServeMux()
	p.Routes(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v in %s", path, err, w.Body)
		}
	}
	return w.Code
}

// A claim of the record has its figures; one that the record does not have was not run.
func TestClaims(t *testing.T) {
	record, err := docs.Claims()
	if err != nil {
		t.Fatal(err)
	}
	known := record[0]
	entry := method.Method[noParams]{Name: known.Method, Verb: method.Explain, Papers: []nissl.Paper{{Row: 3, Title: "A paper"}},
		Claims: []method.Claim{{Name: known.Claim, Statement: "s", Accept: method.AtLeast(0), Cost: method.Second},
			{Name: "new", Statement: "new", Accept: method.AtLeast(2), ControlAccept: method.AtMost(1), Control: "none", Cost: method.Hour}}}
	p := New([]method.Work{{Row: 2, Title: "another"}, {Row: 3, Title: "A paper", State: method.Works}}, []method.Entry{entry})

	var claims []Claim
	get(t, p, "/api/claims/"+known.Method, &claims)
	if len(claims) != 2 || claims[0].Measured != known.Measured || claims[0].Accept != known.Accept || claims[0].State != known.State || claims[0].Date != known.Date {
		t.Errorf("%+v, the record is %+v", claims, known)
	}
	if want := (Claim{Method: known.Method, Name: "new", Statement: "new", Cost: "hour", State: "not run", Accept: ">= 2", Without: "none", Vanishes: "<= 1"}); claims[1] != want {
		t.Errorf("got %+v, want %+v", claims[1], want)
	}

	var page struct {
		Paper   method.Work
		Methods []struct{ Name string }
		Claims  []Claim
		Before  int
	}
	get(t, p, "/api/papers/3", &page)
	if page.Paper.Title != "A paper" || len(page.Methods) != 1 || len(page.Claims) != 2 || page.Before != 2 {
		t.Errorf("%+v", page)
	}
	var list []struct{ Row, Passed, Measured int }
	get(t, p, "/api/papers", &list)
	if len(list) != 2 || list[1].Passed != 1 || list[1].Measured != 1 || list[0].Measured != 0 {
		t.Errorf("%+v", list)
	}
	for _, path := range []string{"/api/papers/99", "/api/papers/x", "/api/claims/nobody"} {
		if code := get(t, p, path, nil); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}
