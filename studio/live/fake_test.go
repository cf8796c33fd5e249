package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"nissl"
	"nissl/method"
	"nissl/studio/library"
)

const (
	fakeVocab   = 4
	fakeNeurons = 24
)

// fake is a network of four words a, b, c, d whose neuron u at a token of id t is (t+1)(u+1)/10, and whose logit of
// word v is the sum of the neurons u with u % 4 = v. So silencing neuron u changes only the logit of word u % 4, by
// what the neuron is.
type fake struct {
	runs  atomic.Int32
	taken [][]nissl.Intervention // of every run
	hold  chan struct{}          // a run waits for it, where there is one
	began chan struct{}          // told when a run waits
}

func (f *fake) About() nissl.NetworkInfo {
	return nissl.NetworkInfo{Name: "fake", Architecture: "fake"}
}
func (f *fake) Sites() []nissl.Site {
	return []nissl.Site{{Name: "mlp.post", Axes: []string{"batch", "position", "neuron"}, Size: []int{-1, -1, fakeNeurons}}}
}
func (f *fake) Run(context.Context, nissl.Tensor, []string, []nissl.Intervention) (nissl.Output, error) {
	return nissl.Output{}, errors.New("not used")
}
func (f *fake) Under([]nissl.Intervention) error { return nil }
func (f *fake) Guessed() []string                { return nil }
func (f *fake) Close()                           {}
func (f *fake) Takes() (string, []int, int, int, int, bool) {
	return "text", []int{-1}, fakeVocab, 64, 0, true
}

func (f *fake) Words(text string) (ids []int, words []string, err error) {
	for _, w := range strings.Fields(text) {
		i := strings.Index("abcd", w)
		if i < 0 {
			return nil, nil, fmt.Errorf("unknown word %q", w)
		}
		ids, words = append(ids, i), append(words, w)
	}
	return ids, words, nil
}

func (f *fake) Word(id int) string { return "abcd"[id : id+1] }
func (f *fake) Decode(ids []int) string {
	var s string
	for _, id := range ids {
		s += f.Word(id)
	}
	return s
}

func (f *fake) Look(ctx context.Context, in nissl.Tensor, _ []int, taps []string, acts []nissl.Intervention, _ uint64) (nissl.Tensor, map[string]nissl.Tensor, error) {
	if f.hold != nil {
		f.began <- struct{}{}
		<-f.hold
	}
	f.runs.Add(1)
	f.taken = append(f.taken, slices.Clone(acts))
	n := in.Shape[1]
	post := nissl.Tensor{Shape: []int{1, n, fakeNeurons}, Data: make([]float32, n*fakeNeurons)}
	logits := nissl.Tensor{Shape: []int{1, n, fakeVocab}, Data: make([]float32, n*fakeVocab)}
	for t := range n {
		for u := range fakeNeurons {
			x := fakeNeuron(int(in.Data[t]), u)
			for _, a := range acts {
				if !slices.Contains([]nissl.Action{nissl.Silence, nissl.Scale}, a.Action) || a.Site != "mlp.post" {
					return logits, nil, fmt.Errorf("the fake has no %s", a)
				}
				if at, err := a.Units[0].Indexes(fakeNeurons); err != nil || slices.Contains(at, u) {
					x *= a.Value
				}
			}
			post.Data[t*fakeNeurons+u] = float32(x)
			logits.Data[t*fakeVocab+u%fakeVocab] += float32(x)
		}
	}
	return logits, map[string]nissl.Tensor{"mlp.post": post}, nil
}

func fakeNeuron(token, unit int) float64 { return float64((token+1)*(unit+1)) / 100 }

func (f *fake) GoOn(_ context.Context, prompt []int, most int, _ float64, _ uint64, acts []nissl.Intervention, each func(int)) error {
	for i := range most {
		each((prompt[0] + i + len(acts)) % fakeVocab)
	}
	return nil
}

func (f *fake) Picture(string, []byte) (nissl.Tensor, error) {
	return nissl.Tensor{}, errors.New("no pictures")
}
func (f *fake) Digit(int) (nissl.Tensor, int, error) {
	return nissl.Tensor{}, 0, errors.New("no pictures")
}

// server serves one network and returns what asks it.
func server(t *testing.T, net method.OpenNetwork) *http.ServeMux {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.net")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{path}, library.Options{Networks: &method.Networks{
		Knows: func(p string) bool { return strings.HasSuffix(p, ".net") },
		Open:  func(context.Context, string) (method.OpenNetwork, error) { return net, nil }}})
	t.Cleanup(lib.Close)
	mux := http.NewServeMux()
	New(lib).Routes(mux)
	return mux
}

// ask posts a question and decodes the answer; a status other than 200 is given with the error's sentence.
func ask(t *testing.T, h http.Handler, path string, body any, into any) (status int, problem string) {
	t.Helper()
	return askWithin(t, context.Background(), h, path, body, into)
}

func askWithin(t *testing.T, ctx context.Context, h http.Handler, path string, body any, into any) (int, string) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/api/live/x.net/"+path, bytes.NewReader(b)).WithContext(ctx))
	if w.Code != http.StatusOK {
		var said struct{ Error string }
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Code, said.Error
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
	}
	return w.Code, ""
}
