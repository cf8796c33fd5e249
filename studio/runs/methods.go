package runs

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/studio/reply"
)

// needs is what a method takes, with the names that pages use.
type needs struct {
	Kind  string   `json:"kind"`
	Kinds []string `json:"kinds"` // of items
	Min   int      `json:"min"`
	Max   int      `json:"max"` // 0 for any number
}

// listed is a method in the list.
type listed struct {
	Name    string        `json:"name"`
	Verb    method.Verb   `json:"verb"`
	Summary string        `json:"summary"`
	Papers  []nissl.Paper `json:"papers"`
	Needs   needs         `json:"needs"`
}

// described is a method with its form and its page.
type described struct {
	listed
	Params []method.Param `json:"params"`
	Doc    string         `json:"doc"`
	// What the form begins with and may choose from.
	Read  []string `json:"read"`
	Files []File   `json:"files"`
	Out   string   `json:"out"`
}

func list(info method.Info) listed {
	n := needs{Kind: info.Needs.Kind, Kinds: []string{}, Min: info.Needs.Min, Max: info.Needs.Max}
	for _, kind := range []string{"recording", "network"} {
		if info.Needs.Takes(kind) {
			n.Kinds = append(n.Kinds, kind)
		}
	}
	papers := info.Papers
	if papers == nil {
		papers = []nissl.Paper{}
	}
	return listed{info.Name, info.Verb, info.Summary, papers, n}
}

// verb is a group of methods.
type verb struct {
	Verb    method.Verb `json:"verb"`
	Help    string      `json:"help"`
	Methods []listed    `json:"methods"`
}

// serveMethods lists the methods by verb.
func (r *Runs) serveMethods(w http.ResponseWriter, _ *http.Request) error {
	verbs := []verb{}
	for _, v := range method.Verbs() {
		group := verb{v.Verb, v.Help, []listed{}}
		for _, e := range r.options.Methods {
			if info := e.Info(); info.Verb == v.Verb {
				group.Methods = append(group.Methods, list(info))
			}
		}
		if len(group.Methods) > 0 {
			verbs = append(verbs, group)
		}
	}
	return reply.JSON(w, verbs)
}

// serveMethod describes a method, with what its form may choose from.
func (r *Runs) serveMethod(w http.ResponseWriter, q *http.Request) error {
	info, ok := r.byName[q.PathValue("name")]
	if !ok {
		return reply.Missing(fmt.Errorf("there is no method %q", q.PathValue("name")))
	}
	d := described{listed: list(info), Params: info.Params, Doc: info.Doc, Read: []string{}, Files: []File{}, Out: r.options.Out}
	if d.Params == nil {
		d.Params = []method.Param{}
	}
	for _, name := range slices.Sorted(maps.Keys(r.options.Read)) {
		d.Read = append(d.Read, name+"="+r.options.Read[name])
	}
	for _, p := range info.Params {
		if p.File {
			d.Files = append(d.Files, r.files()...)
			break
		}
	}
	return reply.JSON(w, d)
}
