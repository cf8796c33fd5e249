package live

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

const (
	// defaultText is read where nothing is given: plain English of the kind that small models were trained on.
	defaultText = "Once upon a time there was a little girl named Lily. She lived in a small house near a big forest with her mom, " +
		"her dad and a brown dog. One day the sun was warm, so Lily went out to play. She found a red ball under an old tree. " +
		"\"Look at this!\" she said. The dog was very happy and ran after the ball. When it got dark they all went home to eat."
	// piece is how many tokens of it are read at once: networks that go step by step take minutes to compile for more.
	piece = 60
	// fewTokens is a vocabulary that plain English has no words in.
	fewTokens = 32
)

// references are the inputs over which "usually" is measured.
func (w *warm) references() ([]input, error) {
	kind, _, _, _, _, _ := w.net.Takes()
	var all []given
	switch kind {
	case "text":
		for _, text := range w.texts() {
			all = append(all, given{Text: text})
		}
	case "ids":
		for _, ids := range w.someIDs(48) {
			all = append(all, given{IDs: ids})
		}
	case "images":
		for i := range 24 {
			all = append(all, given{Picture: fmt.Sprintf("digit:%d", i)})
		}
	}
	var out []input
	for _, g := range all {
		in, err := w.input(g)
		if err != nil {
			if kind == "images" {
				break
			}
			return nil, err
		}
		out = append(out, in)
	}
	for _, key := range w.pictures.keys() {
		if in, err := w.input(given{Picture: key}); kind == "images" && err == nil {
			out = append(out, in)
		}
	}
	if len(out) < 1 || kind == "images" && len(out) < 2 {
		return nil, errNoReference
	}
	return out, nil
}

// letters is a text of a small vocabulary: those of its tokens that are one letter, mixed.
func (w *warm) letters(vocab, most int) string {
	var words []string
	for id := range vocab {
		if word := w.net.Word(id); utf8.RuneCountInString(word) == 1 {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return defaultText
	}
	random := rand.New(rand.NewPCG(2, 0x1e7))
	var text strings.Builder
	for range max(2, min(24, most/2+1)) {
		text.WriteString(words[random.IntN(len(words))])
	}
	return text.String()
}

// texts are the default text in pieces that the network can be shown.
func (w *warm) texts() []string {
	_, _, vocab, longest, exact, _ := w.net.Takes()
	most := piece
	if longest > 0 {
		most = min(most, longest)
	}
	if exact > 0 {
		most = exact
	}
	if vocab > 0 && vocab < fewTokens {
		return []string{w.letters(vocab, most)}
	}
	var out []string
	now := ""
	for _, word := range strings.SplitAfter(defaultText, " ") {
		if ids, _, err := w.net.Words(now + word); now != "" && (err != nil || len(ids) > most) {
			out, now = append(out, now), ""
		}
		now += word
	}
	return append(out, now)
}

// someIDs are n random inputs of tokens, always the same.
func (w *warm) someIDs(n int) [][]int {
	_, _, vocab, longest, exact, _ := w.net.Takes()
	length := 16
	if longest > 0 {
		length = min(length, longest)
	}
	if exact > 0 {
		length = exact
	}
	random := rand.New(rand.NewPCG(1, 0x1d5))
	out := make([][]int, n)
	for i := range out {
		for range length {
			out[i] = append(out[i], random.IntN(vocab))
		}
	}
	return out
}
