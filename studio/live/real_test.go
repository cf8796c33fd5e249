package live

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn/load"
)

// stories opens the real language model; a test ends where it is not at hand. Close it.
func stories(t *testing.T) *load.Network {
	t.Helper()
	data := os.Getenv("NISSL_DATA")
	if data == "" {
		t.Skip("NISSL_DATA is not set: it names a folder with networks/llama2c-stories260K")
	}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := load.Open(context.Background(), device, filepath.Join(data, "networks/llama2c-stories260K/stories260K.bin"))
	if err != nil {
		t.Fatal(err)
	}
	n.OnClose(device.Close)
	return n
}

// The page shows what a run of the real network gives that is not padded, under the same interventions.
func TestLookIsWhatTheNetworkDoes(t *testing.T) {
	n := stories(t)
	h := server(t, n)
	const text = "Once upon a time, Tom had a red ball."
	for _, spelled := range []string{"silence(blocks.2.mlp.post/5)", "add(blocks.1.resid_post/3@-1, 2.5)", "silence(blocks.3.mlp.post/7+9, mean)"} {
		var s looked
		if status, p := ask(t, h, "look", map[string]any{"text": text, "unit": "blocks.4.mlp.post/3", "acts": []string{spelled}}, &s); status != 200 {
			t.Fatal(p)
		}
		ids, words, err := n.Words(text)
		if err != nil || len(ids) != len(s.Tokens) || s.Tokens[1].Word != words[1] {
			t.Fatalf("%d tokens, %v", len(ids), err)
		}
		act, err := nissl.ParseIntervention(spelled)
		if err != nil {
			t.Fatal(err)
		}
		in := nissl.Tensor{Shape: []int{1, len(ids)}}
		for _, id := range ids {
			in.Data = append(in.Data, float32(id))
		}
		out, err := n.Run(context.Background(), in, []string{"blocks.4.mlp.post"}, []nissl.Intervention{act})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range out.Activity.Traces.Rows[3] {
			if math.Abs(float64(want)-s.With.Activity[i]) > 1e-4 {
				t.Errorf("%s: token %d is %g, alone %g", spelled, i, s.With.Activity[i], want)
			}
		}
	}
}

// Every word of a text stands for what of it the token is.
func TestWordsMakeUpTheText(t *testing.T) {
	n := stories(t)
	defer n.Close()
	const text = "A dog, a  cat\nand 3 birds."
	_, words, err := n.Words(text)
	if err != nil {
		t.Fatal(err)
	}
	joined := ""
	for _, w := range words[1:] { // after the token that begins a text
		joined += w
	}
	if joined != text {
		t.Errorf("the words of %q make up %q: %q", text, joined, words)
	}
}
