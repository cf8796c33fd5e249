package catalog_test

import (
	"os"
	"sort"
	"testing"

	"nissl/catalog"
	"nissl/method"
	"nissl/method/methodtest"
)

func TestPapers(t *testing.T) {
	works := catalog.Papers()
	if len(works) != 346 {
		t.Fatalf("%d papers, want 346", len(works))
	}
	verbs := map[string]bool{"none": true}
	for _, v := range method.Verbs() {
		verbs[string(v.Verb)] = true
	}
	unrunnable := 0
	for i, w := range works {
		if w.Row != i+1 || w.Title == "" || w.Family == "" || w.Kind == "" || w.System == "" || w.Does == "" || w.Needs == "" {
			t.Errorf("row %d is incomplete: %+v", i+1, w)
		}
		if w.Weight < 1 || w.Weight > 5 || w.Reach < 1 || w.Reach > 5 || !verbs[w.Verb] {
			t.Errorf("row %d: weight %d, reach %d, verb %q", w.Row, w.Weight, w.Reach, w.Verb)
		}
		if w.State == method.CannotRun {
			unrunnable++
		}
		if (w.State == method.CannotRun) != (w.Reason != "") {
			t.Errorf("row %d is %q with the reason %q", w.Row, w.State, w.Reason)
		}
		if (w.State == method.Works) != (len(w.Methods) > 0) {
			t.Errorf("row %d is %q with the methods %v", w.Row, w.State, w.Methods)
		}
	}
	if unrunnable > 9 {
		t.Errorf("%d papers cannot run here; the table says 9", unrunnable)
	}
}

func TestMethods(t *testing.T) {
	rows := map[int]string{}
	for _, w := range catalog.Papers() {
		rows[w.Row] = w.Title
	}
	var names []string
	for _, e := range catalog.All() {
		info := e.Info()
		names = append(names, info.Name)
		for _, p := range info.Papers {
			if title, ok := rows[p.Row]; p.Row != 0 && (!ok || title != p.Title) {
				t.Errorf("%s cites row %d as %q; the catalogue has %q there", info.Name, p.Row, p.Title, title)
			}
		}
		verbs := false
		for _, v := range method.Verbs() {
			verbs = verbs || v.Verb == info.Verb
		}
		if !verbs {
			t.Errorf("%s belongs to %q, which is no verb", info.Name, info.Verb)
		}
	}
	if !sort.StringsAreSorted(names) {
		t.Errorf("methods are not sorted by name: %v", names)
	}
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			t.Errorf("two methods are named %s", names[i])
		}
	}
}

func TestContract(t *testing.T) {
	for _, e := range catalog.All() {
		t.Run(e.Info().Name, func(t *testing.T) {
			t.Parallel()
			if e.Info().Needs.Takes("network") {
				methodtest.Contract(t, e, networks(t)...)
			} else {
				methodtest.Contract(t, e)
			}
		})
	}
}

// TestClaims measures the claims that cost a second, those on real recordings where
// NISSL_DATA says where they lie.
func TestClaims(t *testing.T) {
	for _, e := range catalog.All() {
		t.Run(e.Info().Name, func(t *testing.T) {
			methodtest.SecondClaims(t, e, &method.Env{DataDir: os.Getenv("NISSL_DATA")})
		})
	}
}
