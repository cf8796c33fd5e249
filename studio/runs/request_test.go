package runs

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// checked is what the server says of a form.
type checked struct {
	Command  string
	Problems []Problem
}

func (b *bench) check(q Request) checked {
	b.Helper()
	q.Method = "count"
	status, body := b.post("/api/runs/check", q)
	var c checked
	if err := json.Unmarshal([]byte(body), &c); err != nil || status != http.StatusOK {
		b.Fatalf("%d %s %v", status, body, err)
	}
	return c
}

// write puts a file into a folder of the tests.
func (b *bench) write(name string) string {
	b.Helper()
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("time,x\n0,1\n1,2\n2,3\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}

// Every field is judged by the method's own words.
func TestCheck(t *testing.T) {
	b := newBench(t)
	b.lib.Add(b.write("in/a.csv"))
	for _, c := range []struct {
		form        Request
		field, says string
	}{
		{Request{}, "", ""},
		{Request{Params: map[string]string{"width": "-1"}}, "width", "must be at least 0 s"},
		{Request{Params: map[string]string{"width": "wide"}}, "width", "expected a number in s"},
		{Request{Params: map[string]string{"how": "slowly"}}, "how", "expected one of well, badly, waits, deaf"},
		{Request{Params: map[string]string{"length": "1"}}, "length", `there is no parameter "length"; there are how, width, text`},
		{Request{Inputs: []string{"a.csv"}}, "", ""},
		{Request{Inputs: []string{"a.csv", "a.csv"}}, "inputs", "takes at most 1 recording or network, got 2"},
		{Request{Inputs: []string{"b.csv"}}, "inputs", "nothing of that name was opened"},
		{Request{Seed: "-1"}, "seed", "whole number"},
		{Request{Workers: "many"}, "workers", "whole number"},
		{Request{Time: "4,3"}, "time", "START before STOP"},
		{Request{Time: "3,4", Read: []string{"dt=1", ""}, Do: []string{" "}}, "", ""},
		{Request{Read: []string{"dt"}}, "read", "write name=value"},
		{Request{Do: []string{"scale(V1)"}}, "do", "no value"},
	} {
		got := b.check(c.form)
		if c.field == "" && len(got.Problems) == 0 {
			continue
		}
		if c.field == "" || len(got.Problems) == 0 || got.Problems[0].Field != c.field || !strings.Contains(got.Problems[0].Says, c.says) {
			t.Errorf("%+v: %+v, want %s: %s", c.form, got.Problems, c.field, c.says)
		}
		if status, _ := b.post("/api/runs", withMethod(c.form)); status != http.StatusBadRequest {
			t.Errorf("%+v was started: %d", c.form, status)
		}
	}
	if status, _ := b.post("/api/runs/check", Request{Method: "nothing"}); status != http.StatusNotFound {
		t.Errorf("an unknown method: %d", status)
	}
	if status, _ := b.post("/api/runs/check", map[string]string{"method": "count", "out": "/"}); status != http.StatusBadRequest {
		t.Errorf("a form with a folder: %d", status)
	}
	if status, _ := b.post("/api/runs", Request{Method: "count", Units: "a\x00b"}); status != http.StatusBadRequest {
		t.Errorf("a character 0: %d", status)
	}
	if views, _ := b.list(); len(views) > 0 {
		t.Errorf("something was started: %+v", views)
	}
}

func withMethod(q Request) Request {
	q.Method = "count"
	return q
}

// A page names no file that was not opened: not in a parameter, an intervention or an option of a reader.
func TestOnlyOpenedFiles(t *testing.T) {
	b := newBench(t)
	inside, outside := b.write("in/deep/notes.txt"), b.write("secret.csv")
	link := filepath.Join(b.dir, "in", "link.csv")
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	around := filepath.Join(b.dir, "in", "..", "secret.csv")
	forms := func(path string) []Request {
		return []Request{
			{Params: map[string]string{"text": path}},
			{Do: []string{"@" + path}},
			{Do: []string{"patch(V1, " + path + ")"}},
			{Do: []string{"silence(V1, mean:" + path + ")"}},
			{Read: []string{"labels=" + path}},
		}
	}
	for _, path := range []string{outside, around, link, filepath.Dir(b.dir), "/"} {
		for _, q := range forms(path) {
			if got := b.check(q); len(got.Problems) == 0 || !strings.Contains(got.Problems[0].Says, "was not opened") {
				t.Errorf("%+v: %+v", q, got)
			}
		}
	}
	for _, q := range forms(inside) {
		if got := b.check(q); len(got.Problems) > 0 {
			t.Errorf("%+v: %+v", q, got.Problems)
		}
	}
	// What the program holds under a word is no file.
	for _, word := range []string{"digits", ""} {
		if got := b.check(Request{Params: map[string]string{"text": word}}); len(got.Problems) > 0 {
			t.Errorf("%q: %+v", word, got.Problems)
		}
	}
	// An item that was opened is one, wherever it lies.
	b.lib.Add(outside)
	if got := b.check(forms(outside)[0]); len(got.Problems) > 0 {
		t.Errorf("an item: %+v", got.Problems)
	}
	files := b.files()
	if !slices.ContainsFunc(files, func(f File) bool { return f.Path == inside }) || slices.ContainsFunc(files, func(f File) bool { return f.Path == outside }) {
		t.Errorf("to choose from: %+v", files)
	}
}

// A text that is typed becomes a file below the runs, the same for the same text.
func TestTypedText(t *testing.T) {
	b := newBench(t)
	q := Request{Method: "count", Texts: map[string]string{"text": "Once upon a time"}}
	path := b.textPath("text", "Once upon a time")
	if got := b.check(q); len(got.Problems) > 0 || !strings.Contains(got.Command, "--text "+path+" --out") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a text was written while it was typed")
	}
	status, body := b.post("/api/runs", q)
	if text, err := os.ReadFile(path); status != http.StatusOK || err != nil || string(text) != "Once upon a time" {
		t.Errorf("%d %s: %q %v", status, body, text, err)
	}
	// The form of that run names the file, and may do so again.
	v := b.until("count-1", "done", in(Done))
	if got := b.check(Request{Params: v.Request.Params}); len(got.Problems) > 0 || v.Request.Params["text"] != path || v.Request.Texts != nil {
		t.Errorf("%+v %+v", got, v.Request)
	}
	if b.textPath("text", "Once") == path {
		t.Error("two texts have one place")
	}
}

// The page hears of every change until it goes away.
func TestEvents(t *testing.T) {
	b := newBench(t)
	server := httptest.NewServer(b.mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/runs/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() || lines.Text() != "data: []" {
		t.Fatalf("first %q", lines.Text())
	}
	b.begin("well")
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var views []View
		if err := json.Unmarshal([]byte(text), &views); err != nil {
			t.Fatal(err)
		}
		if len(views) == 1 && views[0].State == Done {
			return
		}
	}
	t.Fatalf("never heard of its end: %v", lines.Err())
}

func TestMethods(t *testing.T) {
	b := newBench(t)
	b.write("in/text.txt")
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/methods/count", nil))
	var d struct {
		Doc    string
		Params []struct{ Name string }
		Needs  struct{ Kinds []string }
		Files  []File
	}
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Doc != "Counts." && !strings.HasPrefix(d.Doc, "Count") || len(d.Params) != 3 || !slices.Equal(d.Needs.Kinds, []string{"recording", "network"}) || len(d.Files) == 0 {
		t.Errorf("%+v", d)
	}
	w = httptest.NewRecorder()
	b.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/methods", nil))
	var verbs []struct {
		Verb    string
		Methods []struct{ Name string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &verbs); err != nil || len(verbs) != 1 || verbs[0].Verb != "map" || verbs[0].Methods[0].Name != "count" {
		t.Errorf("%+v %v", verbs, err)
	}
}

// Progress is told from what is said, whatever comes in whichever pieces.
func TestListener(t *testing.T) {
	var got []string
	l := &listener{progress: func(f float64, now string) { got = append(got, now) }, message: func(line string) { got = append(got, "says "+line) }}
	text := "{\"fraction\":0.5,\"now\":\"a\"}\nhello\r\n\n{\"fraction\":7,\"now\":\"b\"}\n{\"other\":1}\n{broken\n" + strings.Repeat("x", 3*longestLine) + "\nlast"
	for _, piece := range []int{1, 7, 4096, len(text)} {
		got = nil
		for rest := text; rest != ""; {
			n := min(piece, len(rest))
			if wrote, err := l.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		l.end()
		want := []string{"a", "says hello", "b", "says {\"other\":1}", "says {broken", "says " + strings.Repeat("x", longestLine), "says last"}
		if !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %d lines %.80q", piece, len(got), got)
		}
	}
}
