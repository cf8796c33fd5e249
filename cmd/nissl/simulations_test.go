package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// However a simulation is stopped, stepped, watched, changed and compared: what was seen is what the command gives that the
// page shows.
func TestSimulationSameSpikes(t *testing.T) {
	w := simulationServer(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	frames := w.watch(ctx)
	w.must("step", `{"seconds": 0.031}`)
	w.must("do", `{"do": ["add(E/0-39, 5)", "clamp(I/3, 100)"]}`)
	w.must("step", `{"seconds": 0.0203}`)
	w.must("compare", `{"on": true}`)
	w.must("play", `{"playing": true, "speed": 0}`)
	until(t, frames, 0.2)
	now := w.must("play", `{"playing": false}`)["now"].(float64)
	w.must("do", `{"do": ["add(E/0-39, 12.5)", "scale(I/0-49, 0.5)"]}`)
	w.must("observe", `{"cells": [0, 401]}`)
	w.must("play", `{"playing": true, "speed": 5}`)
	until(t, frames, now+0.1)
	w.must("do", `{"do": ["silence(E/7)", "scale(I/0-49, 0.5)"]}`)
	w.must("compare", `{"on": false}`)
	until(t, frames, now+0.3)
	state := w.must("play", `{"playing": false}`)
	seen, again := w.saved(), w.typed(state["command"].(string))
	if seen.Spikes.Count() < 1000 || !reflect.DeepEqual(seen.Spikes.Times, again.Spikes.Times) {
		t.Errorf("%d spikes were seen, %s gives %d that are not the same", seen.Spikes.Count(), state["command"], again.Spikes.Count())
	}
	if e := seen.EpochsNamed("interventions"); e == nil || e.Len() != 5 {
		t.Errorf("epochs %+v", e)
	}
	w.must("reset", `{}`)
	w.must("do", `{"do": []}`)
	state = w.must("step", `{"seconds": 0.1}`)
	if seen, again := w.saved(), w.typed(state["command"].(string)); !reflect.DeepEqual(seen.Spikes.Times, again.Spikes.Times) {
		t.Error("other spikes after the simulation was begun again")
	}
}

// Without an intervention the three lanes are the same to the bit; with one the second stays what it was.
func TestSimulationTwins(t *testing.T) {
	w := simulationServer(t)
	frames := w.watch(t.Context())
	w.must("step", `{"seconds": 0.05}`)
	w.must("compare", `{"on": true}`)
	w.must("step", `{"seconds": 0.05}`)
	f := until(t, frames, 0.1)
	if len(f.rows) != 3 || len(f.rows[0]) < 50 || !reflect.DeepEqual(f.rows[0], f.rows[1]) || !reflect.DeepEqual(f.rows[0], f.rows[2]) {
		t.Fatalf("twins differ without an intervention: %v spikes", f.Spikes)
	}
	state := w.must("do", `{"do": ["add(E/0-99, 20)"]}`)
	if c := state["compared"].(map[string]any); !strings.Contains(c["null_is"].(string), "random other cells") || strings.Contains(fmt.Sprint(c["null"]), "/0-99") {
		t.Errorf("the null is %v", c)
	}
	w.must("step", `{"seconds": 0.1}`)
	f = until(t, frames, 0.2)
	if reflect.DeepEqual(f.rows[0], f.rows[1]) || reflect.DeepEqual(f.rows[2], f.rows[1]) {
		t.Error("the intervention changes nothing")
	}
	state = w.must("do", `{"do": ["scale(E, 0.9)"]}`)
	if c := state["compared"].(map[string]any); !strings.Contains(c["null_is"].(string), "chaos") {
		t.Errorf("the null of a whole population is %v", c)
	}
}

// Pages that watch at the same time see the same; nothing is computed when none does.
func TestSimulationWatchers(t *testing.T) {
	w := simulationServer(t)
	ctx, stop := context.WithCancel(t.Context())
	a, b := w.watch(ctx), w.watch(ctx)
	w.must("play", `{"playing": true, "speed": 0}`)
	count := func(frames <-chan watched) (n [2]int) {
		for {
			f := <-frames
			if f.To > 20 {
				return n
			}
			if f.To > f.From {
				n[0] += f.Spikes[0]
				n[1]++
			}
		}
	}
	if x, y := count(a), count(b); x != y || x[0] < 100 {
		t.Errorf("two pages saw %v and %v spikes and frames", x, y)
	}
	stop()
	for range a {
	}
	for range b {
	}
	now := func() float64 {
		r, err := w.base.Get(w.url + "/state")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var s struct {
			Now      float64
			Watchers int
		}
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			t.Fatal(err)
		}
		if s.Watchers > 0 {
			return math.NaN()
		}
		return s.Now
	}
	for math.IsNaN(now()) {
		time.Sleep(5 * time.Millisecond)
	}
	first := now()
	time.Sleep(60 * time.Millisecond)
	if last := now(); last != first {
		t.Errorf("it went on from %v to %v s although nobody watches", first, last)
	}
}

