package live

import (
	"net/http"
	"strings"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// described is what a network is.
type described struct {
	About  nissl.NetworkInfo `json:"about"`
	Sites  []nissl.Site      `json:"sites"`
	Notes  []string          `json:"notes"`
	Takes  string            `json:"takes"`
	Shape  []int             `json:"shape,omitempty"`
	Vocab  int               `json:"vocab,omitempty"`
	Length int               `json:"length,omitempty"` // longest input
	Exact  int               `json:"exact,omitempty"`  // length that every input must have
	Causal bool              `json:"causal"`
	Digits int               `json:"digits,omitempty"` // handwritten digits that can be shown to it
	Hold   []string          `json:"neurons"`          // sites that hold neurons
	Text   string            `json:"text,omitempty"`   // to begin with
}

// shownDigits can be chosen by their number.
const shownDigits = 60

func (l *Live) describe(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := l.lib.Item(id, library.Network); err != nil {
		return err
	}
	n, release, err := l.lib.Network(r.Context(), id)
	if err != nil {
		return err
	}
	defer release()
	d := described{About: n.About(), Sites: n.Sites(), Notes: n.Guessed(), Takes: "seconds", Hold: []string{}}
	if d.Notes == nil {
		d.Notes = []string{}
	}
	net, ok := n.(Network)
	if !ok {
		return reply.JSON(w, d)
	}
	d.Takes, d.Shape, d.Vocab, d.Length, d.Exact, d.Causal = net.Takes()
	keep := l.keep(id, net)
	d.Hold = namesOf(keep.neuronSites())
	switch d.Takes {
	case "images":
		if _, _, err := net.Digit(shownDigits - 1); err == nil {
			d.Digits = shownDigits
		}
	case "text":
		d.Text = keep.firstText()
	}
	return reply.JSON(w, d)
}

// firstText is the first piece of the default text, to the end of a sentence where there is one.
func (w *warm) firstText() string {
	text := w.texts()[0]
	if i := strings.LastIndexByte(text, '.'); i > 0 {
		text = text[:i+1]
	}
	return strings.TrimSpace(text)
}
