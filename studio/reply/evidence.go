package reply

import "nissl"

// Evidence is a piece of a finding's evidence as pages get it.
type Evidence struct {
	Name     string   `json:"name"`
	Observed Number   `json:"observed"`
	Unit     string   `json:"unit,omitempty"`
	Null     string   `json:"null"`
	NullMean Number   `json:"null_mean"`
	NullRuns []Number `json:"null_runs"`
	Effect   Number   `json:"effect"`
	P        Number   `json:"p"`
	Doc      string   `json:"doc,omitempty"`
	Causal   string   `json:"causal"`
	Passed   bool     `json:"passed"`
}

// EvidenceOf is all evidence of a finding, never nil.
func EvidenceOf(f *nissl.Finding) []Evidence {
	out := []Evidence{}
	for _, e := range f.Evidence {
		out = append(out, Evidence{e.Name, Number(e.Observed), e.Unit, e.Null, Number(e.NullMean), Numbers(e.NullRuns),
			Number(e.Effect), Number(e.P), e.Doc, e.Causal, e.Passed})
	}
	return out
}
