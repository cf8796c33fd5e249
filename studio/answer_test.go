package studio

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"nissl/format/bundle"
	"nissl/method/methodtest"
)

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil && !strings.HasPrefix(s, "//") {
		t.Fatal(err)
	}
	if strings.HasPrefix(s, "//") { // an address of this server, as a request line has it
		if u, err = url.ParseRequestURI(s); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

func TestPages(t *testing.T) {
	h := guarded(t, "127.0.0.1")
	for path, want := range map[string]string{
		"/": "page", "/index.html": "page", "/neuron/worm/AVAL": "page", "/assets/a.js": "script", "/icons/nissl.svg": "<svg/>",
		"/assets/gone.js": "no such file", "/api/gone": "no such address",
	} {
		w := ask(h, "GET", path, nil)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %q, want %q", path, w.Body, want)
		}
		safe(t, w)
		if kept := w.Header().Get("Cache-Control"); (kept == "no-store") != (path != "/assets/a.js") {
			t.Errorf("%s: Cache-Control %q", path, kept)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"} {
		for _, path := range []string{"/", "/assets/a.js", "/api/about"} {
			w := ask(h, method, path, header("Origin", "http://127.0.0.1:7000"))
			if w.Code != 404 && w.Code != 405 {
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
			safe(t, w)
		}
	}
}

func TestLargeRequests(t *testing.T) {
	server := httptest.NewUnstartedServer(guarded(t, "127.0.0.1"))
	server.Config.MaxHeaderBytes = 64 << 10
	server.Start()
	defer server.Close()
	const cookieLine = "Host: 127.0.0.1:7000\r\nOrigin: http://127.0.0.1:7000\r\nConnection: close\r\nCookie: " + cookie + "7000=" + testToken + "\r\n"
	if status, _ := raw(t, server, "GET / HTTP/1.1\r\n"+cookieLine+"X: "+strings.Repeat("x", 1<<20)+"\r\n\r\n"); status != 431 && status != 0 {
		t.Errorf("a header of 1 MB: status %d, want 431", status)
	}
	r, err := http.NewRequest("POST", server.URL+"/api/read", io.LimitReader(zeros{}, mostBody+1))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "127.0.0.1:7000"
	r.Header.Set("Origin", "http://127.0.0.1:7000")
	r.AddCookie(&http.Cookie{Name: cookie + "7000", Value: testToken})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 413 || !strings.Contains(string(b), "larger than 64 MB") {
		t.Errorf("a body of 64 MB and a byte: %d %s", answer.StatusCode, b)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A handler that panics is an answer, and the server goes on; half an answer does not look whole.
func TestPanics(t *testing.T) {
	server := httptest.NewServer(guarded(t, "127.0.0.1"))
	defer server.Close()
	get := func(path string) (int, string) {
		return raw(t, server, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nCookie: "+cookie+"7000="+testToken+"\r\nConnection: close\r\n\r\n")
	}
	if status, body := get("/api/panic"); status != 500 || !strings.Contains(body, "the studio failed at this") {
		t.Errorf("panic: %d %s", status, body)
	}
	if _, body := get("/api/late"); !strings.HasSuffix(body, "[cut off]") {
		t.Error("half an answer looks whole")
	}
	if status, _ := get("/api/about"); status != 200 {
		t.Errorf("after a panic: status %d", status)
	}
}

// A traces file that is cut while it is mapped is a sentence, not the end of the program.
func TestFileCutWhileMapped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a.rec")
	rec := methodtest.Recording(8, 1<<16, 1)
	if err := bundle.Write(dir, rec, false); err != nil {
		t.Fatal(err)
	}
	r, err := bundle.Format().Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.Truncate(filepath.Join(dir, "traces.npy"), 4096); err != nil {
		t.Fatal(err)
	}
	g := guard{token: testToken, hosts: ownHosts("127.0.0.1", 7000), next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		sum := float32(0)
		for _, row := range r.Traces.Rows {
			for _, v := range row {
				sum += v
			}
		}
		t.Error("the file is not mapped", sum)
	})}
	if w := ask(g, "GET", "/api/tile", nil); w.Code != 500 || !strings.Contains(w.Body.String(), "a file was cut") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Serve ends when it is told to, while a request still runs, and says when a port is taken.
func TestServe(t *testing.T) {
	assets := t.TempDir()
	if err := os.WriteFile(filepath.Join(assets, "index.html"), []byte("page"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready, done := make(chan string, 1), make(chan error, 1)
	options := Options{Paths: []string{assets}, Host: "127.0.0.1", Token: testToken, Assets: assets, Out: t.TempDir(), Ready: func(url string) { ready <- url }}
	go func() { done <- Serve(ctx, options) }()
	at := mustParse(t, <-ready)

	second := options
	second.Port = mustPort(t, at)
	if err := Serve(ctx, second); err == nil || !strings.Contains(err.Error(), "choose another with --port") {
		t.Errorf("a second studio on the port: %v", err)
	}
	// A request that never ends its header must not hold the studio.
	hold, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	if _, err := io.WriteString(hold, "GET / HTTP/1.1\r\nHost: "); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the studio does not end")
	}
}

func mustPort(t *testing.T, u *url.URL) int {
	t.Helper()
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
