package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/format"
	"nissl/studio/library"
	"nissl/studio/simulations"
)

const smallBrunel = `name = "small"
duration = "1 s"
seed = 3
[population.E]
cell = "iaf_psc_delta"
n = 400
params = { C_m = "1 pF", tau_m = "20 ms", t_ref = "2 ms", E_L = "0 mV", V_reset = "0 mV", V_th = "20 mV" }
start = { V_m = { uniform = [0, 20] } }
[population.I]
cell = "iaf_psc_delta"
n = 100
params = { C_m = "1 pF", tau_m = "20 ms", t_ref = "2 ms", E_L = "0 mV", V_reset = "0 mV", V_th = "20 mV" }
start = { V_m = { uniform = [0, 20] } }
[[connection]]
from = "E"
to = ["E", "I"]
rule = "fixed_indegree"
indegree = 80
weight = "0.8 mV"
delay = "1.5 ms"
[[connection]]
from = "I"
to = ["E", "I"]
rule = "fixed_indegree"
indegree = 20
weight = "-6 mV"
delay = "1.5 ms"
[[stimulus]]
kind = "poisson_generator"
to = ["E", "I"]
rate = "5 kHz"
weight = "0.4 mV"
`

// warm is a server of the small network's simulation.
type warm struct {
	t    *testing.T
	url  string
	end  func()
	dir  string
	base *http.Client
}

func simulationServer(t *testing.T) *warm {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "small.toml"), []byte(smallBrunel), 0o600); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{dir}, library.Options{Networks: app().Networks})
	x := simulations.New(lib, filepath.Join(dir, "out"), simulated)
	mux := http.NewServeMux()
	x.Routes(mux)
	server := httptest.NewServer(mux)
	w := &warm{t: t, url: server.URL + "/api/simulations/small.toml", dir: dir, base: server.Client()}
	ended := false
	w.end = func() {
		if !ended {
			ended = true
			x.Close() // streams end with the sessions
			server.Close()
			lib.Close()
		}
	}
	t.Cleanup(w.end)
	return w
}

// ask posts and reads the answer, an error's sentence among it.
func (w *warm) ask(what, body string) (status int, answer map[string]any) {
	w.t.Helper()
	r, err := w.base.Post(w.url+"/"+what, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		w.t.Fatal(err)
	}
	return r.StatusCode, answer
}

func (w *warm) must(what, body string) map[string]any {
	w.t.Helper()
	status, answer := w.ask(what, body)
	if status != http.StatusOK {
		w.t.Fatalf("%s %s: %d, %v", what, body, status, answer)
	}
	return answer
}

// watched is a frame as a page reads it.
type watched struct {
	From, To float64
	Epoch    int
	Spikes   []int
	State    map[string]any
	rows     [][]uint32
}

func (w *warm) watch(ctx context.Context) <-chan watched {
	w.t.Helper()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/stream", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.base.Do(q)
	if err != nil {
		w.t.Fatal(err)
	}
	frames := make(chan watched, 4096)
	go func() {
		defer close(frames)
		defer r.Body.Close()
		for {
			f, err := readFrame(r.Body)
			if err != nil {
				return
			}
			frames <- f
		}
	}()
	return frames
}

func readFrame(r io.Reader) (f watched, err error) {
	var size [2]uint32
	if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
		return f, err
	}
	b := make([]byte, size[0]-4)
	if _, err := io.ReadFull(r, b); err != nil {
		return f, err
	}
	var h struct {
		watched
		Bins, Cells int
		Samples     []int
	}
	if err := json.Unmarshal(b[:size[1]], &h); err != nil {
		return f, err
	}
	b = b[size[1]:]
	for k, n := range h.Spikes {
		rows := make([]uint32, n)
		if _, err := binary.Decode(b, binary.LittleEndian, rows); err != nil {
			return f, err
		}
		h.rows = append(h.rows, rows)
		b = b[4*(2*n+2*h.Bins+h.Samples[k]*h.Cells):]
	}
	if len(b) != 0 {
		return f, fmt.Errorf("%d bytes are left", len(b))
	}
	return h.watched, nil
}

// saved is the recording of what was seen.
func (w *warm) saved() *nissl.Recording {
	w.t.Helper()
	path := w.must("save", "{}")["path"].(string)
	r, err := format.Open(path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = r.Close() })
	return r
}

// typed runs the command line that the state shows.
func (w *warm) typed(command string) *nissl.Recording {
	w.t.Helper()
	words := shellWords(command)
	out := filepath.Join(w.t.TempDir(), "typed.rec")
	words[len(words)-1] = out
	if text, err := exec.Command("nissl", words[1:]...).CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v\n%s", command, err, text)
	}
	r, err := format.Open(out, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = r.Close() })
	return r
}

// shellWords takes a line apart whose only quotes are single ones.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

func until(t *testing.T, frames <-chan watched, second float64) watched {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case f, open := <-frames:
			if !open {
				t.Fatal("the stream has ended")
			}
			if f.To >= second {
				return f
			}
		case <-timeout:
			t.Fatalf("second %v was not reached", second)
		}
	}
}
