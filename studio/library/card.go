package library

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

// A card is what the list says of an item once it was opened.
type card struct {
	Facts   []string `json:"facts"`             // such as "134 units"
	Summary string   `json:"summary,omitempty"` // of a finding
	Method  string   `json:"method,omitempty"`  // of a finding, as it is typed
	Passed  int      `json:"passed"`            // pieces of evidence above chance
	Tested  int      `json:"tested"`
}

// card opens the item to describe it. Networks are not opened for it: that may take all of the memory.
func (l *Library) card(ctx context.Context, id string) (card, error) {
	it, err := l.Item(id, "")
	if err != nil {
		return card{}, err
	}
	c := card{Facts: []string{}}
	if it.Is(Finding) {
		f, release, err := l.Finding(ctx, id)
		if err != nil {
			return c, err
		}
		defer release()
		c.Method, c.Summary = strings.TrimSpace(f.Verb+" "+f.Method), f.Summary
		for _, e := range f.Evidence {
			c.Tested++
			if e.Passed {
				c.Passed++
			}
		}
	}
	if it.Is(Recording) {
		r, release, err := l.Recording(ctx, id)
		if err != nil {
			return c, err
		}
		defer release()
		c.Facts = recordingFacts(r)
	}
	return c, nil
}

func recordingFacts(r *nissl.Recording) []string {
	facts := []string{count(r.Units.Len(), "unit"), duration(r.Duration())}
	if r.Traces != nil {
		facts = append(facts, fmt.Sprintf("traces at %.4g Hz", r.Traces.Rate))
	}
	if r.Spikes != nil {
		facts = append(facts, count(r.Spikes.Count(), "spike"))
	}
	if n := len(r.Covariates); n > 0 {
		facts = append(facts, count(n, "covariate"))
	}
	for _, e := range r.Epochs {
		if len(facts) < 7 {
			facts = append(facts, fmt.Sprintf("%d %s", e.Len(), e.Name))
		}
	}
	return facts
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%.3g million %s", float64(n)/1e6, what)
	case n >= 10_000:
		return fmt.Sprintf("%d,%03d %s", n/1000, n%1000, what)
	}
	return fmt.Sprintf("%d %s", n, what)
}

func duration(s float64) string {
	switch {
	case s >= 7200:
		return fmt.Sprintf("%.3g h", s/3600)
	case s >= 120:
		return fmt.Sprintf("%.3g min", s/60)
	}
	return fmt.Sprintf("%.3g s", s)
}

func (l *Library) serveCard(w http.ResponseWriter, r *http.Request) error {
	c, err := l.card(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return reply.JSON(w, c)
}