// Closing ends all goroutines, those of pages that still watch among them.
func TestSimulationCloses(t *testing.T) {
	before := runtime.NumGoroutine()
	w := simulationServer(t)
	frames := w.watch(t.Context())
	w.must("play", `{"playing": true}`)
	w.must("compare", `{"on": true}`)
	until(t, frames, 0.02)
	w.end()
	for range frames {
	}
	w.base.CloseIdleConnections()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), b[:runtime.Stack(b, true)])
}

// What cannot be done is a sentence, and changes nothing.
func TestSimulationErrors(t *testing.T) {
	w := simulationServer(t)
	for request, words := range map[string]string{
		`do {"do": ["silence(X)"]}`:                      `no population or cell "X"`,
		`do {"do": ["silence(E/0)", "clamp(E/0-3, 5)"]}`: "E/0 is replaced by",
		`do {"do": ["add(E@0.5-1, 5)"]}`:                 "acts from now on",
		`do {"do": ["patch(E, other.rec)"]}`:             "can be silenced, clamped",
		`do {"do": ["silence(E/0)", "silence(E/0)"]}`:    "is there twice",
		`do {"do": ["sing(E)"]}`:                         "unknown action",
		`do {`:                                           "cannot be read",
		`step {"seconds": -1}`:                           "expected more than 0",
		`play {"speed": -1}`:                             "a speed of -1",
		`observe {"cells": [500]}`:                       "there is no cell 500",
		`observe {"cells": [1,2,3,4,5,6,7,8,9]}`:         "at most 8 cells",
		`effect {"unit": "E/400"}`:                       "no cell of that name",
		`effect {"unit": "E/4", "seconds": 100}`:         "expected 0.001 to 5",
		`save {}`:                                        "nothing was simulated yet",
	} {
		what, body, _ := strings.Cut(request, " ")
		status, answer := w.ask(what, body)
		if text, _ := answer["error"].(string); status < 400 || !strings.Contains(text, words) || strings.Contains(text, "\n") {
			t.Errorf("%s: %d, %v; expected the words %q", request, status, answer, words)
		}
	}
	state := w.must("step", `{"seconds": 0.01}`)
	if len(state["acts"].([]any)) != 0 {
		t.Errorf("acts %v", state["acts"])
	}
	w.url = strings.Replace(w.url, "small.toml", "other.toml", 1)
	if status, answer := w.ask("step", `{"seconds": 1}`); status != http.StatusNotFound {
		t.Errorf("%d, %v", status, answer)
	}
}

// The effect of a cell has at least ten others beside it and is the same when it is asked for again; one that drives the
// network far more than others stands out.
func TestSimulationEffect(t *testing.T) {
	w := simulationServer(t)
	strong := strings.Replace(smallBrunel, "[[stimulus]]", "[[connection]]\nfrom = \"hub\"\nto = \"E\"\nweight = \"30 mV\"\ndelay = \"2 ms\"\n[[stimulus]]", 1) +
		"[population.hub]\ncell = \"poisson_generator\"\nn = 40\nparams = { rate = [" + strings.Repeat("0, ", 39) + "100] }\n"
	if err := os.WriteFile(filepath.Join(w.dir, "small.toml"), []byte(strong), 0o600); err != nil {
		t.Fatal(err)
	}
	first, again := w.must("effect", `{"unit": "E/5", "seconds": 0.05}`), w.must("effect", `{"unit": "E/5", "seconds": 0.05}`)
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(again)
	if null := first["null"].([]any); len(null) < 10 || !bytes.Equal(a, b) {
		t.Errorf("%s, then %s", a, b)
	}
	hub := w.must("effect", `{"unit": "hub/39", "seconds": 0.2}`)
	if value, p := hub["value"].(float64), hub["p"].(float64); value > -1000 || math.Abs(p-1.0/40) > 1e-9 {
		t.Errorf("the effect of a cell that drives all others is %v spikes/s, p %v", value, p)
	}
	if !strings.Contains(hub["command"].(string), "silence(hub/39@0.2-0.4)") {
		t.Errorf("command %v", hub["command"])
	}
}
