package live

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

const (
	// mostTokens of an input where the network sets no bound: the page shows every one of them.
	mostTokens = 1024
	// shortest input that a graph is compiled for; longer ones are padded to twice, four times ... as much.
	shortest = 32
)

// given is an input as the page sends it: one of the fields.
type given struct {
	Text    string      `json:"text,omitempty"`
	IDs     []int       `json:"ids,omitempty"`
	Values  [][]float32 `json:"values,omitempty"`  // of a vector one row; of a series a row for each position
	Picture string      `json:"picture,omitempty"` // digit:7, or what an upload was told
}

// input is an input as the network takes it.
type input struct {
	key     string
	tensor  nissl.Tensor
	lengths []int
	ids     []int    // of tokens
	words   []string // what is shown of each position
	length  int      // positions that are real; 1 where there are none
	predict string   // see outcome
	net     Network
}

// input reads what the page sent.
func (w *warm) input(g given) (input, error) {
	kind, shape, vocab, longest, exact, causal := w.net.Takes()
	in := input{net: w.net, length: 1, predict: "class"}
	var err error
	switch kind {
	case "text", "ids":
		switch {
		case exact > 0: // what a network of few fixed tokens says of them is an answer, no prediction of them
		case causal:
			in.predict = "next"
		default:
			in.predict = "same"
		}
		if kind == "text" && g.IDs == nil {
			err = in.readText(g.Text)
		} else {
			err = in.readIDs(g.IDs, vocab)
		}
		if err == nil {
			err = in.padTokens(longest, exact)
		}
	case "images":
		in.tensor, err = w.picture(g.Picture)
	default:
		err = in.readValues(kind, g.Values, shape, longest, exact)
	}
	if err != nil {
		return in, reply.Bad(err)
	}
	in.key = in.hash()
	return in, nil
}

func (in *input) readText(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("the text is empty: type a few words")
	}
	var err error
	in.ids, in.words, err = in.net.Words(text)
	return err
}

func (in *input) readIDs(ids []int, vocab int) error {
	if len(ids) == 0 {
		return fmt.Errorf("there are no tokens: type whole numbers from 0 to %d", vocab-1)
	}
	in.ids = ids
	for i, id := range ids {
		if id < 0 || id >= vocab {
			return fmt.Errorf("token %d is %d: this network knows 0 to %d", i, id, vocab-1)
		}
		in.words = append(in.words, in.net.Word(id))
	}
	return nil
}

// padTokens pads to few lengths, so that typing compiles no new graph with every word.
func (in *input) padTokens(longest, exact int) error {
	n := len(in.ids)
	most := longest
	if most == 0 {
		most = mostTokens
	}
	if n > most {
		return fmt.Errorf("the text has %d tokens; this network is shown at most %d: shorten it", n, most)
	}
	if exact > 0 && n != exact {
		return fmt.Errorf("there are %d tokens; this network takes exactly %d", n, exact)
	}
	room := shortest
	for room < n {
		room *= 2
	}
	if exact > 0 {
		room = exact
	}
	room = min(room, most)
	in.tensor = nissl.Tensor{Shape: []int{1, room}, Data: make([]float32, room)}
	for i, id := range in.ids {
		in.tensor.Data[i] = float32(id)
	}
	in.length = n
	if room > n {
		in.lengths = []int{n}
	}
	return nil
}

// readValues reads the numbers of a vector or of a series.
func (in *input) readValues(kind string, rows [][]float32, shape []int, longest, exact int) error {
	var flat []float32
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			return fmt.Errorf("a row has %d numbers and the first %d: give all the same", len(row), len(rows[0]))
		}
		flat = append(flat, row...)
	}
	for _, x := range flat {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return errors.New("a value is not a number")
		}
	}
	if kind == "series" {
		want := shape[len(shape)-1]
		if len(rows) == 0 || want > 0 && len(rows[0]) != want {
			return fmt.Errorf("a series is a row of %d numbers for each position", want)
		}
		if longest > 0 && len(rows) > longest || exact > 0 && len(rows) != exact || len(rows) > mostTokens {
			return fmt.Errorf("%d positions: this network takes %d", len(rows), max(longest, exact, mostTokens))
		}
		in.tensor = nissl.Tensor{Shape: []int{1, len(rows), len(rows[0])}, Data: flat}
		in.length = len(rows)
		for i := range rows {
			in.words = append(in.words, fmt.Sprint(i))
		}
		return nil
	}
	for _, d := range shape {
		if d < 0 {
			return fmt.Errorf("this network takes inputs of any of the shapes %v, which cannot be typed", shape)
		}
	}
	if want := nissl.SizeOf(shape); len(flat) != want {
		return fmt.Errorf("there are %d numbers; this network takes %d", len(flat), want)
	}
	in.tensor = nissl.Tensor{Shape: append([]int{1}, shape...), Data: flat}
	return nil
}

// hash tells inputs apart.
func (in *input) hash() string {
	h := fnv.New128a()
	fmt.Fprint(h, in.tensor.Shape, in.length)
	var b [4]byte
	for _, x := range in.tensor.Data {
		u := math.Float32bits(x)
		b = [4]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)}
		h.Write(b[:])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
