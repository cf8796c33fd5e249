package activity

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn/load"
	"nissl/nn/record"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

func TestContract(t *testing.T) { methodtest.Contract(t, Method(), planted(t)) }

func planted(t *testing.T) *load.Network {
	t.Helper()
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := record.Planted(device)
	if err != nil {
		t.Fatal(err)
	}
	n.OnClose(device.Close)
	t.Cleanup(n.Close)
	return n
}

// corpus of documents of different lengths, three windows a batch.
func corpus(t *testing.T, n *load.Network) *record.Corpus {
	t.Helper()
	var b strings.Builder
	for i := range 24 {
		b.WriteString(record.PlantedText(5+7*(i%13), seed+uint64(i)) + "\n")
	}
	path := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := record.Open(n, record.Options{Input: path, Separator: "\n", Length: 32, Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A recording that is interrupted again and again is the same, byte by byte, as one that is not.
func TestResumes(t *testing.T) {
	n := planted(t)
	c := corpus(t, n)
	dir := t.TempDir()
	plan := record.Plan{Sites: "blocks.0.mlp.post,blocks.0.resid_post", Loss: true}
	whole, err := record.New(c, plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := Record(t.Context(), c, whole, filepath.Join(dir, "whole.rec"), false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "parts.rec")
	interruptions := 0
	for ; ; interruptions++ {
		ctx, cancel := context.WithCancel(t.Context())
		batches := 0
		plan.Progress = func(int) {
			if batches++; batches == 3 {
				cancel()
			}
		}
		part, err := record.New(c, plan)
		if err != nil {
			t.Fatal(err)
		}
		err = Record(ctx, c, part, path, false)
		cancel()
		if err == nil {
			break
		}
		if ctx.Err() == nil || interruptions > 100 {
			t.Fatal(err)
		}
	}
	if interruptions < 3 {
		t.Errorf("interrupted %d times only", interruptions)
	}
	files, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		a, err1 := os.ReadFile(filepath.Join(path, f.Name()))
		b, err2 := os.ReadFile(filepath.Join(dir, "whole.rec", f.Name()))
		if err1 != nil || err2 != nil || string(a) != string(b) {
			t.Errorf("%s differs (%v, %v)", f.Name(), err1, err2)
		}
	}
	if len(files) < 4 {
		t.Errorf("%d files", len(files))
	}
}

// The whole method: the finding's folder is a bundle with tokens, documents and loss beside the traces, in
// float16 too.
func TestBundle(t *testing.T) {
	n := planted(t)
	c := corpus(t, n)
	words := map[string]string{"input": c.Input, "separator": "\n", "length": "32", "half": "true"}
	f, err := Method().Run(t.Context(), method.Input{Networks: []nissl.Network{n}}, words, (&method.Env{}).WithState(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := bundle.Read(f.Folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, v := range r.Covariates {
		names = append(names, v.Name)
		if v.Samples() != c.Samples {
			t.Errorf("covariate %s has %d samples of %d", v.Name, v.Samples(), c.Samples)
		}
	}
	if got := strings.Join(names, " "); got != "token token_id position loss" {
		t.Errorf("covariates %s", got)
	}
	if r.Epochs[0].Name != "documents" || r.Epochs[0].Len() != c.Documents || r.Epochs[0].Stop[c.Documents-1] != float64(c.Samples) {
		t.Errorf("%d documents until %v, want %d until %d", r.Epochs[0].Len(), r.Epochs[0].Stop, c.Documents, c.Samples)
	}
	for i, word := range r.Covariates[0].Text {
		if got, want := float64(r.Traces.Rows[2][i]), record.PlantedValue(2, word[0], i); got != want {
			t.Fatalf("sample %d, letter %s: neuron of c is %g, want %g", i, word, got, want)
		}
	}
	if !f.Evidence[0].Passed {
		t.Errorf("evidence %+v", f.Evidence[0])
	}
}

// What is silenced is recorded as silent.
func TestIntervention(t *testing.T) {
	n := planted(t)
	act, err := nissl.ParseIntervention("clamp(blocks.0.mlp.post/2, 0.25)")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Under([]nissl.Intervention{act}); err != nil {
		t.Fatal(err)
	}
	c := corpus(t, n)
	recorder, err := record.New(c, record.Plan{Sites: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.rec")
	if err := Record(t.Context(), c, recorder, path, false); err != nil {
		t.Fatal(err)
	}
	r, err := bundle.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range c.Samples {
		if r.Traces.Rows[2][i] != .25 {
			t.Fatalf("sample %d is %g, want 0.25", i, r.Traces.Rows[2][i])
		}
	}
}

func TestNeedsAFolder(t *testing.T) {
	_, err := Method().Run(t.Context(), method.Input{Networks: []nissl.Network{planted(t)}}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "-o") {
		t.Errorf("got %v, want an error that names -o", err)
	}
}
