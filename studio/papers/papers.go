// Package papers serves the catalogue of papers: what each does, whether it runs, and what its claims gave when they
// were measured last.
package papers

import (
	"fmt"
	"log"
	"net/http"
	"strconv"

	"nissl"
	"nissl/docs"
	"nissl/method"
	"nissl/studio/reply"
)

// Papers is the catalogue with the record of the last reproduction.
type Papers struct {
	works   []method.Work
	infos   []method.Info
	outcome map[string]docs.Claim // by METHOD/CLAIM
}

// New joins the catalogue, the methods' claims and the record in docs.
func New(works []method.Work, entries []method.Entry) *Papers {
	p := &Papers{works: works, outcome: map[string]docs.Claim{}}
	for _, e := range entries {
		p.infos = append(p.infos, e.Info())
	}
	claims, err := docs.Claims()
	if err != nil {
		log.Printf("studio: %v", err) // the record is part of the program; a test reads it
	}
	for _, c := range claims {
		p.outcome[c.Method+"/"+c.Claim] = c
	}
	return p
}

// Claim of a method with its outcome; Measured and Control are "" where it was never measured.
type Claim struct {
	Method    string `json:"method"`
	Name      string `json:"name"`
	Statement string `json:"statement"`
	Cost      string `json:"cost"`
	State     string `json:"state"` // passed, failed or not run
	Reason    string `json:"reason,omitempty"`
	Measured  string `json:"measured"`
	Accept    string `json:"accept"`
	Control   string `json:"control"`
	Without   string `json:"without"`
	Vanishes  string `json:"vanishes"`
	Date      string `json:"date,omitempty"`
	Version   string `json:"version,omitempty"`
}

// claims of a method, as the program states them; what the record says of others is left out. The intervals beside
// a figure are those that it was judged by.
func (p *Papers) claims(info method.Info) []Claim {
	out := []Claim{}
	for _, c := range info.Claims {
		row := Claim{Method: info.Name, Name: c.Name, Statement: c.Statement, Cost: string(c.Cost), State: "not run",
			Accept: c.Accept.String(), Without: c.Control, Vanishes: c.ControlAccept.String()}
		if was, ok := p.outcome[info.Name+"/"+c.Name]; ok {
			row.State, row.Reason, row.Measured, row.Control = was.State, was.Reason, was.Measured, was.Control
			row.Accept, row.Vanishes, row.Date, row.Version = was.Accept, was.Vanishes, was.Date, was.Version
		}
		out = append(out, row)
	}
	return out
}

// citing are the methods that cite the paper of a row, with their claims.
func (p *Papers) citing(row int) (infos []method.Info, claims []Claim) {
	claims = []Claim{}
	for _, info := range p.infos {
		for _, paper := range info.Papers {
			if paper.Row == row {
				infos = append(infos, info)
				claims = append(claims, p.claims(info)...)
				break
			}
		}
	}
	return infos, claims
}

// Routes serves the catalogue and the claims.
func (p *Papers) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/papers", reply.Handler(p.serveList))
	mux.Handle("GET /api/papers/{row}", reply.Handler(p.servePaper))
	mux.Handle("GET /api/claims/{method}", reply.Handler(p.serveClaims))
}

// listed is a paper in the list, with how many of its claims passed.
type listed struct {
	method.Work
	Passed   int `json:"passed"`
	Measured int `json:"measured"`
}

func (p *Papers) serveList(w http.ResponseWriter, _ *http.Request) error {
	out := make([]listed, len(p.works))
	for i, work := range p.works {
		out[i].Work = work
		_, claims := p.citing(work.Row)
		for _, c := range claims {
			if c.State != "not run" {
				out[i].Measured++
			}
			if c.State == "passed" {
				out[i].Passed++
			}
		}
	}
	return reply.JSON(w, out)
}

// citer is a method that cites a paper.
type citer struct {
	Name    string        `json:"name"`
	Verb    method.Verb   `json:"verb"`
	Summary string        `json:"summary"`
	Papers  []nissl.Paper `json:"papers"`
}

func (p *Papers) servePaper(w http.ResponseWriter, r *http.Request) error {
	row, err := strconv.Atoi(r.PathValue("row"))
	for i, work := range p.works {
		if err != nil || work.Row != row {
			continue
		}
		infos, claims := p.citing(row)
		methods := make([]citer, len(infos))
		for k, info := range infos {
			methods[k] = citer{info.Name, info.Verb, info.Summary, info.Papers}
		}
		answer := map[string]any{"paper": work, "methods": methods, "claims": claims}
		if i > 0 {
			answer["before"] = p.works[i-1].Row
		}
		if i+1 < len(p.works) {
			answer["after"] = p.works[i+1].Row
		}
		return reply.JSON(w, answer)
	}
	return reply.Missing(fmt.Errorf("there is no paper of row %s; the catalogue has %d", r.PathValue("row"), len(p.works)))
}

func (p *Papers) serveClaims(w http.ResponseWriter, r *http.Request) error {
	for _, info := range p.infos {
		if info.Name == r.PathValue("method") {
			return reply.JSON(w, p.claims(info))
		}
	}
	return reply.Missing(fmt.Errorf("there is no method %q", r.PathValue("method")))
}
