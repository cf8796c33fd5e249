package runs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/format/findings"
	"nissl/method"
	"nissl/studio/library"
)

// TestMain is the program that runs start: with NISSL_RUNS_TEST this test binary is a small nissl whose method
// "count" counts to a number, keeps how far it came in OUT.part and does what --how says.
func TestMain(m *testing.M) {
	if os.Getenv("NISSL_RUNS_TEST") == "" {
		os.Exit(m.Run())
	}
	os.Exit(count(os.Args[1:]))
}

func count(args []string) int {
	asked := make(chan os.Signal, 1)
	value := func(flag, otherwise string) string {
		for i, a := range args {
			if a == "--"+flag {
				return args[i+1]
			}
		}
		return otherwise
	}
	how, out := value("how", "well"), value("out", "")
	if how == "deaf" {
		signal.Ignore(os.Interrupt)
	} else {
		signal.Notify(asked, os.Interrupt)
	}
	done := 0
	if b, err := os.ReadFile(out + ".part/steps"); err == nil {
		fmt.Sscan(string(b), &done)
		fmt.Fprintf(os.Stderr, "goes on at %d\n", done)
	}
	fmt.Fprintln(os.Stderr, "a note for people")
	if how == "badly" {
		fmt.Fprintln(os.Stderr, "nissl: data.rec: expected 3 numbers, got 2")
		return 1
	}
	for ; done < 4; done++ {
		if os.Getenv("NISSL_PROGRESS") == "json" {
			fmt.Fprintf(os.Stderr, "{\"fraction\":%g,\"now\":\"step %d\"}\n", float64(done)/4, done)
		}
		if how != "well" && done == 2 {
			select {
			case <-asked:
				os.MkdirAll(out+".part", 0o755)
				os.WriteFile(out+".part/steps", []byte("2"), 0o644)
				fmt.Fprint(os.Stderr, "nissl: interrupted; the same command goes on from there")
				return 130
			case <-time.After(time.Minute):
			case <-gone("go-on-" + filepath.Base(out)):
			}
		}
	}
	os.RemoveAll(out + ".part")
	f := &nissl.Finding{Method: "count", Verb: "map", Summary: "counted", Version: nissl.Version}
	if err := findings.Write(out, f, nil); err != nil {
		fmt.Fprintln(os.Stderr, "nissl:", err)
		return 1
	}
	return 0
}

// gone is closed once the file is there.
func gone(name string) <-chan struct{} {
	c := make(chan struct{})
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(os.Getenv("NISSL_RUNS_TEST"), name)); err == nil {
				close(c)
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	return c
}

type countParams struct {
	How   string  `help:"what happens" choices:"well,badly,waits,deaf"`
	Width float64 `help:"width" unit:"s" min:"0"`
	Text  string  `help:"text" file:"true"`
}

// bench is a studio's runs with what the tests look at.
type bench struct {
	*testing.T
	*Runs
	dir string // of the tests' files
	mux *http.ServeMux
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	entry := method.Method[countParams]{Name: "count", Verb: method.Map, Summary: "counts", Doc: "// Package count counts.\npackage count",
		Needs: method.Needs{Kind: "recording or network", Max: 1}, Defaults: countParams{How: "well", Width: 1, Text: "digits"}}
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	lib := library.New([]string{in}, library.Options{})
	r := New(context.Background(), lib, Options{Methods: []method.Entry{entry}, Out: filepath.Join(dir, "out"), Paths: []string{in}, Grace: time.Minute,
		Command: func(ctx context.Context, args ...string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, self, args...)
			cmd.Env = append(os.Environ(), "NISSL_RUNS_TEST="+dir)
			return cmd
		}})
	b := &bench{t, r, dir, http.NewServeMux()}
	r.Routes(b.mux)
	t.Cleanup(func() {
		r.Close()
		lib.Close()
	})
	return b
}

// post asks an address and returns the status and the answer.
func (b *bench) post(path string, body any) (int, string) {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(text))))
	return w.Code, w.Body.String()
}

// begin starts a run that goes as said.
func (b *bench) begin(how string) View {
	b.Helper()
	status, body := b.post("/api/runs", Request{Method: "count", Params: map[string]string{"how": how}})
	var v View
	if err := json.Unmarshal([]byte(body), &v); err != nil || status != http.StatusOK {
		b.Fatalf("%d %s %v", status, body, err)
	}
	return v
}

// until waits for a run to be as it should.
func (b *bench) until(id string, what string, is func(View) bool) View {
	b.Helper()
	deadline := time.After(30 * time.Second)
	for {
		views, changed := b.list()
		i := slices.IndexFunc(views, func(v View) bool { return v.ID == id })
		if i >= 0 && is(views[i]) {
			return views[i]
		}
		select {
		case <-changed:
		case <-deadline:
			b.Fatalf("%s is not %s: %+v", id, what, views)
		}
	}
}

func in(s State) func(View) bool { return func(v View) bool { return v.State == s } }

func (b *bench) letGo(id string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "go-on-"+id), nil, 0o644); err != nil {
		b.Fatal(err)
	}
}

