package match

import (
	"fmt"
	"net/http"

	"nissl/studio/library"
	"nissl/studio/reply"
)

// Match serves comparisons of what a library holds.
type Match struct{ lib *library.Library }

// New serves comparisons.
func New(lib *library.Library) *Match { return &Match{lib} }

// Routes implements the studio's part of that name.
func (m *Match) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/match", reply.Handler(m.serve))
}

// Answer is what two things have in common.
type Answer struct {
	Kind     library.Kind   `json:"kind"`
	By       string         `json:"by,omitempty"`
	Says     string         `json:"says"` // in one sentence
	Notes    []string       `json:"notes"`
	Sizes    [2]int         `json:"sizes"` // units of each
	Pairs    []reply.Column `json:"pairs,omitempty"`
	Facts    []Fact         `json:"facts,omitempty"`
	Heat     *Heat          `json:"heat,omitempty"`
	Matrices []Matrices     `json:"matrices,omitempty"`
	Weights  []reply.Column `json:"weights,omitempty"`
}

// Fact is a number of each matched unit in a and in b.
type Fact struct {
	Name  string         `json:"name"`
	Units []string       `json:"units"` // of a
	A     []reply.Number `json:"a"`
	B     []reply.Number `json:"b"`
	R     reply.Number   `json:"r"`
	P     reply.Number   `json:"p"`
}

func (m *Match) serve(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	a, err := m.lib.Item(q.Get("a"), "")
	if err != nil {
		return err
	}
	b, err := m.lib.Item(q.Get("b"), "")
	if err != nil {
		return err
	}
	for _, k := range []library.Kind{library.Recording, library.Finding, library.Network} {
		if want := q.Get("kind"); !a.Is(k) || !b.Is(k) || want != "" && want != string(k) {
			continue
		}
		compare := map[library.Kind]func(*http.Request, string, string) (*Answer, error){
			library.Recording: m.recordings, library.Finding: m.findings, library.Network: m.networks}[k]
		out, err := compare(r, a.ID, b.ID)
		if err != nil {
			return err
		}
		out.Kind = k
		if out.Notes == nil {
			out.Notes = []string{}
		}
		return reply.JSON(w, out)
	}
	return reply.Bad(fmt.Errorf("%s and %s are not of one kind: choose two recordings, two findings or two networks", a.Name, b.Name))
}