// A run tells how far it is and what it says; its finding is open afterwards, by the command that is shown.
func TestRun(t *testing.T) {
	b := newBench(t)
	v := b.begin("waits")
	if want := "nissl map count --how waits --out " + filepath.Join(b.dir, "out", "count-1"); v.ID != "count-1" || v.Command != want {
		t.Errorf("%s: %s, want %s", v.ID, v.Command, want)
	}
	got := b.until("count-1", "half done", func(v View) bool { return v.Fraction == 0.5 })
	if got.State != Running || got.Now != "step 2" || !slices.Equal(got.Messages, []string{"a note for people"}) {
		t.Errorf("%+v", got)
	}
	b.letGo("count-1")
	got = b.until("count-1", "done", in(Done))
	if got.Fraction != 1 || got.Error != "" || got.Item != "count-1" || got.Resumable {
		t.Errorf("%+v", got)
	}
	f, release, err := b.lib.Finding(context.Background(), got.Item)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if f.Summary != "counted" {
		t.Errorf("summary %q", f.Summary)
	}
}

// What fails says so in the command's own sentence, and leaves no folder.
func TestFailure(t *testing.T) {
	b := newBench(t)
	b.begin("badly")
	v := b.until("count-1", "failed", in(Failed))
	if v.Error != "nissl: data.rec: expected 3 numbers, got 2" || v.Resumable {
		t.Errorf("%+v", v)
	}
	if _, err := os.Stat(v.Out); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", v.Out, err)
	}
	if _, err := b.resume("count-1"); err == nil {
		t.Error("a run that failed was resumed")
	}
	if v := b.begin("badly"); v.ID != "count-2" {
		t.Errorf("the next run is %s", v.ID)
	}
}

// A run that is asked to end keeps its steps, and goes on from them in the same folder by the same command.
func TestCancelAndResume(t *testing.T) {
	b := newBench(t)
	first := b.begin("waits")
	b.until("count-1", "half done", func(v View) bool { return v.Fraction == 0.5 })
	if v, err := b.cancel("count-1"); err != nil || !v.Stopping {
		t.Fatalf("%+v %v", v, err)
	}
	v := b.until("count-1", "stopped", in(Stopped))
	if v.Error != "nissl: interrupted; the same command goes on from there" || !v.Resumable || v.Stopping {
		t.Errorf("%+v", v)
	}
	if b.begin("well").ID != "count-2" {
		t.Error("the folder of a stopped run was given away")
	}
	b.until("count-2", "done", in(Done))
	b.letGo("count-1")
	if status, body := b.post("/api/runs/count-1/resume", nil); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	v = b.until("count-1", "done", in(Done))
	if v.Command != first.Command || !slices.Contains(v.Messages, "goes on at 2") || v.Error != "" {
		t.Errorf("%+v", v)
	}
	if _, err := b.cancel("count-1"); err == nil {
		t.Error("a run that was done was cancelled")
	}
}

// A command that does not listen is killed.
func TestDeaf(t *testing.T) {
	b := newBench(t)
	b.options.Grace = 200 * time.Millisecond
	b.begin("deaf")
	b.until("count-1", "half done", func(v View) bool { return v.Fraction == 0.5 })
	if _, err := b.cancel("count-1"); err != nil {
		t.Fatal(err)
	}
	if v := b.until("count-1", "stopped", in(Stopped)); !v.Resumable {
		t.Errorf("%+v", v)
	}
}

// One run at a time, in order; one that waits can be taken from the queue.
func TestQueue(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.begin("waits")
	}
	b.until("count-1", "half done", func(v View) bool { return v.Fraction == 0.5 })
	for _, id := range []string{"count-2", "count-3"} {
		b.until(id, "waiting", in(Waiting))
	}
	if _, err := b.cancel("count-2"); err != nil {
		t.Fatal(err)
	}
	b.until("count-2", "stopped", in(Stopped))
	b.letGo("count-1")
	b.letGo("count-3")
	b.until("count-1", "done", in(Done))
	b.until("count-3", "done", in(Done))
	if v := b.until("count-2", "stopped", in(Stopped)); v.Began != nil {
		t.Error("a run that was taken from the queue began")
	}
}

// The studio's end asks runs to end and waits for them; nothing starts afterwards.
func TestClose(t *testing.T) {
	b := newBench(t)
	v := b.begin("waits")
	b.begin("well")
	b.until("count-1", "half done", func(v View) bool { return v.Fraction == 0.5 })
	var said bytes.Buffer
	log.SetOutput(&said)
	defer log.SetOutput(os.Stderr)
	b.Close()
	if want := "count-1 was interrupted and goes on with: " + v.Command; !strings.Contains(said.String(), want) {
		t.Errorf("said %q, want %q", said.String(), want)
	}
	if got := b.until("count-1", "stopped", in(Stopped)); !got.Resumable {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(v.Out + ".part/steps"); err != nil {
		t.Errorf("its steps were not kept: %v", err)
	}
	b.until("count-2", "waiting", in(Waiting))
}

// Folders that are there already are nobody's to write to.
func TestNeverOverwrites(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"count-1", "count-2.part", "count-4"} {
		if err := os.MkdirAll(filepath.Join(b.dir, "out", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if v := b.begin("well"); v.ID != "count-3" {
		t.Errorf("wrote to %s", v.ID)
	}
	if v := b.begin("well"); v.ID != "count-5" {
		t.Errorf("wrote to %s", v.ID)
	}
}
